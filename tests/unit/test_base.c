/* The foundation: arenas and buffers at their limits, the one error record, files, digests, the
 * pool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/pool.h"

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

static void arena_in_lent_memory_has_what_fits(void **state)
{
    char place[256];
    (void)state;
    for (size_t at = 0; at < 3; at++)
        for (size_t size = 0; size < sizeof place - at; size++) {
            size_t pieces = 0;
            memset(place, 7, sizeof place);
            struct nkb_arena arena = nkb_arena_in(place + at, size);
            for (char *piece; (piece = nkb_arena_alloc(&arena, 16)) != NULL; pieces++) {
                assert_int_equal((uintptr_t)piece % 16, 0);
                assert_true(piece >= place + at && piece + 16 <= place + at + size);
                assert_int_equal(piece[15], 0);
            }
            assert_true(nkb_arena_failed(&arena) && arena.full);
            assert_true(pieces >= (size < 64 ? 0 : (size - 64) / 16)); /* 64: what it is about */
            assert_int_equal(place[at + size], 7);
        }
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

static void arena_store_hands_chunks_on(void **state)
{
    (void)state;
    struct nkb_arena_store store = {NULL};
    struct nkb_arena first = NKB_ARENA_INIT;
    first.store = &store;
    first.limit_bytes = (size_t)64 << 20;
    char *small = memset(nkb_arena_take(&first, 100), 0xff, 100);
    char *large = memset(nkb_arena_take(&first, (size_t)9 << 20), 0xff, 100);
    assert_ptr_equal(nkb_arena_take(&first, 16), small + 112); /* beside a large piece, too */
    nkb_arena_reset(&first);
    assert_null(first.head);

    struct nkb_arena second = nkb_arena_beside(&first);
    assert_int_equal(second.limit_bytes, first.limit_bytes);
    assert_ptr_equal(nkb_arena_alloc(&second, 200), small); /* and zeroed */
    for (int i = 0; i < 200; i++)
        assert_int_equal(small[i], 0);
    assert_ptr_equal(nkb_arena_take(&second, (size_t)8 << 20), large);
    nkb_arena_free(&second);
    /* Too small for this one: it goes, and does not stand beside it. */
    assert_non_null(nkb_arena_take(&first, (size_t)10 << 20));
    nkb_arena_free(&first);
    size_t spare = 0;
    for (struct nkb_arena_chunk *chunk = store.spare; chunk; chunk = *(void **)chunk)
        spare++;
    assert_int_equal(spare, 2);
    nkb_arena_store_free(&store);
    assert_null(store.spare);
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

static void numbers_are_written_in_full(void **state)
{
    const int64_t values[] = {0, 7, -7, 10, 1234567890123, INT64_MAX, INT64_MIN};
    struct nkb_buf buf = NKB_BUF_INIT, same = NKB_BUF_INIT;
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        nkb_buf_int(&buf, values[i]);
        nkb_buf_char(&buf, ' ');
        nkb_buf_printf(&same, "%lld ", (long long)values[i]);
    }
    assert_string_equal(buf.data, same.data);
    nkb_buf_free(&buf);
    nkb_buf_free(&same);
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

struct offers {
    struct tally tally;
    atomic_size_t offered;
    atomic_bool too_early;
};

static void offered_job(void *context, size_t job, size_t worker)
{
    struct offers *offers = context;
    if (job >= atomic_load(&offers->offered))
        atomic_store(&offers->too_early, true);
    count_job(&offers->tally, job, worker);
}

/* Jobs that are found one by one: none runs before it is offered, none is lost or runs twice. */
static void pool_runs_what_is_offered(void **state)
{
    (void)state;
    static const size_t threads[] = {1, 2, 7};
    static const size_t steps[] = {1, 3, JOBS, JOBS + 1 /* nothing is offered */};
    for (size_t t = 0; t < 3; t++)
        for (size_t s = 0; s < 4; s++) {
            struct offers offers = {.too_early = false};
            size_t all = steps[s] > JOBS ? 0 : JOBS;
            struct nkb_pool *pool = nkb_pool_start(threads[t], offered_job, &offers);
            assert_non_null(pool);
            for (size_t n = 0; n < all; n += steps[s]) {
                size_t more = n + steps[s] < JOBS ? n + steps[s] : JOBS;
                atomic_store(&offers.offered, more);
                nkb_pool_offer(pool, more);
            }
            assert_true(nkb_pool_taken(pool) <= all + threads[t]);
            nkb_pool_finish(pool);
            for (size_t i = 0; i < JOBS; i++)
                assert_int_equal(atomic_load(&offers.tally.runs[i]), i < all);
            assert_false(atomic_load(&offers.too_early));
            assert_true(atomic_load(&offers.tally.most_worker) < threads[t]);
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
        cmocka_unit_test(numbers_are_written_in_full),
        cmocka_unit_test(arena_memory_is_zeroed_and_aligned),
        cmocka_unit_test(arena_limit_counts_to_the_byte),
        cmocka_unit_test(arena_in_lent_memory_has_what_fits),
        cmocka_unit_test(arena_refuses_sizes_that_overflow),
        cmocka_unit_test(arena_large_pieces_do_not_end_small_ones),
        cmocka_unit_test(arena_grow_copies_and_zeroes),
        cmocka_unit_test(arena_store_hands_chunks_on),
        cmocka_unit_test(arena_copies_are_terminated_and_keep_nul),
        cmocka_unit_test(buffer_grows_and_is_terminated),
        cmocka_unit_test(buffer_that_failed_stays_failed),
        cmocka_unit_test(error_text_is_one_line_that_drives_no_terminal),
        cmocka_unit_test(error_may_be_unwanted),
        cmocka_unit_test(error_prefix_goes_in_front_and_keeps_the_code),
        cmocka_unit_test(error_text_is_cut_past_its_size_and_not_before),
        cmocka_unit_test(error_text_is_cut_at_a_character),
        cmocka_unit_test(pool_runs_every_job_once),
        cmocka_unit_test(pool_runs_what_is_offered),
        cmocka_unit_test(pool_never_has_more_threads_than_jobs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
