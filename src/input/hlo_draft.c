/* What an instruction becomes once all of its fields are known. */
#include "input/hlo_build.h"

#include <string.h>

#include "input/hlo_config.h"

const struct nkb_hlo_instruction nkb_hlo_no_instruction = {.name = {"", 0},
                                                           .opcode = NKB_HLO_OPCODE_COUNT};
const struct nkb_hlo_draft_met nkb_hlo_nothing_met;
const struct nkb_hlo_shape nkb_hlo_no_shape;
static const struct nkb_hlo_window_dim no_window; /* given, without dimensions */

bool nkb_hlo_build_opcode(struct nkb_hlo_build *build, struct nkb_str name)
{
    struct nkb_hlo_draft *draft = &build->draft;

    draft->in->opcode = nkb_hlo_opcodes_find(&build->opcodes, name);
    if (draft->in->opcode == NKB_HLO_OPCODE_COUNT)
        return nkb_hlo_build_shared_text(build, name,
                                         &nkb_hlo_draft_rare(draft)->attrs.opcode_name);
    if (draft->met.has_rare)
        draft->rare.attrs.opcode_name = NKB_STR_LITERAL("");
    return true;
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

    enum nkb_hlo_direction *direction = &nkb_hlo_draft_rare(&build->draft)->attrs.direction;
    *direction = NKB_CMP_NONE;
    for (size_t i = 0; i < sizeof directions / sizeof directions[0]; i++)
        if (nkb_str_is(name, directions[i].name))
            *direction = directions[i].direction;
}

/* One little-endian integer of `size` bytes, sign-extended; none when the blob holds no such. */
static bool small_integer(struct nkb_hlo_build *build, struct nkb_hlo_blob blob, unsigned size,
                          bool is_signed)
{
    struct nkb_hlo_instruction *in = build->draft.in;
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
    struct nkb_hlo_instruction *in = build->draft.in;
    struct nkb_hlo_first first = {0, 0};
    enum { S8 = 2, S16, S32, S64, U8, U16, U32, U64 };

    if (!build->draft.met.has_literal || in->shape->rank != 0 || in->shape->tuple_count != 0)
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
    struct nkb_hlo_blob blob = {0, 0};
    struct nkb_str config;

    *later = false;
    if (draft->met.has_rare)
        blob = draft->rare.config;
    if (blob.len == 0 && draft->met.has_payload) {
        blob = draft->payload.value;
        if (blob.len == 0) {
            *later = true;
            return true;
        }
    }
    if (!nkb_hlo_build_blob(build, blob, &config))
        return false;
    struct nkb_hlo_attrs *attrs = &nkb_hlo_draft_rare(draft)->attrs;
    attrs->has_known_trip_count = nkb_trip_count_read(config, &attrs->known_trip_count);
    if (!attrs->has_known_trip_count)
        attrs->known_trip_count = 0;
    return true;
}

/* Upstream reads field 43 of exactly this target and nothing else. */
static bool take_kernel(struct nkb_hlo_build *build)
{
    struct nkb_hlo_draft *draft = &build->draft;
    struct nkb_str config;

    if (!draft->met.has_rare ||
        !nkb_str_is(draft->rare.attrs.custom_call_target, "AwsNeuronCustomNativeKernel"))
        return true;
    if (!nkb_hlo_build_blob(build, draft->rare.config, &config))
        return false;
    draft->rare.attrs.nki = nkb_nki_config_read(config, build->arena);
    return draft->rare.attrs.nki || nkb_hlo_build_memory(build);
}

/* But for dot and dimensions, which many have and nothing else. */
static bool any_other(const struct nkb_hlo_attrs *attrs)
{
    return attrs->convolution || attrs->window || attrs->feature_group_count ||
           attrs->batch_group_count || attrs->fft_length.count || attrs->slice_sizes.count ||
           attrs->custom_call_target.len || attrs->fusion_kind.len || attrs->has_known_trip_count ||
           attrs->direction != NKB_CMP_NONE || attrs->opcode_name.len || attrs->nki;
}

static bool keep_attributes(struct nkb_hlo_build *build, bool trips_later)
{
    struct nkb_hlo_draft *draft = &build->draft;
    bool ragged = draft->in->opcode == NKB_HLO_RAGGED_DOT && draft->met.has_ragged_dot;
    struct nkb_hlo_note *note = ragged ? NULL : draft->met.noted_dot;

    if (!draft->met.has_rare && !draft->met.has_convolution && !draft->met.has_window &&
        !trips_later) {
        if (!draft->met.dot && !ragged)
            return true;
        if (note && note->is.dot.alone) {
            draft->in->attrs = note->is.dot.alone;
            return true;
        }
    }
    struct nkb_hlo_draft_rare *rare = nkb_hlo_draft_rare(draft);
    struct nkb_hlo_attrs *attrs = &rare->attrs, *own;
    attrs->slice_sizes =
        draft->in->opcode == NKB_HLO_GATHER ? rare->gather_slice_sizes : rare->dynamic_slice_sizes;
    attrs->dot = ragged ? &draft->ragged_dot : draft->met.dot;
    if (draft->met.has_convolution)
        attrs->convolution = &draft->convolution;
    if (draft->met.has_window)
        attrs->window = rare->window ? rare->window : &no_window;
    if (!trips_later) {
        bool other = any_other(attrs), dimensions = attrs->dimensions.count > 0;
        if (!other && !dimensions && !attrs->dot)
            return true;
        draft->in->attrs = other || attrs->dot ? nkb_hlo_pool_attrs(&build->pool, attrs)
                                               : nkb_hlo_pool_dimensions(&build->pool, attrs);
        if (note && !other && !dimensions)
            note->is.dot.alone = draft->in->attrs;
        return draft->in->attrs || nkb_hlo_build_memory(build);
    }
    own = nkb_hlo_pool_attrs_own(&build->pool, attrs);
    if (!own)
        return nkb_hlo_build_memory(build);
    draft->in->attrs = own;
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
        draft->met.shape = nkb_hlo_pool_shape(&build->pool, &draft->shape);
        return draft->met.shape || nkb_hlo_build_memory(build);
    }
    if (field->memo == NKB_MEMO_DOT) {
        draft->met.noted_dot = NULL;
        draft->met.dot = nkb_hlo_pool_dot(&build->pool, &draft->dot);
        return draft->met.dot || nkb_hlo_build_memory(build);
    }
    return true;
}

bool nkb_hlo_draft_recall(struct nkb_hlo_build *build, const struct nkb_proto_field *field,
                          struct nkb_hlo_note *note)
{
    struct nkb_hlo_draft *draft = &build->draft;

    if (draft->met.recalled[field->memo] ||
        (field->memo == NKB_MEMO_SHAPE ? draft->met.has_shape : draft->met.has_dot))
        return false;
    draft->met.recalled[field->memo] = note;
    if (field->memo == NKB_MEMO_SHAPE) {
        draft->met.shape = note->is.shape;
    } else {
        draft->met.dot = note->is.dot.dot;
        draft->met.noted_dot = note;
    }
    return true;
}

void nkb_hlo_draft_note(struct nkb_hlo_build *build, const struct nkb_proto_field *field,
                        struct nkb_hlo_note *note)
{
    struct nkb_hlo_draft *draft = &build->draft;

    if (field->memo == NKB_MEMO_SHAPE) {
        note->is.shape = draft->met.shape;
    } else {
        note->is.dot.dot = draft->met.dot;
        note->is.dot.alone = NULL;
        draft->met.noted_dot = note;
    }
}

bool nkb_hlo_draft_attributes(struct nkb_hlo_build *build)
{
    bool trips_later = false, good = true;

    switch (build->draft.in->opcode) {
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
    return good && keep_attributes(build, trips_later);
}
