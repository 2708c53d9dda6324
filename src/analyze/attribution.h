/* The counts of a module put together by other keys: the same instructions, executions and costs as
 * everywhere else, so that the groups of any dimension add up to the module's totals. */
#ifndef NKB_ANALYZE_ATTRIBUTION_H
#define NKB_ANALYZE_ATTRIBUTION_H

#include "analyze/callgraph.h"
#include "analyze/cost.h"
#include "analyze/sites.h"
#include "model/module.h"

enum { NKB_TOP_MAX = 10000 }; /* instructions listed */

struct nkb_attribution {
    uint32_t dimensions;  /* 1 << enum nkb_dimension each */
    uint32_t depth;       /* scopes: so many parts of a name are kept; 0: all */
    uint32_t top;         /* instructions: so many are listed, at most NKB_TOP_MAX */
    enum nkb_figure sort; /* and these are the largest by it; nkb_figures_rank decides ties */
    uint32_t passing;     /* dimensions whose groups are made in `place` instead of `keep` */
    struct nkb_arena *place;
    size_t threads; /* for one module; it is the same for any number. 0: one */
};

/* Make module->groups in keep. graph->times NULL: nothing is known of executions; cost is asked
 * only when module->has_xla. Returns 0 or NKB_EMEMORY. */
int nkb_attribute(const struct nkb_attribution *by, const struct nkb_sites *sites,
                  const struct nkb_callgraph *graph, const struct nkb_cost *cost,
                  struct nkb_arena *keep, struct nkb_module *module, struct nkb_err *err);

/* Which comes first when the largest are asked for: by `sort`, then by MACs, flops, bytes, calls.
 * Below 0 when a does; 0: all the same. */
int nkb_figures_rank(const nkb_i128 *a, const nkb_i128 *b, enum nkb_figure sort);

#endif
