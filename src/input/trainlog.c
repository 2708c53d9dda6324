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
    struct nkb_log_parser parser;
    struct nkb_arena *arena;
    struct nkb_trainlog *log;
    char *carried; /* the start of a line whose end has not come yet; room for a newline */
    char *clean;   /* a line without its escape sequences, and a newline */
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

/* Behind the line stands its ending. */
static void read_line(struct reader *r, struct nkb_str line, bool has_escapes)
{
    if (has_escapes) {
        line.len = nkb_log_line_clean(line, r->clean);
        line.ptr = r->clean;
        r->clean[line.len] = '\n';
    }
    if (line.len > 0)
        nkb_log_line_read(&r->parser, line, r->newlines + 1);
}

static bool has_escapes(struct nkb_str text)
{
    return text.len > 0 && memchr(text.ptr, ESCAPE, text.len);
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
    struct nkb_str line = {r->carried, r->carried_len};
    r->carried[line.len] = '\n';
    if (r->cutting)
        r->log->cut_lines++;
    read_line(r, line, has_escapes(line));
    r->carried_len = 0;
    r->cutting = false;
}

/* A piece of the window; `ended`: what ends a line stands behind it. */
static void feed_piece(struct reader *r, struct nkb_str piece, bool ended, bool may_escape)
{
    if (ended && r->carried_len == 0 && !r->cutting && piece.len <= NKB_TRAINLOG_LINE_BYTES) {
        read_line(r, piece, may_escape && has_escapes(piece));
        return;
    }
    carry(r, piece.ptr, piece.len);
    if (ended)
        end_carried(r);
}

static const char *find(const char *p, const char *end, char c)
{
    const char *found = memchr(p, c, (size_t)(end - p));
    return found ? found : end;
}

static void feed(struct reader *r, struct nkb_str window)
{
    const char *p = window.ptr, *end = window.ptr + window.len;
    const char *cr = find(p, end, '\r'); /* the next one, be it many lines away */
    bool may_escape = has_escapes(window);
    while (p < end) {
        const char *stop = find(p, end, '\n');
        while (cr < stop) { /* the updates of one line */
            feed_piece(r, (struct nkb_str){p, (size_t)(cr - p)}, true, may_escape);
            p = cr + 1;
            cr = find(p, end, '\r');
        }
        feed_piece(r, (struct nkb_str){p, (size_t)(stop - p)}, stop < end, may_escape);
        if (stop == end)
            return;
        r->newlines++;
        p = stop + 1;
    }
}

static int begin(struct reader *r, nkb_log_take_fn *take, void *context, struct nkb_arena *arena,
                 struct nkb_trainlog *out, struct nkb_err *err)
{
    *out = (struct nkb_trainlog){0};
    *r = (struct reader){.arena = arena, .log = out};
    nkb_log_parser_begin(&r->parser, take, context, arena, out);
    r->carried = malloc(NKB_TRAINLOG_LINE_BYTES + 1);
    r->clean = malloc(NKB_TRAINLOG_LINE_BYTES + 1);
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
