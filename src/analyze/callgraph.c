/* Two sweeps over the computations in topological order. Upwards (callees first): the MACs of one
 * execution of each computation with all it calls, which is what a conditional chooses its branch
 * by. Downwards: times[callee] += times[caller] * applications. Each edge is looked at twice, so
 * the work is linear however often a computation ends up being executed; nothing recurses. */
#include "analyze/callgraph.h"

#include "analyze/work.h"
#include "base/buf.h"
#include "base/text.h"

/* Names shown of a circle of calls. */
enum { MAX_SHOWN = 4 };

struct graph {
    const struct nkb_sites *sites;
    struct nkb_callgraph *out;
    struct nkb_arena *keep;
    const char *why;
};

static const char *describe_circle(const struct nkb_hlo *hlo, const uint32_t *circle, size_t count,
                                   struct nkb_arena *keep)
{
    struct nkb_buf text = NKB_BUF_INIT;
    char name[NKB_SHOWN_BYTES];
    nkb_buf_text(&text, "computations call each other in a circle: ");
    for (size_t i = 0; i < count && i < MAX_SHOWN; i++)
        nkb_buf_printf(&text, "'%s' calls ", nkb_show(hlo->computations[circle[i]].name, name));
    if (count > MAX_SHOWN)
        nkb_buf_printf(&text, "… (%zu more) … calls ", count - MAX_SHOWN);
    nkb_buf_printf(&text, "'%s'", nkb_show(hlo->computations[circle[0]].name, name));
    const char *copy = nkb_arena_keep(keep, &text).ptr;
    return copy ? copy : "computations call each other in a circle";
}

enum colour { NEW, OPEN, DONE };

/* Where the walk stands in one computation: the next callee of the current site. */
struct cursor {
    size_t special;
    uint32_t which;
};

/* The next computation called by c, or NKB_HLO_NONE when all were seen. */
static uint32_t next_callee(const struct nkb_sites *sites, uint32_t c, struct cursor *cursor)
{
    for (; cursor->special < sites->first_special[c + 1]; cursor->special++, cursor->which = 0) {
        const struct nkb_site *site = nkb_site_special(sites, cursor->special);
        const struct nkb_hlo_instruction *in;
        if (!site->calls)
            continue;
        in = nkb_site_instruction(sites, site);
        while (cursor->which < in->called_count) {
            uint32_t callee = in->called[cursor->which++];
            if (callee < sites->hlo->computation_count)
                return callee;
        }
    }
    return NKB_HLO_NONE;
}

static int sort_computations(struct graph *g, struct nkb_arena *scratch, struct nkb_err *err)
{
    const struct nkb_hlo *hlo = g->sites->hlo;
    uint32_t n = hlo->computation_count, done = 0;
    unsigned char *colour = nkb_arena_array(scratch, n, sizeof *colour);
    uint32_t *stack = nkb_arena_array(scratch, n, sizeof *stack);
    struct cursor *cursors = nkb_arena_array(scratch, n, sizeof *cursors);
    if (!colour || !stack || !cursors)
        return nkb_err_memory(err);

    for (uint32_t start = 0; start < n; start++) {
        if (colour[start] != NEW)
            continue;
        size_t depth = 0;
        uint32_t enter = start;
        for (;;) {
            if (enter != NKB_HLO_NONE) {
                colour[enter] = OPEN;
                cursors[enter] = (struct cursor){g->sites->first_special[enter], 0};
                stack[depth++] = enter;
            }
            uint32_t c = stack[depth - 1];
            enter = next_callee(g->sites, c, &cursors[c]);
            if (enter == NKB_HLO_NONE) {
                colour[c] = DONE;
                g->out->order[done++] = c;
                if (--depth == 0)
                    break;
            } else if (colour[enter] == DONE) {
                enter = NKB_HLO_NONE;
            } else if (colour[enter] == OPEN) {
                size_t from = depth - 1;
                while (stack[from] != enter)
                    from--;
                g->why = describe_circle(hlo, stack + from, depth - from, g->keep);
                return 0;
            }
        }
    }
    return 0;
}

/* Sums that stop at the ends of the type: they only rank branches, and a branch that large makes
 * the executed count overflow by itself. */
static nkb_i128 limit(bool negative)
{
    nkb_i128 max = (nkb_i128)(~(nkb_u128)0 >> 1);
    return negative ? -max - 1 : max;
}

static nkb_i128 add_held(nkb_i128 a, nkb_i128 b)
{
    nkb_i128 sum;
    return nkb_i128_add(a, b, &sum) ? sum : limit(b < 0);
}

static nkb_i128 multiply_held(nkb_i128 a, nkb_i128 b)
{
    nkb_i128 product;
    return nkb_i128_mul(a, b, &product) ? product : limit((a < 0) != (b < 0));
}

static uint32_t choose_branch(const struct nkb_callgraph *graph,
                              const struct nkb_hlo_instruction *in, bool *unsure)
{
    uint32_t chosen = 0;
    *unsure = false;
    for (uint32_t i = 0; i < in->called_count; i++) {
        if (graph->macs[in->called[i]] > graph->macs[in->called[chosen]])
            chosen = i;
        *unsure = *unsure || graph->unsure[in->called[i]];
    }
    return chosen;
}

bool nkb_callgraph_runs(const struct nkb_sites *sites, const struct nkb_callgraph *graph,
                        const struct nkb_site *site, struct nkb_runs *runs, uint32_t *untold)
{
    const struct nkb_hlo_computation *computation = nkb_site_computation(sites, site);
    const struct nkb_hlo_instruction *in = nkb_site_instruction(sites, site);

    *runs = (struct nkb_runs){0};
    if (site->kind == NKB_SITE_WHILE) {
        /* called: body, condition. The condition is asked once more than the body runs. */
        nkb_i128 trips = graph->trips[site->loop].count;
        *runs = (struct nkb_runs){2, {in->called[0], in->called[1]}, {trips, trips + 1}, false};
    } else if (site->kind == NKB_SITE_CONDITIONAL) {
        runs->count = 1;
        runs->callee[0] = in->called[choose_branch(graph, in, &runs->unsure)];
        runs->applications[0] = 1;
    } else if (site->kind == NKB_SITE_CALLER) {
        for (uint32_t i = 0; i < in->called_count && i < 2; i++) {
            nkb_i128 applications;
            if (!nkb_applications(computation, in, i, &applications) || applications < 0) {
                *untold = in->called[i];
                return false;
            }
            runs->callee[runs->count] = in->called[i];
            runs->applications[runs->count++] = applications;
        }
    }
    return true; /* what a custom-call names is not run by it */
}

static bool find_runs(struct graph *g, const struct nkb_site *site, struct nkb_runs *runs)
{
    char name[NKB_SHOWN_BYTES], where[NKB_WHERE_BYTES];
    uint32_t untold;
    if (nkb_callgraph_runs(g->sites, g->out, site, runs, &untold))
        return true;
    g->why =
        nkb_arena_printf(g->keep, "%s: how often it applies '%s' cannot be told from its shapes",
                         nkb_where(nkb_site_computation(g->sites, site),
                                   nkb_site_instruction(g->sites, site), where),
                         nkb_show(g->sites->hlo->computations[untold].name, name));
    return false;
}

/* Sums of MACs only rank branches: without a conditional nobody asks for them, and the many dots
 * are passed over. With one they are added in file order, which tells where they stop at the ends.
 */
static bool sum_upwards(struct graph *g)
{
    const struct nkb_sites *sites = g->sites;
    const bool all = sites->conditional_count > 0;
    const size_t *first = all ? sites->first : sites->first_special;
    for (uint32_t at = 0; at < sites->hlo->computation_count; at++) {
        uint32_t c = g->out->order[at];
        nkb_i128 total = 0;
        for (size_t i = first[c]; i < first[c + 1]; i++) {
            const struct nkb_site *site = all ? &sites->at[i] : nkb_site_special(sites, i);
            struct nkb_runs runs;
            total = add_held(total, site->macs);
            if (!nkb_site_runs_others(site))
                continue;
            if (!find_runs(g, site, &runs))
                return false;
            if (site->kind == NKB_SITE_WHILE && g->out->trips[site->loop].how == NKB_TRIP_UNKNOWN)
                g->out->unsure[c] = true;
            for (int r = 0; r < runs.count; r++) {
                total = add_held(total,
                                 multiply_held(runs.applications[r], g->out->macs[runs.callee[r]]));
                g->out->unsure[c] =
                    g->out->unsure[c] || (runs.applications[r] && g->out->unsure[runs.callee[r]]);
            }
        }
        g->out->macs[c] = total;
    }
    return true;
}

static void note_loop(const struct graph *g, const struct nkb_site *site, struct nkb_notes *notes)
{
    const struct nkb_trip *trip = &g->out->trips[site->loop];
    const struct nkb_hlo_instruction *in = nkb_site_instruction(g->sites, site);
    char name[NKB_SHOWN_BYTES];
    nkb_show(in->name, name);
    if (trip->how == NKB_TRIP_UNKNOWN)
        nkb_notes_add(notes, "loop '%s' has no known trip count (%s): its body counts once", name,
                      trip->why);
    else if (trip->contradicted)
        nkb_notes_add(
            notes,
            "loop '%s' is annotated with %lld trips but would run %lld: the annotation counts",
            name, (long long)trip->count, (long long)trip->inferred);
}

static bool count_downwards(struct graph *g, struct nkb_notes *notes)
{
    nkb_i128 *times = g->out->times, share;
    times[g->sites->hlo->entry] = 1;
    for (uint32_t at = g->sites->hlo->computation_count; at-- > 0;) {
        uint32_t c = g->out->order[at];
        if (times[c] == 0)
            continue;
        for (size_t i = g->sites->first_special[c]; i < g->sites->first_special[c + 1]; i++) {
            const struct nkb_site *site = nkb_site_special(g->sites, i);
            char name[NKB_SHOWN_BYTES];
            struct nkb_runs runs;
            if (!nkb_site_runs_others(site))
                continue;
            if (!find_runs(g, site, &runs))
                return false;
            if (site->kind == NKB_SITE_WHILE)
                note_loop(g, site, notes);
            if (runs.unsure)
                nkb_notes_add(
                    notes,
                    "conditional '%s': the branch with the most MACs was chosen with a loop "
                    "of unknown trip count counted once",
                    nkb_show(nkb_site_instruction(g->sites, site)->name, name));
            for (int r = 0; r < runs.count; r++) {
                nkb_i128 *sum = &times[runs.callee[r]];
                if (nkb_i128_mul(times[c], runs.applications[r], &share) &&
                    nkb_i128_add(*sum, share, sum))
                    continue;
                char where[NKB_WHERE_BYTES];
                g->why = nkb_arena_printf(
                    g->keep, "%s: here '%s' comes to be executed more than 2^127 times",
                    nkb_where(nkb_site_computation(g->sites, site),
                              nkb_site_instruction(g->sites, site), where),
                    nkb_show(g->sites->hlo->computations[runs.callee[r]].name, name));
                return false;
            }
        }
    }
    return true;
}

int nkb_callgraph_count(const struct nkb_sites *sites, struct nkb_arena *scratch,
                        struct nkb_arena *keep, struct nkb_notes *notes, struct nkb_callgraph *out,
                        const char **why, struct nkb_err *err)
{
    size_t n = sites->hlo->computation_count;
    *out = (struct nkb_callgraph){
        .order = nkb_arena_array(scratch, n, sizeof *out->order),
        .times = nkb_arena_array(scratch, n, sizeof *out->times),
        .trips = nkb_arena_array(scratch, sites->loop_count, sizeof *out->trips),
        .macs = nkb_arena_array(scratch, n, sizeof *out->macs),
        .unsure = nkb_arena_array(scratch, n, sizeof *out->unsure),
    };
    struct graph g = {
        .sites = sites,
        .out = out,
        .keep = keep,
    };
    *why = NULL;
    if (nkb_arena_failed(scratch))
        return nkb_err_memory(err);

    int code = sort_computations(&g, scratch, err);
    if (code != 0)
        return code;
    if (!g.why)
        g.why = sites->fault;
    if (!g.why) {
        for (size_t i = 0; i < sites->first_special[n]; i++) {
            const struct nkb_site *site = nkb_site_special(sites, i);
            if (site->kind == NKB_SITE_WHILE)
                out->trips[site->loop] =
                    nkb_trip_find(sites->hlo, nkb_site_computation(sites, site),
                                  nkb_site_instruction(sites, site));
        }
        if (sum_upwards(&g))
            count_downwards(&g, notes);
    }
    *why = g.why;
    return nkb_arena_failed(keep) ? nkb_err_memory(err) : 0;
}
