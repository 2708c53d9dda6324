/* One analysed module as an entry of m.hlo.modules, and the shared way to put a count into the
 * tree. */
#ifndef NKB_ANALYZE_HLO_ENTRY_H
#define NKB_ANALYZE_HLO_ENTRY_H

#include "base/num.h"
#include "model/module.h"
#include "model/value.h"

#define NKB_BEYOND_63_BITS "beyond 63 bits; at most 9223372036854775807 can be counted"

/* `counted`: it enters the totals. */
struct nkb_value *nkb_hlo_entry(struct nkb_arena *arena, const struct nkb_module *module,
                                bool counted);

/* A count as an integer metric; absent when `why` says so or when it is beyond 63 bits. */
void nkb_metric_count(struct nkb_arena *arena, struct nkb_value *group, const char *name,
                      nkb_i128 v, const char *unit, const char *source, const char *why);

#endif
