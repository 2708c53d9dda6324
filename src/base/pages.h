/* Memory for what is large: runs of about two megabytes and more ask the kernel for huge pages, since a
 * page touched for the first time costs more than filling it, and a huge one hardly more than a
 * small one. Where the kernel has none to give it is plain memory. */
#ifndef NKB_BASE_PAGES_H
#define NKB_BASE_PAGES_H

#include <stddef.h>

/* Aligned for any type, not zeroed, for free(); NULL when memory has run out. */
void *nkb_pages_alloc(size_t size_bytes);
void nkb_pages_free(void *place);
/* More memory in place of `place` (NULL: none yet), of which `used_bytes` are kept: as realloc, but
 * what is large moves to huge pages, for realloc would have it grow by small ones. NULL: memory has
 * run out, and `place` stays. */
void *nkb_pages_grow(void *place, size_t used_bytes, size_t size_bytes);

#endif
