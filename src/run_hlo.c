/* The HLO of a run: which files, each analysed on its own by a pool of threads, and what their
 * places and each other say of them (failed, locked, stale, duplicates). Results are in path order
 * whatever the number of threads. */
#include "run.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyze/module.h"
#include "base/file.h"
#include "base/pool.h"
#include "input/hlo.h"

/* A file written in the minute after the log's last line may still be the run's own. */
enum { STALE_MARGIN_S = 60 };
enum { MAX_STDIN_BYTES = 1 << 30 };

static struct nkb_str text_of(const struct nkb_value *entry, const char *key)
{
    const struct nkb_value *v = nkb_value_get(entry, key);
    return nkb_value_is(v, NKB_STRING) ? v->as.string : NKB_STR_NONE;
}

static bool true_of(const struct nkb_value *entry, const char *key)
{
    const struct nkb_value *v = nkb_value_get(entry, key);
    return nkb_value_is(v, NKB_BOOL) && v->as.boolean;
}

static int64_t count_of(const struct nkb_value *entry, const char *key)
{
    const struct nkb_value *v = nkb_value_get(entry, key);
    return nkb_value_is(v, NKB_INT) ? v->as.integer : 0;
}

struct list {
    struct nkb_module *at;
    size_t count, capacity;
};

static struct nkb_module *list_add(nkb_run *run, struct list *list)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 64;
        struct nkb_module *at =
            nkb_arena_grow(&run->arena, list->at, list->count, capacity, sizeof *list->at);
        if (!at)
            return NULL;
        list->at = at;
        list->capacity = capacity;
    }
    return &list->at[list->count++];
}

static int add_named(nkb_run *run, const char *path, struct list *list)
{
    struct nkb_module *module = list_add(run, list);
    if (!module)
        return nkb_err_memory(&run->err);
    const char *slash = strrchr(path, '/');
    module->path = nkb_str_from(path);
    module->file_name = nkb_str_from(slash ? slash + 1 : path);
    module->role = "file";
    module->named = true;
    return 0;
}

static int64_t log_time_s(const nkb_run *run)
{
    struct stat st;
    const char *path = run->settings[SET_LOG_FILE].value;
    return path && stat(path, &st) == 0 ? (int64_t)st.st_mtime : 0;
}

static int add_folder(nkb_run *run, const char *path, struct list *list)
{
    struct nkb_value *argument = nkb_value_object(&run->arena), *found = NULL;
    nkb_value_put(&run->arena, argument, "path", nkb_value_text(&run->arena, path));
    int code =
        nkb_script_run("scripts/discover.lua", argument, &run->arena, NULL, &found, &run->err);
    if (code != 0)
        return code;

    int64_t log_s = log_time_s(run);
    const struct nkb_value *files = nkb_value_get(found, "files");
    for (size_t i = 0; nkb_value_is(files, NKB_ARRAY) && i < files->as.items.count; i++) {
        const struct nkb_value *file = files->as.items.at[i].value;
        struct nkb_module *module = list_add(run, list);
        if (!module)
            return nkb_err_memory(&run->err);
        module->path = text_of(file, "path");
        module->file_name = text_of(file, "name");
        module->module_name = text_of(file, "module_name");
        module->compiler_version = text_of(file, "compiler_version");
        module->role = text_of(file, "role").ptr;
        module->failed_compile = true_of(file, "failed_compile");
        module->locked = true_of(file, "locked");
        module->stale = log_s > 0 && count_of(file, "modified_s") > log_s + STALE_MARGIN_S;
        module->size_bytes = count_of(file, "size_bytes");
        struct nkb_str kind = text_of(file, "kind");
        if (!nkb_str_is(kind, "file"))
            module->error =
                nkb_arena_printf(&run->arena, "is a %.*s; a file is expected", NKB_STR_ARG(kind));
    }
    const struct nkb_value *problems = nkb_value_get(found, "problems");
    for (size_t i = 0; nkb_value_is(problems, NKB_ARRAY) && i < problems->as.items.count; i++)
        run_diagnose(run, true, "%.*s", NKB_STR_ARG(problems->as.items.at[i].value->as.string));
    return 0;
}

static int by_path(const void *a, const void *b)
{
    const struct nkb_module *x = a, *y = b;
    int order = nkb_str_compare(x->path, y->path);
    return order ? order : (int)y->named - (int)x->named;
}

/* Path order; of a path given twice one stays, as named when it was named. */
static void sort_modules(struct list *list)
{
    size_t kept = 0;
    if (list->count == 0)
        return;
    qsort(list->at, list->count, sizeof *list->at, by_path);
    for (size_t i = 1; i < list->count; i++)
        if (!nkb_str_equal(list->at[kept].path, list->at[i].path))
            list->at[++kept] = list->at[i];
    list->count = kept + 1;
}

/* What a worker uses again from file to file. */
struct worker {
    struct nkb_arena hlo; /* the module itself */
    struct nkb_arena_store store;
};

struct job {
    nkb_run *run;
    struct worker *workers;
    atomic_size_t files_done;
    atomic_ullong bytes_done;
    atomic_bool stop, no_memory;
};

/* Standard input cannot be read twice, so it is held whole. */
static int read_hlo(const char *path, struct nkb_arena *scratch, struct nkb_hlo *hlo,
                    struct nkb_err *err)
{
    struct nkb_buf bytes = NKB_BUF_INIT;
    if (strcmp(path, "-") != 0)
        return nkb_hlo_read_file(path, scratch, hlo, err);
    int code = nkb_file_read(path, NULL, MAX_STDIN_BYTES, &bytes, err);
    if (code == 0)
        code = nkb_hlo_read_bytes(nkb_buf_str(&bytes), scratch, hlo, err);
    nkb_buf_free(&bytes);
    return code;
}

static void analyse_file(void *context, size_t index, size_t worker)
{
    struct job *job = context;
    nkb_run *run = job->run;
    struct nkb_module *module = &run->modules[index];
    struct nkb_arena *keep = &run->worker_arenas[worker], *scratch = &job->workers[worker].hlo;
    struct nkb_hlo hlo;
    struct nkb_err err = {0};

    if (atomic_load(&job->stop))
        return;
    if (!module->error) {
        int code = read_hlo(module->path.ptr, scratch, &hlo, &err);
        if (code == 0) {
            module->form = hlo.form;
            module->size_bytes = (int64_t)hlo.size_bytes;
            code = nkb_module_analyze(&hlo, keep, module, &err);
        }
        if (code == NKB_EMEMORY)
            atomic_store(&job->no_memory, true);
        if (code != 0) {
            module->ok = false;
            module->error = nkb_arena_string(keep, err.text);
        }
        nkb_arena_reset(scratch);
    }
    size_t files = atomic_fetch_add(&job->files_done, 1) + 1;
    unsigned long long bytes =
        atomic_fetch_add(&job->bytes_done, (unsigned long long)module->size_bytes) +
        (unsigned long long)module->size_bytes;
    if (worker == 0 && run->progress &&
        run->progress(run->progress_context, files, run->module_count, bytes) != 0)
        atomic_store(&job->stop, true);
}

static int analyse(nkb_run *run)
{
    struct job job = {.run = run};
    size_t threads = nkb_pool_threads((size_t)run_count(run, SET_JOBS), run->module_count);

    run->worker_arenas = calloc(threads, sizeof *run->worker_arenas);
    job.workers = calloc(threads, sizeof *job.workers);
    if (!run->worker_arenas || !job.workers) {
        free(job.workers);
        return nkb_err_memory(&run->err);
    }
    run->worker_count = threads;
    for (size_t i = 0; i < threads; i++)
        run->worker_arenas[i].store = job.workers[i].hlo.store = &job.workers[i].store;
    nkb_pool_run(threads, run->module_count, analyse_file, &job);

    for (size_t i = 0; i < threads; i++) {
        run->worker_arenas[i].store = NULL; /* what it holds stays */
        nkb_arena_free(&job.workers[i].hlo);
        nkb_arena_store_free(&job.workers[i].store);
    }
    free(job.workers);
    if (atomic_load(&job.no_memory))
        return nkb_err_memory(&run->err);
    return atomic_load(&job.stop) ? nkb_err_set(&run->err, NKB_EINTERRUPT, "stopped") : 0;
}

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
    enum { ERROR, FAILED, LOCKED, STALE, REPEATED, REMARKED, KINDS };
    size_t count[KINDS] = {0};
    const struct nkb_module *first[KINDS] = {NULL};
    struct nkb_str compiler = NKB_STR_NONE;
    bool several = false, dedupe = run_switch(run, SET_DEDUPE);

    for (size_t i = 0; i < run->module_count; i++) {
        const struct nkb_module *m = &run->modules[i];
        const bool is[KINDS] = {
            [ERROR] = !m->ok,
            [FAILED] = m->ok && m->failed_compile,
            [LOCKED] = m->ok && m->locked,
            [STALE] = m->ok && m->stale,
            [REPEATED] = m->duplicate_of.len > 0,
            [REMARKED] = m->ok && m->diagnostic_count > 0,
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

static int collect(nkb_run *run, struct list *list)
{
    struct stat st;
    int code = 0;

    for (size_t i = 0; i < run->hlo_count && code == 0; i++) {
        const char *path = run->hlo_paths[i];
        if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
            code = add_folder(run, path, list);
        else
            code = add_named(run, path, list);
    }
    if (run->hlo_count > 0)
        return code;

    const char *path = run->settings[SET_COMPILE_DIR].value;
    if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
        return nkb_err_set(
            &run->err, NKB_EINPUT,
            "%s: is a file; --compile-dir expects a folder (--hlo FILE takes one file)", path);
    return add_folder(run, path, list);
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
        return nkb_err_set(&run->err, NKB_EINPUT,
                           "%s: none of its %lld HLO files is a bare HloModuleProto; --any-form counts the others",
                           source, (long long)files->as.integer);
    return nkb_err_set(&run->err, NKB_EINPUT, "%s: none of its %lld HLO files can be counted: %.*s: %s", source,
                       (long long)files->as.integer, NKB_STR_ARG(first->path), first->error);
}

/* A file given by name must be good: its fault is the run's. */
static int check_named(nkb_run *run)
{
    for (size_t i = 0; i < run->module_count; i++) {
        const struct nkb_module *module = &run->modules[i];
        if (module->named && !module->ok)
            return nkb_err_set(&run->err, NKB_EINPUT, "%.*s: %s", NKB_STR_ARG(module->path),
                               module->error);
    }
    return 0;
}

int run_measure_hlo(nkb_run *run, enum need need)
{
    const char *source = run->hlo_count == 1 ? run->hlo_paths[0]
                         : run->hlo_count    ? "--hlo"
                                             : run->settings[SET_COMPILE_DIR].value;
    struct list list = {0};

    bool there = run->hlo_count > 0 || run_exists(source);
    if (need == NEED_NONE ||
        (!there && need == NEED_OPTIONAL && !run->settings[SET_COMPILE_DIR].given)) {
        run_leave_out(run, "hlo", SET_COMPILE_DIR, need);
        return 0;
    }
    if (!there)
        return run_missing(run, SET_COMPILE_DIR);
    int code = collect(run, &list);
    if (code != 0)
        return code;
    if (list.count == 0)
        return nkb_err_set(
            &run->err, NKB_EINPUT,
            "%s: no HLO file below it; *.hlo_module.pb and *.hlo are looked for (%s)", source,
            run->hlo_count ? "--hlo" : "--compile-dir");
    sort_modules(&list);
    run->modules = list.at;
    run->module_count = list.count;

    code = analyse(run);
    if (code == 0)
        code = check_named(run);
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
