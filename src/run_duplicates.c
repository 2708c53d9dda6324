/* Which modules of a run are byte for byte another one, as a work directory and its cache often
 * hold them. */
#include "run_scan.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sha256.h"

static const unsigned char not_taken[NKB_DIGEST_BYTES];

static bool is_taken(const struct nkb_module *module)
{
    return memcmp(module->graph_digest, not_taken, sizeof not_taken) != 0;
}

void run_take_digest(struct nkb_module *module)
{
    struct stat st;
    struct nkb_err ignored;
    /* A pipe can be read once only, and what is gone since repeats nothing we can show. */
    if (!is_taken(module) && module->size_bytes > 0 && stat(module->path.ptr, &st) == 0 &&
        S_ISREG(st.st_mode))
        (void)nkb_sha256_file_bytes(module->path.ptr, module->graph_digest, &ignored);
}

static int by_place(const struct nkb_module *x, const struct nkb_module *y)
{
    return x < y ? -1 : x > y;
}

static int by_size(const void *a, const void *b)
{
    const struct nkb_module *x = *(struct nkb_module *const *)a,
                            *y = *(struct nkb_module *const *)b;
    if (x->size_bytes != y->size_bytes)
        return x->size_bytes < y->size_bytes ? -1 : 1;
    return by_place(x, y);
}

static int by_digest(const void *a, const void *b)
{
    const struct nkb_module *x = *(struct nkb_module *const *)a,
                            *y = *(struct nkb_module *const *)b;
    int order = memcmp(x->graph_digest, y->graph_digest, sizeof x->graph_digest);
    return order ? order : by_place(x, y);
}

/* Files of one size are hashed, others cannot be equal; a scan has hashed them all. The first in
 * path order is the original. */
int run_find_duplicates(nkb_run *run)
{
    struct nkb_module **alike = nkb_arena_array(&run->arena, run->module_count, sizeof(void *));
    size_t count = 0;
    if (!alike)
        return nkb_err_memory(&run->err);
    for (size_t i = 0; i < run->module_count; i++)
        if (run->modules[i].ok && run->modules[i].size_bytes > 0)
            alike[count++] = &run->modules[i];
    qsort(alike, count, sizeof *alike, by_size);

    for (size_t i = 0; i < count; i++) {
        int64_t size = alike[i]->size_bytes;
        bool alone = (i == 0 || alike[i - 1]->size_bytes != size) &&
                     (i + 1 == count || alike[i + 1]->size_bytes != size);
        if (!alone && !alike[i]->part)
            run_take_digest(alike[i]);
    }
    qsort(alike, count, sizeof *alike, by_digest);
    for (size_t i = 1, first = 0; i < count; i++) {
        if (is_taken(alike[i]) &&
            memcmp(alike[i]->graph_digest, alike[first]->graph_digest, sizeof not_taken) == 0)
            alike[i]->duplicate_of = alike[first]->path;
        else
            first = i;
    }
    return 0;
}
