/* How much one HLO instruction does, by XLA's formulas (facts 2), in exact arithmetic. Every function
 * returns false when the number cannot be had: a missing operand, a malformed shape, or more than 127
 * bits. Computations are needed because operands are positions in them. */
#ifndef NKB_ANALYZE_WORK_H
#define NKB_ANALYZE_WORK_H

#include "model/hlo.h"

/* Product of the dimensions of an array (1 for a scalar); a zero dimension makes 0 whatever the
 * others; false for tuples. */
bool nkb_shape_elements(const struct nkb_hlo_shape *shape, nkb_i128 *out);

/* MACs of dot, scaled-dot: E(out) * product of the lhs contracting dimensions. */
bool nkb_dot_macs(const struct nkb_hlo_computation *computation, const struct nkb_hlo_instruction *dot,
                  nkb_i128 *out);
/* MACs executed by a ragged-dot: E(out) * K, the ragged contracting dimension divided by the group
 * count (HLO-CORPUS.md). XLA's flops differ: see cost.c. */
bool nkb_ragged_dot_macs(const struct nkb_hlo_computation *computation,
                         const struct nkb_hlo_instruction *dot, nkb_i128 *out);
/* MACs of a convolution: padding and dilation holes are not counted. */
bool nkb_convolution_macs(const struct nkb_hlo_computation *computation,
                          const struct nkb_hlo_instruction *convolution, nkb_i128 *out);
/* AwsNeuronIntMatmult, AwsNeuronCollectiveMatmul: E(out) * E(rhs) / N, N the last output dimension. */
bool nkb_custom_matmul_macs(const struct nkb_hlo_computation *computation,
                            const struct nkb_hlo_instruction *call, nkb_i128 *out);
/* How often an instruction applies called computation number `which`: map E(out); reduce
 * E(in0)-E(out0); reduce-window, scatter, select-and-scatter as XLA; call, fusion, conditional branch,
 * async-start, scan's own rule; 0 for reducers of collectives, comparators, custom-calls. While loops
 * are the caller's. */
bool nkb_applications(const struct nkb_hlo_computation *computation,
                      const struct nkb_hlo_instruction *instruction, uint32_t which, nkb_i128 *out);

#endif
