/* Names of a table's columns. Belongs to the reader of tables of runs. */
#ifndef NKB_INPUT_MATRIX_NAME_H
#define NKB_INPUT_MATRIX_NAME_H

#include <stddef.h>

#include "base/str.h"

enum { NKB_NAME_BYTES = 64 }; /* with its NUL */

/* "Latency (ms)" is latency_ms, "peak %" peak_percent: letters and digits in lower case, _ between
 * words. The length, 0 when nothing is left, NKB_NAME_BYTES when it is too long. */
size_t nkb_name_write(struct nkb_str title, char out[NKB_NAME_BYTES]);

/* The unit is the last word of the name that is one: latency_ms_p99 "ms", tokens_per_s "tokens/s".
 * NULL: none. The name is one that nkb_name_write made. */
const char *nkb_name_unit(const char *name);

#endif
