/* Whatever the number of values, what is kept of them is bounded, but for the steps seen. */
#include "analyze/log_stat.h"

#include <assert.h>
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
    if (!make_room(arena, stat) || !nkb_log_stat_is_due(stat)) /* making room may have thinned it */
        return;
    stat->series[stat->series_count++] = v;
}

void nkb_log_stat_add_rare(struct nkb_arena *arena, struct nkb_log_stat *stat, double v,
                           bool is_first_step)
{
    if (!isfinite(v)) {
        stat->nonfinite++;
        return;
    }
    add_to_series(arena, stat, v);
    if (stat->count == 0)
        stat->first = stat->min = stat->max = v;
    nkb_log_stat_count(stat, v);
    if (!is_first_step) {
        stat->steady_sum += v;
        stat->steady_count++;
    }
}

void nkb_log_stat_reset(struct nkb_log_stat *stat)
{
    *stat = (struct nkb_log_stat){.series = stat->series, .series_capacity = stat->series_capacity};
}

struct seen_step {
    int64_t step, order;
};

static int by_step(const void *a, const void *b)
{
    const struct seen_step *x = a, *y = b;
    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void nkb_log_trail_turn(struct nkb_arena *arena, struct nkb_log_trail *trail, int64_t step)
{
    enum { FIRST_STRETCHES = 16 };
    struct nkb_log_stretch *last = trail->count ? &trail->at[trail->count - 1] : NULL;

    if (trail->changes++ == 0)
        trail->first = step;
    else
        trail->backwards = trail->backwards || step < trail->last;
    bool goes_on = last && (last->count == 1 || step == trail->last + last->stride);
    if (goes_on) {
        last->stride = step - trail->last;
        last->count++;
    } else {
        if (trail->count == trail->capacity) {
            size_t capacity = trail->capacity ? trail->capacity * 2 : FIRST_STRETCHES;
            struct nkb_log_stretch *grown =
                nkb_arena_grow(arena, trail->at, trail->count, capacity, sizeof *grown);
            if (!grown)
                return;
            trail->at = grown;
            trail->capacity = capacity;
        }
        assert(trail->at); /* there is room */
        trail->at[trail->count++] = (struct nkb_log_stretch){step, 0, 1};
    }
    trail->last = step;
}

struct nkb_log_seen nkb_log_seen_count(struct nkb_arena *arena, const struct nkb_log_trail *trail)
{
    struct nkb_log_seen seen = {trail->changes, trail->first, trail->last};
    if (!trail->backwards)
        return seen;

    size_t count = 0;
    struct seen_step *at = nkb_arena_array(arena, (size_t)trail->changes, sizeof *at);
    int64_t last_order = -1;
    if (!at)
        return seen;
    for (size_t i = 0; i < trail->count; i++)
        for (int64_t k = 0; k < trail->at[i].count; k++, count++)
            at[count] =
                (struct seen_step){trail->at[i].first + k * trail->at[i].stride, (int64_t)count};
    qsort(at, count, sizeof *at, by_step);
    seen.count = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && at[i].step == at[i - 1].step)
            continue;
        seen.count++;
        if (at[i].order > last_order) {
            last_order = at[i].order;
            seen.last = at[i].step;
        }
    }
    return seen;
}
