/* A part with something of everything, and what the tests of parts share. */
#ifndef PART_SAMPLE_H
#define PART_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/part_format.h"
#include "part_whole.h"

#define ENGINE "1.2.3"

static struct nkb_arena arena;
static struct nkb_buf bytes;
static struct nkb_err err;

static int fresh(void **state)
{
    (void)state;
    nkb_arena_free(&arena);
    nkb_buf_free(&bytes);
    err = (struct nkb_err){0};
    return 0;
}

static struct nkb_loop loops[] = {
    {NKB_STR_LITERAL("while.1"), 32, NKB_TRIP_INFERRED, NULL},
    {NKB_STR_LITERAL("a\0b"), 1, NKB_TRIP_UNKNOWN, "its bound is not constant"},
};
static struct nkb_kernel kernels[] = {
    {.name = NKB_STR_LITERAL("flash_fwd"),
     .target = NKB_STR_LITERAL("AwsNeuronCustomNativeKernel"),
     .sites = 1,
     .reachable_sites = 1,
     .calls = 32,
     .macs = INT64_MAX,
     .executed_macs = INT64_MIN,
     .cost_known = true},
};
static struct nkb_op ops[] = {{.opcode = NKB_HLO_DOT,
                               .count = 3,
                               .flops = 1 << 20,
                               .has_executed_flops = true,
                               .executed_flops = 77}};
static const char *remarks[] = {"a remark", "flash_fwd"};

static struct nkb_group groups[] = {
    {.key = NKB_STR_LITERAL("flash_fwd"),
     .has_call_macs = true,
     .call_macs = -3,
     .absent = UINT32_MAX,
     .figures = {1, -2, [NKB_FIGURES - 1] = INT64_MIN}},
    {.detail = NKB_STR_LITERAL("none")},
};

static struct nkb_groups by_dimension[NKB_DIMENSIONS] = {
    [NKB_BY_SCOPE] = {.made = true, .count = 2, .at = groups},
    [NKB_BY_INSTRUCTION] = {.made = true, .has_rest = true, .rest = {.absent = 5}},
};

static struct nkb_module good(const char *path)
{
    return (struct nkb_module){
        .path = nkb_str_from(path),
        .file_name = NKB_STR_LITERAL("model.hlo_module.pb"),
        .module_name = NKB_STR_LITERAL("MODULE_1"),
        .role = "cache",
        .locked = true,
        .modified_s = 1772700000,
        .form = NKB_FORM_HLO_PROTO,
        .ok = true,
        .size_bytes = 12345,
        .computations = 2,
        .instructions = 300,
        .graph_digest = {1, 2, 3},
        .static_macs = {100, 25, 0.25},
        .has_executed = true,
        .executed = {.macs = 100, .nki_macs = 25, .nki_ratio = 0.1},
        .has_xla = true,
        .xla = {200, 3, 4, 5},
        .loops = loops,
        .kernels = kernels,
        .ops = ops,
        .diagnostics = remarks,
        .loop_count = 2,
        .kernel_count = 1,
        .op_count = 1,
        .diagnostic_count = 2,
        .groups = by_dimension,
    };
}

static struct nkb_module bad(const char *path)
{
    return (struct nkb_module){.path = nkb_str_from(path),
                               .role = "file",
                               .named = true,
                               .error = "byte 3: no",
                               .why_no_executed = "byte 3: no",
                               .why_no_xla = "",
                               .why_no_loops = "byte 3: no"};
}

static const char *sources[] = {"neuron_cache"};
static const char *problems[] = {"neuron_cache/x: cannot be listed"};
static struct nkb_shard shards[] = {
    {.of = NKB_STR_LITERAL("neuron_cache"), .index = 3, .count = 8, .files = 120, .listing = {9}}};
static struct nkb_module modules[2];

static struct nkb_part sample(void)
{
    modules[0] = good("neuron_cache/a");
    modules[1] = bad("b.pb");
    return (struct nkb_part){.sources = sources,
                             .problems = problems,
                             .shards = shards,
                             .modules = modules,
                             .source_count = 1,
                             .problem_count = 1,
                             .shard_count = 1,
                             .module_count = 2};
}

static void write_sample(void)
{
    struct nkb_part part = sample();
    nkb_buf_free(&bytes);
    assert_int_equal(write_whole(&part, ENGINE, &bytes, &err), 0);
}

#endif
