/* Until the end an instruction that names a frame holds the frame's number with the highest bit
 * set; a frame that leads nowhere becomes no source. */
#include "input/hlo_sources.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/num.h"

enum { FIRST_ROOM = 64 };
#define FRAME_BIT (UINT32_C(1) << 31)

/* One more of an array from malloc. `array` is the pointer's address. */
static bool room_for(void *array, size_t *room, size_t count, size_t size_bytes)
{
    size_t want = *room ? *room * 2 : FIRST_ROOM, total;
    void *old;
    if (count < *room)
        return true;
    memcpy(&old, array, sizeof old);
    if (want <= *room || !nkb_size_mul(want, size_bytes, &total))
        return false;
    void *grown = realloc(old, total);
    if (!grown)
        return false;
    memcpy(array, &grown, sizeof grown);
    *room = want;
    /* cppcheck-suppress memleak ; the array has it now */
    return true;
}

bool nkb_hlo_sources_file(struct nkb_hlo_sources *sources, struct nkb_arena *arena,
                          struct nkb_str file, uint32_t *file_out)
{
    struct nkb_intern *files = &sources->files;
    if (files->count == 0 && !nkb_intern_add(files, arena, NKB_STR_LITERAL(""), file_out))
        return false;
    if (!nkb_hlo_sources_is_last(sources, file) &&
        !nkb_intern_add(files, arena, file, &sources->last_file))
        return false;
    *file_out = sources->last_file;
    return true;
}

/* The slot that holds the pair, or the empty one where it belongs. */
static inline uint32_t *slot_of(const struct nkb_hlo_places *places, uint64_t pair)
{
    size_t mask = places->slot_count - 1;
    for (size_t i = nkb_hash_mix(pair, places->seed) & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &places->slots[i];
        if (*slot == 0 || places->pairs[*slot - 1] == pair)
            return slot;
    }
}

/* Slots for as many pairs as there is room for. */
static bool make_slots(struct nkb_hlo_places *places)
{
    size_t count = places->room * 2;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots)
        return false;
    free(places->slots);
    places->slots = slots;
    places->slot_count = count;
    places->seed = (uint64_t)(uintptr_t)slots;
    for (size_t i = 0; i < places->count; i++)
        *slot_of(places, places->pairs[i]) = (uint32_t)i + 1;
    return true;
}

static bool add_place(struct nkb_hlo_places *places, uint64_t pair, uint32_t *source_out)
{
    if (places->count + 1 >= FRAME_BIT)
        return false;
    if (places->count == places->room &&
        (!room_for(&places->pairs, &places->room, places->count, sizeof pair) ||
         !make_slots(places)))
        return false;
    places->pairs[places->count++] = pair;
    *slot_of(places, pair) = (uint32_t)places->count;
    *source_out = (uint32_t)places->count;
    return true;
}

static inline bool find_place(struct nkb_hlo_sources *sources, uint32_t file, int32_t line,
                              uint32_t *source_out)
{
    struct nkb_hlo_places *places = &sources->places;
    uint64_t pair = (uint64_t)file << 32 | (uint32_t)line;
    *source_out = places->count ? *slot_of(places, pair) : 0;
    return *source_out != 0 || add_place(places, pair, source_out);
}

static struct nkb_hlo_source place_of(const struct nkb_hlo_sources *sources, size_t number)
{
    uint64_t pair = sources->places.pairs[number];
    return (struct nkb_hlo_source){sources->files.texts[pair >> 32], (int32_t)(uint32_t)pair};
}

bool nkb_hlo_sources_find(struct nkb_hlo_sources *sources, uint32_t file, int32_t line,
                          int32_t frame, uint32_t *source_out)
{
    *source_out = NKB_HLO_NO_SOURCE;
    if (file != 0)
        return find_place(sources, file, line, source_out);
    if (frame > 0) {
        *source_out = FRAME_BIT | (uint32_t)frame;
        sources->frames_wanted = true;
    }
    return true;
}

uint32_t *nkb_hlo_sources_join(struct nkb_hlo_sources *sources, struct nkb_arena *arena,
                               const struct nkb_hlo_sources *from)
{
    size_t places = from->places.count;
    uint32_t *now = nkb_arena_array(arena, places + 1, sizeof *now);
    for (size_t i = 0; i < places && now; i++) {
        struct nkb_hlo_source place = place_of(from, i);
        uint32_t file;
        if (!nkb_hlo_sources_file(sources, arena, place.file, &file) ||
            !find_place(sources, file, place.line, &now[i + 1]))
            return NULL;
    }
    sources->frames_wanted |= from->frames_wanted;
    return now;
}

void nkb_hlo_sources_renumber(const uint32_t *now, struct nkb_hlo_instruction *instructions,
                              size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((instructions[i].source & FRAME_BIT) == 0)
            instructions[i].source = now[instructions[i].source];
}

bool nkb_hlo_sources_add_file(struct nkb_hlo_sources *sources, struct nkb_arena *arena,
                              struct nkb_str name)
{
    uint32_t file;
    if (!nkb_hlo_sources_file(sources, arena, name, &file) ||
        !room_for(&sources->index_files, &sources->index_file_room, sources->index_file_count,
                  sizeof file))
        return false;
    sources->index_files[sources->index_file_count++] = file;
    return true;
}

bool nkb_hlo_sources_add_location(struct nkb_hlo_sources *sources, struct nkb_hlo_location location)
{
    if (!room_for(&sources->locations, &sources->location_room, sources->location_count,
                  sizeof location))
        return false;
    sources->locations[sources->location_count++] = location;
    return true;
}

bool nkb_hlo_sources_add_frame(struct nkb_hlo_sources *sources, struct nkb_hlo_frame frame)
{
    if (!room_for(&sources->frames, &sources->frame_room, sources->frame_count, sizeof frame))
        return false;
    sources->frames[sources->frame_count++] = frame;
    return true;
}

/* Is this id, counted from 1, one of so many? */
static bool is_one_of(int64_t id, size_t count)
{
    return id >= 1 && (uint64_t)id <= count;
}

/* The innermost frame is where the instruction was written; its parents are the callers. */
static bool resolve_frame(struct nkb_hlo_sources *sources, int64_t frame, uint32_t *source)
{
    *source = NKB_HLO_NO_SOURCE;
    if (!is_one_of(frame, sources->frame_count))
        return true;
    int64_t at = sources->frames[frame - 1].file_location_id;
    if (!is_one_of(at, sources->location_count))
        return true;
    const struct nkb_hlo_location *location = &sources->locations[at - 1];
    if (!is_one_of(location->file_name_id, sources->index_file_count))
        return true;
    uint32_t file = sources->index_files[location->file_name_id - 1];
    return file == 0 || find_place(sources, file, location->line, source);
}

static bool resolve_frames(struct nkb_hlo_sources *sources, struct nkb_hlo *module)
{
    for (uint32_t c = 0; c < module->computation_count; c++) {
        struct nkb_hlo_computation *computation = &module->computations[c];
        for (uint32_t i = 0; i < computation->instruction_count; i++) {
            uint32_t *source = &computation->instructions[i].source;
            if ((*source & FRAME_BIT) != 0 && !resolve_frame(sources, *source & ~FRAME_BIT, source))
                return false;
        }
    }
    return true;
}

bool nkb_hlo_sources_finish(struct nkb_hlo_sources *sources, struct nkb_arena *arena,
                            struct nkb_hlo *module)
{
    if (sources->frames_wanted && !resolve_frames(sources, module))
        return false;
    size_t count = sources->places.count + 1;
    module->sources = nkb_arena_array(arena, count, sizeof *module->sources);
    if (!module->sources)
        return false;
    module->source_count = (uint32_t)count;
    module->sources[NKB_HLO_NO_SOURCE].file = NKB_STR_LITERAL("");
    for (size_t i = 1; i < count; i++)
        module->sources[i] = place_of(sources, i - 1);
    return true;
}

void nkb_hlo_sources_free(struct nkb_hlo_sources *sources)
{
    nkb_intern_free(&sources->files);
    free(sources->places.pairs);
    free(sources->places.slots);
    free(sources->index_files);
    free(sources->locations);
    free(sources->frames);
    *sources = (struct nkb_hlo_sources){0};
}
