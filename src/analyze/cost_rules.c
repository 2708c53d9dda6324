/* One line an opcode: how many operands it takes, and which rules give its flops and bytes. By
 * xla/service/hlo_cost_analysis.cc and xla/hlo/ir/hlo_opcode.h of May 2026 (facts 2). Opcodes that
 * are left out have no flops, and bytes of result and operands. */
#include "analyze/cost_rules.h"

#include "analyze/cost_parts.h"

static const struct nkb_cost_rule rules[NKB_HLO_OPCODE_COUNT] = {
    [NKB_HLO_ABS] = {.operands = 1, .flops = ELEMENTS},
    [NKB_HLO_ACOS] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_ACOSH] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_ADD] = {.operands = 2, .flops = ELEMENTS},
    [NKB_HLO_ADD_DEPENDENCY] = {.operands = 2, .bytes = NO_BYTES},
    [NKB_HLO_AFTER_ALL] = {.bytes = NO_BYTES},
    [NKB_HLO_ALL_GATHER_DONE] = {.operands = 1},
    [NKB_HLO_ALL_REDUCE] = {.flops = ALL_REDUCE},
    [NKB_HLO_ALL_REDUCE_DONE] = {.operands = 1},
    [NKB_HLO_ALL_REDUCE_START] = {.flops = ALL_REDUCE},
    [NKB_HLO_AND] = {.operands = 2, .flops = ELEMENTS},
    [NKB_HLO_ASIN] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_ASINH] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_ASYNC_DONE] = {.operands = 1},
    [NKB_HLO_ASYNC_START] = {.bytes = NO_BYTES, .visits = true, .passes_bytes = true},
    [NKB_HLO_ASYNC_UPDATE] = {.operands = 1},
    [NKB_HLO_ATAN2] = {.operands = 2, .flops = TRANSCENDENTAL},
    [NKB_HLO_ATANH] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_BATCH_NORM_GRAD] = {.operands = 5},
    [NKB_HLO_BATCH_NORM_INFERENCE] = {.operands = 5},
    [NKB_HLO_BATCH_NORM_TRAINING] = {.operands = 3},
    [NKB_HLO_BITCAST] = {.operands = 1, .bytes = NO_BYTES},
    [NKB_HLO_BITCAST_CONVERT] = {.operands = 1, .flops = ELEMENTS},
    [NKB_HLO_BROADCAST] = {.operands = 1},
    [NKB_HLO_CALL] = {.bytes = NO_BYTES, .visits = true, .passes_bytes = true},
    [NKB_HLO_CBRT] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_CEIL] = {.operands = 1, .flops = ELEMENTS},
    [NKB_HLO_CHOLESKY] = {.operands = 1, .flops = CHOLESKY, .bytes = HALF_IN_AND_OUT},
    [NKB_HLO_CLAMP] = {.operands = 3, .flops = ELEMENTS},
    [NKB_HLO_COLLECTIVE_PERMUTE_DONE] = {.operands = 1},
    [NKB_HLO_COMPARE] = {.operands = 2, .flops = ELEMENTS},
    [NKB_HLO_COMPLEX] = {.operands = 2, .flops = ELEMENTS},
    [NKB_HLO_CONDITIONAL] = {.bytes = NO_BYTES, .visits = true, .passes_bytes = true},
    [NKB_HLO_CONSTANT] = {.bytes = NO_BYTES},
    [NKB_HLO_CONVERT] = {.operands = 1, .flops = ELEMENTS},
    [NKB_HLO_CONVOLUTION] = {.operands = 2, .flops = CONVOLUTION},
    [NKB_HLO_COPY] = {.operands = 1},
    [NKB_HLO_COPY_DONE] = {.operands = 1},
    [NKB_HLO_COPY_START] = {.operands = 1},
    [NKB_HLO_COSH] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_COSINE] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_COUNT_LEADING_ZEROS] = {.operands = 1, .flops = ELEMENTS},
    [NKB_HLO_CUSTOM_CALL] = {.bytes = NO_BYTES}, /* the -1 is cost.c's */
    [NKB_HLO_DIVIDE] = {.operands = 2, .flops = ELEMENTS},
    [NKB_HLO_DOMAIN] = {.operands = 1, .bytes = NO_BYTES},
    [NKB_HLO_DOT] = {.operands = -2, .flops = DOT}, /* more: of a sparse one */
    [NKB_HLO_DYNAMIC_SLICE] = {.operands = -2, .bytes = DYNAMIC_SLICE},
    [NKB_HLO_DYNAMIC_UPDATE_SLICE] = {.operands = -3, .bytes = UPDATE_SLICE},
    [NKB_HLO_ERF] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_EXPONENTIAL] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_EXPONENTIAL_MINUS_ONE] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_FFT] = {.operands = 1, .flops = FFT},
    [NKB_HLO_FLOOR] = {.operands = 1, .flops = ELEMENTS},
    [NKB_HLO_FUSION] = {.bytes = FUSION, .visits = true},
    [NKB_HLO_GATHER] = {.operands = 2, .bytes = GATHER},
    [NKB_HLO_GET_DIMENSION_SIZE] = {.operands = 1},
    [NKB_HLO_GET_TUPLE_ELEMENT] = {.operands = 1, .bytes = NO_BYTES},
    [NKB_HLO_IMAG] = {.operands = 1, .flops = ELEMENTS},
    [NKB_HLO_IS_FINITE] = {.operands = 1, .flops = ELEMENTS},
    [NKB_HLO_LOG] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_LOG_PLUS_ONE] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_LOGISTIC] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_MAP] = {.visits = true},
    [NKB_HLO_MAXIMUM] = {.operands = 2, .flops = ELEMENTS},
    [NKB_HLO_MINIMUM] = {.operands = 2, .flops = ELEMENTS},
    [NKB_HLO_MULTIPLY] = {.operands = 2, .flops = ELEMENTS},
    [NKB_HLO_NEGATE] = {.operands = 1, .flops = ELEMENTS},
    [NKB_HLO_NOT] = {.operands = 1, .flops = ELEMENTS},
    [NKB_HLO_OPT_BARRIER] = {.operands = 1},
    [NKB_HLO_OR] = {.operands = 2, .flops = ELEMENTS},
    [NKB_HLO_OUTFEED] = {.bytes = OUTFEED},
    [NKB_HLO_PAD] = {.operands = 2},
    [NKB_HLO_PARAMETER] = {.bytes = NO_BYTES},
    [NKB_HLO_POPCNT] = {.operands = 1, .flops = ELEMENTS},
    [NKB_HLO_POWER] = {.operands = 2, .flops = TRANSCENDENTAL},
    [NKB_HLO_RAGGED_DOT] = {.operands = 3, .flops = DOT},
    [NKB_HLO_REAL] = {.operands = 1, .flops = ELEMENTS},
    [NKB_HLO_RECV_DONE] = {.operands = 1},
    [NKB_HLO_REDUCE] = {.operands = -2, .visits = true},
    [NKB_HLO_REDUCE_PRECISION] = {.operands = 1, .flops = ELEMENTS},
    [NKB_HLO_REDUCE_WINDOW] = {.operands = -2, .visits = true},
    [NKB_HLO_REMAINDER] = {.operands = 2, .flops = ELEMENTS},
    [NKB_HLO_RESHAPE] = {.operands = 1},
    [NKB_HLO_REVERSE] = {.operands = 1},
    [NKB_HLO_RNG] = {.flops = RANDOM},
    [NKB_HLO_RNG_BIT_GENERATOR] = {.operands = 1, .flops = RANDOM},
    [NKB_HLO_ROUND_NEAREST_AFZ] = {.operands = 1, .flops = ELEMENTS},
    [NKB_HLO_ROUND_NEAREST_EVEN] = {.operands = 1, .flops = ELEMENTS},
    [NKB_HLO_RSQRT] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_SCALED_DOT] = {.operands = -2, .flops = DOT},
    [NKB_HLO_SCAN] = {.visits = true},
    [NKB_HLO_SCATTER] = {.operands = -3, .bytes = SCATTER, .visits = true},
    [NKB_HLO_SELECT] = {.operands = 3, .flops = ELEMENTS},
    [NKB_HLO_SELECT_AND_SCATTER] = {.operands = 3, .visits = true},
    [NKB_HLO_SEND_DONE] = {.operands = 1},
    [NKB_HLO_SET_DIMENSION_SIZE] = {.operands = 2},
    [NKB_HLO_SHIFT_LEFT] = {.operands = 2, .flops = ELEMENTS},
    [NKB_HLO_SHIFT_RIGHT_ARITHMETIC] = {.operands = 2, .flops = ELEMENTS},
    [NKB_HLO_SHIFT_RIGHT_LOGICAL] = {.operands = 2, .flops = ELEMENTS},
    [NKB_HLO_SIGN] = {.operands = 1, .flops = ELEMENTS},
    [NKB_HLO_SINE] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_SINH] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_SLICE] = {.operands = 1, .bytes = SLICE},
    [NKB_HLO_SORT] = {.operands = -1, .flops = SORT},
    [NKB_HLO_SQRT] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_STOCHASTIC_CONVERT] = {.operands = 2, .flops = ELEMENTS},
    [NKB_HLO_SUBTRACT] = {.operands = 2, .flops = ELEMENTS},
    [NKB_HLO_TAN] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_TANH] = {.operands = 1, .flops = TRANSCENDENTAL},
    [NKB_HLO_TOPK] = {.operands = 1},
    [NKB_HLO_TRANSPOSE] = {.operands = 1, .bytes = TRANSPOSE},
    [NKB_HLO_TRIANGULAR_SOLVE] = {.operands = 2, .flops = TRIANGULAR, .bytes = HALF_FIRST},
    [NKB_HLO_TUPLE] = {.bytes = TUPLE},
    [NKB_HLO_WHILE] = {.operands = 1, .bytes = NO_BYTES, .visits = true, .passes_bytes = true},
    [NKB_HLO_XOR] = {.operands = 2, .flops = ELEMENTS},
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
