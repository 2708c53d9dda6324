/* Private to the HLO text reader: pieces of text that come again byte for byte, as most shapes and
 * attributes do, are not read again. Only what was read without fault is noted, up to a byte that
 * ends it whatever follows; so where those bytes stand again they mean the same. */
#ifndef NKB_INPUT_HLOTEXT_RECALL_H
#define NKB_INPUT_HLOTEXT_RECALL_H

#include <stdbool.h>

#include "input/hlo_memo.h"
#include "model/hlo.h"

enum {
    NKB_HLOTEXT_RUN_BYTES = 140, /* longer runs are read */
    NKB_HLOTEXT_RUN_SETS = 64,
    NKB_HLOTEXT_RUN_WAYS = 2,
};

/* Attributes as they stand behind the operands of an opcode, from the first comma up to and with
 * the byte behind the last. */
struct nkb_hlotext_run {
    uint32_t module; /* the memo's, while the note is good */
    uint16_t opcode, len;
    uint64_t seen;                     /* bits of the attributes in it */
    const struct nkb_hlo_attrs *attrs; /* what such an instruction has; NULL: nothing */
    char text[NKB_HLOTEXT_RUN_BYTES];
};

/* Zeroed memory has nothing noted. */
struct nkb_hlotext_recall {
    struct nkb_hlo_memo shapes;   /* by their text, blanks are none of it */
    struct nkb_hlotext_run *runs; /* sets of two, the later first; malloc'ed */
    bool is_open;                 /* there was memory for all */
};

/* Forget all, for the next module. */
void nkb_hlotext_recall_open(struct nkb_hlotext_recall *recall);
void nkb_hlotext_recall_free(struct nkb_hlotext_recall *recall);

/* The run that stands here, where NKB_HLOTEXT_SLACK bytes can be read; NULL: none that is known. */
const struct nkb_hlotext_run *nkb_hlotext_recall_run(const struct nkb_hlotext_recall *recall,
                                                     enum nkb_hlo_opcode opcode, const char *from,
                                                     const char *end);
void nkb_hlotext_note_run(struct nkb_hlotext_recall *recall, enum nkb_hlo_opcode opcode,
                          struct nkb_str text, uint64_t seen, const struct nkb_hlo_attrs *attrs);

#endif
