/* The derivation of a score: its numbers to the last bit, its messages, its tree. */
#include "host_fixture.h"

#include <stdio.h>

static void test_bits(void **state)
{
    (void)state;
    volatile double a = 0.1, b = 0.7, c = 1.3, w = 0.4, v = 0.6;
    volatile double ab = a * b, abc = ab * c, wa = w * a, vb = v * b, sum = a + b, ia = 1 / a,
                    ib = 1 / b, is = ia + ib;
    assert_true(score_of("return t:product('x', { 0.1, 0.7, 1.3 })") == abc);
    assert_true(score_of("return t:value('a', 0.1) * 0.7 * 1.3") == abc);
    assert_true(score_of("return t:sum('x', { 0.1, 0.7, 1.3 })") == sum + c);
    assert_true(score_of("return t:weighted('x', { { 0.4, 0.1 }, { 0.6, { 'b', 0.7 } } })") ==
                wa + vb);
    assert_true(score_of("return t:mean('x', { 0.1, 0.7 })") == sum / 2);
    assert_true(score_of("return t:harmonic('x', { 0.1, 0.7 })") == 2 / is);
    assert_true(score_of("return t:geomean('x', { 2, 8 })") == 4);
    assert_true(score_of("return t:ratio('x', 0.1, 0.7)") == a / b);
    assert_true(score_of("return t:min('x', { 3, 1, 2 }) + t:max('y', { 3, 1, 2 })") == 4);
    assert_true(
        score_of(
            "return t:clamp('x', 5, 0, 1) + t:clamp('y', -5, 0, 1) + t:clamp('z', 0.5, 0, 1)") ==
        1.5);
    assert_true(score_of("return -t:value('x', 3) ^ 2 % 5 - 7 // t:value('y', 2)") == 1 - 3);
    assert_true(score_of("return (2 - t:value('x', 3)) / 4") == -0.25);
    /* integers beyond 2^53: the quotient is rounded once, sums go in doubles */
    assert_true(score_of("return t:ratio('x', t:metric 'hlo.static.macs', 3)") ==
                3002399751580331.0);
    assert_true(score_of("return t:metric 'hlo.static.macs' + 0") == 9007199254740992.0);
    assert_true(score_of("return t:metric 'hlo.static.macs' - math.maxinteger - math.maxinteger < "
                         "0 and 1 or 0") == 1);
}

/* Figures of Python's: percentiles by the steps of numpy.percentile. */
static void test_orders(void **state)
{
    (void)state;
    static const char list[] = "{ 12.5, 11.1, 640.3, 13.7, 12.9, 14.2, 11.8 }";
    static const struct {
        const char *call;
        double expected;
    } cases[] = {
        {"t:percentile('x', LIST, 0)", 11.1},
        {"t:percentile('x', LIST, 50)", 12.9},
        {"t:percentile('x', LIST, 90)", 264.6400000000002},
        {"t:percentile('x', LIST, t:value('q', 99))", 602.7339999999997},
        {"t:percentile('x', LIST, 100)", 640.3},
        {"t:percentile('x', { 3 }, 99)", 3},
        {"t:median('x', LIST)", 12.9},
        {"t:median('x', { 4, 1, 3, 2 })", 2.5},
        {"t:olympic('x', { 10, 12, 11, 90, 13 })", 12},
        {"t:olympic('x', { 5, 5, 5 })", 5},
        {"t:olympic('x', { 7, 1, 7 })", 7},
        {"t:rank('x', 10, { 10, 30, 20, 30 }, 'higher')", 4},
        {"t:rank('x', 30, { 10, 30, 20, 30 }, 'higher')", 1},
        {"t:rank('x', 20, { 10, 30, 20, 30 }, 'lower')", 2},
        {"t:rank_points('x', 20, { 10, 30, 20, 30 }, { 25, 18, 15 }, 'lower')", 18},
        {"t:rank_points('x', 99, { 10, 30, 20, 30 }, { 25, 18, 15 }, 'lower')", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char body[256];
        snprintf(body, sizeof body, "local LIST = %s return %s", list, cases[i].call);
        double got = score_of(body);
        if (got != cases[i].expected)
            fail_msg("%s is %.17g, not %.17g", cases[i].call, got, cases[i].expected);
    }
    assert_fails("local x = t:olympic('x', { 1, 2 }) return x", NKB_EINPUT,
                 "score.lua:2: 'x' of 1, 2: an olympic mean takes 3 numbers or more");
    assert_fails(
        "local x = t:percentile('x', { 1 }, 101) return x", NKB_ERULE,
        "score.lua:2: t:percentile: 'x' is the percentile 101; a number from 0 to 100 is expected");
    assert_fails("local x = t:percentile('x', { 1 }) return x", NKB_ERULE,
                 "score.lua:2: t:percentile: 'x' is the percentile of no number; a number from 0 "
                 "to 100 is expected");
    assert_fails(
        "local x = t:rank('x', 1, { 1 }) return x", NKB_ERULE,
        "score.lua:2: t:rank: 'x' says what is better with \"higher\" or \"lower\", not nil");
    assert_fails("local x = t:rank('x', 1, 2, 'higher') return x", NKB_ERULE,
                 "score.lua:2: t:rank: the third argument is a list, not a number");
    assert_fails(
        "local x = t:rank_points('x', 1, { 2 }, 'lower') return x", NKB_ERULE,
        "score.lua:2: t:rank_points: 'x': the points are a list, { 25, 18, 15 }, not \"lower\"");
    assert_fails(
        "local x = t:rank_points('x', 1, { 2 }, { 'a' }, 'lower') return x", NKB_ERULE,
        "score.lua:2: t:rank_points: 'x': the points of rank 1 are \"a\"; a number is expected");
    assert_fails("local x = t:rank_points('x', 1, {}, { 1 }, 'lower') return x", NKB_EINPUT,
                 "score.lua:2: 'x' is a rank points of nothing");
    assert_fails("local x = t:rank('x', 1, { 2 }, 'lower', 5) return x", NKB_ERULE,
                 "score.lua:2: t:rank takes a name, a number, a list and \"higher\" or \"lower\"; "
                 "a fifth argument "
                 "has no meaning");
}

/* A name that is not there is answered with the one that was meant. */
static void test_names(void **state)
{
    (void)state;
    assert_fails("local x = t:raito('x', 1, 2) return x", NKB_ERULE,
                 "score.lua:2: t has no 'raito'; did you mean 'ratio'?");
    assert_fails(
        "local x = t.zzzzzz return x", NKB_ERULE,
        "score.lua:2: t has no 'zzzzzz'; it has clamp, geomean, harmonic, max, mean, median, "
        "metric, min, "
        "olympic, param, percentile, product, rank, rank_points, ratio, sum, value, weighted");
    assert_fails("return nkb.fmt.fixd(1)", NKB_ERULE,
                 "score.lua:2: nkb.fmt has no 'fixd'; did you mean 'fixed'?");
    assert_fails("return nkb.stat.mean({ 1 })", NKB_ERULE,
                 "score.lua:2: nkb has no 'stat'; did you mean 'stats'?");
    assert_refused(
        "return { api = 1, score = function() return nkb.json.ecode(1) end, x = nkb.jsn }",
        "score.lua:1: nkb has no 'jsn'; did you mean 'json'?");
}

static void test_nodes(void **state)
{
    (void)state;
    assert_true(
        score_of("local a, b = t:value('a', 2), t:value('b', 3) return (a < b and a <= 2 and 1 < b "
                 "and not (a > b) and a ~= b and a == t:value('c', 2)) and 1 or 0") == 1);
    assert_true(score_of("local a = t:value('a', 2) return tostring(a) == '2' and a .. '' == '2' "
                         "and a.value + 0") == 2);
    assert_true(score_of("return t:metric 'training.mfu_percent'.unit == '%' and "
                         "nkb.fmt.fixed(t:value('x', 2.5), 1) == '2.5' and 1 or 0") == 1);
    assert_true(score_of("return t:value('x', t:value('y', 4))") == 4);
    assert_fails("return t:value('x', 1) + 'y'", NKB_ERULE,
                 "score.lua:2: a node + \"y\": a number or a node is expected");
    assert_fails("return t:value('x', 1) * m.inference", NKB_ERULE,
                 "score.lua:2: a node * nil: a number or a node is expected; what is absent is nil "
                 "in m, t:metric says "
                 "why");
    assert_fails("return t:value('x', 1) < 'y'", NKB_ERULE,
                 "score.lua:2: a node compares with a number or a node, not with \"y\"");
    assert_fails(
        "local x = t:value('x', 1).valeu return 1", NKB_ERULE,
        "score.lua:2: a node has no 'valeu'; it has name, value, unit, op, path, param and source");
    assert_fails("local x = t.sum('x', { 1 }) return x", NKB_ERULE,
                 "score.lua:2: write t:sum(…), with a colon");
    assert_fails("local x = t:sum({ 1 }) return x", NKB_ERULE,
                 "score.lua:2: t:sum: the first argument is the node's name, not a table");
    assert_fails("local x = t:sum('x', 5) return x", NKB_ERULE,
                 "score.lua:2: t:sum: the second argument is a list, not a number");
    assert_fails(
        "local x = t:sum('x', { nil, 5 }) return x", NKB_ERULE,
        "score.lua:2: 'x': item 1 is nil; a number, a node or { name, number } is expected");
    assert_fails("local x = t:sum('x', { { 'y', m.inference } }) return x", NKB_ERULE,
                 "score.lua:2: 'x': item 1: 'y' is nil; a number is expected");
    assert_fails("local x = t:weighted('x', { 5 }) return x", NKB_ERULE,
                 "score.lua:2: 'x': item 1 is no { weight, number }");
    assert_fails("local x = t:value('x', 'y') return x", NKB_ERULE,
                 "score.lua:2: 'x' is \"y\"; a number is expected");
    assert_fails("local x = t:clamp('x', 1, 3, 2) return x", NKB_ERULE,
                 "score.lua:2: 'x': the lower bound 3 is above the upper bound 2");
    assert_fails("local x = t:param(5) return x", NKB_ERULE,
                 "score.lua:2: t:param takes a name, not a number");
}

static void test_impossible_nodes(void **state)
{
    (void)state;
    assert_fails("return t:ratio('speed', t:metric 'training.mfu_percent', { 'base', 0 })",
                 NKB_EINPUT,
                 "score.lua: 'speed' of training.mfu_percent 15.5, base 0: division by zero");
    assert_fails("return t:metric 'training.mfu_percent' / 0", NKB_EINPUT,
                 "score.lua:2: a ratio of training.mfu_percent 15.5, 0: division by zero");
    assert_fails("return t:product('big', { 1e308, 10 })", NKB_EINPUT,
                 "score.lua: 'big' of 1e+308, 10: the result is inf, not a finite number");
    assert_fails("return t:value('x', 0/0)", NKB_EINPUT,
                 "score.lua: 'x' is nan; a finite number is expected");
    assert_fails("return t:sum('x', { 1/0 })", NKB_EINPUT,
                 "score.lua: a number is inf; a finite number is expected");
    assert_fails("return t:geomean('x', { 1, -2 })", NKB_EINPUT,
                 "score.lua: 'x' of 1, -2: a geometric mean takes numbers above 0");
    assert_fails("return t:harmonic('x', { 1, 0 })", NKB_EINPUT,
                 "score.lua: 'x' of 1, 0: a harmonic mean takes numbers above 0");
    assert_fails("return t:value('x', -8) ^ 0.5", NKB_EINPUT,
                 "score.lua:2: a power of x -8, 0.5: the result is nan, not a finite number");
    assert_fails("return t:value('x', 1) // 0", NKB_EINPUT,
                 "score.lua:2: a floor ratio of x 1, 0: division by zero");
    assert_fails("return t:value('x', 1) % 0", NKB_EINPUT,
                 "score.lua:2: a remainder of x 1, 0: division by zero");
    assert_fails("return t:sum('x', {})", NKB_EINPUT, "score.lua: 'x' is a sum of nothing");
    assert_fails("return t:mean('x', {})", NKB_EINPUT, "score.lua: 'x' is a mean of nothing");
}

/* An argument too many counts for nothing, a pair turned round for something else: neither in
 * silence. */
static void test_arguments(void **state)
{
    (void)state;
    assert_fails("local x = t:geomean('score', { 1, 2 }, { 0.5, 0.5 }) return x", NKB_ERULE,
                 "score.lua:2: t:geomean takes a name and a list; a third argument has no meaning; "
                 "t:weighted takes weights");
    assert_fails("local x = t:clamp('x', 1, 0, 2, nil) return x", NKB_ERULE,
                 "score.lua:2: t:clamp takes a name, a number and two bounds; a fifth argument has "
                 "no meaning");
    assert_fails("local x = t:param('x', 1) return x", NKB_ERULE,
                 "score.lua:2: t:param takes a name; a second argument has no meaning");
    assert_fails("local x = t:value('x', 1, 'ms', 2) return x", NKB_ERULE,
                 "score.lua:2: t:value takes a name, a number and a unit; a fourth argument has no "
                 "meaning");
    assert_fails("local x = t:ratio('x', 1, 2, 3) return x", NKB_ERULE,
                 "score.lua:2: t:ratio takes a name and two numbers; a fourth argument has no "
                 "meaning");
    assert_fails("local x = t:weighted('x', { { 1, 2 } }, 3) return x", NKB_ERULE,
                 "score.lua:2: t:weighted takes a name and a list of { weight, number }; a third "
                 "argument has no meaning");
    assert_fails("local x = t:weighted('x', { { t:metric 'training.mfu_percent', 0.4 } }) return x",
                 NKB_ERULE,
                 "score.lua:2: 'x': item 1 has 'training.mfu_percent' first and 0.4 second; a "
                 "weight comes first, { weight, number }");
    assert_fails("local x = t:weighted('x', { { 1 / t:value('y', 2), 0.4 } }) return x", NKB_ERULE,
                 "score.lua:2: 'x': item 1 has a ratio first and 0.4 second; a weight comes first, "
                 "{ weight, number }");
    assert_true(score_of("return t:weighted('x', { { t:value('w', 2), t:value('y', 3) } })") == 6);
}

/* With a frame of the rule's on the stack its line is named; a tail call leaves none. */
static void test_places(void **state)
{
    (void)state;
    assert_fails("local x = t:ratio('x', 1, 0) return x", NKB_EINPUT,
                 "score.lua:2: 'x' of 1, 0: division by zero");
    assert_fails("\nlocal x = t:geomean('x', { 1, -2 }) return x", NKB_EINPUT,
                 "score.lua:3: 'x' of 1, -2: a geometric mean takes numbers above 0");
    assert_fails("local x = t:sum('x', {}) return x", NKB_EINPUT,
                 "score.lua:2: 'x' is a sum of nothing");
    assert_fails("local x = t:value('x', 0/0) return x", NKB_EINPUT,
                 "score.lua:2: 'x' is nan; a finite number is expected");
    assert_fails("local x = t:mean({ 1 }) return x", NKB_ERULE,
                 "score.lua:2: t:mean: the first argument is the node's name, not a table");
}

static void test_what_score_returns(void **state)
{
    (void)state;
    assert_true(score_of("return 5") == 5);
    assert_true(score_of("return 5, { { 'a', 2 }, { 'b', t:value('c', 3) } }, 'special'") == 5);
    assert_fails("", NKB_ERULE,
                 "score.lua: score returned nothing; a number, or what t returned, is expected");
    assert_fails("return 'x'", NKB_ERULE,
                 "score.lua: score returned a string; a number, or what t returned, is expected");
    assert_fails("return 0/0", NKB_ERULE,
                 "score.lua: the score is nan; a finite number is expected");
    assert_fails("return 1, 5", NKB_ERULE, "score.lua: score returned a number as list of parts");
    assert_fails("return 1, { 5 }", NKB_ERULE,
                 "score.lua: part 1 of the score has no name; { name, number } is expected");
    assert_fails("return 1, nil, 5", NKB_ERULE,
                 "score.lua: score returned a number as mode; a text is expected");
    assert_fails("return t:value('x', 1), { { 'a', 1 } }", NKB_ERULE,
                 "score.lua: score returned a node and a list of parts; the node has its parts");
}

static const char *text_at(struct fixture *f, const char *path)
{
    const struct nkb_value *v = nkb_value_path(f->result, path);
    assert_true(nkb_value_is(v, NKB_STRING));
    return v->as.string.ptr;
}

static void test_tree(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(
        fixture_run(&f, "local bonus = 1 + t:metric 'hlo.static.nki_ratio'\n"
                        "return t:weighted('score', { { 0.4, t:product('training', { { 'bonus', "
                        "bonus }, 2, { 'three', 3 } }) }, { 0.6, { 'x', 1 } } })"),
        0);
    assert_string_equal(text_at(&f, "tree.op"), "weighted");
    assert_string_equal(text_at(&f, "tree.children.0.name"), "training");
    assert_string_equal(text_at(&f, "tree.children.0.children.0.name"), "bonus");
    assert_string_equal(text_at(&f, "tree.children.0.children.0.op"), "sum");
    assert_string_equal(text_at(&f, "tree.children.0.children.0.children.1.path"),
                        "hlo.static.nki_ratio");
    assert_string_equal(text_at(&f, "tree.children.0.children.0.children.1.file"), "cache");
    assert_string_equal(text_at(&f, "tree.children.0.children.0.children.1.field"), "4 modules");
    assert_string_equal(text_at(&f, "tree.children.0.children.0.children.1.source"),
                        "cache: 4 modules");
    assert_true(nkb_value_path(f.result, "tree.children.1.weight")->as.number == 0.6);
    assert_string_equal(text_at(&f, "mode"), "combined");
    assert_int_equal(fixture_run(&f, "return 5, { { 'a', 2 } }, 'special'"), 0);
    assert_string_equal(text_at(&f, "mode"), "special");
    assert_string_equal(text_at(&f, "tree.children.0.name"), "a");
    assert_int_equal(fixture_run(&f, "return 5, 'special'"), 0);
    assert_string_equal(text_at(&f, "mode"), "special");
    fixture_close(&f);
}

/* A file is what was read, never a word of the source; a document's values are at their path in it.
 */
static void test_places_of_metrics(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(
        fixture_run(&f,
                    "return t:sum('x', { t:metric 'model.hidden_size', t:metric 'model.counted', "
                    "t:metric 'training.mfu_percent', t:metric 'hlo.static.macs' })"),
        0);
    assert_string_equal(text_at(&f, "tree.children.0.file"), "config.json");
    assert_string_equal(text_at(&f, "tree.children.0.field"), "hidden_size");
    assert_null(nkb_value_path(f.result, "tree.children.0.source"));
    assert_string_equal(text_at(&f, "tree.children.1.source"), "a formula");
    assert_string_equal(text_at(&f, "tree.children.2.source"), "--throughput");
    assert_string_equal(text_at(&f, "tree.children.3.source"), "cache");
    for (int i = 1; i <= 3; i++) {
        char path[64];
        snprintf(path, sizeof path, "tree.children.%d.file", i);
        assert_null(nkb_value_path(f.result, path));
    }
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_nodes),
        cmocka_unit_test(test_impossible_nodes),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_what_score_returns),
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_places_of_metrics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
