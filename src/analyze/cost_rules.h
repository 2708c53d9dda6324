/* Which rule gives each opcode's flops and bytes, what it takes and which computations it cannot do
 * without: the table of cost_rules.c. */
#ifndef NKB_ANALYZE_COST_RULES_H
#define NKB_ANALYZE_COST_RULES_H

#include <limits.h>

#include "model/hlo.h"

enum flops_rule {
    NO_FLOPS,
    ELEMENTS, /* one an element of the result */
    TRANSCENDENTAL,
    RANDOM, /* transcendentals, over all of a tuple */
    DOT,
    CONVOLUTION,
    ALL_REDUCE,
    FFT,
    CHOLESKY,
    TRIANGULAR,
    SORT,
};

enum bytes_rule {
    IN_AND_OUT,
    NO_BYTES,
    FUSION,
    SLICE,
    DYNAMIC_SLICE,
    UPDATE_SLICE,
    GATHER,
    SCATTER,
    TUPLE,
    TRANSPOSE,
    HALF_IN_AND_OUT,
    HALF_FIRST,
    OUTFEED,
};

enum { EVERY_ONE = UCHAR_MAX };

struct nkb_cost_rule {
    signed char operands;       /* as many; negative: at least -operands; 0: not checked */
    unsigned char flops, bytes; /* enum flops_rule, enum bytes_rule */
    unsigned char callees; /* computations XLA visits of those it calls; EVERY_ONE: one at least */
    bool passes_bytes;     /* nkb_cost_passes_bytes */
};

/* The last is for an opcode that is none of XLA's, and says nothing. */
extern const struct nkb_cost_rule nkb_cost_rules[NKB_HLO_OPCODE_COUNT + 1];

static inline bool nkb_cost_has_operands(const struct nkb_hlo_instruction *instruction)
{
    const struct nkb_cost_rule *rule = &nkb_cost_rules[instruction->opcode];
    if (rule->operands <= 0)
        return instruction->operand_count >= (uint32_t)-rule->operands;
    return instruction->operand_count == (uint32_t)rule->operands;
}

/* How many of the computations an instruction calls XLA visits: the first ones. */
static inline uint32_t nkb_cost_callee_count(const struct nkb_hlo_instruction *instruction)
{
    uint32_t callees = nkb_cost_rules[instruction->opcode].callees;
    if (callees != EVERY_ONE)
        return callees;
    return instruction->called_count ? instruction->called_count : 1;
}

#endif
