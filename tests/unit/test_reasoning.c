/* m.reasoning: results of lm-eval 0.3 to 0.4.8, and the mean upstream takes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "analyze/results.h"
#include "base/num.h"
#include "documents.h"

struct reading {
    struct nkb_arena arena;
    struct nkb_value *reasoning, *diagnostics;
    struct nkb_err err;
    int code;
};

static struct reading read_value(struct nkb_arena arena, const struct nkb_value *results)
{
    struct reading r = {arena, NULL, NULL, {0}, 0};
    r.diagnostics = nkb_value_array(&r.arena);
    r.code = nkb_reasoning_metrics(results, "results.json", &r.arena, &r.reasoning, r.diagnostics,
                                   &r.err);
    return r;
}

static struct reading read_text(const char *json)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_value *results = parse(&arena, json);
    return read_value(arena, results);
}

static void assert_refused(const char *json, const char *text)
{
    struct reading r = read_text(json);
    assert_int_equal(r.code, NKB_EINPUT);
    assert_string_equal(r.err.text, text);
    nkb_arena_free(&r.arena);
}

static const struct nkb_value *at(const struct reading *r, const char *path)
{
    if (r->code != 0)
        fail_msg("%s", r->err.text);
    const struct nkb_value *v = nkb_value_path(r->reasoning, path);
    if (!v)
        fail_msg("no %s", path);
    return v;
}

static void assert_absent(const struct reading *r, const char *path, const char *why)
{
    assert_int_equal(at(r, path)->kind, NKB_ABSENT);
    assert_string_equal(at(r, path)->note->why, why);
}

static const char *only_diagnostic(const struct reading *r)
{
    assert_int_equal(r->diagnostics->as.items.count, 1);
    return nkb_value_path(r->diagnostics, "0.text")->as.string.ptr;
}

/* Upstream's mean, which is the rule's to take: here only that the tree lets it. */
static void the_tree_gives_upstream_its_mean_on_every_golden(void **state)
{
    (void)state;
    need("CORPUS");
    need("GOLDENS");
    struct nkb_arena table = NKB_ARENA_INIT;
    char *line = nkb_arena_string(
        &table, read_whole(&table, path_below(&table, "GOLDENS", "reasoning.tsv")).ptr);
    char *fields[FIELDS_MAX];
    size_t rows = 0;

    next_row(&line, fields);
    while (next_row(&line, fields)) {
        struct nkb_arena arena = NKB_ARENA_INIT;
        if (strstr(fields[0], "TRUNCATED")) /* the JSON reader's */
            continue;
        struct nkb_value *results =
            parse_file(&arena, path_below(&arena, "CORPUS", fields[0] + strlen("corpus/")));
        struct reading r = read_value(arena, results);
        const struct nkb_value *tasks = at(&r, "tasks");
        double sum = 0, v;
        size_t count = 0;
        for (size_t i = 0; i < tasks->as.items.count; i++)
            if (nkb_value_number(
                    nkb_value_path(tasks->as.items.at[i].value, "exact_match.strict-match.value"),
                    &v)) {
                sum += v;
                count++;
            }
        assert_int_equal(count, (int)number_of(fields[1]));
        assert_same_double(count ? sum / (double)count : 0.0, number_of(fields[2]));
        rows++;
        nkb_arena_free(&r.arena);
    }
    assert_true(rows >= 10);
    nkb_arena_free(&table);
}

static void metric_and_filter_come_out_of_the_key(void **state)
{
    (void)state;
    struct reading r =
        read_text("{'results':{'gsm8k':{'alias':'gsm8k','exact_match,strict-match':0.5,"
                  "'exact_match_stderr,strict-match':0.25,'exact_match,flexible-extract':1,"
                  "'exact_match_stderr,flexible-extract':'N/A','sample_len':1319,' ':' "
                  "','pass@1,create_test':null}},"
                  "'groups':{'mmlu':{'acc,none':0.4}}}");
    assert_same_double(at(&r, "tasks.gsm8k.exact_match.strict-match.value")->as.number, 0.5);
    assert_string_equal(at(&r, "tasks.gsm8k.exact_match.strict-match.value")->note->source,
                        "results.json: results.gsm8k.exact_match,strict-match");
    assert_same_double(at(&r, "tasks.gsm8k.exact_match.strict-match.stderr")->as.number, 0.25);
    assert_same_double(at(&r, "tasks.gsm8k.exact_match.flexible-extract.value")->as.number, 1);
    assert_absent(
        &r, "tasks.gsm8k.exact_match.flexible-extract.stderr",
        "results.json: results.gsm8k.exact_match_stderr,flexible-extract is \"N/A\", not a number");
    assert_int_equal(at(&r, "tasks.gsm8k")->as.items.count,
                     1); /* alias, sample_len, blanks, null: no figures */
    assert_same_double(at(&r, "groups.mmlu.acc.none.value")->as.number, 0.4);
    assert_absent(&r, "groups.mmlu.acc.none.stderr", "the results give no stderr");
    nkb_arena_free(&r.arena);
}

static void results_of_lm_eval_0_3_have_no_filters(void **state)
{
    (void)state;
    struct reading r = read_text("{'results':{'arc':{'acc':0.2,'acc_stderr':0.04,'acc_norm':0.3}},"
                                 "'config':{'limit':null}}");
    assert_same_double(at(&r, "tasks.arc.acc.none.value")->as.number, 0.2);
    assert_same_double(at(&r, "tasks.arc.acc.none.stderr")->as.number, 0.04);
    assert_same_double(at(&r, "tasks.arc.acc_norm.none.value")->as.number, 0.3);
    assert_absent(&r, "samples", "the results do not say how many samples were used");
    assert_int_equal(at(&r, "groups")->as.items.count, 0);
    assert_int_equal(r.diagnostics->as.items.count, 0);
    nkb_arena_free(&r.arena);

    r = read_text("{'results':{'a':{'acc_stderr,none':0.1}}}");
    assert_absent(&r, "tasks.a.acc.none.value", "the results give only its stderr");
    nkb_arena_free(&r.arena);
}

static void a_run_on_part_of_the_samples_is_said_aloud(void **state)
{
    (void)state;
    struct reading r = read_text("{'results':{'gsm8k':{'acc,none':1.0}},"
                                 "'n-samples':{'gsm8k':{'original':1319,'effective':1}}}");
    assert_int_equal(at(&r, "samples.gsm8k.effective")->as.integer, 1);
    assert_int_equal(at(&r, "samples.gsm8k.original")->as.integer, 1319);
    assert_string_equal(
        only_diagnostic(&r),
        "results.json: gsm8k was limited to 1 of 1319 samples; the figures say little");
    assert_true(nkb_value_path(r.diagnostics, "0.warning")->as.boolean);
    nkb_arena_free(&r.arena);

    r = read_text("{'results':{'a':{'acc,none':1}},'n-samples':{'a':{'original':9,'effective':2},"
                  "'b':{'original':9,'effective':9},'c':{'original':9,'effective':2}}}");
    assert_string_equal(only_diagnostic(&r),
                        "results.json: a was limited to 2 of 9 samples, 1 other task "
                        "likewise; the figures say little");
    nkb_arena_free(&r.arena);

    r = read_text("{'results':{'a':{'acc':1}},'config':{'limit':100}}");
    assert_string_equal(only_diagnostic(&r),
                        "results.json: the tasks were limited to 100 samples each; the "
                        "figures say little");
    nkb_arena_free(&r.arena);
}

static void what_is_no_result_is_refused(void **state)
{
    (void)state;
    assert_refused("{}",
                   "results.json: no tasks under 'results'; an lm-eval results_*.json is expected");
    assert_refused("[1]",
                   "results.json: no tasks under 'results'; an lm-eval results_*.json is expected");
    assert_refused("{'results':{}}",
                   "results.json: no tasks under 'results'; an lm-eval results_*.json is expected");
    assert_refused("{'results':[1]}",
                   "results.json: 'results' is a list; a mapping of tasks is expected");
    assert_refused("{'results':{'a':3}}",
                   "results.json: 'results.a' is 3; a mapping of metrics is expected");
    assert_refused("{'results':{'a':{'acc':1}},'groups':{'g':null}}",
                   "results.json: 'groups.g' is null; a mapping of metrics is expected");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_gives_upstream_its_mean_on_every_golden),
        cmocka_unit_test(metric_and_filter_come_out_of_the_key),
        cmocka_unit_test(results_of_lm_eval_0_3_have_no_filters),
        cmocka_unit_test(a_run_on_part_of_the_samples_is_said_aloud),
        cmocka_unit_test(what_is_no_result_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
