/* Any bytes as a rule: loaded, asked, scored and laid out under small limits. */
#include "host/host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_limits limits = {4u << 20, 200000, 1.0, false};
    struct nkb_rule_source source = {.name = "fuzz.lua",
                                     .path = "fuzz.lua",
                                     .origin = "file",
                                     .text = {(const char *)data, size}};
    struct nkb_host *host = NULL;
    struct nkb_value *metrics = nkb_value_object(&arena), *result;
    struct nkb_value *training = nkb_metric_group(&arena, metrics, "training");
    nkb_metric_float(&arena, training, "mfu_percent", 15.5, "%", "log: mean");
    nkb_metric_absent(&arena, metrics, "inference", "not given");
    struct nkb_run_facts facts = {"2026-03-04T09:15:02", "0", NULL, NULL, NULL};
    struct nkb_buf out = NKB_BUF_INIT;
    bool present;

    if (nkb_host_new(&host, &limits, NULL) == 0 && nkb_host_load(host, &source, NULL) == 0 &&
        nkb_host_accept(host, NULL) == 0 &&
        nkb_host_score(host, metrics, &facts, &arena, &result, NULL) == 0) {
        nkb_host_layout(host, "console", &out, &present, NULL);
        nkb_host_layout(host, "json", &out, &present, NULL);
    }
    nkb_host_free(host);
    nkb_buf_free(&out);
    nkb_arena_free(&arena);
    return 0;
}
