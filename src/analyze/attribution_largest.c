/* The largest instructions in bounded memory: a heap whose first is the one to go next, and the sum
 * of all that have gone. */
#include "analyze/attribution_parts.h"

#include "base/buf.h"

_Static_assert(NKB_PASSED == 1 << NKB_PASSED_BITS, "a place for each value of those bits");

bool nkb_largest_open(struct nkb_largest *largest, const struct nkb_attribution *by, uint64_t count,
                      struct nkb_arena *scratch)
{
    uint32_t limit = by->top < NKB_TOP_MAX ? by->top : NKB_TOP_MAX;
    *largest = (struct nkb_largest){.limit = limit, .sort = by->sort};
    if (count < limit)
        limit = (uint32_t)count;
    largest->at = nkb_arena_array(scratch, limit, sizeof *largest->at);
    return largest->at != NULL;
}

/* Does a go before b does? The smaller, of equal ones the later. */
static bool goes_first(const struct nkb_largest *l, const struct nkb_largest_one *a,
                       const struct nkb_largest_one *b)
{
    int order = nkb_sums_rank(&a->sums, &b->sums, l->sort);
    if (order != 0)
        return order > 0;
    if (a->computation != b->computation)
        return a->computation > b->computation;
    return a->instruction > b->instruction;
}

static void sink(struct nkb_largest *l, uint32_t at)
{
    struct nkb_largest_one moved = l->at[at];
    for (;;) {
        uint32_t child = at * 2 + 1;
        if (child >= l->count)
            break;
        if (child + 1 < l->count && goes_first(l, &l->at[child + 1], &l->at[child]))
            child++;
        if (!goes_first(l, &l->at[child], &moved))
            break;
        l->at[at] = l->at[child];
        at = child;
    }
    l->at[at] = moved;
}

static void rise(struct nkb_largest *l, uint32_t at)
{
    struct nkb_largest_one moved = l->at[at];
    while (at > 0 && goes_first(l, &moved, &l->at[(at - 1) / 2])) {
        l->at[at] = l->at[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    l->at[at] = moved;
}

static void leave(struct nkb_largest *l, const struct nkb_sums *sums)
{
    l->rest_absent |= sums->absent;
    l->has_rest = true;
}

/* Figures that are not used are 0 here, unlike those of `sums`. */
static void enter(struct nkb_largest *l, uint32_t at, const struct nkb_piece *piece,
                  const struct nkb_sums *sums)
{
    l->at[at] = (struct nkb_largest_one){.computation = piece->computation,
                                         .instruction = piece->instruction};
    nkb_sums_add(&l->at[at].sums, sums);
}

/* Returns whether it is among them now. */
static bool add(struct nkb_largest *l, const struct nkb_piece *piece, const struct nkb_sums *sums)
{
    if (l->count < l->limit) {
        enter(l, l->count, piece, sums);
        rise(l, l->count++);
        return true;
    }
    /* It comes behind all that are here, so it must be larger than the smallest. */
    if (l->count == 0 || nkb_sums_rank(sums, &l->at[0].sums, l->sort) >= 0) {
        leave(l, sums);
        return false;
    }
    leave(l, &l->at[0].sums);
    enter(l, 0, piece, sums);
    sink(l, 0);
    return true;
}

bool nkb_largest_add_new(struct nkb_largest *l, const struct nkb_measures *measures,
                         const struct nkb_piece *piece, const struct nkb_shares *shares,
                         struct nkb_passed *passed)
{
    struct nkb_sums sums;
    nkb_piece_measure(measures, piece, shares, &sums);
    if (add(l, piece, &sums) || piece->is_wide)
        return true;
    *passed = (struct nkb_passed){shares, *piece->row, piece->macs, piece->work,
                                  piece->in->opcode == NKB_HLO_CUSTOM_CALL};
    return false;
}

/* Of all that were added, those that are not among the largest. */
static void finish_rest(const struct nkb_largest *l, const struct nkb_sums *all,
                        struct nkb_group *rest)
{
    struct nkb_sums sums = {.used = all->used};
    for (uint32_t left = all->used; left; left &= left - 1) {
        int figure = __builtin_ctz(left);
        nkb_i128 kept = 0;
        for (uint32_t i = 0; i < l->count; i++)
            if (!nkb_i128_add(kept, l->at[i].sums.at[figure], &kept))
                sums.absent |= 1u << figure;
        if (!nkb_i128_add(all->at[figure], -kept, &sums.at[figure]))
            sums.absent |= 1u << figure;
    }
    /* A sum of all that could not be had tells nothing of the rest. */
    sums.absent |= l->rest_absent | all->overflow;
    nkb_sums_finish(&sums, rest);
}

/* "dot bf16[8,128] in main", "custom-call flash_fwd bf16[8,128] in main" */
static struct nkb_str describe(const struct nkb_hlo_computation *computation,
                               const struct nkb_hlo_instruction *in, struct nkb_arena *keep)
{
    struct nkb_buf out = NKB_BUF_INIT;
    nkb_shapes_say(in, &out);
    nkb_buf_text(&out, " in ");
    nkb_buf_append(&out, computation->name.ptr, computation->name.len);
    return nkb_arena_keep(keep, &out);
}

bool nkb_largest_finish(const struct nkb_largest *largest, const struct nkb_hlo *hlo,
                        const struct nkb_sums *all, struct nkb_arena *keep,
                        struct nkb_groups *groups)
{
    struct nkb_largest own = *largest, *l = &own; /* its list is taken apart */
    groups->has_rest = l->has_rest;
    if (l->has_rest)
        finish_rest(l, all, &groups->rest);
    groups->count = l->count;
    groups->at = nkb_arena_array(keep, l->count, sizeof *groups->at);
    for (uint32_t left = l->count; groups->at && left-- > 0;) {
        const struct nkb_hlo_computation *computation = &hlo->computations[l->at[0].computation];
        const struct nkb_hlo_instruction *in = &computation->instructions[l->at[0].instruction];
        struct nkb_group *group = &groups->at[left];
        group->key = nkb_arena_copy(keep, in->name);
        group->detail = describe(computation, in, keep);
        nkb_sums_finish(&l->at[0].sums, group);
        l->at[0] = l->at[--l->count];
        if (l->count)
            sink(l, 0);
    }
    return groups->at && !nkb_arena_failed(keep);
}
