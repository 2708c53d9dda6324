/* Any bytes are a table of runs or refused; what is read is a list of rows. */
#include <stdint.h>
#include <stdlib.h>

#include "input/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nkb_str text = {(const char *)data, size};
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_buf json = NKB_BUF_INIT;
    struct nkb_err err = {0};
    struct nkb_value *v = NULL;

    int rc = nkb_matrix_read(text, "f", &arena, &v, &err);
    if ((rc == 0) != (err.text[0] == '\0') || (rc == 0) != (v != NULL))
        abort();
    if (v && nkb_value_to_json(v, 2, &json, NULL) == NKB_EMEMORY)
        abort();
    nkb_buf_free(&json);
    nkb_arena_free(&arena);
    return 0;
}
