/* What is put aside is had again, on either side of the way into the file, and nothing is left of
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "base/spool.h"

enum { PIECES = 300, LONGEST = 5000 };

static struct nkb_err err;

/* The n-th: its own length and its own bytes. */
static struct nkb_str piece(char *place, size_t n)
{
    size_t size = n * 7919 % LONGEST;
    for (size_t i = 0; i < size; i++)
        place[i] = (char)(n * 31 + i);
    return (struct nkb_str){place, size};
}

static void what_was_put_is_had_again(void **state)
{
    (void)state;
    static uint64_t at[PIECES];
    char place[LONGEST], folder[] = "/tmp/test_spool.XXXXXX";
    struct nkb_buf out = NKB_BUF_INIT;
    assert_non_null(mkdtemp(folder));
    struct nkb_spool spool = NKB_SPOOL_IN(folder);

    for (size_t n = 0; n < PIECES; n++) {
        assert_int_equal(nkb_spool_put(&spool, piece(place, n), &at[n], &err), 0);
        assert_true((spool.fd >= 0) == (spool.in_file > 0)); /* no file for little */
        size_t looked = n * 13 % (n + 1);                    /* while more is put */
        struct nkb_str want = piece(place, looked);
        assert_int_equal(nkb_spool_get(&spool, at[looked], want.len, &out, &err), 0);
        assert_int_equal(out.len, want.len);
        assert_memory_equal(out.data, want.ptr, want.len);
    }
    assert_true(spool.in_file > 0 && spool.recent.len > 0);
    for (size_t n = PIECES; n-- > 0;) {
        struct nkb_str want = piece(place, n);
        assert_int_equal(nkb_spool_get(&spool, at[n], want.len, &out, &err), 0);
        assert_int_equal(out.len, want.len);
        assert_memory_equal(out.data, want.ptr, want.len);
    }
    assert_int_equal(rmdir(folder), 0); /* nothing in it, with the file still open */
    nkb_spool_free(&spool);
    nkb_buf_free(&out);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
    (void)state;
    char place[LONGEST];
    uint64_t at;
    int code = 0;
    struct nkb_spool spool = NKB_SPOOL_IN("nowhere");
    for (size_t n = 0; n < PIECES && code == 0; n++)
        code = nkb_spool_put(&spool, piece(place, n), &at, &err);
    assert_int_equal(code, NKB_EOUTPUT);
    assert_string_equal(err.text, "nowhere: what is found cannot be put aside there: "
                                  "No such file or directory");
    nkb_spool_free(&spool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_had_again),
        cmocka_unit_test(a_folder_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
