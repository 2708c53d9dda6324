#include "input/hlotext_recall.h"

#include <stdlib.h>

#include "base/hash.h"

enum { RUNS = NKB_HLOTEXT_RUN_SETS * NKB_HLOTEXT_RUN_WAYS };

static void drop(struct nkb_hlotext_recall *recall)
{
    free(recall->runs);
    recall->runs = NULL;
}

void nkb_hlotext_recall_open(struct nkb_hlotext_recall *recall)
{
    bool good = nkb_hlo_memo_open(&recall->shapes);
    if (recall->shapes.module == 1) /* it counts from 1, perhaps again */
        drop(recall);
    if (!recall->runs)
        recall->runs = calloc(RUNS, sizeof *recall->runs);
    recall->is_open = good && recall->runs;
}

void nkb_hlotext_recall_free(struct nkb_hlotext_recall *recall)
{
    nkb_hlo_memo_free(&recall->shapes);
    drop(recall);
    recall->is_open = false;
}

/* By how it begins. */
static struct nkb_hlotext_run *set_of(const struct nkb_hlotext_recall *recall,
                                      enum nkb_hlo_opcode opcode, const char *from)
{
    uint64_t word[2];
    memcpy(word, from, sizeof word);
    uint64_t h = nkb_hash_mix(word[0] ^ opcode, word[1]);
    return &recall->runs[h % NKB_HLOTEXT_RUN_SETS * NKB_HLOTEXT_RUN_WAYS];
}

const struct nkb_hlotext_run *nkb_hlotext_recall_run(const struct nkb_hlotext_recall *recall,
                                                     enum nkb_hlo_opcode opcode, const char *from,
                                                     const char *end)
{
    const struct nkb_hlotext_run *run = set_of(recall, opcode, from);
    for (size_t i = 0; i < NKB_HLOTEXT_RUN_WAYS; i++, run++)
        if (run->module == recall->shapes.module && run->opcode == opcode &&
            run->len <= (size_t)(end - from) && memcmp(run->text, from, run->len) == 0)
            return run;
    return NULL;
}

void nkb_hlotext_note_run(struct nkb_hlotext_recall *recall, enum nkb_hlo_opcode opcode,
                          struct nkb_str text, uint64_t seen, const struct nkb_hlo_attrs *attrs)
{
    if (text.len > NKB_HLOTEXT_RUN_BYTES)
        return;
    struct nkb_hlotext_run *run = set_of(recall, opcode, text.ptr);
    memmove(run + 1, run, (NKB_HLOTEXT_RUN_WAYS - 1) * sizeof *run);
    run->module = recall->shapes.module;
    run->opcode = (uint16_t)opcode;
    run->len = (uint16_t)text.len;
    run->seen = seen;
    run->attrs = attrs;
    memcpy(run->text, text.ptr, text.len);
}
