/* What a hostile rule may try to reach: files, clocks, bytecode, addresses, hash order, our own
 * tables. Each test is named for the attack. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host_fixture.h"

static const char out_of_instructions[] =
    "score.lua:2: stopped after 50 M instructions (--max-instructions)";

static void test_reaching_outside(void **state)
{
    (void)state;
    static const char *const names[] = {
        "os",       "io",    "debug",  "package",      "coroutine",    "collectgarbage", "dofile",
        "loadfile", "print", "rawset", "setmetatable", "getmetatable", "warn",           "lfs",
        "cjson",    "host",  "jit",    "bit32",        "module",       "newproxy"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char body[128];
        snprintf(body, sizeof body, "return %s == nil and _G.%s == nil and 1 or 0", names[i],
                 names[i]);
        assert_true(score_of(body) == 1);
    }
    assert_true(score_of("return math.random == nil and math.randomseed == nil and string.dump == "
                         "nil and 1 or 0") == 1);
    assert_fails("os.exit(0)", NKB_ERULE,
                 "score.lua:2: attempt to index a nil value (global 'os'): there is no 'os' in a "
                 "rule; a date parameter and nkb.days know days");
    assert_fails(
        "print(1)", NKB_ERULE,
        "score.lua:2: attempt to call a nil value (global 'print'): there is no 'print' in "
        "a rule; c:note(text) in check, or console, says something");
    assert_fails("own(1)", NKB_ERULE, "score.lua:2: attempt to call a nil value (global 'own')");
}

static void test_walking_the_environment(void **state)
{
    (void)state;
    assert_true(score_of("local seen, bad = {}, 0\n"
                         "local function walk(t) if seen[t] then return end seen[t] = true\n"
                         " for k, v in pairs(t) do if k == 'execute' or k == 'getinfo' or k == "
                         "'open' or k == 'wrap' then bad = bad + 1 end\n"
                         "  if type(v) == 'table' then walk(v) end end end\n"
                         "walk(_G) return bad") == 0);
}

static void test_string_metatable(void **state)
{
    (void)state;
    assert_true(score_of("return ('').dump == nil and ('x'):rep(3) == 'xxx' and 1 or 0") == 1);
    assert_fails("return ('%p'):format({})", NKB_ERULE,
                 "score.lua:2: string.format: %p would print an address");
    assert_true(score_of("return #(''):rep(1 << 40)") == 0);
    assert_fails("(''):format().x = 1", NKB_ERULE, "score.lua:2: attempt to index a string value");
}

static void test_poisoning_shared_tables(void **state)
{
    (void)state;
    assert_fails("string.format = nil", NKB_ERULE,
                 "score.lua:2: string.format cannot be set: a rule cannot change string");
    assert_fails("nkb.x = 1", NKB_ERULE,
                 "score.lua:2: nkb.x cannot be set: a rule cannot change nkb");
    assert_fails("nkb.fmt.fixed = nil", NKB_ERULE,
                 "score.lua:2: nkb.fmt.fixed cannot be set: a rule cannot change nkb.fmt");
    assert_fails("math.pi = 3", NKB_ERULE,
                 "score.lua:2: math.pi cannot be set: a rule cannot change math");
    assert_fails("t.sum = 1", NKB_ERULE,
                 "score.lua:2: t.sum cannot be set: a rule cannot change t");
    assert_fails("m.training.mfu_percent = 99", NKB_ERULE,
                 "score.lua:2: the metrics cannot be changed");
    assert_fails("m.x = 99", NKB_ERULE, "score.lua:2: the metrics cannot be changed");
    assert_fails("p.x = 99", NKB_ERULE, "score.lua:2: the parameters cannot be changed");
    assert_fails("table.sort(m.hlo.modules, function(a, b) return a.macs > b.macs end)", NKB_ERULE,
                 "score.lua:2: the metrics cannot be changed");
    assert_fails("table.insert(m.hlo.modules, 1)", NKB_ERULE,
                 "score.lua:2: the metrics cannot be changed");
    assert_fails("local n = t:value('x', 1) n.value = 2", NKB_ERULE,
                 "score.lua:2: a node cannot be changed");
}

/* pairs returns what it walks over: that must not be the table behind a locked one. */
static void test_poisoning_by_way_of_pairs(void **state)
{
    (void)state;
    static const char *const names[] = {"string",  "table",    "math",      "utf8", "nkb",
                                        "nkb.fmt", "nkb.json", "nkb.stats", "t"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char body[200];
        snprintf(body, sizeof body,
                 "local f, lib, k = pairs(%s) return lib == %s and k == nil and f() and\n"
                 "not pcall(function() lib.format = 1 end) and not pcall(next, lib) and 1 or 0",
                 names[i], names[i]);
        assert_true(score_of(body) == 1);
    }
    assert_fails("local n = t:value('x', 1) next(n)", NKB_ERULE,
                 "score.lua:2: next goes through plain tables; use pairs");
    assert_fails("for k in pairs(t:value('x', 1)) do end", NKB_ERULE,
                 "score.lua:2: a node is a number, not a table");
}

static void test_poisoning_globals(void **state)
{
    (void)state;
    struct fixture f;
    struct nkb_buf out = NKB_BUF_INIT;
    fixture_open(&f);
    assert_int_equal(
        fixture_run(&f, "for k in pairs(_G) do if k ~= '_G' then _G[k] = nil end end return 4"), 0);
    assert_int_equal(fixture_layout(&f, "console", &out), 0);
    assert_non_null(strstr(out.data, "SCORE  4"));
    assert_int_equal(fixture_layout(&f, "json", &out), 0);
    nkb_buf_free(&out);
    fixture_close(&f);
}

static void test_raw_access(void **state)
{
    (void)state;
    assert_true(score_of("return rawget(string, 'format') == nil and rawlen(t) == 0 and 1 or 0") ==
                1);
    assert_fails("return rawget(m, 'training')", NKB_ERULE,
                 "score.lua:2: bad argument #1 to 'rawget' (table expected, got metrics)");
    assert_true(score_of("local o = nkb.object { { 'a', 1 } } return not pcall(next, o) and\n"
                         "rawget(o, 'a') == nil and rawlen(o) == 0 and 1 or 0") == 1);
}

static void test_bytecode(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(fixture_load(&f, "\x1bLuaT"), NKB_ERULE);
    assert_string_equal(f.err.text, "score.lua: is compiled Lua; source text is expected");
    fixture_close(&f);
    assert_true(score_of("local f, why = load('\\27Lua') return f == nil and 1 or 0") == 1);
    assert_true(score_of("local f, why = load('return 1', 'x', 'b') return why == 'only text can "
                         "be loaded' and 1 or 0") == 1);
    assert_true(score_of("return load('return 2', '=x', 't', {})()") == 2);
}

static void test_load_keeps_the_sandbox(void **state)
{
    (void)state;
    assert_true(
        score_of("return load 'return os == nil and setmetatable == nil and nkb ~= nil and 7'()") ==
        7);
    assert_true(score_of("local i, parts = 0, { 'return ', '6' } return load(function() i = i + 1 "
                         "return parts[i] end)()") == 6);
    assert_true(score_of("return select(2, load(('x'):rep((1 << 20) + 1))) == 'a text of more than "
                         "1 MiB' and 1 or 0") == 1);
    assert_true(score_of("return load('return 3' .. (' '):rep((1 << 20) - 8))()") == 3);
    assert_true(score_of("return select(2, load(function() return ('x'):rep(1000) end)) == 'a text "
                         "of more than 1 MiB' and 1 or 0") == 1);
    assert_true(score_of("return select(2, load(function() return 1 end)) == 'reader function must "
                         "return a string' and 1 or 0") == 1);
    assert_fails("load(5)", NKB_ERULE,
                 "score.lua:2: bad argument #1 to 'load' (string expected, got number)");
    assert_fails("load 'while true do end' ()", NKB_ERULE, out_of_instructions);
}

static void test_errors_that_are_no_text(void **state)
{
    (void)state;
    assert_fails("error({})", NKB_ERULE,
                 "score.lua:2: an error that is a table; a text is expected");
    assert_fails("error(nil)", NKB_ERULE,
                 "score.lua:2: an error that is a nil; a text is expected");
    assert_fails("error(function() end)", NKB_ERULE,
                 "score.lua:2: an error that is a function; a text is expected");
    assert_fails("error()", NKB_ERULE, "score.lua:2: an error that is a nil; a text is expected");
    assert_fails("error(nkb.null)", NKB_ERULE,
                 "score.lua:2: an error that is a userdata; a text is expected");
    assert_fails("error(m)", NKB_ERULE,
                 "score.lua:2: an error that is a userdata; a text is expected");
}

static void test_huge_error_message(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(fixture_run(&f, "error(('x'):rep(1 << 24))"), NKB_ERULE);
    assert_true(strlen(f.err.text) < NKB_ERR_TEXT_BYTES);
    assert_int_equal(strncmp(f.err.text, "score.lua:2: xxxx", 17), 0);
    assert_int_equal(fixture_run(&f, "error 'a\\27[2J\\nb'"), NKB_ERULE);
    assert_string_equal(f.err.text, "score.lua:2: a?[2J?b");
    fixture_close(&f);
}

static void test_addresses(void **state)
{
    (void)state;
    assert_true(
        score_of(
            "return tostring({}) == 'table' and tostring(print or tostring) == 'function' and\n"
            " ('%s %s'):format({}, nkb.null) == 'table null' and tostring(m) == 'metrics' and\n"
            " tostring(p) == 'parameters' and tostring(nkb) == 'nkb' and 1 or 0") == 1);
    assert_true(
        score_of(
            "return select(2, pcall(string.format, '%d%5p', 1, {})):find 'address' and 1 or 0") ==
        1);
    assert_true(score_of("return ('%%p %s'):format(1) == '%p 1' and 1 or 0") == 1);
    assert_fails("return ('%99999d'):format(1)", NKB_ERULE,
                 "score.lua:2: invalid conversion specification: '%99999d'");
}

static void test_hash_order(void **state)
{
    (void)state;
    assert_true(
        score_of(
            "local s = '' for k, v in pairs { b = 1, a = 2, [3] = 3, [1] = 4, [2.5] = 5, [true] = "
            "6, [false] = 7 } do\n"
            " s = s .. tostring(k) .. v end return s == '1422.553' .. '3a2b1false7true6' and 1 or\n"
            " s == '142.5533a2b1false7true6' and 1 or 0") == 1);
    assert_true(score_of("local s, k = '', nil repeat k = next({ z = 1, y = 2, [2] = 3, [1] = 4 }, "
                         "k) s = s .. tostring(k) until k == nil\n"
                         " return s == '12yznil' and 1 or 0") == 1);
    assert_fails(
        "for k in pairs { [{}] = 1 } do end", NKB_ERULE,
        "score.lua:2: a table as a key has no fixed order; go through such a table with ipairs");
    assert_fails("pairs(5)", NKB_ERULE,
                 "score.lua:2: bad argument #1 to 'pairs' (table expected, got number)");
    assert_true(score_of("local t = { a = 1, b = 2, c = 3 } for k in pairs(t) do t[k] = nil end "
                         "return next(t) == nil and 1 or 0") == 1);
    assert_true(score_of("local t = { a = 1, b = 2, c = 3 } local n = 0 for k in pairs(t) do t.b = "
                         "nil n = n + 1 end return n") == 2);
}

static void test_sort_is_fixed(void **state)
{
    (void)state;
    assert_true(score_of("local t = {} for i = 1, 1000 do t[i] = { i % 7, i } end\n"
                         "table.sort(t, function(a, b) return a[1] < b[1] end)\n"
                         "for i = 2, 1000 do local a, b = t[i - 1], t[i] if a[1] > b[1] or (a[1] "
                         "== b[1] and a[2] > b[2]) then return 0 end end\n"
                         "return 1") == 1);
    assert_true(
        score_of("local t = { 3, 1, 2 } table.sort(t) return t[1] * 100 + t[2] * 10 + t[3]") ==
        123);
    assert_true(score_of("local t = {} table.sort(t) return #t") == 0);
    assert_true(
        score_of(
            "local t = { 1, 2, 3, 4, 5 } table.sort(t, function() return true end) return #t") ==
        5);
    assert_fails("table.sort({ 1, {} })", NKB_ERULE,
                 "score.lua:2: attempt to compare table with number");
}

static void test_require_out_of_the_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"../secret", "..",  "/etc/passwd", "a..b",  ".a", "a.",
                                        "",          "a/b", "a\\\\b",      "a\\0b", "~"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char body[128];
        struct fixture f;
        fixture_open(&f);
        snprintf(body, sizeof body, "return require '%s'", names[i]);
        assert_int_equal(fixture_run(&f, body), NKB_ERULE);
        if (!strstr(f.err.text, "a module's name is words with dots between, such as layout.plain"))
            fail_msg("%s: %s", names[i], f.err.text);
        fixture_close(&f);
    }
}

static void test_require_through_a_link(void **state)
{
    (void)state;
    char folder[] = "/tmp/nkb_test_XXXXXX", path[128], target[128];
    struct fixture f;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/link.lua", folder);
    snprintf(target, sizeof target, "%s_outside.lua", folder);
    FILE *file = fopen(target, "w");
    assert_non_null(file);
    fputs("return 42", file);
    fclose(file);
    assert_int_equal(symlink(target, path), 0);

    const char *text = "return { api = 1, score = function() return require 'link' end }";
    struct nkb_rule_source source = {.name = "score.lua",
                                     .path = "score.lua",
                                     .origin = "file",
                                     .directory = folder,
                                     .text = nkb_str_from(text)};
    fixture_open(&f);
    assert_int_equal(nkb_host_new(&f.host, &f.limits, &f.err), 0);
    assert_int_equal(nkb_host_load(f.host, &source, &f.err), 0);
    int code = fixture_score(&f);
    unlink(path);
    unlink(target);
    rmdir(folder);
    assert_int_equal(code, NKB_ERULE);
    assert_non_null(strstr(f.err.text, "leads out of its folder"));
    fixture_close(&f);
}

static void test_require_in_a_circle(void **state)
{
    (void)state;
    assert_fails("require 'circle_a'", NKB_ERULE,
                 "tests/data/rules/circle_b.lua:1: require 'circle_a': modules that require each "
                 "other, or it failed "
                 "before");
}

static void test_unsafe_lifts_it(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    f.limits.unsafe = true;
    assert_int_equal(
        fixture_run(
            &f,
            "return os and io and debug and coroutine and setmetatable and #('x'):rep(80 << 20)"),
        0);
    assert_true(fixture_number(&f) == 80 << 20);
    assert_true(nkb_value_path(f.result, "run.unsafe")->as.boolean);
    assert_int_equal(fixture_run(&f, "return require 'string' == string and 1 or 0"), 0);
    assert_true(fixture_number(&f) == 1);
    fixture_close(&f);
}

static const char *entered[8];
static size_t entered_count;

static void note_enter(void *context, const char *what)
{
    (void)context;
    if (entered_count < 8)
        entered[entered_count++] = what ? strdup(what) : NULL;
}

static void test_enter_is_told_of_every_entry(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(fixture_load(&f, "return { api = 1, score = function() return 1 end }"), 0);
    entered_count = 0;
    nkb_host_on_enter(f.host, note_enter, NULL);
    assert_int_equal(nkb_host_accept(f.host, &f.err), 0);
    assert_int_equal(fixture_score(&f), 0);
    assert_int_equal(entered_count, 6);
    assert_string_equal(entered[0], "score.lua: accept");
    assert_null(entered[1]);
    assert_string_equal(entered[2], "score.lua: check");
    assert_string_equal(entered[4], "score.lua: score");
    assert_null(entered[5]);
    for (size_t i = 0; i < entered_count; i++)
        free((char *)(uintptr_t)entered[i]);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reaching_outside),
        cmocka_unit_test(test_walking_the_environment),
        cmocka_unit_test(test_string_metatable),
        cmocka_unit_test(test_poisoning_shared_tables),
        cmocka_unit_test(test_poisoning_by_way_of_pairs),
        cmocka_unit_test(test_poisoning_globals),
        cmocka_unit_test(test_raw_access),
        cmocka_unit_test(test_bytecode),
        cmocka_unit_test(test_load_keeps_the_sandbox),
        cmocka_unit_test(test_errors_that_are_no_text),
        cmocka_unit_test(test_huge_error_message),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_hash_order),
        cmocka_unit_test(test_sort_is_fixed),
        cmocka_unit_test(test_require_out_of_the_folder),
        cmocka_unit_test(test_require_through_a_link),
        cmocka_unit_test(test_require_in_a_circle),
        cmocka_unit_test(test_unsafe_lifts_it),
        cmocka_unit_test(test_enter_is_told_of_every_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
