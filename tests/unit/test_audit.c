/* nkb.audit: each audit on data that trips it, on data that does not, and where there is nothing to
 * look at. */
#include "host_fixture.h"

#include <stdio.h>

/* What an audit says of the metrics: "ok", "bad" or "unchecked", and its sentence. */
static void assert_says(struct fixture *f, const char *call, const char *expected)
{
    struct nkb_buf out = NKB_BUF_INIT;
    char *rule = nkb_arena_printf(
        &f->arena,
        "local ok, text, _, state local function look(m) ok, text, _, state = %s end return { api = 1, "
        "score = function(m) look(m) return 1 end, console = function() return (state or (ok and "
        "'ok' or 'bad')) "
        ".. ': ' .. text end }",
        call);
    if (fixture_load(f, rule) != 0 || fixture_score(f) != 0 ||
        fixture_layout(f, "console", &out) != 0)
        fail_msg("%s: %s", call, f->err.text);
    assert_string_equal(out.data, expected);
    nkb_buf_free(&out);
}

static void put(struct fixture *f, const char *group, const char *name, double v)
{
    struct nkb_value *at = nkb_value_path(f->metrics, group);
    assert_non_null(at);
    nkb_metric_float(&f->arena, at, name, v, NULL, NULL);
}

static struct nkb_value *add_inference(struct fixture *f, double latency_ms, double throughput,
                                       double accuracy, const char *from)
{
    struct nkb_value *inference = nkb_metric_group(&f->arena, f->metrics, "inference");
    struct nkb_value *e2e = nkb_metric_group(&f->arena, inference, "e2e_model");
    nkb_metric_float(&f->arena, e2e, "latency_ms_avg", latency_ms, "ms", NULL);
    nkb_metric_float(&f->arena, e2e, "throughput", throughput, "tokens/s", NULL);
    nkb_metric_float(&f->arena, inference, "accuracy", accuracy, NULL, NULL);
    nkb_metric_text(&f->arena, inference, "accuracy_source", from, NULL);
    return inference;
}

static void mfu_is_at_most_a_hundred(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_says(&f, "nkb.audit.mfu(m)", "ok: MFU is 15.50 %, within what is possible");
    put(&f, "training", "mfu_percent", 100);
    assert_says(&f, "nkb.audit.mfu(m)", "ok: MFU is 100.00 %, within what is possible");
    put(&f, "training", "mfu_percent", 100.5);
    assert_says(&f, "nkb.audit.mfu(m)", "bad: MFU is 100.50 %: over 100 % is impossible");
    nkb_metric_absent(&f.arena, f.metrics, "training", "no config");
    assert_says(&f, "nkb.audit.mfu(m)",
                "unchecked: MFU not checked: training is absent: no config");
    fixture_close(&f);
}

/* 640 tokens a batch in every saved report of the contest; 640057.41 ms·tokens/s in the README's
 * sample. */
static void latency_times_throughput_is_the_tokens_of_a_batch(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_says(&f, "nkb.audit.latency_throughput(m, { max_length = 640 })",
                "unchecked: latency × throughput not checked: inference is absent: "
                "benchmark_inference.json: no such "
                "file (--inference-results)");
    add_inference(&f, 12131.49, 52.76, 1, "file");
    assert_says(&f, "nkb.audit.latency_throughput(m, { max_length = 640 })",
                "ok: latency × throughput is 640.057 tokens, max_length × batch is 640");
    assert_says(&f, "nkb.audit.latency_throughput(m, { max_length = 320, batch = 2 })",
                "ok: latency × throughput is 640.057 tokens, max_length × batch is 640");
    assert_says(&f, "nkb.audit.latency_throughput(m, { max_length = 512 })",
                "bad: latency × throughput is 640.057 tokens, max_length × batch is 512: 25 % off");
    assert_says(
        &f, "nkb.audit.latency_throughput(m, { max_length = 640, tolerance = 1e-6 })",
        "bad: latency × throughput is 640.057 tokens, max_length × batch is 640: 0.00897 % off");
    assert_says(&f, "nkb.audit.latency_throughput(m)",
                "unchecked: latency × throughput not checked: the length of a sequence is not "
                "known (max_length)");
    struct nkb_value *prompts = nkb_metric_list(&f.arena, f.metrics, "prompts");
    for (int i = 0; i < 2; i++) {
        struct nkb_value *prompt = nkb_value_object(&f.arena);
        nkb_metric_int(&f.arena, prompt, "sequence_length", 640, "tokens", NULL);
        nkb_value_append(&f.arena, prompts, prompt);
    }
    assert_says(&f, "nkb.audit.latency_throughput(m)",
                "ok: latency × throughput is 640.057 tokens, max_length × batch is 640");
    fixture_close(&f);
}

static void measured_times_are_never_equal(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_says(&f, "nkb.audit.equal_timings({ 3044.6, 3044.7, 9432.19 })",
                "ok: 3 timings, no two of them equal");
    assert_says(&f, "nkb.audit.equal_timings({ 9432.19, 3044.6, 1, 3044.6, 9432.19, 3044.6 })",
                "bad: 3 of 6 timings are 3044.6 to the last digit; measured ones differ");
    assert_says(&f, "nkb.audit.equal_timings({ 1 })",
                "unchecked: equal timings not checked: there are fewer than two");
    assert_says(&f, "nkb.audit.equal_timings(m)",
                "unchecked: equal timings not checked: there are fewer than two");
    struct nkb_value *runs = nkb_metric_list(&f.arena, f.metrics, "runs");
    for (int i = 0; i < 3; i++) {
        struct nkb_value *run = nkb_value_object(&f.arena);
        if (i < 2)
            nkb_metric_float(&f.arena, run, "latency_ms", 12.5, "ms", NULL);
        else
            nkb_metric_float(
                &f.arena,
                nkb_metric_group(&f.arena, nkb_metric_group(&f.arena, run, "report"), "e2e_model"),
                "latency_ms_avg", 13.5, "ms", NULL);
        nkb_value_append(&f.arena, runs, run);
    }
    assert_says(&f, "nkb.audit.equal_timings(m)",
                "bad: 2 of 3 timings are 12.5 to the last digit; measured ones differ");
    fixture_close(&f);
}

static void graphs_newer_than_the_log_are_not_what_ran(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    struct nkb_value *modules = nkb_value_path(f.metrics, "hlo.modules");
    for (size_t i = 0; i < modules->as.items.count; i++)
        nkb_metric_bool(&f.arena, nkb_value_at(modules, i), "stale", false, NULL);
    assert_says(&f, "nkb.audit.hlo_age(m)", "ok: none of 3 HLO files is newer than the log");
    nkb_metric_bool(&f.arena, nkb_value_at(modules, 1), "stale", true, NULL);
    assert_says(&f, "nkb.audit.hlo_age(m)",
                "bad: 1 of 3 HLO files is newer than the log, so not what ran: b.hlo");
    nkb_metric_absent(&f.arena, f.metrics, "hlo", "not given");
    assert_says(&f, "nkb.audit.hlo_age(m)",
                "unchecked: age of the HLO files not checked: hlo is absent");
    fixture_close(&f);
}

static void a_ratio_is_that_of_the_graphs_at_hand(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_says(&f, "nkb.audit.nki_ratio(m, 0.1846)", "ok: NKI ratio 0.1846 is that of the graphs");
    assert_says(&f, "nkb.audit.nki_ratio(m, 0.9966846147845622)",
                "bad: NKI ratio 0.9967 is not that of the graphs: static 0.1846");
    assert_says(&f, "nkb.audit.nki_ratio(m, nil)",
                "unchecked: NKI ratio not checked: none was told");
    nkb_metric_float(&f.arena,
                     nkb_metric_group(&f.arena, nkb_value_get(f.metrics, "hlo"), "executed"),
                     "nki_ratio", 0.25, NULL, NULL);
    assert_says(&f, "nkb.audit.nki_ratio(m, 0.25)", "ok: NKI ratio 0.2500 is that of the graphs");
    assert_says(&f, "nkb.audit.nki_ratio(m, 0.5)",
                "bad: NKI ratio 0.5000 is not that of the graphs: static 0.1846, executed 0.2500");
    fixture_close(&f);
}

/* A real case: the run without NKI carried the bits of the one with it (facts, MLSys 2026). */
static void two_programs_have_two_ratios(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_says(&f,
                "nkb.audit.shared_ratio({ { 'baseline', 0.9966846147845622 }, { 'entry', "
                "0.9966846147845622 } })",
                "bad: 'baseline' and 'entry' have one NKI ratio to the last digit, "
                "0.9966846147845622: of one of them "
                "other graphs were counted");
    assert_says(&f, "nkb.audit.shared_ratio({ { 'baseline', 0.1 }, { 'entry', 0.2 } })",
                "ok: 2 runs, each with an NKI ratio of its own");
    assert_says(&f, "nkb.audit.shared_ratio({ { 'baseline', 0 }, { 'entry', 0 } })",
                "unchecked: shared NKI ratio not checked: fewer than two runs have one");
    fixture_close(&f);
}

static void an_assumed_accuracy_is_none(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    add_inference(&f, 1, 1, 1, "assumed");
    assert_says(&f, "nkb.audit.accuracy(m)",
                "bad: accuracy was not measured: the report does not say it, and 1 is assumed");
    add_inference(&f, 1, 1, 0.75, "file");
    assert_says(&f, "nkb.audit.accuracy(m)", "ok: accuracy is 0.75, by the report");
    add_inference(&f, 1, 1, 1, "flag");
    assert_says(&f, "nkb.audit.accuracy(m)", "ok: accuracy is 1.0, by --accuracy");
    fixture_close(&f);
}

/* c takes an audit as it is: what could not be looked at is a remark, what failed is not valid. */
static void an_audit_goes_into_c(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(
        fixture_load(
            &f, "return { api = 1, score = function() return 1 end, check = function(m, p, c)\n"
                "c:require(nkb.audit.mfu(m)) c:require(nkb.audit.accuracy(m))\n"
                "c:advise(nkb.audit.equal_timings { 1, 1 }) end }"),
        0);
    assert_int_equal(fixture_score(&f), 0);
    static const char *const kinds[] = {"require", "note", "advise"};
    static const bool holds[] = {true, true, false};
    for (int i = 0; i < 3; i++) {
        char path[32];
        snprintf(path, sizeof path, "checks.%d.kind", i);
        assert_string_equal(nkb_value_path(f.result, path)->as.string.ptr, kinds[i]);
        snprintf(path, sizeof path, "checks.%d.ok", i);
        assert_int_equal(nkb_value_path(f.result, path)->as.boolean, holds[i]);
    }
    assert_true(nkb_value_get(f.result, "valid")->as.boolean);
    put(&f, "training", "mfu_percent", 120);
    assert_int_equal(fixture_score(&f), 0);
    assert_false(nkb_value_get(f.result, "valid")->as.boolean);
    assert_true(fixture_number(&f) == 1); /* the score it would have is still there */
    fixture_close(&f);
}

static void what_an_audit_cannot_take_is_the_rules_fault(void **state)
{
    (void)state;
    assert_fails("local x = nkb.audit.mfu() return x", NKB_ERULE,
                 "score.lua:2: an audit looks at m; nkb.audit.NAME(m) is expected");
    assert_fails("local x = nkb.audit.equal_timings(5) return x", NKB_ERULE,
                 "score.lua:2: nkb.audit.equal_timings takes m or a list of numbers");
    assert_fails("local x = nkb.audit.equal_timings({ 1, 'a' }) return x", NKB_ERULE,
                 "score.lua:2: nkb.audit.equal_timings: item 2 is a string; a number is expected");
    assert_fails("local x = nkb.audit.shared_ratio(5) return x", NKB_ERULE,
                 "score.lua:2: nkb.audit.shared_ratio takes a list of { name, ratio }");
    assert_fails("local x = nkb.audit.shared_ratio({ 5 }) return x", NKB_ERULE,
                 "score.lua:2: nkb.audit.shared_ratio: item 1 is no { name, ratio }");
    assert_fails("local x = nkb.audit.mfv(m) return x", NKB_ERULE,
                 "score.lua:2: nkb.audit has no 'mfv'; did you mean 'mfu'?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mfu_is_at_most_a_hundred),
        cmocka_unit_test(latency_times_throughput_is_the_tokens_of_a_batch),
        cmocka_unit_test(measured_times_are_never_equal),
        cmocka_unit_test(graphs_newer_than_the_log_are_not_what_ran),
        cmocka_unit_test(a_ratio_is_that_of_the_graphs_at_hand),
        cmocka_unit_test(two_programs_have_two_ratios),
        cmocka_unit_test(an_assumed_accuracy_is_none),
        cmocka_unit_test(an_audit_goes_into_c),
        cmocka_unit_test(what_an_audit_cannot_take_is_the_rules_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
