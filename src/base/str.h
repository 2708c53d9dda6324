/* Text as pointer and length: text that comes from a file may hold NUL. */
#ifndef NKB_BASE_STR_H
#define NKB_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct nkb_str {
    const char *ptr; /* not terminated unless the maker says so; may be NULL when len is 0 */
    size_t len;
};

#define NKB_STR_NONE ((struct nkb_str){NULL, 0})
#define NKB_STR_LITERAL(text) ((struct nkb_str){"" text "", sizeof(text) - 1})
/* For "%.*s": the length is cut at 2^30, far above any message. */
#define NKB_STR_ARG(s) (int)((s).len > (1u << 30) ? (1u << 30) : (s).len), ((s).ptr ? (s).ptr : "")

static inline struct nkb_str nkb_str_from(const char *text)
{
    return (struct nkb_str){text, text ? strlen(text) : 0};
}

/* Bytes as a number, wherever they stand and whatever its order of bytes: to compare and to hash.
 */
static inline uint64_t nkb_eight_bytes(const void *at)
{
    uint64_t eight;
    memcpy(&eight, at, sizeof eight);
    return eight;
}

static inline uint32_t nkb_four_bytes(const void *at)
{
    uint32_t four;
    memcpy(&four, at, sizeof four);
    return four;
}

/* memcmp is a call, and most texts that are compared are a few words long. */
static inline bool nkb_bytes_equal(const void *a, const void *b, size_t len)
{
    const char *p = a, *q = b;
    if (len >= 8) {
        for (size_t i = 0; i < len - 8; i += 8)
            if (nkb_eight_bytes(p + i) != nkb_eight_bytes(q + i))
                return false;
        return nkb_eight_bytes(p + len - 8) == nkb_eight_bytes(q + len - 8);
    }
    if (len >= 4)
        return nkb_four_bytes(p) == nkb_four_bytes(q) &&
               nkb_four_bytes(p + len - 4) == nkb_four_bytes(q + len - 4);
    for (size_t i = 0; i < len; i++)
        if (p[i] != q[i])
            return false;
    return true;
}

static inline bool nkb_str_equal(struct nkb_str a, struct nkb_str b)
{
    return a.len == b.len && nkb_bytes_equal(a.ptr, b.ptr, a.len);
}

static inline bool nkb_str_is(struct nkb_str a, const char *text)
{
    return nkb_str_equal(a, nkb_str_from(text));
}

static inline bool nkb_str_starts(struct nkb_str a, const char *prefix)
{
    size_t n = strlen(prefix);
    return a.len >= n && (n == 0 || memcmp(a.ptr, prefix, n) == 0);
}

static inline bool nkb_str_ends(struct nkb_str a, const char *suffix)
{
    size_t n = strlen(suffix);
    return a.len >= n && (n == 0 || memcmp(a.ptr + a.len - n, suffix, n) == 0);
}

/* Order by bytes, the shorter first on a tie; what "path order" means everywhere. */
static inline int nkb_str_compare(struct nkb_str a, struct nkb_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
    if (order != 0)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

#endif
