/* The fields are counted first, by their headers alone, so that every part knows how many there
 * are, and where its instructions will stand in the array of their computation. */
#include "input/hlo_split.h"

#include <stdlib.h>

#include "base/pool.h"

enum { MAX_PARTS = 64 };

struct part {
    uint64_t at, end;    /* offsets in the file */
    size_t first, count; /* of the fields of the run */
    struct nkb_hlo_build build;
    struct nkb_arena arena;
    struct nkb_hlo module; /* of nothing but this part */
    bool good;
};

struct split {
    enum nkb_hlo_run kind;
    struct nkb_hlo_build *build;
    struct part *parts;
    size_t part_count;
    uint64_t at, end; /* of the run */
    uint64_t longest; /* of its fields, in bytes */
    size_t count;
    unsigned depth;
};

/* Find where the parts begin, about equal in bytes. False: the file cannot be read so. */
static bool find_parts(struct split *s, struct nkb_wire *wire)
{
    uint64_t share = (s->end - s->at) / s->part_count + 1;
    size_t parts = 0;
    bool good = true;

    while (nkb_wire_offset(wire) < s->end) {
        uint64_t at = nkb_wire_offset(wire), len;
        good = nkb_wire_more(wire, NKB_WIRE_HEADER_BYTES);
        if (!good || wire->at[0] != s->kind)
            break;
        const unsigned char *behind = nkb_wire_read_varint(wire, wire->at + 1, wire->fill, &len);
        uint64_t header = behind ? (uint64_t)(behind - wire->at) : 0;
        good = behind && len <= NKB_HLO_LENGTH_MAX && header <= s->end - at &&
               len <= s->end - at - header;
        if (!good)
            break;
        if (at - s->at >= share * parts) {
            s->parts[parts].at = at;
            s->parts[parts].first = s->count;
            parts++;
        }
        if (len > s->longest)
            s->longest = len;
        s->count++;
        wire->at = behind;
        nkb_wire_skip(wire, len);
    }
    s->end = nkb_wire_offset(wire);
    s->part_count = parts;
    for (size_t i = 0; i < parts; i++) {
        struct part *part = &s->parts[i];
        part->end = i + 1 < parts ? part[1].at : s->end;
        part->count = (i + 1 < parts ? part[1].first : s->count) - part->first;
    }
    return good;
}

/* A cursor of one's own on the file, at this offset; close it. */
static bool open_wire(struct nkb_wire *wire, const struct nkb_wire *of, uint64_t at)
{
    if (nkb_wire_from_file(wire, of->fd, of->size, NKB_WIRE_WINDOW_BYTES, NULL) != 0)
        return false;
    nkb_wire_skip(wire, at);
    return true;
}

static bool read_instructions(const struct split *s, struct part *part, struct nkb_hlo_walk *walk)
{
    struct nkb_hlo_build *build = &part->build;
    struct nkb_hlo_instruction *place = s->build->instructions + s->build->instruction_count;
    build->instructions = place + part->first;
    build->instruction_room = part->count;
    return nkb_hlo_walk_computation(walk, &build->computation, part->end, s->depth) &&
           build->instruction_count == part->count && build->instructions == place + part->first;
}

static bool read_computations(const struct split *s, struct part *part, struct nkb_hlo_walk *walk)
{
    return nkb_hlo_walk_module(walk, &part->module, part->end, s->depth) &&
           part->build.computation_count == part->count;
}

static void read_part(void *context, size_t job, size_t worker)
{
    const struct split *s = context;
    struct part *part = &s->parts[job];
    struct nkb_hlo_walk walk = {.build = &part->build};
    struct nkb_wire wire;

    (void)worker;
    if (!open_wire(&wire, s->build->wire, part->at))
        return;
    walk.wire = &wire;
    nkb_hlo_build_start(&part->build, &wire, s->build->limits, &part->arena, &part->module);
    part->good = s->kind == NKB_RUN_INSTRUCTIONS ? read_instructions(s, part, &walk)
                                                 : read_computations(s, part, &walk);
    nkb_wire_close(&wire);
}

/* May the module have as much as all parts together? */
static bool within_limits(const struct split *s)
{
    const struct nkb_hlo_build *build = s->build;
    const struct nkb_hlo_limits *limits = build->limits;
    uint64_t instructions = build->instructions_all, tuples = build->tuple_elements,
             dims = build->window_dims, numbers = build->numbers,
             computations = build->computation_count;
    for (size_t i = 0; i < s->part_count; i++) { /* none is above its limit by itself */
        instructions += s->parts[i].build.instructions_all;
        tuples += s->parts[i].build.tuple_elements;
        dims += s->parts[i].build.window_dims;
        numbers += s->parts[i].build.numbers;
        computations += s->parts[i].build.computation_count;
    }
    return computations <= limits->computations && instructions <= limits->instructions &&
           tuples <= limits->tuple_elements && dims <= limits->window_dims &&
           numbers <= limits->numbers;
}

static bool append_ids(struct nkb_hlo_build *build, struct nkb_hlo_id_list *to,
                       const struct nkb_hlo_id_list *from)
{
    if (from->count == 0)
        return true;
    int64_t *place = nkb_hlo_build_ids(build, to, from->count);
    if (place)
        memcpy(place, from->at, from->count * sizeof *place);
    return place != NULL;
}

static bool append_trips(struct nkb_hlo_build *build, const struct nkb_hlo_build *from)
{
    for (size_t i = 0; i < from->trip_wanted_count; i++) {
        if (!nkb_hlo_build_room(build, &build->trips_wanted, &build->trip_wanted_room,
                                build->trip_wanted_count, sizeof *build->trips_wanted))
            return false;
        build->trips_wanted[build->trip_wanted_count++] = from->trips_wanted[i];
    }
    return true;
}

/* Where positions of operands will stand, and which instructions call. */
static bool append_references(struct nkb_hlo_build *build, struct nkb_hlo_build *from)
{
    nkb_hlo_build_end_positions(from);
    nkb_hlo_build_end_positions(build);
    build->place_left = 0;
    for (size_t i = 0; i < from->positions_count; i++) {
        if (!nkb_hlo_build_room(build, &build->positions, &build->positions_room,
                                build->positions_count, sizeof *build->positions))
            return false;
        build->positions[build->positions_count++] = from->positions[i];
        build->place = from->positions[i].at + from->positions[i].count; /* it has ended there */
    }
    if (from->calling.count == 0)
        return true;
    int64_t *position = nkb_hlo_build_ids(build, &build->calling, from->calling.count);
    if (!position)
        return false;
    for (size_t i = 0; i < from->calling.count; i++)
        position[i] = from->calling.at[i] + (int64_t)build->instruction_count;
    return true;
}

/* What is in the computation that is being read. */
static bool append_instructions(struct nkb_hlo_build *build, struct nkb_hlo_build *from,
                                const uint32_t *sources)
{
    nkb_hlo_sources_renumber(sources, from->instructions, from->instruction_count);
    if (!append_references(build, from))
        return false;
    build->instruction_count += from->instruction_count;
    return append_ids(build, &build->instruction_ids, &from->instruction_ids) &&
           append_ids(build, &build->operand_ids, &from->operand_ids);
}

static bool append_computations(struct nkb_hlo_build *build, const struct nkb_hlo_build *from,
                                const uint32_t *sources)
{
    /* An array of pointers it is: NOLINTNEXTLINE(bugprone-sizeof-expression) */
    const size_t caller_bytes = sizeof *build->callers;
    for (size_t i = 0; i < from->computation_count; i++) {
        struct nkb_hlo_computation *computation = &from->computations[i];
        nkb_hlo_sources_renumber(sources, computation->instructions,
                                 computation->instruction_count);
        if (!nkb_hlo_build_room(build, &build->computations, &build->computation_room,
                                build->computation_count, sizeof *build->computations))
            return false;
        build->computations[build->computation_count++] = *computation;
    }
    for (size_t i = 0; i < from->caller_count; i++) {
        if (!nkb_hlo_build_room(build, &build->callers, &build->caller_room, build->caller_count,
                                caller_bytes))
            return false;
        build->callers[build->caller_count++] = from->callers[i];
    }
    return true;
}

static bool append_part(struct split *s, struct part *part)
{
    struct nkb_hlo_build *build = s->build, *from = &part->build;
    const uint32_t *sources = nkb_hlo_sources_join(&build->sources, build->arena, &from->sources);
    if (!sources)
        return nkb_hlo_build_memory(build);
    if (!append_ids(build, &build->called_ids, &from->called_ids) || !append_trips(build, from) ||
        !(s->kind == NKB_RUN_INSTRUCTIONS ? append_instructions(build, from, sources)
                                          : append_computations(build, from, sources)))
        return false;
    build->instructions_all += from->instructions_all;
    build->tuple_elements += from->tuple_elements;
    build->window_dims += from->window_dims;
    build->numbers += from->numbers;
    nkb_arena_adopt(build->arena, &part->arena);
    return true;
}

static enum nkb_hlo_split_result read_parts(struct split *s)
{
    struct nkb_hlo_build *build = s->build;
    bool good = true;

    if (s->kind == NKB_RUN_INSTRUCTIONS && !nkb_hlo_build_reserve(build, s->count))
        return NKB_SPLIT_FAULT;
    for (size_t i = 0; i < s->part_count; i++) {
        s->parts[i].arena = NKB_ARENA_INIT;
        s->parts[i].arena.limit_bytes = build->arena->limit_bytes;
    }
    nkb_pool_run(s->part_count, s->part_count, read_part, s);
    for (size_t i = 0; i < s->part_count; i++)
        good = good && s->parts[i].good;
    enum nkb_hlo_split_result result = NKB_SPLIT_NOT;
    if (good && within_limits(s)) {
        for (size_t i = 0; i < s->part_count && good; i++)
            good = append_part(s, &s->parts[i]);
        result = good ? NKB_SPLIT_DONE : NKB_SPLIT_FAULT;
    }
    for (size_t i = 0; i < s->part_count; i++) {
        nkb_hlo_build_free(&s->parts[i].build);
        nkb_arena_free(&s->parts[i].arena);
    }
    return result;
}

/* Is no part much longer than the others, as one of a single long computation would be? That is
 * better split itself, where it is long enough to be. */
static bool is_even(const struct split *s)
{
    if (s->longest < s->build->split_bytes)
        return true;
    uint64_t share = (s->end - s->at) / s->part_count;
    for (size_t i = 0; i < s->part_count; i++)
        if (s->parts[i].end - s->parts[i].at > share + share / 2)
            return false;
    return true;
}

enum nkb_hlo_split_result nkb_hlo_split(struct nkb_hlo_walk *w, enum nkb_hlo_run kind, uint64_t end,
                                        unsigned depth)
{
    struct nkb_wire *wire = w->wire, own;
    struct split s = {.kind = kind,
                      .build = w->build,
                      .part_count = w->build->threads,
                      .at = nkb_wire_offset(wire),
                      .end = end,
                      .depth = depth};

    if (s.part_count > MAX_PARTS)
        s.part_count = MAX_PARTS;
    if (s.part_count < 2 || wire->fd < 0 || end - s.at < w->build->split_bytes)
        return NKB_SPLIT_NOT;
    s.parts = calloc(s.part_count, sizeof *s.parts);
    if (!s.parts || !open_wire(&own, wire, s.at)) {
        free(s.parts);
        return NKB_SPLIT_NOT; /* one thread needs less memory */
    }
    bool good = find_parts(&s, &own);
    nkb_wire_close(&own);
    enum nkb_hlo_split_result result = NKB_SPLIT_NOT;
    if (good && s.part_count > 1 && s.end - s.at >= w->build->split_bytes && is_even(&s))
        result = read_parts(&s);
    free(s.parts);
    if (result == NKB_SPLIT_DONE)
        nkb_wire_skip(wire, s.end - s.at);
    return result;
}
