#include "input/hlo_memo.h"

#include <stdlib.h>

bool nkb_hlo_memo_open(struct nkb_hlo_memo *memo)
{
    memo->module++;
    if (memo->notes && memo->module != 0)
        return true;
    free(memo->notes);
    memo->notes = calloc(NKB_HLO_MEMO_SLOTS, sizeof *memo->notes);
    for (size_t kind = 0; kind < NKB_MEMO_KINDS; kind++)
        memo->last[kind] = memo->notes;
    memo->module = 1;
    return memo->notes != NULL;
}

void nkb_hlo_memo_free(struct nkb_hlo_memo *memo)
{
    free(memo->notes);
    *memo = (struct nkb_hlo_memo){0};
}

void nkb_hlo_memo_put(const struct nkb_hlo_memo *memo, struct nkb_hlo_note *note,
                      enum nkb_hlo_memo_kind kind, const unsigned char *bytes, size_t len)
{
    note->label = nkb_hlo_memo_label(memo, kind, len);
    memcpy(note->bytes, bytes, len);
}
