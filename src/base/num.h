/* Numbers: checked integer arithmetic, exact quotients, locale-proof parsing and printing. */
#ifndef NKB_BASE_NUM_H
#define NKB_BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

__extension__ typedef __int128 nkb_i128;
__extension__ typedef unsigned __int128 nkb_u128;

/* Each returns false on overflow and leaves *out alone. */
static inline bool nkb_size_add(size_t a, size_t b, size_t *out)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *out = sum;
    return true;
}
static inline bool nkb_size_mul(size_t a, size_t b, size_t *out)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *out = product;
    return true;
}
static inline bool nkb_i64_add(int64_t a, int64_t b, int64_t *out)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *out = sum;
    return true;
}
static inline bool nkb_i64_mul(int64_t a, int64_t b, int64_t *out)
{
    int64_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *out = product;
    return true;
}
static inline bool nkb_i128_add(nkb_i128 a, nkb_i128 b, nkb_i128 *out)
{
    nkb_i128 sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *out = sum;
    return true;
}
/* Does v fit 63 bits and a sign? Then *out is it. */
static inline bool nkb_i128_fits(nkb_i128 v, int64_t *out)
{
    int64_t low = (int64_t)v;
    if (low != v)
        return false;
    *out = low;
    return true;
}
static inline bool nkb_i128_mul(nkb_i128 a, nkb_i128 b, nkb_i128 *out)
{
    int64_t x, y;
    nkb_i128 product;
    if (nkb_i128_fits(a, &x) && nkb_i128_fits(b, &y)) { /* as nearly all do: one multiplication */
        *out = (nkb_i128)x * y;
        return true;
    }
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *out = product;
    return true;
}

/* a / b rounded once to the nearest double, ties to even: Python's `/` on integers. b is not 0. */
double nkb_ratio(int64_t a, int64_t b);
/* v rounded once to the nearest double. */
double nkb_i128_to_double(nkb_i128 v);

/* The whole of text must be a decimal number in C's syntax (no hex, no space, no locale): sign,
 * digits, point, exponent; "nan", "inf", "infinity" in any case only where allow_special. An
 * overflow gives an infinity and true (the caller decides); an empty or malformed text false. */
bool nkb_parse_double(struct nkb_str text, bool allow_special, double *out);
/* The whole of text: optional sign and decimal digits; false also when it does not fit. */
bool nkb_parse_i64(struct nkb_str text, int64_t *out);
/* true yes on 1, false no off 0: what a switch may be told. */
bool nkb_parse_bool(struct nkb_str text, bool *out);

enum { NKB_NUM_TEXT_BYTES = 40 };
/* Shortest text that reads back, spelled as Python's repr does: 2.1, 1.0, 1e-05, 1e+16, nan, inf,
 * -0.0. DESIGN 3: the first %.{n}g that reads back; where that needs 17 digits, the 16-digit form
 * rounded up by one is tried first. out holds NKB_NUM_TEXT_BYTES; returns the length. */
size_t nkb_format_double(double v, char *out);
/* printf("%.*<conversion>", precision, v) with '.' in every locale; conversion is f, e or g.
 * Precision at most 99. Writes at most size - 1 bytes and a NUL; returns the length written. */
size_t nkb_format_fixed(double v, char conversion, int precision, char *out, size_t size);

#endif
