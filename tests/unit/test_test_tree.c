/* Metrics that a test writes down become an m as the engine makes it, and the lines of a rule that
 * can run are those its compiled chunk has instructions for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/sha256.h"
#include "host/coverage.h"
#include "host/host.h"
#include "host/test.h"
#include "host/test_tree.h"
#include "input/document.h"

struct made {
    struct nkb_arena arena;
    const struct nkb_shape *shape;
    struct nkb_value *tree;
    struct nkb_err err;
};

static struct nkb_value *json(struct made *made, const char *text)
{
    struct nkb_value *v = NULL;
    int code = nkb_json_read(nkb_str_from(text), "t.json", &made->arena, &v, &made->err);
    if (code != 0)
        fail_msg("%s", made->err.text);
    return v;
}

static void open_made(struct made *made)
{
    memset(made, 0, sizeof *made);
    made->arena = NKB_ARENA_INIT;
    made->shape = nkb_shape_new(&made->arena);
    made->tree = nkb_value_object(&made->arena);
    assert_non_null(made->shape);
}

static int lay(struct made *made, const char *text)
{
    return nkb_tree_lay(&made->arena, made->shape, made->tree, json(made, text), &made->err);
}

static struct nkb_value *at(struct made *made, const char *path)
{
    return nkb_tree_find(made->tree, nkb_str_from(path));
}

static void complete(struct made *made)
{
    made->tree = nkb_tree_complete(&made->arena, made->shape, made->tree, "r_test.lua:3");
    assert_non_null(made->tree);
}

static void paths_and_groups_are_one(void **state)
{
    (void)state;
    struct made made;
    open_made(&made);
    assert_int_equal(lay(&made, "{\"hlo\": {\"static\": {\"macs\": 9007199254740993}}}"), 0);
    assert_int_equal(
        lay(&made, "{\"hlo.static.nki_ratio\": 1, \"hlo.modules\": [{\"path\": \"a\"}]}"), 0);
    assert_int_equal(
        lay(&made, "{\"hlo.modules[1].static.macs\": 1e3, \"config\": {\"a.b\": [1, {\"c\": 2}]}}"),
        0);
    complete(&made);

    assert_int_equal(at(&made, "hlo.static.macs")->as.integer, INT64_C(9007199254740993));
    assert_int_equal(at(&made, "hlo.static.nki_ratio")->kind, NKB_FLOAT); /* as the engine has it */
    assert_int_equal(at(&made, "hlo.modules[1].static.macs")->kind, NKB_INT);
    assert_string_equal(at(&made, "hlo.static.macs")->note->unit, "MAC");
    assert_string_equal(at(&made, "hlo.static.macs")->note->source, "r_test.lua:3");
    assert_int_equal(at(&made, "config")->as.items.at[0].value->as.items.at[0].value->kind,
                     NKB_INT);
    nkb_arena_free(&made.arena);
}

static void what_is_not_given_is_absent_and_in_order(void **state)
{
    (void)state;
    struct made made;
    open_made(&made);
    assert_int_equal(lay(&made, "{\"training.seq_len\": 5, \"training.mfu_percent\": 2}"), 0);
    complete(&made);
    assert_int_equal(at(&made, "inference")->kind, NKB_ABSENT);
    assert_string_equal(at(&made, "inference")->note->why, "not given in the test");
    assert_int_equal(at(&made, "training.hw_backend")->kind, NKB_ABSENT);
    assert_int_equal(at(&made, "files")->kind, NKB_ARRAY);
    assert_true(nkb_str_is(made.tree->as.items.at[0].key, "training"));
    assert_true(nkb_str_is(at(&made, "training")->as.items.at[0].key, "mfu_percent"));
    assert_null(at(&made, "hlo.static"));
    assert_null(at(&made, "training.nothing"));
    assert_null(at(&made, "files[1]"));
    assert_null(at(&made, "files[0]"));
    assert_null(at(&made, "files[x"));
    assert_null(at(&made, ".."));
    nkb_arena_free(&made.arena);
}

static void rows_of_a_table_have_all_columns(void **state)
{
    (void)state;
    struct made made;
    open_made(&made);
    assert_int_equal(lay(&made, "{\"runs\": [{\"a\": 1}, {\"b\": 2}, 3]}"), 0);
    complete(&made);
    assert_int_equal(at(&made, "runs[1].a")->as.integer, 1);
    assert_int_equal(at(&made, "runs[1].b")->kind, NKB_ABSENT);
    assert_int_equal(at(&made, "runs[2].a")->kind, NKB_ABSENT);
    assert_string_equal(at(&made, "runs[2].a")->note->why, "an empty cell");
    nkb_arena_free(&made.arena);
}

static void a_fixture_is_taken_as_it_is(void **state)
{
    (void)state;
    struct made made;
    open_made(&made);
    nkb_tree_lay_fixture(&made.arena, made.tree,
                         json(&made, "{\"hlo\": {\"later\": 1, \"files\": 2.0}, \"x\": null}"));
    nkb_tree_lay_fixture(&made.arena, made.tree, json(&made, "[1]"));
    assert_int_equal(lay(&made, "{\"hlo.failed\": 0}"), 0);
    complete(&made);
    assert_int_equal(at(&made, "hlo.later")->as.integer, 1);
    assert_int_equal(at(&made, "hlo.files")->kind, NKB_FLOAT);
    assert_int_equal(at(&made, "hlo.failed")->as.integer, 0);
    assert_int_equal(at(&made, "x")->kind, NKB_NULL);
    nkb_arena_free(&made.arena);
}

static void names_and_kinds_that_m_cannot_have_are_refused(void **state)
{
    static const char *const cases[][2] = {
        {"{\"hloo\": 1}", "no metric 'hloo'; did you mean 'hlo'?"},
        {"{\"zzzzzz\": 1}", "no metric 'zzzzzz'; known are those nkibench metrics lists"},
        {"{\"hlo.statik.macs\": 1}", "no metric 'hlo.statik'; did you mean 'static'?"},
        {"{\"\": 1}", "no metric ''; known are those nkibench metrics lists"},
        {"{\"hlo..macs\": 1}", "no metric 'hlo.'; known are those nkibench metrics lists"},
        {"{\"hlo\": {\"modules\": [{}, {\"xla\": {\"flop\": 1}}]}}",
         "no metric 'hlo.modules[2].xla.flop'; did you mean 'flops'?"},
        {"{\"hlo.files\": 0.5}", "metric 'hlo.files' is 0.5; a whole number is expected"},
        {"{\"hlo.files\": 1e300}", "metric 'hlo.files' is 1e+300; a whole number is expected"},
        {"{\"hlo.files\": [1]}", "metric 'hlo.files' is a list; a whole number is expected"},
        {"{\"hlo.files.x\": 1}", "no metric 'hlo.files.x'; known are those nkibench metrics lists"},
        {"{\"hlo.modules[1].path\": \"x\"}",
         "metric 'hlo.modules[1].path': there is no item [1]; write the list itself first"},
        {"{\"hlo.modules[x].path\": \"x\"}",
         "metric 'hlo.modules[x].path': there is no item [x]; write the list itself first"},
        {"{\"hlo.modules\": {\"a\": 1}}", "metric 'hlo.modules' is a mapping; a list is expected"},
        {"{\"training\": 5}", "metric 'training' is an integer; a table of metrics is expected"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made made;
        open_made(&made);
        int code = lay(&made, cases[i][0]);
        assert_string_equal(code == 0 ? "it was taken" : made.err.text, cases[i][1]);
        assert_int_equal(code, NKB_EINPUT);
        nkb_arena_free(&made.arena);
    }
}

static void an_absent_mark_makes_absent(void **state)
{
    (void)state;
    struct made made;
    open_made(&made);
    assert_int_equal(lay(&made, "{\"inference\": {\"accuracy\": 1}}"), 0);
    assert_int_equal(lay(&made, "{\"inference.accuracy\": {\"\\u0001absent\": \"why not\"}, "
                                "\"hlo\": {\"\\u0001absent\": 1}}"),
                     0);
    complete(&made);
    assert_string_equal(at(&made, "inference.accuracy")->note->why, "why not");
    assert_string_equal(at(&made, "hlo")->note->why, "absent");
    nkb_arena_free(&made.arena);
}

/* ---- coverage ---- */

static const struct nkb_value *cover(struct nkb_arena *arena, const char *text)
{
    struct nkb_limits limits = NKB_LIMITS_DEFAULT;
    struct nkb_coverage *coverage = nkb_coverage_new();
    struct nkb_host *host = NULL;
    struct nkb_err err;
    struct nkb_rule_source source = {.name = "r.lua",
                                     .path = "d/r.lua",
                                     .origin = "file",
                                     .directory = "d",
                                     .text = nkb_str_from(text)};

    assert_int_equal(nkb_coverage_of(coverage, "d", &err), 0);
    assert_int_equal(nkb_host_new(&host, &limits, &err), 0);
    nkb_host_cover(host, coverage);
    if (nkb_host_load(host, &source, &err) != 0)
        fail_msg("%s", err.text);
    const struct nkb_value *list = nkb_coverage_value(coverage, arena);
    nkb_host_free(host);
    nkb_coverage_free(coverage);
    assert_int_equal(list->as.items.count, 1);
    return list->as.items.at[0].value;
}

static void assert_missing(const char *text, const char *expected)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_buf out = NKB_BUF_INIT;
    const struct nkb_value *missing = nkb_value_get(cover(&arena, text), "missing");

    for (size_t i = 0; i < missing->as.items.count; i++)
        nkb_buf_printf(&out, "%lld ", (long long)missing->as.items.at[i].value->as.integer);
    assert_string_equal(out.data ? out.data : "", expected);
    nkb_buf_free(&out);
    nkb_arena_free(&arena);
}

static void lines_of_what_was_never_called_are_missed(void **state)
{
    (void)state;
    assert_missing("return { api = 1,\n score = function(m)\n  local x = 1\n  return x\n end }\n",
                   "3 4 ");
    /* nested, vararg, an end that nothing reaches, comments and blank lines */
    assert_missing("return { api = 1, score = function(m)\n\n  -- nothing\n  local function "
                   "f(...)\n    return ...\n  end\n"
                   "  return f(1)\nend }\n",
                   "5 6 7 ");
    assert_missing("local t = {\n  'a',\n  2.5,\n  3,\n  nil,\n  true,\n}\nreturn { api = 1, score "
                   "= function() return t end }\n",
                   "");
}

static void far_apart_lines_and_long_constants(void **state)
{
    (void)state;
    struct nkb_buf text = NKB_BUF_INIT;
    nkb_buf_text(&text, "local s = '");
    for (int i = 0; i < 5000; i++)
        nkb_buf_text(&text, "x");
    nkb_buf_text(&text, "'\nreturn { api = 1, score = function()\n");
    for (int i = 0; i < 1000; i++)
        nkb_buf_char(&text, '\n');
    nkb_buf_text(&text, "  return #s\n");
    for (int i = 0; i < 300; i++)
        nkb_buf_text(&text, "\n\n");
    nkb_buf_text(&text, "end }\n");
    assert_missing(text.data, "1003 ");
    nkb_buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_and_groups_are_one),
        cmocka_unit_test(what_is_not_given_is_absent_and_in_order),
        cmocka_unit_test(rows_of_a_table_have_all_columns),
        cmocka_unit_test(a_fixture_is_taken_as_it_is),
        cmocka_unit_test(names_and_kinds_that_m_cannot_have_are_refused),
        cmocka_unit_test(an_absent_mark_makes_absent),
        cmocka_unit_test(lines_of_what_was_never_called_are_missed),
        cmocka_unit_test(far_apart_lines_and_long_constants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
