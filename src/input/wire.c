/* The window slides: what is unread moves to its front and the rest is filled by pread. A file that
 * ends before the size it had when it was opened is that file's fault, whoever cut it short. */
#include "input/wire.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    VARINT_BYTES = 10,
    TAG_BYTES = 5,
};

bool nkb_wire_fault(struct nkb_wire *wire, uint64_t at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(wire->fault, sizeof wire->fault, format, args);
    va_end(args);
    wire->fault_at = at;
    wire->code = NKB_EINPUT;
    return false;
}

static void stand_at(struct nkb_wire *wire, const unsigned char *start, size_t len, uint64_t offset)
{
    wire->start = wire->at = start;
    wire->fill = len ? start + len : start;
    wire->bias = offset - (uintptr_t)start;
}

void nkb_wire_from_bytes(struct nkb_wire *wire, struct nkb_str bytes)
{
    memset(wire, 0, sizeof *wire);
    wire->fd = -1;
    wire->size = bytes.len;
    stand_at(wire, (const unsigned char *)(bytes.len ? bytes.ptr : ""), bytes.len, 0);
}

void nkb_wire_from_file_with(struct nkb_wire *wire, int fd, uint64_t size_bytes,
                             unsigned char *window, size_t window_bytes)
{
    memset(wire, 0, sizeof *wire);
    wire->fd = fd;
    wire->size = size_bytes;
    wire->window_bytes = window_bytes;
    wire->window = window;
    stand_at(wire, window, 0, 0);
}

int nkb_wire_from_file(struct nkb_wire *wire, int fd, uint64_t size_bytes, size_t window_bytes,
                       struct nkb_err *err)
{
    size_t bytes = size_bytes < window_bytes ? (size_t)size_bytes + 1 : window_bytes;
    unsigned char *window = malloc(bytes);
    if (!window)
        return nkb_err_memory(err);
    nkb_wire_from_file_with(wire, fd, size_bytes, window, bytes);
    wire->window_is_ours = true;
    return 0;
}

void nkb_wire_close(struct nkb_wire *wire)
{
    if (wire->window_is_ours)
        free(wire->window);
    wire->window = NULL;
}

void nkb_wire_rewind(struct nkb_wire *wire)
{
    if (!wire->window) {
        wire->at = wire->start;
    } else if (wire->bias + (uintptr_t)wire->start == 0) {
        wire->at = wire->start; /* the first window is still there */
    } else {
        stand_at(wire, wire->window, 0, 0);
    }
    wire->code = 0;
    wire->final = false;
}

/* Exactly len bytes of the file from offset on. */
static bool read_at(struct nkb_wire *wire, uint64_t offset, unsigned char *to, size_t len)
{
    char reason[96];

    for (size_t done = 0; done < len;) {
        ssize_t got = pread(wire->fd, to + done, len - done, (off_t)(offset + done));
        if (got > 0) {
            done += (size_t)got;
            continue;
        }
        if (got < 0 && errno == EINTR)
            continue;
        wire->final = true;
        if (got == 0)
            return nkb_wire_fault(wire, offset + done,
                                  "the file ends here, but had %llu bytes when it was opened; "
                                  "something is still writing it",
                                  (unsigned long long)wire->size);
        if (strerror_r(errno, reason, sizeof reason) != 0)
            reason[0] = '\0';
        return nkb_wire_fault(wire, offset + done, "%s", reason);
    }
    return true;
}

bool nkb_wire_more(struct nkb_wire *wire, size_t need)
{
    size_t ready = nkb_wire_ready(wire);
    uint64_t offset = nkb_wire_offset(wire), left = wire->size - offset;

    if (ready >= need || ready == left)
        return true;
    if (ready)
        memmove(wire->window, wire->at, ready);
    size_t want = wire->window_bytes - ready;
    if (want > left - ready)
        want = (size_t)(left - ready);
    stand_at(wire, wire->window, ready, offset);
    if (!read_at(wire, offset + ready, wire->window + ready, want))
        return false;
    wire->fill += want;
    return true;
}

bool nkb_wire_peek(struct nkb_wire *wire, uint64_t offset, uint64_t len, struct nkb_buf *scratch,
                   struct nkb_str *out)
{
    uint64_t first = wire->bias + (uintptr_t)wire->start;

    if (offset >= first && offset - first + len <= (uint64_t)(wire->fill - wire->start)) {
        *out = (struct nkb_str){(const char *)wire->start + (offset - first), (size_t)len};
        return true;
    }
    scratch->len = 0;
    if (!nkb_buf_reserve(scratch, (size_t)len)) {
        wire->final = true;
        nkb_wire_fault(wire, offset, "out of memory");
        wire->code = NKB_EMEMORY;
        return false;
    }
    if (!read_at(wire, offset, (unsigned char *)scratch->data, (size_t)len))
        return false;
    *out = (struct nkb_str){scratch->data, (size_t)len};
    return true;
}

void nkb_wire_skip(struct nkb_wire *wire, uint64_t len)
{
    if (len <= nkb_wire_ready(wire))
        wire->at += len;
    else
        stand_at(wire, wire->window, 0, nkb_wire_offset(wire) + len);
}

/* Eight bytes as one number, the first one lowest: one load where that is the machine's order. */
static uint64_t eight_bytes(const unsigned char *p)
{
    uint64_t low = p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
    uint64_t high = p[4] | (uint64_t)p[5] << 8 | (uint64_t)p[6] << 16 | (uint64_t)p[7] << 24;
    return low | high << 32;
}

/* The sevens of bits of eight bytes, side by side. */
static uint64_t join_sevens(uint64_t v)
{
    v = (v & UINT64_C(0x007f007f007f007f)) | (v & UINT64_C(0x7f007f007f007f00)) >> 1;
    v = (v & UINT64_C(0x00003fff00003fff)) | (v & UINT64_C(0x3fff00003fff0000)) >> 2;
    return (v & UINT64_C(0x0fffffff)) | (v & UINT64_C(0x0fffffff00000000)) >> 4;
}

const unsigned char *nkb_wire_read_ten(const unsigned char *p, uint64_t *out)
{
    if (p[2] < 0x80 && p[1] >= 0x80 && p[0] >= 0x80) { /* as ids of large modules are */
        *out = (p[0] & 0x7fu) | (p[1] & 0x7fu) << 7 | (uint64_t)p[2] << 14;
        return p + 3;
    }
    uint64_t v = eight_bytes(p), last = ~v & UINT64_C(0x8080808080808080);
    if (last != 0) { /* the lowest bit is that of the byte that ends it */
        *out = join_sevens(v & (last ^ (last - 1)));
        return p + (__builtin_ctzll(last) >> 3) + 1;
    }
    *out = join_sevens(v) | (uint64_t)(p[8] & 0x7f) << 56;
    if (p[8] < 0x80)
        return p + 9;
    *out |= (uint64_t)p[9] << 63;
    return p[9] < 0x80 ? p + 10 : NULL;
}

const unsigned char *nkb_wire_read_long(struct nkb_wire *wire, const unsigned char *p,
                                        const unsigned char *end, uint64_t *out)
{
    uint64_t value = 0, start = wire->bias + (uintptr_t)p;
    const unsigned char *behind = end - p >= VARINT_BYTES ? nkb_wire_read_ten(p, out) : NULL;

    if (behind)
        return behind;
    for (unsigned i = 0; i < VARINT_BYTES; i++) {
        if (p == end) {
            nkb_wire_fault(wire, start,
                           "a number that is cut off; the file is cut short or damaged");
            return NULL;
        }
        uint64_t byte = *p++;
        value |= (byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *out = value;
            return p;
        }
    }
    nkb_wire_fault(wire, start, "a number of more than 10 bytes; this is no protobuf");
    return NULL;
}

const unsigned char *nkb_wire_read_long_tag(struct nkb_wire *wire, const unsigned char *p,
                                            const unsigned char *end, uint32_t *tag)
{
    const unsigned char *start = p;
    uint64_t value;

    p = nkb_wire_read_varint(wire, p, end, &value);
    if (!p)
        return NULL;
    *tag = (uint32_t)value;
    if (value >= 8 && value <= UINT32_MAX && p - start <= TAG_BYTES)
        return p;
    nkb_wire_fault(wire, wire->bias + (uintptr_t)start, "%s; this is no protobuf",
                   value < 8 ? "field number 0" : "a field tag of more than 32 bits");
    return NULL;
}
