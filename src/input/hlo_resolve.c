/* From ids to positions: operands when their computation is complete, called computations, which
 * may stand anywhere, when the module is. Ids wait in arrays of the builder's in the order of the
 * instructions that name them. Those know where their positions will stand, so that a table larger
 * than any cache is not gone through again. */
#include "input/hlo_build.h"

#include <string.h>

enum { PLACES = 512 };

bool nkb_hlo_build_ids_room(struct nkb_hlo_build *build, struct nkb_hlo_id_list *list,
                            uint64_t more)
{
    while (list->room - list->count < more)
        if (!nkb_hlo_build_room(build, &list->at, &list->room, list->room, sizeof *list->at))
            return false;
    return true;
}

void nkb_hlo_build_end_positions(struct nkb_hlo_build *build)
{
    if (build->positions_count) {
        struct nkb_hlo_positions *last = &build->positions[build->positions_count - 1];
        last->count = (size_t)(build->place - last->at);
    }
}

bool nkb_hlo_build_positions(struct nkb_hlo_build *build, size_t count)
{
    if (count < PLACES)
        count = PLACES;
    uint32_t *at = nkb_arena_take(build->arena, count * sizeof *at);
    if (!at)
        return nkb_hlo_build_memory(build);
    nkb_hlo_build_end_positions(build);
    if (!nkb_hlo_build_room(build, &build->positions, &build->positions_room,
                            build->positions_count, sizeof *build->positions))
        return false;
    build->positions[build->positions_count++] = (struct nkb_hlo_positions){at, 0};
    build->place = at;
    build->place_left = count;
    return true;
}

/* What one instruction found; but with the id of the first that leads nowhere behind the positions
 * they get a place of their own. */
static const uint32_t *with_missing(struct nkb_hlo_build *build, const int64_t *ids,
                                    const uint32_t *found, uint32_t count)
{
    uint32_t missing = 0;
    while (missing < count && found[missing] != NKB_HLO_NONE)
        missing++;
    if (missing == count)
        return found;
    uint32_t *own =
        nkb_arena_array(build->arena, (size_t)count + NKB_HLO_MISSING_ROOM, sizeof *own);
    if (!own) {
        nkb_hlo_build_memory(build);
        return NULL;
    }
    memcpy(own, found, count * sizeof *own);
    memcpy(own + count, &ids[missing], sizeof ids[missing]);
    return own;
}

static bool name_missing(struct nkb_hlo_build *build, struct nkb_hlo_computation *computation)
{
    const int64_t *ids = build->operand_ids.at;
    for (uint32_t i = 0; i < computation->instruction_count; i++) {
        struct nkb_hlo_instruction *in = &computation->instructions[i];
        if (in->operand_count == 0)
            continue;
        in->operands = with_missing(build, ids, in->operands, in->operand_count);
        if (!in->operands)
            return false;
        ids += in->operand_count;
    }
    return true;
}

bool nkb_hlo_resolve_operands(struct nkb_hlo_build *build, struct nkb_hlo_computation *computation)
{
    /* An array of pointers it is: NOLINTNEXTLINE(bugprone-sizeof-expression) */
    const size_t caller_bytes = sizeof *build->callers;
    const int64_t *ids = build->operand_ids.at;
    bool all = true;

    if (!nkb_id_map_build(&build->ids, build->instruction_ids.at, sizeof(int64_t),
                          computation->instruction_count))
        return nkb_hlo_build_memory(build);
    computation->root = nkb_id_map_find(&build->ids, computation->root_id, NKB_HLO_NONE);
    nkb_hlo_build_end_positions(build);
    for (size_t i = 0; i < build->positions_count; i++) {
        const struct nkb_hlo_positions *run = &build->positions[i];
        all &= nkb_id_map_find_all(&build->ids, ids, run->count, NKB_HLO_NONE, run->at);
        ids += run->count;
    }
    for (size_t i = 0; i < build->calling.count; i++) {
        if (!nkb_hlo_build_room(build, &build->callers, &build->caller_room, build->caller_count,
                                caller_bytes))
            return false;
        build->callers[build->caller_count++] = &computation->instructions[build->calling.at[i]];
    }
    return all || name_missing(build, computation);
}

bool nkb_hlo_resolve_calls(struct nkb_hlo_build *build)
{
    size_t count = build->called_ids.count;
    const int64_t *ids = build->called_ids.at;
    uint32_t *found = nkb_arena_take(build->arena, count * sizeof *found);

    if (!found)
        return nkb_hlo_build_memory(build);
    nkb_id_map_find_all(&build->ids, ids, count, NKB_HLO_NONE, found);
    for (size_t i = 0; i < build->caller_count; i++) {
        struct nkb_hlo_instruction *in = build->callers[i];
        in->called = with_missing(build, ids, found, in->called_count);
        if (!in->called)
            return false;
        ids += in->called_count;
        found += in->called_count;
    }
    return true;
}
