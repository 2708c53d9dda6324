/* A draft's part as bytes. Two looks at all that was put: the first counts the texts in use, for
 * they are in front, sorted, and a part's size before them; the second passes the rest on. The
 * order of texts is theirs, not that of finding them, so that equal parts have equal bytes. */
#include "model/part_format.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"

enum { BLOCK_BYTES = 64 * 1024 };

struct writing {
    struct nkb_part_draft *draft;
    const struct nkb_part *part;
    struct nkb_buf front;    /* the rows before the modules */
    struct nkb_buf module;   /* one, as it was put */
    uint64_t *uses;          /* of each text by its number in the draft; 0 is none */
    uint32_t *numbers;       /* what each is called in the part */
    struct part_text *texts; /* those in use */
    size_t text_count;
    struct nkb_buf block;      /* on its way out */
    struct nkb_sha256 *digest; /* of what has left */
    nkb_part_write_fn *write;
    void *context;
};

static int flush(struct writing *w, size_t from, struct nkb_err *err)
{
    if (w->block.failed)
        return nkb_err_memory(err);
    if (w->block.len < from)
        return 0;
    nkb_sha256_add(w->digest, nkb_buf_str(&w->block));
    int code = w->write(w->context, nkb_buf_str(&w->block), err);
    w->block.len = 0;
    return code;
}

/* The body behind its texts. */
static int copy_rows(struct writing *w, struct part_copying *copying, struct nkb_err *err)
{
    struct nkb_record front = nkb_part_record;
    size_t texts = part_texts_of(w->draft)->count;
    char count[PART_VARINT_BYTES];
    size_t count_bytes = part_varint(count, w->part->module_count);

    front.count--;
    bool good = part_copy_rows(copying, &front, nkb_buf_str(&w->front), texts);
    if (copying->out)
        nkb_buf_append(copying->out, count, count_bytes);
    else
        copying->others += count_bytes;
    for (uint32_t i = 0; i < w->part->module_count && good; i++) {
        int code = part_fetch(w->draft, &w->part->modules[i], &w->module, err);
        if (code != 0)
            return code;
        good = part_copy_rows(copying, &nkb_module_record, nkb_buf_str(&w->module), texts);
        code = copying->out ? flush(w, BLOCK_BYTES, err) : 0;
        if (code != 0)
            return code;
    }
    return good ? 0 : nkb_err_set(err, NKB_EOUTPUT, "what was put aside has changed meanwhile");
}

static int compare(const void *a, const void *b)
{
    return nkb_str_compare(((const struct part_text *)a)->text,
                           ((const struct part_text *)b)->text);
}

/* How much all texts take as such, and as numbers wherever they are used. */
static uint64_t sort_texts(struct writing *w)
{
    const struct nkb_intern *all = part_texts_of(w->draft);
    char number[PART_VARINT_BYTES];
    uint64_t bytes = w->uses[0];

    for (size_t i = 1; i <= all->count; i++)
        if (w->uses[i] > 0)
            w->texts[w->text_count++] = (struct part_text){all->texts[i - 1], (uint32_t)i};
    qsort(w->texts, w->text_count, sizeof *w->texts, compare);
    for (size_t i = 0; i < w->text_count; i++) {
        const struct part_text *text = &w->texts[i];
        w->numbers[text->number] = (uint32_t)i + 1;
        bytes += part_varint(number, text->text.len) + text->text.len + 1;
        bytes += part_varint(number, i + 1) * w->uses[text->number];
    }
    return bytes + part_varint(number, w->text_count);
}

static void put_varint(struct nkb_buf *out, uint64_t v)
{
    char bytes[PART_VARINT_BYTES];
    nkb_buf_append(out, bytes, part_varint(bytes, v));
}

/* Each once, in order, ended by a NUL so that a reader need not copy it. */
static int put_texts(struct writing *w, struct nkb_err *err)
{
    int code = 0;
    put_varint(&w->block, w->text_count);
    for (size_t i = 0; i < w->text_count && code == 0; i++) {
        struct nkb_str text = w->texts[i].text;
        put_varint(&w->block, text.len);
        nkb_buf_append(&w->block, text.ptr, text.len + 1);
        code = flush(w, BLOCK_BYTES, err);
    }
    return code;
}

static void put_fixed(char *at, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (char)(v >> (8 * i));
}

static void put_head(struct nkb_buf *out, const char *engine, uint64_t body_bytes)
{
    char head[PART_BODY_AT] = {0};
    size_t version = strlen(engine);
    memcpy(head, part_magic, sizeof part_magic);
    put_fixed(head + PART_FORMAT_AT, PART_FORMAT, 4);
    put_fixed(head + PART_MARK_AT, nkb_record_mark(&nkb_part_record), 4);
    memcpy(head + PART_ENGINE_AT, engine,
           version < PART_ENGINE_BYTES ? version : PART_ENGINE_BYTES);
    put_fixed(head + PART_SIZE_AT, body_bytes, 8);
    nkb_buf_append(out, head, sizeof head);
}

static int write_all(struct writing *w, const char *engine, struct nkb_err *err)
{
    unsigned char digest[NKB_SHA256_BYTES];
    struct part_copying counting = {.uses = w->uses},
                        copying = {.numbers = w->numbers, .out = &w->block};
    int code = copy_rows(w, &counting, err);
    if (code != 0)
        return code;
    put_head(&w->block, engine, sort_texts(w) + counting.others);
    code = put_texts(w, err);
    if (code == 0)
        code = copy_rows(w, &copying, err);
    if (code == 0)
        code = flush(w, 0, err);
    if (code != 0)
        return code;
    nkb_sha256_end(w->digest, digest);
    return w->write(w->context, (struct nkb_str){(const char *)digest, sizeof digest}, err);
}

int nkb_part_draft_write(struct nkb_part_draft *draft, const struct nkb_part *part,
                         const char *engine, nkb_part_write_fn *write, void *context,
                         struct nkb_err *err)
{
    struct writing w = {.draft = draft, .part = part, .write = write, .context = context};
    struct nkb_record front = nkb_part_record;
    assert(front.fields[front.count - 1].record == &nkb_module_record);
    front.count--;
    int code = part_encode(draft, &front, part, &w.front, err);
    if (code == 0) {
        size_t numbers = part_texts_of(draft)->count + 1;
        w.uses = calloc(numbers, sizeof *w.uses);
        w.numbers = calloc(numbers, sizeof *w.numbers);
        w.texts = calloc(numbers, sizeof *w.texts);
        w.digest = nkb_sha256_new();
        code = w.uses && w.numbers && w.texts && w.digest ? write_all(&w, engine, err)
                                                          : nkb_err_memory(err);
    }
    nkb_sha256_free(w.digest);
    free(w.uses);
    free(w.numbers);
    free(w.texts);
    nkb_buf_free(&w.front);
    nkb_buf_free(&w.module);
    nkb_buf_free(&w.block);
    return code;
}
