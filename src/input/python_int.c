/* int(): CPython first turns every decimal digit and space of Unicode into ASCII, then reads that.
 */
#include "input/python_text.h"

#include <stdint.h>

#include "input/json_scan.h"

/* The zeros of all decimal digits, Unicode 14.0 (CPython 3.11): nine more follow each. */
static const uint32_t zeros[] = {
    0x660,   0x6f0,   0x7c0,   0x966,   0x9e6,   0xa66,   0xae6,   0xb66,   0xbe6,   0xc66,
    0xce6,   0xd66,   0xde6,   0xe50,   0xed0,   0xf20,   0x1040,  0x1090,  0x17e0,  0x1810,
    0x1946,  0x19d0,  0x1a80,  0x1a90,  0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0xa620,  0xa8d0,
    0xa900,  0xa9d0,  0xa9f0,  0xaa50,  0xabf0,  0xff10,  0x104a0, 0x10d30, 0x11066, 0x110f0,
    0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950,
    0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec,
    0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
};

enum { INVALID = -1, SPACE = -2, PLUS = -3, MINUS = -4, UNDERSCORE = -5, END = -6 };

/* A digit's value, or one of the above. */
static int character(uint32_t c)
{
    if (c >= '0' && c <= '9')
        return (int)(c - '0');
    if (c == ' ' || (c >= '\t' && c <= '\r'))
        return SPACE;
    if (c == '+')
        return PLUS;
    if (c == '-')
        return MINUS;
    if (c == '_')
        return UNDERSCORE;
    if (c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
        c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000)
        return SPACE;
    for (size_t i = 0; c >= zeros[0] && i < sizeof zeros / sizeof zeros[0]; i++)
        if (c >= zeros[i] && c < zeros[i] + 10)
            return (int)(c - zeros[i]);
    return INVALID;
}

static int next(struct nkb_str *text)
{
    uint32_t c;
    if (text->len == 0)
        return END;
    size_t size = nkb_json_text_next(*text, &c);
    text->ptr += size;
    text->len -= size;
    return character(c);
}

enum nkb_python_int nkb_python_int(struct nkb_str text, nkb_i128 *out, const char **why)
{
    nkb_i128 value = 0;
    bool negative = false, fits = true, underscore = true; /* no underscore may come first */
    unsigned long digits = 0;
    int c;

    *why = "no whole number";
    do
        c = next(&text);
    while (c == SPACE);
    if (c == PLUS || c == MINUS) {
        negative = c == MINUS;
        c = next(&text);
    }
    for (; c >= 0 || c == UNDERSCORE; c = next(&text)) {
        if (c == UNDERSCORE) {
            if (underscore)
                return NKB_PYTHON_INT_REFUSED;
            underscore = true;
            continue;
        }
        underscore = false;
        digits++;
        fits = fits && nkb_i128_mul(value, 10, &value) &&
               nkb_i128_add(value, negative ? -c : c, &value);
    }
    while (c == SPACE)
        c = next(&text);
    if (c != END || underscore)
        return NKB_PYTHON_INT_REFUSED;
    if (digits > NKB_PYTHON_INT_DIGITS) {
        *why = "a number of more than 4300 digits";
        return NKB_PYTHON_INT_REFUSED;
    }
    *out = value;
    return fits ? NKB_PYTHON_INT_OK : NKB_PYTHON_INT_TOO_LONG;
}
