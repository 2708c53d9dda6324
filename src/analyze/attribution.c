/* One walk over the instructions: each is measured once (once a context where scopes are asked for)
 * and added to its group of every dimension. */
#include "analyze/attribution.h"

#include "analyze/attribution_parts.h"
#include "analyze/kernels.h"
#include "base/buf.h"

/* The groups of one dimension while they are added up, by the number of their key: in pieces, for
 * nobody knows how many there will be. */
enum { PIECE = 32, FIRST_PIECES = 16 };
struct bins {
    struct nkb_sums **pieces; /* NULL: none of these numbers was met */
    size_t count;             /* of pieces */
};

struct attribution {
    const struct nkb_attribution *by;
    const struct nkb_hlo *hlo;
    struct nkb_measures measures;
    struct nkb_arena scratch;
    struct bins bins[NKB_DIMENSIONS];
    struct nkb_kinds kinds;    /* of the computation at hand */
    struct nkb_sums all;       /* of the module */
    struct nkb_intern kernels; /* see kernel_key */
    struct nkb_scopes scopes;
    struct nkb_largest largest;
};

static bool asked(const struct attribution *a, enum nkb_dimension dimension)
{
    return (a->by->dimensions >> dimension & 1) != 0;
}

static bool add_to(struct attribution *a, enum nkb_dimension dimension, uint32_t number,
                   const struct nkb_sums *sums)
{
    struct bins *bins = &a->bins[dimension];
    size_t piece = number / PIECE;
    if (piece >= bins->count) {
        size_t count = bins->count ? bins->count * 2 : FIRST_PIECES;
        if (count <= piece)
            count = piece + 1;
        /* An array of pointers it is: NOLINTNEXTLINE(bugprone-sizeof-expression) */
        const size_t size_bytes = sizeof *bins->pieces;
        struct nkb_sums **grown =
            nkb_arena_grow(&a->scratch, bins->pieces, bins->count, count, size_bytes);
        if (!grown)
            return false;
        bins->pieces = grown;
        bins->count = count;
    }
    if (!bins->pieces[piece]) {
        struct nkb_sums *made = nkb_arena_take(&a->scratch, PIECE * sizeof *made);
        if (!made)
            return false;
        for (int i = 0; i < PIECE; i++)
            nkb_sums_clear(&made[i]);
        bins->pieces[piece] = made;
    }
    nkb_sums_add(&bins->pieces[piece][number % PIECE], sums);
    return true;
}

/* What tells kernels apart, in front of their target and name. */
struct kernel_key {
    int64_t call_macs;
    uint64_t target_len;
    int64_t has_call_macs;
};

enum { NO_KERNEL = 0 }; /* the number of what is no custom-call */

/* Of a custom-call. */
static bool kernel_number(struct attribution *a, const struct nkb_site *site, uint32_t *out)
{
    static const struct nkb_str none = NKB_STR_LITERAL("");
    struct nkb_buf text = NKB_BUF_INIT;

    *out = NO_KERNEL;
    if (!site)
        return true;
    const struct nkb_hlo_attrs *attrs = nkb_site_instruction(a->measures.sites, site)->attrs;
    struct nkb_str target = attrs ? attrs->custom_call_target : none;
    const struct nkb_nki_config *nki = attrs && site->kind == NKB_SITE_NKI ? attrs->nki : NULL;
    struct kernel_key key = {.target_len = target.len};
    key.has_call_macs = nkb_kernel_call_macs(a->measures.sites, site, &key.call_macs);
    nkb_buf_append(&text, &key, sizeof key);
    nkb_buf_append(&text, target.ptr, target.len);
    if (nki)
        nkb_buf_append(&text, nki->func_name.ptr, nki->func_name.len);
    bool good = !text.failed && nkb_intern_add(&a->kernels, &a->scratch, nkb_buf_str(&text), out);
    nkb_buf_free(&text);
    return good;
}

/* Add to its group of the dimensions that need more of it than its kind, but for scope. */
static bool add_instruction(struct attribution *a, uint32_t c, uint32_t i,
                            const struct nkb_site *site, const struct nkb_sums *sums)
{
    const struct nkb_hlo_instruction *in = &a->hlo->computations[c].instructions[i];
    uint32_t kernel;
    if (asked(a, NKB_BY_INSTRUCTION))
        nkb_largest_add(&a->largest, c, i, sums);
    if (asked(a, NKB_BY_KERNEL) && in->opcode == NKB_HLO_CUSTOM_CALL &&
        !(kernel_number(a, site, &kernel) && add_to(a, NKB_BY_KERNEL, kernel, sums)))
        return false;
    return !asked(a, NKB_BY_SOURCE) || add_to(a, NKB_BY_SOURCE, in->source, sums);
}

/* The computation is complete: its kinds to the dimensions that they are enough for. */
static bool add_kinds(struct attribution *a, uint32_t c)
{
    for (uint32_t k = 0; k < a->kinds.count; k++) {
        const struct nkb_kind *kind = &a->kinds.at[k];
        nkb_sums_add(&a->all, &kind->sums);
        if ((asked(a, NKB_BY_MODULE) && !add_to(a, NKB_BY_MODULE, 0, &kind->sums)) ||
            (asked(a, NKB_BY_COMPUTATION) && !add_to(a, NKB_BY_COMPUTATION, c, &kind->sums)) ||
            (asked(a, NKB_BY_OPCODE) && !add_to(a, NKB_BY_OPCODE, kind->opcode, &kind->sums)) ||
            (asked(a, NKB_BY_DTYPE) && !add_to(a, NKB_BY_DTYPE, kind->dtype, &kind->sums)) ||
            (asked(a, NKB_BY_KERNEL) && kind->opcode != NKB_HLO_CUSTOM_CALL &&
             !add_to(a, NKB_BY_KERNEL, NO_KERNEL, &kind->sums)))
            return false;
    }
    nkb_kinds_forget(&a->kinds);
    return true;
}

/* Its scope where its computation is called from one alone, as most are: it counts the same there.
 */
static bool add_scope(struct attribution *a, uint32_t c, uint32_t i, const struct nkb_sums *sums)
{
    const struct nkb_hlo_instruction *in = &a->hlo->computations[c].instructions[i];
    uint32_t caller = a->scopes.contexts[a->scopes.head[c]].scope, scope;
    return nkb_scopes_join(&a->scopes, &a->scratch, caller, in->op_name, &scope) &&
           add_to(a, NKB_BY_SCOPE, scope, sums);
}

static bool add_scopes(struct attribution *a, uint32_t c, uint32_t i, const struct nkb_site *site)
{
    const struct nkb_hlo_instruction *in = &a->hlo->computations[c].instructions[i];
    struct nkb_measures measures = a->measures;
    measures.absent |= a->scopes.lost;
    for (uint32_t k = a->scopes.head[c]; k != NKB_HLO_NONE; k = a->scopes.contexts[k].next) {
        const struct nkb_context *context = &a->scopes.contexts[k];
        struct nkb_sums sums;
        uint32_t scope;
        nkb_sums_measure(&measures, c, i, site, &context->shares, &sums);
        if (!nkb_scopes_join(&a->scopes, &a->scratch, context->scope, in->op_name, &scope) ||
            !add_to(a, NKB_BY_SCOPE, scope, &sums))
            return false;
    }
    return true;
}

static bool add_all(struct attribution *a)
{
    const struct nkb_sites *sites = a->measures.sites;
    const struct nkb_callgraph *graph = a->measures.graph;
    bool by_scope = asked(a, NKB_BY_SCOPE);
    const nkb_i128 *byte_times = nkb_byte_times(&a->measures, &a->scratch);
    if (!byte_times)
        return false;
    for (uint32_t c = 0; c < a->hlo->computation_count; c++) {
        const struct nkb_site *site = sites->at + sites->first[c],
                              *last = sites->at + sites->first[c + 1];
        struct nkb_shares shares = {
            graph->times ? graph->times[c] : 0, byte_times[c], {0, 0, 0}, true};
        if (a->measures.cost)
            shares.xla = nkb_cost_weight_of(a->measures.cost, c);
        for (uint32_t i = 0; i < a->hlo->computations[c].instruction_count; i++) {
            const struct nkb_site *here = site != last && site->instruction == i ? site++ : NULL;
            struct nkb_sums sums;
            nkb_sums_measure(&a->measures, c, i, here, &shares, &sums);
            if (!nkb_kinds_add(&a->kinds, &a->hlo->computations[c].instructions[i], &sums,
                               &a->scratch) ||
                !add_instruction(a, c, i, here, &sums))
                return false;
            if (by_scope &&
                !(a->scopes.count[c] == 1 && a->scopes.lost == 0 ? add_scope(a, c, i, &sums)
                                                                 : add_scopes(a, c, i, here)))
                return false;
        }
        if (!add_kinds(a, c))
            return false;
    }
    return true;
}

/* The kernel's key again as what it was made of. */
static void name_kernel(struct nkb_str text, struct nkb_group *group)
{
    struct kernel_key key;
    if (text.len < sizeof key)
        return;
    memcpy(&key, text.ptr, sizeof key);
    group->has_call_macs = key.has_call_macs != 0;
    group->call_macs = key.call_macs;
    group->detail = (struct nkb_str){text.ptr + sizeof key, (size_t)key.target_len};
    group->key = (struct nkb_str){group->detail.ptr + key.target_len,
                                  text.len - sizeof key - (size_t)key.target_len};
    if (group->key.len == 0)
        group->key = group->detail; /* it has no name of its own */
}

static struct nkb_str name_source(const struct nkb_hlo *hlo, size_t number, struct nkb_arena *keep)
{
    if (number == NKB_HLO_NO_SOURCE || number >= hlo->source_count)
        return NKB_STR_LITERAL("");
    const struct nkb_hlo_source *source = &hlo->sources[number];
    struct nkb_buf out = NKB_BUF_INIT;
    nkb_buf_append(&out, source->file.ptr, source->file.len);
    nkb_buf_printf(&out, ":%ld", (long)source->line);
    return nkb_arena_keep(keep, &out);
}

static void name_group(struct attribution *a, enum nkb_dimension dimension, size_t number,
                       struct nkb_arena *keep, struct nkb_group *group)
{
    const char *type;
    switch (dimension) {
    case NKB_BY_COMPUTATION:
        group->key = a->hlo->computations[number].name;
        break;
    case NKB_BY_OPCODE:
        group->key = nkb_str_from(nkb_hlo_opcode_name((enum nkb_hlo_opcode)number));
        break;
    case NKB_BY_KERNEL:
        name_kernel(a->kernels.texts[number], group);
        break;
    case NKB_BY_SCOPE:
        group->key = a->scopes.names.texts[number];
        break;
    case NKB_BY_SOURCE:
        group->key = name_source(a->hlo, number, keep);
        return;
    case NKB_BY_DTYPE:
        type = number == NKB_TYPE_INVALID ? NULL : nkb_hlo_type_name((int32_t)number);
        group->key = nkb_str_from(type ? type : "unknown");
        break;
    default: /* the module, whose path the analysis does not ask for */
        return;
    }
    group->key = nkb_arena_copy(keep, group->key);
    if (group->detail.ptr)
        group->detail = nkb_arena_copy(keep, group->detail);
}

/* Groups that hold nothing, such as opcodes that do not occur, are left out. */
static bool finish_bins(struct attribution *a, enum nkb_dimension dimension, struct nkb_arena *keep,
                        struct nkb_groups *groups)
{
    const struct bins *bins = &a->bins[dimension];
    size_t count = 0;
    for (size_t i = 0; i < bins->count * PIECE; i++)
        count += bins->pieces[i / PIECE] && bins->pieces[i / PIECE][i % PIECE].used != 0;
    groups->at = nkb_arena_array(keep, count, sizeof *groups->at);
    for (size_t i = 0; i < bins->count * PIECE && groups->at; i++) {
        if (!bins->pieces[i / PIECE] || bins->pieces[i / PIECE][i % PIECE].used == 0)
            continue;
        struct nkb_group *group = &groups->at[groups->count++];
        name_group(a, dimension, i, keep, group);
        nkb_sums_finish(&bins->pieces[i / PIECE][i % PIECE], group);
    }
    return groups->at && !nkb_arena_failed(keep);
}

static bool attribute(struct attribution *a, struct nkb_arena *keep, struct nkb_groups *groups)
{
    uint32_t no_kernel;
    nkb_sums_clear(&a->all);
    if (!nkb_kinds_open(&a->kinds, &a->scratch) ||
        !nkb_intern_add(&a->kernels, &a->scratch, NKB_STR_LITERAL(""), &no_kernel) ||
        (asked(a, NKB_BY_SCOPE) &&
         !nkb_scopes_find(&a->scopes, &a->measures, a->by->depth, &a->scratch)) ||
        (asked(a, NKB_BY_INSTRUCTION) && !nkb_largest_open(&a->largest, a->by, &a->scratch)) ||
        !add_all(a))
        return false;
    for (int d = 0; d < NKB_DIMENSIONS; d++) {
        if (!asked(a, (enum nkb_dimension)d))
            continue;
        groups[d].made = true;
        if (!(d == NKB_BY_INSTRUCTION
                  ? nkb_largest_finish(&a->largest, a->hlo, &a->all, keep, &groups[d])
                  : finish_bins(a, (enum nkb_dimension)d, keep, &groups[d])))
            return false;
    }
    return true;
}

int nkb_attribute(const struct nkb_attribution *by, const struct nkb_sites *sites,
                  const struct nkb_callgraph *graph, const struct nkb_cost *cost,
                  struct nkb_arena *keep, struct nkb_module *module, struct nkb_err *err)
{
    struct attribution a = {
        .by = by,
        .hlo = sites->hlo,
        .measures = {sites, graph, module->has_xla ? cost : NULL, 0},
    };
    a.scratch = nkb_arena_beside(keep);
    if (!graph->times)
        a.measures.absent |= NKB_FIGS_RUN | NKB_FIGS_RUN_COST;
    if (!a.measures.cost)
        a.measures.absent |= NKB_FIGS_XLA | NKB_FIGS_RUN_COST;
    bool good = attribute(&a, keep, module->groups);
    nkb_intern_free(&a.kernels);
    nkb_scopes_free(&a.scopes);
    nkb_arena_free(&a.scratch);
    return good ? 0 : nkb_err_memory(err);
}
