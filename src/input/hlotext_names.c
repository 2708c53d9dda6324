/* Open addressing, linear probing. Scopes count up, and what belongs to one below oldest_scope is
 * empty space: so a table serves thousands of small computations without being cleared. The hash
 * is seeded with an address, lest a file be written whose names all collide. */
#include "input/hlotext_names.h"

#include <stdlib.h>

#include "base/num.h"

enum { FIRST_CAPACITY = 256 };

static uint64_t mix(uint64_t a, uint64_t b)
{
    nkb_u128 product = (nkb_u128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash(uint64_t seed, uint32_t scope, struct nkb_str name)
{
    uint64_t h = mix(seed ^ scope, 0x9e3779b97f4a7c15u), word;
    const char *at = name.ptr;
    size_t left = name.len;

    for (; left >= sizeof word; left -= sizeof word, at += sizeof word) {
        memcpy(&word, at, sizeof word);
        h = mix(h ^ word, 0xd6e8feb86659fd93u);
    }
    word = 0;
    if (left)
        memcpy(&word, at, left);
    h = mix(h ^ word, 0xa0761d6478bd642fu);
    return mix(h ^ name.len, 0xe7037ed1a0b428dbu);
}

/* The slot that holds the name, or the empty one where it belongs. */
static struct nkb_names_slot *place(const struct nkb_names *names, uint32_t scope,
                                    struct nkb_str name)
{
    size_t mask = names->capacity - 1;
    size_t i = (size_t)hash(names->seed, scope, name) & mask;
    for (;; i = (i + 1) & mask) {
        struct nkb_names_slot *slot = &names->slots[i];
        if (slot->scope < names->oldest_scope ||
            (slot->scope == scope && nkb_str_equal((struct nkb_str){slot->ptr, slot->len}, name)))
            return slot;
    }
}

static bool grow(struct nkb_names *names)
{
    struct nkb_names old = *names;
    size_t capacity = old.capacity ? old.capacity * 2 : FIRST_CAPACITY, size;
    if (capacity < old.capacity || !nkb_size_mul(capacity, sizeof *old.slots, &size))
        return false;
    names->slots = calloc(1, size);
    if (!names->slots) {
        names->slots = old.slots;
        return false;
    }
    names->capacity = capacity;
    names->seed = mix((uint64_t)(uintptr_t)names->slots, 0x9e3779b97f4a7c15u);
    for (size_t i = 0; i < old.capacity; i++) {
        const struct nkb_names_slot *slot = &old.slots[i];
        if (slot->scope >= old.oldest_scope)
            *place(names, slot->scope, (struct nkb_str){slot->ptr, slot->len}) = *slot;
    }
    free(old.slots);
    return true;
}

bool nkb_names_find(const struct nkb_names *names, uint32_t scope, struct nkb_str name,
                    uint32_t *value_out)
{
    if (!names->capacity)
        return false;
    const struct nkb_names_slot *slot = place(names, scope, name);
    if (slot->scope < names->oldest_scope)
        return false;
    *value_out = slot->value;
    return true;
}

int nkb_names_add(struct nkb_names *names, uint32_t scope, struct nkb_str name, uint32_t value)
{
    if (names->used * 2 >= names->capacity && !grow(names))
        return -1;
    struct nkb_names_slot *slot = place(names, scope, name);
    if (slot->scope >= names->oldest_scope)
        return 0;
    *slot = (struct nkb_names_slot){name.ptr, name.len, scope, value};
    names->used++;
    return 1;
}

void nkb_names_forget(struct nkb_names *names, uint32_t oldest_scope)
{
    names->oldest_scope = oldest_scope;
    names->used = 0;
}

void nkb_names_free(struct nkb_names *names)
{
    free(names->slots);
    *names = NKB_NAMES_INIT;
}
