/* An instruction is read by its usual fields where enough bytes follow it, else by the schema:
 * nobody may be able to tell, not by a fault either. */
#include "hlo_proto_case.h"

enum { ENOUGH = 300 };

/* What is printed of a module of three such instructions, with so many bytes of no meaning behind.
 */
static struct reading read_thrice(const struct nkb_buf *instruction, size_t behind)
{
    static const char spaces[ENOUGH] = {0};
    struct nkb_buf c = NKB_BUF_INIT, module = NKB_BUF_INIT;
    put_text(&c, 1, "c");
    for (int i = 0; i < 3; i++)
        put_bytes(&c, 2, instruction->data, instruction->len);
    put_int(&c, 6, 1);
    put_message(&module, 3, &c);
    if (behind)
        put_bytes(&module, 100, spaces, behind); /* a field that nobody knows */
    return read_within(&module, &nkb_hlo_default_limits);
}

/* Empties it. */
static void expect_same(struct nkb_buf *instruction)
{
    struct reading want = read_thrice(instruction, 0), have = read_thrice(instruction, ENOUGH);
    assert_string_equal(have.print.data, want.print.data);
    for (uint32_t i = 0; want.code == 0 && i < 3; i++) {
        const struct nkb_hlo_instruction *a = &want.hlo.computations[0].instructions[i],
                                         *b = &have.hlo.computations[0].instructions[i];
        assert_string_equal(b->op_name.ptr ? b->op_name.ptr : "",
                            a->op_name.ptr ? a->op_name.ptr : "");
        assert_int_equal(b->source, a->source);
        assert_int_equal(b->number, a->number);
    }
    assert_int_equal(have.hlo.source_count, want.hlo.source_count);
    done(&want);
    done(&have);
    nkb_buf_free(instruction);
    *instruction = NKB_BUF_INIT;
}

static void put_numbers(struct nkb_buf *in, int64_t value)
{
    put_text(in, 2, "parameter");
    put_int(in, 9, value);
    put_int(in, 13, value);
    put_int(in, 35, value);
    put_int(in, 36, value);
    put_packed(in, 36, (const int64_t[]){value, 1, value}, 3);
}

static void test_numbers_of_every_length(void **state)
{
    struct nkb_buf in = NKB_BUF_INIT, metadata = NKB_BUF_INIT;
    (void)state;
    for (unsigned bits = 0; bits < 64; bits++) {
        put_numbers(&in, (int64_t)(UINT64_MAX >> bits));
        expect_same(&in);
        put_numbers(&in, (int64_t)(UINT64_C(1) << bits));
        put_int(&metadata, 4, (int64_t)(UINT64_MAX >> bits));
        put_int(&metadata, 7, (int64_t)(UINT64_MAX >> bits));
        put_int(&metadata, 15, (int64_t)(UINT64_C(1) << bits));
        put_message(&in, 7, &metadata);
        expect_same(&in);
    }
    for (size_t len = 1; len <= 12; len++) { /* padded with zeros, and at last too long */
        put_tag(&in, 35, 0);
        for (size_t i = 1; i < len; i++)
            nkb_buf_char(&in, (char)(unsigned char)(i == 1 ? 0x85 : 0x80));
        nkb_buf_char(&in, 0);
        expect_same(&in);
    }
}

static void test_texts_of_every_length(void **state)
{
    struct nkb_buf in = NKB_BUF_INIT, metadata = NKB_BUF_INIT;
    char text[256];
    (void)state;
    for (size_t len = 0; len < sizeof text; len++)
        for (size_t odd = 0; odd < 3; odd++) {
            memset(text, 'a', sizeof text);
            if (odd == 1 && len >= 2)
                memcpy(text + len - 2, "\xc3\xa9", 2); /* a letter beyond ASCII */
            if (odd == 2)
                text[0] = '\xa9'; /* half of one */
            put_bytes(&in, 1, text, len);
            put_bytes(&in, 2, "add", 3);
            expect_same(&in);
            put_bytes(&metadata, 1, text, len);
            put_bytes(&metadata, 2, text, len);
            put_bytes(&metadata, 3, text, len);
            put_int(&metadata, 4, 7);
            put_message(&in, 7, &metadata);
            expect_same(&in);
            put_bytes(&in, 2, text, len); /* an opcode that nobody knows */
            put_bytes(&in, 68, text, len % 4);
            put_bytes(&in, 14, text, len % 8); /* numbers, of two bytes if the letter is one */
            put_bytes(&in, 51, text, len % 6);
            put_bytes(&in, 82, text, 0);
            expect_same(&in);
        }
}

static void test_opcodes_of_every_name(void **state)
{
    struct nkb_buf in = NKB_BUF_INIT;
    (void)state;
    for (enum nkb_hlo_opcode i = 0; i < NKB_HLO_OPCODE_COUNT; i++) {
        put_text(&in, 2, nkb_hlo_opcode_name(i));
        struct reading r = read_thrice(&in, ENOUGH);
        for (uint32_t k = 0; k < 3; k++)
            assert_int_equal(r.hlo.computations[0].instructions[k].opcode, i);
        done(&r);
        expect_same(&in);
    }
}

/* Fields whose end is that of the instruction, or one byte behind it. */
static void test_the_end_of_an_instruction(void **state)
{
    struct nkb_buf whole = NKB_BUF_INIT, metadata = NKB_BUF_INIT, dot = NKB_BUF_INIT;
    const int64_t dims[] = {300, 2};
    (void)state;
    put_text(&metadata, 2, "jit(f)/dot");
    put_int(&metadata, 4, 300);
    put_text(&whole, 1, "dot.1");
    put_text(&whole, 2, "dot");
    put_shape(&whole, 3, 11, dims, 2);
    put_message(&whole, 7, &metadata);
    put_packed(&whole, 14, dims + 1, 1);
    put_packed(&whole, 14, dims, 2);
    put_int(&dot, 1, 1);
    put_message(&whole, 30, &dot);
    put_int(&whole, 35, 300);
    put_packed(&whole, 36, dims, 2);
    put_int(&whole, 36, 300);
    put_packed(&whole, 38, dims, 2);
    put_bytes(&whole, 51, "\x0a\x02\x00\x00", 4);
    put_text(&whole, 68, "");
    put_text(&whole, 82, "");
    for (size_t len = 0; len <= whole.len; len++) {
        struct nkb_buf in = NKB_BUF_INIT;
        nkb_buf_append(&in, whole.data, len);
        expect_same(&in);
    }
    nkb_buf_free(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_of_every_length),
        cmocka_unit_test(test_texts_of_every_length),
        cmocka_unit_test(test_opcodes_of_every_name),
        cmocka_unit_test(test_the_end_of_an_instruction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
