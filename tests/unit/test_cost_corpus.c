/* XLA's numbers for every module of the corpus, text and protobuf: to the unit those summed
 * exactly, within 1e-4 those XLA sums in float32. */
#include <math.h>

#include "cost_case.h"
#include "tsv.h"

#include "input/hlo.h"

static const char *const exact[3] = {"exact_flops", "exact_transcendentals", "exact_bytes"};

static bool is_near(int64_t ours, const char *theirs)
{
    double v;
    if (!nkb_parse_double(nkb_str_from(theirs), false, &v))
        return *theirs == '\0'; /* XLA does not read that form */
    return fabs((double)ours - v) <= 1e-4 * fabs(v);
}

/* One row's numbers for one file. */
static void check_file(const char *path, const struct tsv *t, const char *const floats[3])
{
    struct nkb_arena arena = NKB_ARENA_INIT, keep = NKB_ARENA_INIT;
    struct nkb_module module = {0};
    struct nkb_hlo hlo;
    struct nkb_err err = {0};
    if (nkb_hlo_read_file(path, &arena, &hlo, &err) != 0)
        fail_msg("%s: %s", path, err.text);
    nkb_cost_analyze(&hlo, NULL, &keep, &module);
    nkb_arena_free(&arena);
    if (!module.has_xla)
        fail_msg("%s: %s", path, module.why_no_xla);
    const int64_t ours[3] = {module.xla.flops, module.xla.transcendentals, module.xla.bytes};
    for (int i = 0; i < 3; i++) {
        if (ours[i] != tsv_int(t, exact[i]))
            fail_msg("%s: %lld %s, not %s", path, (long long)ours[i], exact[i],
                     tsv_get(t, exact[i]));
        if (!is_near(ours[i], tsv_get(t, floats[i])))
            fail_msg("%s: %lld is not near %s %s", path, (long long)ours[i], floats[i],
                     tsv_get(t, floats[i]));
    }
    cost_check_sums(&module, path);
    nkb_arena_free(&keep);
}

static void every_opcode_costs_what_xla_says(void **state)
{
    (void)state;
    static const char *const floats[3] = {"flops", "transcendentals", "bytes_accessed"};
    const char *corpus = tsv_root("CORPUS");
    struct tsv t = tsv_open(tsv_root("GOLDENS"), "xla-cost-ops.tsv");
    char path[1200];
    while (tsv_next(&t)) {
        snprintf(path, sizeof path, "%s/own/ops/%s.hlo", corpus, tsv_get(&t, "name"));
        check_file(path, &t, floats);
        snprintf(path, sizeof path, "%s/own/ops/%s.pb", corpus, tsv_get(&t, "name"));
        check_file(path, &t, floats);
    }
    assert_true(t.rows >= 271);
    tsv_close(&t);
}

static void models_cost_what_xla_says(void **state)
{
    (void)state;
    static const char *const floats[3] = {"xla_flops", "xla_transcendentals", "xla_bytes"};
    const char *corpus = tsv_root("CORPUS");
    char path[1200];
    snprintf(path, sizeof path, "%s/own", corpus);
    struct tsv t = tsv_open(path, "expected.tsv");
    while (tsv_next(&t)) {
        snprintf(path, sizeof path, "%s/own/%s", corpus, tsv_get(&t, "path"));
        check_file(path, &t, floats);
    }
    assert_true(t.rows >= 90);
    tsv_close(&t);
}

static void public_modules_cost_what_xla_says(void **state)
{
    (void)state;
    static const char *const floats[3] = {"flops", "transcendentals", "bytes_accessed"};
    const char *corpus = tsv_root("CORPUS");
    struct tsv t = tsv_open(tsv_root("GOLDENS"), "xla-cost.tsv");
    char path[1200];
    size_t checked = 0;
    while (tsv_next(&t)) {
        if (*tsv_get(&t, "exact_flops") == '\0')
            continue; /* XLA refuses the file */
        snprintf(path, sizeof path, "%s/%s", corpus, tsv_get(&t, "path"));
        check_file(path, &t, floats);
        checked++;
    }
    assert_true(checked >= 30);
    tsv_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_opcode_costs_what_xla_says),
        cmocka_unit_test(models_cost_what_xla_says),
        cmocka_unit_test(public_modules_cost_what_xla_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
