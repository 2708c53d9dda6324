/* Whatever the number of values, what is kept of them is bounded, but for the steps seen. */
#include "analyze/log_stat.h"

#include <math.h>
#include <stdlib.h>

enum { FIRST_POINTS = 64 }; /* NKB_LOG_SERIES_POINTS is this, doubled some times */

/* Room for one point more; a full series first loses every second point. */
static bool make_room(struct nkb_arena *arena, struct nkb_log_stat *stat)
{
    if (stat->series_count < stat->series_capacity)
        return true;
    if (stat->series_capacity == NKB_LOG_SERIES_POINTS) {
        for (uint32_t i = 0; i < NKB_LOG_SERIES_POINTS / 2; i++)
            stat->series[i] = stat->series[2 * i];
        stat->series_count = NKB_LOG_SERIES_POINTS / 2;
        stat->series_every *= 2;
        return true;
    }
    uint32_t capacity = stat->series_capacity ? stat->series_capacity * 2 : FIRST_POINTS;
    double *grown =
        nkb_arena_grow(arena, stat->series, stat->series_count, capacity, sizeof *stat->series);
    if (!grown)
        return false;
    stat->series = grown;
    stat->series_capacity = capacity;
    return true;
}

static void add_to_series(struct nkb_arena *arena, struct nkb_log_stat *stat, double v)
{
    if (stat->series_every == 0)
        stat->series_every = 1;
    if (stat->count % stat->series_every != 0 || !make_room(arena, stat) ||
        stat->count % stat->series_every != 0) /* making room may have thinned it */
        return;
    stat->series[stat->series_count++] = v;
}

void nkb_log_stat_add(struct nkb_arena *arena, struct nkb_log_stat *stat, double v,
                      bool is_first_step)
{
    if (!isfinite(v)) {
        stat->nonfinite++;
        return;
    }
    add_to_series(arena, stat, v);
    if (stat->count == 0) {
        stat->first = stat->min = stat->max = v;
    } else {
        if (v < stat->min)
            stat->min = v;
        if (v > stat->max)
            stat->max = v;
    }
    stat->last = v;
    stat->sum += v;
    stat->count++;
    if (!is_first_step) {
        stat->steady_sum += v;
        stat->steady_count++;
    }
}

void nkb_log_stat_reset(struct nkb_log_stat *stat)
{
    *stat = (struct nkb_log_stat){.series = stat->series, .series_capacity = stat->series_capacity};
}

void nkb_log_list_add(struct nkb_log_list *list, double v, bool keep_equal)
{
    if (!isfinite(v) || (!keep_equal && list->count > 0 && !(list->last < v) && !(v < list->last)))
        return;
    if (list->count == 0) {
        list->first = list->min = list->max = v;
    } else {
        if (v < list->min)
            list->min = v;
        if (v > list->max)
            list->max = v;
    }
    list->last = v;
    list->sum += v;
    list->count++;
}

void nkb_log_seen_add(struct nkb_arena *arena, struct nkb_log_seen *seen, int64_t step)
{
    if (seen->count > 0) {
        int64_t last = seen->at[seen->count - 1].step;
        if (step == last)
            return;
        seen->unordered |= step < last;
    }
    if (seen->count == seen->capacity) {
        size_t capacity = seen->capacity ? seen->capacity * 2 : 256;
        struct nkb_log_seen_step *at =
            nkb_arena_grow(arena, seen->at, seen->count, capacity, sizeof *seen->at);
        if (!at)
            return;
        seen->at = at;
        seen->capacity = capacity;
    }
    seen->at[seen->count] = (struct nkb_log_seen_step){step, (int64_t)seen->count};
    seen->count++;
}

static int by_step(const void *a, const void *b)
{
    const struct nkb_log_seen_step *x = a, *y = b;
    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

int64_t nkb_log_seen_count(struct nkb_log_seen *seen, int64_t *first_out, int64_t *last_out)
{
    int64_t distinct = 0, last_order = -1;
    if (seen->count == 0)
        return 0;
    *first_out = seen->at[0].step;
    if (seen->unordered)
        qsort(seen->at, seen->count, sizeof *seen->at, by_step);
    for (size_t i = 0; i < seen->count; i++) {
        if (i > 0 && seen->at[i].step == seen->at[i - 1].step)
            continue;
        distinct++;
        if (seen->at[i].order > last_order) {
            last_order = seen->at[i].order;
            *last_out = seen->at[i].step;
        }
    }
    return distinct;
}
