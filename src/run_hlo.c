/* The HLO of a run: which files, each analysed on its own, and what their places and each other say
 * of them (failed, locked, stale, duplicates). Results are in path order whatever the number of
 * threads. */
#include "run_hlo_by.h"
#include "run_hlo_views.h"
#include "run_reading.h"

#include <limits.h>

/* One line for all modules of a kind: how many, what it does to the number, the first of them. */
static void diagnose_kind(nkb_run *run, bool warning, size_t count, const struct nkb_module *first,
                          const char *one, const char *many)
{
    if (count == 1)
        run_diagnose(run, warning, "1 HLO file %s: %.*s", one, NKB_STR_ARG(first->path));
    else if (count > 1)
        run_diagnose(run, warning, "%zu HLO files %s: %.*s and %zu more", count, many,
                     NKB_STR_ARG(first->path), count - 1);
}

static void diagnose(nkb_run *run)
{
    enum { ERROR, FORM, FAILED, LOCKED, STALE, REPEATED, REMARKED, KINDS };
    size_t count[KINDS] = {0};
    const struct nkb_module *first[KINDS] = {NULL};
    struct nkb_str compiler = NKB_STR_NONE;
    bool several = false, dedupe = run_switch(run, SET_DEDUPE), page = run_asked(run, "page");
    /* Of counts alone, which says nothing of files. */
    bool table = run_asked(run, "by") || run_asked(run, "csv") || run_asked(run, "view");
    const struct nkb_hlo_totals_options options = {.any_form = run_switch(run, SET_ANY_FORM)};
    bool shown = page && !run_asked(run, "by") && !run_asked(run, "csv"); /* remarks, there */

    for (size_t i = 0; i < run->module_count; i++) {
        const struct nkb_module *m = &run->modules[i];
        const bool is[KINDS] = {
            [ERROR] =
                !m->ok && !(page && m->named), /* the page ends with a line for each of these */
            [FORM] = m->ok && table && !nkb_hlo_counts(m, &options),
            [FAILED] = m->ok && m->failed_compile,
            [LOCKED] = m->ok && m->locked,
            [STALE] = m->ok && m->stale,
            [REPEATED] = m->duplicate_of.len > 0,
            [REMARKED] = m->ok && m->diagnostic_count > 0 && !shown,
        };
        for (int k = 0; k < KINDS; k++)
            if (is[k] && count[k]++ == 0)
                first[k] = m;
        if (m->compiler_version.len && compiler.len == 0)
            compiler = m->compiler_version;
        else if (m->compiler_version.len && !several &&
                 !nkb_str_equal(compiler, m->compiler_version)) {
            several = true;
            run_diagnose(run, true, "modules of several compiler versions are added up: %.*s, %.*s",
                         NKB_STR_ARG(compiler), NKB_STR_ARG(m->compiler_version));
        }
    }
    if (count[ERROR])
        run_diagnose(run, true, "%zu of %zu HLO files cannot be read and count nothing: %.*s: %s%s",
                     count[ERROR], run->module_count, NKB_STR_ARG(first[ERROR]->path),
                     first[ERROR]->error, count[ERROR] > 1 ? " (nkibench hlo lists all)" : "");
    diagnose_kind(run, true, count[FORM], first[FORM],
                  "is no bare HloModuleProto and enters no total (--any-form)",
                  "are no bare HloModuleProto and enter no total (--any-form)");
    diagnose_kind(run, true, count[FAILED], first[FAILED], "failed to compile and still counts",
                  "failed to compile and still count");
    diagnose_kind(run, true, count[LOCKED], first[LOCKED],
                  "is locked, its compilation unfinished, and counts",
                  "are locked, their compilation unfinished, and count");
    diagnose_kind(run, true, count[STALE], first[STALE], "is newer than the log and counts",
                  "are newer than the log and count");
    if (dedupe)
        diagnose_kind(run, false, count[REPEATED], first[REPEATED],
                      "repeats another and is left out", "repeat others and are left out");
    else
        diagnose_kind(run, true, count[REPEATED], first[REPEATED],
                      "repeats another and counts again (--dedupe leaves it out)",
                      "repeat others and count again (--dedupe leaves them out)");
    diagnose_kind(run, false, count[REMARKED], first[REMARKED],
                  "has a remark (nkibench hlo shows it)", "have remarks (nkibench hlo shows them)");
}

/* All were asked for, and some are only in a sum. */
static void note_unlisted(nkb_run *run)
{
    size_t count = 0;
    const struct nkb_module *first = NULL;
    for (size_t i = 0; i < run->module_count; i++)
        if (run->modules[i].ok &&
            nkb_module_groups(&run->modules[i], NKB_BY_INSTRUCTION)->has_rest && count++ == 0)
            first = &run->modules[i];
    if (count > 0)
        run_diagnose(run, false,
                     "%zu HLO %s more than %d instructions, the largest of which are listed: %.*s",
                     count, count == 1 ? "file has" : "files have", NKB_TOP_MAX,
                     NKB_STR_ARG(first->path));
}

/* A score over files of which none counts would be a score of nothing: absent is not zero. */
static int check_counted(nkb_run *run, const char *source)
{
    const struct nkb_value *files = nkb_value_path(run->metrics, "hlo.files");
    const struct nkb_value *failed = nkb_value_path(run->metrics, "hlo.failed");
    const struct nkb_module *first = NULL;

    if (!nkb_value_is(files, NKB_INT) || !nkb_value_is(failed, NKB_INT) ||
        files->as.integer != failed->as.integer)
        return 0;
    for (size_t i = 0; i < run->module_count && !first; i++)
        if (!run->modules[i].ok)
            first = &run->modules[i];
    if (!first)
        return nkb_err_set(
            &run->err, NKB_EINPUT,
            "%s: none of its %lld HLO files is a bare HloModuleProto; --any-form counts the others",
            source, (long long)files->as.integer);
    return nkb_err_set(&run->err, NKB_EINPUT,
                       "%s: none of its %lld HLO files can be counted: %.*s: %s", source,
                       (long long)files->as.integer, NKB_STR_ARG(first->path), first->error);
}

/* A file given by name must be good: its fault is the run's. A page shows what the others hold
 * first. */
static int check_named(nkb_run *run)
{
    bool any = false;
    for (size_t i = 0; i < run->module_count; i++)
        any = any || run->modules[i].ok;
    if (any && run_asked(run, "page"))
        return 0;
    for (size_t i = 0; i < run->module_count; i++) {
        const struct nkb_module *module = &run->modules[i];
        if (module->named && !module->ok)
            return nkb_err_set(&run->err, NKB_EINPUT, "%.*s: %s", NKB_STR_ARG(module->path),
                               module->error);
    }
    return 0;
}

/* Of all that was found, shards of others included: an empty share of something is no mistake. */
static bool found_nothing(const nkb_run *run, const struct run_files *files)
{
    size_t empty_shards = 0;
    for (size_t i = 0; i < files->shards.count; i++)
        empty_shards += files->shards.at[i].files == 0;
    if (files->shards_of > 0)
        return files->found.count == 0;
    return run->module_count == 0 && empty_shards == files->shards.count;
}

/* The totals, and what is odd about the files. */
static int add_up(nkb_run *run, const char *source, enum need need)
{
    int code = check_named(run);
    if (code == 0)
        code = run_find_duplicates(run);
    if (code != 0)
        return code;
    diagnose(run);
    struct nkb_hlo_totals_options options = {run_switch(run, SET_ANY_FORM),
                                             run_switch(run, SET_DEDUPE), source};
    nkb_value_put(&run->arena, run->metrics, "hlo",
                  nkb_hlo_metrics(&run->arena, run->modules, run->module_count, &options));
    return need == NEED_REQUIRED && run->host ? check_counted(run, source) : 0;
}

int run_measure_hlo(nkb_run *run, enum need need)
{
    const char *folder = run->settings[SET_COMPILE_DIR].value;
    bool scan = run_asked(run, "scan") != NULL;
    struct run_files files = {0};

    bool there = run->hlo_count > 0 || run_exists(folder);
    if (need == NEED_NONE ||
        (!there && need == NEED_OPTIONAL && !run->settings[SET_COMPILE_DIR].given)) {
        run_leave_out(run, "hlo", SET_COMPILE_DIR, need);
        return 0;
    }
    if (!there)
        return run_missing(run, SET_COMPILE_DIR);
    struct run_hlo_by by; /* a mistake in it is found before any file is read */
    struct run_reading reading = {.run = run, .by = &by.attribution};
    int code = run_read_hlo_by(run, &by);
    if (code == 0 && scan && !run->draft &&
        !(run->draft = nkb_part_draft_new(run_asked(run, "spool"))))
        code = nkb_err_memory(&run->err);
    files.dimensions = scan ? UINT_MAX : by.attribution.dimensions;
    files.page_dimensions = files.dimensions == 0 ? RUN_PAGE_DIMENSIONS : 0;
    files.listed =
        by.attribution.top && by.attribution.sort == NKB_FIG_MACS ? by.attribution.top : UINT32_MAX;
    if (code == 0)
        code = run_collect(run, &files, &reading);
    if (code == 0)
        code = run_check_shards(run, &files, !scan);
    if (code != 0)
        return code;
    const char *source = run->hlo_source = run_files_source(&files);
    if (found_nothing(run, &files))
        return nkb_err_set(
            &run->err, NKB_EINPUT,
            "%s: no HLO file below it; *.hlo_module.pb and *.hlo are looked for (%s)", source,
            run->hlo_count ? "--hlo" : "--compile-dir");

    code = run_read_hlo_by(run, &by); /* again: the page of a single module wants more */
    if (code == 0)
        code = run_reading_all(&reading);
    if (code == 0)
        code = run_settle_overlaps(run);
    if (code != 0)
        return code;
    if (!scan) {
        code = run_check_listed(run, &by.attribution);
        if (code == 0)
            code = add_up(run, source, need);
        if (code == 0 && by.request.top == 0 &&
            (by.attribution.dimensions >> NKB_BY_INSTRUCTION & 1) != 0)
            note_unlisted(run);
        return code == 0 ? run_measure_against(run) : code;
    }
    if (run_all_refused(run, &files))
        return check_named(run);
    code = run_make_part(run, &files);
    return code == 0 ? check_named(run) : code; /* which the part says too */
}
