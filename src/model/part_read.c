/* Bytes that claim to be a part: first the frame (format, engine, size, checksum), then the rows.
 * A count is believed only as far as the bytes behind it could hold so many. */
#include "model/part_format.h"

#include <math.h>
#include <string.h>

#include "base/num.h"
#include "base/sha256.h"
#include "base/text.h"

struct reader {
    const unsigned char *data;
    size_t at, end; /* of the body */
    struct nkb_arena *arena;
    struct nkb_str *texts;
    size_t text_count;
    struct nkb_err *err;
    int code; /* of the first fault; everything read after it is zero */
};

static void fault(struct reader *r, size_t at, const char *what)
{
    if (r->code == 0)
        r->code = nkb_err_set(r->err, NKB_EINPUT, "byte %zu: %s", at, what);
}

static uint64_t take_varint(struct reader *r)
{
    uint64_t v = 0;
    size_t at = r->at;
    for (unsigned shift = 0; r->code == 0 && r->at < r->end; shift += 7) {
        unsigned char byte = r->data[r->at++];
        if (shift == 63 && byte > 1)
            break;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return v;
    }
    fault(r, at,
          r->at == r->end ? "a number that is cut off"
                          : "a number that does not end within 64 bits");
    return 0;
}

static int64_t take_int(struct reader *r)
{
    uint64_t v = take_varint(r);
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static uint64_t take_below(struct reader *r, uint64_t limit, const char *what)
{
    size_t at = r->at;
    uint64_t v = take_varint(r);
    if (v < limit)
        return v;
    fault(r, at, what);
    return 0;
}

static void take_ints(struct reader *r, int64_t *out, uint32_t times)
{
    uint64_t there =
        times == 1 ? 1 : take_below(r, UINT64_C(1) << times, "bits of more than there are");
    for (uint32_t i = 0; i < times; i++)
        if (there >> i & 1)
            out[i] = take_int(r);
}

/* How many, each of at least so many bytes. */
static size_t take_count(struct reader *r, size_t least)
{
    size_t at = r->at;
    uint64_t count = take_varint(r);
    if (count <= UINT32_MAX && count <= (r->end - r->at) / least)
        return (size_t)count;
    fault(r, at, "a count of more than the bytes behind it can hold");
    return 0;
}

static double take_double(struct reader *r)
{
    uint64_t bits = 0;
    double v = 0;
    if (r->code == 0 && r->end - r->at < sizeof bits)
        fault(r, r->at, "a number that is cut off");
    if (r->code != 0)
        return 0;
    for (size_t i = 0; i < sizeof bits; i++)
        bits |= (uint64_t)r->data[r->at + i] << (8 * i);
    memcpy(&v, &bits, sizeof v);
    if (!isfinite(v))
        fault(r, r->at, "a number that is not finite");
    r->at += sizeof bits;
    return r->code == 0 ? v : 0;
}

static void take_digest(struct reader *r, unsigned char *out)
{
    if (take_below(r, 2, "neither true nor false") == 0)
        return;
    if (r->end - r->at < NKB_DIGEST_BYTES) {
        fault(r, r->at, "a digest that is cut off");
        return;
    }
    memcpy(out, r->data + r->at, NKB_DIGEST_BYTES);
    r->at += NKB_DIGEST_BYTES;
}

static struct nkb_str take_str(struct reader *r)
{
    uint64_t text = take_below(r, (uint64_t)r->text_count + 1, "a text that is not in the table");
    return text == 0 ? NKB_STR_LITERAL("") : r->texts[text - 1];
}

static const char *take_text(struct reader *r, bool needed)
{
    size_t at = r->at;
    uint64_t text = take_below(r, (uint64_t)r->text_count + 1, "a text that is not in the table");
    if (text == 0 && needed)
        fault(r, at, "a text is missing");
    if (text == 0)
        return NULL;
    if (strlen(r->texts[text - 1].ptr) != r->texts[text - 1].len)
        fault(r, at, "a text with a NUL, which none may have here");
    return r->texts[text - 1].ptr;
}

static void take_record(struct reader *r, const struct nkb_record *record, void *base);

static void *take_list(struct reader *r, const struct nkb_field *field, void *base)
{
    bool texts = field->kind == NKB_FIELD_TEXTS;
    size_t size = texts ? sizeof(const char *) : field->record->size;
    size_t count = take_count(r, texts ? 1 : nkb_record_least(field->record));
    char *list = nkb_arena_array(r->arena, count, size);
    if (!list) {
        r->code = nkb_err_memory(r->err);
        return NULL;
    }
    for (size_t i = 0; i < count && r->code == 0; i++) {
        if (texts)
            ((const char **)(void *)list)[i] = take_text(r, true);
        else
            take_record(r, field->record, list + i * size);
    }
    *(uint32_t *)(void *)((char *)base + field->count_offset) = (uint32_t)count;
    return list;
}

static void take_choice(struct reader *r, const struct nkb_field *field, void *out)
{
    unsigned choice = (unsigned)take_below(r, field->limit, "a choice that is none");
    memcpy(out, &choice, field->size < sizeof choice ? field->size : sizeof choice);
}

static void take_within(struct reader *r, const struct nkb_field *field, void *out)
{
    char *at = field->behind ? NULL : out;
    for (uint32_t i = 0; i < field->size; i += field->record->size) {
        if (take_below(r, 2, "neither true nor false") == 0)
            continue;
        if (!at && !(at = *(void **)out = nkb_arena_alloc(r->arena, field->size))) {
            r->code = nkb_err_memory(r->err);
            return;
        }
        take_record(r, field->record, at + i);
    }
}

static void take_field(struct reader *r, const struct nkb_field *field, void *base)
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

static void take_record(struct reader *r, const struct nkb_record *record, void *base)
{
    for (uint32_t i = 0; i < record->count && r->code == 0; i++)
        take_field(r, &record->fields[i], base);
}

static void take_texts(struct reader *r)
{
    size_t count = take_count(r, 2);
    r->texts = nkb_arena_array(r->arena, count, sizeof *r->texts);
    if (!r->texts)
        r->code = nkb_err_memory(r->err);
    for (size_t i = 0; i < count && r->code == 0; i++) {
        size_t at = r->at;
        uint64_t len = take_varint(r);
        if (r->code == 0 && len >= r->end - r->at)
            fault(r, at, "a text that is cut off");
        if (r->code != 0)
            return;
        r->texts[i] = (struct nkb_str){(const char *)r->data + r->at, (size_t)len};
        r->at += (size_t)len;
        if (r->data[r->at++] != '\0')
            fault(r, at, "a text that does not end where it should");
    }
    r->text_count = count;
}

/* What the analysis always gives and everybody relies on. */
static const char *wrong_module(const struct nkb_module *m)
{
    if (m->path.len == 0 || strlen(m->path.ptr) != m->path.len)
        return "is no path";
    if (!m->role)
        return "has no role";
    if (m->ok == (m->error != NULL))
        return m->ok ? "is good and has an error" : "is bad and has no error";
    if (m->ok && !m->has_executed && !m->why_no_executed)
        return "has no executed count and no reason why";
    if (m->ok && !m->has_xla && !m->why_no_xla)
        return "has no cost and no reason why";
    return NULL;
}

static int check(const struct nkb_part *part, struct nkb_err *err)
{
    char shown[NKB_SHOWN_BYTES];
    for (uint32_t i = 0; i < part->module_count; i++) {
        const char *wrong = wrong_module(&part->modules[i]);
        if (wrong)
            return nkb_err_set(err, NKB_EINPUT, "module %u, %s, %s", i + 1,
                               nkb_show(part->modules[i].path, shown), wrong);
    }
    for (uint32_t i = 0; i < part->shard_count; i++) {
        const struct nkb_shard *shard = &part->shards[i];
        if (shard->count < 1 || shard->count > NKB_MAX_SHARDS || shard->index < 1 ||
            shard->index > shard->count)
            return nkb_err_set(err, NKB_EINPUT, "shard %lld of %lld; 1 of at most %d is expected",
                               (long long)shard->index, (long long)shard->count, NKB_MAX_SHARDS);
    }
    return 0;
}

static uint64_t fixed(const char *at, size_t bytes)
{
    uint64_t v = 0;
    for (size_t i = 0; i < bytes; i++)
        v |= (uint64_t)(unsigned char)at[i] << (8 * i);
    return v;
}

bool nkb_part_detect(struct nkb_str head)
{
    return head.len >= sizeof part_magic && memcmp(head.ptr, part_magic, sizeof part_magic) == 0;
}

static int check_frame(struct nkb_str bytes, const char *engine, struct nkb_err *err)
{
    char shown[NKB_SHOWN_BYTES];
    unsigned char digest[NKB_SHA256_BYTES];

    if (!nkb_part_detect(bytes))
        return nkb_err_set(err, NKB_EINPUT, "is no part; nkibench hlo --scan writes parts");
    if (bytes.len < PART_BODY_AT + PART_DIGEST_BYTES)
        return nkb_err_set(err, NKB_EINPUT, "byte %zu: the part ends in its head; it was cut off",
                           bytes.len);
    uint64_t format = fixed(bytes.ptr + PART_FORMAT_AT, 4);
    if (format != PART_FORMAT)
        return nkb_err_set(err, NKB_EINPUT,
                           "byte %d: a part of format %llu; this program reads format %d",
                           PART_FORMAT_AT, (unsigned long long)format, PART_FORMAT);
    struct nkb_str by = {bytes.ptr + PART_ENGINE_AT,
                         strnlen(bytes.ptr + PART_ENGINE_AT, PART_ENGINE_BYTES)};
    if (!nkb_str_is(by, engine))
        return nkb_err_set(
            err, NKB_EINPUT,
            "byte %d: scanned by nkibench %s, and this is %s; scan again with this one",
            PART_ENGINE_AT, nkb_show(by, shown), engine);
    if (fixed(bytes.ptr + PART_MARK_AT, 4) != nkb_record_mark(&nkb_part_record))
        return nkb_err_set(
            err, NKB_EINPUT,
            "byte %d: scanned by another build of nkibench %s, which keeps other figures; "
            "scan again with this one",
            PART_MARK_AT, engine);
    uint64_t body = fixed(bytes.ptr + PART_SIZE_AT, 8),
             there = bytes.len - PART_BODY_AT - PART_DIGEST_BYTES;
    if (body > there)
        return nkb_err_set(err, NKB_EINPUT,
                           "byte %zu: the part ends here, %llu bytes too early; it was cut off",
                           bytes.len, (unsigned long long)(body - there));
    if (body < there)
        return nkb_err_set(err, NKB_EINPUT, "byte %zu: %llu bytes behind the part's end",
                           bytes.len - (size_t)(there - body), (unsigned long long)(there - body));
    size_t covered = bytes.len - PART_DIGEST_BYTES;
    int code = nkb_sha256_bytes((struct nkb_str){bytes.ptr, covered}, digest, err);
    if (code == 0 && memcmp(digest, bytes.ptr + covered, sizeof digest) != 0)
        code = nkb_err_set(
            err, NKB_EINPUT,
            "byte %zu: the checksum is not that of the bytes before it; the part was damaged",
            covered);
    return code;
}

int nkb_part_read(struct nkb_str bytes, const char *engine, struct nkb_arena *arena,
                  struct nkb_part *out, struct nkb_err *err)
{
    struct nkb_str kept;
    int code = check_frame(bytes, engine, err);
    if (code != 0)
        return code;
    kept = nkb_arena_copy(arena, bytes);
    if (!kept.ptr)
        return nkb_err_memory(err);
    struct reader r = {
        .data = (const unsigned char *)kept.ptr,
        .at = PART_BODY_AT,
        .end = kept.len - PART_DIGEST_BYTES,
        .arena = arena,
        .err = err,
    };
    memset(out, 0, sizeof *out);
    take_texts(&r);
    if (r.code == 0)
        take_record(&r, &nkb_part_record, out);
    if (r.code == 0 && r.at != r.end)
        fault(&r, r.at, "more than the part says it holds");
    return r.code == 0 ? check(out, err) : r.code;
}
