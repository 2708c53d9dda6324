/* Bytes that claim to be a part: first the frame (format, engine, size), then the rows, one module
 * after the other, and the checksum, which has the last word. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/sha256.h"
#include "base/text.h"
#include "model/part_take.h"

enum { BLOCK_BYTES = 64 * 1024 };

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
        char *text = nkb_arena_take(r->arena, (size_t)len + 1);
        if (!text) {
            r->code = nkb_err_memory(r->err);
            return;
        }
        part_take_bytes(r, text, (size_t)len + 1);
        if (r->code == 0 && text[len] != '\0')
            part_fault(r, at, "a text that does not end where it should");
        texts[i] = (struct nkb_str){text, (size_t)len};
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
    struct nkb_arena *arena = r->arena;
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
    r->arena = arena;
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

/* Of a file that is so large, by its first bytes. */
static int check_frame(struct nkb_str head, size_t size, const char *engine, struct nkb_err *err)
{
    char shown[NKB_SHOWN_BYTES];

    if (!nkb_part_detect(head))
        return nkb_err_set(err, NKB_EINPUT, "is no part; nkibench hlo --scan writes parts");
    if (size < PART_BODY_AT + PART_DIGEST_BYTES || head.len < PART_BODY_AT)
        return nkb_err_set(err, NKB_EINPUT, "byte %zu: the part ends in its head; it was cut off",
                           size);
    uint64_t format = fixed(head.ptr + PART_FORMAT_AT, 4);
    if (format != PART_FORMAT)
        return nkb_err_set(err, NKB_EINPUT,
                           "byte %d: a part of format %llu; this program reads format %d",
                           PART_FORMAT_AT, (unsigned long long)format, PART_FORMAT);
    struct nkb_str by = {head.ptr + PART_ENGINE_AT,
                         strnlen(head.ptr + PART_ENGINE_AT, PART_ENGINE_BYTES)};
    if (!nkb_str_is(by, engine))
        return nkb_err_set(
            err, NKB_EINPUT,
            "byte %d: scanned by nkibench %s, and this is %s; scan again with this one",
            PART_ENGINE_AT, nkb_show(by, shown), engine);
    if (fixed(head.ptr + PART_MARK_AT, 4) != nkb_record_mark(&nkb_part_record))
        return nkb_err_set(
            err, NKB_EINPUT,
            "byte %d: scanned by another build of nkibench %s, which keeps other figures; "
            "scan again with this one",
            PART_MARK_AT, engine);
    uint64_t body = fixed(head.ptr + PART_SIZE_AT, 8),
             there = size - PART_BODY_AT - PART_DIGEST_BYTES;
    if (body > there)
        return nkb_err_set(err, NKB_EINPUT,
                           "byte %zu: the part ends here, %llu bytes too early; it was cut off",
                           size, (unsigned long long)(body - there));
    if (body < there)
        return nkb_err_set(err, NKB_EINPUT, "byte %zu: %llu bytes behind the part's end",
                           size - (size_t)(there - body), (unsigned long long)(there - body));
    return 0;
}

/* A part's bytes as they come; each is digested on its way. */
struct stream {
    struct part_reader rows; /* first, so that one leads to the other */
    const struct nkb_part_source *from;
    size_t covered; /* by the checksum, which is behind */
    struct nkb_sha256 *digest;
    unsigned char *block; /* of a file */
};

static int read_at(const struct stream *s, size_t at, void *out, size_t size, size_t *got)
{
    ssize_t count;
    do
        count = pread(s->from->fd, out, size, (off_t)at);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return nkb_err_set(s->rows.err, NKB_EINPUT, "byte %zu: cannot be read: %m", at);
    if (count == 0)
        return nkb_err_set(s->rows.err, NKB_EINPUT, "byte %zu: it was cut off meanwhile", at);
    *got = (size_t)count;
    return 0;
}

/* What is behind the window, as the window. */
static int move_on(struct stream *s)
{
    struct part_reader *r = &s->rows;
    size_t at = r->window_at + r->window_bytes, left = s->covered - at;
    int code = read_at(s, at, s->block, left < BLOCK_BYTES ? left : BLOCK_BYTES, &r->window_bytes);
    if (code == 0) {
        r->window = s->block;
        r->window_at = at;
        nkb_sha256_add(s->digest, (struct nkb_str){(const char *)s->block, r->window_bytes});
    }
    return code;
}

static bool more(struct part_reader *r)
{
    r->code = move_on((struct stream *)(void *)r);
    return r->code == 0;
}

static int open_stream(struct stream *s, const char *engine, struct nkb_arena *arena)
{
    const struct nkb_part_source *from = s->from;
    struct part_reader *r = &s->rows;
    char head[PART_BODY_AT];
    struct nkb_str first = from->bytes;
    size_t got = 0;
    int code = 0;

    if (from->fd >= 0)
        code = read_at(s, 0, head, from->size_bytes < sizeof head ? from->size_bytes : sizeof head,
                       &got);
    if (from->fd >= 0)
        first = (struct nkb_str){head, got};
    if (code == 0)
        code = check_frame(first, from->size_bytes, engine, r->err);
    if (code != 0)
        return code;
    s->covered = r->end = from->size_bytes - PART_DIGEST_BYTES;
    r->at = PART_BODY_AT;
    s->digest = nkb_sha256_new();
    s->block = from->fd >= 0 ? nkb_arena_take(arena, BLOCK_BYTES) : NULL;
    if (!s->digest || (from->fd >= 0 && !s->block))
        return nkb_err_memory(r->err);
    if (from->fd >= 0) {
        r->more = more;
        return move_on(s);
    }
    r->window = (const unsigned char *)from->bytes.ptr;
    r->window_bytes = s->covered;
    nkb_sha256_add(s->digest, (struct nkb_str){from->bytes.ptr, s->covered});
    return 0;
}

/* Whatever the rows said: damage is damage. */
static int check_digest(struct stream *s)
{
    unsigned char digest[NKB_SHA256_BYTES], claimed[PART_DIGEST_BYTES];
    int code = 0;
    while (code == 0 && s->rows.window_at + s->rows.window_bytes < s->covered)
        code = move_on(s);
    for (size_t have = 0, got = 0; code == 0 && have < sizeof claimed; have += got) {
        if (s->from->fd >= 0)
            code = read_at(s, s->covered + have, claimed + have, sizeof claimed - have, &got);
        else
            memcpy(claimed, s->from->bytes.ptr + s->covered, got = sizeof claimed);
    }
    if (code != 0)
        return code;
    nkb_sha256_end(s->digest, digest);
    return memcmp(digest, claimed, sizeof digest) == 0
               ? 0
               : nkb_err_set(s->rows.err, NKB_EINPUT,
                             "byte %zu: the checksum is not that of the bytes before it; the part "
                             "was damaged",
                             s->covered);
}

static int read_body(struct part_reader *r, nkb_part_take_fn *take, void *context,
                     struct nkb_part *out)
{
    struct nkb_arena passing = nkb_arena_beside(r->arena);
    struct nkb_record front = nkb_part_record;
    front.count--;
    take_texts(r);
    part_take_record(r, &front, out);
    bool good = take_modules(r, &passing, take, context);
    nkb_arena_free(&passing);
    if (r->code == 0 && r->at != r->end)
        part_fault(r, r->at, "more than the part says it holds");
    if (r->code != 0)
        return r->code;
    return good ? check_shards(out, r->err) : NKB_EINPUT;
}

int nkb_part_read(const struct nkb_part_source *from, const char *engine, nkb_part_take_fn *take,
                  void *context, struct nkb_arena *arena, struct nkb_part *out, struct nkb_err *err)
{
    struct stream stream = {.rows = {.arena = arena, .err = err}, .from = from};
    memset(out, 0, sizeof *out);
    int code = open_stream(&stream, engine, arena);
    if (code == 0) {
        code = read_body(&stream.rows, take, context, out);
        int damage = code == 0 || code == NKB_EINPUT ? check_digest(&stream) : 0;
        code = damage != 0 ? damage : code;
    }
    nkb_sha256_free(stream.digest);
    return code;
}
