/* m.training: upstream's bits on every golden, the keys of DESIGN 6, and what each number says of
 * itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "counting.h"

static struct nkb_training_inputs inputs(const struct nkb_flops *flops, const char *backend)
{
    return (struct nkb_training_inputs){.throughput_seq_per_s = 2.1,
                                        .throughput_source = "flag",
                                        .throughput_origin = "--throughput",
                                        .batch_size = 64,
                                        .seq_len = 4096,
                                        .num_nodes = 1,
                                        .batch_size_origin = "train.yaml: data.global_batch_size",
                                        .seq_len_origin = "train.yaml: data.seq_length",
                                        .num_nodes_origin = "default",
                                        .peak = nkb_peak_find(backend),
                                        .hw_backend_origin = "--hw-backend",
                                        .flops = flops,
                                        .model_config_path = "config.json"};
}

static double number_at(const struct nkb_value *training, const char *name)
{
    double v = 0;
    if (!nkb_value_number(nkb_value_get(training, name), &v))
        fail_msg("%s is no number", name);
    return v;
}

static void mfu_equals_upstream_on_every_golden(void **state)
{
    (void)state;
    need("CORPUS");
    need("GOLDENS");
    struct nkb_arena arena = NKB_ARENA_INIT;
    char *at =
        nkb_arena_string(&arena, read_whole(&arena, path_below(&arena, "GOLDENS", "mfu.tsv")).ptr);
    static const char *const backends[] = {"trn1", "trn2", "p5"};
    char *fields[FIELDS_MAX];

    next_row(&at, fields);
    while (next_row(&at, fields)) {
        const char *name = fields[0] + strlen("corpus/");
        struct nkb_value *config = parse_file(&arena, path_below(&arena, "CORPUS", name));
        struct nkb_flops flops = count(&arena, "nxdt", config, (int64_t)number_of(fields[1]));
        for (size_t i = 0; i < 3; i++) {
            struct nkb_training_inputs in = inputs(&flops, backends[i]);
            assert_same_double(number_at(nkb_training_metrics(&arena, &in), "mfu_percent"),
                               number_of(fields[3 + i]));
        }
    }
    nkb_arena_free(&arena);
}

/* Every training_metrics/ and handler/ golden that printed metrics. */
static void goldens_of_whole_runs_agree_to_the_last_bit(void **state)
{
    static const char *const goldens[] = {"four_nodes",
                                          "full_plain",
                                          "full_score",
                                          "full_overrides",
                                          "full_bases",
                                          "trn2",
                                          "no_kernels",
                                          "odd_kernels",
                                          "per_file",
                                          "impossible_mfu_32_nodes",
                                          "impossible_mfu",
                                          "broken_hlo",
                                          "empty_cache",
                                          "module_dir",
                                          "no_log_no_throughput",
                                          "omegaconf_seq_len",
                                          "readme_sample_log",
                                          "no_seq_length_seq_len"};
    static const struct {
        const char *ours, *theirs;
    } names[] = {{"mfu_percent", "mfu_percent"},
                 {"tflops_per_seq", "tflops_per_second"},
                 {"tflops_per_node", "throughput_tflops_per_node"},
                 {"seq_per_s_per_node", "seq_per_second_per_node"},
                 {"s_per_batch", "time_per_batch_seconds"}};
    (void)state;
    need("CORPUS");
    need("GOLDENS");
    size_t checked = 0;
    for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++) {
        struct nkb_arena arena = NKB_ARENA_INIT;
        const char *path =
            path_below(&arena, "GOLDENS",
                       nkb_arena_printf(&arena, "training_metrics/%s/metrics.json", goldens[i]));
        FILE *there = fopen(path, "rb");
        if (!there) {
            nkb_arena_free(&arena);
            continue;
        }
        fclose(there);
        struct nkb_value *golden = parse_file(&arena, path);
        struct nkb_value *config =
            parse_file(&arena, path_below(&arena, "CORPUS", "own/runs/full/config.json"));
        int64_t seq_len = nkb_value_get(golden, "sequence_length")->as.integer;
        struct nkb_flops flops = count(&arena, "nxdt", config, seq_len);
        struct nkb_training_inputs in =
            inputs(&flops, nkb_value_get(golden, "hardware_backend")->as.string.ptr);
        assert_non_null(in.peak);
        in.seq_len = seq_len;
        in.batch_size = nkb_value_get(golden, "batch_size")->as.integer;
        in.num_nodes = nkb_value_get(golden, "num_nodes")->as.integer;
        in.throughput_seq_per_s = number_at(golden, "throughput_seq_per_sec");
        struct nkb_value *training = nkb_training_metrics(&arena, &in);
        for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
            assert_same_double(number_at(training, names[n].ours),
                               number_at(golden, names[n].theirs));
        checked++;
        nkb_arena_free(&arena);
    }
    assert_true(checked >= 15);
}

#define LLAMA_8B                                                                                   \
    "{'hidden_size':4096,'intermediate_size':14336,'num_hidden_layers':32,'num_attention_heads':"  \
    "32,"                                                                                          \
    "'num_key_value_heads':8,'vocab_size':128256}"

static void every_metric_says_its_unit_and_where_it_comes_from(void **state)
{
    static const struct {
        const char *name, *unit, *source;
    } expected[] = {
        {"mfu_percent", "%", "nxdt: 224.04 TFLOP/seq × 2.1 seq/s ÷ 1 node ÷ 3040 TFLOP/s"},
        {"throughput_seq_per_s", "seq/s", "--throughput"},
        {"throughput_source", NULL, "--throughput"},
        {"flops_per_seq", "FLOP/seq", "nxdt model, config.json at 4096 tokens"},
        {"tflops_per_node", "TFLOP/s", "nxdt: 224.04 TFLOP/seq × 2.1 seq/s ÷ 1 node"},
        {"seq_per_s_per_node", "seq/s", "2.1 seq/s ÷ 1 node"},
        {"s_per_batch", "s", "64 seq ÷ 2.1 seq/s"},
        {"batch_size", "seq", "train.yaml: data.global_batch_size"},
        {"seq_len", "tokens", "train.yaml: data.seq_length"},
        {"num_nodes", "nodes", "default"},
        {"hw_backend", NULL, "--hw-backend"},
        {"peak_tflops_per_node", "TFLOP/s",
         "16 Trn1 chips × 190 TFLOP/s bf16 (aws-neuron-sdk, trn1-arch)"},
        {"flop_model", NULL, NULL},
        {"tflops_per_seq", "TFLOP/seq", "nxdt: flops_per_seq ÷ 1e12"},
    };
    (void)state;
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_flops flops = count(&arena, "nxdt", parse(&arena, LLAMA_8B), 4096);
    struct nkb_training_inputs in = inputs(&flops, "trn1");
    struct nkb_value *training = nkb_training_metrics(&arena, &in);

    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const struct nkb_member *member = &training->as.items.at[i];
        const struct nkb_note *note = member->value->note;
        assert_string_equal(member->key.ptr, expected[i].name);
        if (expected[i].unit)
            assert_string_equal(note->unit, expected[i].unit);
        if (expected[i].source)
            assert_string_equal(note->source, expected[i].source);
    }
    assert_same_double(number_at(training, "mfu_percent"), 15.476632087498107);
    assert_int_equal(nkb_value_get(training, "flops_per_seq")->as.integer, 224042674028544);
    assert_string_equal(nkb_value_get(training, "throughput_source")->as.string.ptr, "flag");
    assert_string_equal(nkb_value_get(training, "flop_model")->as.string.ptr, "nxdt");
    assert_non_null(nkb_value_path(training, "flop_terms.mlp"));
    assert_int_equal(nkb_value_get(training, "parameters")->kind, NKB_ABSENT);
    assert_string_equal(nkb_value_get(training, "parameters")->note->why,
                        "this FLOP model counts no parameters");

    in.num_nodes = 2;
    in.throughput_seq_per_s = 1;
    training = nkb_training_metrics(&arena, &in);
    assert_string_equal(nkb_value_get(training, "mfu_percent")->note->source,
                        "nxdt: 224.04 TFLOP/seq × 1 seq/s ÷ 2 nodes ÷ 3040 TFLOP/s");
    nkb_arena_free(&arena);
}

static void another_model_brings_its_parameters(void **state)
{
    (void)state;
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_flops flops = count(&arena, "palm", parse(&arena, LLAMA_8B), 4096);
    struct nkb_training_inputs in = inputs(&flops, "trn2.3xlarge");
    struct nkb_value *training = nkb_training_metrics(&arena, &in);
    assert_int_equal(nkb_value_path(training, "parameters.total")->as.integer, 8030261248);
    assert_same_double(number_at(training, "peak_tflops_per_node"), 667);
    nkb_arena_free(&arena);
}

/* Far outside what happens: no infinity gets into the tree. */
static void what_overflows_a_double_is_absent(void **state)
{
    (void)state;
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_flops flops = count(&arena, "nxdt", parse(&arena, LLAMA_8B), 4096);
    struct nkb_training_inputs in = inputs(&flops, "trn1");
    in.throughput_seq_per_s = 5e-324;
    struct nkb_value *training = nkb_training_metrics(&arena, &in);
    assert_int_equal(nkb_value_get(training, "s_per_batch")->kind, NKB_ABSENT);
    assert_string_equal(nkb_value_get(training, "s_per_batch")->note->why, "not a finite number");
    nkb_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mfu_equals_upstream_on_every_golden),
        cmocka_unit_test(goldens_of_whole_runs_agree_to_the_last_bit),
        cmocka_unit_test(every_metric_says_its_unit_and_where_it_comes_from),
        cmocka_unit_test(another_model_brings_its_parameters),
        cmocka_unit_test(what_overflows_a_double_is_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
