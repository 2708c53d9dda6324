/* What config.json says in its many spellings: parameter counts of published checkpoints, which
 * layers hold experts, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "analyze/model_config.h"
#include "counting.h"

/* Parameters of published checkpoints. */
static const struct {
    const char *json;
    int64_t total, active; /* active 0: all */
} published[] = {
    /* Llama-3.2-1B */
    {"{'model_type':'llama','hidden_size':2048,'intermediate_size':8192,'num_hidden_layers':16,'"
     "num_attention_heads':32,"
     "'num_key_value_heads':8,'head_dim':64,'vocab_size':128256,'tie_word_embeddings':true}",
     1235814400, 0},
    /* Mistral-7B-v0.1 */
    {"{'model_type':'mistral','hidden_size':4096,'intermediate_size':14336,'num_hidden_layers':32,"
     "'num_attention_heads':32,'num_key_value_heads':8,'vocab_size':32000}",
     7241732096, 0},
    /* Qwen2.5-0.5B */
    {"{'model_type':'qwen2','hidden_size':896,'intermediate_size':4864,'num_hidden_layers':24,'num_"
     "attention_heads':14,"
     "'num_key_value_heads':2,'vocab_size':151936,'tie_word_embeddings':true}",
     494032768, 0},
    /* Qwen1.5-MoE-A2.7B */
    {"{'model_type':'qwen2_moe','hidden_size':2048,'intermediate_size':5632,'num_hidden_layers':24,"
     "'num_attention_heads':16,'num_key_value_heads':16,'vocab_size':151936,'num_experts':60,'num_"
     "experts_per_tok':4,"
     "'moe_intermediate_size':1408,'shared_expert_intermediate_size':5632,'decoder_sparse_step':1,"
     "'tie_word_embeddings':false}",
     14315784192, 2689173504},
    /* Qwen3-235B-A22B */
    {"{'model_type':'qwen3_moe','hidden_size':4096,'intermediate_size':12288,'num_hidden_layers':"
     "94,'head_dim':128,"
     "'num_attention_heads':64,'num_key_value_heads':4,'vocab_size':151936,'num_experts':128,'num_"
     "experts_per_tok':8,"
     "'moe_intermediate_size':1536,'decoder_sparse_step':1,'mlp_only_layers':[]}",
     235093634560, 22190763520},
    /* DeepSeek-V2-Lite: no query compression, first layer dense, two shared experts */
    {"{'model_type':'deepseek_v2','hidden_size':2048,'intermediate_size':10944,'num_hidden_layers':"
     "27,"
     "'num_attention_heads':16,'num_key_value_heads':16,'vocab_size':102400,'q_lora_rank':null,'kv_"
     "lora_rank':512,"
     "'qk_nope_head_dim':128,'qk_rope_head_dim':64,'v_head_dim':128,'n_routed_experts':64,'n_"
     "shared_experts':2,"
     "'num_experts_per_tok':6,'moe_intermediate_size':1408,'first_k_dense_replace':1,'moe_layer_"
     "freq':1,"
     "'tie_word_embeddings':false}",
     15706484224, 0},
    /* gemma-2-2b */
    {"{'model_type':'gemma2','hidden_size':2304,'intermediate_size':9216,'num_hidden_layers':26,'"
     "num_attention_heads':8,"
     "'num_key_value_heads':4,'head_dim':256,'vocab_size':256000}",
     2614341888, 0},
    /* gemma-3-1b */
    {"{'model_type':'gemma3_text','hidden_size':1152,'intermediate_size':6912,'num_hidden_layers':"
     "26,"
     "'num_attention_heads':4,'num_key_value_heads':1,'head_dim':256,'vocab_size':262144}",
     999885952, 0},
    /* Phi-3-mini */
    {"{'model_type':'phi3','hidden_size':3072,'intermediate_size':8192,'num_hidden_layers':32,'num_"
     "attention_heads':32,"
     "'num_key_value_heads':32,'vocab_size':32064}",
     3821079552, 0},
    /* phi-2 */
    {"{'model_type':'phi','hidden_size':2560,'intermediate_size':10240,'num_hidden_layers':32,'num_"
     "attention_heads':32,"
     "'vocab_size':51200}",
     2779683840, 0},
    /* GPT-2, its own spelling, the MLP's width not said */
    {"{'model_type':'gpt2','n_embd':768,'n_layer':12,'n_head':12,'n_positions':1024,'vocab_size':"
     "50257}",
     124439808, 0},
    /* GPT-J-6B */
    {"{'model_type':'gptj','n_embd':4096,'n_layer':28,'n_head':16,'n_positions':2048,'vocab_size':"
     "50400,"
     "'n_inner':null,'tie_word_embeddings':false}",
     6050882784, 0},
    /* pythia-1b */
    {"{'model_type':'gpt_neox','hidden_size':2048,'intermediate_size':8192,'num_hidden_layers':16,"
     "'num_attention_heads':8,'vocab_size':50304,'tie_word_embeddings':false}",
     1011781632, 0},
    /* bloom-560m */
    {"{'model_type':'bloom','n_embed':1024,'n_layer':24,'num_attention_heads':16,'vocab_size':"
     "250880}",
     559214592, 0},
    /* mpt-7b */
    {"{'model_type':'mpt','d_model':4096,'n_layers':32,'n_heads':32,'vocab_size':50432}",
     6649286656, 0},
    /* starcoder2-3b */
    {"{'model_type':'starcoder2','hidden_size':3072,'intermediate_size':12288,'num_hidden_layers':"
     "30,"
     "'num_attention_heads':24,'num_key_value_heads':2,'vocab_size':49152,'use_bias':true}",
     3030371328, 0},
    /* bert-base, for pretraining: BertModel's 109482240, the masked-LM transform and bias, two
       classes */
    {"{'hidden_size':768,'intermediate_size':3072,'num_hidden_layers':12,'num_attention_heads':12,"
     "'max_position_embeddings':512,'type_vocab_size':2,'vocab_size':30522}",
     109482240 + 592128 + 30522 + 1538, 0},
    /* OLMo-1B, OLMo-2-7B, OLMoE-1B-7B */
    {"{'model_type':'olmo','hidden_size':2048,'intermediate_size':8192,'num_hidden_layers':16,'num_"
     "attention_heads':16,"
     "'vocab_size':50304,'tie_word_embeddings':true}",
     1176764416, 0},
    {"{'model_type':'olmo2','hidden_size':4096,'intermediate_size':11008,'num_hidden_layers':32,"
     "'num_attention_heads':32,'vocab_size':100352,'tie_word_embeddings':false}",
     7298617344, 0},
    {"{'model_type':'olmoe','hidden_size':2048,'intermediate_size':1024,'num_hidden_layers':16,"
     "'num_attention_heads':16,'vocab_size':50304,'num_experts':64,'num_experts_per_tok':8}",
     6919161856, 0},
    /* c4ai-command-r-v01 */
    {"{'model_type':'cohere','hidden_size':8192,'intermediate_size':22528,'num_hidden_layers':40,"
     "'num_attention_heads':64,'num_key_value_heads':64,'vocab_size':256000}",
     34980831232, 0},
    /* gpt-oss-20b */
    {"{'model_type':'gpt_oss','attention_bias':true,'hidden_size':2880,'intermediate_size':2880,'"
     "num_hidden_layers':24,"
     "'head_dim':64,'num_attention_heads':64,'num_key_value_heads':8,'num_local_experts':32,'"
     "experts_per_token':4,"
     "'vocab_size':201088,'tie_word_embeddings':false}",
     20914757184, 0},
    /* dbrx */
    {"{'model_type':'dbrx','d_model':6144,'n_heads':48,'n_layers':40,'vocab_size':100352,'tie_word_"
     "embeddings':false,"
     "'attn_config':{'kv_n_heads':8},'ffn_config':{'ffn_hidden_size':10752,'moe_num_experts':16,'"
     "moe_top_k':4}}",
     131596523520, 36469708800},
};

static void parameters_equal_those_of_published_checkpoints(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
        struct nkb_arena arena = NKB_ARENA_INIT;
        struct nkb_flops flops = count(&arena, "palm", parse(&arena, published[i].json), 4096);
        if (parameter(&flops, "total") != published[i].total)
            fail_msg("%.60s: %lld is not %lld", published[i].json,
                     (long long)parameter(&flops, "total"), (long long)published[i].total);
        if (published[i].active)
            assert_int_equal(parameter(&flops, "active"), published[i].active);
        nkb_arena_free(&arena);
    }
}

static void layers_with_experts_are_told_in_every_spelling(void **state)
{
    static const struct {
        const char *more;
        int64_t moe_layers;
    } cases[] = {
        {"", 8},
        {",'decoder_sparse_step':2", 4},
        {",'decoder_sparse_step':3", 2}, /* layers 2 and 5 */
        {",'decoder_sparse_step':2,'mlp_only_layers':[1,2,2,90]",
         3}, /* 1 out, 2 was dense, 90 is no layer */
        {",'first_k_dense_replace':3,'moe_layer_freq':1", 5},
        {",'first_k_dense_replace':3,'moe_layer_freq':2", 2}, /* layers 4 and 6 */
        {",'first_k_dense_replace':99", 0},
        {",'moe_layer_freq':[0,1,1,1,0,1,1,1]", 6},
        {",'interleave_moe_layer_step':2", 4},
        {",'interleave_moe_layer_step':1,'moe_layers':[1,3,5]", 3},
        {",'moe_frequency':4", 2},
        {",'moe_layer_start_index':2,'moe_layer_end_index':-1,'moe_layer_interval':1", 6},
        {",'moe_layer_start_index':1,'moe_layer_end_index':5,'moe_layer_interval':2", 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct nkb_arena arena = NKB_ARENA_INIT;
        struct nkb_err err = {0};
        struct nkb_model_config config;
        char text[512];
        snprintf(text, sizeof text, "{" MOE "%s}", cases[i].more);
        if (nkb_model_config_read(parse(&arena, text), "config.json", &arena, &config,
                                  nkb_value_array(&arena), &err) != 0)
            fail_msg("%s: %s", cases[i].more, err.text);
        if (config.moe_layers != cases[i].moe_layers)
            fail_msg("%s: %lld layers with experts", cases[i].more, (long long)config.moe_layers);
        assert_int_equal(config.dense_layers + config.moe_layers, 8);
        nkb_arena_free(&arena);
    }
}

static void the_outer_document_decides_whether_embeddings_are_tied(void **state)
{
    (void)state;
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_flops apart =
        count(&arena, "torchtitan",
              parse(&arena, "{'tie_word_embeddings':false,'text_config':{'model_type':'gemma2',"
                            "'tie_word_embeddings':true,'intermediate_size':32," SMALL "}}"),
              10);
    struct nkb_flops tied = count(
        &arena, "torchtitan",
        parse(&arena, "{'text_config':{'model_type':'gemma2','intermediate_size':32," SMALL "}}"),
        10);
    assert_int_equal(parameter(&apart, "total") - parameter(&tied, "total"), 6400);
    assert_true(apart.exact == tied.exact); /* looked up apart from multiplied by */
    nkb_arena_free(&arena);
}

static void configs_that_cannot_be_counted_are_refused_with_their_reason(void **state)
{
    (void)state;
    assert_refused("palm", "{'linear_num_value_heads':32}", 10,
                   "config.json: 'linear_num_value_heads' means linear-attention layers; only the "
                   "FLOP model nxdt "
                   "takes this config (and ignores it)");
    assert_refused("palm", "{'layer_types':['full_attention','linear_attention']}", 10,
                   "config.json: 'layer_types' means layers of several kinds; only the FLOP model "
                   "nxdt takes this "
                   "config (and ignores it)");
    assert_refused("palm", "{'attn_type_list':[1,0]}", 10,
                   "config.json: 'attn_type_list' means linear-attention layers; only the FLOP "
                   "model nxdt takes "
                   "this config (and ignores it)");
    assert_refused("palm", "{'model_type':'t6','hidden_act':'relu'}", 10,
                   "config.json: 'model_type' \"t6\" is not known; only the FLOP model nxdt takes "
                   "this config");
    assert_refused("palm", "{'hidden_act':'relu'}", 10,
                   "config.json: 'model_type' is absent and that of 'hidden_act' is not known; "
                   "only the FLOP model nxdt takes "
                   "this config");
    assert_refused("palm", "{'num_key_value_heads':3,'intermediate_size':32," SMALL "}", 10,
                   "config.json: 3 key/value heads do not divide 4 heads");
    assert_refused(
        "palm", "{'hidden_size':65,'num_hidden_layers':8,'num_attention_heads':4,'vocab_size':9}",
        10, "config.json: the hidden size 65 is not a multiple of 4 heads; 'head_dim' is expected");
    assert_refused("palm",
                   "{'num_experts_per_tok':5," SMALL ",'intermediate_size':32,'num_experts':4}", 10,
                   "config.json: 5 experts a token of 4; at most all of them can be chosen");
    assert_refused("palm", "{" MOE ",'moe_layers':[-1]}", 10,
                   "config.json: 'moe_layers.0' is -1; the number of a layer is expected");
    assert_refused(
        "palm", "{" MOE ",'moe_layer_freq':[1,1]}", 10,
        "config.json: 'moe_layer_freq' has 2 entries; one for each of 8 layers is expected");
    assert_refused("palm", "{" MOE ",'moe_layer_freq':[1,1,2,1,1,1,1,1]}", 10,
                   "config.json: 'moe_layer_freq.2' is 2; 0 or 1 is expected");
    assert_refused("palm", "{" MOE ",'n_shared_experts':2147483647}", 10,
                   "config.json: 2147483647 shared experts of width 32 are no model's");
}

static void the_walk_over_layers_is_limited(void **state)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    (void)state;
#define LAYERS(n)                                                                                  \
    "{'hidden_size':64,'num_hidden_layers':" n                                                     \
    ",'num_attention_heads':4,'vocab_size':9,'intermediate_size':1}"
    count(&arena, "palm", parse(&arena, LAYERS("65536")), 1);
    assert_refused("palm", LAYERS("65537"), 1,
                   "config.json: 65537 layers; at most 65536 are expected");
    nkb_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_equal_those_of_published_checkpoints),
        cmocka_unit_test(layers_with_experts_are_told_in_every_spelling),
        cmocka_unit_test(the_outer_document_decides_whether_embeddings_are_tied),
        cmocka_unit_test(configs_that_cannot_be_counted_are_refused_with_their_reason),
        cmocka_unit_test(the_walk_over_layers_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
