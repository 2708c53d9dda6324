/* Every expected MAC count of the corpus, in both forms: models, Neuron trees, one-op modules,
 * hostile files, and upstream's own counts. */
#include "hlo_file.h"

static int64_t dots_of(const struct nkb_executed_macs *e) /* the tables count scaled dots as dots */
{
    return e->dot_macs + e->other_macs - e->ragged_macs - e->custom_matmul_macs;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "main.7/while.13=12(inferred);…=unknown(why)" against the loops, names aside: XLA's are unique.
 */
static void check_loops(const char *path, char *expected, const struct nkb_module *module)
{
    enum { MAX = 64 };
    static const char *const how[] = {"annotated", "inferred", "unknown"};
    char *want[MAX], have[MAX][64], *has[MAX];
    size_t count = 0;
    for (char *at = strtok(expected, ";"); at && count < MAX; at = strtok(NULL, ";"))
        want[count++] = strchr(at, '=') + 1;
    if (count != module->loop_count)
        fail_msg("%s: %u loops, not %zu", path, module->loop_count, count);
    for (size_t i = 0; i < count; i++) {
        const struct nkb_loop *loop = &module->loops[i];
        if (loop->how == NKB_TRIP_UNKNOWN)
            snprintf(have[i], sizeof have[i], "unknown");
        else
            snprintf(have[i], sizeof have[i], "%lld(%s)", (long long)loop->trip_count,
                     how[loop->how]);
        has[i] = have[i];
        if (strncmp(want[i], "unknown", 7) == 0 || strncmp(want[i], "None", 4) == 0)
            want[i] = (char *)(uintptr_t) "unknown";
    }
    qsort(want, count, sizeof *want, by_text);
    qsort(has, count, sizeof *has, by_text);
    for (size_t i = 0; i < count; i++)
        if (strcmp(want[i], has[i]) != 0)
            fail_msg("%s: loop %s, not %s", path, has[i], want[i]);
}

static void models_and_neuron_files_have_the_expected_counts(void **state)
{
    char root[1024];
    (void)state;
    snprintf(root, sizeof root, "%s/own", tsv_root("CORPUS"));
    struct tsv t = tsv_open(root, "expected.tsv");
    while (tsv_next(&t)) {
        const char *path = tsv_get(&t, "path");
        struct file f;
        read_file(&f, root, path);
        if (f.read != 0 || f.analysed != 0)
            fail_msg("%s: %s", path, f.err.text);
        const struct nkb_module *m = &f.module;
        if (!m->has_executed)
            fail_msg("%s: %s", path, m->why_no_executed);
        CHECK(path, "computations", m->computations, tsv_int(&t, "computations"));
        CHECK(path, "instructions", m->instructions, tsv_int(&t, "instructions"));
        CHECK(path, "static nki", m->static_macs.nki_macs, tsv_int(&t, "static_nki_macs"));
        CHECK(path, "static", m->static_macs.macs,
              tsv_int(&t, "static_dot_macs") + tsv_int(&t, "static_nki_macs"));
        CHECK(path, "dot", dots_of(&m->executed), tsv_int(&t, "executed_dot_macs"));
        CHECK(path, "nki", m->executed.nki_macs, tsv_int(&t, "executed_nki_macs"));
        CHECK(path, "conv", m->executed.conv_macs, tsv_int(&t, "executed_conv_macs"));
        CHECK(path, "ragged", m->executed.ragged_macs, tsv_int(&t, "executed_ragged_macs"));
        CHECK(path, "custom", m->executed.custom_matmul_macs,
              tsv_int(&t, "executed_custom_matmul_macs"));
        CHECK(path, "unknown", m->executed.unknown_trip_counts, tsv_int(&t, "unknown_trip_counts"));
        check_loops(path, (char *)(uintptr_t)tsv_get(&t, "trip_counts"), m);
        close_file(&f);
    }
    assert_true(t.rows > 90);
    tsv_close(&t);
}

static void kernels_have_the_expected_rows(void **state)
{
    char root[1024], last[512] = "";
    size_t seen = 0;
    struct file f = {0};
    (void)state;
    snprintf(root, sizeof root, "%s/own", tsv_root("CORPUS"));
    struct tsv t = tsv_open(root, "kernels.tsv");
    while (tsv_next(&t)) {
        const char *path = tsv_get(&t, "path");
        if (strcmp(path, last) != 0) {
            if (*last)
                CHECK(last, "kernels", f.module.kernel_count, seen);
            close_file(&f);
            read_file(&f, root, path);
            if (f.read != 0 || f.analysed != 0)
                fail_msg("%s: %s", path, f.err.text);
            snprintf(last, sizeof last, "%s", path);
            seen = 0;
        }
        /* Two targets state no MACs but have them by their shapes. */
        bool costs = *tsv_get(&t, "mac_count") != '\0', found = false;
        bool shaped = strcmp(tsv_get(&t, "target"), "AwsNeuronIntMatmult") == 0 ||
                      strcmp(tsv_get(&t, "target"), "AwsNeuronCollectiveMatmul") == 0;
        for (uint32_t i = 0; i < f.module.kernel_count; i++) {
            const struct nkb_kernel *k = &f.module.kernels[i];
            if (!nkb_str_is(k->name, tsv_get(&t, "func_name")) ||
                !nkb_str_is(k->target, tsv_get(&t, "target")) ||
                (shaped ? !k->cost_known : k->macs != (costs ? tsv_int(&t, "mac_count") : 0)))
                continue;
            found = true;
            CHECK(path, "sites", k->sites, tsv_int(&t, "sites"));
            CHECK(path, "reachable", k->reachable_sites, tsv_int(&t, "reachable_sites"));
            CHECK(path, "calls", k->calls, tsv_int(&t, "executed_calls"));
            if (shaped)
                CHECK(path, "macs", k->executed_macs, k->macs * k->calls);
            else
                CHECK(path, "macs", k->executed_macs, costs ? tsv_int(&t, "executed_macs") : 0);
        }
        if (!found)
            fail_msg("%s: no kernel '%s' of '%s'", path, tsv_get(&t, "func_name"),
                     tsv_get(&t, "target"));
        seen++;
    }
    CHECK(last, "kernels", f.module.kernel_count, seen);
    close_file(&f);
    tsv_close(&t);
}

/* "512/1000": dot and nki; false when either has more than 63 bits. */
static bool two_counts(const char *text, int64_t *a, int64_t *b)
{
    const char *slash = strchr(text, '/');
    return slash && nkb_parse_i64((struct nkb_str){text, (size_t)(slash - text)}, a) &&
           nkb_parse_i64(nkb_str_from(slash + 1), b);
}

static void hostile_files_count_as_upstream_or_not_at_all(void **state)
{
    char root[1024];
    size_t errors = 0, absent = 0;
    (void)state;
    snprintf(root, sizeof root, "%s/own/hostile", tsv_root("CORPUS"));
    struct tsv t = tsv_open(root, "expected.tsv");
    while (tsv_next(&t)) {
        const char *path = tsv_get(&t, "file"), *executed = tsv_get(&t, "executed_dot/nki");
        struct file f;
        int64_t macs, nki;
        if (strcmp(tsv_get(&t, "upstream_training"), "success") != 0)
            continue;
        read_file(&f, root, path);
        if (f.read != 0)
            fail_msg("%s: %s", path, f.err.text);
        if (!nkb_parse_i64(nkb_str_from(tsv_get(&t, "upstream_hlo_macs")), &macs) ||
            !nkb_parse_i64(nkb_str_from(tsv_get(&t, "upstream_nki_macs")), &nki)) {
            CHECK(path, "the outcome", f.analysed, NKB_EINPUT);
            assert_false(f.module.ok);
            errors++;
            close_file(&f);
            continue;
        }
        CHECK(path, "the outcome", f.analysed, 0);
        CHECK(path, "static", f.module.static_macs.macs, macs);
        CHECK(path, "static nki", f.module.static_macs.nki_macs, nki);
        if (two_counts(executed, &macs, &nki)) {
            if (!f.module.has_executed)
                fail_msg("%s: %s", path, f.module.why_no_executed);
            CHECK(path, "dot", f.module.executed.dot_macs, macs);
            CHECK(path, "nki", f.module.executed.nki_macs, nki);
        } else {
            if (f.module.has_executed)
                fail_msg("%s: executed must be absent: %s", path, executed);
            if (strcmp(executed, "cycle") == 0)
                assert_non_null(strstr(f.module.why_no_executed, "call each other in a circle"));
            absent++;
        }
        close_file(&f);
    }
    assert_true(errors >= 5 && absent >= 10);
    tsv_close(&t);
}

static void upstream_counts_are_met_integer_for_integer(void **state)
{
    const char *corpus = tsv_root("CORPUS");
    (void)state;
    struct tsv t = tsv_open(tsv_root("GOLDENS"), "mac-counts.tsv");
    size_t compared = 0;
    while (tsv_next(&t)) {
        const char *path = tsv_get(&t, "file");
        int64_t macs, nki;
        struct file f;
        if (strncmp(path, "corpus/", 7) != 0 || strcmp(tsv_get(&t, "status"), "success") != 0 ||
            !nkb_parse_i64(nkb_str_from(tsv_get(&t, "hlo_macs")), &macs) ||
            !nkb_parse_i64(nkb_str_from(tsv_get(&t, "nki_macs")), &nki))
            continue;
        read_file(&f, corpus, path + 7);
        if (f.read != 0 || f.analysed != 0)
            fail_msg("%s: %s", path, f.err.text);
        CHECK(path, "static", f.module.static_macs.macs, macs);
        CHECK(path, "static nki", f.module.static_macs.nki_macs, nki);
        double ratio;
        assert_true(nkb_parse_double(nkb_str_from(tsv_get(&t, "nki_ratio")), false, &ratio));
        assert_true(f.module.static_macs.nki_ratio == ratio);
        close_file(&f);
        compared++;
    }
    assert_true(compared > 400);
    tsv_close(&t);
}

static void one_op_modules_have_the_expected_counts_in_both_forms(void **state)
{
    const char *corpus = tsv_root("CORPUS");
    (void)state;
    struct tsv t = tsv_open(tsv_root("GOLDENS"), "xla-cost-ops.tsv");
    while (tsv_next(&t)) {
        char trips[256];
        snprintf(trips, sizeof trips, "%s", tsv_get(&t, "trip_counts"));
        for (int text = 0; text < 2; text++) {
            char path[256], loops[256];
            struct file f;
            snprintf(path, sizeof path, "own/ops/%s%s", tsv_get(&t, "name"), text ? ".hlo" : ".pb");
            memcpy(loops, trips, sizeof loops);
            read_file(&f, corpus, path);
            if (f.read != 0 || f.analysed != 0)
                fail_msg("%s: %s", path, f.err.text);
            const struct nkb_module *m = &f.module;
            if (!m->has_executed)
                fail_msg("%s: %s", path, m->why_no_executed);
            CHECK(path, "static", m->static_macs.macs, tsv_int(&t, "static_dot_macs"));
            CHECK(path, "dot", dots_of(&m->executed), tsv_int(&t, "executed_dot_macs"));
            CHECK(path, "conv", m->executed.conv_macs, tsv_int(&t, "executed_conv_macs"));
            CHECK(path, "ragged", m->executed.ragged_macs, tsv_int(&t, "executed_ragged_macs"));
            check_loops(path, loops, m);
            close_file(&f);
        }
    }
    assert_int_equal(t.rows, 271);
    tsv_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_and_neuron_files_have_the_expected_counts),
        cmocka_unit_test(kernels_have_the_expected_rows),
        cmocka_unit_test(hostile_files_count_as_upstream_or_not_at_all),
        cmocka_unit_test(upstream_counts_are_met_integer_for_integer),
        cmocka_unit_test(one_op_modules_have_the_expected_counts_in_both_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
