/* Private to the HLO text reader: names to positions, by scope (one a computation). The names
 * themselves stand where their positions lead, so the table does not hold them. */
#ifndef NKB_INPUT_HLOTEXT_NAMES_H
#define NKB_INPUT_HLOTEXT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct nkb_names_slot {
    uint32_t hash;
    uint32_t scope; /* below oldest_scope: an empty slot */
    uint32_t value;
};

struct nkb_names {
    struct nkb_names_slot *slots; /* malloc'ed */
    size_t capacity, used;        /* a power of two; at most two thirds are used */
    uint32_t oldest_scope;        /* at least 1 */
    uint64_t seed;
};

#define NKB_NAMES_INIT ((struct nkb_names){NULL, 0, 0, 1, 0})

/* The name of position i of a scope stands stride_bytes * i behind the first. */
struct nkb_names_of {
    const struct nkb_str *first;
    size_t stride_bytes;
};

bool nkb_names_find(const struct nkb_names *names, struct nkb_names_of of, uint32_t scope,
                    struct nkb_str name, uint32_t *value_out);
/* 1: added; 0: it is there already; -1: no memory. The name must stand at its position by the next
 * call. */
int nkb_names_add(struct nkb_names *names, struct nkb_names_of of, uint32_t scope,
                  struct nkb_str name, uint32_t value);
/* Empty the table of all scopes below this one, at no cost. There must be none of a later one. */
void nkb_names_forget(struct nkb_names *names, uint32_t oldest_scope);
/* Empty it, for scopes that count from 1 again. */
void nkb_names_clear(struct nkb_names *names);
void nkb_names_free(struct nkb_names *names);

#endif
