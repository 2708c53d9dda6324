/* The order of the analyses: sites, MACs (which give the static count and weigh the sites), call
 * graph, executed counts, kernels, cost. A static overflow ends it; anything else only makes its
 * own part absent. */
#include "analyze/module.h"

#include "analyze/callgraph.h"
#include "analyze/cost.h"
#include "analyze/kernels.h"
#include "analyze/macs.h"

/* The loops that run, in file order, and how many of them have no known trip count. */
static int list_loops(const struct nkb_sites *sites, const struct nkb_callgraph *graph,
                      struct nkb_arena *keep, struct nkb_module *module, struct nkb_err *err)
{
    module->loops = nkb_arena_array(keep, sites->loop_count, sizeof *module->loops);
    if (!module->loops)
        return nkb_err_memory(err);
    for (size_t i = 0; i < sites->count; i++) {
        const struct nkb_site *site = &sites->at[i];
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

/* Cost, and where asked for, the groups. */
static int cost_and_groups(const struct nkb_sites *sites, const struct nkb_callgraph *graph,
                           const struct nkb_attribution *by, struct nkb_arena *keep,
                           struct nkb_module *module, struct nkb_err *err)
{
    struct nkb_cost *cost = nkb_cost_open(sites, graph->times, keep, module);
    int code = 0;
    if (by && by->dimensions)
        module->groups = nkb_arena_array(keep, NKB_DIMENSIONS, sizeof *module->groups);
    if (module->groups)
        code = nkb_attribute(by, sites, graph, cost, keep, module, err);
    nkb_cost_close(cost);
    return code;
}

int nkb_module_analyze_by(const struct nkb_hlo *hlo, const struct nkb_attribution *by,
                          struct nkb_arena *keep, struct nkb_module *module, struct nkb_err *err)
{
    struct nkb_arena scratch = nkb_arena_beside(keep);
    struct nkb_notes notes = {.keep = keep};
    struct nkb_err own = {0};
    struct nkb_sites sites;
    struct nkb_callgraph graph;

    begin(hlo, module);
    if (hlo->computation_count == 0)
        nkb_notes_add(&notes, "an empty module: no computation, 0 MACs");
    int code = nkb_sites_find(hlo, &scratch, keep, &sites, &own);
    if (code == 0)
        code = nkb_macs_weigh(&sites, keep, &notes, &module->static_macs, &own);
    if (code == 0)
        code = execute(&sites, &scratch, keep, &notes, &graph, module, &own);
    if (code == 0) {
        module->ok = true;
        code = cost_and_groups(&sites, &graph, by, keep, module, &own);
    } else {
        module->error = nkb_arena_string(keep, own.text);
        module->why_no_executed = module->why_no_xla = module->why_no_loops = module->error;
    }
    nkb_notes_finish(&notes, module);
    nkb_arena_free(&scratch);
    if (nkb_arena_failed(keep))
        code = nkb_err_memory(&own);
    if (code != 0)
        nkb_err_set(err, code, "%s", own.text);
    return code;
}
