/* One HLO file of the corpus, read and analysed. */
#ifndef TESTS_UNIT_HLO_FILE_H
#define TESTS_UNIT_HLO_FILE_H

#include "tsv.h"

#include "analyze/module.h"
#include "input/hlo.h"

struct file {
    struct nkb_arena arena, keep;
    struct nkb_module module;
    struct nkb_err err;
    int read, analysed;
};

static inline void read_file(struct file *f, const char *root, const char *path)
{
    char full[1200];
    struct nkb_hlo hlo;
    *f = (struct file){.arena = NKB_ARENA_INIT, .keep = NKB_ARENA_INIT};
    snprintf(full, sizeof full, "%s/%s", root, path);
    f->read = nkb_hlo_read_file(full, &f->arena, &hlo, &f->err);
    if (f->read == 0)
        f->analysed = nkb_module_analyze(&hlo, &f->keep, &f->module, &f->err);
    nkb_arena_free(&f->arena); /* the module keeps nothing of it */
}

static inline void close_file(struct file *f)
{
    nkb_arena_free(&f->keep);
}

#define CHECK(path, what, have, want)                                                              \
    do {                                                                                           \
        if ((int64_t)(have) != (int64_t)(want))                                                    \
            fail_msg("%s: %s is %lld, not %lld", path, what, (long long)(have),                    \
                     (long long)(want));                                                           \
    } while (0)

#endif
