/* The YAML reader: what scalars mean, merge keys, places, and what is refused in which words. */
#include "yaml_case.h"

static void test_scalars(void **state)
{
    static const char *const cases[][2] = {
        {"~", "null"},
        {"null", "null"},
        {"Null", "null"},
        {"NULL", "null"},
        {"nULL", "\"nULL\""},
        {"true", "true"},
        {"True", "true"},
        {"tRue", "\"tRue\""},
        {"yes", "true"},
        {"No", "false"},
        {"on", "true"},
        {"OFF", "false"},
        {"y", "\"y\""},
        {"n", "\"n\""},
        {"0", "0"},
        {"-0", "0"},
        {"+1", "1"},
        {"1_000", "1000"},
        {"1_", "1"},
        {"_1", "\"_1\""},
        {"0x10", "16"},
        {"-0xff", "-255"},
        {"0X10", "\"0X10\""},
        {"0x", "\"0x\""},
        {"0x_", "\"0x_\""},
        {"0b101", "5"},
        {"0b2", "\"0b2\""},
        {"0o17", "15"},
        {"0o8", "\"0o8\""},
        {"010", "8"},
        {"00", "0"},
        {"0_7", "7"},
        {"0999", "\"0999\""},
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"1e-4", "0.0001"},
        {"3e-4", "0.0003"},
        {"1e-06", "1e-06"},
        {"3.0e-4", "0.0003"},
        {"1E5", "100000.0"},
        {"12e03", "12000.0"},
        {".5", "0.5"},
        {"-.5", "-0.5"},
        {"+.5", "0.5"},
        {".5e3", "500.0"},
        {"1.", "1.0"},
        {"1_0.2_5", "10.25"},
        {"1e1_0", "\"1e1_0\""},
        {"1e", "\"1e\""},
        {".", "\".\""},
        {"1.2.3", "\"1.2.3\""},
        {"09.5", "9.5"},
        {"1:30", "\"1:30\""},
        {"2001-12-14", "\"2001-12-14\""},
        {"2001-12-14t21:59:43.10-05:00", "\"2001-12-14t21:59:43.10-05:00\""},
        {"nan", "\"nan\""},
        {"inf", "\"inf\""},
        {"'12'", "\"12\""},
        {"\"true\"", "\"true\""},
        {"''", "\"\""},
        {"!!str 12", "\"12\""},
        {"! 12", "\"12\""},
        {"!!int '12'", "12"},
        {"!!float 1", "1.0"},
        {"!!bool 'yes'", "true"},
        {"!!null ''", "null"},
        {"!!timestamp 2001-12-14", "\"2001-12-14\""},
        {"!!seq [1]", "[1]"},
        {"!!map {a: 1}", "{\"a\": 1}"},
        {"! [1]", "[1]"},
        {"|\n  a\n  b\n", "\"a\\nb\\n\""},
        {">\n  a\n  b\n", "\"a b\\n\""},
        {"\"a\\0b\"", "\"a\\u0000b\""},
        {"=", "\"=\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256], json[256];
        snprintf(text, sizeof text, "k: %s", cases[i][0]);
        snprintf(json, sizeof json, "{\"k\": %s}", cases[i][1]);
        expect(text, json);
    }
}

static void test_a_number_that_is_not_finite_is_absent(void **state)
{
    static const char *const spellings[] = {".inf",  ".Inf",  ".INF",  "+.inf", "+.Inf", "+.INF",
                                            "-.inf", "-.Inf", "-.INF", ".nan",  ".NaN",  ".NAN"};
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        char text[64], why[64];
        snprintf(text, sizeof text, "a: [%s]", spellings[i]);
        snprintf(why, sizeof why, "'%s' is not a finite number", spellings[i]);
        expect_absent(text, "a.0", why);
    }
    expect_absent("a: !!float .inf", "a", "'.inf' is not a finite number");
    expect("a: .inf\nb: '.nan'\nc: !!str .nan\nd: .iNF\n",
           "{\"a\": null, \"b\": \".nan\", \"c\": \".nan\", \"d\": \".iNF\"}");
}

static void test_a_number_that_does_not_fit_is_absent(void **state)
{
    (void)state;
    expect_absent("a: 9223372036854775808", "a", "9223372036854775808 does not fit 63 bits");
    expect_absent("a: -9223372036854775809", "a", "-9223372036854775809 does not fit 63 bits");
    expect_absent("a: 0xffffffffffffffff", "a", "0xffffffffffffffff does not fit 63 bits");
    expect_absent("a: 1e999", "a", "1e999 does not fit a double");
}

static void test_documents(void **state)
{
    (void)state;
    expect("\xef\xbb\xbf"
           "a: 1\r\nb: [x, {c: d}]\r\n",
           "{\"a\": 1, \"b\": [\"x\", {\"c\": \"d\"}]}");
    expect("# nothing but a comment\n", "null");
    expect("%YAML 1.2\n---\na: 1\n...\n", "{\"a\": 1}");
    expect("- 1\n- two\n", "[1, \"two\"]");
    expect("1: a\n'2': b\n? c\n", "{\"1\": \"a\", \"2\": \"b\", \"c\": null}");
    expect("a: &x {p: 1}\nb: *x\n", "{\"a\": {\"p\": 1}, \"b\": {\"p\": 1}}");
    expect("a: &x 1\nb: &x 2\nc: *x\n", "{\"a\": 1, \"b\": 2, \"c\": 2}");
}

static void test_merge_keys(void **state)
{
    (void)state;
    expect("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n  c: 4\n",
           "{\"x\": {\"a\": 1, \"b\": 2}, \"y\": {\"a\": 1, \"b\": 3, \"c\": 4}}");
    expect("x: &x {a: 1}\nz: &z {a: 2, q: 3}\ny:\n  <<: [*x, *z]\n",
           "{\"x\": {\"a\": 1}, \"z\": {\"a\": 2, \"q\": 3}, \"y\": {\"a\": 1, \"q\": 3}}");
    expect("x: &x\n  <<: {a: 1}\ny: *x\n", "{\"x\": {\"a\": 1}, \"y\": {\"a\": 1}}");
    expect("'<<': 1\n", "{\"<<\": 1}");
    /* what is merged is a copy: its references mean its new place */
    expect("x: &x {a: '${.n}', n: 1}\ny: {<<: *x, n: 2}\n",
           "{\"x\": {\"a\": 1, \"n\": 1}, \"y\": {\"a\": 2, \"n\": 2}}");
}

static void test_places(void **state)
{
    (void)state;
    assert_int_equal(read_yaml(nkb_str_from("\xef\xbb\xbf"
                                            "\xc3\xa9: 1\nb:\n  c: ${b.d}\n  d: [5]\n"),
                               true),
                     0);
    assert_int_equal(nkb_value_get(f.root, "\xc3\xa9")->column, 4);
    assert_int_equal(nkb_value_path(f.root, "b.c")->line, 3);
    assert_int_equal(nkb_value_path(f.root, "b.c")->column, 6);
    assert_int_equal(nkb_value_path(f.root, "b.c.0")->line, 4);
    assert_int_equal(nkb_value_path(f.root, "b.c.0")->column, 7);
}

static void test_refusals(void **state)
{
    static const char *const cases[][2] = {
        {"", "t.yaml: is empty; YAML is expected"},
        {" \n\t\r\n", "t.yaml: is empty; YAML is expected"},
        {"\xff\xfe"
         "a",
         "t.yaml: is UTF-16; save it as UTF-8"},
        {"a: 1\nb: \xc3\xa9 \xe9",
         "t.yaml:2:6: byte 0xe9 at offset 11 is not UTF-8; save the file as UTF-8"},
        {"a: 1\nbb: \x01",
         "t.yaml:2:5: control character U+0001; remove it, or escape it in double quotes"},
        {"a: 1\nb: 2\na: 3",
         "t.yaml:3:1: key 'a' stands here again, first in 1:1; a key is given once"},
        {"a: {x: 1, b: 2, 'x': 3}",
         "t.yaml:1:17: key 'x' stands here again, first in 1:5; a key is given once"},
        {"<<: {a: 1}\n<<: {b: 1}",
         "t.yaml:2:1: key '<<' stands here again, first in 1:1; a key is given once"},
        {"<<: 1",
         "t.yaml:1:5: '<<' is given an integer; a mapping or a list of mappings is expected"},
        {"<<: [{a: 1}, x]",
         "t.yaml:1:14: '<<' is given a string; a mapping or a list of mappings is expected"},
        {"a: *x", "t.yaml:1:4: alias '*x' without an anchor '&x'"},
        {"a: &a [*a]", "t.yaml:1:8: alias '*a' stands inside what it names"},
        {"a: &x 1\n*x : 1", "t.yaml:2:1: alias '*x' as a key; a text is expected"},
        {"? [a]\n: 1", "t.yaml:1:3: a list as a key; a text is expected"},
        {"? {a: b}\n: 1", "t.yaml:1:3: a mapping as a key; a text is expected"},
        {"a: 1\n---\nb: 2", "t.yaml:2:1: a second document begins; one document is expected"},
        {"--- a\n...\nb",
         "t.yaml:3:1: text behind the end of the document; one document is expected"},
        {"a: !foo 1", "t.yaml:1:4: tag '!foo' does not belong in a configuration; remove it"},
        {"a: !!binary x",
         "t.yaml:1:4: tag '!!binary' does not belong in a configuration; remove it"},
        {"a: !!python/object:x.y {}",
         "t.yaml:1:4: tag '!!python/object:x.y' does not belong in a configuration; remove it"},
        {"a: !!map [1]", "t.yaml:1:4: tag '!!map' does not belong in a configuration; remove it"},
        {"a: !!int x", "t.yaml:1:4: 'x' is tagged !!int; an integer is expected"},
        {"a: !!float x", "t.yaml:1:4: 'x' is tagged !!float; a number is expected"},
        {"a: !!bool 1", "t.yaml:1:4: '1' is tagged !!bool; true or false is expected"},
        {"a: !!null 1", "t.yaml:1:4: '1' is tagged !!null; null is expected"},
        /* libyaml's complaints */
        {"a:\n\tb: 1", "t.yaml:2:1: a tab in the indentation; YAML indents with spaces"},
        {"a:\n  b: |\n\tc\n", "t.yaml:3:1: a tab in the indentation; YAML indents with spaces"},
        {"a: b: c", "t.yaml:1:5: ':' has no place here; quote the text that holds it, or correct "
                    "the indentation"},
        {"a: ? b", "t.yaml:1:4: '?' has no place here; quote the text, or correct the indentation"},
        {"a: - b", "t.yaml:1:4: '-' has no place here; begin the list on a line of its own, or "
                   "quote the text"},
        {"key: 1\nother", "t.yaml:2:1: a key without ':'; 'key: value' is expected"},
        {"a: 1\n- b", "t.yaml:2:1: this does not continue the mapping that begins in line 1; "
                      "correct the indentation or the quotes"},
        {"a: 'x' y", "t.yaml:1:8: this does not continue the mapping that begins in line 1; "
                     "correct the indentation or the quotes"},
        {"- 1\nb: 2", "t.yaml:2:1: this does not continue the list that begins in line 1; correct "
                      "the indentation"},
        {"x: 1\na: [1, 2", "t.yaml:3:1: the list opened in line 2 is not closed; ',' or ']' is "
                           "expected"},
        {"a: {x: 1",
         "t.yaml:2:1: the mapping opened in line 1 is not closed; ',' or '}' is expected"},
        {"x: 1\na: \"xyz", "t.yaml:2:8: the quote opened in line 2 is not closed"},
        {"a: 'xyz\n--- \n", "t.yaml:2:1: the quote opened in line 1 is not closed"},
        {"a: \"\\q\"",
         "t.yaml:1:5: an escape YAML does not know; double the backslash, or use single quotes"},
        {"a: \"\\x1\"", "t.yaml:1:7: an escape without its hexadecimal digits; double the "
                        "backslash, or use single quotes"},
        {"a: \"\\ud800\"",
         "t.yaml:1:7: an escape that is no character; double the backslash, or use single quotes"},
        {"a: !x!y 1", "t.yaml:1:4: a tag with a handle nobody declared; remove the tag"},
        {"a: [1,,2]", "t.yaml:1:7: a value is missing here"},
        {"a: *", "t.yaml:1:5: '*' and '&' begin an alias or anchor; quote the text"},
        {"a: | x\n y", "t.yaml:1:6: text behind '|' or '>'; the block begins on the next line"},
        {"\xc3\xa9: @x", "t.yaml:1:4: '@' begins no value; quote the text"},
        {"%FOO x\n---\n1", "t.yaml:1:5: no well-formed YAML: found unknown directive name"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_refusal(cases[i][0], cases[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_scalars),
        TEST(test_a_number_that_is_not_finite_is_absent),
        TEST(test_a_number_that_does_not_fit_is_absent),
        TEST(test_documents),
        TEST(test_merge_keys),
        TEST(test_places),
        TEST(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
