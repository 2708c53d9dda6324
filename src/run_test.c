/* nkibench test: every test file that is meant, every item of it in a state of its own, and what
 * came of them for scripts/test.lua to word. */
#include "run_test.h"

#include <string.h>

#include "base/num.h"
#include "base/text.h"

/* ---- what was asked for ---- */

/* A whole number from `least`; the flag's name is the text's. */
static int take_count(nkb_run *run, const char *name, int64_t least, struct nkb_value *asked)
{
    const char *text = run_asked(run, name);
    char shown[NKB_SHOWN_BYTES];
    int64_t value;

    if (!text)
        return 0;
    if (!nkb_parse_i64(nkb_str_from(text), &value) || value < least || value > INT64_C(1000000000))
        return nkb_err_set(&run->err, NKB_EUSAGE,
                           "--%s is '%s'; a whole number from %lld to 1000000000 is expected", name,
                           nkb_show(nkb_str_from(text), shown), (long long)least);
    nkb_metric_int(&run->arena, asked, name, value, NULL, NULL);
    return 0;
}

static int take_asked(struct run_testing *testing, double *min_percent)
{
    nkb_run *run = testing->run;
    struct nkb_value *asked = nkb_value_object(&run->arena);
    const char *min = run_asked(run, "min");
    char shown[NKB_SHOWN_BYTES];

    testing->only = run_asked(run, "only");
    testing->asked = asked;
    int code = take_count(run, "seed", 0, asked);
    if (code == 0)
        code = take_count(run, "runs", 1, asked);
    *min_percent = -1;
    if (code == 0 && min &&
        (!nkb_parse_double(nkb_str_from(min), false, min_percent) ||
         !(*min_percent >= 0 && *min_percent <= 100)))
        return nkb_err_set(&run->err, NKB_EUSAGE,
                           "--min is '%s'; a percentage from 0 to 100 is expected",
                           nkb_show(nkb_str_from(min), shown));
    if (code == 0 && (min || run_asked(run, "coverage"))) {
        testing->coverage = nkb_coverage_new();
        if (!testing->coverage)
            return nkb_err_memory(&run->err);
    }
    return code;
}

/* ---- items ---- */

static int open_host(struct run_testing *testing, struct nkb_host **host)
{
    int code = nkb_host_new(host, &testing->limits, &testing->run->err);
    if (code != 0)
        return code;
    nkb_host_on_enter(*host, testing->run->enter, testing->run->enter_context);
    nkb_host_cover(*host, testing->coverage);
    return 0;
}

/* A state of its own, with the rule and the test in it. *is_rules: it is the rule that will not
 * load. */
static int open_item(struct run_testing *testing, size_t position, struct nkb_host **host,
                     bool *is_rules)
{
    struct nkb_value *outline;
    int code = open_host(testing, host);
    *is_rules = false;
    if (code == 0) {
        code = nkb_host_load(*host, &testing->rule, &testing->run->err);
        *is_rules = code == NKB_ERULE || code == NKB_EINPUT;
    }
    if (code == 0)
        code = nkb_test_load(*host, &testing->test, &position, &testing->run->arena, &outline,
                             &testing->run->err);
    return code;
}

/* What the rule and the test have required is read as well. */
static int check_modules(struct run_testing *testing, const struct nkb_host *host)
{
    const struct nkb_value *modules = host && testing->replaced ? nkb_host_modules(host) : NULL;
    int code = 0;
    for (size_t i = 0; code == 0 && modules && i < modules->as.items.count; i++)
        code = run_test_reads(testing, run_test_text_of(modules->as.items.at[i].value, "path"),
                              "what a rule requires");
    return code;
}

static struct nkb_value *add_item(struct run_testing *testing, struct nkb_value *list,
                                  const struct nkb_value *item)
{
    static const char *const kept[] = {"name", "kind", "where"};
    struct nkb_arena *arena = &testing->run->arena;
    struct nkb_value *entry = nkb_value_object(arena);

    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        const char *text = run_test_text_of(item, kept[i]);
        if (text)
            nkb_metric_text(arena, entry, kept[i], text, NULL);
    }
    nkb_value_append(arena, list, entry);
    return entry;
}

/* One failure that is a text and nothing more. */
static void fail_with(struct run_testing *testing, struct nkb_value *entry, const char *text)
{
    struct nkb_arena *arena = &testing->run->arena;
    nkb_metric_bool(arena, entry, "ok", false, NULL);
    nkb_value_append(arena, nkb_metric_list(arena, entry, "failures"), nkb_value_text(arena, text));
    testing->failed++;
}

static int run_item(struct run_testing *testing, size_t position, const struct nkb_value *item,
                    struct nkb_value *list)
{
    nkb_run *run = testing->run;
    struct nkb_test_given given = {run_test_text_of(item, "where"), NULL, NULL, testing->asked,
                                   NKB_VERSION};
    struct nkb_value *report = NULL;
    struct nkb_host *host = NULL;
    bool is_rules = false;

    int code = run_test_read_given(testing, item, &given);
    if (code == 0)
        code = open_item(testing, position, &host, &is_rules);
    if (code == 0)
        code = nkb_test_run(host, position, &given, &run->arena, &report, &run->err);
    if (!testing->refused && check_modules(testing, host) != 0)
        code = NKB_EUSAGE;
    nkb_host_free(host);
    if (testing->refused)
        return code;
    if (code != 0 && !is_rules)
        return code;
    struct nkb_value *entry = add_item(testing, list, item);
    if (is_rules) {
        fail_with(testing, entry, run->err.text);
        return 0;
    }
    for (size_t i = 0; i < report->as.items.count; i++)
        nkb_value_set(&run->arena, entry, report->as.items.at[i].key, report->as.items.at[i].value);
    const struct nkb_value *ok = nkb_value_get(report, "ok");
    if (nkb_value_is(ok, NKB_BOOL) && ok->as.boolean)
        testing->passed++;
    else
        testing->failed++;
    return nkb_arena_failed(&run->arena) ? nkb_err_memory(&run->err) : 0;
}

static int run_items(struct run_testing *testing, const struct nkb_value *outline,
                     struct nkb_value *file)
{
    nkb_run *run = testing->run;
    const struct nkb_value *items = nkb_value_get(outline, "items");
    struct nkb_value *list = nkb_metric_list(&run->arena, file, "items");
    struct nkb_value *faults = nkb_metric_list(&run->arena, file, "faults");

    for (size_t i = 0; nkb_value_is(items, NKB_ARRAY) && i < items->as.items.count; i++) {
        const struct nkb_value *item = items->as.items.at[i].value;
        if (testing->only && !strstr(run_test_text_of(item, "name"), testing->only)) {
            testing->left_out++;
            continue;
        }
        int code = run_item(testing, i, item, list);
        if (code == NKB_EMEMORY || testing->refused)
            return code;
        if (code != 0) { /* of this item; the others may be well */
            testing->faults++;
            nkb_value_append(&run->arena, faults, nkb_value_text(&run->arena, run->err.text));
        }
    }
    return 0;
}

static int run_file(struct run_testing *testing, const char *path, struct nkb_value *files)
{
    nkb_run *run = testing->run;
    struct nkb_value *file = nkb_value_object(&run->arena), *outline = NULL;
    struct nkb_host *host = NULL;

    nkb_metric_text(&run->arena, file, "path", path, NULL);
    nkb_value_append(&run->arena, files, file);
    int code = run_test_read(testing, path);
    if (code == 0 && testing->coverage)
        code = nkb_coverage_of(testing->coverage, testing->test.directory, &run->err);
    if (code == 0)
        code = open_host(testing, &host);
    if (code == 0)
        code = nkb_test_load(host, &testing->test, NULL, &run->arena, &outline, &run->err);
    if (!testing->refused && check_modules(testing, host) != 0)
        code = NKB_EUSAGE;
    nkb_host_free(host);
    if (code == 0)
        code = run_test_find_rule(testing, outline);
    if (code == 0)
        return run_items(testing, outline, file);
    if (code == NKB_EMEMORY || testing->refused)
        return code;
    testing->faults++;
    nkb_value_append(&run->arena, nkb_metric_list(&run->arena, file, "faults"),
                     nkb_value_text(&run->arena, run->err.text));
    return 0;
}

/* ---- all ---- */

/* Lines of the rules that ran, of those that can; what is below the least asked for fails. */
static int add_coverage(struct run_testing *testing, struct nkb_value *report, double min_percent)
{
    struct nkb_arena *arena = &testing->run->arena;
    struct nkb_value *list = nkb_coverage_value(testing->coverage, arena);
    double lines = 0, ran = 0;

    if (!list)
        return nkb_err_memory(&testing->run->err);
    for (size_t i = 0; i < list->as.items.count; i++) {
        lines += (double)nkb_value_get(list->as.items.at[i].value, "lines")->as.integer;
        ran += (double)nkb_value_get(list->as.items.at[i].value, "run")->as.integer;
    }
    nkb_value_put(arena, report, "coverage", list);
    if (min_percent >= 0) {
        nkb_metric_float(arena, report, "min_percent", min_percent, "%", NULL);
        nkb_metric_bool(arena, report, "below_min", ran * 100 < min_percent * lines || lines == 0,
                        NULL);
    }
    return 0;
}

static int verdict(const struct run_testing *testing, const struct nkb_value *report)
{
    struct nkb_err *err = &testing->run->err;
    const struct nkb_value *below = nkb_value_get(report, "below_min");
    char shown[NKB_SHOWN_BYTES];
    int64_t all = testing->passed + testing->failed;

    if (testing->faults)
        return nkb_err_set(err, NKB_ERULE, "%lld %s", (long long)testing->faults,
                           testing->faults == 1 ? "test could not be run"
                                                : "tests could not be run");
    if (all == 0)
        return nkb_err_set(err, NKB_EINPUT, "no case's name holds '%s'",
                           nkb_show(nkb_str_from(testing->only), shown));
    if (testing->failed)
        return nkb_err_set(err, NKB_EINPUT, "%lld of %lld %s failed", (long long)testing->failed,
                           (long long)all, all == 1 ? "test" : "tests");
    if (nkb_value_is(below, NKB_BOOL) && below->as.boolean)
        return nkb_err_set(err, NKB_EINPUT, "fewer lines have run than --min asks for");
    return 0;
}

static int run_files(struct run_testing *testing, const struct nkb_value *files)
{
    nkb_run *run = testing->run;
    struct nkb_value *report = nkb_value_object(&run->arena);
    struct nkb_value *list = nkb_metric_list(&run->arena, report, "files");
    double min_percent;

    int code = take_asked(testing, &min_percent);
    for (size_t i = 0; code == 0 && i < files->as.items.count; i++)
        code = run_file(testing, files->as.items.at[i].value->as.string.ptr, list);
    if (code != 0)
        return code;
    nkb_metric_int(&run->arena, report, "passed", testing->passed, NULL, NULL);
    nkb_metric_int(&run->arena, report, "failed", testing->failed, NULL, NULL);
    nkb_metric_int(&run->arena, report, "faults", testing->faults, NULL, NULL);
    nkb_metric_int(&run->arena, report, "left_out", testing->left_out, NULL, NULL);
    if (testing->coverage)
        code = add_coverage(testing, report, min_percent);
    if (code == 0 && nkb_arena_failed(&run->arena))
        code = nkb_err_memory(&run->err);
    if (code != 0)
        return code;
    run->tests = report;
    return verdict(testing, report);
}

int nkb_run_test(nkb_run *run, const char *const *paths, size_t count)
{
    struct run_testing testing = {.run = run, .limits = run_limits(run)};
    struct nkb_value *files = NULL;
    const char *junit = run_asked(run, "junit");
    struct stat st;

    run->tests = NULL;
    if (junit && stat(junit, &st) == 0)
        testing.replaced = &st;
    int code = run_test_find(run, paths, count, &files);
    if (code == 0)
        code = run_files(&testing, files);
    nkb_coverage_free(testing.coverage);
    return run_status(run, code);
}

int run_test_text(nkb_run *run, const char *form, struct nkb_buf *out)
{
    struct nkb_value *argument = nkb_value_object(&run->arena);
    if (!run->tests)
        return nkb_err_set(&run->err, NKB_EUSAGE, "no tests have been run");
    nkb_value_put(&run->arena, argument, "report", run->tests);
    nkb_metric_text(&run->arena, argument, "form", form, NULL);
    return nkb_script_run("scripts/test.lua", argument, &run->arena, out, NULL, &run->err);
}
