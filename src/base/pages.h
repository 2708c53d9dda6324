/* Memory for what is large: runs of a few megabytes and more ask the kernel for huge pages, since a
 * page touched for the first time costs more than filling it, and a huge one hardly more than a
 * small one. Where the kernel has none to give it is plain memory. */
#ifndef NKB_BASE_PAGES_H
#define NKB_BASE_PAGES_H

#include <stddef.h>

/* Aligned for any type, not zeroed; NULL when memory has run out. */
void *nkb_pages_alloc(size_t size_bytes);
void nkb_pages_free(void *place);
/* Memory that malloc or realloc gave and that is about to be filled: ask for the same. */
void nkb_pages_advise(void *place, size_t size_bytes);

#endif
