/* What each opcode costs by itself: a table of rules, and the rules.
 * xla/service/hlo_cost_analysis.cc of May 2026, quirks and all (facts 2). Opcodes that the table
 * leaves out have no flops, and bytes of result and operands. */
#include "analyze/cost_parts.h"

#include "analyze/work.h"

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

struct rule {
    unsigned char flops, bytes, visits, passes_bytes;
};

static const struct rule rules[NKB_HLO_OPCODE_COUNT] = {
    [NKB_HLO_ABS] = {.flops = ELEMENTS},
    [NKB_HLO_ACOS] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_ACOSH] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_ADD] = {.flops = ELEMENTS},
    [NKB_HLO_ADD_DEPENDENCY] = {.bytes = NO_BYTES},
    [NKB_HLO_AFTER_ALL] = {.bytes = NO_BYTES},
    [NKB_HLO_ALL_REDUCE] = {.flops = ALL_REDUCE},
    [NKB_HLO_ALL_REDUCE_START] = {.flops = ALL_REDUCE},
    [NKB_HLO_AND] = {.flops = ELEMENTS},
    [NKB_HLO_ASIN] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_ASINH] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_ASYNC_START] = {.bytes = NO_BYTES, .visits = true, .passes_bytes = true},
    [NKB_HLO_ATAN2] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_ATANH] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_BITCAST] = {.bytes = NO_BYTES},
    [NKB_HLO_BITCAST_CONVERT] = {.flops = ELEMENTS},
    [NKB_HLO_CALL] = {.bytes = NO_BYTES, .visits = true, .passes_bytes = true},
    [NKB_HLO_CBRT] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_CEIL] = {.flops = ELEMENTS},
    [NKB_HLO_CHOLESKY] = {.flops = CHOLESKY, .bytes = HALF_IN_AND_OUT},
    [NKB_HLO_CLAMP] = {.flops = ELEMENTS},
    [NKB_HLO_COMPARE] = {.flops = ELEMENTS},
    [NKB_HLO_COMPLEX] = {.flops = ELEMENTS},
    [NKB_HLO_CONDITIONAL] = {.bytes = NO_BYTES, .visits = true, .passes_bytes = true},
    [NKB_HLO_CONSTANT] = {.bytes = NO_BYTES},
    [NKB_HLO_CONVERT] = {.flops = ELEMENTS},
    [NKB_HLO_CONVOLUTION] = {.flops = CONVOLUTION},
    [NKB_HLO_COSH] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_COSINE] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_COUNT_LEADING_ZEROS] = {.flops = ELEMENTS},
    [NKB_HLO_CUSTOM_CALL] = {.bytes = NO_BYTES}, /* the -1 is cost.c's */
    [NKB_HLO_DIVIDE] = {.flops = ELEMENTS},
    [NKB_HLO_DOMAIN] = {.bytes = NO_BYTES},
    [NKB_HLO_DOT] = {.flops = DOT},
    [NKB_HLO_DYNAMIC_SLICE] = {.bytes = DYNAMIC_SLICE},
    [NKB_HLO_DYNAMIC_UPDATE_SLICE] = {.bytes = UPDATE_SLICE},
    [NKB_HLO_ERF] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_EXPONENTIAL] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_EXPONENTIAL_MINUS_ONE] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_FFT] = {.flops = FFT},
    [NKB_HLO_FLOOR] = {.flops = ELEMENTS},
    [NKB_HLO_FUSION] = {.bytes = FUSION, .visits = true},
    [NKB_HLO_GATHER] = {.bytes = GATHER},
    [NKB_HLO_GET_TUPLE_ELEMENT] = {.bytes = NO_BYTES},
    [NKB_HLO_IMAG] = {.flops = ELEMENTS},
    [NKB_HLO_IS_FINITE] = {.flops = ELEMENTS},
    [NKB_HLO_LOG] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_LOG_PLUS_ONE] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_LOGISTIC] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_MAP] = {.visits = true},
    [NKB_HLO_MAXIMUM] = {.flops = ELEMENTS},
    [NKB_HLO_MINIMUM] = {.flops = ELEMENTS},
    [NKB_HLO_MULTIPLY] = {.flops = ELEMENTS},
    [NKB_HLO_NEGATE] = {.flops = ELEMENTS},
    [NKB_HLO_NOT] = {.flops = ELEMENTS},
    [NKB_HLO_OR] = {.flops = ELEMENTS},
    [NKB_HLO_OUTFEED] = {.bytes = OUTFEED},
    [NKB_HLO_PARAMETER] = {.bytes = NO_BYTES},
    [NKB_HLO_POPCNT] = {.flops = ELEMENTS},
    [NKB_HLO_POWER] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_RAGGED_DOT] = {.flops = DOT},
    [NKB_HLO_REAL] = {.flops = ELEMENTS},
    [NKB_HLO_REDUCE] = {.visits = true},
    [NKB_HLO_REDUCE_PRECISION] = {.flops = ELEMENTS},
    [NKB_HLO_REDUCE_WINDOW] = {.visits = true},
    [NKB_HLO_REMAINDER] = {.flops = ELEMENTS},
    [NKB_HLO_RNG] = {.flops = RANDOM},
    [NKB_HLO_RNG_BIT_GENERATOR] = {.flops = RANDOM},
    [NKB_HLO_ROUND_NEAREST_AFZ] = {.flops = ELEMENTS},
    [NKB_HLO_ROUND_NEAREST_EVEN] = {.flops = ELEMENTS},
    [NKB_HLO_RSQRT] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_SCALED_DOT] = {.flops = DOT},
    [NKB_HLO_SCAN] = {.visits = true},
    [NKB_HLO_SCATTER] = {.bytes = SCATTER, .visits = true},
    [NKB_HLO_SELECT] = {.flops = ELEMENTS},
    [NKB_HLO_SELECT_AND_SCATTER] = {.visits = true},
    [NKB_HLO_SHIFT_LEFT] = {.flops = ELEMENTS},
    [NKB_HLO_SHIFT_RIGHT_ARITHMETIC] = {.flops = ELEMENTS},
    [NKB_HLO_SHIFT_RIGHT_LOGICAL] = {.flops = ELEMENTS},
    [NKB_HLO_SIGN] = {.flops = ELEMENTS},
    [NKB_HLO_SINE] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_SINH] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_SLICE] = {.bytes = SLICE},
    [NKB_HLO_SORT] = {.flops = SORT},
    [NKB_HLO_SQRT] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_STOCHASTIC_CONVERT] = {.flops = ELEMENTS},
    [NKB_HLO_SUBTRACT] = {.flops = ELEMENTS},
    [NKB_HLO_TAN] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_TANH] = {.flops = TRANSCENDENTAL},
    [NKB_HLO_TRANSPOSE] = {.bytes = TRANSPOSE},
    [NKB_HLO_TRIANGULAR_SOLVE] = {.flops = TRIANGULAR, .bytes = HALF_FIRST},
    [NKB_HLO_TUPLE] = {.bytes = TUPLE},
    [NKB_HLO_WHILE] = {.bytes = NO_BYTES, .visits = true, .passes_bytes = true},
    [NKB_HLO_XOR] = {.flops = ELEMENTS},
};

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

static int log2_floor(nkb_i128 v) /* -1 for 0, as XLA's */
{
    int log = -1;
    for (; v > 0; v >>= 1)
        log++;
    return log;
}

static bool operand_elements(const struct nkb_cost_site *site, uint32_t i, nkb_i128 *out)
{
    const struct nkb_hlo_instruction *operand =
        nkb_operand(site->computation, site->instruction, i);
    return operand && nkb_shape_xla_elements(&operand->shape, out);
}

/* 2 flops a complex multiply-add of 4: 8 E(in) prod(floor(log2(length))). */
static bool fft_flops(const struct nkb_cost_site *site, nkb_i128 *out)
{
    const struct nkb_hlo_attrs *attrs = site->instruction->attrs;
    nkb_i128 flops;
    if (!operand_elements(site, 0, &flops) || !nkb_i128_mul(flops, 8, &flops))
        return false;
    for (uint32_t i = 0; attrs && i < attrs->fft_length.count; i++) {
        int64_t length = attrs->fft_length.at[i];
        if (length < 0 || !nkb_i128_mul(flops, log2_floor(length), &flops))
            return false;
    }
    *out = flops;
    return true;
}

static bool sort_flops(const struct nkb_cost_site *site, nkb_i128 *out)
{
    nkb_i128 elements;
    if (!operand_elements(site, 0, &elements))
        return false;
    /* ceil(log2 E): the whole array, not the sorted dimension. */
    return nkb_i128_mul(elements, elements > 1 ? log2_floor(elements - 1) + 1 : 0, out);
}

/* E(array) times the last dimension of operand 0. */
static bool solve_flops(const struct nkb_cost_site *site, uint32_t array, nkb_i128 *out)
{
    const struct nkb_hlo_instruction *a = nkb_operand(site->computation, site->instruction, 0);
    nkb_i128 elements;
    return a && a->shape.rank > 0 && operand_elements(site, array, &elements) &&
           nkb_i128_mul(elements, a->shape.dims[a->shape.rank - 1], out);
}

static bool own_flops(const struct nkb_cost_site *site, enum flops_rule rule,
                      struct nkb_cost_own *own)
{
    const struct nkb_hlo_instruction *instruction = site->instruction;
    switch (rule) {
    case NO_FLOPS:
        return true;
    case ELEMENTS:
        return nkb_shape_xla_elements(&instruction->shape, &own->flops);
    case TRANSCENDENTAL:
        return nkb_shape_xla_elements(&instruction->shape, &own->transcendentals);
    case RANDOM:
        return nkb_cost_leaf_elements(&instruction->shape, &own->transcendentals);
    case DOT:
        return nkb_dot_xla_macs(site->computation, instruction, &own->flops) &&
               nkb_i128_mul(own->flops, 2, &own->flops);
    case CONVOLUTION:
        return nkb_convolution_macs(site->computation, instruction, &own->flops) &&
               nkb_i128_mul(own->flops, 2, &own->flops);
    case ALL_REDUCE: /* two replicas are assumed */
        return nkb_cost_leaf_elements(&instruction->shape, &own->flops);
    case FFT:
        return fft_flops(site, &own->flops);
    case CHOLESKY:
        if (!solve_flops(site, 0, &own->flops))
            return false;
        own->flops /= 3;
        return true;
    case TRIANGULAR:
        return solve_flops(site, 1, &own->flops) && nkb_i128_mul(own->flops, 2, &own->flops);
    case SORT:
        return sort_flops(site, &own->flops);
    }
    return false;
}

/* Add factor * S of operands first … end-1. */
static bool add_operands(const struct nkb_cost_site *site, uint32_t first, uint32_t end,
                         nkb_i128 factor, nkb_i128 *sum)
{
    if (end > site->instruction->operand_count)
        return false;
    for (uint32_t i = first; i < end; i++) {
        nkb_i128 bytes;
        if (!nkb_operand(site->computation, site->instruction, i) ||
            !nkb_i128_mul(site->body->sizes[site->instruction->operands[i]], factor, &bytes) ||
            !nkb_i128_add(*sum, bytes, sum))
            return false;
    }
    return true;
}

static bool add_output(const struct nkb_cost_site *site, nkb_i128 factor, nkb_i128 *sum)
{
    nkb_i128 bytes,
        output = site->body->outputs[site->instruction - site->computation->instructions];
    return nkb_i128_mul(output, factor, &bytes) && nkb_i128_add(*sum, bytes, sum);
}

static int64_t minor_to_major(const struct nkb_hlo_shape *shape, uint32_t k)
{
    /* None given: the default, last dimension first. */
    return shape->minor_to_major_count == 0 ? (int64_t)shape->rank - 1 - k
                                            : shape->minor_to_major[k];
}

/* A transpose that only renames dimensions moves nothing. */
static bool is_bitcast(const struct nkb_cost_site *site)
{
    const struct nkb_hlo_instruction *in = nkb_operand(site->computation, site->instruction, 0);
    const struct nkb_hlo_shape *out = &site->instruction->shape;
    const struct nkb_hlo_attrs *attrs = site->instruction->attrs;
    uint32_t rank = out->rank, given = attrs ? attrs->dimensions.count : 0;
    if (!in || in->shape.element_type != out->element_type || in->shape.rank != rank ||
        given != rank || !in->shape.has_layout || !out->has_layout ||
        (out->minor_to_major_count != 0 && out->minor_to_major_count != rank) ||
        (in->shape.minor_to_major_count != 0 && in->shape.minor_to_major_count != rank))
        return false;
    for (uint32_t k = 0; k < rank; k++) {
        int64_t dim = minor_to_major(out, k);
        if (dim < 0 || dim >= rank || attrs->dimensions.at[dim] != minor_to_major(&in->shape, k))
            return false;
    }
    return true;
}

static bool outfeed_bytes(const struct nkb_cost_site *site, nkb_i128 *sum)
{
    for (uint32_t i = 0; i < site->instruction->operand_count; i++)
        if (!nkb_operand(site->computation, site->instruction, i) ||
            !nkb_i128_add(*sum, site->body->outputs[site->instruction->operands[i]], sum))
            return false;
    return true;
}

static bool own_bytes(const struct nkb_hlo *hlo, const struct nkb_cost_body *bodies,
                      const struct nkb_cost_site *site, enum bytes_rule rule, nkb_i128 *sum)
{
    uint32_t operands = site->instruction->operand_count, half = operands / 2;
    nkb_i128 whole = 0;
    switch (rule) {
    case TRANSPOSE:
        if (is_bitcast(site))
            return true;
        return add_output(site, 1, sum) && add_operands(site, 0, operands, 1, sum);
    case IN_AND_OUT:
        return add_output(site, 1, sum) && add_operands(site, 0, operands, 1, sum);
    case NO_BYTES:
        return true;
    case FUSION:
        return nkb_cost_fusion_bytes(hlo, bodies, site->instruction, sum);
    case SLICE:
        return add_output(site, 2, sum);
    case DYNAMIC_SLICE: /* of the start indices only the first */
    case GATHER:
        return add_output(site, 2, sum) && add_operands(site, 1, 2, 1, sum);
    case UPDATE_SLICE:
        return add_operands(site, 1, 2, 2, sum) && add_operands(site, 2, 3, 1, sum);
    case SCATTER: /* n operands, the indices, n updates */
        return operands % 2 == 1 && add_operands(site, half, half + 1, 1, sum) &&
               add_operands(site, half + 1, operands, 3, sum);
    case TUPLE:
        *sum = site->body->sizes[site->instruction - site->computation->instructions];
        return true;
    case HALF_IN_AND_OUT:
        if (!add_output(site, 1, sum) || !add_operands(site, 0, 1, 1, sum))
            return false;
        *sum /= 2;
        return true;
    case HALF_FIRST:
        if (!add_operands(site, 0, 1, 1, &whole))
            return false;
        *sum = whole / 2;
        return add_operands(site, 1, 2, 1, sum) && add_output(site, 1, sum);
    case OUTFEED:
        return outfeed_bytes(site, sum);
    }
    return false;
}

bool nkb_cost_of(const struct nkb_hlo *hlo, const struct nkb_cost_body *bodies,
                 const struct nkb_cost_site *site, struct nkb_cost_own *out)
{
    enum nkb_hlo_opcode opcode = site->instruction->opcode;
    *out = (struct nkb_cost_own){0};
    return opcode < NKB_HLO_OPCODE_COUNT &&
           own_flops(site, (enum flops_rule)rules[opcode].flops, out) &&
           own_bytes(hlo, bodies, site, (enum bytes_rule)rules[opcode].bytes, &out->bytes);
}
