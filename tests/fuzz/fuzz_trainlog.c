/* Any bytes are a training log: whatever comes, its figures can be made and written as JSON. */
#include <stdint.h>
#include <stdlib.h>

#include "analyze/steps.h"
#include "input/trainlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_buf json = NKB_BUF_INIT;
    struct nkb_trainlog log;
    struct nkb_str bytes = {(const char *)data, size};
    struct nkb_log_scan *scan = nkb_log_scan_begin(&arena);
    if (!scan || nkb_trainlog_read_bytes(bytes, nkb_log_scan_take, scan, &arena, &log, NULL) != 0)
        abort();
    struct nkb_value *diagnostics = nkb_value_array(&arena);
    struct nkb_value *metrics =
        nkb_log_metrics(&arena, &log, nkb_log_scan_end(scan, &log), "train.log", diagnostics);
    if (!metrics || nkb_value_to_json(metrics, 0, &json, NULL) != 0)
        abort();
    nkb_buf_free(&json);
    nkb_arena_free(&arena);
    return 0;
}
