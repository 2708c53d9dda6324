/* Which files of a run are read first. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>

#include <cmocka.h>

#include "run_scan.h"

enum { FILES = 40 };

struct fixture {
    struct nkb_module modules[FILES];
    nkb_run run;
};

/* Each of 1000 bytes, until a test says otherwise. */
static struct fixture *open_fixture(void)
{
    struct fixture *f = test_calloc(1, sizeof *f);
    for (size_t i = 0; i < FILES; i++)
        f->modules[i] = (struct nkb_module){.path = NKB_STR_LITERAL("/"), .size_bytes = 1000};
    f->run.modules = f->modules;
    f->run.module_count = FILES;
    return f;
}

static void assert_order(const struct run_turn *turns, const size_t *first, size_t count)
{
    bool seen[FILES] = {false};
    assert_non_null(turns);
    for (size_t i = 0; i < FILES; i++) {
        assert_false(seen[turns[i].file]);
        seen[turns[i].file] = true;
        if (i < count)
            assert_int_equal(turns[i].file, first[i]);
        else if (i > count)
            assert_true(turns[i].file > turns[i - 1].file);
    }
}

static void test_large_first(void **state)
{
    (void)state;
    struct fixture *f = open_fixture();
    f->modules[39].size_bytes = 50000;
    f->modules[20].size_bytes = 90000;
    f->modules[3].size_bytes = 50000;
    struct run_turn *turns = run_order_files(&f->run, 2);
    assert_order(turns, (const size_t[]){20, 3, 39}, 3);
    free(turns);
    test_free(f);
}

static void test_as_they_stand(void **state)
{
    (void)state;
    struct fixture *f = open_fixture();
    f->modules[7].size_bytes = 1200; /* no thread would wait for that */
    struct run_turn *turns = run_order_files(&f->run, 2);
    assert_order(turns, NULL, 0);
    free(turns);
    assert_null(run_order_files(&f->run, 1));
    test_free(f);
}

/* A part has told what a scan found, and a file that cannot be read is not. */
static void test_nothing_to_read(void **state)
{
    (void)state;
    struct fixture *f = open_fixture();
    f->modules[30].size_bytes = f->modules[31].size_bytes = f->modules[32].size_bytes = 90000;
    f->modules[30].part = "a.nkbpart";
    f->modules[31].error = "is a directory; a file is expected";
    struct run_turn *turns = run_order_files(&f->run, 2);
    assert_order(turns, (const size_t[]){32}, 1);
    free(turns);
    test_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_first),
        cmocka_unit_test(test_as_they_stand),
        cmocka_unit_test(test_nothing_to_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
