/* How the files of a run are spread over threads. What comes out never depends on it. */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/pool.h"
#include "run_scan.h"

enum { BYTES_A_THREAD = 256 * 1024 }; /* with less, none would begin before all is read */

bool run_is_work_for(const nkb_run *run, size_t threads, size_t files, uint64_t bytes)
{
    bool asked = run_count(run, SET_JOBS) > 0;
    return threads > 1 && files >= threads && (asked || bytes > (threads - 1) * BYTES_A_THREAD);
}

/* As many as were asked for, else one a core; but none without work. */
size_t run_thread_count(const nkb_run *run)
{
    size_t most = nkb_pool_threads((size_t)run_count(run, SET_JOBS), run->module_count);
    size_t threads = 1;
    uint64_t bytes = 0;

    for (size_t i = 0; i < run->module_count; i++) {
        if (run->modules[i].size_bytes == 0)
            return most; /* known when it has been read */
        bytes += (uint64_t)run->modules[i].size_bytes;
    }
    while (threads < most && run_is_work_for(run, threads + 1, run->module_count, bytes))
        threads++;
    return threads;
}

/* Nothing of what a part has told already; of a file that was named nobody has asked. */
uint64_t run_bytes_to_read(const struct nkb_module *module)
{
    struct stat st;
    if (module->part || module->error)
        return 0;
    if (module->size_bytes == 0 && module->named && stat(module->path.ptr, &st) == 0 &&
        S_ISREG(st.st_mode))
        return (uint64_t)st.st_size;
    return (uint64_t)module->size_bytes;
}

static int by_weight(const void *a, const void *b)
{
    const struct run_turn *x = a, *y = b;
    if (x->weight_bytes != y->weight_bytes)
        return x->weight_bytes > y->weight_bytes ? -1 : 1;
    return x->file < y->file ? -1 : 1;
}

void run_order_files(struct run_turn *turns, size_t count, size_t threads)
{
    enum { SMALL_IN_A_SHARE = 16 };
    uint64_t bytes = 0;

    for (size_t i = 0; i < count; i++)
        bytes += turns[i].weight_bytes;
    for (size_t i = 0; i < count; i++)
        if (turns[i].weight_bytes <= bytes / threads / SMALL_IN_A_SHARE)
            turns[i].weight_bytes = 0;
    qsort(turns, count, sizeof *turns, by_weight);
}
