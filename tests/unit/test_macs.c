/* MACs: the static count is upstream's, the executed one starts at the entry. First on modules
 * built here, then against every expected number of the corpus. */
#include "hlo_make.h"
#include "tsv.h"

#include "analyze/notes.h"
#include "input/hlo.h"

static struct nkb_module analyze(struct make *m)
{
    struct nkb_module module = {0};
    struct nkb_err err = {0};
    assert_int_equal(nkb_module_analyze(&m->hlo, &m->arena, &module, &err), 0);
    assert_true(module.ok);
    assert_null(module.error);
    return module;
}

static void expect_error(struct make *m, const char *text)
{
    struct nkb_module module = {0};
    struct nkb_err err = {0};
    assert_int_equal(nkb_module_analyze(&m->hlo, &m->arena, &module, &err), NKB_EINPUT);
    assert_false(module.ok);
    assert_string_equal(err.text, text);
    assert_string_equal(module.error, text);
    assert_false(module.has_executed);
    assert_string_equal(module.why_no_executed, text);
    nkb_arena_free(&m->arena);
}

static void dots_and_kernels_count_each_computation_once(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t unreachable = make_computation(&m, "unreachable");
    make_dot(&m, unreachable, 2, 3, 4);
    uint32_t entry = make_computation(&m, "entry");
    make_dot(&m, entry, 5, 6, 7);
    make_kernel(&m, entry, "k", 1000);
    make_kernel(&m, entry, "l", -7);
    struct nkb_module module = analyze(&m);
    assert_int_equal(module.static_macs.macs, 24 + 210 + 993);
    assert_int_equal(module.static_macs.nki_macs, 993);
    assert_true(module.static_macs.nki_ratio == 993.0 / 1227.0);
    assert_int_equal(module.executed.macs, 210 + 993);
    assert_int_equal(module.executed.dot_macs, 210);
    assert_int_equal(module.executed.nki_macs, 993);
    assert_true(module.executed.nki_ratio == 993.0 / 1203.0);
    assert_int_equal(module.computations, 2);
    assert_int_equal(module.instructions, 8);
    nkb_arena_free(&m.arena);
}

static void without_macs_the_ratio_is_0(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t entry = make_computation(&m, "entry");
    make_kernel(&m, entry, "k", -5);
    struct nkb_module module = analyze(&m);
    assert_int_equal(module.static_macs.macs, -5);
    assert_true(module.static_macs.nki_ratio == 0.0);
    assert_true(module.executed.nki_ratio == 0.0);
    nkb_arena_free(&m.arena);
}

static void the_static_count_holds_63_bits_and_no_more(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t entry = make_computation(&m, "entry");
    make_kernel(&m, entry, "k", INT64_MAX);
    make_kernel(&m, entry, "l", 1);
    make_kernel(&m, entry, "m", -1); /* what passes through is not what comes out */
    struct nkb_module module = analyze(&m);
    assert_int_equal(module.static_macs.macs, INT64_MAX);
    nkb_arena_free(&m.arena);

    m = MAKE_INIT;
    entry = make_computation(&m, "entry");
    make_kernel(&m, entry, "k", INT64_MAX);
    make_kernel(&m, entry, "l", 1);
    expect_error(
        &m, "instruction 'custom-call.1' in 'entry': here the static MAC count leaves 63 bits; at "
            "most 9223372036854775807 can be counted");

    m = MAKE_INIT; /* the sum would fit, the NKI part of it does not */
    entry = make_computation(&m, "entry");
    make_dot(&m, entry, -1, 1, 1);
    make_kernel(&m, entry, "k", (nkb_i128)INT64_MAX + 1);
    expect_error(
        &m, "instruction 'custom-call.3' in 'entry': here the static MAC count leaves 63 bits; at "
            "most 9223372036854775807 can be counted");

    m = MAKE_INIT;
    entry = make_computation(&m, "entry");
    make_dot(&m, entry, INT64_C(1) << 50, INT64_C(1) << 50, INT64_C(1) << 50);
    expect_error(&m,
                 "instruction 'dot.2' in 'entry': its MACs are beyond 127 bits; at most 63 can be "
                 "counted");

    m = MAKE_INIT; /* a zero makes zero whatever the others are */
    entry = make_computation(&m, "entry");
    make_dot(&m, entry, INT64_MAX, INT64_MAX, 0);
    assert_int_equal(analyze(&m).static_macs.macs, 0);
    nkb_arena_free(&m.arena);

    m = MAKE_INIT;
    entry = make_computation(&m, "entry");
    uint32_t call = make_kernel(&m, entry, "k", 0);
    make_attrs(&m, entry, call)->nki->status = NKB_NKI_OVERFLOW;
    expect_error(
        &m, "instruction 'custom-call.0' in 'entry': its MACs are beyond 127 bits; at most 63 can "
            "be counted");
}

static void what_upstream_skips_is_noted(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t entry = make_computation(&m, "entry");
    uint32_t call = make_kernel(&m, entry, "add\n", 0);
    make_attrs(&m, entry, call)->nki->status = NKB_NKI_NO_COUNT;
    call = make_kernel(&m, entry, "", 5);
    make_attrs(&m, entry, call)->nki->status = NKB_NKI_UNREADABLE;
    make_attrs(&m, entry, call)->nki->why = "Incorrect padding";
    make_kernel(&m, entry, "k", 40);
    uint32_t p = make_parameter(&m, entry, 0, make_shape(&m, 1, INT64_C(4)));
    make_add(&m, entry, NKB_HLO_DOT, make_shape(&m, 1, INT64_C(4)), 1, p);
    struct nkb_module module = analyze(&m);
    assert_int_equal(module.static_macs.macs, 40);
    assert_int_equal(module.diagnostic_count, 3);
    assert_string_equal(module.diagnostics[0],
                        "NKI kernel 'add\\x0a' states no mac_count: counts 0");
    assert_string_equal(module.diagnostics[1],
                        "instruction 'custom-call.1' in 'entry': the kernel's "
                        "backend_config cannot be read (Incorrect padding): counts 0");
    assert_string_equal(
        module.diagnostics[2],
        "instruction 'dot.4' in 'entry': a dot without two operands is skipped: counts 0");
    assert_false(module.has_executed);
    assert_string_equal(module.why_no_executed,
                        "instruction 'dot.4' in 'entry': a dot needs two operands");
    nkb_arena_free(&m.arena);
}

static void an_empty_module_counts_nothing_and_says_so(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    struct nkb_module module = analyze(&m);
    assert_int_equal(module.static_macs.macs, 0);
    assert_int_equal(module.diagnostic_count, 1);
    assert_string_equal(module.diagnostics[0], "an empty module: no computation, 0 MACs");
    nkb_arena_free(&m.arena);
}

static void work_that_cannot_be_had_makes_the_executed_count_absent(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t entry = make_computation(&m, "entry");
    make_add(&m, entry, NKB_HLO_CONVOLUTION, make_shape(&m, 1, INT64_C(4)), 0);
    struct nkb_module module = analyze(&m);
    assert_false(module.has_executed);
    assert_string_equal(
        module.why_no_executed,
        "instruction 'convolution.0' in 'entry': its MACs cannot be had: an operand is "
        "missing, a shape makes no sense, or the number is beyond 127 bits");
    nkb_arena_free(&m.arena);
}

static void notes_are_limited_to_100(void **state)
{
    (void)state;
    for (uint32_t kernels = NKB_NOTES_MAX; kernels <= NKB_NOTES_MAX + 2; kernels++) {
        struct make m = MAKE_INIT;
        uint32_t entry = make_computation(&m, "entry");
        for (uint32_t i = 0; i < kernels; i++)
            make_attrs(&m, entry, make_kernel(&m, entry, "k", 0))->nki->status = NKB_NKI_NO_COUNT;
        struct nkb_module module = analyze(&m);
        bool over = kernels > NKB_NOTES_MAX;
        assert_int_equal(module.diagnostic_count, over ? NKB_NOTES_MAX + 1 : kernels);
        if (kernels == NKB_NOTES_MAX + 2)
            assert_string_equal(module.diagnostics[NKB_NOTES_MAX], "and 2 more notes like these");
        nkb_arena_free(&m.arena);
    }
}

static void kernels_are_one_row_a_name_target_and_cost(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t leaf = make_computation(&m, "leaf");
    make_kernel(&m, leaf, "k", 10);
    uint32_t unused = make_computation(&m, "unused");
    make_kernel(&m, unused, "k", 10);
    uint32_t entry = make_computation(&m, "entry");
    make_custom_call(&m, entry, "Zeta");
    make_kernel(&m, entry, "k", 20);
    make_attrs(&m, entry, make_kernel(&m, entry, "j", 0))->nki->status = NKB_NKI_NO_COUNT;
    make_call(&m, entry, leaf);
    make_call(&m, entry, leaf);
    struct nkb_module module = analyze(&m);
    const struct nkb_kernel expected[] = {
        {NKB_STR_LITERAL("j"), NKB_STR_LITERAL("AwsNeuronCustomNativeKernel"), 1, 1, 1, 0, 0,
         false},
        {NKB_STR_LITERAL("k"), NKB_STR_LITERAL("AwsNeuronCustomNativeKernel"), 2, 1, 2, 10, 20,
         true},
        {NKB_STR_LITERAL("k"), NKB_STR_LITERAL("AwsNeuronCustomNativeKernel"), 1, 1, 1, 20, 20,
         true},
        {NKB_STR_LITERAL(""), NKB_STR_LITERAL("Zeta"), 1, 1, 1, 0, 0, false},
    };
    assert_int_equal(module.kernel_count, 4);
    for (int i = 0; i < 4; i++) {
        const struct nkb_kernel *a = &module.kernels[i], *b = &expected[i];
        assert_true(nkb_str_equal(a->name, b->name) && nkb_str_equal(a->target, b->target));
        assert_int_equal(a->sites, b->sites);
        assert_int_equal(a->reachable_sites, b->reachable_sites);
        assert_int_equal(a->calls, b->calls);
        assert_int_equal(a->macs, b->macs);
        assert_int_equal(a->executed_macs, b->executed_macs);
        assert_int_equal(a->cost_known, b->cost_known);
    }
    nkb_arena_free(&m.arena);
}

static void a_kernel_called_beyond_63_bits_makes_the_executed_count_absent(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t callee = make_computation(&m, "leaf");
    make_kernel(&m, callee, "k", 0);
    for (int i = 0; i < 63; i++) {
        uint32_t caller = make_computation(&m, "f");
        make_call(&m, caller, callee);
        make_call(&m, caller, callee);
        callee = caller;
    }
    struct nkb_module module = analyze(&m);
    assert_false(module.has_executed);
    assert_string_equal(
        module.why_no_executed,
        "a custom-call is executed more often, or for more MACs, than 63 bits can hold");
    nkb_arena_free(&m.arena);
}

/* --- the corpus --- */

struct file {
    struct nkb_arena arena, keep;
    struct nkb_module module;
    struct nkb_err err;
    int read, analysed;
};

static void read_file(struct file *f, const char *root, const char *path)
{
    char full[1200];
    struct nkb_hlo hlo;
    *f = (struct file){.arena = NKB_ARENA_INIT, .keep = NKB_ARENA_INIT};
    snprintf(full, sizeof full, "%s/%s", root, path);
    f->read = nkb_hlo_read_file(full, &f->arena, &hlo, &f->err);
    if (f->read == 0)
        f->analysed = nkb_module_analyze(&hlo, &f->keep, &f->module, &f->err);
    nkb_arena_free(&f->arena); /* the module keeps nothing of it */
}

static void close_file(struct file *f)
{
    nkb_arena_free(&f->keep);
}

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

#define CHECK(path, what, have, want)                                                              \
    do {                                                                                           \
        if ((int64_t)(have) != (int64_t)(want))                                                    \
            fail_msg("%s: %s is %lld, not %lld", path, what, (long long)(have),                    \
                     (long long)(want));                                                           \
    } while (0)

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
        bool costs = *tsv_get(&t, "mac_count") != '\0', found = false;
        for (uint32_t i = 0; i < f.module.kernel_count; i++) {
            const struct nkb_kernel *k = &f.module.kernels[i];
            if (!nkb_str_is(k->name, tsv_get(&t, "func_name")) ||
                !nkb_str_is(k->target, tsv_get(&t, "target")) ||
                k->macs != (costs ? tsv_int(&t, "mac_count") : 0))
                continue;
            found = true;
            CHECK(path, "sites", k->sites, tsv_int(&t, "sites"));
            CHECK(path, "reachable", k->reachable_sites, tsv_int(&t, "reachable_sites"));
            CHECK(path, "calls", k->calls, tsv_int(&t, "executed_calls"));
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

/* Facts 6: two independent reference counters agreed on these. */
static const struct {
    const char *path;
    int64_t computations, instructions, macs, dot, conv;
    int64_t trips[2]; /* 0: no loop */
} public_files[] = {
    {"hlo_text/hlo_llama31_405b_bf16_16x8.hlo",
     125,
     1814,
     183377923670016,
     12346725305942016,
     0,
     {126, 126}},
    {"hlo_text/hlo_llama31_405b_bf16_64x8.hlo",
     125,
     1814,
     183377923670016,
     12346725305942016,
     0,
     {126, 126}},
    {"hlo_text/hlo_llama31_405b_fp8_16x8.hlo",
     328,
     3991,
     183377923670016,
     12346725305942016,
     0,
     {126, 126}},
    {"hlo_text/hlo_llama31_70b_bf16_16x8.hlo",
     139,
     1875,
     138297946931200,
     4264215330160640,
     0,
     {80, 80}},
    {"hlo_text/hlo_llama31_70b_bf16_32x8.hlo",
     139,
     1875,
     138297946931200,
     4264215330160640,
     0,
     {80, 80}},
    {"hlo_text/hlo_llama31_70b_fp8_16x8.hlo",
     342,
     4052,
     138297946931200,
     4264215330160640,
     0,
     {80, 80}},
    {"hlo_text/hlo_llama31_8b_bf16_1x8.hlo",
     2915,
     31855,
     386083200172032,
     386083200172032,
     0,
     {0, 0}},
    {"hlo_text/hlo_llama31_8b_bf16_2x8.hlo",
     2915,
     31855,
     386083200172032,
     386083200172032,
     0,
     {0, 0}},
    {"hlo_text/hlo_llama3_8b_cp_bf16_1x4.hlo",
     137,
     2325,
     14091838029824,
     117412611489792,
     0,
     {32, 32}},
    {"hlo_text/hlo_mixtral_8x7b_bf16_1x8.hlo",
     3714,
     41881,
     235797999517696,
     235797999517696,
     0,
     {0, 0}},
    {"hlo_text/hlo_mixtral_8x7b_bf16_2x8.hlo",
     4002,
     43714,
     235797999517696,
     235797999517696,
     0,
     {0, 0}},
    {"hlo_text/isolate_hlo_test.hlo", 1, 6, 0, 0, 116214528, {0, 0}},
    {"hlo_text/mobilenet_v2.hlo", 55, 3924, 245760000, 245760000, 85938135552, {0, 0}},
    {"hlo_text/nv_maxtext_1n1g_jit_train_step_before_optimization.hlo",
     87,
     1947,
     15818364551168,
     70175470649344,
     0,
     {8, 8}},
    {"hlo_text/jax-toolbox_example.hlo", 1, 6, 32768, 32768, 0, {0, 0}},
    {"hlo_text/while_with_known_trip_count.hlo", 3, 12, 0, 0, 0, {7, 0}},
    {"hlo_pb/nxd_dummy_hlo_nki_kernel.txt", 4, 29, 48, 48, 0, {0, 0}},
    {"hlo_pb/nxd_dummy_hlo_no_kernel_calls.txt", 2, 19, 32, 32, 0, {0, 0}},
    {"hlo_pb/xla-rs_fn_hlo.txt", 1, 7, 8, 8, 0, {0, 0}},
    {"hlo_pb/tpugraphs_layout_main__.10904.hlo_module.pb", -1, -1, 0, 0, 4776697819136, {-1, -1}},
    {"hlo_pb/tpugraphs_op_1.hlo_module.pb", -1, -1, 0, 0, 2727346176, {-1, -1}},
    {"hlo_pb/tpugraphs_op_2.hlo_module.pb", -1, -1, 0, 0, 131072000, {-1, -1}},
    {"hlo_pb/tpugraphs_op_3.hlo_module.pb", -1, -1, 0, 0, 131072000, {-1, -1}},
    {"hlo_pb/tpugraphs_op_4.hlo_module.pb", -1, -1, 0, 0, 131072000, {-1, -1}},
};

static void public_files_have_the_expected_counts(void **state)
{
    char root[1024];
    (void)state;
    snprintf(root, sizeof root, "%s/public", tsv_root("CORPUS"));
    for (size_t i = 0; i < sizeof public_files / sizeof *public_files; i++) {
        const char *path = public_files[i].path;
        struct file f;
        read_file(&f, root, path);
        if (f.read != 0 || f.analysed != 0)
            fail_msg("%s: %s", path, f.err.text);
        const struct nkb_module *m = &f.module;
        if (!m->has_executed)
            fail_msg("%s: %s", path, m->why_no_executed);
        if (public_files[i].computations >= 0) {
            CHECK(path, "computations", m->computations, public_files[i].computations);
            CHECK(path, "instructions", m->instructions, public_files[i].instructions);
        }
        CHECK(path, "static", m->static_macs.macs, public_files[i].macs);
        CHECK(path, "dot", m->executed.dot_macs, public_files[i].dot);
        CHECK(path, "conv", m->executed.conv_macs, public_files[i].conv);
        CHECK(path, "unknown loops", m->executed.unknown_trip_counts, 0);
        if (public_files[i].trips[0] >= 0) {
            uint32_t loops = public_files[i].trips[1] > 0 ? 2 : public_files[i].trips[0] > 0;
            CHECK(path, "loops", m->loop_count, loops);
            for (uint32_t k = 0; k < loops; k++)
                CHECK(path, "trips", m->loops[k].trip_count, public_files[i].trips[k]);
        }
        close_file(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dots_and_kernels_count_each_computation_once),
        cmocka_unit_test(without_macs_the_ratio_is_0),
        cmocka_unit_test(the_static_count_holds_63_bits_and_no_more),
        cmocka_unit_test(what_upstream_skips_is_noted),
        cmocka_unit_test(an_empty_module_counts_nothing_and_says_so),
        cmocka_unit_test(work_that_cannot_be_had_makes_the_executed_count_absent),
        cmocka_unit_test(notes_are_limited_to_100),
        cmocka_unit_test(kernels_are_one_row_a_name_target_and_cost),
        cmocka_unit_test(a_kernel_called_beyond_63_bits_makes_the_executed_count_absent),
        cmocka_unit_test(models_and_neuron_files_have_the_expected_counts),
        cmocka_unit_test(kernels_have_the_expected_rows),
        cmocka_unit_test(hostile_files_count_as_upstream_or_not_at_all),
        cmocka_unit_test(upstream_counts_are_met_integer_for_integer),
        cmocka_unit_test(one_op_modules_have_the_expected_counts_in_both_forms),
        cmocka_unit_test(public_files_have_the_expected_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
