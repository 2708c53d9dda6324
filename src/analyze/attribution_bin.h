/* Where instructions are added up; for the files of attribution alone. The sums of a group are many
 * and wide, an instruction has few and small figures, and all of a computation count equally often:
 * so what instructions do by themselves is added first, in one cache line, and weighed when the
 * next computation begins or the sum is asked for. */
#ifndef NKB_ANALYZE_ATTRIBUTION_BIN_H
#define NKB_ANALYZE_ATTRIBUTION_BIN_H

#include "analyze/attribution_sums.h"

/* One instruction. */
struct nkb_piece {
    uint32_t computation, instruction;
    const struct nkb_hlo_instruction *in;
    const struct nkb_site *site;    /* NULL: it is none */
    const struct nkb_cost_row *row; /* all zero where there is no cost */
    int64_t macs;
    enum nkb_work work; /* NKB_WORKS: it has no MACs */
    bool is_free;       /* it is there, and costs nothing: parameters, constants */
    bool is_wide;       /* its figures do not fit a tally: only nkb_piece_measure tells them */
};

/* What a computation's instructions do by themselves, where it is of 63 bits and runs the flops
 * XLA says. */
struct nkb_tally {
    uint32_t instructions, custom_calls;
    int64_t flops, transcendentals, bytes, macs[NKB_WORKS];
};

/* Zeroed memory is an empty one. */
struct nkb_bin {
    struct nkb_tally tally;          /* not yet in the sums */
    const struct nkb_shares *shares; /* of the tally; NULL: it is empty */
    struct nkb_sums *sums;           /* NULL: nothing yet */
};

/* The instructions of a computation, one after the other. */
struct nkb_pieces {
    const struct nkb_site *site, *last; /* those still to come */
    const uint32_t *rows;               /* positions in the table; NULL: no costs */
    const struct nkb_cost_row *table;
    const struct nkb_hlo *hlo;
    const struct nkb_hlo_computation *computation;
    uint32_t next;
    struct nkb_piece piece; /* at hand */
};

/* Stands before the first. */
void nkb_pieces_open(struct nkb_pieces *pieces, const struct nkb_measures *measures,
                     uint32_t computation);
void nkb_pieces_take_site(struct nkb_pieces *pieces);

/* The next; false when there is none. */
static inline bool nkb_pieces_next(struct nkb_pieces *pieces)
{
    static const struct nkb_cost_row nothing = {0, 0, 0};
    struct nkb_piece *piece = &pieces->piece;
    if (pieces->next >= pieces->computation->instruction_count)
        return false;
    piece->instruction = pieces->next++;
    piece->in = &pieces->computation->instructions[piece->instruction];
    nkb_hlo_ask_ahead(pieces->hlo, piece->in);
    piece->row = pieces->rows ? &pieces->table[pieces->rows[piece->instruction]] : &nothing;
    piece->is_wide = nkb_cost_row_is_wide(piece->row);
    piece->is_free = nkb_cost_row_is_zero(piece->row);
    piece->site = NULL;
    piece->macs = 0;
    piece->work = NKB_WORKS;
    if (pieces->site != pieces->last && pieces->site->instruction == piece->instruction)
        nkb_pieces_take_site(pieces);
    return true;
}

/* Its figures, whatever their size. */
void nkb_piece_measure(const struct nkb_measures *measures, const struct nkb_piece *piece,
                       const struct nkb_shares *shares, struct nkb_sums *out);

/* False, and all as it was, when it would not fit. */
static inline bool nkb_tally_add(struct nkb_tally *tally, const struct nkb_piece *piece)
{
    const struct nkb_cost_row *row = piece->row;
    int64_t flops, transcendentals, bytes, macs = 0;
    if (piece->is_free) {
        tally->instructions++;
        return true;
    }
    if (__builtin_add_overflow(tally->flops, row->flops, &flops) ||
        __builtin_add_overflow(tally->transcendentals, row->transcendentals, &transcendentals) ||
        __builtin_add_overflow(tally->bytes, row->bytes, &bytes) ||
        (piece->work != NKB_WORKS &&
         __builtin_add_overflow(tally->macs[piece->work], piece->macs, &macs)))
        return false;
    tally->flops = flops;
    tally->transcendentals = transcendentals;
    tally->bytes = bytes;
    if (piece->work != NKB_WORKS)
        tally->macs[piece->work] = macs;
    tally->custom_calls += piece->in->opcode == NKB_HLO_CUSTOM_CALL;
    tally->instructions++;
    return true;
}

/* The same of `count` pieces with the figures of this one. */
static inline bool nkb_tally_add_all(struct nkb_tally *tally, const struct nkb_piece *piece,
                                     uint32_t count)
{
    const struct nkb_cost_row *row = piece->row;
    struct nkb_cost_row all;
    int64_t macs;
    struct nkb_piece together = *piece;
    if (__builtin_mul_overflow(row->flops, count, &all.flops) ||
        __builtin_mul_overflow(row->transcendentals, count, &all.transcendentals) ||
        __builtin_mul_overflow(row->bytes, count, &all.bytes) ||
        __builtin_mul_overflow(piece->macs, count, &macs))
        return false;
    together.row = &all;
    together.macs = macs;
    if (!nkb_tally_add(tally, &together))
        return false;
    tally->instructions += count - 1;
    tally->custom_calls += piece->in->opcode == NKB_HLO_CUSTOM_CALL ? count - 1 : 0;
    return true;
}

bool nkb_bin_add_slowly(struct nkb_bin *bin, const struct nkb_measures *measures,
                        const struct nkb_piece *piece, const struct nkb_shares *shares,
                        struct nkb_arena *scratch);
/* The shares are pointed to. False when memory runs out. */
static inline bool nkb_bin_add(struct nkb_bin *bin, const struct nkb_measures *measures,
                               const struct nkb_piece *piece, const struct nkb_shares *shares,
                               struct nkb_arena *scratch)
{
    return (bin->shares == shares && !piece->is_wide && nkb_tally_add(&bin->tally, piece)) ||
           nkb_bin_add_slowly(bin, measures, piece, shares, scratch);
}
/* `count` pieces with the figures of this one. False when memory runs out. */
bool nkb_bin_add_all(struct nkb_bin *bin, const struct nkb_measures *measures,
                     const struct nkb_piece *piece, uint32_t count, const struct nkb_shares *shares,
                     struct nkb_arena *scratch);
/* What has been added up elsewhere. False when memory runs out. */
bool nkb_bin_add_sums(struct nkb_bin *bin, const struct nkb_sums *sums, struct nkb_arena *scratch);
/* Of all that has been added. */
void nkb_bin_sum(const struct nkb_bin *bin, struct nkb_sums *out);
static inline bool nkb_bin_is_empty(const struct nkb_bin *bin)
{
    return !bin->shares && !bin->sums;
}

#endif
