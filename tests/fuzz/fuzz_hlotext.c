/* Any bytes as HLO text: read or refused with a message, in time and memory linear in their number.
 */
#include <stdint.h>
#include <stdlib.h>

#include "input/hlotext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nkb_str text = {(const char *)data, size};
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_err err = {0};
    struct nkb_hlo hlo;

    nkb_hlotext_detect(text);
    int rc = nkb_hlotext_read(text, &arena, &hlo, &err);
    if ((rc == 0) != (err.text[0] == '\0') || (rc == 0 && hlo.entry >= hlo.computation_count))
        abort();
    nkb_arena_free(&arena);
    return 0;
}
