/* Which modules of a run are byte for byte another one, as a work directory and its cache often
 * hold them. Equal files have equal sizes and equal ends, which whoever read them took notice of,
 * so only those that have are digested. */
#include "run_scan.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/pool.h"
#include "base/sha256.h"

void run_take_digest(struct nkb_module *module)
{
    struct stat st;
    struct nkb_err ignored;
    /* A pipe can be read once only, and what is gone since repeats nothing we can show. */
    if (!nkb_module_has_digest(module) && module->size_bytes > 0 &&
        stat(module->path.ptr, &st) == 0 && S_ISREG(st.st_mode))
        (void)nkb_sha256_file_bytes(module->path.ptr, module->graph_digest, &ignored);
}

static int by_place(const struct nkb_module *x, const struct nkb_module *y)
{
    return x < y ? -1 : x > y;
}

/* The largest first: to digest it takes longest. */
static int by_size_and_ends(const void *a, const void *b)
{
    const struct nkb_module *x = *(struct nkb_module *const *)a,
                            *y = *(struct nkb_module *const *)b;
    if (x->size_bytes != y->size_bytes)
        return x->size_bytes > y->size_bytes ? -1 : 1;
    if (x->ends_hash != y->ends_hash)
        return x->ends_hash < y->ends_hash ? -1 : 1;
    return by_place(x, y);
}

static int by_digest(const void *a, const void *b)
{
    const struct nkb_module *x = *(struct nkb_module *const *)a,
                            *y = *(struct nkb_module *const *)b;
    int order = memcmp(x->graph_digest, y->graph_digest, sizeof x->graph_digest);
    return order ? order : by_place(x, y);
}

/* Keep those that are not the only ones of their size and ends. Of unknown ends, which sort first,
 * one may equal any other. */
static size_t keep_alike(struct nkb_module **list, size_t count)
{
    size_t kept = 0, size_to = 0; /* size_to: behind the last of the same size */
    qsort(list, count, sizeof(struct nkb_module *), by_size_and_ends);
    for (size_t from = 0, to; from < count; from = to) {
        bool any = list[from]->ends_hash == 0;
        if (from == size_to)
            while (size_to < count && list[size_to]->size_bytes == list[from]->size_bytes)
                size_to++;
        to = from + 1;
        while (to < size_to && (any || list[to]->ends_hash == list[from]->ends_hash))
            to++;
        if (to - from > 1) {
            memmove(&list[kept], &list[from], (to - from) * sizeof(struct nkb_module *));
            kept += to - from;
        }
    }
    return kept;
}

static void take_digest(void *context, size_t job, size_t worker)
{
    struct nkb_module *module = ((struct nkb_module **)context)[job];
    (void)worker;
    if (!module->part)
        run_take_digest(module);
}

/* The first in path order is the original. */
int run_find_duplicates(nkb_run *run)
{
    struct nkb_module **alike =
        nkb_arena_array(&run->arena, run->module_count, sizeof(struct nkb_module *));
    size_t count = 0;
    if (!alike)
        return nkb_err_memory(&run->err);
    for (size_t i = 0; i < run->module_count; i++)
        if (run->modules[i].ok && run->modules[i].size_bytes > 0)
            alike[count++] = &run->modules[i];
    count = keep_alike(alike, count);
    nkb_pool_run(nkb_pool_threads((size_t)run_count(run, SET_JOBS), count), count, take_digest,
                 alike);

    qsort(alike, count, sizeof(struct nkb_module *), by_digest);
    for (size_t i = 1, first = 0; i < count; i++) {
        struct nkb_module *module = alike[i];
        if (nkb_module_has_digest(module) &&
            memcmp(module->graph_digest, alike[first]->graph_digest, NKB_DIGEST_BYTES) == 0)
            module->duplicate_of = alike[first]->path;
        else
            first = i;
    }
    return 0;
}
