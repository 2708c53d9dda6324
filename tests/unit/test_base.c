/* The foundation: arenas and buffers at their limits, the one error record, files, digests, the
 * pool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/pool.h"
#include "base/sha256.h"

/* ---- arena */

static void arena_memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct nkb_arena arena = NKB_ARENA_INIT;
    for (size_t size = 0; size < 5000; size += 37) {
        unsigned char *p = nkb_arena_alloc(&arena, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, size);
    }
    nkb_arena_reset(&arena);
    const unsigned char *again = nkb_arena_alloc(&arena, 4096);
    for (size_t i = 0; i < 4096; i++)
        assert_int_equal(again[i], 0);
    nkb_arena_free(&arena);
    assert_null(arena.head);
}

static void arena_limit_counts_to_the_byte(void **state)
{
    (void)state;
    struct nkb_arena arena = NKB_ARENA_INIT;
    arena.limit_bytes = 160;
    assert_non_null(nkb_arena_alloc(&arena, 144));
    assert_non_null(nkb_arena_alloc(&arena, 1)); /* takes 16 */
    assert_false(nkb_arena_failed(&arena));
    assert_null(nkb_arena_alloc(&arena, 0));
    assert_true(nkb_arena_failed(&arena));
    nkb_arena_reset(&arena);
    assert_false(nkb_arena_failed(&arena));
    assert_non_null(nkb_arena_alloc(&arena, 160));
    assert_null(nkb_arena_alloc(&arena, 1));
    nkb_arena_free(&arena);
}

static void arena_refuses_sizes_that_overflow(void **state)
{
    (void)state;
    struct nkb_arena arena = NKB_ARENA_INIT;
    assert_null(nkb_arena_array(&arena, SIZE_MAX / 8 + 1, 8));
    assert_true(nkb_arena_failed(&arena));
    nkb_arena_reset(&arena);
    assert_null(nkb_arena_alloc(&arena, SIZE_MAX));
    assert_true(nkb_arena_failed(&arena));
    nkb_arena_reset(&arena);
    assert_null(nkb_arena_alloc(&arena, SIZE_MAX - 15));
    assert_true(nkb_arena_failed(&arena));
    nkb_arena_free(&arena);
}

static void arena_large_pieces_do_not_end_small_ones(void **state)
{
    (void)state;
    struct nkb_arena arena = NKB_ARENA_INIT;
    char *small = nkb_arena_alloc(&arena, 10);
    char *large = nkb_arena_alloc(&arena, (size_t)9 << 20);
    char *after = nkb_arena_alloc(&arena, 10);
    memset(small, 1, 10);
    memset(large, 2, (size_t)9 << 20);
    memset(after, 3, 10);
    assert_int_equal(small[9], 1);
    assert_int_equal(after[0], 3);
    nkb_arena_reset(&arena);
    assert_non_null(nkb_arena_alloc(&arena, 10));
    nkb_arena_free(&arena);
}

static void arena_grow_copies_and_zeroes(void **state)
{
    (void)state;
    struct nkb_arena arena = NKB_ARENA_INIT;
    int *old = nkb_arena_array(&arena, 2, sizeof *old);
    old[0] = 7;
    old[1] = 8;
    const int *grown = nkb_arena_grow(&arena, old, 2, 4, sizeof *old);
    assert_int_equal(grown[0], 7);
    assert_int_equal(grown[1], 8);
    assert_int_equal(grown[3], 0);
    assert_non_null(nkb_arena_grow(&arena, NULL, 0, 4, sizeof *old));
    nkb_arena_free(&arena);
}

static void arena_copies_are_terminated_and_keep_nul(void **state)
{
    (void)state;
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_str copy = nkb_arena_copy(&arena, NKB_STR_LITERAL("a\0b"));
    assert_int_equal(copy.len, 3);
    assert_memory_equal(copy.ptr, "a\0b", 4);
    copy = nkb_arena_copy(&arena, NKB_STR_NONE);
    assert_string_equal(copy.ptr, "");
    assert_string_equal(nkb_arena_string(&arena, "text"), "text");
    assert_string_equal(nkb_arena_printf(&arena, "%s-%d", "a", 12), "a-12");
    arena.limit_bytes = 1;
    assert_null(nkb_arena_string(&arena, nkb_arena_printf(&arena, "%d", 1)));
    assert_null(nkb_arena_copy(&arena, copy).ptr);
    nkb_arena_free(&arena);
}

/* ---- buffer */

static void buffer_grows_and_is_terminated(void **state)
{
    (void)state;
    struct nkb_buf buf = NKB_BUF_INIT;
    for (int i = 0; i < 1000; i++)
        nkb_buf_printf(&buf, "%d,", i);
    nkb_buf_text(&buf, "end");
    nkb_buf_char(&buf, '\0');
    nkb_buf_append(&buf, NULL, 0);
    assert_int_equal(buf.len, 10 * 2 + 90 * 3 + 900 * 4 + 3 + 1);
    assert_int_equal(buf.data[buf.len], '\0');
    assert_memory_equal(buf.data, "0,1,2,3,", 8);
    nkb_buf_free(&buf);
    assert_null(buf.data);
}

static void buffer_that_failed_stays_failed(void **state)
{
    (void)state;
    struct nkb_buf buf = NKB_BUF_INIT;
    nkb_buf_text(&buf, "kept");
    assert_false(nkb_buf_reserve(&buf, SIZE_MAX));
    assert_true(buf.failed);
    nkb_buf_text(&buf, "lost");
    nkb_buf_printf(&buf, "%d", 1);
    assert_string_equal(buf.data, "kept");
    nkb_buf_free(&buf);
}

/* ---- error */

static void error_text_is_one_line_that_drives_no_terminal(void **state)
{
    (void)state;
    struct nkb_err err = {0};
    assert_int_equal(nkb_err_set(&err, NKB_EINPUT, "%s: no such file", "a\x1b[2J\nb\x7f\tc"),
                     NKB_EINPUT);
    assert_string_equal(err.text, "a?[2J?b??c: no such file");
    assert_int_equal(err.code, NKB_EINPUT);
    nkb_err_set(&err, NKB_EINPUT,
                "caf\xc3\xa9 \xc2\x9b"
                "2J \x9b \xff \xed\xa0\x80");
    assert_string_equal(err.text, "caf\xc3\xa9 ??2J ? ? ???");
}

static void error_may_be_unwanted(void **state)
{
    (void)state;
    assert_int_equal(nkb_err_set(NULL, NKB_EUSAGE, "x"), NKB_EUSAGE);
    assert_true(nkb_err_prefix(NULL, "x") < 0);
    assert_int_equal(nkb_err_memory(NULL), NKB_EMEMORY);
    struct nkb_err err = {0};
    assert_int_equal(nkb_err_memory(&err), NKB_EMEMORY);
    assert_string_equal(err.text, "out of memory");
}

static void error_prefix_goes_in_front_and_keeps_the_code(void **state)
{
    (void)state;
    struct nkb_err err = {0};
    nkb_err_set(&err, NKB_ERULE, "no such parameter");
    assert_int_equal(nkb_err_prefix(&err, "score.lua:%d: ", 9), NKB_ERULE);
    assert_string_equal(err.text, "score.lua:9: no such parameter");
}

static void error_text_is_cut_past_its_size_and_not_before(void **state)
{
    (void)state;
    struct nkb_err err = {0};
    nkb_err_set(&err, NKB_EINPUT, "%0*d", NKB_ERR_TEXT_BYTES - 1, 7);
    assert_int_equal(strlen(err.text), NKB_ERR_TEXT_BYTES - 1);
    assert_int_equal(err.text[NKB_ERR_TEXT_BYTES - 2], '7');
    nkb_err_set(&err, NKB_EINPUT, "%0*d", NKB_ERR_TEXT_BYTES, 7);
    assert_int_equal(strlen(err.text), NKB_ERR_TEXT_BYTES - 1);
    assert_string_equal(err.text + NKB_ERR_TEXT_BYTES - 5, "0\xe2\x80\xa6");

    nkb_err_set(&err, NKB_EINPUT, "%0*d", 1000, 7);
    nkb_err_prefix(&err, "%0*d", 1000, 5);
    assert_int_equal(strlen(err.text), NKB_ERR_TEXT_BYTES - 1);
    assert_int_equal(err.text[999], '5');
    assert_string_equal(err.text + NKB_ERR_TEXT_BYTES - 5, "0\xe2\x80\xa6");
}

static void error_text_is_cut_at_a_character(void **state)
{
    (void)state;
    struct nkb_err err = {0};
    for (int lead = 0; lead < 4; lead++) {
        char text[NKB_ERR_TEXT_BYTES + 64];
        int length = snprintf(text, sizeof text, "%.*s", lead, "abc");
        while (length < NKB_ERR_TEXT_BYTES + 40)
            length += snprintf(text + length, sizeof text - (size_t)length, "\xf0\x9f\x8f\x86");
        nkb_err_set(&err, NKB_EINPUT, "%s", text);
        assert_null(strchr(err.text, '?'));
        assert_string_equal(err.text + strlen(err.text) - 7, "\xf0\x9f\x8f\x86\xe2\x80\xa6");
    }
}

/* ---- files */

static char folder[] = "/tmp/nkibench-test-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static const char *file_with(const char *name, const char *text, char path[128])
{
    snprintf(path, 128, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
    return path;
}

static void file_is_read_whole_and_appended(void **state)
{
    (void)state;
    char path[128];
    struct nkb_buf out = NKB_BUF_INIT;
    struct nkb_err err = {0};
    nkb_buf_text(&out, "before ");
    assert_int_equal(nkb_file_read(file_with("a", "content", path), NULL, 7, &out, &err), 0);
    assert_string_equal(out.data, "before content");
    unlink(path);
    nkb_buf_free(&out);
    assert_int_equal(nkb_file_read(file_with("empty", "", path), NULL, 7, &out, &err), 0);
    assert_int_equal(out.len, 0);
    assert_string_equal(out.data, "");
    unlink(path);
    nkb_buf_free(&out);
}

static void file_past_its_limit_names_the_limit(void **state)
{
    (void)state;
    char path[128], want[256];
    struct nkb_buf out = NKB_BUF_INIT;
    struct nkb_err err = {0};
    assert_int_equal(nkb_file_read(file_with("a", "content", path), NULL, 6, &out, &err),
                     NKB_EINPUT);
    snprintf(want, sizeof want, "%s: larger than 6 bytes, the limit for such a file", path);
    assert_string_equal(err.text, want);
    unlink(path);
    nkb_buf_free(&out);
}

static void device_without_end_is_stopped_at_the_limit(void **state)
{
    (void)state;
    struct nkb_buf out = NKB_BUF_INIT;
    struct nkb_err err = {0};
    assert_int_equal(nkb_file_read("/dev/zero", "--log-file", 1000, &out, &err), NKB_EINPUT);
    assert_string_equal(err.text, "/dev/zero: larger than 1000 bytes, the limit for such a file");
    nkb_buf_free(&out);
}

static void file_that_is_not_there_is_named_with_its_flag(void **state)
{
    (void)state;
    struct nkb_buf out = NKB_BUF_INIT;
    struct nkb_err err = {0};
    assert_int_equal(nkb_file_read("/no/such/file", "--log-file", 9, &out, &err), NKB_EINPUT);
    assert_string_equal(err.text, "/no/such/file: no such file (--log-file)");
    assert_int_equal(nkb_file_read("/dev/null/x", NULL, 9, &out, &err), NKB_EINPUT);
    assert_string_equal(err.text, "/dev/null/x: no such file");
    assert_int_equal(nkb_file_read("/tmp", "--config", 9, &out, &err), NKB_EINPUT);
    assert_string_equal(err.text, "/tmp: is a directory; a file is expected (--config)");
    nkb_buf_free(&out);
}

static void file_nobody_may_read_says_so(void **state)
{
    (void)state;
    char path[128], want[256];
    struct nkb_buf out = NKB_BUF_INIT;
    struct nkb_err err = {0};
    uid_t self = geteuid();
    chmod(file_with("locked", "x", path), 0);
    if (self == 0) /* who may read everything: be somebody else for a moment */
        assert_int_equal(seteuid(65534), 0);
    int code = nkb_file_read(path, NULL, 9, &out, &err);
    if (self == 0)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(code, NKB_EINPUT);
    snprintf(want, sizeof want, "%s: no permission to read it", path);
    assert_string_equal(err.text, want);
    unlink(path);
    nkb_buf_free(&out);
}

static void file_size_is_known_of_regular_files_only(void **state)
{
    (void)state;
    char path[128];
    int fd = -1;
    int64_t size = 0;
    struct nkb_err err = {0};
    assert_int_equal(nkb_file_open(file_with("a", "content", path), NULL, &fd, &size, &err), 0);
    assert_int_equal(size, 7);
    close(fd);
    unlink(path);
    assert_int_equal(nkb_file_open("/dev/null", NULL, &fd, &size, &err), 0);
    assert_int_equal(size, -1);
    close(fd);
}

/* ---- digests: the examples of FIPS 180-2, appendix B */

static void digest_is_sha_256(void **state)
{
    (void)state;
    char text[NKB_SHA256_TEXT_BYTES], path[128], want[256];
    struct nkb_err err = {0};
    long long size = 0;
    assert_int_equal(nkb_sha256_text(NKB_STR_LITERAL("abc"), text, &err), 0);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(nkb_sha256_text(NKB_STR_NONE, text, &err), 0);
    assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

    file_with("digest", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", path);
    assert_int_equal(nkb_sha256_file(path, text, &size, &err), 0);
    assert_string_equal(text, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_int_equal(size, 56);
    unlink(path);
    assert_int_equal(nkb_sha256_file(path, text, &size, &err), NKB_EINPUT);
    snprintf(want, sizeof want, "%s: no such file", path);
    assert_string_equal(err.text, want);
}

/* ---- pool */

enum { JOBS = 1000 };

struct tally {
    atomic_int runs[JOBS];
    atomic_size_t most_worker;
};

static void count_job(void *context, size_t job, size_t worker)
{
    struct tally *tally = context;
    atomic_fetch_add(&tally->runs[job], 1);
    size_t seen = atomic_load(&tally->most_worker);
    while (worker > seen && !atomic_compare_exchange_weak(&tally->most_worker, &seen, worker))
        ;
}

static void pool_runs_every_job_once(void **state)
{
    (void)state;
    static const size_t threads[] = {0, 1, 2, 7, 300};
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        struct tally tally = {0};
        nkb_pool_run(threads[t], JOBS, count_job, &tally);
        for (size_t i = 0; i < JOBS; i++)
            assert_int_equal(atomic_load(&tally.runs[i]), 1);
        assert_true(atomic_load(&tally.most_worker) < (threads[t] ? threads[t] : 1));
    }
}

static void pool_never_has_more_threads_than_jobs(void **state)
{
    (void)state;
    assert_int_equal(nkb_pool_threads(8, 3), 3);
    assert_int_equal(nkb_pool_threads(8, 0), 1);
    assert_int_equal(nkb_pool_threads(8, 100), 8);
    assert_int_equal(nkb_pool_threads(100000, 100000), 256);
    assert_true(nkb_pool_threads(0, 100) >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_memory_is_zeroed_and_aligned),
        cmocka_unit_test(arena_limit_counts_to_the_byte),
        cmocka_unit_test(arena_refuses_sizes_that_overflow),
        cmocka_unit_test(arena_large_pieces_do_not_end_small_ones),
        cmocka_unit_test(arena_grow_copies_and_zeroes),
        cmocka_unit_test(arena_copies_are_terminated_and_keep_nul),
        cmocka_unit_test(buffer_grows_and_is_terminated),
        cmocka_unit_test(buffer_that_failed_stays_failed),
        cmocka_unit_test(error_text_is_one_line_that_drives_no_terminal),
        cmocka_unit_test(error_may_be_unwanted),
        cmocka_unit_test(error_prefix_goes_in_front_and_keeps_the_code),
        cmocka_unit_test(error_text_is_cut_past_its_size_and_not_before),
        cmocka_unit_test(error_text_is_cut_at_a_character),
        cmocka_unit_test(file_is_read_whole_and_appended),
        cmocka_unit_test(file_past_its_limit_names_the_limit),
        cmocka_unit_test(device_without_end_is_stopped_at_the_limit),
        cmocka_unit_test(file_that_is_not_there_is_named_with_its_flag),
        cmocka_unit_test(file_nobody_may_read_says_so),
        cmocka_unit_test(file_size_is_known_of_regular_files_only),
        cmocka_unit_test(digest_is_sha_256),
        cmocka_unit_test(pool_runs_every_job_once),
        cmocka_unit_test(pool_never_has_more_threads_than_jobs),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
