/* A settings file (nkibench.yaml): keys are the flags' names, `params:` holds the rule's. Paths in
 * it are relative to it. Which file, and what wins over it, is the caller's. */
#include "run.h"

#include <string.h>

#include "base/file.h"
#include "base/num.h"
#include "base/text.h"
#include "input/document.h"

enum { MAX_SETTINGS_BYTES = 1024 * 1024 };

struct reading {
    nkb_run *run;
    const char *path;
    nkb_setting_fn *each;
    void *context;
};

static const char *scalar_text(nkb_run *run, const struct nkb_value *v)
{
    char number[NKB_NUM_TEXT_BYTES];
    switch (v->kind) {
    case NKB_BOOL:
        return v->as.boolean ? "true" : "false";
    case NKB_INT:
        return nkb_arena_printf(&run->arena, "%lld", (long long)v->as.integer);
    case NKB_FLOAT:
        nkb_format_double(v->as.number, number);
        return nkb_arena_string(&run->arena, number);
    case NKB_STRING:
        return memchr(v->as.string.ptr, '\0', v->as.string.len) ? NULL : v->as.string.ptr;
    default:
        return NULL;
    }
}

/* Relative to the settings file's folder. */
static const char *beside(const struct reading *reading, const char *path)
{
    const char *slash = strrchr(reading->path, '/');
    if (path[0] == '/' || strcmp(path, "-") == 0 || !slash)
        return path;
    return nkb_arena_printf(&reading->run->arena, "%.*s/%s", (int)(slash - reading->path),
                            reading->path, path);
}

static int take(const struct reading *reading, const char *name, const struct nkb_value *v, int id)
{
    nkb_run *run = reading->run;
    if (v->kind == NKB_ARRAY && id == SET_HLO) {
        for (size_t i = 0; i < v->as.items.count; i++) {
            int code = take(reading, name, v->as.items.at[i].value, id);
            if (code != 0)
                return code;
        }
        return 0;
    }
    if (v->kind == NKB_ABSENT)
        return nkb_err_set(&run->err, NKB_EUSAGE, "%s:%u:%u: '%s' has no value: %s", reading->path,
                           v->line, v->column, name,
                           v->note && v->note->why ? v->note->why : "not resolved");
    const char *text = scalar_text(run, v);
    if (!text)
        return nkb_err_set(&run->err, NKB_EUSAGE, "%s:%u:%u: '%s' is %s; one value is expected",
                           reading->path, v->line, v->column, name, nkb_kind_name(v->kind));
    if (id >= 0 && run_setting_def((size_t)id)->type == SETTING_PATH)
        text = beside(reading, text);
    if (!text)
        return nkb_err_memory(&run->err);
    reading->each(reading->context, name, text, (int)v->line, id < 0);
    return 0;
}

static int take_params(const struct reading *reading, const struct nkb_value *params)
{
    if (params->kind != NKB_OBJECT)
        return nkb_err_set(
            &reading->run->err, NKB_EUSAGE,
            "%s:%u:%u: 'params' is %s; a mapping of the rule's parameters is expected",
            reading->path, params->line, params->column, nkb_kind_name(params->kind));
    for (size_t i = 0; i < params->as.items.count; i++) {
        const struct nkb_member *member = &params->as.items.at[i];
        int code = take(reading, member->key.ptr, member->value, -1);
        if (code != 0)
            return code;
    }
    return 0;
}

static int take_setting(const struct reading *reading, const struct nkb_member *member)
{
    nkb_run *run = reading->run;
    char shown[NKB_SHOWN_BYTES];
    const char *names[SETTING_COUNT_OF + 1] = {"params"};

    if (nkb_str_is(member->key, "params"))
        return take_params(reading, member->value);
    int id = run_setting_find(member->key);
    if (id < 0 && run_param_find(run, member->key.ptr))
        return nkb_err_set(&run->err, NKB_EUSAGE,
                           "%s:%u: '%s' is a parameter of the rule; it belongs below 'params:'", reading->path,
                           member->value->line, nkb_show(member->key, shown));
    if (id < 0) {
        for (size_t i = 0; i < SETTING_COUNT_OF; i++)
            names[i + 1] = run_setting_def(i)->name;
        const char *meant = nkb_suggest(member->key, names, SETTING_COUNT_OF + 1);
        return nkb_err_set(&run->err, NKB_EUSAGE, "%s:%u: no setting '%s'%s%s%s", reading->path,
                           member->value->line, nkb_show(member->key, shown),
                           meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
    }
    if (run_setting_def((size_t)id)->not_in_file)
        return nkb_err_set(&run->err, NKB_EUSAGE, "%s:%u: '%s' cannot be set in a file; give --%s",
                           reading->path, member->value->line, run_setting_def((size_t)id)->name,
                           run_setting_def((size_t)id)->name);
    return take(reading, run_setting_def((size_t)id)->name, member->value, id);
}

static int read_settings(const struct reading *reading)
{
    nkb_run *run = reading->run;
    struct nkb_buf bytes = NKB_BUF_INIT;
    struct nkb_value *tree = NULL;

    int code = nkb_file_read(reading->path, "--settings", MAX_SETTINGS_BYTES, &bytes, &run->err);
    if (code == 0 && bytes.len > 0) /* an empty file settles nothing */
        code =
            nkb_yaml_read(nkb_buf_str(&bytes), reading->path, false, &run->arena, &tree, &run->err);
    nkb_buf_free(&bytes);
    if (code != 0)
        return code;
    if (!tree || tree->kind == NKB_NULL)
        return 0;
    if (tree->kind != NKB_OBJECT)
        return nkb_err_set(&run->err, NKB_EUSAGE,
                           "%s: %s at the top; a mapping of settings is expected", reading->path,
                           nkb_kind_name(tree->kind));
    for (size_t i = 0; i < tree->as.items.count && code == 0; i++)
        code = take_setting(reading, &tree->as.items.at[i]);
    return code;
}

int nkb_run_read_settings(nkb_run *run, const char *path, nkb_setting_fn *each, void *context)
{
    struct reading reading = {run, path, each, context};
    return read_settings(&reading) == 0 ? NKB_DONE : NKB_USAGE;
}
