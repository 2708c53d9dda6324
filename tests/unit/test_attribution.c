/* Where counts belong: fusions, loops, scopes along calls, kernels, the largest instructions. */
#include "attribution_case.h"

static void bytes_are_a_fusions_own_and_flops_those_of_what_is_inside(void **state)
{
    struct fixture f;
    (void)state;
    analyse(&f, fusion_text, 0, 10);
    for (int xla = 0; xla < 2; xla++) {
        enum nkb_figure bytes = xla ? NKB_FIG_XLA_BYTES : NKB_FIG_BYTES;
        enum nkb_figure flops = xla ? NKB_FIG_XLA_FLOPS : NKB_FIG_FLOPS;
        assert_int_equal(figure(&f, NKB_BY_OPCODE, "fusion", bytes), 512);
        assert_int_equal(figure(&f, NKB_BY_OPCODE, "fusion", flops), 0);
        assert_int_equal(figure(&f, NKB_BY_OPCODE, "exponential", bytes), 0);
        assert_int_equal(figure(&f, NKB_BY_OPCODE, "negate", bytes), 2 * 512); /* not the fused */
        assert_int_equal(figure(&f, NKB_BY_OPCODE, "negate", flops), 3 * 64);
        assert_int_equal(figure(&f, NKB_BY_COMPUTATION, "f.1", bytes), 0);
        assert_int_equal(figure(&f, NKB_BY_COMPUTATION, "g.1", bytes), 2 * 512);
    }
    assert_int_equal(figure(&f, NKB_BY_OPCODE, "exponential", NKB_FIG_TRANSCENDENTALS), 64);
    assert_int_equal(figure(&f, NKB_BY_OPCODE, "negate", NKB_FIG_CALLS), 3);
    assert_int_equal(figure(&f, NKB_BY_OPCODE, "negate", NKB_FIG_INSTRUCTIONS), 2);
    assert_int_equal(figure(&f, NKB_BY_DTYPE, "f32", NKB_FIG_BYTES), 3 * 512);
    done(&f);
}

static void turns_of_a_loop_are_executions(void **state)
{
    struct fixture f;
    (void)state;
    analyse(&f, loop_text, 0, 10);
    assert_int_equal(figure(&f, NKB_BY_OPCODE, "dot", NKB_FIG_MACS), 5 * 64);
    assert_int_equal(figure(&f, NKB_BY_OPCODE, "dot", NKB_FIG_FLOPS), 5 * 128);
    assert_int_equal(figure(&f, NKB_BY_OPCODE, "dot", NKB_FIG_XLA_FLOPS), 128);
    assert_int_equal(figure(&f, NKB_BY_OPCODE, "dot", NKB_FIG_STATIC_MACS), 64);
    assert_int_equal(figure(&f, NKB_BY_OPCODE, "dot", NKB_FIG_BYTES), 5 * 3 * 64);
    assert_int_equal(figure(&f, NKB_BY_OPCODE, "compare", NKB_FIG_CALLS), 6);
    assert_int_equal(figure(&f, NKB_BY_COMPUTATION, "body", NKB_FIG_CALLS), 7 * 5);
    done(&f);
}

static void names_are_joined_along_calls_where_they_are_relative(void **state)
{
    struct fixture f;
    (void)state;
    analyse(&f,
            "HloModule m\n\n"
            "add.1 {\n  a = f32[] parameter(0)\n  b = f32[] parameter(1)\n"
            "  ROOT s = f32[] add(a, b), metadata={op_name=\"reduce_sum\"}\n}\n\n"
            "f.1 {\n  a = f32[4,4] parameter(0)\n"
            "  d = f32[4,4] dot(a, a), lhs_contracting_dims={1}, rhs_contracting_dims={0}, "
            "metadata={op_name=\"mlp/dot\"}\n"
            "  ROOT n = f32[4,4] negate(d), metadata={op_name=\"jit(f)/tail/neg\"}\n}\n\n"
            "ENTRY e {\n  p = f32[4,4] parameter(0)\n  z = f32[] constant(0)\n"
            "  c = f32[4,4] call(p), to_apply=f.1, metadata={op_name=\"jit(f)/layer_0\"}\n"
            "  d = f32[4,4] call(c), to_apply=f.1, metadata={op_name=\"jit(f)/layer_1\"}\n"
            "  ROOT r = f32[] reduce(d, z), dimensions={0,1}, to_apply=add.1, "
            "metadata={op_name=\"jit(f)/reduce_sum\"}\n}\n",
            0, 10);
    assert_int_equal(figure(&f, NKB_BY_SCOPE, "jit(f)/layer_0/mlp/dot", NKB_FIG_MACS), 64);
    assert_int_equal(figure(&f, NKB_BY_SCOPE, "jit(f)/layer_1/mlp/dot", NKB_FIG_MACS), 64);
    /* It begins with the first part of the caller's: it is whole. */
    assert_int_equal(figure(&f, NKB_BY_SCOPE, "jit(f)/tail/neg", NKB_FIG_CALLS), 2);
    /* What has no name belongs to its caller. */
    assert_int_equal(figure(&f, NKB_BY_SCOPE, "jit(f)/layer_0", NKB_FIG_CALLS), 2);
    /* A reducer's name repeats the last part of its reduce's. */
    assert_int_equal(figure(&f, NKB_BY_SCOPE, "jit(f)/reduce_sum", NKB_FIG_FLOPS), 15);
    assert_int_equal(figure(&f, NKB_BY_SCOPE, "", NKB_FIG_INSTRUCTIONS), 2);
    done(&f);
    analyse(&f, fusion_text, 1, 10);
    assert_int_equal(f.module.groups[NKB_BY_SCOPE].count, 1);
    done(&f);
}

static void a_computation_has_255_scopes_of_its_own_and_one_for_the_rest(void **state)
{
    static const char many[] = "(called from many scopes)/dot";
    struct fixture f;
    (void)state;
    analyse_callers(&f, 255, 0);
    assert_null(group(&f, NKB_BY_SCOPE, many));
    assert_int_equal(figure(&f, NKB_BY_SCOPE, "m/layer_254/dot", NKB_FIG_MACS), 64);
    done(&f);
    analyse_callers(&f, 257, 0);
    assert_int_equal(figure(&f, NKB_BY_SCOPE, "m/layer_254/dot", NKB_FIG_MACS), 64);
    assert_null(group(&f, NKB_BY_SCOPE, "m/layer_255/dot"));
    assert_int_equal(figure(&f, NKB_BY_SCOPE, many, NKB_FIG_MACS), 2 * 64);
    assert_int_equal(f.module.executed.macs, 257 * 64);
    done(&f);
    analyse_callers(&f, 257, 1); /* all the same scope */
    assert_int_equal(figure(&f, NKB_BY_SCOPE, "m", NKB_FIG_MACS), 257 * 64);
    done(&f);
}

static void the_largest_instructions_are_listed_and_the_rest_added_up(void **state)
{
    struct nkb_buf text = NKB_BUF_INIT;
    struct fixture f;
    (void)state;
    nkb_buf_text(&text, "HloModule m\n\nENTRY e {\n  p = f32[4,4] parameter(0)\n");
    for (int i = 0; i < 200; i++)
        nkb_buf_printf(&text,
                       "  x.%d = f32[%d,4] parameter(%d)\n"
                       "  d.%d = f32[%d,4] dot(x.%d, p), lhs_contracting_dims={1}, "
                       "rhs_contracting_dims={0}\n",
                       i, i * 37 % 100 + 1, i + 1, i, i * 37 % 100 + 1, i);
    nkb_buf_text(&text, "}\n");
    analyse(&f, text.data, 0, 5);
    const struct nkb_groups *groups = &f.module.groups[NKB_BY_INSTRUCTION];
    assert_int_equal(groups->count, 5);
    assert_true(groups->has_rest);
    int64_t sum = groups->rest.figures[NKB_FIG_MACS];
    const int64_t rows[] = {100, 100, 99, 99, 98};
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(groups->at[i].figures[NKB_FIG_MACS], rows[i] * 16);
        sum += groups->at[i].figures[NKB_FIG_MACS];
    }
    assert_int_equal(sum, f.module.executed.macs);
    assert_int_equal(groups->rest.figures[NKB_FIG_INSTRUCTIONS], 401 - 5);
    /* Of equal ones the first: i * 37 % 100 == 99 for 27 and 127. */
    assert_true(nkb_str_is(groups->at[0].key, "d.27"));
    assert_true(nkb_str_is(groups->at[1].key, "d.127"));
    assert_true(nkb_str_is(groups->at[0].detail, "dot f32[100,4] in e"));
    done(&f);
    analyse(&f, text.data, 0, 0);
    assert_int_equal(f.module.groups[NKB_BY_INSTRUCTION].count, 0);
    assert_int_equal(f.module.groups[NKB_BY_INSTRUCTION].rest.figures[NKB_FIG_MACS],
                     f.module.executed.macs);
    done(&f);
    nkb_buf_free(&text);
}

/* More shapes than are remembered at once, each of them again and again, in every order. */
static void instructions_that_are_alike_are_counted_together(void **state)
{
    enum { SHAPES = 300, TIMES = 7 };
    struct nkb_buf text = NKB_BUF_INIT;
    struct fixture f;
    (void)state;
    nkb_buf_text(&text, "HloModule m\n\nENTRY e {\n");
    for (int i = 0; i < SHAPES; i++)
        nkb_buf_printf(&text, "  p.%d = f32[%d,4] parameter(%d)\n", i, i + 1, i);
    for (int i = 0; i < SHAPES * TIMES; i++) {
        int shape = i % 3 ? i % SHAPES : i / 3 % SHAPES;
        nkb_buf_printf(&text, "  x.%d = f32[%d,4] add(p.%d, p.%d)\n", i, shape + 1, shape, shape);
    }
    nkb_buf_text(&text, "  ROOT r = f32[] constant(0)\n}\n");
    analyse(&f, text.data, 0, 5);
    int64_t flops = 0, calls = 0;
    for (int shape = 0; shape < SHAPES; shape++) {
        char key[64];
        int64_t of_shape = 0;
        for (int i = 0; i < SHAPES * TIMES; i++)
            of_shape += (i % 3 ? i % SHAPES : i / 3 % SHAPES) == shape;
        snprintf(key, sizeof key, "add f32[%d,4]", shape + 1);
        assert_int_equal(figure(&f, NKB_BY_SHAPE, key, NKB_FIG_CALLS), of_shape);
        assert_int_equal(figure(&f, NKB_BY_SHAPE, key, NKB_FIG_FLOPS), of_shape * (shape + 1) * 4);
        flops += of_shape * (shape + 1) * 4;
        calls += of_shape;
    }
    assert_int_equal(figure(&f, NKB_BY_OPCODE, "add", NKB_FIG_CALLS), calls);
    assert_int_equal(figure(&f, NKB_BY_OPCODE, "add", NKB_FIG_FLOPS), flops);
    assert_int_equal(figure(&f, NKB_BY_DTYPE, "f32", NKB_FIG_INSTRUCTIONS), calls + SHAPES + 1);
    done(&f);
    nkb_buf_free(&text);
}

/* Each fits, and all of them together do not, where none of them runs. */
static void figures_of_what_is_alike_beyond_63_bits(void **state)
{
    enum { ALIKE = 40 };
    struct nkb_buf text = NKB_BUF_INIT;
    struct fixture f;
    (void)state;
    nkb_buf_text(&text, "HloModule m\n\nf {\n  p = f8e5m2[1152921504606846976] parameter(0)\n"
                        "  q = f8e5m2[] parameter(1)\n");
    for (int i = 0; i < ALIKE; i++) /* 2^60 flops and 2^61 bytes */
        nkb_buf_printf(&text, "  n.%d = f8e5m2[1152921504606846976] negate(p)\n", i);
    nkb_buf_text(&text, "  ROOT r = f8e5m2[] abs(q)\n}\n\nENTRY e {\n"
                        "  p = f8e5m2[0] parameter(0)\n  z = f8e5m2[7] parameter(1)\n"
                        "  n = f8e5m2[7] negate(z)\n"
                        "  ROOT r = f8e5m2[0] map(p, p), dimensions={0}, to_apply=f\n}\n");
    analyse(&f, text.data, 0, 5);
    assert_true(f.module.has_xla);
    assert_int_equal(figure(&f, NKB_BY_OPCODE, "negate", NKB_FIG_INSTRUCTIONS), ALIKE + 1);
    assert_int_equal(figure(&f, NKB_BY_OPCODE, "negate", NKB_FIG_FLOPS), 7);
    assert_int_equal(figure(&f, NKB_BY_OPCODE, "negate", NKB_FIG_XLA_BYTES), 14);
    const char *const key = "negate f8e5m2[1152921504606846976]";
    assert_int_equal(figure(&f, NKB_BY_SHAPE, key, NKB_FIG_INSTRUCTIONS), ALIKE);
    assert_int_equal(figure(&f, NKB_BY_SHAPE, key, NKB_FIG_XLA_FLOPS), 0);
    assert_int_equal(figure(&f, NKB_BY_COMPUTATION, "f", NKB_FIG_BYTES), 0);
    done(&f);
    nkb_buf_free(&text);
}

static void what_is_not_known_is_absent(void **state)
{
    struct fixture f;
    (void)state;
    /* A circle: nothing is executed, but the text has its counts. */
    analyse(
        &f,
        "HloModule m\n\n"
        "f.1 {\n  a = f32[4,4] parameter(0)\n  c = f32[4,4] call(a), to_apply=g.1\n"
        "  ROOT d = f32[4,4] dot(c, a), lhs_contracting_dims={1}, rhs_contracting_dims={0}, "
        "metadata={op_name=\"x\"}\n}\n\n"
        "g.1 {\n  a = f32[4,4] parameter(0)\n  ROOT c = f32[4,4] call(a), to_apply=f.1\n}\n\n"
        "ENTRY e {\n  p = f32[4,4] parameter(0)\n  ROOT c = f32[4,4] call(p), to_apply=f.1\n}\n",
        0, 10);
    assert_false(f.module.has_executed);
    const struct nkb_group *dot = group(&f, NKB_BY_OPCODE, "dot");
    assert_int_equal(dot->absent, NKB_FIGS_RUN | NKB_FIGS_RUN_COST | NKB_FIGS_XLA);
    assert_int_equal(dot->figures[NKB_FIG_STATIC_MACS], 64);
    assert_int_equal(group(&f, NKB_BY_SCOPE, "x")->figures[NKB_FIG_STATIC_MACS], 64);
    done(&f);
}

static void nothing_is_made_that_is_not_asked_for(void **state)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    const struct nkb_attribution by = {.dimensions = 1 << NKB_BY_DTYPE, .sort = NKB_FIG_MACS};
    struct nkb_module module = {0};
    struct nkb_err err;
    struct nkb_hlo hlo;
    (void)state;
    assert_int_equal(nkb_hlo_read_bytes(nkb_str_from(loop_text), &arena, &hlo, &err), 0);
    assert_int_equal(nkb_module_analyze(&hlo, &arena, &module, &err), 0);
    for (int d = 0; d < NKB_DIMENSIONS; d++)
        assert_false(nkb_module_groups(&module, (enum nkb_dimension)d)->made);
    assert_int_equal(nkb_module_analyze_by(&hlo, &by, &arena, &module, &err), 0);
    for (int d = 0; d < NKB_DIMENSIONS; d++)
        assert_int_equal(module.groups[d].made, d == NKB_BY_DTYPE);
    nkb_arena_free(&arena);
}

static void no_memory_is_said(void **state)
{
    static const char *const texts[] = {loop_text, fusion_text};
    const struct nkb_attribution by = {.dimensions = ALL, .top = 10, .sort = NKB_FIG_MACS};
    int failed = 0;
    (void)state;
    for (size_t step = 0; step < 2000; step++) {
        const size_t limit = 1000 + step / 2 * 60;
        struct nkb_arena arena = NKB_ARENA_INIT, keep = NKB_ARENA_INIT;
        struct nkb_module module = {0};
        struct nkb_err err;
        struct nkb_hlo hlo;
        assert_int_equal(nkb_hlo_read_bytes(nkb_str_from(texts[step % 2]), &arena, &hlo, &err), 0);
        keep.limit_bytes = limit;
        int code = nkb_module_analyze_by(&hlo, &by, &keep, &module, &err);
        assert_true(code == 0 || code == NKB_EMEMORY);
        failed += code != 0;
        nkb_arena_free(&arena);
        nkb_arena_free(&keep);
    }
    assert_true(failed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_a_fusions_own_and_flops_those_of_what_is_inside),
        cmocka_unit_test(turns_of_a_loop_are_executions),
        cmocka_unit_test(names_are_joined_along_calls_where_they_are_relative),
        cmocka_unit_test(a_computation_has_255_scopes_of_its_own_and_one_for_the_rest),
        cmocka_unit_test(the_largest_instructions_are_listed_and_the_rest_added_up),
        cmocka_unit_test(instructions_that_are_alike_are_counted_together),
        cmocka_unit_test(figures_of_what_is_alike_beyond_63_bits),
        cmocka_unit_test(what_is_not_known_is_absent),
        cmocka_unit_test(nothing_is_made_that_is_not_asked_for),
        cmocka_unit_test(no_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
