/* What a model's code fixes and its config.json does not say: biases, norms, gating, tied
 * embeddings. By `model_type`, from the public modelling code of each; parameter counts of
 * published checkpoints are the test. Types that differ from Llama in nothing we count stand here
 * too, so that they are known. */
#include "analyze/model_config.h"

#define BIASES (NKB_QKV_BIAS | NKB_OUT_BIAS | NKB_MLP_BIAS)
#define CLASSIC (NKB_UNGATED_MLP | BIASES | NKB_NORM_BIAS)

static const struct nkb_model_family families[] = {
    {"llama", 0, 2},
    {"llama4", NKB_SHARED_EXPERT, 2},
    {"llama4_text", NKB_SHARED_EXPERT, 2},
    {"mistral", 0, 2},
    {"mistral3", 0, 2},
    {"mixtral", 0, 2},
    {"ministral", 0, 2},
    {"qwen2", NKB_QKV_BIAS, 2},
    {"qwen2_vl", NKB_QKV_BIAS, 2},
    {"qwen2_vl_text", NKB_QKV_BIAS, 2},
    {"qwen2_5_vl", NKB_QKV_BIAS, 2},
    {"qwen2_5_vl_text", NKB_QKV_BIAS, 2},
    {"qwen2_moe", NKB_QKV_BIAS | NKB_SHARED_GATE, 2},
    {"qwen3", NKB_QK_NORM_HEAD, 2},
    {"qwen3_moe", NKB_QK_NORM_HEAD, 2},
    {"qwen3_vl", NKB_QK_NORM_HEAD, 2},
    {"qwen3_vl_text", NKB_QK_NORM_HEAD, 2},
    {"qwen3_vl_moe", NKB_QK_NORM_HEAD, 2},
    {"qwen3_vl_moe_text", NKB_QK_NORM_HEAD, 2},
    {"deepseek_v2", 0, 2},
    {"deepseek_v3", NKB_ROUTER_CORRECTION, 2},
    {"kimi_k2", NKB_ROUTER_CORRECTION, 2},
    {"minimax_m2", NKB_ROUTER_CORRECTION | NKB_QK_NORM_FULL, 2},
    {"gpt_oss", NKB_SINKS | NKB_EXPERT_BIAS, 2},
    {"granite", 0, 2},
    {"smollm3", NKB_TIED, 2},
    {"gemma", NKB_TIED, 2},
    {"gemma2", NKB_TIED, 4},
    {"gemma3", NKB_TIED | NKB_QK_NORM_HEAD, 4},
    {"gemma3_text", NKB_TIED | NKB_QK_NORM_HEAD, 4},
    {"phi3", 0, 2},
    {"olmo2", NKB_QK_NORM_FULL, 2},
    {"olmo3", NKB_QK_NORM_FULL, 2},
    {"olmoe", NKB_QK_NORM_FULL, 2},
    {"olmo", NKB_NO_FINAL_NORM, 0},
    {"cohere", NKB_TIED | NKB_QK_NORM_FULL | NKB_QK_NORM_IF_ASKED, 1},
    {"cohere2", NKB_TIED, 1},
    {"dbrx", 0, 2},
    {"starcoder2", CLASSIC | NKB_TIED, 2},
    {"nemotron", NKB_UNGATED_MLP | NKB_NORM_BIAS, 2},
    {"phi", CLASSIC | NKB_HEAD_BIAS, 1},
    {"gptj", NKB_UNGATED_MLP | NKB_MLP_BIAS | NKB_NORM_BIAS | NKB_HEAD_BIAS, 1},
    {"gpt_neox", CLASSIC, 2},
    {"gpt2", CLASSIC | NKB_POSITIONS | NKB_TIED, 2},
    {"gpt_bigcode", CLASSIC | NKB_POSITIONS | NKB_TIED, 2},
    {"bloom", CLASSIC | NKB_TIED | NKB_EMBEDDING_NORM, 2},
    {"mpt", NKB_UNGATED_MLP | NKB_TIED, 2},
    {"bert",
     CLASSIC | NKB_POSITIONS | NKB_TIED | NKB_BIDIRECTIONAL | NKB_EMBEDDING_NORM | NKB_BERT_HEAD |
         NKB_NO_FINAL_NORM,
     2},
};

const struct nkb_model_family *nkb_model_family_find(struct nkb_str model_type, bool *known)
{
    *known = true;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (nkb_str_is(model_type, families[i].model_type))
            return &families[i];
    *known = false;
    return &families[0];
}
