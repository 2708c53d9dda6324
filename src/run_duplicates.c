/* Which modules of a run are byte for byte another one, as a work directory and its cache often
 * hold them. Equal files have equal sizes and equal ends, so only those that have are hashed. */
#include "run_scan.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/pool.h"
#include "base/sha256.h"

enum { END_BYTES = 4096 };

/* A module and what its file's ends hash to; 0: not known, so that it may equal any other. */
struct candidate {
    struct nkb_module *module;
    uint64_t ends;
};

void run_take_digest(struct nkb_module *module)
{
    struct stat st;
    struct nkb_err ignored;
    /* A pipe can be read once only, and what is gone since repeats nothing we can show. */
    if (!nkb_module_has_digest(module) && module->size_bytes > 0 &&
        stat(module->path.ptr, &st) == 0 && S_ISREG(st.st_mode))
        (void)nkb_sha256_file_bytes(module->path.ptr, module->graph_digest, &ignored);
}

static uint64_t hash_ends(const char *path)
{
    char bytes[END_BYTES];
    struct stat st;
    uint64_t hash = 0;
    /* Not blocking: of a pipe nothing is wanted. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return 0;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        ssize_t first = pread(fd, bytes, sizeof bytes, 0);
        hash = first > 0 ? nkb_hash_bytes(1, bytes, (size_t)first) : 0;
        if (hash != 0 && st.st_size > END_BYTES) {
            ssize_t last = pread(fd, bytes, sizeof bytes, st.st_size - END_BYTES);
            hash = last > 0 ? nkb_hash_bytes(hash, bytes, (size_t)last) : 0;
        }
    }
    close(fd);
    return hash;
}

static int by_place(const struct candidate *x, const struct candidate *y)
{
    return x->module < y->module ? -1 : x->module > y->module;
}

/* The largest first: to hash it takes longest. */
static int by_size_and_ends(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->module->size_bytes != y->module->size_bytes)
        return x->module->size_bytes > y->module->size_bytes ? -1 : 1;
    if (x->ends != y->ends)
        return x->ends < y->ends ? -1 : 1;
    return by_place(x, y);
}

static int by_digest(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    int order =
        memcmp(x->module->graph_digest, y->module->graph_digest, sizeof x->module->graph_digest);
    return order ? order : by_place(x, y);
}

/* Keep those that are not the only ones of their size, or of their size and ends. */
static size_t keep_alike(struct candidate *list, size_t count, bool ends)
{
    size_t kept = 0, size_to = 0; /* size_to: behind the last of the same size */
    qsort(list, count, sizeof *list, by_size_and_ends);
    for (size_t from = 0, to; from < count; from = to) {
        bool any = ends && list[from].ends == 0; /* of unknown ends, which sort first */
        if (from == size_to)
            while (size_to < count &&
                   list[size_to].module->size_bytes == list[from].module->size_bytes)
                size_to++;
        to = from + 1;
        while (to < size_to && (!ends || any || list[to].ends == list[from].ends))
            to++;
        if (to - from > 1) {
            memmove(&list[kept], &list[from], (to - from) * sizeof *list);
            kept += to - from;
        }
    }
    return kept;
}

static void take_ends(void *context, size_t job, size_t worker)
{
    struct candidate *one = (struct candidate *)context + job;
    (void)worker;
    if (!nkb_module_has_digest(one->module)) /* a scan has hashed it, maybe elsewhere */
        one->ends = hash_ends(one->module->path.ptr);
}

static void take_digest(void *context, size_t job, size_t worker)
{
    struct candidate *one = (struct candidate *)context + job;
    (void)worker;
    if (!one->module->part)
        run_take_digest(one->module);
}

/* The first in path order is the original. */
int run_find_duplicates(nkb_run *run)
{
    struct candidate *alike = nkb_arena_array(&run->arena, run->module_count, sizeof *alike);
    size_t count = 0, jobs = (size_t)run_count(run, SET_JOBS);
    if (!alike)
        return nkb_err_memory(&run->err);
    for (size_t i = 0; i < run->module_count; i++)
        if (run->modules[i].ok && run->modules[i].size_bytes > 0)
            alike[count++].module = &run->modules[i];
    count = keep_alike(alike, count, false);
    nkb_pool_run(nkb_pool_threads(jobs, count), count, take_ends, alike);
    count = keep_alike(alike, count, true);
    nkb_pool_run(nkb_pool_threads(jobs, count), count, take_digest, alike);

    qsort(alike, count, sizeof *alike, by_digest);
    for (size_t i = 1, first = 0; i < count; i++) {
        struct nkb_module *module = alike[i].module;
        if (nkb_module_has_digest(module) &&
            memcmp(module->graph_digest, alike[first].module->graph_digest, NKB_DIGEST_BYTES) == 0)
            module->duplicate_of = alike[first].module->path;
        else
            first = i;
    }
    return 0;
}
