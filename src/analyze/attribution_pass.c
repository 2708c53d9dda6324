#include "analyze/attribution_pass.h"

#include "analyze/kernels.h"
#include "base/buf.h"

enum {
    BLOCK = NKB_BINS_BLOCK,
    FIRST_BLOCKS = 16,
    NO_KERNEL = 0, /* number of all else */
    FEW = 16,      /* instructions, of which no many are alike */
};

static bool asked(const struct nkb_pass *p, enum nkb_dimension dimension)
{
    return (p->dimensions >> dimension & 1) != 0;
}

/* Room for this number, in which nothing is. */
static struct nkb_bin *open_block(struct nkb_pass *p, struct nkb_bins *bins, size_t block)
{
    if (block >= bins->count) {
        size_t count = bins->count ? bins->count * 2 : FIRST_BLOCKS;
        if (count <= block)
            count = block + 1;
        /* An array of pointers it is: NOLINTNEXTLINE(bugprone-sizeof-expression) */
        const size_t size_bytes = sizeof *bins->blocks;
        struct nkb_bin **grown =
            nkb_arena_grow(&p->scratch, bins->blocks, bins->count, count, size_bytes);
        if (!grown)
            return NULL;
        bins->blocks = grown;
        bins->count = count;
    }
    bins->blocks[block] = nkb_arena_array(&p->scratch, BLOCK, sizeof **bins->blocks);
    return bins->blocks[block];
}

/* NULL when memory runs out. */
static inline struct nkb_bin *bin_of(struct nkb_pass *p, enum nkb_dimension dimension,
                                     uint32_t number)
{
    struct nkb_bins *bins = &p->bins[dimension];
    size_t block = number / BLOCK;
    struct nkb_bin *at = block < bins->count ? bins->blocks[block] : NULL;
    if (!at)
        at = open_block(p, bins, block);
    return at ? &at[number % BLOCK] : NULL;
}

static inline bool add_piece(struct nkb_pass *p, enum nkb_dimension dimension, uint32_t number,
                             const struct nkb_piece *piece, const struct nkb_shares *shares)
{
    struct nkb_bin *bin = bin_of(p, dimension, number);
    return bin && nkb_bin_add(bin, &p->measures, piece, shares, &p->scratch);
}

static bool add_pieces(struct nkb_pass *p, enum nkb_dimension dimension, uint32_t number,
                       const struct nkb_piece *piece, uint32_t count,
                       const struct nkb_shares *shares)
{
    struct nkb_bin *bin = bin_of(p, dimension, number);
    return bin && nkb_bin_add_all(bin, &p->measures, piece, count, shares, &p->scratch);
}

static bool add_sums(struct nkb_pass *p, enum nkb_dimension dimension, uint32_t number,
                     const struct nkb_sums *sums)
{
    struct nkb_bin *bin = bin_of(p, dimension, number);
    return bin && nkb_bin_add_sums(bin, sums, &p->scratch);
}

/* Of a custom-call. */
static bool kernel_number(struct nkb_pass *p, const struct nkb_site *site, uint32_t *out)
{
    static const struct nkb_str none = NKB_STR_LITERAL("");
    struct nkb_buf text = NKB_BUF_INIT;

    *out = NO_KERNEL;
    if (!site)
        return true;
    const struct nkb_hlo_attrs *attrs = nkb_site_instruction(p->measures.sites, site)->attrs;
    struct nkb_str target = attrs ? attrs->custom_call_target : none;
    const struct nkb_nki_config *nki = attrs && site->kind == NKB_SITE_NKI ? attrs->nki : NULL;
    struct nkb_kernel_key key = {.target_len = target.len};
    key.has_call_macs = nkb_kernel_call_macs(p->measures.sites, site, &key.call_macs);
    nkb_buf_append(&text, &key, sizeof key);
    nkb_buf_append(&text, target.ptr, target.len);
    if (nki)
        nkb_buf_append(&text, nki->func_name.ptr, nki->func_name.len);
    bool good = !text.failed && nkb_intern_add(&p->kernels, &p->scratch, nkb_buf_str(&text), out);
    nkb_buf_free(&text);
    return good;
}

static inline bool add_scope(struct nkb_pass *p, const struct nkb_piece *piece,
                             const struct nkb_context *context)
{
    uint32_t scope;
    return nkb_scopes_join(&p->scopes, &p->scratch, context->scope, piece->in->op_name, &scope) &&
           add_piece(p, NKB_BY_SCOPE, scope, piece, &context->shares);
}

/* The computation is complete: its kinds to the dimensions that they are enough for. */
static bool add_kinds(struct nkb_pass *p, uint32_t c)
{
    for (uint32_t k = 0; k < p->kinds.count; k++) {
        const struct nkb_kind *kind = &p->kinds.at[k];
        struct nkb_sums sums;
        nkb_bin_sum(&kind->bin, &sums);
        nkb_sums_add(&p->all, &sums);
        if ((asked(p, NKB_BY_MODULE) && !add_sums(p, NKB_BY_MODULE, 0, &sums)) ||
            (asked(p, NKB_BY_COMPUTATION) && !add_sums(p, NKB_BY_COMPUTATION, c, &sums)) ||
            (asked(p, NKB_BY_OPCODE) && !add_sums(p, NKB_BY_OPCODE, kind->opcode, &sums)) ||
            (asked(p, NKB_BY_DTYPE) && !add_sums(p, NKB_BY_DTYPE, kind->dtype, &sums)) ||
            (asked(p, NKB_BY_KERNEL) && kind->opcode != NKB_HLO_CUSTOM_CALL &&
             !add_sums(p, NKB_BY_KERNEL, NO_KERNEL, &sums)))
            return false;
    }
    nkb_kinds_forget(&p->kinds);
    return true;
}

/* `count` instructions that are alike to their kind, their shape and their kernel. */
static bool add_alike(struct nkb_pass *p, const struct nkb_piece *piece, uint32_t count,
                      const struct nkb_shares *shares)
{
    uint32_t number;
    if ((p->dimensions & NKB_PASS_KINDS) != 0) {
        struct nkb_bin *kind = nkb_kinds_bin(&p->kinds, piece->in, &p->scratch);
        if (!kind || !nkb_bin_add_all(kind, &p->measures, piece, count, shares, &p->scratch))
            return false;
    }
    if (asked(p, NKB_BY_KERNEL) && piece->in->opcode == NKB_HLO_CUSTOM_CALL &&
        !(kernel_number(p, piece->site, &number) &&
          add_pieces(p, NKB_BY_KERNEL, number, piece, count, shares)))
        return false;
    return !asked(p, NKB_BY_SHAPE) ||
           (nkb_shapes_number(&p->shapes, &p->hlo->computations[piece->computation], piece->in,
                              &p->scratch, &number) &&
            add_pieces(p, NKB_BY_SHAPE, number, piece, count, shares));
}

/* Add those that were counted, and leave the place empty. */
static bool flush_alike(struct nkb_pass *p, struct nkb_alike *alike,
                        const struct nkb_shares *shares)
{
    uint32_t count = alike->count;
    alike->piece.row = &alike->row;
    alike->count = 0;
    return add_alike(p, &alike->piece, count, shares);
}

static bool flush_alikes(struct nkb_pass *p, const struct nkb_shares *shares)
{
    for (; p->alikes.count > 0; p->alikes.count--)
        if (!flush_alike(p, &p->alikes.at[p->alikes.used[p->alikes.count - 1]], shares))
            return false;
    return true;
}

/* Kinds and shapes are numbered as they are met: when those that are alike are added depends on
 * where things lie in memory. */
static bool meet(struct nkb_pass *p, const struct nkb_piece *piece)
{
    uint32_t number;
    return ((p->dimensions & NKB_PASS_KINDS) == 0 ||
            nkb_kinds_bin(&p->kinds, piece->in, &p->scratch)) &&
           (!asked(p, NKB_BY_SHAPE) ||
            nkb_shapes_number(&p->shapes, &p->hlo->computations[piece->computation], piece->in,
                              &p->scratch, &number));
}

static bool open_alike(struct nkb_pass *p, struct nkb_alike *alike, struct nkb_alike *key,
                       const struct nkb_piece *piece, const struct nkb_shares *shares)
{
    struct nkb_alikes *all = &p->alikes;
    if (alike->count == 0)
        all->used[all->count++] = (unsigned char)(alike - all->at);
    else if (!flush_alike(p, alike, shares))
        return false;
    if (!meet(p, piece))
        return false;
    key->row = *piece->row;
    key->piece = *piece;
    key->count = 0;
    key->is_passed = false;
    *alike = *key;
    return true;
}

/* To the largest, and to those that are alike; a computation of few has none. */
static bool add_instruction(struct nkb_pass *p, const struct nkb_piece *piece, bool few,
                            const struct nkb_shares *shares)
{
    struct nkb_alike key,
        *alike = few ? NULL
                     : nkb_alikes_place(&p->alikes, &p->hlo->computations[piece->computation],
                                        piece, &key);
    if (alike && !nkb_alike_is(alike, &key, piece) && !open_alike(p, alike, &key, piece, shares))
        return false;
    if (asked(p, NKB_BY_INSTRUCTION) && !(alike && alike->is_passed)) {
        bool stays = nkb_largest_add(&p->largest, &p->measures, piece, shares);
        if (alike)
            alike->is_passed = !stays;
    }
    if (!alike)
        return add_alike(p, piece, 1, shares);
    alike->count++;
    return true;
}

/* Each instruction to its group of every dimension. `context`: of the computation, where it has one
 * alone; else NULL. */
static bool add_instructions(struct nkb_pass *p, uint32_t c, const struct nkb_shares *shares,
                             const struct nkb_context *context)
{
    const uint32_t by_alike = NKB_PASS_KINDS | 1u << NKB_BY_SHAPE;
    const bool adds_alike = (p->dimensions & by_alike) != 0, by_source = asked(p, NKB_BY_SOURCE);
    const bool few = p->hlo->computations[c].instruction_count < FEW;
    struct nkb_pieces pieces;
    nkb_pieces_open(&pieces, &p->measures, c);
    while (nkb_pieces_next(&pieces)) {
        const struct nkb_piece *piece = &pieces.piece;
        if ((adds_alike && !add_instruction(p, piece, few, shares)) ||
            (by_source && !add_piece(p, NKB_BY_SOURCE, piece->in->source, piece, shares)) ||
            (context && !add_scope(p, piece, context)))
            return false;
    }
    return flush_alikes(p, shares);
}

/* Once for each scope that the computation is called from. */
static bool add_scopes(struct nkb_pass *p, uint32_t c)
{
    for (uint32_t k = p->scopes.head[c]; k != NKB_HLO_NONE; k = p->scopes.contexts[k].next) {
        struct nkb_pieces pieces;
        nkb_pieces_open(&pieces, &p->measures, c);
        while (nkb_pieces_next(&pieces))
            if (!add_scope(p, &pieces.piece, &p->scopes.contexts[k]))
                return false;
    }
    return true;
}

static bool add_computation(struct nkb_pass *p, uint32_t c, const struct nkb_shares *shares)
{
    bool by_scope = asked(p, NKB_BY_SCOPE), is_alone = by_scope && p->scopes.count[c] == 1;
    const struct nkb_context *only = is_alone ? &p->scopes.contexts[p->scopes.head[c]] : NULL;
    return add_instructions(p, c, shares, only) && add_kinds(p, c) &&
           (!by_scope || is_alone || add_scopes(p, c));
}

bool nkb_pass_run(struct nkb_pass *p)
{
    uint32_t no_kernel;
    nkb_sums_clear(&p->all);
    if (!nkb_kinds_open(&p->kinds, &p->scratch) ||
        !nkb_intern_add(&p->kernels, &p->scratch, NKB_STR_LITERAL(""), &no_kernel) ||
        (asked(p, NKB_BY_SCOPE) &&
         !nkb_scopes_find(&p->scopes, &p->measures, p->by->depth, &p->scratch)) ||
        (asked(p, NKB_BY_INSTRUCTION) &&
         !nkb_largest_open(&p->largest, p->by, p->hlo->instruction_count, &p->scratch)))
        return false;
    for (uint32_t c = 0; c < p->hlo->computation_count; c++)
        if (!add_computation(p, c, &p->shares[c]))
            return false;
    return true;
}

void nkb_pass_free(struct nkb_pass *p)
{
    nkb_intern_free(&p->kernels);
    nkb_scopes_free(&p->scopes);
    nkb_shapes_free(&p->shapes);
    nkb_arena_free(&p->scratch);
}
