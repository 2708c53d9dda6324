/* Values behind opcodes: constants, parameters, kernels' configs, trip counts. */
#include "hlo_proto_case.h"

static void expect_constant(int64_t type, uint32_t field, const char *bytes, size_t len,
                            const char *print)
{
    struct nkb_buf in = instruction_of("constant"), literal = NKB_BUF_INIT;

    put_shape(&in, 3, type, NULL, 0);
    put_bytes(&literal, field, bytes, len);
    put_message(&in, 8, &literal);
    expect_instruction(&in, print);
}

static void test_scalar_constants_have_their_number(void **state)
{
    (void)state;
    expect_constant(1, 2, "\x02", 1, "i constant t1 number=1");
    expect_constant(4, 4, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10,
                    "i constant t4 number=-1");
    expect_constant(5, 5, "\x80\x01", 2, "i constant t5 number=128");
    expect_constant(8, 6, "\xff\xff\xff\xff\x0f", 5, "i constant t8 number=4294967295");
    expect_constant(9, 7, "\x7f", 1, "i constant t9 number=127");
    expect_constant(2, 15, "\xfe", 1, "i constant t2 number=-2");
    expect_constant(6, 3, "\xfe", 1, "i constant t6 number=254");
    expect_constant(3, 17, "\xfe\xff", 2, "i constant t3 number=-2");
    expect_constant(7, 16, "\xfe\xff", 2, "i constant t7 number=65534");
    expect_constant(9, 7, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10,
                    "i constant t9 number=-1"); /* the bits of 2^64 - 1 */
}

static void test_other_constants_have_none(void **state)
{
    struct nkb_buf in = instruction_of("constant"), literal = NKB_BUF_INIT;
    const int64_t one = 1;

    (void)state;
    expect_constant(4, 4, "", 0, "i constant t4");
    expect_constant(4, 4, "\x01\x02", 2, "i constant t4");
    expect_constant(4, 5, "\x01", 1, "i constant t4"); /* the value of another type */
    expect_constant(2, 15, "\x01\x02", 2, "i constant t2");
    expect_constant(11, 8, "1234", 4, "i constant t11");
    put_shape(&in, 3, 4, &one, 1);
    put_packed(&literal, 4, &one, 1);
    put_message(&in, 8, &literal);
    expect_instruction(&in, "i constant t4 dims=1");
}

static void test_a_constant_never_has_the_number_of_another(void **state)
{
    struct nkb_buf c = NKB_BUF_INIT, m = NKB_BUF_INIT, in = NKB_BUF_INIT, literal = NKB_BUF_INIT;
    const int64_t one = 1;

    (void)state;
    for (int i = 0; i < 2; i++) {
        put_text(&in, 2, "constant");
        put_shape(&in, 3, 4, NULL, 0);
        if (i == 0)
            put_packed(&literal, 4, &one, 1);
        if (i == 0)
            put_message(&in, 8, &literal);
        put_message(&c, 2, &in);
    }
    put_message(&m, 3, &c);
    struct reading r = read_within(&m, &nkb_hlo_default_limits);
    assert_true(r.hlo.computations[0].instructions[0].has_number);
    assert_false(r.hlo.computations[0].instructions[1].has_number);
    done(&r);
}

static void test_parameters_and_elements_have_theirs(void **state)
{
    struct nkb_buf in = instruction_of("parameter");

    (void)state;
    put_int(&in, 9, 3);
    put_int(&in, 13, 4);
    expect_instruction(&in, "i parameter t0 number=3");
    in = instruction_of("get-tuple-element");
    put_int(&in, 9, 3);
    put_int(&in, 13, 4);
    expect_instruction(&in, "i get-tuple-element t0 number=4");
    in = instruction_of("parameter"); /* number 0 is not written */
    expect_instruction(&in, "i parameter t0 number=0");
    in = instruction_of("add");
    put_int(&in, 9, 3);
    expect_instruction(&in, "i add t0");
}

#define KERNEL "AwsNeuronCustomNativeKernel"
#define COUNT_7                                                                                    \
    "eyJtYWNfY291bnQiOiA3LCAiZnVuY19uYW1lIjogImYifQ==" /* {"mac_count": 7, "func_name": "f"} */

static void test_a_kernel_is_known_by_opcode_and_target(void **state)
{
    struct nkb_buf in = instruction_of("custom-call");

    (void)state;
    put_text(&in, 28, KERNEL);
    put_text(&in, 43, COUNT_7);
    expect_instruction(&in, "i custom-call t0 attrs target=" KERNEL " nki/0=7 func=f");
    in = instruction_of("custom-call");
    put_text(&in, 28, KERNEL);
    expect_instruction(&in, "i custom-call t0 attrs target=" KERNEL " nki/2=0");
    in = instruction_of("custom-call");
    put_bytes(&in, 28, KERNEL "\0", sizeof KERNEL);
    put_text(&in, 43, COUNT_7);
    struct nkb_buf module = module_of(&in);
    struct reading r = read_within(&module, &nkb_hlo_default_limits);
    assert_null(r.hlo.computations[0].instructions[0].attrs->nki);
    done(&r);
    in = instruction_of("fusion");
    put_text(&in, 28, KERNEL);
    put_text(&in, 43, COUNT_7);
    expect_instruction(&in, "i fusion t0 attrs target=" KERNEL);
}

static void test_a_config_is_read_whatever_the_order_of_fields(void **state)
{
    struct nkb_buf in = NKB_BUF_INIT;

    (void)state;
    put_text(&in, 43, "other");
    put_text(&in, 43, COUNT_7);
    put_text(&in, 2, "dot");
    put_text(&in, 28, "Softmax");
    put_text(&in, 28, KERNEL);
    put_text(&in, 2, "custom-call");
    put_int(&in, 35, 1);
    expect_instruction(&in, " custom-call t0 attrs target=" KERNEL " nki/0=7 func=f");
}

#define TRIPS(n) "{\"known_trip_count\":{\"n\":\"" n "\"}}"

static void put_payload(struct nkb_buf *in, const char *value, int64_t id)
{
    struct nkb_buf payload = NKB_BUF_INIT;
    if (value)
        put_text(&payload, 1, value);
    else
        put_int(&payload, 2, id);
    put_message(in, 99, &payload);
}

static void test_trip_counts_from_config_and_payload(void **state)
{
    struct nkb_buf in = instruction_of("while");

    (void)state;
    put_text(&in, 43, TRIPS("7"));
    put_payload(&in, TRIPS("8"), 0);
    expect_instruction(&in, "i while t0 attrs trips=7");
    in = instruction_of("while");
    put_payload(&in, TRIPS("8"), 0);
    expect_instruction(&in, "i while t0 attrs trips=8");
    in = instruction_of("while");
    put_text(&in, 43, "no JSON");
    expect_instruction(&in, "i while t0");
    in = instruction_of("call");
    put_text(&in, 43, TRIPS("7"));
    expect_instruction(&in, "i call t0");
}

static void test_trip_counts_by_number_of_a_payload(void **state)
{
    static const struct {
        int64_t id;
        bool known;
    } cases[] = {{0, false}, {1, true}, {2, false}, {-1, false}, {INT64_MAX, false}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct nkb_buf in = instruction_of("while"), module = NKB_BUF_INIT;
        put_payload(&in, NULL, cases[i].id);
        module = module_of(&in);
        put_text(&module, 22, "nothing");
        put_text(&module, 22, TRIPS("12"));
        struct reading r = read_within(&module, &nkb_hlo_default_limits);
        const struct nkb_hlo_attrs *attrs = r.hlo.computations[0].instructions[0].attrs;
        assert_int_equal(attrs->has_known_trip_count, cases[i].known);
        assert_int_equal(attrs->known_trip_count, cases[i].known ? 12 : 0);
        done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalar_constants_have_their_number),
        cmocka_unit_test(test_other_constants_have_none),
        cmocka_unit_test(test_a_constant_never_has_the_number_of_another),
        cmocka_unit_test(test_parameters_and_elements_have_theirs),
        cmocka_unit_test(test_a_kernel_is_known_by_opcode_and_target),
        cmocka_unit_test(test_a_config_is_read_whatever_the_order_of_fields),
        cmocka_unit_test(test_trip_counts_from_config_and_payload),
        cmocka_unit_test(test_trip_counts_by_number_of_a_payload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
