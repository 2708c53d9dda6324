/* nkb: formatting as Python prints it, statistics, dates, objects, JSON. Expected texts were
 * printed by Python. */
#include <stdio.h>

#include "host_fixture.h"

/* The expression, a text, must be `want`. */
static void gives(const char *expression, const char *want)
{
    struct fixture f;
    fixture_open(&f);
    char *rule = nkb_arena_printf(&f.arena,
                                  "return { api = 1, score = function() return 1 end,\nconsole = "
                                  "function(r) local m = r.m return tostring((%s)) end }",
                                  expression);
    struct nkb_buf out = NKB_BUF_INIT;
    assert_int_equal(fixture_load(&f, rule), 0);
    assert_int_equal(fixture_score(&f), 0);
    int code = fixture_layout(&f, "console", &out);
    const char *got = code == 0 ? out.data : f.err.text;
    if (strcmp(got, want) != 0)
        fail_msg("%s gives \"%s\", not \"%s\"", expression, got, want);
    nkb_buf_free(&out);
    fixture_close(&f);
}

static void test_python_format(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"nkb.fmt.py('.4f', 15.458649999)", "15.4586"},
        {"nkb.fmt.py('.2f', 0.125)", "0.12"},
        {"nkb.fmt.py('.2f', 0.375)", "0.38"},
        {"nkb.fmt.py('.2f', 5)", "5.00"},
        {"nkb.fmt.py(',', 1234567)", "1,234,567"},
        {"nkb.fmt.py(',', 1234567.5)", "1,234,567.5"},
        {"nkb.fmt.py(',', 5000.0)", "5,000.0"},
        {"nkb.fmt.py(',', -123)", "-123"},
        {"nkb.fmt.py(',', -1234)", "-1,234"},
        {"nkb.fmt.py(',.2f', 1234.5)", "1,234.50"},
        {"nkb.fmt.py('_', 1234567)", "1_234_567"},
        {"nkb.fmt.py('.0%', 0.4)", "40%"},
        {"nkb.fmt.py('.0%', 0.125)", "12%"},
        {"nkb.fmt.py('.1%', 0.0282)", "2.8%"},
        {"nkb.fmt.py('%', 0.5)", "50.000000%"},
        {"nkb.fmt.py('', 2.1)", "2.1"},
        {"nkb.fmt.py('', 3.0)", "3.0"},
        {"nkb.fmt.py('', 3)", "3"},
        {"nkb.fmt.py('.3g', 1234567.0)", "1.23e+06"},
        {"nkb.fmt.py('g', 0.0001)", "0.0001"},
        {"nkb.fmt.py('g', 1e-05)", "1e-05"},
        {"nkb.fmt.py('.2e', 12345)", "1.23e+04"},
        {"nkb.fmt.py('E', 12345.0)", "1.234500E+04"},
        {"nkb.fmt.py('8.3f', 3.14159)", "   3.142"},
        {"nkb.fmt.py('<8.3f', 3.14159) .. '|'", "3.142   |"},
        {"nkb.fmt.py('^9.3f', 3.14159) .. '|'", "  3.142  |"},
        {"nkb.fmt.py('*>8d', 42)", "******42"},
        {"nkb.fmt.py('08.3f', -3.14159)", "-003.142"},
        {"nkb.fmt.py('+.1f', 2.0)", "+2.0"},
        {"nkb.fmt.py(' d', 2)", " 2"},
        {"nkb.fmt.py('=+6d', 5)", "+    5"},
        {"nkb.fmt.py('.1f', 0/0)", "nan"},
        {"nkb.fmt.py('F', -math.huge)", "-INF"},
        {"nkb.fmt.py('>6', 'ab')", "    ab"},
        {"nkb.fmt.py('é^6', 'ab')", "ééabéé"},
        {"nkb.fmt.py('.3', 'abcdef')", "abc"},
        {"nkb.fmt.py('6', 'é') .. '|'", "é     |"},
        {"nkb.fmt.py('6d', 42)", "    42"},
        {"nkb.fmt.py('.0f', 0.5)", "0"},
        {"nkb.fmt.py('.0f', 1.5)", "2"},
        {"nkb.fmt.py('.3f', -0.0)", "-0.000"},
        {"nkb.fmt.py('%%', 1)", "score.lua:2: nkb.fmt.py: '%%' is no format it knows"},
        {"nkb.fmt.py('.3', 1.5)", "score.lua:2: nkb.fmt.py: '.3' needs a type: f, e, g or %"},
        {"nkb.fmt.py('d', 1.5)", "score.lua:2: nkb.fmt.py: 'd' is for whole numbers"},
        {"nkb.fmt.py('x', 15)", "score.lua:2: nkb.fmt.py: 'x' is no format it knows"},
        {"nkb.fmt.py('1001d', 15)", "score.lua:2: nkb.fmt.py: '1001d' is no format it knows"},
        {"#nkb.fmt.py('1000d', 15)", "1000"},
        {"nkb.fmt.py('f', 'x')", "score.lua:2: nkb.fmt.py: 'f' is for numbers"},
        {"nkb.fmt.py('s', 5)", "score.lua:2: nkb.fmt.py: 's' is for texts"},
        {"nkb.fmt.py('f', nil)", "score.lua:2: nkb.fmt.py takes a number, not nil"},
        {"nkb.fmt.py(5, 5)", "score.lua:2: nkb.fmt.py takes a format such as '.4f', not a number"},
        {"nkb.fmt.py('08,d', 5)", "score.lua:2: nkb.fmt.py: '08,d' is no format it knows"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        gives(cases[i][0], cases[i][1]);
}

static void test_formatting(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"nkb.fmt.repr(0.1)", "0.1"},
        {"nkb.fmt.repr(1e16)", "1e+16"},
        {"nkb.fmt.repr(9007199254740993)", "9007199254740993"},
        {"nkb.fmt.fixed(2.5, 0)", "2"},
        {"nkb.fmt.fixed(1/3)", "0.3333"},
        {"nkb.fmt.fixed(1, 100)", "score.lua:2: nkb.fmt.fixed: digits from 0 to 99 are expected"},
        {"#nkb.fmt.fixed(1, 99)", "101"},
        {"nkb.fmt.thousands(1234567)", "1,234,567"},
        {"nkb.fmt.thousands(999)", "999"},
        {"nkb.fmt.thousands(1234.5, 2)", "1,234.50"},
        {"nkb.fmt.percent(0.185)", "18%"},
        {"nkb.fmt.percent(0.18461, 2)", "18.46%"},
        {"nkb.fmt.general(0.000123456789)", "0.000123457"},
        {"nkb.fmt.sig(15.458612)", "15.459"},
        {"nkb.fmt.sig(0.0077401, 2)", "0.0077"},
        {"nkb.fmt.sig(123456789)", "123456789"},
        {"nkb.fmt.sig(0)", "0"},
        {"nkb.fmt.sig(1e-9, 3)", "1.00e-09"},
        {"nkb.fmt.sig(9.99999, 3)", "10.0"},
        {"nkb.fmt.si(12345678901234567, 'MAC')", "12.35 PMAC"},
        {"nkb.fmt.si(183400000000000)", "183.4 T"},
        {"nkb.fmt.si(999.96)", "1 k"},
        {"nkb.fmt.si(999960)", "1 M"},
        {"nkb.fmt.si(0.0009, 's')", "900 µs"},
        {"nkb.fmt.si(12)", "12"},
        {"nkb.fmt.si(0, 's')", "0 s"},
        {"nkb.fmt.si(-2100, 'B')", "-2.1 kB"},
        {"nkb.fmt.si(math.maxinteger)", "9.223 E"},
        {"nkb.fmt.si(1/0)", "inf"},
        {"nkb.fmt.count(1814)", "1 814"},
        {"nkb.fmt.count(-1234567)", "-1 234 567"},
        {"nkb.fmt.count(12)", "12"},
        {"nkb.fmt.bytes(711)", "711 B"},
        {"nkb.fmt.bytes(100719)", "98.36 KiB"},
        {"nkb.fmt.bytes(64 << 20)", "64 MiB"},
        {"nkb.fmt.seconds(0.0009)", "900 µs"},
        {"nkb.fmt.seconds(1.5)", "1.5 s"},
        {"nkb.fmt.seconds(75)", "1 min 15 s"},
        {"nkb.fmt.seconds(7260)", "2 h 1 min"},
        {"nkb.fmt.pad('é', 3) .. '|'", "é  |"},
        {"nkb.fmt.pad(5, 3, 'right')", "  5"},
        {"nkb.fmt.pad('ab', 5, 'center', '.')", ".ab.."},
        {"nkb.fmt.width('héé')", "3"},
        {"nkb.fmt.width('\\xff')", "1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        gives(cases[i][0], cases[i][1]);
}

static void test_statistics(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"nkb.stats.mean { 1, 2, 4 }", "2.3333333333333"},
        {"nkb.stats.sum { 0.1, 0.2, 0.3 } == 0.1 + 0.2 + 0.3", "true"},
        {"nkb.stats.geomean { 2, 8 }", "4.0"},
        {"nkb.stats.harmonic { 1, 4, 4 }", "2.0"},
        {"nkb.stats.median { 3, 1, 2 }", "2.0"},
        {"nkb.stats.median { 4, 1, 3, 2 }", "2.5"},
        {"nkb.stats.min { 3, 1, 2 } .. nkb.stats.max { 3, 1, 2 }", "1.03.0"},
        {"nkb.stats.count { 3, 1, 2 }", "3"},
        {"nkb.stats.mean {}", "nil"},
        {"nkb.stats.sum {}", "0.0"},
        {"nkb.stats.mean { 1, 'x' }",
         "score.lua:2: nkb.stats.mean: item 2 is a string; a number is expected"},
        {"nkb.stats.mean(5)", "score.lua:2: nkb.stats.mean takes a list, not a number"},
        {"nkb.stats.geomean { 1, 0 }",
         "score.lua:2: nkb.stats.geomean of 0.0; every number must be above 0"},
        {"nkb.stats.sum(m.hlo.sparse)",
         "score.lua:2: nkb.stats.sum: item 2 is a userdata; a number is expected"},
        {"nkb.near(0.1 + 0.2, 0.3)", "true"},
        {"nkb.near(0.999999999999, 1)", "true"},
        {"nkb.near(1, 1.0001)", "false"},
        {"nkb.near(1e12, 1e12 + 1)", "true"},
        {"nkb.near(1, 1.05, 0.1)", "true"},
        {"nkb.near(1, nil)", "score.lua:2: nkb.near compares two numbers"},
        {"nkb.days '1970-01-01'", "0"},
        {"nkb.days '2026-03-04' - nkb.days '2026-02-26'", "6"},
        {"nkb.days '2000-02-29'", "11016"},
        {"nkb.days '1969-12-31'", "-1"},
        {"select(2, nkb.days '2026-02-30')", "there is no such day"},
        {"select(2, nkb.days '2026')", "a date such as 2026-03-04 is expected"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        gives(cases[i][0], cases[i][1]);
}

static void test_objects(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"nkb.json.encode(nkb.object { { 'b', 1 }, { 'a', 2 } })", "{\"b\": 1, \"a\": 2}"},
        {"nkb.json.encode(nkb.object { b = 1, a = 2 })", "{\"a\": 2, \"b\": 1}"},
        {"nkb.json.encode(nkb.object(m.hlo.modules[1]))",
         "{\"path\": \"a.hlo\", \"macs\": 0, \"static\": {\"macs\": 0}}"},
        {"nkb.json.encode { 1, 2.5, 'x', true, nkb.null }", "[1, 2.5, \"x\", true, null]"},
        {"nkb.json.encode(m.hlo.sparse)", "[7, null, 9]"},
        {"nkb.json.encode({ a = 1 }, 1)", "{\n \"a\": 1\n}"},
        {"nkb.object():set('a', 5):get 'a'", "5"},
        {"nkb.object { { 'a', 5 } }.a", "5"},
        {"table.concat(nkb.keys(nkb.object { { 'z', 1 }, { 'a', 2 } }), ' ')", "z a"},
        {"#nkb.list(m.hlo.modules)", "3"},
        {"nkb.kind(nkb.object()) .. nkb.kind(nkb.array()) .. nkb.kind(nkb.null)",
         "objectarraynull"},
        {"nkb.object { { 5, 1 } }", "score.lua:2: an object's key is a text, not a number"},
        {"nkb.object { 5 }", "score.lua:2: nkb.object: member 1 is no { key, value }"},
        {"nkb.object(5)",
         "score.lua:2: nkb.object takes a table of { key, value } pairs, not a number"},
        {"nkb.object().set('a', 5)",
         "score.lua:2: object:set is called with a colon, on what nkb.object made"},
        {"nkb.array(5)", "score.lua:2: nkb.array takes a table, not a number"},
        {"nkb.array(nkb.object())", "score.lua:2: nkb.array takes a plain table"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        gives(cases[i][0], cases[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_python_format),
        cmocka_unit_test(test_formatting),
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
