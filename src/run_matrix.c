/* m.runs: the table of --matrix, each row a run. A column `report` names the run's benchmark
 * report, which takes its place in the row. A table comes from whoever is to be scored: it can name
 * files beside and below itself, and no others. */
#include "run.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "analyze/results.h"
#include "base/file.h"
#include "base/text.h"
#include "host/find.h"
#include "input/document.h"

enum { MAX_REPORTS = 10000, MAX_REPORT_BYTES = 4 << 20 };

static const char report_column[] = "report";

/* Does the path stay below the folder it starts from, as it is written? "-" is standard input. */
static bool stays_below(struct nkb_str path)
{
    if (path.len == 0 || path.ptr[0] == '/' || memchr(path.ptr, '\0', path.len) ||
        nkb_str_is(path, "-"))
        return false;
    for (size_t from = 0; from <= path.len;) {
        const char *slash = memchr(path.ptr + from, '/', path.len - from);
        size_t to = slash ? (size_t)(slash - path.ptr) : path.len;
        if (to - from == 2 && memcmp(path.ptr + from, "..", 2) == 0)
            return false;
        from = to + 1;
    }
    return true;
}

/* "dir/" of dir/runs.csv, "" of a table in the current directory. */
static char *folder_of(nkb_run *run, const char *matrix)
{
    const char *slash = strrchr(matrix, '/');
    size_t len = slash ? (size_t)(slash - matrix) + 1 : 0;
    return (char *)nkb_arena_copy(&run->arena, (struct nkb_str){matrix, len}).ptr;
}

/* What is wrong with a file that is there, links followed; NULL: nothing, or there is none. */
static const char *fault_of(const char *path, const char *folder)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return NULL;
    if (!nkb_is_inside(path, *folder ? folder : "."))
        return "leads out of the table's folder; a file below it is expected";
    return S_ISREG(st.st_mode) ? NULL : "is no regular file; a JSON file is expected";
}

/* The report's figures; its accuracy is absent where it says none, for here nothing is assumed. */
static int take_report(nkb_run *run, const struct nkb_value *report, const char *path,
                       struct nkb_value **out)
{
    struct nkb_arena *arena = &run->arena;
    const struct nkb_value *accuracy = nkb_value_get(report, "accuracy");
    bool says = accuracy && accuracy->kind != NKB_NULL;
    int code =
        nkb_inference_metrics(report, path, says ? -1 : 1, arena, out, run->diagnostics, &run->err);
    if (code != 0 || says)
        return code;
    const char *why = nkb_arena_printf(arena, "%s: no 'accuracy'", path);
    nkb_metric_absent(arena, *out, "accuracy", why ? why : "");
    nkb_metric_absent(arena, *out, "accuracy_source", why ? why : "");
    return 0;
}

static int read_report(nkb_run *run, const char *path, struct nkb_value **out)
{
    struct nkb_value *report = NULL;
    struct nkb_buf bytes = NKB_BUF_INIT;
    int code = nkb_file_read(path, run_flag(SET_MATRIX), MAX_REPORT_BYTES, &bytes, &run->err);
    if (code == 0)
        code = nkb_json_read(nkb_buf_str(&bytes), path, &run->arena, &report, &run->err);
    if (code == 0)
        run_add_file(run, "report", path, (int64_t)bytes.len);
    nkb_buf_free(&bytes);
    return code == 0 ? take_report(run, report, path, out) : code;
}

static int read_reports(nkb_run *run, const char *matrix, struct nkb_value *rows)
{
    const char *folder = folder_of(run, matrix), *fault;
    size_t count = 0;
    if (!folder)
        return nkb_err_memory(&run->err);
    for (size_t i = 0; i < rows->as.items.count; i++) {
        struct nkb_value *row = rows->as.items.at[i].value, *report = NULL;
        const struct nkb_value *name = nkb_value_get(row, report_column);
        char shown[NKB_SHOWN_BYTES], where[64] = "";
        if (!name)
            return 0;
        if (name->kind == NKB_ABSENT)
            continue;
        if (name->kind == NKB_OBJECT) { /* of JSON: it stands there already */
            const char *place =
                nkb_arena_printf(&run->arena, "%s: report of row %zu", matrix, i + 1);
            int code = place ? take_report(run, name, place, &report) : nkb_err_memory(&run->err);
            if (code != 0)
                return code;
            nkb_value_put(&run->arena, row, report_column, report);
            continue;
        }
        if (name->line > 0)
            snprintf(where, sizeof where, ":%u:%u", name->line, name->column);
        if (name->kind != NKB_STRING)
            return nkb_err_set(
                &run->err, NKB_EINPUT,
                "%s%s: 'report' of row %zu is %s; the path of a JSON file is expected", matrix,
                where, i + 1, nkb_kind_name(name->kind));
        if (!stays_below(name->as.string))
            return nkb_err_set(
                &run->err, NKB_EINPUT,
                "%s%s: 'report' of row %zu is \"%s\"; a path below the table's folder is expected",
                matrix, where, i + 1, nkb_show(name->as.string, shown));
        if (++count > MAX_REPORTS)
            return nkb_err_set(&run->err, NKB_EINPUT, "%s: more than %d reports", matrix,
                               MAX_REPORTS);
        const char *path =
            nkb_arena_printf(&run->arena, "%s%.*s", folder, NKB_STR_ARG(name->as.string));
        if (path && (fault = fault_of(path, folder)) != NULL)
            return nkb_err_set(&run->err, NKB_EINPUT, "%s%s: 'report' of row %zu, \"%s\", %s",
                               matrix, where, i + 1, nkb_show(name->as.string, shown), fault);
        int code = path ? read_report(run, path, &report) : nkb_err_memory(&run->err);
        if (code != 0)
            return code;
        nkb_value_put(&run->arena, row, report_column, report);
    }
    return 0;
}

int run_measure_matrix(nkb_run *run, enum need need)
{
    const char *path = run->settings[SET_MATRIX].value;
    struct nkb_value *rows = NULL;

    if (need == NEED_NONE || !path) {
        if (need == NEED_REQUIRED)
            return run_missing(run, SET_MATRIX);
        run_leave_out(run, "runs", SET_MATRIX, need);
        return 0;
    }
    if (!run_exists(path))
        return run_missing(run, SET_MATRIX);
    int code = run_read_document(run, SET_MATRIX, path, &rows);
    if (code == 0)
        code = read_reports(run, path, rows);
    if (code == 0)
        nkb_value_put(&run->arena, run->metrics, "runs", rows);
    return code;
}
