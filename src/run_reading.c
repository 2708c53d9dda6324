#include "run_reading.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/module.h"
#include "base/file.h"
#include "input/hlo.h"
#include "run_hlo_views.h"
#include "run_rows.h"

enum {
    MAX_STDIN_BYTES = 1 << 30,
    WORTH_THREADS = 64 * 1024, /* instructions of a module */
    FILES_AHEAD = 4,           /* of a thread: the others wait, and may be put in order */
};

struct worker {
    struct nkb_arena hlo; /* the module itself */
    struct nkb_arena_store store;
    struct nkb_hlo_reader *reader;
    struct run_rows *rows;
    struct nkb_attribution by; /* of the job; groups that go to the rows are made in `hlo` */
};

struct run_work {
    nkb_run *run;
    struct worker *workers;
    size_t threads, threads_each;  /* for one file: more where there are fewer files than threads */
    const struct run_found *found; /* the files; NULL: run->modules */
    struct nkb_pool *pool;         /* while files are being found */
    size_t offered;                /* to it */
    size_t files;                  /* once all have been found; only for worker 0 */
    struct run_turn *turns;        /* from this file on; those before are read as they stand: */
    atomic_size_t ordered_from;
    atomic_size_t files_done;
    atomic_ullong bytes_done;
    atomic_bool stop, no_memory;
    atomic_bool full; /* a scan cannot put aside what it finds: */
    struct nkb_err fault;
    struct nkb_hlo_totals_options options;
    bool digests; /* of every file: whether one is like another is seen by who merges */
};

/* Standard input cannot be read twice, so it is held whole. */
static int read_hlo(const struct run_work *work, struct worker *worker, const char *path,
                    struct nkb_hlo *hlo, struct nkb_err *err)
{
    struct nkb_buf bytes = NKB_BUF_INIT;
    struct nkb_arena *scratch = &worker->hlo;
    if (strcmp(path, "-") != 0) {
        if (!worker->reader && (worker->reader = nkb_hlo_reader_new()))
            nkb_hlo_reader_threads(worker->reader, work->threads_each);
        return worker->reader ? nkb_hlo_reader_file(worker->reader, path, scratch, hlo, err)
                              : nkb_err_memory(err);
    }
    int code = nkb_file_read(path, NULL, MAX_STDIN_BYTES, &bytes, err);
    if (code == 0)
        code = nkb_hlo_read_bytes(nkb_buf_str(&bytes), scratch, hlo, err);
    nkb_buf_free(&bytes);
    return code;
}

static struct nkb_module *module_of(struct run_work *work, size_t turn)
{
    size_t from = atomic_load(&work->ordered_from);
    size_t file = turn < from ? turn : work->turns[turn - from].file;
    return work->found ? run_found_at(work->found, file) : &work->run->modules[file];
}

static void analyse_file(void *context, size_t turn, size_t worker)
{
    struct run_work *work = context;
    nkb_run *run = work->run;
    struct nkb_module *module = module_of(work, turn);
    struct nkb_arena *keep = &run->worker_arenas[worker];
    struct worker *own = &work->workers[worker];
    struct nkb_hlo hlo;
    struct nkb_err err = {0};

    if (atomic_load(&work->stop))
        return;
    if (!module->error && !module->part) {
        int code = read_hlo(work, own, module->path.ptr, &hlo, &err);
        if (code == 0) {
            module->form = hlo.form;
            module->size_bytes = (int64_t)hlo.size_bytes;
            module->ends_hash = hlo.ends_hash;
            own->by.threads = hlo.instruction_count < WORTH_THREADS ? 1 : work->threads_each;
            code = nkb_module_analyze_by(&hlo, &own->by, keep, module, &err);
        }
        if (code == 0 && !run_rows_take(own->rows, own->by.passing, &work->options, module)) {
            code = nkb_err_memory(&err);
        }
        if (code == NKB_EMEMORY)
            atomic_store(&work->no_memory, true);
        if (code != 0) {
            module->ok = false;
            module->error = nkb_arena_string(keep, err.text);
        }
        nkb_arena_reset(&own->hlo);
        if (work->digests && module->ok)
            run_take_digest(module);
    }
    if (run->draft && !module->part) {
        if (run_draft(run, module, &err) != 0 && !atomic_exchange(&work->full, true)) {
            work->fault = err;
            atomic_store(&work->stop, true);
        }
        nkb_arena_reset(keep);
    }
    size_t files = atomic_fetch_add(&work->files_done, 1) + 1;
    unsigned long long bytes =
        atomic_fetch_add(&work->bytes_done, (unsigned long long)module->size_bytes) +
        (unsigned long long)module->size_bytes;
    if (worker == 0 && run->progress &&
        run->progress(run->progress_context, files, work->files, bytes) != 0)
        atomic_store(&work->stop, true);
}

/* Both false when memory ran out. */
static bool open_worker(const nkb_run *run, struct worker *worker, const struct nkb_attribution *by,
                        size_t files, struct nkb_arena *keep)
{
    keep->store = worker->hlo.store = &worker->store;
    worker->by = *by;
    worker->by.passing = run_rows_dimensions(run, files, by->dimensions);
    worker->by.place = &worker->hlo;
    worker->rows = run_rows_new();
    return worker->rows != NULL;
}

/* Its rows are the run's, or join those of the worker before it. */
static bool close_worker(nkb_run *run, struct worker *worker, struct nkb_arena *keep)
{
    bool good = true;
    keep->store = NULL; /* what it holds stays */
    nkb_hlo_reader_free(worker->reader);
    nkb_arena_free(&worker->hlo);
    nkb_arena_store_free(&worker->store);
    if (run->rows && worker->rows) {
        good = run_rows_join(run->rows, worker->rows);
        run_rows_free(worker->rows);
    } else if (worker->rows) {
        run->rows = worker->rows;
    }
    return good;
}

/* With so many threads, for so many files or more. NKB_EMEMORY. */
static int open_work(struct run_reading *reading, size_t threads, size_t files)
{
    nkb_run *run = reading->run;
    struct run_work *work = reading->work = calloc(1, sizeof *work);
    run->worker_arenas = calloc(threads, sizeof *run->worker_arenas);
    if (work)
        work->workers = calloc(threads, sizeof *work->workers);
    if (!run->worker_arenas || !work || !work->workers)
        return nkb_err_memory(&run->err);
    run->worker_count = work->threads = threads;
    work->run = run;
    work->options.any_form = run_switch(run, SET_ANY_FORM);
    work->digests = run_asked(run, "scan") || run_hlo_digests(run);
    work->threads_each = nkb_pool_threads((size_t)run_count(run, SET_JOBS), SIZE_MAX) / threads;
    work->files = files;
    atomic_store(&work->ordered_from, SIZE_MAX);
    for (size_t i = 0; i < threads; i++)
        if (!open_worker(run, &work->workers[i], reading->by, files, &run->worker_arenas[i]))
            return nkb_err_memory(&run->err);
    return 0;
}

/* What came of it; `code` other than 0 is what went wrong before. */
static int close_work(struct run_reading *reading, int code)
{
    nkb_run *run = reading->run;
    struct run_work *work = reading->work;
    bool good = !work || !atomic_load(&work->no_memory);

    reading->done = true;
    for (size_t i = 0; work && i < work->threads; i++)
        good = close_worker(run, &work->workers[i], &run->worker_arenas[i]) && good;
    if (code == 0 && !good) {
        code = nkb_err_memory(&run->err);
    } else if (code == 0 && atomic_load(&work->full)) {
        run->err = work->fault;
        code = work->fault.code;
    } else if (code == 0 && atomic_load(&work->stop)) {
        code = nkb_err_set(&run->err, NKB_EINTERRUPT, "stopped");
    }
    if (work) {
        free(work->workers);
        free(work->turns);
    }
    free(work);
    reading->work = NULL;
    return code;
}

/* The files from `from` on; without memory they are read as they stand. */
static void order_files(struct run_work *work, size_t from)
{
    size_t count = work->files - from;
    struct run_turn *turns = work->threads > 1 ? calloc(count + 1, sizeof *turns) : NULL;
    if (!turns)
        return;
    for (size_t i = 0; i < count; i++)
        turns[i] = (struct run_turn){run_bytes_to_read(module_of(work, from + i)), from + i};
    run_order_files(turns, count, work->threads);
    work->turns = turns;
    atomic_store(&work->ordered_from, from);
}

static int begin(struct run_reading *reading, size_t threads, const struct run_found *found)
{
    int code = open_work(reading, threads, found->count);
    if (code != 0)
        return code;
    reading->work->found = found;
    reading->work->pool = nkb_pool_start(threads, analyse_file, reading->work);
    return reading->work->pool ? 0 : nkb_err_memory(&reading->run->err);
}

int run_reading_go_on(struct run_reading *reading, const struct run_found *found)
{
    if (!reading->work) {
        size_t threads = nkb_pool_threads((size_t)run_count(reading->run, SET_JOBS), SIZE_MAX);
        reading->bytes_found += run_bytes_to_read(run_found_at(found, found->count - 1));
        if (!run_is_work_for(reading->run, threads, found->count, reading->bytes_found))
            return 0;
        int code = begin(reading, threads, found);
        if (code != 0)
            return code;
    }
    struct run_work *work = reading->work;
    size_t wanted = nkb_pool_taken(work->pool) + FILES_AHEAD * work->threads;
    if (work->offered < wanted) {
        work->offered = found->count < wanted ? found->count : wanted;
        nkb_pool_offer(work->pool, work->offered);
    }
    return 0;
}

int run_reading_end(struct run_reading *reading, int code)
{
    struct run_work *work = reading->work;
    if (!work)
        return code;
    if (work->pool) {
        if (code != 0)
            atomic_store(&work->stop, true);
        work->files = work->found->count;
        order_files(work, work->offered);
        nkb_pool_offer(work->pool, work->files);
        nkb_pool_finish(work->pool);
    }
    return close_work(reading, code);
}

int run_reading_all(struct run_reading *reading)
{
    nkb_run *run = reading->run;
    if (reading->done)
        return 0;
    int code = open_work(reading, run_thread_count(run), run->module_count);
    if (code == 0) {
        order_files(reading->work, 0);
        nkb_pool_run(reading->work->threads, run->module_count, analyse_file, reading->work);
    }
    return close_work(reading, code);
}
