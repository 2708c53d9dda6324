/* A rule looked at and not run: its text, its modules' texts, and what it says of itself once it is
 * loaded in a sandbox of its own. */
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "host/embedded.h"
#include "host/find.h"
#include "host/rule.h"

static void put_text(struct nkb_arena *arena, struct nkb_value *object, const char *name,
                     const char *text)
{
    if (text)
        nkb_value_put(arena, object, name, nkb_value_text(arena, text));
}

static void put_copy(struct nkb_arena *arena, struct nkb_value *object, const char *name,
                     const struct nkb_value *v)
{
    struct nkb_value *copy = v->kind == NKB_ABSENT ? NULL : nkb_value_new(arena, v->kind);
    if (!copy)
        return;
    *copy = *v;
    copy->note = NULL;
    if (v->kind == NKB_STRING)
        copy = nkb_value_string(arena, v->as.string);
    nkb_value_put(arena, object, name, copy);
}

static void put_bound(struct nkb_arena *arena, struct nkb_value *object, const char *name, bool has,
                      double x)
{
    if (has)
        nkb_value_put(arena, object, name, nkb_value_float(arena, x));
}

static void add_params(struct nkb_arena *arena, struct nkb_value *rule, struct nkb_host *host)
{
    static const char *const types[] = {"number", "integer", "boolean", "string", "date"};
    struct nkb_value *list = nkb_metric_list(arena, rule, "params");
    size_t count;
    const struct nkb_param *params = nkb_host_params(host, &count);
    for (size_t i = 0; i < count; i++) {
        const struct nkb_param *param = &params[i];
        struct nkb_value *out = nkb_value_object(arena);
        put_text(arena, out, "name", param->name);
        put_text(arena, out, "flag", param->flag);
        put_text(arena, out, "type", types[param->type]);
        put_text(arena, out, "about", param->about);
        put_text(arena, out, "unit", param->unit);
        put_copy(arena, out, "default", param->initial);
        put_bound(arena, out, "min", param->has_min, param->min);
        put_bound(arena, out, "max", param->has_max, param->max);
        put_bound(arena, out, "above", param->has_above, param->above);
        struct nkb_value *choices = nkb_metric_list(arena, out, "choices");
        for (size_t k = 0; k < param->choice_count; k++)
            nkb_value_append(arena, choices, nkb_value_text(arena, param->choices[k]));
        nkb_value_append(arena, list, out);
    }
}

static void add_words(struct nkb_arena *arena, struct nkb_value *rule, const struct nkb_host *host)
{
    size_t count;
    const char *const *needs = nkb_host_needs(host, &count);
    struct nkb_value *list = nkb_metric_list(arena, rule, "needs");
    for (size_t i = 0; i < count; i++)
        nkb_value_append(arena, list, nkb_value_text(arena, needs[i]));
    list = nkb_metric_list(arena, rule, "functions");
    for (size_t i = 0; i < NKB_RULE_FUNCTIONS; i++)
        if (nkb_host_has(host, nkb_rule_functions[i]))
            nkb_value_append(arena, list, nkb_value_text(arena, nkb_rule_functions[i]));
}

/* The text behind a path as require recorded it; absent when it is gone by now. */
static struct nkb_value *read_module(struct nkb_arena *arena, const char *path)
{
    struct nkb_buf text = NKB_BUF_INIT;
    struct nkb_value *v = NULL;
    if (strncmp(path, "builtin:", 8) == 0) {
        const char *name = nkb_arena_printf(arena, "rules/%s", path + 8);
        const struct nkb_embedded *found = name ? nkb_embedded_find(name) : NULL;
        return found ? nkb_value_string(arena, (struct nkb_str){found->data, found->size}) : NULL;
    }
    if (nkb_file_read(path, NULL, NKB_MAX_RULE_BYTES, &text, NULL) == 0)
        v = nkb_value_string(arena, nkb_buf_str(&text));
    nkb_buf_free(&text);
    return v;
}

static void add_modules(struct nkb_arena *arena, struct nkb_value *rule,
                        const struct nkb_host *host)
{
    struct nkb_value *list = nkb_metric_list(arena, rule, "modules");
    const struct nkb_value *modules = host->state->modules;
    for (size_t i = 0; modules && i < modules->as.items.count; i++) {
        const struct nkb_value *module = modules->as.items.at[i].value;
        const char *path = nkb_value_get(module, "path")->as.string.ptr;
        struct nkb_value *out = nkb_value_object(arena), *text = read_module(arena, path);
        put_text(arena, out, "name", nkb_value_get(module, "name")->as.string.ptr);
        put_text(arena, out, "path", path);
        if (text)
            nkb_value_put(arena, out, "text", text);
        nkb_value_append(arena, list, out);
    }
}

/* Where require looks for the rule's modules: folders, and the files that are in the program. */
static void add_reach(struct nkb_arena *arena, struct nkb_value *rule,
                      const struct nkb_rule_source *source)
{
    static const char front[] = "rules/";
    struct nkb_place places[NKB_MAX_PLACES];
    size_t count = nkb_places(arena, places);
    struct nkb_value *folders = nkb_metric_list(arena, rule, "module_folders");
    struct nkb_value *files = nkb_metric_list(arena, rule, "module_files");

    if (source->directory)
        nkb_value_append(arena, folders, nkb_value_text(arena, source->directory));
    for (size_t i = 0; i < count; i++)
        if (places[i].directory)
            nkb_value_append(arena, folders, nkb_value_text(arena, places[i].directory));
    for (size_t i = 0; i < nkb_embedded_count; i++) {
        const char *name = nkb_embedded_files[i].name;
        if (strncmp(name, front, sizeof front - 1) == 0)
            nkb_value_append(arena, files, nkb_value_text(arena, name + sizeof front - 1));
    }
}

/* score.lua is tested by score_test.lua beside it. The tests of the bundled rules do not travel. */
static bool has_test(struct nkb_arena *arena, const struct nkb_rule_source *source)
{
    struct nkb_str stem = nkb_str_from(source->path);
    if (!source->directory)
        return true;
    if (nkb_str_ends(stem, ".lua"))
        stem.len -= 4;
    const char *test = nkb_arena_printf(arena, "%.*s_test.lua", NKB_STR_ARG(stem));
    return test && nkb_is_file(test);
}

/* Whoever looks at rules by the dozen waits for no pipe. */
static int refuse_special(const char *name, struct nkb_err *err)
{
    struct stat st;
    if (!strchr(name, '/') || stat(name, &st) != 0 || S_ISREG(st.st_mode))
        return 0;
    const char *what = S_ISDIR(st.st_mode)    ? "a directory"
                       : S_ISFIFO(st.st_mode) ? "a pipe"
                                              : "no regular file";
    return nkb_err_set(err, NKB_ERULE, "is %s; a rule's file is expected", what);
}

int nkb_rule_describe(const char *name, struct nkb_arena *arena, nkb_host_enter *enter,
                      void *context, struct nkb_value **out, struct nkb_err *err)
{
    struct nkb_rule_source source = {NULL, NULL, NULL, NULL, NKB_STR_NONE, "", false};
    struct nkb_host *host = NULL;
    struct nkb_err fault = {0, ""};
    struct nkb_value *rule = *out = nkb_value_object(arena);

    int code = refuse_special(name, &fault);
    if (code == 0)
        code = nkb_rule_find(name, arena, &source, &fault);
    if (code != 0 && !source.path && !strchr(name, '/')) { /* nowhere to be found */
        if (err)
            *err = fault;
        return code;
    }
    put_text(arena, rule, "name", source.name ? source.name : name);
    put_text(arena, rule, "path", source.path ? source.path : name);
    put_text(arena, rule, "origin", source.origin ? source.origin : "file");
    if (code == 0) {
        nkb_value_put(arena, rule, "text", nkb_value_string(arena, source.text));
        nkb_value_put(arena, rule, "has_test", nkb_value_bool(arena, has_test(arena, &source)));
        add_reach(arena, rule, &source);
        code = nkb_host_new(&host, &NKB_LIMITS_DEFAULT, &fault);
    }
    if (code == 0) {
        nkb_host_on_enter(host, enter, context);
        code = nkb_host_load(host, &source, &fault);
    }
    if (code == 0) {
        put_text(arena, rule, "title", host->name);
        put_text(arena, rule, "version", host->version);
        put_text(arena, rule, "about", host->about);
        add_words(arena, rule, host);
        add_params(arena, rule, host);
    } else {
        put_text(arena, rule, "error", fault.text);
    }
    if (host)
        add_modules(arena, rule, host);
    nkb_host_free(host);
    if (nkb_arena_failed(arena))
        return nkb_err_memory(err);
    if (code == NKB_EMEMORY && err)
        *err = fault;
    return code == NKB_EMEMORY ? code : 0;
}

struct nkb_value *nkb_rule_folder(const char *directory, struct nkb_arena *arena)
{
    struct nkb_place place = {"file", directory};
    struct nkb_value *list = nkb_value_array(arena);
    const char **names = nkb_arena_array(arena, NKB_MAX_LISTED, sizeof *names);
    size_t count = names ? nkb_place_rules(&place, arena, names) : 0;

    for (size_t i = 0; i < count; i++) {
        const char *path = nkb_arena_printf(arena, "%s/%s", directory, names[i]);
        if (path && nkb_is_file(path))
            nkb_value_append(arena, list, nkb_value_text(arena, path));
    }
    return nkb_arena_failed(arena) ? NULL : list;
}
