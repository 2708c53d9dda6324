/* The wire cursor: what a window may hold, slide over and skip, and files that shrink. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "input/wire.h"

/* A temporary file with these bytes, open and already without a name. */
static int file_of(const void *data, size_t len)
{
    char path[] = "/tmp/nkibench-wire-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    return fd;
}

static uint64_t varint(const char *data, size_t len, size_t *used, const char **fault)
{
    static struct nkb_wire wire;
    uint64_t value = 0;

    nkb_wire_from_bytes(&wire, (struct nkb_str){data, len});
    const unsigned char *next = nkb_wire_read_varint(&wire, wire.at, wire.fill, &value);
    *used = next ? (size_t)(next - wire.at) : 0;
    *fault = next ? NULL : wire.fault;
    return value;
}

static void test_varints_of_every_length(void **state)
{
    size_t used;
    const char *fault;

    (void)state;
    assert_int_equal(varint("\x00", 1, &used, &fault), 0);
    assert_int_equal(varint("\x7f", 1, &used, &fault), 127);
    assert_int_equal(varint("\xff\x01", 2, &used, &fault), 255);
    assert_int_equal(varint("\x80\x80\x01", 3, &used, &fault), 16384);
    assert_int_equal(used, 3);
    assert_true(varint("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10, &used, &fault) ==
                UINT64_MAX);
    /* zero padding and bits beyond 64 are let pass in the tenth byte */
    assert_int_equal(varint("\x81\x80\x80\x80\x80\x80\x80\x80\x80\x00", 10, &used, &fault), 1);
    assert_int_equal(varint("\x81\x80\x80\x80\x80\x80\x80\x80\x80\x7e", 10, &used, &fault), 1);
    assert_int_equal(used, 10);
}

static void test_varint_limit_is_10_bytes(void **state)
{
    size_t used;
    const char *fault;

    (void)state;
    varint("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11, &used, &fault);
    assert_string_equal(fault, "a number of more than 10 bytes; this is no protobuf");
    varint("\x80\x80", 2, &used, &fault);
    assert_string_equal(fault, "a number that is cut off; the file is cut short or damaged");
    varint("", 0, &used, &fault);
    assert_string_equal(fault, "a number that is cut off; the file is cut short or damaged");
}

static const char *tag(const char *data, size_t len, uint32_t *out)
{
    static struct nkb_wire wire;
    nkb_wire_from_bytes(&wire, (struct nkb_str){data, len});
    return nkb_wire_read_tag(&wire, wire.at, wire.fill, out) ? NULL : wire.fault;
}

static void test_tag_limit_is_5_bytes_and_32_bits(void **state)
{
    uint32_t out;

    (void)state;
    assert_null(tag("\x08", 1, &out));
    assert_int_equal(out, 8);
    assert_null(tag("\xff\xff\xff\xff\x0f", 5, &out));
    assert_true(out == UINT32_MAX);
    assert_null(tag("\x88\x80\x80\x80\x00", 5, &out));
    assert_int_equal(out, 8);
    assert_string_equal(tag("\xff\xff\xff\xff\x1f", 5, &out),
                        "a field tag of more than 32 bits; this is no protobuf");
    assert_string_equal(tag("\x88\x80\x80\x80\x80\x00", 6, &out),
                        "a field tag of more than 32 bits; this is no protobuf");
    assert_string_equal(tag("\x07", 1, &out), "field number 0; this is no protobuf");
    assert_string_equal(tag("\x80\x00", 2, &out), "field number 0; this is no protobuf");
}

static void test_a_window_slides_over_a_file(void **state)
{
    unsigned char data[1000];
    struct nkb_wire wire;
    struct nkb_err err;

    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * 7);
    int fd = file_of(data, sizeof data);
    for (size_t window = NKB_WIRE_HEADER_BYTES; window <= 1100; window += 97) {
        assert_int_equal(nkb_wire_from_file(&wire, fd, sizeof data, window, &err), 0);
        for (size_t i = 0; i < sizeof data; i++) {
            assert_int_equal(nkb_wire_offset(&wire), i);
            assert_true(nkb_wire_more(&wire, 10));
            assert_true(nkb_wire_ready(&wire) >= 10 || nkb_wire_ready(&wire) == sizeof data - i);
            assert_int_equal(*wire.at, data[i]);
            wire.at++;
        }
        assert_true(nkb_wire_more(&wire, 10));
        assert_int_equal(nkb_wire_ready(&wire), 0);
        nkb_wire_rewind(&wire);
        assert_true(nkb_wire_more(&wire, 1));
        assert_int_equal(*wire.at, data[0]);
        nkb_wire_close(&wire);
    }
    close(fd);
}

static void test_skipping_reads_nothing(void **state)
{
    static unsigned char data[5000];
    struct nkb_wire wire;
    struct nkb_err err;

    (void)state;
    data[4321] = 42;
    int fd = file_of(data, sizeof data);
    assert_int_equal(nkb_wire_from_file(&wire, fd, sizeof data, 64, &err), 0);
    assert_true(nkb_wire_more(&wire, 1));
    nkb_wire_skip(&wire, 4321);
    assert_int_equal(nkb_wire_offset(&wire), 4321);
    assert_int_equal(nkb_wire_ready(&wire), 0);
    assert_true(nkb_wire_more(&wire, 1));
    assert_int_equal(*wire.at, 42);
    nkb_wire_skip(&wire, 1);
    assert_int_equal(nkb_wire_offset(&wire), 4322);
    nkb_wire_close(&wire);
    close(fd);
}

static void test_peek_leaves_the_cursor(void **state)
{
    char data[300];
    struct nkb_wire wire;
    struct nkb_err err;
    struct nkb_buf scratch = NKB_BUF_INIT;
    struct nkb_str out;

    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)('a' + i % 26);
    int fd = file_of(data, sizeof data);
    assert_int_equal(nkb_wire_from_file(&wire, fd, sizeof data, 50, &err), 0);
    assert_true(nkb_wire_more(&wire, 20));
    assert_true(nkb_wire_peek(&wire, 5, 10, &scratch, &out)); /* in the window */
    assert_true(out.ptr == (const char *)wire.window + 5);
    assert_true(nkb_wire_peek(&wire, 45, 200, &scratch, &out)); /* half in it */
    assert_int_equal(out.len, 200);
    assert_memory_equal(out.ptr, data + 45, 200);
    assert_int_equal(nkb_wire_offset(&wire), 0);
    nkb_buf_free(&scratch);
    nkb_wire_close(&wire);
    close(fd);
}

static void test_a_file_cut_short_while_reading_is_its_fault(void **state)
{
    static char data[600];
    struct nkb_wire wire;
    struct nkb_err err;

    (void)state;
    int fd = file_of(data, sizeof data);
    assert_int_equal(nkb_wire_from_file(&wire, fd, sizeof data, 100, &err), 0);
    assert_true(nkb_wire_more(&wire, 100));
    assert_int_equal(ftruncate(fd, 150), 0);
    nkb_wire_skip(&wire, 100);
    assert_false(nkb_wire_more(&wire, 1));
    assert_true(wire.final);
    assert_int_equal(wire.code, NKB_EINPUT);
    assert_int_equal(wire.fault_at, 150);
    assert_string_equal(wire.fault, "the file ends here, but had 600 bytes when it was opened; "
                                    "something is still writing it");
    nkb_wire_close(&wire);
    close(fd);
}

static void test_a_read_error_is_told_in_its_own_words(void **state)
{
    struct nkb_wire wire;
    struct nkb_err err;

    (void)state;
    assert_int_equal(nkb_wire_from_file(&wire, -1, 600, 100, &err), 0);
    assert_false(nkb_wire_more(&wire, 1));
    assert_true(wire.final);
    assert_string_equal(wire.fault, "Bad file descriptor");
    nkb_wire_close(&wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_varints_of_every_length),
        cmocka_unit_test(test_varint_limit_is_10_bytes),
        cmocka_unit_test(test_tag_limit_is_5_bytes_and_32_bits),
        cmocka_unit_test(test_a_window_slides_over_a_file),
        cmocka_unit_test(test_skipping_reads_nothing),
        cmocka_unit_test(test_peek_leaves_the_cursor),
        cmocka_unit_test(test_a_file_cut_short_while_reading_is_its_fault),
        cmocka_unit_test(test_a_read_error_is_told_in_its_own_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
