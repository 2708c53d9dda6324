/* m.inference: every public report read as written, and each thing a report can have wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "analyze/results.h"
#include "base/num.h"
#include "documents.h"

static const double NO_FLAG = -1;

struct reading {
    struct nkb_arena arena;
    struct nkb_value *inference, *diagnostics;
    struct nkb_err err;
    int code;
};

static struct reading read_value(struct nkb_arena arena, const struct nkb_value *report,
                                 double accuracy)
{
    struct reading r = {arena, NULL, NULL, {0}, 0};
    r.diagnostics = nkb_value_array(&r.arena);
    r.code = nkb_inference_metrics(report, "report.json", accuracy, &r.arena, &r.inference,
                                   r.diagnostics, &r.err);
    return r;
}

static struct reading read_text(const char *json, double accuracy)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_value *report = parse(&arena, json);
    return read_value(arena, report, accuracy);
}

static void assert_refused(const char *json, double accuracy, const char *text)
{
    struct reading r = read_text(json, accuracy);
    assert_int_equal(r.code, NKB_EINPUT);
    assert_string_equal(r.err.text, text);
    nkb_arena_free(&r.arena);
}

static const struct nkb_value *at(const struct reading *r, const char *path)
{
    if (r->code != 0)
        fail_msg("%s", r->err.text);
    const struct nkb_value *v = nkb_value_path(r->inference, path);
    if (!v)
        fail_msg("no %s", path);
    return v;
}

static void assert_absent(const struct reading *r, const char *path, const char *why)
{
    assert_int_equal(at(r, path)->kind, NKB_ABSENT);
    assert_string_equal(at(r, path)->note->why, why);
}

static const char *diagnostic(const struct reading *r, const char *containing)
{
    for (size_t i = 0; i < r->diagnostics->as.items.count; i++) {
        const char *text =
            nkb_value_get(r->diagnostics->as.items.at[i].value, "text")->as.string.ptr;
        if (strstr(text, containing))
            return text;
    }
    return NULL;
}

static void every_golden_report_is_read_as_written(void **state)
{
    (void)state;
    need("CORPUS");
    need("GOLDENS");
    struct nkb_arena table = NKB_ARENA_INIT;
    char *line = nkb_arena_string(
        &table, read_whole(&table, path_below(&table, "GOLDENS", "inference.tsv")).ptr);
    char *fields[FIELDS_MAX];
    size_t figures = 0, without = 0;

    next_row(&line, fields);
    while (next_row(&line, fields)) {
        struct nkb_arena arena = NKB_ARENA_INIT;
        if (strcmp(fields[1], "0.0") != 0 ||
            strstr(fields[0], "nan_inference")) /* NaN is no JSON */
            continue;
        const char *path = path_below(&arena, "CORPUS", fields[0] + strlen("corpus/"));
        struct nkb_value *report = parse_file(&arena, path);
        struct reading r = read_value(arena, report, 1);
        if (fields[2][0]) {
            double v = 0;
            assert_true(nkb_value_number(at(&r, "e2e_model.latency_ms_avg"), &v));
            assert_same_double(v, number_of(fields[2]));
            assert_true(nkb_value_number(at(&r, "e2e_model.throughput"), &v));
            assert_same_double(v, number_of(fields[3]));
            assert_int_equal(r.diagnostics->as.items.count, 0);
            figures++;
        } else if (r.code == 0) { /* upstream: KeyError, TypeError */
            const struct nkb_value *v = nkb_value_path(r.inference, "e2e_model.latency_ms_avg");
            assert_true(!v || v->kind == NKB_ABSENT);
            without++;
        } else { /* no report at all, and a latency of 0 */
            assert_int_equal(r.code, NKB_EINPUT);
            without++;
        }
        nkb_arena_free(&r.arena);
    }
    assert_true(figures >= 34);
    assert_int_equal(without, 8);
    nkb_arena_free(&table);
}

#define E2E "'e2e_model':{'latency_ms_avg':12131.49,'latency_ms_p99':12189.53,'throughput':52.76}"

static void numbers_have_units_and_sources(void **state)
{
    (void)state;
    struct reading r =
        read_text("{" E2E ",'host':{'name':'trn2','cores':[8,9]},'note':'x'}", NO_FLAG);
    assert_string_equal(at(&r, "e2e_model.latency_ms_p99")->note->unit, "ms");
    assert_string_equal(at(&r, "e2e_model.latency_ms_p99")->note->source,
                        "report.json: e2e_model.latency_ms_p99");
    assert_string_equal(at(&r, "e2e_model.throughput")->note->unit, "tokens/s");
    assert_string_equal(at(&r, "host.name")->as.string.ptr, "trn2");
    assert_int_equal(at(&r, "host.cores.1")->as.integer, 9);
    assert_string_equal(at(&r, "host.cores.1")->note->source, "report.json: host.cores.1");
    assert_null(at(&r, "host.cores.1")->note->unit);
    assert_string_equal(r.inference->as.items.at[0].key.ptr, "e2e_model"); /* order kept */
    assert_string_equal(r.inference->as.items.at[2].key.ptr, "note");
    nkb_arena_free(&r.arena);
}

static void what_a_report_lacks_is_absent_with_a_reason(void **state)
{
    (void)state;
    struct reading r = read_text(
        "{" E2E ",'vision_encoder_model':null,'token_generation_model':{'throughput':null}}",
        NO_FLAG);
    assert_absent(&r, "vision_encoder_model",
                  "report.json: 'vision_encoder_model' is null; the report has no such figures");
    assert_absent(&r, "context_encoding_model",
                  "report.json: no 'context_encoding_model'; the report has no such figures");
    assert_absent(&r, "e2e_model.latency_ms_p50", "report.json: no 'e2e_model.latency_ms_p50'");
    assert_absent(&r, "token_generation_model.throughput",
                  "report.json: 'token_generation_model.throughput' is null");
    nkb_arena_free(&r.arena);

    r = read_text("{'e2e_model':null}", NO_FLAG);
    assert_absent(&r, "e2e_model",
                  "report.json: 'e2e_model' is null; the report has no such figures");
    nkb_arena_free(&r.arena);

    r = read_text("{'token_generation_model':{'latency_ms_avg':14.1,'throughput':70.9}}", NO_FLAG);
    assert_absent(&r, "e2e_model", "report.json: no 'e2e_model'; the report has no such figures");
    nkb_arena_free(&r.arena);
}

static void impossible_figures_are_refused(void **state)
{
    (void)state;
    assert_refused("{'e2e_model':{'latency_ms_avg':0}}", NO_FLAG,
                   "report.json: 'e2e_model.latency_ms_avg' is 0; a number above 0 is expected");
    assert_refused("{'e2e_model':{'latency_ms_p99':-1.5}}", NO_FLAG,
                   "report.json: 'e2e_model.latency_ms_p99' is -1.5; a number above 0 is expected");
    assert_refused("{'e2e_model':{'throughput':'fast'}}", NO_FLAG,
                   "report.json: 'e2e_model.throughput' is \"fast\"; a number above 0 is expected");
    assert_refused("{'e2e_model':{'throughput':true}}", NO_FLAG,
                   "report.json: 'e2e_model.throughput' is true; a number above 0 is expected");
    assert_refused(
        "{'fused_speculation_model':{'throughput':0}}", NO_FLAG,
        "report.json: 'fused_speculation_model.throughput' is 0; a number above 0 is expected");
    assert_refused("{'e2e_model':[]}", NO_FLAG,
                   "report.json: 'e2e_model' is a list; a mapping of figures is expected");

    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_value *report = parse(&arena, "{'e2e_model':{'latency_ms_avg':-1}}");
    struct nkb_value *latency = nkb_value_path(report, "e2e_model.latency_ms_avg");
    latency->line = 3;
    latency->column = 21;
    struct reading r = read_value(arena, report, NO_FLAG);
    assert_string_equal(
        r.err.text,
        "report.json:3:21: 'e2e_model.latency_ms_avg' is -1; a number above 0 is expected");
    nkb_arena_free(&r.arena);

    r = read_text("{'e2e_model':{'latency_ms_std':0,'throughput':5}}",
                  NO_FLAG); /* a spread may be 0 */
    assert_int_equal(at(&r, "e2e_model.latency_ms_std")->as.integer, 0);
    nkb_arena_free(&r.arena);
}

static void what_is_no_report_is_refused(void **state)
{
    static const char *const texts[] = {"[]", "{}", "{'summary':{'accuracy':1.0}}",
                                        "{'my_model':{'name':'x'}}"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_refused(
            texts[i], NO_FLAG,
            "report.json: no inference report; a mapping with 'e2e_model' or another submodel's "
            "latencies and throughput is expected");
}

static void accuracy_is_the_flag_or_the_file_or_assumed(void **state)
{
    static const struct {
        const char *json;
        double flag, accuracy;
        const char *from;
    } cases[] = {
        {"{" E2E "}", NO_FLAG, 1, "assumed"},
        {"{" E2E ",'accuracy':null}", NO_FLAG, 1, "assumed"},
        {"{" E2E ",'accuracy':true}", NO_FLAG, 1, "file"},
        {"{" E2E ",'accuracy':false}", NO_FLAG, 0, "file"},
        {"{" E2E ",'accuracy':0}", NO_FLAG, 0, "file"},
        {"{" E2E ",'accuracy':0.75}", NO_FLAG, 0.75, "file"},
        {"{" E2E ",'accuracy':0}", 1, 1, "flag"},
        {"{" E2E ",'accuracy':'yes'}", 0, 0, "flag"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reading r = read_text(cases[i].json, cases[i].flag);
        double accuracy = -1;
        assert_true(nkb_value_number(at(&r, "accuracy"), &accuracy));
        assert_same_double(accuracy, cases[i].accuracy);
        assert_string_equal(at(&r, "accuracy_source")->as.string.ptr, cases[i].from);
        const char *said = diagnostic(&r, "accuracy");
        if (strcmp(cases[i].from, "assumed") == 0)
            assert_string_equal(
                said, "accuracy assumed 1: report.json does not say whether the outputs were "
                      "right; the inference score takes them as right (--accuracy)");
        else
            assert_null(said);
        nkb_arena_free(&r.arena);
    }
    assert_refused(
        "{" E2E ",'accuracy':'yes'}", NO_FLAG,
        "report.json: 'accuracy' is \"yes\"; true, false or a number from 0 to 1 is expected");
    assert_refused(
        "{" E2E ",'accuracy':100}", NO_FLAG,
        "report.json: 'accuracy' is 100; true, false or a number from 0 to 1 is expected");
    assert_refused("{" E2E "}", 1.5, "--accuracy is 1.5; a number from 0 to 1 is expected");
}

static void figures_that_do_not_fit_together_are_noted(void **state)
{
    (void)state;
    struct reading r = read_text("{'e2e_model':{'latency_ms_avg':10000,'throughput':63.0}}",
                                 1); /* 630 tokens a run */
    assert_string_equal(
        diagnostic(&r, "tokens a run"),
        "report.json: e2e_model: latency_ms_avg × throughput is 630 tokens a run, no usual "
        "max_length × batch; the two may not be of one run");
    nkb_arena_free(&r.arena);

    r = read_text("{'e2e_model':{'latency_ms_avg':10000,'throughput':64.01}}",
                  1); /* rounded print */
    assert_int_equal(r.diagnostics->as.items.count, 0);
    nkb_arena_free(&r.arena);

    r = read_text("{'e2e_model':{'latency_ms_p50':9,'latency_ms_p90':8}}", 1);
    assert_string_equal(
        diagnostic(&r, "percentile"),
        "report.json: e2e_model: latency_ms_p90 is below a lower percentile; they were not "
        "measured together");
    nkb_arena_free(&r.arena);

    r = read_text("{'context_encoding_model':{'latency_ms_avg':9,'latency_ms_p100':8}}", 1);
    assert_string_equal(
        diagnostic(&r, "latency_ms_avg"),
        "report.json: context_encoding_model: latency_ms_avg is above latency_ms_p100; they "
        "were not measured together");
    nkb_arena_free(&r.arena);
}

static void nesting_is_limited(void **state)
{
    (void)state;
    struct nkb_arena arena = NKB_ARENA_INIT;
    for (int depth = 31; depth <= 32; depth++) { /* the value itself is one level more */
        struct nkb_value *report = parse(&arena, "{" E2E "}"), *inner = nkb_value_int(&arena, 1);
        for (int i = 0; i < depth; i++) {
            struct nkb_value *list = nkb_value_array(&arena);
            nkb_value_append(&arena, list, inner);
            inner = list;
        }
        nkb_value_put(&arena, report, "deep", inner);
        struct reading r = read_value(NKB_ARENA_INIT, report, 1);
        assert_int_equal(r.code, depth == 31 ? 0 : NKB_EINPUT);
        if (depth == 32)
            assert_string_equal(r.err.text,
                                "report.json: nested more than 32 deep; a report is flat");
        nkb_arena_free(&r.arena);
    }
    nkb_arena_free(&arena);
}

static void a_log_with_reports_inside_is_told_from_a_report(void **state)
{
    (void)state;
    assert_true(nkb_inference_is_log(nkb_str_from("Benchmark completed\n{ \"e2e_model\": {} }\n")));
    assert_false(nkb_inference_is_log(nkb_str_from(" \n{ \"e2e_model\": {} }")));
    assert_false(nkb_inference_is_log(nkb_str_from("some text")));
    assert_false(nkb_inference_is_log(nkb_str_from("text \"e2e_model")));
    assert_false(nkb_inference_is_log(NKB_STR_NONE));
    assert_non_null(strstr(nkb_inference_log_hint, "benchmark_report.json"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_golden_report_is_read_as_written),
        cmocka_unit_test(numbers_have_units_and_sources),
        cmocka_unit_test(what_a_report_lacks_is_absent_with_a_reason),
        cmocka_unit_test(impossible_figures_are_refused),
        cmocka_unit_test(what_is_no_report_is_refused),
        cmocka_unit_test(accuracy_is_the_flag_or_the_file_or_assumed),
        cmocka_unit_test(figures_that_do_not_fit_together_are_noted),
        cmocka_unit_test(nesting_is_limited),
        cmocka_unit_test(a_log_with_reports_inside_is_told_from_a_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
