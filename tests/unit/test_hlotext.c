/* The HLO text reader: every syntax XLA's and Neuron's printers have used since 2019, one small
 * text each. */
#include <stdio.h>

#include "hlotext_case.h"

static void header_and_names(void **state)
{
    const struct nkb_hlo *hlo = case_good(
        state,
        "HloModule jit_f.1, is_scheduled=true, "
        "entry_computation_layout={(f32[2]{0}, /*index=1*/(s32[], f32[2]{0}))->(f32[2]{0})}, "
        "input_output_alias={ {0}: (0, {}, may-alias) }, num_partitions=8, "
        "frontend_attributes={a=\"}\",b=\"\\\"\"}, replica_groups=[2,4]<=[8]T(1,0)\n\n"
        "%add.3 (x.4: f32[], y.5: f32[]) -> f32[] {\n"
        "  %x.4 = f32[] parameter(0)\n  %y.5 = f32[] parameter(1)\n"
        "  ROOT %add-6_x.7 = f32[] add(f32[] %x.4, f32[] %y.5)\n"
        "}, execution_thread=\"main\"\n\n"
        "ENTRY %main.9 (p: f32[2]) -> f32[2] {\n  ROOT %p = f32[2]{0} parameter(0)\n}\n");
    assert_text(hlo->name, "jit_f.1");
    assert_int_equal(hlo->form, NKB_FORM_TEXT);
    assert_int_equal(hlo->computation_count, 2);
    assert_int_equal(hlo->instruction_count, 4);
    assert_int_equal(hlo->entry, 1);
    assert_int_equal(hlo->entry_id, 1);
    const struct nkb_hlo_computation *add = &hlo->computations[0];
    assert_text(add->name, "add.3");
    assert_int_equal(add->at, 3);
    assert_int_equal(add->root, 2);
    assert_int_equal(add->root_id, 2);
    const struct nkb_hlo_instruction *root = &add->instructions[2];
    assert_text(root->name, "add-6_x.7");
    assert_int_equal(root->opcode, NKB_HLO_ADD);
    assert_int_equal(root->operand_count, 2);
    assert_int_equal(root->operands[0], 0);
    assert_int_equal(root->operands[1], 1);
    assert_null(root->attrs);
    assert_int_equal(root->called_count, 0);
    assert_true(add->instructions[1].has_number);
    assert_int_equal(add->instructions[1].number, 1);
}

static void no_header_no_entry_no_root(void **state)
{
    const struct nkb_hlo *hlo =
        case_good(state, "// a comment\na { p = s32[] parameter(0) q = s32[] negate(p) }\n"
                         "b { p = s32[] parameter(0), parameter_replication={true} }");
    assert_int_equal(hlo->name.len, 0);
    assert_int_equal(hlo->entry, 1);
    assert_int_equal(hlo->computations[0].root, 1);
}

static void bom_crlf_comments(void **state)
{
    const struct nkb_hlo *hlo =
        case_good(state, "\xef\xbb\xbfHloModule t\r\n\r\nENTRY main {\r\n  // why\r\n  a = "
                         "f32[4]{0} parameter(0)\r\n"
                         "  /* two\r\n  lines */ ROOT b = (f32[4]{0}, /*index=1*/f32[4]{0}) "
                         "tuple(a, /*index=1*/ a) // end\r\n}\r\n");
    assert_text(hlo->name, "t");
    assert_int_equal(hlo->computations[0].at, 3);
    assert_int_equal(hlo->computations[0].instruction_count, 2);
}

static void tables_of_source_positions(void **state)
{
    const struct nkb_hlo *hlo = case_good(
        state,
        "HloModule t\n\nFileNames\n1 \"a{.py\"\n2 \"b.py\"\n\nFunctionNames\n1 \"<lambda>\"\n\n"
        "FileLocations\n1 {file_name_id=1 function_name_id=1 line=3 end_line=3 column=2 "
        "end_column=31}\n\n"
        "StackFrames\n1 {file_location_id=1 parent_frame_id=1}\n\n"
        "FileNames {\n  a = f32[] parameter(0), metadata={stack_frame_id=1}\n}\n");
    assert_int_equal(hlo->computation_count, 1);
    assert_text(hlo->computations[0].name, "FileNames");
    assert_int_equal(
        case_good(state, "HloModule t\nFileNames\nStackFrames\nm { a = f32[] parameter(0) }")
            ->computation_count,
        1);
}

static void shapes(void **state)
{
    const struct nkb_hlo_computation *c = case_body(
        state,
        "a = f32[10,5] parameter(0)\n"
        "b = bf16[130,70]{0,1:T(8,128)(2,1)S(5)} parameter(1)\n"
        "c = s4[32,33]{1,0:E(4)} parameter(2)\n"
        "d = f32[<=10, 20]{1,0} parameter(3)\n"
        "e = f32[?,<=?,3] parameter(4)\n"
        "f = f8e4m3fn[]{:T(256)} parameter(5)\n"
        "g = ((f32[2]{0}, s32[]), token[], (), opaque[]) parameter(6)\n"
        "h = b(f32[10]{0}) custom-call(a), custom_call_target=\"Pin\"\n"
        "i = f32[5,7]{1,0:D(D,C)T(*,128)L(64)#(u32)*(u8)M(8)P((f32[2]{0}))SC(1:200)} parameter(7)\n"
        "j = f32[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2] parameter(8)\n"
        "k = pred[]{} parameter(9)");
    const struct nkb_hlo_shape *s = case_find(c, "a")->shape;
    assert_int_equal(s->element_type, 11);
    assert_dims(*s, 10, 5);
    assert_true(s->has_layout);
    assert_order(*s, 1, 0);
    assert_false(s->dynamic);
    s = case_find(c, "b")->shape;
    assert_int_equal(s->element_type, 16);
    assert_order(*s, 0, 1);
    assert_int_equal(s->element_size_bits, 0);
    s = case_find(c, "c")->shape;
    assert_int_equal(s->element_type, 21);
    assert_int_equal(s->element_size_bits, 4);
    s = case_find(c, "d")->shape;
    assert_true(s->dynamic);
    assert_dims(*s, 10, 20);
    s = case_find(c, "e")->shape;
    assert_true(s->dynamic);
    assert_dims(*s, INT64_MIN, INT64_MIN, 3);
    s = case_find(c, "f")->shape;
    assert_int_equal(s->element_type, 20);
    assert_int_equal(s->rank, 0);
    assert_true(s->has_layout);
    assert_int_equal(s->minor_to_major_count, 0);
    s = case_find(c, "g")->shape;
    assert_int_equal(s->element_type, NKB_TYPE_TUPLE);
    assert_false(s->has_layout);
    assert_int_equal(s->tuple_count, 4);
    assert_int_equal(s->tuple[0].tuple_count, 2);
    assert_dims(s->tuple[0].tuple[0], 2);
    assert_int_equal(s->tuple[0].tuple[1].element_type, 4);
    assert_int_equal(s->tuple[1].element_type, NKB_TYPE_TOKEN);
    assert_false(s->tuple[1].has_layout);
    assert_int_equal(s->tuple[2].tuple_count, 0);
    assert_int_equal(s->tuple[3].element_type, NKB_TYPE_OPAQUE);
    s = case_find(c, "h")->shape;
    assert_int_equal(s->element_type, NKB_TYPE_BUFFER);
    assert_int_equal(s->tuple_count, 1);
    assert_dims(s->tuple[0], 10);
    assert_order(*case_find(c, "i")->shape, 1, 0);
    assert_order(*case_find(c, "j")->shape, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1,
                 0);
    assert_true(case_find(c, "k")->shape->has_layout);
}

/* What a layout brace looks like decides whether `-> f32[2] {` opens a body. */
static void signatures(void **state)
{
    const struct nkb_hlo *hlo = case_good(
        state, "a (p: (f32[2], /*index=1*/token[])) -> f32[2] {\n p = f32[2] parameter(0)\n}\n"
               "%b(p: f32[2]) -> f32[2]{0} {\n p = f32[2] parameter(0)\n}\n"
               "c () -> (f32[2]{0:T(2)}, s32[]) {p = f32[2] parameter(0)}\n"
               "d (p: b(f32[2])) -> b(f32[2]{0}){ p = f32[2] parameter(0) }\n"
               "e (p: f32[]) -> f32[]{\n%p = f32[] parameter(0)\n}\n");
    assert_int_equal(hlo->computation_count, 5);
}

static void operands_with_shapes(void **state)
{
    const struct nkb_hlo_computation *c = case_body(
        state,
        "a = f32[2]{0} parameter(0)\n b = b(f32[2]{0}) custom-call(a), custom_call_target=\"x\"\n"
        "t = (f32[2]{0}, token[]) parameter(1)\n"
        "r = f32[2]{0} foo( f32[2] %a, a, %a, (f32[2]{0}, /*i*/token[]) %t, f32[2]{0:T(8)} a, "
        "b(f32[2]{0}) %b, b )");
    const struct nkb_hlo_instruction *r = case_find(c, "r");
    const uint32_t want[] = {0, 0, 0, 2, 0, 1, 1};
    assert_int_equal(r->operand_count, 7);
    assert_memory_equal(r->operands, want, sizeof want);
    assert_int_equal(r->opcode,
                     NKB_HLO_OPCODE_COUNT); /* an opcode we do not know is kept by name */
    assert_text(nkb_hlo_opcode_said(r), "foo");
}

static void constants(void **state)
{
    const struct nkb_hlo_computation *c = case_body(
        state,
        "a = s32[] constant(7)\n b = pred[] constant(true)\n c = pred[] constant( false )\n"
        "d = s64[] constant(-9223372036854775808)\n e = u64[] constant(18446744073709551615)\n"
        "f = f32[] constant(3)\n g = s32[2]{0} constant({1, 2})\n"
        "h = f32[2,2]{1,0} constant({\n  { nan, -nan },\n  { inf, -inf }\n})\n"
        "i = c64[] constant((1, -2.5e-07))\n j = f32[99]{0} constant({...})\n"
        "k = (s32[], f32[1]{0}) constant((1, { 2 }))\n l = s8[0]{0} constant({  })\n"
        "m = s32[] constant(s32[] 12)\n n = s32[] constant(/*i*/ {...})\n o = u8[] constant(255)\n"
        "p = u64[] constant(18446744073709551616)\n q = u64[] constant(-1)\n r = u64[] "
        "constant(9)");
    assert_true(case_find(c, "a")->has_number);
    assert_int_equal(case_find(c, "a")->number, 7);
    assert_int_equal(case_find(c, "b")->number, 1);
    assert_true(case_find(c, "c")->has_number);
    assert_int_equal(case_find(c, "c")->number, 0);
    assert_true(case_find(c, "d")->has_number);
    assert_true(case_find(c, "d")->number == INT64_MIN);
    assert_int_equal(case_find(c, "m")->number, 12);
    assert_int_equal(case_find(c, "o")->number, 255);
    assert_true(case_find(c, "e")->has_number);
    assert_int_equal(case_find(c, "e")->number, -1); /* the bits of 2^64 - 1 */
    assert_int_equal(case_find(c, "r")->number, 9);
    for (const char *name = "fghijklnpq"; *name; name++)
        assert_false(case_find(c, (char[]){*name, '\0'})->has_number);
}

static void dots(void **state)
{
    const struct nkb_hlo_computation *c = case_body(
        state, "a = f32[6,3,5] parameter(0)\n b = f32[5,6,11] parameter(1)\n"
               "d = f32[6,3,11] dot(a, b), lhs_batch_dims={0}, lhs_contracting_dims={2}, "
               "rhs_batch_dims={1}, "
               "rhs_contracting_dims={0}, operand_precision={highest,highest}, "
               "algorithm=dot_bf16_bf16_f32_x3\n"
               "e = f32[] dot(a, b)\n"
               "r = f32[1] ragged-dot(a, b), lhs_contracting_dims={2}, rhs_contracting_dims={}, "
               "lhs_ragged_dims={0}, rhs_group_dims={1,2}");
    const struct nkb_hlo_dot *dot = case_find(c, "d")->attrs->dot;
    assert_ints(dot->lhs_batch, 0);
    assert_ints(dot->lhs_contracting, 2);
    assert_ints(dot->rhs_batch, 1);
    assert_ints(dot->rhs_contracting, 0);
    assert_int_equal(case_find(c, "e")->attrs->dot->lhs_contracting.count, 0);
    dot = case_find(c, "r")->attrs->dot;
    assert_ints(dot->lhs_ragged, 0);
    assert_ints(dot->rhs_group, 1, 2);
    assert_int_equal(dot->rhs_contracting.count, 0);
}

static void convolutions(void **state)
{
    const struct nkb_hlo_computation *c = case_body(
        state,
        "a = f32[1,9,9,3] parameter(0)\n b = f32[3,3,3,4] parameter(1)\n"
        "v = f32[1,12,13,4] convolution(a, b), window={size=3x5 stride=2x1 pad=-1_-2x3_0 "
        "lhs_dilate=2x4 "
        "rhs_dilate=7x8 rhs_reversal=0x1}, dim_labels=b01f_10io->01bf, feature_group_count=3, "
        "batch_group_count=2\n"
        "w = f32[1] convolution(a, b), dim_labels=b?f_i?o->bf?\n"
        "x = f32[1] reduce-window(a, b), window={}, to_apply=main2\n}\nmain2 {\n y = f32[] "
        "parameter(0)");
    /* main2 stands last, but ENTRY says which is the entry */
    const struct nkb_hlo_attrs *attrs = case_find(c, "v")->attrs;
    assert_int_equal(attrs->window_rank, 2);
    const struct nkb_hlo_window_dim want[] = {{3, 2, -1, -2, 7, 2, false},
                                              {5, 1, 3, 0, 8, 4, true}};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(attrs->window[i].size, want[i].size);
        assert_int_equal(attrs->window[i].stride, want[i].stride);
        assert_int_equal(attrs->window[i].padding_low, want[i].padding_low);
        assert_int_equal(attrs->window[i].padding_high, want[i].padding_high);
        assert_int_equal(attrs->window[i].window_dilation, want[i].window_dilation);
        assert_int_equal(attrs->window[i].base_dilation, want[i].base_dilation);
        assert_int_equal(attrs->window[i].reversal, want[i].reversal);
    }
    const struct nkb_hlo_convolution *v = attrs->convolution;
    assert_int_equal(v->input_batch, 0);
    assert_int_equal(v->input_feature, 3);
    assert_ints(v->input_spatial, 1, 2);
    assert_ints(v->kernel_spatial, 1, 0);
    assert_int_equal(v->kernel_input_feature, 2);
    assert_int_equal(v->kernel_output_feature, 3);
    assert_int_equal(v->output_batch, 2);
    assert_int_equal(v->output_feature, 3);
    assert_ints(v->output_spatial, 0, 1);
    assert_int_equal(attrs->feature_group_count, 3);
    assert_int_equal(attrs->batch_group_count, 2);
    assert_null(case_find(c, "w")->attrs->window);
    assert_int_equal(case_find(c, "w")->attrs->convolution->output_feature, 1);
    assert_int_equal(case_find(c, "w")->attrs->convolution->input_spatial.count, 0);
    assert_non_null(case_find(c, "x")->attrs->window);
    assert_int_equal(case_find(c, "x")->attrs->window_rank, 0);
}

static void other_attributes(void **state)
{
    const struct nkb_hlo_computation *c = case_body(
        state,
        "a = f32[8,8] parameter(0), sharding={devices=[2,1]<=[2]}, origin={{\"x\"}}\n"
        "t = f32[8,8]{0,1} transpose(a), dimensions={1,0}\n"
        "i = s32[8,4] iota(), iota_dimension=1\n"
        "s = f32[2,8] slice(a), slice={[0:4:2], [0:8]}\n"
        "d = f32[1,8] dynamic-slice(a, i, i), dynamic_slice_sizes={1,8}\n"
        "g = f32[8,8] gather(a, i), offset_dims={1}, collapsed_slice_dims={0}, "
        "start_index_map={0}, "
        "index_vector_dim=1, slice_sizes={1,8}\n"
        "f = c64[8,5] fft(a), fft_type=RFFT, fft_length={4,8}\n"
        "p = f32[9,9] pad(a, a), padding=0_1_2x-1_0\n"
        "e = (f32[8,8], s32[]) tuple(a, i)\n"
        "x = s32[] get-tuple-element(e), index=1, metadata={op_type=\"a\" "
        "op_name=\"jit(f)/\\\"q\\\"\\n\\303\\251\\000}\" "
        "source_file=\"x.py\" source_line=3 profile_info={profile_type={1}}, "
        "scheduling_name=\"s\"}\n"
        "m = pred[8] compare(a, a), direction=LE, type=TOTALORDER\n"
        "k = f32[8] all-gather(a), replica_groups=[2,4]<=[2,2,2]T(1,0,2), dimensions={0}, "
        "use_global_device_ids=true, channel_id=1\n"
        "l = f32[8] all-reduce(a), replica_groups=mesh[x=2,y=4] {x}, "
        "source_target_pairs={{0,1},{1,0}}, "
        "control-predecessors={%a, %t}, frontend_attributes={k=\"a, \\\"b\\\" }{\"}, "
        "backend_config={\"a\":[1,{\"b\":\"}\\\\\"}]}, statistics={visualizing_index=1,x=1.5}\n"
        "r = f32[] rng(a, a), distribution=rng_uniform, largest=true, epsilon=1e-05, "
        "exponent_bits=8");
    assert_ints(case_find(c, "t")->attrs->dimensions, 1, 0);
    assert_ints(case_find(c, "i")->attrs->dimensions, 1);
    assert_null(case_find(c, "s")->attrs);
    assert_ints(case_find(c, "d")->attrs->slice_sizes, 1, 8);
    assert_ints(case_find(c, "g")->attrs->slice_sizes, 1, 8);
    assert_ints(case_find(c, "f")->attrs->fft_length, 4, 8);
    assert_int_equal(case_find(c, "x")->number, 1);
    assert_text(case_find(c, "x")->op_name, "jit(f)/\"q\"\n\xc3\xa9\0}");
    assert_int_equal(case_find(c, "m")->attrs->direction, NKB_CMP_LE);
    assert_ints(case_find(c, "k")->attrs->dimensions, 0);
    assert_int_equal(c->instruction_count, 14);
}

static void escapes(void **state)
{
    const struct nkb_hlo_computation *c =
        case_body(state, "a = f32[] custom-call(), "
                         "custom_call_target=\"\\a\\b\\f\\n\\r\\t\\v\\\\\\'\\\"\\?"
                         "\\0\\12\\x41\\u00e9\\U0001F600z\"");
    assert_text(case_find(c, "a")->attrs->custom_call_target,
                "\a\b\f\n\r\t\v\\'\"?\0\nA\xc3\xa9\xf0\x9f\x98\x80z");
}

static void detection(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "HloModule t",
        "HloModule t, x=1\r\n",
        "\xef\xbb\xbf\n // c\n/* d */ HloModule\tt\n",
        "HloModule\n",
        "a {\n",
        "%a.1 (p: f32[]) -> f32[] {\n",
        "ENTRY %main {",
        "condition {\r\n",
        "module @jit_f {",
        "module {\n  func.func",
        "#loc1 = loc(\"a\")\n",
        "\"builtin.module\"() ({",
        "module attributes {a = 1} {",
        "module {\n  a = f32[] parameter(0)\n}",
    };
    static const char *const others[] = {
        "",
        "\n",
        "\n\tHloModule\x12\x04main",
        "\n\nHloModule \x12\x04main",
        "{\"a\": 1}",
        "a: {",
        "HloModules t",
        "int main() {",
        "// only a comment",
        "\x1f\x8b\x08",
        "/* open",
        "ENTRY main (",
        "main",
        "main (x) {",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!nkb_hlotext_detect(nkb_str_from(texts[i])))
            fail_msg("not seen as text: %s", texts[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (nkb_hlotext_detect(nkb_str_from(others[i])))
            fail_msg("seen as text: %s", others[i]);
    char head[4096] = "main (";
    memset(head + strlen(head), 'p', sizeof head - strlen(head));
    assert_true(nkb_hlotext_detect((struct nkb_str){head, sizeof head}));
    assert_false(nkb_hlotext_detect(NKB_STR_NONE));
}

static void a_computation_may_be_called_module(void **state)
{
    assert_int_equal(case_good(state, "module {\n  a = f32[] parameter(0)\n}")->computation_count,
                     1);
    assert_int_equal(
        case_good(state, "module {\n  ROOT %a = f32[] parameter(0)\n}")->computation_count, 1);
}

int main(void)
{
#define WITH_CASE(test) cmocka_unit_test_setup_teardown(test, case_open, case_close)
    const struct CMUnitTest tests[] = {
        WITH_CASE(header_and_names),
        WITH_CASE(no_header_no_entry_no_root),
        WITH_CASE(bom_crlf_comments),
        WITH_CASE(tables_of_source_positions),
        WITH_CASE(shapes),
        WITH_CASE(signatures),
        WITH_CASE(operands_with_shapes),
        WITH_CASE(constants),
        WITH_CASE(dots),
        WITH_CASE(convolutions),
        WITH_CASE(other_attributes),
        WITH_CASE(escapes),
        WITH_CASE(detection),
        WITH_CASE(a_computation_may_be_called_module),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
