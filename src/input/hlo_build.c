/* How many instructions a computation has is known at its end. They gather in a small array that is
 * used again and again; those of a large computation go to the arena early, with room for as many
 * as the bytes still to come promise, so that memory is touched about once. */
#include "input/hlo_build.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 4096, GROWTH_MAX = 8 };
#define SLACK (33.0 / 32)

const struct nkb_hlo_limits nkb_hlo_default_limits = {
    .computations = 1024 * 1024,
    .instructions = 8 * 1024 * 1024,
    .tuple_elements = 16 * 1024 * 1024,
    .window_dims = 16 * 1024 * 1024,
    .numbers = 128 * 1024 * 1024,
    .text_bytes = 64 * 1024,
    .config_bytes = 64 * 1024 * 1024,
    .payloads = 1024 * 1024,
    .frames = 16 * 1024 * 1024,
    /* The largest public HLO text has 4 MB. */
    .whole_bytes = 512 * 1024 * 1024,
};

static struct nkb_hlo_computation *open_computation(struct nkb_hlo_build *build, uint64_t at,
                                                    uint64_t end)
{
    uint64_t count = build->computation_count;

    if (!nkb_hlo_build_count(build, &count, 1, build->limits->computations, "computations") ||
        !nkb_hlo_build_room(build, &build->computations, &build->computation_room,
                            build->computation_count, sizeof *build->computations))
        return NULL;
    if (!build->few)
        build->few = malloc(FEW * sizeof *build->few);
    if (!build->few) {
        nkb_hlo_build_memory(build);
        return NULL;
    }
    memset(&build->computation, 0, sizeof build->computation);
    build->computation.name = NKB_STR_LITERAL("");
    build->computation.at = at;
    build->computation_end = end;
    build->instructions = build->few;
    build->instruction_room = FEW;
    build->instruction_count = 0;
    return &build->computation;
}

/* The array is full, and the next instruction stands at offset `at`. */
static bool grow_instructions(struct nkb_hlo_build *build, uint64_t at)
{
    size_t count = build->instruction_count;
    uint64_t done = at - build->computation.at,
             all = build->computation_end - build->computation.at;
    double promised = (double)count * (double)all / (double)done * SLACK + FEW;
    size_t room = count * GROWTH_MAX;

    if (promised < (double)room)
        room = (size_t)promised;
    if (room < count + count / 4)
        room = count + count / 4;
    struct nkb_hlo_instruction *grown =
        nkb_arena_grow(build->arena, build->instructions, count, room, sizeof *grown);
    if (!grown)
        return nkb_hlo_build_memory(build);
    build->instructions = grown;
    build->instruction_room = room;
    return true;
}

/* Operand ids to positions, the root, and the calls noted for the end of the module. */
static bool resolve_operands(struct nkb_hlo_build *build, struct nkb_hlo_computation *computation)
{
    size_t operands = 0;

    for (uint32_t i = 0; i < computation->instruction_count; i++)
        operands += computation->instructions[i].operand_count;
    uint32_t *next = nkb_arena_array(build->arena, operands, sizeof *next);
    if (!next ||
        !nkb_id_map_build(&build->ids, &computation->instructions->id,
                          sizeof *computation->instructions, computation->instruction_count))
        return nkb_hlo_build_memory(build);
    computation->root = nkb_id_map_find(&build->ids, computation->root_id, NKB_HLO_NONE);

    for (uint32_t i = 0; i < computation->instruction_count; i++) {
        struct nkb_hlo_instruction *in = &computation->instructions[i];
        if (in->operand_count) {
            in->operands = next;
            for (uint32_t j = 0; j < in->operand_count; j++)
                *next++ = nkb_id_map_find(&build->ids, in->operand_ids[j], NKB_HLO_NONE);
        }
        if (in->called_count) {
            /* An array of pointers it is: NOLINTNEXTLINE(bugprone-sizeof-expression) */
            const size_t size_bytes = sizeof *build->callers;
            if (!nkb_hlo_build_room(build, &build->callers, &build->caller_room,
                                    build->caller_count, size_bytes))
                return false;
            build->callers[build->caller_count++] = in;
        }
    }
    return true;
}

static bool close_computation(struct nkb_hlo_build *build)
{
    struct nkb_hlo_computation *computation = &build->computations[build->computation_count];
    size_t count = build->instruction_count;

    *computation = build->computation;
    computation->root = NKB_HLO_NONE;
    computation->instruction_count = (uint32_t)count;
    computation->instructions = build->instructions;
    if (build->instructions == build->few)
        computation->instructions =
            nkb_arena_grow(build->arena, build->few, count, count, sizeof *build->few);
    if (!computation->instructions)
        return nkb_hlo_build_memory(build);
    build->computation_count++;
    return count == 0 || resolve_operands(build, computation);
}

static struct nkb_hlo_draft *open_instruction(struct nkb_hlo_build *build, uint64_t at)
{
    if (!nkb_hlo_build_count(build, &build->instructions_all, 1, build->limits->instructions,
                             "instructions") ||
        (build->instruction_count == build->instruction_room && !grow_instructions(build, at)))
        return NULL;
    struct nkb_hlo_draft *draft = &build->draft;
    memset(draft, 0, offsetof(struct nkb_hlo_draft, literal));
    draft->in.name = NKB_STR_LITERAL("");
    draft->in.opcode_name = NKB_STR_LITERAL("");
    draft->in.opcode = NKB_HLO_OPCODE_COUNT;
    draft->in.at = at;
    return draft;
}

void *nkb_hlo_build_open(struct nkb_hlo_build *build, const struct nkb_proto_field *field,
                         void *target, uint64_t at, uint64_t end)
{
    bool *given;
    void *child;

    switch (field->keep) {
    case NKB_KEEP_INTO:
        given = (bool *)target + field->flag;
        child = (char *)target + field->at;
        if (field->flag != NKB_PROTO_NO_FLAG && !*given) {
            *given = true;
            memset(child, 0, field->size);
        }
        return child;
    case NKB_KEEP_INSTRUCTION:
        return open_instruction(build, at);
    case NKB_KEEP_COMPUTATION:
        return open_computation(build, at, end);
    case NKB_KEEP_TUPLE_SHAPE:
        return nkb_hlo_build_tuple_element(build, target);
    case NKB_KEEP_WINDOW_DIM:
        return nkb_hlo_build_window_dim(build, target);
    case NKB_KEEP_LOCATION:
        build->location = (struct nkb_hlo_location){0};
        return &build->location;
    case NKB_KEEP_FRAME:
        build->frame = (struct nkb_hlo_frame){0};
        return &build->frame;
    default: /* NKB_KEEP_MODULE */
        build->modules_wrapped++;
        return target;
    }
}

static bool one_more_frame(struct nkb_hlo_build *build)
{
    return nkb_hlo_build_count(build, &build->frames, 1, build->limits->frames,
                               "entries of a stack frame index");
}

bool nkb_hlo_build_index_file(struct nkb_hlo_build *build, struct nkb_str name)
{
    return one_more_frame(build) && (nkb_hlo_sources_add_file(&build->sources, build->arena, name) ||
                                     nkb_hlo_build_memory(build));
}

bool nkb_hlo_build_source_file(struct nkb_hlo_build *build, struct nkb_str name)
{
    return nkb_hlo_sources_file(&build->sources, build->arena, name, &build->draft.source_file) ||
           nkb_hlo_build_memory(build);
}

bool nkb_hlo_build_close(struct nkb_hlo_build *build, const struct nkb_proto_field *field)
{
    switch (field->keep) {
    case NKB_KEEP_COMPUTATION:
        return close_computation(build);
    case NKB_KEEP_INSTRUCTION:
        if (!nkb_hlo_draft_finish(build))
            return false;
        build->instructions[build->instruction_count++] = build->draft.in;
        return true;
    case NKB_KEEP_LOCATION:
        return one_more_frame(build) &&
               (nkb_hlo_sources_add_location(&build->sources, build->location) ||
                nkb_hlo_build_memory(build));
    case NKB_KEEP_FRAME:
        return one_more_frame(build) &&
               (nkb_hlo_sources_add_frame(&build->sources, build->frame) ||
                nkb_hlo_build_memory(build));
    default:
        return true;
    }
}

void nkb_hlo_build_start(struct nkb_hlo_build *build, struct nkb_wire *wire,
                         const struct nkb_hlo_limits *limits, struct nkb_arena *arena,
                         struct nkb_hlo *module)
{
    memset(build, 0, sizeof *build);
    memset(module, 0, sizeof *module);
    build->wire = wire;
    build->limits = limits;
    build->arena = arena;
    build->module = module;
    module->name = NKB_STR_LITERAL("");
    module->entry = NKB_HLO_NONE;
    module->size_bytes = wire->size;
}

/* Called computations may stand anywhere in the module, so they wait for its end. */
static bool resolve_calls(struct nkb_hlo_build *build)
{
    size_t called = 0;

    for (size_t i = 0; i < build->caller_count; i++)
        called += build->callers[i]->called_count;
    uint32_t *next = nkb_arena_array(build->arena, called, sizeof *next);
    if (!next)
        return nkb_hlo_build_memory(build);
    for (size_t i = 0; i < build->caller_count; i++) {
        struct nkb_hlo_instruction *in = build->callers[i];
        in->called = next;
        for (uint32_t j = 0; j < in->called_count; j++)
            *next++ = nkb_id_map_find(&build->ids, in->called_ids[j], NKB_HLO_NONE);
    }
    return true;
}

bool nkb_hlo_build_finish(struct nkb_hlo_build *build)
{
    struct nkb_hlo *module = build->module;
    size_t count = build->computation_count;

    module->instruction_count = build->instructions_all;
    module->computation_count = (uint32_t)count;
    module->computations = nkb_arena_grow(build->arena, build->computations, count, count,
                                          sizeof *build->computations);
    if (!module->computations)
        return nkb_hlo_build_memory(build);
    for (size_t i = 0; i < build->trip_wanted_count; i++) {
        struct nkb_hlo_trip_wanted *wanted = &build->trips_wanted[i];
        if (wanted->payload < 0 || (uint64_t)wanted->payload >= build->payload_count)
            continue;
        int64_t trips = build->payload_trips[wanted->payload];
        wanted->attrs->has_known_trip_count = trips >= 0;
        wanted->attrs->known_trip_count = trips >= 0 ? trips : 0;
    }
    if (!nkb_hlo_sources_finish(&build->sources, build->arena, module))
        return nkb_hlo_build_memory(build);
    if (count == 0)
        return true;
    if (!nkb_id_map_build(&build->ids, &module->computations->id, sizeof *module->computations,
                          (uint32_t)count))
        return nkb_hlo_build_memory(build);
    module->entry = nkb_id_map_find(&build->ids, module->entry_id, NKB_HLO_NONE);
    return resolve_calls(build);
}

void nkb_hlo_build_free(struct nkb_hlo_build *build)
{
    free(build->few);
    free(build->computations);
    free(build->callers);
    free(build->payload_trips);
    free(build->trips_wanted);
    nkb_hlo_sources_free(&build->sources);
    nkb_id_map_free(&build->ids);
    nkb_buf_free(&build->scratch);
}
