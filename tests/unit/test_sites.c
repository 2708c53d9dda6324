/* A module whose references lead nowhere keeps its static count and says what is missing. */
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

static void a_module_must_hang_together(void **state)
{
    struct make m = MAKE_INIT;
    (void)state;
    expect_absent(&m, "an empty module: there is no entry computation");

    m = MAKE_INIT;
    make_leaf(&m);
    m.hlo.entry = NKB_HLO_NONE;
    m.hlo.entry_id = 99;
    expect_absent(&m, "no entry computation: 99 does not exist");

    m = MAKE_INIT;
    make_leaf(&m);
    m.hlo.computations[0].root = NKB_HLO_NONE;
    m.hlo.computations[0].root_id = 777;
    expect_absent(&m, "computation 'leaf': its root 777 is no instruction of it");

    m = MAKE_INIT;
    uint32_t c = make_computation(&m, "main");
    make_add(&m, c, NKB_HLO_NEGATE, make_scalar(MAKE_F32), 1, NKB_HLO_NONE);
    expect_absent(&m, "instruction 'negate.0' in 'main': operand 777 does not exist there");

    m = MAKE_INIT;
    c = make_computation(&m, "main");
    make_call(&m, c, NKB_HLO_NONE);
    expect_absent(&m, "instruction 'call.0' in 'main': computation 888 does not exist");

    m = MAKE_INIT;
    c = make_computation(&m, "main");
    make_add(&m, c, NKB_HLO_CALL, make_scalar(MAKE_F32), 0);
    expect_absent(&m,
                  "instruction 'call.0' in 'main': a call names 0 of the 1 computations it needs");

    m = MAKE_INIT;
    uint32_t leaf = make_leaf(&m);
    c = make_computation(&m, "main");
    make_calls(&m, c, make_add(&m, c, NKB_HLO_WHILE, MAKE_TUPLE, 0), 1, leaf);
    expect_absent(
        &m, "instruction 'while.0' in 'main': a while names 1 of the 2 computations it needs");

    m = MAKE_INIT;
    leaf = make_leaf(&m);
    c = make_computation(&m, "main");
    make_calls(&m, c, make_add(&m, c, NKB_HLO_MAP, MAKE_TUPLE, 0), 1, leaf);
    expect_absent(&m,
                  "instruction 'map.0' in 'main': how often it applies 'leaf' cannot be told from "
                  "its shapes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_module_must_hang_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
