/* XLA's HloCostAnalysis, summed exactly (facts 2): flops, transcendentals and bytes from the entry
 * computation, loops once, -1 for each custom-call; and the same per opcode without the -1. */
#ifndef NKB_ANALYZE_COST_H
#define NKB_ANALYZE_COST_H

#include "analyze/sites.h"
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

/* The same of a module whose sites were found, in two steps and left open for those who put the
 * cost together in their own way. First what every instruction costs by itself: NULL when memory
 * ran out. Then, once it is known how often they run, the module's; the functions below may be
 * asked where module->has_xla is true. `keep` of the first may be adopted by that of the second. */
struct nkb_cost;
struct nkb_cost *nkb_cost_measure_all(const struct nkb_sites *sites, struct nkb_arena *keep);
void nkb_cost_add_up(struct nkb_cost *cost, const nkb_i128 *times, struct nkb_arena *keep,
                     struct nkb_module *module);
void nkb_cost_close(struct nkb_cost *cost);

/* What an instruction costs itself, without the computations it applies and without any -1. */
struct nkb_cost_own {
    nkb_i128 flops, transcendentals, bytes;
};
/* How often something enters a total: flops, transcendentals and bytes go their own ways. */
struct nkb_cost_weights {
    nkb_i128 flops, transcendentals, bytes;
};

/* Own cost; *executed_flops are what it really does in one execution. False: XLA does not visit it,
 * and a number is not known. */
bool nkb_cost_own_of(const struct nkb_cost *cost, uint32_t computation, uint32_t instruction,
                     struct nkb_cost_own *out, nkb_i128 *executed_flops);
/* Own costs of a computation's instructions, as nkb_cost_own_of tells them, by their positions in
 * the *table; NULL: XLA does not visit it. Executed flops are those of the row but for a
 * ragged-dot. */
struct nkb_cost_row {
    int64_t flops, transcendentals, bytes;
};
const uint32_t *nkb_cost_rows_of(const struct nkb_cost *cost, uint32_t computation,
                                 const struct nkb_cost_row **table);
#define NKB_COST_WIDE INT64_MIN /* in place of flops: a figure is beyond 63 bits */
static inline bool nkb_cost_row_is_wide(const struct nkb_cost_row *row)
{
    return row->flops == NKB_COST_WIDE;
}
static inline bool nkb_cost_row_is_zero(const struct nkb_cost_row *row)
{
    return (row->flops | row->transcendentals | row->bytes) == 0;
}
/* With which weight a computation enters the module's xla; zero where it does not. */
struct nkb_cost_weights nkb_cost_weight_of(const struct nkb_cost *cost, uint32_t computation);
/* The i-th computation the instruction applies in XLA's eyes, and how often; false past the last.
 */
bool nkb_cost_edge(const struct nkb_cost *cost, uint32_t computation, uint32_t instruction,
                   uint32_t i, uint32_t *callee, struct nkb_cost_weights *out);
/* Do the bytes of what an opcode calls count where it is called? Not so for a fusion. */
bool nkb_cost_passes_bytes(enum nkb_hlo_opcode opcode);

#endif
