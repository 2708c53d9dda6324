/* What an instruction becomes once all of its fields are known. */
#include "input/hlo_build.h"

#include <string.h>

#include "input/hlo_config.h"

/* Opcodes are few and their search is long: remember the ones seen by a cheap key. */
static struct nkb_hlo_seen_opcode *seen_opcode(struct nkb_hlo_build *build, struct nkb_str name)
{
    unsigned first = (unsigned char)name.ptr[0], last = (unsigned char)name.ptr[name.len - 1],
             middle = (unsigned char)name.ptr[name.len / 2];
    return &build->opcodes_seen[(name.len + first * 5 + middle * 11 + last * 17) %
                                NKB_HLO_OPCODES_SEEN];
}

bool nkb_hlo_build_opcode(struct nkb_hlo_build *build, struct nkb_str name)
{
    struct nkb_hlo_instruction *in = &build->draft.in;

    in->opcode = NKB_HLO_OPCODE_COUNT;
    if (name.len == 0) {
        in->opcode_name = NKB_STR_LITERAL("");
        return true;
    }
    struct nkb_hlo_seen_opcode *seen = seen_opcode(build, name);
    if (!nkb_str_equal(seen->name, name)) {
        enum nkb_hlo_opcode found = nkb_hlo_opcode_find(name);
        if (found == NKB_HLO_OPCODE_COUNT)
            return nkb_hlo_build_text(build, name, &in->opcode_name);
        seen->name = (struct nkb_str){nkb_hlo_opcode_name(found), name.len};
        seen->opcode = found;
    }
    in->opcode = seen->opcode;
    in->opcode_name = seen->name;
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

    build->draft.attrs.direction = NKB_CMP_NONE;
    for (size_t i = 0; i < sizeof directions / sizeof directions[0]; i++)
        if (nkb_str_is(name, directions[i].name))
            build->draft.attrs.direction = directions[i].direction;
}

/* One little-endian integer of `size` bytes, sign-extended; false when the blob holds no such. */
static bool small_integer(struct nkb_hlo_build *build, struct nkb_hlo_blob blob, unsigned size,
                          bool is_signed, bool *given, int64_t *out)
{
    struct nkb_str bytes;

    *given = false;
    if (blob.len != size)
        return true;
    if (!nkb_hlo_build_blob(build, blob, &bytes))
        return false;
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)(unsigned char)bytes.ptr[i] << (8 * i);
    if (is_signed && value >> (8 * size - 1))
        value |= ~UINT64_C(0) << (8 * size);
    *out = (int64_t)value;
    *given = true;
    return true;
}

/* The value of a constant that is one integer or bool. */
static bool take_literal(struct nkb_hlo_build *build)
{
    const struct nkb_hlo_literal *literal = &build->draft.literal;
    struct nkb_hlo_instruction *in = &build->draft.in;
    struct nkb_hlo_first first = {0, 0};
    enum { S8 = 2, S16, S32, S64, U8, U16, U32, U64 };

    if (!build->draft.has_literal || in->shape.rank != 0 || in->shape.tuple_count != 0)
        return true;
    switch (in->shape.element_type) {
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
        return small_integer(build, literal->s8s, 1, true, &in->has_number, &in->number);
    case U8:
        return small_integer(build, literal->u8s, 1, false, &in->has_number, &in->number);
    case S16:
        return small_integer(build, literal->s16s, 2, true, &in->has_number, &in->number);
    case U16:
        return small_integer(build, literal->u16s, 2, false, &in->has_number, &in->number);
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

static bool any_attribute(const struct nkb_hlo_attrs *attrs)
{
    return attrs->dimensions.count || attrs->dot || attrs->convolution || attrs->window ||
           attrs->feature_group_count || attrs->batch_group_count || attrs->fft_length.count ||
           attrs->slice_sizes.count || attrs->custom_call_target.len || attrs->fusion_kind.len ||
           attrs->has_known_trip_count || attrs->direction != NKB_CMP_NONE;
}

static void *copy(struct nkb_hlo_build *build, const void *from, size_t size_bytes)
{
    void *place = nkb_arena_alloc(build->arena, size_bytes);
    return place ? memcpy(place, from, size_bytes) : NULL;
}

static bool keep_attributes(struct nkb_hlo_build *build, bool trips_later)
{
    struct nkb_hlo_draft *draft = &build->draft;
    struct nkb_hlo_attrs *attrs = &draft->attrs, *kept;
    bool ragged = draft->in.opcode == NKB_HLO_RAGGED_DOT && draft->has_ragged_dot;
    bool room = true;

    attrs->slice_sizes =
        draft->in.opcode == NKB_HLO_GATHER ? draft->gather_slice_sizes : draft->dynamic_slice_sizes;
    if (ragged || draft->has_dot)
        room &= (attrs->dot = copy(build, ragged ? &draft->ragged_dot : &draft->dot,
                                   sizeof *attrs->dot)) != NULL;
    if (draft->has_convolution)
        room &= (attrs->convolution =
                     copy(build, &draft->convolution, sizeof *attrs->convolution)) != NULL;
    if (draft->has_window && !attrs->window)
        room &= (attrs->window = nkb_arena_alloc(build->arena, 0)) != NULL;
    if (!room)
        return nkb_hlo_build_memory(build);
    if (!trips_later && !any_attribute(attrs))
        return true;

    kept = copy(build, attrs, sizeof *attrs);
    if (!kept)
        return nkb_hlo_build_memory(build);
    draft->in.attrs = kept;
    if (!trips_later)
        return true;
    if (!nkb_hlo_build_room(build, &build->trips_wanted, &build->trip_wanted_room,
                            build->trip_wanted_count, sizeof *build->trips_wanted))
        return false;
    build->trips_wanted[build->trip_wanted_count++] =
        (struct nkb_hlo_trip_wanted){kept, draft->payload.id};
    return true;
}

bool nkb_hlo_draft_finish(struct nkb_hlo_build *build)
{
    struct nkb_hlo_draft *draft = &build->draft;
    struct nkb_hlo_instruction *in = &draft->in;
    bool trips_later = false, good = true;

    in->operand_ids = draft->operand_ids.at;
    in->operand_count = draft->operand_ids.count;
    in->called_ids = draft->called_ids.at;
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
    if (!nkb_hlo_sources_find(&build->sources, build->arena, draft->source_file,
                              draft->source_line, draft->stack_frame_id, &in->source))
        return nkb_hlo_build_memory(build);
    return good && keep_attributes(build, trips_later);
}
