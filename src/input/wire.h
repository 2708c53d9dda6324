/* A cursor over protobuf's wire format, on bytes in memory or on a file read in windows, so that a
 * field of a gigabyte costs no memory. Nothing here knows a message: fields, nesting and text are
 * the business of hlo_walk.h. A call that fails has written the fault, once, in `fault`.
 *
 * What is accepted is what upstream's parser (upb) accepts: a tag of at most 5 bytes and 32 bits, a
 * varint of at most 10 bytes with excess bits dropped, a length below 2^31 - 1. */
#ifndef NKB_INPUT_WIRE_H
#define NKB_INPUT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum {
    NKB_WIRE_WINDOW_BYTES = 256 * 1024,
    NKB_WIRE_HEADER_BYTES = 15, /* a tag and a varint behind it */
    NKB_WIRE_FAULT_BYTES = 160,
};

enum nkb_wire_type {
    NKB_WIRE_VARINT = 0,
    NKB_WIRE_FIXED64 = 1,
    NKB_WIRE_BYTES = 2,
    NKB_WIRE_GROUP = 3,
    NKB_WIRE_GROUP_END = 4,
    NKB_WIRE_FIXED32 = 5,
};

struct nkb_wire {
    const unsigned char *at;   /* the next byte */
    const unsigned char *fill; /* behind the last byte that is in memory */
    uint64_t bias;             /* a byte's offset in the input is bias + its address */
    uint64_t size;             /* of the input */

    const unsigned char *start; /* of what is in memory */
    unsigned char *window;      /* of a file; NULL when the whole input is in memory */
    size_t window_bytes;
    bool window_is_ours; /* to free */
    int fd;

    int code;          /* NKB_E* of the fault, 0 while there is none */
    bool final;        /* reading the bytes as another message cannot help: file, memory, a limit */
    uint64_t fault_at; /* offset of the fault */
    char fault[NKB_WIRE_FAULT_BYTES];
};

void nkb_wire_from_bytes(struct nkb_wire *wire, struct nkb_str bytes);
/* A regular file of size_bytes, open for reading; pread only, so fd's own position does not matter.
 * The window, at least NKB_WIRE_HEADER_BYTES, is the longest run that can be had in one piece.
 * NKB_EMEMORY when there is no room for it. */
int nkb_wire_from_file(struct nkb_wire *wire, int fd, uint64_t size_bytes, size_t window_bytes,
                       struct nkb_err *err);
/* The same with a window of the caller's, of window_bytes or more. */
void nkb_wire_from_file_with(struct nkb_wire *wire, int fd, uint64_t size_bytes,
                             unsigned char *window, size_t window_bytes);
void nkb_wire_close(struct nkb_wire *wire); /* frees the window; fd stays open */

/* Bring at least `need` bytes (at most the window) into memory behind `at`, or as many
 * as the input still has. */
bool nkb_wire_more(struct nkb_wire *wire, size_t need);
/* Bytes anywhere in the input, in one piece: where they are if they are in memory, else read into
 * scratch. The cursor does not move. */
bool nkb_wire_peek(struct nkb_wire *wire, uint64_t offset, uint64_t len, struct nkb_buf *scratch,
                   struct nkb_str *out);
/* Step over len bytes, unread; the caller has checked that the input has them. */
void nkb_wire_skip(struct nkb_wire *wire, uint64_t len);
/* Back to the first byte. */
void nkb_wire_rewind(struct nkb_wire *wire);

/* Note a fault at an offset; returns false. */
bool nkb_wire_fault(struct nkb_wire *wire, uint64_t at, const char *format, ...) NKB_PRINTF(3, 4);

static inline uint64_t nkb_wire_offset(const struct nkb_wire *wire)
{
    return wire->bias + (uintptr_t)wire->at;
}

static inline size_t nkb_wire_ready(const struct nkb_wire *wire)
{
    return (size_t)(wire->fill - wire->at);
}

/* Readers of what is in memory, between p and end: return what follows, or NULL for a fault. */
const unsigned char *nkb_wire_read_long(struct nkb_wire *wire, const unsigned char *p,
                                        const unsigned char *end, uint64_t *out);
const unsigned char *nkb_wire_read_long_tag(struct nkb_wire *wire, const unsigned char *p,
                                            const unsigned char *end, uint32_t *tag);

/* A varint of one or two bytes, as nearly all are; NULL for any other, and for the last byte. */
static inline const unsigned char *nkb_wire_read_short(const unsigned char *p,
                                                       const unsigned char *end, uint64_t *out)
{
    if (end - p < 2)
        return NULL;
    uint64_t first = p[0], second = p[1];
    if (first < 0x80) {
        *out = first;
        return p + 1;
    }
    if (second >= 0x80)
        return NULL;
    *out = (first & 0x7f) | second << 7;
    return p + 2;
}

/* A varint where the ten bytes it may have can be read, whatever they are; NULL for a longer one.
 */
const unsigned char *nkb_wire_read_ten(const unsigned char *p, uint64_t *out);

static inline const unsigned char *nkb_wire_read_varint(struct nkb_wire *wire,
                                                        const unsigned char *p,
                                                        const unsigned char *end, uint64_t *out)
{
    const unsigned char *behind = nkb_wire_read_short(p, end, out);
    return behind ? behind : nkb_wire_read_long(wire, p, end, out);
}

/* Field number and wire type together, as on the wire; the number is not 0. */
static inline const unsigned char *nkb_wire_read_tag(struct nkb_wire *wire, const unsigned char *p,
                                                     const unsigned char *end, uint32_t *tag)
{
    if (end - p >= 2) {
        uint32_t first = p[0], second = p[1];
        if (first >= 8 && first < 0x80) {
            *tag = first;
            return p + 1;
        }
        if (second - 1 < 0x7f && first >= 0x80) {
            *tag = (first & 0x7f) | second << 7;
            return p + 2;
        }
    }
    return nkb_wire_read_long_tag(wire, p, end, tag);
}

#endif
