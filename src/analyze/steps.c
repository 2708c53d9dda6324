/* One pass over the records; a run that ends forgets its figures, so that those of the last remain.
 *
 * Does a record belong to the step before it? Where both print a global_step in full, the steps
 * decide. Else the bar positions do, for tqdm prints 30950 … 31050 all as 3.1e+4. A progress bar is
 * often drawn twice a step, first with the values of the step before: with a full global_step that
 * is seen at once; without one the repeated values count until other values come at the same
 * position (`tentative`). */
#include "analyze/steps.h"

#include <math.h>
#include <string.h>

#define BIT(key) ((uint32_t)1 << (key))
enum { FIRST_METRIC = NKB_LOG_LEARNING_RATE };

/* Programs that only infer print a throughput too, of tokens; none of them prints one of these. */
static const uint32_t TRAINING_KEYS =
    BIT(NKB_LOG_POSITION) | BIT(NKB_LOG_STEP) | BIT(NKB_LOG_SAMPLES) | BIT(NKB_LOG_LEARNING_RATE) |
    BIT(NKB_LOG_REDUCED_TRAIN_LOSS) | BIT(NKB_LOG_STEP_LOSS) | BIT(NKB_LOG_LOSS) |
    BIT(NKB_LOG_VAL_LOSS) | BIT(NKB_LOG_GRADIENT_NORM);
static const uint32_t THROUGHPUT_KEYS = BIT(NKB_LOG_THROUGHPUT) | BIT(NKB_LOG_SAMPLES_PER_SEC);

struct nkb_log_scan {
    struct nkb_arena *arena;
    struct nkb_log_steps *out;
    bool has_rank;
    double rank;

    bool open;                  /* a step is being gathered */
    struct nkb_log_record step; /* its place and values so far */
    bool tentative;             /* it only repeats the values of the step before */
    /* The last record that had a place, and the last of the step before; each of the two places. */
    struct nkb_log_record *last, *before;
    struct nkb_log_record places[2];

    bool has_epoch;
    double epoch;
    bool has_time; /* time_us is of the record before */
    double time_us;
    bool wants_time; /* the run's first timestamp has not come yet */
    bool began_anew; /* first_time_us is a later run's own */
    uint32_t keys;   /* of all records */
    struct nkb_log_trail trail;

    struct nkb_log_record first_step; /* of the run, as closed; the last one is `step` in the end */
};

static bool equal_bits(double a, double b)
{
    /* The bits are meant.
     * NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c) */
    return memcmp(&a, &b, sizeof a) == 0;
}

static bool same_values(const struct nkb_log_record *a, const struct nkb_log_record *b,
                        uint32_t except)
{
    if ((a->mask & ~except) != (b->mask & ~except))
        return false;
    for (uint32_t left = a->mask & ~except; left; left &= left - 1) {
        int key = __builtin_ctz(left);
        if (!equal_bits(a->value[key], b->value[key]))
            return false;
    }
    return true;
}

static bool is_resolved(const struct nkb_log_record *r)
{
    return nkb_log_has(r, NKB_LOG_STEP) && r->value[NKB_LOG_STEP_UNIT] <= 1;
}

static bool both_have(const struct nkb_log_record *a, const struct nkb_log_record *b,
                      enum nkb_log_key key)
{
    return nkb_log_has(a, key) && nkb_log_has(b, key);
}

static bool less(double a, double b)
{
    return a < b;
}

static bool equal(double a, double b)
{
    return !(a < b) && !(b < a);
}

static bool same_position(const struct nkb_log_record *a, const struct nkb_log_record *b)
{
    return equal(a->value[NKB_LOG_POSITION], b->value[NKB_LOG_POSITION]) &&
           (!both_have(a, b, NKB_LOG_EPOCH) ||
            equal(a->value[NKB_LOG_EPOCH], b->value[NKB_LOG_EPOCH]));
}

static bool is_same_step(const struct nkb_log_scan *s, const struct nkb_log_record *r)
{
    const struct nkb_log_record *step = &s->step;
    bool resolved = is_resolved(r), step_resolved = is_resolved(step);
    if (resolved && step_resolved)
        return equal(r->value[NKB_LOG_STEP], step->value[NKB_LOG_STEP]);
    if (both_have(r, step, NKB_LOG_POSITION)) {
        /* One number is always printed alike: 3.1e+4 and 31051.0 are two. */
        if (resolved != step_resolved && both_have(r, step, NKB_LOG_STEP) && !s->tentative)
            return false;
        return same_position(r, step);
    }
    return both_have(r, step, NKB_LOG_STEP) && resolved == step_resolved &&
           equal(r->value[NKB_LOG_STEP], step->value[NKB_LOG_STEP]);
}

static bool goes_backwards(const struct nkb_log_scan *s, const struct nkb_log_record *r)
{
    const struct nkb_log_record *step = &s->step;
    if (!(is_resolved(r) && is_resolved(step)) && both_have(r, step, NKB_LOG_POSITION)) {
        if (both_have(r, step, NKB_LOG_EPOCH) &&
            !equal(r->value[NKB_LOG_EPOCH], step->value[NKB_LOG_EPOCH]))
            return less(r->value[NKB_LOG_EPOCH], step->value[NKB_LOG_EPOCH]);
        return less(r->value[NKB_LOG_POSITION], step->value[NKB_LOG_POSITION]);
    }
    return both_have(r, step, NKB_LOG_STEP) &&
           less(r->value[NKB_LOG_STEP], step->value[NKB_LOG_STEP]);
}

static void close_step(struct nkb_log_scan *s)
{
    struct nkb_log_steps *out = s->out;
    if (!s->open)
        return;
    for (uint32_t left = s->step.mask >> FIRST_METRIC << FIRST_METRIC; left; left &= left - 1) {
        int key = __builtin_ctz(left);
        nkb_log_stat_add(s->arena, &out->placed[key], s->step.value[key], out->steps == 0);
    }
    if (nkb_log_has(&s->step, NKB_LOG_STEP) && !is_resolved(&s->step))
        out->unresolved++;
    if (out->steps++ == 0)
        s->first_step = s->step;
    s->open = false;
}

static void begin_run(struct nkb_log_scan *s)
{
    struct nkb_log_steps *out = s->out;
    for (int key = 0; key < NKB_LOG_KEY_COUNT; key++) {
        nkb_log_stat_reset(&out->placed[key]);
        nkb_log_stat_reset(&out->loose[key]);
    }
    out->runs++;
    out->steps = out->unresolved = out->epochs = 0;
    out->has_samples = s->has_epoch = s->open = false;
}

/* The step keeps the place it was opened at: a bar drawn again with its values may have moved on.
 */
static void join_step(struct nkb_log_scan *s, const struct nkb_log_record *r)
{
    const uint32_t place = BIT(NKB_LOG_POSITION) | BIT(NKB_LOG_EPOCH);
    uint32_t taken = r->mask & ~(s->step.mask & place);
    for (uint32_t left = taken; left; left &= left - 1) {
        int key = __builtin_ctz(left);
        s->step.value[key] = r->value[key];
    }
    s->step.mask |= taken;
}

static void note_place(struct nkb_log_scan *s, const struct nkb_log_record *r)
{
    struct nkb_log_steps *out = s->out;
    if (nkb_log_has(r, NKB_LOG_EPOCH) &&
        !(s->has_epoch && equal(s->epoch, r->value[NKB_LOG_EPOCH]))) {
        s->has_epoch = true;
        s->epoch = r->value[NKB_LOG_EPOCH];
        out->epochs++;
    }
    if (nkb_log_has(r, NKB_LOG_SAMPLES) && isfinite(r->value[NKB_LOG_SAMPLES])) {
        if (!out->has_samples)
            out->first_samples = r->value[NKB_LOG_SAMPLES];
        out->has_samples = true;
        out->last_samples = r->value[NKB_LOG_SAMPLES];
    }
}

static void take_placed(struct nkb_log_scan *s, const struct nkb_log_record *r)
{
    const uint32_t stamp = BIT(NKB_LOG_TIME_US) | BIT(NKB_LOG_RANK);
    const uint32_t places = stamp | BIT(NKB_LOG_EPOCH) | BIT(NKB_LOG_POSITION);
    bool repeats = s->open && same_values(r, s->last, places);

    if (s->open && is_same_step(s, r)) {
        s->tentative = s->tentative && repeats;
        join_step(s, r);
    } else {
        if (s->open && goes_backwards(s, r)) {
            /* Another process's copy of the step before, come late. */
            if (same_values(r, s->before, stamp))
                return;
            begin_run(s);
            s->wants_time = true;
        }
        close_step(s);
        struct nkb_log_record *freed = s->before;
        s->before = s->last;
        s->last = freed;
        s->step = *r;
        s->open = true;
        s->tentative = repeats && !is_resolved(r);
    }
    note_place(s, r);
    *s->last = *r;
}

static void take_time(struct nkb_log_scan *s, const struct nkb_log_record *r)
{
    if (!nkb_log_has(r, NKB_LOG_TIME_US))
        return;
    double us = r->value[NKB_LOG_TIME_US];
    bool is_new = !s->has_time || !equal(us, s->time_us);
    if (s->wants_time && is_new) {
        s->out->first_time_us = (int64_t)us;
        s->began_anew = true;
        s->wants_time = false;
    }
    s->has_time = true;
    s->time_us = us;
}

static void take_record(struct nkb_log_scan *s, const struct nkb_log_record *r)
{
    struct nkb_log_steps *out = s->out;

    for (uint32_t left = r->mask >> FIRST_METRIC << FIRST_METRIC; left; left &= left - 1) {
        int key = __builtin_ctz(left);
        nkb_log_list_add(&out->list[key], r->value[key], key == NKB_LOG_STEP_TIME);
    }

    if (nkb_log_has(r, NKB_LOG_RANK)) {
        if (!s->has_rank)
            s->rank = r->value[NKB_LOG_RANK];
        s->has_rank = true;
        if (!equal(s->rank, r->value[NKB_LOG_RANK])) {
            out->rank = (int64_t)s->rank;
            out->other_rank_records++;
            return;
        }
    }
    if (nkb_log_has(r, NKB_LOG_STEP) || nkb_log_has(r, NKB_LOG_POSITION)) {
        take_placed(s, r);
    } else {
        for (uint32_t left = r->mask >> FIRST_METRIC << FIRST_METRIC; left; left &= left - 1) {
            struct nkb_log_stat *stat = &out->loose[__builtin_ctz(left)];
            nkb_log_stat_add(s->arena, stat, r->value[__builtin_ctz(left)],
                             stat->count + stat->nonfinite == 0);
        }
    }
    take_time(s, r);
}

static void find_ends(struct nkb_log_scan *s)
{
    struct nkb_log_steps *out = s->out;
    enum nkb_log_key key = NKB_LOG_STEP;
    if (out->steps == 0)
        return;
    if (!is_resolved(&s->first_step) || !is_resolved(&s->step)) {
        key = NKB_LOG_POSITION;
        out->ends_are_positions = true;
    }
    if (!both_have(&s->first_step, &s->step, key)) {
        out->why_no_ends = "global_step is printed with too few digits, or not in every step";
        return;
    }
    if (key == NKB_LOG_POSITION && out->epochs > 1) {
        out->why_no_ends = "the log has no full global_step, and a bar starts anew each epoch";
        return;
    }
    out->has_ends = true;
    out->first = (int64_t)s->first_step.value[key];
    out->last = (int64_t)s->step.value[key];
}

struct nkb_log_scan *nkb_log_scan_begin(struct nkb_arena *arena)
{
    struct nkb_log_scan *s = nkb_arena_alloc(arena, sizeof *s);
    struct nkb_log_steps *out = nkb_arena_alloc(arena, sizeof *out);
    if (!s || !out)
        return NULL;
    s->arena = arena;
    s->out = out;
    s->last = &s->places[0];
    s->before = &s->places[1];
    out->why_no_ends = "no record names a global_step or a bar position";
    return s;
}

void nkb_log_scan_take(void *scan, const struct nkb_log_record *record)
{
    struct nkb_log_scan *s = scan;
    if (s->out->runs == 0)
        s->out->runs = 1;
    s->keys |= record->mask;
    if (nkb_log_has(record, NKB_LOG_STEP))
        nkb_log_trail_add(s->arena, &s->trail, (int64_t)record->value[NKB_LOG_STEP]);
    take_record(s, record);
}

struct nkb_log_steps *nkb_log_scan_end(struct nkb_log_scan *s, const struct nkb_trainlog *log)
{
    struct nkb_log_steps *out = s->out;

    out->throughput_alone = (s->keys & THROUGHPUT_KEYS) && !(s->keys & TRAINING_KEYS);
    close_step(s);
    find_ends(s);
    if (!s->began_anew)
        out->first_time_us = log->first_time_us;
    out->has_time = log->has_time;
    out->last_time_us = log->last_time_us;
    if (s->wants_time) { /* no stamp since the run began: the last one is another's unless it came
                            after */
        out->has_time = s->has_time && !equal(s->time_us, (double)log->last_time_us);
        out->first_time_us = log->last_time_us;
    }
    out->seen = nkb_log_seen_count(s->arena, &s->trail);
    return nkb_arena_failed(s->arena) ? NULL : out;
}

const struct nkb_log_stat *nkb_log_stat_of(const struct nkb_log_steps *steps, enum nkb_log_key key)
{
    const struct nkb_log_stat *placed = &steps->placed[key], *loose = &steps->loose[key];
    if (placed->count + placed->nonfinite > 0)
        return placed;
    return loose->count + loose->nonfinite > 0 ? loose : NULL;
}
