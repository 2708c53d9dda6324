/* Text or protobuf is told by the first bytes. Files are read in windows; what is not a regular
 * file is read whole. */
#include "input/hlo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "input/hlo_format.h"
#include "input/hlo_proto.h"
#include "input/hlotext.h"
#include "input/hlotext_reader.h"

enum {
    HEAD_BYTES = 16 * 1024,
    PLAIN_BYTES = 256, /* no protobuf of a module comes so far without a control character */
    KEPT_BYTES = 4 * 1024 * 1024,
    END_BYTES = 2048,
    SPLIT_BYTES = 64 * 1024 * 1024, /* what is shorter gains nothing by threads */
};

struct nkb_hlo_reader {
    struct nkb_hlo_build build;
    struct nkb_hlotext text;
    struct nkb_buf bytes; /* a window of the file, or all that came by a pipe */
};

struct nkb_hlo_reader *nkb_hlo_reader_new(void)
{
    return calloc(1, sizeof(struct nkb_hlo_reader));
}

void nkb_hlo_reader_free(struct nkb_hlo_reader *reader)
{
    if (!reader)
        return;
    nkb_hlo_build_free(&reader->build);
    nkb_hlotext_close(&reader->text);
    nkb_buf_free(&reader->bytes);
    free(reader);
}

void nkb_hlo_reader_threads(struct nkb_hlo_reader *reader, size_t threads)
{
    reader->build.threads = threads;
    reader->build.split_bytes = SPLIT_BYTES;
}

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

static int read_proto(struct nkb_hlo_reader *reader, struct nkb_wire *wire,
                      const struct nkb_hlo_limits *limits, struct nkb_arena *arena,
                      struct nkb_hlo *out, struct nkb_err *err)
{
    struct nkb_str head;
    struct nkb_buf scratch = NKB_BUF_INIT;
    uint64_t head_bytes = wire->size < HEAD_BYTES ? wire->size : HEAD_BYTES;
    int code = nkb_hlo_proto_read(wire, limits, &reader->build, arena, out, err);

    if (code == NKB_EINPUT && !wire->final && nkb_wire_peek(wire, 0, head_bytes, &scratch, &head)) {
        const char *format = nkb_hlo_format_name(head);
        if (format)
            code = nkb_err_set(err, NKB_EINPUT, "%s", format);
    }
    nkb_buf_free(&scratch);
    return code;
}

static int read_bytes(struct nkb_hlo_reader *reader, struct nkb_str bytes,
                      const struct nkb_hlo_limits *limits, struct nkb_arena *arena,
                      struct nkb_hlo *out, struct nkb_err *err)
{
    struct nkb_wire wire;

    if (is_text(bytes)) {
        const struct nkb_hlotext_input input = {
            .fd = -1, .bytes = bytes, .limit_bytes = limits->whole_bytes};
        return nkb_hlotext_read_with(&reader->text, &input, arena, out, err);
    }
    nkb_wire_from_bytes(&wire, bytes);
    return read_proto(reader, &wire, limits, arena, out, err);
}

int nkb_hlo_read_bytes_within(struct nkb_str bytes, const struct nkb_hlo_limits *limits,
                              struct nkb_arena *arena, struct nkb_hlo *out, struct nkb_err *err)
{
    struct nkb_hlo_reader *reader = nkb_hlo_reader_new();
    int code = reader ? read_bytes(reader, bytes, limits, arena, out, err) : nkb_err_memory(err);

    nkb_hlo_reader_free(reader);
    return code;
}

int nkb_hlo_read_bytes(struct nkb_str bytes, struct nkb_arena *arena, struct nkb_hlo *out,
                       struct nkb_err *err)
{
    return nkb_hlo_read_bytes_within(bytes, &nkb_hlo_default_limits, arena, out, err);
}

/* All that comes out of a pipe. */
static int read_whole(int fd, uint64_t limit, struct nkb_buf *out, struct nkb_err *err)
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
            return nkb_err_set(
                err, NKB_EINPUT,
                "the contents of a pipe of more than %llu bytes; at most that much is read",
                (unsigned long long)limit);
    }
}

/* Of its first bytes, and of its last ones. 0 when these cannot be had. */
static uint64_t hash_ends(struct nkb_wire *wire, uint64_t first)
{
    struct nkb_str last;
    struct nkb_buf scratch = NKB_BUF_INIT;

    if (wire->size <= END_BYTES)
        return first;
    bool had = nkb_wire_peek(wire, wire->size - END_BYTES, END_BYTES, &scratch, &last);
    uint64_t hash = had ? nkb_hash_bytes(first, last.ptr, last.len) : 0;
    nkb_buf_free(&scratch);
    return hash;
}

static int read_regular(struct nkb_hlo_reader *reader, int fd, uint64_t size,
                        const struct nkb_hlo_limits *limits, struct nkb_arena *arena,
                        struct nkb_hlo *out, struct nkb_err *err)
{
    struct nkb_wire wire;
    struct nkb_buf *bytes = &reader->bytes;

    if (!nkb_buf_reserve(bytes, NKB_WIRE_WINDOW_BYTES + NKB_HLOTEXT_SLACK))
        return nkb_err_memory(err);
    nkb_wire_from_file_with(&wire, fd, size, (unsigned char *)bytes->data, NKB_WIRE_WINDOW_BYTES);
    if (!nkb_wire_more(&wire, HEAD_BYTES))
        return nkb_err_set(err, NKB_EINPUT, "byte %llu: %s", (unsigned long long)wire.fault_at,
                           wire.fault);
    struct nkb_str head = {(const char *)wire.at, nkb_wire_ready(&wire)};
    uint64_t first = nkb_hash_bytes(1, head.ptr, head.len < END_BYTES ? head.len : END_BYTES);
    if (!is_text(head)) {
        int code = read_proto(reader, &wire, limits, arena, out, err);
        out->ends_hash = code == 0 ? hash_ends(&wire, first) : 0;
        return code;
    }
    const struct nkb_hlotext_input input = {.fd = fd,
                                            .size_bytes = size,
                                            .limit_bytes = limits->whole_bytes,
                                            .window = bytes,
                                            .filled = head.len};
    int code = nkb_hlotext_read_with(&reader->text, &input, arena, out, err);
    nkb_wire_from_file_with(&wire, fd, size, NULL, 0); /* the window holds what it did not read */
    out->ends_hash = code == 0 ? hash_ends(&wire, first) : 0;
    return code;
}

/* Callers put the path in front of our messages; nkb_file_open has done so already. */
static void drop_path(struct nkb_err *err, const char *path)
{
    size_t n = strlen(path);

    if (err && strlen(err->text) > n + 2 && memcmp(err->text + n, ": ", 2) == 0)
        memmove(err->text, err->text + n + 2, strlen(err->text + n + 2) + 1);
}

static int read_file(struct nkb_hlo_reader *reader, const char *path,
                     const struct nkb_hlo_limits *limits, struct nkb_arena *arena,
                     struct nkb_hlo *out, struct nkb_err *err)
{
    struct nkb_buf *bytes = &reader->bytes;
    int64_t size = -1;
    int fd = -1, code = nkb_file_open(path, NULL, &fd, &size, err);

    if (code != 0) {
        drop_path(err, path);
        return code;
    }
    if (size > 0) {
        code = read_regular(reader, fd, (uint64_t)size, limits, arena, out, err);
    } else { /* a pipe, or a file that only says it is empty, as those of /proc do */
        code = read_whole(fd, limits->whole_bytes, bytes, err);
        if (code == 0)
            code = read_bytes(reader, nkb_buf_str(bytes), limits, arena, out, err);
    }
    close(fd);
    bytes->len = 0;
    if (bytes->capacity > KEPT_BYTES || bytes->failed)
        nkb_buf_free(bytes);
    return code;
}

int nkb_hlo_read_file_within(const char *path, const struct nkb_hlo_limits *limits,
                             struct nkb_arena *arena, struct nkb_hlo *out, struct nkb_err *err)
{
    struct nkb_hlo_reader *reader = nkb_hlo_reader_new();
    int code = reader ? read_file(reader, path, limits, arena, out, err) : nkb_err_memory(err);

    nkb_hlo_reader_free(reader);
    return code;
}

int nkb_hlo_reader_file(struct nkb_hlo_reader *reader, const char *path, struct nkb_arena *arena,
                        struct nkb_hlo *out, struct nkb_err *err)
{
    return read_file(reader, path, &nkb_hlo_default_limits, arena, out, err);
}

int nkb_hlo_read_file(const char *path, struct nkb_arena *arena, struct nkb_hlo *out,
                      struct nkb_err *err)
{
    return nkb_hlo_read_file_within(path, &nkb_hlo_default_limits, arena, out, err);
}
