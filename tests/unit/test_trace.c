/* Where values come from: what is seen through, and how far it is followed. */
#include "loop_make.h"

#include "analyze/trace.h"

static void sees_through_not_copies_sums_and_conversions(void **state)
{
    struct built b;
    struct nkb_hlo_shape s32 = make_scalar(MAKE_S32), s64 = make_scalar(MAKE_S64);
    (void)state;
    build(&b, ten); /* not (i >= 10) */
    uint32_t compare = make_compare(&b.m, b.condition, 1, 2, NKB_CMP_GE);
    make_add(&b.m, b.condition, NKB_HLO_NOT, make_scalar(NKB_TYPE_PRED), 1, compare);
    expect_built(&b, 10);

    build(&b, ten); /* i + 3 < 10 */
    uint32_t three = make_constant(&b.m, b.condition, MAKE_S32, 3);
    uint32_t sum = make_add(&b.m, b.condition, NKB_HLO_ADD, s32, 2, three, 1);
    make_compare(&b.m, b.condition, sum, 2, NKB_CMP_LT);
    expect_built(&b, 7);

    build(&b, ten); /* i = (i + 1) + 1, copied */
    uint32_t twice = make_add(&b.m, b.body, NKB_HLO_ADD, s32, 2, 4, 3);
    uint32_t copy = make_add(&b.m, b.body, NKB_HLO_COPY, s32, 1, twice);
    make_add(&b.m, b.body, NKB_HLO_TUPLE, MAKE_TUPLE, 2, copy, 2);
    expect_built(&b, 5);

    build(&b, ten); /* compared as s64: the counter is still an s32 */
    uint32_t wide = make_add(&b.m, b.condition, NKB_HLO_CONVERT, s64, 1, 1);
    uint32_t bound = make_constant(&b.m, b.condition, MAKE_S64, INT64_C(1) << 40);
    make_compare(&b.m, b.condition, wide, bound, NKB_CMP_LT);
    expect_unknown_built(&b, "its counter wraps around");

    build(&b, ten); /* narrowing changes no value that fits */
    uint32_t narrow = make_add(&b.m, b.condition, NKB_HLO_CONVERT, make_scalar(MAKE_S8), 1, 1);
    bound = make_constant(&b.m, b.condition, MAKE_S8, 10);
    make_compare(&b.m, b.condition, narrow, bound, NKB_CMP_LT);
    expect_built(&b, 10);

    build(&b, ten); /* and may change one that does not */
    narrow = make_add(&b.m, b.condition, NKB_HLO_CONVERT, make_scalar(MAKE_S8), 1, 1);
    bound = make_constant(&b.m, b.condition, MAKE_S8, 127);
    make_compare(&b.m, b.condition, narrow, bound, NKB_CMP_LE);
    expect_unknown_built(&b, "its counter wraps around");
    build(&b, (struct spec){300, 310, 1, NKB_CMP_LT, 0, 0, 0, 0});
    narrow = make_add(&b.m, b.condition, NKB_HLO_CONVERT, make_scalar(MAKE_S8), 1, 1);
    bound = make_constant(&b.m, b.condition, MAKE_S8, 10);
    make_compare(&b.m, b.condition, narrow, bound, NKB_CMP_LT);
    expect_unknown_built(&b, "its counter wraps around");
}

/* The start of the loop through copies of copies: as many as are followed, and one more. */
static void follows_a_value_64_steps_and_no_further(void **state)
{
    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        struct built b;
        build(&b, ten);
        uint32_t at = 0;
        /* the way has the tuple and the constant besides the copies */
        for (int i = 0; i < NKB_TRACE_MAX_HOPS - 2 + extra; i++)
            at = make_add(&b.m, b.entry, NKB_HLO_COPY, make_scalar(MAKE_S32), 1, at);
        uint32_t tuple = make_add(&b.m, b.entry, NKB_HLO_TUPLE, MAKE_TUPLE, 2, at, UINT32_C(1));
        ((uint32_t *)(uintptr_t)make_at(&b.m, b.entry, b.loop)->operands)[0] = tuple;
        if (extra)
            expect_unknown_built(&b, "its counter does not start at a constant");
        else
            expect_built(&b, 10);
    }
}

static void follows_tuples_8_deep_and_no_deeper(void **state)
{
    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        struct built b;
        build(&b, ten);
        uint32_t inner = 0;
        int depth = NKB_TRACE_MAX_PATH + extra;
        for (int i = 0; i < depth; i++)
            inner = make_add(&b.m, b.entry, NKB_HLO_TUPLE, MAKE_TUPLE, 1, inner);
        for (int i = 0; i < depth; i++)
            inner = make_element(&b.m, b.entry, MAKE_TUPLE, inner, 0);
        uint32_t tuple = make_add(&b.m, b.entry, NKB_HLO_TUPLE, MAKE_TUPLE, 2, inner, UINT32_C(1));
        ((uint32_t *)(uintptr_t)make_at(&b.m, b.entry, b.loop)->operands)[0] = tuple;
        if (extra)
            expect_unknown_built(&b, "its counter does not start at a constant");
        else
            expect_built(&b, 10);
    }
}

/* The loop's own computation is one of the 32 that are looked into. */
static void follows_calls_31_deep_and_no_deeper(void **state)
{
    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        struct built b;
        build(&b, ten);
        uint32_t callee = make_computation(&b.m, "f"), call = 0;
        make_constant(&b.m, callee, MAKE_S32, 4);
        for (int i = 0; i < NKB_TRACE_MAX_FRAMES - 1 + extra; i++) {
            bool last = i + 1 == NKB_TRACE_MAX_FRAMES - 1 + extra;
            uint32_t caller = last ? b.entry : make_computation(&b.m, "g");
            call = make_add(&b.m, caller, NKB_HLO_CALL, make_scalar(MAKE_S32), 0);
            make_calls(&b.m, caller, call, 1, callee);
            callee = caller;
        }
        uint32_t tuple = make_add(&b.m, b.entry, NKB_HLO_TUPLE, MAKE_TUPLE, 2, call, UINT32_C(1));
        ((uint32_t *)(uintptr_t)make_at(&b.m, b.entry, b.loop)->operands)[0] = tuple;
        if (extra)
            expect_unknown_built(&b, "its counter does not start at a constant");
        else
            expect_built(&b, 6);
    }
}

static void follows_7_additions_and_no_more(void **state)
{
    (void)state;
    for (int additions = 7; additions <= 8; additions++) {
        struct built b;
        build(&b, (struct spec){0, 70, 1, NKB_CMP_LT, 0, 0, 0, 0});
        uint32_t at = 1;
        for (int i = 0; i < additions; i++)
            at = make_add(&b.m, b.body, NKB_HLO_ADD, make_scalar(MAKE_S32), 2, at, UINT32_C(3));
        make_add(&b.m, b.body, NKB_HLO_TUPLE, MAKE_TUPLE, 2, at, UINT32_C(2));
        if (additions > 7)
            expect_unknown_built(&b, "its counter does not change by a constant");
        else
            expect_built(&b, 10);
    }
}

static void a_circle_of_operands_ends_the_trace(void **state)
{
    struct built b;
    (void)state;
    build(&b, ten);
    make_at(&b.m, b.entry, 0)->opcode = NKB_HLO_COPY;
    uint32_t self = 0;
    make_at(&b.m, b.entry, 0)->operands = &self;
    make_at(&b.m, b.entry, 0)->operand_count = 1;
    expect_unknown_built(&b, "its counter does not start at a constant");
}

/* CPU-optimised modules wrap the comparison in a fusion, older frontends in a call. */
static void sees_through_calls_and_fusions(void **state)
{
    (void)state;
    for (int fused = 0; fused < 2; fused++) {
        enum nkb_hlo_opcode opcode = fused ? NKB_HLO_FUSION : NKB_HLO_CALL;
        struct nkb_hlo_shape s32 = make_scalar(MAKE_S32);
        struct built b;
        build(&b, ten);
        uint32_t less = make_computation(&b.m, "less");
        uint32_t x = make_parameter(&b.m, less, 0, s32), y = make_parameter(&b.m, less, 1, s32);
        make_compare(&b.m, less, x, y, NKB_CMP_LT);
        uint32_t plus = make_computation(&b.m, "plus");
        x = make_parameter(&b.m, plus, 0, s32);
        y = make_parameter(&b.m, plus, 1, s32);
        make_add(&b.m, plus, NKB_HLO_ADD, s32, 2, x, y);

        uint32_t call = make_add(&b.m, b.condition, opcode, make_scalar(NKB_TYPE_PRED), 2,
                                 UINT32_C(1), UINT32_C(2));
        make_calls(&b.m, b.condition, call, 1, less);
        call = make_add(&b.m, b.body, opcode, s32, 2, UINT32_C(1), UINT32_C(3));
        make_calls(&b.m, b.body, call, 1, plus);
        make_add(&b.m, b.body, NKB_HLO_TUPLE, MAKE_TUPLE, 2, call, UINT32_C(2));
        expect_built(&b, 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_through_not_copies_sums_and_conversions),
        cmocka_unit_test(follows_a_value_64_steps_and_no_further),
        cmocka_unit_test(follows_tuples_8_deep_and_no_deeper),
        cmocka_unit_test(follows_calls_31_deep_and_no_deeper),
        cmocka_unit_test(follows_7_additions_and_no_more),
        cmocka_unit_test(a_circle_of_operands_ends_the_trace),
        cmocka_unit_test(sees_through_calls_and_fusions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
