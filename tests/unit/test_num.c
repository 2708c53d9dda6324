/* Numbers: text and back against tables made with CPython (`repr`, `float`, `/` on integers),
 * checked arithmetic, and a locale whose decimal point is a comma. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "tsv.h"

#define DATA "tests/data/num"

static struct tsv table(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, DATA "/%s", name);
    FILE *file = fopen(path, "rb"); /* tsv_open would skip, and this table is ours */
    if (!file)
        fail_msg("%s: no such file; the tests run in the top folder", path);
    fclose(file);
    return tsv_open(DATA, name);
}

static uint64_t hex(const char *text)
{
    return strtoull(text, NULL, 16);
}

static double from_bits(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static uint64_t to_bits(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static void doubles_print_as_python_does(void **state)
{
    (void)state;
    struct tsv t = table("repr.tsv");
    while (tsv_next(&t)) {
        char text[NKB_NUM_TEXT_BYTES];
        const char *want = tsv_get(&t, "repr");
        size_t length = nkb_format_double(from_bits(hex(tsv_get(&t, "bits"))), text);
        assert_string_equal(text, want);
        assert_int_equal(length, strlen(want));
    }
    assert_int_equal(t.rows, 1000);
    tsv_close(&t);
}

static void printed_doubles_read_back(void **state)
{
    (void)state;
    struct tsv t = table("repr.tsv");
    while (tsv_next(&t)) {
        double v = 0;
        assert_true(nkb_parse_double(nkb_str_from(tsv_get(&t, "repr")), false, &v));
        assert_true(to_bits(v) == hex(tsv_get(&t, "bits")));
    }
    tsv_close(&t);
}

static void what_is_not_finite_prints_as_python_does(void **state)
{
    (void)state;
    char text[NKB_NUM_TEXT_BYTES];
    assert_int_equal(nkb_format_double(NAN, text), 3);
    assert_string_equal(text, "nan");
    assert_int_equal(nkb_format_double(-INFINITY, text), 4);
    assert_string_equal(text, "-inf");
    assert_int_equal(nkb_format_double(INFINITY, text), 3);
    assert_string_equal(text, "inf");
}

static void quotients_are_rounded_once(void **state)
{
    (void)state;
    struct tsv t = table("ratio.tsv");
    while (tsv_next(&t)) {
        double ratio = nkb_ratio(tsv_int(&t, "a"), tsv_int(&t, "b"));
        if (to_bits(ratio) != hex(tsv_get(&t, "bits")))
            fail_msg("%s / %s gives %a", tsv_get(&t, "a"), tsv_get(&t, "b"), ratio);
    }
    assert_true(t.rows > 800);
    tsv_close(&t);
}

static void wide_integers_are_rounded_once(void **state)
{
    (void)state;
    struct tsv t = table("wide.tsv");
    while (tsv_next(&t)) {
        nkb_u128 wide = (nkb_u128)hex(tsv_get(&t, "high")) << 64 | hex(tsv_get(&t, "low"));
        double v = nkb_i128_to_double((nkb_i128)wide);
        if (to_bits(v) != hex(tsv_get(&t, "bits")))
            fail_msg("%s%s gives %a", tsv_get(&t, "high"), tsv_get(&t, "low"), v);
    }
    assert_true(t.rows > 400);
    tsv_close(&t);
}

static void wide_integers_fit_or_do_not(void **state)
{
    (void)state;
    int64_t v = 7;
    assert_true(nkb_i128_fits(INT64_MAX, &v));
    assert_true(v == INT64_MAX);
    assert_true(nkb_i128_fits(INT64_MIN, &v));
    assert_true(v == INT64_MIN);
    assert_false(nkb_i128_fits((nkb_i128)INT64_MAX + 1, &v));
    assert_false(nkb_i128_fits((nkb_i128)INT64_MIN - 1, &v));
    assert_true(v == INT64_MIN);
}

static void decimal_text_reads_as_python_reads_it(void **state)
{
    (void)state;
    struct tsv t = table("parse.tsv");
    while (tsv_next(&t)) {
        double v = 0;
        if (!nkb_parse_double(nkb_str_from(tsv_get(&t, "text")), false, &v) ||
            to_bits(v) != hex(tsv_get(&t, "bits")))
            fail_msg("'%.60s' reads as %a", tsv_get(&t, "text"), v);
    }
    assert_true(t.rows > 20);
    tsv_close(&t);
}

static void what_is_no_decimal_number_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",     " ",   "+",    "-",    ".",   "+.",    "e5",   ".e5",      "1e",   "1e+",
        "1e5x", " 1",  "1 ",   "0x10", "1,5", "1_000", "1..2", "1.5.2",    "--1",  "1e5.0",
        "nan",  "inf", "-inf", "NaN",  "1d5", "1f",    "\n1",  "infinity", "1e--5"};
    double v = 42;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (nkb_parse_double(nkb_str_from(texts[i]), false, &v))
            fail_msg("'%s' was taken for a number", texts[i]);
    assert_false(nkb_parse_double((struct nkb_str){"1\0", 2}, false, &v));
    assert_false(nkb_parse_double(NKB_STR_NONE, false, &v));
    assert_false(nkb_parse_double(NKB_STR_NONE, true, &v));
    assert_true(v == 42);
}

static void special_words_read_where_they_are_allowed(void **state)
{
    (void)state;
    double v = 0;
    assert_true(nkb_parse_double(NKB_STR_LITERAL("NaN"), true, &v));
    assert_true(isnan(v));
    assert_true(nkb_parse_double(NKB_STR_LITERAL("-Infinity"), true, &v));
    assert_true(v == -INFINITY);
    assert_true(nkb_parse_double(NKB_STR_LITERAL("+INF"), true, &v));
    assert_true(v == INFINITY);
    assert_false(nkb_parse_double(NKB_STR_LITERAL("infinit"), true, &v));
    assert_false(nkb_parse_double(NKB_STR_LITERAL("nan(1)"), true, &v));
}

/* Text is pointer and length: what stands behind it does not count. */
static void only_the_given_length_is_read(void **state)
{
    (void)state;
    double v = 0;
    int64_t i = 0;
    assert_true(nkb_parse_double((struct nkb_str){"1.5e3", 3}, false, &v));
    assert_true(v == 1.5);
    assert_true(nkb_parse_i64((struct nkb_str){"123456", 3}, &i));
    assert_int_equal(i, 123);
}

static void integers_read_whole_or_not_at_all(void **state)
{
    (void)state;
    static const char *const bad[] = {"",    "+", "-", " 1",  "1 ",  "1.0",
                                      "1e3", "x", "-", "0x1", "1_0", "--1"};
    int64_t v = 42;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (nkb_parse_i64(nkb_str_from(bad[i]), &v))
            fail_msg("'%s' was taken for an integer", bad[i]);
    assert_false(nkb_parse_i64(NKB_STR_NONE, &v));
    assert_false(nkb_parse_i64(NKB_STR_LITERAL("9223372036854775808"), &v));
    assert_false(nkb_parse_i64(NKB_STR_LITERAL("-9223372036854775809"), &v));
    assert_false(nkb_parse_i64(NKB_STR_LITERAL("99999999999999999999999"), &v));
    assert_true(v == 42);
    assert_true(nkb_parse_i64(NKB_STR_LITERAL("9223372036854775807"), &v));
    assert_true(v == INT64_MAX);
    assert_true(nkb_parse_i64(NKB_STR_LITERAL("-9223372036854775808"), &v));
    assert_true(v == INT64_MIN);
    assert_true(nkb_parse_i64(NKB_STR_LITERAL("+007"), &v));
    assert_true(v == 7);
}

static void sums_and_products_that_overflow_leave_the_result_alone(void **state)
{
    (void)state;
    size_t size = 7;
    assert_false(nkb_size_add(SIZE_MAX, 1, &size));
    assert_false(nkb_size_mul(SIZE_MAX / 2 + 1, 2, &size));
    assert_true(size == 7);
    assert_true(nkb_size_add(SIZE_MAX - 1, 1, &size) && size == SIZE_MAX);
    assert_true(nkb_size_mul(SIZE_MAX / 2, 2, &size) && size == SIZE_MAX - 1);

    int64_t whole = 7;
    assert_false(nkb_i64_add(INT64_MAX, 1, &whole));
    assert_false(nkb_i64_add(INT64_MIN, -1, &whole));
    assert_false(nkb_i64_mul(INT64_MIN, -1, &whole));
    assert_true(whole == 7);
    assert_true(nkb_i64_mul(INT64_MIN, 1, &whole) && whole == INT64_MIN);

    nkb_i128 wide = 7, most = (nkb_i128)(~(nkb_u128)0 >> 1);
    assert_false(nkb_i128_add(most, 1, &wide));
    assert_false(nkb_i128_mul(most, 2, &wide));
    assert_true(wide == 7);
    assert_true(nkb_i128_add(most - 1, 1, &wide) && wide == most);
    assert_true(nkb_i128_mul(INT64_MAX, INT64_MAX, &wide));
    assert_true(wide == (nkb_i128)INT64_MAX * INT64_MAX);
}

static void fixed_forms_are_those_of_printf(void **state)
{
    (void)state;
    char text[512];
    assert_int_equal(nkb_format_fixed(2.5, 'f', 0, text, sizeof text), 1);
    assert_string_equal(text, "2"); /* ties to even, as Python */
    nkb_format_fixed(15.4586, 'f', 2, text, sizeof text);
    assert_string_equal(text, "15.46");
    nkb_format_fixed(0.000123456, 'e', 3, text, sizeof text);
    assert_string_equal(text, "1.235e-04");
    nkb_format_fixed(1234567, 'g', 4, text, sizeof text);
    assert_string_equal(text, "1.235e+06");
    nkb_format_fixed(1, 'f', -3, text, sizeof text);
    assert_string_equal(text, "1");
    assert_int_equal(nkb_format_fixed(1e308, 'f', 500, text, sizeof text), 309 + 1 + 99);
}

static void a_small_place_gets_what_fits(void **state)
{
    (void)state;
    char text[8] = "unused";
    assert_int_equal(nkb_format_fixed(1234567.5, 'f', 1, text, 5), 4);
    assert_string_equal(text, "1234");
    assert_int_equal(nkb_format_fixed(1.5, 'f', 1, text, 0), 0);
    assert_string_equal(text, "1234");
}

/* tests/run.sh makes the locale `comma` and says where it is. */
static void a_locale_changes_nothing(void **state)
{
    (void)state;
    const char *place = getenv("TEST_LOCPATH");
    if (!place || setenv("LOCPATH", place, 1) != 0 || !setlocale(LC_NUMERIC, "comma")) {
        print_message("SKIPPED: no locale with a decimal comma; localedef makes one\n");
        skip();
    }
    assert_string_equal(localeconv()->decimal_point, ",");
    char text[NKB_NUM_TEXT_BYTES];
    double v = 0;
    bool read = nkb_parse_double(NKB_STR_LITERAL("1234.5"), false, &v);
    nkb_format_double(1234.5, text);
    char fixed[64];
    size_t length = nkb_format_fixed(1234.5, 'f', 2, fixed, sizeof fixed);
    setlocale(LC_NUMERIC, "C");
    assert_true(read && v == 1234.5);
    assert_string_equal(text, "1234.5");
    assert_string_equal(fixed, "1234.50");
    assert_int_equal(length, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_print_as_python_does),
        cmocka_unit_test(printed_doubles_read_back),
        cmocka_unit_test(what_is_not_finite_prints_as_python_does),
        cmocka_unit_test(quotients_are_rounded_once),
        cmocka_unit_test(wide_integers_are_rounded_once),
        cmocka_unit_test(wide_integers_fit_or_do_not),
        cmocka_unit_test(decimal_text_reads_as_python_reads_it),
        cmocka_unit_test(what_is_no_decimal_number_is_refused),
        cmocka_unit_test(special_words_read_where_they_are_allowed),
        cmocka_unit_test(only_the_given_length_is_read),
        cmocka_unit_test(integers_read_whole_or_not_at_all),
        cmocka_unit_test(sums_and_products_that_overflow_leave_the_result_alone),
        cmocka_unit_test(fixed_forms_are_those_of_printf),
        cmocka_unit_test(a_small_place_gets_what_fits),
        cmocka_unit_test(a_locale_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
