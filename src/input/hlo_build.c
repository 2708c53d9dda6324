/* Instructions and computations gather in malloc's memory while their number is unknown and move to
 * the arena once complete, so that the arena holds each of them once. */
#include "input/hlo_build.h"

#include <stdlib.h>
#include <string.h>

#include "input/hlo_config.h"

const struct nkb_hlo_limits nkb_hlo_default_limits = {
    .computations = 1024 * 1024,
    .instructions = 8 * 1024 * 1024,
    .tuple_elements = 16 * 1024 * 1024,
    .numbers = 128 * 1024 * 1024,
    .text_bytes = 64 * 1024,
    .config_bytes = 64 * 1024 * 1024,
    .payloads = 1024 * 1024,
};

enum { FIRST_ROOM = 64, TUPLE_ROOM = 4 };

bool nkb_hlo_build_memory(struct nkb_hlo_build *build)
{
    nkb_wire_fault(build->wire, nkb_wire_offset(build->wire), "out of memory");
    build->wire->code = NKB_EMEMORY;
    build->wire->final = true;
    return false;
}

static bool too_many(struct nkb_hlo_build *build, uint64_t limit, const char *what)
{
    nkb_wire_fault(build->wire, nkb_wire_offset(build->wire),
                   "more than %llu %s; a module may have no more", (unsigned long long)limit, what);
    build->wire->final = true;
    return false;
}

/* One more of something there may be `limit` of. */
static bool count_one(struct nkb_hlo_build *build, uint64_t *count, uint64_t limit,
                      const char *what)
{
    if (*count >= limit)
        return too_many(build, limit, what);
    ++*count;
    return true;
}

bool nkb_hlo_build_room(struct nkb_hlo_build *build, void *array, size_t *room, size_t count,
                        size_t size_bytes)
{
    size_t want = *room ? *room * 2 : FIRST_ROOM, bytes;
    void *old, *grown;

    if (count < *room)
        return true;
    memcpy(&old, array, sizeof old); /* array is the address of a pointer of any type */
    if (want <= *room || !nkb_size_mul(want, size_bytes, &bytes))
        return nkb_hlo_build_memory(build);
    grown = realloc(old, bytes);
    if (!grown)
        return nkb_hlo_build_memory(build);
    memcpy(array, &grown, sizeof grown);
    *room = want;
    return true;
}

bool nkb_hlo_build_grow(struct nkb_hlo_build *build, const int64_t **at, uint32_t count)
{
    uint32_t room = count ? count * 2 : NKB_HLO_LIST_ROOM;

    /* Counted by room, so that short lists count for what they cost. */
    if (room - count > build->limits->numbers - build->numbers)
        return too_many(build, build->limits->numbers, "dimensions, ids and other listed numbers");
    build->numbers += room - count;
    int64_t *grown = nkb_arena_grow(build->arena, *at, count, room, sizeof **at);
    if (!grown)
        return nkb_hlo_build_memory(build);
    *at = grown;
    return true;
}

bool nkb_hlo_build_text(struct nkb_hlo_build *build, struct nkb_str text, struct nkb_str *to)
{
    *to = nkb_arena_copy(build->arena, text);
    return to->ptr || nkb_hlo_build_memory(build);
}

bool nkb_hlo_build_blob(struct nkb_hlo_build *build, struct nkb_hlo_blob blob, struct nkb_str *out)
{
    *out = NKB_STR_NONE;
    if (blob.len == 0)
        return true;
    if (blob.len > build->limits->config_bytes) {
        nkb_wire_fault(
            build->wire, blob.offset, "a backend_config of %llu bytes; at most %llu are taken",
            (unsigned long long)blob.len, (unsigned long long)build->limits->config_bytes);
        build->wire->final = true;
        return false;
    }
    return nkb_wire_peek(build->wire, blob.offset, blob.len, &build->scratch, out);
}

bool nkb_hlo_build_payload(struct nkb_hlo_build *build, struct nkb_hlo_blob blob)
{
    struct nkb_str text;
    int64_t trips = -1;
    uint64_t count = build->payload_count;

    if (!count_one(build, &count, build->limits->payloads, "payloads") ||
        !nkb_hlo_build_room(build, &build->payload_trips, &build->payload_room,
                            build->payload_count, sizeof *build->payload_trips) ||
        !nkb_hlo_build_blob(build, blob, &text))
        return false;
    if (!nkb_trip_count_read(text, &trips))
        trips = -1;
    build->payload_trips[build->payload_count++] = trips;
    return true;
}

struct nkb_hlo_shape *nkb_hlo_build_tuple_element(struct nkb_hlo_build *build,
                                                  struct nkb_hlo_shape *tuple)
{
    uint32_t n = tuple->tuple_count;

    if (!count_one(build, &build->tuple_elements, build->limits->tuple_elements,
                   "shapes inside tuples"))
        return NULL;
    if (n == 0 || (n >= TUPLE_ROOM && (n & (n - 1)) == 0)) {
        struct nkb_hlo_shape *grown = nkb_arena_grow(build->arena, tuple->tuple, n,
                                                     n ? (size_t)n * 2 : TUPLE_ROOM, sizeof *grown);
        if (!grown) {
            nkb_hlo_build_memory(build);
            return NULL;
        }
        tuple->tuple = grown;
    }
    tuple->tuple_count = n + 1;
    return &tuple->tuple[n];
}

struct nkb_hlo_window_dim *nkb_hlo_build_window_dim(struct nkb_hlo_build *build,
                                                    struct nkb_hlo_attrs *attrs)
{
    uint32_t n = attrs->window_rank;

    if (!count_one(build, &build->numbers, build->limits->numbers, "window dimensions"))
        return NULL;
    if (n == 0 || (n >= NKB_HLO_LIST_ROOM && (n & (n - 1)) == 0)) {
        struct nkb_hlo_window_dim *grown = nkb_arena_grow(
            build->arena, attrs->window, n, n ? (size_t)n * 2 : NKB_HLO_LIST_ROOM, sizeof *grown);
        if (!grown) {
            nkb_hlo_build_memory(build);
            return NULL;
        }
        attrs->window = grown;
    }
    attrs->window_rank = n + 1;
    return &attrs->window[n];
}

struct nkb_hlo_computation *nkb_hlo_build_computation(struct nkb_hlo_build *build, uint64_t at)
{
    uint64_t count = build->computation_count;

    if (!count_one(build, &count, build->limits->computations, "computations") ||
        !nkb_hlo_build_room(build, &build->computations, &build->computation_room,
                            build->computation_count, sizeof *build->computations))
        return NULL;
    memset(&build->computation, 0, sizeof build->computation);
    build->computation.name = NKB_STR_LITERAL("");
    build->computation.at = at;
    build->instruction_count = 0;
    return &build->computation;
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
            if (!nkb_hlo_build_room(build, &build->callers, &build->caller_room,
                                    build->caller_count, sizeof *build->callers))
                return false;
            build->callers[build->caller_count++] = in;
        }
    }
    return true;
}

bool nkb_hlo_build_computation_end(struct nkb_hlo_build *build)
{
    struct nkb_hlo_computation *computation = &build->computations[build->computation_count];
    size_t count = build->instruction_count;

    *computation = build->computation;
    computation->root = NKB_HLO_NONE;
    computation->instruction_count = (uint32_t)count;
    computation->instructions = nkb_arena_grow(build->arena, build->instructions, count, count,
                                               sizeof *build->instructions);
    if (!computation->instructions)
        return nkb_hlo_build_memory(build);
    build->computation_count++;
    return count == 0 || resolve_operands(build, computation);
}

struct nkb_hlo_draft *nkb_hlo_build_instruction(struct nkb_hlo_build *build, uint64_t at)
{
    if (!count_one(build, &build->instructions_all, build->limits->instructions, "instructions") ||
        !nkb_hlo_build_room(build, &build->instructions, &build->instruction_room,
                            build->instruction_count, sizeof *build->instructions))
        return NULL;
    struct nkb_hlo_draft *draft = &build->draft;
    memset(draft, 0, sizeof *draft);
    draft->in.name = NKB_STR_LITERAL("");
    draft->in.opcode_name = NKB_STR_LITERAL("");
    draft->in.opcode = NKB_HLO_OPCODE_COUNT;
    draft->in.at = at;
    return draft;
}

bool nkb_hlo_build_instruction_end(struct nkb_hlo_build *build)
{
    if (!nkb_hlo_draft_finish(build))
        return false;
    build->instructions[build->instruction_count++] = build->draft.in;
    return true;
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
    free(build->instructions);
    free(build->computations);
    free(build->callers);
    free(build->payload_trips);
    free(build->trips_wanted);
    nkb_id_map_free(&build->ids);
    nkb_buf_free(&build->scratch);
}
