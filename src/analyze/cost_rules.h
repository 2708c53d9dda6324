/* Which rule gives each opcode's flops and bytes: the table between cost_rules.c and cost_own.c. */
#ifndef NKB_ANALYZE_COST_RULES_H
#define NKB_ANALYZE_COST_RULES_H

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

struct nkb_cost_rule {
    signed char operands;       /* as many; negative: at least -operands; 0: not checked */
    unsigned char flops, bytes; /* enum flops_rule, enum bytes_rule */
    bool visits, passes_bytes;  /* nkb_cost_visits, nkb_cost_passes_bytes */
};

/* NULL for an opcode that is none of XLA's. */
const struct nkb_cost_rule *nkb_cost_rule_of(enum nkb_hlo_opcode opcode);

#endif
