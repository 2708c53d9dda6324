/* What protobuf's rules make of a module: order, repetition, merging, unknown fields, references.
 */
#include "hlo_proto_case.h"

static void test_no_bytes_are_an_empty_module(void **state)
{
    struct nkb_buf bytes = NKB_BUF_INIT;
    struct reading r = read_within(&bytes, &nkb_hlo_default_limits);

    (void)state;
    assert_string_equal(r.print.data, ": entry #0 at -1, 0 computations, 0 instructions\n");
    assert_int_equal(r.hlo.form, NKB_FORM_PROTO);
    assert_non_null(r.hlo.name.ptr);
    done(&r);
}

static void put_layout(struct nkb_buf *shape)
{
    const int64_t order[] = {1, 0};
    struct nkb_buf layout = NKB_BUF_INIT;

    put_packed(&layout, 1, order, 2);
    put_int(&layout, 7, 4);
    put_int(&layout, 16, 1);
    put_message(shape, 5, &layout);
}

static void test_shapes_keep_dims_layout_and_elements(void **state)
{
    const int64_t dims[] = {4, 300}, dynamic[] = {0, 1};
    struct nkb_buf in = instruction_of("tuple"), tuple = NKB_BUF_INIT, shape = NKB_BUF_INIT;

    (void)state;
    put_int(&shape, 2, 21);
    put_packed(&shape, 3, dims, 2);
    put_packed(&shape, 6, dynamic, 2);
    put_layout(&shape);
    put_int(&tuple, 2, NKB_TYPE_TUPLE);
    put_message(&tuple, 4, &shape);
    put_shape(&tuple, 4, 11, NULL, 0);
    put_message(&in, 3, &tuple);
    expect_instruction(&in, "i tuple t13 ( t21 dims=4,300 dynamic layout m2m=1,0 bits=4 t11 )");
}

static void test_every_kept_attribute_arrives(void **state)
{
    const int64_t list[] = {0, 200, -1};
    struct nkb_buf in = instruction_of("convolution"), part = NKB_BUF_INIT, dim = NKB_BUF_INIT;

    (void)state;
    put_packed(&in, 14, list, 3);
    put_int(&in, 50, 6);
    put_int(&in, 58, 2);
    put_packed(&in, 32, list + 1, 1);
    put_packed(&in, 20, list, 2);
    put_text(&in, 28, "Target");
    put_text(&in, 11, "kLoop");
    put_text(&in, 63, "LT");
    for (uint32_t n = 1; n <= 7; n++)
        put_int(&dim, n, n == 3 ? -3 : (int64_t)n);
    put_message(&part, 1, &dim);
    put_bytes(&part, 1, "", 0);
    put_message(&in, 15, &part);
    put_int(&part, 3, 1);
    put_int(&part, 4, 2);
    put_packed(&part, 6, list + 1, 1);
    put_int(&part, 7, 3);
    put_int(&part, 8, 4);
    put_int(&part, 9, 5);
    put_int(&part, 10, 6);
    put_packed(&part, 11, list, 2);
    put_packed(&part, 12, list + 2, 1);
    put_message(&in, 16, &part);
    put_text(&part, 1, "type");
    put_text(&part, 2, "jit(f)/dot");
    put_message(&in, 7, &part);
    expect_instruction(&in, "i convolution t0 attrs dimensions=0,200,-1 conv=1,2,3,4,5,6 ks=200 "
                            "is=0,200 os=-1 window/2 dim=1,2,-3,4,5,6,1 dim=0,0,0,0,0,0,0 fgc=6 "
                            "bgc=2 fft=200 slice=0,200 target=Target kind=kLoop direction=6 "
                            "op_name=jit(f)/dot");
}

static void test_dot_numbers_are_those_of_the_opcode(void **state)
{
    const int64_t one[] = {1}, two[] = {2}, three[] = {3};
    static const char *const opcodes[] = {"dot", "ragged-dot"};
    static const char *const prints[] = {
        "i dot t0 attrs dot lc=1 rc=2",
        "i ragged-dot t0 attrs dot lb=3 rb=1 lr=2 rg=3",
    };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct nkb_buf in = instruction_of(opcodes[i]), part = NKB_BUF_INIT, ragged = NKB_BUF_INIT;
        put_packed(&part, 1, one, 1);
        put_packed(&part, 2, two, 1);
        put_message(&in, 30, &part);
        put_packed(&part, 3, three, 1);
        put_packed(&part, 4, one, 1);
        put_message(&ragged, 1, &part);
        put_packed(&ragged, 2, two, 1);
        put_packed(&ragged, 3, three, 1);
        put_message(&in, 90, &ragged);
        expect_instruction(&in, prints[i]);
    }
}

static void test_an_empty_message_is_given_all_the_same(void **state)
{
    struct nkb_buf in = instruction_of("reduce-window");

    (void)state;
    put_bytes(&in, 15, "", 0);
    put_bytes(&in, 16, "", 0);
    put_bytes(&in, 30, "", 0);
    expect_instruction(&in, "i reduce-window t0 attrs dot conv=0,0,0,0,0,0 window/0");
}

static void test_gather_and_dynamic_slice_have_their_own_sizes(void **state)
{
    const int64_t dynamic[] = {1, 2}, gathered[] = {3, 4};
    struct nkb_buf in = instruction_of("gather");

    (void)state;
    put_packed(&in, 20, dynamic, 2);
    put_packed(&in, 34, gathered, 2);
    expect_instruction(&in, "i gather t0 attrs slice=3,4");
    in = instruction_of("dynamic-slice");
    put_packed(&in, 20, dynamic, 2);
    put_packed(&in, 34, gathered, 2);
    expect_instruction(&in, "i dynamic-slice t0 attrs slice=1,2");
}

static void test_the_last_scalar_wins_and_messages_merge(void **state)
{
    const int64_t first[] = {4}, second[] = {5, 6};
    struct nkb_buf in = instruction_of("add"), shape = NKB_BUF_INIT;

    (void)state;
    put_text(&in, 2, "subtract");
    put_text(&in, 1, "j");
    put_shape(&in, 3, 11, first, 1);
    put_int(&in, 35, 9);
    put_int(&in, 35, 1);
    put_packed(&shape, 3, second, 2);
    put_layout(&shape);
    put_message(&in, 3, &shape);
    put_layout(&shape);
    put_message(&in, 3, &shape);
    expect_instruction(&in, "j subtract t11 dims=4,5,6 layout m2m=1,0,1,0 bits=4");
}

static void test_numbers_come_packed_singly_and_in_pieces(void **state)
{
    const int64_t many[] = {1, 1, 300, 1, 77};
    struct nkb_buf in = instruction_of("concatenate");

    (void)state;
    put_int(&in, 36, 1);
    put_packed(&in, 36, many, 5);
    put_int(&in, 36, 1);
    put_int(&in, 36, 1);
    put_bytes(&in, 36, "", 0);
    put_packed(&in, 36, many, 2);
    expect_instruction(&in, "i concatenate t0 of=0,0,0,#300?,0,?,0,0,0,0");
}

static void test_fields_that_are_not_known_are_stepped_over(void **state)
{
    struct nkb_buf in = instruction_of("add");

    (void)state;
    put_int(&in, 4, 5);         /* reserved */
    put_text(&in, 200, "\xff"); /* unknown, and so no text */
    put_tag(&in, 201, 1);
    nkb_buf_append(&in, "12345678", 8);
    put_tag(&in, 202, 5);
    nkb_buf_append(&in, "1234", 4);
    put_tag(&in, 203, 3); /* a group in a group */
    put_int(&in, 1, 7);
    put_tag(&in, 1, 3);
    put_tag(&in, 1, 4);
    put_tag(&in, 203, 4);
    put_tag(&in, 536870911, 0);
    nkb_buf_char(&in, 1);
    expect_instruction(&in, "i add t0");
}

static void test_a_known_field_of_another_wire_type_is_unknown(void **state)
{
    struct nkb_buf in = instruction_of("add");

    (void)state;
    put_int(&in, 1, 5);            /* name */
    put_int(&in, 3, 5);            /* shape */
    put_int(&in, 43, 5);           /* backend_config */
    put_text(&in, 35, "\xff\xff"); /* id */
    put_text(&in, 24, "abc");      /* a float */
    put_tag(&in, 36, 5);           /* operand_ids */
    nkb_buf_append(&in, "1234", 4);
    put_tag(&in, 2, 3); /* opcode as a group */
    put_tag(&in, 2, 4);
    expect_instruction(&in, "i add t0");
}

static void test_opcodes_are_whole_names(void **state)
{
    struct nkb_buf in = instruction_of("Dot");

    (void)state;
    expect_instruction(&in, "i Dot? t0 attrs");
    put_bytes(&in, 2, "dot\0", 4);
    put_int(&in, 35, 1);
    struct nkb_buf module = module_of(&in);
    struct reading r = read_within(&module, &nkb_hlo_default_limits);
    const struct nkb_hlo_instruction *read = &r.hlo.computations[0].instructions[0];
    assert_int_equal(read->opcode, NKB_HLO_OPCODE_COUNT);
    assert_int_equal(nkb_hlo_opcode_said(read).len, 4);
    assert_non_null(read->name.ptr);
    assert_string_equal(read->name.ptr, "");
    done(&r);
    put_int(&in, 35, 1); /* no opcode */
    expect_instruction(&in, " ? t0");
}

static void test_references_are_resolved_last_id_first(void **state)
{
    const int64_t big = INT64_C(5) << 32 | 7, calls[] = {INT64_MAX, 3, 4};
    const int64_t operands[] = {INT64_C(5) << 32 | 7, 9, INT64_MIN};
    struct nkb_buf module = NKB_BUF_INIT, c = NKB_BUF_INIT, in = NKB_BUF_INIT;

    (void)state;
    put_int(&in, 35, 9);
    put_packed(&in, 36, operands, 3); /* before what they name */
    put_packed(&in, 38, calls, 3);
    put_message(&c, 2, &in);
    put_int(&in, 35, big);
    put_message(&c, 2, &in);
    put_int(&in, 35, 9);
    put_message(&c, 2, &in);
    put_int(&c, 6, 9);
    put_int(&c, 5, 3);
    put_int(&c, 7, 1);
    put_message(&module, 3, &c);
    put_int(&c, 5, INT64_MAX);
    put_message(&module, 3, &c);
    put_int(&c, 5, 3);
    put_message(&module, 3, &c);
    put_int(&module, 6, INT64_MAX);
    expect(&module, ": entry #9223372036854775807 at 1, 3 computations, 3 instructions\n"
                    "#3 : root #9 at 2 fusion @0\n"
                    "   ? t0 of=1,2,#-9223372036854775808? calls=1,2,#4?\n"
                    "   ? t0\n"
                    "   ? t0\n"
                    "#9223372036854775807 : root #0 at -1 @60\n"
                    "#3 : root #0 at -1 @72\n");
}

/* Few, many, and a front that says nothing about the rest. */
static void test_computations_of_any_length_stay_in_order(void **state)
{
    static const int counts[] = {1, 4095, 4096, 4097, 32768, 32769, 100000};
    static const char filler[30000];

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct nkb_buf c = NKB_BUF_INIT, module = NKB_BUF_INIT, in = NKB_BUF_INIT;
        for (int id = 1; id <= counts[i]; id++) {
            put_int(&in, 35, id);
            put_int(&in, 36, id - 1);
            put_message(&c, 2, &in);
            if (id == 100)
                put_bytes(&c, 100, filler, sizeof filler);
        }
        put_message(&module, 3, &c);
        struct reading r = read_within(&module, &nkb_hlo_default_limits);
        const struct nkb_hlo_computation *read = &r.hlo.computations[0];
        assert_int_equal(read->instruction_count, counts[i]);
        for (uint32_t at = 0; at < read->instruction_count; at++) {
            assert_int_equal(read->instructions[at].operands[0], at ? at - 1 : NKB_HLO_NONE);
        }
        done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_bytes_are_an_empty_module),
        cmocka_unit_test(test_shapes_keep_dims_layout_and_elements),
        cmocka_unit_test(test_every_kept_attribute_arrives),
        cmocka_unit_test(test_dot_numbers_are_those_of_the_opcode),
        cmocka_unit_test(test_an_empty_message_is_given_all_the_same),
        cmocka_unit_test(test_gather_and_dynamic_slice_have_their_own_sizes),
        cmocka_unit_test(test_the_last_scalar_wins_and_messages_merge),
        cmocka_unit_test(test_numbers_come_packed_singly_and_in_pieces),
        cmocka_unit_test(test_fields_that_are_not_known_are_stepped_over),
        cmocka_unit_test(test_a_known_field_of_another_wire_type_is_unknown),
        cmocka_unit_test(test_opcodes_are_whole_names),
        cmocka_unit_test(test_references_are_resolved_last_id_first),
        cmocka_unit_test(test_computations_of_any_length_stay_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
