/* A log as lines: a newline or a carriage return ends one. Bytes come in windows, of which only the
 * line that reaches over the edge is carried on, at most NKB_TRAINLOG_LINE_BYTES of it: the rest of
 * a longer line is dropped until it ends. */
#include "input/trainlog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "input/trainlog_line.h"

enum { WINDOW_BYTES = 256 * 1024 };

struct reader {
    nkb_log_take_fn *take;
    void *context;
    struct nkb_arena *arena;
    struct nkb_trainlog *log;
    char *carried; /* the start of a line whose end has not come yet */
    char *clean;   /* a line without its escape sequences */
    size_t carried_len;
    bool cutting; /* the carried line is over the limit */
    int64_t newlines;
};

enum { ESCAPE = 0x1b };

size_t nkb_log_line_clean(struct nkb_str line, char *out)
{
    const unsigned char *p = (const unsigned char *)line.ptr, *end = p + line.len;
    char *to = out;
    while (p < end) {
        if (*p != ESCAPE) {
            *to++ = (char)*p++;
            continue;
        }
        if (++p == end)
            break;
        unsigned char kind = *p++;
        if (kind == '[') { /* CSI: parameters, then one final byte (ECMA-48 5.4) */
            while (p < end && *p >= 0x20 && *p <= 0x3f)
                p++;
            if (p < end && *p >= 0x40 && *p <= 0x7e)
                p++;
        } else if (kind ==
                   ']') { /* OSC, a window title: to BEL or ESC \; unended it hides nothing */
            const unsigned char *stop = p;
            while (stop < end && *stop != 0x07 && *stop != ESCAPE)
                stop++;
            if (stop < end)
                p = *stop == 0x07 ? stop + 1 : stop;
        } else if (kind >= 0x20 && kind <= 0x2f) { /* "ESC ( B" */
            if (p < end)
                p++;
        }
    }
    return (size_t)(to - out);
}

static void read_line(struct reader *r, struct nkb_str line, bool cut)
{
    if (line.len > NKB_TRAINLOG_LINE_BYTES) {
        line.len = NKB_TRAINLOG_LINE_BYTES;
        cut = true;
    }
    if (cut)
        r->log->cut_lines++;
    if (line.len == 0)
        return;
    if (memchr(line.ptr, ESCAPE, line.len)) {
        line.len = nkb_log_line_clean(line, r->clean);
        line.ptr = r->clean;
        if (line.len == 0)
            return;
    }
    nkb_log_line_read(line, r->newlines + 1, r->take, r->context, r->arena, r->log);
}

static void carry(struct reader *r, const char *bytes, size_t size)
{
    size_t room = NKB_TRAINLOG_LINE_BYTES - r->carried_len;
    if (size > room) {
        size = room;
        r->cutting = true;
    }
    if (size)
        memcpy(r->carried + r->carried_len, bytes, size);
    r->carried_len += size;
}

static void end_carried(struct reader *r)
{
    read_line(r, (struct nkb_str){r->carried, r->carried_len}, r->cutting);
    r->carried_len = 0;
    r->cutting = false;
}

static void feed(struct reader *r, struct nkb_str window)
{
    const char *p = window.ptr, *end = window.ptr + window.len;
    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        const char *stop = newline ? newline : end;
        for (;;) { /* the updates of one line */
            const char *cr = memchr(p, '\r', (size_t)(stop - p));
            const char *piece_end = cr ? cr : stop;
            bool ended = cr || newline;
            if (!ended || r->carried_len || r->cutting) {
                carry(r, p, (size_t)(piece_end - p));
                if (ended)
                    end_carried(r);
            } else {
                read_line(r, (struct nkb_str){p, (size_t)(piece_end - p)}, false);
            }
            if (!cr)
                break;
            p = cr + 1;
        }
        if (!newline)
            return;
        r->newlines++;
        p = newline + 1;
    }
}

static int begin(struct reader *r, nkb_log_take_fn *take, void *context, struct nkb_arena *arena,
                 struct nkb_trainlog *out, struct nkb_err *err)
{
    *out = (struct nkb_trainlog){0};
    *r = (struct reader){.take = take, .context = context, .arena = arena, .log = out};
    r->carried = malloc(NKB_TRAINLOG_LINE_BYTES);
    r->clean = malloc(NKB_TRAINLOG_LINE_BYTES);
    return r->carried && r->clean ? 0 : nkb_err_memory(err);
}

static int finish(struct reader *r, struct nkb_err *err)
{
    if (r->carried_len || r->cutting)
        end_carried(r);
    return nkb_arena_failed(r->arena) ? nkb_err_memory(err) : 0;
}

static void release(struct reader *r)
{
    free(r->carried);
    free(r->clean);
}

int nkb_trainlog_read_bytes(struct nkb_str bytes, nkb_log_take_fn *take, void *context,
                            struct nkb_arena *arena, struct nkb_trainlog *out, struct nkb_err *err)
{
    struct reader r;
    int code = begin(&r, take, context, arena, out, err);
    if (code == 0) {
        if (bytes.len)
            feed(&r, bytes);
        code = finish(&r, err);
    }
    release(&r);
    return code;
}

static int say(struct nkb_err *err, const char *path, const char *flag, const char *what)
{
    if (flag)
        return nkb_err_set(err, NKB_EINPUT, "%s: %s (%s)", path, what, flag);
    return nkb_err_set(err, NKB_EINPUT, "%s: %s", path, what);
}

int nkb_trainlog_read_file(const char *path, const char *flag, nkb_log_take_fn *take, void *context,
                           struct nkb_arena *arena, struct nkb_trainlog *out, struct nkb_err *err)
{
    struct reader r;
    char *window = NULL, reason[128];
    int fd = -1, code = begin(&r, take, context, arena, out, err);
    bool is_stdin = strcmp(path, "-") == 0, empty = true;
    int64_t size;

    if (code == 0 && !is_stdin)
        code = nkb_file_open(path, flag, &fd, &size, err);
    if (code != 0)
        goto out;
    if (!(window = malloc(WINDOW_BYTES))) {
        code = nkb_err_memory(err);
        goto out;
    }
    while (!nkb_arena_failed(arena)) {
        ssize_t got = read(is_stdin ? STDIN_FILENO : fd, window, WINDOW_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            if (strerror_r(errno, reason, sizeof reason) != 0)
                reason[0] = '\0';
            code = say(err, path, flag, reason);
            goto out;
        }
        if (got == 0)
            break;
        empty = false;
        feed(&r, (struct nkb_str){window, (size_t)got});
    }
    code = empty ? say(err, path, flag, "is empty; a training log is expected") : finish(&r, err);

out:
    if (fd >= 0)
        close(fd);
    free(window);
    release(&r);
    return code;
}
