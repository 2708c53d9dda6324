/* Follows one operand after the other; a call opens a frame, a parameter steps back out of it. Only
 * instructions that cannot change the value are passed. */
#include "analyze/trace.h"

bool nkb_trace_path_equal(const struct nkb_trace_path *a, const struct nkb_trace_path *b)
{
    if (a->depth != b->depth)
        return false;
    for (int i = 0; i < a->depth; i++)
        if (a->index[i] != b->index[i])
            return false;
    return true;
}

char nkb_integer_type(int32_t element_type, int *bits)
{
    const char *name = nkb_hlo_type_name(element_type);
    *bits = nkb_hlo_type_bits(element_type);
    return name && (name[0] == 's' || name[0] == 'u') && *bits > 0 ? name[0] : '\0';
}

/* Does every value of one type keep its value in the other? */
static bool widens(int32_t from, int32_t to)
{
    int from_bits, to_bits;
    char from_sign = nkb_integer_type(from, &from_bits), to_sign = nkb_integer_type(to, &to_bits);
    if (from_sign == '\0' || to_sign == '\0')
        return false;
    return from_sign == to_sign ? to_bits >= from_bits : from_sign == 'u' && to_bits > from_bits;
}

void nkb_trace_start(struct nkb_tracer *tracer, const struct nkb_hlo *hlo,
                     const struct nkb_hlo_computation *computation)
{
    tracer->hlo = hlo;
    tracer->frames[0] = (struct nkb_trace_frame){computation, NULL, 0};
    tracer->frame_count = 1;
}

/* Step into the computation an instruction runs once: its root, with the path as it is. */
static bool enter(struct nkb_tracer *tracer, const struct nkb_hlo_instruction *in,
                  struct nkb_trace_place *place)
{
    if (in->called_count != 1 || in->called[0] >= tracer->hlo->computation_count ||
        tracer->frame_count == NKB_TRACE_MAX_FRAMES)
        return false;
    const struct nkb_hlo_computation *callee = &tracer->hlo->computations[in->called[0]];
    tracer->frames[tracer->frame_count] = (struct nkb_trace_frame){callee, in, place->frame};
    place->frame = tracer->frame_count++;
    place->at = callee->root;
    return true;
}

/* Does the instruction hand on its operand's value as it is? */
static bool passes_through(const struct nkb_hlo_computation *computation,
                           const struct nkb_hlo_instruction *in)
{
    if (in->operand_count == 0 || in->operands[0] >= computation->instruction_count)
        return false;
    int32_t from = computation->instructions[in->operands[0]].shape->element_type;
    switch (in->opcode) {
    case NKB_HLO_COPY:
    case NKB_HLO_OPT_BARRIER:
    case NKB_HLO_DOMAIN:
    case NKB_HLO_ADD_DEPENDENCY:
        return true;
    case NKB_HLO_BITCAST:
    case NKB_HLO_RESHAPE:
        return from == in->shape->element_type;
    case NKB_HLO_CONVERT:
        return widens(from, in->shape->element_type);
    default:
        return false;
    }
}

/* A u64's number is its bits. */
static nkb_i128 constant_value(const struct nkb_hlo_instruction *in)
{
    return in->shape->element_type == NKB_TYPE_U64 ? (nkb_i128)(uint64_t)in->number : in->number;
}

struct nkb_origin nkb_trace(struct nkb_tracer *tracer, struct nkb_trace_place place)
{
    struct nkb_origin lost = {.kind = NKB_ORIGIN_LOST};
    for (int hops = 0; hops < NKB_TRACE_MAX_HOPS; hops++) {
        const struct nkb_trace_frame *frame = &tracer->frames[place.frame];
        const struct nkb_hlo_computation *computation = frame->computation;
        if (place.at >= computation->instruction_count)
            return lost;
        const struct nkb_hlo_instruction *in = &computation->instructions[place.at];
        struct nkb_trace_path *path = &place.path;

        if (in->opcode == NKB_HLO_GET_TUPLE_ELEMENT && in->operand_count > 0) {
            if (path->depth == NKB_TRACE_MAX_PATH)
                return lost;
            path->index[path->depth++] = in->number;
            place.at = in->operands[0];
        } else if (in->opcode == NKB_HLO_TUPLE && path->depth > 0) {
            int64_t index = path->index[--path->depth];
            if (index < 0 || index >= in->operand_count)
                return lost;
            place.at = in->operands[index];
        } else if (in->opcode == NKB_HLO_PARAMETER) {
            const struct nkb_hlo_instruction *caller = frame->caller;
            if (!caller)
                return in->number == 0
                           ? (struct nkb_origin){.kind = NKB_ORIGIN_STATE, .path = *path}
                           : lost;
            if (in->number < 0 || in->number >= caller->operand_count)
                return lost;
            place.at = caller->operands[in->number];
            place.frame = frame->outer;
        } else if (in->opcode == NKB_HLO_CONSTANT) {
            if (path->depth > 0 || !in->has_number)
                return lost;
            return (struct nkb_origin){.kind = NKB_ORIGIN_CONSTANT, .value = constant_value(in)};
        } else if (in->opcode == NKB_HLO_CALL || in->opcode == NKB_HLO_FUSION) {
            if (!enter(tracer, in, &place))
                return lost;
        } else if (passes_through(computation, in)) {
            place.at = in->operands[0];
        } else {
            if (path->depth > 0)
                return lost;
            return (struct nkb_origin){.kind = NKB_ORIGIN_RESULT, .frame = place.frame, .in = in};
        }
    }
    return lost;
}
