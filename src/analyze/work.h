/* How much one HLO instruction does, by XLA's formulas (facts 2), in exact arithmetic. Every
 * function returns false when the number cannot be had: a missing operand, a malformed shape, or
 * more than 127 bits. Computations are needed because operands are positions in them. */
#ifndef NKB_ANALYZE_WORK_H
#define NKB_ANALYZE_WORK_H

#include "model/hlo.h"

/* Product of the dimensions of an array (1 for a scalar), signs and all, as upstream multiplies
 * them; a zero dimension makes 0 whatever the others; false for tuples and buffers. */
bool nkb_shape_elements(const struct nkb_hlo_shape *shape, nkb_i128 *out);
/* The same as XLA has it: the product wraps in 64 bits where a dimension is unbounded (INT64_MIN);
 * any other negative dimension is false, for XLA refuses the module. */
bool nkb_shape_xla_elements(const struct nkb_hlo_shape *shape, nkb_i128 *out);

/* Operand number i, or NULL when there is none. */
static inline const struct nkb_hlo_instruction *
nkb_operand(const struct nkb_hlo_computation *computation,
            const struct nkb_hlo_instruction *instruction, uint32_t i)
{
    if (i >= instruction->operand_count ||
        instruction->operands[i] >= computation->instruction_count)
        return NULL;
    return &computation->instructions[instruction->operands[i]];
}

/* MACs of dot, scaled-dot by the operands, upstream's formula: all of lhs times the rhs dimensions
 * that are neither contracting nor batch. The same as nkb_dot_xla_macs for every well-formed dot.
 */
bool nkb_dot_macs(const struct nkb_hlo_computation *computation,
                  const struct nkb_hlo_instruction *dot, nkb_i128 *out);
/* Does a dot contract, or batch, a dimension that its operand does not have? Which, and of how
 * many; nkb_dot_macs passes over it. */
bool nkb_dot_is_amiss(const struct nkb_hlo_computation *computation,
                      const struct nkb_hlo_instruction *dot, int64_t *dimension, uint32_t *rank);
/* By the result, XLA's formula: E(out) times the lhs contracting dimensions, of out without its
 * first dimensions, as many as rhs_group has (ragged-dot: a quirk of XLA's). False for a dimension
 * that is not there. */
bool nkb_dot_xla_macs(const struct nkb_hlo_computation *computation,
                      const struct nkb_hlo_instruction *dot, nkb_i128 *out);
/* MACs executed by a ragged-dot: E(out) * K, the ragged contracting dimension divided by the group
 * count (HLO-CORPUS.md). XLA's flops differ: nkb_dot_xla_macs. */
bool nkb_ragged_dot_macs(const struct nkb_hlo_computation *computation,
                         const struct nkb_hlo_instruction *dot, nkb_i128 *out);
/* MACs of a convolution: padding and dilation holes are not counted. */
bool nkb_convolution_macs(const struct nkb_hlo_computation *computation,
                          const struct nkb_hlo_instruction *convolution, nkb_i128 *out);
/* AwsNeuronIntMatmult, AwsNeuronCollectiveMatmul: E(out) * E(rhs) / N, N the last output dimension.
 */
bool nkb_custom_matmul_macs(const struct nkb_hlo_computation *computation,
                            const struct nkb_hlo_instruction *call, nkb_i128 *out);

/* How often an instruction applies called computation number `which`: map E(out); reduce
 * E(in0)-E(out0); reduce-window, scatter, select-and-scatter as XLA; once each call, fusion,
 * conditional branch, async-start; scan E(operand 1); 0 for reducers of collectives, comparators,
 * custom-calls. While loops are the caller's: once. Never negative. */
bool nkb_applications(const struct nkb_hlo_computation *computation,
                      const struct nkb_hlo_instruction *instruction, uint32_t which, nkb_i128 *out);
/* The factor XLA's cost model gives the same computation's flops: negative for a reduce of nothing.
 */
bool nkb_xla_applications(const struct nkb_hlo_computation *computation,
                          const struct nkb_hlo_instruction *instruction, uint32_t which,
                          nkb_i128 *out);

#endif
