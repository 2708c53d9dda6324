/* One line an opcode: how many operands it takes, and which rules give its flops and bytes. By
 * xla/service/hlo_cost_analysis.cc and xla/hlo/ir/hlo_opcode.h of May 2026 (facts 2). Opcodes that
 * are left out have no flops, and bytes of result and operands. */
#include "analyze/cost_rules.h"

#include "analyze/cost_parts.h"

static const struct nkb_cost_rule rules[NKB_HLO_OPCODE_COUNT] = {
    [NKB_HLO_ABS] = {1, .flops = ELEMENTS},
    [NKB_HLO_ACOS] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_ACOSH] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_ADD] = {2, .flops = ELEMENTS},
    [NKB_HLO_ADD_DEPENDENCY] = {2, .bytes = NO_BYTES},
    [NKB_HLO_AFTER_ALL] = {0, .bytes = NO_BYTES},
    [NKB_HLO_ALL_GATHER_DONE] = {1},
    [NKB_HLO_ALL_REDUCE] = {0, .flops = ALL_REDUCE},
    [NKB_HLO_ALL_REDUCE_DONE] = {1},
    [NKB_HLO_ALL_REDUCE_START] = {0, .flops = ALL_REDUCE},
    [NKB_HLO_AND] = {2, .flops = ELEMENTS},
    [NKB_HLO_ASIN] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_ASINH] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_ASYNC_DONE] = {1},
    [NKB_HLO_ASYNC_START] = {0, .bytes = NO_BYTES, .visits = true, .passes_bytes = true},
    [NKB_HLO_ASYNC_UPDATE] = {1},
    [NKB_HLO_ATAN2] = {2, .flops = TRANSCENDENTAL},
    [NKB_HLO_ATANH] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_BATCH_NORM_GRAD] = {5},
    [NKB_HLO_BATCH_NORM_INFERENCE] = {5},
    [NKB_HLO_BATCH_NORM_TRAINING] = {3},
    [NKB_HLO_BITCAST] = {1, .bytes = NO_BYTES},
    [NKB_HLO_BITCAST_CONVERT] = {1, .flops = ELEMENTS},
    [NKB_HLO_BROADCAST] = {1},
    [NKB_HLO_CALL] = {0, .bytes = NO_BYTES, .visits = true, .passes_bytes = true},
    [NKB_HLO_CBRT] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_CEIL] = {1, .flops = ELEMENTS},
    [NKB_HLO_CHOLESKY] = {1, .flops = CHOLESKY, .bytes = HALF_IN_AND_OUT},
    [NKB_HLO_CLAMP] = {3, .flops = ELEMENTS},
    [NKB_HLO_COLLECTIVE_PERMUTE_DONE] = {1},
    [NKB_HLO_COMPARE] = {2, .flops = ELEMENTS},
    [NKB_HLO_COMPLEX] = {2, .flops = ELEMENTS},
    [NKB_HLO_CONDITIONAL] = {0, .bytes = NO_BYTES, .visits = true, .passes_bytes = true},
    [NKB_HLO_CONSTANT] = {0, .bytes = NO_BYTES},
    [NKB_HLO_CONVERT] = {1, .flops = ELEMENTS},
    [NKB_HLO_CONVOLUTION] = {2, .flops = CONVOLUTION},
    [NKB_HLO_COPY] = {1},
    [NKB_HLO_COPY_DONE] = {1},
    [NKB_HLO_COPY_START] = {1},
    [NKB_HLO_COSH] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_COSINE] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_COUNT_LEADING_ZEROS] = {1, .flops = ELEMENTS},
    [NKB_HLO_CUSTOM_CALL] = {0, .bytes = NO_BYTES}, /* the -1 is cost.c's */
    [NKB_HLO_DIVIDE] = {2, .flops = ELEMENTS},
    [NKB_HLO_DOMAIN] = {1, .bytes = NO_BYTES},
    [NKB_HLO_DOT] = {2, .flops = DOT},
    [NKB_HLO_DYNAMIC_SLICE] = {-2, .bytes = DYNAMIC_SLICE},
    [NKB_HLO_DYNAMIC_UPDATE_SLICE] = {-3, .bytes = UPDATE_SLICE},
    [NKB_HLO_ERF] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_EXPONENTIAL] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_EXPONENTIAL_MINUS_ONE] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_FFT] = {1, .flops = FFT},
    [NKB_HLO_FLOOR] = {1, .flops = ELEMENTS},
    [NKB_HLO_FUSION] = {0, .bytes = FUSION, .visits = true},
    [NKB_HLO_GATHER] = {2, .bytes = GATHER},
    [NKB_HLO_GET_DIMENSION_SIZE] = {1},
    [NKB_HLO_GET_TUPLE_ELEMENT] = {1, .bytes = NO_BYTES},
    [NKB_HLO_IMAG] = {1, .flops = ELEMENTS},
    [NKB_HLO_IS_FINITE] = {1, .flops = ELEMENTS},
    [NKB_HLO_LOG] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_LOG_PLUS_ONE] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_LOGISTIC] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_MAP] = {0, .visits = true},
    [NKB_HLO_MAXIMUM] = {2, .flops = ELEMENTS},
    [NKB_HLO_MINIMUM] = {2, .flops = ELEMENTS},
    [NKB_HLO_MULTIPLY] = {2, .flops = ELEMENTS},
    [NKB_HLO_NEGATE] = {1, .flops = ELEMENTS},
    [NKB_HLO_NOT] = {1, .flops = ELEMENTS},
    [NKB_HLO_OPT_BARRIER] = {1},
    [NKB_HLO_OR] = {2, .flops = ELEMENTS},
    [NKB_HLO_OUTFEED] = {0, .bytes = OUTFEED},
    [NKB_HLO_PAD] = {2},
    [NKB_HLO_PARAMETER] = {0, .bytes = NO_BYTES},
    [NKB_HLO_POPCNT] = {1, .flops = ELEMENTS},
    [NKB_HLO_POWER] = {2, .flops = TRANSCENDENTAL},
    [NKB_HLO_RAGGED_DOT] = {3, .flops = DOT},
    [NKB_HLO_REAL] = {1, .flops = ELEMENTS},
    [NKB_HLO_RECV_DONE] = {1},
    [NKB_HLO_REDUCE] = {-2, .visits = true},
    [NKB_HLO_REDUCE_PRECISION] = {1, .flops = ELEMENTS},
    [NKB_HLO_REDUCE_WINDOW] = {-2, .visits = true},
    [NKB_HLO_REMAINDER] = {2, .flops = ELEMENTS},
    [NKB_HLO_RESHAPE] = {1},
    [NKB_HLO_REVERSE] = {1},
    [NKB_HLO_RNG] = {0, .flops = RANDOM},
    [NKB_HLO_RNG_BIT_GENERATOR] = {1, .flops = RANDOM},
    [NKB_HLO_ROUND_NEAREST_AFZ] = {1, .flops = ELEMENTS},
    [NKB_HLO_ROUND_NEAREST_EVEN] = {1, .flops = ELEMENTS},
    [NKB_HLO_RSQRT] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_SCALED_DOT] = {-2, .flops = DOT},
    [NKB_HLO_SCAN] = {0, .visits = true},
    [NKB_HLO_SCATTER] = {-3, .bytes = SCATTER, .visits = true},
    [NKB_HLO_SELECT] = {3, .flops = ELEMENTS},
    [NKB_HLO_SELECT_AND_SCATTER] = {3, .visits = true},
    [NKB_HLO_SEND_DONE] = {1},
    [NKB_HLO_SET_DIMENSION_SIZE] = {2},
    [NKB_HLO_SHIFT_LEFT] = {2, .flops = ELEMENTS},
    [NKB_HLO_SHIFT_RIGHT_ARITHMETIC] = {2, .flops = ELEMENTS},
    [NKB_HLO_SHIFT_RIGHT_LOGICAL] = {2, .flops = ELEMENTS},
    [NKB_HLO_SIGN] = {1, .flops = ELEMENTS},
    [NKB_HLO_SINE] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_SINH] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_SLICE] = {1, .bytes = SLICE},
    [NKB_HLO_SORT] = {-1, .flops = SORT},
    [NKB_HLO_SQRT] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_STOCHASTIC_CONVERT] = {2, .flops = ELEMENTS},
    [NKB_HLO_SUBTRACT] = {2, .flops = ELEMENTS},
    [NKB_HLO_TAN] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_TANH] = {1, .flops = TRANSCENDENTAL},
    [NKB_HLO_TOPK] = {1},
    [NKB_HLO_TRANSPOSE] = {1, .bytes = TRANSPOSE},
    [NKB_HLO_TRIANGULAR_SOLVE] = {2, .flops = TRIANGULAR, .bytes = HALF_FIRST},
    [NKB_HLO_TUPLE] = {0, .bytes = TUPLE},
    [NKB_HLO_WHILE] = {1, .bytes = NO_BYTES, .visits = true, .passes_bytes = true},
    [NKB_HLO_XOR] = {2, .flops = ELEMENTS},
};

const struct nkb_cost_rule *nkb_cost_rule_of(enum nkb_hlo_opcode opcode)
{
    return opcode < NKB_HLO_OPCODE_COUNT ? &rules[opcode] : NULL;
}

bool nkb_cost_visits(enum nkb_hlo_opcode opcode)
{
    return opcode < NKB_HLO_OPCODE_COUNT && rules[opcode].visits;
}

bool nkb_cost_passes_bytes(enum nkb_hlo_opcode opcode)
{
    return opcode < NKB_HLO_OPCODE_COUNT && rules[opcode].passes_bytes;
}

uint32_t nkb_cost_callee_count(const struct nkb_hlo_instruction *instruction)
{
    if (!nkb_cost_visits(instruction->opcode))
        return 0;
    switch (instruction->opcode) {
    case NKB_HLO_CONDITIONAL:
        return instruction->called_count ? instruction->called_count : 1;
    case NKB_HLO_WHILE:
    case NKB_HLO_SELECT_AND_SCATTER:
        return 2;
    default:
        return 1;
    }
}
