/* The order of the analyses: sites, MACs (which give the static count and weigh the sites), call
 * graph, executed counts, kernels, cost. A static overflow ends it; anything else only makes its
 * own part absent. */
#include "analyze/module.h"

#include "analyze/callgraph.h"
#include "analyze/cost.h"
#include "analyze/kernels.h"
#include "analyze/macs.h"
#include "base/pool.h"

/* The loops that run, in file order, and how many of them have no known trip count. */
static int list_loops(const struct nkb_sites *sites, const struct nkb_callgraph *graph,
                      struct nkb_arena *keep, struct nkb_module *module, struct nkb_err *err)
{
    module->loops = nkb_arena_array(keep, sites->loop_count, sizeof *module->loops);
    if (!module->loops)
        return nkb_err_memory(err);
    for (size_t i = 0; i < sites->first_special[sites->hlo->computation_count]; i++) {
        const struct nkb_site *site = nkb_site_special(sites, i);
        if (site->kind != NKB_SITE_WHILE || graph->times[site->computation] == 0)
            continue;
        const struct nkb_trip *trip = &graph->trips[site->loop];
        module->loops[module->loop_count++] = (struct nkb_loop){
            .name = nkb_arena_copy(keep, nkb_site_instruction(sites, site)->name),
            .trip_count = trip->count,
            .how = trip->how,
            .why = trip->why,
        };
        module->executed.unknown_trip_counts += trip->how == NKB_TRIP_UNKNOWN;
    }
    return nkb_arena_failed(keep) ? nkb_err_memory(err) : 0;
}

static void begin(const struct nkb_hlo *hlo, struct nkb_module *module)
{
    module->form = hlo->form;
    module->ok = false;
    module->error = NULL;
    module->size_bytes = (int64_t)hlo->size_bytes;
    module->computations = hlo->computation_count;
    module->instructions = (int64_t)hlo->instruction_count;
    module->static_macs = (struct nkb_static_macs){0};
    module->executed = (struct nkb_executed_macs){0};
    module->xla = (struct nkb_xla_cost){0};
    module->has_executed = module->has_xla = false;
    module->why_no_executed = module->why_no_xla = module->why_no_loops = NULL;
    module->loops = NULL;
    module->kernels = NULL;
    module->ops = NULL;
    module->diagnostics = NULL;
    module->groups = NULL;
    module->loop_count = module->kernel_count = module->op_count = module->diagnostic_count = 0;
}

/* The executed figures, when they can be had. */
static int execute(const struct nkb_sites *sites, struct nkb_arena *scratch, struct nkb_arena *keep,
                   struct nkb_notes *notes, struct nkb_callgraph *graph, struct nkb_module *module,
                   struct nkb_err *err)
{
    const char *why, *why_no_kernels = NULL;
    int code = nkb_callgraph_count(sites, scratch, keep, notes, graph, &why, err);
    if (code != 0)
        return code;
    if (why) {
        graph->times = NULL;
        module->why_no_loops = why;
    } else {
        code = list_loops(sites, graph, keep, module, err);
        why = nkb_macs_execute(sites, graph->times, keep, &module->executed);
    }
    if (code == 0)
        code =
            nkb_kernels_tabulate(sites, graph->times, scratch, keep, module, &why_no_kernels, err);
    nkb_kernels_note(module, notes);
    module->why_no_executed = why ? why : why_no_kernels;
    module->has_executed = module->why_no_executed == NULL;
    return code;
}

int nkb_module_analyze(const struct nkb_hlo *hlo, struct nkb_arena *keep, struct nkb_module *module,
                       struct nkb_err *err)
{
    return nkb_module_analyze_by(hlo, NULL, keep, module, err);
}

/* MACs and how often they run, and beside it what instructions cost: neither needs the other. */
struct counting {
    struct nkb_sites *sites;
    struct nkb_arena *scratch, *keep, cost_keep;
    struct nkb_notes *notes;
    struct nkb_callgraph graph;
    struct nkb_module *module;
    struct nkb_cost *cost;
    int code;
    struct nkb_err err;
};
enum { COUNT_MACS, COUNT_COST, COUNTINGS };

static void count(void *context, size_t job, size_t worker)
{
    struct counting *c = context;
    (void)worker;
    if (job == COUNT_COST) {
        c->cost = nkb_cost_measure_all(c->sites, &c->cost_keep);
        return;
    }
    c->code = nkb_macs_weigh(c->sites, c->keep, c->notes, &c->module->static_macs, &c->err);
    if (c->code == 0)
        c->code = execute(c->sites, c->scratch, c->keep, c->notes, &c->graph, c->module, &c->err);
}

/* What needs both: the module's cost, and where asked for, the groups. */
static int put_together(struct counting *c, const struct nkb_attribution *by)
{
    struct nkb_module *module = c->module;
    nkb_cost_add_up(c->cost, c->graph.times, c->keep, module);
    if (!by || !by->dimensions)
        return 0;
    module->groups = nkb_arena_array(c->keep, NKB_DIMENSIONS, sizeof *module->groups);
    return module->groups
               ? nkb_attribute(by, c->sites, &c->graph, c->cost, c->keep, module, &c->err)
               : nkb_err_memory(&c->err);
}

int nkb_module_analyze_by(const struct nkb_hlo *hlo, const struct nkb_attribution *by,
                          struct nkb_arena *keep, struct nkb_module *module, struct nkb_err *err)
{
    struct nkb_arena scratch = nkb_arena_beside(keep);
    struct nkb_notes notes = {.keep = keep};
    struct nkb_sites sites;
    struct counting c = {.sites = &sites,
                         .scratch = &scratch,
                         .keep = keep,
                         .cost_keep = nkb_arena_beside(keep),
                         .notes = &notes,
                         .module = module};

    begin(hlo, module);
    if (hlo->computation_count == 0)
        nkb_notes_add(&notes, "an empty module: no computation, 0 MACs");
    c.code = nkb_sites_find(hlo, &scratch, keep, &sites, &c.err);
    if (c.code == 0) {
        size_t threads = by && by->threads > 1 ? COUNTINGS : 1;
        if (threads > 1)
            c.cost_keep.store = NULL; /* which is of one thread */
        nkb_pool_run(threads, COUNTINGS, count, &c);
        nkb_arena_adopt(keep, &c.cost_keep);
    }
    if (c.code == 0) {
        module->ok = true;
        c.code = put_together(&c, by);
    } else {
        module->error = nkb_arena_string(keep, c.err.text);
        module->why_no_executed = module->why_no_xla = module->why_no_loops = module->error;
    }
    nkb_cost_close(c.cost);
    nkb_notes_finish(&notes, module);
    nkb_arena_free(&scratch);
    if (nkb_arena_failed(keep))
        c.code = nkb_err_memory(&c.err);
    if (c.code != 0)
        nkb_err_set(err, c.code, "%s", c.err.text);
    return c.code;
}
