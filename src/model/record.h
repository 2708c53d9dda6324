/* What a struct is made of, row by row, so that it can be kept in a file, read back and compared
 * without a line of code for each of its members. A new member is one row; the sizes asserted
 * beside a table see to it that none is forgotten. Records nest as deep as the tables say, never as
 * deep as data says. */
#ifndef NKB_MODEL_RECORD_H
#define NKB_MODEL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/intern.h"

enum { NKB_DIGEST_BYTES = 32 };

enum nkb_aspect {
    NKB_ASPECT_PLACE = 1, /* where it was found */
    NKB_ASPECT_ASKED = 2, /* there when it was asked for */
};

enum nkb_field_kind {
    NKB_FIELD_ASIDE,  /* not kept: made anew by whoever reads */
    NKB_FIELD_INT,    /* int64_t, or an array of fewer than 64 */
    NKB_FIELD_BITS,   /* uint32_t */
    NKB_FIELD_BOOL,   /* bool */
    NKB_FIELD_DOUBLE, /* double, finite */
    NKB_FIELD_CHOICE, /* an enum below limit */
    NKB_FIELD_STR,    /* struct nkb_str, may hold NUL */
    NKB_FIELD_TEXT,   /* const char *, may be NULL */
    NKB_FIELD_DIGEST, /* unsigned char[NKB_DIGEST_BYTES]; all zero: none */
    NKB_FIELD_RECORD, /* a struct within, or an array of them */
    NKB_FIELD_LIST,   /* a pointer to records, their number a uint32_t at count_offset */
    NKB_FIELD_TEXTS,  /* const char **, likewise; none is NULL */
};

struct nkb_record;

struct nkb_field {
    const char *name;
    enum nkb_field_kind kind;
    unsigned aspect; /* 0: of what a thing is */
    bool behind;     /* RECORD: the member points to it; NULL: as if nothing had been put into it */
    uint32_t offset, size, count_offset, limit;
    const struct nkb_record *record; /* RECORD, LIST */
};

struct nkb_record {
    const char *name;
    uint32_t size;
    const struct nkb_field *fields;
    uint32_t count;
};

#define NKB_FIELD_AT(type, member)                                                                 \
    .name = #member, .offset = offsetof(type, member), .size = sizeof(((type *)0)->member)
/* Of a pointer to what is listed. */
#define NKB_FIELD_LISTED_AT(type, member)                                                          \
    .name = #member, .offset = offsetof(type, member), .size = sizeof(void *)
/* Of a pointer to so many. */
#define NKB_FIELD_BEHIND_AT(type, member, times)                                                   \
    .name = #member, .behind = true, .offset = offsetof(type, member),                             \
    .size = (times) * sizeof *((type *)0)->member
#define NKB_RECORD(type, rows)                                                                     \
    {                                                                                              \
#type, sizeof(type), rows, sizeof(rows) / sizeof((rows)[0])                                \
    }

/* The least bytes one takes in a file (model/part_write.c): bounds what a count can promise. */
size_t nkb_record_least(const struct nkb_record *record);
/* Changes whenever a table does: two programs whose tables differ read different files. */
uint32_t nkb_record_mark(const struct nkb_record *record);
/* Is it as if nothing had been put into it? NULL is. */
bool nkb_record_blank(const struct nkb_record *record, const void *base);
/* Do two say the same, ASIDE left out, and whatever is of an ignored aspect? */
bool nkb_record_equal(const struct nkb_record *record, const void *a, const void *b,
                      unsigned ignored);

/* Where copies go: everything into the arena, each text once. The table of texts is freed apart. */
struct nkb_record_room {
    struct nkb_arena *arena;
    struct nkb_intern texts;
};
/* With all it points to; what is ASIDE stays as it is. False when memory runs out. */
bool nkb_record_copy(struct nkb_record_room *room, const struct nkb_record *record,
                     const void *from, void *out);

/* How many of its kind stand in the struct: more than one in an array. */
uint32_t nkb_field_times(const struct nkb_field *field);
/* Readers and writers reach members through these; what is not there, behind a pointer, is NULL. */
static inline const void *nkb_field_in(const struct nkb_field *field, const void *base)
{
    const char *in = (const char *)base + field->offset;
    return field->behind ? *(const void *const *)(const void *)in : in;
}
static inline uint32_t nkb_field_count(const struct nkb_field *field, const void *base)
{
    return *(const uint32_t *)(const void *)((const char *)base + field->count_offset);
}

#endif
