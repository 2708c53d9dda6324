/* XLA's integer arithmetic on scalars wraps, and division has answers for zero; hardware may
 * differ. So whatever would leave its type, or divide by zero, is no constant here. */
#include "analyze/fold.h"

bool nkb_range_of_type(int32_t element_type, struct nkb_range *range)
{
    int bits;
    char sign = nkb_integer_type(element_type, &bits);
    nkb_i128 one = 1;
    if (sign == '\0')
        return false;
    range->low = sign == 's' ? -(one << (bits - 1)) : 0;
    range->high = sign == 's' ? (one << (bits - 1)) - 1 : (one << bits) - 1;
    return true;
}

static bool apply_one(enum nkb_hlo_opcode opcode, nkb_i128 a, nkb_i128 *out)
{
    switch (opcode) {
    case NKB_HLO_CONVERT:
        *out = a;
        return true;
    case NKB_HLO_NEGATE:
        *out = -a;
        return true;
    case NKB_HLO_ABS:
        *out = a < 0 ? -a : a;
        return true;
    default:
        return false;
    }
}

static bool apply_two(enum nkb_hlo_opcode opcode, nkb_i128 a, nkb_i128 b, nkb_i128 *out)
{
    switch (opcode) {
    case NKB_HLO_ADD:
        *out = a + b;
        return true;
    case NKB_HLO_SUBTRACT:
        *out = a - b;
        return true;
    case NKB_HLO_MULTIPLY:
        return nkb_i128_mul(a, b, out);
    case NKB_HLO_DIVIDE: /* towards zero, as C's */
    case NKB_HLO_REMAINDER:
        if (b == 0)
            return false;
        *out = opcode == NKB_HLO_DIVIDE ? a / b : a % b;
        return true;
    case NKB_HLO_MAXIMUM:
        *out = a > b ? a : b;
        return true;
    case NKB_HLO_MINIMUM:
        *out = a < b ? a : b;
        return true;
    default:
        return false;
    }
}

static bool fold_at(const struct nkb_fold *fold, struct nkb_tracer *tracer,
                    const struct nkb_origin *origin, int depth, nkb_i128 *value)
{
    switch (origin->kind) {
    case NKB_ORIGIN_CONSTANT:
        *value = origin->value;
        return true;
    case NKB_ORIGIN_STATE:
        return fold->slot && (*fold->budget)-- > 0 &&
               fold->slot(fold->context, &origin->path, value);
    case NKB_ORIGIN_RESULT:
        break;
    case NKB_ORIGIN_LOST:
        return false;
    }
    const struct nkb_hlo_instruction *in = origin->in;
    struct nkb_range range;
    nkb_i128 operands[2];
    if (depth == NKB_FOLD_MAX_DEPTH || (*fold->budget)-- <= 0 || in->shape->rank != 0 ||
        in->operand_count < 1 || in->operand_count > 2 ||
        !nkb_range_of_type(in->shape->element_type, &range))
        return false;
    for (uint32_t i = 0; i < in->operand_count; i++) {
        int frame_count = tracer->frame_count;
        struct nkb_trace_place place = {origin->frame, in->operands[i], {0}};
        struct nkb_origin from = nkb_trace(tracer, place);
        bool folded = fold_at(fold, tracer, &from, depth + 1, &operands[i]);
        tracer->frame_count = frame_count;
        if (!folded)
            return false;
    }
    bool had = in->operand_count == 1 ? apply_one(in->opcode, operands[0], value)
                                      : apply_two(in->opcode, operands[0], operands[1], value);
    return had && nkb_range_holds(&range, *value);
}

bool nkb_fold_origin(const struct nkb_fold *fold, struct nkb_tracer *tracer,
                     const struct nkb_origin *origin, nkb_i128 *value)
{
    return fold_at(fold, tracer, origin, 0, value);
}
