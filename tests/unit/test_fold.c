/* Constants that are arithmetic on constants: where a loop starts, ends and how far it steps; and
 * what is no constant, for its type does not hold it or because it was too long a way. */
#include "loop_make.h"

#include "analyze/fold.h"

/* The loop of `ten`, started at `opcode` of two constants of a type. */
static void start_at(struct built *b, enum nkb_hlo_opcode opcode, int32_t type, int64_t left,
                     int64_t right)
{
    build(b, ten);
    struct make *m = &b->m;
    uint32_t l = make_constant(m, b->entry, type, left),
             r = make_constant(m, b->entry, type, right);
    uint32_t value = make_add(m, b->entry, opcode, make_scalar(type), 2, l, r);
    if (type != MAKE_S32)
        value = make_add(m, b->entry, NKB_HLO_CONVERT, make_scalar(MAKE_S32), 1, value);
    uint32_t tuple = make_add(m, b->entry, NKB_HLO_TUPLE, MAKE_TUPLE, 2, value, UINT32_C(1));
    ((uint32_t *)(uintptr_t)make_at(m, b->entry, b->loop)->operands)[0] = tuple;
}

static void expect_start(enum nkb_hlo_opcode opcode, int32_t type, int64_t left, int64_t right,
                         int64_t start)
{
    struct built b;
    start_at(&b, opcode, type, left, right);
    expect_built(&b, start < 10 ? 10 - start : 0);
}

static void expect_no_start(enum nkb_hlo_opcode opcode, int32_t type, int64_t left, int64_t right)
{
    struct built b;
    start_at(&b, opcode, type, left, right);
    expect_unknown_built(&b, "its counter does not start at a constant");
}

static void a_loop_may_start_at_arithmetic_on_constants(void **state)
{
    (void)state;
    expect_start(NKB_HLO_ADD, MAKE_S32, 2, 3, 5);
    expect_start(NKB_HLO_SUBTRACT, MAKE_S32, 2, 3, -1);
    expect_start(NKB_HLO_MULTIPLY, MAKE_S32, -2, 3, -6);
    expect_start(NKB_HLO_DIVIDE, MAKE_S32, -7, 2, -3); /* towards zero */
    expect_start(NKB_HLO_REMAINDER, MAKE_S32, -7, 2, -1);
    expect_start(NKB_HLO_MAXIMUM, MAKE_S8, -7, 2, 2);
    expect_start(NKB_HLO_MINIMUM, MAKE_U8, 7, 2, 2);
}

static void what_leaves_its_type_is_no_constant(void **state)
{
    (void)state;
    expect_start(NKB_HLO_ADD, MAKE_S8, 126, 1, 127);
    expect_no_start(NKB_HLO_ADD, MAKE_S8, 127, 1);
    expect_start(NKB_HLO_SUBTRACT, MAKE_U8, 7, 7, 0);
    expect_no_start(NKB_HLO_SUBTRACT, MAKE_U8, 7, 8);
    expect_no_start(NKB_HLO_MULTIPLY, MAKE_S64, INT64_MAX, 2);
    expect_no_start(NKB_HLO_DIVIDE, MAKE_S32, 7, 0);
    expect_no_start(NKB_HLO_REMAINDER, MAKE_S32, 7, 0);
    expect_no_start(NKB_HLO_DIVIDE, MAKE_S8, -128, -1);
    expect_no_start(NKB_HLO_ADD, MAKE_F32, 1, 1);
    expect_no_start(NKB_HLO_XOR, MAKE_S32, 1, 1);        /* not among what is folded */
    expect_no_start(NKB_HLO_MULTIPLY, MAKE_U64, -1, -1); /* beyond 127 bits */
    expect_no_start(NKB_HLO_ADD, MAKE_S64, INT64_C(1) << 40,
                    0); /* does not fit the s32 it becomes */
}

static void takes_unsigned_numbers_of_64_bits(void **state)
{
    (void)state;
    expect_start(NKB_HLO_DIVIDE, MAKE_U64, -1, INT64_MAX, 2); /* (2^64 - 1) / (2^63 - 1) */
    expect((struct spec){-3, -1, 1, NKB_CMP_LT, MAKE_U64, 0, 0, 0}, 2);
    expect((struct spec){0, -1, 1, NKB_CMP_GT, MAKE_U64, 0, 0, 0}, 0);
    expect((struct spec){10, 0, -1, NKB_CMP_GT, MAKE_U64, 0, 0, 0}, 10); /* + 2^64 - 1 */
    expect_unknown((struct spec){-1, 0, -1, NKB_CMP_GT, MAKE_U64, 0, 0, 0},
                   "it runs 2^63 times or more");
    expect((struct spec){INT64_MAX, -2, INT64_MAX, NKB_CMP_LT, MAKE_U64, 0, 0, 0}, 1);
    expect_unknown((struct spec){INT64_MAX, -1, INT64_MAX, NKB_CMP_LT, MAKE_U64, 0, 0, 0},
                   "its counter wraps around");
}

static void bounds_and_steps_are_folded_too(void **state)
{
    struct built b;
    struct nkb_hlo_shape s32 = make_scalar(MAKE_S32);
    (void)state;
    build(&b, ten);
    struct make *m = &b.m;
    uint32_t two = make_constant(m, b.condition, MAKE_S32, 2);
    uint32_t n = make_add(m, b.condition, NKB_HLO_MULTIPLY, s32, 2, two, 2); /* 2 * 10 */
    uint32_t negative = make_add(m, b.condition, NKB_HLO_NEGATE, s32, 1, n);
    uint32_t positive = make_add(m, b.condition, NKB_HLO_ABS, s32, 1, negative);
    make_compare(m, b.condition, 1, positive, NKB_CMP_LT);
    uint32_t step = make_add(m, b.body, NKB_HLO_MULTIPLY, s32, 2, 3, 3);
    step = make_add(m, b.body, NKB_HLO_ADD, s32, 2, step, 3); /* 1 * 1 + 1 */
    uint32_t next = make_add(m, b.body, NKB_HLO_ADD, s32, 2, 1, step);
    make_add(m, b.body, NKB_HLO_TUPLE, MAKE_TUPLE, 2, next, 2);
    expect_built(&b, 10);
}

/* i < n / 2, and n is handed on by the body. */
static void a_bound_may_be_made_of_what_the_body_hands_on(void **state)
{
    struct built b;
    struct nkb_hlo_shape s32 = make_scalar(MAKE_S32);
    (void)state;
    for (int changed = 0; changed < 2; changed++) {
        build(&b, ten);
        uint32_t n = make_element(&b.m, b.condition, s32, 0, 1);
        uint32_t two = make_constant(&b.m, b.condition, MAKE_S32, 2);
        uint32_t half = make_add(&b.m, b.condition, NKB_HLO_DIVIDE, s32, 2, n, two);
        make_compare(&b.m, b.condition, 1, half, NKB_CMP_LT);
        if (changed) {
            make_add(&b.m, b.body, NKB_HLO_TUPLE, MAKE_TUPLE, 2, 4, 4);
            expect_unknown_built(&b, "its condition is not on a counter and a constant");
        } else {
            expect_built(&b, 5);
        }
    }
}

static void a_condition_may_be_constant(void **state)
{
    struct built b;
    (void)state;
    for (int negated = 0; negated < 2; negated++)
        for (int64_t value = 0; value < 2; value++) {
            build(&b, ten);
            uint32_t root = make_constant(&b.m, b.condition, NKB_TYPE_PRED, value);
            if (negated)
                make_add(&b.m, b.condition, NKB_HLO_NOT, make_scalar(NKB_TYPE_PRED), 1, root);
            if (value != negated)
                expect_unknown_built(&b, "its condition never changes");
            else
                expect_built(&b, 0);
        }
}

/* 1 - 1 + 1 - 1 …: as deep as is followed, and one more. */
static void folds_12_deep_and_no_deeper(void **state)
{
    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        struct built b;
        build(&b, ten);
        uint32_t value = make_constant(&b.m, b.entry, MAKE_S32, 0);
        for (int i = 0; i < NKB_FOLD_MAX_DEPTH + extra; i++)
            value = make_add(&b.m, b.entry, NKB_HLO_NEGATE, make_scalar(MAKE_S32), 1, value);
        uint32_t tuple = make_add(&b.m, b.entry, NKB_HLO_TUPLE, MAKE_TUPLE, 2, value, UINT32_C(1));
        ((uint32_t *)(uintptr_t)make_at(&b.m, b.entry, b.loop)->operands)[0] = tuple;
        if (extra)
            expect_unknown_built(&b, "its counter does not start at a constant");
        else
            expect_built(&b, 10);
    }
}

/* Each sum of a value with itself doubles what there is to fold: 2^k - 1 instructions at depth k.
 */
static void one_loop_folds_256_instructions_and_no_more(void **state)
{
    (void)state;
    for (int depth = 7; depth <= 8; depth++) {
        struct built b;
        build(&b, ten);
        struct nkb_hlo_shape s32 = make_scalar(MAKE_S32);
        uint32_t value = make_constant(&b.m, b.entry, MAKE_S32, 0);
        for (int i = 0; i < depth; i++)
            value = make_add(&b.m, b.entry, NKB_HLO_ADD, s32, 2, value, value);
        if (depth == 8) /* 255 are those sums */
            value = make_add(&b.m, b.entry, NKB_HLO_NEGATE, s32, 1, value);
        uint32_t tuple = make_add(&b.m, b.entry, NKB_HLO_TUPLE, MAKE_TUPLE, 2, value, UINT32_C(1));
        ((uint32_t *)(uintptr_t)make_at(&b.m, b.entry, b.loop)->operands)[0] = tuple;
        if (depth == 8)
            expect_unknown_built(&b, "its counter does not start at a constant");
        else
            expect_built(&b, 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loop_may_start_at_arithmetic_on_constants),
        cmocka_unit_test(what_leaves_its_type_is_no_constant),
        cmocka_unit_test(takes_unsigned_numbers_of_64_bits),
        cmocka_unit_test(bounds_and_steps_are_folded_too),
        cmocka_unit_test(a_bound_may_be_made_of_what_the_body_hands_on),
        cmocka_unit_test(a_condition_may_be_constant),
        cmocka_unit_test(folds_12_deep_and_no_deeper),
        cmocka_unit_test(one_loop_folds_256_instructions_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
