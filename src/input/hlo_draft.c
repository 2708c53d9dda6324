/* What an instruction becomes once all of its fields are known. */
#include "input/hlo_build.h"

#include <string.h>

#include "input/hlo_config.h"

static const struct nkb_hlo_shape no_shape;
static const struct nkb_hlo_window_dim no_window; /* given, without dimensions */

bool nkb_hlo_build_opcode(struct nkb_hlo_build *build, struct nkb_str name)
{
    struct nkb_hlo_draft *draft = &build->draft;

    draft->in.opcode = nkb_hlo_opcodes_find(&build->opcodes, name);
    draft->attrs.opcode_name = NKB_STR_LITERAL("");
    return draft->in.opcode != NKB_HLO_OPCODE_COUNT ||
           nkb_hlo_build_shared_text(build, name, &draft->attrs.opcode_name);
}

void nkb_hlo_build_direction(struct nkb_hlo_build *build, struct nkb_str name)
{
    static const struct {
        char name[3];
        enum nkb_hlo_direction direction;
    } directions[] = {
        {"EQ", NKB_CMP_EQ}, {"NE", NKB_CMP_NE}, {"GE", NKB_CMP_GE},
        {"GT", NKB_CMP_GT}, {"LE", NKB_CMP_LE}, {"LT", NKB_CMP_LT},
    };

    build->draft.attrs.direction = NKB_CMP_NONE;
    for (size_t i = 0; i < sizeof directions / sizeof directions[0]; i++)
        if (nkb_str_is(name, directions[i].name))
            build->draft.attrs.direction = directions[i].direction;
}

/* One little-endian integer of `size` bytes, sign-extended; none when the blob holds no such. */
static bool small_integer(struct nkb_hlo_build *build, struct nkb_hlo_blob blob, unsigned size,
                          bool is_signed)
{
    struct nkb_hlo_instruction *in = &build->draft.in;
    struct nkb_str bytes;

    if (blob.len != size)
        return true;
    if (!nkb_hlo_build_blob(build, blob, &bytes))
        return false;
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)(unsigned char)bytes.ptr[i] << (8 * i);
    if (is_signed && value >> (8 * size - 1))
        value |= ~UINT64_C(0) << (8 * size);
    in->number = (int64_t)value;
    in->has_number = true;
    return true;
}

/* The value of a constant that is one integer or bool. */
static bool take_literal(struct nkb_hlo_build *build)
{
    const struct nkb_hlo_literal *literal = &build->draft.literal;
    struct nkb_hlo_instruction *in = &build->draft.in;
    struct nkb_hlo_first first = {0, 0};
    enum { S8 = 2, S16, S32, S64, U8, U16, U32, U64 };

    if (!build->draft.has_literal || in->shape->rank != 0 || in->shape->tuple_count != 0)
        return true;
    switch (in->shape->element_type) {
    case NKB_TYPE_PRED:
        first = literal->preds;
        in->number = first.value != 0;
        break;
    case S32:
        first = literal->s32s;
        in->number = (int32_t)(uint32_t)first.value;
        break;
    case S64:
        first = literal->s64s;
        in->number = (int64_t)first.value;
        break;
    case U32:
        first = literal->u32s;
        in->number = (uint32_t)first.value;
        break;
    case U64:
        first = literal->u64s;
        in->number = (int64_t)first.value; /* the 64 bits */
        break;
    case S8:
        return small_integer(build, literal->s8s, 1, true);
    case U8:
        return small_integer(build, literal->u8s, 1, false);
    case S16:
        return small_integer(build, literal->s16s, 2, true);
    case U16:
        return small_integer(build, literal->u16s, 2, false);
    default:
        return true;
    }
    in->has_number = first.count == 1;
    if (!in->has_number)
        in->number = 0;
    return true;
}

/* The trip count of a while: in backend_config, or in the payload that replaces it. */
static bool take_trip_count(struct nkb_hlo_build *build, bool *later)
{
    struct nkb_hlo_draft *draft = &build->draft;
    struct nkb_str config;

    *later = false;
    if (draft->config.len == 0 && draft->has_payload && draft->payload.value.len == 0) {
        *later = true;
        return true;
    }
    if (!nkb_hlo_build_blob(build, draft->config.len ? draft->config : draft->payload.value,
                            &config))
        return false;
    draft->attrs.has_known_trip_count = nkb_trip_count_read(config, &draft->attrs.known_trip_count);
    if (!draft->attrs.has_known_trip_count)
        draft->attrs.known_trip_count = 0;
    return true;
}

/* Upstream reads field 43 of exactly this target and nothing else. */
static bool take_kernel(struct nkb_hlo_build *build)
{
    struct nkb_hlo_draft *draft = &build->draft;
    struct nkb_str config;

    if (!nkb_str_is(draft->attrs.custom_call_target, "AwsNeuronCustomNativeKernel"))
        return true;
    if (!nkb_hlo_build_blob(build, draft->config, &config))
        return false;
    draft->attrs.nki = nkb_nki_config_read(config, build->arena);
    return draft->attrs.nki || nkb_hlo_build_memory(build);
}

/* But for the dot, which many have and nothing else. */
static bool any_attribute(const struct nkb_hlo_attrs *attrs)
{
    return attrs->dimensions.count || attrs->convolution || attrs->window ||
           attrs->feature_group_count || attrs->batch_group_count || attrs->fft_length.count ||
           attrs->slice_sizes.count || attrs->custom_call_target.len || attrs->fusion_kind.len ||
           attrs->has_known_trip_count || attrs->direction != NKB_CMP_NONE ||
           attrs->opcode_name.len;
}

static bool keep_attributes(struct nkb_hlo_build *build, bool trips_later)
{
    struct nkb_hlo_draft *draft = &build->draft;
    struct nkb_hlo_attrs *attrs = &draft->attrs, *own;
    bool ragged = draft->in.opcode == NKB_HLO_RAGGED_DOT && draft->has_ragged_dot;

    attrs->slice_sizes =
        draft->in.opcode == NKB_HLO_GATHER ? draft->gather_slice_sizes : draft->dynamic_slice_sizes;
    if (ragged)
        attrs->dot = &draft->ragged_dot;
    else
        attrs->dot = draft->shared_dot;
    if (draft->has_convolution)
        attrs->convolution = &draft->convolution;
    if (draft->has_window)
        attrs->window = draft->window ? draft->window : &no_window;
    if (!trips_later) {
        bool any = any_attribute(attrs) || attrs->nki;
        struct nkb_hlo_note *note = any || ragged ? NULL : draft->noted_dot;
        if (!any && !attrs->dot)
            return true;
        draft->in.attrs = note && note->is.dot.alone ? note->is.dot.alone
                                                     : nkb_hlo_pool_attrs(&build->pool, attrs);
        if (note)
            note->is.dot.alone = draft->in.attrs;
        return draft->in.attrs || nkb_hlo_build_memory(build);
    }
    own = nkb_hlo_pool_attrs_own(&build->pool, attrs);
    if (!own)
        return nkb_hlo_build_memory(build);
    draft->in.attrs = own;
    if (!nkb_hlo_build_room(build, &build->trips_wanted, &build->trip_wanted_room,
                            build->trip_wanted_count, sizeof *build->trips_wanted))
        return false;
    build->trips_wanted[build->trip_wanted_count++] =
        (struct nkb_hlo_trip_wanted){own, draft->payload.id};
    return true;
}

bool nkb_hlo_draft_share(struct nkb_hlo_build *build, const struct nkb_proto_field *field)
{
    struct nkb_hlo_draft *draft = &build->draft;

    if (field->memo == NKB_MEMO_SHAPE) {
        draft->shared_shape = nkb_hlo_pool_shape(&build->pool, &draft->shape);
        return draft->shared_shape || nkb_hlo_build_memory(build);
    }
    if (field->memo == NKB_MEMO_DOT) {
        draft->noted_dot = NULL;
        draft->shared_dot = nkb_hlo_pool_dot(&build->pool, &draft->dot);
        return draft->shared_dot || nkb_hlo_build_memory(build);
    }
    return true;
}

bool nkb_hlo_draft_recall(struct nkb_hlo_build *build, const struct nkb_proto_field *field,
                          struct nkb_hlo_note *note)
{
    struct nkb_hlo_draft *draft = &build->draft;

    if (field->memo == NKB_MEMO_METADATA) {
        if (draft->has_metadata)
            return false;
        draft->has_metadata = true;
        draft->metadata = note->is.metadata;
        return true;
    }
    if (draft->recalled[field->memo] ||
        (field->memo == NKB_MEMO_SHAPE ? draft->has_shape : draft->has_dot))
        return false;
    draft->recalled[field->memo] = note;
    if (field->memo == NKB_MEMO_SHAPE) {
        draft->shared_shape = note->is.shape;
    } else {
        draft->shared_dot = note->is.dot.dot;
        draft->noted_dot = note;
    }
    return true;
}

void nkb_hlo_draft_note(struct nkb_hlo_build *build, const struct nkb_proto_field *field,
                        struct nkb_hlo_note *note)
{
    struct nkb_hlo_draft *draft = &build->draft;

    if (field->memo == NKB_MEMO_METADATA) {
        note->is.metadata = draft->metadata;
    } else if (field->memo == NKB_MEMO_SHAPE) {
        note->is.shape = draft->shared_shape;
    } else {
        note->is.dot.dot = draft->shared_dot;
        note->is.dot.alone = NULL;
        draft->noted_dot = note;
    }
}

bool nkb_hlo_draft_finish(struct nkb_hlo_build *build)
{
    struct nkb_hlo_draft *draft = &build->draft;
    struct nkb_hlo_instruction *in = &draft->in;
    bool trips_later = false, good = true;

    const struct nkb_hlo_ints id = {&draft->id, 1};

    if (!nkb_hlo_build_ids(build, &build->instruction_ids, &id) ||
        !nkb_hlo_build_ids(build, &build->operand_ids, &draft->operand_ids) ||
        !nkb_hlo_build_ids(build, &build->called_ids, &draft->called_ids))
        return false;
    in->shape = draft->shared_shape ? draft->shared_shape : &no_shape;
    in->op_name = draft->metadata.op_name;
    in->operand_count = draft->operand_ids.count;
    in->called_count = draft->called_ids.count;
    switch (in->opcode) {
    case NKB_HLO_PARAMETER:
        in->has_number = true;
        in->number = draft->parameter_number;
        break;
    case NKB_HLO_GET_TUPLE_ELEMENT:
        in->has_number = true;
        in->number = draft->tuple_index;
        break;
    case NKB_HLO_CONSTANT:
        good = take_literal(build);
        break;
    case NKB_HLO_WHILE:
        good = take_trip_count(build, &trips_later);
        break;
    case NKB_HLO_CUSTOM_CALL:
        good = take_kernel(build);
        break;
    default:
        break;
    }
    if (!nkb_hlo_sources_find(&build->sources, build->arena, draft->metadata.source_file,
                              draft->metadata.source_line, draft->metadata.stack_frame_id,
                              &in->source))
        return nkb_hlo_build_memory(build);
    return good && keep_attributes(build, trips_later);
}
