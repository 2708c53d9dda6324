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
};

/* Fill *out from scratch. *why stays NULL, or says (in keep) why the times cannot be had:
 * computations that call each other in a circle, sites->fault, a number of applications nobody can
 * tell, more than 127 bits. The sites must have been weighed: a conditional takes the branch with
 * the most MACs, the first on a tie. Loops that run are noted when their trip count is unknown or
 * contradicted. Returns 0 or NKB_EMEMORY. */
int nkb_callgraph_count(const struct nkb_sites *sites, struct nkb_arena *scratch,
                        struct nkb_arena *keep, struct nkb_notes *notes, struct nkb_callgraph *out,
                        const char **why, struct nkb_err *err);

#endif
