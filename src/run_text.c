/* Texts for the commands: the metrics tree and its parts as text, JSON or Lua, the rules there are, and the
 * dry run. C gathers; the wording is in scripts/. */
#include "run_hlo_by.h"

#include <string.h>
#include <sys/stat.h>

/* ---- the metrics tree, one row a value ---- */

struct rows {
    struct nkb_arena *arena;
    struct nkb_value *list;
};

static bool all_scalars(const struct nkb_value *array)
{
    for (size_t i = 0; i < array->as.items.count; i++)
        if (nkb_value_at(array, i) && nkb_value_at(array, i)->kind >= NKB_ARRAY)
            return false;
    return true;
}

static void add_row(const struct rows *rows, const char *path, struct nkb_value *v)
{
    struct nkb_value *row = nkb_value_object(rows->arena);
    nkb_value_put(rows->arena, row, "path", nkb_value_text(rows->arena, path));
    nkb_value_put(rows->arena, row, "kind", nkb_value_text(rows->arena, nkb_kind_name(v->kind)));
    nkb_value_put(rows->arena, row, "value", v);
    if (v->note && v->note->unit)
        nkb_value_put(rows->arena, row, "unit", nkb_value_text(rows->arena, v->note->unit));
    if (v->note && v->note->source)
        nkb_value_put(rows->arena, row, "source", nkb_value_text(rows->arena, v->note->source));
    if (v->note && v->note->why)
        nkb_value_put(rows->arena, row, "why", nkb_value_text(rows->arena, v->note->why));
    nkb_value_append(rows->arena, rows->list, row);
}

/* Lists count from 1, as a rule reads them. A list of plain values is one row. The documents readers make
 * are at most some hundred levels deep. */
static void flatten(const struct rows *rows, const char *path, struct nkb_value *v)
{
    if (v->kind < NKB_ARRAY || (v->kind == NKB_ARRAY && all_scalars(v)) || v->as.items.count == 0) {
        add_row(rows, path, v);
        return;
    }
    for (size_t i = 0; i < v->as.items.count; i++) {
        struct nkb_value *member = v->kind == NKB_ARRAY ? nkb_value_at(v, i) : v->as.items.at[i].value;
        char *below;
        if (v->kind == NKB_ARRAY)
            below = nkb_arena_printf(rows->arena, "%s[%zu]", path, i + 1);
        else
            below = nkb_arena_printf(rows->arena, "%s%s%.*s", path, *path ? "." : "",
                                     NKB_STR_ARG(v->as.items.at[i].key));
        if (below && member)
            flatten(rows, below, member);
    }
}

static int metrics_text(nkb_run *run, struct nkb_value *tree, const char *path, struct nkb_buf *out)
{
    struct nkb_arena *arena = &run->arena;
    struct nkb_value *argument = nkb_value_object(arena);
    struct rows rows = {arena, nkb_value_array(arena)};

    flatten(&rows, path ? path : "", tree);
    nkb_value_put(arena, argument, "rows", rows.list);
    return nkb_script_run("scripts/metrics.lua", argument, arena, out, NULL, &run->err);
}

/* ---- the dry run ---- */

static void add_input(nkb_run *run, struct nkb_value *list, enum setting_id id, const char *path,
                      const char *need)
{
    struct nkb_arena *arena = &run->arena;
    struct nkb_value *entry = nkb_value_object(arena);
    struct stat st;

    nkb_value_put(arena, entry, "flag", nkb_value_text(arena, run_setting_def(id)->name));
    nkb_value_put(arena, entry, "need", nkb_value_text(arena, need));
    nkb_value_put(arena, entry, "origin",
                  nkb_value_text(arena, run->settings[id].origin ? run->settings[id].origin : "default"));
    if (path) {
        nkb_value_put(arena, entry, "path", nkb_value_text(arena, path));
        bool there = stat(path, &st) == 0 || strcmp(path, "-") == 0;
        nkb_value_put(arena, entry, "there", nkb_value_bool(arena, there));
        if (there && strcmp(path, "-") != 0 && S_ISREG(st.st_mode))
            nkb_value_put(arena, entry, "size_bytes", nkb_value_int(arena, (int64_t)st.st_size));
        if (there && strcmp(path, "-") != 0 && S_ISDIR(st.st_mode))
            nkb_value_put(arena, entry, "folder", nkb_value_bool(arena, true));
    }
    nkb_value_append(arena, list, entry);
}

/* The inputs a need opens, and whether each must be there. */
static const struct {
    const char *name;
    enum setting_id inputs[4];
} opened_by[] = {
    {"training", {SET_CONFIG, SET_MODEL_CONFIG, SET_LOG_FILE, SETTING_COUNT_OF}},
    {"hlo", {SET_COMPILE_DIR, SETTING_COUNT_OF}},
    {"log", {SET_LOG_FILE, SETTING_COUNT_OF}},
    {"inference", {SET_INFERENCE_RESULTS, SETTING_COUNT_OF}},
    {"reasoning", {SET_REASONING_RESULTS, SETTING_COUNT_OF}},
    {"prompts", {SET_PROMPTS, SETTING_COUNT_OF}},
    {"runs", {SET_MATRIX, SETTING_COUNT_OF}},
    {"config", {SET_CONFIG, SETTING_COUNT_OF}},
    {"model", {SET_MODEL_CONFIG, SETTING_COUNT_OF}},
};

static void list_inputs(nkb_run *run, struct nkb_value *list)
{
    enum need needed[SETTING_COUNT_OF] = {NEED_NONE};

    for (size_t n = 0; n < sizeof opened_by / sizeof opened_by[0]; n++) {
        enum need need = run_need(run, opened_by[n].name);
        for (const enum setting_id *id = opened_by[n].inputs; *id != SETTING_COUNT_OF; id++)
            if (need > needed[*id])
                needed[*id] = need;
    }
    if (run->settings[SET_TRAINING_METRICS].value &&
        (needed[SET_CONFIG] != NEED_NONE || needed[SET_COMPILE_DIR] != NEED_NONE)) {
        needed[SET_TRAINING_METRICS] = NEED_REQUIRED; /* instead of what it was made of */
        needed[SET_CONFIG] = needed[SET_MODEL_CONFIG] = needed[SET_COMPILE_DIR] = NEED_NONE;
        needed[SET_LOG_FILE] = run->settings[SET_LOG_FILE].given ? NEED_OPTIONAL : NEED_NONE;
    }
    if (needed[SET_LOG_FILE] == NEED_REQUIRED && !run->settings[SET_LOG_FILE].given &&
        run->settings[SET_THROUGHPUT].value) /* a log is read for its throughput */
        needed[SET_LOG_FILE] = NEED_OPTIONAL;
    for (int id = 0; id < SETTING_COUNT_OF; id++) {
        const char *need = needed[id] == NEED_REQUIRED ? "needed" : "optional";
        if (needed[id] == NEED_NONE)
            continue;
        if (id == SET_COMPILE_DIR && run->hlo_count > 0)
            for (size_t i = 0; i < run->hlo_count; i++)
                add_input(run, list, SET_HLO, run->hlo_paths[i], need);
        else
            add_input(run, list, (enum setting_id)id, run->settings[id].value, need);
    }
}

static void list_settings(nkb_run *run, struct nkb_value *list)
{
    struct nkb_arena *arena = &run->arena;
    for (int id = 0; id < SETTING_COUNT_OF; id++) {
        enum setting_type type = run_setting_def((size_t)id)->type;
        const char *value = run->settings[id].value;
        if (type == SETTING_PATH || type == SETTING_OUTPUT || (type == SETTING_SWITCH && !value))
            continue;
        struct nkb_value *entry = nkb_value_object(arena);
        nkb_value_put(arena, entry, "name", nkb_value_text(arena, run_setting_def((size_t)id)->name));
        if (value)
            nkb_value_put(arena, entry, "value", nkb_value_text(arena, value));
        nkb_value_put(arena, entry, "origin", nkb_value_text(arena, run->settings[id].origin));
        nkb_value_append(arena, list, entry);
    }
    for (size_t i = 0; nkb_run_param(run, i, "name"); i++) {
        const char *value = nkb_run_param(run, i, "value");
        struct nkb_value *entry = nkb_value_object(arena);
        nkb_value_put(arena, entry, "name", nkb_value_text(arena, nkb_run_param(run, i, "name")));
        if (value)
            nkb_value_put(arena, entry, "value", nkb_value_text(arena, value));
        nkb_value_put(arena, entry, "origin", nkb_value_text(arena, nkb_run_param(run, i, "origin")));
        nkb_value_append(arena, list, entry);
    }
}

static int dry_run(nkb_run *run, struct nkb_buf *out)
{
    static const char *const rule_keys[] = {"name", "version", "origin", "path", "sha256"};
    struct nkb_arena *arena = &run->arena;
    struct nkb_value *argument = nkb_value_object(arena);
    struct nkb_value *rule = nkb_metric_group(arena, argument, "rule");

    for (size_t i = 0; i < sizeof rule_keys / sizeof rule_keys[0]; i++) {
        const char *text = nkb_run_rule_info(run, rule_keys[i]);
        if (text)
            nkb_value_put(arena, rule, rule_keys[i], nkb_value_text(arena, text));
    }
    list_inputs(run, nkb_metric_list(arena, argument, "inputs"));
    list_settings(run, nkb_metric_list(arena, argument, "settings"));
    struct nkb_value *outputs = nkb_metric_list(arena, argument, "outputs");
    nkb_value_append(arena, outputs, nkb_value_text(arena, run->settings[SET_OUTPUT].value));
    if (run->host && nkb_host_has(run->host, "training_json"))
        nkb_value_append(arena, outputs, nkb_value_text(arena, run->settings[SET_TRAINING_OUTPUT].value));
    return nkb_script_run("scripts/dry_run.lua", argument, arena, out, NULL, &run->err);
}

static bool is_missing(const nkb_run *run, const struct nkb_value *entry, enum setting_id id)
{
    const struct nkb_value *there = nkb_value_get(entry, "there");
    bool needed = strcmp(nkb_value_get(entry, "need")->as.string.ptr, "needed") == 0;
    if (there && there->as.boolean)
        return false;
    /* An inference report that is not there means training only, also when it was named: as upstream. */
    return needed || (there && run->settings[id].given && id != SET_INFERENCE_RESULTS);
}

/* Each input that is missing, by the line that a run would end with. The first alone where out is NULL. */
static int name_missing(nkb_run *run, struct nkb_buf *out)
{
    struct nkb_value *list = nkb_value_array(&run->arena);
    list_inputs(run, list);
    for (size_t i = 0; list && i < list->as.items.count; i++) {
        const struct nkb_value *entry = list->as.items.at[i].value;
        int id = run_setting_find(nkb_value_get(entry, "flag")->as.string);
        if (!is_missing(run, entry, (enum setting_id)id))
            continue;
        int code = run_missing(run, (enum setting_id)id);
        if (!out)
            return code;
        nkb_buf_printf(out, "%s\n", run->err.text);
    }
    return 0;
}

int run_check_inputs(nkb_run *run)
{
    return name_missing(run, NULL);
}

/* ---- all of them ---- */

static int report(nkb_run *run, const char *script, struct nkb_value *tree, struct nkb_buf *out)
{
    return nkb_script_run(script, tree, &run->arena, out, NULL, &run->err);
}

static int append(void *context, struct nkb_str bytes, struct nkb_err *err)
{
    struct nkb_buf *out = context;
    nkb_buf_append(out, bytes.ptr, bytes.len);
    return out->failed ? nkb_err_memory(err) : 0;
}

int run_make_text(nkb_run *run, const char *what, const char *path, struct nkb_buf *out)
{
    if (strcmp(what, "rules.text") == 0) {
        struct nkb_value *argument = nkb_value_object(&run->arena);
        nkb_value_put(&run->arena, argument, "rules", nkb_rule_list(&run->arena, run->enter, run->enter_context));
        return report(run, "scripts/rules.lua", argument, out);
    }
    if (strcmp(what, "dry-run") == 0)
        return dry_run(run, out);
    if (run_is_author_text(what))
        return run_author_text(run, what, path, out);
    if (strcmp(what, "missing") == 0)
        return name_missing(run, out);
    if (strncmp(what, "test.", 5) == 0)
        return run_test_text(run, what + 5, out);
    if (strcmp(what, "hlo.part") == 0)
        return run_write_part(run, append, out);
    if (strncmp(what, "explain.", 8) == 0)
        return run_explain(run, strcmp(what + 8, "json") == 0, out);

    const char *dot = strchr(what, '.');
    const char *name = dot && strncmp(what, "hlo", 3) == 0   ? "hlo"
                       : dot && strncmp(what, "log", 3) == 0 ? "log"
                                                             : path;
    struct nkb_value *tree = run->metrics;
    if (!tree || !dot)
        return nkb_err_set(&run->err, NKB_EUSAGE, "no text '%s' here", what);
    if (name)
        tree = run_find_metric(run, name);
    if (!tree)
        return NKB_EUSAGE;
    if (strncmp(what, "hlo.", 4) == 0 && tree->kind == NKB_OBJECT && run_is_hlo_text(run, what))
        return run_hlo_text(run, what, tree, out);
    if (strcmp(dot, ".json") == 0) {
        int code = nkb_value_to_json(tree, 2, out, &run->err);
        nkb_buf_char(out, '\n');
        return code;
    }
    if (strcmp(dot, ".lua") == 0) {
        struct nkb_value *argument = nkb_value_object(&run->arena);
        nkb_value_put(&run->arena, argument, "tree", tree);
        return report(run, "scripts/metrics_lua.lua", argument, out);
    }
    if (strncmp(what, "metrics", 7) == 0)
        return metrics_text(run, tree, path, out);
    if (tree->kind != NKB_OBJECT)
        return nkb_err_set(&run->err, NKB_EINPUT, "no %s: %s", name,
                           tree->note && tree->note->why ? tree->note->why : "not measured");
    return report(run, "scripts/log.lua", tree, out);
}
