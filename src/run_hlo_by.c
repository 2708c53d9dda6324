#include "run_hlo_by.h"

#include "run_hlo_views.h"
#include "run_rows.h"

#include <string.h>

#include "base/num.h"
#include "base/text.h"

enum { DEFAULT_TOP = 20, MAX_DEPTH = 1000, SUMMARY_TOP = 6, SCAN_TOP = 500 };

/* Which column --sort names, by --count. */
static const struct {
    const char *name;
    enum nkb_figure figure[3]; /* NKB_FIGURES: this count has none */
} keys[] = {
    {"macs", {NKB_FIG_MACS, NKB_FIG_STATIC_MACS, NKB_FIGURES}},
    {"nki", {NKB_FIG_NKI, NKB_FIG_STATIC_NKI, NKB_FIGURES}},
    {"flops", {NKB_FIG_FLOPS, NKB_FIGURES, NKB_FIG_XLA_FLOPS}},
    {"transcendentals", {NKB_FIG_TRANSCENDENTALS, NKB_FIGURES, NKB_FIG_XLA_TRANSCENDENTALS}},
    {"bytes", {NKB_FIG_BYTES, NKB_FIGURES, NKB_FIG_XLA_BYTES}},
    {"calls", {NKB_FIG_CALLS, NKB_FIGURES, NKB_FIG_XLA_CALLS}},
    {"instructions", {NKB_FIG_INSTRUCTIONS, NKB_FIG_INSTRUCTIONS, NKB_FIG_INSTRUCTIONS}},
};
enum { KEYS = sizeof keys / sizeof *keys };

static const char *const counts[] = {
    [NKB_COUNT_EXECUTED] = "executed", [NKB_COUNT_STATIC] = "static", [NKB_COUNT_XLA] = "xla"};

static int read_count(nkb_run *run, struct run_hlo_by *by)
{
    const char *asked = run_asked(run, "count");
    char shown[NKB_SHOWN_BYTES];
    for (int i = 0; asked && i < 3; i++)
        if (strcmp(asked, counts[i]) == 0) {
            by->request.count = (enum nkb_table_count)i;
            return 0;
        }
    return !asked ? 0
                  : nkb_err_set(&run->err, NKB_EUSAGE,
                                "--count is '%s'; executed, static or xla is expected",
                                nkb_show(nkb_str_from(asked), shown));
}

/* The columns a count can be sorted by, "macs, nki, … or key". */
static const char *list_keys(nkb_run *run, enum nkb_table_count count)
{
    struct nkb_buf text = NKB_BUF_INIT;
    for (int i = 0; i < KEYS; i++)
        if (keys[i].figure[count] != NKB_FIGURES)
            nkb_buf_printf(&text, "%s%s", text.len ? ", " : "", keys[i].name);
    nkb_buf_text(&text, " or key");
    const char *list = nkb_arena_keep(&run->arena, &text).ptr;
    return list ? list : "";
}

static int read_sort(nkb_run *run, struct run_hlo_by *by)
{
    const char *asked = run_asked(run, "sort");
    enum nkb_table_count count = by->request.count;
    char shown[NKB_SHOWN_BYTES];

    by->request.sort = NKB_FIGURES;
    by->request.sort_by_key = asked && strcmp(asked, "key") == 0;
    for (int i = 0; asked && i < KEYS; i++)
        if (strcmp(asked, keys[i].name) == 0)
            by->request.sort = keys[i].figure[count];
    if (asked && !by->request.sort_by_key && by->request.sort == NKB_FIGURES)
        return nkb_err_set(&run->err, NKB_EUSAGE, "--sort is '%s'; %s is expected with --count %s",
                           nkb_show(nkb_str_from(asked), shown), list_keys(run, count),
                           counts[count]);
    static const enum nkb_figure first[] = {NKB_FIG_MACS, NKB_FIG_STATIC_MACS, NKB_FIG_XLA_FLOPS};
    by->attribution.sort = by->request.sort == NKB_FIGURES ? first[count] : by->request.sort;
    return 0;
}

/* What a part keeps when nothing is asked for: whoever merges may ask for any. */
static const char every_dimension[] =
    "module,computation,opcode,kernel,scope,source,dtype,shape,instruction";

static int refuse_at_scan(nkb_run *run)
{
    static const char *const names[] = {"sort", "count", "depth"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (run_asked(run, names[i]))
            return nkb_err_set(&run->err, NKB_EUSAGE,
                               "--%s means nothing to --scan; give it where parts are merged",
                               names[i]);
    return 0;
}

/* A module's page is not to tell its part from itself. */
static int refuse_few(nkb_run *run, uint32_t top)
{
    if (top == 0 || top >= SUMMARY_TOP)
        return 0;
    return nkb_err_set(
        &run->err, NKB_EUSAGE,
        "--top is '%u'; with --scan a whole number from %d to %d, or 0, is expected, "
        "as a page lists %d instructions",
        top, SUMMARY_TOP, NKB_TOP_MAX, SUMMARY_TOP);
}

static int add_dimension(nkb_run *run, struct run_hlo_by *by, struct nkb_str name)
{
    int found = nkb_dimension_find(name);
    char shown[NKB_SHOWN_BYTES];
    if (found < 0) {
        const char *meant = nkb_suggest(name, nkb_dimension_names, NKB_DIMENSIONS);
        return nkb_err_set(
            &run->err, NKB_EUSAGE,
            "--by is '%s'; module, computation, opcode, kernel, scope, source, dtype, "
            "shape or instruction is expected%s%s%s",
            nkb_show(name, shown), meant ? "; did you mean '" : "", meant ? meant : "",
            meant ? "'?" : "");
    }
    if ((by->attribution.dimensions >> found & 1) == 0)
        by->dimensions[by->count++] = (enum nkb_dimension)found;
    by->attribution.dimensions |= 1u << found;
    return 0;
}

static int read_dimensions(nkb_run *run, struct run_hlo_by *by, const char *asked)
{
    int code = 0;
    for (const char *at = asked; code == 0; at++) {
        size_t len = strcspn(at, ",");
        code = add_dimension(run, by, (struct nkb_str){at, len});
        at += len;
        if (*at == '\0')
            break;
    }
    return code;
}

/* Flags that would change nothing are a mistake. */
static int refuse_without_by(nkb_run *run)
{
    static const char *const names[] = {"top", "sort", "count", "depth"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (run_asked(run, names[i]))
            return nkb_err_set(&run->err, NKB_EUSAGE, "--%s is for a table: give --by, too",
                               names[i]);
    return 0;
}

int run_read_hlo_by(nkb_run *run, struct run_hlo_by *out)
{
    const char *asked = run_asked(run, "by");
    *out = (struct run_hlo_by){.request = {.top = DEFAULT_TOP}};
    int bad = run_check_hlo_view(run);
    if (bad != 0 || run_hlo_view(run, &out->attribution))
        return bad;
    if (!asked && run_asked(run, "csv"))
        asked = "module";
    if (run_asked(run, "scan")) {
        asked = asked ? asked : every_dimension;
        out->request.top = SCAN_TOP;
        bad = refuse_at_scan(run);
        if (bad != 0)
            return bad;
    }
    if (!asked) {
        out->summary = run_asked(run, "page") && run->module_count == 1;
        out->request.sort = NKB_FIGURES;
        if (out->summary)
            out->attribution = (struct nkb_attribution){
                .dimensions = RUN_PAGE_DIMENSIONS, .top = SUMMARY_TOP, .sort = NKB_FIG_MACS};
        return refuse_without_by(run);
    }
    int code = read_dimensions(run, out, asked);
    if (code == 0)
        code = read_count(run, out);
    if (code == 0)
        code = read_sort(run, out);
    if (code == 0)
        code = run_asked_number(run, "top", 0, NKB_TOP_MAX, &out->request.top);
    if (code == 0 && run_asked(run, "scan"))
        code = refuse_few(run, out->request.top);
    if (code == 0)
        code = run_asked_number(run, "depth", 1, MAX_DEPTH, &out->request.depth);
    out->attribution.top = out->request.top ? out->request.top : NKB_TOP_MAX;
    out->attribution.depth = out->request.depth;
    return code;
}

static int add_table(nkb_run *run, struct run_hlo_by *by, enum nkb_dimension dimension,
                     struct nkb_value *list)
{
    const struct nkb_hlo_totals_options options = {run_switch(run, SET_ANY_FORM),
                                                   run_switch(run, SET_DEDUPE), run->hlo_source};
    struct nkb_value *table = NULL;
    by->request.by = dimension;
    int code =
        nkb_hlo_table(&run->arena, run->modules, run->module_count, run_rows_of(run, dimension),
                      &options, &by->request, &table, &run->err);
    nkb_value_append(&run->arena, list, table);
    return code;
}

/* The first of each, for a module's page; what its part has no groups of is left out, and all where
 * more modules than one were read. */
static int add_summary(nkb_run *run, struct run_hlo_by *by, struct nkb_value *list)
{
    static const struct {
        enum nkb_dimension dimension;
        enum nkb_figure sort;
    } shown[] = {{NKB_BY_OPCODE, NKB_FIG_FLOPS},
                 {NKB_BY_SCOPE, NKB_FIGURES},
                 {NKB_BY_SHAPE, NKB_FIGURES},
                 {NKB_BY_INSTRUCTION, NKB_FIGURES}};
    int code = 0;
    by->request.top = SUMMARY_TOP;
    by->request.skip_zeros = true;
    for (size_t i = 0; run->module_count == 1 && i < sizeof shown / sizeof *shown && code == 0;
         i++) {
        by->request.sort = shown[i].sort;
        if (nkb_module_groups(&run->modules[0], shown[i].dimension)->made)
            code = add_table(run, by, shown[i].dimension, list);
    }
    return code;
}

static int run_tables(nkb_run *run, struct run_hlo_by *by, const char *form, struct nkb_value *hlo,
                      struct nkb_value *argument, struct nkb_buf *out)
{
    struct nkb_value *list = nkb_metric_list(&run->arena, argument, "tables");
    int code = 0;
    by->request.skip_zeros = strcmp(form, ".text") == 0 && by->request.top > 0; /* data is whole */
    for (size_t i = 0; i < by->count && code == 0; i++)
        code = add_table(run, by, by->dimensions[i], list);
    if (code != 0)
        return code;
    struct nkb_value *loops = nkb_value_path(hlo, "executed.unknown_trip_counts");
    if (loops) /* for who reads the data; a page is given all of hlo */
        nkb_value_put(&run->arena, argument, "unknown_trip_counts", loops);
    if (strcmp(form, ".json") == 0) {
        code = nkb_value_to_json(argument, 2, out, &run->err);
        nkb_buf_char(out, '\n');
        return code;
    }
    if (strcmp(form, ".lua") == 0) {
        struct nkb_value *tree = nkb_value_object(&run->arena);
        nkb_value_put(&run->arena, tree, "tree", argument);
        return nkb_script_run("scripts/metrics_lua.lua", tree, &run->arena, out, NULL, &run->err);
    }
    const char *script =
        strcmp(form, ".csv") == 0 ? "scripts/hlo_csv.lua" : "scripts/hlo_tables.lua";
    nkb_value_put(&run->arena, argument, "hlo", hlo);
    return nkb_script_run(script, argument, &run->arena, out, NULL, &run->err);
}

bool run_is_hlo_text(const nkb_run *run, const char *what)
{
    const char *form = strchr(what, '.');
    bool tree = strcmp(form, ".json") == 0 || strcmp(form, ".lua") == 0;
    return !tree || run_asked(run, "by") || run_asked(run, "view");
}

int run_hlo_text(nkb_run *run, const char *what, struct nkb_value *hlo, struct nkb_buf *out)
{
    const char *form = strchr(what, '.');
    struct run_hlo_by by;
    int code = run_read_hlo_by(run, &by);
    if (code != 0)
        return code;
    if (strcmp(form, ".refused") == 0) {
        for (size_t i = 0; i < run->module_count; i++)
            if (run->modules[i].named && !run->modules[i].ok)
                nkb_buf_printf(out, "%.*s: %s\n", NKB_STR_ARG(run->modules[i].path),
                               run->modules[i].error);
        return 0;
    }
    if (run_asked(run, "view"))
        return run_hlo_view_text(run, form, out);
    struct nkb_value *argument = nkb_value_object(&run->arena);
    if (by.count > 0)
        return run_tables(run, &by, form, hlo, argument, out);
    nkb_value_put(&run->arena, argument, "hlo", hlo);
    struct nkb_value *lines = run->module_count == 1 ? NULL : run_hlo_lines(run);
    if (!lines && run->module_count != 1)
        return nkb_err_memory(&run->err);
    nkb_value_put(&run->arena, argument, "lines", lines);
    code = add_summary(run, &by, nkb_metric_list(&run->arena, argument, "tables"));
    if (code != 0)
        return code;
    return nkb_script_run("scripts/hlo.lua", argument, &run->arena, out, NULL, &run->err);
}
