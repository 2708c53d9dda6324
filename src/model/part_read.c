/* Bytes that claim to be a part: first the frame (format, engine, size, checksum), then the rows,
 * one module after the other. */
#include <string.h>

#include "base/sha256.h"
#include "base/text.h"
#include "model/part_take.h"

static void take_texts(struct part_reader *r)
{
    size_t count = part_take_count(r, 2);
    struct nkb_str *texts = nkb_arena_array(r->arena, count, sizeof *texts);
    r->texts = texts;
    if (!texts)
        r->code = nkb_err_memory(r->err);
    for (size_t i = 0; i < count && r->code == 0; i++) {
        size_t at = r->at;
        uint64_t len = part_take_varint(r);
        if (r->code == 0 && len >= r->end - r->at)
            part_fault(r, at, "a text that is cut off");
        if (r->code != 0)
            return;
        texts[i] = (struct nkb_str){(const char *)r->data + r->at, (size_t)len};
        r->at += (size_t)len;
        if (r->data[r->at++] != '\0')
            part_fault(r, at, "a text that does not end where it should");
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

/* Modules go one by one to whoever reads. The first that is wrong is the last to go; it is named
 * when the bytes are right to the end. */
static bool take_modules(struct part_reader *r, struct nkb_arena *passing, nkb_part_take_fn *take,
                         void *context)
{
    char shown[NKB_SHOWN_BYTES];
    bool good = true;
    size_t count = part_take_count(r, nkb_record_least(&nkb_module_record));

    r->arena = passing;
    for (size_t i = 0; i < count && r->code == 0; i++) {
        struct nkb_module module = {0};
        part_take_record(r, &nkb_module_record, &module);
        const char *wrong = r->code == 0 && good ? wrong_module(&module) : NULL;
        if (wrong) {
            good = false;
            nkb_err_set(r->err, NKB_EINPUT, "module %zu, %s, %s", i + 1,
                        nkb_show(module.path, shown), wrong);
        }
        if (r->code == 0 && good)
            r->code = take(context, &module, r->err);
        nkb_arena_reset(passing);
    }
    return good;
}

static int check_shards(const struct nkb_part *part, struct nkb_err *err)
{
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

int nkb_part_read(struct nkb_str bytes, const char *engine, nkb_part_take_fn *take, void *context,
                  struct nkb_arena *arena, struct nkb_part *out, struct nkb_err *err)
{
    struct nkb_arena passing = nkb_arena_beside(arena);
    struct nkb_record front = nkb_part_record;
    int code = check_frame(bytes, engine, err);
    if (code != 0)
        return code;
    struct part_reader r = {
        .data = (const unsigned char *)bytes.ptr,
        .at = PART_BODY_AT,
        .end = bytes.len - PART_DIGEST_BYTES,
        .arena = arena,
        .err = err,
    };
    memset(out, 0, sizeof *out);
    front.count--;
    take_texts(&r);
    part_take_record(&r, &front, out);
    bool good = take_modules(&r, &passing, take, context);
    nkb_arena_free(&passing);
    if (r.code == 0 && r.at != r.end)
        part_fault(&r, r.at, "more than the part says it holds");
    if (r.code == 0)
        r.code = good ? check_shards(out, err) : NKB_EINPUT;
    return r.code;
}
