#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int say(struct nkb_err *err, const char *path, const char *flag, const char *what)
{
    if (flag)
        return nkb_err_set(err, NKB_EINPUT, "%s: %s (%s)", path, what, flag);
    return nkb_err_set(err, NKB_EINPUT, "%s: %s", path, what);
}

int nkb_file_open(const char *path, const char *flag, int *fd_out, int64_t *size_bytes_out,
                  struct nkb_err *err)
{
    struct stat st;
    char reason[128];

    /* Not O_NONBLOCK: a fifo whose writer is still to come would read as empty. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return say(err, path, flag, "no such file");
        if (errno == EACCES || errno == EPERM)
            return say(err, path, flag, "no permission to read it");
        if (strerror_r(errno, reason, sizeof reason) != 0)
            reason[0] = '\0';
        return say(err, path, flag, reason);
    }
    if (fstat(fd, &st) != 0 || S_ISDIR(st.st_mode)) {
        close(fd);
        return say(err, path, flag, "is a directory; a file is expected");
    }
    *fd_out = fd;
    *size_bytes_out = S_ISREG(st.st_mode) ? (int64_t)st.st_size : -1;
    return 0;
}

int nkb_file_read_rest(int fd, const char *path, const char *flag, size_t max_bytes,
                       struct nkb_buf *out, struct nkb_err *err)
{
    size_t start = out->len;
    char reason[128];

    for (;;) {
        size_t room = out->capacity > out->len + 1 ? out->capacity - out->len - 1 : 0;
        if (room == 0) {
            if (!nkb_buf_reserve(out, 64 * 1024))
                return nkb_err_memory(err);
            continue;
        }
        ssize_t got = read(fd, out->data + out->len, room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            if (strerror_r(errno, reason, sizeof reason) != 0)
                reason[0] = '\0';
            return say(err, path, flag, reason);
        }
        if (got == 0)
            break;
        out->len += (size_t)got;
        if (out->len - start > max_bytes)
            return nkb_err_set(err, NKB_EINPUT,
                               "%s: larger than %zu bytes, the limit for such a file", path,
                               max_bytes);
    }
    out->data[out->len] = '\0';
    return 0;
}

int nkb_file_read(const char *path, const char *flag, size_t max_bytes, struct nkb_buf *out,
                  struct nkb_err *err)
{
    int fd = 0, code = 0;
    int64_t size = -1;

    if (strcmp(path, "-") != 0) {
        code = nkb_file_open(path, flag, &fd, &size, err);
        if (code != 0)
            return code;
    }
    if (size > 0 && (uint64_t)size <= max_bytes && !nkb_buf_reserve(out, (size_t)size + 1))
        code = nkb_err_memory(err);
    if (code == 0)
        code = nkb_file_read_rest(fd, path, flag, max_bytes, out, err);
    if (fd > 0)
        close(fd);
    return code;
}
