/* A rule's shape, its parameters, and where rules and their modules are found. Every message is
 * pinned here. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host_fixture.h"

#define RULE(fields) "return { api = 1, score = function() return 1 end, " fields " }"

static void test_shape(void **state)
{
    (void)state;
    assert_refused("return {", "score.lua:1: unexpected symbol near <eof>");
    assert_refused("", "score.lua: the file returns nothing; a rule is a table, return { api = 1, "
                       "score = function(m, "
                       "p, t) … end }");
    assert_refused(
        "return 5",
        "score.lua: the file returns a number; a rule is a table, return { api = 1, score = "
        "function(m, p, t) … end }");
    assert_refused("return { api = 1, scoer = 1 }",
                   "score.lua: 'scoer' is not part of a rule; did you mean 'score'?");
    assert_refused("return { api = 1, 5 }",
                   "score.lua: '1' is not part of a rule; known are api, name, version, "
                   "about, better, needs, params, gates, accept, check, score, score_file, "
                   "console, json, training_json");
    assert_refused("return { score = function() end }",
                   "score.lua: 'api' is missing; api = 1 is expected");
    assert_refused("return { api = 2, score = function() end }",
                   "score.lua: 'api' is 2; this nkibench knows api 1");
    assert_refused("return { api = 1 }",
                   "score.lua: 'score' is missing; score = function(m, p, t) … end is expected");
    assert_refused("return { api = 1, score = 5 }",
                   "score.lua: 'score' is a number; a function is expected");
    assert_refused(RULE("console = 'x'"),
                   "score.lua: 'console' is a string; a function is expected");
    assert_refused(RULE("better = 'less'"),
                   "score.lua: 'better' is \"less\"; \"higher\" or \"lower\", or "
                   "a table of these by mode, is expected");
    assert_refused(RULE("better = 1"),
                   "score.lua: 'better' is a number; \"higher\" or \"lower\", or a "
                   "table of these by mode, is expected");
    assert_refused(
        RULE("better = { rank = 'least' }"),
        "score.lua: 'better' has \"least\" for 'rank'; a mode and \"higher\" or \"lower\" is "
        "expected");
    assert_refused(
        RULE("better = { 'lower' }"),
        "score.lua: 'better' has \"lower\" for '1'; a mode and \"higher\" or \"lower\" is "
        "expected");
    assert_refused(RULE("name = 5"), "score.lua: 'name' is a number; a text is expected");
    assert_refused(RULE("needs = 'hlo'"), "score.lua: 'needs' is a string; a list is expected");
    assert_refused(RULE("needs = { hlo = true }"),
                   "score.lua: 'needs' is a list; it has no use for the key 'hlo'");
    assert_refused(
        RULE("needs = { 'trainig' }"),
        "score.lua: 'trainig' is not something a rule can need; did you mean 'training'?");
    assert_refused(RULE("needs = { 'hlo', 'hlo?' }"), "score.lua: 'needs' names 'hlo' twice");
    assert_refused(RULE("needs = { 5 }"),
                   "score.lua: 'needs' item 1 is a number; a text is expected");
    assert_refused(
        "return setmetatable({}, {})",
        "score.lua:1: attempt to call a nil value (global 'setmetatable'): there is no "
        "'setmetatable' in a rule; functions and plain tables do; nkb.object keeps an order");
    assert_refused("error 'no'", "score.lua:1: no");
    assert_refused("local x = nil + 1",
                   "score.lua:1: attempt to perform arithmetic on a nil value");
    assert_refused("return nkb.object { { 'api', 1 } }",
                   "score.lua: the file returns an object; a rule is a table, "
                   "return { api = 1, score = function(m, p, t) … end }");
}

static void test_gate_messages(void **state)
{
    (void)state;
    assert_refused(RULE("gates = { 'score is good' }"),
                   "score.lua: gate 'score is good' is not understood; \"score >= 10\" or "
                   "\"hlo.static.nki_ratio > "
                   "0.10 : warning\" is expected");
    assert_refused(RULE("gates = { 'score => 10' }"),
                   "score.lua: gate 'score => 10' is not understood; \"score >= 10\" or "
                   "\"hlo.static.nki_ratio > "
                   "0.10 : warning\" is expected");
    assert_refused(RULE("gates = { 'score > 1 : fatal' }"),
                   "score.lua: gate 'score > 1 : fatal': ': warning' or ': error' may follow, not "
                   "'fatal'");
    assert_refused(RULE("gates = { 5 }"),
                   "score.lua: a gate is a text such as \"score >= 10\", not a number");
    /* what cannot be had is known before anything is measured */
    assert_refused(
        RULE("needs = { 'inference' }, gates = { 'hlo.static.nki_ratio > 0.1' }"),
        "score.lua: gate 'hlo.static.nki_ratio > 0.1': 'hlo.static.nki_ratio' is not measured; "
        "needs = { … \"hlo\" } asks for it");
    assert_refused(
        RULE("needs = { 'hlo?' }, params = { floor = { 0.1 } }, gates = { 'score >= flor' }"),
        "score.lua: gate 'score >= flor': there is no metric or parameter 'flor'; did you mean "
        "'floor'?");
    assert_refused(RULE("gates = { 'scor >= 5' }"),
                   "score.lua: gate 'scor >= 5': there is no metric or parameter 'scor'; did you "
                   "mean 'score'?");
    assert_refused(RULE("gates = { 'zzz >= 5' }"),
                   "score.lua: gate 'zzz >= 5': there is no metric or parameter 'zzz'");
    assert_refused(
        RULE("params = { mode = { 'a', choices = { 'a' } } }, gates = { 'score >= mode' }"),
        "score.lua: gate 'score >= mode': the parameter 'mode' is a string; a gate compares "
        "numbers");
    assert_refused(
        RULE("needs = { 'hlo' }, gates = { 'hlo > 5' }"),
        "score.lua: gate 'hlo > 5': 'hlo' is a group of metrics; a gate compares numbers");
}

static void accepts(const char *body, int code, const char *message)
{
    struct fixture f;
    fixture_open(&f);
    char *rule = nkb_arena_printf(
        &f.arena,
        "return { api = 1, score = function() return 1 end,\naccept = function(p) %s end }", body);
    assert_int_equal(fixture_load(&f, rule), 0);
    int got = nkb_host_accept(f.host, &f.err);
    assert_string_equal(got == 0 ? "" : f.err.text, message);
    assert_int_equal(got, code);
    fixture_close(&f);
}

static void test_accept(void **state)
{
    (void)state;
    accepts("", 0, "");
    accepts("return nil", 0, "");
    accepts("return true", 0, "");
    accepts("return 'the weights must sum to 1'", NKB_EUSAGE, "the weights must sum to 1");
    accepts("return false, 'no'", NKB_EUSAGE, "no");
    accepts("return false", NKB_EUSAGE,
            "score.lua: accept refuses these parameters and does not say why");
    accepts("return 5", NKB_ERULE,
            "score.lua: accept returned a number; nothing, or a text that says what is wrong, is "
            "expected");
    accepts("error 'broken'", NKB_ERULE, "score.lua:2: broken");
}

static void test_frames(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(
        fixture_load(&f,
                     "local function inner(x)\n  return x.y.z\nend\nlocal function outer(x)\n  "
                     "return inner(x) + 1\nend\n"
                     "return { api = 1, score = function(m, p, t)\n  return outer({}) + 1\nend }"),
        0);
    assert_int_equal(fixture_score(&f), NKB_ERULE);
    assert_string_equal(f.err.text, "score.lua:2: attempt to index a nil value (field 'y')");
    assert_string_equal(nkb_host_trace(f.host),
                        "score.lua:2 in 'inner'\nscore.lua:5 in 'outer'\nscore.lua:8 in 'score'\n");
    /* a complaint of our own Lua shows the rule's line and none of ours */
    assert_int_equal(fixture_run(&f, "local s = t:sum('x', { 1, 'y' }) return s"), NKB_ERULE);
    assert_string_equal(
        f.err.text,
        "score.lua:2: 'x': item 2 is \"y\"; a number, a node or { name, number } is expected");
    assert_string_equal(nkb_host_trace(f.host), "");
    assert_int_equal(fixture_run(&f, "local s = nkb.fmt.pad() return s"), NKB_ERULE);
    assert_string_equal(f.err.text, "score.lua:2: nkb.fmt.pad: a width up to 1000 is expected");
    assert_int_equal(fixture_run(&f, "error('bare', 0)"), NKB_ERULE);
    assert_string_equal(f.err.text, "score.lua:2: bare");
    assert_int_equal(fixture_run(&f, "error('up', 2)"), NKB_ERULE);
    assert_string_equal(f.err.text, "score.lua:2: up");
    fixture_close(&f);
}

static void put_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void find(struct fixture *f, const char *name, const char *origin, const char *path)
{
    struct nkb_rule_source source;
    int code = nkb_rule_find(name, &f->arena, &source, &f->err);
    if (code != 0)
        fail_msg("%s: %s", name, f->err.text);
    assert_string_equal(source.origin, origin);
    assert_string_equal(source.path, path);
}

static void test_finding_rules(void **state)
{
    (void)state;
    char folder[] = "/tmp/nkb_test_XXXXXX", here[4096], path[128];
    struct nkb_rule_source source;
    struct fixture f;
    fixture_open(&f);
    assert_non_null(getcwd(here, sizeof here));
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(mkdir("rules", 0700) | mkdir("one", 0700) | mkdir("two", 0700) |
                         mkdir("data", 0700) | mkdir("data/nkibench", 0700) |
                         mkdir("data/nkibench/rules", 0700) | mkdir("dir.lua", 0700),
                     0);
    snprintf(path, sizeof path, ":%s/one::%s/two", folder, folder);
    setenv("NKIBENCH_RULE_PATH", path, 1);
    snprintf(path, sizeof path, "%s/data", folder);
    setenv("XDG_DATA_HOME", path, 1);

    put_file("data/nkibench/rules", "contest.lua", RULE(""));
    snprintf(path, sizeof path, "%s/data/nkibench/rules/contest.lua", folder);
    find(&f, "contest", "user", path);
    put_file("two", "contest.lua", RULE(""));
    snprintf(path, sizeof path, "%s/two/contest.lua", folder);
    find(&f, "contest", "NKIBENCH_RULE_PATH", path);
    put_file("one", "contest.lua", RULE(""));
    snprintf(path, sizeof path, "%s/one/contest.lua", folder);
    find(&f, "contest.lua", "NKIBENCH_RULE_PATH", path);
    put_file("rules", "contest.lua", RULE("version = '3'"));
    find(&f, "contest", "rules", "rules/contest.lua");
    put_file(".", "contest.lua", RULE(""));
    find(&f, "contest", "file", "contest.lua");
    find(&f, "./contest", "file", "./contest.lua");
    find(&f, "one/contest.lua", "file", "one/contest.lua");

    assert_int_equal(nkb_rule_find("one/nothing", &f.arena, &source, &f.err), NKB_ERULE);
    assert_string_equal(f.err.text, "no rule 'one/nothing': no such file");
    assert_int_equal(nkb_rule_find("contset", &f.arena, &source, &f.err), NKB_ERULE);
    assert_int_equal(strncmp(f.err.text,
                             "no rule 'contset'; did you mean 'contest.lua'? (looked in ., rules, ",
                             68),
                     0);
    assert_non_null(strstr(f.err.text, ", the bundled rules)"));
    assert_int_equal(nkb_rule_find("dir.lua", &f.arena, &source, &f.err), NKB_ERULE);

    struct nkb_value *list = nkb_rule_list(&f.arena, NULL, NULL);
    assert_non_null(list);
    assert_true(nkb_str_is(nkb_value_path(list, "0.path")->as.string, "contest.lua"));
    assert_false(nkb_value_path(list, "0.shadowed")->as.boolean);
    assert_true(nkb_str_is(nkb_value_path(list, "1.version")->as.string, "3"));
    assert_true(nkb_value_path(list, "1.shadowed")->as.boolean);
    assert_true(nkb_str_is(nkb_value_path(list, "1.origin")->as.string, "rules"));

    assert_int_equal(chdir(here), 0);
    snprintf(path, sizeof path, "rm -rf %s", folder);
    assert_int_equal(system(path), 0);
    unsetenv("NKIBENCH_RULE_PATH");
    unsetenv("XDG_DATA_HOME");
    fixture_close(&f);
}

static void test_large_rule(void **state)
{
    (void)state;
    char folder[] = "/tmp/nkb_test_XXXXXX", path[128];
    struct nkb_rule_source source;
    struct fixture f;
    fixture_open(&f);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/large.lua", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    static const char rule[] = RULE("");
    fputs(rule, file);
    for (size_t i = sizeof rule - 1; i < 1 << 20; i++)
        fputc(' ', file);
    fflush(file);
    assert_int_equal(nkb_rule_find(path, &f.arena, &source, &f.err), 0);
    assert_int_equal(source.text.len, 1 << 20);
    fputc(' ', file);
    fclose(file);
    assert_int_equal(nkb_rule_find(path, &f.arena, &source, &f.err), NKB_ERULE);
    assert_non_null(strstr(f.err.text, "larger than 1048576 bytes, the limit for such a file"));
    unlink(path);
    rmdir(folder);
    fixture_close(&f);
}

static void test_modules(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(fixture_run(&f, "local a, b = require 'layout.plain', require 'layout.plain' "
                                     "assert(a == b) return a.answer"),
                     0);
    assert_true(fixture_number(&f) == 42);
    assert_true(nkb_str_is(nkb_value_path(f.result, "rule.modules.0.path")->as.string,
                           "tests/data/rules/layout/plain.lua"));
    assert_int_equal(nkb_value_path(f.result, "rule.modules.0.sha256")->as.string.len, 64);
    assert_int_equal(nkb_value_path(f.result, "rule.modules")->as.items.count, 1);
    fixture_close(&f);
    assert_fails("require 'layout.nothing'", NKB_ERULE,
                 "score.lua:2: require 'layout.nothing': no such file beside score.lua or on the "
                 "rule search path");
    assert_fails("require 'layout.broken'", NKB_ERULE,
                 "tests/data/rules/layout/broken.lua:2: unexpected symbol near '='");
    assert_fails("require 'layout.raises'", NKB_ERULE,
                 "tests/data/rules/layout/raises.lua:2: broken on purpose");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shape),         cmocka_unit_test(test_gate_messages),
        cmocka_unit_test(test_accept),        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_finding_rules), cmocka_unit_test(test_large_rule),
        cmocka_unit_test(test_modules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
