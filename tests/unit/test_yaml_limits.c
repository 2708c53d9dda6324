/* The limits of the YAML reader, each at its value and one past it. */
#include "yaml_case.h"

static void expect_limit(struct nkb_buf *text, const char *message)
{
    int status = read_yaml(nkb_buf_str(text), true);
    nkb_buf_free(text);
    if (!message) {
        assert_string_equal(f.err.text, "");
        assert_int_equal(status, 0);
    } else {
        assert_int_equal(status, NKB_EINPUT);
        assert_string_equal(f.err.text, message);
    }
}

static void test_depth_limit(void **state)
{
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    repeat(&text, "[", 64);
    repeat(&text, "]", 64);
    expect_limit(&text, NULL);
    repeat(&text, "[", 65);
    expect_limit(&text, "t.yaml:1:65: nested deeper than 64 levels");
    repeat(&text, "[", 1000000); /* and long before libyaml minds */
    expect_limit(&text, "t.yaml:1:65: nested deeper than 64 levels");
}

static void test_depth_limit_holds_for_aliases_and_references(void **state)
{
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    for (int i = 0; i < 4;
         i++) { /* 40 levels deep each, alias or reference, to fit and not to fit */
        repeat(&text, i < 2 ? "a: &x " : "a: ", 1);
        repeat(&text, "[", 40);
        repeat(&text, "]", 40);
        nkb_buf_text(&text, "\nb: ");
        repeat(&text, "[", i % 2 ? 24 : 23);
        nkb_buf_text(&text, i < 2 ? "*x" : "'${a}'");
        repeat(&text, "]", i % 2 ? 24 : 23);
        expect_limit(&text, i == 1   ? "t.yaml:1:46: nested deeper than 64 levels"
                            : i == 3 ? "t.yaml:1:43: nested deeper than 64 levels"
                                     : NULL);
    }
}

static void test_value_limit(void **state)
{
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    repeat(&text, "- a\n", 199999);
    expect_limit(&text, NULL);
    repeat(&text, "- a\n", 200000);
    expect_limit(&text,
                 "t.yaml:200000:3: more than 200000 values, aliases and references expanded");
}

static void test_an_alias_bomb_is_refused(void **state)
{
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    nkb_buf_text(&text, "a0: &a0 x\n");
    for (int i = 1; i < 20; i++)
        nkb_buf_printf(&text, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i,
                       i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    assert_int_equal(read_yaml(nkb_buf_str(&text), true), NKB_EINPUT);
    assert_non_null(strstr(f.err.text, "more than 200000 values, aliases and references expanded"));
    nkb_buf_free(&text);
}

static void test_a_reference_bomb_is_refused(void **state)
{
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    nkb_buf_text(&text, "a0: xxxxxxxx\n");
    for (int i = 1; i < 40; i++)
        nkb_buf_printf(&text, "a%d: ['${a%d}', '${a%d}']\n", i, i - 1, i - 1);
    assert_int_equal(read_yaml(nkb_buf_str(&text), true), NKB_EINPUT);
    assert_non_null(strstr(f.err.text, "more than 200000 values, aliases and references expanded"));

    text.len = 0;
    nkb_buf_text(&text, "a0: xxxxxxxx\n");
    for (int i = 1; i < 40; i++)
        nkb_buf_printf(&text, "a%d: ${a%d}${a%d}\n", i, i - 1, i - 1);
    assert_int_equal(read_yaml(nkb_buf_str(&text), true), NKB_EINPUT);
    assert_non_null(strstr(f.err.text, "references make more text than a document may hold"));
    nkb_buf_free(&text);
}

static void chain(struct nkb_buf *text, int count)
{
    for (int i = 0; i < count; i++)
        nkb_buf_printf(text, "a%d: ${a%d}\n", i, i + 1);
    nkb_buf_printf(text, "a%d: 1\n", count);
}

static void test_nesting_limit(void **state)
{
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    chain(&text, 99); /* two levels each, and the document */
    expect_limit(&text, NULL);
    chain(&text, 100);
    expect_limit(&text, "t.yaml:100:6: references nested deeper than 200");
    nkb_buf_text(&text, "a: '");
    repeat(&text, "${", 198);
    nkb_buf_text(&text, "'");
    assert_int_equal(read_yaml(nkb_buf_str(&text), true), NKB_EINPUT);
    assert_non_null(strstr(f.err.text, "'${' is not closed"));
    text.len = 0;
    nkb_buf_text(&text, "a: '");
    repeat(&text, "${", 199);
    nkb_buf_text(&text, "'");
    expect_limit(&text, "t.yaml:1:4: references nested deeper than 200");
}

static void test_size_limit(void **state)
{
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    nkb_buf_text(&text, "a: 1\n#");
    repeat(&text, "x", NKB_YAML_MAX_BYTES - text.len);
    expect_limit(&text, NULL);
    nkb_buf_text(&text, "a: 1\n#");
    repeat(&text, "x", NKB_YAML_MAX_BYTES + 1 - text.len);
    expect_limit(&text, "t.yaml: is 4194305 bytes; at most 4194304 are read as YAML");
}

/* What a name that is not there costs must not grow with their number: the last suggestions are
 * made, then no more. */
static void test_suggestion_limit(void **state)
{
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    nkb_buf_text(&text, "value: 1\n");
    for (int i = 0; i < 300; i++) { /* as long as a suggestion looks at, and as many */
        nkb_buf_printf(&text, "k%03d", i);
        repeat(&text, "y", 60);
        nkb_buf_text(&text, ": 1\n");
    }
    nkb_buf_text(&text, "a:\n");
    repeat(&text, "- ${valeu}\n", 60000);
    expect_limit(&text, NULL);
    assert_string_equal(nkb_value_path(f.root, "a.63")->note->why,
                        "'${valeu}' names no value: there is no 'valeu'; did you mean 'value'?");
    assert_string_equal(nkb_value_path(f.root, "a.64")->note->why,
                        "'${valeu}' names no value: there is no 'valeu' in the document; write "
                        "\\${ for a text");
}

static void test_many_keys_and_references_take_no_quadratic_time(void **state)
{
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    for (int i = 0; i < 20000; i++)
        nkb_buf_printf(&text, "k%d: ${k%d}\n", i, 20000 + i);
    for (int i = 20000; i < 40000; i++)
        nkb_buf_printf(&text, "k%d: %d\n", i, i);
    expect_limit(&text, NULL);
    assert_int_equal(nkb_value_get(f.root, "k19999")->as.integer, 39999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_depth_limit),
        TEST(test_depth_limit_holds_for_aliases_and_references),
        TEST(test_value_limit),
        TEST(test_an_alias_bomb_is_refused),
        TEST(test_a_reference_bomb_is_refused),
        TEST(test_nesting_limit),
        TEST(test_size_limit),
        TEST(test_suggestion_limit),
        TEST(test_many_keys_and_references_take_no_quadratic_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
