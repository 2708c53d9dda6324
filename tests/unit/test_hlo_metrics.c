/* The tree m.hlo: which files enter the totals, how ratios are averaged, and what a total says when
 * it cannot be had. */
#include "tsv.h"

#include "analyze/module.h"
#include "model/value.h"

struct tree {
    struct nkb_arena arena;
    struct nkb_value *hlo;
};

static struct nkb_module counted(const char *path, int64_t macs, int64_t nki_macs)
{
    return (struct nkb_module){
        .path = nkb_str_from(path),
        .file_name = nkb_str_from(path),
        .role = "training",
        .ok = true,
        .computations = 1,
        .instructions = 3,
        .static_macs = {macs, nki_macs, macs > 0 ? nkb_ratio(nki_macs, macs) : 0},
        .has_executed = true,
        .executed = {.macs = 2 * macs, .dot_macs = 2 * (macs - nki_macs), .nki_macs = 2 * nki_macs},
        .has_xla = true,
        .xla = {10, 20, 30, 1},
    };
}

static void make_tree(struct tree *t, const struct nkb_module *modules, size_t count,
                      struct nkb_hlo_totals_options options)
{
    t->arena = NKB_ARENA_INIT;
    if (!options.source)
        options.source = "cache";
    t->hlo = nkb_hlo_metrics(&t->arena, modules, count, &options);
    assert_false(nkb_arena_failed(&t->arena));
}

static const struct nkb_value *at(const struct tree *t, const char *path)
{
    const struct nkb_value *v = nkb_value_path(t->hlo, path);
    if (!v)
        fail_msg("no %s", path);
    return v;
}

static void expect_int(const struct tree *t, const char *path, int64_t want)
{
    const struct nkb_value *v = at(t, path);
    if (v->kind != NKB_INT)
        fail_msg("%s is %s", path, nkb_kind_name(v->kind));
    if (v->as.integer != want)
        fail_msg("%s is %lld, not %lld", path, (long long)v->as.integer, (long long)want);
}

static void expect_float(const struct tree *t, const char *path, double want)
{
    const struct nkb_value *v = at(t, path);
    if (v->kind != NKB_FLOAT || v->as.number != want)
        fail_msg("%s is not %.17g", path, want);
}

static void expect_text(const struct tree *t, const char *path, const char *want)
{
    const struct nkb_value *v = at(t, path);
    assert_int_equal(v->kind, NKB_STRING);
    assert_string_equal(v->as.string.ptr, want);
}

static void expect_bool(const struct tree *t, const char *path, bool want)
{
    assert_int_equal(at(t, path)->kind, NKB_BOOL);
    assert_int_equal(at(t, path)->as.boolean, want);
}

static void expect_absent(const struct tree *t, const char *path, const char *why)
{
    const struct nkb_value *v = at(t, path);
    assert_int_equal(v->kind, NKB_ABSENT);
    assert_string_equal(v->note->why, why);
}

static void totals_are_sums_and_ratios_leave_zeros_out(void **state)
{
    struct nkb_module modules[] = {counted("a", 100, 10), counted("b", 50, 0),
                                   counted("c", 200, 60)};
    (void)state;
    struct tree t;
    make_tree(&t, modules, 3, (struct nkb_hlo_totals_options){0});
    expect_int(&t, "files", 3);
    expect_int(&t, "failed", 0);
    expect_int(&t, "static.macs", 350);
    expect_int(&t, "static.nki_macs", 70);
    expect_float(&t, "static.nki_ratio", 0.2);
    expect_float(&t, "static.mean_ratio", (0.1 + 0.3) / 2);
    expect_float(&t, "static.min_ratio", 0.1);
    expect_float(&t, "static.max_ratio", 0.3);
    expect_int(&t, "executed.macs", 700);
    expect_int(&t, "executed.dot_macs", 560);
    expect_int(&t, "executed.nki_macs", 140);
    expect_float(&t, "executed.nki_ratio", 0.2);
    expect_int(&t, "xla.flops", 30);
    expect_int(&t, "xla.transcendentals", 60);
    expect_int(&t, "xla.bytes", 90);
    expect_int(&t, "xla.unknown_calls", 3);
    assert_string_equal(at(&t, "static.macs")->note->unit, "MAC");
    assert_string_equal(at(&t, "static.macs")->note->source, "3 modules in cache");
    assert_string_equal(at(&t, "xla.flops")->note->unit, "FLOP");
    assert_string_equal(at(&t, "xla.bytes")->note->unit, "B");
    nkb_arena_free(&t.arena);
}

static void without_modules_the_totals_are_upstreams_zeros(void **state)
{
    (void)state;
    struct tree t;
    make_tree(&t, NULL, 0, (struct nkb_hlo_totals_options){0});
    expect_int(&t, "files", 0);
    expect_int(&t, "static.macs", 0);
    expect_float(&t, "static.nki_ratio", 0.0);
    expect_float(&t, "static.mean_ratio", 0.0);
    expect_float(&t, "static.min_ratio", 0.0);
    expect_float(&t, "static.max_ratio", 0.0);
    nkb_arena_free(&t.arena);
}

static void what_upstream_cannot_read_fails_unless_named_or_any_form(void **state)
{
    struct nkb_module modules[] = {counted("a", 1, 0),
                                   counted("b", 10, 0),
                                   counted("c", 100, 0),
                                   counted("d", 1000, 0),
                                   {.path = NKB_STR_LITERAL("e"), .error = "byte 3: x"}};
    (void)state;
    modules[1].form = NKB_FORM_TEXT;
    modules[2].form = NKB_FORM_HLO_PROTO;
    modules[3].form = NKB_FORM_SNAPSHOT;
    modules[3].named = true;
    struct tree t;
    make_tree(&t, modules, 5, (struct nkb_hlo_totals_options){0});
    expect_int(&t, "files", 5);
    expect_int(&t, "failed", 3);
    expect_int(&t, "static.macs", 1001);
    expect_bool(&t, "modules.0.counted", true);
    expect_bool(&t, "modules.1.counted", false);
    expect_bool(&t, "modules.3.counted", true);
    expect_text(&t, "modules.0.form", "protobuf");
    expect_text(&t, "modules.1.form", "text");
    expect_text(&t, "modules.2.form", "hlo_proto");
    expect_text(&t, "modules.3.form", "hlo_snapshot");
    expect_text(&t, "modules.1.status", "ok");
    expect_int(&t, "modules.1.static.macs", 10);
    expect_text(&t, "modules.4.status", "error");
    expect_text(&t, "modules.4.error", "byte 3: x");
    expect_absent(&t, "modules.4.static", "byte 3: x");
    expect_absent(&t, "modules.4.executed", "byte 3: x");
    expect_absent(&t, "modules.4.xla", "byte 3: x");
    expect_absent(&t, "modules.4.loops", "byte 3: x");
    expect_absent(&t, "modules.4.form", "byte 3: x");
    expect_absent(&t, "modules.4.computations", "byte 3: x");
    nkb_arena_free(&t.arena);

    make_tree(&t, modules, 5, (struct nkb_hlo_totals_options){.any_form = true});
    expect_int(&t, "files", 5);
    expect_int(&t, "failed", 1);
    expect_int(&t, "static.macs", 1111);
    nkb_arena_free(&t.arena);
}

static void repeats_are_left_out_when_asked(void **state)
{
    struct nkb_module modules[] = {counted("a", 5, 0), counted("b", 5, 0)};
    (void)state;
    modules[1].duplicate_of = nkb_str_from("a");
    struct tree t;
    make_tree(&t, modules, 2, (struct nkb_hlo_totals_options){0});
    expect_int(&t, "static.macs", 10);
    expect_text(&t, "modules.1.duplicate_of", "a");
    nkb_arena_free(&t.arena);
    make_tree(&t, modules, 2, (struct nkb_hlo_totals_options){.dedupe = true});
    expect_int(&t, "files", 1);
    expect_int(&t, "static.macs", 5);
    expect_bool(&t, "modules.1.counted", false);
    nkb_arena_free(&t.arena);
}

static void totals_beyond_63_bits_are_absent(void **state)
{
    struct nkb_module modules[] = {counted("a", 1, 1), counted("b", 1, 1)};
    const char *why = "beyond 63 bits; at most 9223372036854775807 can be counted";
    (void)state;
    modules[0].static_macs.macs = INT64_MAX;
    modules[0].executed.macs = INT64_MAX;
    struct tree t;
    make_tree(&t, modules, 1, (struct nkb_hlo_totals_options){0});
    expect_int(&t, "static.macs", INT64_MAX);
    nkb_arena_free(&t.arena);
    make_tree(&t, modules, 2, (struct nkb_hlo_totals_options){0});
    expect_absent(&t, "static.macs", why);
    expect_int(&t, "static.nki_macs", 2);
    expect_absent(&t, "static.nki_ratio", why);
    expect_absent(&t, "executed.macs", why);
    expect_absent(&t, "executed.nki_ratio", why);
    nkb_arena_free(&t.arena);
}

static void a_total_without_all_its_parts_is_absent_and_names_the_first(void **state)
{
    struct nkb_module modules[] = {counted("a", 5, 0), counted("b/c", 5, 0), counted("d", 5, 0)};
    const char *why =
        "1 of 3 modules has no executed count: b/c: no entry computation: 9 does not exist";
    (void)state;
    modules[1].has_executed = false;
    modules[1].why_no_executed = modules[1].why_no_loops = "no entry computation: 9 does not exist";
    modules[1].has_xla = modules[2].has_xla = false;
    modules[1].why_no_xla = modules[2].why_no_xla = "no entry";
    struct nkb_op op = {NKB_HLO_DOT, 4, 8, 0, 16, true, 24};
    modules[0].ops = &op;
    modules[0].op_count = 1;
    struct nkb_kernel kernel = {NKB_STR_LITERAL("k"),
                                NKB_STR_LITERAL("AwsNeuronCustomNativeKernel"),
                                2,
                                1,
                                5,
                                7,
                                35,
                                true,
                                false};
    modules[0].kernels = &kernel;
    modules[0].kernel_count = 1;
    struct tree t;
    make_tree(&t, modules, 3, (struct nkb_hlo_totals_options){0});
    expect_int(&t, "static.macs", 15);
    expect_absent(&t, "executed.macs", why);
    expect_absent(&t, "executed.nki_ratio", why);
    expect_absent(&t, "modules.1.executed", "no entry computation: 9 does not exist");
    expect_absent(&t, "modules.1.loops", "no entry computation: 9 does not exist");
    expect_absent(&t, "xla.flops", "2 of 3 modules have no cost: b/c: no entry");
    expect_absent(&t, "modules.2.xla", "no entry");
    expect_int(&t, "ops.0.count", 4);
    expect_absent(&t, "ops.0.flops", "2 of 3 modules have no cost: b/c: no entry");
    expect_int(&t, "kernels.0.sites", 2);
    expect_absent(&t, "kernels.0.calls", why);
    expect_absent(&t, "kernels.0.executed_macs", why);
    nkb_arena_free(&t.arena);

    modules[1].computations = 0; /* an empty module executes nothing */
    make_tree(&t, modules, 2, (struct nkb_hlo_totals_options){0});
    expect_int(&t, "executed.macs", 10);
    expect_int(&t, "xla.flops", 10);
    expect_absent(&t, "modules.1.executed", "no entry computation: 9 does not exist");
    nkb_arena_free(&t.arena);
}

static void an_entry_tells_all_of_its_module(void **state)
{
    struct nkb_module module = counted("x/MODULE_1/m.hlo_module.pb", 8, 2);
    struct nkb_loop loops[] = {
        {NKB_STR_LITERAL("w1"), 7, NKB_TRIP_ANNOTATED, NULL},
        {NKB_STR_LITERAL("w2"), 0, NKB_TRIP_INFERRED, NULL},
        {NKB_STR_LITERAL("w3"), 1, NKB_TRIP_UNKNOWN, "its bound is not constant"}};
    const char *diagnostics[] = {"one thing"};
    (void)state;
    module.module_name = nkb_str_from("MODULE_1");
    module.loops = loops;
    module.loop_count = 3;
    module.diagnostics = diagnostics;
    module.diagnostic_count = 1;
    module.locked = true;
    module.executed = (struct nkb_executed_macs){.macs = 15,
                                                 .dot_macs = 1,
                                                 .conv_macs = 2,
                                                 .nki_macs = 5,
                                                 .other_macs = 7,
                                                 .ragged_macs = 3,
                                                 .custom_matmul_macs = 4,
                                                 .unknown_trip_counts = 1,
                                                 .nki_ratio = 0.25};
    struct tree t;
    make_tree(&t, &module, 1, (struct nkb_hlo_totals_options){0});
    expect_text(&t, "modules.0.path", "x/MODULE_1/m.hlo_module.pb");
    expect_text(&t, "modules.0.module_name", "MODULE_1");
    expect_absent(&t, "modules.0.compiler_version", "the path names no neuronxcc-…");
    expect_text(&t, "modules.0.role", "training");
    expect_absent(&t, "modules.0.error", "the file was read and counted");
    expect_absent(&t, "modules.0.duplicate_of", "no earlier file is the same");
    expect_bool(&t, "modules.0.failed_compile", false);
    expect_bool(&t, "modules.0.locked", true);
    expect_bool(&t, "modules.0.stale", false);
    expect_int(&t, "modules.0.static.nki_macs", 2);
    expect_float(&t, "modules.0.static.nki_ratio", 0.25);
    expect_int(&t, "modules.0.executed.macs", 15);
    expect_int(&t, "modules.0.executed.conv_macs", 2);
    expect_int(&t, "modules.0.executed.other_macs", 7);
    expect_int(&t, "modules.0.executed.ragged_macs", 3);
    expect_int(&t, "modules.0.executed.custom_matmul_macs", 4);
    expect_int(&t, "modules.0.executed.unknown_trip_counts", 1);
    expect_float(&t, "modules.0.executed.nki_ratio", 0.25);
    expect_int(&t, "modules.0.xla.bytes", 30);
    expect_int(&t, "modules.0.computations", 1);
    expect_int(&t, "modules.0.instructions", 3);
    expect_text(&t, "modules.0.loops.0.name", "w1");
    expect_int(&t, "modules.0.loops.0.trip_count", 7);
    expect_text(&t, "modules.0.loops.0.how", "annotated");
    expect_absent(&t, "modules.0.loops.0.why", "its trip count is known");
    expect_text(&t, "modules.0.loops.2.why", "its bound is not constant");
    expect_int(&t, "modules.0.loops.1.trip_count", 0);
    expect_text(&t, "modules.0.loops.1.how", "inferred");
    expect_absent(&t, "modules.0.loops.2.trip_count", "not known: counted as one trip");
    expect_text(&t, "modules.0.loops.2.how", "unknown");
    expect_text(&t, "modules.0.diagnostics.0", "one thing");
    expect_int(&t, "executed.other_macs", 7);
    expect_int(&t, "executed.unknown_trip_counts", 1);
    nkb_arena_free(&t.arena);
}

static void kernels_and_ops_are_added_up_over_modules(void **state)
{
    struct nkb_module modules[] = {counted("a", 5, 0), counted("b", 5, 0)};
    const struct nkb_str nki = NKB_STR_LITERAL("AwsNeuronCustomNativeKernel");
    struct nkb_kernel first[] = {
        {NKB_STR_LITERAL("k"), nki, 1, 1, 3, 10, 30, true, false},
        {NKB_STR_NONE, NKB_STR_LITERAL("Zeta"), 1, 1, 1, 0, 0, false, false}};
    struct nkb_kernel second[] = {{NKB_STR_LITERAL("add"), nki, 1, 1, 1, 0, 0, false, false},
                                  {NKB_STR_LITERAL("k"), nki, 2, 1, 4, 10, 40, true, false}};
    struct nkb_op ops[] = {{NKB_HLO_ADD, 2, 20, 0, 40, true, 60},
                           {NKB_HLO_OPCODE_COUNT, 1, 0, 0, 0, false, 0}};
    (void)state;
    modules[0].kernels = first;
    modules[1].kernels = second;
    modules[0].kernel_count = modules[1].kernel_count = 2;
    modules[0].ops = modules[1].ops = ops;
    modules[0].op_count = 2;
    modules[1].op_count = 1;
    struct tree t;
    make_tree(&t, modules, 2, (struct nkb_hlo_totals_options){0});
    assert_int_equal(at(&t, "kernels")->as.items.count, 3);
    expect_text(&t, "kernels.0.name", "add");
    expect_bool(&t, "kernels.0.cost_known", false);
    expect_int(&t, "kernels.0.macs", 0);
    expect_text(&t, "kernels.1.name", "k");
    expect_text(&t, "kernels.1.target", "AwsNeuronCustomNativeKernel");
    expect_int(&t, "kernels.1.sites", 3);
    expect_int(&t, "kernels.1.reachable_sites", 2);
    expect_int(&t, "kernels.1.calls", 7);
    expect_int(&t, "kernels.1.macs", 10);
    expect_int(&t, "kernels.1.executed_macs", 70);
    expect_bool(&t, "kernels.1.cost_known", true);
    expect_absent(&t, "kernels.2.name", "the call's backend_config names no function");
    expect_absent(&t, "kernels.2.macs", "the call states no MACs");
    expect_absent(&t, "kernels.2.executed_macs", "the call states no MACs");
    expect_text(&t, "kernels.0.config", "no mac_count");
    expect_text(&t, "kernels.1.config", "ok");
    expect_absent(&t, "kernels.2.config", "only NKI kernels state a mac_count");
    nkb_arena_free(&t.arena);

    second[0].unreadable = true;
    make_tree(&t, modules, 2, (struct nkb_hlo_totals_options){0});
    expect_text(&t, "kernels.0.config", "unreadable");
    nkb_arena_free(&t.arena);

    first[1].target = nkb_str_from("AwsNeuronIntMatmult"); /* known by its shapes */
    first[1].cost_known = true;
    first[1].macs = first[1].executed_macs = 6;
    make_tree(&t, modules, 2, (struct nkb_hlo_totals_options){0});
    expect_text(&t, "kernels.2.target", "AwsNeuronIntMatmult");
    expect_int(&t, "kernels.2.macs", 6);
    expect_int(&t, "kernels.2.executed_macs", 6);
    assert_int_equal(at(&t, "ops")->as.items.count, 2);
    expect_text(&t, "ops.0.opcode", "add");
    expect_int(&t, "ops.0.count", 4);
    expect_int(&t, "ops.0.flops", 40);
    expect_int(&t, "ops.0.bytes", 80);
    expect_int(&t, "ops.0.executed_flops", 120);
    expect_text(&t, "ops.1.opcode", "unknown");
    expect_int(&t, "ops.1.count", 1);
    expect_absent(&t, "ops.1.executed_flops",
                  "beyond 63 bits; at most 9223372036854775807 can be counted");
    nkb_arena_free(&t.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_are_sums_and_ratios_leave_zeros_out),
        cmocka_unit_test(without_modules_the_totals_are_upstreams_zeros),
        cmocka_unit_test(what_upstream_cannot_read_fails_unless_named_or_any_form),
        cmocka_unit_test(repeats_are_left_out_when_asked),
        cmocka_unit_test(totals_beyond_63_bits_are_absent),
        cmocka_unit_test(a_total_without_all_its_parts_is_absent_and_names_the_first),
        cmocka_unit_test(an_entry_tells_all_of_its_module),
        cmocka_unit_test(kernels_and_ops_are_added_up_over_modules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
