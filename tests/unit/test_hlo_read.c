/* Files: which form they have, what they are when they are no HLO, sizes no memory could hold. */
#include "hlo_proto_case.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/hlo.h"

static char folder[] = "/tmp/nkibench-hlo-XXXXXX", path[sizeof folder + 8];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void write_file(const void *data, size_t len)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(data, 1, len, out), len);
    assert_int_equal(fclose(out), 0);
}

/* By file and from memory the same; returns the form, or -1 with the message compared. */
static int form_of(const void *data, size_t len, uint32_t computations, const char *message)
{
    struct nkb_buf bytes = NKB_BUF_INIT;
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_err err = {0};
    struct nkb_hlo hlo = {0};

    write_file(data, len);
    int code = nkb_hlo_read_file(path, &arena, &hlo, &err);
    if (message)
        assert_string_equal(err.text, message);
    else if (code != 0)
        fail_msg("%s", err.text);
    else
        assert_int_equal(hlo.size_bytes, len);
    int form = code == 0 ? (int)hlo.form : -1;
    if (code == 0)
        assert_int_equal(hlo.computation_count, computations);
    nkb_arena_free(&arena);
    unlink(path);

    nkb_buf_append(&bytes, data, len);
    struct reading r = read_within(&bytes, &nkb_hlo_default_limits);
    assert_int_equal(r.code == 0 ? (int)r.hlo.form : -1, form);
    if (message)
        assert_string_equal(r.err.text, message);
    done(&r);
    return form;
}

static void wrap(struct nkb_buf *message, uint32_t number)
{
    struct nkb_buf outer = NKB_BUF_INIT;
    put_message(&outer, number, message);
    *message = outer;
}

/* A module that no one can take for text: with a number above 127. */
static struct nkb_buf small_module(void)
{
    struct nkb_buf in = instruction_of("add"), module;
    put_int(&in, 81, 200);
    module = module_of(&in);
    return module;
}

static void test_the_form_is_told_by_content(void **state)
{
    struct nkb_buf bytes = small_module();

    (void)state;
    assert_int_equal(form_of(bytes.data, bytes.len, 1, NULL), NKB_FORM_PROTO);
    wrap(&bytes, 1);
    assert_int_equal(form_of(bytes.data, bytes.len, 1, NULL), NKB_FORM_HLO_PROTO);
    wrap(&bytes, 1);
    assert_int_equal(form_of(bytes.data, bytes.len, 1, NULL), NKB_FORM_SNAPSHOT);
    nkb_buf_free(&bytes);
    const char text[] = "HloModule m\n\nENTRY e {\n  ROOT p = f32[4]{0} parameter(0)\n}\n";
    assert_int_equal(form_of(text, sizeof text - 1, 1, NULL), NKB_FORM_TEXT);
    assert_int_equal(form_of("", 0, 0, NULL), NKB_FORM_PROTO);
}

static void test_a_wrapper_all_of_ascii_is_still_a_wrapper(void **state)
{
    struct nkb_buf in = instruction_of("add"), bytes = module_of(&in), empty = NKB_BUF_INIT;

    (void)state;
    wrap(&bytes, 1); /* upstream reads an empty module of a strange name: 0 MACs either way */
    assert_int_equal(form_of(bytes.data, bytes.len, 1, NULL), NKB_FORM_HLO_PROTO);
    nkb_buf_free(&bytes);
    wrap(&empty, 1); /* an empty module, wrapped or not */
    assert_int_equal(form_of(empty.data, empty.len, 0, NULL), NKB_FORM_PROTO);
    nkb_buf_free(&empty);
}

static void test_a_long_module_is_unwrapped(void **state)
{
    struct nkb_buf bytes = NKB_BUF_INIT;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        struct nkb_buf in = instruction_of("add"), computation = NKB_BUF_INIT;
        put_int(&in, 81, 200 + i);
        put_text(&in, 28, "a target that takes some room so that the module becomes long enough");
        put_int(&computation, 5, i);
        put_message(&computation, 2, &in);
        put_message(&bytes, 3, &computation);
    }
    assert_true(bytes.len > nkb_hlo_default_limits.text_bytes);
    wrap(&bytes, 1);
    assert_int_equal(form_of(bytes.data, bytes.len, 3000, NULL), NKB_FORM_HLO_PROTO);
    nkb_buf_free(&bytes);
}

static void test_several_modules_are_not_added_up(void **state)
{
    struct nkb_buf one = small_module(), bytes = NKB_BUF_INIT;

    (void)state;
    for (int i = 0; i < 3; i++)
        put_bytes(&bytes, 1, one.data, one.len);
    assert_int_equal(form_of(bytes.data, bytes.len, 0, "3 modules in one file; one is expected"),
                     -1);
    nkb_buf_free(&one);
    nkb_buf_free(&bytes);
}

static void test_a_damaged_wrapper_gets_the_message_of_a_bare_module(void **state)
{
    struct nkb_buf bytes = small_module();

    (void)state;
    wrap(&bytes, 1);
    bytes.len--;
    assert_int_equal(
        form_of(bytes.data, bytes.len, 0,
                "byte 0, field name: 31 bytes where 30 are left; the file is cut short "
                "or damaged"),
        -1);
    nkb_buf_free(&bytes);
}

static void test_what_is_no_hlo_is_named(void **state)
{
    static const struct {
        struct nkb_str bytes;
        const char *message;
    } cases[] = {
        {NKB_STR_LITERAL("\x1f\x8b\x08\0\0\0\0\0"), "gzip, not HLO; unpack it first"},
        {NKB_STR_LITERAL("PK\x03\x04\x14\0"), "zip, not HLO; unpack it first"},
        {NKB_STR_LITERAL("\x28\xb5\x2f\xfd\x04\0"), "zstd, not HLO; unpack it first"},
        {NKB_STR_LITERAL("\xfd"
                         "7zXZ\0\0\4"),
         "xz, not HLO; unpack it first"},
        {NKB_STR_LITERAL("\x7f"
                         "ELF\x02\x01\x01\0"),
         "an ELF binary, not HLO; give the HloModuleProto it was compiled from"},
        {NKB_STR_LITERAL("ML\xefR\x0dStableHLO_v1.0.0\0"),
         "MLIR bytecode, not HLO; convert it to an HloModuleProto"},
        {NKB_STR_LITERAL("name: \"m\"\nid: 3\n"),
         "protobuf's text form, not HLO; give the binary form or XLA's own text"},
        {NKB_STR_LITERAL("  {\"a\": 1}"),
         "JSON, not HLO; an HloModuleProto or XLA's text is expected"},
        {NKB_STR_LITERAL("[1, 2]"), "JSON, not HLO; an HloModuleProto or XLA's text is expected"},
        {NKB_STR_LITERAL("<!DOCTYPE html>"),
         "XML or HTML, not HLO; an HloModuleProto or XLA's text is expected"},
        {NKB_STR_LITERAL("To be, or not to be: that is the question\n"),
         "text, but no HLO module; 'HloModule NAME' is expected on its first line"},
        {NKB_STR_LITERAL("# A heading\n\nand what is below it = 3\n"),
         "text, but no HLO module; 'HloModule NAME' is expected on its first line"},
        {NKB_STR_LITERAL("#!/bin/sh\necho hello\n"),
         "text, but no HLO module; 'HloModule NAME' is expected on its first line"},
        {NKB_STR_LITERAL("hello\n"),
         "text, but no HLO module; 'HloModule NAME' is expected on its first line"},
        {NKB_STR_LITERAL("[2026-11-24 10:00:00,123] throughput=2\n"),
         "text, but no HLO module; 'HloModule NAME' is expected on its first line"},
        {NKB_STR_LITERAL("[3]: step 1\n"),
         "text, but no HLO module; 'HloModule NAME' is expected on its first line"},
        {NKB_STR_LITERAL("\x1b[32m[INFO]\x1b[0m {step 1}\n"),
         "text, but no HLO module; 'HloModule NAME' is expected on its first line"},
        {NKB_STR_LITERAL("[ -1.5e3 , 2]"),
         "JSON, not HLO; an HloModuleProto or XLA's text is expected"},
        {NKB_STR_LITERAL("[7] \n"), "JSON, not HLO; an HloModuleProto or XLA's text is expected"},
        {NKB_STR_LITERAL("[true]"), "JSON, not HLO; an HloModuleProto or XLA's text is expected"},
        {NKB_STR_LITERAL("\0\0\0\0\0\0\0\0\0\0\0\0"),
         "nothing but zero bytes, not HLO; what wrote it was cut off"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(form_of(cases[i].bytes.ptr, cases[i].bytes.len, 0, cases[i].message), -1);
}

static void expect_error(const char *file, const char *message)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_err err = {0};
    struct nkb_hlo hlo;

    assert_int_equal(nkb_hlo_read_file(file, &arena, &hlo, &err), NKB_EINPUT);
    assert_string_equal(err.text, message);
    nkb_arena_free(&arena);
}

static void test_messages_do_not_name_the_path(void **state)
{
    (void)state;
    expect_error("/no/such/file", "no such file");
    expect_error(folder, "is a directory; a file is expected");
}

static void *feed(void *data)
{
    const struct nkb_buf *bytes = data;
    FILE *out = fopen(path, "wb"); /* no assertions on a thread of its own: the reader notices */
    if (out) {
        fwrite(bytes->data, 1, bytes->len, out);
        fclose(out);
    }
    return NULL;
}

static int read_pipe(struct nkb_buf *bytes, const struct nkb_hlo_limits *limits,
                     struct nkb_err *err)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_hlo hlo;
    pthread_t writer;

    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(pthread_create(&writer, NULL, feed, bytes), 0);
    int code = nkb_hlo_read_file_within(path, limits, &arena, &hlo, err);
    assert_int_equal(pthread_join(writer, NULL), 0);
    unlink(path);
    nkb_arena_free(&arena);
    return code;
}

static void test_a_pipe_is_read_whole_within_a_limit(void **state)
{
    struct nkb_buf bytes = small_module();
    struct nkb_hlo_limits limits = nkb_hlo_default_limits;
    struct nkb_err err = {0};

    (void)state;
    limits.whole_bytes = bytes.len;
    if (read_pipe(&bytes, &limits, &err) != 0)
        fail_msg("%s", err.text);
    limits.whole_bytes--;
    assert_int_equal(read_pipe(&bytes, &limits, &err), NKB_EINPUT);
    assert_string_equal(err.text, "the contents of a pipe of more than 30 bytes; at most that much "
                                  "is read");
    nkb_buf_free(&bytes);
}

static void test_text_is_read_whole_within_a_limit(void **state)
{
    const char text[] = "HloModule m\n\nENTRY e {\n  ROOT p = f32[4]{0} parameter(0)\n}\n";
    struct nkb_hlo_limits limits = nkb_hlo_default_limits;
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_err err = {0};
    struct nkb_hlo hlo;

    (void)state;
    write_file(text, sizeof text - 1);
    limits.whole_bytes = sizeof text - 1;
    assert_int_equal(nkb_hlo_read_file_within(path, &limits, &arena, &hlo, &err), 0);
    limits.whole_bytes--;
    assert_int_equal(nkb_hlo_read_file_within(path, &limits, &arena, &hlo, &err), NKB_EINPUT);
    assert_string_equal(err.text, "HLO text of more than 58 bytes; at most that much is read");
    struct nkb_str bytes = {text, sizeof text - 1};
    assert_int_equal(nkb_hlo_read_bytes_within(bytes, &limits, &arena, &hlo, &err), NKB_EINPUT);
    assert_string_equal(err.text, "HLO text of more than 58 bytes; at most that much is read");
    nkb_arena_free(&arena);
    unlink(path);
}

/* A file with a hole: `size` bytes, these at its front. */
static int64_t read_hole(struct nkb_buf *front, int64_t size, struct nkb_err *err)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_hlo hlo;

    write_file(front->data, front->len);
    assert_int_equal(truncate(path, size), 0);
    int code = nkb_hlo_read_file(path, &arena, &hlo, err);
    int64_t used = code == 0 ? (int64_t)arena.used_bytes : -1;
    nkb_arena_free(&arena);
    nkb_buf_free(front);
    *front = NKB_BUF_INIT;
    unlink(path);
    return used;
}

static void test_a_field_of_a_gigabyte_costs_no_memory(void **state)
{
    /* each is as long as its content and a tag and length of 6 bytes */
    const uint64_t gigabyte = 1 << 30, literal = gigabyte + 6, constant = literal + 6,
                   computation = constant + 6;
    struct nkb_buf front = NKB_BUF_INIT;
    struct nkb_err err = {0};

    (void)state;
    put_tag(&front, 3, 2); /* computation, instruction, literal, f16s */
    put_varint(&front, computation);
    put_tag(&front, 2, 2);
    put_varint(&front, constant);
    put_tag(&front, 8, 2);
    put_varint(&front, literal);
    put_tag(&front, 11, 2);
    put_varint(&front, gigabyte);
    int64_t used = read_hole(&front, (int64_t)(front.len + gigabyte), &err);
    if (used < 0)
        fail_msg("%s", err.text);
    assert_true(used < 100000);
}

static void test_length_limit_is_protobufs_2_gb(void **state)
{
    struct nkb_buf front = NKB_BUF_INIT;
    struct nkb_err err = {0};

    (void)state;
    put_tag(&front, 100, 2);
    put_varint(&front, INT32_MAX - 1);
    int64_t used = read_hole(&front, (int64_t)front.len + INT32_MAX - 1, &err);
    if (used < 0)
        fail_msg("%s", err.text);
    put_tag(&front, 100, 2);
    put_varint(&front, INT32_MAX);
    assert_int_equal(read_hole(&front, (int64_t)front.len + INT32_MAX, &err), -1);
    assert_string_equal(err.text, "byte 0, field 100: 2147483647 bytes; protobuf's limit for one "
                                  "field is 2147483646");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_form_is_told_by_content),
        cmocka_unit_test(test_a_wrapper_all_of_ascii_is_still_a_wrapper),
        cmocka_unit_test(test_a_long_module_is_unwrapped),
        cmocka_unit_test(test_several_modules_are_not_added_up),
        cmocka_unit_test(test_a_damaged_wrapper_gets_the_message_of_a_bare_module),
        cmocka_unit_test(test_what_is_no_hlo_is_named),
        cmocka_unit_test(test_messages_do_not_name_the_path),
        cmocka_unit_test(test_a_pipe_is_read_whole_within_a_limit),
        cmocka_unit_test(test_text_is_read_whole_within_a_limit),
        cmocka_unit_test(test_a_field_of_a_gigabyte_costs_no_memory),
        cmocka_unit_test(test_length_limit_is_protobufs_2_gb),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
