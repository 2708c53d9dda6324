/* Memory for one Lua state: thousands of small blocks, from a region at the state's hand as long as
 * it lasts, the rest from malloc. What was given back serves blocks of the same size, and all of
 * the region goes at once. Private to src/host. */
#ifndef NKB_HOST_BLOCKS_H
#define NKB_HOST_BLOCKS_H

#include <stddef.h>

enum {
    NKB_BLOCKS_REGION_BYTES = 512 * 1024, /* the default rule takes four fifths of it */
    NKB_BLOCKS_STEP_BYTES = 16,           /* sizes are multiples of it, and so are addresses */
    NKB_BLOCKS_SMALL_BYTES = 512,         /* the largest block of the region */
};

struct nkb_blocks {
    unsigned char *region; /* NULL: not yet, or malloc had none */
    size_t used_bytes;     /* of the region: handed out at some time */
    void *spare[NKB_BLOCKS_SMALL_BYTES / NKB_BLOCKS_STEP_BYTES];
};

/* As realloc, with the size that the block had; new_bytes is not 0. NULL: no memory, and the old
 * block is as it was. Zeroed memory is an empty struct. */
void *nkb_blocks_realloc(struct nkb_blocks *blocks, void *old, size_t old_bytes, size_t new_bytes);
void nkb_blocks_release(struct nkb_blocks *blocks, void *old, size_t old_bytes);
/* The region, with every block in it. Blocks that came from malloc have been given back one by one.
 */
void nkb_blocks_free(struct nkb_blocks *blocks);

#endif
