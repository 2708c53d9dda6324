/* Values of a log as they mostly are: a number of few digits and nothing else. Text here is a line
 * of src/input/trainlog_line.h: the byte that ends it belongs to no number. */
#ifndef NKB_INPUT_TRAINLOG_NUMBER_H
#define NKB_INPUT_TRAINLOG_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool nkb_log_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What a value ends at, and what a name stands behind. */
static inline bool nkb_log_separates(char c)
{
    static const bool table[256] = {
        [' '] = true, ['\t'] = true, [','] = true, [';'] = true, ['|'] = true,
        ['['] = true, [']'] = true,  ['('] = true, [')'] = true, ['{'] = true,
        ['}'] = true, ['\''] = true, ['"'] = true,
    };
    return table[(unsigned char)c];
}

/* Does a value end at p, if `end` is the line's end? "1,234" is one number to some and two to
 * others: it is taken as one, and is none. */
static inline bool nkb_log_value_ends(const char *p, const char *end)
{
    return *p == ',' ? !nkb_log_is_digit(p[1]) : nkb_log_separates(*p) || p == end;
}

enum { NKB_LOG_WHOLE_DIGITS = 15 }; /* exact in a double */

/* Where the digits at p end; NULL when there are none or too many. */
static inline const char *nkb_log_whole_read(const char *p, double *value)
{
    const char *stop = p;
    int64_t whole = 0;
    for (; nkb_log_is_digit(*stop) && stop - p <= NKB_LOG_WHOLE_DIGITS; stop++)
        whole = whole * 10 + (*stop - '0');
    if (stop == p || stop - p > NKB_LOG_WHOLE_DIGITS)
        return NULL;
    *value = (double)whole;
    return stop;
}

/* Where the number that begins at p ends; NULL when none does or it takes strtod to read it.
 * *exponent is that of its last digit: 3 for 3.1e+4, -2 for 39.00, 0 for 120. */
const char *nkb_log_number_read(const char *p, double *value, int *exponent);

/* The same where it has neither a sign nor an exponent, as most have not.
 *
 * At most 15 digits are an integer below 2^53, which divided by an exact power of ten is rounded
 * once: it equals what strtod gives (Clinger 1990). */
static inline const char *nkb_log_decimal_read(const char *p, double *value, int *exponent)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const char *digits = p;
    uint64_t whole = 0;
    unsigned digit;

    for (; (digit = (unsigned char)*p - (unsigned)'0') <= 9; p++)
        whole = whole * 10 + digit;
    ptrdiff_t count = p - digits, decimals = 0;
    if (*p == '.') {
        digits = ++p;
        for (; (digit = (unsigned char)*p - (unsigned)'0') <= 9; p++)
            whole = whole * 10 + digit;
        decimals = p - digits;
        count += decimals;
    }
    if (count < 1 || count > NKB_LOG_WHOLE_DIGITS || *p == 'e' || *p == 'E')
        return NULL;
    double size = (double)(int64_t)whole; /* an unsigned one takes longer to convert */
    *value = decimals ? size / powers[decimals] : size;
    *exponent = (int)-decimals;
    return p;
}

#endif
