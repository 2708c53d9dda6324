/* XLA's cost model: its own test cases, how computations enter it, the table of opcodes, and what
 * each module without a cost is told. */
#include "cost_case.h"

#define ADD "add { a = f32[] parameter(0) b = f32[] parameter(1) ROOT r = f32[] add(a, b) }\n"

static void xla_fully_connected(void **state)
{
    (void)state;
    assert_cost("HloModule m\nENTRY e {\n"
                "  x = f32[10,5]{1,0} parameter(0)\n  w = f32[5,20]{1,0} parameter(1)\n"
                "  b = f32[20]{0} parameter(2)\n"
                "  d = f32[10,20]{1,0} dot(x, w), lhs_contracting_dims={1}, "
                "rhs_contracting_dims={0}\n"
                "  c = f32[10,20]{1,0} broadcast(b), dimensions={1}\n"
                "  s = f32[10,20]{1,0} add(d, c)\n  z = f32[] constant(0)\n"
                "  zb = f32[10,20]{1,0} broadcast(z), dimensions={}\n"
                "  m = f32[10,20]{1,0} maximum(s, zb)\n"
                "  ROOT t = f32[10,20]{1,0} tanh(m)\n}\n",
                2 * 1000 + 200 + 200, 200, (200 + 400 + 800) + 880 + 2400 + 804 + 2400 + 1600);
}

/* Old texts: the third operand says where the half of lhs that is stored belongs. */
static void a_sparse_dot_counts_like_any_other(void **state)
{
    (void)state;
    assert_cost("HloModule m\nENTRY e {\n"
                "  a = bf16[8,16]{1,0} parameter(0)\n  b = bf16[32,4]{1,0} parameter(1)\n"
                "  m = u16[8,2]{1,0} parameter(2)\n"
                "  ROOT d = f32[8,4]{1,0} dot(a, b, m), lhs_contracting_dims={1}, "
                "rhs_contracting_dims={0}, sparsity=L.1@2:4\n}\n",
                2 * 8 * 4 * 16, 0, 2 * 8 * 16 + 2 * 32 * 4 + 2 * 8 * 2 + 4 * 8 * 4);
}

static void calls_count_each_time(void **state)
{
    (void)state;
    struct cost_case c;
    cost_read(&c, "HloModule m\n"
                  "f { p = f32[8]{0} parameter(0) ROOT e = f32[8]{0} exponential(p) }\n"
                  "never { p = f32[8]{0} parameter(0) ROOT e = f32[8]{0} negate(p) }\n"
                  "ENTRY e {\n  p = f32[8]{0} parameter(0)\n"
                  "  a = f32[8]{0} call(p), to_apply=f\n  b = f32[8]{0} call(a), to_apply=f\n"
                  "  dead = f32[8]{0} add(a, p)\n  ROOT r = f32[8]{0} call(b), to_apply=f\n}\n");
    cost_analyze(&c, 5);
    assert_true(c.module.has_xla);
    assert_int_equal(c.module.xla.transcendentals, 24);
    assert_int_equal(c.module.xla.flops, 8);
    assert_int_equal(c.module.xla.bytes, 3 * 64 + 96);
    const struct nkb_op *op = cost_op(&c, NKB_HLO_EXPONENTIAL);
    assert_int_equal(op->count, 1);
    assert_int_equal(op->transcendentals, 24);
    assert_int_equal(op->bytes, 3 * 64);
    assert_int_equal(cost_op(&c, NKB_HLO_CALL)->bytes, 0);
    op = cost_op(&c, NKB_HLO_ADD);
    assert_true(op->has_executed_flops);
    assert_int_equal(op->executed_flops, 5 * 8);
    /* Said to run five times, but XLA never looks at it: not known. */
    op = cost_op(&c, NKB_HLO_NEGATE);
    assert_int_equal(op->count, 1);
    assert_int_equal(op->flops, 0);
    assert_false(op->has_executed_flops);
    cost_analyze(&c, 0);
    assert_false(cost_op(&c, NKB_HLO_ADD)->has_executed_flops);
    cost_close(&c);
}

/* Each property of a conditional takes its own largest branch. */
static void conditional_takes_the_largest_of_each(void **state)
{
    (void)state;
    struct cost_case c;
    cost_read(&c, "HloModule m\n"
                  "f { p = f32[9]{0} parameter(0) ROOT n = f32[9]{0} negate(p) }\n"
                  "g { p = f32[9]{0} parameter(0) ROOT n = f32[9]{0} sine(p) }\n"
                  "h { p = f32[9]{0} parameter(0) ROOT n = f32[9]{0} custom-call(p, p), "
                  "custom_call_target=\"t\" }\n"
                  "i { p = f32[9]{0} parameter(0) a = f32[99]{0} iota(), iota_dimension=0 "
                  "ROOT n = f32[9]{0} negate(p) }\n"
                  "ENTRY e {\n  k = s32[] parameter(0)\n  p = f32[9]{0} parameter(1)\n"
                  "  ROOT r = f32[9]{0} conditional(k, p, p, p, p), "
                  "branch_computations={f, g, h, i}\n}\n");
    cost_analyze(&c, 0);
    assert_true(c.module.has_xla);
    assert_int_equal(c.module.xla.flops, 9);
    assert_int_equal(c.module.xla.transcendentals, 9);
    assert_int_equal(c.module.xla.bytes, 4 * 99 + 72);
    assert_int_equal(c.module.xla.unknown_calls, 0);
    cost_check_sums(&c.module, "conditional");
    assert_int_equal(cost_op(&c, NKB_HLO_NEGATE)->flops, 9);
    cost_close(&c);
}

static void unknown_calls_are_minus_one_each(void **state)
{
    (void)state;
    struct cost_case c;
    cost_read(&c, "HloModule m\n"
                  "f { p = f32[] parameter(0) ROOT n = f32[] custom-call(p), "
                  "custom_call_target=\"t\" }\n"
                  "ENTRY e {\n  p = f32[64]{0} parameter(0)\n"
                  "  a = f32[64]{0} map(p), dimensions={0}, to_apply=f\n"
                  "  ROOT r = f32[64]{0} custom-call(a), custom_call_target=\"t\"\n}\n");
    cost_analyze(&c, 1);
    assert_true(c.module.has_xla);
    assert_int_equal(c.module.xla.flops, -65);
    assert_int_equal(c.module.xla.bytes, 512 - 1);
    assert_int_equal(c.module.xla.unknown_calls, 65);
    const struct nkb_op *op = cost_op(&c, NKB_HLO_CUSTOM_CALL);
    assert_int_equal(op->flops, 0);
    assert_int_equal(op->bytes, 0);
    assert_int_equal(op->executed_flops, 0);
    cost_check_sums(&c.module, "custom calls");
    cost_close(&c);
}

static void a_ragged_dot_executes_more_than_xla_says(void **state)
{
    (void)state;
    struct cost_case c;
    cost_read(&c, "HloModule m\nENTRY e {\n  a = bf16[64,32]{1,0} parameter(0)\n"
                  "  b = bf16[4,32,16]{2,1,0} parameter(1)\n  g = s64[4]{0} parameter(2)\n"
                  "  ROOT r = bf16[64,16]{1,0} ragged-dot(a, b, g), lhs_contracting_dims={1}, "
                  "rhs_contracting_dims={1}, lhs_ragged_dims={0}, rhs_group_dims={0}\n}\n");
    cost_analyze(&c, 3);
    assert_int_equal(c.module.xla.flops, 2 * 16 * 32);
    assert_int_equal(cost_op(&c, NKB_HLO_RAGGED_DOT)->executed_flops, 3 * 2 * 64 * 16 * 32);
    cost_close(&c);
}

static void ops_are_sorted_by_name(void **state)
{
    (void)state;
    struct cost_case c;
    cost_read(&c,
              "HloModule m\n" ADD "b { p = f32[2]{0} parameter(0) ROOT n = f32[2]{0} sine(p) }\n"
              "q { p = f32[2]{0} parameter(0) ROOT z = pred[] constant(true) }\n"
              "ENTRY e {\n  p = f32[2]{0} parameter(0)\n  x = f32[2]{0} negate(p)\n"
              "  y = f32[2]{0} cosine(x)\n"
              "  ROOT w = f32[2]{0} while(y), condition=q, body=b\n}\n");
    struct nkb_hlo_instruction *odd = cost_find(&c, "x");
    odd->opcode = NKB_HLO_OPCODE_COUNT;
    const struct nkb_hlo_attrs named = {.opcode_name = NKB_STR_LITERAL("frobnicate")};
    odd->attrs = &named;
    cost_analyze(&c, 0);
    const char *const names[] = {"add",  "constant", "cosine", "parameter",
                                 "sine", "unknown",  "while"};
    assert_int_equal(c.module.op_count, sizeof names / sizeof *names);
    for (uint32_t i = 0; i < c.module.op_count; i++)
        assert_string_equal(nkb_hlo_opcode_name(c.module.ops[i].opcode), names[i]);
    assert_int_equal(cost_op(&c, NKB_HLO_PARAMETER)->count, 5);
    assert_string_equal(c.module.why_no_xla,
                        "instruction 'x' in 'e': opcode 'frobnicate' is not XLA's");
    cost_close(&c);
}

static const char small[] =
    "HloModule m\n" ADD "f { p = f32[2]{0} parameter(0) ROOT n = f32[2]{0} sine(p) }\n"
    "ENTRY e {\n  p = f32[2]{0} parameter(0)\n  z = f32[] constant(0)\n"
    "  x = f32[2]{0} negate(p)\n  u = f32[2]{0} fusion(x), kind=kLoop, "
    "calls=f\n  s = f32[] reduce(u, z), dimensions={0}, to_apply=add\n"
    "  ROOT y = f32[2]{0} add(x, x)\n}\n";

static void what_is_missing_is_named(void **state)
{
    (void)state;
    struct cost_case c;
    const int64_t id = 777;
    const uint32_t itself[] = {5, 5};
    struct nkb_hlo_shape odd;
    uint32_t none[2 + NKB_HLO_MISSING_ROOM] = {NKB_HLO_NONE, NKB_HLO_NONE},
                      one[1 + NKB_HLO_MISSING_ROOM] = {NKB_HLO_NONE};
    memcpy(none + 2, &id, sizeof id);
    memcpy(one + 1, &id, sizeof id);
    cost_read(&c, small);
    struct nkb_hlo_instruction *y = cost_find(&c, "y"), *u = cost_find(&c, "u");
    struct nkb_hlo_instruction saved = *y, call = *u;
    y->operands = none;
    assert_why(&c, "instruction 'y' in 'e': operand 777 does not exist");
    y->operands = itself;
    assert_why(&c, "instruction 'y' in 'e': its operands lead back to it");
    *y = saved;
    y->operand_count = 1;
    assert_why(&c, "instruction 'y' in 'e': its operands, shapes and attributes give no cost");
    *y = saved;
    odd = *y->shape;
    odd.element_type = 99;
    y->shape = &odd;
    assert_why(&c, "instruction 'y' in 'e': its shape has no size");
    *y = saved;
    u->called = one;
    assert_why(&c, "instruction 'u' in 'e': called computation 777 does not exist");
    *u = call;
    u->called_count = 0;
    assert_why(&c, "instruction 'u' in 'e': calls 0 computations; fusion needs 1");
    *u = call;
    c.hlo.computations[1].instructions[0].number = 1;
    assert_why(&c, "computation 'f' is no well-formed fusion");
    c.hlo.computations[1].root = NKB_HLO_NONE;
    assert_why(&c, "computation 'f' has no root instruction");
    c.hlo.entry = NKB_HLO_NONE;
    assert_why(&c, "the module has no entry computation");
    cost_close(&c);
}

static void operands_may_come_late_but_not_in_circles(void **state)
{
    (void)state;
    struct cost_case c;
    cost_read(&c, small);
    struct nkb_hlo_computation *e = &c.hlo.computations[c.hlo.entry];
    cost_find(&c, "x")->operands = (const uint32_t[]){5}; /* y, which still needs x */
    assert_why(&c, "instruction 'x' in 'e': its operands lead back to it");
    cost_find(&c, "y")->operands = (const uint32_t[]){0, 0};
    cost_analyze(&c, 0);
    assert_true(c.module.has_xla);
    assert_int_equal(e->instruction_count, 6);
    cost_close(&c);
}

static void a_computation_that_calls_itself(void **state)
{
    (void)state;
    struct cost_case c;
    cost_read(&c, small);
    const uint32_t entry[] = {c.hlo.entry};
    cost_find(&c, "u")->called = entry;
    assert_why(&c, "computation 'e' calls itself");
    cost_close(&c);
}

static void a_protobuf_dot_has_dimension_numbers(void **state)
{
    (void)state;
    struct cost_case c;
    cost_read(&c, "HloModule m\nENTRY e {\n  a = f32[2]{0} parameter(0)\n"
                  "  ROOT d = f32[2,2]{1,0} dot(a, a)\n}\n");
    cost_analyze(&c, 0);
    assert_int_equal(c.module.xla.flops, 8);
    cost_find(&c, "d")->attrs = NULL;
    c.hlo.form = NKB_FORM_PROTO;
    assert_why(&c, "instruction 'd' in 'e': its operands, shapes and attributes give no cost");
    cost_close(&c);
}

static void memory_that_runs_out_is_the_callers(void **state)
{
    (void)state;
    struct cost_case c;
    cost_read(&c, small);
    c.keep.limit_bytes = 256;
    assert_why(&c, "out of memory");
    assert_true(nkb_arena_failed(&c.keep));
    cost_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xla_fully_connected),
        cmocka_unit_test(a_sparse_dot_counts_like_any_other),
        cmocka_unit_test(calls_count_each_time),
        cmocka_unit_test(conditional_takes_the_largest_of_each),
        cmocka_unit_test(unknown_calls_are_minus_one_each),
        cmocka_unit_test(a_ragged_dot_executes_more_than_xla_says),
        cmocka_unit_test(ops_are_sorted_by_name),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(operands_may_come_late_but_not_in_circles),
        cmocka_unit_test(a_computation_that_calls_itself),
        cmocka_unit_test(a_protobuf_dot_has_dimension_numbers),
        cmocka_unit_test(memory_that_runs_out_is_the_callers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
