/* Lua patterns that would take too long are refused before they start, because no hook looks into
 * matching. */
#include "host_fixture.h"

#include "host/pattern.h"

static const char out_of_instructions[] =
    "score.lua:2: stopped after 50 M instructions (--max-instructions)";

#define TOO_LONG(bytes)                                                                            \
    "score.lua:2: this pattern takes more than 50 M steps on " bytes                               \
    " bytes; anchor it, or give it less"

static void test_backtracking(void **state)
{
    (void)state;
    assert_fails("return (('a'):rep(30000)):find '.-.-.-b'", NKB_ERULE, TOO_LONG("30000"));
    assert_fails("return (('a'):rep(60)):match(('a?'):rep(60) .. ('a'):rep(61))", NKB_ERULE,
                 TOO_LONG("60"));
    assert_fails("for w in (('('):rep(1 << 20)):gmatch '%b()' do end", NKB_ERULE,
                 TOO_LONG("1048576"));
    assert_fails("return (('x'):rep(20000)):gsub('(.+)%1b', '')", NKB_ERULE, TOO_LONG("20000"));
    assert_fails("return (('x'):rep(10000)):find('[' .. ('ab'):rep(10000) .. ']')", NKB_ERULE,
                 TOO_LONG("10000"));
    assert_fails("return (('a'):rep(1 << 24)):find(('a'):rep(1 << 20) .. 'b', 1, true)", NKB_ERULE,
                 TOO_LONG("16777216"));
    assert_fails("while true do local _ = (('a'):rep(3000)):find '.-b' end", NKB_ERULE,
                 out_of_instructions);
    assert_true(score_of("return #('  a b  '):match '^%s*(.-)%s*$'") == 3);
    assert_true(score_of("local n = 0 for k, v in ('a=1, b=2'):gmatch '(%w+)=(%w+)' do n = n + v "
                         "end return n") == 3);
    assert_true(score_of("return #(('x '):rep(1 << 20):gsub('%s+', ''))") == 1 << 20);
    assert_true(score_of("return (('a.b'):find('.', 1, true))") == 2);
    assert_true(
        score_of(
            "return ('2026-03-04T09:15:02'):match '^(%d+)-(%d+)-(%d+)T(%d+):(%d+):(%d+)$' + 0") ==
        2026);
}

static uint64_t steps(const char *pattern, const char *subject, size_t start,
                      enum nkb_pattern_use use)
{
    return nkb_pattern_steps(nkb_str_from(pattern), nkb_str_from(subject), start, use, 1000000);
}

static void test_pattern_steps(void **state)
{
    (void)state;
    assert_int_equal(steps("a", "a", 0, NKB_PATTERN_FIRST),
                     3); /* the item, the letter, the start */
    assert_int_equal(steps("a", "bbb", 0, NKB_PATTERN_FIRST), 12);
    assert_int_equal(steps("^a", "bbb", 0, NKB_PATTERN_FIRST), 3);
    assert_int_equal(steps("a", "bbb", 2, NKB_PATTERN_FIRST), 6);
    assert_int_equal(steps("a", "bbb", 4, NKB_PATTERN_FIRST), 0);
    assert_int_equal(steps("", "", 0, NKB_PATTERN_FIRST), 1);
    /* every kind of item ends, at the end of the pattern and of the subject */
    static const char *const patterns[] = {
        "[",    "[^",   "[]",        "[a",     "[%",    "%",      "%b",    "%bx",
        "%f",   "%f[",  "(",         ")",      "()",    "%1",     "(a)%1", "(%1)",
        "$",    "^",    "^$",        "[a-]",   "[a-z]", "[^]a]*", "%a-",   ".-$",
        "a*$b", "%bxy", "%f[%w]%w+", "a?b?c?", "%",     "%%",     "[%%]",  "(()a)"};
    static const char *const subjects[] = {"", "a", "xaby", "((", "xyxy", "%%", "]", "aaaa bbbb"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        for (size_t j = 0; j < sizeof subjects / sizeof *subjects; j++)
            for (int use = NKB_PATTERN_FIRST; use <= NKB_PATTERN_GSUB; use++)
                assert_true(steps(patterns[i], subjects[j], 0, (enum nkb_pattern_use)use) < 1000);
    assert_int_equal(
        nkb_pattern_steps(NKB_STR_LITERAL("a"), NKB_STR_LITERAL("a"), 0, NKB_PATTERN_FIRST, 3), 3);
    assert_true(nkb_pattern_steps(NKB_STR_LITERAL("a"), NKB_STR_LITERAL("bb"), 0, NKB_PATTERN_FIRST,
                                  3) > 3);
}

/* A class that the manual has forgotten and the library has not. */
static void test_backtracking_by_a_class_of_old(void **state)
{
    (void)state;
    char zeros[4000] = {0};
    struct nkb_str pattern = NKB_STR_LITERAL("%z*%z*%z*x"), others = NKB_STR_LITERAL("[%Z]*x");
    struct nkb_str subject = {zeros, sizeof zeros};
    assert_true(nkb_pattern_steps(pattern, subject, 0, NKB_PATTERN_FIRST, 1000000) > 1000000);
    assert_true(nkb_pattern_steps(others, subject, 0, NKB_PATTERN_FIRST, 1000000) < 100000);
}

/* Repeating a position is no error to the library: it goes on looking. */
static void test_backtracking_by_a_repeated_position(void **state)
{
    (void)state;
    char letters[251];
    memset(letters, 'a', 250);
    letters[250] = '\0';
    assert_true(steps("()[a-z]+%w-%l-%1", letters, 0, NKB_PATTERN_FIRST) > 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backtracking),
        cmocka_unit_test(test_pattern_steps),
        cmocka_unit_test(test_backtracking_by_a_class_of_old),
        cmocka_unit_test(test_backtracking_by_a_repeated_position),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
