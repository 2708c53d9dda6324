#define _GNU_SOURCE /* O_TMPFILE */
#include "base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

enum {
    RECENT_BYTES = 256 * 1024,
    PATH_BYTES = 4096,
};

static const char *folder_of(const struct nkb_spool *spool)
{
    return spool->folder ? spool->folder : "/tmp";
}

/* For the reason in errno. */
static int refuse(const struct nkb_spool *spool, struct nkb_err *err)
{
    return nkb_err_set(err, NKB_EOUTPUT, "%s: what is found cannot be put aside there: %m",
                       folder_of(spool));
}

/* Without a name from the start, or, where the file system knows no such files, from at once after.
 */
static int open_nameless(const char *folder)
{
    char name[PATH_BYTES];
    int fd = -1;
#ifdef O_TMPFILE
    fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
#endif
    if (fd >= 0)
        return fd;
    int length = snprintf(name, sizeof name, "%s/" NKB_TEMPORARY_NAME, folder);
    if (length < 0 || (size_t)length >= sizeof name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    return fd;
}

static int write_out(struct nkb_spool *spool, struct nkb_err *err)
{
    const char *at = spool->recent.data;
    size_t left = spool->recent.len;

    if (spool->fd < 0)
        spool->fd = open_nameless(folder_of(spool));
    if (spool->fd < 0)
        return refuse(spool, err);
    while (left > 0) {
        ssize_t wrote = pwrite(spool->fd, at, left, (off_t)spool->in_file);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return refuse(spool, err);
        at += wrote;
        left -= (size_t)wrote;
        spool->in_file += (uint64_t)wrote;
    }
    spool->recent.len = 0;
    return 0;
}

int nkb_spool_put(struct nkb_spool *spool, struct nkb_str bytes, uint64_t *at_out,
                  struct nkb_err *err)
{
    if (spool->recent.len > 0 && spool->recent.len + bytes.len > RECENT_BYTES) {
        int code = write_out(spool, err);
        if (code != 0)
            return code;
    }
    *at_out = spool->in_file + spool->recent.len;
    nkb_buf_append(&spool->recent, bytes.ptr, bytes.len);
    return spool->recent.failed ? nkb_err_memory(err) : 0;
}

int nkb_spool_get(const struct nkb_spool *spool, uint64_t at, size_t size_bytes,
                  struct nkb_buf *out, struct nkb_err *err)
{
    out->len = 0;
    if (!nkb_buf_reserve(out, size_bytes))
        return nkb_err_memory(err);
    if (at >= spool->in_file) { /* what is put at once is never on both sides */
        memcpy(out->data, spool->recent.data + (at - spool->in_file), size_bytes);
        out->len = size_bytes;
        return 0;
    }
    while (out->len < size_bytes) {
        ssize_t got =
            pread(spool->fd, out->data + out->len, size_bytes - out->len, (off_t)(at + out->len));
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = EIO; /* somebody has cut it off */
        if (got <= 0)
            return refuse(spool, err);
        out->len += (size_t)got;
    }
    return 0;
}

void nkb_spool_free(struct nkb_spool *spool)
{
    if (spool->fd >= 0)
        close(spool->fd);
    nkb_buf_free(&spool->recent);
    *spool = NKB_SPOOL_IN(spool->folder);
}
