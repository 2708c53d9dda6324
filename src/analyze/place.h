/* How a complaint about a document's value begins and shows it: "config.json:12:5" and "4k". */
#ifndef NKB_ANALYZE_PLACE_H
#define NKB_ANALYZE_PLACE_H

#include "base/arena.h"
#include "model/value.h"

/* path, with line and column when the value has them. Never NULL. */
const char *nkb_place(struct nkb_arena *arena, const char *path, const struct nkb_value *v);
/* The value as a message shows it: text quoted and shortened, numbers as written, else its kind.
 * Never NULL; v may be. */
const char *nkb_shown_value(struct nkb_arena *arena, const struct nkb_value *v);
/* Append {text, warning} to the run's list of diagnostics; `text` is copied. */
void nkb_diagnose(struct nkb_arena *arena, struct nkb_value *diagnostics, bool warning,
                  const char *text);

#endif
