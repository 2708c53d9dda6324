/* From a 64-bit id to a position; of an id given twice the last counts. Ids come from the input and
 * are never used as an index. Lookups are a step or two whatever ids a real compiler makes, and a
 * search in sorted order when somebody chose them to collide. */
#ifndef NKB_INPUT_ID_MAP_H
#define NKB_INPUT_ID_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NKB_ID_MAP_PROBES = 64 }; /* a longer chain means chosen ids: sort instead */

/* Zeroed memory is an empty map. */
struct nkb_id_map {
    const int64_t *ids; /* the caller's, as long as the map is asked */
    size_t stride_bytes;
    uint32_t *slots;   /* position + 1; 0: an empty slot. Sorted: positions by id */
    size_t room, mask; /* slots allocated; in use - 1 */
    int64_t first;     /* of ids that follow each other: dense */
    uint32_t count;    /* of ids that differ, when sorted or dense */
    bool sorted, dense;
};

/* ids[i * stride bytes] belongs to position i, and stays there while the map is asked. Replaces
 * what was in the map; false: out of memory. */
bool nkb_id_map_build(struct nkb_id_map *map, const int64_t *ids, size_t stride_bytes,
                      uint32_t count);
/* `none` when the id was not given. */
uint32_t nkb_id_map_find(const struct nkb_id_map *map, int64_t id, uint32_t none);
void nkb_id_map_free(struct nkb_id_map *map);

#endif
