#include "analyze/attribution_bin.h"

void nkb_pieces_open(struct nkb_pieces *pieces, const struct nkb_measures *measures,
                     uint32_t computation)
{
    const struct nkb_sites *sites = measures->sites;
    *pieces = (struct nkb_pieces){
        .site = sites->at + sites->first[computation],
        .last = sites->at + sites->first[computation + 1],
        .hlo = sites->hlo,
        .computation = &sites->hlo->computations[computation],
        .piece = {.computation = computation},
    };
    if (measures->cost)
        pieces->rows = nkb_cost_rows_of(measures->cost, computation, &pieces->table);
}

static enum nkb_work work_of(const struct nkb_site *site)
{
    static const enum nkb_work works[] = {
        [NKB_SITE_DOT] = NKB_WORK_DOT,          [NKB_SITE_CONVOLUTION] = NKB_WORK_CONV,
        [NKB_SITE_NKI] = NKB_WORK_NKI,          [NKB_SITE_RAGGED_DOT] = NKB_WORK_OTHER,
        [NKB_SITE_SCALED_DOT] = NKB_WORK_OTHER, [NKB_SITE_CUSTOM_MATMUL] = NKB_WORK_OTHER,
    };
    return site->kind < NKB_SITE_KINDS_WITH_MACS ? works[site->kind] : NKB_WORKS;
}

void nkb_pieces_take_site(struct nkb_pieces *pieces)
{
    struct nkb_piece *piece = &pieces->piece;
    piece->site = pieces->site++;
    piece->work = work_of(piece->site);
    piece->is_free = false;
    if (piece->work != NKB_WORKS && !nkb_i128_fits(piece->site->macs, &piece->macs))
        piece->is_wide = true;
    /* Its flops are not those XLA says. */
    if (piece->site->kind == NKB_SITE_RAGGED_DOT)
        piece->is_wide = true;
}

void nkb_piece_measure(const struct nkb_measures *measures, const struct nkb_piece *piece,
                       const struct nkb_shares *shares, struct nkb_sums *out)
{
    struct nkb_own own = {.instructions = 1,
                          .custom_calls = piece->in->opcode == NKB_HLO_CUSTOM_CALL};
    uint32_t absent = shares->absent;
    if (piece->work != NKB_WORKS)
        own.macs[piece->work] = piece->site->macs;
    if (measures->cost &&
        !nkb_cost_own_of(measures->cost, piece->computation, piece->instruction, &own.cost,
                         &own.executed_flops) &&
        shares->times != 0)
        absent |= NKB_FIGS_RUN_COST;
    nkb_sums_weigh(&own, shares, absent, out);
}

static void weigh_tally(const struct nkb_bin *bin, struct nkb_sums *out)
{
    const struct nkb_tally *tally = &bin->tally;
    struct nkb_own own = {tally->instructions,
                          tally->custom_calls,
                          {0},
                          {tally->flops, tally->transcendentals, tally->bytes},
                          tally->flops};
    for (int work = 0; work < NKB_WORKS; work++)
        own.macs[work] = tally->macs[work];
    nkb_sums_weigh(&own, bin->shares, bin->shares->absent, out);
}

bool nkb_bin_add_sums(struct nkb_bin *bin, const struct nkb_sums *sums, struct nkb_arena *scratch)
{
    if (!bin->sums) {
        bin->sums = nkb_arena_take(scratch, sizeof *bin->sums);
        if (!bin->sums)
            return false;
        nkb_sums_clear(bin->sums);
    }
    nkb_sums_add(bin->sums, sums);
    return true;
}

bool nkb_bin_add_slowly(struct nkb_bin *bin, const struct nkb_measures *measures,
                        const struct nkb_piece *piece, const struct nkb_shares *shares,
                        struct nkb_arena *scratch)
{
    struct nkb_sums sums;
    if (piece->is_wide) {
        nkb_piece_measure(measures, piece, shares, &sums);
        return nkb_bin_add_sums(bin, &sums, scratch);
    }
    if (bin->shares) { /* others', or so large that no more fits */
        weigh_tally(bin, &sums);
        if (!nkb_bin_add_sums(bin, &sums, scratch))
            return false;
        bin->tally = (struct nkb_tally){0};
    }
    bin->shares = shares;
    return nkb_tally_add(&bin->tally, piece);
}

bool nkb_bin_add_all(struct nkb_bin *bin, const struct nkb_measures *measures,
                     const struct nkb_piece *piece, uint32_t count, const struct nkb_shares *shares,
                     struct nkb_arena *scratch)
{
    for (; count > 0; count--) {
        if (bin->shares == shares && !piece->is_wide &&
            nkb_tally_add_all(&bin->tally, piece, count))
            break;
        /* One by itself opens the tally, or makes room where all do not fit. */
        if (!nkb_bin_add(bin, measures, piece, shares, scratch))
            return false;
    }
    return true;
}

void nkb_bin_sum(const struct nkb_bin *bin, struct nkb_sums *out)
{
    struct nkb_sums rest;
    if (!bin->sums && bin->shares) {
        weigh_tally(bin, out);
        return;
    }
    if (bin->sums)
        *out = *bin->sums;
    else
        nkb_sums_clear(out);
    if (bin->shares) {
        weigh_tally(bin, &rest);
        nkb_sums_add(out, &rest);
    }
}
