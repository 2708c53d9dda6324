/* m.reasoning out of lm-eval's results file. A result's key is "metric" (0.3) or "metric,filter"
 * (0.4), its error "metric_stderr" in front of the same filter. What is no number is no figure: an
 * alias, a description, "N/A"; it is left out, or absent where a figure stands beside it. */
#include "analyze/results.h"

#include <math.h>

#include "analyze/place.h"

/* What lm-eval 0.4 calls "no filter"; 0.3 had none. */
#define NO_FILTER "none"

struct reasoning {
    const char *path;
    struct nkb_arena *arena;
    struct nkb_err *err;
};

/* "exact_match_stderr,strict-match" taken apart. */
struct figure {
    struct nkb_str metric, filter;
    bool is_stderr;
};

static struct figure take_apart(struct nkb_str key)
{
    static const char suffix[] = "_stderr";
    struct figure f = {key, NKB_STR_LITERAL(NO_FILTER), false};
    const char *comma = key.len > 0 ? memchr(key.ptr, ',', key.len) : NULL;

    if (comma) {
        f.metric.len = (size_t)(comma - key.ptr);
        f.filter = (struct nkb_str){comma + 1, key.len - f.metric.len - 1};
    }
    if (nkb_str_ends(f.metric, suffix)) {
        f.metric.len -= sizeof suffix - 1;
        f.is_stderr = true;
    }
    return f;
}

static bool has_filters(const struct nkb_value *task)
{
    for (size_t i = 0; i < task->as.items.count; i++) {
        struct nkb_str key = task->as.items.at[i].key;
        if (key.len > 0 && memchr(key.ptr, ',', key.len))
            return true;
    }
    return false;
}

static struct nkb_value *group_at(struct nkb_arena *arena, struct nkb_value *object,
                                  struct nkb_str key)
{
    struct nkb_value *found = nkb_value_find(object, key);
    if (!found) {
        found = nkb_value_object(arena);
        nkb_value_set(arena, object, key, found);
    }
    return found;
}

static void put_figure(const struct reasoning *r, struct nkb_value *place, const char *name,
                       const struct nkb_value *v, const char *field)
{
    double number;
    const char *why, *source = field ? nkb_arena_printf(r->arena, "%s: %s", r->path, field) : NULL;

    if (nkb_value_number(v, &number)) {
        nkb_metric_float(r->arena, place, name, number, NULL, source);
        nkb_value_locate(r->arena, nkb_value_get(place, name), r->path, field);
        return;
    }
    why = nkb_arena_printf(r->arena, "%s is %s, not a number", source ? source : name,
                           nkb_shown_value(r->arena, v));
    if (why)
        nkb_metric_absent(r->arena, place, name, why);
}

/* Where a figure was given without its error, or an error alone, the other one is absent. */
static void fill_in(const struct reasoning *r, struct nkb_value *task)
{
    for (size_t m = 0; m < task->as.items.count; m++) {
        struct nkb_value *metric = task->as.items.at[m].value;
        for (size_t f = 0; f < metric->as.items.count; f++) {
            struct nkb_value *place = metric->as.items.at[f].value;
            if (!nkb_value_get(place, "value"))
                nkb_metric_absent(r->arena, place, "value", "the results give only its stderr");
            if (!nkb_value_get(place, "stderr"))
                nkb_metric_absent(r->arena, place, "stderr", "the results give no stderr");
        }
    }
}

static int put_task(const struct reasoning *r, struct nkb_value *tasks, const char *section,
                    const struct nkb_member *entry)
{
    const struct nkb_value *task = entry->value;
    if (task->kind != NKB_OBJECT)
        return nkb_err_set(r->err, NKB_EINPUT,
                           "%s: '%s.%.*s' is %s; a mapping of metrics is expected",
                           nkb_place(r->arena, r->path, task), section, NKB_STR_ARG(entry->key),
                           nkb_shown_value(r->arena, task));

    /* Where one key names a filter all figures do, and a plain number counts something else. */
    bool filtered = has_filters(task);
    struct nkb_value *made = group_at(r->arena, tasks, entry->key);
    for (size_t i = 0; i < task->as.items.count && made; i++) {
        const struct nkb_member *member = &task->as.items.at[i];
        const struct nkb_value *v = member->value;
        struct figure f = take_apart(member->key);
        bool number = v->kind == NKB_INT || v->kind == NKB_FLOAT;
        bool named = member->key.len > 0 && memchr(member->key.ptr, ',', member->key.len);

        if ((filtered && !named) || f.metric.len == 0 || f.filter.len == 0 ||
            (!number && !f.is_stderr))
            continue;
        struct nkb_value *place = group_at(r->arena, group_at(r->arena, made, f.metric), f.filter);
        const char *field = nkb_arena_printf(r->arena, "%s.%.*s.%.*s", section,
                                             NKB_STR_ARG(entry->key), NKB_STR_ARG(member->key));
        put_figure(r, place, f.is_stderr ? "stderr" : "value", v, field);
    }
    if (made)
        fill_in(r, made);
    return 0;
}

static int put_section(const struct reasoning *r, const struct nkb_value *results,
                       const char *section, struct nkb_value *out)
{
    const struct nkb_value *from = nkb_value_get(results, section);
    if (!from || from->kind == NKB_NULL)
        return 0;
    if (from->kind != NKB_OBJECT)
        return nkb_err_set(r->err, NKB_EINPUT, "%s: '%s' is %s; a mapping of tasks is expected",
                           nkb_place(r->arena, r->path, from), section,
                           nkb_shown_value(r->arena, from));
    for (size_t i = 0; i < from->as.items.count; i++) {
        int code = put_task(r, out, section, &from->as.items.at[i]);
        if (code != 0)
            return code;
    }
    return 0;
}

/* {original, effective} a task; one note when a task saw only part of its samples. */
static void put_samples(const struct reasoning *r, const struct nkb_value *results,
                        struct nkb_value *reasoning, struct nkb_value *diagnostics)
{
    const struct nkb_value *from = nkb_value_get(results, "n-samples");
    const struct nkb_value *limit = nkb_value_path(results, "config.limit");
    size_t limited = 0;
    const char *first = NULL;

    if (nkb_value_is(from, NKB_OBJECT)) {
        struct nkb_value *samples = nkb_metric_group(r->arena, reasoning, "samples");
        for (size_t i = 0; i < from->as.items.count; i++) {
            const struct nkb_member *entry = &from->as.items.at[i];
            const struct nkb_value *original = nkb_value_get(entry->value, "original");
            const struct nkb_value *effective = nkb_value_get(entry->value, "effective");
            if (!nkb_value_is(original, NKB_INT) || !nkb_value_is(effective, NKB_INT))
                continue;
            const char *source =
                nkb_arena_printf(r->arena, "%s: n-samples.%.*s", r->path, NKB_STR_ARG(entry->key));
            struct nkb_value *task = group_at(r->arena, samples, entry->key);
            nkb_metric_int(r->arena, task, "original", original->as.integer, "samples", source);
            nkb_metric_int(r->arena, task, "effective", effective->as.integer, "samples", source);
            nkb_value_locate_all(r->arena, task, r->path, "n-samples");
            if (effective->as.integer >= original->as.integer)
                continue;
            if (limited++ == 0)
                first = nkb_arena_printf(r->arena, "%.*s was limited to %lld of %lld samples",
                                         NKB_STR_ARG(entry->key), (long long)effective->as.integer,
                                         (long long)original->as.integer);
        }
    } else {
        nkb_metric_absent(r->arena, reasoning, "samples",
                          "the results do not say how many samples were used");
        if (limit && limit->kind != NKB_NULL) {
            limited = 1;
            first = nkb_arena_printf(r->arena, "the tasks were limited to %s samples each",
                                     nkb_shown_value(r->arena, limit));
        }
    }
    if (limited == 1 && first)
        nkb_diagnose(r->arena, diagnostics, true,
                     nkb_arena_printf(r->arena, "%s: %s; the figures say little", r->path, first));
    else if (limited > 1 && first)
        nkb_diagnose(r->arena, diagnostics, true,
                     nkb_arena_printf(r->arena,
                                      "%s: %s, %zu other task%s likewise; the figures say little",
                                      r->path, first, limited - 1, limited == 2 ? "" : "s"));
}

int nkb_reasoning_metrics(const struct nkb_value *results, const char *path,
                          struct nkb_arena *arena, struct nkb_value **out,
                          struct nkb_value *diagnostics, struct nkb_err *err)
{
    struct reasoning r = {path, arena, err};
    const struct nkb_value *tasks = nkb_value_get(results, "results");
    struct nkb_value *reasoning = nkb_value_object(arena);

    if (!tasks || tasks->kind == NKB_NULL ||
        (tasks->kind == NKB_OBJECT && tasks->as.items.count == 0))
        return nkb_err_set(err, NKB_EINPUT,
                           "%s: no tasks under 'results'; an lm-eval results_*.json is expected",
                           nkb_place(arena, path, tasks ? tasks : results));

    int code = put_section(&r, results, "results", nkb_metric_group(arena, reasoning, "tasks"));
    if (code == 0)
        code = put_section(&r, results, "groups", nkb_metric_group(arena, reasoning, "groups"));
    if (code != 0)
        return code;
    put_samples(&r, results, reasoning, diagnostics);
    if (nkb_arena_failed(arena))
        return nkb_err_memory(err);
    *out = reasoning;
    return 0;
}
