/* Who runs how often: from the entry computation, once, down through everything it calls (DESIGN
 * 5). */
#ifndef NKB_ANALYZE_CALLGRAPH_H
#define NKB_ANALYZE_CALLGRAPH_H

#include "analyze/notes.h"
#include "analyze/sites.h"
#include "analyze/tripcount.h"

struct nkb_callgraph {
    uint32_t *order;        /* all computations, callees before their callers */
    nkb_i128 *times;        /* how often each computation is executed */
    struct nkb_trip *trips; /* of each loop, by site->loop */
    nkb_i128
        *macs; /* of one execution of each computation with all it calls, to choose branches by */
    bool *unsure; /* a loop of unknown trip count has a part in that */
};

/* What one execution of a site runs: at most two computations, each some number of times. */
struct nkb_runs {
    int count;
    uint32_t callee[2];
    nkb_i128 applications[2];
    bool unsure; /* a conditional that may have taken the wrong branch */
};
/* False when the number cannot be told from the shapes; never once the times are there. */
bool nkb_callgraph_runs(const struct nkb_sites *sites, const struct nkb_callgraph *graph,
                        const struct nkb_site *site, struct nkb_runs *out, uint32_t *untold);

/* Fill *out from scratch. *why stays NULL, or says (in keep) why the times cannot be had:
 * computations that call each other in a circle, sites->fault, a number of applications nobody can
 * tell, more than 127 bits. The sites must have been weighed: a conditional takes the branch with
 * the most MACs, the first on a tie. Loops that run are noted when their trip count is unknown or
 * contradicted. Returns 0 or NKB_EMEMORY. */
int nkb_callgraph_count(const struct nkb_sites *sites, struct nkb_arena *scratch,
                        struct nkb_arena *keep, struct nkb_notes *notes, struct nkb_callgraph *out,
                        const char **why, struct nkb_err *err);

#endif
