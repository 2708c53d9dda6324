/* Chunks double from 16 KiB to 4 MiB; an allocation too large for that gets a chunk of its own. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/pages.h"

enum {
    FIRST_CHUNK_BYTES = 16 * 1024,
    LAST_CHUNK_BYTES = 4 * 1024 * 1024,
    ALIGN_BYTES = 16,
};

struct nkb_arena_chunk {
    struct nkb_arena_chunk *next;
    size_t size_bytes, used_bytes; /* of data[] */
    _Alignas(ALIGN_BYTES) unsigned char data[];
};

/* The smallest spare chunk of at least `want` bytes, else the largest of at least `need`. What is
 * larger than arenas grow by waits for a need as large, and where even that does not do it is given
 * back: the chunk made in its place would otherwise stand beside it. */
static struct nkb_arena_chunk *take_spare(struct nkb_arena_store *store, size_t need, size_t want)
{
    const size_t most = need > LAST_CHUNK_BYTES ? SIZE_MAX : LAST_CHUNK_BYTES;
    struct nkb_arena_chunk **at = &store->spare, **best = NULL;
    while (*at && (*at)->size_bytes <= most && (!best || (*best)->size_bytes < want)) {
        if ((*at)->size_bytes >= need)
            best = at;
        at = &(*at)->next;
    }
    if (best) {
        struct nkb_arena_chunk *chunk = *best;
        *best = chunk->next;
        return chunk;
    }
    for (at = &store->spare; most == SIZE_MAX && *at;) {
        struct nkb_arena_chunk *chunk = *at;
        if (chunk->size_bytes <= LAST_CHUNK_BYTES) {
            at = &chunk->next;
            continue;
        }
        *at = chunk->next;
        nkb_pages_free(chunk);
    }
    return NULL;
}

static void give_back(struct nkb_arena_store *store, struct nkb_arena_chunk *chunk)
{
    if (!store) {
        nkb_pages_free(chunk);
        return;
    }
    struct nkb_arena_chunk **at = &store->spare;
    while (*at && (*at)->size_bytes < chunk->size_bytes)
        at = &(*at)->next;
    chunk->next = *at;
    *at = chunk;
}

static struct nkb_arena_chunk *add_chunk(struct nkb_arena *arena, size_t need)
{
    size_t size = FIRST_CHUNK_BYTES;
    if (arena->head)
        size = arena->head->size_bytes < LAST_CHUNK_BYTES / 2 ? arena->head->size_bytes * 2
                                                              : LAST_CHUNK_BYTES;
    if (size < need)
        size = need;

    size_t total;
    if (!nkb_size_add(size, sizeof(struct nkb_arena_chunk), &total))
        return NULL;
    struct nkb_arena_chunk *chunk = arena->store ? take_spare(arena->store, need, size) : NULL;
    if (!chunk) {
        chunk = nkb_pages_alloc(total);
        if (!chunk)
            return NULL;
        chunk->size_bytes = size;
    }
    chunk->used_bytes = 0;
    struct nkb_arena_chunk *head = arena->head;
    if (head && head->size_bytes - head->used_bytes > chunk->size_bytes - need) {
        chunk->next = head->next; /* what is left of the first serves on */
        head->next = chunk;
    } else {
        chunk->next = head;
        arena->head = chunk;
    }
    return chunk;
}

struct nkb_arena nkb_arena_in(void *place, size_t size_bytes)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    uintptr_t from = ((uintptr_t)place + ALIGN_BYTES - 1) & ~(uintptr_t)(ALIGN_BYTES - 1);
    size_t lost = from - (uintptr_t)place + sizeof(struct nkb_arena_chunk);
    arena.limit_bytes = size_bytes > lost ? size_bytes - lost : 1; /* 1: nothing fits */
    if (size_bytes <= lost)
        return arena;
    arena.head = (void *)((char *)place + (from - (uintptr_t)place));
    *arena.head = (struct nkb_arena_chunk){.size_bytes = arena.limit_bytes};
    return arena;
}

void *nkb_arena_take(struct nkb_arena *arena, size_t size_bytes)
{
    size_t need, total;
    if (!nkb_size_add(size_bytes, ALIGN_BYTES - 1, &need))
        goto failed;
    need &= ~(size_t)(ALIGN_BYTES - 1);
    if (need == 0)
        need = ALIGN_BYTES;
    if (!nkb_size_add(arena->used_bytes, need, &total))
        goto failed;
    if (arena->limit_bytes && total > arena->limit_bytes) {
        arena->full = true;
        goto failed;
    }

    struct nkb_arena_chunk *chunk = arena->head;
    if (!chunk || chunk->size_bytes - chunk->used_bytes < need)
        chunk = add_chunk(arena, need);
    if (!chunk)
        goto failed;
    void *place = chunk->data + chunk->used_bytes;
    chunk->used_bytes += need;
    arena->used_bytes = total;
    return place;

failed:
    arena->failed = true;
    return NULL;
}

void *nkb_arena_alloc(struct nkb_arena *arena, size_t size_bytes)
{
    void *place = nkb_arena_take(arena, size_bytes);
    return place ? memset(place, 0, size_bytes) : NULL;
}

void *nkb_arena_array(struct nkb_arena *arena, size_t count, size_t size_bytes)
{
    size_t total;
    if (!nkb_size_mul(count, size_bytes, &total)) {
        arena->failed = true;
        return NULL;
    }
    return nkb_arena_alloc(arena, total);
}

void *nkb_arena_grow(struct nkb_arena *arena, const void *old, size_t old_count, size_t new_count,
                     size_t size_bytes)
{
    size_t total;
    if (!nkb_size_mul(new_count, size_bytes, &total)) {
        arena->failed = true;
        return NULL;
    }
    char *place = nkb_arena_take(arena, total);
    size_t kept = old ? old_count * size_bytes : 0;
    if (place && kept)
        memcpy(place, old, kept);
    if (place && kept < total)
        memset(place + kept, 0, total - kept);
    return place;
}

struct nkb_str nkb_arena_copy(struct nkb_arena *arena, struct nkb_str text)
{
    char *place = text.len < SIZE_MAX ? nkb_arena_take(arena, text.len + 1) : NULL;
    if (!place)
        return NKB_STR_NONE;
    if (text.len)
        memcpy(place, text.ptr, text.len);
    place[text.len] = '\0';
    return (struct nkb_str){place, text.len};
}

struct nkb_str nkb_arena_keep(struct nkb_arena *arena, struct nkb_buf *text)
{
    struct nkb_str kept = NKB_STR_NONE;
    if (!text->failed)
        kept = nkb_arena_copy(arena, nkb_buf_str(text));
    else
        arena->failed = true;
    nkb_buf_free(text);
    return kept;
}

char *nkb_arena_string(struct nkb_arena *arena, const char *text)
{
    if (!text) /* made in this arena when memory had run out */
        return NULL;
    size_t size = strlen(text) + 1;
    char *place = nkb_arena_take(arena, size);
    return place ? memcpy(place, text, size) : NULL;
}

char *nkb_arena_printf(struct nkb_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *place = length < 0 ? NULL : nkb_arena_alloc(arena, (size_t)length + 1);
    if (place)
        vsnprintf(place, (size_t)length + 1, format, again);
    va_end(again);
    return place;
}

void nkb_arena_adopt(struct nkb_arena *arena, struct nkb_arena *from)
{
    struct nkb_arena_chunk **end = &arena->head;
    while (*end && from->head)
        end = &(*end)->next;
    if (from->head)
        *end = from->head; /* behind: what is left of the first serves on */
    arena->used_bytes += from->used_bytes;
    arena->failed = arena->failed || from->failed;
    arena->full = arena->full || from->full;
    *from = NKB_ARENA_INIT;
}

void nkb_arena_reset(struct nkb_arena *arena)
{
    struct nkb_arena_chunk *kept = NULL;
    for (struct nkb_arena_chunk *chunk = arena->head; chunk;) {
        struct nkb_arena_chunk *next = chunk->next;
        if (!kept && !arena->store && chunk->size_bytes <= LAST_CHUNK_BYTES)
            kept = chunk;
        else
            give_back(arena->store, chunk);
        chunk = next;
    }
    if (kept) {
        kept->next = NULL;
        kept->used_bytes = 0;
    }
    arena->head = kept;
    arena->used_bytes = 0;
    arena->failed = arena->full = false;
}

void nkb_arena_free(struct nkb_arena *arena)
{
    for (struct nkb_arena_chunk *chunk = arena->head; chunk;) {
        struct nkb_arena_chunk *next = chunk->next;
        give_back(arena->store, chunk);
        chunk = next;
    }
    *arena = NKB_ARENA_INIT;
}

void nkb_arena_store_free(struct nkb_arena_store *store)
{
    while (store->spare) {
        struct nkb_arena_chunk *chunk = store->spare;
        store->spare = chunk->next;
        nkb_pages_free(chunk);
    }
}
