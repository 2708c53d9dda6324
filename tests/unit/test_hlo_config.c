/* What Python makes of a kernel's backend_config, and a while's trip count. Each expectation was
 * had from CPython 3.11: json.loads(base64.b64decode(config)), then int(config.get("mac_count",
 * 0)). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/buf.h"
#include "input/hlo_config.h"
#include "input/json_scan.h"
#include "input/python_text.h"

static struct nkb_buf encode(struct nkb_str text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct nkb_buf out = NKB_BUF_INIT;

    for (size_t i = 0; i < text.len; i += 3) {
        unsigned long bits = 0;
        for (size_t j = 0; j < 3; j++)
            bits = bits << 8 | (i + j < text.len ? (unsigned char)text.ptr[i + j] : 0u);
        for (size_t j = 0; j < 4; j++)
            nkb_buf_char(&out, i + j > text.len ? '=' : letters[bits >> (18 - 6 * j) & 63]);
    }
    return out;
}

static void expect_raw(struct nkb_str config, enum nkb_nki_status status, int64_t macs,
                       const char *why)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    const struct nkb_nki_config *read = nkb_nki_config_read(config, &arena);

    assert_non_null(read);
    if (read->status != status || read->mac_count != macs)
        fail_msg("%.*s: status %d, %lld MACs", NKB_STR_ARG(config), read->status,
                 (long long)read->mac_count);
    assert_int_equal(!read->why, status == NKB_NKI_OK || status == NKB_NKI_NO_COUNT);
    if (why)
        assert_string_equal(read->why, why);
    nkb_arena_free(&arena);
}

static void expect(struct nkb_str json, enum nkb_nki_status status, int64_t macs, const char *why)
{
    struct nkb_buf config = encode(json);
    expect_raw(nkb_buf_str(&config), status, macs, why);
    nkb_buf_free(&config);
}

#define OK(json, macs) expect(NKB_STR_LITERAL(json), NKB_NKI_OK, macs, NULL)
#define NO_COUNT(json) expect(NKB_STR_LITERAL(json), NKB_NKI_NO_COUNT, 0, NULL)
#define BAD(json, why) expect(NKB_STR_LITERAL(json), NKB_NKI_UNREADABLE, 0, why)
#define COUNT(value) "{\"mac_count\": " value "}"

static void test_counts_that_int_takes(void **state)
{
    (void)state;
    OK(COUNT("12"), 12);
    OK(COUNT("-7"), -7);
    OK(COUNT("true"), 1);
    OK(COUNT("false"), 0);
    OK(COUNT("-0"), 0);
    OK(COUNT("5.5"), 5);
    OK(COUNT("-5.9"), -5);
    OK(COUNT("-0.9"), 0);
    OK(COUNT("1e3"), 1000);
    OK(COUNT("1E+2"), 100);
    OK(COUNT("9007199254740993.0"), INT64_C(9007199254740992)); /* a double by then */
    OK(COUNT("4503599627370497.5"), INT64_C(4503599627370498));
    OK(COUNT("9223372036854775807"), INT64_MAX);
    OK(COUNT("-9223372036854775808"), INT64_MIN);
}

static void test_counts_in_strings(void **state)
{
    (void)state;
    OK(COUNT("\"12\""), 12);
    OK(COUNT("\" 31 \""), 31);
    OK(COUNT("\"\\t-012\\n\""), -12);
    OK(COUNT("\"+12\""), 12);
    OK(COUNT("\"1_000\""), 1000);
    OK(COUNT("\"\xd9\xa1\xd9\xa2\""), 12); /* Arabic-Indic */
    OK(COUNT("\"\\u0031\\u0032\""), 12);
    OK(COUNT("\"\xf0\x9d\x9f\x99\\ud835\\udfda\""), 12); /* mathematical, plain and escaped */
    OK(COUNT("\"\xc2\xa0"
             "7\xe3\x80\x80\""),
       7); /* spaces of Unicode */
}

static void test_counts_that_int_refuses(void **state)
{
    (void)state;
    BAD(COUNT("null"), "mac_count is null; a number is expected");
    BAD(COUNT("NaN"), "mac_count is NaN or Infinity; a number is expected");
    BAD(COUNT("Infinity"), "mac_count is NaN or Infinity; a number is expected");
    BAD(COUNT("-Infinity"), "mac_count is NaN or Infinity; a number is expected");
    BAD(COUNT("1e400"), "mac_count is a number beyond all doubles; a number is expected");
    BAD(COUNT("[12]"), "mac_count is a list or an object; a number is expected");
    BAD(COUNT("{\"v\": 12}"), "mac_count is a list or an object; a number is expected");
    BAD(COUNT("\"x\""), "mac_count is no whole number; a number is expected");
    BAD(COUNT("\"12.5\""), NULL);
    BAD(COUNT("\"0x10\""), NULL);
    BAD(COUNT("\"\""), NULL);
    BAD(COUNT("\" \""), NULL);
    BAD(COUNT("\"1__0\""), NULL);
    BAD(COUNT("\"_1\""), NULL);
    BAD(COUNT("\"1_\""), NULL);
    BAD(COUNT("\"+ 1\""), NULL);
    BAD(COUNT("\"1 2\""), NULL);
    BAD(COUNT("\"12\\u0000\""), NULL);
    BAD(COUNT("\"\\u001c1\""), NULL);
    BAD(COUNT("\"\xc2\xb2\""), NULL); /* superscript two: a digit, but no decimal one */
    BAD(COUNT("\"\\ud835\""), NULL);
}

static void test_what_json_refuses(void **state)
{
    (void)state;
    BAD("   ", "not JSON: a value is expected at byte 3");
    BAD(COUNT("012"), "not JSON: a comma or the end is expected at byte 15");
    BAD(COUNT("+12"), "not JSON: a value is expected at byte 14");
    BAD(COUNT(".5"), "not JSON: a value is expected at byte 14");
    BAD(COUNT("5."), "not JSON: a comma or the end is expected at byte 15");
    BAD(COUNT("1e"), "not JSON: a comma or the end is expected at byte 15");
    BAD(COUNT("-"), "not JSON: a value is expected at byte 14");
    BAD("{\"mac_count\": 1", "not JSON: a comma or the end is expected at byte 15");
    BAD("{\"mac_count\": 1} x", "not JSON: text behind the value at byte 17");
    BAD("{\"mac_count\": 1,}", "not JSON: a key in double quotes is expected at byte 16");
    BAD("{'mac_count': 1}", "not JSON: a key in double quotes is expected at byte 1");
    BAD("{\"mac_count\" 1}", "not JSON: a colon is expected at byte 13");
    BAD("{\"a\": \"\n\", \"mac_count\": 1}", "not JSON: a control character in a string at byte 7");
    BAD("{\"a\": \"\\x\", \"mac_count\": 1}",
        "not JSON: an escape that JSON does not have at byte 7");
    BAD("{\"a\": \"\\u12g4\", \"mac_count\": 1}",
        "not JSON: a \\u escape without four hex digits at byte 7");
    BAD("{\"mac_count\": \"1", "not JSON: a string without its closing quote at byte 16");
    BAD("{\"a\": [1,], \"mac_count\": 1}", "not JSON: a value is expected at byte 9");
    BAD("{\"a\": [1}, \"mac_count\": 1}", "not JSON: a comma or the end is expected at byte 8");
    BAD("{\"a\": tru, \"mac_count\": 1}", "not JSON: a value is expected at byte 6");
    BAD("[]", "JSON, but no object");
    BAD("null", "JSON, but no object");
    BAD("3", "JSON, but no object");
    BAD("\"s\"", "JSON, but no object");
}

static void test_only_the_key_at_the_top_counts_and_its_last_value(void **state)
{
    (void)state;
    OK("{\"mac_count\": 1, \"mac_count\": 2}", 2);
    BAD("{\"mac_count\": 1, \"mac_count\": null}", NULL);
    OK("{\"m\\u0061c_count\": 12}", 12);
    OK("{\"a\": {\"mac_count\": 1}, \"mac_count\": 12, \"b\": [{\"mac_count\": 3}]}", 12);
    OK("{\"x\": NaN, \"y\": -Infinity, \"mac_count\": 53}", 53);
    OK(" \t\r\n{ \"mac_count\" : 12 , \"a\" : [ ] } \n", 12);
    NO_COUNT("{}");
    NO_COUNT("{\"Mac_count\": 1}");
    NO_COUNT("{\"mac_count\\u0000\": 1}");
    NO_COUNT("{\"a\": {\"mac_count\": 1}}");
}

static void test_encodings_are_detected(void **state)
{
    (void)state;
    OK("\xef\xbb\xbf{\"mac_count\": 43}", 43);
    OK("\xff\xfe{\0\"\0m\0a\0c\0_\0c\0o\0u\0n\0t\0\"\0:\0"
       "7\0}\0",
       7);
    OK("\xfe\xff\0{\0\"\0m\0a\0c\0_\0c\0o\0u\0n\0t\0\"\0:\0"
       "7\0}",
       7);
    OK("{\0\"\0m\0a\0c\0_\0c\0o\0u\0n\0t\0\"\0:\0"
       "7\0}\0",
       7);
    OK("\0{\0\"\0m\0a\0c\0_\0c\0o\0u\0n\0t\0\"\0:\0"
       "7\0}",
       7);
    NO_COUNT("{\0\0\0}\0\0\0");
    NO_COUNT("\0\0\0{\0\0\0}");
    NO_COUNT("\xff\xfe\0\0{\0\0\0}\0\0\0");
    NO_COUNT("\0\0\xfe\xff\0\0\0{\0\0\0}");
    OK("{\"x\": \"\xed\xa0\x80\", \"mac_count\": 4}", 4); /* a surrogate in three bytes */
    OK("{\"x\": \"\\ud800\", \"mac_count\": 47}", 47);
    BAD("{\"x\": \"\xff\", \"mac_count\": 4}", "not UTF-8");
    BAD("{\"x\": \"\xed\xa0\", \"mac_count\": 4}", "not UTF-8");
    BAD("\xff\xfe{\0}\0 ", "not UTF-16, which its first bytes say it is");
    BAD("{\0\0\0}\0\0\0 ", "not UTF-32, which its first bytes say it is");
    BAD("\0\0\0{\0\x11\0\0", "not UTF-32, which its first bytes say it is");
    BAD("\xef\xbb\xbf\xef\xbb\xbf{}", "not JSON: a value is expected at byte 0");
}

#define RAW(config, status, macs, why) expect_raw(NKB_STR_LITERAL(config), status, macs, why)

static void test_base64_as_leniently_as_python(void **state)
{
    (void)state;
    RAW("eyJtYWNfY291bnQiOiAxMn0=", NKB_NKI_OK, 12, NULL);
    RAW("eyJt\nYWNf Y291<bnQi>OiAxMn0=", NKB_NKI_OK, 12, NULL);
    RAW("eyJtYWNf\0Y291bnQiOiAxMn0=", NKB_NKI_OK, 12, NULL);
    RAW("eyJtYWNfY291bnQiOiAxMn0=eyJ", NKB_NKI_OK, 12, NULL);
    RAW("eyJtYWNfY291bnQiOiAxMn0====", NKB_NKI_OK, 12, NULL);
    RAW("eyJtYWNf=Y291bnQiOiAxMn0=", NKB_NKI_OK, 12, NULL);
    RAW("eyJtYWNfY291bnQiOiAxMn0", NKB_NKI_UNREADABLE, 0, "base64 without its padding");
    RAW("<truncated>", NKB_NKI_UNREADABLE, 0, "base64 with one character too many or some missing");
    RAW("", NKB_NKI_UNREADABLE, 0, "no backend_config");
    RAW("=", NKB_NKI_UNREADABLE, 0, "not JSON: a value is expected at byte 0");
    RAW("-_-", NKB_NKI_UNREADABLE, 0, "not JSON: a value is expected at byte 0");
}

static void digits(int count, const char *around, enum nkb_nki_status status, const char *why)
{
    char number[4400];
    struct nkb_buf json = NKB_BUF_INIT;

    memset(number, '1', (size_t)count);
    number[count] = '\0';
    nkb_buf_printf(&json, "{\"mac_count\": %s%s%s}", around, number, around);
    expect(nkb_buf_str(&json), status, 0, why);
    json.len = 0;
    nkb_buf_printf(&json, "{\"a\": -%s, \"b\": 1}", number);
    expect(nkb_buf_str(&json), count > 4300 ? NKB_NKI_UNREADABLE : NKB_NKI_NO_COUNT, 0, NULL);
    nkb_buf_free(&json);
}

static void test_digit_limit_is_4300(void **state)
{
    (void)state;
    digits(4300, "", NKB_NKI_OVERFLOW, "mac_count does not fit 127 bits");
    digits(4301, "", NKB_NKI_UNREADABLE,
           "not JSON: a number of more than 4300 digits at byte 4315");
    digits(4300, "\"", NKB_NKI_OVERFLOW, "mac_count does not fit 127 bits");
    digits(4301, "\"", NKB_NKI_UNREADABLE,
           "mac_count is a number of more than 4300 digits; a number is expected");
}

static void test_counts_beyond_127_bits_are_told_apart(void **state)
{
    const nkb_i128 most = (nkb_i128)(~(nkb_u128)0 >> 1), e15 = INT64_C(1000000000000000);
    const struct {
        const char *number;
        enum nkb_nki_status status;
        nkb_i128 macs;
    } cases[] = {
        {"170141183460469231731687303715884105727", NKB_NKI_OK, most},
        {"170141183460469231731687303715884105728", NKB_NKI_OVERFLOW, 0},
        {"-170141183460469231731687303715884105728", NKB_NKI_OK, -most - 1},
        {"-170141183460469231731687303715884105729", NKB_NKI_OVERFLOW, 0},
        {"1e30", NKB_NKI_OK, e15 * e15 + 19884624838656},
        {"1.8e38", NKB_NKI_OVERFLOW, 0},
        {"-1.7e308", NKB_NKI_OVERFLOW, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct nkb_arena arena = NKB_ARENA_INIT;
        struct nkb_buf json = NKB_BUF_INIT, config;
        nkb_buf_printf(&json, "{\"mac_count\": %s}", cases[i].number);
        config = encode(nkb_buf_str(&json));
        const struct nkb_nki_config *read = nkb_nki_config_read(nkb_buf_str(&config), &arena);
        assert_int_equal(read->status, cases[i].status);
        assert_true(read->mac_count == cases[i].macs);
        nkb_arena_free(&arena);
        nkb_buf_free(&json);
        nkb_buf_free(&config);
    }
}

static void test_nesting_limit_is_python_s(void **state)
{
    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        struct nkb_buf json = NKB_BUF_INIT;
        nkb_buf_text(&json, "{\"a\": ");
        for (int i = 1; i < NKB_JSON_DEPTH + extra; i++)
            nkb_buf_char(&json, '[');
        for (int i = 1; i < NKB_JSON_DEPTH + extra; i++)
            nkb_buf_char(&json, ']');
        nkb_buf_text(&json, ", \"mac_count\": 12}");
        if (extra == 0)
            expect(nkb_buf_str(&json), NKB_NKI_OK, 12, NULL);
        else
            expect(nkb_buf_str(&json), NKB_NKI_UNREADABLE, 0,
                   "not JSON: nested too deep at byte 995");
        nkb_buf_free(&json);
    }
}

static void expect_name(struct nkb_str json, const char *name)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_buf config = encode(json);
    const struct nkb_nki_config *read = nkb_nki_config_read(nkb_buf_str(&config), &arena);

    assert_true(nkb_str_is(read->func_name, name));
    nkb_arena_free(&arena);
    nkb_buf_free(&config);
}

static void test_the_kernel_s_name(void **state)
{
    (void)state;
    expect_name(NKB_STR_LITERAL("{\"func_name\": \"nki_\\u00e9\\n\\\"\\ud83d\\ude00\"}"),
                "nki_\xc3\xa9\n\"\xf0\x9f\x98\x80");
    expect_name(NKB_STR_LITERAL("{\"func_name\": \"a\\ud800z\"}"), "a\xef\xbf\xbdz");
    expect_name(NKB_STR_LITERAL("{\"func_name\": \"a\", \"func_name\": \"b\"}"), "b");
    expect_name(NKB_STR_LITERAL("{\"func_name\": 3}"), "");
    expect_name(NKB_STR_LITERAL("{\"func_name\": \"f\", \"mac_count\": null}"), "f");
}

static void trips(const char *config, int64_t expected)
{
    int64_t count = -1;
    bool known = nkb_trip_count_read(nkb_str_from(config), &count);
    if (known != (expected >= 0) || (known && count != expected))
        fail_msg("%s: %d, %lld trips", config, known, (long long)count);
}

static void test_trip_counts(void **state)
{
    (void)state;
    trips("{\"known_trip_count\":{\"n\":\"7\"}}", 7);
    trips(
        "{\"known_init_step\":{\"init\":\"0\",\"step\":\"1\"},\"known_trip_count\":{\"n\":\"126\"},"
        "\"known_induction_variable\":{\"tuple_index\":\"0\"}}",
        126);
    trips("{\"known_trip_count\":{\"n\":7}}", 7);
    trips("{\"known_trip_count\":{\"n\":7.0}}", 7);
    trips("{\"known_trip_count\":{\"n\":\"9223372036854775807\"}}", INT64_MAX);
    trips("{\"known_trip_count\":{}}", 0); /* protobuf's JSON leaves zeros out */
    trips("{\"known_trip_count\":{\"n\":\"0\"}}", 0);
    trips("{\"known_trip_count\":{\"n\":\"-1\"}}", -1);
    trips("{\"known_trip_count\":{\"n\":7.5}}", -1);
    trips("{\"known_trip_count\":{\"n\":\"9223372036854775808\"}}", -1);
    trips("{\"known_trip_count\":{\"n\":null}}", -1);
    trips("{\"known_trip_count\":{\"n\":{\"n\":\"7\"}}}", -1);
    trips("{\"known_trip_count\":7}", -1);
    trips("{\"a\":{\"known_trip_count\":{\"n\":\"7\"}}}", -1);
    trips("{\"a\":{\"n\":\"7\"}}", -1);
    trips("{\"known_trip_count\":{\"n\":\"7\"}", -1);
    trips("", -1);
    trips("known_trip_count", -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_that_int_takes),
        cmocka_unit_test(test_counts_in_strings),
        cmocka_unit_test(test_counts_that_int_refuses),
        cmocka_unit_test(test_what_json_refuses),
        cmocka_unit_test(test_only_the_key_at_the_top_counts_and_its_last_value),
        cmocka_unit_test(test_encodings_are_detected),
        cmocka_unit_test(test_base64_as_leniently_as_python),
        cmocka_unit_test(test_digit_limit_is_4300),
        cmocka_unit_test(test_counts_beyond_127_bits_are_told_apart),
        cmocka_unit_test(test_nesting_limit_is_python_s),
        cmocka_unit_test(test_the_kernel_s_name),
        cmocka_unit_test(test_trip_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
