/* Where a cell of a table is, be it CSV or JSON, and the refusal of what stands there. */
#ifndef NKB_INPUT_TABLE_PLACE_H
#define NKB_INPUT_TABLE_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct nkb_table_place {
    uint32_t line, column; /* of CSV; column 0: the whole line */
    size_t element;        /* of JSON: position in the list, and the key there */
    struct nkb_str key;
};

/* "path:line:column: …", or "path: 'list[element].key': …" where the table is a list of JSON (NULL:
 * it is none). NKB_EINPUT. */
int nkb_table_refuse(const char *path, const char *list, const struct nkb_table_place *place,
                     struct nkb_err *err, const char *format, ...) NKB_PRINTF(5, 6);

#endif
