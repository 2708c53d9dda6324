/* m.inference out of a benchmark report. Every field is kept as written; what has a known name is
 * checked for being possible. Figures are never mended: one that cannot be true refuses the report.
 */
#include "analyze/results.h"

#include <math.h>
#include <stdio.h>

#include "analyze/place.h"
#include "base/num.h"

enum { REPORT_DEPTH_MAX = 32 };

/* max_length × batch, which latency × throughput gives back (facts 1.2), is on Neuron a multiple of
 * this; more than the tolerance away from one, the two figures are not of one run. */
enum { LENGTH_STEP = 16 };
static const double LENGTH_TOLERANCE = 0.005;

static const char *const submodels[] = {"e2e_model", "context_encoding_model",
                                        "token_generation_model"};
static const char *const figures[] = {"latency_ms_avg", "latency_ms_p50", "latency_ms_p90",
                                      "latency_ms_p95", "latency_ms_p99", "latency_ms_p100",
                                      "throughput"};
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

const char nkb_inference_log_hint[] = "this is the log of an evaluation; give the report it wrote "
                                      "(benchmark_report.json), or cut the "
                                      "{…} block with \"e2e_model\" out of it";

struct report {
    const char *path;
    struct nkb_arena *arena;
    struct nkb_value *diagnostics;
    struct nkb_err *err;
};

static bool is_latency(struct nkb_str key)
{
    return nkb_str_starts(key, "latency_ms");
}

/* Cannot be 0 or less; a spread such as latency_ms_std can. */
static bool is_figure(struct nkb_str key)
{
    return nkb_str_is(key, "throughput") || nkb_str_is(key, "latency_ms_avg") ||
           nkb_str_starts(key, "latency_ms_p");
}

static bool is_submodel(const struct nkb_member *member)
{
    if (!nkb_str_ends(member->key, "_model"))
        return false;
    if (member->value->kind == NKB_NULL)
        return true;
    if (member->value->kind != NKB_OBJECT)
        return false;
    for (size_t i = 0; i < COUNT_OF(submodels); i++)
        if (nkb_str_is(member->key, submodels[i]))
            return true;
    for (size_t i = 0; i < member->value->as.items.count; i++)
        if (is_figure(member->value->as.items.at[i].key))
            return true;
    return false;
}

static const char *unit_of(struct nkb_str key)
{
    if (is_latency(key))
        return "ms";
    return nkb_str_is(key, "throughput") ? "tokens/s" : NULL;
}

static const char *source_of(const struct report *r, const char *where)
{
    return where ? nkb_arena_printf(r->arena, "%s: %s", r->path, where) : NULL;
}

static const char *join(struct nkb_arena *arena, const char *where, struct nkb_str key)
{
    return nkb_arena_printf(arena, "%s%s%.*s", where ? where : "", where ? "." : "",
                            NKB_STR_ARG(key));
}

/* A copy with sources; `where` is the key path of v. */
static int copy(const struct report *r, const struct nkb_value *v, const char *where,
                struct nkb_str key, int depth, struct nkb_value **out)
{
    if (depth > REPORT_DEPTH_MAX)
        return nkb_err_set(r->err, NKB_EINPUT, "%s: nested more than %d deep; a report is flat",
                           nkb_place(r->arena, r->path, v), REPORT_DEPTH_MAX);
    struct nkb_value *to = nkb_value_new(r->arena, v->kind);
    if (!to || !where)
        return nkb_err_memory(r->err);
    *to = *v;
    *out = to;
    if (v->kind == NKB_STRING)
        to->as.string = nkb_arena_copy(r->arena, v->as.string);
    if (v->kind != NKB_ARRAY && v->kind != NKB_OBJECT) {
        nkb_value_annotate(r->arena, to, unit_of(key), source_of(r, where), NULL);
        nkb_value_locate(r->arena, to, r->path, where);
        return 0;
    }

    to->as.items = (struct nkb_items){0};
    for (size_t i = 0; i < v->as.items.count; i++) {
        const struct nkb_member *member = &v->as.items.at[i];
        char number[24];
        struct nkb_str name = member->key;
        struct nkb_value *item = NULL;

        if (v->kind == NKB_ARRAY) {
            snprintf(number, sizeof number, "%zu", i);
            name = nkb_str_from(number);
        }
        int code =
            copy(r, member->value, join(r->arena, where, name), member->key, depth + 1, &item);
        if (code != 0)
            return code;
        if (v->kind == NKB_ARRAY)
            nkb_value_append(r->arena, to, item);
        else
            nkb_value_set(r->arena, to, member->key, item);
    }
    return 0;
}

/* A latency or a throughput: a number above 0; null is absent. */
static int check_figure(const struct report *r, struct nkb_value *group, const char *group_name,
                        const struct nkb_member *member)
{
    const struct nkb_value *v = member->value;
    double number;

    if (v->kind == NKB_NULL) {
        const char *why =
            nkb_arena_printf(r->arena, "%s: '%s.%.*s' is null", nkb_place(r->arena, r->path, v),
                             group_name, NKB_STR_ARG(member->key));
        struct nkb_value *absent = nkb_value_new(r->arena, NKB_ABSENT);
        nkb_value_annotate(r->arena, absent, NULL, NULL, why);
        nkb_value_set(r->arena, group, member->key, absent);
        return 0;
    }
    if (nkb_value_number(v, &number) && isfinite(number) && number > 0)
        return 0;
    return nkb_err_set(r->err, NKB_EINPUT, "%s: '%s.%.*s' is %s; a number above 0 is expected",
                       nkb_place(r->arena, r->path, v), group_name, NKB_STR_ARG(member->key),
                       nkb_shown_value(r->arena, v));
}

/* Percentiles that fall, or an average above the largest value, were not measured together. */
static void check_order(const struct report *r, const struct nkb_value *group, const char *name)
{
    static const char *const rising[] = {"latency_ms_p50", "latency_ms_p90", "latency_ms_p95",
                                         "latency_ms_p99", "latency_ms_p100"};
    double last = 0, v;

    for (size_t i = 0; i < COUNT_OF(rising); i++) {
        if (!nkb_value_number(nkb_value_get(group, rising[i]), &v))
            continue;
        if (v < last) {
            nkb_diagnose(r->arena, r->diagnostics, true,
                         nkb_arena_printf(r->arena,
                                          "%s: %s: %s is below a lower percentile; they were not "
                                          "measured together",
                                          r->path, name, rising[i]));
            return;
        }
        last = v;
    }
    if (nkb_value_number(nkb_value_get(group, "latency_ms_p100"), &last) &&
        nkb_value_number(nkb_value_get(group, "latency_ms_avg"), &v) && v > last)
        nkb_diagnose(r->arena, r->diagnostics, true,
                     nkb_arena_printf(r->arena,
                                      "%s: %s: latency_ms_avg is above latency_ms_p100; they were "
                                      "not measured together",
                                      r->path, name));
}

static void check_length(const struct report *r, const struct nkb_value *e2e)
{
    double latency, throughput;
    char text[NKB_NUM_TEXT_BYTES];

    if (!nkb_value_number(nkb_value_get(e2e, "latency_ms_avg"), &latency) ||
        !nkb_value_number(nkb_value_get(e2e, "throughput"), &throughput))
        return;
    double tokens = latency * throughput / 1000;
    double nearest = nearbyint(tokens / LENGTH_STEP) * LENGTH_STEP;
    if (fabs(tokens - nearest) <= LENGTH_TOLERANCE * tokens)
        return;
    nkb_format_fixed(tokens, 'g', 5, text, sizeof text);
    nkb_diagnose(
        r->arena, r->diagnostics, false,
        nkb_arena_printf(r->arena,
                         "%s: e2e_model: latency_ms_avg × throughput is %s tokens a run, no usual "
                         "max_length × batch; the two may not be of one run",
                         r->path, text));
}

static int check_submodel(const struct report *r, struct nkb_value *group, const char *name)
{
    for (size_t i = 0; i < group->as.items.count; i++) {
        const struct nkb_member *member = &group->as.items.at[i];
        int code = is_figure(member->key) ? check_figure(r, group, name, member) : 0;
        if (code != 0)
            return code;
    }
    for (size_t i = 0; i < COUNT_OF(figures); i++)
        if (!nkb_value_get(group, figures[i])) {
            const char *why =
                nkb_arena_printf(r->arena, "%s: no '%s.%s'", r->path, name, figures[i]);
            if (why)
                nkb_metric_absent(r->arena, group, figures[i], why);
        }
    check_order(r, group, name);
    return 0;
}

static void put_absent(const struct report *r, struct nkb_value *inference, const char *name,
                       const struct nkb_value *null)
{
    const char *why =
        null ? nkb_arena_printf(r->arena, "%s: '%s' is null; the report has no such figures",
                                nkb_place(r->arena, r->path, null), name)
             : nkb_arena_printf(r->arena, "%s: no '%s'; the report has no such figures", r->path,
                                name);
    if (why)
        nkb_metric_absent(r->arena, inference, name, why);
}

static int check_submodels(const struct report *r, const struct nkb_value *report,
                           struct nkb_value *inference)
{
    for (size_t i = 0; i < report->as.items.count; i++) {
        const struct nkb_member *member = &report->as.items.at[i];
        if (!is_submodel(member))
            continue;
        if (member->value->kind == NKB_NULL) {
            put_absent(r, inference, member->key.ptr, member->value);
            continue;
        }
        int code = check_submodel(r, nkb_value_find(inference, member->key), member->key.ptr);
        if (code != 0)
            return code;
    }
    for (size_t i = 0; i < COUNT_OF(submodels); i++) {
        const struct nkb_value *v = nkb_value_get(inference, submodels[i]);
        if (!v)
            put_absent(r, inference, submodels[i], NULL);
        else if (v->kind != NKB_OBJECT && v->kind != NKB_ABSENT)
            return nkb_err_set(
                r->err, NKB_EINPUT, "%s: '%s' is %s; a mapping of figures is expected",
                nkb_place(r->arena, r->path, v), submodels[i], nkb_shown_value(r->arena, v));
    }
    check_length(r, nkb_value_get(inference, "e2e_model"));
    return 0;
}

/* The flag, else the report's own, else 1 as upstream assumes, said aloud. */
static int put_accuracy(const struct report *r, double flag, struct nkb_value *inference)
{
    const struct nkb_value *v = nkb_value_get(inference, "accuracy");
    const char *from = "file", *source = source_of(r, "accuracy");
    double accuracy = 1;

    if (flag >= 0) {
        accuracy = flag;
        from = "flag";
        source = "--accuracy";
        if (!(flag <= 1)) {
            char text[NKB_NUM_TEXT_BYTES];
            nkb_format_double(flag, text);
            return nkb_err_set(r->err, NKB_EINPUT,
                               "--accuracy is %s; a number from 0 to 1 is expected", text);
        }
    } else if (!v || v->kind == NKB_NULL) {
        from = "assumed";
        source = "assumed";
        nkb_diagnose(r->arena, r->diagnostics, true,
                     nkb_arena_printf(
                         r->arena,
                         "accuracy assumed 1: %s does not say whether the outputs were right; the "
                         "inference score takes them as right (--accuracy)",
                         r->path));
    } else if (v->kind == NKB_BOOL) {
        accuracy = v->as.boolean ? 1 : 0;
    } else if (!nkb_value_number(v, &accuracy) || !(accuracy >= 0 && accuracy <= 1)) {
        return nkb_err_set(r->err, NKB_EINPUT,
                           "%s: 'accuracy' is %s; true, false or a number from 0 to 1 is expected",
                           nkb_place(r->arena, r->path, v), nkb_shown_value(r->arena, v));
    }
    nkb_metric_float(r->arena, inference, "accuracy", accuracy, NULL, source);
    nkb_metric_text(r->arena, inference, "accuracy_source", from, source);
    if (strcmp(from, "file") == 0)
        nkb_value_locate(r->arena, nkb_value_get(inference, "accuracy"), r->path, "accuracy");
    return 0;
}

static bool is_report(const struct nkb_value *report)
{
    if (!nkb_value_is(report, NKB_OBJECT))
        return false;
    for (size_t i = 0; i < report->as.items.count; i++)
        if (is_submodel(&report->as.items.at[i]))
            return true;
    for (size_t i = 0; i < COUNT_OF(submodels); i++) /* of the wrong kind: worth its own message */
        if (nkb_value_get(report, submodels[i]))
            return true;
    return false;
}

int nkb_inference_metrics(const struct nkb_value *report, const char *path, double accuracy,
                          struct nkb_arena *arena, struct nkb_value **out,
                          struct nkb_value *diagnostics, struct nkb_err *err)
{
    struct report r = {path, arena, diagnostics, err};
    struct nkb_value *inference = nkb_value_object(arena);

    if (!is_report(report))
        return nkb_err_set(
            err, NKB_EINPUT,
            "%s: no inference report; a mapping with 'e2e_model' or another submodel's latencies "
            "and throughput is expected",
            path);
    for (size_t i = 0; i < report->as.items.count; i++) {
        const struct nkb_member *member = &report->as.items.at[i];
        struct nkb_value *v = NULL;
        int code = copy(&r, member->value, join(arena, NULL, member->key), member->key, 1, &v);
        if (code != 0)
            return code;
        nkb_value_set(arena, inference, member->key, v);
    }
    int code = check_submodels(&r, report, inference);
    if (code == 0)
        code = put_accuracy(&r, accuracy, inference);
    if (code == 0 && nkb_arena_failed(arena))
        code = nkb_err_memory(err);
    *out = inference;
    return code;
}

bool nkb_inference_is_log(struct nkb_str bytes)
{
    static const char mark[] = "\"e2e_model\"";
    size_t start = 0;

    while (start < bytes.len && (bytes.ptr[start] == ' ' || bytes.ptr[start] == '\t' ||
                                 bytes.ptr[start] == '\r' || bytes.ptr[start] == '\n'))
        start++;
    if (start == bytes.len || bytes.ptr[start] == '{')
        return false;
    for (size_t i = start; i + sizeof mark - 1 <= bytes.len; i++)
        if (bytes.ptr[i] == '"' && memcmp(bytes.ptr + i, mark, sizeof mark - 1) == 0)
            return true;
    return false;
}
