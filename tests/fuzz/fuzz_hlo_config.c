/* Any bytes as a backend_config: a count, or none and the reason. */
#include <stdint.h>
#include <stdlib.h>

#include "input/hlo_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nkb_str config = {(const char *)data, size};
    struct nkb_arena arena = NKB_ARENA_INIT;
    int64_t trips = 0;

    const struct nkb_nki_config *read = nkb_nki_config_read(config, &arena);
    if (!read || !read->why != (read->status == NKB_NKI_OK || read->status == NKB_NKI_NO_COUNT) ||
        (read->status != NKB_NKI_OK && read->mac_count != 0))
        abort();
    if (nkb_trip_count_read(config, &trips) && trips < 0)
        abort();
    nkb_arena_free(&arena);
    return 0;
}
