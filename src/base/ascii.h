/* Text without a byte above 127, eight bytes at a time: any such byte shows in the highest bits of
 * all of them taken together. */
#ifndef NKB_BASE_ASCII_H
#define NKB_BASE_ASCII_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define NKB_ASCII_NOT UINT64_C(0x8080808080808080)

static inline bool nkb_ascii_is(const unsigned char *p, size_t len)
{
    uint64_t seen = 0;

    if (len >= 8) {
        const unsigned char *last = p + len - 8;
        for (; p < last; p += 8)
            seen |= nkb_eight_bytes(p);
        seen |= nkb_eight_bytes(last);
    } else if (len >= 4) {
        seen = nkb_four_bytes(p) | nkb_four_bytes(p + len - 4);
    } else {
        while (len)
            seen |= p[--len];
    }
    return (seen & NKB_ASCII_NOT) == 0;
}

/* Copies, and says the same of what was copied. */
static inline bool nkb_ascii_copy(char *to, const unsigned char *p, size_t len)
{
    uint64_t seen = 0, eight;
    uint32_t low, high;

    if (len >= 8) {
        const unsigned char *last = p + len - 8;
        for (char *next = to; p < last; p += 8, next += 8) {
            eight = nkb_eight_bytes(p);
            memcpy(next, &eight, sizeof eight);
            seen |= eight;
        }
        eight = nkb_eight_bytes(last);
        memcpy(to + len - 8, &eight, sizeof eight);
        seen |= eight;
    } else if (len >= 4) {
        low = nkb_four_bytes(p);
        high = nkb_four_bytes(p + len - 4);
        memcpy(to, &low, sizeof low);
        memcpy(to + len - 4, &high, sizeof high);
        seen = low | high;
    } else {
        for (size_t i = 0; i < len; i++) {
            to[i] = (char)p[i];
            seen |= p[i];
        }
    }
    return (seen & NKB_ASCII_NOT) == 0;
}

#endif
