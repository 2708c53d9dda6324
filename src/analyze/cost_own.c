/* What an instruction costs by itself: the rules of the table in cost_rules.c, quirks and all
 * (xla/service/hlo_cost_analysis.cc of May 2026, facts 2). */
#include "analyze/cost_parts.h"

#include "analyze/work.h"

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
    return operand && nkb_shape_xla_elements(operand->shape, out);
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
    return a && a->shape->rank > 0 && operand_elements(site, array, &elements) &&
           nkb_i128_mul(elements, a->shape->dims[a->shape->rank - 1], out);
}

static bool own_flops(const struct nkb_cost_site *site, enum flops_rule rule,
                      struct nkb_cost_own *own)
{
    const struct nkb_hlo_instruction *instruction = site->instruction;
    switch (rule) {
    case NO_FLOPS:
        return true;
    case ELEMENTS:
        return nkb_shape_xla_elements(instruction->shape, &own->flops);
    case TRANSCENDENTAL:
        return nkb_shape_xla_elements(instruction->shape, &own->transcendentals);
    case RANDOM:
        return nkb_cost_leaf_elements(instruction->shape, &own->transcendentals);
    case DOT:
        return nkb_dot_xla_macs(site->computation, instruction, &own->flops) &&
               nkb_i128_mul(own->flops, 2, &own->flops);
    case CONVOLUTION:
        return nkb_convolution_macs(site->computation, instruction, &own->flops) &&
               nkb_i128_mul(own->flops, 2, &own->flops);
    case ALL_REDUCE: /* two replicas are assumed */
        return nkb_cost_leaf_elements(instruction->shape, &own->flops);
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
        const struct nkb_hlo_instruction *operand =
            nkb_operand(site->computation, site->instruction, i);
        if (!operand || !nkb_cost_sizes_find(site->body->sizes, operand->shape, true, &bytes) ||
            !nkb_i128_mul(bytes, factor, &bytes) || !nkb_i128_add(*sum, bytes, sum))
            return false;
    }
    return true;
}

static bool add_output(const struct nkb_cost_site *site, nkb_i128 factor, nkb_i128 *sum)
{
    nkb_i128 bytes;
    return nkb_cost_sizes_find(site->body->sizes, site->instruction->shape, false, &bytes) &&
           nkb_i128_mul(bytes, factor, &bytes) && nkb_i128_add(*sum, bytes, sum);
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
    const struct nkb_hlo_shape *out = site->instruction->shape;
    const struct nkb_hlo_attrs *attrs = site->instruction->attrs;
    uint32_t rank = out->rank, given = attrs ? attrs->dimensions.count : 0;
    if (!in || in->shape->element_type != out->element_type || in->shape->rank != rank ||
        given != rank || !in->shape->has_layout || !out->has_layout ||
        (out->minor_to_major_count != 0 && out->minor_to_major_count != rank) ||
        (in->shape->minor_to_major_count != 0 && in->shape->minor_to_major_count != rank))
        return false;
    for (uint32_t k = 0; k < rank; k++) {
        int64_t dim = minor_to_major(out, k);
        if (dim < 0 || dim >= rank || attrs->dimensions.at[dim] != minor_to_major(in->shape, k))
            return false;
    }
    return true;
}

static bool outfeed_bytes(const struct nkb_cost_site *site, nkb_i128 *sum)
{
    for (uint32_t i = 0; i < site->instruction->operand_count; i++) {
        const struct nkb_hlo_instruction *operand =
            nkb_operand(site->computation, site->instruction, i);
        nkb_i128 bytes;
        if (!operand || !nkb_cost_sizes_find(site->body->sizes, operand->shape, false, &bytes) ||
            !nkb_i128_add(*sum, bytes, sum))
            return false;
    }
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
        return nkb_cost_sizes_find(site->body->sizes, site->instruction->shape, true, sum);
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

/* False when its operands, shapes or numbers give none. */
static bool cost_of(const struct nkb_hlo *hlo, const struct nkb_cost_body *bodies,
                    const struct nkb_cost_site *site, struct nkb_cost_own *out)
{
    const struct nkb_hlo_instruction *instruction = site->instruction;
    const struct nkb_cost_rule *rule = &nkb_cost_rules[instruction->opcode];
    *out = (struct nkb_cost_own){0};
    if (instruction->opcode == NKB_HLO_OPCODE_COUNT || !nkb_cost_has_operands(instruction))
        return false;
    /* In a protobuf XLA insists on the dimension numbers; its text has them only where there are
     * any. */
    if (rule->flops == DOT && hlo->form != NKB_FORM_TEXT &&
        (!instruction->attrs || !instruction->attrs->dot))
        return false;
    return own_flops(site, (enum flops_rule)rule->flops, out) &&
           own_bytes(hlo, bodies, site, (enum bytes_rule)rule->bytes, &out->bytes);
}

/* Can it be said how often each callee is applied? Then only overflow is left to go wrong later. */
static bool has_applications(const struct nkb_cost_site *site)
{
    nkb_i128 times;
    for (uint32_t i = nkb_cost_callee_count(site->instruction); i-- > 0;)
        if (!nkb_xla_applications(site->computation, site->instruction, i, &times))
            return false;
    return true;
}

bool nkb_cost_measure(struct nkb_cost_order *order, const struct nkb_hlo *hlo, uint32_t computation,
                      uint32_t at, struct nkb_arena *scratch)
{
    const struct nkb_cost_site site = nkb_cost_site_of(hlo, order->bodies, computation, at);
    struct nkb_cost_own own;
    return nkb_cost_sizes_of(&order->sizes,
                             hlo->computations[computation].instructions[at].shape) &&
           cost_of(hlo, order->bodies, &site, &own) && has_applications(&site) &&
           nkb_cost_rows_put(&order->bodies[computation].own, &order->table, at, &own, scratch);
}
