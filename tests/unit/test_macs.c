/* MACs: the static count is upstream's, the executed one starts at the entry, and neither ever
 * wraps. */
#include "hlo_make.h"
#include "tsv.h"

#include "analyze/notes.h"

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

static void what_is_counted_amiss_is_noted(void **state)
{
    static const int64_t contracted[] = {7}, zero[] = {0}, below[] = {-1};
    static const struct nkb_hlo_dot beyond = {.lhs_contracting = {contracted, 1},
                                              .rhs_contracting = {zero, 1}},
                                    before = {.rhs_contracting = {zero, 1},
                                              .rhs_batch = {below, 1}};
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t entry = make_computation(&m, "entry");
    uint32_t lhs = make_dot(&m, entry, 2, 3, 4), rhs = make_dot(&m, entry, 2, 3, 4);
    make_attrs(&m, entry, lhs)->dot = &beyond;
    make_attrs(&m, entry, rhs)->dot = &before;
    uint32_t kernel = make_kernel(&m, entry, "k", -5);
    make_kernel(&m, entry, "l", 0);
    struct nkb_module module = analyze(&m);
    assert_int_equal(module.static_macs.macs, 24 + 24 - 5);
    assert_int_equal(module.diagnostic_count, 3);
    const struct nkb_hlo_instruction *in = m.hlo.computations[entry].instructions;
    const struct {
        uint32_t at;
        const char *text;
    } notes[] = {
        {lhs, "dimension 7 of an operand of rank 2 is not there: the MACs are what handler.py "
              "counts"},
        {rhs, "dimension -1 of an operand of rank 2 is not there: the MACs are what handler.py "
              "counts"},
        {kernel, "the kernel's mac_count is below 0: is taken off the counts"},
    };
    for (int i = 0; i < 3; i++) {
        char text[256];
        snprintf(text, sizeof text, "instruction '%.*s' in 'entry': %s",
                 NKB_STR_ARG(in[notes[i].at].name), notes[i].text);
        assert_string_equal(module.diagnostics[i], text);
    }
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
            make_attrs(&m, entry, make_kernel(&m, entry, nkb_arena_printf(&m.arena, "k%u", i), 0))
                ->nki->status = NKB_NKI_NO_COUNT;
        struct nkb_module module = analyze(&m);
        bool over = kernels > NKB_NOTES_MAX;
        assert_int_equal(module.diagnostic_count, over ? NKB_NOTES_MAX + 1 : kernels);
        if (kernels == NKB_NOTES_MAX + 2)
            assert_string_equal(module.diagnostics[NKB_NOTES_MAX], "and 2 more notes like these");
        nkb_arena_free(&m.arena);
    }
}

static void a_note_is_made_once(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t entry = make_computation(&m, "entry");
    for (int i = 0; i < 1000; i++)
        make_attrs(&m, entry, make_kernel(&m, entry, "k", 0))->nki->status = NKB_NKI_NO_COUNT;
    struct nkb_module module = analyze(&m);
    assert_int_equal(module.diagnostic_count, 1);
    assert_string_equal(module.diagnostics[0], "NKI kernel 'k' states no mac_count: counts 0");
    nkb_arena_free(&m.arena);
}

static void calls_that_multiply_by_their_names_are_noted(void **state)
{
    static const char *const quiet[] = {"AwsNeuronSoftmax", "AwsNeuronRmsNorm", "lapack_spotrf_ffi",
                                        "xla.sdy.GlobalToLocalShape", "AwsNeuronNeff"};
    static const char *const noted[] = {"AwsNeuronCustomNativeKernelV2", "AwsNeuronMLPNKI",
                                        "__cublas$gemm", "__cudnn$convForward",
                                        "__op$block_scaled_dot"};
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t entry = make_computation(&m, "entry");
    for (size_t i = 0; i < 5; i++) {
        make_custom_call(&m, entry, quiet[i]);
        make_custom_call(&m, entry, noted[i]);
    }
    struct nkb_module module = analyze(&m);
    assert_int_equal(module.diagnostic_count, 5);
    for (size_t i = 0; i < 5; i++) {
        char text[200];
        snprintf(text, sizeof text,
                 "custom-call '%s' multiplies by its name, but its MACs are not known: counts 0",
                 noted[i]);
        assert_string_equal(module.diagnostics[i], text);
    }
    nkb_arena_free(&m.arena);
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
        {NKB_STR_LITERAL("j"), NKB_STR_LITERAL("AwsNeuronCustomNativeKernel"), 1, 1, 1, 0, 0, false,
         false},
        {NKB_STR_LITERAL("k"), NKB_STR_LITERAL("AwsNeuronCustomNativeKernel"), 2, 1, 2, 10, 20,
         true, false},
        {NKB_STR_LITERAL("k"), NKB_STR_LITERAL("AwsNeuronCustomNativeKernel"), 1, 1, 1, 20, 20,
         true, false},
        {NKB_STR_LITERAL(""), NKB_STR_LITERAL("Zeta"), 1, 1, 1, 0, 0, false, false},
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dots_and_kernels_count_each_computation_once),
        cmocka_unit_test(without_macs_the_ratio_is_0),
        cmocka_unit_test(what_is_counted_amiss_is_noted),
        cmocka_unit_test(the_static_count_holds_63_bits_and_no_more),
        cmocka_unit_test(what_upstream_skips_is_noted),
        cmocka_unit_test(an_empty_module_counts_nothing_and_says_so),
        cmocka_unit_test(work_that_cannot_be_had_makes_the_executed_count_absent),
        cmocka_unit_test(notes_are_limited_to_100),
        cmocka_unit_test(a_note_is_made_once),
        cmocka_unit_test(calls_that_multiply_by_their_names_are_noted),
        cmocka_unit_test(kernels_are_one_row_a_name_target_and_cost),
        cmocka_unit_test(a_kernel_called_beyond_63_bits_makes_the_executed_count_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
