/* The API's tables as values for scripts, and the m that has every metric. */
#include "host/api.h"

#include <string.h>

static const struct nkb_api_entry *const sections[] = {nkb_api_shape, nkb_api_calls,
                                                       nkb_api_library};

static void put(struct nkb_arena *arena, struct nkb_value *object, const char *name,
                const char *text)
{
    if (text)
        nkb_value_put(arena, object, name, nkb_value_text(arena, text));
}

struct nkb_value *nkb_api_value(struct nkb_arena *arena)
{
    struct nkb_value *api = nkb_value_object(arena);
    nkb_value_put(arena, api, "level", nkb_value_int(arena, NKB_API_LEVEL));
    struct nkb_value *entries = nkb_metric_list(arena, api, "entries");
    for (size_t s = 0; s < sizeof sections / sizeof sections[0]; s++)
        for (const struct nkb_api_entry *entry = sections[s]; entry->section; entry++) {
            struct nkb_value *out = nkb_value_object(arena);
            put(arena, out, "section", entry->section);
            put(arena, out, "name", entry->name);
            put(arena, out, "takes", entry->takes);
            put(arena, out, "gives", entry->gives);
            put(arena, out, "about", entry->about);
            nkb_value_put(arena, out, "since", nkb_value_int(arena, entry->since));
            nkb_value_append(arena, entries, out);
        }
    struct nkb_value *metrics = nkb_metric_list(arena, api, "metrics");
    for (const struct nkb_api_metric *metric = nkb_api_metrics; metric->path; metric++) {
        struct nkb_value *out = nkb_value_object(arena);
        put(arena, out, "path", metric->path);
        put(arena, out, "type", metric->type);
        put(arena, out, "unit", metric->unit);
        put(arena, out, "about", metric->about);
        nkb_value_put(arena, out, "may_be_zero", nkb_value_bool(arena, metric->may_be_zero));
        nkb_value_append(arena, metrics, out);
    }
    return nkb_arena_failed(arena) ? NULL : api;
}

static struct nkb_value *sample_of(struct nkb_arena *arena, const struct nkb_api_metric *metric)
{
    struct nkb_value *v;
    if (strcmp(metric->type, "number") == 0)
        v = nkb_value_float(arena, 1);
    else if (strcmp(metric->type, "integer") == 0)
        v = nkb_value_int(arena, 1);
    else if (strcmp(metric->type, "boolean") == 0)
        v = nkb_value_bool(arena, true);
    else if (strcmp(metric->type, "string") == 0)
        v = nkb_value_text(arena, "");
    else
        return strcmp(metric->type, "list") == 0 ? nkb_value_array(arena) : nkb_value_object(arena);
    if (v)
        nkb_value_annotate(arena, v, metric->unit, NULL, NULL);
    return v;
}

/* The place a path leads to: its group, and the last name ("" for an item of a list). A name that
 * the input chooses is called "*". */
static struct nkb_value *group_of(struct nkb_value *m, const char *path, struct nkb_str *last)
{
    struct nkb_value *at = m;
    for (;;) {
        size_t len = strcspn(path, ".[");
        *last = (struct nkb_str){path, len};
        path += len;
        if (*path == '\0')
            return at;
        if (len > 0)
            at = nkb_value_find(at, *last);
        if (*path == '[') { /* "[]" */
            path += 2;
            *last = NKB_STR_NONE;
            if (*path == '\0')
                return at;
            if (!nkb_value_is(at, NKB_ARRAY) || at->as.items.count == 0)
                return NULL;
            at = at->as.items.at[0].value;
        }
        if (*path == '.')
            path++;
        if (!at)
            return NULL;
    }
}

struct nkb_value *nkb_api_sample(struct nkb_arena *arena)
{
    struct nkb_value *m = nkb_value_object(arena);
    for (const struct nkb_api_metric *metric = nkb_api_metrics; metric->path; metric++) {
        struct nkb_str name;
        struct nkb_value *group = group_of(m, metric->path, &name);
        if (nkb_value_is(group, NKB_OBJECT))
            nkb_value_set(arena, group, name, sample_of(arena, metric));
        else if (nkb_value_is(group, NKB_ARRAY))
            nkb_value_append(arena, group, sample_of(arena, metric));
    }
    return nkb_arena_failed(arena) ? NULL : m;
}
