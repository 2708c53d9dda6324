/* What a hostile rule may try against the limits. Each test is named for the attack; each must end
 * within them, with the limit named, and leave the program whole. */
#include <time.h>

#include "host_fixture.h"

static const char out_of_instructions[] =
    "score.lua:2: stopped after 50 M instructions (--max-instructions)";

static void test_endless_loop(void **state)
{
    (void)state;
    assert_fails("while true do end", NKB_ERULE, out_of_instructions);
    assert_fails("::again:: goto again", NKB_ERULE, out_of_instructions);
    assert_fails("repeat until false", NKB_ERULE, out_of_instructions);
    assert_fails("for i = 1, math.huge do end", NKB_ERULE, out_of_instructions);
}

static void test_outliving_the_budget_by_catching_it(void **state)
{
    (void)state;
    assert_fails("while true do pcall(function() while true do end end) end", NKB_ERULE,
                 out_of_instructions);
    assert_fails("local function f() pcall(f) while true do end end f()", NKB_ERULE,
                 out_of_instructions);
    assert_fails("pcall(pcall, pcall, function() while true do end end) return 1", NKB_ERULE,
                 out_of_instructions);
}

static void test_outliving_the_budget_in_a_message_handler(void **state)
{
    (void)state;
    assert_fails("local function loop() while true do end end xpcall(loop, loop) return 1",
                 NKB_ERULE, out_of_instructions);
    assert_fails("local function loop() while true do end end xpcall(error, loop) return 1",
                 NKB_ERULE, out_of_instructions);
    assert_fails("local function again() error(again) end xpcall(again, again) while true do end",
                 NKB_ERULE, out_of_instructions);
}

static void test_instruction_limit_at_and_past(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    f.limits.instructions = 20000;
    assert_int_equal(fixture_run(&f, "for i = 1, 1000 do local x = i + i end return 1"), 0);
    assert_int_equal(fixture_run(&f, "for i = 1, 30000 do end return 1"), NKB_ERULE);
    assert_string_equal(f.err.text,
                        "score.lua:2: stopped after 20 k instructions (--max-instructions)");
    f.limits.instructions = 20001;
    assert_int_equal(fixture_run(&f, "for i = 1, 30000 do end return 1"), NKB_ERULE);
    assert_string_equal(f.err.text,
                        "score.lua:2: stopped after 20001 instructions (--max-instructions)");
    fixture_close(&f);
}

static void test_looping_while_loading(void **state)
{
    (void)state;
    assert_refused("while true do end",
                   "score.lua:1: stopped after 50 M instructions (--max-instructions)");
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* With no other limit the clock must end it. */
static void assert_time_ends(const char *body)
{
    struct fixture f;
    fixture_open(&f);
    f.limits.seconds = 0.25;
    f.limits.instructions = UINT64_MAX;
    double before = seconds();
    assert_int_equal(fixture_run(&f, body), NKB_ERULE);
    double took = seconds() - before;
    if (strcmp(f.err.text, "score.lua:2: stopped after 0.25 s (--max-seconds)") != 0)
        fail_msg("%s: %s", body, f.err.text);
    if (took > 20)
        fail_msg("%s: took %d ms", body, (int)(took * 1000));
    fixture_close(&f);
}

static void test_time_limit(void **state)
{
    (void)state;
    assert_time_ends("while true do end");
    assert_time_ends("while true do pcall(function() while true do end end) end");
}

static void test_slow_library_calls(void **state)
{
    (void)state;
    assert_time_ends("local s = ('x'):rep(1 << 24) while true do local u = s:upper() end");
    assert_time_ends("local s = ('x'):rep(1 << 24) while true do s:byte(-1) end");
    assert_time_ends("local s = ('x'):rep(1 << 24) while true do local l = s .. 'y' end");
    assert_time_ends("local s = ('x'):rep(1 << 24) while true do utf8.len(s) end");
    assert_time_ends("local s = (' '):rep(1 << 24) while true do tonumber(s) end");
    assert_time_ends("local s = ('x'):rep(1 << 24) while true do s:find('y', 1, true) end");
    assert_time_ends("local t = {} for i = 1, 1 << 20 do t[i] = i end while true do "
                     "table.insert(t, 1, 1) table.remove(t, 1) end");
    assert_time_ends(
        "local t = {} for i = 1, 1 << 20 do t[i] = 'x' end while true do table.concat(t) end");
    assert_time_ends("local t = {} while true do table.move(t, 1, 9999999, 2) end");
    assert_time_ends(
        "local t = {} for i = 1, 1 << 20 do t[i] = -i end while true do table.sort(t) end");
}

static const char out_of_memory[] = "score.lua:2: needs more than 64 MiB of memory (--max-memory)";

static void test_memory_bombs(void **state)
{
    (void)state;
    assert_fails("local s = 'x' while true do s = s .. s end", NKB_ERULE, out_of_memory);
    assert_fails("local t = {} for i = 1, math.huge do t[i] = {} end", NKB_ERULE, out_of_memory);
    assert_fails("return #('x'):rep(1 << 30)", NKB_ERULE, out_of_memory);
    assert_fails("return #string.rep('abc', 1 << 27, 'def')", NKB_ERULE, out_of_memory);
    assert_fails(
        "local t = {} for i = 1, 1 << 20 do t[i] = ('x'):rep(100) end return #table.concat(t)",
        NKB_ERULE, out_of_memory);
    assert_fails("local s = ('x'):rep(1 << 23) return #s:gsub('x', 'xxxxxxxxxx')", NKB_ERULE,
                 out_of_memory);
    assert_fails("local s = ('x'):rep(1 << 25) return #string.format('%s%s', s, s)", NKB_ERULE,
                 out_of_memory);
    assert_fails("return #string.pack('c1000000000', '')", NKB_ERULE, out_of_memory);
    assert_fails("local t = {} for i = 1, 1e7 do t[i] = function() return t, i end end", NKB_ERULE,
                 out_of_memory);
}

static void test_memory_limit_at_and_past(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    f.limits.memory_bytes = 4 << 20;
    assert_int_equal(fixture_run(&f, "return #('x'):rep(1 << 20)"), 0);
    assert_int_equal(fixture_run(&f, "return #('x'):rep(4 << 20)"), NKB_ERULE);
    assert_string_equal(f.err.text, "score.lua:2: needs more than 4 MiB of memory (--max-memory)");
    f.limits.memory_bytes = 1;
    assert_int_equal(fixture_load(&f, "return 1"), NKB_EUSAGE);
    assert_string_equal(f.err.text, "--max-memory is 1 bytes; too little to start Lua");
    f.limits.memory_bytes = 64 << 10;
    assert_int_equal(fixture_load(&f, "return 1"), NKB_ERULE);
    assert_string_equal(f.err.text, "needs more than 64 KiB of memory (--max-memory)");
    fixture_close(&f);
}

static void test_outliving_the_memory_limit_by_catching_it(void **state)
{
    (void)state;
    assert_fails("while true do pcall(string.rep, 'x', 1 << 30) end", NKB_ERULE, out_of_memory);
    assert_fails("xpcall(string.rep, function() while true do end end, 'x', 1 << 30) return 1",
                 NKB_ERULE, out_of_memory);
}

/* Whatever the cap, the runtime's own Lua and the building of the result must fail cleanly. */
static void test_memory_edges(void **state)
{
    (void)state;
    static const char rule[] =
        "local keep = {} return { api = 1, params = { a = { 1, 'x' } }, gates = { 'score > 1' },\n"
        "check = function(m, p, c) c:note 'hello' end,\n"
        "score = function(m, p, t) return t:sum('s', { t:metric 'hlo.static.nki_ratio', { 'x', 2 } "
        "}) end,\n"
        "json = function(r) return nkb.object { { 'a', r.score }, { 'm', r.m }, { 'l', { 1, 2, 3 } "
        "} } end }";
    int worked = 0;
    for (size_t cap = 16 << 10; cap < 1 << 20; cap += cap / 512 + 16) {
        struct fixture f;
        struct nkb_buf out = NKB_BUF_INIT;
        fixture_open(&f);
        f.limits.memory_bytes = cap;
        int code = fixture_load(&f, rule);
        if (code == 0)
            code = nkb_host_accept(f.host, &f.err);
        if (code == 0)
            code = fixture_score(&f);
        if (code == 0)
            code = fixture_layout(&f, "console", &out);
        if (code == 0)
            code = fixture_layout(&f, "json", &out);
        worked += code == 0;
        if (code != 0 && !strstr(f.err.text, "(--max-memory)") && code != NKB_EUSAGE)
            fail_msg("with %zu bytes: %d %s", cap, code, f.err.text);
        nkb_buf_free(&out);
        fixture_close(&f);
    }
    assert_true(worked > 10);
}

static void test_deep_recursion(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(fixture_run(&f, "local function f() return 1 + f() end return f()"),
                     NKB_ERULE);
    assert_true(strcmp(f.err.text, out_of_memory) == 0 ||
                strstr(f.err.text, "score.lua:2: stack overflow"));
    assert_int_equal(fixture_run(&f, "local function f(s) return s:gsub('.', f) end return f 'x'"),
                     NKB_ERULE);
    assert_non_null(strstr(f.err.text, "C stack overflow"));
    assert_int_equal(
        fixture_run(&f, "local t = {} for i = 1, 1e5 do t = { t } end return nkb.json.encode(t)"),
        NKB_ERULE);
    assert_non_null(strstr(f.err.text, "nested too deep, or holds itself"));
    fixture_close(&f);
    assert_fails("return table.unpack({}, 1, 1e8)", NKB_ERULE,
                 "score.lua:2: too many results to unpack");
}

static void test_deeply_nested_source(void **state)
{
    (void)state;
    struct nkb_buf text = NKB_BUF_INIT;
    struct fixture f;
    nkb_buf_text(&text, "return ");
    for (int i = 0; i < 100000; i++)
        nkb_buf_text(&text, "{");
    fixture_open(&f);
    assert_int_equal(fixture_load_bytes(&f, nkb_buf_str(&text)), NKB_ERULE);
    assert_string_equal(f.err.text, "score.lua: C stack overflow");
    fixture_close(&f);
    nkb_buf_free(&text);
}

/* Everything a rule can name, by walking from its globals: none of it may be a library we did not
 * mean. */
/* A rule may spoil its own globals; our layouts must not notice. */
/* Stable, and the same every time, where the library's picks pivots by the clock. */
static void test_table_move_over_nothing(void **state)
{
    (void)state;
    assert_fails("table.move({}, 1, 1 << 60, 2)", NKB_ERULE,
                 "score.lua:2: table.move of more than 10000000 elements");
    assert_fails("table.move({}, math.mininteger, math.maxinteger, 2)", NKB_ERULE,
                 "score.lua:2: table.move of more than 10000000 elements");
    assert_true(score_of("table.move({}, 1, 10000000, 2) return 1") == 1);
    assert_fails("table.move({}, 1, 10000001, 2)", NKB_ERULE,
                 "score.lua:2: table.move of more than 10000000 elements");
}

static void test_json_bombs(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(fixture_run(&f, "local s = ('x'):rep(1 << 20) local t = {} for i = 1, 1000 do "
                                     "t[i] = s end return #nkb.json.encode(t)"),
                     NKB_ERULE);
    assert_non_null(strstr(f.err.text, "more than 64 MiB of text"));
    static const char doubling[] =
        "local t = { 1 } for i = 1, 60 do t = { t, t } end return #nkb.json.encode(t)";
    assert_int_equal(fixture_run(&f, doubling), NKB_ERULE);
    assert_string_equal(f.err.text, "score.lua: nkb.json.encode: needs more than 64 MiB of memory "
                                    "(--max-memory)");
    f.limits.memory_bytes = 1 << 30;
    assert_int_equal(fixture_run(&f, doubling), NKB_ERULE);
    assert_non_null(strstr(f.err.text, "more than a million values"));
    f.limits.memory_bytes = 64 << 20;
    assert_int_equal(fixture_run(&f, "local t = {} t.t = t return #nkb.json.encode(t)"), NKB_ERULE);
    assert_string_equal(
        f.err.text, "score.lua: nkb.json.encode.t.t.t.t.t.t.t.t: nested too deep, or holds itself");
    assert_int_equal(
        fixture_run(&f,
                    "local t = {} for i = 1, 100000 do t[i] = m end return #nkb.json.encode(t)"),
        NKB_ERULE);
    assert_non_null(strstr(f.err.text, "more than a million values"));
    fixture_close(&f);
    assert_true(score_of("return #nkb.json.decode(('['):rep(100) .. (']'):rep(100))") == 1);
    assert_fails("nkb.json.decode(('['):rep(101) .. (']'):rep(101))", NKB_ERULE,
                 "score.lua:2: nkb.json.decode: Found too many nested data structures (101) at "
                 "character 101");
    assert_fails(
        "nkb.json.decode((' '):rep((1 << 20) + 1))", NKB_ERULE,
        "score.lua:2: nkb.json.decode: a text of 1048577 bytes; at most 1048576 are taken");
    assert_fails(
        "local a, b = ('x'):rep(18 << 20), ('y'):rep(18 << 20) nkb.json.decode((' '):rep(1 << 20))",
        NKB_ERULE,
        "score.lua:2: nkb.json.decode: not enough memory left for 1048576 bytes (--max-memory)");
    assert_fails(
        "nkb.json.decode '[NaN]'", NKB_ERULE,
        "score.lua:2: nkb.json.decode: Expected value but found invalid token at character 2");
    assert_fails("nkb.json.decode(5)", NKB_ERULE,
                 "score.lua:2: bad argument #1 to 'decode' (string expected, got number)");
    assert_true(score_of("return nkb.json.decode '{\"a\": [1, 2.5, null]}'.a[2]") == 2.5);
    assert_true(score_of("return nkb.json.decode('null') == nkb.null and 1 or 0") == 1);
}

/* What C takes beside Lua's memory must not grow with the number of complaints a rule catches. */
static void test_catching_complaints(void **state)
{
    (void)state;
    static const char *const bodies[] = {"while true do pcall(function() return m.nothing end) end",
                                         "while true do pcall(t.metric, t, 'training.nothing') end",
                                         "while true do pcall(nkb.json.encode, { 1, x = 2 }) end",
                                         "while true do pcall(require, 'nothing') end"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct fixture f;
        fixture_open(&f);
        f.limits.instructions = 200000;
        assert_int_equal(fixture_run(&f, bodies[i]), NKB_ERULE);
        assert_string_equal(f.err.text,
                            "score.lua:2: stopped after 200 k instructions (--max-instructions)");
        fixture_close(&f);
    }
}

static void test_derivation_bombs(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(
        fixture_run(
            &f, "local x = t:value('x', 1) for i = 1, 60 do x = t:sum('s', { x, x }) end return x"),
        0);
    assert_true(fixture_number(&f) == (double)(1ull << 60));
    assert_int_equal(
        fixture_run(
            &f,
            "local x = t:value('x', 1) for i = 1, 5000 do x = t:sum('s', { x, 1 }) end return x"),
        0);
    assert_true(fixture_number(&f) == 5001);
    assert_int_equal(
        fixture_run(&f, "local x = t:value('x', 1) for i = 1, 5000 do x = x + 1 end return x"), 0);
    const struct nkb_value *children = nkb_value_path(f.result, "tree.children");
    assert_int_equal(children->as.items.count, 5001);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_endless_loop),
        cmocka_unit_test(test_outliving_the_budget_by_catching_it),
        cmocka_unit_test(test_outliving_the_budget_in_a_message_handler),
        cmocka_unit_test(test_instruction_limit_at_and_past),
        cmocka_unit_test(test_looping_while_loading),
        cmocka_unit_test(test_time_limit),
        cmocka_unit_test(test_slow_library_calls),
        cmocka_unit_test(test_memory_bombs),
        cmocka_unit_test(test_memory_limit_at_and_past),
        cmocka_unit_test(test_outliving_the_memory_limit_by_catching_it),
        cmocka_unit_test(test_memory_edges),
        cmocka_unit_test(test_deep_recursion),
        cmocka_unit_test(test_deeply_nested_source),
        cmocka_unit_test(test_table_move_over_nothing),
        cmocka_unit_test(test_json_bombs),
        cmocka_unit_test(test_catching_complaints),
        cmocka_unit_test(test_derivation_bombs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
