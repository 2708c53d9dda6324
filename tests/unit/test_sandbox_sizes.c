/* What a hostile rule may try to make us do outside of Lua's memory and out of the hook's reach:
 * JSON much longer than what it is made of, texts copied for each parameter, work in C. Each test
 * is named for the attack. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host_fixture.h"

static const char deep_list[] = "local t = {} for i = 1, 300000 do t[i] = 1 end\n"
                                "for i = 1, 190 do t = { t } end\n";

/* 300 000 numbers, each behind 1528 spaces, are 450 MB. */
static void test_indents_that_fill_the_memory(void **state)
{
    (void)state;
    struct fixture f;
    struct nkb_buf out = NKB_BUF_INIT;
    fixture_open(&f);
    assert_int_equal(
        fixture_load(&f, nkb_arena_printf(&f.arena,
                                          "return { api = 1, score = function() return 1 end,\n"
                                          "json = function(r) %s return t, 8 end }",
                                          deep_list)),
        0);
    assert_int_equal(fixture_score(&f), 0);
    assert_int_equal(fixture_layout(&f, "json", &out), NKB_ERULE);
    assert_string_equal(f.err.text,
                        "score.lua: json: needs more than 64 MiB of memory (--max-memory)");
    assert_true(out.len <= 72u << 20);
    nkb_buf_free(&out);

    assert_int_equal(
        fixture_run(&f, nkb_arena_printf(&f.arena, "%s return #nkb.json.encode(t, 8)", deep_list)),
        NKB_ERULE);
    assert_string_equal(
        f.err.text, "score.lua: nkb.json.encode: needs more than 64 MiB of memory (--max-memory)");
    fixture_close(&f);
}

static void test_escapes_that_fill_the_memory(void **state)
{
    (void)state;
    assert_fails("local s = ('\\1'):rep(20 << 20) return #nkb.json.encode { s, s, s }", NKB_ERULE,
                 "score.lua: nkb.json.encode: needs more than 64 MiB of memory (--max-memory)");
    /* and what could not be written leaves room for what can */
    assert_true(score_of("local s = ('\\1'):rep(20 << 20)\n"
                         "local ok = pcall(nkb.json.encode, { s, s, s }) s = nil\n"
                         "return not ok and #nkb.json.encode { 1 }") == 3);
}

/* The rule's file up to its params; %s: what a parameter is. */
static int load_with_params(struct fixture *f, const char *setup, const char *params)
{
    return fixture_load(f, nkb_arena_printf(&f->arena,
                                            "%s return { api = 1, params = %s,\n"
                                            "score = function() return 1 end }",
                                            setup, params));
}

static void test_texts_copied_for_every_parameter(void **state)
{
    (void)state;
    static const struct {
        const char *params, *message;
    } cases[] = {
        {"{ a = { 1, ('x'):rep(2001) } }", "parameter 'a': what it is about has 2001 bytes"},
        {"{ a = { 1, 'x', unit = ('x'):rep(2001) } }", "parameter 'a': 'unit' has 2001 bytes"},
        {"{ a = { ('x'):rep(2001), 'x' } }", "parameter 'a': its default has 2001 bytes"},
        {"{ a = { 'x', 'x', choices = { 'x', ('x'):rep(2001) } } }",
         "parameter 'a': a choice has 2001 bytes"},
    };
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(load_with_params(&f, "", cases[i].params), NKB_ERULE);
        assert_string_equal(f.err.text,
                            nkb_arena_printf(&f.arena,
                                             "score.lua: %s; a text of at most 2000 is expected",
                                             cases[i].message));
    }
    assert_int_equal(load_with_params(&f, "local x = ('x'):rep(2000)",
                                      "{ a = { x, x, unit = x, choices = { x } } }"),
                     0);
    assert_int_equal(fixture_load(&f, "return { api = 1, about = ('x'):rep(2001),\n"
                                      "score = function() return 1 end }"),
                     NKB_ERULE);
    assert_string_equal(f.err.text,
                        "score.lua: 'about' has 2001 bytes; a text of at most 2000 is expected");
    fixture_close(&f);
}

static void test_a_multitude_of_parameters(void **state)
{
    (void)state;
    static const char setup[] = "local function many(n, x) local t = {} for i = 1, n do\n"
                                "t[x and i or 'p' .. i] = x or { 1, 'x' } end return t end";
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(load_with_params(&f, setup, "many(200)"), 0);
    assert_int_equal(load_with_params(&f, setup, "many(201)"), NKB_ERULE);
    assert_string_equal(f.err.text, "score.lua: more than 200 parameters");
    assert_int_equal(load_with_params(&f, setup, "{ a = { 'x', 'x', choices = many(100, 'x') } }"),
                     0);
    assert_int_equal(load_with_params(&f, setup, "{ a = { 'x', 'x', choices = many(101, 'x') } }"),
                     NKB_ERULE);
    assert_string_equal(f.err.text,
                        "score.lua: parameter 'a': 101 choices; at most 100 are expected");
    fixture_close(&f);
}

/* Nothing, repeated 2^63 times, in our own padding. */
static void test_padding_by_a_width_that_wraps(void **state)
{
    (void)state;
    assert_fails("nkb.fmt.pad('x', math.mininteger, 'left', '')", NKB_ERULE,
                 "score.lua:2: nkb.fmt.pad: a width up to 1000 is expected");
    assert_fails("nkb.fmt.pad('x', 1001)", NKB_ERULE,
                 "score.lua:2: nkb.fmt.pad: a width up to 1000 is expected");
    assert_true(score_of("return #nkb.fmt.pad('x', 1000, 'left', 'y')") == 1000);
    assert_true(score_of("return #nkb.fmt.pad('xy', -1000)") == 2);
}

/* A message that ends where the number of a line of ours would. */
static void test_message_that_is_only_a_place(void **state)
{
    (void)state;
    assert_fails("error('nkb:1:', 0)", NKB_ERULE, "score.lua:2: ");
    assert_fails("error('nkb:1: x', 0)", NKB_ERULE, "score.lua:2: x");
    assert_fails("error('nkb:', 0)", NKB_ERULE, "score.lua:2: nkb:");
}

/* A function's name can be any text; a frame is one line, and drives no terminal. */
static void test_lines_forged_by_a_function_name(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(fixture_run(&f,
                                 "local o = { ['a\\nnkibench: all is well\\27[2J'] = function() "
                                 "local x; x.y = 1 end }\n"
                                 "o['a\\nnkibench: all is well\\27[2J']() return 1"),
                     NKB_ERULE);
    assert_string_equal(nkb_host_trace(f.host), "score.lua:2 in 'a?nkibench: all is well?[2J'\n"
                                                "score.lua:3 in 'score'\n");
    fixture_close(&f);
}

/* The stack grows while memory is short: the frames are moving then. */
static void test_recursion_when_memory_is_short(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "local keep = ('x'):rep(55 << 20) local function f() return 1 + f() end return f()",
        "local keep = ('x'):rep(55 << 20) return select('#', table.unpack({}, 1, 900000))",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct fixture f;
        fixture_open(&f);
        assert_int_equal(fixture_run(&f, bodies[i]), NKB_ERULE);
        assert_non_null(strstr(f.err.text, "needs more than 64 MiB of memory (--max-memory)"));
        fixture_close(&f);
    }
}

/* Each is long work for C and little for the hook: it must count as what it costs. */
static void test_work_that_is_charged(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "local s = ('b'):rep(1 << 20) while true do string.packsize(s) end",
        "local s = (' '):rep(1 << 20) while true do load(s) end",
        "local s = ('x'):rep(1 << 20) while true do nkb.json.encode(s) end",
        ("local a, b, s = ('x'):rep(18 << 20), ('y'):rep(18 << 20), (' '):rep(1 << 20) "
         "while true do pcall(nkb.json.decode, s) end"),
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct fixture f;
        fixture_open(&f);
        f.limits.instructions = 5000000;
        assert_int_equal(fixture_run(&f, bodies[i]), NKB_ERULE);
        assert_non_null(
            strstr(f.err.text, ": stopped after 5 M instructions (--max-instructions)"));
        fixture_close(&f);
    }
}

/* A pipe that nobody fills would be waited for. */
static void test_pipe_as_a_module(void **state)
{
    (void)state;
    char folder[] = "/tmp/nkb_test_XXXXXX", path[128];
    struct fixture f;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/pipe.lua", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    struct nkb_rule_source source = {
        .name = "score.lua",
        .path = "score.lua",
        .origin = "file",
        .directory = folder,
        .text = nkb_str_from("return { api = 1, score = function() return require 'pipe' end }")};
    fixture_open(&f);
    assert_int_equal(nkb_host_new(&f.host, &f.limits, &f.err), 0);
    assert_int_equal(nkb_host_load(f.host, &source, &f.err), 0);
    int code = fixture_score(&f);
    unlink(path);
    rmdir(folder);
    assert_int_equal(code, NKB_ERULE);
    assert_string_equal(f.err.text,
                        "score.lua:1: require 'pipe': no such file beside score.lua or on "
                        "the rule search path");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_indents_that_fill_the_memory),
        cmocka_unit_test(test_escapes_that_fill_the_memory),
        cmocka_unit_test(test_texts_copied_for_every_parameter),
        cmocka_unit_test(test_a_multitude_of_parameters),
        cmocka_unit_test(test_padding_by_a_width_that_wraps),
        cmocka_unit_test(test_message_that_is_only_a_place),
        cmocka_unit_test(test_lines_forged_by_a_function_name),
        cmocka_unit_test(test_recursion_when_memory_is_short),
        cmocka_unit_test(test_work_that_is_charged),
        cmocka_unit_test(test_pipe_as_a_module),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
