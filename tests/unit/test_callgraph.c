/* Who runs how often: call sites, loops, branches, and every way in which that cannot be told. */
#include "hlo_make.h"
#include "tsv.h"

static struct nkb_module analyze(struct make *m)
{
    struct nkb_module module = {0};
    struct nkb_err err = {0};
    assert_int_equal(nkb_module_analyze(&m->hlo, &m->arena, &module, &err), 0);
    assert_true(module.ok);
    return module;
}

static void expect_dots(struct make *m, int64_t executed, int64_t in_the_text)
{
    struct nkb_module module = analyze(m);
    if (!module.has_executed)
        fail_msg("absent: %s", module.why_no_executed);
    assert_int_equal(module.executed.dot_macs, executed);
    assert_int_equal(module.executed.macs, executed);
    assert_int_equal(module.static_macs.macs, in_the_text);
    nkb_arena_free(&m->arena);
}

static void expect_absent(struct make *m, const char *why)
{
    struct nkb_module module = analyze(m);
    assert_false(module.has_executed);
    assert_string_equal(module.why_no_executed, why);
    nkb_arena_free(&m->arena);
}

/* A computation of 8 MACs. */
static uint32_t make_leaf(struct make *m)
{
    uint32_t c = make_computation(m, "leaf");
    make_dot(m, c, 2, 2, 2);
    return c;
}

static void each_call_site_counts_and_unreachable_code_does_not(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t leaf = make_leaf(&m), twice = make_computation(&m, "twice");
    make_call(&m, twice, leaf);
    make_call(&m, twice, leaf);
    uint32_t unused = make_computation(&m, "unused");
    make_call(&m, unused, twice);
    uint32_t entry = make_computation(&m, "entry");
    make_call(&m, entry, twice);
    make_call(&m, entry, leaf);
    make_call(&m, entry, twice);
    expect_dots(&m, 5 * 8, 8);
}

static void a_chain_of_a_million_calls_needs_no_stack(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t callee = make_leaf(&m);
    for (int i = 0; i < 1000000; i++) {
        uint32_t caller = make_computation(&m, "f");
        make_call(&m, caller, callee);
        callee = caller;
    }
    expect_dots(&m, 8, 8);
}

static void a_million_calls_of_one_computation_are_counted(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t leaf = make_leaf(&m), entry = make_computation(&m, "entry");
    for (int i = 0; i < 1000000; i++)
        make_call(&m, entry, leaf);
    expect_dots(&m, 8000000, 8);
}

/* Callers first, so that the walk meets the whole chain from its top. */
static void the_order_of_computations_does_not_matter(void **state)
{
    struct make m = MAKE_INIT;
    enum { DEPTH = 1000 };
    (void)state;
    for (uint32_t i = 0; i < DEPTH; i++) {
        uint32_t c = make_computation(&m, "f");
        make_call(&m, c, i + 1);
    }
    make_leaf(&m);
    m.hlo.entry = 0;
    expect_dots(&m, 8, 8);
}

static uint32_t make_doubling(struct make *m, uint32_t callee, int levels)
{
    for (int i = 0; i < levels; i++) {
        uint32_t caller = make_computation(m, "f");
        make_call(m, caller, callee);
        make_call(m, caller, callee);
        callee = caller;
    }
    return callee;
}

static void doubling_chains_are_counted_without_being_walked(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    make_doubling(&m, make_leaf(&m), 59);
    expect_dots(&m, INT64_C(8) << 59, 8);
}

static void a_count_beyond_63_bits_is_absent_and_the_static_one_stays(void **state)
{
    const char *why =
        "instruction 'dot.2' in 'leaf': here the executed MAC count leaves 63 bits; at most "
        "9223372036854775807 can be counted";
    struct make m = MAKE_INIT;
    (void)state;
    make_doubling(&m, make_leaf(&m), 60);
    expect_absent(&m, why);
    m = MAKE_INIT;
    make_doubling(&m, make_leaf(&m), 70);
    struct nkb_module module = analyze(&m);
    assert_int_equal(module.static_macs.macs, 8);
    assert_false(module.has_executed);
    nkb_arena_free(&m.arena);
    m = MAKE_INIT;
    make_doubling(&m, make_leaf(&m), 125);
    expect_absent(&m,
                  "instruction 'dot.2' in 'leaf': here the executed MAC count leaves 127 bits; at "
                  "most 9223372036854775807 can be counted");
    m = MAKE_INIT;
    make_doubling(&m, make_leaf(&m), 130);
    expect_absent(
        &m, "instruction 'call.1' in 'f': here 'f' comes to be executed more than 2^127 times");
}

static void cycles_are_found_and_named(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t a = make_computation(&m, "a"), b = make_computation(&m, "b");
    make_call(&m, a, b);
    make_call(&m, b, a);
    uint32_t entry = make_computation(&m, "entry");
    make_call(&m, entry, a);
    expect_absent(&m, "computations call each other in a circle: 'a' calls 'b' calls 'a'");

    m = MAKE_INIT;
    a = make_computation(&m, "self");
    make_call(&m, a, a);
    expect_absent(&m, "computations call each other in a circle: 'self' calls 'self'");

    m = MAKE_INIT;
    for (uint32_t i = 0; i < 5; i++) {
        uint32_t c = make_computation(&m, (const char *[]){"c0", "c1", "c2", "c3", "c4"}[i]);
        make_call(&m, c, (i + 1) % 5);
    }
    expect_absent(&m,
                  "computations call each other in a circle: 'c0' calls 'c1' calls 'c2' calls 'c3' "
                  "calls … (1 more) … calls 'c0'");
}

static uint32_t make_branch(struct make *m, const char *name, int64_t dot_rows, int64_t kernel_macs)
{
    uint32_t c = make_computation(m, name);
    if (dot_rows > 0)
        make_dot(m, c, dot_rows, 1, 1);
    if (kernel_macs > 0)
        make_kernel(m, c, name, kernel_macs);
    if (m->hlo.computations[c].instruction_count == 0)
        make_constant(m, c, MAKE_S32, 0);
    return c;
}

static void a_conditional_takes_the_largest_branch_and_the_first_of_equals(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t a = make_branch(&m, "a", 5, 0), b = make_branch(&m, "b", 0, 7);
    uint32_t c = make_branch(&m, "c", 3, 4), entry = make_computation(&m, "entry");
    uint32_t conditional = make_add(&m, entry, NKB_HLO_CONDITIONAL, MAKE_TUPLE, 0);
    make_calls(&m, entry, conditional, 3, a, b, c);
    struct nkb_module module = analyze(&m);
    assert_true(module.has_executed);
    assert_int_equal(module.executed.nki_macs, 7);
    assert_int_equal(module.executed.dot_macs, 0);
    assert_int_equal(module.static_macs.macs, 5 + 7 + 3 + 4);
    nkb_arena_free(&m.arena);
}

static void a_branch_counts_with_all_it_calls(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t leaf = make_leaf(&m), deep = make_doubling(&m, leaf, 3);
    uint32_t flat = make_branch(&m, "flat", 63, 0), entry = make_computation(&m, "entry");
    uint32_t conditional = make_add(&m, entry, NKB_HLO_CONDITIONAL, MAKE_TUPLE, 0);
    make_calls(&m, entry, conditional, 2, flat, deep);
    expect_dots(&m, 64, 8 + 63);
}

static void a_conditional_of_100000_branches_is_looked_through_once(void **state)
{
    struct make m = MAKE_INIT;
    enum { BRANCHES = 100000 };
    (void)state;
    uint32_t small = make_branch(&m, "small", 1, 0), large = make_branch(&m, "large", 2, 0);
    uint32_t entry = make_computation(&m, "entry");
    uint32_t conditional = make_add(&m, entry, NKB_HLO_CONDITIONAL, MAKE_TUPLE, 0);
    uint32_t *called = nkb_arena_array(&m.arena, BRANCHES, sizeof *called);
    for (uint32_t i = 0; i < BRANCHES; i++)
        called[i] = i == BRANCHES / 2 ? large : small;
    make_at(&m, entry, conditional)->called = called;
    make_at(&m, entry, conditional)->called_count = BRANCHES;
    expect_dots(&m, 2, 3);
}

/* while (i < trips) with `body` calling what is given. */
static uint32_t make_loop(struct make *m, uint32_t outside, int64_t trips, bool known,
                          uint32_t called, uint32_t asked)
{
    struct nkb_hlo_shape s32 = make_scalar(MAKE_S32);
    uint32_t body = make_computation(m, "body");
    if (called != NKB_HLO_NONE)
        make_call(m, body, called);
    uint32_t p = make_parameter(m, body, 0, s32), one = make_constant(m, body, MAKE_S32, 1);
    make_add(m, body, NKB_HLO_ADD, s32, 2, p, one);
    uint32_t condition = make_computation(m, "condition");
    if (asked != NKB_HLO_NONE)
        make_call(m, condition, asked);
    p = make_parameter(m, condition, 0, s32);
    uint32_t bound = make_constant(m, condition, MAKE_S32, trips);
    make_compare(m, condition, p, bound, NKB_CMP_LT);
    uint32_t init =
        known ? make_constant(m, outside, MAKE_S32, 0) : make_parameter(m, outside, 0, s32);
    uint32_t loop = make_add(m, outside, NKB_HLO_WHILE, s32, 1, init);
    make_calls(m, outside, loop, 2, body, condition);
    m->hlo.entry = outside;
    return loop;
}

static void a_body_runs_its_trips_and_a_condition_once_more(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t leaf = make_leaf(&m), entry = make_computation(&m, "entry");
    make_loop(&m, entry, 6, true, leaf, NKB_HLO_NONE);
    expect_dots(&m, 6 * 8, 8);
    m = MAKE_INIT;
    leaf = make_leaf(&m);
    entry = make_computation(&m, "entry");
    make_loop(&m, entry, 6, true, NKB_HLO_NONE, leaf);
    expect_dots(&m, 7 * 8, 8);
    m = MAKE_INIT;
    leaf = make_leaf(&m);
    entry = make_computation(&m, "entry");
    make_loop(&m, entry, 0, true, leaf, leaf);
    expect_dots(&m, 8, 8);
}

static void loops_multiply_and_are_listed_in_file_order(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t leaf = make_leaf(&m), middle = make_computation(&m, "middle");
    make_loop(&m, middle, 4, true, leaf, NKB_HLO_NONE);
    uint32_t entry = make_computation(&m, "entry");
    make_loop(&m, entry, 5, true, middle, NKB_HLO_NONE);
    uint32_t annotated = make_loop(&m, entry, 3, true, leaf, NKB_HLO_NONE);
    make_attrs(&m, entry, annotated)->has_known_trip_count = true;
    make_attrs(&m, entry, annotated)->known_trip_count = 9;
    uint32_t never = make_computation(&m, "never");
    make_loop(&m, never, 7, true, leaf, NKB_HLO_NONE);
    m.hlo.entry = entry;

    struct nkb_module module = analyze(&m);
    assert_int_equal(module.executed.macs, (5 * 4 + 9) * 8);
    assert_int_equal(module.executed.unknown_trip_counts, 0);
    assert_int_equal(module.loop_count, 3);
    assert_int_equal(module.loops[0].trip_count, 4);
    assert_int_equal(module.loops[1].trip_count, 5);
    assert_int_equal(module.loops[2].trip_count, 9);
    assert_int_equal(module.loops[2].how, NKB_TRIP_ANNOTATED);
    assert_int_equal(module.diagnostic_count, 1);
    assert_string_equal(
        module.diagnostics[0],
        "loop 'while.3' is annotated with 9 trips but would run 3: the annotation counts");
    nkb_arena_free(&m.arena);
}

static void an_unknown_loop_counts_once_and_says_so(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t leaf = make_leaf(&m), entry = make_computation(&m, "entry");
    make_loop(&m, entry, 6, false, leaf, NKB_HLO_NONE);
    struct nkb_module module = analyze(&m);
    assert_int_equal(module.executed.macs, 8);
    assert_int_equal(module.executed.unknown_trip_counts, 1);
    assert_int_equal(module.loop_count, 1);
    assert_int_equal(module.loops[0].how, NKB_TRIP_UNKNOWN);
    assert_int_equal(module.diagnostic_count, 1);
    assert_string_equal(module.diagnostics[0],
                        "loop 'while.1' has no known trip count (its counter does "
                        "not start at a constant): its body counts once");
    nkb_arena_free(&m.arena);
}

static void a_branch_chosen_over_an_unknown_loop_is_noted(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t leaf = make_leaf(&m), looping = make_computation(&m, "looping");
    make_loop(&m, looping, 6, false, leaf, NKB_HLO_NONE);
    uint32_t flat = make_branch(&m, "flat", 9, 0), entry = make_computation(&m, "entry");
    uint32_t conditional = make_add(&m, entry, NKB_HLO_CONDITIONAL, MAKE_TUPLE, 0);
    make_calls(&m, entry, conditional, 2, looping, flat);
    struct nkb_module module = analyze(&m);
    assert_int_equal(module.executed.macs, 9);
    assert_int_equal(module.executed.unknown_trip_counts, 0);
    assert_int_equal(module.diagnostic_count, 1);
    assert_string_equal(
        module.diagnostics[0],
        "conditional 'conditional.0': the branch with the most MACs was chosen with a "
        "loop of unknown trip count counted once");
    nkb_arena_free(&m.arena);
}

static void a_map_applies_once_an_element_and_a_comparator_not_at_all(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    uint32_t leaf = make_leaf(&m), entry = make_computation(&m, "entry");
    uint32_t map = make_add(&m, entry, NKB_HLO_MAP, make_shape(&m, 2, INT64_C(3), INT64_C(5)), 0);
    make_calls(&m, entry, map, 1, leaf);
    uint32_t sort = make_add(&m, entry, NKB_HLO_SORT, make_shape(&m, 1, INT64_C(5)), 1, map);
    make_calls(&m, entry, sort, 1, leaf);
    uint32_t reduce =
        make_add(&m, entry, NKB_HLO_ALL_REDUCE, make_shape(&m, 1, INT64_C(5)), 1, map);
    make_calls(&m, entry, reduce, 1, leaf);
    uint32_t custom = make_custom_call(&m, entry, "SomethingElse");
    make_calls(&m, entry, custom, 1, leaf);
    expect_dots(&m, 15 * 8, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_site_counts_and_unreachable_code_does_not),
        cmocka_unit_test(a_chain_of_a_million_calls_needs_no_stack),
        cmocka_unit_test(a_million_calls_of_one_computation_are_counted),
        cmocka_unit_test(the_order_of_computations_does_not_matter),
        cmocka_unit_test(doubling_chains_are_counted_without_being_walked),
        cmocka_unit_test(a_count_beyond_63_bits_is_absent_and_the_static_one_stays),
        cmocka_unit_test(cycles_are_found_and_named),
        cmocka_unit_test(a_conditional_takes_the_largest_branch_and_the_first_of_equals),
        cmocka_unit_test(a_branch_counts_with_all_it_calls),
        cmocka_unit_test(a_conditional_of_100000_branches_is_looked_through_once),
        cmocka_unit_test(a_body_runs_its_trips_and_a_condition_once_more),
        cmocka_unit_test(loops_multiply_and_are_listed_in_file_order),
        cmocka_unit_test(an_unknown_loop_counts_once_and_says_so),
        cmocka_unit_test(a_branch_chosen_over_an_unknown_loop_is_noted),
        cmocka_unit_test(a_map_applies_once_an_element_and_a_comparator_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
