/* From ids to positions: operands when their computation is complete, called computations, which
 * may stand anywhere, when the module is. Ids wait in arrays of the builder's in the order of the
 * instructions that name them. */
#include "input/hlo_build.h"

#include <string.h>

bool nkb_hlo_build_ids_room(struct nkb_hlo_build *build, struct nkb_hlo_id_list *list,
                            uint64_t more)
{
    while (list->room - list->count < more)
        if (!nkb_hlo_build_room(build, &list->at, &list->room, list->room, sizeof *list->at))
            return false;
    return true;
}

/* Positions of `count` ids, to *next, which moves on; but with the id of one that leads nowhere
 * behind them they get a place of their own. */
static const uint32_t *find_all(struct nkb_hlo_build *build, const int64_t *ids, uint32_t count,
                                uint32_t **next)
{
    uint32_t *found = *next;
    const int64_t *missing = NULL;

    for (uint32_t i = 0; i < count; i++) {
        found[i] = nkb_id_map_find(&build->ids, ids[i], NKB_HLO_NONE);
        if (found[i] == NKB_HLO_NONE && !missing)
            missing = &ids[i];
    }
    *next += count;
    if (!missing)
        return found;
    uint32_t *own =
        nkb_arena_array(build->arena, (size_t)count + NKB_HLO_MISSING_ROOM, sizeof *own);
    if (!own)
        return NULL;
    memcpy(own, found, count * sizeof *own);
    memcpy(own + count, missing, sizeof *missing);
    return own;
}

bool nkb_hlo_resolve_operands(struct nkb_hlo_build *build, struct nkb_hlo_computation *computation)
{
    uint32_t *next = nkb_arena_take(build->arena, build->operand_ids.count * sizeof *next);
    const int64_t *ids = build->operand_ids.at;

    if (!next || !nkb_id_map_build(&build->ids, build->instruction_ids.at, sizeof(int64_t),
                                   computation->instruction_count))
        return nkb_hlo_build_memory(build);
    computation->root = nkb_id_map_find(&build->ids, computation->root_id, NKB_HLO_NONE);

    for (uint32_t i = 0; i < computation->instruction_count; i++) {
        struct nkb_hlo_instruction *in = &computation->instructions[i];
        if (in->operand_count) {
            in->operands = find_all(build, ids, in->operand_count, &next);
            if (!in->operands)
                return nkb_hlo_build_memory(build);
            ids += in->operand_count;
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

bool nkb_hlo_resolve_calls(struct nkb_hlo_build *build)
{
    uint32_t *next = nkb_arena_take(build->arena, build->called_ids.count * sizeof *next);
    const int64_t *ids = build->called_ids.at;

    if (!next)
        return nkb_hlo_build_memory(build);
    for (size_t i = 0; i < build->caller_count; i++) {
        struct nkb_hlo_instruction *in = build->callers[i];
        in->called = find_all(build, ids, in->called_count, &next);
        if (!in->called)
            return nkb_hlo_build_memory(build);
        ids += in->called_count;
    }
    return true;
}
