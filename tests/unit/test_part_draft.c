/* A part's bytes are those of what it says, whoever put it aside, when, and whatever else was put.
 */
#include "part_sample.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/pool.h"

enum { MODULES = 1500, THREADS = 4 }; /* more than is kept in memory */

static struct nkb_part_draft *draft;
static struct nkb_module many[MODULES];
static char names[MODULES][32];

static void put_one(void *context, size_t job, size_t worker)
{
    const size_t *step = context;
    struct nkb_err mine;
    size_t i = job * *step % MODULES;
    (void)worker;
    struct nkb_module module = i % 5 == 0 ? bad(names[i]) : good(names[i]);
    module.size_bytes = (int64_t)i;
    many[i].drafted.size_bytes = 0;
    if (nkb_part_draft_put(draft, &module, &mine) == 0)
        many[i].drafted = module.drafted;
}

/* As `bytes`, put in another order for each step prime to their number. */
static void write_many(size_t step, size_t threads, struct nkb_buf *out)
{
    struct nkb_part part = sample();
    part.modules = many;
    part.module_count = MODULES;
    for (size_t i = 0; i < MODULES; i++)
        snprintf(names[i], sizeof names[i], "neuron_cache/%zu", i);
    draft = nkb_part_draft_new(NULL);
    assert_non_null(draft);
    nkb_pool_run(threads, MODULES, put_one, &step);
    for (size_t i = 0; i < MODULES; i++)
        assert_true(many[i].drafted.size_bytes > 0);
    assert_int_equal(nkb_part_draft_write(draft, &part, ENGINE, append_piece, out, &err), 0);
}

static void the_order_of_putting_is_not_seen(void **state)
{
    (void)state;
    struct nkb_buf other = NKB_BUF_INIT;
    struct nkb_part again;
    write_many(1, 1, &bytes);
    nkb_part_draft_free(draft);
    assert_int_equal(read_whole(nkb_buf_str(&bytes), ENGINE, &arena, &again, &err), 0);
    assert_int_equal(again.module_count, MODULES);
    for (uint32_t i = 0; i < MODULES; i++) {
        struct nkb_module want = i % 5 == 0 ? bad(names[i]) : good(names[i]);
        want.size_bytes = i;
        assert_true(nkb_record_equal(&nkb_module_record, &again.modules[i], &want, 0));
    }
    for (size_t threads = 1; threads <= THREADS; threads++) {
        write_many(7, threads, &other);
        assert_int_equal(other.len, bytes.len);
        assert_memory_equal(other.data, bytes.data, bytes.len);
        nkb_part_draft_free(draft);
        nkb_buf_free(&other);
    }
}

static void it_may_be_written_twice(void **state)
{
    (void)state;
    struct nkb_buf other = NKB_BUF_INIT;
    struct nkb_part part = sample();
    write_many(1, 1, &bytes);
    part.modules = many;
    part.module_count = MODULES;
    assert_int_equal(nkb_part_draft_write(draft, &part, ENGINE, append_piece, &other, &err), 0);
    assert_int_equal(other.len, bytes.len);
    assert_memory_equal(other.data, bytes.data, bytes.len);
    nkb_buf_free(&other);
    nkb_part_draft_free(draft);
}

/* Of what two parts say of a path one stays: texts that only the other had are none of the part's.
 */
static void what_is_left_out_leaves_no_text(void **state)
{
    (void)state;
    struct nkb_buf other = NKB_BUF_INIT;
    struct nkb_part part = sample();
    struct nkb_module left_out = good("left out");
    write_sample();
    draft = nkb_part_draft_new(NULL);
    assert_int_equal(nkb_part_draft_put(draft, &left_out, &err), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(nkb_part_draft_put(draft, &modules[i], &err), 0);
    assert_int_equal(nkb_part_draft_write(draft, &part, ENGINE, append_piece, &other, &err), 0);
    assert_int_equal(other.len, bytes.len);
    assert_memory_equal(other.data, bytes.data, bytes.len);

    struct nkb_module got;
    assert_int_equal(nkb_part_draft_get(draft, &left_out, &arena, &got, &err), 0);
    assert_true(nkb_record_equal(&nkb_module_record, &got, &left_out, 0));
    assert_string_equal(nkb_part_draft_text(draft, "left out"), "left out");
    assert_null(nkb_part_draft_text(draft, NULL));
    nkb_buf_free(&other);
    nkb_part_draft_free(draft);
}

static int stop_at_once(void *context, struct nkb_str piece, struct nkb_err *into)
{
    (void)context;
    return nkb_err_set(into, NKB_EINTERRUPT, "stopped at %zu bytes", piece.len);
}

static void a_writer_may_stop(void **state)
{
    (void)state;
    struct nkb_part part = {0};
    draft = nkb_part_draft_new(NULL);
    assert_int_equal(nkb_part_draft_write(draft, &part, ENGINE, stop_at_once, NULL, &err),
                     NKB_EINTERRUPT);
    assert_string_equal(err.text, "stopped at 45 bytes"); /* head, and five times none */
    nkb_part_draft_free(draft);
}

static int count_taken(void *context, struct nkb_module *module, struct nkb_err *into)
{
    size_t *left = context;
    (void)module;
    return --*left == 0 ? nkb_err_set(into, NKB_EINTERRUPT, "enough") : 0;
}

static void a_reader_may_stop(void **state)
{
    (void)state;
    struct nkb_part part;
    size_t left = 3;
    write_many(1, 1, &bytes);
    nkb_part_draft_free(draft);
    struct nkb_part_source from = {-1, nkb_buf_str(&bytes), bytes.len};
    assert_int_equal(nkb_part_read(&from, ENGINE, count_taken, &left, &arena, &part, &err),
                     NKB_EINTERRUPT);
    assert_string_equal(err.text, "enough");
}

/* What a reading said. */
static int read_said(const struct nkb_part_source *from, struct nkb_err *said)
{
    size_t left = SIZE_MAX;
    struct nkb_part part;
    *said = (struct nkb_err){0};
    nkb_arena_reset(&arena);
    return nkb_part_read(from, ENGINE, count_taken, &left, &arena, &part, said);
}

/* Damaged anywhere, cut or longer: from a file, block by block, it is what it is from memory. */
static void a_file_is_read_as_its_bytes_are(void **state)
{
    (void)state;
    struct nkb_err by_file, by_bytes;
    write_many(1, 1, &bytes);
    nkb_part_draft_free(draft);
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
    assert_int_equal(fflush(file), 0);
    struct nkb_part_source from_file = {.fd = fileno(file), .size_bytes = bytes.len};
    struct nkb_part_source from_bytes = {-1, nkb_buf_str(&bytes), bytes.len};
    assert_true(bytes.len > 3 * 65536);
    assert_int_equal(read_said(&from_file, &by_file), 0);
    assert_int_equal(read_said(&from_bytes, &by_bytes), 0);

    for (size_t at = 1; at < bytes.len; at += at < 48 || at > bytes.len - 48 ? 1 : 20011) {
        char byte = (char)(bytes.data[at] ^ 0x41);
        assert_int_equal(pwrite(from_file.fd, &byte, 1, (off_t)at), 1);
        assert_int_equal(read_said(&from_file, &by_file), NKB_EINPUT);
        assert_int_equal(pwrite(from_file.fd, &bytes.data[at], 1, (off_t)at), 1);
        bytes.data[at] = byte;
        assert_int_equal(read_said(&from_bytes, &by_bytes), NKB_EINPUT);
        bytes.data[at] = (char)(byte ^ 0x41);
        assert_string_equal(by_file.text, by_bytes.text);

        from_file.size_bytes = from_bytes.size_bytes = from_bytes.bytes.len = at;
        assert_int_equal(read_said(&from_file, &by_file), NKB_EINPUT);
        assert_int_equal(read_said(&from_bytes, &by_bytes), NKB_EINPUT);
        from_file.size_bytes = from_bytes.size_bytes = from_bytes.bytes.len = bytes.len;
        assert_string_equal(by_file.text, by_bytes.text);
    }
    assert_int_equal(ftruncate(from_file.fd, (off_t)bytes.len / 2),
                     0); /* since its size was asked */
    assert_int_equal(read_said(&from_file, &by_file), NKB_EINPUT);
    snprintf(by_bytes.text, sizeof by_bytes.text, "byte %zu: it was cut off meanwhile",
             bytes.len / 2);
    assert_string_equal(by_file.text, by_bytes.text);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_order_of_putting_is_not_seen, fresh),
        cmocka_unit_test_setup(it_may_be_written_twice, fresh),
        cmocka_unit_test_setup(what_is_left_out_leaves_no_text, fresh),
        cmocka_unit_test_setup(a_writer_may_stop, fresh),
        cmocka_unit_test_setup(a_reader_may_stop, fresh),
        cmocka_unit_test_setup(a_file_is_read_as_its_bytes_are, fresh),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    nkb_arena_free(&arena);
    nkb_buf_free(&bytes);
    return failed;
}
