/* Trusted scripts: what they get, what becomes of what they return. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host_fixture.h"

struct found {
    char names[4][64];
    int answer;
    size_t count;
};

static int take_found(void *context, const struct nkb_value *given, size_t count,
                      struct nkb_err *error)
{
    struct found *found = context;
    assert_int_equal(count, 6);
    assert_int_equal(given[0].kind, NKB_STRING);
    assert_int_equal(given[1].kind, NKB_ABSENT);
    assert_true(nkb_str_is(given[3].as.string, "file"));
    assert_int_equal(given[4].kind, NKB_BOOL);
    snprintf(found->names[found->count++], sizeof found->names[0], "%s",
             strrchr(given[0].as.string.ptr, '/') + 1);
    return found->count < 2 ? found->answer : nkb_err_set(error, NKB_EINPUT, "two are enough");
}

static void test_discover(void **state)
{
    (void)state;
    char folder[] = "/tmp/nkb_test_XXXXXX", path[128];
    struct found found = {.count = 0};
    struct fixture f;
    fixture_open(&f);
    assert_non_null(mkdtemp(folder));
    static const char *const names[] = {"b.hlo", "a.hlo_module.pb", "c.txt", "b.hlo.lock"};
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs("hello", file);
        assert_int_equal(fclose(file), 0);
    }
    struct nkb_value *argument = nkb_value_object(&f.arena), *returned = NULL;
    nkb_value_put(&f.arena, argument, "path", nkb_value_text(&f.arena, folder));
    int code = nkb_script_run_each("discover.lua", argument, take_found, &found, &f.arena,
                                   &returned, &f.err);
    snprintf(path, sizeof path, "%s/%s", folder, names[0]);
    unlink(path);
    found.count = 0;
    found.answer = 1; /* but no folder is there to be listed */
    int without = nkb_script_run_each("discover.lua", argument, take_found, &found, &f.arena,
                                      &returned, &f.err);
    for (size_t i = 1; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
    assert_int_equal(code, NKB_EINPUT); /* what the function said of the second */
    assert_int_equal(without, 0);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.names[0], "a.hlo_module.pb");
    assert_true(nkb_value_is(nkb_value_get(returned, "problems"), NKB_ARRAY)); /* an empty table
                                                                                   is a list */
    fixture_close(&f);
}

static void test_script_errors(void **state)
{
    (void)state;
    struct fixture f;
    struct nkb_value *value = NULL;
    struct nkb_buf text = NKB_BUF_INIT;
    fixture_open(&f);
    assert_int_equal(nkb_script_run("nothing", NULL, &f.arena, &text, &value, &f.err), NKB_EINPUT);
    assert_string_equal(f.err.text, "no script 'nothing' in this program");
    assert_int_equal(nkb_script_run("discover", NULL, &f.arena, &text, &value, &f.err), NKB_EINPUT);
    assert_non_null(strstr(f.err.text, "scripts/discover.lua:"));
    assert_non_null(strstr(f.err.text, "attempt to index a nil value (local 'argument')"));
    assert_int_equal(nkb_script_run("runtime/nkb", NULL, &f.arena, &text, &value, &f.err),
                     NKB_EINPUT);
    nkb_buf_free(&text);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_discover),
        cmocka_unit_test(test_script_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
