/* Writes protobuf for the tests of its reader, well-formed or not. */
#ifndef NKB_TESTS_PROTO_WRITER_H
#define NKB_TESTS_PROTO_WRITER_H

#include "base/buf.h"

static inline void put_varint(struct nkb_buf *out, uint64_t value)
{
    while (value >= 0x80) {
        nkb_buf_char(out, (char)(unsigned char)(value | 0x80));
        value >>= 7;
    }
    nkb_buf_char(out, (char)value);
}

static inline void put_tag(struct nkb_buf *out, uint32_t number, unsigned type)
{
    put_varint(out, (uint64_t)number << 3 | type);
}

static inline void put_int(struct nkb_buf *out, uint32_t number, int64_t value)
{
    put_tag(out, number, 0);
    put_varint(out, (uint64_t)value);
}

static inline void put_bytes(struct nkb_buf *out, uint32_t number, const void *data, size_t len)
{
    put_tag(out, number, 2);
    put_varint(out, len);
    nkb_buf_append(out, data, len);
}

static inline void put_text(struct nkb_buf *out, uint32_t number, const char *text)
{
    put_bytes(out, number, text, strlen(text));
}

/* A finished message as a field of another; empties it. */
static inline void put_message(struct nkb_buf *out, uint32_t number, struct nkb_buf *message)
{
    put_bytes(out, number, message->data, message->len);
    nkb_buf_free(message);
    *message = NKB_BUF_INIT;
}

static inline void put_packed(struct nkb_buf *out, uint32_t number, const int64_t *values,
                              size_t count)
{
    struct nkb_buf list = NKB_BUF_INIT;
    for (size_t i = 0; i < count; i++)
        put_varint(&list, (uint64_t)values[i]);
    put_message(out, number, &list);
}

#endif
