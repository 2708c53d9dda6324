/* Figures and their sums; for the files of attribution alone. */
#ifndef NKB_ANALYZE_ATTRIBUTION_SUMS_H
#define NKB_ANALYZE_ATTRIBUTION_SUMS_H

#include "analyze/attribution.h"

/* The figures of one instruction or of a group. */
struct nkb_sums {
    nkb_i128 at[NKB_FIGURES];
    uint32_t used;     /* bit of each figure that may not be 0 */
    uint32_t absent;   /* bit of each that cannot be had */
    uint32_t overflow; /* those of them that went beyond 127 bits when they were added */
};

/* How often the instructions of a computation count. */
struct nkb_shares {
    nkb_i128 times,
        byte_times; /* executions, and those in which bytes are moved: not in a fusion */
    struct nkb_cost_weights xla;
    bool text;       /* what counts once a text counts here */
    uint32_t absent; /* figures that are known of none of them */
};

/* What instructions do by themselves, before it is told how often they count. */
enum nkb_work { NKB_WORK_DOT, NKB_WORK_CONV, NKB_WORK_NKI, NKB_WORK_OTHER, NKB_WORKS };
struct nkb_own {
    uint32_t instructions, custom_calls;
    nkb_i128 macs[NKB_WORKS];
    struct nkb_cost_own cost;
    nkb_i128 executed_flops; /* in one execution */
};

/* What is known of the module; figures in `absent` are known of none of its instructions. */
struct nkb_measures {
    const struct nkb_sites *sites;
    const struct nkb_callgraph *graph; /* its times may be NULL */
    const struct nkb_cost *cost;       /* NULL: XLA has none */
    uint32_t absent;
};

/* Instructions of one computation, all with these shares; what they have not is in `absent`. */
void nkb_sums_weigh(const struct nkb_own *own, const struct nkb_shares *shares, uint32_t absent,
                    struct nkb_sums *out);
void nkb_sums_add(struct nkb_sums *to, const struct nkb_sums *from);
void nkb_sums_clear(struct nkb_sums *sums); /* nothing has been added */
/* As nkb_figures_rank. */
int nkb_sums_rank(const struct nkb_sums *a, const struct nkb_sums *b, enum nkb_figure sort);
/* As a group's figures. */
void nkb_sums_finish(const struct nkb_sums *sums, struct nkb_group *group);

/* By computation; NULL when memory runs out. */
struct nkb_shares *nkb_shares_find(const struct nkb_measures *measures, struct nkb_arena *scratch);
/* What none of a computation's instructions has, where it runs so often. */
uint32_t nkb_shares_absent(const struct nkb_measures *measures, uint32_t computation,
                           nkb_i128 times);

#endif
