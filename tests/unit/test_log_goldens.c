/* The figures upstream's log_metrics hold, against upstream's own parse of the same logs: count,
 * min, max, first and last of each list. Where we differ upstream misreads; each such list is named
 * here with the reason, and must differ. Also the logs of tests/data/logs, whole. */
#include "trainlog_case.h"
#include "tsv.h"

#include "analyze/steps.h"
#include "input/document.h"

enum { LOSSES = 1, THROUGHPUT = 2, STEP_TIMES = 4, STEPS = 8, TIMES = 16, ALL = 31 };

static const struct {
    const char *log;
    unsigned lists;
    const char *why;
} differences[] = {
    {"public/logs/bionemo2_pipe.log", LOSSES | STEP_TIMES | STEPS,
     "'key: value |' lines are not read"},
    {"public/logs/bionemo_scinot.log", STEPS, "global_step=3.1e+4 is read as 3"},
    {"public/logs/dgxc_nemo.log", STEP_TIMES, "'train_step_timing in s' is not read"},
    {"public/logs/hyperpod_prefixed_glued.log", THROUGHPUT | STEP_TIMES, "nor is samples/sec"},
    {"public/logs/nemo1_eks_cr_overwrite.log", STEP_TIMES | STEPS, "global_step=2e+3 is read as 2"},
    {"public/logs/nemo1_gpt3_126m.log", TIMES, "a timestamp behind '[NeMo I' is not seen"},
    {"public/logs/neuron_bert.log", LOSSES | THROUGHPUT | TIMES,
     "'key : value' lines are not read"},
    {"public/logs/nnm_llama2_pretrain.log", STEP_TIMES, "iteration_time is not read"},
    {"own/runs/scientific_log/train.log", STEPS, "global_step=3.1e+4 is read as 3"},
    {"own/runs/impossible_mfu/train.log", STEPS, "global_step=3.1e+4 is read as 3"},
    {"own/runs/dotted_number_log/train.log", ALL, "throughput=1.5.2 stops it"},
    {"own/runs/latin1_log/train.log", ALL, "a byte that is not UTF-8 stops it"},
};

static unsigned expected_differences(const char *log)
{
    for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
        if (strcmp(differences[i].log, log) == 0)
            return differences[i].lists;
    return 0;
}

static bool same_number(const struct nkb_value *ours, const struct nkb_value *theirs)
{
    double a, b;
    return nkb_value_number(ours, &a) && nkb_value_number(theirs, &b) && a == b;
}

/* Is our group what the golden's list says? A mean is compared where upstream sums left to right.
 */
static bool same_list(const struct nkb_value *ours, const struct nkb_value *theirs)
{
    const struct nkb_items *list = &theirs->as.items;
    const struct nkb_value *least, *most;
    double sum = 0, v = 0, average;
    if (nkb_value_get(ours, "count")->as.integer != (int64_t)list->count)
        return false;
    if (list->count == 0)
        return true;
    least = most = list->at[0].value;
    for (size_t i = 0; i < list->count; i++) {
        double low, high;
        nkb_value_number(list->at[i].value, &v);
        nkb_value_number(least, &low);
        nkb_value_number(most, &high);
        sum += v;
        if (v < low)
            least = list->at[i].value;
        if (v > high)
            most = list->at[i].value;
    }
    const struct nkb_value *first = nkb_value_get(ours, "first"),
                           *last = nkb_value_get(ours, "last");
    if (first && !same_number(first, list->at[0].value))
        return false;
    if (last && !same_number(last, list->at[list->count - 1].value))
        return false;
    if (nkb_value_number(nkb_value_get(ours, "average"), &average) &&
        average != sum / (double)list->count)
        return false;
    return !nkb_value_get(ours, "min") || (same_number(nkb_value_get(ours, "min"), least) &&
                                           same_number(nkb_value_get(ours, "max"), most));
}

static bool same_text(const struct nkb_value *ours, const struct nkb_value *theirs)
{
    if (!nkb_value_is(ours, NKB_STRING) || !nkb_value_is(theirs, NKB_STRING))
        return nkb_value_is(ours, NKB_ABSENT) && nkb_value_is(theirs, NKB_NULL);
    return nkb_str_equal(ours->as.string, theirs->as.string);
}

static unsigned compare(const struct nkb_value *upstream, const struct nkb_value *golden)
{
    const struct nkb_value *times = nkb_value_get(upstream, "timestamps");
    unsigned differ = 0;
    if (!same_list(nkb_value_get(upstream, "losses"), nkb_value_get(golden, "losses")))
        differ |= LOSSES;
    if (!same_list(nkb_value_get(upstream, "throughput"), nkb_value_get(golden, "throughputs")))
        differ |= THROUGHPUT;
    if (!same_list(nkb_value_get(upstream, "step_times"), nkb_value_get(golden, "step_times")))
        differ |= STEP_TIMES;
    if (!same_list(nkb_value_get(upstream, "steps"), nkb_value_get(golden, "steps")))
        differ |= STEPS;
    if (!same_text(nkb_value_get(times, "first"), nkb_value_get(golden, "first_timestamp")) ||
        !same_text(nkb_value_get(times, "last"), nkb_value_get(golden, "last_timestamp")))
        differ |= TIMES;
    return differ;
}

/* "public/logs/x.log" -> "logs/x.json", "own/runs/RUN/…" -> "logs/own_RUN.json". */
static struct nkb_value *read_golden(struct nkb_arena *arena, const char *goldens, const char *log)
{
    struct nkb_buf bytes = NKB_BUF_INIT;
    struct nkb_err err = {0};
    struct nkb_value *golden = NULL;
    const char *run = log + strlen("own/runs/"), *file = log + strlen("public/logs/");
    const char *path =
        strncmp(log, "own/", 4) == 0
            ? nkb_arena_printf(arena, "%s/logs/own_%.*s.json", goldens, (int)strcspn(run, "/"), run)
            : nkb_arena_printf(arena, "%s/logs/%.*s.json", goldens, (int)(strlen(file) - 4), file);
    if (nkb_file_read(path, NULL, 1u << 24, &bytes, &err) != 0 ||
        nkb_json_read(nkb_buf_str(&bytes), path, arena, &golden, &err) != 0)
        fail_msg("%s", err.text);
    nkb_buf_free(&bytes);
    return golden;
}

static void upstream_lists_are_equal_where_upstream_reads_right(void **state)
{
    const char *goldens = tsv_root("GOLDENS"), *corpus = tsv_root("CORPUS");
    struct tsv t = tsv_open(goldens, "logs.tsv");
    size_t differing = 0;
    (void)state;
    while (tsv_next(&t)) {
        const char *log = tsv_get(&t, "file") + strlen("corpus/");
        struct log_case c;
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", corpus, log);
        log_file(&c, path);
        const struct nkb_value *m = log_metrics(&c, log, NULL);
        unsigned differ = ALL;
        if (!*tsv_get(&t, "error"))
            differ = compare(nkb_value_get(m, "upstream"), read_golden(&c.arena, goldens, log));
        if (differ != expected_differences(log))
            fail_msg("%s: lists %u differ, expected %u", log, differ, expected_differences(log));
        differing += differ != 0;
        log_free(&c);
    }
    assert_true(t.rows > 40);
    assert_int_equal(differing, sizeof differences / sizeof *differences);
    tsv_close(&t);
}

/* One value a step, so that count and mean need no golden but the log. */
static void logs_of_our_own(void **state)
{
    static const struct {
        const char *log, *path;
        double value;
    } figures[] = {
        {"two_epochs", "records", 44},
        {"two_epochs", "steps.count", 40},
        {"two_epochs", "steps.last", 39},
        {"two_epochs", "epochs", 2},
        {"two_epochs", "runs", 1},
        {"two_epochs", "throughput.count", 40},
        {"two_epochs", "throughput.first", 1.51},
        {"two_epochs", "throughput.steady.count", 39},
        {"two_epochs", "throughput_peak.max", 2.12},
        {"two_epochs", "learning_rate.last", 0.0003},
        {"two_epochs", "step_time_s.count", 4},
        {"two_epochs", "step_time_s.max", 30.829},
        {"two_epochs", "duration_s", 1271.622},
        {"two_epochs", "unknown_lines", 0},
        {"two_epochs", "upstream.throughput.count", 33},
        {"terminal", "records", 61},
        {"terminal", "steps.count", 31},
        {"terminal", "loss.first", 3.36},
        {"terminal", "loss.last", 2.96},
        {"terminal", "unknown_lines", 0},
        {"terminal", "upstream.losses.count", 24},
        {"scientific", "steps.count", 24},
        {"scientific", "steps.first", 10900},
        {"scientific", "steps.last", 10923},
        {"scientific", "loss.count", 23},
        {"scientific", "loss.nonfinite", 1},
        {"scientific", "gradient_norm.nonfinite", 1},
        {"scientific", "learning_rate.first", 2.73e-5},
        {"scientific", "consumed_samples.last", 1.59e7},
        {"scientific", "upstream.steps.last", 31000},
        {"bert", "steps.count", 4},
        {"bert", "epochs", 2},
        {"bert", "runs", 1},
        {"bert", "loss.mean", 11.125},
        {"bert", "throughput.steady.mean", 4504.0 / 3},
        {"bert", "learning_rate.min", 2.5e-6},
        {"bert", "duration_s", 18},
        {"nemo2", "steps.count", 3},
        {"nemo2", "loss.mean", 9.25},
        {"nemo2", "step_time_s.steady.mean", 1.375},
        {"nemo2", "duration_s", 6},
    };
    (void)state;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        struct log_case c;
        char path[128];
        double v = -1;
        snprintf(path, sizeof path, "tests/data/logs/%s.log", figures[i].log);
        log_file(&c, path);
        const struct nkb_value *m = log_metrics(&c, path, NULL);
        if (!nkb_value_number(nkb_value_path(m, figures[i].path), &v) || v != figures[i].value)
            fail_msg("%s: %s is %g, not %g", path, figures[i].path, v, figures[i].value);
        log_free(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logs_of_our_own),
        cmocka_unit_test(upstream_lists_are_equal_where_upstream_reads_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
