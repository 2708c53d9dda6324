/* Memory of one owner: everything allocated from an arena goes at once, in nkb_arena_free.
 * Nothing is freed singly. When memory runs out the call returns NULL and the arena remembers it
 * (nkb_arena_failed), so a builder may make many calls and look once at the end: every function
 * of ours that takes an arena and pointers made from it tolerates those pointers being NULL. */
#ifndef NKB_BASE_ARENA_H
#define NKB_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

struct nkb_arena_chunk;

/* Chunks that arenas of one thread have done with and the next one may have, so that a worker's
 * second file touches no page its first has not touched. Zeroed memory is an empty store; arenas
 * made with it must be freed before it is. */
struct nkb_arena_store {
    struct nkb_arena_chunk *spare; /* by size, the smallest first */
};

struct nkb_arena {
    struct nkb_arena_chunk *head;
    size_t used_bytes;  /* handed out since the last reset */
    size_t limit_bytes; /* 0: none; past it an allocation fails as if memory had run out */
    bool failed;
    bool full;                     /* it failed for the limit */
    struct nkb_arena_store *store; /* NULL: chunks come from malloc and go back to it */
};

#define NKB_ARENA_INIT ((struct nkb_arena){NULL, 0, 0, false, false, NULL})

/* An empty arena with the limit and the store of another, for what does not stay. */
static inline struct nkb_arena nkb_arena_beside(const struct nkb_arena *arena)
{
    return (struct nkb_arena){NULL, 0, arena->limit_bytes, false, false, arena->store};
}

/* An empty arena in memory of the caller's, with what fits in there and no more: it is never freed. */
struct nkb_arena nkb_arena_in(void *place, size_t size_bytes);

/* Zeroed memory, aligned for any type. size 0 gives a valid pointer. */
void *nkb_arena_alloc(struct nkb_arena *arena, size_t size_bytes);
/* The same with whatever was there before, for what is written over at once. */
void *nkb_arena_take(struct nkb_arena *arena, size_t size_bytes);
/* count * size with the product checked. */
void *nkb_arena_array(struct nkb_arena *arena, size_t count, size_t size_bytes);
/* Grow an array made here: a new zero-filled place of new_count elements with the old ones copied.
 */
void *nkb_arena_grow(struct nkb_arena *arena, const void *old, size_t old_count, size_t new_count,
                     size_t size_bytes);
/* Copies are terminated with a NUL that is not counted in len. */
struct nkb_str nkb_arena_copy(struct nkb_arena *arena, struct nkb_str text);
char *nkb_arena_string(struct nkb_arena *arena, const char *text);
/* The text of a buffer that is done with: copied, and the buffer freed. A buffer that failed makes
 * the arena fail, and the text empty. */
struct nkb_str nkb_arena_keep(struct nkb_arena *arena, struct nkb_buf *text);
/* A printf into the arena; NULL when memory runs out. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
char *
nkb_arena_printf(struct nkb_arena *arena, const char *format, ...);

static inline bool nkb_arena_failed(const struct nkb_arena *arena)
{
    return arena->failed;
}

/* Forget everything but keep one chunk for the next use (a worker's arena between files). */
/* All that `from` has given is this arena's from now on, as if it had given it; `from` is empty.
 * Both have the same store or `from` has none. */
void nkb_arena_adopt(struct nkb_arena *arena, struct nkb_arena *from);
void nkb_arena_reset(struct nkb_arena *arena);
void nkb_arena_free(struct nkb_arena *arena);
void nkb_arena_store_free(struct nkb_arena_store *store);

#endif
