/* --training-metrics: m.training and m.hlo from a training output that an earlier run saved (ours, or
 * upstream's benchmark_finetuning.json), for scoring inference again without the training's files. Asked for
 * by name only: a file that merely lies there is never taken. What it does not hold is absent. */
#include "run.h"

#include <stdio.h>

#include "base/num.h"

struct saved {
    nkb_run *run;
    const char *path;
    const struct nkb_value *tree;
};

static const char *source_of(const struct saved *saved, const char *key)
{
    return nkb_arena_printf(&saved->run->arena, "%s: %s", saved->path, key);
}

static int wrong_kind(const struct saved *saved, const char *key, const struct nkb_value *v,
                      const char *expected)
{
    return nkb_err_set(&saved->run->err, NKB_EINPUT, "%s: '%s' is %s; %s is expected", saved->path, key,
                       nkb_kind_name(v->kind), expected);
}

/* Copy one value; a number where is_count is a whole one. */
static int take(const struct saved *saved, struct nkb_value *group, const char *name, const char *key,
                const char *unit, bool is_count)
{
    struct nkb_arena *arena = &saved->run->arena;
    const struct nkb_value *v = nkb_value_path(saved->tree, key);
    double number;

    if (!v || v->kind == NKB_NULL) {
        nkb_metric_absent(arena, group, name, nkb_arena_printf(arena, "%s has no '%s'", saved->path, key));
        return 0;
    }
    if (v->kind == NKB_STRING && !unit) {
        nkb_metric_string(arena, group, name, v->as.string, source_of(saved, key));
        return 0;
    }
    if (is_count && v->kind != NKB_INT)
        return wrong_kind(saved, key, v, "a whole number");
    if (!nkb_value_number(v, &number))
        return wrong_kind(saved, key, v, "a number");
    if (number < 0)
        return nkb_err_set(&saved->run->err, NKB_EINPUT, "%s: '%s' is below 0", saved->path, key);
    if (v->kind == NKB_INT)
        nkb_metric_int(arena, group, name, v->as.integer, unit, source_of(saved, key));
    else
        nkb_metric_float(arena, group, name, number, unit, source_of(saved, key));
    nkb_value_locate(arena, nkb_value_get(group, name), saved->path, key);
    return 0;
}

struct field {
    const char *name, *key, *unit;
    bool is_count;
};

static int take_all(const struct saved *saved, struct nkb_value *group, const struct field *fields,
                    size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int code = take(saved, group, fields[i].name, fields[i].key, fields[i].unit, fields[i].is_count);
        if (code != 0)
            return code;
    }
    return 0;
}

static int take_training(const struct saved *saved)
{
    static const struct field fields[] = {
        {"mfu_percent", "mfu_percent", "%", false},
        {"throughput_seq_per_s", "throughput_seq_per_sec", "seq/s", false},
        {"tflops_per_node", "throughput_tflops_per_node", "TFLOP/s", false},
        {"seq_per_s_per_node", "seq_per_second_per_node", "seq/s", false},
        {"s_per_batch", "time_per_batch_seconds", "s", false},
        {"batch_size", "batch_size", "seq", true},
        {"seq_len", "sequence_length", "tokens", true},
        {"num_nodes", "num_nodes", "nodes", true},
        {"hw_backend", "hardware_backend", NULL, false},
        {"tflops_per_seq", "tflops_per_second", "TFLOP/seq", false},
    };
    struct nkb_arena *arena = &saved->run->arena;
    struct nkb_value *training = nkb_metric_group(arena, saved->run->metrics, "training");
    nkb_metric_text(arena, training, "throughput_source", "saved", saved->path);
    nkb_metric_absent(arena, training, "flops_per_seq", "a saved training output does not hold it");
    nkb_metric_absent(arena, training, "peak_tflops_per_node", "a saved training output does not hold it");
    nkb_metric_absent(arena, training, "flop_model", "a saved training output does not hold it");
    return take_all(saved, training, fields, sizeof fields / sizeof fields[0]);
}

static int take_hlo(const struct saved *saved)
{
    static const struct field counts[] = {
        {"files", "nki_analysis.summary.total_files", "files", true},
        {"failed", "nki_analysis.summary.failed_analyses", "files", true},
    };
    static const struct field totals[] = {
        {"macs", "nki_analysis.summary.total_hlo_macs", "MAC", true},
        {"nki_macs", "nki_analysis.summary.total_nki_macs", "MAC", true},
        {"nki_ratio", "nki_analysis.summary.overall_nki_ratio", "", false},
        {"mean_ratio", "nki_analysis.summary.average_nki_ratio", "", false},
        {"min_ratio", "nki_analysis.summary.min_nki_ratio", "", false},
        {"max_ratio", "nki_analysis.summary.max_nki_ratio", "", false},
    };
    static const char *const lost[] = {"executed", "xla"};
    static const char *const lists[] = {"modules", "kernels", "ops"};
    struct nkb_arena *arena = &saved->run->arena;
    struct nkb_value *hlo = nkb_metric_group(arena, saved->run->metrics, "hlo");

    int code = take_all(saved, hlo, counts, sizeof counts / sizeof counts[0]);
    if (code == 0)
        code = take_all(saved, nkb_metric_group(arena, hlo, "static"), totals,
                        sizeof totals / sizeof totals[0]);
    for (size_t i = 0; i < sizeof lost / sizeof lost[0]; i++)
        nkb_metric_absent(arena, hlo, lost[i], "a saved training output does not hold it");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        nkb_metric_list(arena, hlo, lists[i]);
    return code;
}

int run_measure_saved(nkb_run *run)
{
    struct saved saved = {run, run->settings[SET_TRAINING_METRICS].value, NULL};
    struct nkb_value *tree = NULL;

    if (!run_exists(saved.path))
        return run_missing(run, SET_TRAINING_METRICS);
    int code = run_read_document(run, SET_TRAINING_METRICS, saved.path, &tree);
    if (code != 0)
        return code;
    saved.tree = tree;
    if (!nkb_value_path(tree, "nki_analysis.summary") || !nkb_value_get(tree, "mfu_percent"))
        return nkb_err_set(&run->err, NKB_EINPUT,
                           "%s: no training output; 'mfu_percent' and 'nki_analysis.summary', as in "
                           "benchmark_finetuning.json, are expected (--training-metrics)",
                           saved.path);
    code = take_training(&saved);
    if (code == 0)
        code = take_hlo(&saved);
    if (code == 0)
        run_diagnose(run, false, "training and HLO metrics are those saved in %s; nothing was measured",
                     saved.path);
    return code;
}
