/* What layouts get and what becomes of what they return: r, ordered tables as JSON, and the layouts
 * of a rule that brings none. */
#include <stdio.h>

#include "host_fixture.h"

/* A rule whose layout `name` is this function of r; its text or its error. */
static const char *laid_out(struct fixture *f, struct nkb_buf *out, const char *name,
                            const char *body, int want)
{
    char *rule = nkb_arena_printf(
        &f->arena,
        "return { api = 1, name = 'demo', version = '1.2', params = { base = { 2.0, 'b' } },\n"
        "score = function(m, p, t) return t:product('score', { { 'a', 2 }, t:param 'base' }) end,\n"
        "%s = function(r)\n%s end }",
        name, body);
    assert_int_equal(fixture_load(f, rule), 0);
    assert_int_equal(fixture_score(f), 0);
    int code = fixture_layout(f, name, out);
    if (code != want)
        fail_msg("%s: %d %s", body, code, f->err.text);
    return code == 0 ? out->data : f->err.text;
}

static void lays_out(const char *name, const char *body, int want, const char *text)
{
    struct fixture f;
    struct nkb_buf out = NKB_BUF_INIT;
    fixture_open(&f);
    assert_string_equal(laid_out(&f, &out, name, body, want), text);
    nkb_buf_free(&out);
    fixture_close(&f);
}

static void test_console(void **state)
{
    (void)state;
    lays_out("console", "return ('%s %s %.1f'):format(r.rule.name, r.mode, r.score)", 0,
             "demo combined 4.0");
    lays_out("console", "return r.m.training.hw_backend .. r.p.base .. r.run.started_at:sub(1, 4)",
             0, "trn12.02026");
    lays_out("console", "return tostring(r.tree.children[2].param) .. tostring(r.tree.unit)", 0,
             "basenil");
    lays_out("console", "return 'a\\0b'", 0, "a");
    lays_out("console", "local s = '' for k in pairs(r) do s = s .. k .. ' ' end return s", 0,
             "score mode valid rule params tree files checks gates diagnostics run ");
    lays_out("console", "return 5", NKB_ERULE,
             "score.lua: console returned a number; a text is expected");
    lays_out("console", "local x = r.scoer return 'x'", NKB_ERULE,
             "score.lua:4: the result has no 'scoer'; did you mean 'score'?");
    lays_out("console", "r.score = 5 return 'x'", NKB_ERULE,
             "score.lua:4: the result cannot be changed");
}

static void test_json(void **state)
{
    (void)state;
    lays_out("json",
             "return nkb.object { { 'z', 1 }, { 'a', 2.0 }, { 'n', nkb.null }, { 't', true } }, 0",
             0, "{\"z\": 1, \"a\": 2.0, \"n\": null, \"t\": true}");
    lays_out("json", "return nkb.object():set('b', 1):set('a', {}):set('b', 3):set('gone', nil), 0",
             0, "{\"b\": 3, \"a\": []}");
    lays_out(
        "json",
        "local o = nkb.object() o.x = 1 o.y = nkb.object() o.y.z = nkb.array { 1 } return o, 4", 0,
        "{\n    \"x\": 1,\n    \"y\": {\n        \"z\": [\n            1\n        ]\n    }\n}");
    lays_out("json", "return { b = 1, a = { 1, 2, 3 } }", 0,
             "{\n  \"a\": [\n    1,\n    2,\n    3\n  ],\n  \"b\": 1\n}");
    lays_out("json", "return { macs = r.m.hlo.static.macs, ratio = r.m.hlo.static.nki_ratio }, 0",
             0, "{\"macs\": 9007199254740993, \"ratio\": 0.1846}");
    lays_out("json", "return { m = r.m.training, none = r.m.inference }, 0", 0,
             "{\"m\": {\"mfu_percent\": 15.5, \"throughput_seq_per_s\": 2.1, \"hw_backend\": "
             "\"trn1\"}}");
    lays_out("json", "return r.params, 0", 0,
             "[{\"name\": \"base\", \"value\": 2.0, \"origin\": \"default\"}]");
    lays_out("json", "return { s = '\\u{e9}\\\"\\n' }, 0", 0, "{\"s\": \"\\u00e9\\\"\\n\"}");
    lays_out("json", "return { x = 0/0 }", NKB_ERULE, "score.lua: json.x: not a finite number");
    lays_out("json", "return { a = { b = print or tostring } }", NKB_ERULE,
             "score.lua: json.a.b: a function; data is expected");
    lays_out("json", "return { 1, nil, 3 }", NKB_ERULE,
             "score.lua: json: a list with holes, or keys that are no texts");
    lays_out("json", "return { 1, x = 3 }", NKB_ERULE,
             "score.lua: json: a table that is both a list and an object");
    lays_out("json", "return nkb.array { 1, x = 3 }", NKB_ERULE,
             "score.lua: json: a list that has keys other than 1 to its length");
    lays_out("json", "return { [1.5] = 3 }", NKB_ERULE,
             "score.lua: json: a list with holes, or keys that are no texts");
    lays_out("json", "return 'x'", NKB_ERULE,
             "score.lua: json returned a string; a table, best made with nkb.object, is expected");
    lays_out("json", "return {}, 9", NKB_ERULE,
             "score.lua: json returned 9 as indent; a whole number from 0 to 8 is expected");
    lays_out("json", "local t = {} t[1] = t return t", NKB_ERULE,
             "score.lua: json.1.1.1.1.1.1.1.1: nested too deep, or holds itself");
    lays_out("training_json", "return { a = 1 }, 4", 0, "{\n    \"a\": 1\n}");
}

/* The limit on depth, at it and past it. */
static void test_json_depth(void **state)
{
    (void)state;
    struct fixture f;
    struct nkb_buf out = NKB_BUF_INIT;
    fixture_open(&f);
    laid_out(&f, &out, "json", "local t = {} for i = 1, 199 do t = { t } end return t", 0);
    laid_out(&f, &out, "json", "local t = {} for i = 1, 200 do t = { t } end return t", NKB_ERULE);
    nkb_buf_free(&out);
    fixture_close(&f);
}

static void test_no_training_json(void **state)
{
    (void)state;
    struct fixture f;
    struct nkb_buf out = NKB_BUF_INIT;
    bool present = true;
    fixture_open(&f);
    assert_int_equal(fixture_run(&f, "return 1"), 0);
    assert_int_equal(nkb_host_layout(f.host, "training_json", &out, &present, &f.err), 0);
    assert_false(present);
    assert_int_equal(out.len, 0);
    nkb_buf_free(&out);
    fixture_close(&f);
}

static void test_default_console(void **state)
{
    (void)state;
    struct fixture f;
    struct nkb_buf out = NKB_BUF_INIT;
    fixture_open(&f);
    assert_int_equal(
        fixture_load(
            &f,
            "return { api = 1, name = 'contest', version = '1.2.0', about = 'sum over prompts',\n"
            "check = function(m, p, c) c:require(true, 'no logits', 'logits match') c:advise(true, "
            "'no log') c:advise(false, 'a\\nb', 'ab') "
            "end,\n"
            "score = function(m, p, t) local rows = {} for i = 1, 3 do\n"
            "rows[i] = t:product('prompt ' .. i, { { 'accuracy', 1 }, { 'latency', 10 * i / 3 } }) "
            "end\n"
            "return t:sum('score', rows) end, gates = { 'score >= 30', 'score > 99 : warning' } }"),
        0);
    assert_int_equal(fixture_score(&f), 0);
    assert_int_equal(fixture_layout(&f, "console", &out), 0);
    assert_string_equal(
        out.data,
        "contest 1.2.0 (file)                              trn1 · static NKI ratio 0.1846\n"
        "\n"
        "  SCORE  20.0000  INVALID  sum over prompts\n"
        "\n"
        "             accuracy   latency    points\n"
        "  prompt 1          1    3.3333    3.3333\n"
        "  prompt 2          1    6.6667    6.6667\n"
        "  prompt 3          1   10.0000   10.0000\n"
        "\n"
        "  ✔ logits match\n"
        "  ! a b\n"
        "\n"
        "  gates   score >= 30  FAILED: 20.0000  (exit 3)\n"
        "          score > 99 : warning  warning: 20.0000\n");
    nkb_buf_free(&out);
    fixture_close(&f);
}

/* Two scores are told apart by their digits: no "1.235 M". */
static void assert_score_shown(const char *number, const char *shown)
{
    struct fixture f;
    struct nkb_buf out = NKB_BUF_INIT;
    char text[256];

    fixture_open(&f);
    snprintf(text, sizeof text, "return %s", number);
    assert_int_equal(fixture_run(&f, text), 0);
    assert_int_equal(fixture_layout(&f, "console", &out), 0);
    snprintf(text, sizeof text, "\n  SCORE  %s\n", shown);
    assert_non_null(strstr(out.data, text));
    nkb_buf_free(&out);
    fixture_close(&f);
}

static void test_default_score(void **state)
{
    (void)state;
    assert_score_shown("1234567.891", "1234567.8910");
    assert_score_shown("-100000.5", "-100000.5000");
    assert_score_shown("12345678.91", "12345679");
    assert_score_shown("1.5e20", "1.5000e+20");
    assert_score_shown("0.00012345678", "0.00012346");
    assert_score_shown("1234567", "1 234 567");
    assert_score_shown("0.0", "0.0000");
}

static void test_default_json(void **state)
{
    (void)state;
    struct fixture f;
    struct nkb_buf out = NKB_BUF_INIT;
    fixture_open(&f);
    assert_int_equal(fixture_run(&f, "return 1"), 0);
    assert_int_equal(fixture_layout(&f, "json", &out), 0);
    assert_int_equal(strncmp(out.data,
                             "{\n  \"score\": 1,\n  \"mode\": \"combined\",\n  \"valid\": true,\n  "
                             "\"rule\": {\n    \"name\": \"score\",\n",
                             85),
                     0);
    assert_non_null(strstr(out.data, "\"macs\": 9007199254740993"));
    assert_non_null(strstr(out.data, "\"inference\": null"));
    nkb_buf_free(&out);
    fixture_close(&f);
}

/* The same rule over the same metrics, in two states: the same bytes. */
static void test_same_bytes(void **state)
{
    (void)state;
    struct nkb_buf first = NKB_BUF_INIT, second = NKB_BUF_INIT;
    for (int i = 0; i < 2; i++) {
        struct fixture f;
        fixture_open(&f);
        assert_int_equal(
            fixture_load(
                &f, "return { api = 1, score = function() return 1 end, json = function(r)\n"
                    "local t = {} for i = 1, 200 do t['key' .. i * 7919 % 1000] = i end\n"
                    "local s = '' for k in pairs(t) do s = s .. k end t.all = s return t end }"),
            0);
        assert_int_equal(fixture_score(&f), 0);
        assert_int_equal(fixture_layout(&f, "json", i ? &second : &first), 0);
        fixture_close(&f);
    }
    assert_string_equal(first.data, second.data);
    nkb_buf_free(&first);
    nkb_buf_free(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_console),         cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_depth),      cmocka_unit_test(test_no_training_json),
        cmocka_unit_test(test_default_console), cmocka_unit_test(test_default_score),
        cmocka_unit_test(test_default_json),    cmocka_unit_test(test_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
