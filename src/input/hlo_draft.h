/* An instruction while it is being read: fields come in any order and may come again, so nothing is
 * decided before its end. The schema says by offset where in these structs a field's value goes. */
#ifndef NKB_INPUT_HLO_DRAFT_H
#define NKB_INPUT_HLO_DRAFT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "input/hlo_memo.h"
#include "model/hlo.h"

/* Bytes left where they are in the input until it is known that they are wanted. */
struct nkb_hlo_blob {
    uint64_t offset, len;
};

/* The first of a list and how many there were: what a scalar literal needs of it. */
struct nkb_hlo_first {
    uint64_t value, count;
};

struct nkb_hlo_literal {
    struct nkb_hlo_first preds, s32s, s64s, u32s, u64s;
    struct nkb_hlo_blob s8s, u8s, s16s, u16s;
};

/* backend_config by reference, XLA of 2026: the bytes, or their place among the module's payloads.
 */
struct nkb_hlo_payload {
    struct nkb_hlo_blob value;
    int64_t id;
};

struct nkb_hlo_metadata {
    struct nkb_str op_name;
    uint32_t source_file; /* number among the module's files; 0: none */
    int32_t source_line, stack_frame_id;
};

/* What few instructions have, filled field by field: the schema marks those. */
struct nkb_hlo_draft_rare {
    struct nkb_hlo_attrs attrs;
    struct nkb_hlo_window_dim *window; /* attrs.window_rank of them */
    struct nkb_hlo_ints dynamic_slice_sizes, gather_slice_sizes;
    struct nkb_hlo_blob config;
};

/* What has been met so far, beside the instruction itself. */
struct nkb_hlo_draft_met {
    /* What shape and dot came to, shared with others. */
    const struct nkb_hlo_shape *shape;
    const struct nkb_hlo_dot *dot;
    struct nkb_hlo_note *noted_dot; /* where that stands in the memo; NULL: nowhere */
    /* By kind of memo: the message was not walked but recalled; a second one needs it walked. */
    const struct nkb_hlo_note *recalled[NKB_MEMO_KINDS];
    size_t first_operand, first_called; /* its ids are the builder's from here on */
    bool has_shape, has_metadata, has_literal, has_payload, has_dot, has_ragged_dot,
        has_convolution, has_window, has_rare;
    bool has_more; /* attributes or a value, perhaps, beside a recalled dot */
};

/* Before any field; to be copied from where the compiler does not see how much of them is zero, for
 * it would zero so few bytes by a machine instruction that takes its time to begin. */
extern const struct nkb_hlo_instruction nkb_hlo_no_instruction;
extern const struct nkb_hlo_draft_met nkb_hlo_nothing_met;
extern const struct nkb_hlo_shape nkb_hlo_no_shape;

struct nkb_hlo_draft {
    int64_t id, parameter_number, tuple_index;
    struct nkb_hlo_instruction *in; /* in the builder's array */
    struct nkb_hlo_draft_met met;

    /* Each of these is as the last instruction left it unless its has_ is set. */
    struct nkb_hlo_metadata metadata;
    struct nkb_hlo_draft_rare rare;
    struct nkb_hlo_shape shape;
    struct nkb_hlo_literal literal;
    struct nkb_hlo_payload payload;
    struct nkb_hlo_dot dot, ragged_dot;
    struct nkb_hlo_convolution convolution;
};

/* Does the instruction being read still look at this note? Then nothing else may be noted there. */
static inline bool nkb_hlo_draft_holds(const struct nkb_hlo_draft *draft,
                                       const struct nkb_hlo_note *note)
{
    return note == draft->met.noted_dot || note == draft->met.recalled[NKB_MEMO_SHAPE] ||
           note == draft->met.recalled[NKB_MEMO_DOT];
}

/* The rare part, zeroed when it is asked for first. */
static inline struct nkb_hlo_draft_rare *nkb_hlo_draft_rare(struct nkb_hlo_draft *draft)
{
    if (!draft->met.has_rare)
        memset(&draft->rare, 0, sizeof draft->rare);
    draft->met.has_rare = draft->met.has_more = true;
    return &draft->rare;
}

#endif
