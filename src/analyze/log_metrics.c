/* m.log: the figures of a training log with unit, source and the reason of what is absent, and the
 * diagnostics that say what each oddity of the log does to the numbers. */
#include <inttypes.h>

#include "analyze/steps.h"

enum { MOST_ALIASES = 3 };

/* A metric and the keys it may stand under, the better first: the one any step carries is taken,
 * else the one any line does. NeMo's `loss` is a running mean, its reduced_train_loss the step's
 * own. */
struct metric {
    const char *name, *unit;
    int alias_count;
    enum nkb_log_key aliases[MOST_ALIASES];
};

static const struct metric metrics[] = {
    {"loss", NULL, 3, {NKB_LOG_REDUCED_TRAIN_LOSS, NKB_LOG_STEP_LOSS, NKB_LOG_LOSS}},
    {"throughput", "seq/s", 2, {NKB_LOG_THROUGHPUT, NKB_LOG_SAMPLES_PER_SEC}},
    {"throughput_peak", "seq/s", 1, {NKB_LOG_THROUGHPUT_PEAK}},
    {"learning_rate", NULL, 1, {NKB_LOG_LEARNING_RATE}},
    {"gradient_norm", NULL, 1, {NKB_LOG_GRADIENT_NORM}},
    {"step_time_s", "s", 3, {NKB_LOG_TRAIN_STEP_TIMING, NKB_LOG_ITERATION_TIME, NKB_LOG_STEP_TIME}},
    {"parameter_norm", NULL, 1, {NKB_LOG_PARAMETER_NORM}},
    {"val_loss", NULL, 1, {NKB_LOG_VAL_LOSS}},
};
enum { LOSS, THROUGHPUT, STEP_TIME = 5, METRIC_COUNT = sizeof metrics / sizeof *metrics };

static const char *const key_names[NKB_LOG_KEY_COUNT] = {
    [NKB_LOG_LEARNING_RATE] = "lr",
    [NKB_LOG_REDUCED_TRAIN_LOSS] = "reduced_train_loss",
    [NKB_LOG_STEP_LOSS] = "step_loss",
    [NKB_LOG_LOSS] = "loss",
    [NKB_LOG_VAL_LOSS] = "val_loss",
    [NKB_LOG_THROUGHPUT] = "throughput",
    [NKB_LOG_SAMPLES_PER_SEC] = "samples/sec",
    [NKB_LOG_THROUGHPUT_PEAK] = "throughput_peak",
    [NKB_LOG_GRADIENT_NORM] = "gradient_norm",
    [NKB_LOG_PARAMETER_NORM] = "parameter_norm",
    [NKB_LOG_TRAIN_STEP_TIMING] = "train_step_timing in s",
    [NKB_LOG_ITERATION_TIME] = "iteration_time",
    [NKB_LOG_STEP_TIME] = "step_time",
};

struct maker {
    struct nkb_arena *arena;
    const struct nkb_trainlog *log;
    const struct nkb_log_steps *steps;
    const char *path;
    struct nkb_value *diagnostics;
};

static void say(const struct maker *m, bool is_warning, const char *text)
{
    struct nkb_value *entry = nkb_value_object(m->arena);
    if (!text)
        return;
    nkb_value_put(m->arena, entry, "text", nkb_value_text(m->arena, text));
    nkb_value_put(m->arena, entry, "warning", nkb_value_bool(m->arena, is_warning));
    nkb_value_append(m->arena, m->diagnostics, entry);
}

static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

/* The key a metric is read from in the last run. */
static const struct nkb_log_stat *choose(const struct maker *m, const struct metric *metric,
                                         enum nkb_log_key *key_out, bool *is_placed)
{
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < metric->alias_count; i++) {
            enum nkb_log_key key = metric->aliases[i];
            const struct nkb_log_stat *stat = nkb_log_stat_of(m->steps, key);
            bool placed = stat == &m->steps->placed[key];
            if (stat && (placed || pass == 1)) {
                *key_out = key;
                *is_placed = placed;
                return stat;
            }
        }
    return NULL;
}

static const char *unit_of(const struct metric *metric, enum nkb_log_key key)
{
    return key == NKB_LOG_SAMPLES_PER_SEC ? "samples/sec" : metric->unit;
}

static const char *absent_reason(const struct maker *m, const struct metric *metric)
{
    if (m->log->records == 0)
        return "no training record was recognised in the log";
    return nkb_arena_printf(m->arena, "the log%s has no %s",
                            m->steps->runs > 1 ? "'s last run" : "", metric->name);
}

static void put_absent(const struct maker *m, struct nkb_value *group, const char *const *names,
                       const char *why)
{
    for (; *names; names++)
        nkb_metric_absent(m->arena, group, *names, why ? why : "out of memory");
}

static void say_nonfinite(const struct maker *m, const struct nkb_log_stat *stat, const char *key,
                          const char *what)
{
    const char *rest = "it has no figures";
    if (stat->count > 0)
        rest = nkb_arena_printf(m->arena, "its figures are of the other %" PRId64, stat->count);
    say(m, true,
        nkb_arena_printf(m->arena, "%s: %s is nan or infinite in %" PRId64 " %s%s; %s", m->path,
                         key, stat->nonfinite, what, plural(stat->nonfinite), rest ? rest : ""));
}

static void put_metric(const struct maker *m, struct nkb_value *root, const struct metric *metric)
{
    static const char *const figures[] = {"mean", "min", "max", "first", "last", NULL};
    static const char *const mean[] = {"mean", NULL};
    struct nkb_arena *a = m->arena;
    struct nkb_value *group = nkb_metric_group(a, root, metric->name);
    const struct nkb_log_stat none = {0}, *stat;
    enum nkb_log_key key = metric->aliases[0];
    bool placed = true;
    const char *why = NULL, *source = NULL;

    stat = choose(m, metric, &key, &placed);
    const char *unit = unit_of(metric, key);
    if (stat) {
        int64_t count = stat->count + stat->nonfinite;
        source = nkb_arena_printf(a, "%s: %s, %" PRId64 " %s%s", m->path, key_names[key], count,
                                  placed ? "step" : "line", plural(count));
        if (stat->count == 0)
            why = "every value is nan or infinite";
    } else {
        stat = &none;
        why = absent_reason(m, metric);
    }

    if (stat->count > 0) {
        nkb_metric_float(a, group, "mean", stat->sum / (double)stat->count, unit, source);
        nkb_metric_float(a, group, "min", stat->min, unit, source);
        nkb_metric_float(a, group, "max", stat->max, unit, source);
        nkb_metric_float(a, group, "first", stat->first, unit, source);
        nkb_metric_float(a, group, "last", stat->last, unit, source);
    } else {
        put_absent(m, group, figures, why);
    }
    nkb_metric_int(a, group, "count", stat->count, NULL, source);
    nkb_metric_int(a, group, "nonfinite", stat->nonfinite, NULL, source);

    struct nkb_value *steady = nkb_metric_group(a, group, "steady");
    if (stat->steady_count > 0)
        nkb_metric_float(a, steady, "mean", stat->steady_sum / (double)stat->steady_count, unit,
                         source);
    else
        put_absent(m, steady, mean, stat->count > 0 ? "there is no step after the first" : why);
    nkb_metric_int(a, steady, "count", stat->steady_count, NULL, source);

    struct nkb_value *series = nkb_metric_list(a, group, "series");
    nkb_value_annotate(a, series, unit, source, NULL);
    for (uint32_t i = 0; i < stat->series_count; i++)
        nkb_value_append(a, series, nkb_value_float(a, stat->series[i]));
    nkb_metric_int(a, group, "series_every", stat->series_every ? stat->series_every : 1, NULL,
                   source);
    nkb_value_locate_all(a, group, m->path, key_names[key]);

    if (stat->nonfinite > 0)
        say_nonfinite(m, stat, key_names[key], placed ? "step" : "line");
}

/* 400 years have 146097 days; a year of the reckoning begins in March (see input/trainlog_time.c).
 */
static const char *stamp_text(struct nkb_arena *arena, int64_t us)
{
    int64_t seconds = us / 1000000 - (us % 1000000 < 0), days = seconds / 86400;
    int64_t clock = seconds % 86400;
    if (clock < 0) {
        clock += 86400;
        days--;
    }
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097, day = days - era * 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    int64_t month = (5 * day + 2) / 153;
    day -= (153 * month + 2) / 5;
    month += month < 10 ? 3 : -9;
    year += era * 400 + (month <= 2);
    return nkb_arena_printf(arena, "%04d-%02d-%02d %02d:%02d:%02d", (int)year, (int)month,
                            (int)day + 1, (int)(clock / 3600), (int)(clock / 60 % 60),
                            (int)(clock % 60));
}

static void put_stamp(const struct maker *m, struct nkb_value *group, const char *name, bool has,
                      int64_t us, const char *why)
{
    const char *text = has ? stamp_text(m->arena, us) : NULL;
    if (text)
        nkb_metric_text(m->arena, group, name, text, m->path);
    else
        nkb_metric_absent(m->arena, group, name, why);
}

static void put_times(const struct maker *m, struct nkb_value *root)
{
    const struct nkb_log_steps *s = m->steps;
    const char *why =
        s->runs > 1 ? "the log's last run has no timestamp" : "the log has no timestamp";
    put_stamp(m, root, "first_timestamp", s->has_time, s->first_time_us, why);
    put_stamp(m, root, "last_timestamp", s->has_time, s->last_time_us, why);

    int64_t us = s->last_time_us - s->first_time_us;
    if (s->has_time && us > 0) {
        nkb_metric_float(m->arena, root, "duration_s", (double)us / 1e6, "s", m->path);
        return;
    }
    if (s->has_time)
        why = us < 0 ? "the log's last timestamp is before its first"
                     : "the log has only one point in time";
    nkb_metric_absent(m->arena, root, "duration_s", why);
}

static void put_steps(const struct maker *m, struct nkb_value *root)
{
    static const char *const ends[] = {"first", "last", NULL};
    const struct nkb_log_steps *s = m->steps;
    struct nkb_arena *a = m->arena;
    struct nkb_value *group = nkb_metric_group(a, root, "steps");
    const char *source = nkb_arena_printf(a, "%s: %s", m->path,
                                          s->ends_are_positions ? "bar position" : "global_step");

    nkb_metric_int(a, group, "count", s->steps, NULL, source);
    if (s->has_ends) {
        nkb_metric_int(a, group, "first", s->first, NULL, source);
        nkb_metric_int(a, group, "last", s->last, NULL, source);
    } else if (m->log->records == 0) {
        put_absent(m, group, ends, "no training record was recognised in the log");
    } else {
        put_absent(m, group, ends, s->why_no_ends);
    }

    if (s->epochs > 0)
        nkb_metric_int(a, root, "epochs", s->epochs, NULL, m->path);
    else
        nkb_metric_absent(a, root, "epochs",
                          m->log->records ? "the log names no epoch"
                                          : "no training record was recognised in the log");
}

static void put_samples(const struct maker *m, struct nkb_value *root)
{
    static const char *const ends[] = {"first", "last", NULL};
    const struct nkb_log_steps *s = m->steps;
    struct nkb_value *group = nkb_metric_group(m->arena, root, "consumed_samples");
    if (s->has_samples) {
        nkb_metric_float(m->arena, group, "first", s->first_samples, NULL, m->path);
        nkb_metric_float(m->arena, group, "last", s->last_samples, NULL, m->path);
    } else {
        put_absent(m, group, ends, "the log has no consumed_samples");
    }
}

static void put_list(const struct maker *m, struct nkb_value *upstream, const char *name,
                     const struct metric *metric, bool with_ends)
{
    static const char *const figures[] = {"average", "min", "max", NULL};
    static const char *const ends[] = {"first", "last", NULL};
    struct nkb_arena *a = m->arena;
    struct nkb_value *group = nkb_metric_group(a, upstream, name);
    const struct nkb_log_list none = {0}, *list = &none;
    const char *unit = metric->unit, *why = absent_reason(m, metric);

    for (int i = 0; i < metric->alias_count && list->count == 0; i++) {
        list = &m->steps->list[metric->aliases[i]];
        unit = unit_of(metric, metric->aliases[i]);
    }
    if (list->count > 0) {
        nkb_metric_float(a, group, "average", list->sum / (double)list->count, unit, m->path);
        nkb_metric_float(a, group, "min", list->min, unit, m->path);
        nkb_metric_float(a, group, "max", list->max, unit, m->path);
        if (with_ends) {
            nkb_metric_float(a, group, "first", list->first, unit, m->path);
            nkb_metric_float(a, group, "last", list->last, unit, m->path);
        }
    } else {
        put_absent(m, group, figures, why);
        if (with_ends)
            put_absent(m, group, ends, why);
    }
    nkb_metric_int(a, group, "count", list->count, NULL, m->path);
}

/* What upstream's log_metrics hold: of the whole file, whatever its runs. */
static void put_upstream(const struct maker *m, struct nkb_value *root)
{
    static const char *const ends[] = {"first", "last", NULL};
    const struct nkb_log_steps *s = m->steps;
    struct nkb_arena *a = m->arena;
    struct nkb_value *upstream = nkb_metric_group(a, root, "upstream");

    struct nkb_value *stamps = nkb_metric_group(a, upstream, "timestamps");
    const char *why = "the log has no timestamp";
    put_stamp(m, stamps, "first", m->log->has_time, m->log->first_time_us, why);
    put_stamp(m, stamps, "last", m->log->has_time, m->log->last_time_us, why);

    struct nkb_value *steps = nkb_metric_group(a, upstream, "steps");
    nkb_metric_int(a, steps, "count", s->seen.count, NULL, m->path);
    if (s->seen.count > 0) {
        nkb_metric_int(a, steps, "first", s->seen.first, NULL, m->path);
        nkb_metric_int(a, steps, "last", s->seen.last, NULL, m->path);
    } else {
        put_absent(m, steps, ends, "the log has no global_step");
    }
    put_list(m, upstream, "step_times", &metrics[STEP_TIME], false);
    put_list(m, upstream, "throughput", &metrics[THROUGHPUT], false);
    put_list(m, upstream, "losses", &metrics[LOSS], true);
}

static void diagnose(const struct maker *m)
{
    const struct nkb_trainlog *log = m->log;
    const struct nkb_log_steps *s = m->steps;
    struct nkb_arena *a = m->arena;

    if (log->records == 0)
        say(m, true,
            nkb_arena_printf(a,
                             "%s: no training record was recognised in %" PRId64
                             " line%s; the log's "
                             "throughput, loss and step figures are absent",
                             m->path, log->lines, plural(log->lines)));
    if (s->throughput_alone)
        say(m, true,
            nkb_arena_printf(
                a, "%s: no training step in it: its throughput lines may be of another kind",
                m->path));
    if (s->runs > 1)
        say(m, true,
            nkb_arena_printf(a,
                             "%s: %" PRId64
                             " runs in one log; the figures are the last run's, %" PRId64 " step%s",
                             m->path, s->runs, s->steps, plural(s->steps)));
    if (log->unreadable_values > 0)
        say(m, true,
            nkb_arena_printf(
                a, "%s:%" PRId64 ": '%s' is not a number; %" PRId64 " such value%s left out",
                m->path, log->unreadable_line, log->unreadable_text ? log->unreadable_text : "",
                log->unreadable_values, log->unreadable_values == 1 ? " was" : "s were"));
    if (log->cut_lines > 0)
        say(m, true,
            nkb_arena_printf(
                a, "%s: %" PRId64 " line%s cut at %d bytes; what followed was not read", m->path,
                log->cut_lines, log->cut_lines == 1 ? " was" : "s were", NKB_TRAINLOG_LINE_BYTES));
    if (s->unresolved > 0)
        say(m, false,
            nkb_arena_printf(a,
                             "%s: global_step has too few digits in %" PRId64 " of %" PRId64
                             " step%s; "
                             "there the bar position tells steps apart",
                             m->path, s->unresolved, s->steps, plural(s->steps)));
    if (s->other_rank_records > 0)
        say(m, false,
            nkb_arena_printf(
                a,
                "%s: %" PRId64 " record%s of further ranks left out; the figures are rank %" PRId64
                "'s",
                m->path, s->other_rank_records, plural(s->other_rank_records), s->rank));
}

struct nkb_value *nkb_log_metrics(struct nkb_arena *arena, const struct nkb_trainlog *log,
                                  const struct nkb_log_steps *steps, const char *path,
                                  struct nkb_value *diagnostics)
{
    struct maker m = {arena, log, steps, nkb_arena_string(arena, path), diagnostics};
    struct nkb_value *root = nkb_value_object(arena);
    if (!m.steps || !m.path || !root)
        return NULL;

    diagnose(&m);
    nkb_metric_text(arena, root, "path", path, NULL);
    nkb_metric_int(arena, root, "records", log->records, NULL, m.path);
    nkb_metric_int(arena, root, "runs", m.steps->runs, NULL, m.path);
    put_times(&m, root);
    put_steps(&m, root);
    for (int i = 0; i < METRIC_COUNT; i++)
        put_metric(&m, root, &metrics[i]);
    put_samples(&m, root);
    nkb_metric_int(arena, root, "lines", log->lines, NULL, m.path);
    nkb_metric_int(arena, root, "unknown_lines", log->unknown_lines, NULL, m.path);
    nkb_metric_int(arena, root, "unreadable_values", log->unreadable_values, NULL, m.path);
    nkb_metric_int(arena, root, "cut_lines", log->cut_lines, NULL, m.path);
    put_upstream(&m, root);
    return nkb_arena_failed(arena) ? NULL : root;
}
