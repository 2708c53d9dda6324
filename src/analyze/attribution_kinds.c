/* The instructions of a computation by kind: opcode and element type. A computation has few kinds,
 * and four dimensions need no more of an instruction than that. */
#include "analyze/attribution_parts.h"

enum { KINDS = (NKB_HLO_OPCODE_COUNT + 1) * NKB_TYPE_COUNT, FIRST_ROOM = 32 };

bool nkb_kinds_open(struct nkb_kinds *kinds, struct nkb_arena *scratch)
{
    *kinds = (struct nkb_kinds){.place = nkb_arena_array(scratch, KINDS, sizeof *kinds->place)};
    return kinds->place != NULL;
}

struct nkb_kind *nkb_kinds_meet(struct nkb_kinds *kinds, uint32_t opcode, uint32_t dtype,
                                struct nkb_arena *scratch)
{
    if (kinds->count == kinds->room) {
        uint32_t room = kinds->room ? kinds->room * 2 : FIRST_ROOM;
        struct nkb_kind *grown =
            nkb_arena_grow(scratch, kinds->at, kinds->count, room, sizeof *grown);
        if (!grown)
            return NULL;
        kinds->at = grown;
        kinds->room = room;
    }
    struct nkb_kind *kind = &kinds->at[kinds->count++];
    *kind = (struct nkb_kind){.opcode = opcode, .dtype = dtype};
    kinds->place[opcode * NKB_TYPE_COUNT + dtype] = (uint16_t)kinds->count;
    return kind;
}

void nkb_kinds_forget(struct nkb_kinds *kinds)
{
    while (kinds->count) {
        const struct nkb_kind *kind = &kinds->at[--kinds->count];
        kinds->place[kind->opcode * NKB_TYPE_COUNT + kind->dtype] = 0;
    }
}
