/* A walk over the instructions of each computation that adds each to its group of every dimension
 * asked of it, and one for each context of the computation where scopes are. Passes for different
 * dimensions have nothing in common but what they read; for the files of attribution alone. */
#ifndef NKB_ANALYZE_ATTRIBUTION_PASS_H
#define NKB_ANALYZE_ATTRIBUTION_PASS_H

#include "analyze/attribution_parts.h"

/* The groups of one dimension while they are added up, by the number of their key: in blocks, for
 * nobody knows how many there will be. */
enum { NKB_BINS_BLOCK = 32 };
struct nkb_bins {
    struct nkb_bin **blocks; /* NULL: none of these numbers was met */
    size_t count;            /* of blocks */
};

/* What tells kernels apart, in front of their target and name. */
struct nkb_kernel_key {
    int64_t call_macs;
    uint64_t target_len;
    int64_t has_call_macs;
};

struct nkb_pass {
    const struct nkb_attribution *by;
    uint32_t dimensions; /* of those that are asked for */
    const struct nkb_hlo *hlo;
    struct nkb_measures measures;
    const struct nkb_shares *shares; /* by computation */
    struct nkb_arena scratch;
    struct nkb_bins bins[NKB_DIMENSIONS];
    struct nkb_kinds kinds;    /* of the computation at hand */
    struct nkb_sums all;       /* of the module, in a pass that has kinds */
    struct nkb_intern kernels; /* of struct nkb_kernel_key, target and name; "": all else */
    struct nkb_scopes scopes;
    struct nkb_shapes shapes;
    struct nkb_alikes alikes; /* of the computation at hand */
    struct nkb_largest largest;
};

/* The dimensions that are made of kinds, or need the sum of all. */
#define NKB_PASS_KINDS                                                                             \
    (1u << NKB_BY_MODULE | 1u << NKB_BY_COMPUTATION | 1u << NKB_BY_OPCODE | 1u << NKB_BY_KERNEL |  \
     1u << NKB_BY_DTYPE | 1u << NKB_BY_INSTRUCTION)

/* With by, dimensions, hlo, measures, shares and scratch set, all else zero. False when memory runs
 * out. */
bool nkb_pass_run(struct nkb_pass *pass);
void nkb_pass_free(struct nkb_pass *pass);

#endif
