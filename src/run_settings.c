/* The settings of a run: one table, from which parsing, --help, the settings file and the messages
 * are made. Defaults are upstream's. */
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/flops.h"
#include "base/num.h"
#include "base/text.h"

#define UPSTREAM "/home/ubuntu/nki-llama/"
#define NXDT UPSTREAM "src/fine-tune/neuronx-distributed-training/examples/conf/"

/* Far above any quantity there is, and short of where a double ends. */
static const double MAX_POSITIVE = 1e300;

static const struct setting_def defs[SETTING_COUNT_OF] = {
    [SET_CONFIG] = {"config", "FILE", NXDT "hf_llama3_8B_SFT_config.yaml", "Inputs",
                    "training config, YAML", SETTING_PATH, false},
    [SET_MODEL_CONFIG] = {"model-config", "FILE",
                          UPSTREAM
                          "src/fine-tune/configs/model-config/8B_config_llama3-1/config.json",
                          "Inputs", "model config, JSON", SETTING_PATH, false},
    [SET_LOG_FILE] = {"log-file", "FILE", UPSTREAM "logs/nki-llama_20250610_014432.log", "Inputs",
                      "training log", SETTING_PATH, false},
    [SET_COMPILE_DIR] = {"compile-dir", "DIR", "/home/ubuntu/neuron_cache", "Inputs",
                         "Neuron compile cache or work directory", SETTING_PATH, false},
    [SET_HLO] = {"hlo", "PATH", NULL, "Inputs",
                 "an HLO file or a folder of them instead of --compile-dir; repeatable",
                 SETTING_PATH, false},
    [SET_INFERENCE_RESULTS] = {"inference-results", "FILE", "benchmark_inference.json", "Inputs",
                               "inference report, JSON; without it only training is scored",
                               SETTING_PATH, false},
    [SET_REASONING_RESULTS] = {"reasoning-results", "FILE|DIR", NULL, "Inputs",
                               "lm-eval results, or a folder of which the newest are taken",
                               SETTING_PATH, false},
    [SET_PROMPTS] = {"prompts", "FILE", NULL, "Inputs",
                     "a contest's prompt table, CSV, TXT or JSON", SETTING_PATH, false},
    [SET_MATRIX] = {"matrix", "FILE", NULL, "Inputs",
                    "a table with a row a run, CSV, TSV or JSON; its columns are the rule's",
                    SETTING_PATH, false},
    [SET_TRAINING_METRICS] =
        {"training-metrics", "FILE", NULL, "Inputs",
         "take the training metrics of a saved training output instead of measuring", SETTING_PATH,
         false},
    [SET_TRAINING_SCRIPT] = {"training-script", "FILE", NULL, "Inputs",
                             "accepted for handler.py's sake; nothing is run", SETTING_PATH, false},
    [SET_THROUGHPUT] = {"throughput", "X", NULL, "Training",
                        "training throughput in seq/s; default: the log's mean", SETTING_POSITIVE,
                        false},
    [SET_BATCH_SIZE] = {"batch-size", "N", NULL, "Training",
                        "global batch size; default: data.global_batch_size of the config",
                        SETTING_COUNT, false},
    [SET_SEQ_LEN] = {"seq-len", "N", NULL, "Training",
                     "sequence length; default: data.seq_length, model.encoder_seq_length",
                     SETTING_COUNT, false},
    [SET_NUM_NODES] = {"num-nodes", "N", NULL, "Training",
                       "number of nodes; default: trainer.num_nodes, else 1", SETTING_COUNT, false},
    [SET_HW_BACKEND] = {"hw-backend", "NAME", "trn1", "Training", "hardware of one node",
                        SETTING_CHOICE, false},
    [SET_FLOP_MODEL] = {"flop-model", "NAME", "nxdt", "Training",
                        "how model FLOPs are counted for MFU", SETTING_CHOICE, false},
    [SET_ACCURACY] = {"accuracy", "X", NULL, "Inference",
                      "accuracy from 0 to 1; default: the report's, else 1 assumed",
                      SETTING_FRACTION, false},
    [SET_ANY_FORM] = {"any-form", NULL, NULL, "HLO",
                      "text and wrapped modules found in a folder enter the totals too",
                      SETTING_SWITCH, false},
    [SET_DEDUPE] = {"dedupe", NULL, NULL, "HLO", "leave repeats of one graph out of the totals",
                    SETTING_SWITCH, false},
    [SET_CALCULATE_SCORE] = {"calculate-score", NULL, NULL, "Score",
                             "accepted for handler.py's sake; the score is always calculated",
                             SETTING_SWITCH, false},
    [SET_PER_FILE_SCORES] = {"per-file-scores", NULL, NULL, "Score",
                             "score each HLO file by itself too", SETTING_SWITCH, false},
    [SET_DETAILED] = {"detailed", NULL, NULL, "Output",
                      "list every HLO file in the training output", SETTING_SWITCH, false},
    [SET_PRINT_PER_FILE] = {"print-per-file", NULL, NULL, "Output",
                            "list every HLO file on the console", SETTING_SWITCH, false},
    [SET_VERBOSE] = {"verbose", NULL, NULL, "Output", "say more on the console", SETTING_SWITCH,
                     false},
    [SET_OUTPUT] = {"output", "FILE", "benchmark_results.json", "Output",
                    "the result as the rule words it; of hlo --scan: the part", SETTING_OUTPUT,
                    true},
    [SET_TRAINING_OUTPUT] = {"training-output", "FILE", "benchmark_finetuning.json", "Output",
                             "the training metrics, for rules that have such an output",
                             SETTING_OUTPUT, true},
    [SET_JOBS] = {"jobs", "N", NULL, "Run", "threads; default: one a core", SETTING_COUNT, false},
    [SET_MAX_MEMORY] = {"max-memory", "MIB", "64", "Run", "memory of the rule, in MiB",
                        SETTING_COUNT, true},
    [SET_MAX_INSTRUCTIONS] = {"max-instructions", "N", "50000000", "Run",
                              "Lua instructions of each call into the rule", SETTING_COUNT, true},
    [SET_MAX_SECONDS] = {"max-seconds", "X", "5", "Run", "wall clock of each call into the rule",
                         SETTING_POSITIVE, true},
    [SET_UNSAFE] = {"unsafe", NULL, NULL, "Run",
                    "run the rule without a sandbox; recorded in the result", SETTING_SWITCH, true},
};

const struct setting_def *run_setting_def(size_t id)
{
    return id < SETTING_COUNT_OF ? &defs[id] : NULL;
}

int run_setting_find(struct nkb_str name)
{
    for (int i = 0; i < SETTING_COUNT_OF; i++)
        if (nkb_str_is(name, defs[i].name))
            return i;
    return -1;
}

const char *run_flag(enum setting_id id)
{
    static const char *const flags[SETTING_COUNT_OF] = {
        [SET_CONFIG] = "--config",
        [SET_MODEL_CONFIG] = "--model-config",
        [SET_LOG_FILE] = "--log-file",
        [SET_COMPILE_DIR] = "--compile-dir",
        [SET_HLO] = "--hlo",
        [SET_INFERENCE_RESULTS] = "--inference-results",
        [SET_REASONING_RESULTS] = "--reasoning-results",
        [SET_PROMPTS] = "--prompts",
        [SET_MATRIX] = "--matrix",
        [SET_TRAINING_METRICS] = "--training-metrics",
    };
    return flags[id];
}

static const char *choices(nkb_run *run, size_t id)
{
    struct nkb_buf text = NKB_BUF_INIT;
    size_t count = 0;
    if (id == SET_HW_BACKEND) {
        const struct nkb_peak *peaks = nkb_peaks(&count);
        for (size_t i = 0; i < count; i++)
            nkb_buf_printf(&text, "%s%s", i ? " " : "", peaks[i].backend);
    } else {
        const char *const *models = nkb_flops_models(&count);
        for (size_t i = 0; i < count; i++)
            nkb_buf_printf(&text, "%s%s", i ? " " : "", models[i]);
    }
    char *copy = text.failed ? NULL : nkb_arena_string(&run->arena, text.data ? text.data : "");
    nkb_buf_free(&text);
    return copy;
}

/* "--throughput", or where else it was given and its name: "nkibench.yaml:3: 'throughput'". */
static const char *label(nkb_run *run, const struct setting_def *def, const char *origin)
{
    if (strncmp(origin, "--", 2) == 0)
        return origin;
    const char *text = nkb_arena_printf(&run->arena, "%s: '%s'", origin, def->name);
    return text ? text : origin;
}

static int refuse(nkb_run *run, const struct setting_def *def, const char *value,
                  const char *origin, const char *expected)
{
    char shown[NKB_SHOWN_BYTES];
    return nkb_err_set(&run->err, NKB_EUSAGE, "%s is \"%s\"; %s is expected",
                       label(run, def, origin), nkb_show(nkb_str_from(value), shown), expected);
}

static int check_choice(nkb_run *run, size_t id, const char *value, const char *origin)
{
    const char *list = choices(run, id), *names[128];
    char shown[NKB_SHOWN_BYTES];
    size_t count = 0;

    if (!list)
        return nkb_err_memory(&run->err);
    char *copy = nkb_arena_string(&run->arena, list);
    for (char *save = NULL, *word = copy ? strtok_r(copy, " ", &save) : NULL; word && count < 128;
         word = strtok_r(NULL, " ", &save)) {
        if (strcmp(word, value) == 0)
            return 0;
        names[count++] = word;
    }
    const char *meant = nkb_suggest(nkb_str_from(value), names, count);
    return nkb_err_set(&run->err, NKB_EUSAGE, "%s is \"%s\"; one of %s is expected%s%s%s",
                       label(run, &defs[id], origin), nkb_show(nkb_str_from(value), shown), list,
                       meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
}

static int check(nkb_run *run, size_t id, const char *value, const char *origin)
{
    const struct setting_def *def = &defs[id];
    struct nkb_str text = nkb_str_from(value);
    double number = 0;
    int64_t count = 0;

    switch (def->type) {
    case SETTING_PATH:
    case SETTING_OUTPUT:
        return text.len ? 0 : refuse(run, def, value, origin, "a path");
    case SETTING_POSITIVE:
        if (!nkb_parse_double(text, false, &number) || !(number > 0))
            return refuse(run, def, value, origin, "a number above 0");
        return number <= MAX_POSITIVE
                   ? 0
                   : refuse(run, def, value, origin, "a number of at most 1e300");
    case SETTING_FRACTION:
        if (!nkb_parse_double(text, false, &number) || !(number >= 0) || !(number <= 1))
            return refuse(run, def, value, origin, "a number from 0 to 1");
        return 0;
    case SETTING_COUNT:
        if (!nkb_parse_i64(text, &count) || count < 1)
            return refuse(run, def, value, origin, "a whole number above 0");
        return 0;
    case SETTING_CHOICE:
        return check_choice(run, id, value, origin);
    case SETTING_SWITCH:
        return nkb_parse_bool(text, &(bool){false})
                   ? 0
                   : refuse(run, def, value, origin, "true or false");
    }
    return 0;
}

int run_setting_set(nkb_run *run, size_t id, const char *value, const char *origin)
{
    bool on;
    int code = check(run, id, value, origin);
    if (code != 0)
        return code;
    if (defs[id].type == SETTING_SWITCH && nkb_parse_bool(nkb_str_from(value), &on))
        value = on ? "true" : "false"; /* one spelling for all who ask */
    char *copy = nkb_arena_string(&run->arena, value),
         *from = nkb_arena_string(&run->arena, origin);
    if (!copy || !from)
        return nkb_err_memory(&run->err);
    if (id == SET_HLO) {
        if (run->hlo_count == run->hlo_capacity) {
            size_t capacity = run->hlo_capacity ? run->hlo_capacity * 2 : 8;
            const char **paths = nkb_arena_grow(&run->arena, run->hlo_paths, run->hlo_count,
                                                capacity, sizeof *paths);
            if (!paths)
                return nkb_err_memory(&run->err);
            run->hlo_paths = paths;
            run->hlo_capacity = capacity;
        }
        run->hlo_paths[run->hlo_count++] = copy;
    }
    run->settings[id] = (struct setting){copy, from, true};
    return 0;
}

void run_setting_reset(nkb_run *run, size_t id)
{
    if (id == SET_HLO)
        run->hlo_count = 0;
    run->settings[id] = (struct setting){defs[id].initial, "default", false};
}

bool run_switch(const nkb_run *run, enum setting_id id)
{
    return run->settings[id].value && strcmp(run->settings[id].value, "true") == 0;
}

double run_number(const nkb_run *run, enum setting_id id)
{
    double number = 0;
    if (run->settings[id].value)
        nkb_parse_double(nkb_str_from(run->settings[id].value), false, &number);
    return number;
}

int64_t run_count(const nkb_run *run, enum setting_id id)
{
    int64_t count = 0;
    if (run->settings[id].value)
        nkb_parse_i64(nkb_str_from(run->settings[id].value), &count);
    return count;
}

static const char *type_name(enum setting_type type)
{
    static const char *const names[] = {"path",    "path",   "number", "number",
                                        "integer", "choice", "switch"};
    return names[type];
}

const char *nkb_run_setting_info(nkb_run *run, size_t i, const char *what)
{
    if (i >= SETTING_COUNT_OF)
        return NULL;
    const struct setting_def *def = &defs[i];
    if (strcmp(what, "name") == 0)
        return def->name;
    if (strcmp(what, "metavar") == 0)
        return def->metavar;
    if (strcmp(what, "default") == 0)
        return def->initial;
    if (strcmp(what, "group") == 0)
        return def->group;
    if (strcmp(what, "about") == 0)
        return def->about;
    if (strcmp(what, "type") == 0)
        return type_name(def->type);
    if (strcmp(what, "choices") == 0)
        return def->type == SETTING_CHOICE ? choices(run, i) : NULL;
    if (strcmp(what, "in-file") == 0)
        return def->not_in_file ? NULL : "yes";
    if (strcmp(what, "value") == 0)
        return run->settings[i].value;
    if (strcmp(what, "origin") == 0)
        return run->settings[i].origin;
    return NULL;
}
