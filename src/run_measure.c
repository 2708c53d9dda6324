/* What a rule needs, read and analysed in a fixed order: config, model, log, training, HLO,
 * inference, reasoning, prompts. Without a rule (the commands metrics, hlo, log) whatever was given
 * is read, and the rest is absent with the flag that would bring it. */
#include "run.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "analyze/results.h"
#include "base/file.h"
#include "input/document.h"

/* A document is held whole while it is read: far above any real one, far below what hurts. */
enum { MAX_DOCUMENT_BYTES = 64 * 1024 * 1024 };

void run_diagnose(nkb_run *run, bool warning, const char *format, ...)
{
    struct nkb_err text; /* for its one-line cleaning */
    va_list args;
    va_start(args, format);
    nkb_err_setv(&text, 0, format, args);
    va_end(args);

    struct nkb_value *entry = nkb_value_object(&run->arena);
    nkb_value_put(&run->arena, entry, "text", nkb_value_text(&run->arena, text.text));
    nkb_value_put(&run->arena, entry, "warning", nkb_value_bool(&run->arena, warning));
    nkb_value_append(&run->arena, run->diagnostics, entry);
}

void run_add_file(nkb_run *run, const char *role, const char *path, int64_t size_bytes)
{
    struct nkb_arena *arena = &run->arena;
    struct nkb_value *entry = nkb_value_object(arena);
    nkb_metric_text(arena, entry, "role", role, NULL);
    nkb_metric_text(arena, entry, "path", path, NULL);
    nkb_metric_int(arena, entry, "bytes", size_bytes, "B", NULL);
    nkb_metric_absent(arena, entry, "sha256", "digests are taken only when an export carries them");
    nkb_value_append(arena, nkb_value_get(run->metrics, "files"), entry);
}

static const char *input_name(enum setting_id id)
{
    static const char *const names[SETTING_COUNT_OF] = {
        [SET_CONFIG] = "training config",
        [SET_MODEL_CONFIG] = "model config",
        [SET_LOG_FILE] = "training log",
        [SET_COMPILE_DIR] = "compile cache",
        [SET_HLO] = "HLO file",
        [SET_INFERENCE_RESULTS] = "inference results",
        [SET_REASONING_RESULTS] = "reasoning results",
        [SET_PROMPTS] = "prompt table",
        [SET_MATRIX] = "table of runs",
        [SET_TRAINING_METRICS] = "saved training output",
    };
    return names[id] ? names[id] : run_setting_def(id)->name;
}

/* Who named the path: what gave it, or the flag that would. */
static const char *named_by(const nkb_run *run, enum setting_id id)
{
    const struct setting *setting = &run->settings[id];
    return setting->given && setting->origin ? setting->origin : run_flag(id);
}

int run_missing(nkb_run *run, enum setting_id id)
{
    const char *what = input_name(id);
    const struct setting *setting = &run->settings[id];
    if (!setting->value)
        return nkb_err_set(&run->err, NKB_EINPUT, "no %s: give %s %s", what, run_flag(id),
                           run_setting_def(id)->metavar);
    if (!setting->given)
        return nkb_err_set(&run->err, NKB_EINPUT,
                           "no %s: %s does not exist (upstream's default; give %s %s)", what,
                           setting->value, run_flag(id), run_setting_def(id)->metavar);
    const char *path = setting->value;
    for (size_t i = 0; id == SET_HLO && i < run->hlo_count; i++)
        if (!run_exists(run->hlo_paths[i])) {
            path = run->hlo_paths[i];
            break;
        }
    return nkb_err_set(&run->err, NKB_EINPUT, "no %s: %s does not exist (%s)", what, path,
                       setting->origin);
}

static bool same_file(const char *path, const struct stat *file)
{
    struct stat st;
    return path && stat(path, &st) == 0 && st.st_dev == file->st_dev && st.st_ino == file->st_ino;
}

const char *nkb_run_reads(nkb_run *run, const char *path)
{
    struct stat file;
    if (stat(path, &file) != 0 || !S_ISREG(file.st_mode))
        return NULL;
    if (run->host && same_file(run->rule.path, &file))
        return "the rule";
    for (size_t id = 0; id < SETTING_COUNT_OF; id++)
        if (run_setting_def(id)->type == SETTING_PATH && same_file(run->settings[id].value, &file))
            return nkb_arena_printf(&run->arena, "the input of --%s", run_setting_def(id)->name);
    for (size_t i = 0; i < run->hlo_count; i++)
        if (same_file(run->hlo_paths[i], &file))
            return "the input of --hlo";
    if (same_file(run->reasoning_file, &file))
        return "the reasoning results";
    const struct nkb_value *files = nkb_value_get(run->metrics, "files");
    for (size_t i = 0; files && i < files->as.items.count; i++) {
        const struct nkb_value *role = nkb_value_get(files->as.items.at[i].value, "role");
        const struct nkb_value *read = nkb_value_get(files->as.items.at[i].value, "path");
        if (nkb_str_is(role->as.string, "report") && same_file(read->as.string.ptr, &file))
            return "a report that --matrix names";
    }
    for (size_t i = 0; i < run->module_count; i++)
        if (same_file(run->modules[i].path.ptr, &file))
            return "an HLO file";
    return NULL;
}

bool run_exists(const char *path)
{
    struct stat st;
    return strcmp(path, "-") == 0 || stat(path, &st) == 0 || errno == EACCES;
}

int run_read_document(nkb_run *run, enum setting_id id, const char *path, struct nkb_value **out)
{
    struct nkb_buf bytes = NKB_BUF_INIT;
    int code = nkb_file_read(path, run_flag(id), MAX_DOCUMENT_BYTES, &bytes, &run->err);
    if (code == 0 && bytes.len == 0)
        code = nkb_err_set(&run->err, NKB_EINPUT, "%s: an empty file (%s)", path, run_flag(id));
    if (code == 0) {
        if (id == SET_CONFIG)
            code = nkb_yaml_read(nkb_buf_str(&bytes), path, true, &run->arena, out, &run->err);
        else if (id == SET_PROMPTS)
            code = nkb_prompts_read(nkb_buf_str(&bytes), path, &run->arena, out, &run->err);
        else if (id == SET_MATRIX)
            code = nkb_matrix_read(nkb_buf_str(&bytes), path, &run->arena, out, &run->err);
        else
            code = nkb_json_read(nkb_buf_str(&bytes), path, &run->arena, out, &run->err);
    }
    if (code == NKB_EINPUT && id == SET_INFERENCE_RESULTS &&
        nkb_inference_is_log(nkb_buf_str(&bytes)))
        code = nkb_err_set(&run->err, NKB_EINPUT, "%s: %s (%s)", path, nkb_inference_log_hint,
                           run_flag(id));
    if (code == 0)
        run_add_file(run, run_setting_def(id)->name, path, (int64_t)bytes.len);
    nkb_buf_free(&bytes);
    return code;
}

/* Is name in the words of list, and with a "?" behind it? */
static enum need need_in(const char *list, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = list; (at = strstr(at, name)) != NULL; at += len) {
        bool starts = at == list || at[-1] == ' ';
        char end = at[len];
        if (starts && (end == '\0' || end == ' '))
            return NEED_REQUIRED;
        if (starts && end == '?')
            return NEED_OPTIONAL;
    }
    return NEED_NONE;
}

enum need run_need(const nkb_run *run, const char *name)
{
    if (!run->host)
        return run->only ? need_in(run->only, name) : NEED_OPTIONAL;
    size_t count;
    const char *const *needs = nkb_host_needs(run->host, &count);
    for (size_t i = 0; i < count; i++) {
        enum need need = need_in(needs[i], name);
        if (need != NEED_NONE)
            return need;
    }
    return NEED_NONE;
}

void run_leave_out(nkb_run *run, const char *name, enum setting_id id, enum need need)
{
    char why[256];
    const struct setting *setting = &run->settings[id];
    if (need == NEED_NONE)
        snprintf(why, sizeof why,
                 run->host ? "the rule does not name it in its needs" : "not asked for");
    else if (!setting->value)
        snprintf(why, sizeof why, "not given (%s)", run_flag(id));
    else
        snprintf(why, sizeof why, "%.160s: no such file (%s)", setting->value, named_by(run, id));
    nkb_metric_absent(&run->arena, run->metrics, name, why);
}

static int measure_inference(nkb_run *run, enum need need)
{
    const char *path = run->settings[SET_INFERENCE_RESULTS].value;
    struct nkb_value *report = NULL, *inference = NULL;

    /* A report that only lies where reports lie by default is not what a table's runs are. */
    if (need == NEED_OPTIONAL && run->host && run_need(run, "runs") != NEED_NONE &&
        run->settings[SET_MATRIX].value && !run->settings[SET_INFERENCE_RESULTS].given) {
        nkb_metric_absent(&run->arena, run->metrics, "inference", "the runs are those of --matrix");
        return 0;
    }
    if (need == NEED_NONE || !run_exists(path)) {
        if (need == NEED_REQUIRED)
            return run_missing(run, SET_INFERENCE_RESULTS);
        if (need == NEED_OPTIONAL && run->host && run_need(run, "training") != NEED_NONE)
            run_diagnose(run, true,
                         "no inference results: %s does not exist (%s); only training is scored",
                         path, named_by(run, SET_INFERENCE_RESULTS));
        run_leave_out(run, "inference", SET_INFERENCE_RESULTS, need);
        return 0;
    }
    double accuracy = run->settings[SET_ACCURACY].value ? run_number(run, SET_ACCURACY) : -1;
    int code = run_read_document(run, SET_INFERENCE_RESULTS, path, &report);
    if (code == 0)
        code = nkb_inference_metrics(report, path, accuracy, &run->arena, &inference,
                                     run->diagnostics, &run->err);
    static const char *const given[] = {"accuracy", "accuracy_source"};
    for (size_t i = 0; code == 0 && accuracy >= 0 && i < 2; i++) /* not the flag alone gives it */
        nkb_value_annotate(&run->arena, nkb_value_get(inference, given[i]), NULL,
                           named_by(run, SET_ACCURACY), NULL);
    if (code == 0)
        nkb_value_put(&run->arena, run->metrics, "inference", inference);
    return code;
}

/* A folder stands for the newest lm-eval file in it, by the time in the names. */
static int find_reasoning(nkb_run *run, const char **path)
{
    struct nkb_value *argument = nkb_value_object(&run->arena), *found = NULL;
    nkb_value_put(&run->arena, argument, "path", nkb_value_text(&run->arena, *path));
    int code = nkb_script_run("scripts/reasoning_files.lua", argument, &run->arena, NULL, &found,
                              &run->err);
    if (code != 0)
        return code;
    const struct nkb_value *file = nkb_value_get(found, "file");
    if (!nkb_value_is(file, NKB_STRING))
        return nkb_err_set(
            &run->err, NKB_EINPUT,
            "%s: no results_*.json in this folder; lm-eval's --output_path is expected (%s)", *path,
            run_flag(SET_REASONING_RESULTS));
    *path = run->reasoning_file = file->as.string.ptr;
    return 0;
}

static int measure_reasoning(nkb_run *run, enum need need)
{
    const char *path = run->settings[SET_REASONING_RESULTS].value;
    struct nkb_value *results = NULL, *reasoning = NULL;
    struct stat st;
    int code = 0;

    if (need == NEED_NONE || !path) {
        if (need == NEED_REQUIRED)
            return run_missing(run, SET_REASONING_RESULTS);
        run_leave_out(run, "reasoning", SET_REASONING_RESULTS, need);
        return 0;
    }
    if (!run_exists(path))
        return run_missing(run, SET_REASONING_RESULTS);
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        code = find_reasoning(run, &path);
    if (code == 0)
        code = run_read_document(run, SET_REASONING_RESULTS, path, &results);
    if (code == 0)
        code = nkb_reasoning_metrics(results, path, &run->arena, &reasoning, run->diagnostics,
                                     &run->err);
    if (code == 0)
        nkb_value_put(&run->arena, run->metrics, "reasoning", reasoning);
    return code;
}

static int measure_prompts(nkb_run *run, enum need need)
{
    const char *path = run->settings[SET_PROMPTS].value;
    struct nkb_value *prompts = NULL;

    if (need == NEED_NONE || !path) {
        if (need == NEED_REQUIRED)
            return run_missing(run, SET_PROMPTS);
        run_leave_out(run, "prompts", SET_PROMPTS, need);
        return 0;
    }
    if (!run_exists(path))
        return run_missing(run, SET_PROMPTS);
    int code = run_read_document(run, SET_PROMPTS, path, &prompts);
    if (code == 0)
        nkb_value_locate(&run->arena, prompts, path, NULL);
    if (code == 0)
        nkb_value_put(&run->arena, run->metrics, "prompts", prompts);
    return code;
}

/* The order of m's names is DESIGN 6's, whatever is read first. */
static void lay_out(nkb_run *run)
{
    static const char *const names[] = {"training",  "hlo",     "log",    "inference",
                                        "reasoning", "prompts", "config", "model"};
    run->metrics = nkb_value_object(&run->arena);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        nkb_metric_absent(&run->arena, run->metrics, names[i], "not measured");
    nkb_metric_list(&run->arena, run->metrics, "files");
    nkb_metric_absent(&run->arena, run->metrics, "runs", "not measured");
}

/* Whoever names a file thinks that it counts. */
static void name_unused(nkb_run *run, bool saved)
{
    static const struct {
        enum setting_id id;
        const char *name;
    } inputs[] = {{SET_INFERENCE_RESULTS, "inference"},
                  {SET_REASONING_RESULTS, "reasoning"},
                  {SET_PROMPTS, "prompts"},
                  {SET_MATRIX, "runs"}};
    static const enum setting_id measured[] = {SET_THROUGHPUT, SET_BATCH_SIZE,  SET_SEQ_LEN,
                                               SET_NUM_NODES,  SET_COMPILE_DIR, SET_HLO,
                                               SET_HW_BACKEND, SET_FLOP_MODEL};

    for (size_t i = 0; run->host && i < sizeof inputs / sizeof inputs[0]; i++)
        if (run->settings[inputs[i].id].given && run_need(run, inputs[i].name) == NEED_NONE)
            run_diagnose(run, true, "%s is not read: the rule does not name '%s' in its needs",
                         run->settings[inputs[i].id].origin, inputs[i].name);
    for (size_t i = 0; saved && i < sizeof measured / sizeof measured[0]; i++)
        if (run->settings[measured[i]].given)
            run_diagnose(run, true, "%s is not used: --training-metrics gives what it would decide",
                         run->settings[measured[i]].origin);
}

int run_measure_all(nkb_run *run)
{
    struct run_training_needs training = {
        .training = run_need(run, "training"),
        .log = run_need(run, "log"),
        .config = run_need(run, "config"),
        .model = run_need(run, "model"),
    };
    enum need hlo = run_need(run, "hlo");
    int code = 0;

    lay_out(run);
    name_unused(run, run->settings[SET_TRAINING_METRICS].value != NULL);
    if (run->settings[SET_TRAINING_METRICS].value &&
        (training.training != NEED_NONE || hlo != NEED_NONE)) {
        training.training = NEED_NONE; /* what else was named is still read */
        training.log = run->settings[SET_LOG_FILE].given ? NEED_OPTIONAL : NEED_NONE;
        code = run_measure_training(run, &training);
        if (code == 0)
            code = run_measure_saved(run);
    } else {
        code = run_measure_training(run, &training);
        if (code == 0)
            code = run_measure_hlo(run, hlo);
    }
    if (code == 0)
        code = measure_inference(run, run_need(run, "inference"));
    if (code == 0)
        code = measure_reasoning(run, run_need(run, "reasoning"));
    if (code == 0)
        code = measure_prompts(run, run_need(run, "prompts"));
    if (code == 0)
        code = run_measure_matrix(run, run_need(run, "runs"));
    if (code == 0 && nkb_arena_failed(&run->arena))
        code = nkb_err_memory(&run->err);
    return code;
}
