#include "model/part_draft.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/spool.h"
#include "model/part_format.h"

struct nkb_part_draft {
    pthread_mutex_t lock; /* of all below */
    struct nkb_intern texts;
    struct nkb_arena arena; /* their bytes */
    struct nkb_spool spool; /* modules by their rows; texts by their numbers + 1 */
};

struct nkb_part_draft *nkb_part_draft_new(const char *folder)
{
    struct nkb_part_draft *draft = calloc(1, sizeof *draft);
    if (!draft)
        return NULL;
    if (pthread_mutex_init(&draft->lock, NULL) != 0) {
        free(draft);
        return NULL;
    }
    draft->arena = NKB_ARENA_INIT;
    draft->spool = NKB_SPOOL_IN(folder);
    return draft;
}

void nkb_part_draft_free(struct nkb_part_draft *draft)
{
    if (!draft)
        return;
    nkb_spool_free(&draft->spool);
    nkb_intern_free(&draft->texts);
    nkb_arena_free(&draft->arena);
    pthread_mutex_destroy(&draft->lock);
    free(draft);
}

const struct nkb_intern *part_texts_of(const struct nkb_part_draft *draft)
{
    return &draft->texts;
}

/* Only the numbering of the texts is not each thread's own. */
int part_encode(struct nkb_part_draft *draft, const struct nkb_record *record, const void *base,
                struct nkb_buf *out, struct nkb_err *err)
{
    struct part_texts texts = {0};
    part_list_texts(record, base, &texts);
    pthread_mutex_lock(&draft->lock);
    for (size_t i = 0; i < texts.count && !texts.failed; i++) {
        uint32_t number = 0;
        texts.failed = !nkb_intern_add(&draft->texts, &draft->arena, texts.at[i].text, &number);
        texts.at[i].number = number + 1;
    }
    pthread_mutex_unlock(&draft->lock);
    if (!texts.failed)
        part_put_rows(record, base, &texts, out);
    int code = texts.failed || out->failed ? nkb_err_memory(err) : 0;
    free(texts.at);
    return code;
}

int nkb_part_draft_put(struct nkb_part_draft *draft, struct nkb_module *module, struct nkb_err *err)
{
    struct nkb_buf bytes = NKB_BUF_INIT;
    int code = part_encode(draft, &nkb_module_record, module, &bytes, err);
    if (code == 0) {
        pthread_mutex_lock(&draft->lock);
        code = nkb_spool_put(&draft->spool, nkb_buf_str(&bytes), &module->drafted.at, err);
        pthread_mutex_unlock(&draft->lock);
        module->drafted.size_bytes = bytes.len;
    }
    nkb_buf_free(&bytes);
    return code;
}

const char *nkb_part_draft_text(struct nkb_part_draft *draft, const char *text)
{
    uint32_t number = 0;
    const char *own = NULL;
    if (!text)
        return NULL;
    pthread_mutex_lock(&draft->lock);
    if (nkb_intern_find(&draft->texts, nkb_str_from(text), &number))
        own = draft->texts.texts[number].ptr;
    pthread_mutex_unlock(&draft->lock);
    assert(own);
    return own;
}

int part_fetch(const struct nkb_part_draft *draft, const struct nkb_module *module,
               struct nkb_buf *out, struct nkb_err *err)
{
    return nkb_spool_get(&draft->spool, module->drafted.at, module->drafted.size_bytes, out, err);
}

int nkb_part_draft_get(const struct nkb_part_draft *draft, const struct nkb_module *drafted,
                       struct nkb_arena *arena, struct nkb_module *out, struct nkb_err *err)
{
    struct nkb_buf bytes = NKB_BUF_INIT;
    int code = part_fetch(draft, drafted, &bytes, err);
    *out = (struct nkb_module){0};
    if (code == 0)
        code = part_take_rows(&nkb_module_record, nkb_buf_str(&bytes), draft->texts.texts,
                              draft->texts.count, arena, out, err);
    nkb_buf_free(&bytes);
    return code;
}
