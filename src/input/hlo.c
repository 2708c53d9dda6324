/* Text or protobuf is told by the first bytes. Protobuf files are read in windows; text, and what
 * is not a regular file, is read whole. */
#include "input/hlo.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "input/hlo_format.h"
#include "input/hlo_proto.h"
#include "input/hlotext.h"

enum {
    HEAD_BYTES = 16 * 1024,
    PLAIN_BYTES = 256, /* no protobuf of a module comes so far without a control character */
};

/* A small HloProto can begin like a line of text: a newline is its first tag. */
static bool is_text(struct nkb_str bytes)
{
    for (size_t i = 0; i < bytes.len && i < PLAIN_BYTES; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        if (c < ' ' && (c < '\t' || c > '\r'))
            return false;
    }
    if (bytes.len > HEAD_BYTES)
        bytes.len = HEAD_BYTES;
    return nkb_hlotext_detect(bytes);
}

static int refuse_size(struct nkb_err *err, const char *what, uint64_t limit)
{
    return nkb_err_set(err, NKB_EINPUT, "%s of more than %llu bytes; at most that much is read",
                       what, (unsigned long long)limit);
}

static int read_text(struct nkb_str text, const struct nkb_hlo_limits *limits,
                     struct nkb_arena *arena, struct nkb_hlo *out, struct nkb_err *err)
{
    if (text.len > limits->whole_bytes)
        return refuse_size(err, "HLO text", limits->whole_bytes);
    memset(out, 0, sizeof *out);
    int code = nkb_hlotext_read(text, arena, out, err);
    out->form = NKB_FORM_TEXT;
    out->size_bytes = text.len;
    return code;
}

static int read_proto(struct nkb_wire *wire, const struct nkb_hlo_limits *limits,
                      struct nkb_arena *arena, struct nkb_hlo *out, struct nkb_err *err)
{
    struct nkb_str head;
    struct nkb_buf scratch = NKB_BUF_INIT;
    uint64_t head_bytes = wire->size < HEAD_BYTES ? wire->size : HEAD_BYTES;
    int code = nkb_hlo_proto_read(wire, limits, arena, out, err);

    if (code == NKB_EINPUT && !wire->final && nkb_wire_peek(wire, 0, head_bytes, &scratch, &head)) {
        const char *format = nkb_hlo_format_name(head);
        if (format)
            code = nkb_err_set(err, NKB_EINPUT, "%s", format);
    }
    nkb_buf_free(&scratch);
    return code;
}

int nkb_hlo_read_bytes_within(struct nkb_str bytes, const struct nkb_hlo_limits *limits,
                              struct nkb_arena *arena, struct nkb_hlo *out, struct nkb_err *err)
{
    struct nkb_wire wire;

    if (is_text(bytes))
        return read_text(bytes, limits, arena, out, err);
    nkb_wire_from_bytes(&wire, bytes);
    return read_proto(&wire, limits, arena, out, err);
}

int nkb_hlo_read_bytes(struct nkb_str bytes, struct nkb_arena *arena, struct nkb_hlo *out,
                       struct nkb_err *err)
{
    return nkb_hlo_read_bytes_within(bytes, &nkb_hlo_default_limits, arena, out, err);
}

/* All that comes out of fd from where it stands. */
static int read_whole(int fd, const char *what, uint64_t limit, struct nkb_buf *out,
                      struct nkb_err *err)
{
    enum { PIECE = 64 * 1024 };
    char reason[128];

    for (;;) {
        if (!nkb_buf_reserve(out, PIECE))
            return nkb_err_memory(err);
        ssize_t got = read(fd, out->data + out->len, out->capacity - out->len - 1);
        if (got == 0)
            return 0;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            if (strerror_r(errno, reason, sizeof reason) != 0)
                reason[0] = '\0';
            return nkb_err_set(err, NKB_EINPUT, "byte %zu: %s", out->len, reason);
        }
        out->len += (size_t)got;
        if (out->len > limit)
            return refuse_size(err, what, limit);
    }
}

static int read_regular(int fd, uint64_t size, const struct nkb_hlo_limits *limits,
                        struct nkb_arena *arena, struct nkb_hlo *out, struct nkb_err *err)
{
    struct nkb_wire wire;
    struct nkb_buf text = NKB_BUF_INIT;
    int code = nkb_wire_from_file(&wire, fd, size, NKB_WIRE_WINDOW_BYTES, err);

    if (code != 0)
        return code;
    if (!nkb_wire_more(&wire, HEAD_BYTES)) {
        code = nkb_err_set(err, NKB_EINPUT, "byte %llu: %s", (unsigned long long)wire.fault_at,
                           wire.fault);
        goto out;
    }
    struct nkb_str head = {(const char *)wire.at, nkb_wire_ready(&wire)};
    if (!is_text(head))
        code = read_proto(&wire, limits, arena, out, err);
    else if (size > limits->whole_bytes)
        code = refuse_size(err, "HLO text", limits->whole_bytes);
    else if (!nkb_buf_reserve(&text, (size_t)size + 1))
        code = nkb_err_memory(err);
    else if ((code = read_whole(fd, "HLO text", limits->whole_bytes, &text, err)) == 0)
        code = read_text(nkb_buf_str(&text), limits, arena, out, err);
out:
    nkb_buf_free(&text);
    nkb_wire_close(&wire);
    return code;
}

/* Callers put the path in front of our messages; nkb_file_open has done so already. */
static void drop_path(struct nkb_err *err, const char *path)
{
    size_t n = strlen(path);

    if (err && strlen(err->text) > n + 2 && memcmp(err->text + n, ": ", 2) == 0)
        memmove(err->text, err->text + n + 2, strlen(err->text + n + 2) + 1);
}

int nkb_hlo_read_file_within(const char *path, const struct nkb_hlo_limits *limits,
                             struct nkb_arena *arena, struct nkb_hlo *out, struct nkb_err *err)
{
    struct nkb_buf whole = NKB_BUF_INIT;
    int64_t size = -1;
    int fd = -1, code = nkb_file_open(path, NULL, &fd, &size, err);

    if (code != 0) {
        drop_path(err, path);
        return code;
    }
    if (size > 0) {
        code = read_regular(fd, (uint64_t)size, limits, arena, out, err);
    } else { /* a pipe, or a file that only says it is empty, as those of /proc do */
        code = read_whole(fd, "the contents of a pipe", limits->whole_bytes, &whole, err);
        if (code == 0)
            code = nkb_hlo_read_bytes_within(nkb_buf_str(&whole), limits, arena, out, err);
    }
    close(fd);
    nkb_buf_free(&whole);
    return code;
}

int nkb_hlo_read_file(const char *path, struct nkb_arena *arena, struct nkb_hlo *out,
                      struct nkb_err *err)
{
    return nkb_hlo_read_file_within(path, &nkb_hlo_default_limits, arena, out, err);
}
