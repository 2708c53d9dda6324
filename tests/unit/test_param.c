/* The parameters of a rule: their declaration, what a flag may say, and what the rule sees. */
#include <stdio.h>

#include "host_fixture.h"

#define RULE(fields) "return { api = 1, score = function() return 1 end, " fields " }"

static void test_param_messages(void **state)
{
    (void)state;
    assert_refused(RULE("params = 5"),
                   "score.lua: 'params' is a number; a table of names is expected");
    assert_refused(RULE("params = { a = 5 }"),
                   "score.lua: parameter 'a' is a number; { default, \"what it is\" } is "
                   "expected");
    assert_refused(
        RULE("params = { ['a b'] = { 5 } }"),
        "score.lua: parameter 'a b': a name is letters, digits and _, at most 40 of them");
    assert_refused(RULE("params = { { 5 } }"),
                   "score.lua: parameter '1': a name is letters, digits and _, at most 40 of them");
    assert_refused(
        RULE("params = { a = { 5, 'x', mni = 1 } }"),
        "score.lua: parameter 'a': 'mni' is not part of a parameter; did you mean 'min'?");
    assert_refused(RULE("params = { a = { 5, 'x', 7 } }"),
                   "score.lua: parameter 'a': '3' is not part of a parameter; known are unit, min, "
                   "max, above, "
                   "choices, kind");
    assert_refused(RULE("params = { a = {} }"),
                   "score.lua: parameter 'a' has neither a default nor a kind; { 50.0, \"what it "
                   "is\" } or { \"what it "
                   "is\", kind = \"number\" } is expected");
    assert_refused(RULE("params = { a = { {} } }"),
                   "score.lua: parameter 'a': a default cannot be a table");
    assert_refused(RULE("params = { a = { 5, 6 } }"),
                   "score.lua: parameter 'a': what it is about is a number; a text is expected");
    assert_refused(RULE("params = { a = { 5, 'x', kind = 'float' } }"),
                   "score.lua: parameter 'a': kind is float; one of number, integer, boolean, "
                   "string, date is expected");
    assert_refused(RULE("params = { a = { 5, 'x', kind = 'string' } }"),
                   "score.lua: parameter 'a': its default is 5, its kind string");
    assert_refused(RULE("params = { a = { 5.5, 'x', kind = 'integer' } }"),
                   "score.lua: parameter 'a': its default is 5.5, its kind integer");
    assert_refused(RULE("params = { a = { math.huge, 'x' } }"),
                   "score.lua: parameter 'a': its default is inf; a finite number is expected, or "
                   "none: { \"what it is\", kind = \"number\" }");
    assert_refused(RULE("params = { a = { 'y', 'x', min = 1 } }"),
                   "score.lua: parameter 'a': 'min' is 1; only numbers have bounds");
    assert_refused(RULE("params = { a = { 5, 'x', min = 'y' } }"),
                   "score.lua: parameter 'a': 'min' is y; a number is expected");
    assert_refused(RULE("params = { a = { 5, 'x', choices = { 'y' } } }"),
                   "score.lua: parameter 'a': 'choices' is for texts, and lists at least one");
    assert_refused(RULE("params = { a = { 'y', 'x', choices = { 5 } } }"),
                   "score.lua: parameter 'a': a choice is a number; a text is expected");
    assert_refused(RULE("params = { a = { 5, 'x', unit = 5 } }"),
                   "score.lua: parameter 'a': 'unit' is a number; a text is expected");
    assert_refused(RULE("params = { a = { 0.0, 'x', above = 0 } }"),
                   "score.lua: parameter 'a': its default is 0; a number above 0 is expected");
    assert_refused(RULE("params = { a = { 'z', 'x', choices = { 'y' } } }"),
                   "score.lua: parameter 'a': its default is \"z\"; one of y is expected");
    assert_refused(RULE("params = { a = { '2026-02-30', 'x', kind = 'date' } }"),
                   "score.lua: parameter 'a': its default is \"2026-02-30\"; a date such as "
                   "2026-03-04 is expected");
}

static const char params_rule[] =
    RULE("params = {\n"
         "base_mfu = { 50.0, 'MFU of the baseline', unit = '%', above = 0 },\n"
         "count = { 3, 'how many', min = 1, max = 10 },\n"
         "date = { '2026-03-04', 'as of', kind = 'date' },\n"
         "deep = { true, 'look deep' },\n"
         "extra = { 'a weight', kind = 'number' },\n"
         "half = { 0.5, 'half', above = 0, max = 1 },\n"
         "least = { 1.0, 'least', min = 1 },\n"
         "most = { 1.0, 'most', max = 1 },\n"
         "none = { nkb.none, 'nothing', kind = 'integer' },\n"
         "which = { 'static', 'which', choices = { 'static', 'executed' } } }");

static struct nkb_param *param_of(struct fixture *f, const char *name)
{
    size_t count;
    struct nkb_param *params = nkb_host_params(f->host, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(params[i].name, name) == 0)
            return &params[i];
    fail_msg("no parameter %s", name);
    return NULL;
}

static void test_params_described(void **state)
{
    (void)state;
    struct fixture f;
    size_t count;
    fixture_open(&f);
    assert_int_equal(fixture_load(&f, params_rule), 0);
    nkb_host_params(f.host, &count);
    assert_int_equal(count, 10);
    struct nkb_param *p = param_of(&f, "base_mfu");
    assert_string_equal(p->flag, "base-mfu");
    assert_string_equal(p->about, "MFU of the baseline");
    assert_string_equal(p->unit, "%");
    assert_string_equal(p->origin, "default");
    assert_int_equal(p->type, NKB_PARAM_NUMBER);
    assert_true(p->has_above && !p->has_min && !p->has_max && p->initial->as.number == 50);
    assert_int_equal(param_of(&f, "count")->type, NKB_PARAM_INTEGER);
    assert_int_equal(param_of(&f, "deep")->type, NKB_PARAM_BOOLEAN);
    assert_int_equal(param_of(&f, "date")->type, NKB_PARAM_DATE);
    assert_int_equal(param_of(&f, "which")->choice_count, 2);
    assert_int_equal(param_of(&f, "extra")->initial->kind, NKB_ABSENT);
    assert_string_equal(param_of(&f, "extra")->about, "a weight");
    assert_int_equal(param_of(&f, "none")->initial->kind, NKB_ABSENT);
    fixture_close(&f);
}

static void set(struct fixture *f, const char *name, const char *text, const char *origin,
                const char *message)
{
    int code = nkb_host_set_param(f->host, param_of(f, name), text, origin, &f->err);
    if (message)
        assert_string_equal(code == 0 ? "it was taken" : f->err.text, message);
    assert_int_equal(code, message ? NKB_EUSAGE : 0);
}

static void test_setting_params(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(fixture_load(&f, params_rule), 0);
    set(&f, "base_mfu", "abc", "--base-mfu", "--base-mfu is \"abc\"; a number is expected");
    set(&f, "base_mfu", "", "--base-mfu", "--base-mfu is \"\"; a number is expected");
    set(&f, "base_mfu", "nan", "--base-mfu", "--base-mfu is \"nan\"; a number is expected");
    set(&f, "base_mfu", "1e999", "--base-mfu",
        "--base-mfu is \"1e999\"; a finite number is expected");
    set(&f, "base_mfu", "0x10", "--base-mfu", "--base-mfu is \"0x10\"; a number is expected");
    set(&f, "base_mfu", "0", "nkibench.yaml:3",
        "nkibench.yaml:3: 'base-mfu' is 0; a number above 0 is expected");
    set(&f, "base_mfu", "5e-324", "--base-mfu", NULL);
    set(&f, "count", "2.5", "--count", "--count is \"2.5\"; a whole number is expected");
    set(&f, "count", "0", "--count", "--count is 0; a whole number from 1 to 10 is expected");
    set(&f, "count", "11", "--count", "--count is 11; a whole number from 1 to 10 is expected");
    set(&f, "count", "10", "--count", NULL);
    set(&f, "half", "1.5", "--half", "--half is 1.5; a number above 0 and at most 1 is expected");
    set(&f, "half", "1", "--half", NULL);
    set(&f, "least", "0.5", "--least", "--least is 0.5; a number of at least 1 is expected");
    set(&f, "most", "2", "--most", "--most is 2; a number of at most 1 is expected");
    set(&f, "deep", "maybe", "NKIBENCH_P_DEEP",
        "NKIBENCH_P_DEEP: 'deep' is \"maybe\"; true or false is expected");
    set(&f, "deep", "no", "--deep", NULL);
    set(&f, "which", "exectued", "--which",
        "--which is \"exectued\"; one of static, executed is expected; did you mean 'executed'?");
    set(&f, "which", "executed", "--which", NULL);
    static const char *const bad_dates[] = {"2026-13-01",
                                            "2026-00-01",
                                            "2026-01-00",
                                            "2026-04-31",
                                            "2025-02-29",
                                            "2100-02-29",
                                            "2026-1-1",
                                            "26-01-01",
                                            "2026/01/01",
                                            "2026-01-01 ",
                                            ""};
    for (size_t i = 0; i < sizeof bad_dates / sizeof *bad_dates; i++) {
        char message[128];
        snprintf(message, sizeof message, "--date is \"%s\"; a date such as 2026-03-04 is expected",
                 bad_dates[i]);
        set(&f, "date", bad_dates[i], "--date", message);
    }
    set(&f, "date", "2000-02-29", "--date", NULL);
    char *large = nkb_arena_alloc(&f.arena, 65538);
    memset(large, 'x', 65536);
    assert_int_equal(fixture_load(&f, RULE("params = { a = { 'x', 'any text' } }")), 0);
    set(&f, "a", large, "--a", NULL);
    large[65536] = 'x';
    set(&f, "a", large, "--a", "--a has 65537 bytes; at most 65536 are taken");
    fixture_close(&f);
}

static void test_params_in_the_rule(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(fixture_load(&f, "return { api = 1, params = { a = { 2.0, 'x', unit = 's' }, "
                                      "b = { 'y', kind = 'number' },\n"
                                      "n = { 3, 'n' }, s = { 'q', 's' }, f = { false, 'f' } },\n"
                                      "score = function(m, p, t) assert(p.b == nil and p.n == 3 "
                                      "and math.type(p.n) == 'integer')\n"
                                      " assert(p.s == 'q' and p.f == false)\n"
                                      " local names = '' for k in pairs(p) do names = names .. k "
                                      "end assert(names == 'afns', names)\n"
                                      " return t:param 'a' end }"),
                     0);
    set(&f, "a", "4", "--a", NULL);
    assert_int_equal(fixture_score(&f), 0);
    assert_true(fixture_number(&f) == 4);
    assert_true(nkb_str_is(nkb_value_path(f.result, "tree.source")->as.string, "--a"));
    assert_true(nkb_str_is(nkb_value_path(f.result, "tree.unit")->as.string, "s"));
    assert_true(nkb_str_is(nkb_value_path(f.result, "params.0.origin")->as.string, "--a"));
    assert_int_equal(nkb_value_path(f.result, "params.1.value")->kind, NKB_ABSENT);
    fixture_close(&f);
    assert_fails("return p.bsae", NKB_ERULE, "score.lua:2: no parameter 'bsae'");
    struct fixture g;
    fixture_open(&g);
    assert_int_equal(
        fixture_load(&g, "return { api = 1, params = { base = { 'y', kind = 'number' } },\n"
                         "score = function(m, p, t) return p.bsae end }"),
        0);
    assert_int_equal(fixture_score(&g), NKB_ERULE);
    assert_string_equal(g.err.text, "score.lua:2: no parameter 'bsae'; did you mean 'base'?");
    assert_int_equal(
        fixture_load(&g, "return { api = 1, params = { base_x = { 'y', kind = 'number' } },\n"
                         "score = function(m, p, t) return t:param 'base_x' end }"),
        0);
    assert_int_equal(fixture_score(&g), NKB_EINPUT);
    assert_string_equal(g.err.text, "score.lua needs the parameter 'base_x'; give --base-x");
    fixture_close(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_param_messages),
        cmocka_unit_test(test_params_described),
        cmocka_unit_test(test_setting_params),
        cmocka_unit_test(test_params_in_the_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
