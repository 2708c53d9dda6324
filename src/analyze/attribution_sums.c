/* The figures of one instruction, and their sums. Everything is exact in 127 bits; what is beyond
 * that, or beyond 63 in the end, is absent in that group. */
#include "analyze/attribution_sums.h"

#include "base/arena.h"

static void put(struct nkb_sums *sums, enum nkb_figure figure, nkb_i128 value)
{
    sums->at[figure] = value;
    sums->used |= 1u << figure;
}

static void put_product(struct nkb_sums *sums, enum nkb_figure figure, nkb_i128 each,
                        nkb_i128 times)
{
    nkb_i128 product;
    if (each == 0 || times == 0)
        return;
    if (nkb_i128_mul(each, times, &product))
        put(sums, figure, product);
    else
        sums->absent |= 1u << figure;
}

static void put_macs(const struct nkb_own *own, const struct nkb_shares *shares,
                     struct nkb_sums *out)
{
    static const enum nkb_figure figures[NKB_WORKS] = {NKB_FIG_DOT, NKB_FIG_CONV, NKB_FIG_NKI,
                                                       NKB_FIG_OTHER};
    nkb_i128 all = 0; /* of one instruction, or of sums of 63 bits: it fits */
    for (int work = 0; work < NKB_WORKS; work++) {
        all += own->macs[work];
        put_product(out, figures[work], own->macs[work], shares->times);
    }
    if (all == 0)
        return;
    put_product(out, NKB_FIG_MACS, all, shares->times);
    put_product(out, NKB_FIG_STATIC_MACS, own->macs[NKB_WORK_DOT] + own->macs[NKB_WORK_NKI],
                shares->text);
    put_product(out, NKB_FIG_STATIC_NKI, own->macs[NKB_WORK_NKI], shares->text);
}

static void put_cost(const struct nkb_own *own, const struct nkb_shares *shares,
                     struct nkb_sums *out)
{
    const struct nkb_cost_weights *xla = &shares->xla;
    put_product(out, NKB_FIG_XLA_FLOPS, own->cost.flops, xla->flops);
    put_product(out, NKB_FIG_XLA_TRANSCENDENTALS, own->cost.transcendentals, xla->transcendentals);
    put_product(out, NKB_FIG_XLA_BYTES, own->cost.bytes, xla->bytes);
    put_product(out, NKB_FIG_XLA_CALLS, own->custom_calls, xla->flops);
    put_product(out, NKB_FIG_XLA_BYTE_CALLS, own->custom_calls, xla->bytes);
    put_product(out, NKB_FIG_FLOPS, own->executed_flops, shares->times);
    put_product(out, NKB_FIG_TRANSCENDENTALS, own->cost.transcendentals, shares->times);
    put_product(out, NKB_FIG_BYTES, own->cost.bytes, shares->byte_times);
}

void nkb_sums_weigh(const struct nkb_own *own, const struct nkb_shares *shares, uint32_t absent,
                    struct nkb_sums *out)
{
    nkb_sums_clear(out);
    put_product(out, NKB_FIG_INSTRUCTIONS, own->instructions, shares->text);
    put_product(out, NKB_FIG_CALLS, own->instructions, shares->times);
    put_macs(own, shares, out);
    put_cost(own, shares, out);
    if (own->instructions > 1)
        out->overflow = out->absent; /* of each it may well be there */
    out->absent |= absent;
}

void nkb_sums_add(struct nkb_sums *to, const struct nkb_sums *from)
{
    to->absent |= from->absent;
    for (uint32_t left = from->used & ~to->used; left; left &= left - 1)
        to->at[__builtin_ctz(left)] = 0;
    to->used |= from->used;
    for (uint32_t left = from->used; left; left &= left - 1) {
        int figure = __builtin_ctz(left);
        if (!nkb_i128_add(to->at[figure], from->at[figure], &to->at[figure]))
            to->overflow |= 1u << figure;
    }
    to->overflow |= from->overflow;
    to->absent |= to->overflow;
}

void nkb_sums_clear(struct nkb_sums *sums)
{
    sums->used = sums->absent = sums->overflow = 0;
}

void nkb_sums_finish(const struct nkb_sums *sums, struct nkb_group *group)
{
    group->absent = sums->absent;
    for (int figure = 0; figure < NKB_FIGURES; figure++) {
        uint32_t bit = 1u << figure;
        if ((sums->used & bit) && !nkb_i128_fits(sums->at[figure], &group->figures[figure]))
            group->absent |= bit;
        if (group->absent & bit)
            group->figures[figure] = 0;
    }
}

/* Among equals the figures that say most. */
static const enum nkb_figure ties[] = {NKB_FIG_MACS,      NKB_FIG_STATIC_MACS, NKB_FIG_FLOPS,
                                       NKB_FIG_XLA_FLOPS, NKB_FIG_BYTES,       NKB_FIG_XLA_BYTES,
                                       NKB_FIG_CALLS,     NKB_FIG_INSTRUCTIONS};
enum { TIES = sizeof ties / sizeof *ties };

static int rank(nkb_i128 a, nkb_i128 b)
{
    return a > b ? -1 : a < b;
}

int nkb_figures_rank(const nkb_i128 *a, const nkb_i128 *b, enum nkb_figure sort)
{
    int order = rank(a[sort], b[sort]);
    for (int i = 0; i < TIES && order == 0; i++)
        order = rank(a[ties[i]], b[ties[i]]);
    return order;
}

/* Figures that are not used are 0, whatever stands there. */
static int rank_others(const struct nkb_sums *a, const struct nkb_sums *b, enum nkb_figure figure)
{
    if (a->used >> figure & 1)
        return rank(a->at[figure], 0);
    return b->used >> figure & 1 ? rank(0, b->at[figure]) : 0;
}

int nkb_sums_rank(const struct nkb_sums *a, const struct nkb_sums *b, enum nkb_figure sort)
{
    uint32_t both = a->used & b->used;
    enum nkb_figure figure = sort;
    for (int i = 0;; figure = ties[i++]) {
        int order = 0;
        if (!(both >> figure & 1))
            order = rank_others(a, b, figure);
        else if (a->at[figure] != b->at[figure])
            order = rank(a->at[figure], b->at[figure]);
        if (order != 0 || i == TIES)
            return order;
    }
}

/* byte_times of each computation; NULL when memory runs out. */
static nkb_i128 *byte_times(const struct nkb_measures *measures, struct nkb_arena *scratch)
{
    const struct nkb_sites *sites = measures->sites;
    const struct nkb_callgraph *graph = measures->graph;
    nkb_i128 *times = nkb_arena_array(scratch, sites->hlo->computation_count, sizeof *times);
    if (!times || !graph->times)
        return times;
    times[sites->hlo->entry] = 1;
    for (uint32_t at = sites->hlo->computation_count; at-- > 0;) {
        uint32_t c = graph->order[at];
        size_t end = times[c] != 0 ? sites->first_special[c + 1] : 0;
        for (size_t i = sites->first_special[c]; i < end; i++) {
            const struct nkb_site *site = nkb_site_special(sites, i);
            struct nkb_runs runs;
            uint32_t untold;
            if (!nkb_site_runs_others(site) ||
                !nkb_cost_passes_bytes(nkb_site_instruction(sites, site)->opcode) ||
                !nkb_callgraph_runs(sites, graph, site, &runs, &untold))
                continue;
            for (int r = 0; r < runs.count; r++) /* none is more than its times: it fits */
                times[runs.callee[r]] += times[c] * runs.applications[r];
        }
    }
    return times;
}

struct nkb_shares *nkb_shares_find(const struct nkb_measures *measures, struct nkb_arena *scratch)
{
    uint32_t count = measures->sites->hlo->computation_count;
    struct nkb_shares *shares = nkb_arena_array(scratch, count, sizeof *shares);
    const nkb_i128 *times = measures->graph->times, *moved = byte_times(measures, scratch);
    if (!shares || !moved)
        return NULL;
    for (uint32_t c = 0; c < count; c++) {
        shares[c] = (struct nkb_shares){times ? times[c] : 0, moved[c], {0, 0, 0}, true, 0};
        if (measures->cost)
            shares[c].xla = nkb_cost_weight_of(measures->cost, c);
        shares[c].absent = nkb_shares_absent(measures, c, shares[c].times);
    }
    return shares;
}

uint32_t nkb_shares_absent(const struct nkb_measures *measures, uint32_t computation,
                           nkb_i128 times)
{
    const struct nkb_cost_row *table;
    bool unvisited =
        measures->cost && times != 0 && !nkb_cost_rows_of(measures->cost, computation, &table);
    return measures->absent | (unvisited ? NKB_FIGS_RUN_COST : 0);
}
