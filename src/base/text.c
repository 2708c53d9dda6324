#include "base/text.h"

#include <stdio.h>

/* state: 0 between characters; else the count of continuation bytes still due in bits 0-1, and in
 * bits 8-15 and 16-23 the lowest and highest value the next byte may have. */
bool nkb_utf8_feed(uint32_t *state, struct nkb_str piece)
{
    if (piece.len == 0)
        return true;
    uint32_t s = *state;
    const unsigned char *p = (const unsigned char *)piece.ptr, *end = p + piece.len;

    while (p < end) {
        if (s == 0) {
            while (end - p >= 8) { /* eight ASCII bytes at once */
                uint64_t eight;
                memcpy(&eight, p, sizeof eight);
                if (eight & UINT64_C(0x8080808080808080))
                    break;
                p += 8;
            }
            if (p == end)
                break;
            unsigned char c = *p++;
            if (c < 0x80)
                continue;
            uint32_t due, low = 0x80, high = 0xbf;
            if (c >= 0xc2 && c <= 0xdf)
                due = 1;
            else if (c >= 0xe0 && c <= 0xef)
                due = 2;
            else if (c >= 0xf0 && c <= 0xf4)
                due = 3;
            else
                return false;
            if (c == 0xe0)
                low = 0xa0;
            if (c == 0xed)
                high = 0x9f;
            if (c == 0xf0)
                low = 0x90;
            if (c == 0xf4)
                high = 0x8f;
            s = due | low << 8 | high << 16;
        } else {
            unsigned char c = *p++;
            if (c < ((s >> 8) & 0xff) || c > ((s >> 16) & 0xff))
                return false;
            uint32_t due = (s & 3) - 1;
            s = due ? due | 0x80u << 8 | 0xbfu << 16 : 0;
        }
    }
    *state = s;
    return true;
}

bool nkb_utf8_valid(struct nkb_str text)
{
    uint32_t state = 0;
    return nkb_utf8_feed(&state, text) && state == 0;
}

size_t nkb_utf8_decode(const char *ptr, size_t len, uint32_t *code_point)
{
    const unsigned char *p = (const unsigned char *)ptr;
    if (len == 0)
        return 0;
    size_t size = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (size > len || !nkb_utf8_valid((struct nkb_str){ptr, size}))
        return 0;
    uint32_t c = size == 1 ? p[0] : p[0] & (0x7fu >> size);
    for (size_t i = 1; i < size; i++)
        c = c << 6 | (p[i] & 0x3fu);
    *code_point = c;
    return size;
}

bool nkb_utf8_is_plain(uint32_t c)
{
    bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
    bool turns = (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    return !control && !turns;
}

size_t nkb_utf8_encode(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if ((c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
        return 0;
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | ((c >> 6) & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | ((c >> 12) & 0x3f));
    out[2] = (char)(0x80 | ((c >> 6) & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

const char *nkb_show(struct nkb_str text, char out[NKB_SHOWN_BYTES])
{
    enum { SHOWN = 60 };
    size_t to = 0, at = 0;

    while (at < text.len && at < SHOWN) {
        uint32_t c = 0;
        size_t size = nkb_utf8_decode(text.ptr + at, text.len - at, &c);
        if (size == 0 || c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0)) {
            to += (size_t)snprintf(out + to, 5, "\\x%02x", (unsigned char)text.ptr[at]);
            at++;
            continue;
        }
        if (at + size > SHOWN)
            break;
        memcpy(out + to, text.ptr + at, size);
        to += size;
        at += size;
    }
    if (at < text.len) {
        memcpy(out + to, "\xe2\x80\xa6", 3);
        to += 3;
    }
    out[to] = '\0';
    return out;
}

enum { MAX_NAME = 64 };

static size_t edits(struct nkb_str a, const char *b, size_t b_len)
{
    size_t row[MAX_NAME + 1], before[MAX_NAME + 1];

    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        memcpy(before, row, sizeof row);
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            char x = a.ptr[i - 1], y = b[j - 1];
            bool same = (x | 0x20) == (y | 0x20) || ((x == '-' || x == '_') && (y == '-' || y == '_'));
            size_t best = before[j - 1] + (same ? 0 : 1);
            if (before[j] + 1 < best)
                best = before[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            /* two neighbours swapped are one slip of the finger */
            if (i > 1 && j > 1 && !same && x == b[j - 2] && a.ptr[i - 2] == y && before[j - 1] < best)
                best = before[j - 1];
            row[j] = best;
        }
    }
    return row[b_len];
}

/* "mfu_pct" for "mfu_percent": its letters in that order, the first one first. */
static bool abbreviates(struct nkb_str name, const char *word)
{
    size_t at = 0;
    if (name.len < 4 || name.ptr[0] != word[0])
        return false;
    for (; *word && at < name.len; word++)
        at += name.ptr[at] == *word;
    return at == name.len;
}

const char *nkb_suggest(struct nkb_str name, const char *const *candidates, size_t count)
{
    const char *best = NULL, *longhand = NULL;
    size_t best_edits = 4;

    if (name.len == 0 || name.len > MAX_NAME)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(candidates[i]);
        if (len == 0 || len > MAX_NAME)
            continue;
        size_t longer = len > name.len ? len : name.len;
        size_t n = edits(name, candidates[i], len);
        if (n < best_edits && n * 3 <= longer + 1) {
            best = candidates[i];
            best_edits = n;
        }
        if (!longhand && abbreviates(name, candidates[i]))
            longhand = candidates[i];
    }
    return best ? best : longhand;
}
