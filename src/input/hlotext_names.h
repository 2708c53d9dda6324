/* Private to the HLO text reader: names to positions, by scope (one a computation). Keys point into
 * the text. */
#ifndef NKB_INPUT_HLOTEXT_NAMES_H
#define NKB_INPUT_HLOTEXT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct nkb_names_slot {
    const char *ptr;
    size_t len;
    uint32_t scope; /* below oldest_scope: an empty slot */
    uint32_t value;
};

struct nkb_names {
    struct nkb_names_slot *slots; /* malloc'ed */
    size_t capacity, used;        /* a power of two; at most half is used */
    uint32_t oldest_scope;        /* at least 1 */
    uint64_t seed;
};

#define NKB_NAMES_INIT ((struct nkb_names){NULL, 0, 0, 1, 0})

bool nkb_names_find(const struct nkb_names *names, uint32_t scope, struct nkb_str name,
                    uint32_t *value_out);
/* 1: added; 0: it is there already; -1: no memory. */
int nkb_names_add(struct nkb_names *names, uint32_t scope, struct nkb_str name, uint32_t value);
/* Empty the table of all scopes below this one, at no cost. There must be none of a later one. */
void nkb_names_forget(struct nkb_names *names, uint32_t oldest_scope);
void nkb_names_free(struct nkb_names *names);

#endif
