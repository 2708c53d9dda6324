/* What the writer and the reader of a part agree on, and its draft. Numbers are little-endian. */
#ifndef NKB_MODEL_PART_FORMAT_H
#define NKB_MODEL_PART_FORMAT_H

#include "base/intern.h"
#include "model/part_draft.h"

enum {
    PART_FORMAT = 1,
    PART_FORMAT_AT = NKB_PART_MAGIC_BYTES, /* 4 bytes */
    PART_MARK_AT = 12,                     /* 4: nkb_record_mark */
    PART_ENGINE_AT = 16,                   /* 16: text, the rest zero */
    PART_ENGINE_BYTES = 16,
    PART_SIZE_AT = 32, /* 8: of the body */
    PART_BODY_AT = 40,
    PART_DIGEST_BYTES = NKB_DIGEST_BYTES, /* behind the body */
};

/* No text begins so and no protobuf of a module; a transfer that changes line ends breaks it. */
static const char part_magic[NKB_PART_MAGIC_BYTES] = {'\x89', 'n',  'k',    'b',
                                                      '\r',   '\n', '\x1a', '\n'};

/* Text 0 is none; the n-th of the table is n. */

enum { PART_VARINT_BYTES = 10 };

static inline size_t part_varint(char out[PART_VARINT_BYTES], uint64_t v)
{
    size_t size = 0;
    for (; v >= 0x80; v >>= 7)
        out[size++] = (char)(v | 0x80);
    out[size++] = (char)v;
    return size;
}

/* The texts of a struct in the order of its rows, and the number each is to have in the bytes. */
struct part_texts {
    struct part_text {
        struct nkb_str text;
        uint32_t number;
    } * at;
    size_t count, room;
    bool failed; /* for want of memory */
};

/* part_put.c: a struct by its rows, first for its texts, then, when these have got their numbers,
 * for its bytes. */
void part_list_texts(const struct nkb_record *record, const void *base, struct part_texts *out);
void part_put_rows(const struct nkb_record *record, const void *base,
                   const struct part_texts *texts, struct nkb_buf *out);

/* part_copy.c: bytes of rows again as they are, but with texts by other numbers. */
struct part_copying {
    uint64_t *uses;          /* counting: how often a text occurs, by its number */
    uint64_t others;         /* and what all that is no text takes */
    const uint32_t *numbers; /* else: the new number of each */
    struct nkb_buf *out;     /* NULL: counting */
};
/* False for bytes that are no such rows. */
bool part_copy_rows(struct part_copying *copying, const struct nkb_record *record,
                    struct nkb_str bytes, size_t text_count);

/* part_take.c: a struct from bytes that hold nothing else. Its texts are those of the table. */
int part_take_rows(const struct nkb_record *record, struct nkb_str bytes,
                   const struct nkb_str *texts, size_t text_count, struct nkb_arena *arena,
                   void *out, struct nkb_err *err);

/* part_draft.c: what the writer of a draft's part needs of it. A struct as bytes; those of a module
 * that was put, in place of what *out holds; all texts, by their numbers less 1. */
int part_encode(struct nkb_part_draft *draft, const struct nkb_record *record, const void *base,
                struct nkb_buf *out, struct nkb_err *err);
int part_fetch(const struct nkb_part_draft *draft, const struct nkb_module *module,
               struct nkb_buf *out, struct nkb_err *err);
const struct nkb_intern *part_texts_of(const struct nkb_part_draft *draft);

#endif
