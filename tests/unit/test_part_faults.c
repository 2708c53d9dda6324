/* Every way in which a part can lie ends in one line with the byte. */
#include "part_sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"

static void assert_refused(const char *want)
{
    struct nkb_part part;
    assert_int_equal(read_whole(nkb_buf_str(&bytes), ENGINE, &arena, &part, &err), NKB_EINPUT);
    assert_string_equal(err.text, want);
}

static void a_cut_anywhere_is_refused(void **state)
{
    (void)state;
    struct nkb_part part;
    write_sample();
    for (size_t cut = 0; cut < bytes.len; cut++) {
        struct nkb_str head = {bytes.data, cut};
        assert_int_equal(read_whole(head, ENGINE, &arena, &part, &err), NKB_EINPUT);
    }
    bytes.len = 60;
    assert_refused("byte 60: the part ends in its head; it was cut off");
    bytes.len = 7;
    assert_refused("is no part; nkibench hlo --scan writes parts");
    write_sample();
    size_t whole = bytes.len;
    char want[128];
    bytes.len -= 5;
    snprintf(want, sizeof want, "byte %zu: the part ends here, 5 bytes too early; it was cut off",
             whole - 5);
    assert_refused(want);
    bytes.len = whole;
    nkb_buf_text(&bytes, "tail");
    snprintf(want, sizeof want, "byte %zu: 4 bytes behind the part's end", whole);
    assert_refused(want);
}

static void a_flipped_bit_anywhere_is_refused(void **state)
{
    (void)state;
    struct nkb_part part;
    char want[128];
    write_sample();
    for (size_t i = 0; i < bytes.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            bytes.data[i] = (char)(bytes.data[i] ^ (1 << bit));
            if (read_whole(nkb_buf_str(&bytes), ENGINE, &arena, &part, &err) != NKB_EINPUT)
                fail_msg("bit %d of byte %zu changed nothing", bit, i);
            bytes.data[i] = (char)(bytes.data[i] ^ (1 << bit));
        }
    bytes.data[PART_BODY_AT + 9] ^= 1;
    snprintf(want, sizeof want,
             "byte %zu: the checksum is not that of the bytes before it; the part was damaged",
             bytes.len - PART_DIGEST_BYTES);
    assert_refused(want);
}

static void what_others_wrote_is_refused(void **state)
{
    (void)state;
    char want[256];
    write_sample();
    bytes.data[PART_FORMAT_AT] = 2;
    assert_refused("byte 8: a part of format 2; this program reads format 1");
    write_sample();
    bytes.data[PART_ENGINE_AT] = '2';
    assert_refused(
        "byte 16: scanned by nkibench 2.2.3, and this is 1.2.3; scan again with this one");
    write_sample();
    bytes.data[PART_MARK_AT] ^= 1;
    snprintf(want, sizeof want,
             "byte 12: scanned by another build of nkibench %s, which keeps other figures; scan "
             "again with this one",
             ENGINE);
    assert_refused(want);
}

/* A body of our own with a head and a checksum that are right. */
static void forge(const char *body, size_t size)
{
    struct nkb_part none = {0};
    nkb_buf_free(&bytes);
    assert_int_equal(write_whole(&none, ENGINE, &bytes, &err), 0);
    bytes.len = PART_BODY_AT;
    nkb_buf_append(&bytes, body, size);
    for (int i = 0; i < 8; i++)
        bytes.data[PART_SIZE_AT + i] = (char)((uint64_t)size >> (8 * i));
    unsigned char digest[NKB_SHA256_BYTES];
    assert_int_equal(nkb_sha256_bytes(nkb_buf_str(&bytes), digest, &err), 0);
    nkb_buf_append(&bytes, digest, sizeof digest);
}

#define FORGE(text) forge(text, sizeof(text) - 1)

static void lies_end_at_their_byte(void **state)
{
    (void)state;
    FORGE("\0\0\0\0");
    assert_refused("byte 44: a number that is cut off");
    FORGE("\0\0\0\0\0\0");
    assert_refused("byte 45: more than the part says it holds");
    FORGE("\xff\xff\xff\xff\x0f\0\0\0\0");
    assert_refused("byte 40: a count of more than the bytes behind it can hold");
    FORGE("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02\0");
    assert_refused("byte 40: a number that does not end within 64 bits");
    FORGE("\x80");
    assert_refused("byte 40: a number that is cut off");
    FORGE("\1\5abc\0");
    assert_refused("byte 41: a text that is cut off");
    FORGE("\1\3abcd\0");
    assert_refused("byte 41: a text that does not end where it should");
    FORGE("\1\3a\0c\0\1\1\0\0\0");
    assert_refused("byte 47: a text with a NUL, which none may have here");
    FORGE("\1\1a\0\1\2\0\0\0");
    assert_refused("byte 45: a text that is not in the table");
    FORGE("\1\1a\0\1\0\0\0\0");
    assert_refused("byte 45: a text is missing");
    FORGE("\0\0\0\1\0\x06\x10\xf0\x01\1xyz\0");
    assert_refused("byte 50: a digest that is cut off");
    FORGE("\0\0\0\1\0\x06\x10\xf0\x01\2\0\0");
    assert_refused("byte 49: neither true nor false");
    FORGE("\0\0\0\1\0\x06\x10\xf0\x01\0\0");
    assert_int_equal(read_whole(nkb_buf_str(&bytes), ENGINE, &arena, &(struct nkb_part){0}, &err),
                     0);
    FORGE("\0\0\0\1\0\x12\x10\xf0\x01\0\0");
    assert_refused("shard 9 of 8; 1 of at most 65536 is expected");
    FORGE("\0\0\0\1\0\0\x10\xf0\x01\0\0");
    assert_refused("shard 0 of 8; 1 of at most 65536 is expected");
}

static void assert_wrong(const struct nkb_module *module, const char *want)
{
    struct nkb_part part = {.modules = (struct nkb_module[]){*module}, .module_count = 1};
    nkb_buf_free(&bytes);
    assert_int_equal(write_whole(&part, ENGINE, &bytes, &err), 0);
    assert_refused(want);
}

static void modules_keep_what_others_rely_on(void **state)
{
    (void)state;
    struct nkb_module m = good("x\x1by");
    m.has_xla = false;
    assert_wrong(&m, "module 1, x\\x1by, has no cost and no reason why");
    m = good("x");
    m.has_executed = false;
    assert_wrong(&m, "module 1, x, has no executed count and no reason why");
    m = good("x");
    m.error = "but";
    assert_wrong(&m, "module 1, x, is good and has an error");
    m = bad("x");
    m.error = NULL;
    assert_wrong(&m, "module 1, x, is bad and has no error");
    m = good("x");
    m.role = NULL;
    assert_wrong(&m, "module 1, x, has no role");
    m = good("");
    assert_wrong(&m, "module 1, , is no path");
    m = good("x");
    m.path = (struct nkb_str){"x\0y", 3};
    assert_wrong(&m, "module 1, x\\x00y, is no path");
    m = good("x");
    m.ops = &(struct nkb_op){.opcode = (enum nkb_hlo_opcode)(NKB_HLO_OPCODE_COUNT + 1)};
    struct nkb_part part = {.modules = &m, .module_count = 1};
    nkb_buf_free(&bytes);
    assert_int_equal(write_whole(&part, ENGINE, &bytes, &err), 0);
    assert_int_equal(read_whole(nkb_buf_str(&bytes), ENGINE, &arena, &part, &err), NKB_EINPUT);
    assert_non_null(strstr(err.text, ": a choice that is none"));
    m = good("x");
    m.static_macs.nki_ratio = (double)INFINITY;
    part = (struct nkb_part){.modules = &m, .module_count = 1};
    nkb_buf_free(&bytes);
    assert_int_equal(write_whole(&part, ENGINE, &bytes, &err), 0);
    assert_int_equal(read_whole(nkb_buf_str(&bytes), ENGINE, &arena, &part, &err), NKB_EINPUT);
    assert_non_null(strstr(err.text, ": a number that is not finite"));
}

static void as_many_shards_as_there_may_be(void **state)
{
    (void)state;
    struct nkb_shard most = {
        .of = NKB_STR_LITERAL("x"), .index = NKB_MAX_SHARDS, .count = NKB_MAX_SHARDS};
    struct nkb_part part = {.shards = &most, .shard_count = 1}, again;
    assert_int_equal(write_whole(&part, ENGINE, &bytes, &err), 0);
    assert_int_equal(read_whole(nkb_buf_str(&bytes), ENGINE, &arena, &again, &err), 0);
    most.count++;
    nkb_buf_free(&bytes);
    assert_int_equal(write_whole(&part, ENGINE, &bytes, &err), 0);
    assert_refused("shard 65536 of 65537; 1 of at most 65536 is expected");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_cut_anywhere_is_refused, fresh),
        cmocka_unit_test_setup(a_flipped_bit_anywhere_is_refused, fresh),
        cmocka_unit_test_setup(what_others_wrote_is_refused, fresh),
        cmocka_unit_test_setup(lies_end_at_their_byte, fresh),
        cmocka_unit_test_setup(modules_keep_what_others_rely_on, fresh),
        cmocka_unit_test_setup(as_many_shards_as_there_may_be, fresh),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    nkb_arena_free(&arena);
    nkb_buf_free(&bytes);
    return failed;
}
