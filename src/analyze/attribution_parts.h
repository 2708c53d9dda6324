/* What the files of attribution share; nobody else includes it. */
#ifndef NKB_ANALYZE_ATTRIBUTION_PARTS_H
#define NKB_ANALYZE_ATTRIBUTION_PARTS_H

#include "analyze/attribution_bin.h"
#include "base/hash.h"
#include "base/intern.h"

/* The instructions of each kind that has been met. */
struct nkb_kind {
    uint32_t opcode, dtype; /* dtype: NKB_TYPE_INVALID for all that are none */
    struct nkb_bin bin;
};
struct nkb_kinds {
    struct nkb_kind *at; /* in the order they were met */
    uint32_t count, room;
    uint16_t *place; /* by opcode and dtype: position + 1; 0: not met */
};

bool nkb_kinds_open(struct nkb_kinds *kinds, struct nkb_arena *scratch); /* false: memory */
/* A kind that has not been met; NULL when memory runs out. */
struct nkb_kind *nkb_kinds_meet(struct nkb_kinds *kinds, uint32_t opcode, uint32_t dtype,
                                struct nkb_arena *scratch);
void nkb_kinds_forget(struct nkb_kinds *kinds); /* all: another computation begins */

/* Where an instruction belongs; good until the next call. NULL when memory runs out. */
static inline struct nkb_bin *nkb_kinds_bin(struct nkb_kinds *kinds,
                                            const struct nkb_hlo_instruction *in,
                                            struct nkb_arena *scratch)
{
    int32_t type = in->shape->element_type;
    uint32_t dtype = type > 0 && type < NKB_TYPE_COUNT ? (uint32_t)type : NKB_TYPE_INVALID;
    uint16_t place = kinds->place[in->opcode * NKB_TYPE_COUNT + dtype];
    struct nkb_kind *kind =
        place ? &kinds->at[place - 1] : nkb_kinds_meet(kinds, in->opcode, dtype, scratch);
    return kind ? &kind->bin : NULL;
}

/* A computation as called from one scope. */
struct nkb_context {
    uint32_t scope, next; /* next of the same computation, or NKB_HLO_NONE */
    struct nkb_shares shares;
};

/* What nkb_scopes_join said of a name last: names of a module that are equal are mostly one text.
 */
struct nkb_scope_said {
    struct nkb_str op_name; /* told by its address; ptr NULL: nothing yet */
    uint32_t caller, scope;
};
enum { NKB_SCOPES_SAID = 128 };

/* The scopes of a module: names, and from which of them each computation is called. */
struct nkb_scopes {
    struct nkb_scope_said said[NKB_SCOPES_SAID];
    struct nkb_intern names, keys; /* keys: (computation, scope), numbered as contexts are */
    struct nkb_context *contexts;
    size_t context_room;
    uint32_t *head, *tail, *count; /* contexts by computation; head is never NKB_HLO_NONE */
    uint32_t depth, limit;         /* of parts of a name; of contexts of a computation */
    size_t joined_bytes;
    struct nkb_buf text;
    uint32_t lost; /* figures beyond 127 bits on the way */
};

/* Contexts do not move once they are found. */
bool nkb_scopes_find(struct nkb_scopes *scopes, const struct nkb_measures *measures, uint32_t depth,
                     struct nkb_arena *scratch);
/* The scope of an instruction of this name whose computation is called from `caller`. */
bool nkb_scopes_join(struct nkb_scopes *scopes, struct nkb_arena *scratch, uint32_t caller,
                     struct nkb_str op_name, uint32_t *scope_out);
void nkb_scopes_free(struct nkb_scopes *scopes);

/* What nkb_shapes_number said last: instructions share shapes and attributes, so pointers tell. */
struct nkb_shape_said {
    const struct nkb_hlo_shape *result, *operands[2]; /* result NULL: nothing yet */
    const struct nkb_hlo_attrs *attrs;                /* that name what is called */
    uint32_t opcode, number;
};
enum { NKB_SHAPES_SAID = 128 };

/* Instructions of one opcode with the same shapes, by what they are called. */
struct nkb_shapes {
    struct nkb_shape_said said[NKB_SHAPES_SAID];
    struct nkb_intern names;
    struct nkb_buf text;
};
bool nkb_shapes_number(struct nkb_shapes *shapes, const struct nkb_hlo_computation *computation,
                       const struct nkb_hlo_instruction *in, struct nkb_arena *scratch,
                       uint32_t *out);
/* "dot bf16[8,128]" and "bf16[8,64], bf16[64,128]". */
void nkb_shapes_name(const struct nkb_shapes *shapes, size_t number, struct nkb_group *group);
void nkb_shapes_free(struct nkb_shapes *shapes);
/* An instruction's opcode, of a custom-call with what it calls, and its shape. */
void nkb_shapes_say(const struct nkb_hlo_instruction *in, struct nkb_buf *out);

/* Instructions of a computation that are alike in opcode, shapes and figures: they are counted, and
 * added to their kind and shape together. */
struct nkb_alike {
    const struct nkb_hlo_shape *result, *operands[2];
    struct nkb_cost_row row;
    struct nkb_piece piece; /* the first of them, but for its row */
    uint32_t count;         /* 0: the place is empty */
    bool is_passed;         /* none of them is among the largest any more */
};
enum { NKB_ALIKES = 64 };
struct nkb_alikes {
    struct nkb_alike at[NKB_ALIKES];
    unsigned char used[NKB_ALIKES]; /* places, in the order they were taken */
    uint32_t count;
};
/* Where it belongs, which may be empty or hold others; NULL: it is counted by itself. */
static inline struct nkb_alike *nkb_alikes_place(struct nkb_alikes *alikes,
                                                 const struct nkb_hlo_computation *computation,
                                                 const struct nkb_piece *piece,
                                                 struct nkb_alike *key)
{
    const struct nkb_hlo_instruction *in = piece->in;
    key->operands[0] = key->operands[1] = NULL;
    if (in->operand_count > 2 || piece->is_wide || in->opcode == NKB_HLO_CUSTOM_CALL ||
        in->opcode == NKB_HLO_OPCODE_COUNT || (in->attrs && in->attrs->custom_call_target.len > 0))
        return NULL;
    for (uint32_t i = 0; i < in->operand_count; i++) {
        if (in->operands[i] >= computation->instruction_count)
            return NULL;
        key->operands[i] = computation->instructions[in->operands[i]].shape;
    }
    key->result = in->shape;
    uint64_t hash = nkb_hash_addresses(in->shape, key->operands[0], key->operands[1]);
    return &alikes->at[(hash ^ in->opcode) % NKB_ALIKES];
}
static inline bool nkb_alike_is(const struct nkb_alike *alike, const struct nkb_alike *key,
                                const struct nkb_piece *piece)
{
    const struct nkb_cost_row *row = piece->row;
    return alike->count > 0 && alike->result == key->result &&
           alike->operands[0] == key->operands[0] && alike->operands[1] == key->operands[1] &&
           alike->piece.in->opcode == piece->in->opcode && alike->row.flops == row->flops &&
           alike->row.bytes == row->bytes && alike->row.transcendentals == row->transcendentals &&
           alike->piece.macs == piece->macs && alike->piece.work == piece->work;
}

/* The largest instructions. */
struct nkb_largest_one {
    struct nkb_sums sums;
    uint32_t computation, instruction;
};
/* What all figures of an instruction follow from. */
struct nkb_passed {
    const struct nkb_shares *shares; /* NULL: none */
    struct nkb_cost_row row;
    int64_t macs;
    uint32_t work;
    bool is_custom;
};
enum { NKB_PASSED = 64, NKB_PASSED_BITS = 6 };
struct nkb_largest {
    struct nkb_largest_one *at; /* a heap: the smallest first */
    uint32_t count, limit;
    enum nkb_figure sort;
    bool has_rest;
    uint32_t rest_absent; /* figures that one of the rest has not */
    /* Some that were not large enough: no other with their figures is, for it comes later. */
    struct nkb_passed passed[NKB_PASSED];
};

/* For at most `count` instructions. */
bool nkb_largest_open(struct nkb_largest *largest, const struct nkb_attribution *by, uint64_t count,
                      struct nkb_arena *scratch);
bool nkb_largest_add_new(struct nkb_largest *largest, const struct nkb_measures *measures,
                         const struct nkb_piece *piece, const struct nkb_shares *shares,
                         struct nkb_passed *passed);
/* Instructions come in file order; of equal ones the first stays. False: none that comes later with
 * the same figures will be among them. */
static inline bool nkb_largest_add(struct nkb_largest *largest, const struct nkb_measures *measures,
                                   const struct nkb_piece *piece, const struct nkb_shares *shares)
{
    const struct nkb_cost_row *row = piece->row;
    uint64_t key = (uint64_t)row->flops + (uint64_t)row->bytes * 3 + (uint64_t)piece->macs;
    struct nkb_passed *passed =
        &largest->passed[key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - NKB_PASSED_BITS)];
    if (passed->shares == shares && passed->row.flops == row->flops &&
        passed->row.bytes == row->bytes && passed->macs == piece->macs &&
        passed->row.transcendentals == row->transcendentals && passed->work == piece->work &&
        passed->is_custom == (piece->in->opcode == NKB_HLO_CUSTOM_CALL))
        return false;
    return nkb_largest_add_new(largest, measures, piece, shares, passed);
}
/* `all`: the sums of all that were added. False when memory runs out. */
bool nkb_largest_finish(const struct nkb_largest *largest, const struct nkb_hlo *hlo,
                        const struct nkb_sums *all, struct nkb_arena *keep,
                        struct nkb_groups *groups);

#endif
