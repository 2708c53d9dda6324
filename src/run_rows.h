/* Groups that many modules share are added up file by file, by each worker for itself, so that what
 * a table takes does not grow with the files it is of. */
#ifndef NKB_RUN_ROWS_H
#define NKB_RUN_ROWS_H

#include "analyze/hlo_table.h"
#include "run.h"

struct run_rows {
    struct nkb_rows by[NKB_DIMENSIONS];
};

/* Those of the dimensions for which that can be done with so many files or more: none where it is
 * found out only in the end which modules count, or where the groups of each are asked for. */
uint32_t run_rows_dimensions(const nkb_run *run, size_t files, uint32_t dimensions);
/* NULL when memory runs out. */
struct run_rows *run_rows_new(void);
/* Add the groups of a module that has been analysed, and take them from it. */
bool run_rows_take(struct run_rows *rows, uint32_t dimensions,
                   const struct nkb_hlo_totals_options *options, struct nkb_module *module);
bool run_rows_join(struct run_rows *rows, const struct run_rows *from);
void run_rows_free(struct run_rows *rows);
/* For nkb_hlo_table; NULL: there are none. */
const struct nkb_rows *run_rows_of(const nkb_run *run, enum nkb_dimension by);

#endif
