/* NOLINTNEXTLINE(bugprone-reserved-identifier): what the C library asks for */
#define _DEFAULT_SOURCE /* madvise */
#include "base/pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    HUGE_BYTES = 2 * 1024 * 1024,
    TAIL_BYTES = HUGE_BYTES / 4, /* behind the last whole page: from here on worth one more */
    LARGE_BYTES = HUGE_BYTES - TAIL_BYTES, /* from here on a page is worth its empty rest */
};

/* With as much behind it as makes its tail a huge page. */
static size_t round_up(size_t size_bytes)
{
    size_t tail = size_bytes % HUGE_BYTES;
    return tail < TAIL_BYTES || size_bytes > SIZE_MAX - HUGE_BYTES ? size_bytes
                                                                   : size_bytes - tail + HUGE_BYTES;
}

static void advise(void *place, size_t size_bytes)
{
#ifdef MADV_HUGEPAGE
    uintptr_t from = ((uintptr_t)place + HUGE_BYTES - 1) & ~(uintptr_t)(HUGE_BYTES - 1),
              to = ((uintptr_t)place + size_bytes) & ~(uintptr_t)(HUGE_BYTES - 1);
    if (from < to)
        (void)madvise((char *)place + (from - (uintptr_t)place), to - from, MADV_HUGEPAGE);
#else
    (void)place;
    (void)size_bytes;
#endif
}

void *nkb_pages_alloc(size_t size_bytes)
{
    void *place = NULL;
    if (size_bytes < LARGE_BYTES)
        return malloc(size_bytes);
    size_bytes = round_up(size_bytes);
    if (posix_memalign(&place, HUGE_BYTES, size_bytes) != 0)
        return NULL;
    advise(place, size_bytes);
    return place;
}

void *nkb_pages_grow(void *place, size_t used_bytes, size_t size_bytes)
{
    if (size_bytes < LARGE_BYTES)
        return realloc(place, size_bytes);
    void *grown = nkb_pages_alloc(size_bytes);
    if (!grown)
        return NULL;
    if (used_bytes)
        memcpy(grown, place, used_bytes);
    free(place);
    return grown;
}

void nkb_pages_free(void *place)
{
    free(place);
}
