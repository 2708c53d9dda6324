#include "host/blocks.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Under AddressSanitizer every block is malloc's, so that it sees what goes wrong with one. */
#if defined(__SANITIZE_ADDRESS__)
#define WITH_REGION false
#elif defined(__has_feature)
#define WITH_REGION (!__has_feature(address_sanitizer))
#else
#define WITH_REGION true
#endif

static size_t step_of(size_t bytes)
{
    return (bytes + NKB_BLOCKS_STEP_BYTES - 1) / NKB_BLOCKS_STEP_BYTES;
}

static bool is_inside(const struct nkb_blocks *blocks, const void *block)
{
    uintptr_t at = (uintptr_t)block, region = (uintptr_t)blocks->region;
    return region && at >= region && at - region < NKB_BLOCKS_REGION_BYTES;
}

/* NULL when the region has none left, or never has blocks of this size. */
static void *take(struct nkb_blocks *blocks, size_t bytes)
{
    if (bytes > NKB_BLOCKS_SMALL_BYTES || !WITH_REGION)
        return NULL;
    size_t step = step_of(bytes), size = step * NKB_BLOCKS_STEP_BYTES;
    void **spare = &blocks->spare[step - 1], *block = *spare;
    if (block) {
        memcpy(spare, block, sizeof *spare);
        return block;
    }
    if (!blocks->region)
        blocks->region = malloc(NKB_BLOCKS_REGION_BYTES);
    if (!blocks->region || size > NKB_BLOCKS_REGION_BYTES - blocks->used_bytes)
        return NULL;
    block = blocks->region + blocks->used_bytes;
    blocks->used_bytes += size;
    return block;
}

void nkb_blocks_release(struct nkb_blocks *blocks, void *old, size_t old_bytes)
{
    if (!is_inside(blocks, old)) {
        free(old);
        return;
    }
    void **spare = &blocks->spare[step_of(old_bytes) - 1];
    memcpy(old, spare, sizeof *spare);
    *spare = old;
}

void *nkb_blocks_realloc(struct nkb_blocks *blocks, void *old, size_t old_bytes, size_t new_bytes)
{
    bool inside = old && is_inside(blocks, old);
    if (inside && step_of(old_bytes) == step_of(new_bytes))
        return old;
    void *fresh = take(blocks, new_bytes);
    if (!fresh && !inside)
        return realloc(old, new_bytes);
    if (!fresh)
        fresh = malloc(new_bytes);
    if (fresh && old) {
        memcpy(fresh, old, old_bytes < new_bytes ? old_bytes : new_bytes);
        nkb_blocks_release(blocks, old, old_bytes);
    }
    return fresh;
}

void nkb_blocks_free(struct nkb_blocks *blocks)
{
    free(blocks->region);
    blocks->region = NULL;
}
