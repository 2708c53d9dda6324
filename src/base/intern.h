/* Equal texts get equal numbers: 0, 1, 2 … in the order they are first met, so what comes out never
 * depends on the hash. The hash is seeded with an address, lest a file be written whose texts all
 * collide. Texts may be any bytes; the arena owns the copies, the table itself is freed apart. */
#ifndef NKB_BASE_INTERN_H
#define NKB_BASE_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct nkb_intern_slot {
    uint32_t hash, number_1; /* number + 1; 0: an empty slot */
};

/* Zeroed memory is an empty table. */
struct nkb_intern {
    struct nkb_str *texts; /* by number, terminated; malloc'ed as the slots are */
    size_t count, room;
    struct nkb_intern_slot *slots;
    size_t slot_count; /* a power of two; at most half is used */
    uint64_t seed;
};

/* The text's number, a new one if it has none yet: then the text is copied into the arena. False
 * when memory runs out, or past 2^32 - 2 texts. */
bool nkb_intern_add(struct nkb_intern *table, struct nkb_arena *arena, struct nkb_str text,
                    uint32_t *number_out);
/* False when the text has none. */
bool nkb_intern_find(const struct nkb_intern *table, struct nkb_str text, uint32_t *number_out);
void nkb_intern_free(struct nkb_intern *table);

#endif
