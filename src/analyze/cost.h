/* XLA's HloCostAnalysis, summed exactly (facts 2): flops, transcendentals and bytes from the entry
 * computation, loops once, -1 for each custom-call; and the same per opcode without the -1. */
#ifndef NKB_ANALYZE_COST_H
#define NKB_ANALYZE_COST_H

#include "base/arena.h"
#include "model/hlo.h"
#include "model/module.h"

/* times[computation] is how often a computation is executed (DESIGN 5), for executed_flops; NULL when
 * that is not known: executed_flops are 0 then. Fills module->xla / has_xla / why_no_xla and
 * module->ops / op_count. Texts and tables come from keep. Never recurses by the depth of the module. */
void nkb_cost_analyze(const struct nkb_hlo *hlo, const nkb_i128 *times, struct nkb_arena *keep,
                      struct nkb_module *module);

#endif
