/* palm, megatron and torchtitan. A multiply and an add are 2 FLOPs, the backward pass is twice the
 * forward one: each weight costs 6 FLOPs a token. Norms, rotations, softmax, router and
 * recomputation are not counted by these models. */
#include "analyze/flops_terms.h"

/* Scores and weighted sum of every head over the whole sequence: 6·L·heads·(qk + v)·s². With one
 * head dimension that is PaLM's 12·L·H·Q·T a token (its appendix B) and torchtitan's 6·L·H·2Q·T;
 * torchtitan's DeepSeek takes the two head dimensions apart in the same way. */
static void add_full_attention(const struct nkb_model_config *c, nkb_i128 s,
                               struct nkb_terms *terms)
{
    NKB_TERM(terms, "attention", "6·layers·heads·(qk_head_dim + v_head_dim)·s²", 6, c->layers,
             c->heads, c->qk_head_dim + c->v_head_dim, s, s);
}

/* Chowdhery et al. 2022, appendix B, with the parameters a token passes through for N. */
void nkb_flops_palm(const struct nkb_model_config *config,
                    const struct nkb_model_parameters *parameters, int64_t seq_len,
                    struct nkb_terms *terms)
{
    NKB_TERM(terms, "parameters", "6·active_parameters·s", 6, parameters->active, seq_len);
    add_full_attention(config, seq_len, terms);
}

/* torchtitan: as palm without the embedding table, which is looked up and not multiplied by; a tied
 * table is multiplied by once, as the output layer. */
void nkb_flops_torchtitan(const struct nkb_model_config *config,
                          const struct nkb_model_parameters *parameters, int64_t seq_len,
                          struct nkb_terms *terms)
{
    if (config->tied)
        NKB_TERM(terms, "parameters", "6·active_parameters·s (the embedding is tied to the output)",
                 6, parameters->active, seq_len);
    else
        NKB_TERM(terms, "parameters", "6·(active_parameters − embedding)·s", 6,
                 parameters->active - parameters->embedding, seq_len);
    add_full_attention(config, seq_len, terms);
}

static void add_projections(const struct nkb_model_config *c, nkb_i128 s, struct nkb_terms *terms)
{
    nkb_i128 h = c->hidden, L = c->layers, heads = c->heads;
    nkb_i128 q = heads * c->qk_head_dim, v = heads * c->v_head_dim;

    if (!c->mla) {
        nkb_i128 k = (nkb_i128)c->kv_heads * c->qk_head_dim;
        NKB_TERM(terms, "qkv_projection", "6·layers·h·(q + 2k)·s", 6, L, h, q + 2 * k, s);
    } else {
        nkb_i128 rank = c->kv_lora_rank, kv = heads * ((nkb_i128)c->nope_head_dim + c->v_head_dim);
        if (c->q_lora_rank > 0)
            NKB_TERM(terms, "query_projection", "6·layers·q_lora_rank·(h + q)·s", 6, L,
                     c->q_lora_rank, h + q, s);
        else
            NKB_TERM(terms, "query_projection", "6·layers·h·q·s", 6, L, h, q, s);
        NKB_TERM(terms, "key_value_compression", "6·layers·h·(kv_lora_rank + qk_rope_head_dim)·s",
                 6, L, h, rank + c->rope_head_dim, s);
        NKB_TERM(terms, "key_value_projection",
                 "6·layers·kv_lora_rank·heads·(qk_nope_head_dim + v_head_dim)·s", 6, L, rank, kv,
                 s);
    }
    NKB_TERM(terms, "output_projection", "6·layers·h·heads·v_head_dim·s", 6, L, h, v, s);
}

/* Megatron-LM, training.py, num_floating_point_operations: matrix products only, half of the
 * attention matrix under a causal mask, the output layer but no embedding. */
void nkb_flops_megatron(const struct nkb_model_config *config,
                        const struct nkb_model_parameters *parameters, int64_t seq_len,
                        struct nkb_terms *terms)
{
    const struct nkb_model_config *c = config;
    nkb_i128 s = seq_len, L = c->layers, h = c->hidden;
    nkb_i128 heads = (nkb_i128)c->heads * (c->qk_head_dim + c->v_head_dim);
    bool gated = !(c->traits & NKB_UNGATED_MLP);
    nkb_i128 mlp = gated ? 18 : 12;

    (void)parameters;
    add_projections(c, s, terms);
    if (c->traits & NKB_BIDIRECTIONAL)
        NKB_TERM(terms, "attention", "6·layers·heads·(qk_head_dim + v_head_dim)·s²", 6, L, heads, s,
                 s);
    else
        NKB_TERM(terms, "attention", "3·layers·heads·(qk_head_dim + v_head_dim)·s² (causal)", 3, L,
                 heads, s, s);
    if (c->dense_layers > 0)
        NKB_TERM(terms, "mlp",
                 gated ? "18·dense_layers·h·intermediate·s" : "12·dense_layers·h·intermediate·s",
                 mlp, c->dense_layers, h, c->intermediate, s);
    if (c->moe_layers > 0)
        NKB_TERM(terms, "experts",
                 gated ? "18·moe_layers·h·moe_intermediate·experts_per_token·s"
                       : "12·moe_layers·h·moe_intermediate·experts_per_token·s",
                 mlp, c->moe_layers, h, c->moe_intermediate, c->experts_per_token, s);
    if (c->moe_layers > 0 && c->shared_intermediate > 0)
        NKB_TERM(terms, "shared_experts",
                 gated ? "18·moe_layers·h·shared_intermediate·s"
                       : "12·moe_layers·h·shared_intermediate·s",
                 mlp, c->moe_layers, h, c->shared_intermediate, s);
    NKB_TERM(terms, "logits", "6·h·vocab·s", 6, h, c->vocab, s);
}
