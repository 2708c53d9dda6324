/* The instructions of a computation by kind: opcode and element type. A computation has few kinds,
 * and four dimensions need no more of an instruction than that. */
#include "analyze/attribution_parts.h"

enum { KINDS = (NKB_HLO_OPCODE_COUNT + 1) * NKB_TYPE_COUNT, FIRST_ROOM = 32 };

bool nkb_kinds_open(struct nkb_kinds *kinds, struct nkb_arena *scratch)
{
    *kinds = (struct nkb_kinds){.place = nkb_arena_array(scratch, KINDS, sizeof *kinds->place)};
    return kinds->place != NULL;
}

static uint32_t dtype_of(const struct nkb_hlo_instruction *in)
{
    int32_t type = in->shape->element_type;
    return type > 0 && type < NKB_TYPE_COUNT ? (uint32_t)type : NKB_TYPE_INVALID;
}

bool nkb_kinds_add(struct nkb_kinds *kinds, const struct nkb_hlo_instruction *in,
                   const struct nkb_sums *sums, struct nkb_arena *scratch)
{
    uint32_t opcode = in->opcode, dtype = dtype_of(in);
    uint16_t *place = &kinds->place[opcode * NKB_TYPE_COUNT + dtype];
    if (*place == 0) {
        if (kinds->count == kinds->room) {
            uint32_t room = kinds->room ? kinds->room * 2 : FIRST_ROOM;
            struct nkb_kind *grown =
                nkb_arena_grow(scratch, kinds->at, kinds->count, room, sizeof *grown);
            if (!grown)
                return false;
            kinds->at = grown;
            kinds->room = room;
        }
        struct nkb_kind *kind = &kinds->at[kinds->count++];
        kind->opcode = opcode;
        kind->dtype = dtype;
        kind->sums.used = kind->sums.absent = 0;
        *place = (uint16_t)kinds->count;
    }
    nkb_sums_add(&kinds->at[*place - 1].sums, sums);
    return true;
}

void nkb_kinds_forget(struct nkb_kinds *kinds)
{
    while (kinds->count) {
        const struct nkb_kind *kind = &kinds->at[--kinds->count];
        kinds->place[kind->opcode * NKB_TYPE_COUNT + kind->dtype] = 0;
    }
}
