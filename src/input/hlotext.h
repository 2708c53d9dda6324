/* XLA's text form of a module (`HloModule …`), as printed by every XLA since 2019. */
#ifndef NKB_INPUT_HLOTEXT_H
#define NKB_INPUT_HLOTEXT_H

#include "base/arena.h"
#include "base/err.h"
#include "model/hlo.h"

/* Could these first bytes (as many as there are, up to a few KB) be HLO text? A BOM and blank or
 * comment lines may come first; a text without `HloModule` line counts when its first line opens a
 * computation. Protobuf never does. */
bool nkb_hlotext_detect(struct nkb_str head);
struct nkb_hlotext;
/* With a reader that has read nothing yet (zeroed) or other texts; closed, it is as new. */
int nkb_hlotext_read_with(struct nkb_hlotext *reader, struct nkb_str text, struct nkb_arena *arena,
                          struct nkb_hlo *out, struct nkb_err *err);
void nkb_hlotext_close(struct nkb_hlotext *reader);
/* `text` may be dropped afterwards. Messages begin "line N: " and do not name the file. */
int nkb_hlotext_read(struct nkb_str text, struct nkb_arena *arena, struct nkb_hlo *out,
                     struct nkb_err *err);

#endif
