/* Trip counts: every direction and step of a counted loop, and everything that must stay unknown
 * rather than be guessed. */
#include "loop_make.h"

static void counts_up_and_down_by_any_step(void **state)
{
    (void)state;
    expect((struct spec){0, 10, 1, NKB_CMP_LT, 0, 0, 0, 0}, 10);
    expect((struct spec){0, 10, 1, NKB_CMP_LE, 0, 0, 0, 0}, 11);
    expect((struct spec){1, 11, 3, NKB_CMP_LE, 0, 0, 0, 0}, 4);
    expect((struct spec){0, 10, 3, NKB_CMP_LT, 0, 0, 0, 0}, 4);
    expect((struct spec){0, 9, 3, NKB_CMP_LT, 0, 0, 0, 0}, 3);
    expect((struct spec){-5, 5, 2, NKB_CMP_LT, 0, 0, 0, 0}, 5);
    expect((struct spec){10, 0, -1, NKB_CMP_GT, 0, 0, 0, 0}, 10);
    expect((struct spec){10, 0, 1, NKB_CMP_GT, 0, 0, .subtract = true, 0}, 10);
    expect((struct spec){10, 0, -3, NKB_CMP_GE, 0, 0, 0, 0}, 4);
    expect((struct spec){10, 0, -1, NKB_CMP_GE, 0, 0, 0, 0}, 11);
    expect((struct spec){0, 12, 4, NKB_CMP_NE, 0, 0, 0, 0}, 3);
    expect((struct spec){12, 0, -4, NKB_CMP_NE, 0, 0, 0, 0}, 3);
    expect((struct spec){7, 7, 4, NKB_CMP_EQ, 0, 0, 0, 0}, 1);
    expect((struct spec){0, 10, 1, NKB_CMP_LT, 0, 0, 0, .step_first = true}, 10);
}

static void takes_the_constant_on_either_side(void **state)
{
    (void)state;
    expect((struct spec){0, 6, 1, NKB_CMP_GT, 0, .constant_first = true, 0, 0}, 6);
    expect((struct spec){0, 6, 1, NKB_CMP_GE, 0, .constant_first = true, 0, 0}, 7);
    expect((struct spec){6, 0, -1, NKB_CMP_LT, 0, .constant_first = true, 0, 0}, 6);
    expect((struct spec){6, 0, -1, NKB_CMP_LE, 0, .constant_first = true, 0, 0}, 7);
    expect((struct spec){0, 6, 2, NKB_CMP_NE, 0, .constant_first = true, 0, 0}, 3);
}

static void runs_never_when_the_condition_is_false_at_once(void **state)
{
    (void)state;
    expect((struct spec){10, 10, 1, NKB_CMP_LT, 0, 0, 0, 0}, 0);
    expect((struct spec){11, 10, 1, NKB_CMP_LE, 0, 0, 0, 0}, 0);
    expect((struct spec){11, 10, 0, NKB_CMP_LT, 0, 0, 0, 0}, 0); /* whatever the step */
    expect((struct spec){3, 3, 1, NKB_CMP_NE, 0, 0, 0, 0}, 0);
    expect((struct spec){3, 4, 1, NKB_CMP_EQ, 0, 0, 0, 0}, 0);
}

static void stays_unknown_where_the_counter_never_gets_there(void **state)
{
    const char *why = "its counter does not run to its bound";
    (void)state;
    expect_unknown((struct spec){0, 10, -1, NKB_CMP_LT, 0, 0, 0, 0}, why);
    expect_unknown((struct spec){10, 0, 1, NKB_CMP_GT, 0, 0, 0, 0}, why);
    expect_unknown((struct spec){0, 10, 3, NKB_CMP_NE, 0, 0, 0, 0}, why); /* steps over it */
    expect_unknown((struct spec){0, 10, -2, NKB_CMP_NE, 0, 0, 0, 0}, why);
    expect_unknown((struct spec){7, 7, 0, NKB_CMP_EQ, 0, 0, 0, 0}, why);
    expect_unknown((struct spec){0, 10, 0, NKB_CMP_LT, 0, 0, 0, 0}, why);
    for (int64_t init = 0; init <= 10; init += 10) { /* the body hands the counter on */
        struct built b;
        build(&b, (struct spec){init, 10, 1, NKB_CMP_LT, 0, 0, 0, 0});
        make_add(&b.m, b.body, NKB_HLO_TUPLE, MAKE_TUPLE, 2, 1, 2);
        if (init < 10)
            expect_unknown_built(&b, "its condition never changes");
        else
            expect_built(&b, 0);
    }
}

static void never_answers_where_a_value_wraps(void **state)
{
    const char *why = "its counter wraps around";
    (void)state;
    expect((struct spec){0, 127, 1, NKB_CMP_LT, MAKE_S8, 0, 0, 0}, 127);
    expect_unknown((struct spec){0, 127, 1, NKB_CMP_LE, MAKE_S8, 0, 0, 0}, why);
    expect_unknown((struct spec){0, 127, 2, NKB_CMP_LT, MAKE_S8, 0, 0, 0}, why);
    expect_unknown((struct spec){0, INT32_MAX, 1, NKB_CMP_LE, MAKE_S32, 0, 0, 0}, why);
    expect((struct spec){0, INT32_MAX, 1, NKB_CMP_LE, MAKE_S64, 0, 0, 0}, INT64_C(1) << 31);
    expect((struct spec){0, 255, 1, NKB_CMP_LT, MAKE_U8, 0, 0, 0}, 255);
    expect_unknown((struct spec){0, 255, 1, NKB_CMP_LE, MAKE_U8, 0, 0, 0}, why);
    expect_unknown((struct spec){10, 0, -1, NKB_CMP_GE, MAKE_U32, 0, 0, 0}, why);
    expect_unknown((struct spec){-1, 10, 1, NKB_CMP_LT, MAKE_U32, 0, 0, 0}, why);
    expect_unknown((struct spec){0, 300, 1, NKB_CMP_LT, MAKE_U8, 0, 0, 0}, why);
    expect((struct spec){0, INT64_MAX, 1, NKB_CMP_LT, MAKE_S64, 0, 0, 0}, INT64_MAX);
    expect_unknown((struct spec){INT64_MIN, INT64_MAX, 1, NKB_CMP_LT, MAKE_S64, 0, 0, 0},
                   "it runs 2^63 times or more");
}

/* while (s32(i + term) - 1 < bound) i++, for an i of 8 bits: a sum that wraps does so before it is
 * widened, where no later difference takes it back. */
static void build_widened(struct built *b, int32_t type, int64_t term, int64_t bound)
{
    build(b, (struct spec){0, bound, 1, NKB_CMP_LT, type, 0, 0, 0});
    struct make *m = &b->m;
    uint32_t c = b->condition, i = 1;
    i = make_add(m, c, NKB_HLO_ADD, make_scalar(type), 2, i, make_constant(m, c, type, term));
    i = make_add(m, c, NKB_HLO_CONVERT, make_scalar(MAKE_S32), 1, i);
    i = make_add(m, c, NKB_HLO_SUBTRACT, make_scalar(MAKE_S32), 2, i,
                 make_constant(m, c, MAKE_S32, 1));
    make_compare(m, c, i, make_constant(m, c, MAKE_S32, bound), NKB_CMP_LT);
}

static void sees_a_sum_wrap_before_it_is_widened(void **state)
{
    const char *why = "its counter wraps around";
    struct built b;
    (void)state;
    build_widened(&b, MAKE_S8, 2, 126);
    expect_built(&b, 125);
    build_widened(&b, MAKE_S8, 2, 127); /* 126 + 2 is -128 */
    expect_unknown_built(&b, why);
    build_widened(&b, MAKE_U8, 10, 254);
    expect_built(&b, 245);
    build_widened(&b, MAKE_U8, 10, 255); /* 246 + 10 is 0 */
    expect_unknown_built(&b, why);
}

static void a_wide_sum_may_leave_the_type_it_was_widened_from(void **state)
{
    struct built b;
    (void)state;
    build(&b, (struct spec){5, 0, -1, NKB_CMP_GE, MAKE_U8, 0, .subtract = true, 0});
    struct make *m = &b.m;
    uint32_t c = b.condition, i = 1; /* while (s32(i) - 1 >= 0) i-- */
    make_at(m, b.body, 3)->number = 1;
    i = make_add(m, c, NKB_HLO_CONVERT, make_scalar(MAKE_S32), 1, i);
    i = make_add(m, c, NKB_HLO_SUBTRACT, make_scalar(MAKE_S32), 2, i,
                 make_constant(m, c, MAKE_S32, 1));
    make_compare(m, c, i, make_constant(m, c, MAKE_S32, 0), NKB_CMP_GE);
    expect_built(&b, 5);
}

/* i = s8(s32(i) + 1): narrowed, the counter wraps where it would have in its own type. */
static void build_narrowed(struct built *b, int64_t bound, enum nkb_hlo_direction direction)
{
    build(b, (struct spec){0, bound, 1, direction, MAKE_S8, 0, 0, 0});
    struct make *m = &b->m;
    uint32_t c = b->body, i = 1;
    i = make_add(m, c, NKB_HLO_CONVERT, make_scalar(MAKE_S32), 1, i);
    i = make_add(m, c, NKB_HLO_ADD, make_scalar(MAKE_S32), 2, i, make_constant(m, c, MAKE_S32, 1));
    i = make_add(m, c, NKB_HLO_CONVERT, make_scalar(MAKE_S8), 1, i);
    make_add(m, c, NKB_HLO_TUPLE, MAKE_TUPLE, 2, i, 2);
}

static void follows_a_counter_that_is_narrowed(void **state)
{
    struct built b;
    (void)state;
    build_narrowed(&b, 10, NKB_CMP_LT);
    expect_built(&b, 10);
    build_narrowed(&b, 127, NKB_CMP_LT);
    expect_built(&b, 127);
    build_narrowed(&b, 127, NKB_CMP_LE);
    expect_unknown_built(&b, "its counter wraps around");
    build(&b, (struct spec){0, 10, 1, NKB_CMP_LT, MAKE_S32, 0, 0, 0}); /* while (u8(i) < 10) */
    struct make *m = &b.m;
    uint32_t i = make_add(m, b.condition, NKB_HLO_CONVERT, make_scalar(MAKE_U8), 1, 1);
    make_compare(m, b.condition, i, make_constant(m, b.condition, MAKE_U8, 10), NKB_CMP_LT);
    expect_built(&b, 10);
}

static void takes_adding_all_ones_to_an_unsigned_as_minus_one(void **state)
{
    (void)state;
    expect((struct spec){10, 0, 4294967295, NKB_CMP_GT, MAKE_U32, 0, 0, 0}, 10);
    expect((struct spec){10, 0, 255, NKB_CMP_NE, MAKE_U8, 0, 0, 0}, 10);
}

static void compares_integers_only(void **state)
{
    (void)state;
    expect_unknown((struct spec){0, 10, 1, NKB_CMP_LT, MAKE_F32, 0, 0, 0},
                   "its condition compares no integers");
    expect_unknown((struct spec){0, 10, 1, NKB_CMP_NONE, 0, 0, 0, 0},
                   "its condition is no comparison");
}

static void takes_a_bound_that_the_body_hands_on(void **state)
{
    struct built b;
    (void)state;
    build(&b, ten);
    uint32_t p = 0, i = 1;
    uint32_t n = make_element(&b.m, b.condition, make_scalar(MAKE_S32), p, 1);
    make_compare(&b.m, b.condition, i, n, NKB_CMP_LT);
    expect_built(&b, 10);
}

static void does_not_take_a_bound_that_changes_or_comes_from_outside(void **state)
{
    struct built b;
    (void)state;
    for (int from_outside = 0; from_outside < 2; from_outside++) {
        build(&b, ten);
        uint32_t n = make_element(&b.m, b.condition, make_scalar(MAKE_S32), 0, 1);
        make_compare(&b.m, b.condition, 1, n, NKB_CMP_LT);
        if (from_outside) {
            make_at(&b.m, b.entry, 1)->opcode = NKB_HLO_PARAMETER;
        } else {
            /* the body swaps counter and bound */
            make_add(&b.m, b.body, NKB_HLO_TUPLE, MAKE_TUPLE, 2, 2, 1);
        }
        expect_unknown_built(&b, "its bound is not constant");
    }
}

static void needs_a_constant_start(void **state)
{
    struct built b;
    (void)state;
    build(&b, ten);
    make_at(&b.m, b.entry, 0)->opcode = NKB_HLO_PARAMETER;
    expect_unknown_built(&b, "its counter does not start at a constant");
}

static void needs_a_constant_step(void **state)
{
    struct built b;
    (void)state;
    build(&b, ten);
    make_at(&b.m, b.body, 4)->opcode = NKB_HLO_MULTIPLY;
    expect_unknown_built(&b, "its counter does not change by a constant");
    build(&b, ten);
    /* the next value of element 0 comes from element 1 */
    uint32_t next = make_add(&b.m, b.body, NKB_HLO_ADD, make_scalar(MAKE_S32), 2, 2, 2);
    make_add(&b.m, b.body, NKB_HLO_TUPLE, MAKE_TUPLE, 2, next, 2);
    expect_unknown_built(&b, "its counter does not change by a constant");
}

static void condition_must_be_a_counter_against_a_constant(void **state)
{
    struct built b;
    (void)state;
    build(&b, ten);
    uint32_t square = make_add(&b.m, b.condition, NKB_HLO_MULTIPLY, make_scalar(MAKE_S32), 2, 1, 1);
    make_compare(&b.m, b.condition, square, 2, NKB_CMP_LT);
    expect_unknown_built(&b, "its condition is not on a counter and a constant");
    build(&b, ten);
    make_add(&b.m, b.condition, NKB_HLO_AND, make_scalar(NKB_TYPE_PRED), 2, 3, 3);
    expect_unknown_built(&b, "its condition is no comparison");
}

static void takes_a_state_that_is_the_counter_itself(void **state)
{
    struct built b = {.m = MAKE_INIT};
    struct make *m = &b.m;
    struct nkb_hlo_shape s32 = make_scalar(MAKE_S32);
    (void)state;
    b.body = make_computation(m, "body");
    uint32_t p = make_parameter(m, b.body, 0, s32), one = make_constant(m, b.body, MAKE_S32, 1);
    make_add(m, b.body, NKB_HLO_ADD, s32, 2, p, one);
    b.condition = make_computation(m, "condition");
    p = make_parameter(m, b.condition, 0, s32);
    make_compare(m, b.condition, p, make_constant(m, b.condition, MAKE_S32, 5), NKB_CMP_LT);
    b.entry = make_computation(m, "entry");
    b.loop = make_add(m, b.entry, NKB_HLO_WHILE, s32, 1, make_constant(m, b.entry, MAKE_S32, 2));
    make_calls(m, b.entry, b.loop, 2, b.body, b.condition);
    expect_built(&b, 3);
}

static void an_annotation_wins_and_a_contradiction_is_seen(void **state)
{
    struct built b;
    (void)state;
    for (int64_t n = 10; n <= 12; n += 2) {
        build(&b, ten);
        make_attrs(&b.m, b.entry, b.loop)->has_known_trip_count = true;
        make_attrs(&b.m, b.entry, b.loop)->known_trip_count = n;
        struct nkb_trip trip = find(&b);
        assert_int_equal(trip.how, NKB_TRIP_ANNOTATED);
        assert_int_equal(trip.count, n);
        assert_int_equal(trip.contradicted, n != 10);
        assert_int_equal(trip.inferred, 10);
        nkb_arena_free(&b.m.arena);
    }
}

static void a_loop_in_pieces_is_unknown(void **state)
{
    struct built b;
    (void)state;
    build(&b, ten);
    make_calls(&b.m, b.entry, b.loop, 1, b.body);
    expect_unknown_built(&b, "it lacks a body, a condition or a start");
    build(&b, ten);
    make_calls(&b.m, b.entry, b.loop, 2, b.body, NKB_HLO_NONE);
    expect_unknown_built(&b, "it lacks a body, a condition or a start");
    build(&b, ten);
    b.m.hlo.computations[b.body].root = NKB_HLO_NONE;
    expect_unknown_built(&b, "its counter does not change by a constant");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_up_and_down_by_any_step),
        cmocka_unit_test(takes_the_constant_on_either_side),
        cmocka_unit_test(runs_never_when_the_condition_is_false_at_once),
        cmocka_unit_test(stays_unknown_where_the_counter_never_gets_there),
        cmocka_unit_test(never_answers_where_a_value_wraps),
        cmocka_unit_test(sees_a_sum_wrap_before_it_is_widened),
        cmocka_unit_test(a_wide_sum_may_leave_the_type_it_was_widened_from),
        cmocka_unit_test(follows_a_counter_that_is_narrowed),
        cmocka_unit_test(takes_adding_all_ones_to_an_unsigned_as_minus_one),
        cmocka_unit_test(compares_integers_only),
        cmocka_unit_test(takes_a_bound_that_the_body_hands_on),
        cmocka_unit_test(does_not_take_a_bound_that_changes_or_comes_from_outside),
        cmocka_unit_test(needs_a_constant_start),
        cmocka_unit_test(needs_a_constant_step),
        cmocka_unit_test(condition_must_be_a_counter_against_a_constant),
        cmocka_unit_test(takes_a_state_that_is_the_counter_itself),
        cmocka_unit_test(an_annotation_wins_and_a_contradiction_is_seen),
        cmocka_unit_test(a_loop_in_pieces_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
