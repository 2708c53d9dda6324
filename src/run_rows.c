#include "run_rows.h"

#include <stdlib.h>

uint32_t run_rows_dimensions(const nkb_run *run, size_t files, uint32_t dimensions)
{
    if (files < 2 || run_asked(run, "scan") || run_switch(run, SET_DEDUPE))
        return 0;
    for (size_t i = 0; i < run->module_count; i++)
        if (run->modules[i].part) /* it may tell of a file that is here, too */
            return 0;
    return dimensions & NKB_ROWS_SHARED;
}

struct run_rows *run_rows_new(void)
{
    struct run_rows *rows = calloc(1, sizeof *rows);
    for (int d = 0; rows && d < NKB_DIMENSIONS; d++)
        rows->by[d] = (struct nkb_rows)NKB_ROWS_INIT((enum nkb_dimension)d, 0);
    return rows;
}

bool run_rows_take(struct run_rows *rows, uint32_t dimensions,
                   const struct nkb_hlo_totals_options *options, struct nkb_module *module)
{
    bool good = true;
    for (int d = 0; d < NKB_DIMENSIONS && module->groups; d++) {
        struct nkb_groups *groups = &module->groups[d];
        if ((dimensions >> d & 1) == 0)
            continue;
        if (nkb_hlo_counts(module, options))
            good = good && nkb_rows_add(&rows->by[d], module);
        groups->at = NULL;
        groups->count = 0;
    }
    return good;
}

bool run_rows_join(struct run_rows *rows, const struct run_rows *from)
{
    bool good = true;
    for (int d = 0; d < NKB_DIMENSIONS; d++)
        good = good && nkb_rows_join(&rows->by[d], &from->by[d]);
    return good;
}

void run_rows_free(struct run_rows *rows)
{
    for (int d = 0; rows && d < NKB_DIMENSIONS; d++)
        nkb_rows_free(&rows->by[d]);
    free(rows);
}

const struct nkb_rows *run_rows_of(const nkb_run *run, enum nkb_dimension by)
{
    return run->rows ? &run->rows->by[by] : NULL;
}
