/* FLOP models and parameter counts: upstream's goldens to the last unit, published checkpoints'
 * counts, the spellings of config.json, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "analyze/flops_terms.h"
#include "base/num.h"
#include "counting.h"

/* Terms are ints or floats; here all are ints. */
static nkb_i128 sum_of_terms(const struct nkb_flops *flops)
{
    nkb_i128 sum = 0;
    for (size_t i = 0; i < flops->terms->as.items.count; i++) {
        assert_int_equal(flops->terms->as.items.at[i].value->kind, NKB_INT);
        assert_non_null(flops->terms->as.items.at[i].value->note->source);
        sum += flops->terms->as.items.at[i].value->as.integer;
    }
    return sum;
}

static void nxdt_equals_upstream_on_every_golden(void **state)
{
    (void)state;
    need("CORPUS");
    need("GOLDENS");
    struct nkb_arena arena = NKB_ARENA_INIT;
    char *at =
        nkb_arena_string(&arena, read_whole(&arena, path_below(&arena, "GOLDENS", "mfu.tsv")).ptr);
    char *fields[FIELDS_MAX];
    size_t rows = 0;

    next_row(&at, fields);
    while (next_row(&at, fields)) {
        const char *name = fields[0] + strlen("corpus/");
        struct nkb_value *config = parse_file(&arena, path_below(&arena, "CORPUS", name));
        struct nkb_flops flops = count(&arena, "nxdt", config, (int64_t)number_of(fields[1]));
        int64_t expected = 0;
        assert_true(nkb_parse_i64(nkb_str_from(fields[2]), &expected));
        if (flops.exact != expected)
            fail_msg("%s at %s: %.0f is not %s", fields[0], fields[1], flops.flops_per_seq,
                     fields[2]);
        assert_true(sum_of_terms(&flops) == flops.exact);
        assert_same_double(flops.flops_per_seq, number_of(fields[2]));
        rows++;
    }
    assert_true(rows >= 126);
    nkb_arena_free(&arena);
}

/* Facts 4, computed independently. The last column there is nanoGPT's, whose attention takes
 * h for heads × head_dim and whose N is the total. */
static const struct {
    const char *config;
    int64_t seq_len;
    const char *nxdt, *megatron, *torchtitan, *nanogpt;
    int64_t total, active, embedding;
} table[] = {
    {"nki-llama__8B_config_llama3-1", 4096, "2.240427e+14", "1.976286e+14", "2.108293e+14",
     "2.237400e+14", 8030261248, 8030261248, 525336576},
    {"nki-llama__8B_config_llama3-1", 8192, "5.014804e+14", "4.216455e+14", "4.744352e+14",
     "5.002565e+14", 8030261248, 8030261248, 525336576},
    {"nki-llama__8B_config_llama3-1", 2048, "1.053470e+14", "9.551578e+13", "9.881758e+13",
     "1.052729e+14", 8030261248, 8030261248, 525336576},
    {"meta-llama--Meta-Llama-3.1-70B", 8192, "4.001741e+15", "3.680031e+15", "3.943979e+15",
     "3.995621e+15", 70553706496, 70553706496, 1050673152},
    {"nxd__7B_config_llama2", 4096, "1.922943e+14", "1.755697e+14", "1.887704e+14", "1.919916e+14",
     6738415616, 6738415616, 131072000},
    {"nxd__13B_config_llama2", 4096, "3.615866e+14", "3.364590e+14", "3.570850e+14", "3.611136e+14",
     13016028160, 13016028160, 163921920},
    {"Qwen--Qwen3-8B", 4096, "2.313226e+14", "2.008370e+14", "2.156879e+14", "2.309823e+14",
     8190735360, 8190735360, 622329856},
    {"Qwen--Qwen3-0.6B", 4096, "2.221357e+13", "2.041935e+13", "2.619339e+13", "2.042096e+13",
     596049920, 596049920, 155582464},
    {"Qwen--Qwen3-32B", 4096, "8.166902e+14", "8.388039e+14", "8.915971e+14", "8.711326e+14",
     32762123264, 32762123264, 777912320},
    {"Qwen--Qwen3-30B-A3B", 4096, "9.121222e+13", "9.423373e+13", "1.143394e+14", "7.701487e+14",
     30532122624, 3353032704, 311164928},
    {"mistralai--Mixtral-8x7B-v0.1", 4096, "2.046638e+14", "3.264776e+14", "3.397041e+14",
     "1.174156e+15", 46702792704, 12879925248, 131072000},
};

static void assert_digits(double v, const char *expected)
{
    char text[NKB_NUM_TEXT_BYTES];
    nkb_format_fixed(v, 'e', 6, text, sizeof text);
    assert_string_equal(text, expected);
}

static void every_model_equals_the_independent_table(void **state)
{
    (void)state;
    need("CORPUS");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct nkb_arena arena = NKB_ARENA_INIT;
        const char *name =
            nkb_arena_printf(&arena, "public/model_configs/%s.json", table[i].config);
        struct nkb_value *config = parse_file(&arena, path_below(&arena, "CORPUS", name));
        int64_t s = table[i].seq_len;
        struct nkb_flops palm = count(&arena, "palm", config, s);

        assert_digits(count(&arena, "nxdt", config, s).flops_per_seq, table[i].nxdt);
        assert_digits(count(&arena, "megatron", config, s).flops_per_seq, table[i].megatron);
        assert_digits(count(&arena, "torchtitan", config, s).flops_per_seq, table[i].torchtitan);
        assert_int_equal(parameter(&palm, "total"), table[i].total);
        assert_int_equal(parameter(&palm, "active"), table[i].active);
        assert_int_equal(parameter(&palm, "embedding"), table[i].embedding);

        nkb_i128 h = nkb_value_get(config, "hidden_size")->as.integer;
        nkb_i128 layers = nkb_value_get(config, "num_hidden_layers")->as.integer;
        nkb_i128 nanogpt = palm.exact - nkb_value_get(palm.terms, "attention")->as.integer +
                           12 * layers * h * s * s +
                           (nkb_i128)6 * s * (table[i].total - table[i].active);
        assert_digits(nkb_i128_to_double(nanogpt), table[i].nanogpt);
        nkb_arena_free(&arena);
    }
}

static void megatron_terms_follow_the_shape_of_the_model(void **state)
{
    (void)state;
    struct nkb_arena arena = NKB_ARENA_INIT;
    /* two dense layers, six of experts with one shared, latent attention */
    struct nkb_flops flops =
        count(&arena, "megatron",
              parse(&arena, "{'model_type':'deepseek_v3'," MOE ",'moe_intermediate_size':8,"
                            "'n_shared_experts':3,'first_k_dense_replace':2,'q_lora_rank':10,"
                            "'kv_lora_rank':6,'qk_nope_head_dim':5,'qk_rope_head_dim':2,"
                            "'v_head_dim':9}"),
              10);
    static const struct {
        const char *name;
        int64_t flops;
    } expected[] = {
        {"query_projection", 6LL * 8 * 10 * (64 + 4 * 7) * 10},
        {"key_value_compression", 6LL * 8 * 64 * (6 + 2) * 10},
        {"key_value_projection", 6LL * 8 * 6 * 4 * (5 + 9) * 10},
        {"output_projection", 6LL * 8 * 64 * 4 * 9 * 10},
        {"attention", 3LL * 8 * 4 * (7 + 9) * 100},
        {"mlp", 18LL * 2 * 64 * 32 * 10},
        {"experts", 18LL * 6 * 64 * 8 * 2 * 10},
        {"shared_experts", 18LL * 6 * 64 * 3 * 8 * 10},
        {"logits", 6LL * 64 * 100 * 10},
    };
    assert_int_equal(flops.terms->as.items.count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_int_equal(nkb_value_get(flops.terms, expected[i].name)->as.integer,
                         expected[i].flops);
    assert_true(sum_of_terms(&flops) == flops.exact);

    /* two matrices in the MLP, no causal mask */
    flops = count(&arena, "megatron",
                  parse(&arena, "{'model_type':'bert','max_position_embeddings':5,"
                                "'intermediate_size':32," SMALL "}"),
                  10);
    assert_int_equal(nkb_value_get(flops.terms, "mlp")->as.integer, 12LL * 8 * 64 * 32 * 10);
    assert_int_equal(nkb_value_get(flops.terms, "attention")->as.integer, 6LL * 8 * 4 * 32 * 100);
    nkb_arena_free(&arena);
}

static const char *only_note(const struct nkb_flops *flops)
{
    assert_int_equal(flops->notes->as.items.count, 1);
    return flops->notes->as.items.at[0].value->as.string.ptr;
}

static void notes_say_what_a_count_leaves_out(void **state)
{
    static const struct {
        const char *model, *json, *note;
    } cases[] = {
        {"nxdt", "{'text_config':{}}",
         "nxdt: not at the top of config.json, so LlamaConfig's defaults are counted, not this "
         "model: "
         "hidden_size 4096, intermediate_size 11008, num_hidden_layers 32, num_attention_heads 32, "
         "vocab_size 32000"},
        {"nxdt", "{" MOE "}",
         "nxdt: 'num_experts' is 4, but one dense MLP of intermediate_size 32 a layer is counted"},
        {"nxdt", "{'head_dim':128,'intermediate_size':32," SMALL "}",
         "nxdt: 'head_dim' is 128, but hidden_size ÷ num_attention_heads = 16 is counted"},
        {"nxdt", "{'kv_lora_rank':8,'intermediate_size':32," SMALL "}",
         "nxdt: latent attention (kv_lora_rank) is counted as Llama's attention"},
        {"nxdt", "{'model_type':'gpt_neox','intermediate_size':32," SMALL "}",
         "nxdt: the model's MLP has two matrices, but three are counted"},
        {"palm", "{'model_type':'yi2','hidden_act':'silu','intermediate_size':32," SMALL "}",
         "model_type \"yi2\" is not known; counted as a Llama-like decoder"},
        {"palm", "{'hidden_act':'silu','intermediate_size':32," SMALL "}",
         "the config has no model_type; counted as a Llama-like decoder"},
        {"palm", "{'model_type':'llama','vision_config':{'x':1},'intermediate_size':32," SMALL "}",
         "only the text model is counted"},
        {"palm",
         "{'model_type':'llama','num_nextn_predict_layers':1,'intermediate_size':32," SMALL "}",
         "layers that predict further tokens are not counted"},
        {"palm", "{'model_type':'mistral','sliding_window':9,'intermediate_size':32," SMALL "}",
         "attention is counted over the whole sequence, though some layers attend to a window of "
         "it"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct nkb_arena arena = NKB_ARENA_INIT;
        struct nkb_flops flops = count(&arena, cases[i].model, parse(&arena, cases[i].json), 10);
        assert_string_equal(only_note(&flops), cases[i].note);
        nkb_arena_free(&arena);
    }
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_value *windowed =
        parse(&arena, "{'model_type':'qwen2','sliding_window':9,'use_sliding_window':false,"
                      "'intermediate_size':32," SMALL "}");
    assert_int_equal(count(&arena, "palm", windowed, 10).notes->as.items.count, 0);
    nkb_arena_free(&arena);
}

static void what_cannot_be_counted_is_refused_with_its_reason(void **state)
{
    (void)state;
    assert_refused("flops", "{}", 10,
                   "no FLOP model 'flops'; nxdt, palm, megatron or torchtitan is expected");
    assert_refused("nxdt", "[]", 10, "config.json: a list; a model's config.json is a mapping");
    assert_refused(
        "nxdt", "{'hidden_size':'4k'}", 10,
        "config.json: 'hidden_size' is \"4k\"; a whole number from 1 to 2147483647 is expected");
    assert_refused(
        "nxdt", "{'num_attention_heads':0}", 10,
        "config.json: 'num_attention_heads' is 0; a whole number from 1 to 2147483647 is expected");
    assert_refused("nxdt", "{'intermediate_size':null}", 10,
                   "config.json: 'intermediate_size' is null; a whole number from 0 to 2147483647 "
                   "is expected");
    assert_refused(
        "nxdt", "{'vocab_size':1.5}", 10,
        "config.json: 'vocab_size' is 1.5; a whole number from 1 to 2147483647 is expected");
    assert_refused(
        "nxdt", "{'vocab_size':true}", 10,
        "config.json: 'vocab_size' is true; a whole number from 1 to 2147483647 is expected");
    assert_refused(
        "palm", "{" SMALL "}", 10,
        "config.json: no 'intermediate_size'; every FLOP model but nxdt needs it (--flop-model)");
    assert_refused(
        "palm", "{'hidden_size':64}", 10,
        "config.json: no 'num_hidden_layers'; every FLOP model but nxdt needs it (--flop-model)");
}

static void a_complaint_names_line_and_column_where_they_are_known(void **state)
{
    (void)state;
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_flops flops;
    struct nkb_err err = {0};
    struct nkb_value *config = parse(&arena, "{'hidden_size':-1}");
    config->as.items.at[0].value->line = 3;
    config->as.items.at[0].value->column = 18;
    assert_int_equal(nkb_flops_per_seq("nxdt", config, "config.json", 10, &arena, &flops, &err),
                     NKB_EINPUT);
    assert_string_equal(
        err.text,
        "config.json:3:18: 'hidden_size' is -1; a whole number from 1 to 2147483647 is expected");
    nkb_arena_free(&arena);
}

static void limits_hold_at_and_one_past_them(void **state)
{
    (void)state;
    struct nkb_arena arena = NKB_ARENA_INIT;
    count(&arena, "nxdt", parse(&arena, "{'hidden_size':2147483647}"), 1);
    assert_refused("nxdt", "{'hidden_size':2147483648}", 1,
                   "config.json: 'hidden_size' is 2147483648; a whole number from 1 to 2147483647 "
                   "is expected");
    count(&arena, "nxdt", parse(&arena, "{'hidden_size':4096.0}"), 2147483647);
    assert_refused("nxdt", "{}", 2147483648,
                   "the sequence length is 2147483648; 1 to 2147483647 tokens are expected");
    assert_refused("nxdt", "{}", 0,
                   "the sequence length is 0; 1 to 2147483647 tokens are expected");
    assert_refused(
        "nxdt",
        "{'hidden_size':2147483647,'num_hidden_layers':2147483647,'intermediate_size':2147483647}",
        2147483647, "config.json: the FLOPs of a sequence of 2147483647 tokens go beyond 127 bits");
    assert_refused(
        "palm",
        "{'hidden_size':2147483647,'num_hidden_layers':65536,'num_attention_heads':1,'vocab_size':"
        "1,"
        "'intermediate_size':2147483647,'num_experts':2147483647,'num_experts_per_tok':2147483647}",
        2147483647, "config.json: the FLOPs of a sequence of 2147483647 tokens go beyond 127 bits");

    nkb_arena_free(&arena);
}

static void a_count_beyond_63_bits_stays_exact(void **state)
{
    (void)state;
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_value *config =
        parse(&arena, "{'hidden_size':1048576,'intermediate_size':1048576,'num_hidden_layers':1000,"
                      "'num_attention_heads':1,'vocab_size':1}");
    struct nkb_flops flops = count(&arena, "nxdt", config, 4096);
    nkb_i128 h = 1048576, s = 4096;
    assert_true(flops.exact == 3 * (1000 * (2 * h * h * s + 4 * h * h * s + 4 * s * s * h +
                                            6 * s * s + 2 * h * h * s + 6 * h * h * s) +
                                    4 * h * s));
    assert_int_equal(nkb_value_get(flops.terms, "mlp")->kind, NKB_FLOAT);
    nkb_arena_free(&arena);
}

static void peaks_are_those_of_the_chips(void **state)
{
    static const struct {
        const char *backend;
        double tflops;
        int chips;
    } expected[] = {{"trn1", 3040, 16},
                    {"trn2", 10672, 16},
                    {"p5", 8000, 8},
                    {"trn1.2xlarge", 190, 1},
                    {"trn1.32xlarge", 3040, 16},
                    {"trn1n.32xlarge", 3040, 16},
                    {"trn2.3xlarge", 667, 1},
                    {"trn2.48xlarge", 10672, 16},
                    {"trn2u.48xlarge", 10672, 16},
                    {"trn2-ultraserver", 42688, 64},
                    {"trn3-chip", 671, 1},
                    {"trn3-gen1", 42944, 64},
                    {"trn3-gen2", 96624, 144},
                    {"inf2.xlarge", 190, 1},
                    {"inf2.8xlarge", 190, 1},
                    {"inf2.24xlarge", 1140, 6},
                    {"inf2.48xlarge", 2280, 12}};
    size_t count_listed;
    const struct nkb_peak *peaks = nkb_peaks(&count_listed);
    (void)state;
    assert_int_equal(count_listed, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < count_listed; i++) {
        const struct nkb_peak *peak = nkb_peak_find(expected[i].backend);
        assert_ptr_equal(peak, &peaks[i]);
        assert_same_double(peak->tflops_per_node, expected[i].tflops);
        assert_int_equal(peak->chips, expected[i].chips);
        assert_true(peak->bandwidth_gb_per_s > 0);
        assert_non_null(peak->source);
    }
    assert_null(nkb_peak_find("trn"));
    assert_null(nkb_peak_find(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nxdt_equals_upstream_on_every_golden),
        cmocka_unit_test(every_model_equals_the_independent_table),
        cmocka_unit_test(megatron_terms_follow_the_shape_of_the_model),
        cmocka_unit_test(notes_say_what_a_count_leaves_out),
        cmocka_unit_test(what_cannot_be_counted_is_refused_with_its_reason),
        cmocka_unit_test(a_complaint_names_line_and_column_where_they_are_known),
        cmocka_unit_test(limits_hold_at_and_one_past_them),
        cmocka_unit_test(a_count_beyond_63_bits_stays_exact),
        cmocka_unit_test(peaks_are_those_of_the_chips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
