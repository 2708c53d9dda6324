/* The HLO text reader: computations that instructions call, kernels, loops, async short forms. */
#include "hlotext_case.h"

#include "input/hlo_config.h"

#define ADD                                                                                        \
    "add {\n a = f32[] parameter(0)\n b = f32[] parameter(1)\n ROOT r = f32[] add(a, b)\n}\n"
#define ONE(name) name " {\n a = f32[8] parameter(0)\n ROOT r = f32[8] negate(a)\n}\n"

static void callees_may_stand_before_or_after(void **state)
{
    const struct nkb_hlo *hlo =
        case_good(state, ADD "ENTRY main {\n p = f32[8] parameter(0)\n"
                             " m = f32[8] map(p, p), dimensions={0}, to_apply=%add\n"
                             " c = f32[8] call(m), to_apply=late\n"
                             " f = f32[8] fusion(c), kind=kLoop, calls=%late2\n}\n" ONE("%late")
                                 ONE("late2"));
    const struct nkb_hlo_computation *main_ = &hlo->computations[hlo->entry];
    assert_text(main_->name, "main");
    assert_int_equal(case_find(main_, "m")->called[0], case_position(hlo, "add"));
    assert_int_equal(case_find(main_, "c")->called[0], case_position(hlo, "late"));
    assert_int_equal(case_find(main_, "f")->called[0], case_position(hlo, "late2"));
    assert_text(case_find(main_, "f")->attrs->fusion_kind, "kLoop");
    assert_false(hlo->computations[case_position(hlo, "late")].is_fusion);
    assert_true(hlo->computations[case_position(hlo, "late2")].is_fusion);
}

static void pairs_come_in_the_model_s_order(void **state)
{
    const struct nkb_hlo *hlo = case_good(
        state,
        ONE("c") ONE("b") ONE(
            "s") "ENTRY main {\n p = f32[8] parameter(0)\n"
                 " w = f32[8] while(p), condition=%c, body=%b\n"
                 " i = f32[8] conditional(p, p, p), false_computation=c, true_computation=b\n"
                 " j = f32[8] conditional(p, p, p, p), branch_computations={%s, c, /*index=2*/%b}\n"
                 " k = f32[8] select-and-scatter(p, p, p), scatter=s, select=b\n"
                 " l = f32[8] custom-call(p), custom_call_target=\"x\", called_computations={b}\n"
                 " m = f32[8] custom-call(p), custom_call_target=\"x\", called_computations={}\n"
                 " n = f32[8] fusion(p), kind=kCustom, calls={%b, c}\n"
                 "}\n");
    const struct nkb_hlo_computation *main_ = &hlo->computations[hlo->entry];
    uint32_t c = case_position(hlo, "c"), b = case_position(hlo, "b"), s = case_position(hlo, "s");
    const struct {
        const char *name;
        uint32_t count, called[3];
    } want[] = {{"w", 2, {b, c, 0}}, {"i", 2, {b, c, 0}}, {"j", 3, {s, c, b}}, {"k", 2, {b, s, 0}},
                {"l", 1, {b, 0, 0}}, {"m", 0, {0, 0, 0}}, {"n", 2, {b, c, 0}}};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const struct nkb_hlo_instruction *it = case_find(main_, want[i].name);
        assert_int_equal(it->called_count, want[i].count);
        for (uint32_t k = 0; k < want[i].count; k++)
            assert_int_equal(it->called[k], want[i].called[k]);
    }
}

static void computations_written_in_place(void **state)
{
    const struct nkb_hlo *hlo = case_good(
        state,
        "ENTRY main {\n p = f32[8] parameter(0)\n"
        " f = f32[8] fusion(p), kind=kLoop, calls=\n {\n  %p = f32[8] parameter(0)\n"
        "  q = f32[8] map(p), to_apply={ a = f32[] parameter(0)\n ROOT b = f32[] negate(a) }, "
        "dimensions={0}\n"
        "  ROOT r = f32[8] add(q, p)\n }, metadata={op_name=\"x\"}\n"
        " c = f32[8] conditional(p, p, p), branch_computations={{ a = f32[8] parameter(0) },\n"
        "  { a = f32[8] parameter(0) }}\n"
        " ROOT n = f32[8] negate(f)\n}\n");
    assert_int_equal(hlo->computation_count, 5);
    const struct nkb_hlo_computation *main_ = &hlo->computations[hlo->entry];
    assert_int_equal(main_->instruction_count, 4);
    assert_int_equal(main_->root, 3);
    const struct nkb_hlo_instruction *f = case_find(main_, "f");
    assert_text(f->op_name, "x");
    const struct nkb_hlo_computation *inner = &hlo->computations[f->called[0]];
    assert_true(inner->is_fusion);
    assert_int_equal(inner->instruction_count, 3);
    assert_int_equal(hlo->computations[case_find(inner, "q")->called[0]].instruction_count, 2);
    assert_int_equal(case_find(inner, "r")->operands[0], 1);
    assert_int_equal(case_find(main_, "c")->called_count, 2);
    assert_int_equal(case_find(main_, "n")->operands[0], 1);
}

static void kernels_and_trip_counts(void **state)
{
    const struct nkb_hlo *hlo = case_good(
        state,
        ONE("c") ONE(
            "b") "ENTRY main {\n p = f32[8] parameter(0)\n"
                 /* {"mac_count": 12, "func_name": "f"} */
                 " k = f32[8] custom-call(p), "
                 "backend_config=\"eyJtYWNfY291bnQiOiAxMiwgImZ1bmNfbmFtZSI6ICJmIn0=\", "
                 "custom_call_target=\"AwsNeuronCustomNativeKernel\", "
                 "api_version=API_VERSION_UNSPECIFIED\n"
                 " e = f32[8] custom-call(p), custom_call_target=\"AwsNeuronCustomNativeKernel\"\n"
                 " o = f32[8] custom-call(p), custom_call_target=\"AwsNeuronCustomNativeKernel2\"\n"
                 " v = f32[8] while(p), body=b, condition=c, "
                 "backend_config={\"known_trip_count\":{\"n\":\"7\"}}\n"
                 " w = f32[8] while(p), body=b, condition=c, "
                 "backend_config=\"{\\\"known_trip_count\\\":{\\\"n\\\":\\\"0\\\"}}\"\n"
                 " x = f32[8] while(p), body=b, condition=c\n}\n");
    const struct nkb_hlo_computation *main_ = &hlo->computations[hlo->entry];
    const struct nkb_nki_config *nki = case_find(main_, "k")->attrs->nki;
    assert_non_null(nki);
    assert_int_equal(nki->status, NKB_NKI_OK);
    assert_int_equal((int64_t)nki->mac_count, 12);
    assert_text(nki->func_name, "f");
    assert_non_null(case_find(main_, "e")->attrs->nki);
    assert_int_equal(case_find(main_, "e")->attrs->nki->status, NKB_NKI_UNREADABLE);
    assert_null(case_find(main_, "o")->attrs->nki);
    assert_true(case_find(main_, "v")->attrs->has_known_trip_count);
    assert_int_equal(case_find(main_, "v")->attrs->known_trip_count, 7);
    assert_true(case_find(main_, "w")->attrs->has_known_trip_count);
    assert_int_equal(case_find(main_, "w")->attrs->known_trip_count, 0);
    assert_true(!case_find(main_, "x")->attrs ||
                !case_find(main_, "x")->attrs->has_known_trip_count);
}

static void async_in_full(void **state)
{
    const struct nkb_hlo *hlo =
        case_good(state, ONE("w") "ENTRY main {\n p = f32[8] parameter(0)\n"
                                  " s = ((f32[8]), f32[8], u32[]) async-start(p), "
                                  "async_execution_thread=\"x\", calls=w\n"
                                  " u = ((f32[8]), f32[8], u32[]) async-update(s)\n r = f32[8] "
                                  "async-done(u), calls=w\n}\n");
    const struct nkb_hlo_computation *main_ = &hlo->computations[hlo->entry];
    assert_int_equal(hlo->computation_count, 2);
    assert_int_equal(case_find(main_, "s")->opcode, NKB_HLO_ASYNC_START);
    assert_int_equal(case_find(main_, "s")->called[0], 0);
    assert_int_equal(case_find(main_, "u")->opcode, NKB_HLO_ASYNC_UPDATE);
}

static void async_short_forms(void **state)
{
    const struct nkb_hlo *hlo = case_good(
        state,
        ONE("f") "ENTRY main {\n p = f32[8] parameter(0)\n q = f32[4] parameter(1)\n"
                 " s = ((f32[8], f32[4]), f32[9], u32[]) custom-call-start(p, q), "
                 "custom_call_target=\"k\", "
                 "metadata={op_name=\"n\"}\n"
                 " u = ((f32[8], f32[4]), f32[9], u32[]) custom-call-update(s)\n"
                 " d = f32[9] custom-call-done(u), custom_call_target=\"k\"\n"
                 " c = ((f32[8]), f32[8]) fusion-start(p), kind=kLoop, calls=f\n"
                 " a = f32[8] all-reduce-start(p), to_apply=f\n" /* an opcode of its own */
                 " b = ((f32[8]), f32[2]) reduce-scatter-start(p), dimensions={0}, to_apply=f\n"
                 " e = f32[8] call-done(c), to_apply=f\n"
                 " x = f32[8] nothing-start(p)\n}\n");
    assert_int_equal(hlo->computation_count, 5);
    assert_int_equal(hlo->instruction_count, 2 + 3 + 2 + 2 + 10);
    const struct nkb_hlo_computation *main_ = &hlo->computations[hlo->entry];
    const struct nkb_hlo_instruction *s = case_find(main_, "s");
    assert_int_equal(s->opcode, NKB_HLO_ASYNC_START);
    assert_text(nkb_hlo_opcode_said(s), "async-start");
    assert_text(s->op_name, "n");
    assert_null(s->attrs);
    assert_int_equal(s->called_count, 1);
    const struct nkb_hlo_computation *wrapped = &hlo->computations[s->called[0]];
    assert_text(wrapped->name, "async_wrapped");
    assert_int_equal(wrapped->id, s->called[0]);
    assert_int_equal(wrapped->instruction_count, 3);
    assert_int_equal(wrapped->root, 2);
    assert_text(wrapped->instructions[0].name, "async_param");
    assert_text(wrapped->instructions[1].name, "async_param.1");
    assert_int_equal(wrapped->instructions[1].number, 1);
    assert_dims(*wrapped->instructions[1].shape, 4);
    const struct nkb_hlo_instruction *root = &wrapped->instructions[2];
    assert_int_equal(root->opcode, NKB_HLO_CUSTOM_CALL);
    assert_text(root->name, "custom-call");
    assert_dims(*root->shape, 9);
    assert_int_equal(root->operand_count, 2);
    assert_int_equal(root->operands[1], 1);
    assert_text(root->attrs->custom_call_target, "k");
    assert_int_equal(root->op_name.len, 0);

    assert_int_equal(case_find(main_, "u")->opcode, NKB_HLO_ASYNC_UPDATE);
    assert_int_equal(case_find(main_, "d")->opcode, NKB_HLO_ASYNC_DONE);
    assert_null(case_find(main_, "d")->attrs);
    const struct nkb_hlo_instruction *fusion =
        &hlo->computations[case_find(main_, "c")->called[0]].instructions[1];
    assert_int_equal(fusion->opcode, NKB_HLO_FUSION);
    assert_int_equal(fusion->called[0], case_position(hlo, "f"));
    assert_true(hlo->computations[case_position(hlo, "f")].is_fusion);
    assert_int_equal(case_find(main_, "a")->opcode, NKB_HLO_ALL_REDUCE_START);
    assert_int_equal(case_find(main_, "b")->opcode, NKB_HLO_ASYNC_START);
    assert_int_equal(case_find(main_, "e")->called_count, 0);
    assert_int_equal(case_find(main_, "x")->opcode, NKB_HLO_OPCODE_COUNT);
}

int main(void)
{
#define WITH_CASE(test) cmocka_unit_test_setup_teardown(test, case_open, case_close)
    const struct CMUnitTest tests[] = {
        WITH_CASE(callees_may_stand_before_or_after),
        WITH_CASE(pairs_come_in_the_model_s_order),
        WITH_CASE(computations_written_in_place),
        WITH_CASE(kernels_and_trip_counts),
        WITH_CASE(async_in_full),
        WITH_CASE(async_short_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
