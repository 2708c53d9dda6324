/* Trusted scripts: what they get, what becomes of what they return. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host_fixture.h"

static void test_discover(void **state)
{
    (void)state;
    char folder[] = "/tmp/nkb_test_XXXXXX", path[128];
    struct fixture f;
    fixture_open(&f);
    assert_non_null(mkdtemp(folder));
    static const char *const names[] = {"b.hlo", "a.hlo_module.pb", "c.txt"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs("hello", file);
        assert_int_equal(fclose(file), 0);
    }
    struct nkb_value *argument = nkb_value_object(&f.arena), *found = NULL;
    nkb_value_put(&f.arena, argument, "path", nkb_value_text(&f.arena, folder));
    int code = nkb_script_run("discover.lua", argument, &f.arena, NULL, &found, &f.err);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
    if (code != 0)
        fail_msg("%s", f.err.text);
    const struct nkb_value *files = nkb_value_get(found, "files");
    assert_true(nkb_value_is(files, NKB_ARRAY));
    assert_int_equal(files->as.items.count, 2);
    assert_true(nkb_str_is(nkb_value_path(files, "0.name")->as.string, "a.hlo_module.pb"));
    assert_int_equal(nkb_value_path(files, "1.size_bytes")->kind, NKB_INT);
    assert_int_equal(nkb_value_path(files, "1.size_bytes")->as.integer, 5);
    assert_true(
        nkb_value_is(nkb_value_get(found, "problems"), NKB_ARRAY)); /* an empty table is a list */
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
