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

bool nkb_hlo_resolve_operands(struct nkb_hlo_build *build, struct nkb_hlo_computation *computation)
{
    size_t count = build->operand_ids.count;
    const int64_t *ids = build->operand_ids.at;
    uint32_t *found = nkb_arena_take(build->arena, count * sizeof *found);

    if (!found || !nkb_id_map_build(&build->ids, build->instruction_ids.at, sizeof(int64_t),
                                    computation->instruction_count))
        return nkb_hlo_build_memory(build);
    computation->root = nkb_id_map_find(&build->ids, computation->root_id, NKB_HLO_NONE);
    bool all = nkb_id_map_find_all(&build->ids, ids, count, NKB_HLO_NONE, found);

    struct nkb_hlo_instruction *in = computation->instructions,
                               *end = in + computation->instruction_count;
    for (; in < end; in++) {
        if (in->operand_count) {
            in->operands = all ? found : with_missing(build, ids, found, in->operand_count);
            if (!in->operands)
                return false;
            ids += in->operand_count;
            found += in->operand_count;
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
