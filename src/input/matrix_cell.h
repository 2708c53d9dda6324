/* What a cell of a table's lines is. Belongs to matrix.c. */
#ifndef NKB_INPUT_MATRIX_CELL_H
#define NKB_INPUT_MATRIX_CELL_H

#include "base/arena.h"
#include "base/err.h"
#include "model/value.h"

struct nkb_cell {
    struct nkb_str text; /* without blanks and quotes around it; a "" inside stays two */
    const char *path;
    uint32_t line, column;
};

/* A whole number, a number, true or false, or text; absent, and why, of an empty one. NKB_EINPUT:
 * an integer beyond 63 bits. */
int nkb_cell_read(const struct nkb_cell *cell, struct nkb_arena *arena, struct nkb_value **out,
                  struct nkb_err *err);

#endif
