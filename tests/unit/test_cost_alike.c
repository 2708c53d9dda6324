/* What costs the same is measured once a module. So two instructions that are alike in all but one
 * thing must cost together what each costs alone, and so must more kinds than are remembered. */
#include "cost_case.h"

#include "analyze/module.h"

#define HEAD                                                                                       \
    "HloModule m\n"                                                                                \
    "one { a = f32[8]{0} parameter(0) ROOT r = f32[8]{0} negate(a) }\n"                            \
    "two { a = f32[8]{0} parameter(0) b = f32[4]{0} slice(a), slice={[0:4]} "                      \
    "ROOT r = f32[8]{0} concatenate(b, b), dimensions={0} }\n"                                     \
    "add { a = f32[] parameter(0) b = f32[] parameter(1) ROOT r = f32[] add(a, b) }\n"             \
    "mul { a = f32[] parameter(0) b = f32[] parameter(1) c = f32[] sine(a) "                       \
    "ROOT r = f32[] multiply(c, b) }\n"                                                            \
    "ENTRY e {\n"                                                                                  \
    "  p = f32[8]{0} parameter(0)\n  q = f32[4]{0} parameter(1)\n  h = bf16[8]{0} parameter(2)\n"  \
    "  w = f32[8,8]{1,0} parameter(3)\n  z = f32[] parameter(4)\n  i = s32[] parameter(5)\n"       \
    "  j = s64[] parameter(6)\n"

static void read_and_analyze(struct nkb_buf *text, struct nkb_module *module)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_err err = {0};
    struct nkb_hlo hlo;
    *module = (struct nkb_module){0};
    if (nkb_hlotext_read(nkb_buf_str(text), &arena, &hlo, &err) != 0 ||
        nkb_module_analyze(&hlo, &arena, module, &err) != 0)
        fail_msg("%s", err.text);
    assert_true(module->has_xla && module->has_executed);
    nkb_buf_free(text);
    nkb_arena_free(&arena);
}

static void analyze(const char *a, const char *b, struct nkb_module *out)
{
    struct nkb_buf text = NKB_BUF_INIT;
    nkb_buf_printf(&text, "%s  a = %s\n  b = %s\n  ROOT t = f32[] copy(z)\n}\n", HEAD, a, b);
    read_and_analyze(&text, out);
}

#define assert_adds_up(what)                                                                       \
    do {                                                                                           \
        if (both.what + nothing.what != first.what + second.what || turned.what != both.what ||    \
            twice.what + nothing.what != 2 * first.what)                                           \
            fail_msg("%s | %s: " #what, a, b);                                                     \
    } while (0)

/* Where `differ`, they are such as do not cost the same. */
static void assert_pair(const char *a, const char *b, bool differ)
{
    static const char *const none = "f32[] parameter(7)";
    struct nkb_module nothing, first, second, both, twice, turned;
    analyze(none, none, &nothing);
    analyze(a, none, &first);
    analyze(b, none, &second);
    analyze(a, b, &both);
    analyze(b, a, &turned);
    analyze(a, a, &twice);
    assert_adds_up(xla.flops);
    assert_adds_up(xla.transcendentals);
    assert_adds_up(xla.bytes);
    assert_adds_up(static_macs.macs);
    assert_adds_up(executed.macs);
    if (differ && first.xla.flops == second.xla.flops && first.xla.bytes == second.xla.bytes &&
        first.xla.transcendentals == second.xla.transcendentals)
        fail_msg("%s | %s: they cost the same", a, b);
}

static void instructions_alike_but_for_one_thing(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"f32[8]{0} add(p, p)", "f32[8]{0} power(p, p)"},
        {"f64[8]{0} convert(p)", "s8[8]{0} convert(p)"},
        {"s32[8]{0} convert(p)", "s32[8]{0} convert(h)"},
        {"f32[8,8]{1,0} transpose(w), dimensions={0,1}",
         "f32[8,8]{1,0} transpose(w), dimensions={1,0}"},
        {"f32[8,8]{1,0} dot(w, w), lhs_contracting_dims={1}, rhs_contracting_dims={0}",
         "f32[8,8]{1,0} dot(w, w)"},
        {"f32[8,8]{1,0} dot(w, w), lhs_contracting_dims={1}, rhs_contracting_dims={0}",
         "f32[8]{0} dot(w, p), lhs_contracting_dims={1}, rhs_contracting_dims={0}"},
        {"f32[8]{0} dynamic-update-slice(p, p, i)", "f32[8]{0} dynamic-update-slice(p, q, i)"},
        {"f32[8]{0} dynamic-update-slice(p, q, i)", "f32[8]{0} dynamic-update-slice(p, q, j)"},
        {"f32[32]{0} concatenate(p, p), dimensions={0}",
         "f32[32]{0} concatenate(p, p, p), dimensions={0}"},
        {"f32[32]{0} concatenate(p, p, p, p), dimensions={0}",
         "f32[32]{0} concatenate(p, p, p, q), dimensions={0}"},
        {"f32[8]{0} fusion(p), kind=kLoop, calls=one",
         "f32[8]{0} fusion(p), kind=kLoop, calls=two"},
        {"f32[8]{0} call(p), to_apply=one", "f32[8]{0} call(p), to_apply=two"},
        {"f32[] reduce(p, z), dimensions={0}, to_apply=add",
         "f32[] reduce(p, z), dimensions={0}, to_apply=mul"},
        {"f32[] reduce(p, z), dimensions={0}, to_apply=add",
         "f32[] reduce(q, z), dimensions={0}, to_apply=add"},
        {"f32[8]{0} custom-call(p), custom_call_target=\"t\"", "f32[8]{0} bitcast(p)"},
    };
    for (size_t n = 0; n < sizeof pairs / sizeof *pairs; n++)
        assert_pair(pairs[n][0], pairs[n][1], true);
}

static void opcodes_of_the_same_shapes(void **state)
{
    (void)state;
    static const char *const opcodes[] = {
        "abs",    "acos",   "bitcast",     "broadcast", "cbrt",  "ceil",     "copy",
        "cosine", "erf",    "exponential", "floor",     "log",   "logistic", "negate",
        "not",    "popcnt", "reshape",     "reverse",   "rsqrt", "sign",     "sine",
        "slice",  "sqrt",   "tan",         "tanh"};
    enum { OPCODES = sizeof opcodes / sizeof *opcodes };
    char a[64], b[64];
    for (size_t n = 0; n < OPCODES; n++) {
        for (size_t k = n + 1; k < OPCODES; k++) {
            snprintf(a, sizeof a, "f32[8]{0} %s(p)", opcodes[n]);
            snprintf(b, sizeof b, "f32[8]{0} %s(p)", opcodes[k]);
            assert_pair(a, b, false);
        }
    }
}

/* Far more than any table remembers, each of them twice, and in turn. */
static void more_shapes_than_are_remembered(void **state)
{
    (void)state;
    enum { KINDS = 2000 };
    struct nkb_buf text = NKB_BUF_INIT;
    struct nkb_module module;
    int64_t macs = 0, sines = 0, bytes = 0;
    nkb_buf_text(&text, "HloModule m\nENTRY e {\n  w = f32[3,5]{1,0} parameter(0)\n");
    for (int n = 1; n <= KINDS; n++)
        nkb_buf_printf(&text, "  p%d = f32[5,%d]{1,0} parameter(%d)\n", n, n, n);
    for (int n = 1; n <= 2 * KINDS; n++) {
        int size = (n - 1) % KINDS + 1;
        nkb_buf_printf(&text,
                       "  d%d = f32[3,%d]{1,0} dot(w, p%d), lhs_contracting_dims={1}, "
                       "rhs_contracting_dims={0}\n"
                       "  t%d = f32[%d,3]{1,0} dot(p%d, w), lhs_contracting_dims={0}, "
                       "rhs_contracting_dims={1}\n",
                       n, size, size, n, size, size);
        nkb_buf_printf(&text,
                       "  s%d = f32[5,%d]{1,0} sine(p%d)\n  r%d = f32[7]{0} reshape(p%d)\n"
                       "  u%d = f32[7]{0} pad(w, p%d), padding=0_0x0_0\n",
                       n, size, size, n, size, n, size);
        macs += 2 * 3 * 5 * size;
        sines += 5 * size;
        bytes += 2 * 4 * (3 * 5 + 5 * size + 3 * size);
        bytes += 4 * 2 * 5 * size + 4 * (5 * size + 7) + 4 * (3 * 5 + 5 * size + 7);
    }
    nkb_buf_text(&text, "  ROOT r = () tuple()\n}\n");
    read_and_analyze(&text, &module);
    assert_int_equal(module.static_macs.macs, macs);
    assert_int_equal(module.executed.macs, macs);
    assert_int_equal(module.xla.flops, 2 * macs);
    assert_int_equal(module.xla.transcendentals, sines);
    assert_int_equal(module.xla.bytes, bytes);
}

/* One pair of operands, and all sets of its dimensions are contracted. */
static void more_dots_than_are_remembered(void **state)
{
    (void)state;
    enum { RANK = 8 };
    struct nkb_buf text = NKB_BUF_INIT;
    struct nkb_module module;
    int64_t macs = 0, xla_macs = 0;
    nkb_buf_text(&text, "HloModule m\nENTRY e {\n  w = f32[2,2,2,2,2,2,2,2] parameter(0)\n");
    for (unsigned n = 0; n < 2u << RANK; n++) {
        struct nkb_buf set = NKB_BUF_INIT;
        int contracted = 0;
        for (unsigned k = 0; k < RANK; k++)
            if (n >> k & 1)
                nkb_buf_printf(&set, "%s%u", contracted++ ? "," : "", k);
        nkb_buf_printf(&text,
                       "  d%u = f32[3] dot(w, w), lhs_contracting_dims={%.*s}, "
                       "rhs_contracting_dims={%.*s}\n",
                       n, NKB_STR_ARG(nkb_buf_str(&set)), NKB_STR_ARG(nkb_buf_str(&set)));
        nkb_buf_free(&set);
        macs += 1 << (2 * RANK - contracted);
        xla_macs += 3 << contracted;
    }
    nkb_buf_text(&text, "  ROOT r = () tuple()\n}\n");
    read_and_analyze(&text, &module);
    assert_int_equal(module.static_macs.macs, macs);
    assert_int_equal(module.xla.flops, 2 * xla_macs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instructions_alike_but_for_one_thing),
        cmocka_unit_test(opcodes_of_the_same_shapes),
        cmocka_unit_test(more_shapes_than_are_remembered),
        cmocka_unit_test(more_dots_than_are_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
