/* How often an instruction applies the computations it calls, by XLA's cost model (facts 2). The
 * same numbers weigh subcomputations in the cost and multiply executions in the call graph. */
#include "analyze/work.h"

/* E of the first array an instruction gives. */
static bool first_elements(const struct nkb_hlo_shape *shape, nkb_i128 *out)
{
    if (shape->element_type != NKB_TYPE_TUPLE)
        return nkb_shape_xla_elements(shape, out);
    return shape->tuple_count > 0 && nkb_shape_xla_elements(&shape->tuple[0], out);
}

static bool operand_elements(const struct nkb_hlo_computation *computation,
                             const struct nkb_hlo_instruction *instruction, uint32_t i,
                             nkb_i128 *out)
{
    const struct nkb_hlo_instruction *operand = nkb_operand(computation, instruction, i);
    return operand && nkb_shape_xla_elements(operand->shape, out);
}

/* The elements a window covers, less one: what is combined into the first. */
static bool window_rest(const struct nkb_hlo_instruction *instruction, nkb_i128 *out)
{
    const struct nkb_hlo_attrs *attrs = instruction->attrs;
    nkb_i128 size = 1;
    for (uint32_t i = 0; attrs && attrs->window && i < attrs->window_rank; i++)
        if (attrs->window[i].size < 0 || !nkb_i128_mul(size, attrs->window[i].size, &size))
            return false;
    *out = size - 1;
    return true;
}

/* XLA takes a reduce-window with one reduced and padded dimension, whose window covers all of it
 * from everywhere, for a reduce and a broadcast. Returns that dimension's output size, or 0. */
static int64_t broadcasted_reduce(const struct nkb_hlo_instruction *instruction)
{
    const struct nkb_hlo_attrs *attrs = instruction->attrs;
    const struct nkb_hlo_shape *shape = instruction->shape;
    uint32_t reduced = 0, padded = 0, at = 0;
    if (!attrs || !attrs->window || shape->element_type == NKB_TYPE_TUPLE)
        return 0;
    for (uint32_t i = 0; i < attrs->window_rank; i++) {
        const struct nkb_hlo_window_dim *dim = &attrs->window[i];
        bool is_padded = dim->padding_low != 0 || dim->padding_high != 0;
        reduced += dim->size != 1;
        padded += is_padded;
        if (dim->size != 1 && is_padded)
            at = i;
    }
    if (reduced != 1 || padded != 1 || at >= shape->rank)
        return 0;
    const struct nkb_hlo_window_dim *dim = &attrs->window[at];
    if (dim->size == 1 || dim->padding_low < 1 || dim->padding_low != dim->padding_high ||
        dim->padding_low != shape->dims[at] - 1 || dim->size / 2 != dim->padding_low ||
        dim->size % 2 != 1)
        return 0;
    return shape->dims[at];
}

static bool reduce_applications(const struct nkb_hlo_computation *computation,
                                const struct nkb_hlo_instruction *reduce, nkb_i128 *out)
{
    nkb_i128 in, result;
    if (!operand_elements(computation, reduce, 0, &in) || !first_elements(reduce->shape, &result))
        return false;
    *out = in - result; /* both at least 0, or of 64 bits */
    return true;
}

static bool reduce_window_applications(const struct nkb_hlo_instruction *reduce, nkb_i128 *out)
{
    nkb_i128 result, rest;
    if (!first_elements(reduce->shape, &result))
        return false;
    int64_t size = broadcasted_reduce(reduce);
    if (size > 0) {
        *out = result / size + (size - 1);
        return true;
    }
    return window_rest(reduce, &rest) && nkb_i128_mul(rest, result, out);
}

static bool select_and_scatter_applications(const struct nkb_hlo_computation *computation,
                                            const struct nkb_hlo_instruction *instruction,
                                            uint32_t which, nkb_i128 *out)
{
    nkb_i128 source, rest;
    if (!operand_elements(computation, instruction, 1, &source))
        return false;
    if (which == 0)
        return window_rest(instruction, &rest) && nkb_i128_mul(source, rest, out);
    *out = source;
    return true;
}

bool nkb_xla_applications(const struct nkb_hlo_computation *computation,
                          const struct nkb_hlo_instruction *instruction, uint32_t which,
                          nkb_i128 *out)
{
    if (which >= instruction->called_count)
        return false;
    switch (instruction->opcode) {
    case NKB_HLO_CALL:
    case NKB_HLO_FUSION:
    case NKB_HLO_WHILE:
    case NKB_HLO_CONDITIONAL:
    case NKB_HLO_ASYNC_START:
        *out = 1;
        return true;
    case NKB_HLO_MAP:
        return nkb_shape_xla_elements(instruction->shape, out);
    case NKB_HLO_REDUCE:
        return reduce_applications(computation, instruction, out);
    case NKB_HLO_REDUCE_WINDOW:
        return reduce_window_applications(instruction, out);
    case NKB_HLO_SELECT_AND_SCATTER:
        return select_and_scatter_applications(computation, instruction, which, out);
    case NKB_HLO_SCATTER: /* n operands, the indices, n updates */
        return operand_elements(computation, instruction, instruction->operand_count / 2 + 1, out);
    case NKB_HLO_SCAN: /* operand 1 may be the carry: that is XLA's rule */
        return operand_elements(computation, instruction, 1, out);
    default: /* XLA does not visit reducers of collectives, comparators and the rest */
        *out = 0;
        return true;
    }
}

bool nkb_applications(const struct nkb_hlo_computation *computation,
                      const struct nkb_hlo_instruction *instruction, uint32_t which, nkb_i128 *out)
{
    if (!nkb_xla_applications(computation, instruction, which, out))
        return false;
    if (*out < 0)
        *out = 0;
    return true;
}
