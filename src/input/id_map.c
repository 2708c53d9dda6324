/* Hashed: open addressing with the id's own low bits, at most half full. A slot is a position; the
 * id is looked up there. */
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

/* So many slots or more, a power of two. */
static bool reserve(struct nkb_id_map *map, size_t count)
{
    size_t want = 8, bytes;
    while (want < count)
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
    map->form = NKB_ID_MAP_SORTED;
    free(pairs);
    return true;
}

/* Is every id one more than the one before? */
static bool follow_each_other(const struct nkb_id_map *map, uint32_t count)
{
    uint64_t first = count ? (uint64_t)id_at(map, 0) : 0;
    for (uint32_t i = 0; i < count; i++)
        if ((uint64_t)id_at(map, i) - first != i)
            return false;
    return true;
}

/* How many numbers lie between the least id, which is put into `first`, and the largest, both
 * counted; one less than that, for there may be 2^64. */
static uint64_t spread(struct nkb_id_map *map, uint32_t count)
{
    int64_t low = id_at(map, 0), high = low;
    for (uint32_t i = 1; i < count; i++) {
        int64_t id = id_at(map, i);
        low = id < low ? id : low;
        high = id > high ? id : high;
    }
    map->first = low;
    return (uint64_t)high - (uint64_t)low;
}

static bool build_range(struct nkb_id_map *map, uint32_t count, size_t slots)
{
    if (!reserve(map, slots))
        return false;
    memset(map->slots, 0, slots * sizeof *map->slots);
    for (uint32_t i = 0; i < count; i++)
        map->slots[(uint64_t)id_at(map, i) - (uint64_t)map->first] = i + 1;
    map->count = slots;
    map->form = NKB_ID_MAP_RANGE;
    return true;
}

bool nkb_id_map_build(struct nkb_id_map *map, const int64_t *ids, size_t stride_bytes,
                      uint32_t count)
{
    if (count >= UINT32_MAX)
        return false;
    map->ids = ids;
    map->stride_bytes = stride_bytes;
    map->form = NKB_ID_MAP_HASHED;
    if (follow_each_other(map, count)) {
        map->first = count ? id_at(map, 0) : 0;
        map->count = count;
        map->form = NKB_ID_MAP_DENSE;
        return true;
    }
    uint64_t last = spread(map, count);
    if (last < (uint64_t)count * NKB_ID_MAP_SPREAD)
        return build_range(map, count, (size_t)last + 1);
    if (!reserve(map, (size_t)count * 2))
        return false;
    memset(map->slots, 0, (map->mask + 1) * sizeof *map->slots);
    for (uint32_t i = 0; i < count; i++)
        if (!insert(map, id_at(map, i), i))
            return sort_all(map, count);
    return true;
}

static uint32_t find_sorted(const struct nkb_id_map *map, int64_t id, uint32_t none)
{
    size_t low = 0, high = map->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
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

static uint32_t find_hashed(const struct nkb_id_map *map, int64_t id, uint32_t none)
{
    size_t at = hash(id);
    if (!map->slots)
        return none;
    for (size_t probes = 0; probes < NKB_ID_MAP_PROBES; probes++, at++) {
        uint32_t slot = map->slots[at & map->mask];
        if (!slot)
            return none;
        if (id_at(map, slot - 1) == id)
            return slot - 1;
    }
    return none;
}

uint32_t nkb_id_map_find(const struct nkb_id_map *map, int64_t id, uint32_t none)
{
    uint32_t found;
    nkb_id_map_find_all(map, &id, 1, none, &found);
    return found;
}

bool nkb_id_map_find_all(const struct nkb_id_map *map, const int64_t *ids, size_t count,
                         uint32_t none, uint32_t *found)
{
    const uint64_t first = (uint64_t)map->first;
    const size_t range = map->count;
    size_t missing = 0;

    switch (map->form) {
    case NKB_ID_MAP_DENSE:
        for (size_t i = 0; i < count; i++) {
            uint64_t distance = (uint64_t)ids[i] - first;
            found[i] = distance < range ? (uint32_t)distance : none;
            missing += distance >= range;
        }
        break;
    case NKB_ID_MAP_RANGE:
        for (size_t i = 0; i < count; i++) {
            uint64_t distance = (uint64_t)ids[i] - first;
            uint32_t slot = distance < range ? map->slots[distance] : 0;
            found[i] = slot ? slot - 1 : none;
            missing += slot == 0;
        }
        break;
    case NKB_ID_MAP_SORTED:
        for (size_t i = 0; i < count; i++) {
            found[i] = find_sorted(map, ids[i], none);
            missing += found[i] == none;
        }
        break;
    default:
        for (size_t i = 0; i < count; i++) {
            found[i] = find_hashed(map, ids[i], none);
            missing += found[i] == none;
        }
    }
    return missing == 0;
}

void nkb_id_map_free(struct nkb_id_map *map)
{
    free(map->slots);
    memset(map, 0, sizeof *map);
}
