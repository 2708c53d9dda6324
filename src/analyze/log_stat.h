/* Running figures of one metric. Sums go from left to right, as a reader would add them up. */
#ifndef NKB_ANALYZE_LOG_STAT_H
#define NKB_ANALYZE_LOG_STAT_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/trainlog.h"

/* At most so many points of a series are kept: every n-th value from the first, n the smallest
 * power of two that fits. */
enum { NKB_LOG_SERIES_POINTS = 4096 };

struct nkb_log_stat {
    int64_t count, nonfinite; /* finite values; nan and inf, which enter nothing else */
    double sum, min, max, first, last;
    int64_t steady_count; /* without the run's first step */
    double steady_sum;
    double *series; /* finite values */
    uint32_t series_count, series_capacity;
    int64_t series_every;
};

/* Is the next value one of the series? The first is. */
static inline bool nkb_log_stat_is_due(const struct nkb_log_stat *stat)
{
    return (stat->count & (stat->series_every - 1)) == 0; /* a power of two */
}

/* `v` is finite, and not the first. */
static inline void nkb_log_stat_count(struct nkb_log_stat *stat, double v)
{
    if (v < stat->min)
        stat->min = v;
    if (v > stat->max)
        stat->max = v;
    stat->last = v;
    stat->sum += v;
    stat->count++;
}

/* The first value, one of the series, nan or an infinity. */
void nkb_log_stat_add_rare(struct nkb_arena *arena, struct nkb_log_stat *stat, double v,
                           bool is_first_step);

/* A run's first step gives a metric its first value, if any. */
static inline void nkb_log_stat_add(struct nkb_arena *arena, struct nkb_log_stat *stat, double v,
                                    bool is_first_step)
{
    if (nkb_log_stat_is_due(stat) || !isfinite(v)) {
        nkb_log_stat_add_rare(arena, stat, v, is_first_step);
        return;
    }
    nkb_log_stat_count(stat, v);
    stat->steady_sum += v;
    stat->steady_count++;
}

/* Forget the values; the place for the series is kept. */
void nkb_log_stat_reset(struct nkb_log_stat *stat);

/* Values as upstream gathers them: in file order over all runs, equal neighbours dropped (but for
 * "step_time: 30.8 s" lines, of which it keeps all). */
struct nkb_log_list {
    int64_t count;
    double sum, min, max, first, last;
};

static inline void nkb_log_list_add(struct nkb_log_list *list, double v, bool keep_equal)
{
    bool is_new = list->last < v || v < list->last || list->count == 0 || keep_equal;
    if (!is_new || !isfinite(v))
        return;
    if (list->count == 0)
        list->first = list->min = list->max = v;
    if (v < list->min)
        list->min = v;
    if (v > list->max)
        list->max = v;
    list->last = v;
    list->sum += v;
    list->count++;
}

/* The distinct global_steps of a log as upstream lists them, each when it first comes: how many,
 * the first and the last to come new. NKB_LOG_STEP's whole numbers. */
struct nkb_log_seen {
    int64_t count, first, last;
};

/* The way a log's global_steps went: stretches of one stride, of which a regular log has few. */
struct nkb_log_stretch {
    int64_t first, stride, count;
};
struct nkb_log_trail {
    struct nkb_log_stretch *at;
    size_t count, capacity;
    int64_t changes, first, last; /* changes of the step; the first and the last one */
    bool backwards;               /* it went so once */
};

/* A step that does not follow on the one before as that did on its own. */
void nkb_log_trail_turn(struct nkb_arena *arena, struct nkb_log_trail *trail, int64_t step);

static inline void nkb_log_trail_add(struct nkb_arena *arena, struct nkb_log_trail *trail,
                                     int64_t step)
{
    struct nkb_log_stretch *last = trail->count ? &trail->at[trail->count - 1] : NULL;
    if (last && last->stride > 0 && step - trail->last == last->stride) {
        last->count++;
        trail->changes++;
        trail->last = step;
    } else if (trail->changes == 0 || step != trail->last) {
        nkb_log_trail_turn(arena, trail, step);
    }
}

/* Takes memory by the number of steps only where they went backwards. */
struct nkb_log_seen nkb_log_seen_count(struct nkb_arena *arena, const struct nkb_log_trail *trail);

#endif
