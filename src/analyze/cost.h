/* XLA's HloCostAnalysis, summed exactly (facts 2): flops, transcendentals and bytes from the entry
 * computation, loops once, -1 for each custom-call; and the same per opcode without the -1. */
#ifndef NKB_ANALYZE_COST_H
#define NKB_ANALYZE_COST_H

#include "base/arena.h"
#include "model/hlo.h"
#include "model/module.h"

/* times[computation] is how often a computation is executed (DESIGN 5), for executed_flops; NULL
 * when that is not known. Fills module->xla / has_xla / why_no_xla and module->ops / op_count.
 * Texts and tables come from keep; when memory runs out keep is left failed. Never recurses by the
 * depth of the module.
 *
 * ops has one entry an opcode that occurs in the text, sorted by its name. Where has_xla is false
 * only its count means anything; else the ops' flops, transcendentals and bytes sum to those of
 * xla, plus unknown_calls in flops, and as many of bytes as XLA subtracted. A called computation's
 * work belongs to the opcodes inside it, except that a fusion's bytes are the fusion's own.
 * executed_flops are each instruction's flops as often as it runs; a ragged-dot's are twice the
 * MACs it executes, not XLA's. */
void nkb_cost_analyze(const struct nkb_hlo *hlo, const nkb_i128 *times, struct nkb_arena *keep,
                      struct nkb_module *module);

#endif
