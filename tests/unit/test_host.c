/* What a rule sees and makes: m, the derivation to the last bit, checks, gates, the result and its
 * layouts. */
#include <stdio.h>

#include "host_fixture.h"

static void test_metrics(void **state)
{
    (void)state;
    assert_true(score_of("return m.training.mfu_percent") == 15.5);
    assert_true(score_of("return m.hlo.static.macs == 9007199254740993 and "
                         "math.type(m.hlo.static.macs) == 'integer' and 1 or 0") == 1);
    assert_true(
        score_of(
            "return m.hlo == m.hlo and m.inference == nil and m.model.rope == nil and 1 or 0") ==
        1);
    assert_true(
        score_of("return #m.hlo.modules + m.hlo.modules[3].macs + (m.hlo.modules[4] and 1 or 0)") ==
        23);
    assert_true(score_of("local n = 0 for i, module in ipairs(m.hlo.modules) do n = n + i * "
                         "module.macs end return n") == 80);
    assert_true(score_of("local s = '' for k, v in pairs(m) do s = s .. k .. ' ' end return s == "
                         "'training hlo model reasoning ' and 1 or 0") == 1);
    assert_true(score_of("local s = '' for i, v in pairs(m.hlo.sparse) do s = s .. i .. "
                         "tostring(v) end return s == '172null39' and 1 or 0") == 1);
    assert_true(score_of("return m.hlo.sparse[2] == nkb.null and #m.hlo.sparse or 0") == 3);
    assert_true(score_of("return table.concat(nkb.keys(m), ',') == "
                         "'training,hlo,inference,model,reasoning' and 1 or 0") == 1);
    assert_true(score_of("return m:why 'inference' == 'benchmark_inference.json: no such file "
                         "(--inference-results)' and 1 or 0") == 1);
    assert_true(
        score_of(
            "return m:why 'inference.e2e_model.latency_ms_avg' == m:why 'inference' and 1 or 0") ==
        1);
    assert_true(score_of("return m:why 'training.mfu_percent' == nil and m:why 'model.rope' == "
                         "'null in the input' and 1 or 0") == 1);
    assert_true(score_of("return m:has 'training.mfu_percent' and not m:has 'inference' and not "
                         "m:has 'nothing.at.all' and 1 or 0") == 1);
    assert_true(score_of("return m:unit 'training.mfu_percent' == '%' and m:source "
                         "'training.mfu_percent' == '--throughput' and 1 or 0") == 1);
    assert_true(score_of("local unit, source, why = nkb.note(m, 'inference') return unit == nil "
                         "and why == m:why 'inference' and 1 or 0") == 1);
    assert_true(score_of("return nkb.kind(m) == 'object' and nkb.kind(m.hlo.modules) == 'array' "
                         "and nkb.kind {} == 'table' and 1 or 0") == 1);
}

/* What a list makes for who looks goes when nobody does any more, and not before. */
static void test_made_modules(void **state)
{
    (void)state;
    assert_true(score_of("local kept = {} for i, module in ipairs(m.hlo.modules) do kept[i] = "
                         "module.static end\n"
                         "for i = 1, 2000 do local module = m.hlo.modules[i % 3 + 1] end\n"
                         "return kept[1].macs + kept[2].macs + kept[3].macs") == 15);
    assert_true(score_of("local found = t:metric 'hlo.modules[2].macs'\n"
                         "local unit, source = nkb.note(m.hlo.modules[3].static, 'macs')\n"
                         "return unit == 'MAC' and source == 'c.hlo' and "
                         "m:why 'hlo.modules[1].xla' == 'nothing is known of it' and found or 0") ==
                10);
    assert_true(score_of("local module = m.hlo.modules[3]\n"
                         "return m.hlo.modules[3] == module and #nkb.keys(m.hlo.modules) + "
                         "#nkb.keys(module) or 0") == 7);
    assert_fails("return m.hlo.modules[2].xla.flops", NKB_ERULE,
                 "score.lua:2: attempt to index a nil value (field 'xla'): 'xla' is absent: "
                 "nothing is known of it");
    assert_fails("return m.hlo.modules[2].mac", NKB_ERULE,
                 "score.lua:2: no metric 'hlo.modules[2].mac'; did you mean 'macs'? (nkibench "
                 "metrics hlo.modules[2] lists them)");
}

/* What a rule takes of them into a layout's table stays, though the modules go. */
static void test_made_modules_in_layouts(void **state)
{
    struct fixture f;
    struct nkb_buf out = NKB_BUF_INIT;
    bool present = false;
    (void)state;
    fixture_open(&f);
    int code = fixture_load(&f, "return { api = 1, score = function() return 1 end,\n"
                                "json = function(r) return { one = r.m.hlo.modules[2], "
                                "all = r.m.hlo.modules, below = r.m.hlo.modules[3].static }, 0 "
                                "end }");
    assert_int_equal(code, 0);
    assert_int_equal(fixture_score(&f), 0);
    assert_int_equal(nkb_host_layout(f.host, "json", &out, &present, &f.err), 0);
    assert_string_equal(
        out.data,
        "{\"all\": [{\"path\": \"a.hlo\", \"macs\": 0, \"xla\": null, \"static\": {\"macs\": 0}}, "
        "{\"path\": \"b.hlo\", \"macs\": 10, \"xla\": null, \"static\": {\"macs\": 5}}, "
        "{\"path\": \"c.hlo\", \"macs\": 20, \"xla\": null, \"static\": {\"macs\": 10}}], "
        "\"below\": {\"macs\": 10}, "
        "\"one\": {\"path\": \"b.hlo\", \"macs\": 10, \"xla\": null, \"static\": {\"macs\": 5}}}");
    nkb_buf_free(&out);
    fixture_close(&f);
}

static void test_unknown_metrics(void **state)
{
    (void)state;
    assert_fails(
        "return m.trainig", NKB_ERULE,
        "score.lua:2: no metric 'trainig'; did you mean 'training'? (nkibench metrics lists them)");
    assert_fails("return m.training.mfu_pct", NKB_ERULE,
                 "score.lua:2: no metric 'training.mfu_pct'; did you mean 'mfu_percent'? (nkibench "
                 "metrics training lists them)");
    assert_fails("return m.training.mfu_percnt", NKB_ERULE,
                 "score.lua:2: no metric 'training.mfu_percnt'; did you mean 'mfu_percent'? "
                 "(nkibench metrics "
                 "training lists them)");
    assert_fails(
        "return m.hlo.modules[2].maccs", NKB_ERULE,
        "score.lua:2: no metric 'hlo.modules[2].maccs'; did you mean 'macs'? (nkibench metrics "
        "hlo.modules[2] lists them)");
    assert_fails("return m.hlo.modules.path", NKB_ERULE,
                 "score.lua:2: no metric 'hlo.modules.path'; 'hlo.modules' is a list of 3, its "
                 "first item is "
                 "'hlo.modules[1]'");
    assert_fails(
        "return m.inference.e2e_model", NKB_ERULE,
        "score.lua:2: attempt to index a nil value (field 'inference'): 'inference' is absent: "
        "benchmark_inference.json: no such file (--inference-results)");
    assert_fails("local x = m:why 'training.x' return 1", NKB_ERULE,
                 "score.lua:2: no metric 'training.x' (nkibench metrics training lists them)");
    assert_fails(
        "local x = t:metric 'training.mfu_percent.x' return 1", NKB_ERULE,
        "score.lua:2: no metric 'training.mfu_percent.x'; 'training.mfu_percent' is a number");
    assert_fails(
        "local x = t:metric 'hlo.modules.0.macs' return 1", NKB_ERULE,
        "score.lua:2: no metric 'hlo.modules.0'; 'hlo.modules' is a list of 3, its first item is "
        "'hlo.modules[1]'");
    assert_fails(
        "local x = t:metric 'hlo.modules[4].macs' return 1", NKB_ERULE,
        "score.lua:2: no metric 'hlo.modules.[4]'; 'hlo.modules' is a list of 3, its first item is "
        "'hlo.modules[1]'");
    assert_fails("local x = t:metric '' return 1", NKB_ERULE,
                 "score.lua:2: bad argument #2 to 'find' (an empty path)");
}

static void test_paths(void **state)
{
    (void)state;
    assert_true(score_of("return t:metric 'hlo.modules[3].macs'") == 20);
    assert_true(score_of("return t:metric('hlo', 'modules', 2, 'macs')") == 10);
    assert_true(score_of("return t:metric('reasoning', 'tasks', 'mmlu.pro', 'acc')") == 0.5);
    assert_true(score_of("return t:metric 'reasoning.tasks.mmlu.pro.acc'") == 0.5);
    char body[1200] = "return m:has(('x'):rep(1000)) and 1 or 0";
    assert_true(score_of(body) == 0);
    assert_fails("return m:has(('x'):rep(1001)) and 1 or 0", NKB_ERULE,
                 "score.lua:2: bad argument #1 to 'has' (a path that is too long)");
}

static void test_absent_metrics(void **state)
{
    (void)state;
    assert_fails("return t:metric 'inference.e2e_model.latency_ms_avg'", NKB_EINPUT,
                 "score.lua needs 'inference.e2e_model.latency_ms_avg': benchmark_inference.json: "
                 "no such file "
                 "(--inference-results)");
    assert_fails("return t:metric('inference', 'e2e_model', 2)", NKB_EINPUT,
                 "score.lua needs 'inference.e2e_model.2': benchmark_inference.json: no such file "
                 "(--inference-results)");
    assert_fails("return t:metric 'training.hw_backend'", NKB_ERULE,
                 "score.lua: metric 'training.hw_backend' is \"trn1\"; t:metric takes numbers");
    assert_fails("return t:metric 'training'", NKB_ERULE,
                 "score.lua: metric 'training' is a group; t:metric takes numbers");
    /* what the rule catches is its own affair */
    assert_true(score_of("local ok, why = pcall(t.metric, t, 'inference') return not ok and "
                         "tostring(why):find 'no such file' and 1 or 0") == 1);
    assert_fails("local ok, why = pcall(t.metric, t, 'inference') error(why)", NKB_EINPUT,
                 "score.lua needs 'inference': benchmark_inference.json: no such file "
                 "(--inference-results)");
}

/* Each figure is what C gives in the same order; the compiler must not contract or reorder, so
 * volatile. */
static const char *text_at(struct fixture *f, const char *path)
{
    const struct nkb_value *v = nkb_value_path(f->result, path);
    assert_true(nkb_value_is(v, NKB_STRING));
    return v->as.string.ptr;
}

static void test_checks(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(
        fixture_load(
            &f, "return { api = 1, score = function() return 1 end, check = function(m, p, c)\n"
                "c:require(true, 'bad', 'fine') c:advise(false, 'hm') c:note 'look' c:note(false, "
                "'no') "
                "c:advise(true, 'bad') end }"),
        0);
    assert_int_equal(fixture_score(&f), 0);
    assert_true(nkb_value_get(f.result, "valid")->as.boolean);
    assert_int_equal(nkb_value_get(f.result, "checks")->as.items.count, 5);
    assert_string_equal(text_at(&f, "checks.1.kind"), "advise");
    assert_false(nkb_value_path(f.result, "checks.1.ok")->as.boolean);
    assert_true(nkb_value_path(f.result, "checks.2.ok")->as.boolean);
    assert_string_equal(text_at(&f, "checks.0.text"), "fine");
    assert_null(nkb_value_path(f.result, "checks.0.quiet"));
    assert_null(nkb_value_path(f.result, "checks.1.quiet"));
    assert_true(nkb_value_path(f.result, "checks.4.ok")->as.boolean);
    assert_true(nkb_value_path(f.result, "checks.4.quiet")->as.boolean);
    assert_int_equal(
        fixture_load(
            &f, "return { api = 1, score = function() return 1 end, check = function(m, p, c)\n"
                "c:require(nil, 'not fine') end }"),
        0);
    assert_int_equal(fixture_score(&f), 0);
    assert_false(nkb_value_get(f.result, "valid")->as.boolean);
    assert_int_equal(
        fixture_load(
            &f, "return { api = 1, score = function() return 1 end, check = function(m, p, c)\n"
                "c:require(true) end }"),
        0);
    assert_int_equal(fixture_score(&f), NKB_ERULE);
    assert_string_equal(f.err.text, "score.lua:2: c:require(ok, text): the text is missing");
    assert_int_equal(
        fixture_load(
            &f, "return { api = 1, score = function() return 1 end, check = function(m, p, c)\n"
                "c:require(true, 'x', 5) end }"),
        0);
    assert_int_equal(fixture_score(&f), NKB_ERULE);
    assert_string_equal(f.err.text,
                        "score.lua:2: c:require(ok, text, text_when_ok): text_when_ok is a number");
    assert_int_equal(
        fixture_load(
            &f, "return { api = 1, score = function() return 1 end, check = function(m, p, c)\n"
                "c.require(true, 'x') end }"),
        0);
    assert_int_equal(fixture_score(&f), NKB_ERULE);
    assert_string_equal(f.err.text, "score.lua:2: write c:require(…), with a colon");
    fixture_close(&f);
}

static void test_impossible_mfu(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    nkb_metric_float(&f.arena, nkb_value_get(f.metrics, "training"), "mfu_percent", 100, "%", NULL);
    assert_int_equal(fixture_run(&f, "return 1"), 0);
    assert_true(nkb_value_get(f.result, "valid")->as.boolean);
    nkb_metric_float(&f.arena, nkb_value_get(f.metrics, "training"), "mfu_percent", 790.985, "%",
                     NULL);
    assert_int_equal(fixture_run(&f, "return 1"), 0);
    assert_false(nkb_value_get(f.result, "valid")->as.boolean);
    assert_string_equal(text_at(&f, "checks.0.text"),
                        "MFU is 790.99 %: over 100 % is impossible; look at the throughput, the "
                        "number of nodes, the "
                        "batch size, the sequence length and the backend");
    fixture_close(&f);
}

static void gate(const char *text, bool valid, const char *why)
{
    struct fixture f;
    fixture_open(&f);
    char *rule =
        nkb_arena_printf(&f.arena,
                         "return { api = 1, needs = { 'hlo', 'inference', 'training' },\n"
                         "params = { least = { 10.0, 'x' }, off = { 'x', kind = 'number' } },\n"
                         "score = function() return 10 end, gates = { '%s' } }",
                         text);
    if (fixture_load(&f, rule) != 0 || fixture_score(&f) != 0)
        fail_msg("%s", f.err.text);
    assert_int_equal(nkb_value_get(f.result, "valid")->as.boolean, valid);
    const struct nkb_value *said = nkb_value_path(f.result, "gates.0.why");
    if (why)
        assert_string_equal(text_at(&f, "gates.0.why"), why);
    else
        assert_null(said);
    fixture_close(&f);
}

static void test_gates(void **state)
{
    (void)state;
    gate("score >= 10", true, NULL);
    gate("score > 10", false, NULL);
    gate("score > 10 : warning", true, NULL);
    gate("score<=10", true, NULL);
    gate("score < 10", false, NULL);
    gate("score == 10", true, NULL);
    gate("score != 10", false, NULL);
    gate("score >= least", true, NULL);
    gate("1e1 <= score", true, NULL);
    gate("hlo.static.nki_ratio > 0.10", true, NULL);
    gate("hlo.modules[3].macs == 20", true, NULL);
    gate("training.mfu_percent < training.throughput_seq_per_s", false, NULL);
    gate("inference.x > 1", false,
         "inference.x is absent: benchmark_inference.json: no such file (--inference-results)");
    gate("inference.x > 1 : warning", true,
         "inference.x is absent: benchmark_inference.json: no such file (--inference-results)");
    gate("training.hw_backend > 1", false, "training.hw_backend is no number");
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(fixture_load(&f, "return { api = 1, needs = { 'hlo' }, score = function() "
                                      "return 1 end, gates = { 'hlo.statci.macs > 1' } }"),
                     0);
    assert_int_equal(fixture_score(&f), NKB_ERULE);
    assert_string_equal(f.err.text, "score.lua: no metric 'hlo.statci'; did you mean 'static'? "
                                    "(nkibench metrics hlo lists them)");
    fixture_close(&f);
}

static void test_score_file(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    static const char rule[] = "return { api = 1, score = function() return 1 end,\n"
                               "score_file = function(m, p, module) if module.macs == 10 then "
                               "return nil end return module.macs / 4 end }";
    assert_int_equal(fixture_load(&f, rule), 0);
    assert_int_equal(fixture_score(&f), 0);
    assert_int_equal(nkb_value_get(f.result, "files")->as.items.count, 0);
    nkb_value_put(&f.arena, f.options, "per_file_scores", nkb_value_bool(&f.arena, true));
    assert_int_equal(fixture_score(&f), 0);
    assert_string_equal(text_at(&f, "files.1.path"), "b.hlo");
    assert_int_equal(nkb_value_path(f.result, "files.1.score")->kind, NKB_NULL);
    assert_true(nkb_value_path(f.result, "files.2.score")->as.number == 5);
    assert_int_equal(fixture_load(&f, "return { api = 1, score = function() return 1 end, "
                                      "score_file = function() return 'x' end }"),
                     0);
    assert_int_equal(fixture_score(&f), NKB_ERULE);
    assert_string_equal(f.err.text, "score.lua: score_file returned a string for a.hlo; a finite "
                                    "number, or nil for none, is expected");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metrics),      cmocka_unit_test(test_unknown_metrics),
        cmocka_unit_test(test_made_modules), cmocka_unit_test(test_made_modules_in_layouts),
        cmocka_unit_test(test_paths),        cmocka_unit_test(test_absent_metrics),
        cmocka_unit_test(test_checks),       cmocka_unit_test(test_impossible_mfu),
        cmocka_unit_test(test_gates),        cmocka_unit_test(test_score_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
