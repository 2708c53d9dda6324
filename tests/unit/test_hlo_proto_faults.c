/* Every message of the protobuf reader, and every limit at its edge and one past it. */
#include "hlo_proto_case.h"

static struct nkb_buf raw(const char *bytes, size_t len)
{
    struct nkb_buf out = NKB_BUF_INIT;
    nkb_buf_append(&out, bytes, len);
    return out;
}

#define EXPECT_RAW(bytes, message)                                                                 \
    do {                                                                                           \
        struct nkb_buf raw_bytes = raw(bytes, sizeof(bytes) - 1);                                  \
        expect(&raw_bytes, message);                                                               \
    } while (0)

static void test_faults_of_the_wire(void **state)
{
    (void)state;
    EXPECT_RAW("\x28\x01\x08", "byte 3, field name: a number that is cut off; the file is cut "
                               "short or damaged");
    EXPECT_RAW("\x28\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
               "byte 1, field id: a number of more than 10 bytes; this is no protobuf");
    EXPECT_RAW("\x28\x01\x80\x80\x80\x80\x80\x01\x00",
               "byte 2: a field tag of more than 32 bits; this is no protobuf");
    EXPECT_RAW("\x28\x01\x00\x01", "byte 2: field number 0; this is no protobuf");
    EXPECT_RAW("\x28\x01\x0e\x01",
               "byte 2, field name: wire type 6, which does not exist; this is no protobuf");
    EXPECT_RAW("\x28\x01\x1f\x01", "byte 2, field computations: wire type 7, which does not exist; "
                                   "this is no protobuf");
}

static void test_faults_of_length(void **state)
{
    (void)state;
    EXPECT_RAW("\x0a\x03"
               "ab",
               "byte 0, field name: 3 bytes where 2 are left; the file is cut short or damaged");
    EXPECT_RAW("\x1a\x04\x12\x03\x35\x01",
               "byte 2, field computations.instructions: 3 bytes where 2 are left; the file is cut "
               "short or damaged");
    EXPECT_RAW("\x1a\x05\x12\x03\x35\x01\x02",
               "byte 4, field computations.instructions.6: 4 bytes where 2 are left; the file is "
               "cut short or damaged");
    EXPECT_RAW("\x29\x01\x02\x03",
               "byte 0, field id: 8 bytes where 3 are left; the file is cut short or damaged");
    EXPECT_RAW("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
               "byte 0, field name: 18446744073709551615 bytes where 0 are left; the file is cut "
               "short or damaged");
}

static void test_faults_of_lists(void **state)
{
    (void)state;
    EXPECT_RAW("\x1a\x06\x12\x04\x72\x02\x01\x80",
               "byte 7, field computations.instructions.dimensions: a number that is cut off; the "
               "file is cut short or damaged");
    EXPECT_RAW("\x1a\x09\x12\x07\x42\x05\x42\x03"
               "abc",
               "byte 8, field computations.instructions.literal.f32s: a list of numbers that ends "
               "inside one; the file is damaged");
    EXPECT_RAW("\x1a\x0a\x12\x08\x42\x06\x4a\x04"
               "abcd",
               "byte 8, field computations.instructions.literal.f64s: a list of numbers that ends "
               "inside one; the file is damaged");
}

static void test_faults_of_text(void **state)
{
    (void)state;
    EXPECT_RAW("\x0a\x02\xc3\x28",
               "byte 2, field name: text that is not UTF-8; this is no HLO protobuf, or it is "
               "damaged");
    /* the same bytes in a field of bytes are nobody's fault */
    EXPECT_RAW("\xb2\x01\x02\xc3\x28", ": entry #0 at -1, 0 computations, 0 instructions\n");
}

static void test_faults_of_groups(void **state)
{
    (void)state;
    EXPECT_RAW("\x28\x01\x6c", "byte 2, field profile_info: the end of a group that was not begun; "
                               "this is no protobuf");
    EXPECT_RAW("\xa3\x06\x08\x01\xac\x06",
               "byte 4, field 100.101: the end of a group that was not begun; this is no protobuf");
    EXPECT_RAW("\xa3\x06\x08\x01", "byte 4, field 100: a group that never ends; this is no "
                                   "protobuf");
}

/* HloModuleProto > computations > instructions > shape > tuple_shapes …: `tuples` of them. */
static struct nkb_buf nested_tuples(int tuples)
{
    struct nkb_buf inner = NKB_BUF_INIT, outer = NKB_BUF_INIT, in = NKB_BUF_INIT;

    for (int i = 0; i < tuples; i++) {
        put_message(&outer, 4, &inner);
        inner = outer;
        outer = NKB_BUF_INIT;
    }
    put_message(&in, 3, &inner);
    return module_of(&in);
}

static struct nkb_buf nested_groups(int groups)
{
    struct nkb_buf out = NKB_BUF_INIT;
    for (int i = 0; i < groups; i++)
        put_tag(&out, 100, 3);
    for (int i = 0; i < groups; i++)
        put_tag(&out, 100, 4);
    return out;
}

static void test_nesting_limit_is_100_messages_or_groups(void **state)
{
    struct nkb_buf bytes = nested_tuples(97);
    struct reading r = read_within(&bytes, &nkb_hlo_default_limits);

    (void)state;
    assert_int_equal(r.code, 0);
    done(&r);
    bytes = nested_tuples(98);
    r = read_within(&bytes, &nkb_hlo_default_limits);
    assert_int_equal(r.code, NKB_EINPUT);
    assert_non_null(strstr(r.print.data, ", field computations.instructions.shape.tuple_shapes.…."
                                         "tuple_shapes.tuple_shapes.tuple_shapes.tuple_shapes: "
                                         "messages nested more than 100 deep, which is protobuf's "
                                         "limit"));
    done(&r);
    bytes = nested_groups(100);
    expect(&bytes, ": entry #0 at -1, 0 computations, 0 instructions\n");
    bytes = nested_groups(101);
    expect(&bytes, "byte 200, field 100.100.100.100.….100.100.100.100: messages nested more than "
                   "100 deep, which is protobuf's limit");
}

/* Limits are asked with a module of exactly so many and of one more. */
static void expect_limit(struct nkb_buf (*make)(int), const struct nkb_hlo_limits *limits,
                         int limit, const char *message)
{
    struct nkb_buf bytes = make(limit);
    struct reading r = read_within(&bytes, limits);

    if (r.code != 0)
        fail_msg("at the limit: %s", r.err.text);
    done(&r);
    bytes = make(limit + 1);
    r = read_within(&bytes, limits);
    assert_int_equal(r.code, NKB_EINPUT);
    assert_string_equal(r.err.text, message);
    done(&r);
}

static struct nkb_buf computations(int count)
{
    struct nkb_buf out = NKB_BUF_INIT;
    for (int i = 0; i < count; i++)
        put_bytes(&out, 3, "", 0);
    return out;
}

static struct nkb_buf instructions(int count)
{
    struct nkb_buf out = NKB_BUF_INIT;
    for (int i = 0; i < count; i++)
        put_bytes(&out, 3, "\x12\x00", 2); /* each in a computation of its own */
    return out;
}

static struct nkb_buf tuple_elements(int count)
{
    struct nkb_buf in = NKB_BUF_INIT, shape = NKB_BUF_INIT;
    for (int i = 0; i < count; i++)
        put_bytes(&shape, 4, "", 0);
    put_message(&in, 3, &shape);
    return module_of(&in);
}

static struct nkb_buf window_dims(int count)
{
    struct nkb_buf in = NKB_BUF_INIT, window = NKB_BUF_INIT;
    for (int i = 0; i < count; i++)
        put_bytes(&window, 1, "", 0);
    put_message(&in, 15, &window);
    return module_of(&in);
}

static struct nkb_buf numbers(int count)
{
    struct nkb_buf in = NKB_BUF_INIT;
    const int64_t one = 1;
    put_packed(&in, 14, &one, 1);
    for (int i = 1; i < count; i++)
        put_int(&in, 36, 1);
    return module_of(&in);
}

static struct nkb_buf payloads(int count)
{
    struct nkb_buf out = computations(1);
    for (int i = 0; i < count; i++)
        put_text(&out, 22, "x");
    return out;
}

static struct nkb_buf name_of(int bytes)
{
    char name[64] = {0};
    struct nkb_buf in = NKB_BUF_INIT;
    memset(name, 'n', (size_t)bytes);
    put_text(&in, 1, name);
    return module_of(&in);
}

static struct nkb_buf config_of(int bytes)
{
    char config[64] = {0};
    struct nkb_buf in = instruction_of("while");
    memset(config, 'n', (size_t)bytes);
    put_text(&in, 43, config);
    return module_of(&in);
}

static void test_limits_of_a_module(void **state)
{
    const struct nkb_hlo_limits few = {.computations = 3,
                                       .instructions = 5,
                                       .tuple_elements = 7,
                                       .window_dims = 6,
                                       .numbers = 9,
                                       .payloads = 4,
                                       .text_bytes = 20,
                                       .config_bytes = 30,
                                       .whole_bytes = 100};

    (void)state;
    expect_limit(computations, &few, 3,
                 "byte 8, field computations: more than 3 computations; a module may have no more");
    struct nkb_hlo_limits more = few;
    more.computations = 10;
    expect_limit(instructions, &more, 5,
                 "byte 24, field computations.instructions: more than 5 instructions; a module may "
                 "have no more");
    expect_limit(tuple_elements, &few, 7,
                 "byte 34, field computations.instructions.shape.tuple_shapes: more than 7 shapes "
                 "inside tuples; a module may have no more");
    expect_limit(window_dims, &few, 6,
                 "byte 32, field computations.instructions.window.dimensions: more than 6 window "
                 "dimensions; a module may have no more");
    expect_limit(
        numbers, &few, 9,
        "byte 43, field computations.instructions.operand_ids: more than 9 dimensions, ids "
        "and other listed numbers; a module may have no more");
    expect_limit(payloads, &few, 4,
                 "byte 21, field payloads: more than 4 payloads; a module may "
                 "have no more");
    expect_limit(name_of, &few, 20,
                 "byte 18, field computations.instructions.name: a text of 21 "
                 "bytes; at most 20 are taken");
    expect_limit(config_of, &few, 30,
                 "byte 32, field computations.instructions: a config of 31 bytes; at most 30 are "
                 "taken");
}

static void test_a_text_nobody_keeps_may_be_long(void **state)
{
    struct nkb_hlo_limits limits = nkb_hlo_default_limits;
    struct nkb_buf in = instruction_of("add"), module;

    (void)state;
    limits.text_bytes = 5;
    put_text(&in, 79, "a thread with a long name");
    put_text(&in, 43, "and a config on an instruction whose config nobody reads");
    limits.config_bytes = 5;
    module = module_of(&in);
    struct reading r = read_within(&module, &limits);
    assert_int_equal(r.code, 0);
    done(&r);
}

/* Too little memory at every possible moment: an error, no crash, nothing leaked. */
static void test_memory_may_end_anywhere(void **state)
{
    struct nkb_buf in = instruction_of("while"), module;
    const int64_t list[] = {1, 2, 3};
    int refused = 0;

    (void)state;
    put_packed(&in, 14, list, 3);
    put_packed(&in, 36, list, 3);
    put_packed(&in, 38, list, 3);
    put_shape(&in, 3, 11, list, 3);
    module = module_of(&in);
    for (size_t limit = 1; limit < 40000; limit += 16) {
        struct nkb_arena arena = NKB_ARENA_INIT;
        struct nkb_err err = {0};
        struct nkb_hlo hlo;
        arena.limit_bytes = limit;
        int code = nkb_hlo_read_bytes_within(nkb_buf_str(&module), &nkb_hlo_default_limits, &arena,
                                             &hlo, &err);
        if (code != 0) {
            refused++;
            assert_int_equal(code, NKB_EMEMORY);
            assert_string_equal(err.text, "out of memory");
        }
        nkb_arena_free(&arena);
    }
    assert_true(refused > 100 && refused < 2400);
    nkb_buf_free(&module);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults_of_the_wire),
        cmocka_unit_test(test_faults_of_length),
        cmocka_unit_test(test_faults_of_lists),
        cmocka_unit_test(test_faults_of_text),
        cmocka_unit_test(test_faults_of_groups),
        cmocka_unit_test(test_nesting_limit_is_100_messages_or_groups),
        cmocka_unit_test(test_limits_of_a_module),
        cmocka_unit_test(test_a_text_nobody_keeps_may_be_long),
        cmocka_unit_test(test_memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
