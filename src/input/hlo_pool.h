/* What the instructions of a module have alike is kept once: shapes, attributes, op_names. The
 * tables forget when they are full, so a module in which nothing repeats costs no more than one in
 * which all does; what is forgotten is merely kept again. Everything returned is the arena's. */
#ifndef NKB_INPUT_HLO_POOL_H
#define NKB_INPUT_HLO_POOL_H

#include "base/arena.h"
#include "base/ascii.h"
#include "model/hlo.h"

enum {
    NKB_HLO_POOL_TEXTS = 1024,
    NKB_HLO_POOL_CUT_BYTES = 512, /* larger things are the arena's own */
};

struct nkb_hlo_pool_slot {
    uint32_t hash;
    uint32_t kind; /* 0: empty */
    const void *value;
    size_t size; /* of a run of bytes */
};

struct nkb_hlo_pool_text {
    const char *ptr;
    uint32_t len;
    uint16_t hash, round; /* the pool's, while this is good */
};

/* Zeroed memory is an empty pool. */
struct nkb_hlo_pool {
    struct nkb_arena *arena;
    struct nkb_hlo_pool_slot *slots; /* malloc'ed */
    size_t slot_count, room, used;
    struct nkb_hlo_pool_text *texts; /* malloc'ed; each has one place. Names repeat soon or never */
    uint16_t round;                  /* goes on by one for each module, from 1 */
    char *piece;                     /* small things are cut from larger pieces */
    size_t piece_left;
};

/* For a module whose memory is to come from this arena; the table's own is used again. */
void nkb_hlo_pool_open(struct nkb_hlo_pool *pool, struct nkb_arena *arena);
void nkb_hlo_pool_free(struct nkb_hlo_pool *pool);

/* What is given need not stay; NULL when memory has run out. */
const struct nkb_hlo_shape *nkb_hlo_pool_shape(struct nkb_hlo_pool *pool,
                                               const struct nkb_hlo_shape *shape);
/* Nor what it points to. A kernel's config stays as it is: each has its own. */
const struct nkb_hlo_attrs *nkb_hlo_pool_attrs(struct nkb_hlo_pool *pool,
                                               const struct nkb_hlo_attrs *attrs);
/* The same for attributes that are nothing but dimensions. */
const struct nkb_hlo_attrs *nkb_hlo_pool_dimensions(struct nkb_hlo_pool *pool,
                                                    const struct nkb_hlo_attrs *attrs);
/* The same, for one that is filled further: nobody shares it. */
struct nkb_hlo_attrs *nkb_hlo_pool_attrs_own(struct nkb_hlo_pool *pool,
                                             const struct nkb_hlo_attrs *attrs);
const struct nkb_hlo_dot *nkb_hlo_pool_dot(struct nkb_hlo_pool *pool,
                                           const struct nkb_hlo_dot *dot);
/* Terminated; shared with equal ones, or not. */
bool nkb_hlo_pool_text(struct nkb_hlo_pool *pool, struct nkb_str text, struct nkb_str *out);
bool nkb_hlo_pool_name(struct nkb_hlo_pool *pool, struct nkb_str text, struct nkb_str *out);
/* The same for ASCII alone: false for any other, too. */
bool nkb_hlo_pool_ascii_text(struct nkb_hlo_pool *pool, struct nkb_str text, struct nkb_str *out);
static inline bool nkb_hlo_pool_ascii_name(struct nkb_hlo_pool *pool, struct nkb_str text,
                                           struct nkb_str *out);
/* Memory that stays, aligned for any type and not zeroed. */
void *nkb_hlo_pool_take(struct nkb_hlo_pool *pool, size_t size_bytes);

/* Names are as many as instructions, so they stand without a gap: from the end of the piece. */
static inline bool nkb_hlo_pool_ascii_name(struct nkb_hlo_pool *pool, struct nkb_str text,
                                           struct nkb_str *out)
{
    const unsigned char *from = (const unsigned char *)text.ptr;
    if (text.len >= pool->piece_left || text.len >= NKB_HLO_POOL_CUT_BYTES)
        return nkb_ascii_is(from, text.len) && nkb_hlo_pool_name(pool, text, out);
    char *place = pool->piece + (pool->piece_left - text.len - 1);
    if (!nkb_ascii_copy(place, from, text.len))
        return false;
    place[text.len] = '\0';
    pool->piece_left -= text.len + 1;
    *out = (struct nkb_str){place, text.len};
    return true;
}

#endif
