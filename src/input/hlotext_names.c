/* Open addressing, linear probing. Scopes count up, and what belongs to one below oldest_scope is
 * empty space: so a table serves thousands of small computations without being cleared. The hash
 * is seeded with an address, lest a file be written whose names all collide. */
#include "input/hlotext_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/pages.h"

enum { FIRST_CAPACITY = 256 };

static struct nkb_str name_of(struct nkb_names_of of, uint32_t value)
{
    return *(const struct nkb_str *)(const void *)((const char *)of.first +
                                                   of.stride_bytes * value);
}

/* Names are short: the last eight bytes are taken once more rather than a tail of any length. */
static inline uint32_t hash(const struct nkb_names *names, uint32_t scope, struct nkb_str name)
{
    uint64_t h = names->seed ^ scope ^ (uint64_t)name.len << 32, word = 0;
    const char *at = name.ptr, *end = at + name.len;
    for (; end - at > (ptrdiff_t)sizeof word; at += sizeof word) {
        memcpy(&word, at, sizeof word);
        h = nkb_hash_mix(h, word);
    }
    if (name.len >= sizeof word) {
        memcpy(&word, end - sizeof word, sizeof word);
    } else {
        for (word = 0; at < end; at++)
            word = word << 8 | (unsigned char)*at;
    }
    return (uint32_t)(nkb_hash_mix(h, word) >> 16);
}

/* The slot that holds the name, or the empty one where it belongs. */
static inline struct nkb_names_slot *place(const struct nkb_names *names, struct nkb_names_of of,
                                    uint32_t scope, struct nkb_str name, uint32_t h)
{
    size_t mask = names->capacity - 1;
    for (size_t i = h & mask;; i = (i + 1) & mask) {
        struct nkb_names_slot *slot = &names->slots[i];
        if (slot->scope < names->oldest_scope || (slot->hash == h && slot->scope == scope &&
                                                  nkb_str_equal(name_of(of, slot->value), name)))
            return slot;
    }
}

/* Slots keep their hashes, so the names need not be looked at. */
static bool grow(struct nkb_names *names)
{
    struct nkb_names old = *names;
    size_t capacity = old.capacity ? old.capacity * 2 : FIRST_CAPACITY, size;
    if (capacity > UINT32_MAX || !nkb_size_mul(capacity, sizeof *old.slots, &size))
        return false;
    names->slots = nkb_pages_alloc(size);
    if (!names->slots) {
        names->slots = old.slots;
        return false;
    }
    memset(names->slots, 0, size);
    names->capacity = capacity;
    if (!old.slots)
        names->seed = nkb_hash_mix((uint64_t)(uintptr_t)names->slots, size);
    for (size_t i = 0; old.slots && i < old.capacity; i++) {
        const struct nkb_names_slot *slot = &old.slots[i];
        if (slot->scope < old.oldest_scope)
            continue;
        size_t to = slot->hash & (capacity - 1);
        while (names->slots[to].scope != 0)
            to = (to + 1) & (capacity - 1);
        names->slots[to] = *slot;
    }
    free(old.slots);
    return true;
}

bool nkb_names_find(const struct nkb_names *names, struct nkb_names_of of, uint32_t scope,
                    struct nkb_str name, uint32_t *value_out)
{
    if (!names->capacity)
        return false;
    const struct nkb_names_slot *slot = place(names, of, scope, name, hash(names, scope, name));
    if (slot->scope < names->oldest_scope)
        return false;
    *value_out = slot->value;
    return true;
}

int nkb_names_add(struct nkb_names *names, struct nkb_names_of of, uint32_t scope,
                  struct nkb_str name, uint32_t value)
{
    if (names->used * 3 >= names->capacity * 2 && !grow(names))
        return -1;
    uint32_t h = hash(names, scope, name);
    struct nkb_names_slot *slot = place(names, of, scope, name, h);
    if (slot->scope >= names->oldest_scope)
        return 0;
    *slot = (struct nkb_names_slot){h, scope, value};
    names->used++;
    return 1;
}

void nkb_names_forget(struct nkb_names *names, uint32_t oldest_scope)
{
    names->oldest_scope = oldest_scope;
    names->used = 0;
}

void nkb_names_clear(struct nkb_names *names)
{
    if (names->slots)
        memset(names->slots, 0, names->capacity * sizeof *names->slots);
    nkb_names_forget(names, 1);
}

void nkb_names_free(struct nkb_names *names)
{
    free(names->slots);
    *names = NKB_NAMES_INIT;
}
