#include "run_hlo_views.h"
#include "run_rows.h"

#include <stdio.h>
#include <string.h>

#include "analyze/flops.h"
#include "analyze/macs.h"
#include "base/num.h"
#include "base/text.h"

enum {
    LISTED = 500,     /* instructions looked through for those that are in no kernel */
    WHOLE = 1000,     /* parts of a scope's name: all */
    MAX_CORES = 1000, /* --cores */
    MAX_TOP = 10000,
};

static const struct view {
    const char *name, *script;
    uint32_t dimensions;
} views[] = {
    {"roofline", "scripts/hlo_roofline.lua",
     1u << NKB_BY_MODULE | 1u << NKB_BY_OPCODE | 1u << NKB_BY_KERNEL | 1u << NKB_BY_DTYPE},
    {"advise", "scripts/hlo_advise.lua",
     1u << NKB_BY_SCOPE | 1u << NKB_BY_KERNEL | 1u << NKB_BY_INSTRUCTION},
    {"diff", "scripts/hlo_diff.lua",
     1u << NKB_BY_OPCODE | 1u << NKB_BY_KERNEL | 1u << NKB_BY_SCOPE | 1u << NKB_BY_DTYPE},
};

/* One chip by its own name; every --hw-backend is known, too. Cores of a chip: aws-neuron-sdk,
 * about-neuron/arch/neuron-hardware (trn1-arch, inferentia2, trainium2). */
static const struct {
    const char *name, *backend;
    uint32_t cores; /* 0: not known */
} chips[] = {{"trn1", "trn1.2xlarge", 2},
             {"trn2", "trn2.3xlarge", 8},
             {"trn3", "trn3-chip", 0},
             {"inf2", "inf2.xlarge", 2}};

static const struct view *view_of(const nkb_run *run)
{
    const char *asked = run_asked(run, "view");
    for (size_t i = 0; asked && i < sizeof views / sizeof *views; i++)
        if (strcmp(views[i].name, asked) == 0)
            return &views[i];
    return NULL;
}

bool run_hlo_view(const nkb_run *run, struct nkb_attribution *attribution)
{
    const struct view *view = view_of(run);
    if (view)
        *attribution = (struct nkb_attribution){
            .dimensions = view->dimensions, .top = LISTED, .sort = NKB_FIG_MACS};
    return view != NULL;
}

bool run_hlo_digests(const nkb_run *run)
{
    const struct view *view = view_of(run);
    return view && strcmp(view->name, "diff") == 0;
}

static const struct nkb_peak *chip_of(const nkb_run *run)
{
    const char *asked = run_asked(run, "chip");
    for (size_t i = 0; i < sizeof chips / sizeof *chips; i++)
        if (strcmp(chips[i].name, asked ? asked : "trn1") == 0)
            return nkb_peak_find(chips[i].backend);
    return nkb_peak_find(asked);
}

/* How many a module can be one of: those of the chip where they are known. */
static uint32_t cores_of(const nkb_run *run)
{
    const char *asked = run_asked(run, "chip");
    for (size_t i = 0; i < sizeof chips / sizeof *chips; i++)
        if (strcmp(chips[i].name, asked ? asked : "trn1") == 0 && chips[i].cores > 0)
            return chips[i].cores;
    return MAX_CORES;
}

static int refuse_chip(nkb_run *run, const char *asked)
{
    struct nkb_buf names = NKB_BUF_INIT;
    char shown[NKB_SHOWN_BYTES];
    size_t count;
    const struct nkb_peak *peaks = nkb_peaks(&count);
    for (size_t i = 0; i < sizeof chips / sizeof *chips; i++)
        nkb_buf_printf(&names, "%s, ", chips[i].name);
    for (size_t i = 0; i < count; i++)
        if (strchr(peaks[i].backend, '.') || strchr(peaks[i].backend, '-'))
            nkb_buf_printf(&names, "%s, ", peaks[i].backend);
    int code = nkb_err_set(&run->err, NKB_EUSAGE, "--chip is '%s'; one of %sp5 is expected",
                           nkb_show(nkb_str_from(asked), shown), names.data ? names.data : "");
    nkb_buf_free(&names);
    return code;
}

/* Which of the flags of `hlo` mean something to which view. */
static const struct {
    const char *name, *views;
} uses[] = {{"by", ""},
            {"count", ""},
            {"sort", ""},
            {"chip", "roofline"},
            {"cores", "roofline"},
            {"rule", "advise"},
            {"depth", "advise diff"}};

int run_check_hlo_view(nkb_run *run)
{
    const struct view *view = view_of(run);
    uint32_t number = 0;

    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
        if (run_asked(run, uses[i].name) && view && !strstr(uses[i].views, view->name))
            return nkb_err_set(&run->err, NKB_EUSAGE, "--%s means nothing to hlo %s", uses[i].name,
                               view->name);
        else if (run_asked(run, uses[i].name) && !view && uses[i].views[0] &&
                 strcmp(uses[i].name, "depth") != 0)
            return nkb_err_set(&run->err, NKB_EUSAGE, "--%s is for nkibench hlo %s", uses[i].name,
                               uses[i].views);
    if (!view)
        return 0;
    if (!chip_of(run))
        return refuse_chip(run, run_asked(run, "chip"));
    int code = run_asked_number(run, "cores", 1, cores_of(run), &number);
    if (code == 0)
        code = run_asked_number(run, "top", 0, MAX_TOP, &number);
    return code == 0 ? run_asked_number(run, "depth", 1, WHOLE, &number) : code;
}

static int add_table(nkb_run *run, nkb_run *of, enum nkb_dimension dimension, uint32_t depth,
                     struct nkb_value *tables)
{
    const struct nkb_hlo_totals_options options = {run_switch(run, SET_ANY_FORM),
                                                   run_switch(run, SET_DEDUPE), "--hlo"};
    const struct nkb_table_request request = {.by = dimension,
                                              .sort = NKB_FIGURES,
                                              .listed =
                                                  dimension == NKB_BY_INSTRUCTION ? LISTED : 0,
                                              .depth = depth};
    struct nkb_value *table = NULL;
    int code = nkb_hlo_table(&run->arena, of->modules, of->module_count, run_rows_of(of, dimension),
                             &options, &request, &table, &run->err);
    nkb_value_put(&run->arena, tables, nkb_dimension_name(dimension), table);
    return code;
}

static int add_tables(nkb_run *run, nkb_run *of, uint32_t dimensions, struct nkb_value *argument,
                      const char *name)
{
    struct nkb_value *tables = nkb_metric_group(&run->arena, argument, name);
    bool compared = run->against != NULL;
    uint32_t depth = compared ? WHOLE : 0; /* two sides are cut alike */
    int code = run_asked_number(run, "depth", 1, WHOLE, &depth);
    for (int d = 0; d < NKB_DIMENSIONS && code == 0; d++)
        if (dimensions >> d & 1)
            code = add_table(run, of, (enum nkb_dimension)d, depth, tables);
    return code;
}

static void add_chip(nkb_run *run, struct nkb_value *argument)
{
    const struct nkb_peak *peak = chip_of(run);
    const char *asked = run_asked(run, "chip");
    struct nkb_arena *arena = &run->arena;
    struct nkb_value *chip = nkb_metric_group(arena, argument, "chip");
    nkb_metric_text(arena, chip, "name", asked ? asked : "trn1", NULL);
    nkb_metric_text(arena, chip, "source", peak->source, NULL);
    nkb_metric_int(arena, chip, "chips", peak->chips, NULL, NULL);
    nkb_metric_float(arena, chip, "tflops", peak->tflops_per_node, "TFLOP/s", NULL);
    nkb_metric_float(arena, chip, "gb_per_s", peak->bandwidth_gb_per_s, "GB/s", NULL);
}

static bool get_int(const struct nkb_value *tree, const char *path, int64_t *out)
{
    const struct nkb_value *value = nkb_value_path(tree, path);
    *out = nkb_value_is(value, NKB_INT) ? value->as.integer : 0;
    return nkb_value_is(value, NKB_INT);
}

static const char not_told[] = "what it would add to the static count cannot be told";

/* MACs of a row that upstream counts only once a kernel does them: those of convolutions, ragged
 * dots and the like, each computation once. False when the row does not tell: of several
 * instructions together it has only what runs. */
static bool find_unseen(const struct nkb_value *row, int64_t *out)
{
    int64_t conv, other, calls, instructions;
    *out = 0;
    if (!get_int(row, "executed.conv_macs", &conv) || !get_int(row, "executed.other_macs", &other))
        return true;            /* what runs is not known, and no such instruction is shown */
    int64_t all = conv + other; /* parts of one total */
    if (all == 0)
        return true;
    if (!get_int(row, "calls", &calls) || !get_int(row, "instructions", &instructions) ||
        instructions != 1 || calls <= 0)
        return false;
    *out = all / calls;
    return true;
}

static void add_unseen(nkb_run *run, const struct nkb_value *tables)
{
    static const char *const shown[] = {"scope.rows", "instruction.rows"};
    for (size_t t = 0; t < sizeof shown / sizeof *shown; t++) {
        const struct nkb_value *rows = nkb_value_path(tables, shown[t]);
        for (size_t i = 0; nkb_value_is(rows, NKB_ARRAY) && i < rows->as.items.count; i++) {
            struct nkb_value *row = rows->as.items.at[i].value;
            int64_t unseen;
            if (find_unseen(row, &unseen))
                nkb_metric_int(&run->arena, row, "unseen_macs", unseen, "MAC", NULL);
            else
                nkb_metric_absent(&run->arena, row, "unseen_macs", not_told);
        }
    }
}

/* Let one of a group's metrics be what it would be. */
static void vary(nkb_run *run, const char *group, const char *name, int64_t count, double ratio)
{
    char path[48];
    struct nkb_value *leaf = NULL;
    snprintf(path, sizeof path, "hlo.%s.%s", group, name);
    struct nkb_value *changed = run_vary_metric(run, path, &leaf);
    if (!changed)
        return;
    if (nkb_value_is(leaf, NKB_INT))
        leaf->as.integer = count;
    else if (nkb_value_is(leaf, NKB_FLOAT))
        leaf->as.number = ratio;
    run->metrics = changed;
}

/* Let kernels do the MACs of a row, and `unseen` that the group has not counted so far. */
static void move_macs(nkb_run *run, const char *group, const struct nkb_value *row, int64_t unseen)
{
    char path[48];
    int64_t macs, nki, all, now;
    snprintf(path, sizeof path, "hlo.%s", group);
    const struct nkb_value *total = nkb_value_path(run->metrics, path);
    const struct nkb_value *part = nkb_value_get(row, group);
    if (!get_int(part, "macs", &macs) || !get_int(part, "nki_macs", &nki) ||
        !get_int(total, "macs", &all) || !get_int(total, "nki_macs", &now) ||
        all > INT64_MAX - unseen)
        return;
    all += unseen;
    now += macs - nki + unseen; /* parts of one total */
    vary(run, group, "macs", all, 0);
    vary(run, group, "nki_macs", now, 0);
    vary(run, group, "nki_ratio", 0, nkb_macs_ratio(now, all));
}

/* Does the score depend on the static count? It is asked with none of it in kernels, and all. A
 * rule at fault is not asked again, for it may take all its time to say so: *fault is what it said.
 */
static bool reads_static(nkb_run *run, const char **fault)
{
    struct nkb_value *measured = run->metrics;
    double scores[2] = {0, 0};
    int64_t all;
    for (int i = 0; i < 2 && !*fault && get_int(measured, "hlo.static.macs", &all); i++) {
        vary(run, "static", "nki_macs", i ? all : 0, 0);
        vary(run, "static", "nki_ratio", 0, i);
        if (nkb_host_probe(run->host, run->metrics, &scores[i], &run->err) != 0)
            *fault = nkb_arena_string(&run->arena, run->err.text);
        run->metrics = measured;
    }
    return scores[0] < scores[1] || scores[0] > scores[1];
}

/* The score were the MACs of each row of a table done by kernels: both ratios and what they are
 * made of change, all else stays. */
static int add_scores(nkb_run *run, struct nkb_value *table, bool static_matters,
                      const char **fault)
{
    struct nkb_value *measured = run->metrics;
    const struct nkb_value *rows = nkb_value_get(table, "rows");
    int code = 0;

    for (size_t i = 0; nkb_value_is(rows, NKB_ARRAY) && i < rows->as.items.count && code == 0;
         i++) {
        struct nkb_value *row = rows->as.items.at[i].value;
        double score = 0;
        int64_t unseen;
        bool told = get_int(row, "unseen_macs", &unseen) || !static_matters;
        move_macs(run, "static", row, unseen);
        move_macs(run, "executed", row, 0);
        if (told && !*fault && nkb_host_probe(run->host, run->metrics, &score, &run->err) != 0)
            *fault = nkb_arena_string(&run->arena, run->err.text);
        if (*fault || !told)
            nkb_metric_absent(&run->arena, row, "score", *fault ? *fault : not_told);
        else
            nkb_metric_float(&run->arena, row, "score", score, NULL, NULL);
        run->metrics = measured;
        run->err = (struct nkb_err){0};
        if (nkb_arena_failed(&run->arena))
            code = nkb_err_memory(&run->err);
    }
    return code;
}

static int add_rule(nkb_run *run, struct nkb_value *argument)
{
    struct nkb_value *tables = nkb_value_get(argument, "tables");
    const struct nkb_value *score = nkb_value_get(run->result, "score");
    double now;
    if (!nkb_value_number(score, &now))
        return 0;
    nkb_metric_text(&run->arena, argument, "rule", nkb_host_rule_text(run->host, "name"), NULL);
    nkb_metric_float(&run->arena, argument, "score", now, NULL, NULL);
    const char *fault = NULL;
    bool static_matters = reads_static(run, &fault);
    int code = add_scores(run, nkb_value_get(tables, "scope"), static_matters, &fault);
    return code == 0 ? add_scores(run, nkb_value_get(tables, "instruction"), static_matters, &fault)
                     : code;
}

int run_hlo_view_text(nkb_run *run, const char *form, struct nkb_buf *out)
{
    const struct view *view = view_of(run);
    struct nkb_arena *arena = &run->arena;
    struct nkb_value *argument = nkb_value_object(arena), *made = NULL;
    bool text = strcmp(form, ".text") == 0, json = strcmp(form, ".json") == 0;

    if (!text && !json && strcmp(form, ".lua") != 0)
        return nkb_err_set(&run->err, NKB_EUSAGE, "hlo %s has the forms text, --json and --lua",
                           view->name);
    int code = add_tables(run, run, view->dimensions, argument, "tables");
    nkb_value_put(arena, argument, "hlo", nkb_value_get(run->metrics, "hlo"));
    nkb_value_put(arena, argument, "asked", run->asked);
    nkb_metric_bool(arena, argument, "text", text, NULL);
    add_chip(run, argument);
    if (code == 0 && strcmp(view->name, "advise") == 0)
        add_unseen(run, nkb_value_get(argument, "tables"));
    if (code == 0 && run->against) {
        code = add_tables(run, run->against, view->dimensions, argument, "other_tables");
        nkb_value_put(arena, argument, "other_hlo", nkb_value_get(run->against->metrics, "hlo"));
        if (code == 0)
            code = run_compare_modules(run, argument);
    }
    if (code == 0 && run->result)
        code = add_rule(run, argument);
    if (code == 0)
        code = nkb_script_run(view->script, argument, arena, text ? out : NULL, text ? NULL : &made,
                              &run->err);
    if (code != 0 || text)
        return code;
    if (json) {
        code = nkb_value_to_json(made, 2, out, &run->err);
        nkb_buf_char(out, '\n');
        return code;
    }
    struct nkb_value *tree = nkb_value_object(arena);
    nkb_value_put(arena, tree, "tree", made);
    return nkb_script_run("scripts/metrics_lua.lua", tree, arena, out, NULL, &run->err);
}
