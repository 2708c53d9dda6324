/* Bytes put aside and had again by the place they were put at: in memory while they are few, then
 * in a file that has no name and goes with the process, however that ends. */
#ifndef NKB_BASE_SPOOL_H
#define NKB_BASE_SPOOL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct nkb_spool {
    const char *folder;    /* where the file is to be; NULL: /tmp */
    int fd;                /* -1: none was needed yet */
    uint64_t in_file;      /* what lies there: all before `recent` */
    struct nkb_buf recent; /* put last, and not in the file yet */
};

#define NKB_SPOOL_IN(folder) ((struct nkb_spool){folder, -1, 0, NKB_BUF_INIT})

/* One at a time. NKB_EOUTPUT when the file cannot be made or takes no more; NKB_EMEMORY. */
int nkb_spool_put(struct nkb_spool *spool, struct nkb_str bytes, uint64_t *at_out,
                  struct nkb_err *err);
/* What was put there, in place of what *out holds. */
int nkb_spool_get(const struct nkb_spool *spool, uint64_t at, size_t size_bytes,
                  struct nkb_buf *out, struct nkb_err *err);
void nkb_spool_free(struct nkb_spool *spool);

#endif
