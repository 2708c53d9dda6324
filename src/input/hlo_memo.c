#include "input/hlo_memo.h"

#include <stdlib.h>

#include "base/hash.h"

bool nkb_hlo_memo_open(struct nkb_hlo_memo *memo)
{
    memo->module++;
    if (memo->notes && memo->module != 0)
        return true;
    free(memo->notes);
    memo->notes = calloc(NKB_HLO_MEMO_SLOTS, sizeof *memo->notes);
    memo->module = 1;
    return memo->notes != NULL;
}

void nkb_hlo_memo_free(struct nkb_hlo_memo *memo)
{
    free(memo->notes);
    *memo = (struct nkb_hlo_memo){NULL, 0};
}

struct nkb_hlo_note *nkb_hlo_memo_at(struct nkb_hlo_memo *memo, enum nkb_hlo_memo_kind kind,
                                     const unsigned char *bytes, size_t len)
{
    return &memo->notes[nkb_hash_bytes(kind, bytes, len) % NKB_HLO_MEMO_SLOTS];
}

bool nkb_hlo_memo_has(const struct nkb_hlo_memo *memo, const struct nkb_hlo_note *note,
                      enum nkb_hlo_memo_kind kind, const unsigned char *bytes, size_t len)
{
    return note->module == memo->module && note->kind == kind && note->len == len &&
           memcmp(note->bytes, bytes, len) == 0;
}

void nkb_hlo_memo_put(const struct nkb_hlo_memo *memo, struct nkb_hlo_note *note,
                      enum nkb_hlo_memo_kind kind, const unsigned char *bytes, size_t len)
{
    note->module = memo->module;
    note->kind = (uint16_t)kind;
    note->len = (uint16_t)len;
    memcpy(note->bytes, bytes, len);
}
