/* How many instructions a computation has is known at its end. They gather in a small array that is
 * used again and again; those of a large computation go to the arena early, with room for as many
 * as the bytes still to come promise, so that memory is touched about once. */
#include "input/hlo_build.h"

#include <stdlib.h>
#include <string.h>

#include "input/hlo_usual.h"

enum { FEW = 256, FIRST_MAX = 64 * 1024, GROWTH_MAX = 64, KEPT_BYTES = 4 * 1024 * 1024 };
#define DIRECT                                                                                     \
    (64.0 * 1024 * 1024 / sizeof(struct nkb_hlo_instruction)) /* in one step, if promised */
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
    build->instruction_ids.count = build->operand_ids.count = build->calling.count = 0;
    build->positions_count = 0;
    if (build->place_left) /* what the one before has left */
        build->positions[build->positions_count++] = (struct nkb_hlo_positions){build->place, 0};
    return &build->computation;
}

static struct nkb_hlo_instruction *take_instructions(struct nkb_hlo_build *build, size_t count)
{
    size_t bytes;
    struct nkb_hlo_instruction *place =
        nkb_size_mul(count, sizeof *place, &bytes) ? nkb_arena_take(build->arena, bytes) : NULL;
    if (!place)
        nkb_hlo_build_memory(build);
    return place;
}

static bool move_instructions(struct nkb_hlo_build *build, size_t room)
{
    struct nkb_hlo_instruction *grown = take_instructions(build, room);
    if (!grown)
        return false;
    if (build->instruction_count)
        memcpy(grown, build->instructions, build->instruction_count * sizeof *grown);
    build->instructions = grown;
    build->instruction_room = room;
    return true;
}

bool nkb_hlo_build_reserve(struct nkb_hlo_build *build, size_t more)
{
    return move_instructions(build, build->instruction_count + more);
}

/* The array is full, and the next instruction stands at offset `at`. */
static bool grow_instructions(struct nkb_hlo_build *build, uint64_t at)
{
    size_t count = build->instruction_count;
    uint64_t done = at - build->computation.at,
             all = build->computation_end - build->computation.at;
    double promised = (double)count * (double)all / (double)done * SLACK + FEW;
    size_t room = count <= FEW ? FIRST_MAX : count * GROWTH_MAX;

    if (promised < (double)room || promised < DIRECT)
        room = (size_t)promised;
    if (room < count + count / 4)
        room = count + count / 4;
    return move_instructions(build, room);
}

static bool close_computation(struct nkb_hlo_build *build)
{
    struct nkb_hlo_computation *computation = &build->computations[build->computation_count];
    size_t count = build->instruction_count;

    *computation = build->computation;
    computation->root = NKB_HLO_NONE;
    computation->instruction_count = (uint32_t)count;
    computation->instructions = build->instructions;
    if (build->instructions == build->few) {
        computation->instructions = take_instructions(build, count);
        if (!computation->instructions)
            return false;
        memcpy(computation->instructions, build->few, count * sizeof *build->few);
    }
    build->computation_count++;
    return count == 0 || nkb_hlo_resolve_operands(build, computation);
}

bool nkb_hlo_build_one_more(struct nkb_hlo_build *build, uint64_t at)
{
    if (build->instructions_all == build->limits->instructions)
        return nkb_hlo_build_too_many(build, build->limits->instructions, "instructions");
    return build->instruction_count < build->instruction_room || grow_instructions(build, at);
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
        build->draft.met.has_more = true;
        if (field->flag != NKB_PROTO_NO_FLAG && !*given) {
            *given = true;
            memset(child, 0, field->size);
        }
        return child;
    case NKB_KEEP_INSTRUCTION:
        return nkb_hlo_build_open_instruction(build, at);
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
    return one_more_frame(build) &&
           (nkb_hlo_sources_add_file(&build->sources, build->arena, name) ||
            nkb_hlo_build_memory(build));
}

bool nkb_hlo_build_source_file(struct nkb_hlo_build *build, struct nkb_str name)
{
    return nkb_hlo_sources_file(&build->sources, build->arena, name,
                                &build->draft.metadata.source_file) ||
           nkb_hlo_build_memory(build);
}

bool nkb_hlo_build_close(struct nkb_hlo_build *build, const struct nkb_proto_field *field)
{
    switch (field->keep) {
    case NKB_KEEP_COMPUTATION:
        return close_computation(build);
    case NKB_KEEP_INSTRUCTION:
        return nkb_hlo_build_close_instruction(build);
    case NKB_KEEP_INTO:
        return nkb_hlo_draft_share(build, field);
    case NKB_KEEP_LOCATION:
        return one_more_frame(build) &&
               (nkb_hlo_sources_add_location(&build->sources, build->location) ||
                nkb_hlo_build_memory(build));
    case NKB_KEEP_FRAME:
        return one_more_frame(build) && (nkb_hlo_sources_add_frame(&build->sources, build->frame) ||
                                         nkb_hlo_build_memory(build));
    default:
        return true;
    }
}

void nkb_hlo_build_start(struct nkb_hlo_build *build, struct nkb_wire *wire,
                         const struct nkb_hlo_limits *limits, struct nkb_arena *arena,
                         struct nkb_hlo *module)
{
    memset(module, 0, sizeof *module);
    build->wire = wire;
    build->limits = limits;
    build->arena = arena;
    build->module = module;
    build->modules_wrapped = 0;
    build->computation_count = build->caller_count = build->payload_count = 0;
    build->trip_wanted_count = 0;
    build->called_ids.count = 0;
    build->positions_count = 0;
    build->place_left = 0;
    build->instructions_all = build->tuple_elements = build->window_dims = 0;
    build->numbers = build->frames = 0;
    build->temp.limit_bytes = arena->limit_bytes;
    nkb_hlo_pool_open(&build->pool, arena);
    build->memo_is_open = nkb_hlo_memo_open(&build->memo);
    build->takes_usual = build->memo_is_open && limits->text_bytes >= NKB_HLO_USUAL_BYTES;
    module->name = NKB_STR_LITERAL("");
    module->entry = NKB_HLO_NONE;
    module->size_bytes = wire->size;
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
    return nkb_hlo_resolve_calls(build);
}

static void drop_large(void *array, size_t *room, size_t size_bytes)
{
    void *at;
    if (*room <= KEPT_BYTES / size_bytes)
        return;
    memcpy(&at, array, sizeof at);
    free(at);
    at = NULL;
    memcpy(array, &at, sizeof at);
    *room = 0;
}

void nkb_hlo_build_end(struct nkb_hlo_build *build)
{
    drop_large(&build->computations, &build->computation_room, sizeof *build->computations);
    drop_large(&build->callers, &build->caller_room, sizeof(void *));
    drop_large(&build->payload_trips, &build->payload_room, sizeof *build->payload_trips);
    drop_large(&build->trips_wanted, &build->trip_wanted_room, sizeof *build->trips_wanted);
    drop_large(&build->instruction_ids.at, &build->instruction_ids.room, sizeof(int64_t));
    drop_large(&build->operand_ids.at, &build->operand_ids.room, sizeof(int64_t));
    drop_large(&build->called_ids.at, &build->called_ids.room, sizeof(int64_t));
    drop_large(&build->calling.at, &build->calling.room, sizeof(int64_t));
    drop_large(&build->positions, &build->positions_room, sizeof *build->positions);
    drop_large(&build->scratch.data, &build->scratch.capacity, 1);
    if (!build->scratch.data)
        build->scratch = NKB_BUF_INIT;
    if (build->ids.room > KEPT_BYTES / sizeof(uint32_t))
        nkb_id_map_free(&build->ids);
    nkb_hlo_sources_free(&build->sources);
    nkb_arena_reset(&build->temp);
}

void nkb_hlo_build_free(struct nkb_hlo_build *build)
{
    free(build->few);
    free(build->computations);
    free(build->callers);
    free(build->payload_trips);
    free(build->trips_wanted);
    free(build->instruction_ids.at);
    free(build->operand_ids.at);
    free(build->called_ids.at);
    free(build->calling.at);
    free(build->positions);
    nkb_hlo_pool_free(&build->pool);
    nkb_hlo_memo_free(&build->memo);
    nkb_hlo_sources_free(&build->sources);
    nkb_id_map_free(&build->ids);
    nkb_buf_free(&build->scratch);
    nkb_arena_free(&build->temp);
    memset(build, 0, sizeof *build);
}
