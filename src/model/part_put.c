/* A struct by its rows, as bytes: two walks, the first for the texts, the second for the rest, with
 * each text by the number it has got in between. */
#include "model/part_format.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"

struct writer {
    struct nkb_buf *out;          /* NULL: the first walk, for the texts */
    struct part_texts *listed;    /* by the first */
    const struct part_text *next; /* for the second */
};

static void put_varint(struct writer *w, uint64_t v)
{
    char bytes[PART_VARINT_BYTES];
    if (w->out)
        nkb_buf_append(w->out, bytes, part_varint(bytes, v));
}

/* Small ones of either sign are short: 0, -1, 1, -2 … */
static void put_int(struct writer *w, int64_t v)
{
    put_varint(w, ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0));
}

/* Of an array the bits of those that are not 0, and these: most figures of most groups are. */
static void put_ints(struct writer *w, const int64_t *at, uint32_t times)
{
    uint64_t there = 0;
    for (uint32_t i = 0; i < times; i++)
        there |= (uint64_t)(at[i] != 0) << i;
    if (times > 1)
        put_varint(w, there);
    for (uint32_t i = 0; i < times; i++)
        if (times == 1 || there >> i & 1)
            put_int(w, at[i]);
}

static void put_double(struct writer *w, double v)
{
    char bytes[sizeof v];
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(bits >> (8 * i));
    if (w->out)
        nkb_buf_append(w->out, bytes, sizeof bytes);
}

static void list_text(struct part_texts *list, struct nkb_str text)
{
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 256, bytes;
        struct part_text *at =
            nkb_size_mul(room, sizeof *at, &bytes) ? realloc(list->at, bytes) : NULL;
        if (!at) {
            list->failed = true;
            return;
        }
        list->at = at;
        list->room = room;
    }
    list->at[list->count++].text = text;
}

static void put_text(struct writer *w, struct nkb_str text, bool none)
{
    if (none)
        put_varint(w, 0);
    else if (w->listed)
        list_text(w->listed, text);
    else
        put_varint(w, (w->next++)->number);
}

static void put_digest(struct writer *w, const unsigned char *digest)
{
    static const unsigned char none[NKB_DIGEST_BYTES];
    bool taken = memcmp(digest, none, sizeof none) != 0;
    put_varint(w, taken);
    if (taken && w->out)
        nkb_buf_append(w->out, digest, NKB_DIGEST_BYTES);
}

static void put_record(struct writer *w, const struct nkb_record *record, const void *base);

/* Most dimensions of most modules are blank. */
static void put_within(struct writer *w, const struct nkb_record *record, const void *base)
{
    bool blank = nkb_record_blank(record, base);
    put_varint(w, !blank);
    if (!blank)
        put_record(w, record, base);
}

static void put_list(struct writer *w, const struct nkb_field *field, const void *base)
{
    uint32_t count = nkb_field_count(field, base);
    const char *at = *(const char *const *)nkb_field_in(field, base);
    put_varint(w, count);
    for (uint32_t i = 0; i < count; i++) {
        if (field->kind == NKB_FIELD_LIST)
            put_record(w, field->record, at + (size_t)i * field->record->size);
        else
            put_text(w, nkb_str_from(((const char *const *)(const void *)at)[i]), false);
    }
}

static void put_choice(struct writer *w, const struct nkb_field *field, const void *in)
{
    unsigned choice = 0; /* an enum is as wide as an int */
    memcpy(&choice, in, field->size < sizeof choice ? field->size : sizeof choice);
    put_varint(w, choice);
}

static void put_field(struct writer *w, const struct nkb_field *field, const void *base)
{
    const void *in = nkb_field_in(field, base);
    switch (field->kind) {
    case NKB_FIELD_ASIDE:
        break;
    case NKB_FIELD_INT:
        put_ints(w, in, nkb_field_times(field));
        break;
    case NKB_FIELD_BITS:
        put_varint(w, *(const uint32_t *)in);
        break;
    case NKB_FIELD_BOOL:
        put_varint(w, *(const bool *)in);
        break;
    case NKB_FIELD_DOUBLE:
        put_double(w, *(const double *)in);
        break;
    case NKB_FIELD_CHOICE:
        put_choice(w, field, in);
        break;
    case NKB_FIELD_STR:
        put_text(w, *(const struct nkb_str *)in, ((const struct nkb_str *)in)->len == 0);
        break;
    case NKB_FIELD_TEXT:
        put_text(w, nkb_str_from(*(const char *const *)in), *(const char *const *)in == NULL);
        break;
    case NKB_FIELD_DIGEST:
        put_digest(w, in);
        break;
    case NKB_FIELD_RECORD:
        for (uint32_t i = 0; i < field->size; i += field->record->size)
            put_within(w, field->record, in ? (const char *)in + i : NULL);
        break;
    case NKB_FIELD_LIST:
    case NKB_FIELD_TEXTS:
        put_list(w, field, base);
        break;
    }
}

static void put_record(struct writer *w, const struct nkb_record *record, const void *base)
{
    for (uint32_t i = 0; i < record->count; i++)
        put_field(w, &record->fields[i], base);
}

void part_list_texts(const struct nkb_record *record, const void *base, struct part_texts *out)
{
    struct writer w = {.listed = out};
    put_record(&w, record, base);
}

void part_put_rows(const struct nkb_record *record, const void *base,
                   const struct part_texts *texts, struct nkb_buf *out)
{
    struct writer w = {.out = out, .next = texts->at};
    put_record(&w, record, base);
}
