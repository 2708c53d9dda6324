/* Training: the config, the model's config and the log become m.config, m.model, m.log, and
 * together m.training. Each of batch size, sequence length, nodes and throughput has one order of
 * sources, and the one taken is kept as its source. */
#include "run.h"

#include <assert.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "analyze/flops.h"
#include "analyze/steps.h"
#include "base/num.h"
#include "base/text.h"
#include "input/trainlog.h"

/* What upstream's handler sends when it is told nothing; DESIGN 6. */
static const double ASSUMED_THROUGHPUT_SEQ_PER_S = 2.1;

/* Far above any batch, sequence or cluster; 2^31-1, the longest sequence FLOPs are counted for. */
static const double MAX_COUNT = 2147483647;

/* May this input be left out? Decides between reading, leaving out and refusing. */
static int wanted(nkb_run *run, enum setting_id id, enum need need, bool *read)
{
    const struct setting *setting = &run->settings[id];
    *read = need != NEED_NONE && setting->value && run_exists(setting->value);
    if (*read || need == NEED_NONE)
        return 0;
    /* The throughput is what a score needs of the log: with --throughput, upstream's default log
     * may be missing. A log that was named may not. */
    if (id == SET_LOG_FILE && !setting->given && run->settings[SET_THROUGHPUT].value)
        return 0;
    return need == NEED_REQUIRED || setting->given ? run_missing(run, id) : 0;
}

static enum need stronger(enum need a, enum need b)
{
    return a > b ? a : b;
}

static int measure_document(nkb_run *run, enum setting_id id, enum need need, const char *name,
                            struct nkb_value **out)
{
    bool read;
    int code = wanted(run, id, need, &read);
    if (code != 0)
        return code;
    if (!read) {
        run_leave_out(run, name, id, need);
        return 0;
    }
    code = run_read_document(run, id, run->settings[id].value, out);
    if (code != 0)
        return code;
    assert(*out);
    if (!nkb_value_is(*out, NKB_OBJECT))
        return nkb_err_set(&run->err, NKB_EINPUT, "%s: %s at the top; a mapping is expected (%s)",
                           run->settings[id].value,
                           nkb_value_is(*out, NKB_NULL) ? "nothing" : nkb_kind_name((*out)->kind),
                           run_flag(id));
    nkb_value_locate(&run->arena, *out, run->settings[id].value, NULL);
    nkb_value_put(&run->arena, run->metrics, name, *out);
    return 0;
}

static int measure_log(nkb_run *run, enum need need)
{
    struct nkb_trainlog log;
    struct stat st;
    const char *path = run->settings[SET_LOG_FILE].value;
    bool read;
    int code = wanted(run, SET_LOG_FILE, need, &read);
    if (code != 0)
        return code;
    if (!read) {
        run_leave_out(run, "log", SET_LOG_FILE, need);
        return 0;
    }
    struct nkb_log_scan *scan = nkb_log_scan_begin(&run->arena);
    if (!scan)
        return nkb_err_memory(&run->err);
    code = nkb_trainlog_read_file(path, run_flag(SET_LOG_FILE), nkb_log_scan_take, scan,
                                  &run->arena, &log, &run->err);
    if (code != 0)
        return code;
    run_add_file(run, "log-file", path, stat(path, &st) == 0 ? (int64_t)st.st_size : 0);
    nkb_value_put(
        &run->arena, run->metrics, "log",
        nkb_log_metrics(&run->arena, &log, nkb_log_scan_end(scan, &log), path, run->diagnostics));
    return 0;
}

/* Value v at a key of the YAML cannot be used. */
static int refuse_value(nkb_run *run, const struct nkb_value *v, const char *key,
                        const char *expected)
{
    char shown[NKB_SHOWN_BYTES], number[NKB_NUM_TEXT_BYTES];
    const char *path = run->settings[SET_CONFIG].value, *is = nkb_kind_name(v->kind);

    if (v->kind == NKB_ABSENT)
        return nkb_err_set(&run->err, NKB_EINPUT, "%s:%u:%u: '%s' has no value: %s", path, v->line,
                           v->column, key, v->note && v->note->why ? v->note->why : "not resolved");
    if (v->kind == NKB_STRING) {
        is = nkb_arena_printf(&run->arena, "the text \"%s\"", nkb_show(v->as.string, shown));
    } else if (v->kind == NKB_INT) {
        is = nkb_arena_printf(&run->arena, "%lld", (long long)v->as.integer);
    } else if (v->kind == NKB_FLOAT && nkb_format_double(v->as.number, number) > 0) {
        is = nkb_arena_string(&run->arena, number);
    } else if (v->kind == NKB_BOOL) {
        is = v->as.boolean ? "true" : "false";
    }
    return nkb_err_set(&run->err, NKB_EINPUT, "%s:%u:%u: '%s' is %s; %s is expected", path, v->line,
                       v->column, key, is ? is : "?", expected);
}

static bool is_number_text(const struct nkb_value *v)
{
    int64_t number;
    return nkb_value_is(v, NKB_STRING) && nkb_parse_i64(v->as.string, &number);
}

static struct nkb_str section_of(const char *key)
{
    return (struct nkb_str){key, (size_t)(strchr(key, '.') - key)};
}

/* Where a count is from, and its key when that is the config. */
struct origin {
    const char *text, *key;
};

/* A count at a key "section.name" of the YAML. 1: there; 0: not there; negative: refused. */
static int config_count(nkb_run *run, const struct nkb_value *config, const char *key, int64_t *out,
                        struct origin *origin)
{
    struct nkb_str section = section_of(key);
    const struct nkb_value *around = nkb_value_find(config, section);

    if (!around || around->kind == NKB_NULL)
        return 0;
    if (around->kind != NKB_OBJECT)
        return refuse_value(run, around,
                            nkb_arena_printf(&run->arena, "%.*s", (int)section.len, section.ptr),
                            "a mapping");
    const struct nkb_value *v = nkb_value_get(around, key + section.len + 1);
    if (!v || v->kind == NKB_NULL)
        return 0;

    double number = 0;
    if (!nkb_value_number(v, &number) || floor(number) != number || number <= 0)
        return refuse_value(run, v, key,
                            !is_number_text(v) ? "a whole number above 0"
                            : v->as.string.ptr[0] == '0'
                                ? "a whole number above 0 without a leading 0"
                                : "a whole number above 0 without quotes");
    if (number > MAX_COUNT)
        return refuse_value(run, v, key, "a whole number from 1 to 2147483647");
    *out = (int64_t)number;
    origin->text = nkb_arena_printf(&run->arena, "%s: %s", run->settings[SET_CONFIG].value, key);
    origin->key = key;
    return 1;
}

static const char *closest_key(const struct nkb_value *object, struct nkb_str name)
{
    enum { LOOKED_AT = 256 };
    const char *keys[LOOKED_AT];
    size_t count = 0;
    for (; count < object->as.items.count && count < LOOKED_AT; count++)
        keys[count] = object->as.items.at[count].key.ptr;
    return nkb_suggest(name, keys, count);
}

/* For messages on a key that is not there: names the one that seems to be meant for it, "" if none
 * does. A wrong letter would else choose another length in silence. */
static const char *misspelled(nkb_run *run, const struct nkb_value *config, const char *key)
{
    struct nkb_str section = section_of(key);
    const struct nkb_value *around = nkb_value_find(config, section);
    const char *name = NULL, *text = NULL, *key_name = key + section.len + 1;
    char shown[NKB_SHOWN_BYTES];

    if (nkb_value_get(config, key))
        text = nkb_arena_printf(&run->arena, " (though '%s' is one key; write '%s' below '%.*s:')",
                                key, key_name, (int)section.len, section.ptr);
    else if (!around)
        name = closest_key(config, section);
    else if (around->kind == NKB_OBJECT && !nkb_value_get(around, key_name))
        name = closest_key(around, nkb_str_from(key_name));
    if (name)
        text = nkb_arena_printf(&run->arena, " (though there is '%.*s%s')",
                                around ? (int)section.len + 1 : 0, key,
                                nkb_show(nkb_str_from(name), shown));
    return text ? text : "";
}

/* The flag, else the first of keys that is there. 1, 0 or negative as config_count. */
static int choose_count(nkb_run *run, enum setting_id flag, const struct nkb_value *config,
                        const char *const *keys, int64_t *out, struct origin *origin)
{
    if (run->settings[flag].value) {
        *out = run_count(run, flag);
        origin->text = run->settings[flag].origin;
        return 1;
    }
    size_t i = 0;
    int found = config_count(run, config, keys[0], out, origin);
    while (found == 0 && keys[++i])
        found = config_count(run, config, keys[i], out, origin);
    if (found > 0 && i > 0) {
        const char *though = misspelled(run, config, keys[0]);
        if (*though)
            run_diagnose(run, true, "%s: no '%s'%s; '%s' is taken", run->settings[SET_CONFIG].value,
                         keys[0], though, keys[i]);
    }
    return found;
}

static void choose_throughput(nkb_run *run, struct nkb_training_inputs *in)
{
    const struct nkb_value *mean = nkb_value_path(run->metrics, "log.throughput.mean");

    if (run->settings[SET_THROUGHPUT].value) {
        in->throughput_seq_per_s = run_number(run, SET_THROUGHPUT);
        in->throughput_source = "flag";
        in->throughput_origin = run->settings[SET_THROUGHPUT].origin;
    } else if (nkb_value_number(mean, &in->throughput_seq_per_s) && in->throughput_seq_per_s > 0) {
        in->throughput_source = "log";
        in->throughput_origin = nkb_arena_printf(&run->arena, "%s: mean of throughput",
                                                 run->settings[SET_LOG_FILE].value);
    } else {
        in->throughput_seq_per_s = ASSUMED_THROUGHPUT_SEQ_PER_S;
        in->throughput_source = "assumed";
        in->throughput_origin = "assumed";
        run_diagnose(run, true,
                     "throughput assumed 2.1 seq/s: the log has none and --throughput was not "
                     "given; MFU and "
                     "the training score mean nothing");
    }
}

struct origins {
    struct origin batch_size, seq_len, num_nodes;
};

static int training_inputs(nkb_run *run, const struct nkb_value *config,
                           struct nkb_training_inputs *in, struct origins *from)
{
    static const char *const batch_keys[] = {"data.global_batch_size", NULL};
    static const char *const length_keys[] = {"data.seq_length", "model.encoder_seq_length", NULL};
    static const char *const node_keys[] = {"trainer.num_nodes", NULL};
    const char *path = run->settings[SET_CONFIG].value;

    int found =
        choose_count(run, SET_BATCH_SIZE, config, batch_keys, &in->batch_size, &from->batch_size);
    if (found == 0)
        return nkb_err_set(&run->err, NKB_EINPUT,
                           "%s: no '%s'%s; set it there or give --batch-size N", path,
                           batch_keys[0], misspelled(run, config, batch_keys[0]));
    if (found > 0)
        found = choose_count(run, SET_SEQ_LEN, config, length_keys, &in->seq_len, &from->seq_len);
    if (found == 0)
        return nkb_err_set(&run->err, NKB_EINPUT,
                           "%s: neither '%s'%s nor '%s'; set one there or give --seq-len N", path,
                           length_keys[0], misspelled(run, config, length_keys[0]), length_keys[1]);
    if (found > 0)
        found =
            choose_count(run, SET_NUM_NODES, config, node_keys, &in->num_nodes, &from->num_nodes);
    if (found < 0)
        return found;
    if (found == 0) {
        const char *though = misspelled(run, config, node_keys[0]);
        if (*though)
            run_diagnose(run, true, "%s: no '%s'%s; 1 node is assumed", path, node_keys[0], though);
        in->num_nodes = 1;
        from->num_nodes.text = "default";
    }
    in->batch_size_origin = from->batch_size.text;
    in->seq_len_origin = from->seq_len.text;
    in->num_nodes_origin = from->num_nodes.text;
    return 0;
}

/* What was read as it stands has its place; what was computed has its formula. */
static void locate(nkb_run *run, struct nkb_value *training, const struct nkb_training_inputs *in,
                   const struct origins *from)
{
    const struct {
        const char *name, *key;
    } counts[] = {{"batch_size", from->batch_size.key},
                  {"seq_len", from->seq_len.key},
                  {"num_nodes", from->num_nodes.key}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        if (counts[i].key)
            nkb_value_locate(&run->arena, nkb_value_get(training, counts[i].name),
                             run->settings[SET_CONFIG].value, counts[i].key);
    if (strcmp(in->throughput_source, "log") == 0)
        nkb_value_locate(&run->arena, nkb_value_get(training, "throughput_seq_per_s"),
                         run->settings[SET_LOG_FILE].value, "mean of throughput");
    nkb_value_locate(&run->arena, nkb_value_get(training, "flops_per_seq"), in->model_config_path,
                     NULL);
}

/* The same run's MFU by each FLOP model: they differ by a fifth, so whoever compares wants to see.
 */
static void add_other_models(nkb_run *run, const struct nkb_value *model,
                             const struct nkb_training_inputs *in, struct nkb_value *training)
{
    struct nkb_value *group = nkb_metric_group(&run->arena, training, "mfu_by_model");
    size_t count;
    const char *const *models = nkb_flops_models(&count);

    for (size_t i = 0; group && i < count; i++) {
        struct nkb_training_inputs other = *in;
        struct nkb_flops flops;
        struct nkb_err why;
        if (nkb_flops_per_seq(models[i], model, in->model_config_path, in->seq_len, &run->arena,
                              &flops, &why) != 0) {
            nkb_metric_absent(&run->arena, group, models[i], why.text);
            continue;
        }
        other.flops = &flops;
        struct nkb_value *metrics = nkb_training_metrics(&run->arena, &other);
        nkb_value_put(&run->arena, group, models[i], nkb_value_get(metrics, "mfu_percent"));
    }
}

static int measure_training(nkb_run *run, const struct nkb_value *config,
                            const struct nkb_value *model)
{
    struct nkb_training_inputs in = {0};
    struct origins from = {0};
    struct nkb_flops flops;
    const char *model_path = run->settings[SET_MODEL_CONFIG].value;

    int code = training_inputs(run, config, &in, &from);
    if (code == 0)
        code = nkb_flops_per_seq(run->settings[SET_FLOP_MODEL].value, model, model_path, in.seq_len,
                                 &run->arena, &flops, &run->err);
    if (code != 0)
        return code;
    for (size_t i = 0; nkb_value_is(flops.notes, NKB_ARRAY) && i < flops.notes->as.items.count; i++)
        run_diagnose(run, true, "%s", flops.notes->as.items.at[i].value->as.string.ptr);
    choose_throughput(run, &in);
    in.flops = &flops;
    in.model_config_path = model_path;
    in.peak = nkb_peak_find(run->settings[SET_HW_BACKEND].value);
    in.hw_backend_origin = run->settings[SET_HW_BACKEND].origin;
    struct nkb_value *training = nkb_training_metrics(&run->arena, &in);
    if (!training)
        return nkb_err_memory(&run->err);
    locate(run, training, &in, &from);
    add_other_models(run, model, &in, training);
    nkb_value_put(&run->arena, run->metrics, "training", training);
    return 0;
}

int run_measure_training(nkb_run *run, const struct run_training_needs *needs)
{
    struct nkb_value *config = NULL, *model = NULL;
    enum need training = needs->training;

    int code =
        measure_document(run, SET_CONFIG, stronger(training, needs->config), "config", &config);
    if (code == 0)
        code = measure_document(run, SET_MODEL_CONFIG, stronger(training, needs->model), "model",
                                &model);
    if (code == 0)
        code = measure_log(run, stronger(training, needs->log));
    if (code != 0)
        return code;

    if (training == NEED_NONE || !config || !model) {
        run_leave_out(run, "training", config ? SET_MODEL_CONFIG : SET_CONFIG, training);
        return 0;
    }
    code = measure_training(run, config, model);
    if (code == NKB_EINPUT &&
        training == NEED_OPTIONAL) { /* then its reason is what can be shown */
        nkb_metric_absent(&run->arena, run->metrics, "training", run->err.text);
        run->err.code = 0;
        code = 0;
    }
    return code;
}
