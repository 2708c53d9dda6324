/* Sensitivity: the rule is run again with one metric changed, so what is said holds for any
 * formula, whatever the derivation shows of it. Nothing is assumed of the rule but that it is a
 * function. */
#include "run.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "base/num.h"

enum {
    MAX_INPUTS = 256, /* metrics of one score that are varied */
    DOUBLINGS =
        20, /* how far a metric without bounds is followed: a million times, or a millionth */
    STEPS_A_DOUBLING = 2, /* between two looks a score may turn unseen */
    STEPS_TO_A_BOUND = 32,
    MAX_HALVINGS = 1100, /* from the largest double to the smallest difference */
};

static const double PERCENT = 0.01;
static const int64_t SMALL_COUNT =
    1000; /* below it a percent of a count is a fraction, and taken so */
static const double MAX_SECONDS =
    10; /* for all of it; a rule may be slow, and is run thousands of times */
static const double NOISE = 1e-12; /* of a score: what rounding alone may do */

struct input {
    const char *path;
    struct nkb_value *metrics, *leaf; /* the metrics with this one of their own */
    double now, low, high;            /* bounds are infinite where there are none */
    bool whole;
};

struct looker {
    nkb_run *run;
    double base; /* the score */
    int up;      /* +1 where a higher score is better, -1 where a lower one is */
    const double *target;
    struct nkb_value *list;
    double deadline_s;
};

static double now_s(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool probe(const struct looker *l, const struct input *input, double x, double *score)
{
    if (now_s() > l->deadline_s) {
        nkb_err_set(&l->run->err, NKB_EINPUT, "not tried: running the rule again takes too long");
        return false;
    }
    if (input->whole) {
        input->leaf->kind = NKB_INT;
        input->leaf->as.integer = llround(x);
    } else {
        input->leaf->kind = NKB_FLOAT;
        input->leaf->as.number = x;
    }
    return nkb_host_probe(l->run->host, input->metrics, score, &l->run->err) == 0;
}

/* What no such metric can leave: shares lie in 0…1, percentages in 0…100, sizes and times above 0.
 */
static void set_bounds(struct input *input, const struct nkb_value *leaf)
{
    static const char *const shares[] = {"ratio", "accuracy", "share"};
    const char *name = strrchr(input->path, '.');
    const char *unit = leaf->note ? leaf->note->unit : NULL;
    struct nkb_str last = nkb_str_from(name ? name + 1 : input->path);

    input->low = input->now >= 0 ? 0 : -INFINITY;
    input->high = unit && strcmp(unit, "%") == 0 && input->now <= 100 ? 100 : INFINITY;
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
        if (nkb_str_ends(last, shares[i]) && input->now >= 0 && input->now <= 1)
            input->high = 1;
    if (strncmp(input->path, "reasoning.tasks.", 16) == 0 && input->now >= 0 && input->now <= 1)
        input->high = 1;
}

static void put_number(const struct looker *l, struct nkb_value *entry, const char *name, double x)
{
    nkb_metric_float(&l->run->arena, entry, name, x, NULL, NULL);
}

static void put_text(const struct looker *l, struct nkb_value *entry, const char *name,
                     const char *text)
{
    nkb_metric_text(&l->run->arena, entry, name, text, NULL);
}

/* One percent of its size up and down; the way that betters the score is the one shown.
 * Returns +1, -1, or 0 where neither does. */
static int put_percent(const struct looker *l, const struct input *input, struct nkb_value *entry)
{
    double step = fabs(input->now) * PERCENT, best = l->base, score;
    int best_way = 0;
    bool best_cut = false, failed = false, moves = false;

    for (int way = 1; way >= -1; way -= 2) {
        double x = input->now + way * step;
        bool cut = x > input->high || x < input->low;
        x = fmin(fmax(x, input->low), input->high);
        if (x == input->now)
            continue;
        if (!probe(l, input, x, &score)) {
            if (!failed)
                put_text(l, entry, "why", l->run->err.text);
            failed = true;
            continue;
        }
        moves = moves || score != l->base;
        if (l->up * (score - best) > 0) {
            best = score;
            best_way = way;
            best_cut = cut;
        }
    }
    if (best_way == 0 && failed)
        return 0;
    if (best_way != 0)
        put_text(l, entry, "better", best_way > 0 ? "higher" : "lower");
    put_number(l, entry, "score", best);
    put_number(l, entry, "change", best - l->base);
    nkb_metric_bool(&l->run->arena, entry, "moves", moves, NULL);
    if (best_cut)
        nkb_metric_bool(&l->run->arena, entry, "to_bound", true, NULL);
    return best_way;
}

/* The k-th look on the way up or down; false past the last. */
static bool look_at(const struct input *input, int way, int k, double *x)
{
    double bound = way > 0 ? input->high : input->low, size = fabs(input->now);
    bool down_to_zero = way < 0 && input->now > 0; /* by halves, for a time of 0 does not exist */

    if (isfinite(bound) && !down_to_zero) {
        if (bound == input->now)
            return false;
        *x = k == STEPS_TO_A_BOUND ? bound
                                   : input->now + (bound - input->now) * k / STEPS_TO_A_BOUND;
        return k <= STEPS_TO_A_BOUND;
    }
    double factor = exp2((double)k / STEPS_A_DOUBLING);
    if (k > DOUBLINGS * STEPS_A_DOUBLING || size == 0)
        return false;
    *x = down_to_zero ? input->now / factor : input->now + way * size * (factor - 1);
    return true;
}

struct search {
    double from, to;     /* the target lies between: not reached at from, reached at to */
    double best, best_x; /* the score that came closest, and where */
    bool found, nears, parts, failed; /* nears, parts: does the score ever move so on the way? */
};

static bool reached(const struct looker *l, double score)
{
    return *l->target >= l->base ? score >= *l->target : score <= *l->target;
}

static void search(const struct looker *l, const struct input *input, int way, struct search *s)
{
    int wanted = *l->target >= l->base ? 1 : -1;
    double before = input->now, last = l->base, x, score;

    *s = (struct search){.best = l->base, .best_x = input->now};
    for (int k = 1; look_at(input, way, k, &x); k++) {
        if (!probe(l, input, x, &score)) {
            s->failed = true;
            return;
        }
        double step = wanted * (score - last);
        s->nears = s->nears || step > NOISE * fabs(last);
        s->parts = s->parts || step < -NOISE * fabs(last);
        if (wanted * (score - s->best) > 0) {
            s->best = score;
            s->best_x = x;
        }
        if (reached(l, score)) {
            s->found = true;
            s->from = before;
            s->to = x;
            return;
        }
        before = x;
        last = score;
    }
}

/* The change closest to what is now that reaches the target; `to` keeps reaching it. */
static void narrow(const struct looker *l, const struct input *input, struct search *s)
{
    double score;
    for (int i = 0; i < MAX_HALVINGS; i++) {
        double middle = s->from + (s->to - s->from) / 2;
        if (input->whole)
            middle = s->to > s->from ? floor(middle) : ceil(middle);
        if (middle == s->from || middle == s->to)
            return;
        if (!probe(l, input, middle, &score)) {
            s->failed = true;
            return;
        }
        if (reached(l, score))
            s->to = middle;
        else
            s->from = middle;
    }
}

static void put_target(const struct looker *l, const struct input *input, int better,
                       struct nkb_value *entry)
{
    int wanted = *l->target >= l->base ? 1 : -1;
    int first = better == 0 ? 1 : better * wanted * l->up;
    struct search s, other;
    bool turns; /* flat is monotone: only a score that moves both ways as the input rises turns */

    search(l, input, first, &s);
    turns = s.nears && s.parts;
    if (!s.found) {
        search(l, input, -first, &other);
        turns = (s.nears || other.parts) && (s.parts || other.nears);
        if (other.found || wanted * (other.best - s.best) > 0)
            s = other;
    }
    if (s.found)
        narrow(l, input, &s);
    if (s.failed && !s.found)
        put_text(l, entry, "why_not", l->run->err.text);
    if (s.found && input->whole)
        nkb_metric_int(&l->run->arena, entry, "needed", llround(s.to), NULL, NULL);
    else if (s.found)
        put_number(l, entry, "needed", s.to);
    if (turns)
        nkb_metric_bool(&l->run->arena, entry, "turns", true, NULL);
    put_number(l, entry, "best_score", s.best);
    put_number(l, entry, "best_at", s.best_x);
}

static void vary(struct looker *l, const struct nkb_value *leaf)
{
    struct nkb_arena *arena = &l->run->arena;
    struct nkb_value *entry = nkb_value_object(arena);
    struct input input = {.path = nkb_value_get(leaf, "path")->as.string.ptr};
    static const char *const kept[] = {"path", "value", "unit"};

    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (nkb_value_get(leaf, kept[i]))
            nkb_value_put(arena, entry, kept[i], nkb_value_get(leaf, kept[i]));
    nkb_value_append(arena, l->list, entry);

    input.metrics = run_vary_metric(l->run, input.path, &input.leaf);
    if (!input.metrics || !nkb_value_number(input.leaf, &input.now)) {
        put_text(l, entry, "why", input.metrics ? "it is no number" : l->run->err.text);
        return;
    }
    set_bounds(&input, input.leaf);
    input.whole = input.leaf->kind == NKB_INT && fabs(input.now) >= (double)SMALL_COUNT &&
                  fabs(input.now) < 0x1p53;
    if (isfinite(input.low))
        put_number(l, entry, "low", input.low);
    if (isfinite(input.high))
        put_number(l, entry, "high", input.high);
    int better = put_percent(l, &input, entry);
    if (l->target && *l->target != l->base)
        put_target(l, &input, better, entry);
}

/* What the organiser sets is nobody's to better: tables of prompts, baselines, references. */
static bool is_given(struct nkb_str path)
{
    static const char *const prefixes[] = {"base_", "baseline_", "ref_", "reference_"};
    struct nkb_str last = path;
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] == '.')
            last = (struct nkb_str){path.ptr + i + 1, path.len - i - 1};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (nkb_str_starts(last, prefixes[i]))
            return true;
    return nkb_str_starts(path, "prompts[");
}

/* Every metric of the tree, once. Trees are written at most 80 deep (scripts/runtime/tree.lua). */
static void collect(struct nkb_value *node, struct nkb_arena *arena, struct nkb_value *leaves)
{
    struct nkb_value *path = nkb_value_get(node, "path"),
                     *children = nkb_value_get(node, "children");
    if (nkb_value_is(path, NKB_STRING) && !is_given(path->as.string) &&
        !nkb_value_find(leaves, path->as.string) && leaves->as.items.count < MAX_INPUTS)
        nkb_value_set(arena, leaves, path->as.string, node);
    for (size_t i = 0; nkb_value_is(children, NKB_ARRAY) && i < children->as.items.count; i++)
        collect(children->as.items.at[i].value, arena, leaves);
}

struct nkb_value *run_vary(nkb_run *run, const double *target)
{
    const struct nkb_value *better = nkb_value_path(run->result, "rule.better");
    bool lower = nkb_value_is(better, NKB_STRING) && nkb_str_is(better->as.string, "lower");
    struct looker l = {.run = run,
                       .up = lower ? -1 : 1,
                       .target = target,
                       .list = nkb_value_array(&run->arena),
                       .deadline_s = now_s() + MAX_SECONDS};
    struct nkb_value *leaves = nkb_value_object(&run->arena);

    if (!l.list || !leaves || !nkb_value_number(nkb_value_get(run->result, "score"), &l.base))
        return NULL;
    collect(nkb_value_get(run->result, "tree"), &run->arena, leaves);
    for (size_t i = 0; i < leaves->as.items.count; i++)
        vary(&l, leaves->as.items.at[i].value);
    return nkb_arena_failed(&run->arena) ? NULL : l.list;
}
