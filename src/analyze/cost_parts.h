/* What the files of the cost model share; nobody else includes it. All memory is the scratch
 * arena's. */
#ifndef NKB_ANALYZE_COST_PARTS_H
#define NKB_ANALYZE_COST_PARTS_H

#include "analyze/cost.h"
#include "analyze/cost_rules.h"
#include "base/hash.h"

/* As XLA adds them, with -1 for each custom-call; how many of those are in it is beside it. */
struct nkb_cost_totals {
    nkb_i128 flops, transcendentals, bytes, unknown_flops, unknown_bytes;
};

/* Own costs of a module's instructions, which repeat few of them: cost_store.c. The first is that
 * of what costs nothing. */
struct nkb_cost_table {
    struct nkb_cost_row *at; /* nkb_pages_free */
    uint32_t count, room;
};
/* False: out of memory, and scratch has failed. */
bool nkb_cost_table_open(struct nkb_cost_table *table, struct nkb_arena *scratch);

/* Of one computation, by instruction. */
struct nkb_cost_wide;
struct nkb_cost_rows {
    uint32_t *at;               /* positions in the table; NULL: XLA does not visit it */
    struct nkb_cost_wide *wide; /* those beyond 63 bits, in order */
    uint32_t wide_count, wide_room;
};
bool nkb_cost_rows_open(struct nkb_cost_rows *rows, uint32_t count, struct nkb_arena *scratch);
/* In order. False: out of memory. */
bool nkb_cost_rows_put(struct nkb_cost_rows *rows, struct nkb_cost_table *table, uint32_t at,
                       const struct nkb_cost_own *own, struct nkb_arena *scratch);
struct nkb_cost_own nkb_cost_rows_wide(const struct nkb_cost_rows *rows, uint32_t at);
static inline struct nkb_cost_own nkb_cost_rows_get(const struct nkb_cost_rows *rows,
                                                    const struct nkb_cost_table *table, uint32_t at)
{
    const struct nkb_cost_row *row = &table->at[rows->at[at]];
    if (nkb_cost_row_is_wide(row))
        return nkb_cost_rows_wide(rows, at);
    return (struct nkb_cost_own){row->flops, row->transcendentals, row->bytes};
}

/* Bytes of shapes: those of the last few hundred are remembered. */
struct nkb_cost_size {
    const struct nkb_hlo_shape *shape; /* NULL: empty */
    nkb_i128 as_operand, as_output;    /* as an operand a tuple is its table of pointers */
};
struct nkb_cost_sizes {
    struct nkb_cost_size *at;
    size_t mask;
};
/* Room for a module of so many instructions; false: out of memory. */
bool nkb_cost_sizes_open(struct nkb_cost_sizes *sizes, uint64_t instructions,
                         struct nkb_arena *scratch);
/* A shape that is not there, in place of what is. */
const struct nkb_cost_size *nkb_cost_sizes_add(struct nkb_cost_sizes *sizes,
                                               const struct nkb_hlo_shape *shape);
static inline struct nkb_cost_size *nkb_cost_sizes_place(const struct nkb_cost_sizes *sizes,
                                                         const struct nkb_hlo_shape *shape)
{
    return &sizes->at[nkb_hash_addresses(shape, NULL, NULL) & sizes->mask];
}
/* Good until the next call; NULL for a malformed shape. */
static inline const struct nkb_cost_size *nkb_cost_sizes_of(struct nkb_cost_sizes *sizes,
                                                            const struct nkb_hlo_shape *shape)
{
    const struct nkb_cost_size *place = nkb_cost_sizes_place(sizes, shape);
    return place->shape == shape ? place : nkb_cost_sizes_add(sizes, shape);
}
/* One of the two; false for a malformed shape. */
bool nkb_cost_sizes_find(struct nkb_cost_sizes *sizes, const struct nkb_hlo_shape *shape,
                         bool as_operand, nkb_i128 *out);

/* The instructions of one opcode in a computation: how many, and what they cost by themselves, but
 * for those that stand apart. */
struct nkb_cost_tally {
    uint32_t opcode, count;
    int64_t flops, transcendentals, bytes;
};

/* What is known of one computation. Filled callee first: what it calls is complete before it. */
struct nkb_cost_body {
    bool fused;                   /* a fusion calls it */
    struct nkb_cost_sizes *sizes; /* of shapes; all computations have the same */
    struct nkb_cost_rows own;     /* by instruction */
    struct nkb_cost_tally *tallies; /* so that nobody need walk over the instructions again */
    uint32_t *apart; /* positions of those that are not plain, or beyond 63 bits with the others */
    uint32_t tally_count, apart_count;
    /* Fused ones only. */
    uint32_t custom; /* the first gather or scatter in it, or NKB_HLO_NONE: see nkb_cost_site_of */
    uint32_t parameter_count;
    uint32_t *parameters;      /* position of each parameter by number, or NKB_HLO_NONE */
    nkb_i128 *parameter_reads; /* bytes read of each */
    nkb_i128 inner_bytes;      /* of the constants, and of all parameters leaf by leaf */
};

/* The computations XLA visits from the entry, each once, callees before their callers. */
struct nkb_cost_order {
    uint32_t *at, count;
    struct nkb_cost_body *bodies; /* one a computation of the module */
    struct nkb_cost_sizes sizes;
    struct nkb_cost_table table;
    struct nkb_cost_totals *totals; /* by computation */
    const char *why;                /* there is no cost; NULL: memory */
    const char *too_much;           /* where a total first left 127 bits: the totals say nothing */
};

/* False when the module gives none: order->why, from keep, says why. */
bool nkb_cost_order_find(struct nkb_cost_order *order, const struct nkb_sites *sites,
                         struct nkb_arena *scratch, struct nkb_arena *keep);
/* "instruction 'i' in 'c': what", or without instruction "computation 'c' what". */
const char *nkb_cost_complaint(struct nkb_arena *keep,
                               const struct nkb_hlo_computation *computation,
                               const struct nkb_hlo_instruction *instruction, const char *what);
/* Own costs, totals and fused parts of all of them. */
bool nkb_cost_order_measure(struct nkb_cost_order *order, const struct nkb_hlo *hlo,
                            struct nkb_arena *scratch, struct nkb_arena *keep);

/* Bytes of a shape by XLA's rule for CPUs. `as_operand`: 8 an element of a tuple, else its leaves'.
 * False for a malformed shape. */
bool nkb_cost_shape_bytes(const struct nkb_hlo_shape *shape, bool as_operand, nkb_i128 *out);
/* E of all arrays in a shape. */
bool nkb_cost_leaf_elements(const struct nkb_hlo_shape *shape, nkb_i128 *out);

/* An instruction in its computation. */
struct nkb_cost_site {
    const struct nkb_hlo_computation *computation;
    const struct nkb_hlo_instruction *instruction;
    const struct nkb_cost_body *body;
};
/* The instruction whose cost XLA takes: itself, but for a custom fusion that holds a gather or
 * scatter the first of those. */
struct nkb_cost_site nkb_cost_site_of(const struct nkb_hlo *hlo, const struct nkb_cost_body *bodies,
                                      uint32_t computation, uint32_t instruction);

/* Of a conditional XLA takes the largest of each property over the branches, the first on a tie;
 * zeros for all else. Branches' totals must be there. */
struct nkb_cost_choice {
    uint32_t flops, transcendentals, bytes;
};
struct nkb_cost_choice nkb_cost_choose(const struct nkb_cost_totals *totals,
                                       const struct nkb_hlo_instruction *instruction);
/* How often called computation number `which` enters the cost of the instruction that calls it.
 * False when that is beyond 127 bits. */
bool nkb_cost_callee_weight(const struct nkb_cost_site *site, const struct nkb_cost_choice *choice,
                            uint32_t which, struct nkb_cost_weights *out);
/* Does an instruction cost just what its row says: nothing it applies, no -1? */
static inline bool nkb_cost_is_plain(enum nkb_hlo_opcode opcode)
{
    return nkb_cost_rules[opcode].callees == 0 && opcode != NKB_HLO_CUSTOM_CALL;
}
/* *sum += value * times; false, and *sum as it was, when it is beyond 127 bits. */
static inline bool nkb_cost_add(nkb_i128 *sum, nkb_i128 value, nkb_i128 times)
{
    nkb_i128 product = value;
    if (value == 0)
        return true;
    return (times == 1 || nkb_i128_mul(value, times, &product)) && nkb_i128_add(*sum, product, sum);
}

/* Add an instruction and all it applies to the total of its computation; false beyond 127 bits. */
bool nkb_cost_add_instruction(const struct nkb_cost_order *order, const struct nkb_hlo *hlo,
                              uint32_t computation, uint32_t at, struct nkb_cost_totals *sum);

/* Fill an instruction's row with its own cost. False when its operands, shapes or numbers give
 * none, or memory runs out (then scratch has failed). */
bool nkb_cost_measure(struct nkb_cost_order *order, const struct nkb_hlo *hlo, uint32_t computation,
                      uint32_t at, struct nkb_arena *scratch);
/* Bytes of a fusion, once the fused computation's own part is there. */
bool nkb_cost_fusion_bytes(const struct nkb_hlo *hlo, const struct nkb_cost_body *bodies,
                           const struct nkb_hlo_instruction *fusion, nkb_i128 *out);
/* Fill a fused computation's own part. temp is for the moment. False when it is malformed. */
bool nkb_cost_fuse(const struct nkb_hlo *hlo, struct nkb_cost_body *bodies, uint32_t computation,
                   struct nkb_arena *scratch, struct nkb_arena *temp);

#endif
