/* How the files of a run are spread over threads. What comes out never depends on it. */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/pool.h"
#include "run_scan.h"

/* As many as were asked for, else one a core; but none that would begin when all is read. */
size_t run_thread_count(const nkb_run *run)
{
    enum { BYTES_A_THREAD = 256 * 1024 };
    size_t asked = (size_t)run_count(run, SET_JOBS);
    size_t most = nkb_pool_threads(asked, run->module_count), threads = 1, bytes = 0;

    if (asked)
        return most;
    for (size_t i = 0; i < run->module_count && threads < most; i++) {
        if (run->modules[i].size_bytes == 0)
            return most; /* known when it has been read */
        bytes += (size_t)run->modules[i].size_bytes;
        while (threads < most && bytes > threads * BYTES_A_THREAD)
            threads++;
    }
    return threads;
}

/* Nothing of what a part has told already; of a file that was named nobody has asked. */
static uint64_t bytes_to_read(const struct nkb_module *module)
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

struct run_turn *run_order_files(const nkb_run *run, size_t threads)
{
    enum { SMALL_IN_A_SHARE = 16 };
    struct run_turn *turns = threads > 1 ? calloc(run->module_count, sizeof *turns) : NULL;
    uint64_t bytes = 0;

    if (!turns)
        return NULL;
    for (size_t i = 0; i < run->module_count; i++) {
        turns[i] = (struct run_turn){bytes_to_read(&run->modules[i]), i};
        bytes += turns[i].weight_bytes;
    }
    for (size_t i = 0; i < run->module_count; i++)
        if (turns[i].weight_bytes <= bytes / threads / SMALL_IN_A_SHARE)
            turns[i].weight_bytes = 0;
    qsort(turns, run->module_count, sizeof *turns, by_weight);
    return turns;
}
