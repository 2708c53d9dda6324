/* From a 64-bit id to a position; of an id given twice the last counts. Compilers number the
 * instructions of a computation without large gaps, in whatever order: then an id's distance to the
 * least is its place in a table. Of others a lookup is a step or two, and a search in sorted order
 * when somebody chose them to collide. */
#ifndef NKB_INPUT_ID_MAP_H
#define NKB_INPUT_ID_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NKB_ID_MAP_PROBES = 64, /* a longer chain means chosen ids: sort instead */
    NKB_ID_MAP_SPREAD = 2,  /* a range of at most so many times the ids is a table by distance */
};

enum nkb_id_map_form {
    NKB_ID_MAP_HASHED,
    NKB_ID_MAP_SORTED,
    NKB_ID_MAP_RANGE, /* slots by distance */
    NKB_ID_MAP_DENSE, /* ids that follow each other: the distance is the position, no slots */
};

/* Zeroed memory is an empty map. */
struct nkb_id_map {
    const int64_t *ids; /* the caller's, as long as the map is asked */
    size_t stride_bytes;
    uint32_t *slots;   /* position + 1; 0: an empty slot. Sorted: positions by id */
    size_t room, mask; /* slots allocated; in use - 1, when hashed */
    int64_t first;     /* the least id, of a range or dense */
    size_t count;      /* of slots or ids in use, unless hashed */
    enum nkb_id_map_form form;
};

/* ids[i * stride bytes] belongs to position i, and stays there while the map is asked. Replaces
 * what was in the map; false: out of memory. */
bool nkb_id_map_build(struct nkb_id_map *map, const int64_t *ids, size_t stride_bytes,
                      uint32_t count);
/* `none` when the id was not given. */
uint32_t nkb_id_map_find(const struct nkb_id_map *map, int64_t id, uint32_t none);
/* The same for many ids, into found; false when some were not given. */
bool nkb_id_map_find_all(const struct nkb_id_map *map, const int64_t *ids, size_t count,
                         uint32_t none, uint32_t *found);
void nkb_id_map_free(struct nkb_id_map *map);

#endif
