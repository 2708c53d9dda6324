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

/* memcmp is a call, and most texts that are compared are a few words long. */
static inline bool nkb_bytes_equal(const void *a, const void *b, size_t len)
{
    const char *p = a, *q = b;
    uint64_t x, y;
    uint32_t v, w;
    if (len >= sizeof x) {
        for (; len > sizeof x; len -= sizeof x, p += sizeof x, q += sizeof x) {
            memcpy(&x, p, sizeof x);
            memcpy(&y, q, sizeof y);
            if (x != y)
                return false;
        }
        memcpy(&x, p + len - sizeof x, sizeof x);
        memcpy(&y, q + len - sizeof y, sizeof y);
        return x == y;
    }
    if (len >= sizeof v) {
        memcpy(&v, p, sizeof v);
        memcpy(&w, q, sizeof w);
        if (v != w)
            return false;
        memcpy(&v, p + len - sizeof v, sizeof v);
        memcpy(&w, q + len - sizeof w, sizeof w);
        return v == w;
    }
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
