/* A part as bytes: two walks over the same rows, the first for the texts, the second for the rest.
 * The order of texts is theirs, not that of finding them, so that equal parts have equal bytes. */
#include "model/part_format.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/sha256.h"

struct writer {
    struct nkb_buf *out;
    struct nkb_str *texts;
    size_t count, capacity;
    bool collecting, failed;
};

static void put_varint(struct writer *w, uint64_t v)
{
    char bytes[10];
    size_t size = 0;
    if (w->collecting)
        return;
    for (; v >= 0x80; v >>= 7)
        bytes[size++] = (char)(v | 0x80);
    bytes[size++] = (char)v;
    nkb_buf_append(w->out, bytes, size);
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
    if (!w->collecting)
        nkb_buf_append(w->out, bytes, sizeof bytes);
}

static int compare(const void *a, const void *b)
{
    return nkb_str_compare(*(const struct nkb_str *)a, *(const struct nkb_str *)b);
}

static void collect(struct writer *w, struct nkb_str text)
{
    if (w->count == w->capacity) {
        size_t capacity = w->capacity ? w->capacity * 2 : 256, bytes;
        struct nkb_str *texts =
            nkb_size_mul(capacity, sizeof *texts, &bytes) ? realloc(w->texts, bytes) : NULL;
        if (!texts) {
            w->failed = true;
            return;
        }
        w->texts = texts;
        w->capacity = capacity;
    }
    w->texts[w->count++] = text;
}

static void put_text(struct writer *w, struct nkb_str text, bool none)
{
    if (none) {
        put_varint(w, 0);
    } else if (w->collecting) {
        collect(w, text);
    } else {
        assert(w->texts); /* the first walk has been here */
        const struct nkb_str *found = bsearch(&text, w->texts, w->count, sizeof *w->texts, compare);
        put_varint(w, (uint64_t)(found - w->texts) + 1);
    }
}

static void put_digest(struct writer *w, const unsigned char *digest)
{
    static const unsigned char none[NKB_DIGEST_BYTES];
    bool taken = memcmp(digest, none, sizeof none) != 0;
    put_varint(w, taken);
    if (taken && !w->collecting)
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

/* Each text once, in order, ended by a NUL so that a reader need not copy it. */
static void put_texts(struct writer *w)
{
    size_t kept = 0;
    if (w->count > 0)
        qsort(w->texts, w->count, sizeof *w->texts, compare);
    for (size_t i = 0; i < w->count; i++)
        if (kept == 0 || !nkb_str_equal(w->texts[kept - 1], w->texts[i]))
            w->texts[kept++] = w->texts[i];
    w->count = kept;
    put_varint(w, kept);
    for (size_t i = 0; i < kept; i++) {
        put_varint(w, w->texts[i].len);
        nkb_buf_append(w->out, w->texts[i].ptr, w->texts[i].len);
        nkb_buf_char(w->out, '\0');
    }
}

static void put_fixed(char *at, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (char)(v >> (8 * i));
}

int nkb_part_write(const struct nkb_part *part, const char *engine, struct nkb_buf *out,
                   struct nkb_err *err)
{
    struct writer w = {.out = out};
    char head[PART_BODY_AT] = {0};
    unsigned char digest[NKB_SHA256_BYTES];
    size_t start = out->len, version = strlen(engine);

    memcpy(head, part_magic, sizeof part_magic);
    put_fixed(head + PART_FORMAT_AT, PART_FORMAT, 4);
    put_fixed(head + PART_MARK_AT, nkb_record_mark(&nkb_part_record), 4);
    memcpy(head + PART_ENGINE_AT, engine,
           version < PART_ENGINE_BYTES ? version : PART_ENGINE_BYTES);
    nkb_buf_append(out, head, sizeof head);

    w.collecting = true;
    put_record(&w, &nkb_part_record, part);
    w.collecting = false;
    if (!w.failed) {
        put_texts(&w);
        put_record(&w, &nkb_part_record, part);
    }
    int code = w.failed || out->failed ? nkb_err_memory(err) : 0;
    if (code == 0) {
        put_fixed(out->data + start + PART_SIZE_AT, out->len - start - PART_BODY_AT, 8);
        code = nkb_sha256_bytes((struct nkb_str){out->data + start, out->len - start}, digest, err);
    }
    if (code == 0) {
        nkb_buf_append(out, digest, sizeof digest);
        code = out->failed ? nkb_err_memory(err) : 0;
    }
    free(w.texts);
    return code;
}
