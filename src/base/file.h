/* Reading files with read(2), never mmap: a cache is written by others while we read it.
 * Every message names the path, and the flag that gave it when `flag` is not NULL. */
#ifndef NKB_BASE_FILE_H
#define NKB_BASE_FILE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* The name of a temporary file as mkstemp takes it, which puts letters of its own in place of its
 * last six. */
#define NKB_TEMPORARY_NAME ".nkibench.XXXXXX"

/* Open a regular file (or a fifo or device; "-" is not special here) for reading. Returns 0 and
 * *fd_out (close-on-exec) and *size_bytes_out (-1 when unknown), or NKB_EINPUT: no such file, a
 * directory, no permission. `flag` is "--log-file" or NULL. */
int nkb_file_open(const char *path, const char *flag, int *fd_out, int64_t *size_bytes_out,
                  struct nkb_err *err);

/* The whole file, appended to *out. More than max_bytes is NKB_EINPUT and names the limit.
 * An empty file is read as such. A path of "-" reads standard input. */
int nkb_file_read(const char *path, const char *flag, size_t max_bytes, struct nkb_buf *out,
                  struct nkb_err *err);
/* The same of what is open already, from where it stands; the caller closes it. `path` is for words. */
int nkb_file_read_rest(int fd, const char *path, const char *flag, size_t max_bytes,
                       struct nkb_buf *out, struct nkb_err *err);

#endif
