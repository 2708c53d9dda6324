/* A fast hash of bytes for tables in memory; never stored, never a digest. Sixteen bytes at a time
 * are folded into a 128-bit product (the mixing step of wyhash, which is in the public domain). */
#ifndef NKB_BASE_HASH_H
#define NKB_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/num.h"
#include "base/str.h"

static inline uint64_t nkb_hash_mix(uint64_t a, uint64_t b)
{
    nkb_u128 product = (nkb_u128)(a ^ 0x9e3779b97f4a7c15u) * (b ^ 0xd6e8feb86659fd93u);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Sixteen bytes at a time, the last of them once more where they are no whole sixteen. The bits of
 * all bytes go into *seen, of eight together. */
static inline uint64_t nkb_hash_seen(uint64_t seed, const void *bytes, size_t size, uint64_t *seen)
{
    const char *at = bytes;
    uint64_t h = seed ^ size, first = 0, last = 0;

    if (size >= 16) {
        const char *end = at + size - 16;
        for (; at < end; at += 16) {
            first = nkb_eight_bytes(at);
            last = nkb_eight_bytes(at + 8);
            *seen |= first | last;
            h = nkb_hash_mix(h ^ first, last);
        }
        first = nkb_eight_bytes(end);
        last = nkb_eight_bytes(end + 8);
    } else if (size >= 8) {
        first = nkb_eight_bytes(at);
        last = nkb_eight_bytes(at + size - 8);
    } else if (size >= 4) {
        first = nkb_four_bytes(at);
        last = nkb_four_bytes(at + size - 4);
    } else {
        for (size_t i = 0; i < size; i++)
            last = last << 8 | (unsigned char)at[i];
    }
    *seen |= first | last;
    return nkb_hash_mix(h ^ first, last);
}

static inline uint64_t nkb_hash_bytes(uint64_t seed, const void *bytes, size_t size)
{
    uint64_t seen = 0;
    return nkb_hash_seen(seed, bytes, size, &seen);
}

/* Of addresses, for small tables that forget: quicker than good. */
static inline uint64_t nkb_hash_addresses(const void *a, const void *b, const void *c)
{
    uint64_t sum =
        (uint64_t)(uintptr_t)a + 3 * (uint64_t)(uintptr_t)b + 5 * (uint64_t)(uintptr_t)c;
    return sum * 0x9e3779b97f4a7c15u >> 32;
}

#endif
