/* The JSON reader: values kept exactly, faults named with line, column and key path, limits. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/file.h"
#include "input/document.h"

static struct nkb_arena arena;
static struct nkb_value *root;
static struct nkb_err err;

static int teardown(void **state)
{
    (void)state;
    nkb_arena_free(&arena);
    return 0;
}

static int read_json(struct nkb_str text)
{
    err.text[0] = '\0';
    return nkb_json_read(text, "t.json", &arena, &root, &err);
}

static void expect(const char *text, const char *json)
{
    struct nkb_buf out = NKB_BUF_INIT;
    if (read_json(nkb_str_from(text)) != 0)
        fail_msg("%s\n%s", text, err.text);
    assert_int_equal(nkb_value_to_json(root, 0, &out, &err), 0);
    assert_string_equal(out.data, json);
    nkb_buf_free(&out);
}

static void test_values(void **state)
{
    (void)state;
    expect("{\"z\": 1, \"a\": {\"y\": [], \"b\": {}}, \"m\": null}",
           "{\"z\": 1, \"a\": {\"y\": [], \"b\": {}}, \"m\": null}");
    expect("[9223372036854775807, -9223372036854775808, 9007199254740993]",
           "[9223372036854775807, -9223372036854775808, 9007199254740993]");
    expect("[1.0, 1e5, -0.0, -0, 0.1, 1e-999, 5e-324]",
           "[1.0, 100000.0, -0.0, 0, 0.1, 0.0, 5e-324]");
    expect("[true, false, \"\", \"a\\u0000b\", \"\\ud83d\\ude00\"]",
           "[true, false, \"\", \"a\\u0000b\", \"\\ud83d\\ude00\"]");
    expect("\xef\xbb\xbf \r\n 12 \n", "12"); /* a BOM is skipped; any value may be the whole */
    assert_int_equal(read_json(NKB_STR_LITERAL("[\"a\\u0000b\"]")), 0);
    assert_int_equal(root->as.items.at[0].value->as.string.len, 3);
    assert_int_equal(root->line, 0); /* jansson does not say */
}

static void test_a_locale_changes_nothing(void **state)
{
    (void)state;
    const char *place = getenv("TEST_LOCPATH"); /* tests/run.sh makes the locale `comma` there */
    if (!place || setenv("LOCPATH", place, 1) != 0 || !setlocale(LC_NUMERIC, "comma")) {
        print_message("SKIPPED: no locale with a decimal comma; localedef makes one\n");
        skip();
    }
    expect("[1.5]", "[1.5]");
    setlocale(LC_ALL, "C");
}

static void test_refusals(void **state)
{
    static const char *const cases[][2] = {
        {"", "t.json: is empty; JSON is expected"},
        {" \n", "t.json: is empty; JSON is expected"},
        {"\xfe\xff", "t.json: is UTF-16; save it as UTF-8"},
        {"[1,\n \"\xc3\xa9\xe9\"]",
         "t.json:2:4: byte 0xe9 at offset 8 is not UTF-8; save the file as UTF-8"},
        {"{\"a\": NaN}", "t.json:1:7: 'a': NaN is no JSON; a number or null is expected"},
        {"{\"a\": [0, Infinity]}",
         "t.json:1:11: 'a[1]': Infinity is no JSON; a number or null is expected"},
        {"{\"a\": -Infinity}",
         "t.json:1:7: 'a': -Infinity is no JSON; a number or null is expected"},
        {"[True]", "t.json:1:2: '[0]': 'True' is Python's; 'true' is expected"},
        {"[False]", "t.json:1:2: '[0]': 'False' is Python's; 'false' is expected"},
        {"[None]", "t.json:1:2: '[0]': 'None' is Python's; 'null' is expected"},
        {"{'a': 1}", "t.json:1:2: single quotes; JSON takes double quotes"},
        {"// c\n[1]", "t.json:1:1: JSON has no comments; remove this"},
        {"[1, # c\n2]", "t.json:1:5: '[1]': JSON has no comments; remove this"},
        {"{\"a\": {\"b\": 1,\n\"b\": 2}}",
         "t.json:2:1: 'a.b': the key is given twice; a key is given once"},
        {"{\"a\": 1,}", "t.json:1:9: a comma in front of '}'; remove it"},
        {"[1,]", "t.json:1:4: '[1]': a comma in front of ']'; remove it"},
        {"[1 2]", "t.json:1:4: '[0]': '2' stands here; ',' or ']' is expected"},
        {"{\"a\":1 \"b\":2}", "t.json:1:8: 'a': '\"b\"' stands here; ',' or '}' is expected"},
        {"{\"a\" 1}", "t.json:1:6: 'a': '1' stands here; ':' is expected behind a key"},
        {"{a: 1}", "t.json:1:2: 'a' stands here; a key in double quotes is expected"},
        {"{\"a\":}", "t.json:1:6: 'a': '}' stands here; a value is expected"},
        {",", "t.json:1:1: ',' stands here; a value is expected"},
        {"[01]", "t.json:1:2: '[0]': '01' is no JSON; a value is expected"},
        {"[.5]", "t.json:1:2: '[0]': '.5' is no JSON; a value is expected"},
        {"{\"a\": 1}\nx", "t.json:2:1: 'x' behind the end of the JSON; remove it"},
        {"[1]]", "t.json:1:4: ']' behind the end of the JSON; remove it"},
        {"{\"a\": [0, 9223372036854775808]}",
         "t.json:1:11: 'a[1]': an integer beyond 63 bits; it cannot be kept exactly"},
        {"[-9223372036854775809]",
         "t.json:1:2: '[0]': an integer beyond 63 bits; it cannot be kept exactly"},
        {"{\"a\": {\"b\": 1e999}}", "t.json:1:13: 'a.b': a number beyond the range of a double"},
        {"[\"a\nb\"]",
         "t.json:1:4: '[0]': a control character in a text; escape it, or close the quote"},
        {"[\"a\tb\"]",
         "t.json:1:4: '[0]': a control character in a text; escape it, or close the quote"},
        {"{\"\xc3\xa9\": \"\\q\"}",
         "t.json:1:9: '\xc3\xa9': an escape JSON does not know; double the backslash"},
        {"[\"\\ud800\"]", "t.json:1:9: '[0]': an escape JSON does not know; double the backslash"},
        {"{\"\\u0000\": 1}", "t.json:1:2: '\\u0000': a NUL in a key; remove it"},
        /* cut short */
        {"{\"a\": {\"b\": ",
         "t.json:1:13: 'a.b': the text ends in the middle of a value; the file was cut short"},
        {"{\"a\": tru",
         "t.json:1:10: 'a': the text ends in the middle of a value; the file was cut short"},
        {"{\"a\": 1.",
         "t.json:1:9: 'a': the text ends in the middle of a value; the file was cut short"},
        {"{\"a\": \"xy",
         "t.json:1:10: 'a': the text ends in the middle of a value; the file was cut short"},
        {"[1, 2\n",
         "t.json:2:1: '[1]': the text ends in the middle of a value; the file was cut short"},
        {"{", "t.json:1:2: the text ends in the middle of a value; the file was cut short"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (read_json(nkb_str_from(cases[i][0])) != NKB_EINPUT)
            fail_msg("%s\nwas not refused", cases[i][0]);
        assert_string_equal(err.text, cases[i][1]);
    }
    assert_int_equal(read_json(NKB_STR_LITERAL("[1]\0")), NKB_EINPUT);
    assert_string_equal(err.text, "t.json:1:4: '\\x00' behind the end of the JSON; remove it");
}

static void repeat(struct nkb_buf *out, const char *text, size_t times)
{
    while (times-- > 0)
        nkb_buf_text(out, text);
}

static void expect_limit(struct nkb_buf *text, const char *message)
{
    int status = read_json(nkb_buf_str(text));
    nkb_buf_free(text);
    assert_string_equal(err.text, message);
    assert_int_equal(status, *message ? NKB_EINPUT : 0);
}

static void test_depth_limit(void **state)
{
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    repeat(&text, "{\"a\":", 128);
    repeat(&text, "1", 1);
    repeat(&text, "}", 128);
    expect_limit(&text, "");
    repeat(&text, "[", 129);
    expect_limit(&text, "t.json:1:129: nested deeper than 128 levels");
    repeat(&text, "[", 1000000);
    expect_limit(&text, "t.json:1:129: nested deeper than 128 levels");
}

static void test_value_limit(void **state)
{
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    repeat(&text, "[1", 1);
    repeat(&text, ",1", 999998);
    repeat(&text, "]", 1);
    expect_limit(&text, "");
    repeat(&text, "[1", 1);
    repeat(&text, ",1", 999999);
    repeat(&text, "]", 1);
    expect_limit(&text, "t.json:1:2000000: more than 1000000 values");
}

static void test_size_limit(void **state)
{
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    repeat(&text, "[1]", 1);
    repeat(&text, " ", NKB_JSON_MAX_BYTES - 3);
    expect_limit(&text, "");
    repeat(&text, "[1]", 1);
    repeat(&text, " ", NKB_JSON_MAX_BYTES - 2);
    expect_limit(&text, "t.json: is 33554433 bytes; at most 33554432 are read as JSON");
}

static void test_corpus(void **state)
{
    static const struct {
        const char *name, *path;
        int64_t integer;
    } files[] = {
        {"public/lm_eval/granite_gsm8k_limit1_results_2025-05-24.json", "config.limit", -1},
        {"own/runs/full/config.json", "hidden_size", 4096},
        {"own/runs/full/benchmark_inference.json", "e2e_model.latency_ms_avg", -1},
    };
    const char *corpus = getenv("CORPUS");
    char path[1024];
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    if (!corpus || !*corpus) {
        print_message("SKIPPED: CORPUS is not set, no real files read\n");
        skip();
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", corpus, files[i].name);
        text.len = 0;
        if (nkb_file_read(path, NULL, NKB_JSON_MAX_BYTES, &text, &err) != 0) {
            print_message("SKIPPED: %s\n", err.text);
            continue;
        }
        assert_int_equal(read_json(nkb_buf_str(&text)), 0);
        const struct nkb_value *v = nkb_value_path(root, files[i].path);
        assert_true(nkb_value_is(v, NKB_INT) || nkb_value_is(v, NKB_FLOAT));
        if (files[i].integer >= 0)
            assert_int_equal(v->as.integer, files[i].integer);
    }
    snprintf(path, sizeof path, "%s/public/lm_eval/jin__lm_eval_results_TRUNCATED.json", corpus);
    text.len = 0;
    if (nkb_file_read(path, NULL, NKB_JSON_MAX_BYTES, &text, &err) == 0) {
        assert_int_equal(read_json(nkb_buf_str(&text)), NKB_EINPUT);
        assert_string_equal(err.text, "t.json:65958:20: 'config.model_dtype': the text ends in the "
                                      "middle of a value; the file was cut short");
    }
    nkb_buf_free(&text);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_values),      TEST(test_a_locale_changes_nothing),
        TEST(test_refusals),    TEST(test_depth_limit),
        TEST(test_value_limit), TEST(test_size_limit),
        TEST(test_corpus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
