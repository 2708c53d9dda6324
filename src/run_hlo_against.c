/* The other side of `hlo diff`: a run of its own, and which of its modules are the same to the
 * byte. */
#include "run_hlo_views.h"

#include <stdlib.h>
#include <string.h>

static int set_up(nkb_run *other, nkb_run *run, const char *path)
{
    static const enum setting_id shared[] = {SET_ANY_FORM, SET_DEDUPE, SET_JOBS};
    const struct nkb_items *asked = &run->asked->as.items;
    int code = 0;

    for (size_t i = 0; i < sizeof shared / sizeof *shared && code == 0; i++)
        if (run->settings[shared[i]].value)
            code = run_setting_set(other, shared[i], run->settings[shared[i]].value,
                                   run->settings[shared[i]].origin);
    for (size_t i = 0; i < asked->count && code == 0; i++) {
        const char *value = run_asked(run, asked->at[i].key.ptr);
        if (value && !nkb_str_is(asked->at[i].key, "against"))
            code = nkb_run_ask(other, asked->at[i].key.ptr, value);
    }
    if (code == 0)
        code = nkb_run_set(other, "hlo", path, "argument");
    if (code == 0)
        code = nkb_run_only(other, "hlo");
    nkb_run_on_progress(other, run->progress, run->progress_context);
    return code;
}

int run_measure_against(nkb_run *run)
{
    const char *path = run_asked(run, "against"), *text;
    int warning;
    if (!path)
        return 0;
    nkb_run *other = run->against = nkb_run_new();
    if (!other)
        return nkb_err_memory(&run->err);
    int status = set_up(other, run, path);
    if (status == NKB_DONE)
        status = nkb_run_measure(other);
    for (size_t i = 0; (text = nkb_run_diagnostic(other, i, &warning)) != NULL; i++)
        run_diagnose(run, warning != 0, "%s", text);
    if (status != NKB_DONE)
        run->err = other->err;
    return status == NKB_DONE      ? 0
           : status == NKB_STOPPED ? NKB_EINTERRUPT
           : status == NKB_USAGE   ? NKB_EUSAGE
                                   : NKB_EINPUT;
}

static int by_digest(const void *a, const void *b)
{
    const struct nkb_module *const *x = a, *const *y = b;
    int order = memcmp((*x)->graph_digest, (*y)->graph_digest, sizeof(*x)->graph_digest);
    return order ? order : nkb_str_compare((*x)->path, (*y)->path);
}

/* The files of a run, refused ones too, by their bytes. Freed by the caller; NULL: no memory. */
static const struct nkb_module **sorted(const nkb_run *run, size_t *count)
{
    const struct nkb_module **list = calloc(run->module_count + 1, sizeof(void *));
    *count = 0;
    for (size_t i = 0; list && i < run->module_count; i++)
        list[(*count)++] = &run->modules[i];
    if (list)
        qsort(list, *count, sizeof(void *), by_digest);
    return list;
}

static void add_path(nkb_run *run, struct nkb_value *list, const struct nkb_module *module)
{
    struct nkb_value *path = nkb_value_new(&run->arena, NKB_STRING);
    if (path)
        path->as.string = module->path;
    nkb_value_append(&run->arena, list, path);
}

int run_compare_modules(nkb_run *run, struct nkb_value *argument)
{
    size_t a_count, b_count, i = 0, j = 0, same = 0;
    const struct nkb_module **a = sorted(run, &a_count), **b = sorted(run->against, &b_count);
    struct nkb_value *before = nkb_metric_list(&run->arena, argument, "only_before");
    struct nkb_value *after = nkb_metric_list(&run->arena, argument, "only_after");
    int code = a && b ? 0 : nkb_err_memory(&run->err);

    while (code == 0 && (i < a_count || j < b_count)) {
        int order = i == a_count ? 1
                    : j == b_count
                        ? -1
                        : memcmp(a[i]->graph_digest, b[j]->graph_digest, sizeof a[i]->graph_digest);
        if (order == 0 && nkb_module_has_digest(a[i]))
            i++, j++, same++;
        else if (order <= 0) /* of a pipe nothing can be said but that it is there */
            add_path(run, before, a[i++]);
        else
            add_path(run, after, b[j++]);
    }
    nkb_metric_int(&run->arena, argument, "same_modules", (int64_t)same, NULL, NULL);
    free(a);
    free(b);
    return code;
}
