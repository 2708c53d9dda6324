/* Bytes of fusions: who reads how much of a parameter (facts 2). One-op modules of the corpus cover
 * the plain cases; here are the ones that combine. */
#include "cost_case.h"

enum { BIG = 4000, SLICE = 40 }; /* bytes of f32[1000] and of f32[10] */

/* One fusion over a parameter q of f32[1000], a scalar index i and f32[10] k; returns all its
 * bytes. */
static int64_t fusion_bytes(const char *before, const char *inside)
{
    struct nkb_buf text = NKB_BUF_INIT;
    struct cost_case c;
    nkb_buf_printf(&text,
                   "HloModule m\n%s\nf {\n  q = f32[1000]{0} parameter(0)\n"
                   "  i = s32[] parameter(1)\n  k = f32[10]{0} parameter(2)\n%s}\n"
                   "ENTRY e {\n  q = f32[1000]{0} parameter(0)\n  i = s32[] parameter(1)\n"
                   "  k = f32[10]{0} parameter(2)\n"
                   "  ROOT r = f32[10]{0} fusion(q, i, k), kind=kLoop, calls=f\n}\n",
                   before, inside);
    cost_read(&c, nkb_buf_str(&text).ptr);
    nkb_buf_free(&text);
    cost_analyze(&c, 0);
    if (!c.module.has_xla)
        fail_msg("%s", c.module.why_no_xla);
    int64_t bytes = c.module.xla.bytes;
    assert_int_equal(cost_op(&c, NKB_HLO_FUSION)->bytes, bytes);
    cost_close(&c);
    return bytes;
}

static void whole_reads_are_shared_and_slices_are_not(void **state)
{
    (void)state;
    assert_int_equal(fusion_bytes("", "  a = f32[10]{0} slice(q), slice={[0:10]}\n"
                                      "  b = f32[10]{0} slice(q), slice={[0:10]}\n"
                                      "  c = f32[1000]{0} negate(q)\n"
                                      "  d = f32[1000]{0} add(q, q)\n"
                                      "  ROOT r = f32[10]{0} add(a, b)\n"),
                     SLICE + 2 * SLICE + BIG);
    assert_int_equal(fusion_bytes("", "  b = f32[1000]{0} reshape(q)\n"
                                      "  c = f32[1000]{0} negate(q)\n"
                                      "  d = f32[2,1000]{1,0} broadcast(q), dimensions={1}\n"
                                      "  ROOT r = f32[10]{0} negate(k)\n"),
                     SLICE + 3 * BIG + SLICE);
}

static void an_index_is_no_slice_of_itself(void **state)
{
    (void)state;
    assert_int_equal(fusion_bytes("", "  ROOT r = f32[10]{0} dynamic-slice(q, i), "
                                      "dynamic_slice_sizes={10}\n"),
                     SLICE + SLICE + 4);
    /* k is updated in place, q is the update, i the index: only the last two are read. */
    assert_int_equal(fusion_bytes("", "  u = f32[5]{0} slice(q), slice={[0:5]}\n"
                                      "  ROOT r = f32[10]{0} dynamic-update-slice(k, u, i)\n"),
                     20 + 20 + 4);
}

#define PASS "n { a = f32[1000]{0} parameter(0) ROOT b = f32[1000]{0} bitcast(a) }"
#define KEEP                                                                                       \
    "n { a = f32[1000]{0} parameter(0) s = f32[10]{0} slice(a), slice={[0:10]} "                   \
    "t = f32[10]{0} negate(s) ROOT b = f32[1000]{0} pad(t, t), padding=0_990 }"
#define NESTED "  x = f32[1000]{0} fusion(q), kind=kLoop, calls=n\n"
#define CUT "  y = f32[10]{0} slice(x), slice={[0:10]}\n"

static void a_nested_fusion_that_passes_on_is_looked_through(void **state)
{
    (void)state;
    assert_int_equal(fusion_bytes(PASS, NESTED CUT "  ROOT r = f32[10]{0} negate(y)\n"),
                     SLICE + SLICE);
    assert_int_equal(fusion_bytes(PASS, NESTED CUT "  z = f32[10]{0} slice(x), slice={[0:10]}\n"
                                                   "  ROOT r = f32[10]{0} add(y, z)\n"),
                     SLICE + 2 * SLICE);
    /* A user that does not slice reads what the nested fusion reads, and once with all others. */
    assert_int_equal(fusion_bytes(PASS, NESTED CUT "  z = f32[1000]{0} negate(x)\n"
                                                   "  w = f32[1000]{0} sine(x)\n"
                                                   "  v = f32[1000]{0} sine(q)\n"
                                                   "  ROOT r = f32[10]{0} negate(y)\n"),
                     SLICE + SLICE + BIG);
}

static void a_nested_fusion_that_works_reads_for_itself(void **state)
{
    (void)state;
    assert_int_equal(fusion_bytes(KEEP, NESTED "  ROOT r = f32[10]{0} slice(x), slice={[0:10]}\n"),
                     SLICE + SLICE);
    /* Without users of its own it is the root, or dead: nothing is read. */
    assert_int_equal(fusion_bytes(KEEP, NESTED "  ROOT r = f32[10]{0} negate(k)\n"), SLICE + SLICE);
}

static void constants_of_one_element_are_immediate(void **state)
{
    (void)state;
    assert_int_equal(fusion_bytes("", "  c = f32[1]{0} constant({1})\n"
                                      "  d = f32[2]{0} constant({1, 2})\n"
                                      "  z = s32[] constant(3)\n"
                                      "  ROOT r = f32[10]{0} negate(k)\n"),
                     SLICE + SLICE + 8);
}

static int64_t tuple_fusion_bytes(const char *shape, const char *inside)
{
    struct nkb_buf text = NKB_BUF_INIT;
    struct cost_case c;
    nkb_buf_printf(&text,
                   "HloModule m\nf {\n  t = %s parameter(0)\n%s}\n"
                   "ENTRY e {\n  t = %s parameter(0)\n"
                   "  ROOT r = f32[10]{0} fusion(t), kind=kLoop, calls=f\n}\n",
                   shape, inside, shape);
    cost_read(&c, nkb_buf_str(&text).ptr);
    nkb_buf_free(&text);
    cost_analyze(&c, 0);
    assert_true(c.module.has_xla);
    int64_t bytes = c.module.xla.bytes;
    cost_close(&c);
    return bytes;
}

static void a_tuple_is_read_leaf_by_leaf(void **state)
{
    (void)state;
    assert_int_equal(tuple_fusion_bytes("((f32[1000]{0}, f32[10]{0}), f32[100]{0})",
                                        "  a = (f32[1000]{0}, f32[10]{0}) "
                                        "get-tuple-element(t), index=0\n"
                                        "  b = f32[1000]{0} get-tuple-element(a), index=0\n"
                                        "  c = f32[10]{0} get-tuple-element(a), index=1\n"
                                        "  d = f32[100]{0} get-tuple-element(t), index=1\n"
                                        "  x = f32[100]{0} negate(d)\n"
                                        "  s = f32[10]{0} slice(b), slice={[0:10]}\n"
                                        "  ROOT r = f32[10]{0} add(c, s)\n"),
                     SLICE + 400 + SLICE + SLICE);
    /* Leaves that nobody takes: XLA stays on the tuple and counts its three pointers, for each. */
    assert_int_equal(tuple_fusion_bytes("(f32[1000]{0}, f32[100]{0}, f32[7]{0})",
                                        "  d = f32[100]{0} get-tuple-element(t), index=1\n"
                                        "  ROOT r = f32[10]{0} slice(d), slice={[0:10]}\n"),
                     SLICE + SLICE + 2 * 24);
}

static void outputs_of_updates_are_the_updates(void **state)
{
    (void)state;
    assert_cost("HloModule m\nf {\n  q = f32[1000]{0} parameter(0)\n  i = s32[] parameter(1)\n"
                "  k = f32[10]{0} parameter(2)\n"
                "  u = f32[1000]{0} dynamic-update-slice(q, k, i)\n"
                "  v = (f32[1000]{0}) tuple(u)\n"
                "  ROOT t = (f32[1000]{0}, (f32[1000]{0}), f32[10]{0}) tuple(u, v, k)\n}\n"
                "ENTRY e {\n  q = f32[1000]{0} parameter(0)\n  i = s32[] parameter(1)\n"
                "  k = f32[10]{0} parameter(2)\n"
                "  ROOT r = (f32[1000]{0}, (f32[1000]{0}), f32[10]{0}) fusion(q, i, k), "
                "kind=kLoop, calls=f\n}\n",
                0, 0, (SLICE + BIG + SLICE) + 0 + 4 + SLICE);
}

/* A custom fusion is the first gather or scatter in it, and its opcode is fusion all the same. */
static void a_custom_fusion_is_its_gather(void **state)
{
    (void)state;
    assert_cost("HloModule m\nadd { a = f32[] parameter(0) b = f32[] parameter(1) "
                "ROOT r = f32[] add(a, b) }\n"
                "f {\n  q = f32[100,16]{1,0} parameter(0)\n  i = s32[10]{0} parameter(1)\n"
                "  k = f32[10,16]{1,0} parameter(2)\n  n = f32[10,16]{1,0} sine(k)\n"
                "  ROOT s = f32[100,16]{1,0} scatter(q, i, n), update_window_dims={1}, "
                "inserted_window_dims={0}, scatter_dims_to_operand_dims={0}, index_vector_dim=1, "
                "to_apply=add\n}\n"
                "ENTRY e {\n  q = f32[100,16]{1,0} parameter(0)\n  i = s32[10]{0} parameter(1)\n"
                "  k = f32[10,16]{1,0} parameter(2)\n"
                "  ROOT r = f32[100,16]{1,0} fusion(q, i, k), kind=kCustom, calls=f\n}\n",
                160, 0, 3 * 640 + 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_reads_are_shared_and_slices_are_not),
        cmocka_unit_test(an_index_is_no_slice_of_itself),
        cmocka_unit_test(a_nested_fusion_that_passes_on_is_looked_through),
        cmocka_unit_test(a_nested_fusion_that_works_reads_for_itself),
        cmocka_unit_test(constants_of_one_element_are_immediate),
        cmocka_unit_test(a_tuple_is_read_leaf_by_leaf),
        cmocka_unit_test(outputs_of_updates_are_the_updates),
        cmocka_unit_test(a_custom_fusion_is_its_gather),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
