/* UTF-8 as Python and protobuf demand it, values shown in messages, and "did you mean". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Every code point there is encodes, decodes and is valid; the surrogates and what lies beyond not.
 */
static void every_code_point_goes_there_and_back(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x110010; c++) {
        char bytes[4];
        size_t size = nkb_utf8_encode(c, bytes);
        if ((c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff) {
            assert_int_equal(size, 0);
            continue;
        }
        uint32_t back = 0;
        assert_int_equal(size, c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4);
        assert_int_equal(nkb_utf8_decode(bytes, size, &back), size);
        assert_int_equal(back, c);
        assert_true(nkb_utf8_valid((struct nkb_str){bytes, size}));
        assert_int_equal(nkb_utf8_decode(bytes, size - 1, &back), 0); /* cut short */
    }
}

static void malformed_text_is_found(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xfe",
        "\xff",
        "\xc3",
        "\xe2\x82",
        "\xf0\x9f\x8f",
        "\xc3(",
        "\xe2(\xa1",
        "plain text \xc3",
        "eight by\x80 and more",
        "\xc3\xa9\xa9",
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        if (nkb_utf8_valid(nkb_str_from(bad[i])))
            fail_msg("row %zu was taken for UTF-8", i);
    assert_true(nkb_utf8_valid(NKB_STR_NONE));
    assert_true(nkb_utf8_valid(NKB_STR_LITERAL("\xef\xbb\xbf bom, nul \0 and the end")));
}

/* The same verdict wherever the text is cut in two. */
static void text_in_pieces_is_judged_as_the_whole(void **state)
{
    (void)state;
    static const char *const texts[] = {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8f\x86 and plain text",
                                        "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8f( and plain text",
                                        "the end is cut \xf0\x9f\x8f"};
    for (size_t t = 0; t < COUNT(texts); t++) {
        struct nkb_str whole = nkb_str_from(texts[t]);
        bool want = nkb_utf8_valid(whole);
        assert_int_equal(want, t == 0);
        for (size_t at = 0; at <= whole.len; at++) {
            uint32_t text_state = 0;
            bool got =
                nkb_utf8_feed(&text_state, (struct nkb_str){whole.ptr, at}) &&
                nkb_utf8_feed(&text_state, NKB_STR_NONE) &&
                nkb_utf8_feed(&text_state, (struct nkb_str){whole.ptr + at, whole.len - at}) &&
                text_state == 0;
            assert_int_equal(got, want);
        }
    }
}

static void values_are_shown_on_one_line(void **state)
{
    (void)state;
    char out[NKB_SHOWN_BYTES];
    assert_string_equal(nkb_show(NKB_STR_LITERAL("4k"), out), "4k");
    assert_string_equal(nkb_show(NKB_STR_NONE, out), "");
    assert_string_equal(nkb_show(NKB_STR_LITERAL("a\n\0\x1b[\x7f"), out), "a\\x0a\\x00\\x1b[\\x7f");
    assert_string_equal(nkb_show(NKB_STR_LITERAL("\xc3\xa9\xc2\x9b\xff"), out),
                        "\xc3\xa9\\xc2\\x9b\\xff");
}

static void what_turns_or_breaks_lines_is_not_plain(void **state)
{
    (void)state;
    static const uint32_t not_plain[] = {0,      0x1f,   0x7f,   0x80,   0x9f,
                                         0x2028, 0x202a, 0x202e, 0x2066, 0x2069};
    static const uint32_t plain[] = {0x20, 0x7e, 0xa0, 0x2027, 0x202f, 0x2065, 0x206a, 0x1f3c6};
    for (size_t i = 0; i < sizeof not_plain / sizeof *not_plain; i++)
        assert_false(nkb_utf8_is_plain(not_plain[i]));
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        assert_true(nkb_utf8_is_plain(plain[i]));
}

static void long_values_are_cut_past_60_bytes(void **state)
{
    (void)state;
    char out[NKB_SHOWN_BYTES], text[64 * 4];
    memset(text, 'x', sizeof text);
    assert_int_equal(strlen(nkb_show((struct nkb_str){text, 60}, out)), 60);
    nkb_show((struct nkb_str){text, 61}, out);
    assert_int_equal(strlen(out), 63);
    assert_string_equal(out + 59, "x\xe2\x80\xa6");
    memcpy(text + 58, "\xf0\x9f\x8f\x86", 4); /* would end at byte 62 */
    nkb_show((struct nkb_str){text, 70}, out);
    assert_string_equal(out + 57, "x\xe2\x80\xa6");
    memset(text, 0x01, sizeof text); /* the longest there can be */
    assert_int_equal(strlen(nkb_show((struct nkb_str){text, sizeof text}, out)), 60 * 4 + 3);
}

static void a_slip_is_understood(void **state)
{
    (void)state;
    static const char *const names[] = {
        "score", "scores_file", "latency_ms_avg", "mfu_percent", "throughput", "needs", "log-file"};
    static const struct {
        const char *written, *meant;
    } slips[] = {
        {"scoer", "score"},
        {"SCORE", "score"},
        {"sore", "score"},
        {"scoree", "score"},
        {"latncy_ms_avg", "latency_ms_avg"},
        {"mfu_pct", "mfu_percent"},
        {"thr", NULL},
        {"tput", "throughput"},
        {"xput", NULL},
        {"mfu_percnt", "mfu_percent"},
        {"throughptu", "throughput"},
        {"log_file", "log-file"},
        {"need", "needs"},
        {"quite_different", NULL},
        {"", NULL},
        {"x", NULL},
    };
    for (size_t i = 0; i < COUNT(slips); i++) {
        const char *got = nkb_suggest(nkb_str_from(slips[i].written), names, COUNT(names));
        if (!slips[i].meant)
            assert_null(got);
        else if (!got || strcmp(got, slips[i].meant) != 0)
            fail_msg("'%s' was taken for '%s'", slips[i].written, got ? got : "nothing");
    }
}

static void of_equal_slips_the_first_is_meant(void **state)
{
    (void)state;
    static const char *const names[] = {"min_ratio", "max_ratio", "mix_ratio"};
    assert_string_equal(nkb_suggest(NKB_STR_LITERAL("mid_ratio"), names, 3), "min_ratio");
    assert_string_equal(nkb_suggest(NKB_STR_LITERAL("mix_ratio"), names, 3), "mix_ratio");
    assert_null(nkb_suggest(NKB_STR_LITERAL("min_ratio"), NULL, 0));
}

static void names_of_any_length_are_safe(void **state)
{
    (void)state;
    char longest[65], longer[66];
    memset(longest, 'a', 64);
    longest[64] = '\0';
    memset(longer, 'a', 65);
    longer[65] = '\0';
    const char *const names[] = {longest, longer, ""};
    assert_ptr_equal(nkb_suggest((struct nkb_str){longest, 63}, names, 3), longest);
    assert_ptr_equal(nkb_suggest((struct nkb_str){longest, 64}, names, 3), longest);
    assert_null(nkb_suggest((struct nkb_str){longer, 65}, names, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_goes_there_and_back),
        cmocka_unit_test(malformed_text_is_found),
        cmocka_unit_test(text_in_pieces_is_judged_as_the_whole),
        cmocka_unit_test(values_are_shown_on_one_line),
        cmocka_unit_test(what_turns_or_breaks_lines_is_not_plain),
        cmocka_unit_test(long_values_are_cut_past_60_bytes),
        cmocka_unit_test(a_slip_is_understood),
        cmocka_unit_test(of_equal_slips_the_first_is_meant),
        cmocka_unit_test(names_of_any_length_are_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
