/* Open addressing, linear probing; a slot keeps half of the hash so that most misses need no look
 * at the text. */
#include "base/intern.h"

#include <stdlib.h>

#include "base/num.h"

enum { FIRST_ROOM = 32 };

static uint64_t mix(uint64_t a, uint64_t b)
{
    nkb_u128 product = (nkb_u128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Not that of hash.h: there eight bytes of the text can be chosen to make a product 0. */
static uint64_t hash_of(uint64_t seed, struct nkb_str text)
{
    uint64_t h = seed, last = 0;
    const char *at = text.ptr;

    if (text.len >= 8) {
        for (const char *end = at + text.len - 8; at < end; at += 8)
            h = mix(h ^ nkb_eight_bytes(at), 0xd6e8feb86659fd93u);
        last = nkb_eight_bytes(text.ptr + text.len - 8);
    } else if (text.len >= 4) {
        last = nkb_four_bytes(at) | (uint64_t)nkb_four_bytes(at + text.len - 4) << 32;
    } else {
        for (size_t i = 0; i < text.len; i++)
            last = last << 8 | (unsigned char)at[i];
    }
    h = mix(h ^ last, 0xa0761d6478bd642fu);
    return mix(h ^ text.len, 0xe7037ed1a0b428dbu);
}

/* The slot that holds the text, or the empty one where it belongs. */
static struct nkb_intern_slot *place(const struct nkb_intern *table, uint64_t hash,
                                     struct nkb_str text)
{
    size_t mask = table->slot_count - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        struct nkb_intern_slot *slot = &table->slots[i];
        if (slot->number_1 == 0 || (slot->hash == (uint32_t)(hash >> 32) &&
                                    nkb_str_equal(table->texts[slot->number_1 - 1], text)))
            return slot;
    }
}

/* Room for as many texts again, and slots for them. */
static bool grow(struct nkb_intern *table)
{
    size_t room = table->room ? table->room * 2 : FIRST_ROOM, bytes;
    if (room > UINT32_MAX || !nkb_size_mul(room, sizeof *table->texts, &bytes))
        return false;
    struct nkb_str *texts = realloc(table->texts, bytes);
    if (!texts)
        return false;
    table->texts = texts;
    struct nkb_intern_slot *slots = calloc(room * 2, sizeof *slots);
    if (!slots)
        return false;
    free(table->slots);
    table->slots = slots;
    table->room = room;
    table->slot_count = room * 2;
    table->seed = mix((uint64_t)(uintptr_t)slots, 0x9e3779b97f4a7c15u);
    for (size_t i = 0; i < table->count; i++) {
        uint64_t hash = hash_of(table->seed, texts[i]);
        *place(table, hash, texts[i]) =
            (struct nkb_intern_slot){(uint32_t)(hash >> 32), (uint32_t)i + 1};
    }
    return true;
}

bool nkb_intern_add(struct nkb_intern *table, struct nkb_arena *arena, struct nkb_str text,
                    uint32_t *number_out)
{
    if (table->count == table->room && !grow(table))
        return false;
    uint64_t hash = hash_of(table->seed, text);
    struct nkb_intern_slot *slot = place(table, hash, text);
    if (slot->number_1 == 0) {
        struct nkb_str copy = nkb_arena_copy(arena, text);
        if (!copy.ptr)
            return false;
        table->texts[table->count++] = copy;
        *slot = (struct nkb_intern_slot){(uint32_t)(hash >> 32), (uint32_t)table->count};
    }
    *number_out = slot->number_1 - 1;
    return true;
}

bool nkb_intern_find(const struct nkb_intern *table, struct nkb_str text, uint32_t *number_out)
{
    if (table->count == 0)
        return false;
    const struct nkb_intern_slot *slot = place(table, hash_of(table->seed, text), text);
    *number_out = slot->number_1 - 1;
    return slot->number_1 != 0;
}

void nkb_intern_free(struct nkb_intern *table)
{
    free(table->texts);
    free(table->slots);
    *table = (struct nkb_intern){0};
}
