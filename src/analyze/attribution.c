/* Which passes are made for what is asked, and their sums as groups with names. */
#include "analyze/attribution.h"

#include "analyze/attribution_pass.h"
#include "base/buf.h"
#include "base/pool.h"

/* The kernel's key again as what it was made of. */
static void name_kernel(struct nkb_str text, struct nkb_group *group)
{
    struct nkb_kernel_key key;
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

static struct nkb_str name_source(const struct nkb_pass *p, size_t number, struct nkb_buf *text,
                                  struct nkb_arena *keep)
{
    if (number == NKB_HLO_NO_SOURCE || number >= p->hlo->source_count)
        return NKB_STR_LITERAL("");
    const struct nkb_hlo_source *source = &p->hlo->sources[number];
    text->len = 0;
    nkb_buf_append(text, source->file.ptr, source->file.len);
    nkb_buf_char(text, ':');
    nkb_buf_int(text, source->line);
    keep->failed |= text->failed;
    return nkb_arena_copy(keep, nkb_buf_str(text));
}

static void name_group(const struct nkb_pass *p, enum nkb_dimension dimension, size_t number,
                       struct nkb_buf *text, struct nkb_arena *keep, struct nkb_group *group)
{
    const char *type;
    switch (dimension) {
    case NKB_BY_COMPUTATION:
        group->key = p->hlo->computations[number].name;
        break;
    case NKB_BY_OPCODE:
        group->key = nkb_str_from(nkb_hlo_opcode_name((enum nkb_hlo_opcode)number));
        break;
    case NKB_BY_KERNEL:
        name_kernel(p->kernels.texts[number], group);
        break;
    case NKB_BY_SCOPE:
        group->key = p->scopes.names.texts[number];
        break;
    case NKB_BY_SHAPE:
        nkb_shapes_name(&p->shapes, number, group);
        break;
    case NKB_BY_SOURCE:
        group->key = name_source(p, number, text, keep);
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
static bool finish_bins(const struct nkb_pass *p, enum nkb_dimension dimension,
                        struct nkb_arena *keep, struct nkb_groups *groups)
{
    const struct nkb_bins *bins = &p->bins[dimension];
    struct nkb_buf text = NKB_BUF_INIT;
    size_t count = 0;
    for (size_t i = 0; i < bins->count * NKB_BINS_BLOCK; i++)
        count += bins->blocks[i / NKB_BINS_BLOCK] &&
                 !nkb_bin_is_empty(&bins->blocks[i / NKB_BINS_BLOCK][i % NKB_BINS_BLOCK]);
    groups->at = nkb_arena_array(keep, count, sizeof *groups->at);
    for (size_t i = 0; i < bins->count * NKB_BINS_BLOCK && groups->at; i++) {
        struct nkb_sums sums;
        if (!bins->blocks[i / NKB_BINS_BLOCK])
            continue;
        nkb_bin_sum(&bins->blocks[i / NKB_BINS_BLOCK][i % NKB_BINS_BLOCK], &sums);
        if (sums.used == 0)
            continue;
        struct nkb_group *group = &groups->at[groups->count++];
        name_group(p, dimension, i, &text, keep, group);
        nkb_sums_finish(&sums, group);
    }
    nkb_buf_free(&text);
    return groups->at && !nkb_arena_failed(keep);
}

/* What one thread does and another may do beside it. */
static const uint32_t divisions[] = {
    NKB_PASS_KINDS,
    1u << NKB_BY_SCOPE,
    1u << NKB_BY_SOURCE | 1u << NKB_BY_SHAPE,
};
enum { MAX_PASSES = sizeof divisions / sizeof *divisions };

struct passes {
    struct nkb_pass *at;
    size_t count;
    bool good[MAX_PASSES];
};

/* Every dimension is in one of them. False when memory runs out. */
static bool divide(struct passes *passes, struct nkb_pass *whole, struct nkb_arena *scratch)
{
    *passes = (struct passes){.at = whole, .count = 1};
    if (whole->by->threads < 2)
        return true;
    passes->at = nkb_arena_array(scratch, MAX_PASSES, sizeof *passes->at);
    passes->count = 0;
    for (size_t i = 0; i < MAX_PASSES && passes->at; i++) {
        uint32_t dimensions = whole->dimensions & divisions[i];
        if (dimensions == 0)
            continue;
        struct nkb_pass *pass = &passes->at[passes->count++];
        *pass = *whole;
        pass->dimensions = dimensions;
        pass->scratch.store = NULL; /* which is of one thread */
    }
    return passes->at != NULL;
}

static void run(void *context, size_t job, size_t worker)
{
    struct passes *passes = context;
    (void)worker;
    passes->good[job] = nkb_pass_run(&passes->at[job]);
}

static bool finish(const struct nkb_pass *p, struct nkb_arena *keep, struct nkb_groups *groups)
{
    for (int d = 0; d < NKB_DIMENSIONS; d++) {
        if ((p->dimensions >> d & 1) == 0)
            continue;
        struct nkb_arena *place = p->by->passing >> d & 1 ? p->by->place : keep;
        groups[d].made = true;
        if (!(d == NKB_BY_INSTRUCTION
                  ? nkb_largest_finish(&p->largest, p->hlo, &p->all, place, &groups[d])
                  : finish_bins(p, (enum nkb_dimension)d, place, &groups[d])))
            return false;
    }
    return true;
}

int nkb_attribute(const struct nkb_attribution *by, const struct nkb_sites *sites,
                  const struct nkb_callgraph *graph, const struct nkb_cost *cost,
                  struct nkb_arena *keep, struct nkb_module *module, struct nkb_err *err)
{
    struct nkb_arena scratch = nkb_arena_beside(keep);
    struct passes passes;
    struct nkb_pass whole = {
        .by = by,
        .dimensions = by->dimensions,
        .hlo = sites->hlo,
        .measures = {sites, graph, module->has_xla ? cost : NULL, 0},
        .scratch = nkb_arena_beside(keep),
    };
    if (!graph->times)
        whole.measures.absent |= NKB_FIGS_RUN | NKB_FIGS_RUN_COST;
    if (!whole.measures.cost)
        whole.measures.absent |= NKB_FIGS_XLA | NKB_FIGS_RUN_COST;
    whole.shares = nkb_shares_find(&whole.measures, &scratch);
    bool good = whole.shares && divide(&passes, &whole, &scratch);
    if (good) {
        nkb_pool_run(nkb_pool_threads(by->threads ? by->threads : 1, passes.count), passes.count,
                     run, &passes);
        for (size_t i = 0; i < passes.count; i++)
            good = good && passes.good[i] && finish(&passes.at[i], keep, module->groups);
        for (size_t i = 0; i < passes.count; i++)
            nkb_pass_free(&passes.at[i]);
    }
    nkb_arena_free(&scratch);
    return good ? 0 : nkb_err_memory(err);
}
