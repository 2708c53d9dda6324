/* Scopes are op_names, "jit(f)/layers_3/attn/dot_general". Inside a called computation a name may
 * be relative to the call's ("dot_general", facts 4.13): one that does not begin with the first
 * part of the caller's is. So a computation has a context for each scope it is called from, with
 * the executions that come from there; they are found callers first, and share out its counts
 * exactly. How many contexts there are is bounded: a call graph has more paths than anybody can
 * list. */
#include "analyze/attribution_parts.h"

#include <stdlib.h>

#include "base/buf.h"

enum {
    MAX_CONTEXTS = 256, /* of one computation; the rest of a more popular one's share one */
    MIN_CONTEXTS = 4,   /* where a module is so large that fewer are looked at: */
    MAX_STEPS = 2 * 1024 * 1024,        /* contexts times instructions */
    MAX_JOINED_BYTES = 64 * 1024 * 1024 /* of names made here; past it they are left as they are */
};

static const struct nkb_str many = NKB_STR_LITERAL("(called from many scopes)");

static struct nkb_str first_part(struct nkb_str name)
{
    const char *slash = name.len ? memchr(name.ptr, '/', name.len) : NULL;
    return slash ? (struct nkb_str){name.ptr, (size_t)(slash - name.ptr)} : name;
}

/* Its first `depth` parts. */
static struct nkb_str cut(struct nkb_str name, uint32_t depth)
{
    for (size_t i = 0; i < name.len && depth; i++)
        if (name.ptr[i] == '/' && --depth == 0)
            name.len = i;
    return name;
}

/* Is name the last part of whole, as a reducer's "reduce_sum" is of its reduce's? */
static bool ends_with_part(struct nkb_str whole, struct nkb_str name)
{
    return whole.len >= name.len &&
           memcmp(whole.ptr + whole.len - name.len, name.ptr, name.len) == 0 &&
           (whole.len == name.len || whole.ptr[whole.len - name.len - 1] == '/');
}

static bool join(struct nkb_scopes *s, struct nkb_arena *scratch, uint32_t caller,
                 struct nkb_str op_name, uint32_t *scope_out)
{
    struct nkb_str prefix = s->names.texts[caller], whole = op_name;
    if (prefix.len && !nkb_str_equal(first_part(prefix), first_part(op_name))) {
        if (ends_with_part(prefix, op_name)) {
            *scope_out = caller;
            return true;
        }
        if (s->joined_bytes + prefix.len + op_name.len < MAX_JOINED_BYTES) {
            s->text.len = 0;
            nkb_buf_append(&s->text, prefix.ptr, prefix.len);
            nkb_buf_char(&s->text, '/');
            nkb_buf_append(&s->text, op_name.ptr, op_name.len);
            if (s->text.failed)
                return false;
            whole = nkb_buf_str(&s->text);
        }
    }
    size_t known = s->names.count;
    if (!nkb_intern_add(&s->names, scratch, cut(whole, s->depth), scope_out))
        return false;
    if (s->names.count > known && whole.ptr == s->text.data)
        s->joined_bytes += s->names.texts[*scope_out].len;
    return true;
}

bool nkb_scopes_join(struct nkb_scopes *s, struct nkb_arena *scratch, uint32_t caller,
                     struct nkb_str op_name, uint32_t *scope_out)
{
    if (op_name.len == 0) {
        *scope_out = caller;
        return true;
    }
    size_t slot = ((uintptr_t)op_name.ptr / 8 + caller) % NKB_SCOPES_SAID;
    struct nkb_scope_said *said = &s->said[slot];
    if (said->op_name.ptr != op_name.ptr || said->op_name.len != op_name.len ||
        said->caller != caller) {
        uint32_t scope;
        if (!join(s, scratch, caller, op_name, &scope))
            return false;
        *said = (struct nkb_scope_said){op_name, caller, scope};
    }
    *scope_out = said->scope;
    return true;
}

/* The context of a computation called from a scope, made if need be; NULL: memory. */
static struct nkb_context *context_of(struct nkb_scopes *s, struct nkb_arena *scratch, uint32_t c,
                                      uint32_t scope)
{
    uint32_t pair[2] = {c, scope}, number;
    const struct nkb_str key = {(const char *)pair, sizeof pair};
    if (nkb_intern_find(&s->keys, key, &number))
        return &s->contexts[number];
    if (s->count[c] + 1 >= s->limit && !nkb_intern_add(&s->names, scratch, many, &pair[1]))
        return NULL;
    size_t known = s->keys.count;
    if (!nkb_intern_add(&s->keys, scratch, key, &number))
        return NULL;
    if (s->keys.count == known)
        return &s->contexts[number];
    if (known == s->context_room) {
        size_t room = s->context_room ? s->context_room * 2 : 64, bytes;
        if (!nkb_size_mul(room, sizeof *s->contexts, &bytes))
            return NULL;
        struct nkb_context *grown = realloc(s->contexts, bytes);
        if (!grown)
            return NULL;
        s->contexts = grown;
        s->context_room = room;
    }
    s->contexts[number] = (struct nkb_context){.scope = pair[1], .next = NKB_HLO_NONE};
    s->contexts[number].shares.text = s->count[c]++ == 0;
    if (s->head[c] == NKB_HLO_NONE)
        s->head[c] = number;
    else
        s->contexts[s->tail[c]].next = number;
    s->tail[c] = number;
    return &s->contexts[number];
}

static void add_product(struct nkb_scopes *s, uint32_t figures, nkb_i128 *sum, nkb_i128 a,
                        nkb_i128 b)
{
    nkb_i128 product;
    if (!nkb_i128_mul(a, b, &product) || !nkb_i128_add(*sum, product, sum))
        s->lost |= figures;
}

/* What a site of a computation, called with `from`, gives to the computations it calls itself. */
static bool spread_site(struct nkb_scopes *s, const struct nkb_measures *m,
                        const struct nkb_site *site, const struct nkb_shares *from, uint32_t scope,
                        struct nkb_arena *scratch)
{
    const struct nkb_hlo_instruction *in = nkb_site_instruction(m->sites, site);
    struct nkb_context *to;
    struct nkb_runs runs;
    uint32_t callee;

    for (uint32_t i = 0; i < in->called_count; i++)
        if (!context_of(s, scratch, in->called[i], scope))
            return false;
    if (!nkb_callgraph_runs(m->sites, m->graph, site, &runs, &callee))
        runs.count = 0;
    for (int r = 0; r < runs.count; r++) {
        to = context_of(s, scratch, runs.callee[r], scope);
        if (!to)
            return false;
        add_product(s, NKB_FIGS_RUN | NKB_FIGS_RUN_COST, &to->shares.times, from->times,
                    runs.applications[r]);
        if (nkb_cost_passes_bytes(in->opcode))
            add_product(s, NKB_FIGS_RUN_COST, &to->shares.byte_times, from->byte_times,
                        runs.applications[r]);
    }
    struct nkb_cost_weights edge;
    for (uint32_t i = 0;
         m->cost && nkb_cost_edge(m->cost, site->computation, site->instruction, i, &callee, &edge);
         i++) {
        to = context_of(s, scratch, callee, scope);
        if (!to)
            return false;
        add_product(s, NKB_FIGS_XLA, &to->shares.xla.flops, from->xla.flops, edge.flops);
        add_product(s, NKB_FIGS_XLA, &to->shares.xla.transcendentals, from->xla.transcendentals,
                    edge.transcendentals);
        add_product(s, NKB_FIGS_XLA, &to->shares.xla.bytes, from->xla.bytes, edge.bytes);
    }
    return true;
}

static bool spread(struct nkb_scopes *s, const struct nkb_measures *m, uint32_t c,
                   struct nkb_arena *scratch)
{
    for (uint32_t k = s->head[c]; k != NKB_HLO_NONE; k = s->contexts[k].next) {
        const struct nkb_context from = s->contexts[k]; /* the array moves */
        for (size_t i = m->sites->first_special[c]; i < m->sites->first_special[c + 1]; i++) {
            const struct nkb_site *site = nkb_site_special(m->sites, i);
            uint32_t scope;
            if (!site->calls)
                continue;
            if (!nkb_scopes_join(s, scratch, from.scope,
                                 nkb_site_instruction(m->sites, site)->op_name, &scope) ||
                !spread_site(s, m, site, &from.shares, scope, scratch))
                return false;
        }
    }
    return true;
}

bool nkb_scopes_find(struct nkb_scopes *s, const struct nkb_measures *m, uint32_t depth,
                     struct nkb_arena *scratch)
{
    const struct nkb_hlo *hlo = m->sites->hlo;
    uint32_t n = hlo->computation_count, none;

    *s = (struct nkb_scopes){.depth = depth, .limit = MAX_CONTEXTS};
    if (hlo->instruction_count > MAX_STEPS / MAX_CONTEXTS)
        s->limit = (uint32_t)(MAX_STEPS / hlo->instruction_count);
    if (s->limit < MIN_CONTEXTS)
        s->limit = MIN_CONTEXTS;
    s->head = nkb_arena_array(scratch, n, sizeof *s->head);
    s->tail = nkb_arena_array(scratch, n, sizeof *s->tail);
    s->count = nkb_arena_array(scratch, n, sizeof *s->count);
    if (!s->head || !s->tail || !s->count ||
        !nkb_intern_add(&s->names, scratch, NKB_STR_LITERAL(""), &none))
        return false;
    memset(s->head, 0xff, n * sizeof *s->head);
    if (m->graph->times) {
        struct nkb_context *entry = context_of(s, scratch, hlo->entry, none);
        if (!entry)
            return false;
        entry->shares.times = entry->shares.byte_times = 1;
        entry->shares.xla = (struct nkb_cost_weights){1, 1, 1};
    }
    for (uint32_t at = n; at-- > 0;) {
        uint32_t c = m->graph->times ? m->graph->order[at] : n - 1 - at;
        if (s->head[c] == NKB_HLO_NONE) {
            struct nkb_context *root = context_of(s, scratch, c, none);
            if (!root)
                return false;
            if (!m->graph->times && m->cost)
                root->shares.xla = nkb_cost_weight_of(m->cost, c);
        }
        if (m->graph->times && !spread(s, m, c, scratch))
            return false;
    }
    for (uint32_t c = 0; c < n; c++)
        for (uint32_t k = s->head[c]; k != NKB_HLO_NONE; k = s->contexts[k].next) {
            struct nkb_shares *shares = &s->contexts[k].shares;
            shares->absent = s->lost | nkb_shares_absent(m, c, shares->times);
        }
    return true;
}

void nkb_scopes_free(struct nkb_scopes *s)
{
    nkb_intern_free(&s->names);
    nkb_intern_free(&s->keys);
    nkb_buf_free(&s->text);
    free(s->contexts);
}
