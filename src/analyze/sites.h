/* What every count looks at is picked out of a module once: the instructions that multiply and
 * those that run other computations. All later work goes over these sites alone, in file order. The
 * same pass checks that the module hangs together: entry, roots, operands, callees. */
#ifndef NKB_ANALYZE_SITES_H
#define NKB_ANALYZE_SITES_H

#include "base/arena.h"
#include "base/err.h"
#include "model/hlo.h"

enum nkb_site_kind {
    NKB_SITE_DOT,
    NKB_SITE_CONVOLUTION,
    NKB_SITE_NKI, /* AwsNeuronCustomNativeKernel */
    NKB_SITE_RAGGED_DOT,
    NKB_SITE_SCALED_DOT,
    NKB_SITE_CUSTOM_MATMUL, /* AwsNeuronIntMatmult, AwsNeuronCollectiveMatmul */
    NKB_SITE_KINDS_WITH_MACS,
    NKB_SITE_CUSTOM_CALL = NKB_SITE_KINDS_WITH_MACS, /* any other custom-call */
    NKB_SITE_WHILE, /* from here on they run computations: nkb_site_runs_others */
    NKB_SITE_CONDITIONAL,
    NKB_SITE_CALLER, /* whatever else names computations */
};

struct nkb_site {
    uint32_t computation, instruction; /* positions */
    enum nkb_site_kind kind : 16;
    bool calls : 1; /* it names computations, whether or not it runs them */
    uint32_t loop;  /* WHILE: its number among the module's loops */
    nkb_i128 macs;  /* of one execution; filled by nkb_macs_weigh */
};

struct nkb_sites {
    const struct nkb_hlo *hlo;
    struct nkb_site *at;
    size_t count;
    size_t *first;  /* sites of computation c: at[first[c]] … at[first[c + 1] - 1] */
    /* All that are more than a dot, by their positions, so that nobody walks over the many dots for
     * them; of each computation as above. And what its dots multiply: filled by nkb_macs_weigh. */
    size_t *special, *first_special;
    nkb_i128 *dot_macs;
    bool dots_fit; /* and is each of them of 127 bits */
    bool *in_order; /* of each computation: operands come before their users, callees are all there
                       and opcodes known, as in every module XLA writes */
    uint32_t loop_count, conditional_count;
    const char *fault; /* the first thing that does not hang together; NULL when it all does */
};

static inline const struct nkb_hlo_computation *nkb_site_computation(const struct nkb_sites *sites,
                                                                     const struct nkb_site *site)
{
    return &sites->hlo->computations[site->computation];
}

static inline const struct nkb_hlo_instruction *nkb_site_instruction(const struct nkb_sites *sites,
                                                                     const struct nkb_site *site)
{
    return &sites->hlo->computations[site->computation].instructions[site->instruction];
}

static inline const struct nkb_site *nkb_site_special(const struct nkb_sites *sites, size_t i)
{
    return &sites->at[sites->special[i]];
}

/* Does it run computations? What a multiplier or a custom-call names it does not run. */
static inline bool nkb_site_runs_others(const struct nkb_site *site)
{
    return site->kind >= NKB_SITE_WHILE;
}

/* What a custom-call of this target is to us. */
enum nkb_site_kind nkb_site_custom_kind(struct nkb_str target);

/* The sites live in scratch, the fault's text in keep. Returns 0 or NKB_EMEMORY. */
int nkb_sites_find(const struct nkb_hlo *hlo, struct nkb_arena *scratch, struct nkb_arena *keep,
                   struct nkb_sites *out, struct nkb_err *err);

#endif
