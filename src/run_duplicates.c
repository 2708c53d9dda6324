/* Which modules of a run are byte for byte another one, as a work directory and its cache often
 * hold them. */
#include "run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sha256.h"

struct digest {
    struct nkb_module *module;
    char sha256[NKB_SHA256_TEXT_BYTES]; /* empty until it is needed */
};

static int by_size(const void *a, const void *b)
{
    const struct nkb_module *x = ((const struct digest *)a)->module,
                            *y = ((const struct digest *)b)->module;
    if (x->size_bytes != y->size_bytes)
        return x->size_bytes < y->size_bytes ? -1 : 1;
    return x < y ? -1 : x > y;
}

static int by_digest(const void *a, const void *b)
{
    const struct digest *x = a, *y = b;
    int order = strcmp(x->sha256, y->sha256);
    if (order)
        return order;
    return x->module < y->module ? -1 : x->module > y->module;
}

/* Files of one size are hashed, others cannot be equal. The first in path order is the original. */
int run_find_duplicates(nkb_run *run)
{
    struct digest *digests = nkb_arena_array(&run->arena, run->module_count, sizeof *digests);
    size_t count = 0;
    if (!digests)
        return nkb_err_memory(&run->err);
    for (size_t i = 0; i < run->module_count; i++) {
        struct stat st;
        const struct nkb_module *module = &run->modules[i];
        /* A pipe can be read once only. */
        if (module->ok && module->size_bytes > 0 && stat(module->path.ptr, &st) == 0 &&
            S_ISREG(st.st_mode))
            digests[count++].module = &run->modules[i];
    }
    qsort(digests, count, sizeof *digests, by_size);

    for (size_t i = 0; i < count; i++) {
        int64_t size = digests[i].module->size_bytes;
        bool alone = (i == 0 || digests[i - 1].module->size_bytes != size) &&
                     (i + 1 == count || digests[i + 1].module->size_bytes != size);
        long long read;
        struct nkb_err ignored;
        if (!alone &&
            nkb_sha256_file(digests[i].module->path.ptr, digests[i].sha256, &read, &ignored) != 0)
            digests[i].sha256[0] = '\0'; /* gone since: it repeats nothing we can show */
    }
    qsort(digests, count, sizeof *digests, by_digest);
    for (size_t i = 1, first = 0; i < count; i++) {
        if (digests[i].sha256[0] && strcmp(digests[i].sha256, digests[first].sha256) == 0)
            digests[i].module->duplicate_of = digests[first].module->path;
        else
            first = i;
    }
    return 0;
}
