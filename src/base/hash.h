/* A fast hash of bytes for tables in memory; never stored, never a digest. Eight bytes at a time
 * are folded into a 128-bit product (the mixing step of wyhash, which is in the public domain). */
#ifndef NKB_BASE_HASH_H
#define NKB_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/num.h"

static inline uint64_t nkb_hash_mix(uint64_t a, uint64_t b)
{
    nkb_u128 product = (nkb_u128)(a ^ 0x9e3779b97f4a7c15u) * (b ^ 0xd6e8feb86659fd93u);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t nkb_hash_bytes(uint64_t seed, const void *bytes, size_t size)
{
    const char *at = bytes;
    uint64_t h = seed ^ size, word = 0;
    for (; size >= sizeof word; size -= sizeof word, at += sizeof word) {
        memcpy(&word, at, sizeof word);
        h = nkb_hash_mix(h, word);
    }
    word = 0;
    if (size)
        memcpy(&word, at, size);
    return nkb_hash_mix(h, word);
}

/* Of addresses, for small tables that forget: quicker than good. */
static inline uint64_t nkb_hash_addresses(const void *a, const void *b, const void *c)
{
    uint64_t sum =
        (uint64_t)(uintptr_t)a + 3 * (uint64_t)(uintptr_t)b + 5 * (uint64_t)(uintptr_t)c;
    return sum * 0x9e3779b97f4a7c15u >> 32;
}

#endif
