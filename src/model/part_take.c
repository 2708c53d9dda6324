/* Rows of structs from bytes, which may claim anything: a count is believed only as far as the
 * bytes behind it could hold so many. */
#include "model/part_take.h"

#include <math.h>
#include <string.h>

void part_fault(struct part_reader *r, size_t at, const char *what)
{
    if (r->code == 0)
        r->code = nkb_err_set(r->err, NKB_EINPUT, "byte %zu: %s", at, what);
}

/* Is the byte that comes next there? */
static bool has_byte(struct part_reader *r)
{
    return r->at - r->window_at < r->window_bytes || (r->more && r->more(r));
}

/* Are so many bytes there, all before the end? */
static bool is_clear(const struct part_reader *r, size_t size)
{
    size_t in = r->at - r->window_at;
    return r->end - r->at >= size && in <= r->window_bytes && r->window_bytes - in >= size;
}

void part_take_bytes(struct part_reader *r, void *out, size_t size)
{
    char *to = out;
    while (size > 0 && r->code == 0 && has_byte(r)) {
        size_t from = r->at - r->window_at, there = r->window_bytes - from;
        size_t part = there < size ? there : size;
        memcpy(to, r->window + from, part);
        r->at += part;
        to += part;
        size -= part;
    }
}

uint64_t part_take_varint(struct part_reader *r)
{
    uint64_t v = 0;
    size_t at = r->at;
    if (r->code == 0 && is_clear(r, PART_VARINT_BYTES)) { /* nothing to ask of each byte */
        const unsigned char *from = r->window + (at - r->window_at);
        for (unsigned i = 0; i < PART_VARINT_BYTES - 1; i++) {
            v |= (uint64_t)(from[i] & 0x7f) << (7 * i);
            if (from[i] < 0x80) {
                r->at += i + 1;
                return v;
            }
        }
        v = 0;
    }
    for (unsigned shift = 0; r->code == 0 && r->at < r->end && has_byte(r); shift += 7) {
        unsigned char byte = r->window[r->at++ - r->window_at];
        if (shift == 63 && byte > 1)
            break;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return v;
    }
    part_fault(r, at,
               r->at == r->end ? "a number that is cut off"
                               : "a number that does not end within 64 bits");
    return 0;
}

static int64_t take_int(struct part_reader *r)
{
    uint64_t v = part_take_varint(r);
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static uint64_t take_below(struct part_reader *r, uint64_t limit, const char *what)
{
    size_t at = r->at;
    uint64_t v = part_take_varint(r);
    if (v < limit)
        return v;
    part_fault(r, at, what);
    return 0;
}

static void take_ints(struct part_reader *r, int64_t *out, uint32_t times)
{
    uint64_t there =
        times == 1 ? 1 : take_below(r, UINT64_C(1) << times, "bits of more than there are");
    for (uint32_t i = 0; i < times; i++)
        if (there >> i & 1)
            out[i] = take_int(r);
}

size_t part_take_count(struct part_reader *r, size_t least)
{
    size_t at = r->at;
    uint64_t count = part_take_varint(r);
    if (count <= UINT32_MAX && count <= (r->end - r->at) / least)
        return (size_t)count;
    part_fault(r, at, "a count of more than the bytes behind it can hold");
    return 0;
}

static double take_double(struct part_reader *r)
{
    unsigned char bytes[sizeof(uint64_t)] = {0};
    uint64_t bits = 0;
    double v = 0;
    size_t at = r->at;
    if (r->code == 0 && r->end - r->at < sizeof bytes)
        part_fault(r, r->at, "a number that is cut off");
    part_take_bytes(r, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        bits |= (uint64_t)bytes[i] << (8 * i);
    memcpy(&v, &bits, sizeof v);
    if (!isfinite(v))
        part_fault(r, at, "a number that is not finite");
    return r->code == 0 ? v : 0;
}

static void take_digest(struct part_reader *r, unsigned char *out)
{
    if (take_below(r, 2, "neither true nor false") == 0)
        return;
    if (r->end - r->at < NKB_DIGEST_BYTES) {
        part_fault(r, r->at, "a digest that is cut off");
        return;
    }
    part_take_bytes(r, out, NKB_DIGEST_BYTES);
}

static struct nkb_str take_str(struct part_reader *r)
{
    uint64_t text = take_below(r, (uint64_t)r->text_count + 1, "a text that is not in the table");
    return text == 0 ? NKB_STR_LITERAL("") : r->texts[text - 1];
}

static const char *take_text(struct part_reader *r, bool needed)
{
    size_t at = r->at;
    uint64_t text = take_below(r, (uint64_t)r->text_count + 1, "a text that is not in the table");
    if (text == 0 && needed)
        part_fault(r, at, "a text is missing");
    if (text == 0)
        return NULL;
    if (strlen(r->texts[text - 1].ptr) != r->texts[text - 1].len)
        part_fault(r, at, "a text with a NUL, which none may have here");
    return r->texts[text - 1].ptr;
}

static void *take_list(struct part_reader *r, const struct nkb_field *field, void *base)
{
    bool texts = field->kind == NKB_FIELD_TEXTS;
    size_t size = texts ? sizeof(const char *) : field->record->size;
    size_t count = part_take_count(r, texts ? 1 : nkb_record_least(field->record));
    char *list = nkb_arena_array(r->arena, count, size);
    if (!list) {
        r->code = nkb_err_memory(r->err);
        return NULL;
    }
    for (size_t i = 0; i < count && r->code == 0; i++) {
        if (texts)
            ((const char **)(void *)list)[i] = take_text(r, true);
        else
            part_take_record(r, field->record, list + i * size);
    }
    *(uint32_t *)(void *)((char *)base + field->count_offset) = (uint32_t)count;
    return list;
}

static void take_choice(struct part_reader *r, const struct nkb_field *field, void *out)
{
    unsigned choice = (unsigned)take_below(r, field->limit, "a choice that is none");
    memcpy(out, &choice, field->size < sizeof choice ? field->size : sizeof choice);
}

static void take_within(struct part_reader *r, const struct nkb_field *field, void *out)
{
    char *at = field->behind ? NULL : out;
    for (uint32_t i = 0; i < field->size; i += field->record->size) {
        if (take_below(r, 2, "neither true nor false") == 0)
            continue;
        if (!at && !(at = *(void **)out = nkb_arena_alloc(r->arena, field->size))) {
            r->code = nkb_err_memory(r->err);
            return;
        }
        part_take_record(r, field->record, at + i);
    }
}

static void take_field(struct part_reader *r, const struct nkb_field *field, void *base)
{
    void *out = (char *)base + field->offset;
    switch (field->kind) {
    case NKB_FIELD_ASIDE:
        break;
    case NKB_FIELD_INT:
        take_ints(r, out, nkb_field_times(field));
        break;
    case NKB_FIELD_BITS:
        *(uint32_t *)out = (uint32_t)take_below(r, UINT64_C(1) << 32, "bits beyond the 32nd");
        break;
    case NKB_FIELD_BOOL:
        *(bool *)out = take_below(r, 2, "neither true nor false") == 1;
        break;
    case NKB_FIELD_DOUBLE:
        *(double *)out = take_double(r);
        break;
    case NKB_FIELD_CHOICE:
        take_choice(r, field, out);
        break;
    case NKB_FIELD_STR:
        *(struct nkb_str *)out = take_str(r);
        break;
    case NKB_FIELD_TEXT:
        *(const char **)out = take_text(r, false);
        break;
    case NKB_FIELD_DIGEST:
        take_digest(r, out);
        break;
    case NKB_FIELD_RECORD:
        take_within(r, field, out);
        break;
    case NKB_FIELD_LIST:
    case NKB_FIELD_TEXTS:
        *(void **)out = take_list(r, field, base);
        break;
    }
}

void part_take_record(struct part_reader *r, const struct nkb_record *record, void *base)
{
    for (uint32_t i = 0; i < record->count && r->code == 0; i++)
        take_field(r, &record->fields[i], base);
}

int part_take_rows(const struct nkb_record *record, struct nkb_str bytes,
                   const struct nkb_str *texts, size_t text_count, struct nkb_arena *arena,
                   void *out, struct nkb_err *err)
{
    struct part_reader r = {
        .end = bytes.len,
        .window = (const unsigned char *)bytes.ptr,
        .window_bytes = bytes.len,
        .arena = arena,
        .texts = texts,
        .text_count = text_count,
        .err = err,
    };
    part_take_record(&r, record, out);
    if (r.at != r.end)
        part_fault(&r, r.at, "more than was put aside");
    return r.code;
}
