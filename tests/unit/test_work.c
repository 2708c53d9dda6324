/* The work of single instructions: XLA's own test cases, brute force against closed forms, and what
 * must be refused. Modules are built by hand, so nothing here depends on a reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyze/work.h"

#define DIMS(...)                                                                                  \
    (const int64_t[]){__VA_ARGS__}, (uint32_t)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t))
#define INTS(...) ((struct nkb_hlo_ints){DIMS(__VA_ARGS__)})

static struct nkb_hlo_shape f32(const int64_t *dims, uint32_t rank)
{
    return (struct nkb_hlo_shape){
        .element_type = 11, .rank = rank, .dims = dims, .has_layout = true};
}

/* A computation of up to four parameters and one instruction that takes them all. */
struct scene {
    struct nkb_hlo_instruction instructions[5];
    struct nkb_hlo_computation computation;
    struct nkb_hlo_attrs attrs;
    struct nkb_hlo_dot dot;
    struct nkb_hlo_convolution convolution;
    struct nkb_hlo_window_dim window[3];
    struct nkb_hlo_shape shapes[5]; /* of the instructions */
};

static struct nkb_hlo_instruction *scene_set(struct scene *scene, enum nkb_hlo_opcode opcode,
                                             struct nkb_hlo_shape result, uint32_t operand_count,
                                             const struct nkb_hlo_shape *operands)
{
    static const uint32_t positions[4] = {0, 1, 2, 3}, called[2] = {0, 0};
    *scene = (struct scene){0};
    for (uint32_t i = 0; i < operand_count; i++) {
        scene->shapes[i] = operands[i];
        scene->instructions[i] =
            (struct nkb_hlo_instruction){.opcode = NKB_HLO_PARAMETER, .shape = &scene->shapes[i]};
    }
    scene->shapes[operand_count] = result;
    scene->instructions[operand_count] =
        (struct nkb_hlo_instruction){.opcode = opcode,
                                     .shape = &scene->shapes[operand_count],
                                     .operands = positions,
                                     .operand_count = operand_count,
                                     .called = called,
                                     .called_count = 2,
                                     .attrs = &scene->attrs};
    scene->computation.instructions = scene->instructions;
    scene->computation.instruction_count = operand_count + 1;
    return &scene->instructions[operand_count];
}

typedef bool work_fn(const struct nkb_hlo_computation *, const struct nkb_hlo_instruction *,
                     nkb_i128 *);

static long long work_of(work_fn *work, const struct scene *scene,
                         const struct nkb_hlo_instruction *instruction)
{
    nkb_i128 macs = -999;
    int64_t small = 0;
    assert_true(work(&scene->computation, instruction, &macs));
    assert_true(nkb_i128_fits(macs, &small));
    return small;
}

#define assert_work(work, scene, instruction, expected)                                            \
    assert_int_equal(work_of(work, scene, instruction), expected)

static void assert_no_work(work_fn *work, const struct scene *scene,
                           const struct nkb_hlo_instruction *instruction)
{
    nkb_i128 macs;
    assert_false(work(&scene->computation, instruction, &macs));
}

static void elements_multiply_dimensions(void **state)
{
    (void)state;
    const int64_t huge = INT64_C(1) << 62;
    struct nkb_hlo_shape shape = f32(DIMS(3, 5, 7));
    nkb_i128 elements;
    assert_true(nkb_shape_elements(&shape, &elements) && elements == 105);
    shape.rank = 0;
    assert_true(nkb_shape_elements(&shape, &elements) && elements == 1);
    shape = f32(DIMS(huge, 4, huge)); /* 2^126 */
    assert_true(nkb_shape_elements(&shape, &elements) && elements == (nkb_i128)1 << 126);
    shape = f32(DIMS(huge, 8, huge)); /* 2^127, one past */
    assert_false(nkb_shape_elements(&shape, &elements));
    shape = f32(DIMS(huge, huge, huge, 0)); /* a zero behind an overflow is still nothing */
    assert_true(nkb_shape_elements(&shape, &elements) && elements == 0);
    shape = f32(DIMS(-4, 8));
    assert_true(nkb_shape_elements(&shape, &elements) && elements == -32);
    shape = (struct nkb_hlo_shape){.element_type = NKB_TYPE_TUPLE};
    assert_false(nkb_shape_elements(&shape, &elements));
    assert_false(nkb_shape_xla_elements(&shape, &elements));
}

static void xla_elements_wrap_only_where_unbounded(void **state)
{
    (void)state;
    struct nkb_hlo_shape shape = f32(DIMS(INT64_MIN, 10));
    nkb_i128 elements;
    assert_true(nkb_shape_xla_elements(&shape, &elements) && elements == 0);
    shape = f32(DIMS(INT64_MIN, 5));
    assert_true(nkb_shape_xla_elements(&shape, &elements) && elements == INT64_MIN);
    shape = f32(DIMS(-4, 8));
    assert_false(nkb_shape_xla_elements(&shape, &elements));
    shape = f32(DIMS(INT64_C(1) << 62, 4));
    assert_true(nkb_shape_xla_elements(&shape, &elements) && elements == (nkb_i128)1 << 64);
}

static void dot_counts_what_it_multiplies(void **state)
{
    (void)state;
    struct scene scene;
    struct nkb_hlo_instruction *dot =
        scene_set(&scene, NKB_HLO_DOT, f32(DIMS(10, 30)), 2,
                  (struct nkb_hlo_shape[]){f32(DIMS(10, 5)), f32(DIMS(5, 30))});
    scene.attrs.dot = &scene.dot;
    scene.dot = (struct nkb_hlo_dot){.lhs_contracting = INTS(1), .rhs_contracting = INTS(0)};
    assert_work(nkb_dot_macs, &scene, dot, 1500);
    assert_work(nkb_dot_xla_macs, &scene, dot, 1500);
    /* Batch 2, two contracting dimensions (XLA's DotGeneral). */
    dot = scene_set(&scene, NKB_HLO_DOT, f32(DIMS(2, 10, 30)), 2,
                    (struct nkb_hlo_shape[]){f32(DIMS(2, 10, 5, 5)), f32(DIMS(2, 5, 5, 30))});
    scene.attrs.dot = &scene.dot;
    scene.dot = (struct nkb_hlo_dot){.lhs_contracting = INTS(2, 3),
                                     .rhs_contracting = INTS(1, 2),
                                     .lhs_batch = INTS(0),
                                     .rhs_batch = INTS(0)};
    assert_work(nkb_dot_macs, &scene, dot, 2 * 10 * 30 * 5 * 5);
    assert_work(nkb_dot_xla_macs, &scene, dot, 2 * 10 * 30 * 5 * 5);
    dot->operand_count = 1;
    assert_no_work(nkb_dot_macs, &scene, dot);
    dot->operand_count = 2;
    dot->operands = (const uint32_t[]){0, NKB_HLO_NONE};
    assert_no_work(nkb_dot_macs, &scene, dot);
}

/* Where a dot is malformed upstream goes by the operands, XLA by the result. */
static void malformed_dots_follow_upstream_and_xla(void **state)
{
    (void)state;
    struct scene scene;
    struct nkb_hlo_instruction *dot =
        scene_set(&scene, NKB_HLO_DOT, f32(DIMS(4, 16)), 2,
                  (struct nkb_hlo_shape[]){f32(DIMS(4, 8)), f32(DIMS(8, 16))});
    assert_work(nkb_dot_macs, &scene, dot, 4 * 8 * 8 * 16);
    assert_work(nkb_dot_xla_macs, &scene, dot, 4 * 16);
    scene.attrs.dot = &scene.dot;
    scene.dot =
        (struct nkb_hlo_dot){.lhs_contracting = INTS(1), .rhs_contracting = INTS(7, -1, -7)};
    assert_work(nkb_dot_macs, &scene, dot, 4 * 8 * 8 * 16);
    assert_work(nkb_dot_xla_macs, &scene, dot, 4 * 16 * 8);
    scene.dot = (struct nkb_hlo_dot){.lhs_contracting = INTS(2), .rhs_contracting = INTS(0, 0)};
    assert_work(nkb_dot_macs, &scene, dot, 4 * 8 * 16);
    assert_no_work(nkb_dot_xla_macs, &scene, dot);
}

static void dots_of_any_rank(void **state)
{
    (void)state;
    static int64_t dims[40];
    for (uint32_t rank = 15; rank <= 40; rank++) {
        struct scene scene;
        for (uint32_t i = 0; i < rank; i++)
            dims[i] = i + 1 == rank ? 6 : i == 0 ? 5 : 1;
        struct nkb_hlo_instruction *dot =
            scene_set(&scene, NKB_HLO_DOT, f32(DIMS(3, 5)), 2,
                      (struct nkb_hlo_shape[]){f32(DIMS(3, 6)), f32(dims, rank)});
        scene.attrs.dot = &scene.dot;
        scene.dot =
            (struct nkb_hlo_dot){.lhs_contracting = INTS(1), .rhs_contracting = INTS(rank - 1)};
        assert_work(nkb_dot_macs, &scene, dot, 3 * 6 * 5);
    }
}

static void ragged_dot_shares_its_groups(void **state)
{
    (void)state;
    struct scene scene;
    struct nkb_hlo_instruction *dot =
        scene_set(&scene, NKB_HLO_RAGGED_DOT, f32(DIMS(64, 16)), 3,
                  (struct nkb_hlo_shape[]){f32(DIMS(64, 32)), f32(DIMS(4, 32, 16)), f32(DIMS(4))});
    scene.attrs.dot = &scene.dot;
    scene.dot = (struct nkb_hlo_dot){.lhs_contracting = INTS(1),
                                     .rhs_contracting = INTS(1),
                                     .lhs_ragged = INTS(0),
                                     .rhs_group = INTS(0)};
    assert_work(nkb_ragged_dot_macs, &scene, dot, 64 * 16 * 32);
    assert_work(nkb_dot_xla_macs, &scene, dot, 16 * 32);
    dot = scene_set(&scene, NKB_HLO_RAGGED_DOT, f32(DIMS(4, 64, 16)), 3,
                    (struct nkb_hlo_shape[]){f32(DIMS(64, 32)), f32(DIMS(32, 16)), f32(DIMS(4))});
    scene.attrs.dot = &scene.dot;
    scene.dot = (struct nkb_hlo_dot){
        .lhs_contracting = INTS(1), .rhs_contracting = INTS(0), .lhs_ragged = INTS(1)};
    assert_work(nkb_ragged_dot_macs, &scene, dot, 64 * 16 * 32);
    assert_work(nkb_dot_xla_macs, &scene, dot, 4 * 64 * 16 * 32);
    scene.shapes[2].rank = 0;
    assert_no_work(nkb_ragged_dot_macs, &scene, dot);
}

static struct nkb_hlo_window_dim window_of(int64_t size)
{
    return (struct nkb_hlo_window_dim){
        .size = size, .stride = 1, .window_dilation = 1, .base_dilation = 1};
}

/* A 2-D convolution, bf01_oi01->bf01. */
static struct nkb_hlo_instruction *convolve(struct scene *scene, const int64_t lhs[4],
                                            const int64_t rhs[4], const int64_t result[4])
{
    struct nkb_hlo_instruction *convolution =
        scene_set(scene, NKB_HLO_CONVOLUTION, f32(result, 4), 2,
                  (struct nkb_hlo_shape[]){f32(lhs, 4), f32(rhs, 4)});
    scene->attrs.convolution = &scene->convolution;
    scene->attrs.window = scene->window;
    scene->attrs.window_rank = 2;
    scene->window[0] = window_of(rhs[2]);
    scene->window[1] = window_of(rhs[3]);
    static const int64_t spatial[2] = {2, 3};
    const struct nkb_hlo_ints both = {spatial, 2};
    scene->convolution = (struct nkb_hlo_convolution){.kernel_input_feature = 1,
                                                      .input_feature = 1,
                                                      .output_feature = 1,
                                                      .kernel_spatial = both,
                                                      .input_spatial = both,
                                                      .output_spatial = both};
    return convolution;
}

static void convolution_leaves_out_padding_and_holes(void **state)
{
    (void)state;
    struct scene scene;
    /* XLA's own cases: VALID, SAME, depthwise, dilated both ways. */
    struct nkb_hlo_instruction *convolution = convolve(
        &scene, (int64_t[]){1, 1, 10, 20}, (int64_t[]){1, 1, 3, 3}, (int64_t[]){1, 1, 8, 18});
    assert_work(nkb_convolution_macs, &scene, convolution, 2592 / 2);
    convolution =
        convolve(&scene, (int64_t[]){1, 1, 3, 3}, (int64_t[]){1, 1, 3, 3}, (int64_t[]){1, 1, 3, 3});
    for (int i = 0; i < 2; i++)
        scene.window[i].padding_low = scene.window[i].padding_high = 1;
    assert_work(nkb_convolution_macs, &scene, convolution, 49);
    convolution = convolve(&scene, (int64_t[]){1, 120, 10, 20}, (int64_t[]){120, 1, 3, 3},
                           (int64_t[]){1, 120, 8, 18});
    scene.attrs.feature_group_count = 120;
    assert_work(nkb_convolution_macs, &scene, convolution, 120 * 8 * 18 * 9);
    convolution = convolve(&scene, (int64_t[]){1, 1, 10, 20}, (int64_t[]){1, 1, 3, 3},
                           (int64_t[]){1, 1, 16, 76});
    scene.window[0].base_dilation = 3;
    scene.window[1].base_dilation = 5;
    scene.window[0].window_dilation = 7;
    scene.window[1].window_dilation = 11;
    for (int i = 0; i < 2; i++)
        scene.window[i].padding_low = scene.window[i].padding_high = 1;
    assert_work(nkb_convolution_macs, &scene, convolution, 1472 / 2);
    scene.attrs.window_rank = 3;
    assert_no_work(nkb_convolution_macs, &scene, convolution);
    scene.attrs.window_rank = 2;
    scene.window[1].stride = 0;
    assert_no_work(nkb_convolution_macs, &scene, convolution);
    scene.attrs.window = NULL;
    assert_work(nkb_convolution_macs, &scene, convolution, 1);
    scene.convolution.input_feature = 4;
    assert_no_work(nkb_convolution_macs, &scene, convolution);
}

static void custom_matmul_by_its_rhs(void **state)
{
    (void)state;
    struct scene scene;
    struct nkb_hlo_instruction *call =
        scene_set(&scene, NKB_HLO_CUSTOM_CALL, f32(DIMS(2, 3, 8)), 2,
                  (struct nkb_hlo_shape[]){f32(DIMS(2, 3, 5)), f32(DIMS(5, 8))});
    assert_work(nkb_custom_matmul_macs, &scene, call, 2 * 3 * 8 * 5);
    scene.shapes[2] = f32(DIMS(2, 3, 0));
    assert_work(nkb_custom_matmul_macs, &scene, call, 0);
    scene.shapes[2].rank = 0;
    assert_no_work(nkb_custom_matmul_macs, &scene, call);
    call->operand_count = 1;
    assert_no_work(nkb_custom_matmul_macs, &scene, call);
}

static long long applied(const struct scene *scene, const struct nkb_hlo_instruction *instruction,
                         uint32_t which)
{
    nkb_i128 times = -999;
    assert_true(nkb_applications(&scene->computation, instruction, which, &times));
    return (long long)times;
}

static void applications_by_opcode(void **state)
{
    (void)state;
    const struct nkb_hlo_shape operands[3] = {f32(DIMS(8, 16)), f32(DIMS(4, 4)), f32(DIMS(7))};
    struct scene scene;
    struct nkb_hlo_instruction *op = scene_set(&scene, NKB_HLO_MAP, f32(DIMS(8, 16)), 3, operands);
    nkb_i128 times;
    assert_int_equal(applied(&scene, op, 0), 128);
    op->opcode = NKB_HLO_REDUCE;
    scene.shapes[3] = f32(DIMS(8));
    assert_int_equal(applied(&scene, op, 0), 120);
    op->opcode = NKB_HLO_SCATTER;
    assert_int_equal(applied(&scene, op, 0), 7);
    op->opcode = NKB_HLO_SCAN;
    assert_int_equal(applied(&scene, op, 0), 16);
    op->opcode = NKB_HLO_SELECT_AND_SCATTER;
    scene.attrs.window = scene.window;
    scene.attrs.window_rank = 2;
    scene.window[0] = scene.window[1] = window_of(2);
    assert_int_equal(applied(&scene, op, 0), 16 * 3);
    assert_int_equal(applied(&scene, op, 1), 16);
    const enum nkb_hlo_opcode once[] = {NKB_HLO_CALL, NKB_HLO_FUSION, NKB_HLO_WHILE,
                                        NKB_HLO_CONDITIONAL, NKB_HLO_ASYNC_START};
    for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
        op->opcode = once[i];
        assert_int_equal(applied(&scene, op, 1), 1);
    }
    const enum nkb_hlo_opcode never[] = {NKB_HLO_ALL_REDUCE, NKB_HLO_REDUCE_SCATTER, NKB_HLO_SORT,
                                         NKB_HLO_CUSTOM_CALL, NKB_HLO_ALL_REDUCE_START};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        op->opcode = never[i];
        assert_int_equal(applied(&scene, op, 0), 0);
    }
    assert_false(nkb_applications(&scene.computation, op, 2, &times));
}

static void a_reduce_of_nothing_runs_never(void **state)
{
    (void)state;
    struct scene scene;
    nkb_i128 times;
    struct nkb_hlo_instruction *op = scene_set(&scene, NKB_HLO_REDUCE, f32(DIMS(10)), 1,
                                               (struct nkb_hlo_shape[]){f32(DIMS(10, 0))});
    assert_int_equal(applied(&scene, op, 0), 0);
    assert_true(nkb_xla_applications(&scene.computation, op, 0, &times) && times == -10);
}

static void reduce_window_knows_a_broadcast_reduce(void **state)
{
    (void)state;
    struct scene scene;
    struct nkb_hlo_instruction *op = scene_set(&scene, NKB_HLO_REDUCE_WINDOW, f32(DIMS(8, 16)), 1,
                                               (struct nkb_hlo_shape[]){f32(DIMS(8, 16))});
    scene.attrs.window = scene.window;
    scene.attrs.window_rank = 2;
    scene.window[0] = window_of(1);
    scene.window[1] = window_of(31);
    scene.window[1].padding_low = scene.window[1].padding_high = 15;
    assert_int_equal(applied(&scene, op, 0), 8 + 15);
    scene.window[1].padding_low = 14;
    assert_int_equal(applied(&scene, op, 0), 30 * 128);
    scene.window[1].padding_low = 15;
    scene.window[1].size = 30;
    assert_int_equal(applied(&scene, op, 0), 29 * 128);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_multiply_dimensions),
        cmocka_unit_test(xla_elements_wrap_only_where_unbounded),
        cmocka_unit_test(dot_counts_what_it_multiplies),
        cmocka_unit_test(malformed_dots_follow_upstream_and_xla),
        cmocka_unit_test(dots_of_any_rank),
        cmocka_unit_test(ragged_dot_shares_its_groups),
        cmocka_unit_test(convolution_leaves_out_padding_and_holes),
        cmocka_unit_test(custom_matmul_by_its_rhs),
        cmocka_unit_test(applications_by_opcode),
        cmocka_unit_test(a_reduce_of_nothing_runs_never),
        cmocka_unit_test(reduce_window_knows_a_broadcast_reduce),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
