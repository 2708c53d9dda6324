/* The cost model against modules made to break it: overflow at and past each edge, call chains and
 * call doublings, shapes within shapes, and lists that a careless walk would walk squared. */
#include "cost_case.h"

#include <time.h>

static void flops_up_to_63_bits(void **state)
{
    (void)state;
    const char *const form =
        "HloModule m\nENTRY e {\n  a = f8e5m2[1073741824,%d]{1,0} parameter(0)\n"
        "  b = f8e5m2[%d,1073741824]{1,0} parameter(1)\n"
        "  ROOT d = f8e5m2[1073741824,1073741824]{1,0} dot(a, b), lhs_contracting_dims={1}, "
        "rhs_contracting_dims={0}\n}\n";
    char text[1024];
    snprintf(text, sizeof text, form, 3, 3);
    assert_cost(text, INT64_C(3) << 61, 0, (INT64_C(1) << 60) + (INT64_C(6) << 30));
    snprintf(text, sizeof text, form, 4, 4); /* 2^63 */
    assert_no_cost(text, "the module's flops are beyond 63 bits");
}

/* The -1 of a custom-call brings the sum back into 63 bits, but not the dot's own figure. */
static void an_opcode_beyond_63_bits(void **state)
{
    (void)state;
    assert_no_cost(
        "HloModule m\nENTRY e {\n  a = f8e5m2[1073741824,4]{1,0} parameter(0)\n"
        "  b = f8e5m2[4,1073741824]{1,0} parameter(1)\n"
        "  c = f32[] custom-call(a), custom_call_target=\"t\"\n"
        "  ROOT d = f8e5m2[1073741824,1073741824]{1,0} dot(a, b), lhs_contracting_dims={1}, "
        "rhs_contracting_dims={0}\n}\n",
        "the cost of an opcode is beyond 63 bits");
}

static void transcendentals_and_bytes_beyond_63_bits(void **state)
{
    (void)state;
    const char *const form = "HloModule m\nENTRY e {\n"
                             "  a = f8e5m2[4611686018427387904]{0} parameter(0)\n%s}\n";
    char text[1024];
    snprintf(text, sizeof text, form,
             "  b = f8e5m2[4611686018427387904]{0} sine(a)\n"
             "  ROOT c = f8e5m2[4611686018427387904]{0} sine(b)\n");
    assert_no_cost(text, "the module's transcendentals are beyond 63 bits");
    snprintf(text, sizeof text, form, "  ROOT b = f8e5m2[4611686018427387904]{0} copy(a)\n");
    assert_no_cost(text, "the module's bytes are beyond 63 bits");
}

/* What a computation's instructions of one opcode cost together need not fit where each of them
 * does: here it counts not at all, for what applies it has nothing to apply it to. */
static void an_opcode_of_a_computation_beyond_63_bits(void **state)
{
    (void)state;
    struct cost_case c;
    struct nkb_buf text = NKB_BUF_INIT;
    nkb_buf_text(&text, "HloModule m\nf {\n  a0 = f8e5m2[2305843009213693952]{0} parameter(0)\n"
                        "  b = f8e5m2[] parameter(1)\n");
    for (int i = 0; i < 9; i++) /* 2^61 each */
        nkb_buf_printf(&text, "  a%d = f8e5m2[2305843009213693952]{0} sine(a%d)\n", i + 1, i);
    nkb_buf_text(&text, "  ROOT r = f8e5m2[] negate(b)\n}\nENTRY e {\n"
                        "  p = f8e5m2[0]{0} parameter(0)\n  z = f8e5m2[] parameter(1)\n"
                        "  n = f8e5m2[] negate(z)\n"
                        "  ROOT r = f8e5m2[0]{0} map(p, p), dimensions={0}, to_apply=f\n}\n");
    cost_read(&c, nkb_buf_str(&text).ptr);
    cost_analyze(&c, 0);
    assert_true(c.module.has_xla);
    assert_int_equal(c.module.xla.transcendentals, 0);
    assert_int_equal(c.module.xla.flops, 1);
    assert_int_equal(cost_op(&c, NKB_HLO_SINE)->count, 9);
    assert_int_equal(cost_op(&c, NKB_HLO_SINE)->transcendentals, 0);
    assert_int_equal(cost_op(&c, NKB_HLO_NEGATE)->count, 2);
    assert_int_equal(cost_op(&c, NKB_HLO_NEGATE)->flops, 1);
    cost_check_sums(&c.module, "module");
    cost_close(&c);
    nkb_buf_free(&text);
}

/* levels computations, each calling the next twice; the last adds `leaf`. */
static void read_doubling(struct cost_case *c, int levels, const char *leaf)
{
    struct nkb_buf text = NKB_BUF_INIT;
    nkb_buf_printf(&text, "HloModule m\nc0 {\n  p = f8e5m2[] parameter(0)\n%s}\n", leaf);
    for (int i = 1; i <= levels; i++)
        nkb_buf_printf(&text,
                       "%sc%d {\n  p = f8e5m2[] parameter(0)\n"
                       "  x = f8e5m2[] call(p), to_apply=c%d\n"
                       "  ROOT y = f8e5m2[] call(x), to_apply=c%d\n}\n",
                       i == levels ? "ENTRY " : "", i, i - 1, i - 1);
    cost_read(c, nkb_buf_str(&text).ptr);
    nkb_buf_free(&text);
}

static void calls_that_double_take_no_time(void **state)
{
    (void)state;
    const char *const add = "  ROOT n = f8e5m2[] negate(p)\n";
    struct cost_case c;
    read_doubling(&c, 61, add);
    cost_analyze(&c, 0);
    assert_true(c.module.has_xla);
    assert_int_equal(c.module.xla.flops, INT64_C(1) << 61);
    assert_int_equal(c.module.xla.bytes, INT64_C(1) << 62);
    assert_int_equal(cost_op(&c, NKB_HLO_NEGATE)->flops, INT64_C(1) << 61);
    cost_close(&c);
    read_doubling(&c, 62, add);
    assert_why(&c, "the module's bytes are beyond 63 bits");
    cost_close(&c);
    read_doubling(&c, 63, add);
    assert_why(&c, "the module's flops are beyond 63 bits");
    cost_close(&c);
    read_doubling(&c, 126, add);
    assert_why(&c, "instruction 'y' in 'c126': its cost is beyond 127 bits");
    cost_close(&c);
    /* Nothing, 2^130 times. */
    read_doubling(&c, 130, "  ROOT n = f8e5m2[] bitcast(p)\n");
    assert_why(&c, "the cost of an opcode is beyond 127 bits");
    cost_close(&c);
}

static void a_call_chain_needs_no_stack(void **state)
{
    (void)state;
    enum { DEPTH = 30000 };
    struct nkb_buf text = NKB_BUF_INIT;
    struct cost_case c;
    nkb_buf_text(&text, "HloModule m\nc0 {\n  p = f32[3]{0} parameter(0)\n"
                        "  ROOT n = f32[3]{0} negate(p)\n}\n");
    for (int i = 1; i <= DEPTH; i++)
        nkb_buf_printf(&text,
                       "%sc%d {\n  p = f32[3]{0} parameter(0)\n"
                       "  ROOT y = f32[3]{0} fusion(p), kind=kLoop, calls=c%d\n}\n",
                       i == DEPTH ? "ENTRY " : "", i, i - 1);
    cost_read(&c, nkb_buf_str(&text).ptr);
    nkb_buf_free(&text);
    cost_analyze(&c, 1);
    assert_true(c.module.has_xla);
    assert_int_equal(c.module.xla.flops, 3);
    /* The outermost reads nothing: its parameter goes to a nested fusion that is the root. */
    assert_int_equal(c.module.xla.bytes, 12);
    cost_close(&c);
}

static void executed_flops_beyond_63_bits_are_not_known(void **state)
{
    (void)state;
    struct cost_case c;
    cost_read(&c, "HloModule m\nENTRY e {\n  p = f32[2]{0} parameter(0)\n"
                  "  x = f32[2]{0} sine(p)\n  ROOT y = f32[2]{0} negate(x)\n}\n");
    cost_analyze(&c, INT64_C(1) << 62);
    assert_true(c.module.has_xla);
    assert_false(cost_op(&c, NKB_HLO_NEGATE)->has_executed_flops);
    assert_true(cost_op(&c, NKB_HLO_SINE)->has_executed_flops);
    cost_analyze(&c, (INT64_C(1) << 62) - 1);
    assert_true(cost_op(&c, NKB_HLO_NEGATE)->has_executed_flops);
    assert_int_equal(cost_op(&c, NKB_HLO_NEGATE)->executed_flops, INT64_MAX - 1);
    cost_close(&c);
}

static void shapes_nest_200_deep(void **state)
{
    (void)state;
    static struct nkb_hlo_shape shapes[202];
    struct cost_case c;
    cost_read(&c, "HloModule m\nENTRY e {\n  p = (f32[2]{0}) parameter(0)\n"
                  "  ROOT y = (f32[2]{0}) copy(p)\n}\n");
    struct nkb_hlo_instruction *y = cost_find(&c, "y");
    shapes[0] = y->shape->tuple[0];
    for (int i = 1; i <= 201; i++)
        shapes[i] = (struct nkb_hlo_shape){
            .element_type = NKB_TYPE_TUPLE, .tuple_count = 1, .tuple = &shapes[i - 1]};
    y->shape = &shapes[200];
    cost_analyze(&c, 0);
    assert_true(c.module.has_xla);
    assert_int_equal(c.module.xla.bytes, 8 + 8);
    y->shape = &shapes[201];
    assert_why(&c, "instruction 'y' in 'e': its shape has no size");
    cost_close(&c);
}

static double seconds_to_analyze(const char *text)
{
    struct cost_case c;
    struct timespec from, to;
    cost_read(&c, text);
    clock_gettime(CLOCK_MONOTONIC, &from);
    cost_analyze(&c, 1);
    clock_gettime(CLOCK_MONOTONIC, &to);
    assert_true(c.module.has_xla);
    cost_close(&c);
    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* One parameter a million times over: in a fusion, nested in a fusion, and its result sliced. */
static void wide_fusions_are_walked_once(void **state)
{
    (void)state;
    enum { WIDE = 20000 };
    struct nkb_buf text = NKB_BUF_INIT;
    nkb_buf_text(&text, "HloModule m\ninner {\n");
    for (int i = 0; i < WIDE; i++)
        nkb_buf_printf(&text, "  q%d = f32[9]{0} parameter(%d)\n", i, i);
    nkb_buf_text(&text, "  ROOT z = f32[9]{0} iota(), iota_dimension=0\n}\nouter {\n"
                        "  p = f32[9]{0} parameter(0)\n  n = f32[9]{0} fusion(");
    for (int i = 0; i < WIDE; i++)
        nkb_buf_text(&text, i ? ", p" : "p");
    nkb_buf_text(&text, "), kind=kLoop, calls=inner\n");
    for (int i = 0; i < WIDE; i++)
        nkb_buf_printf(&text, "  s%d = f32[1]{0} slice(n), slice={[0:1]}\n", i);
    nkb_buf_text(&text, "  ROOT r = f32[1]{0} slice(n), slice={[0:1]}\n}\nENTRY e {\n"
                        "  p = f32[9]{0} parameter(0)\n");
    for (int i = 0; i < 200; i++)
        nkb_buf_printf(&text, "  f%d = f32[1]{0} fusion(p), kind=kCustom, calls=outer\n", i);
    nkb_buf_text(&text, "  ROOT r = f32[1]{0} fusion(p), kind=kLoop, calls=outer\n}\n");
    assert_true(seconds_to_analyze(nkb_buf_str(&text).ptr) < 5);
    nkb_buf_free(&text);
}

/* A tuple of many leaves, of which each is looked for among as many elements; used again and again.
 */
static void wide_tuples_are_walked_once(void **state)
{
    (void)state;
    enum { WIDE = 20000 };
    struct nkb_buf shape = NKB_BUF_INIT, text = NKB_BUF_INIT;
    nkb_buf_char(&shape, '(');
    for (int i = 0; i < WIDE; i++)
        nkb_buf_text(&shape, i ? ", f32[]" : "f32[]");
    nkb_buf_char(&shape, ')');
    nkb_buf_printf(&text, "HloModule m\nf {\n  t = %s parameter(0)\n", nkb_buf_str(&shape).ptr);
    for (int i = 0; i < WIDE; i++)
        nkb_buf_printf(&text, "  g%d = f32[] get-tuple-element(t), index=%d\n", i, i);
    nkb_buf_printf(&text, "  ROOT r = f32[] negate(g7)\n}\nENTRY e {\n  t = %s parameter(0)\n",
                   nkb_buf_str(&shape).ptr);
    nkb_buf_text(&text, "  a = token[] after-all()\n  u = f32[] call(");
    for (int i = 0; i < WIDE; i++)
        nkb_buf_text(&text, i ? ", t" : "t");
    nkb_buf_text(&text, "), to_apply=h\n  ROOT r = f32[] fusion(t), kind=kLoop, calls=f\n}\n"
                        "h {\n  ROOT z = f32[] constant(0)\n}\n");
    assert_true(seconds_to_analyze(nkb_buf_str(&text).ptr) < 5);
    nkb_buf_free(&shape);
    nkb_buf_free(&text);
}

/* As many branches as a module can name, each looked at for each property. */
static void many_branches_are_compared_once(void **state)
{
    (void)state;
    enum { BRANCHES = 50000 };
    struct nkb_buf text = NKB_BUF_INIT;
    nkb_buf_text(&text, "HloModule m\nf { p = f32[] parameter(0) ROOT n = f32[] negate(p) }\n"
                        "ENTRY e {\n  k = s32[] parameter(0)\n  p = f32[] parameter(1)\n"
                        "  ROOT r = f32[] conditional(k");
    for (int i = 0; i < BRANCHES; i++)
        nkb_buf_text(&text, ", p");
    nkb_buf_text(&text, "), branch_computations={f");
    for (int i = 1; i < BRANCHES; i++)
        nkb_buf_text(&text, ", f");
    nkb_buf_text(&text, "}\n}\n");
    assert_true(seconds_to_analyze(nkb_buf_str(&text).ptr) < 5);
    nkb_buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flops_up_to_63_bits),
        cmocka_unit_test(an_opcode_beyond_63_bits),
        cmocka_unit_test(transcendentals_and_bytes_beyond_63_bits),
        cmocka_unit_test(an_opcode_of_a_computation_beyond_63_bits),
        cmocka_unit_test(calls_that_double_take_no_time),
        cmocka_unit_test(a_call_chain_needs_no_stack),
        cmocka_unit_test(executed_flops_beyond_63_bits_are_not_known),
        cmocka_unit_test(shapes_nest_200_deep),
        cmocka_unit_test(wide_fusions_are_walked_once),
        cmocka_unit_test(wide_tuples_are_walked_once),
        cmocka_unit_test(many_branches_are_compared_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
