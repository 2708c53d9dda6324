/* Which files of a run are read first, and when reading may begin. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>

#include <cmocka.h>

#include "run_reading.h"

enum { FILES = 40 };

struct fixture {
    struct nkb_module modules[FILES];
    struct run_turn turns[FILES];
    nkb_run run;
};

/* Each of 1000 bytes, until a test says otherwise. */
static struct fixture *open_fixture(void)
{
    struct fixture *f = test_calloc(1, sizeof *f);
    for (size_t i = 0; i < FILES; i++)
        f->modules[i] = (struct nkb_module){.path = NKB_STR_LITERAL("/"), .size_bytes = 1000};
    return f;
}

static const struct run_turn *order(struct fixture *f, size_t threads)
{
    for (size_t i = 0; i < FILES; i++)
        f->turns[i] = (struct run_turn){run_bytes_to_read(&f->modules[i]), i};
    run_order_files(f->turns, FILES, threads);
    return f->turns;
}

static void assert_order(const struct run_turn *turns, const size_t *first, size_t count)
{
    bool seen[FILES] = {false};
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
    assert_order(order(f, 2), (const size_t[]){20, 3, 39}, 3);
    test_free(f);
}

static void test_as_they_stand(void **state)
{
    (void)state;
    struct fixture *f = open_fixture();
    f->modules[7].size_bytes = 1200; /* no thread would wait for that */
    assert_order(order(f, 2), NULL, 0);
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
    assert_order(order(f, 2), (const size_t[]){32}, 1);
    test_free(f);
}

static void assert_threads(struct fixture *f, const char *jobs, size_t files, size_t threads)
{
    run_setting_reset(&f->run, SET_JOBS);
    if (jobs)
        assert_int_equal(run_setting_set(&f->run, SET_JOBS, jobs, "a test"), 0);
    f->run.modules = f->modules;
    f->run.module_count = files;
    assert_int_equal(run_thread_count(&f->run), threads);
}

/* Reading may begin with so many threads as soon as no file that is still found can change them. */
static void test_work_for_threads(void **state)
{
    (void)state;
    struct fixture *f = open_fixture();
    assert_false(run_is_work_for(&f->run, 1, 40, 1 << 30));
    assert_false(run_is_work_for(&f->run, 3, 2, 1 << 30));
    assert_true(run_is_work_for(&f->run, 3, 3, 1 << 30));
    assert_false(run_is_work_for(&f->run, 3, 40, 2 * 256 * 1024));
    assert_true(run_is_work_for(&f->run, 3, 40, 2 * 256 * 1024 + 1));
    assert_threads(f, NULL, 40, 1); /* 40 000 bytes */
    assert_threads(f, "3", 40, 3);
    assert_true(run_is_work_for(&f->run, 3, 3, 0)); /* as asked */
    assert_false(run_is_work_for(&f->run, 3, 2, 0));
    assert_threads(f, "3", 2, 2);
    nkb_arena_free(&f->run.arena);
    test_free(f);
}

/* Modules stay where they were put, whatever is added, and come to the run in the same order. */
static void test_found(void **state)
{
    (void)state;
    enum { MANY = 1000 };
    struct run_found found = {.count = 0};
    nkb_run run = {.module_count = 0};
    struct nkb_module *at[MANY];
    for (int i = 0; i < MANY; i++) {
        at[i] = run_found_add(&found);
        assert_non_null(at[i]);
        at[i]->size_bytes = i;
    }
    assert_int_equal(found.count, MANY);
    for (int i = 0; i < MANY; i++) {
        assert_ptr_equal(run_found_at(&found, (size_t)i), at[i]);
        assert_int_equal(at[i]->size_bytes, i);
    }
    assert_int_equal(run_found_move(&found, &run), 0);
    assert_int_equal(found.count, 0);
    assert_int_equal(run.module_count, MANY);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(run.modules[i].size_bytes, i);
    free(run.modules);
    run_found_free(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_first),
        cmocka_unit_test(test_as_they_stand),
        cmocka_unit_test(test_nothing_to_read),
        cmocka_unit_test(test_work_for_threads),
        cmocka_unit_test(test_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
