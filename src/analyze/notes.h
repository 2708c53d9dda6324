/* The diagnostics of one module: one line each, in the order found, each text once, what comes from
 * files made harmless. A hostile file cannot make them many: past the limit they are counted, and
 * the last line says so. */
#ifndef NKB_ANALYZE_NOTES_H
#define NKB_ANALYZE_NOTES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "model/module.h"

enum { NKB_NOTES_MAX = 100, NKB_WHERE_BYTES = 2 * NKB_SHOWN_BYTES + 32 };

struct nkb_notes {
    struct nkb_arena *keep;
    const char *at[NKB_NOTES_MAX + 1];
    uint32_t hash[NKB_NOTES_MAX];
    uint32_t count;
    uint64_t dropped;
};

void nkb_notes_add(struct nkb_notes *notes, const char *format, ...) NKB_PRINTF(2, 3);
/* Copy them into the module. */
void nkb_notes_finish(struct nkb_notes *notes, struct nkb_module *module);

/* "instruction 'dot.4' in 'main'", for messages; made in out. */
const char *nkb_where(const struct nkb_hlo_computation *computation,
                      const struct nkb_hlo_instruction *instruction, char out[NKB_WHERE_BYTES]);

#endif
