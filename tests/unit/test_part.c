/* Parts of scans as bytes: what is written is read back, equal parts have equal bytes, every member
 * of a struct has its row, and every way of lying ends in one line with the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "model/part_format.h"

#define ENGINE "1.2.3"

static struct nkb_arena arena;
static struct nkb_buf bytes;
static struct nkb_err err;

static int fresh(void **state)
{
    (void)state;
    nkb_arena_free(&arena);
    nkb_buf_free(&bytes);
    err = (struct nkb_err){0};
    return 0;
}

static struct nkb_loop loops[] = {
    {NKB_STR_LITERAL("while.1"), 32, NKB_TRIP_INFERRED, NULL},
    {NKB_STR_LITERAL("a\0b"), 1, NKB_TRIP_UNKNOWN, "its bound is not constant"},
};
static struct nkb_kernel kernels[] = {
    {.name = NKB_STR_LITERAL("flash_fwd"),
     .target = NKB_STR_LITERAL("AwsNeuronCustomNativeKernel"),
     .sites = 1,
     .reachable_sites = 1,
     .calls = 32,
     .macs = INT64_MAX,
     .executed_macs = INT64_MIN,
     .cost_known = true},
};
static struct nkb_op ops[] = {{.opcode = NKB_HLO_DOT,
                               .count = 3,
                               .flops = 1 << 20,
                               .has_executed_flops = true,
                               .executed_flops = 77}};
static const char *remarks[] = {"a remark", "flash_fwd"};

static struct nkb_group groups[] = {
    {.key = NKB_STR_LITERAL("flash_fwd"),
     .has_call_macs = true,
     .call_macs = -3,
     .absent = UINT32_MAX,
     .figures = {1, -2, [NKB_FIGURES - 1] = INT64_MIN}},
    {.detail = NKB_STR_LITERAL("none")},
};

static struct nkb_module good(const char *path)
{
    return (struct nkb_module){
        .path = nkb_str_from(path),
        .file_name = NKB_STR_LITERAL("model.hlo_module.pb"),
        .module_name = NKB_STR_LITERAL("MODULE_1"),
        .role = "cache",
        .locked = true,
        .modified_s = 1772700000,
        .form = NKB_FORM_HLO_PROTO,
        .ok = true,
        .size_bytes = 12345,
        .computations = 2,
        .instructions = 300,
        .graph_digest = {1, 2, 3},
        .static_macs = {100, 25, 0.25},
        .has_executed = true,
        .executed = {.macs = 100, .nki_macs = 25, .nki_ratio = 0.1},
        .has_xla = true,
        .xla = {200, 3, 4, 5},
        .loops = loops,
        .kernels = kernels,
        .ops = ops,
        .diagnostics = remarks,
        .loop_count = 2,
        .kernel_count = 1,
        .op_count = 1,
        .diagnostic_count = 2,
        .groups = {[NKB_BY_SCOPE] = {.made = true, .count = 2, .at = groups},
                   [NKB_BY_INSTRUCTION] = {.made = true, .has_rest = true, .rest = {.absent = 5}}},
    };
}

static struct nkb_module bad(const char *path)
{
    return (struct nkb_module){.path = nkb_str_from(path),
                               .role = "file",
                               .named = true,
                               .error = "byte 3: no",
                               .why_no_executed = "byte 3: no",
                               .why_no_xla = "",
                               .why_no_loops = "byte 3: no"};
}

static const char *sources[] = {"neuron_cache"};
static const char *problems[] = {"neuron_cache/x: cannot be listed"};
static struct nkb_shard shards[] = {
    {.of = NKB_STR_LITERAL("neuron_cache"), .index = 3, .count = 8, .files = 120, .listing = {9}}};
static struct nkb_module modules[2];

static struct nkb_part sample(void)
{
    modules[0] = good("neuron_cache/a");
    modules[1] = bad("b.pb");
    return (struct nkb_part){.sources = sources,
                             .problems = problems,
                             .shards = shards,
                             .modules = modules,
                             .source_count = 1,
                             .problem_count = 1,
                             .shard_count = 1,
                             .module_count = 2};
}

static void write_sample(void)
{
    struct nkb_part part = sample();
    nkb_buf_free(&bytes);
    assert_int_equal(nkb_part_write(&part, ENGINE, &bytes, &err), 0);
}

static void assert_refused(const char *want)
{
    struct nkb_part part;
    assert_int_equal(nkb_part_read(nkb_buf_str(&bytes), ENGINE, &arena, &part, &err), NKB_EINPUT);
    assert_string_equal(err.text, want);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    struct nkb_part part = sample(), again;
    struct nkb_buf twice = NKB_BUF_INIT;
    write_sample();
    assert_true(nkb_part_detect(nkb_buf_str(&bytes)));
    assert_int_equal(nkb_part_read(nkb_buf_str(&bytes), ENGINE, &arena, &again, &err), 0);
    assert_true(nkb_record_equal(&nkb_part_record, &part, &again, 0));
    const struct nkb_module *m = &again.modules[0];
    assert_int_equal(m->kernels[0].executed_macs, INT64_MIN);
    assert_int_equal(m->kernels[0].macs, INT64_MAX);
    assert_int_equal(m->loops[1].name.len, 3);
    assert_memory_equal(m->loops[1].name.ptr, "a\0b", 4);
    assert_true(m->static_macs.nki_ratio == 0.25 && m->executed.nki_ratio == 0.1);
    assert_null(m->error);
    assert_false(m->groups[NKB_BY_OPCODE].made);
    assert_int_equal(m->groups[NKB_BY_SCOPE].at[0].figures[NKB_FIGURES - 1], INT64_MIN);
    assert_int_equal(m->groups[NKB_BY_SCOPE].at[0].absent, UINT32_MAX);
    assert_int_equal(m->groups[NKB_BY_INSTRUCTION].rest.absent, 5);
    assert_string_equal(again.modules[1].why_no_xla, "");
    assert_int_equal(nkb_part_write(&again, ENGINE, &twice, &err), 0);
    assert_int_equal(twice.len, bytes.len);
    assert_memory_equal(twice.data, bytes.data, bytes.len);
    nkb_buf_free(&twice);
}

static void an_empty_part_is_a_part(void **state)
{
    (void)state;
    struct nkb_part none = {0}, again;
    assert_int_equal(nkb_part_write(&none, ENGINE, &bytes, &err), 0);
    assert_int_equal(nkb_part_read(nkb_buf_str(&bytes), ENGINE, &arena, &again, &err), 0);
    assert_true(nkb_record_equal(&nkb_part_record, &none, &again, 0));
}

static void a_difference_anywhere_is_a_difference(void **state)
{
    (void)state;
    struct nkb_module a = good("a"), b = good("a");
    assert_true(nkb_record_equal(&nkb_module_record, &a, &b, 0));
    b.ops = (struct nkb_op[]){ops[0]};
    assert_true(nkb_record_equal(&nkb_module_record, &a, &b, 0));
    b.ops[0].executed_flops++;
    assert_false(nkb_record_equal(&nkb_module_record, &a, &b, 0));
    b = good("a");
    b.diagnostic_count = 1;
    assert_false(nkb_record_equal(&nkb_module_record, &a, &b, 0));
    b = good("a");
    b.graph_digest[31] = 1;
    assert_false(nkb_record_equal(&nkb_module_record, &a, &b, 0));
    b = good("a");
    b.stale = true; /* made anew, so no difference */
    assert_true(nkb_record_equal(&nkb_module_record, &a, &b, 0));
    b.named = true; /* where it was found */
    assert_false(nkb_record_equal(&nkb_module_record, &a, &b, 0));
    assert_true(nkb_record_equal(&nkb_module_record, &a, &b, NKB_ASPECT_PLACE));
}

/* Which bytes of a struct no row speaks of. What is left must be padding: fewer than the eight
 * bytes an aligned member can skip, and none where two rows touch. */
static void cover(const struct nkb_record *record)
{
    unsigned char *covered = calloc(record->size, 1);
    size_t gap = 0, gaps = 0;
    assert_non_null(covered);
    for (uint32_t i = 0; i < record->count; i++) {
        const struct nkb_field *field = &record->fields[i];
        memset(covered + field->offset, 1, field->size);
        if (field->kind == NKB_FIELD_LIST || field->kind == NKB_FIELD_TEXTS)
            memset(covered + field->count_offset, 1, sizeof(uint32_t));
        if (field->record) {
            if (field->kind == NKB_FIELD_RECORD)
                assert_int_equal(field->size, nkb_field_times(field) * field->record->size);
            cover(field->record);
        }
    }
    for (size_t i = 0; i < record->size; i++) {
        gap = covered[i] ? 0 : gap + 1;
        gaps += gap > 0;
        if (gap >= 8)
            fail_msg("%s: bytes before %zu have no row in src/model/module_record.c", record->name,
                     i);
    }
    assert_true(gaps * 8 < (size_t)record->size * 3);
    free(covered);
}

static void every_member_has_a_row(void **state)
{
    (void)state;
    cover(&nkb_part_record);
}

static void a_cut_anywhere_is_refused(void **state)
{
    (void)state;
    struct nkb_part part;
    write_sample();
    for (size_t cut = 0; cut < bytes.len; cut++) {
        struct nkb_str head = {bytes.data, cut};
        assert_int_equal(nkb_part_read(head, ENGINE, &arena, &part, &err), NKB_EINPUT);
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
            if (nkb_part_read(nkb_buf_str(&bytes), ENGINE, &arena, &part, &err) != NKB_EINPUT)
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
    assert_int_equal(nkb_part_write(&none, ENGINE, &bytes, &err), 0);
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
    assert_int_equal(
        nkb_part_read(nkb_buf_str(&bytes), ENGINE, &arena, &(struct nkb_part){0}, &err), 0);
    FORGE("\0\0\0\1\0\x12\x10\xf0\x01\0\0");
    assert_refused("shard 9 of 8; 1 of at most 65536 is expected");
    FORGE("\0\0\0\1\0\0\x10\xf0\x01\0\0");
    assert_refused("shard 0 of 8; 1 of at most 65536 is expected");
}

static void assert_wrong(const struct nkb_module *module, const char *want)
{
    struct nkb_part part = {.modules = (struct nkb_module[]){*module}, .module_count = 1};
    nkb_buf_free(&bytes);
    assert_int_equal(nkb_part_write(&part, ENGINE, &bytes, &err), 0);
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
    assert_int_equal(nkb_part_write(&part, ENGINE, &bytes, &err), 0);
    assert_int_equal(nkb_part_read(nkb_buf_str(&bytes), ENGINE, &arena, &part, &err), NKB_EINPUT);
    assert_non_null(strstr(err.text, ": a choice that is none"));
    m = good("x");
    m.static_macs.nki_ratio = (double)INFINITY;
    part = (struct nkb_part){.modules = &m, .module_count = 1};
    nkb_buf_free(&bytes);
    assert_int_equal(nkb_part_write(&part, ENGINE, &bytes, &err), 0);
    assert_int_equal(nkb_part_read(nkb_buf_str(&bytes), ENGINE, &arena, &part, &err), NKB_EINPUT);
    assert_non_null(strstr(err.text, ": a number that is not finite"));
}

static void as_many_shards_as_there_may_be(void **state)
{
    (void)state;
    struct nkb_shard most = {
        .of = NKB_STR_LITERAL("x"), .index = NKB_MAX_SHARDS, .count = NKB_MAX_SHARDS};
    struct nkb_part part = {.shards = &most, .shard_count = 1}, again;
    assert_int_equal(nkb_part_write(&part, ENGINE, &bytes, &err), 0);
    assert_int_equal(nkb_part_read(nkb_buf_str(&bytes), ENGINE, &arena, &again, &err), 0);
    most.count++;
    nkb_buf_free(&bytes);
    assert_int_equal(nkb_part_write(&part, ENGINE, &bytes, &err), 0);
    assert_refused("shard 65536 of 65537; 1 of at most 65536 is expected");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_written_is_read_back, fresh),
        cmocka_unit_test_setup(an_empty_part_is_a_part, fresh),
        cmocka_unit_test_setup(a_difference_anywhere_is_a_difference, fresh),
        cmocka_unit_test_setup(every_member_has_a_row, fresh),
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
