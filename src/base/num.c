/* Locale: the C library reads and prints numbers with the locale's decimal point, and an embedding
 * host may have set one. Parsing uses strtod_l with the C locale; printing puts the point back. */
#define _GNU_SOURCE
#include "base/num.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static double to_double(const char *text)
{
    pthread_once(&c_locale_once, make_c_locale);
    return c_locale ? strtod_l(text, NULL, c_locale) : strtod(text, NULL);
}

static int bit_length(nkb_u128 v)
{
    uint64_t high = (uint64_t)(v >> 64), low = (uint64_t)v;
    if (high)
        return 128 - __builtin_clzll(high);
    return low ? 64 - __builtin_clzll(low) : 0;
}

/* The nearest double to (v + something in (0, 1) if sticky) * 2^exponent, ties to even. */
static double round_to_double(nkb_u128 v, bool sticky, int exponent)
{
    int excess = bit_length(v) - 53;
    if (excess <= 0) /* exact: sticky is only given with 55 bits and more */
        return ldexp((double)(uint64_t)v, exponent);
    nkb_u128 kept = v >> excess;
    nkb_u128 rest = v & (((nkb_u128)1 << excess) - 1), half = (nkb_u128)1 << (excess - 1);
    if (rest > half || (rest == half && (sticky || (kept & 1))))
        kept++;
    return ldexp((double)(uint64_t)kept, exponent + excess);
}

double nkb_i128_to_double(nkb_i128 v)
{
    nkb_u128 size = v < 0 ? -(nkb_u128)v : (nkb_u128)v;
    double magnitude = round_to_double(size, false, 0);
    return v < 0 ? -magnitude : magnitude;
}

double nkb_ratio(int64_t a, int64_t b)
{
    uint64_t top = a < 0 ? -(uint64_t)a : (uint64_t)a;
    uint64_t bottom = b < 0 ? -(uint64_t)b : (uint64_t)b;
    if (top == 0) /* Python: 0 / -5 is -0.0 */
        return (a < 0) != (b < 0) ? -0.0 : 0.0;

    /* Shift so that the integer quotient has at least 55 bits; what is left makes it sticky. */
    int shift = 56 + bit_length(bottom) - bit_length(top);
    if (shift < 0)
        shift = 0;
    nkb_u128 wide = (nkb_u128)top << shift;
    double magnitude = round_to_double(wide / bottom, wide % bottom != 0, -shift);
    return (a < 0) != (b < 0) ? -magnitude : magnitude;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool same_word(const char *text, size_t len, const char *word)
{
    if (strlen(word) != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != word[i])
            return false;
    }
    return true;
}

bool nkb_parse_double(struct nkb_str text, bool allow_special, double *out)
{
    if (text.len == 0)
        return false;
    const char *p = text.ptr, *end = text.ptr + text.len;
    bool negative = false;

    if (p < end && (*p == '+' || *p == '-'))
        negative = *p++ == '-';
    size_t rest = (size_t)(end - p);
    if (allow_special && (same_word(p, rest, "inf") || same_word(p, rest, "infinity"))) {
        *out = negative ? -INFINITY : INFINITY;
        return true;
    }
    if (allow_special && same_word(p, rest, "nan")) {
        *out = NAN;
        return true;
    }

    size_t digits = 0;
    for (; p < end && is_digit(*p); p++)
        digits++;
    if (p < end && *p == '.')
        for (p++; p < end && is_digit(*p); p++)
            digits++;
    if (digits == 0)
        return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-'))
            p++;
        if (p == end)
            return false;
        while (p < end && is_digit(*p))
            p++;
    }
    if (p != end)
        return false;

    char small[128];
    if (text.len < sizeof small) {
        memcpy(small, text.ptr, text.len);
        small[text.len] = '\0';
        *out = to_double(small);
        return true;
    }
    char *copy = malloc(text.len + 1);
    if (!copy)
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    *out = to_double(copy);
    free(copy);
    return true;
}

bool nkb_parse_i64(struct nkb_str text, int64_t *out)
{
    size_t i = 0;
    bool negative = false;
    int64_t value = 0;

    if (i < text.len && (text.ptr[i] == '+' || text.ptr[i] == '-'))
        negative = text.ptr[i++] == '-';
    if (i == text.len)
        return false;
    for (; i < text.len; i++) {
        if (!is_digit(text.ptr[i]))
            return false;
        int digit = text.ptr[i] - '0';
        if (!nkb_i64_mul(value, 10, &value) ||
            !nkb_i64_add(value, negative ? -digit : digit, &value))
            return false;
    }
    *out = value;
    return true;
}

size_t nkb_format_fixed(double v, char conversion, int precision, char *out, size_t size)
{
    const char format[] = {'%', '.', '*', conversion, '\0'};
    if (precision < 0)
        precision = 0;
    if (precision > 99)
        precision = 99;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int length = snprintf(out, size, format, precision, v);
#pragma GCC diagnostic pop
    if (length < 0 || size == 0)
        return 0;
    size_t written = (size_t)length < size ? (size_t)length : size - 1;

    const char *point = localeconv()->decimal_point; /* NOLINT(concurrency-mt-unsafe): only read */
    size_t point_len = strlen(point);
    char *at = point_len && strcmp(point, ".") != 0 ? strstr(out, point) : NULL;
    if (at) {
        *at = '.';
        memmove(at + 1, at + point_len, written - (size_t)(at - out) - point_len + 1);
        written -= point_len - 1;
    }
    return written;
}

/* "d.ddde±xx" of precision n-1 that reads back as v, in n as small as possible. */
static void shortest_digits(double v, char *out, size_t size)
{
    for (int precision = 0; precision < 16; precision++) {
        nkb_format_fixed(v, 'e', precision, out, size);
        if (to_double(out) == v)
            return;
    }
    /* 17 digits read back always, but the 16-digit form one unit up may do so too. */
    char up[NKB_NUM_TEXT_BYTES];
    nkb_format_fixed(v, 'e', 15, up, sizeof up);
    char *digit = strchr(up, 'e') - 1;
    while (digit >= up && (*digit == '9' || *digit == '.')) {
        if (*digit == '9')
            *digit = '0';
        digit--;
    }
    if (digit >= up) {
        ++*digit;
        if (to_double(up) == v) {
            memcpy(out, up, strlen(up) + 1);
            return;
        }
    }
    nkb_format_fixed(v, 'e', 16, out, size);
}

size_t nkb_format_double(double v, char *out)
{
    char digits[20] = "0", text[NKB_NUM_TEXT_BYTES];
    size_t count = 0;
    char *to = out;

    if (isnan(v)) {
        memcpy(out, "nan", 4);
        return 3;
    }
    if (signbit(v))
        *to++ = '-';
    if (isinf(v)) {
        memcpy(to, "inf", 4);
        return (size_t)(to - out) + 3;
    }

    shortest_digits(fabs(v), text, sizeof text);
    const char *e = strchr(text, 'e');
    for (const char *p = text; p < e; p++)
        if (*p != '.')
            digits[count++] = *p;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    int exponent = (int)strtol(e + 1, NULL, 10);

    if (exponent < -4 || exponent >= 16) {
        *to++ = digits[0];
        if (count > 1) {
            *to++ = '.';
            memcpy(to, digits + 1, count - 1);
            to += count - 1;
        }
        to += snprintf(to, 8, "e%c%02d", exponent < 0 ? '-' : '+',
                       exponent < 0 ? -exponent : exponent);
    } else if (exponent < 0) {
        *to++ = '0';
        *to++ = '.';
        for (int i = -1; i > exponent; i--)
            *to++ = '0';
        memcpy(to, digits, count);
        to += count;
    } else {
        for (size_t i = 0; i <= (size_t)exponent; i++)
            *to++ = i < count ? digits[i] : '0';
        *to++ = '.';
        if (count > (size_t)exponent + 1) {
            memcpy(to, digits + exponent + 1, count - (size_t)exponent - 1);
            to += count - (size_t)exponent - 1;
        } else {
            *to++ = '0';
        }
    }
    *to = '\0';
    return (size_t)(to - out);
}

bool nkb_parse_bool(struct nkb_str text, bool *out)
{
    static const char *const words[] = {"true", "yes", "on", "1", "false", "no", "off", "0"};
    for (size_t i = 0; i < 8; i++)
        if (nkb_str_is(text, words[i])) {
            *out = i < 4;
            return true;
        }
    return false;
}
