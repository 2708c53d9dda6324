/* Rows are added up over the modules (hlo_rows.c), those of scopes once more when their names are
 * cut, and sorted by size. */
#include "analyze/hlo_table.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/hlo_entry.h"

enum {
    AUTO_ROWS = 8,   /* scopes: the depth is the first that gives so many with anything in them */
    AUTO_DEPTH = 24, /* and no deeper */
};

struct table {
    const struct nkb_table_request *request;
    struct nkb_row *rows;
    size_t count;
    struct nkb_row total, others;
    bool has_others;
    enum nkb_figure sort;
    uint32_t depth;
    size_t module_count;
    const char *why_run, *why_xla; /* of a figure that a module has not */
};

static int compare_identity(const void *left, const void *right)
{
    return nkb_row_compare(left, right);
}

/* Add up neighbours that are the same. */
static void merge(struct table *t)
{
    size_t kept = 0;
    if (t->count > 1)
        qsort(t->rows, t->count, sizeof *t->rows, compare_identity);
    for (size_t i = 0; i < t->count; i++)
        if (kept > 0 && compare_identity(&t->rows[kept - 1], &t->rows[i]) == 0)
            nkb_row_add_figures(&t->rows[kept - 1], &t->rows[i]);
        else
            t->rows[kept++] = t->rows[i];
    t->count = kept;
}

/* What a module has not is absent from the total, also where it has no group that says so. */
static void note_absent(struct table *t, const struct nkb_module *m)
{
    if (m->computations > 0 && !m->has_executed) {
        t->total.absent |= NKB_FIGS_RUN | NKB_FIGS_RUN_COST;
        t->why_run = t->why_run ? t->why_run : m->why_no_executed;
    }
    if (m->computations > 0 && !m->has_xla) {
        t->total.absent |= NKB_FIGS_XLA | NKB_FIGS_RUN_COST;
        t->why_xla = t->why_xla ? t->why_xla : m->why_no_xla;
    }
}

/* All rows, `early` ones to begin with, and what the modules lack. */
static int gather(struct table *t, struct nkb_rows *rows, const struct nkb_rows *early,
                  const struct nkb_module *modules, size_t count,
                  const struct nkb_hlo_totals_options *options, struct nkb_err *err)
{
    enum nkb_dimension by = t->request->by;
    if (early && !nkb_rows_join(rows, early))
        return nkb_err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const struct nkb_module *m = &modules[i];
        if (!nkb_hlo_counts(m, options))
            continue;
        if (!nkb_module_groups(m, by)->made)
            return nkb_err_set(err, NKB_EINPUT, "%.*s: its groups by %s were not made; --by %s %s",
                               NKB_STR_ARG(m->path), nkb_dimension_name(by), nkb_dimension_name(by),
                               m->part ? "belongs to its --scan, too"
                                       : "is asked for before measuring");
        t->module_count++;
        note_absent(t, m);
        if (!nkb_rows_add(rows, m))
            return nkb_err_memory(err);
    }
    t->rows = rows->at;
    t->count = rows->count;
    t->others = rows->others;
    t->has_others = rows->has_others;
    return 0;
}

/* Names part by part: what begins with the same parts stands together. */
static int compare_scopes(const void *left, const void *right)
{
    const struct nkb_str a = ((const struct nkb_row *)left)->key,
                         b = ((const struct nkb_row *)right)->key;
    size_t n = a.len < b.len ? a.len : b.len, i = 0;
    while (i < n && a.ptr[i] == b.ptr[i])
        i++;
    if (i == n)
        return a.len < b.len ? -1 : a.len > b.len;
    int x = a.ptr[i] == '/' ? -1 : (unsigned char)a.ptr[i],
        y = b.ptr[i] == '/' ? -1 : (unsigned char)b.ptr[i];
    return x < y ? -1 : 1;
}

static struct nkb_str cut(struct nkb_str name, uint32_t depth)
{
    for (size_t i = 0; i < name.len && depth; i++)
        if (name.ptr[i] == '/' && --depth == 0)
            name.len = i;
    return name;
}

static uint32_t find_depth(struct table *t)
{
    if (t->count > 1)
        qsort(t->rows, t->count, sizeof *t->rows, compare_scopes);
    uint32_t depth = 1;
    for (; depth < AUTO_DEPTH; depth++) {
        size_t found = 0, deeper = 0;
        struct nkb_str last = NKB_STR_NONE;
        for (size_t i = 0; i < t->count; i++) {
            struct nkb_str name = cut(t->rows[i].key, depth);
            if (t->rows[i].figures[t->sort] == 0)
                continue;
            deeper += name.len < t->rows[i].key.len;
            if (found == 0 || !nkb_str_equal(last, name))
                found++;
            last = name;
        }
        if (found >= AUTO_ROWS || deeper == 0)
            break;
    }
    return depth;
}

static enum nkb_figure find_sort(const struct table *t)
{
    static const enum nkb_figure order[][3] = {
        [NKB_COUNT_EXECUTED] = {NKB_FIG_MACS, NKB_FIG_FLOPS, NKB_FIG_BYTES},
        [NKB_COUNT_STATIC] = {NKB_FIG_STATIC_MACS, NKB_FIG_STATIC_MACS, NKB_FIG_STATIC_MACS},
        [NKB_COUNT_XLA] = {NKB_FIG_XLA_FLOPS, NKB_FIG_XLA_BYTES, NKB_FIG_XLA_BYTES},
    };
    const enum nkb_figure *figures = order[t->request->count];
    if (t->request->sort != NKB_FIGURES)
        return t->request->sort;
    for (int i = 0; i < 3; i++)
        if (t->total.figures[figures[i]] != 0)
            return figures[i];
    return figures[0];
}

struct ranking {
    const struct nkb_row *row;
    enum nkb_figure sort;
    bool by_key;
};

static int compare_rank(const void *left, const void *right)
{
    const struct ranking *a = left, *b = right;
    int order = a->by_key ? nkb_str_compare(a->row->key, b->row->key)
                          : nkb_figures_rank(a->row->figures, b->row->figures, a->sort);
    order = order ? order : (a->row->order > b->row->order) - (a->row->order < b->row->order);
    return order ? order : compare_identity(a->row, b->row);
}

static const char *why_absent(const struct table *t, enum nkb_figure figure)
{
    uint32_t bit = 1u << figure;
    bool by_xla = bit & NKB_FIGS_XLA || (!(bit & NKB_FIGS_RUN) && !t->why_run);
    const char *why = by_xla ? t->why_xla : t->why_run;
    return why ? why : NKB_BEYOND_63_BITS;
}

static void put(const struct table *t, struct nkb_arena *arena, struct nkb_value *group,
                const char *name, const struct nkb_row *row, enum nkb_figure figure)
{
    const char *why = row->absent >> figure & 1 ? why_absent(t, figure) : NULL;
    nkb_metric_count(arena, group, name, row->figures[figure], nkb_figure_unit(figure), NULL, why);
}

static void put_figures(const struct table *t, struct nkb_arena *arena, struct nkb_value *v,
                        const struct nkb_row *row)
{
    put(t, arena, v, "instructions", row, NKB_FIG_INSTRUCTIONS);
    put(t, arena, v, "calls", row, NKB_FIG_CALLS);
    struct nkb_value *group = nkb_metric_group(arena, v, "static");
    put(t, arena, group, "macs", row, NKB_FIG_STATIC_MACS);
    put(t, arena, group, "nki_macs", row, NKB_FIG_STATIC_NKI);
    group = nkb_metric_group(arena, v, "executed");
    put(t, arena, group, "macs", row, NKB_FIG_MACS);
    put(t, arena, group, "dot_macs", row, NKB_FIG_DOT);
    put(t, arena, group, "conv_macs", row, NKB_FIG_CONV);
    put(t, arena, group, "nki_macs", row, NKB_FIG_NKI);
    put(t, arena, group, "other_macs", row, NKB_FIG_OTHER);
    put(t, arena, group, "flops", row, NKB_FIG_FLOPS);
    put(t, arena, group, "transcendentals", row, NKB_FIG_TRANSCENDENTALS);
    put(t, arena, group, "bytes", row, NKB_FIG_BYTES);
    group = nkb_metric_group(arena, v, "xla");
    put(t, arena, group, "flops", row, NKB_FIG_XLA_FLOPS);
    put(t, arena, group, "transcendentals", row, NKB_FIG_XLA_TRANSCENDENTALS);
    put(t, arena, group, "bytes", row, NKB_FIG_XLA_BYTES);
    put(t, arena, group, "unknown_calls", row, NKB_FIG_XLA_CALLS);
}

static void put_share(const struct table *t, struct nkb_arena *arena, struct nkb_value *v,
                      const char *name, nkb_i128 part, bool absent)
{
    int64_t a, b;
    if (absent || (t->total.absent >> t->sort & 1) || !nkb_i128_fits(part, &a) ||
        !nkb_i128_fits(t->total.figures[t->sort], &b))
        nkb_metric_absent(arena, v, name, why_absent(t, t->sort));
    else if (b == 0)
        nkb_metric_absent(arena, v, name, "the total is 0");
    else
        nkb_metric_float(arena, v, name, nkb_ratio(a, b), NULL, NULL);
}

static void put_name(struct nkb_arena *arena, struct nkb_value *v, const char *name,
                     struct nkb_str text, const char *why)
{
    if (text.len)
        nkb_metric_string(arena, v, name, text, NULL);
    else
        nkb_metric_absent(arena, v, name, why);
}

static const char *why_no_key(enum nkb_dimension by)
{
    return by == NKB_BY_SCOPE    ? "no op_name in its metadata"
           : by == NKB_BY_KERNEL ? "not a custom-call"
           : by == NKB_BY_SOURCE ? "no source file in its metadata"
                                 : "it has no name";
}

/* The rows that are shown; what is left goes to the others. */
static void put_rows(struct table *t, struct nkb_arena *arena, struct nkb_value *v,
                     const struct ranking *ranks)
{
    struct nkb_value *list = nkb_metric_list(arena, v, "rows");
    size_t shown = t->request->top && t->request->top < t->count ? t->request->top : t->count;
    enum nkb_dimension by = t->request->by;
    nkb_i128 cumulative = 0;
    if (t->request->skip_zeros && !t->request->sort_by_key)
        while (shown > 1 && ranks[shown - 1].row->figures[t->sort] == 0 &&
               (ranks[shown - 1].row->absent >> t->sort & 1) == 0)
            shown--;
    bool lost = false;
    for (size_t i = 0; i < shown; i++) {
        const struct nkb_row *row = ranks[i].row;
        struct nkb_value *item = nkb_value_object(arena);
        put_name(arena, item, "key", row->key, why_no_key(by));
        if (by == NKB_BY_KERNEL || by == NKB_BY_INSTRUCTION || by == NKB_BY_SHAPE)
            put_name(arena, item, "detail", row->detail,
                     by == NKB_BY_SHAPE ? "it has no operands" : "not a custom-call");
        if (nkb_rows_are_local(by))
            put_name(arena, item, "module", row->module, "it has no path");
        if (by == NKB_BY_KERNEL && row->has_call_macs)
            nkb_metric_int(arena, item, "call_macs", row->call_macs, "MAC", NULL);
        else if (by == NKB_BY_KERNEL)
            nkb_metric_absent(arena, item, "call_macs", "not known of one call");
        put_figures(t, arena, item, row);
        cumulative += row->figures[t->sort];
        lost = lost || (row->absent >> t->sort & 1);
        put_share(t, arena, item, "share", row->figures[t->sort], row->absent >> t->sort & 1);
        put_share(t, arena, item, "cumulative", cumulative, lost);
        nkb_value_append(arena, list, item);
    }
    for (size_t i = shown; i < t->count; i++) {
        nkb_row_add_figures(&t->others, ranks[i].row);
        t->has_others = true;
    }
}

static const char *count_name(enum nkb_table_count count)
{
    return count == NKB_COUNT_EXECUTED ? "executed" : count == NKB_COUNT_STATIC ? "static" : "xla";
}

static void put_table(struct table *t, struct nkb_arena *arena, const struct ranking *ranks,
                      struct nkb_value *v)
{
    const struct nkb_table_request *request = t->request;
    nkb_metric_text(arena, v, "by", nkb_dimension_name(request->by), NULL);
    nkb_metric_text(arena, v, "count", count_name(request->count), NULL);
    nkb_metric_text(arena, v, "sort", request->sort_by_key ? "key" : nkb_figure_name(t->sort),
                    NULL);
    nkb_metric_text(arena, v, "share_of", nkb_figure_name(t->sort), NULL);
    if (request->by == NKB_BY_SCOPE)
        nkb_metric_int(arena, v, "depth", t->depth, NULL, NULL);
    nkb_metric_int(arena, v, "modules", (int64_t)t->module_count, NULL, NULL);
    nkb_metric_count(arena, v, "groups",
                     request->by == NKB_BY_INSTRUCTION ? t->total.figures[NKB_FIG_INSTRUCTIONS]
                                                       : (nkb_i128)t->count,
                     NULL, NULL, NULL);
    put_figures(t, arena, nkb_metric_group(arena, v, "total"), &t->total);
    put_rows(t, arena, v, ranks);
    if (!t->has_others) {
        nkb_metric_absent(arena, v, "others", "every group is listed");
        return;
    }
    struct nkb_value *others = nkb_metric_group(arena, v, "others");
    put_figures(t, arena, others, &t->others);
    put_share(t, arena, others, "share", t->others.figures[t->sort],
              t->others.absent >> t->sort & 1);
}

int nkb_hlo_table(struct nkb_arena *arena, const struct nkb_module *modules, size_t count,
                  const struct nkb_rows *early, const struct nkb_hlo_totals_options *options,
                  const struct nkb_table_request *request, struct nkb_value **out,
                  struct nkb_err *err)
{
    struct nkb_arena scratch = NKB_ARENA_INIT;
    struct nkb_rows rows = NKB_ROWS_INIT(request->by, request->listed);
    struct table t = {.request = request};
    struct ranking *ranks = NULL;

    int code = gather(&t, &rows, early, modules, count, options, err);
    if (code != 0)
        goto out;
    nkb_row_add_figures(&t.total, &t.others);
    for (size_t i = 0; i < t.count; i++)
        nkb_row_add_figures(&t.total, &t.rows[i]);
    t.sort = find_sort(&t);
    if (request->by == NKB_BY_SCOPE) {
        t.depth = request->depth ? request->depth : find_depth(&t);
        for (size_t i = 0; i < t.count; i++)
            t.rows[i].key = cut(t.rows[i].key, t.depth);
        merge(&t);
    }
    ranks = nkb_arena_array(&scratch, t.count, sizeof *ranks);
    *out = nkb_value_object(arena);
    if (!ranks || !*out) {
        code = nkb_err_memory(err);
        goto out;
    }
    for (size_t i = 0; i < t.count; i++)
        ranks[i] = (struct ranking){&t.rows[i], t.sort, request->sort_by_key};
    if (t.count > 1)
        qsort(ranks, t.count, sizeof *ranks, compare_rank);
    put_table(&t, arena, ranks, *out);
    if (nkb_arena_failed(arena))
        code = nkb_err_memory(err);
out:
    nkb_rows_free(&rows);
    nkb_arena_free(&scratch);
    return code;
}
