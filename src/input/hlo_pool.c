/* One open-addressed table for all kinds of things but texts. A slot is looked for in a few places;
 * when none is free the first is taken over. Things are compared, never trusted by their hash, so
 * whoever makes hashes collide wins nothing but some memory of his own file. */
#include "input/hlo_pool.h"

#include <stdlib.h>

#include "base/hash.h"

enum {
    FIRST_SLOTS = 256,
    LAST_SLOTS = 64 * 1024,
    PROBES = 4,
    PIECE_BYTES = 16 * 1024,
};

enum kind { EMPTY, BYTES, SHAPE, DIMENSIONS };

void nkb_hlo_pool_open(struct nkb_hlo_pool *pool, struct nkb_arena *arena)
{
    pool->arena = arena;
    pool->piece = NULL;
    pool->piece_left = 0;
    pool->used = 0;
    pool->slot_count = pool->room < FIRST_SLOTS ? pool->room : FIRST_SLOTS;
    if (pool->slots)
        memset(pool->slots, 0, pool->slot_count * sizeof *pool->slots);
    pool->round++;
    if (pool->round == 0) { /* it begins again */
        free(pool->texts);
        pool->texts = NULL;
        pool->round = 1;
    }
}

void nkb_hlo_pool_free(struct nkb_hlo_pool *pool)
{
    free(pool->slots);
    free(pool->texts);
    *pool = (struct nkb_hlo_pool){0};
}

/* More to cut from. */
static bool next_piece(struct nkb_hlo_pool *pool)
{
    pool->piece = nkb_arena_take(pool->arena, PIECE_BYTES);
    pool->piece_left = pool->piece ? PIECE_BYTES : 0;
    return pool->piece != NULL;
}

void *nkb_hlo_pool_take(struct nkb_hlo_pool *pool, size_t size_bytes)
{
    enum { ALIGN = sizeof(int64_t) };
    size_t size = (size_bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (size_bytes > NKB_HLO_POOL_CUT_BYTES)
        return nkb_arena_take(pool->arena, size_bytes);
    if (size > pool->piece_left && !next_piece(pool))
        return NULL;
    void *place = pool->piece;
    pool->piece += size;
    pool->piece_left -= size;
    return place;
}

bool nkb_hlo_pool_name(struct nkb_hlo_pool *pool, struct nkb_str text, struct nkb_str *out)
{
    if (text.len >= NKB_HLO_POOL_CUT_BYTES) {
        *out = nkb_arena_copy(pool->arena, text);
        return out->ptr != NULL;
    }
    if (text.len >= pool->piece_left && !next_piece(pool))
        return false;
    pool->piece_left -= text.len + 1;
    char *place = pool->piece + pool->piece_left;
    nkb_ascii_copy(place, (const unsigned char *)text.ptr, text.len); /* whatever it is */
    place[text.len] = '\0';
    *out = (struct nkb_str){place, text.len};
    return true;
}

static bool grow(struct nkb_hlo_pool *pool)
{
    size_t old_count = pool->slot_count, count = old_count ? old_count * 2 : FIRST_SLOTS;
    if (count > pool->room) {
        struct nkb_hlo_pool_slot *grown = realloc(pool->slots, count * sizeof *grown);
        if (!grown)
            return false;
        pool->slots = grown;
        pool->room = count;
    }
    pool->slot_count = count;
    /* Slots move up by old_count or stay. Probes do not wrap, so none can be behind its place. */
    memset(pool->slots + old_count, 0, (count - old_count) * sizeof *pool->slots);
    for (size_t i = 0; i < old_count; i++) {
        struct nkb_hlo_pool_slot *slot = &pool->slots[i];
        if (slot->kind != EMPTY && (slot->hash & old_count) != 0) {
            pool->slots[i + old_count] = *slot;
            *slot = (struct nkb_hlo_pool_slot){0};
        }
    }
    return true;
}

typedef bool same_fn(const void *kept, const void *given, size_t size);

/* The slot of an equal thing, or one to put it in: then *found is false. NULL: out of memory. */
static struct nkb_hlo_pool_slot *find(struct nkb_hlo_pool *pool, enum kind kind, uint64_t hash,
                                      same_fn *same, const void *given, size_t size, bool *found)
{
    *found = false;
    if (pool->used * 2 >= pool->slot_count && pool->slot_count < LAST_SLOTS && !grow(pool))
        return NULL;
    struct nkb_hlo_pool_slot *free_slot = NULL,
                             *first = &pool->slots[(uint32_t)hash & (pool->slot_count - 1)];
    for (struct nkb_hlo_pool_slot *slot = first;
         slot < first + PROBES && slot < pool->slots + pool->slot_count; slot++) {
        if (slot->kind == EMPTY && !free_slot)
            free_slot = slot;
        if (slot->kind == kind && slot->hash == (uint32_t)hash && slot->size == size &&
            same(slot->value, given, size)) {
            *found = true;
            return slot;
        }
    }
    return free_slot ? free_slot : first;
}

static void put(struct nkb_hlo_pool *pool, struct nkb_hlo_pool_slot *slot, enum kind kind,
                uint64_t hash, const void *value, size_t size)
{
    pool->used += slot->kind == EMPTY;
    *slot = (struct nkb_hlo_pool_slot){(uint32_t)hash, kind, value, size};
}

static bool same_bytes(const void *kept, const void *given, size_t size)
{
    return nkb_bytes_equal(kept, given, size);
}

static const void *pool_bytes(struct nkb_hlo_pool *pool, const void *bytes, size_t size)
{
    bool found;
    uint64_t hash = nkb_hash_bytes(BYTES, bytes, size);
    struct nkb_hlo_pool_slot *slot = find(pool, BYTES, hash, same_bytes, bytes, size, &found);
    if (!slot || found)
        return slot ? slot->value : NULL;
    void *copy = nkb_hlo_pool_take(pool, size);
    if (!copy)
        return NULL;
    memcpy(copy, bytes, size);
    put(pool, slot, BYTES, hash, copy, size);
    return copy;
}

/* One that is not known: keep it, and know it by this hash. */
static bool keep_text(struct nkb_hlo_pool *pool, struct nkb_str text, uint64_t hash,
                      struct nkb_str *out)
{
    if (!pool->texts)
        pool->texts = calloc(NKB_HLO_POOL_TEXTS, sizeof *pool->texts);
    if (!pool->texts || !nkb_hlo_pool_name(pool, text, out))
        return false;
    if (text.len <= UINT32_MAX)
        pool->texts[hash % NKB_HLO_POOL_TEXTS] = (struct nkb_hlo_pool_text){
            out->ptr, (uint32_t)text.len, (uint16_t)(hash >> 48), pool->round};
    return true;
}

/* No text in which any of these bits is set in eight of its bytes. */
static inline bool pool_text(struct nkb_hlo_pool *pool, struct nkb_str text, uint64_t forbidden,
                             struct nkb_str *out)
{
    uint64_t seen = 0, hash;
    if (text.len == 0) {
        *out = NKB_STR_LITERAL("");
        return true;
    }
    hash = nkb_hash_seen(0, text.ptr, text.len, &seen);
    if ((seen & forbidden) != 0)
        return false;
    if (pool->texts) {
        const struct nkb_hlo_pool_text *known = &pool->texts[hash % NKB_HLO_POOL_TEXTS];
        if (known->hash == hash >> 48 && known->round == pool->round && known->len == text.len &&
            nkb_bytes_equal(known->ptr, text.ptr, text.len)) {
            *out = (struct nkb_str){known->ptr, text.len};
            return true;
        }
    }
    return keep_text(pool, text, hash, out);
}

bool nkb_hlo_pool_text(struct nkb_hlo_pool *pool, struct nkb_str text, struct nkb_str *out)
{
    return pool_text(pool, text, 0, out);
}

bool nkb_hlo_pool_ascii_text(struct nkb_hlo_pool *pool, struct nkb_str text, struct nkb_str *out)
{
    return pool_text(pool, text, NKB_ASCII_NOT, out);
}

static bool pool_ints(struct nkb_hlo_pool *pool, const int64_t **at, uint32_t count)
{
    if (count == 0) {
        *at = NULL;
        return true;
    }
    *at = pool_bytes(pool, *at, count * sizeof **at);
    return *at != NULL;
}

/* Depth is bounded where shapes are read. */
static uint64_t hash_shape(const struct nkb_hlo_shape *shape)
{
    uint64_t h = nkb_hash_mix(
        SHAPE ^ (uint64_t)(uint32_t)shape->element_type << 8 ^ (uint64_t)shape->rank << 32 ^
            (uint64_t)shape->has_layout << 3 ^ (uint64_t)shape->dynamic << 4,
        (uint64_t)shape->element_size_bits ^ (uint64_t)shape->minor_to_major_count << 32);
    h = nkb_hash_bytes(h, shape->dims, shape->rank * sizeof *shape->dims);
    h = nkb_hash_bytes(h, shape->minor_to_major,
                       shape->minor_to_major_count * sizeof *shape->minor_to_major);
    for (uint32_t i = 0; i < shape->tuple_count; i++)
        h = nkb_hash_mix(h, hash_shape(&shape->tuple[i]) + i);
    return h;
}

static bool same_ints(const int64_t *a, const int64_t *b, uint32_t count)
{
    return a == b || count == 0 || memcmp(a, b, count * sizeof *a) == 0;
}

static bool same_shape(const void *kept, const void *given, size_t size)
{
    const struct nkb_hlo_shape *a = kept, *b = given;
    bool same = a->element_type == b->element_type && a->rank == b->rank &&
                a->tuple_count == b->tuple_count && a->has_layout == b->has_layout &&
                a->dynamic == b->dynamic && a->minor_to_major_count == b->minor_to_major_count &&
                a->element_size_bits == b->element_size_bits &&
                same_ints(a->dims, b->dims, a->rank) &&
                same_ints(a->minor_to_major, b->minor_to_major, a->minor_to_major_count);
    for (uint32_t i = 0; same && i < a->tuple_count; i++)
        same = same_shape(&a->tuple[i], &b->tuple[i], size);
    return same;
}

static bool copy_shape(struct nkb_hlo_pool *pool, const struct nkb_hlo_shape *from,
                       struct nkb_hlo_shape *to)
{
    *to = *from;
    if (!pool_ints(pool, &to->dims, to->rank) ||
        !pool_ints(pool, &to->minor_to_major, to->minor_to_major_count))
        return false;
    if (from->tuple_count == 0) {
        to->tuple = NULL;
        return true;
    }
    to->tuple = nkb_arena_array(pool->arena, from->tuple_count, sizeof *to->tuple);
    bool good = to->tuple != NULL;
    for (uint32_t i = 0; good && i < from->tuple_count; i++)
        good = copy_shape(pool, &from->tuple[i], &to->tuple[i]);
    return good;
}

const struct nkb_hlo_shape *nkb_hlo_pool_shape(struct nkb_hlo_pool *pool,
                                               const struct nkb_hlo_shape *shape)
{
    bool found;
    uint64_t hash = hash_shape(shape);
    struct nkb_hlo_pool_slot *slot = find(pool, SHAPE, hash, same_shape, shape, 0, &found);
    if (!slot || found)
        return slot ? slot->value : NULL;
    struct nkb_hlo_shape *copy = nkb_hlo_pool_take(pool, sizeof *copy);
    if (!copy || !copy_shape(pool, shape, copy))
        return NULL;
    /* Its numbers may have moved the table on: look again. */
    slot = find(pool, SHAPE, hash, same_shape, shape, 0, &found);
    if (slot)
        put(pool, slot, SHAPE, hash, copy, 0);
    return copy;
}

const struct nkb_hlo_dot *nkb_hlo_pool_dot(struct nkb_hlo_pool *pool, const struct nkb_hlo_dot *dot)
{
    enum { LISTS = 6 };
    struct nkb_hlo_ints *lists[LISTS] = {NULL};
    struct nkb_hlo_dot copy;
    memset(&copy, 0, sizeof copy); /* gaps too: it is compared by its bytes */
    lists[0] = &copy.lhs_contracting;
    lists[1] = &copy.rhs_contracting;
    lists[2] = &copy.lhs_batch;
    lists[3] = &copy.rhs_batch;
    lists[4] = &copy.lhs_ragged;
    lists[5] = &copy.rhs_group;
    const struct nkb_hlo_ints *from[LISTS] = {&dot->lhs_contracting, &dot->rhs_contracting,
                                              &dot->lhs_batch,       &dot->rhs_batch,
                                              &dot->lhs_ragged,      &dot->rhs_group};
    for (size_t i = 0; i < LISTS; i++) {
        lists[i]->at = from[i]->at;
        lists[i]->count = from[i]->count;
        if (!pool_ints(pool, &lists[i]->at, lists[i]->count))
            return NULL;
    }
    return pool_bytes(pool, &copy, sizeof copy);
}

static struct nkb_hlo_convolution *copy_convolution(struct nkb_hlo_pool *pool,
                                                    const struct nkb_hlo_convolution *from)
{
    struct nkb_hlo_convolution *copy = nkb_hlo_pool_take(pool, sizeof *copy);
    if (!copy)
        return NULL;
    *copy = *from;
    bool good = pool_ints(pool, &copy->kernel_spatial.at, copy->kernel_spatial.count) &&
                pool_ints(pool, &copy->input_spatial.at, copy->input_spatial.count) &&
                pool_ints(pool, &copy->output_spatial.at, copy->output_spatial.count);
    return good ? copy : NULL;
}

/* The parts of attributes: each into the arena, shared where it is worth it. */
static bool keep_parts(struct nkb_hlo_pool *pool, struct nkb_hlo_attrs *attrs)
{
    if (!pool_ints(pool, &attrs->dimensions.at, attrs->dimensions.count) ||
        !pool_ints(pool, &attrs->fft_length.at, attrs->fft_length.count) ||
        !pool_ints(pool, &attrs->slice_sizes.at, attrs->slice_sizes.count) ||
        !nkb_hlo_pool_text(pool, attrs->custom_call_target, &attrs->custom_call_target) ||
        !nkb_hlo_pool_text(pool, attrs->fusion_kind, &attrs->fusion_kind) ||
        !nkb_hlo_pool_text(pool, attrs->opcode_name, &attrs->opcode_name))
        return false;
    if (attrs->dot && !(attrs->dot = nkb_hlo_pool_dot(pool, attrs->dot)))
        return false;
    if (attrs->convolution && !(attrs->convolution = copy_convolution(pool, attrs->convolution)))
        return false;
    if (!attrs->window)
        return true;
    const void *window = attrs->window_rank ? pool_bytes(pool, attrs->window,
                                                         attrs->window_rank * sizeof *attrs->window)
                                            : nkb_hlo_pool_take(pool, sizeof *attrs->window);
    attrs->window = window;
    return window != NULL;
}

struct nkb_hlo_attrs *nkb_hlo_pool_attrs_own(struct nkb_hlo_pool *pool,
                                             const struct nkb_hlo_attrs *attrs)
{
    struct nkb_hlo_attrs *copy = nkb_hlo_pool_take(pool, sizeof *copy);
    if (!copy)
        return NULL;
    memcpy(copy, attrs, sizeof *copy);
    return keep_parts(pool, copy) ? copy : NULL;
}

const struct nkb_hlo_attrs *nkb_hlo_pool_attrs(struct nkb_hlo_pool *pool,
                                               const struct nkb_hlo_attrs *attrs)
{
    struct nkb_hlo_attrs copy;
    memcpy(&copy, attrs, sizeof copy); /* gaps too: it is compared by its bytes */
    return keep_parts(pool, &copy) ? pool_bytes(pool, &copy, sizeof copy) : NULL;
}

static bool same_dimensions(const void *kept, const void *given, size_t size)
{
    const struct nkb_hlo_attrs *attrs = kept;
    return nkb_bytes_equal(attrs->dimensions.at, given, size);
}

const struct nkb_hlo_attrs *nkb_hlo_pool_dimensions(struct nkb_hlo_pool *pool,
                                                    const struct nkb_hlo_attrs *attrs)
{
    bool found;
    const int64_t *at = attrs->dimensions.at;
    size_t size = attrs->dimensions.count * sizeof *at;
    uint64_t hash = nkb_hash_bytes(DIMENSIONS, at, size);
    struct nkb_hlo_pool_slot *slot =
        find(pool, DIMENSIONS, hash, same_dimensions, at, size, &found);
    if (!slot || found)
        return slot ? slot->value : NULL;
    const struct nkb_hlo_attrs *kept = nkb_hlo_pool_attrs(pool, attrs);
    /* What it keeps may have moved the table on: look again. */
    slot = kept ? find(pool, DIMENSIONS, hash, same_dimensions, at, size, &found) : NULL;
    if (slot)
        put(pool, slot, DIMENSIONS, hash, kept, size);
    return kept;
}
