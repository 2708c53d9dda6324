/* A part while it is found: each module is put aside as soon as it is known, as bytes, so that many
 * take no more memory than one; each text is kept once. What is in front of a part's modules, the
 * table of all texts and their order, is known last, so the part is written then, from the draft.
 */
#ifndef NKB_MODEL_PART_DRAFT_H
#define NKB_MODEL_PART_DRAFT_H

#include "model/part.h"

struct nkb_part_draft;

/* Most of it lies in a file without a name in this folder, which stays the caller's; NULL: /tmp.
 * NULL when memory runs out. */
struct nkb_part_draft *nkb_part_draft_new(const char *folder);
void nkb_part_draft_free(struct nkb_part_draft *draft);

/* Where it lies goes into module->drafted, and of what it points to nothing is kept. Any thread. */
int nkb_part_draft_put(struct nkb_part_draft *draft, struct nkb_module *module,
                       struct nkb_err *err);
/* The draft's own copy of a text that was put; NULL for NULL. Any thread. */
const char *nkb_part_draft_text(struct nkb_part_draft *draft, const char *text);
/* What was put: texts are the draft's, the rest comes from the arena. */
int nkb_part_draft_get(const struct nkb_part_draft *draft, const struct nkb_module *drafted,
                       struct nkb_arena *arena, struct nkb_module *out, struct nkb_err *err);

/* Takes the bytes of a part in order; not 0 ends the writing. */
typedef int nkb_part_write_fn(void *context, struct nkb_str bytes, struct nkb_err *err);

/* The part's file. Of part->modules nothing is looked at but `drafted`. `engine` is the version of
 * the analysis. May be called again. */
int nkb_part_draft_write(struct nkb_part_draft *draft, const struct nkb_part *part,
                         const char *engine, nkb_part_write_fn *write, void *context,
                         struct nkb_err *err);

#endif
