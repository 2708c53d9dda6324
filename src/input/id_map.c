/* Open addressing with the id's own low bits, at most half full: ids that follow each other, as
 * real ones do, fall into neighbouring slots. A slot is a position; the id is looked up there. */
#include "input/id_map.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/pages.h"

static size_t hash(int64_t id)
{
    /* New XLA: computation << 32 | local. Old XLA: small numbers. */
    uint64_t bits = (uint64_t)id;
    return (size_t)(bits + (bits >> 32) * 0x9e3779b1u);
}

static int64_t id_at(const struct nkb_id_map *map, uint32_t i)
{
    int64_t id;
    memcpy(&id, (const char *)map->ids + i * map->stride_bytes, sizeof id);
    return id;
}

static bool reserve(struct nkb_id_map *map, uint32_t count)
{
    size_t want = 8, bytes;
    while (want < (size_t)count * 2)
        want *= 2;
    if (want > map->room) {
        if (!nkb_size_mul(want, sizeof *map->slots, &bytes))
            return false;
        free(map->slots);
        map->slots = nkb_pages_alloc(bytes);
        map->room = map->slots ? want : 0;
        if (!map->slots)
            return false;
    }
    map->mask = want - 1;
    map->count = 0;
    map->sorted = false;
    return true;
}

static bool insert(struct nkb_id_map *map, int64_t id, uint32_t position)
{
    size_t at = hash(id);
    for (size_t probes = 0; probes < NKB_ID_MAP_PROBES; probes++, at++) {
        uint32_t *slot = &map->slots[at & map->mask];
        if (*slot && id_at(map, *slot - 1) != id)
            continue;
        *slot = position + 1;
        return true;
    }
    return false;
}

struct pair {
    int64_t id;
    uint32_t position;
};

static int by_id_then_position(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->position < y->position ? -1 : x->position > y->position;
}

static bool sort_all(struct nkb_id_map *map, uint32_t count)
{
    struct pair *pairs = malloc((size_t)count * sizeof *pairs);
    if (!pairs)
        return false;
    for (uint32_t i = 0; i < count; i++)
        pairs[i] = (struct pair){id_at(map, i), i};
    qsort(pairs, count, sizeof *pairs, by_id_then_position);
    for (uint32_t i = 0; i < count; i++)
        if (i + 1 == count || pairs[i].id != pairs[i + 1].id)
            map->slots[map->count++] = pairs[i].position;
    map->sorted = true;
    free(pairs);
    return true;
}

/* Is every id one more than the one before? Then a position is a difference, and no slot is needed.
 */
static bool follow_each_other(struct nkb_id_map *map, uint32_t count)
{
    map->first = count ? id_at(map, 0) : 0;
    for (uint32_t i = 0; i < count; i++)
        if ((uint64_t)id_at(map, i) - (uint64_t)map->first != i)
            return false;
    map->count = count;
    map->dense = true;
    return true;
}

bool nkb_id_map_build(struct nkb_id_map *map, const int64_t *ids, size_t stride_bytes,
                      uint32_t count)
{
    if (count >= UINT32_MAX)
        return false;
    map->dense = false;
    map->ids = ids;
    map->stride_bytes = stride_bytes;
    if (follow_each_other(map, count))
        return true;
    if (!reserve(map, count))
        return false;
    memset(map->slots, 0, (map->mask + 1) * sizeof *map->slots);
    for (uint32_t i = 0; i < count; i++)
        if (!insert(map, id_at(map, i), i))
            return sort_all(map, count);
    return true;
}

static uint32_t find_sorted(const struct nkb_id_map *map, int64_t id, uint32_t none)
{
    uint32_t low = 0, high = map->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int64_t there = id_at(map, map->slots[middle]);
        if (there == id)
            return map->slots[middle];
        if (there < id)
            low = middle + 1;
        else
            high = middle;
    }
    return none;
}

uint32_t nkb_id_map_find(const struct nkb_id_map *map, int64_t id, uint32_t none)
{
    if (map->dense) {
        uint64_t position = (uint64_t)id - (uint64_t)map->first;
        return position < map->count ? (uint32_t)position : none;
    }
    if (!map->slots)
        return none;
    if (map->sorted)
        return find_sorted(map, id, none);
    size_t at = hash(id);
    for (size_t probes = 0; probes < NKB_ID_MAP_PROBES; probes++, at++) {
        uint32_t slot = map->slots[at & map->mask];
        if (!slot)
            return none;
        if (id_at(map, slot - 1) == id)
            return slot - 1;
    }
    return none;
}

void nkb_id_map_free(struct nkb_id_map *map)
{
    free(map->slots);
    memset(map, 0, sizeof *map);
}
