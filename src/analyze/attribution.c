/* A walk over the instructions of each computation adds each to its group of every dimension, and
 * one for each context of the computation where scopes are asked for. */
#include "analyze/attribution.h"

#include "analyze/attribution_parts.h"
#include "analyze/kernels.h"
#include "base/buf.h"

/* The groups of one dimension while they are added up, by the number of their key: in blocks, for
 * nobody knows how many there will be. */
enum { BLOCK = 32, FIRST_BLOCKS = 16 };
struct bins {
    struct nkb_bin **blocks; /* NULL: none of these numbers was met */
    size_t count;            /* of blocks */
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
    struct nkb_shapes shapes;
    struct nkb_largest largest;
    struct nkb_buf text; /* for a name */
};

static bool asked(const struct attribution *a, enum nkb_dimension dimension)
{
    return (a->by->dimensions >> dimension & 1) != 0;
}

/* Room for this number, in which nothing is. */
static struct nkb_bin *open_block(struct attribution *a, struct bins *bins, size_t block)
{
    if (block >= bins->count) {
        size_t count = bins->count ? bins->count * 2 : FIRST_BLOCKS;
        if (count <= block)
            count = block + 1;
        /* An array of pointers it is: NOLINTNEXTLINE(bugprone-sizeof-expression) */
        const size_t size_bytes = sizeof *bins->blocks;
        struct nkb_bin **grown =
            nkb_arena_grow(&a->scratch, bins->blocks, bins->count, count, size_bytes);
        if (!grown)
            return NULL;
        bins->blocks = grown;
        bins->count = count;
    }
    bins->blocks[block] = nkb_arena_array(&a->scratch, BLOCK, sizeof **bins->blocks);
    return bins->blocks[block];
}

/* NULL when memory runs out. */
static inline struct nkb_bin *bin_of(struct attribution *a, enum nkb_dimension dimension,
                                     uint32_t number)
{
    struct bins *bins = &a->bins[dimension];
    size_t block = number / BLOCK;
    struct nkb_bin *at = block < bins->count ? bins->blocks[block] : NULL;
    if (!at)
        at = open_block(a, bins, block);
    return at ? &at[number % BLOCK] : NULL;
}

static inline bool add_piece(struct attribution *a, enum nkb_dimension dimension, uint32_t number,
                             const struct nkb_piece *piece, const struct nkb_shares *shares)
{
    struct nkb_bin *bin = bin_of(a, dimension, number);
    return bin && nkb_bin_add(bin, &a->measures, piece, shares, &a->scratch);
}

static bool add_sums(struct attribution *a, enum nkb_dimension dimension, uint32_t number,
                     const struct nkb_sums *sums)
{
    struct nkb_bin *bin = bin_of(a, dimension, number);
    return bin && nkb_bin_add_sums(bin, sums, &a->scratch);
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

static bool add_kernel(struct attribution *a, const struct nkb_piece *piece,
                       const struct nkb_shares *shares)
{
    uint32_t kernel;
    return kernel_number(a, piece->site, &kernel) &&
           add_piece(a, NKB_BY_KERNEL, kernel, piece, shares);
}

static inline bool add_shape(struct attribution *a, const struct nkb_hlo_computation *computation,
                             const struct nkb_piece *piece, const struct nkb_shares *shares)
{
    uint32_t number;
    return nkb_shapes_number(&a->shapes, computation, piece->in, &a->scratch, &number) &&
           add_piece(a, NKB_BY_SHAPE, number, piece, shares);
}

static inline bool add_scope(struct attribution *a, const struct nkb_piece *piece,
                             const struct nkb_context *context)
{
    uint32_t scope;
    return nkb_scopes_join(&a->scopes, &a->scratch, context->scope, piece->in->op_name, &scope) &&
           add_piece(a, NKB_BY_SCOPE, scope, piece, &context->shares);
}

/* The computation is complete: its kinds to the dimensions that they are enough for. */
static bool add_kinds(struct attribution *a, uint32_t c)
{
    for (uint32_t k = 0; k < a->kinds.count; k++) {
        const struct nkb_kind *kind = &a->kinds.at[k];
        struct nkb_sums sums;
        nkb_bin_sum(&kind->bin, &sums);
        nkb_sums_add(&a->all, &sums);
        if ((asked(a, NKB_BY_MODULE) && !add_sums(a, NKB_BY_MODULE, 0, &sums)) ||
            (asked(a, NKB_BY_COMPUTATION) && !add_sums(a, NKB_BY_COMPUTATION, c, &sums)) ||
            (asked(a, NKB_BY_OPCODE) && !add_sums(a, NKB_BY_OPCODE, kind->opcode, &sums)) ||
            (asked(a, NKB_BY_DTYPE) && !add_sums(a, NKB_BY_DTYPE, kind->dtype, &sums)) ||
            (asked(a, NKB_BY_KERNEL) && kind->opcode != NKB_HLO_CUSTOM_CALL &&
             !add_sums(a, NKB_BY_KERNEL, NO_KERNEL, &sums)))
            return false;
    }
    nkb_kinds_forget(&a->kinds);
    return true;
}

/* Each instruction to its kind, and to its group of the dimensions that need to know more of it.
 * `context`: of the computation, where it has one alone; else NULL. */
static bool add_instructions(struct attribution *a, uint32_t c, const struct nkb_shares *shares,
                             const struct nkb_context *context)
{
    const bool by_source = asked(a, NKB_BY_SOURCE), by_kernel = asked(a, NKB_BY_KERNEL),
               by_instruction = asked(a, NKB_BY_INSTRUCTION), by_shape = asked(a, NKB_BY_SHAPE);
    struct nkb_pieces pieces;
    nkb_pieces_open(&pieces, &a->measures, c);
    while (nkb_pieces_next(&pieces)) {
        const struct nkb_piece *piece = &pieces.piece;
        struct nkb_bin *kind = nkb_kinds_bin(&a->kinds, piece->in, &a->scratch);
        if (!kind || !nkb_bin_add(kind, &a->measures, piece, shares, &a->scratch))
            return false;
        if (by_instruction)
            nkb_largest_add(&a->largest, &a->measures, piece, shares);
        if ((by_source && !add_piece(a, NKB_BY_SOURCE, piece->in->source, piece, shares)) ||
            (by_kernel && piece->in->opcode == NKB_HLO_CUSTOM_CALL &&
             !add_kernel(a, piece, shares)) ||
            (by_shape && !add_shape(a, pieces.computation, piece, shares)) ||
            (context && !add_scope(a, piece, context)))
            return false;
    }
    return true;
}

/* Once for each scope that the computation is called from. */
static bool add_scopes(struct attribution *a, uint32_t c)
{
    for (uint32_t k = a->scopes.head[c]; k != NKB_HLO_NONE; k = a->scopes.contexts[k].next) {
        struct nkb_pieces pieces;
        nkb_pieces_open(&pieces, &a->measures, c);
        while (nkb_pieces_next(&pieces))
            if (!add_scope(a, &pieces.piece, &a->scopes.contexts[k]))
                return false;
    }
    return true;
}

static bool add_computation(struct attribution *a, uint32_t c, const struct nkb_shares *shares)
{
    bool by_scope = asked(a, NKB_BY_SCOPE), is_alone = by_scope && a->scopes.count[c] == 1;
    const struct nkb_context *only = is_alone ? &a->scopes.contexts[a->scopes.head[c]] : NULL;
    return add_instructions(a, c, shares, only) && add_kinds(a, c) &&
           (!by_scope || is_alone || add_scopes(a, c));
}

static bool add_all(struct attribution *a)
{
    const struct nkb_shares *shares = nkb_shares_find(&a->measures, &a->scratch);
    for (uint32_t c = 0; shares && c < a->hlo->computation_count; c++)
        if (!add_computation(a, c, &shares[c]))
            return false;
    return shares != NULL;
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

static struct nkb_str name_source(struct attribution *a, size_t number, struct nkb_arena *keep)
{
    if (number == NKB_HLO_NO_SOURCE || number >= a->hlo->source_count)
        return NKB_STR_LITERAL("");
    const struct nkb_hlo_source *source = &a->hlo->sources[number];
    a->text.len = 0;
    nkb_buf_append(&a->text, source->file.ptr, source->file.len);
    nkb_buf_char(&a->text, ':');
    nkb_buf_int(&a->text, source->line);
    keep->failed |= a->text.failed;
    return nkb_arena_copy(keep, nkb_buf_str(&a->text));
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
    case NKB_BY_SHAPE:
        nkb_shapes_name(&a->shapes, number, group);
        break;
    case NKB_BY_SOURCE:
        group->key = name_source(a, number, keep);
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
    for (size_t i = 0; i < bins->count * BLOCK; i++)
        count += bins->blocks[i / BLOCK] && !nkb_bin_is_empty(&bins->blocks[i / BLOCK][i % BLOCK]);
    groups->at = nkb_arena_array(keep, count, sizeof *groups->at);
    for (size_t i = 0; i < bins->count * BLOCK && groups->at; i++) {
        struct nkb_sums sums;
        if (!bins->blocks[i / BLOCK])
            continue;
        nkb_bin_sum(&bins->blocks[i / BLOCK][i % BLOCK], &sums);
        if (sums.used == 0)
            continue;
        struct nkb_group *group = &groups->at[groups->count++];
        name_group(a, dimension, i, keep, group);
        nkb_sums_finish(&sums, group);
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
        (asked(a, NKB_BY_INSTRUCTION) &&
         !nkb_largest_open(&a->largest, a->by, a->hlo->instruction_count, &a->scratch)) ||
        !add_all(a))
        return false;
    for (int d = 0; d < NKB_DIMENSIONS; d++) {
        if (!asked(a, (enum nkb_dimension)d))
            continue;
        struct nkb_arena *place = a->by->passing >> d & 1 ? a->by->place : keep;
        groups[d].made = true;
        if (!(d == NKB_BY_INSTRUCTION
                  ? nkb_largest_finish(&a->largest, a->hlo, &a->all, place, &groups[d])
                  : finish_bins(a, (enum nkb_dimension)d, place, &groups[d])))
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
    nkb_shapes_free(&a.shapes);
    nkb_buf_free(&a.text);
    nkb_arena_free(&a.scratch);
    return good ? 0 : nkb_err_memory(err);
}
