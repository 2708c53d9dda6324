/* A dot's MACs are upstream's product of its operands (facts 0), which for a valid dot is XLA's
 * E(out) * K. The executed count uses it too, so the two counts never differ by a formula. */
#include "analyze/macs.h"

#include <assert.h>

#include "analyze/work.h"
#include "base/hash.h"
#include "base/text.h"

double nkb_macs_ratio(int64_t part, int64_t whole)
{
    return whole > 0 ? nkb_ratio(part, whole) : 0.0;
}

static const char *where(const struct nkb_sites *sites, const struct nkb_site *site,
                         char out[NKB_WHERE_BYTES])
{
    return nkb_where(nkb_site_computation(sites, site), nkb_site_instruction(sites, site), out);
}

/* The last dots by what their MACs follow from: modules repeat few of them over and over, and
 * instructions share shapes and attributes. Only such as there is nothing to be said of. */
enum { KNOWN_DOTS = 64 };
struct known_dot {
    const struct nkb_hlo_shape *lhs, *rhs; /* NULL: empty */
    const struct nkb_hlo_attrs *attrs;
    nkb_i128 macs;
};

/* What is to be said of a dot whose MACs are not plain, once. Returns false for what no count can
 * hold; what upstream skips keeps 0. */
static bool weigh_new_dot(struct nkb_sites *sites, struct nkb_site *site, struct known_dot *known,
                          struct nkb_arena *keep, struct nkb_notes *notes)
{
    const struct nkb_hlo_computation *computation = nkb_site_computation(sites, site);
    const struct nkb_hlo_instruction *dot = nkb_site_instruction(sites, site);
    char text[NKB_WHERE_BYTES];
    int64_t dimension;
    uint32_t rank;
    bool amiss = nkb_dot_is_amiss(computation, dot, &dimension, &rank);
    if (amiss)
        nkb_notes_add(notes,
                      "%s: dimension %lld of an operand of rank %u is not there: the MACs are what "
                      "handler.py counts",
                      where(sites, site, text), (long long)dimension, (unsigned)rank);
    if (known) {
        bool had = nkb_dot_macs(computation, dot, &site->macs);
        if (had && !amiss)
            *known =
                (struct known_dot){nkb_operand(computation, dot, 0)->shape,
                                   nkb_operand(computation, dot, 1)->shape, dot->attrs, site->macs};
        return had;
    }
    where(sites, site, text);
    nkb_notes_add(notes, "%s: a dot without two operands is skipped: counts 0", text);
    if (!sites->fault)
        sites->fault = nkb_arena_printf(keep, "%s: a dot needs two operands", text);
    return true;
}

static bool weigh_dot(struct nkb_sites *sites, struct nkb_site *site,
                      struct known_dot all_known[KNOWN_DOTS], struct nkb_arena *keep,
                      struct nkb_notes *notes)
{
    const struct nkb_hlo_computation *computation = nkb_site_computation(sites, site);
    const struct nkb_hlo_instruction *dot = &computation->instructions[site->instruction];
    const struct nkb_hlo_instruction *lhs = nkb_operand(computation, dot, 0);
    const struct nkb_hlo_instruction *rhs = nkb_operand(computation, dot, 1);
    if (!lhs || !rhs)
        return weigh_new_dot(sites, site, NULL, keep, notes);
    struct known_dot *known =
        &all_known[nkb_hash_addresses(lhs->shape, rhs->shape, dot->attrs) % KNOWN_DOTS];
    if (known->lhs != lhs->shape || known->rhs != rhs->shape || known->attrs != dot->attrs)
        return weigh_new_dot(sites, site, known, keep, notes);
    site->macs = known->macs;
    return true;
}

static bool weigh_kernel(const struct nkb_sites *sites, struct nkb_site *site,
                         struct nkb_notes *notes)
{
    const struct nkb_hlo_instruction *in = nkb_site_instruction(sites, site);
    const struct nkb_nki_config *config = in->attrs->nki;
    char name[NKB_SHOWN_BYTES], text[NKB_WHERE_BYTES];

    switch (config ? config->status : NKB_NKI_NO_COUNT) {
    case NKB_NKI_OK:
        site->macs = config->mac_count;
        if (site->macs < 0)
            nkb_notes_add(notes, "%s: the kernel's mac_count is below 0: is taken off the counts",
                          where(sites, site, text));
        return true;
    case NKB_NKI_OVERFLOW:
        return false;
    case NKB_NKI_NO_COUNT:
        nkb_show(config && config->func_name.len ? config->func_name : in->name, name);
        nkb_notes_add(notes, "NKI kernel '%s' states no mac_count: counts 0", name);
        return true;
    case NKB_NKI_UNREADABLE:
        nkb_notes_add(notes, "%s: the kernel's backend_config cannot be read (%s): counts 0",
                      where(sites, site, text), config->why ? config->why : "no reason given");
        return true;
    }
    return true;
}

/* Work upstream counts as 0 in any case. */
static void weigh_other(struct nkb_sites *sites, struct nkb_site *site, struct nkb_arena *keep)
{
    const struct nkb_hlo_computation *computation = nkb_site_computation(sites, site);
    const struct nkb_hlo_instruction *in = nkb_site_instruction(sites, site);
    char text[NKB_WHERE_BYTES];
    bool had = true;

    if (site->kind == NKB_SITE_CONVOLUTION)
        had = nkb_convolution_macs(computation, in, &site->macs);
    else if (site->kind == NKB_SITE_RAGGED_DOT)
        had = nkb_ragged_dot_macs(computation, in, &site->macs);
    else if (site->kind == NKB_SITE_SCALED_DOT)
        had = nkb_dot_macs(computation, in, &site->macs);
    else if (site->kind == NKB_SITE_CUSTOM_MATMUL)
        had = nkb_custom_matmul_macs(computation, in, &site->macs);
    if (had)
        return;
    site->macs = 0;
    if (!sites->fault)
        sites->fault =
            nkb_arena_printf(keep,
                             "%s: its MACs cannot be had: an operand is missing, a shape makes no "
                             "sense, or the number is beyond 127 bits",
                             where(sites, site, text));
}

static int refuse_127_bits(const struct nkb_sites *sites, const struct nkb_site *site,
                           struct nkb_err *err)
{
    char text[NKB_WHERE_BYTES];
    return nkb_err_set(err, NKB_EINPUT,
                       "%s: its MACs are beyond 127 bits; at most 63 can be counted",
                       where(sites, site, text));
}

/* The static count as upstream adds it, one after the other, to say where it leaves 63 bits. */
static int add_in_order(const struct nkb_sites *sites, struct nkb_static_macs *out,
                        struct nkb_err *err)
{
    nkb_i128 macs = 0, nki = 0;
    const struct nkb_site *leaves_63_bits = NULL; /* after it the sum was too large */
    char text[NKB_WHERE_BYTES];
    int64_t fits;

    for (size_t i = 0; i < sites->count; i++) {
        const struct nkb_site *site = &sites->at[i];
        if (site->kind != NKB_SITE_DOT && site->kind != NKB_SITE_NKI)
            continue;
        if ((site->kind == NKB_SITE_NKI && !nkb_i128_add(nki, site->macs, &nki)) ||
            !nkb_i128_add(macs, site->macs, &macs))
            return refuse_127_bits(sites, site, err);
        if (!leaves_63_bits && (!nkb_i128_fits(macs, &fits) || !nkb_i128_fits(nki, &fits)))
            leaves_63_bits = site;
    }
    if (nkb_i128_fits(macs, &out->macs) && nkb_i128_fits(nki, &out->nki_macs))
        return 0;
    assert(leaves_63_bits);
    return nkb_err_set(err, NKB_EINPUT,
                       "%s: here the static MAC count leaves 63 bits; at most "
                       "9223372036854775807 can be counted",
                       where(sites, leaves_63_bits, text));
}

/* Of all dots by their computations, and of kernels. False when a sum does not fit. */
static bool add_static(const struct nkb_sites *sites, nkb_i128 nki, struct nkb_static_macs *out)
{
    nkb_i128 macs = nki;
    for (uint32_t c = 0; c < sites->hlo->computation_count; c++)
        if (!nkb_i128_add(macs, sites->dot_macs[c], &macs))
            return false;
    return nkb_i128_fits(macs, &out->macs) && nkb_i128_fits(nki, &out->nki_macs);
}

int nkb_macs_weigh(struct nkb_sites *sites, struct nkb_arena *keep, struct nkb_notes *notes,
                   struct nkb_static_macs *out, struct nkb_err *err)
{
    nkb_i128 nki = 0;
    struct known_dot known[KNOWN_DOTS] = {{NULL, NULL, NULL, 0}};

    sites->dots_fit = true;
    for (size_t i = 0; i < sites->count; i++) {
        struct nkb_site *site = &sites->at[i];
        bool had = true;
        nkb_hlo_ask_ahead(sites->hlo, nkb_site_instruction(sites, site));
        if (site->kind == NKB_SITE_DOT) {
            nkb_i128 *dots = &sites->dot_macs[site->computation];
            had = weigh_dot(sites, site, known, keep, notes);
            sites->dots_fit = nkb_i128_add(*dots, site->macs, dots) && sites->dots_fit;
        } else if (site->kind == NKB_SITE_NKI) {
            had = weigh_kernel(sites, site, notes);
            sites->dots_fit = nkb_i128_add(nki, site->macs, &nki) && sites->dots_fit;
        } else {
            weigh_other(sites, site, keep);
        }
        if (!had) {
            int code = sites->dots_fit ? 0 : add_in_order(sites, out, err);
            return code != 0 ? code : refuse_127_bits(sites, site, err);
        }
    }
    int code = sites->dots_fit && add_static(sites, nki, out) ? 0 : add_in_order(sites, out, err);
    if (code != 0)
        return code;
    out->nki_ratio = nkb_macs_ratio(out->nki_macs, out->macs);
    return nkb_arena_failed(keep) ? nkb_err_memory(err) : 0;
}

/* Sums by kind as they grow, and where the first of them, or all together, left 63 bits. */
struct execution {
    nkb_i128 sums[NKB_SITE_KINDS_WITH_MACS], total, other;
    const struct nkb_site *leaves_63_bits;
};

static bool is_other(enum nkb_site_kind kind)
{
    return kind == NKB_SITE_RAGGED_DOT || kind == NKB_SITE_SCALED_DOT ||
           kind == NKB_SITE_CUSTOM_MATMUL;
}

static bool add_macs(struct execution *e, enum nkb_site_kind kind, nkb_i128 macs, nkb_i128 times)
{
    return (times == 1 || nkb_i128_mul(times, macs, &macs)) &&
           nkb_i128_add(e->sums[kind], macs, &e->sums[kind]) &&
           nkb_i128_add(e->total, macs, &e->total) &&
           (!is_other(kind) || nkb_i128_add(e->other, macs, &e->other));
}

static bool execute_site(struct execution *e, const struct nkb_site *site, nkb_i128 times)
{
    int64_t fits;
    if (!add_macs(e, site->kind, site->macs, times))
        return false;
    if (!e->leaves_63_bits && !(nkb_i128_fits(e->sums[site->kind], &fits) &&
                                nkb_i128_fits(e->total, &fits) && nkb_i128_fits(e->other, &fits)))
        e->leaves_63_bits = site;
    return true;
}

static const char *refuse_execution(const struct nkb_sites *sites, const struct nkb_site *site,
                                    int bits, struct nkb_arena *keep)
{
    char at[NKB_WHERE_BYTES];
    const char *text = nkb_arena_printf(keep,
                                        "%s: here the executed MAC count leaves %d bits; at most "
                                        "9223372036854775807 can be counted",
                                        where(sites, site, at), bits);
    return text ? text : "";
}

static bool take_sums(const struct execution *e, struct nkb_executed_macs *out)
{
    return nkb_i128_fits(e->total, &out->macs) && nkb_i128_fits(e->other, &out->other_macs) &&
           nkb_i128_fits(e->sums[NKB_SITE_DOT], &out->dot_macs) &&
           nkb_i128_fits(e->sums[NKB_SITE_CONVOLUTION], &out->conv_macs) &&
           nkb_i128_fits(e->sums[NKB_SITE_NKI], &out->nki_macs) &&
           nkb_i128_fits(e->sums[NKB_SITE_RAGGED_DOT], &out->ragged_macs) &&
           nkb_i128_fits(e->sums[NKB_SITE_CUSTOM_MATMUL], &out->custom_matmul_macs);
}

/* Site after site, to say where a sum leaves 63 bits. */
static const char *execute_in_order(const struct nkb_sites *sites, const nkb_i128 *times,
                                    struct nkb_arena *keep, struct nkb_executed_macs *out)
{
    struct execution e = {.leaves_63_bits = NULL};
    for (uint32_t c = 0; c < sites->hlo->computation_count; c++) {
        const struct nkb_site *site = sites->at + sites->first[c],
                              *end = sites->at + sites->first[c + 1];
        for (; times[c] != 0 && site != end; site++)
            if (site->kind < NKB_SITE_KINDS_WITH_MACS && !execute_site(&e, site, times[c]))
                return refuse_execution(sites, site, 127, keep);
    }
    if (take_sums(&e, out))
        return NULL;
    assert(e.leaves_63_bits);
    return refuse_execution(sites, e.leaves_63_bits, 63, keep);
}

/* The dots of a computation together, and whatever else multiplies there. */
static bool execute_computation(struct execution *e, const struct nkb_sites *sites, uint32_t c,
                                nkb_i128 times)
{
    bool fits = add_macs(e, NKB_SITE_DOT, sites->dot_macs[c], times);
    for (size_t i = sites->first_special[c]; fits && i < sites->first_special[c + 1]; i++) {
        const struct nkb_site *site = nkb_site_special(sites, i);
        if (site->kind < NKB_SITE_KINDS_WITH_MACS && site->kind != NKB_SITE_DOT)
            fits = add_macs(e, site->kind, site->macs, times);
    }
    return fits;
}

const char *nkb_macs_execute(const struct nkb_sites *sites, const nkb_i128 *times,
                             struct nkb_arena *keep, struct nkb_executed_macs *out)
{
    struct execution e = {.leaves_63_bits = NULL};
    bool fits = sites->dots_fit;
    for (uint32_t c = 0; fits && c < sites->hlo->computation_count; c++)
        fits = times[c] == 0 || execute_computation(&e, sites, c, times[c]);
    const char *why = NULL;
    if (!fits || !take_sums(&e, out))
        why = execute_in_order(sites, times, keep, out);
    if (!why)
        out->nki_ratio = nkb_macs_ratio(out->nki_macs, out->macs);
    return why;
}
