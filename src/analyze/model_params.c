/* Parameter counts from the dimensions: every weight, bias and norm of the training model. Checked
 * against the published counts of real checkpoints. Dimensions are below 2^33 and layers at most
 * 2^16, so no count here comes near 127 bits. */
#include "analyze/model_config.h"

static nkb_i128 attention(const struct nkb_model_config *c)
{
    nkb_i128 h = c->hidden, heads = c->heads;
    nkb_i128 q = heads * c->qk_head_dim, k = (nkb_i128)c->kv_heads * c->qk_head_dim;
    nkb_i128 count = h * q + 2 * h * k + q * h;

    if (c->traits & NKB_QKV_BIAS)
        count += q + 2 * k;
    if (c->traits & NKB_OUT_BIAS)
        count += h;
    if (c->traits & NKB_QK_NORM_HEAD)
        count += 2 * (nkb_i128)c->qk_head_dim;
    if (c->traits & NKB_QK_NORM_FULL)
        count += q + k;
    if (c->traits & NKB_SINKS)
        count += heads;
    return count;
}

/* Latent attention (DeepSeek-V2, section 2.1): queries and keys/values go through a narrow layer,
 * each with a norm of its width. */
static nkb_i128 latent_attention(const struct nkb_model_config *c)
{
    nkb_i128 h = c->hidden, heads = c->heads, rank = c->kv_lora_rank, q_rank = c->q_lora_rank;
    nkb_i128 q = heads * c->qk_head_dim, compressed = rank + c->rope_head_dim;
    nkb_i128 count = q_rank > 0 ? h * q_rank + q_rank + q_rank * q : h * q;

    count += h * compressed + rank + rank * (heads * ((nkb_i128)c->nope_head_dim + c->v_head_dim));
    count += heads * c->v_head_dim * h;
    if (c->traits & NKB_QKV_BIAS)
        count += q_rank + compressed;
    if (c->traits & NKB_OUT_BIAS)
        count += h;
    return count;
}

static nkb_i128 mlp(const struct nkb_model_config *c, nkb_i128 width, bool biased)
{
    nkb_i128 inner = c->traits & NKB_UNGATED_MLP ? 1 : 2; /* matrices into the hidden layer */
    nkb_i128 count = (inner + 1) * c->hidden * width;
    return biased ? count + inner * width + c->hidden : count;
}

static nkb_i128 norm(const struct nkb_model_config *c)
{
    return c->traits & NKB_NORM_BIAS ? 2 * (nkb_i128)c->hidden : (nkb_i128)c->hidden;
}

/* What stands before and behind the layers. */
static nkb_i128 ends(const struct nkb_model_config *c)
{
    nkb_i128 h = c->hidden, vocab = c->vocab, table = vocab * h;
    nkb_i128 count = c->tied ? table : 2 * table;

    if (c->traits & NKB_POSITIONS)
        count += c->positions * h;
    count += c->token_types * h;
    if (c->traits & NKB_EMBEDDING_NORM)
        count += norm(c);
    if (!(c->traits & NKB_NO_FINAL_NORM))
        count += norm(c);
    if (c->traits & NKB_HEAD_BIAS)
        count += vocab;
    if (c->traits & NKB_BERT_HEAD)
        count += (h * h + h) + (h * h + h + norm(c)) + vocab + (2 * h + 2);
    return count;
}

static nkb_i128 router(const struct nkb_model_config *c)
{
    nkb_i128 experts = c->experts, count = c->hidden * experts;
    if (c->traits & NKB_EXPERT_BIAS)
        count += experts;
    if (c->traits & NKB_ROUTER_CORRECTION)
        count += experts;
    if (c->shared_intermediate > 0 && (c->traits & NKB_SHARED_GATE))
        count += c->hidden;
    return count;
}

/* Everything a token passes through. */
static nkb_i128 count_active(const struct nkb_model_config *c, nkb_i128 expert)
{
    nkb_i128 count = ends(c);

    count +=
        c->layers * ((c->mla ? latent_attention(c) : attention(c)) + c->norms_per_layer * norm(c));
    if (c->dense_layers > 0)
        count += c->dense_layers * mlp(c, c->intermediate, c->traits & NKB_MLP_BIAS);
    if (c->moe_layers > 0)
        count += c->moe_layers * (router(c) + c->experts_per_token * expert);
    if (c->moe_layers > 0 && c->shared_intermediate > 0)
        count += c->moe_layers * mlp(c, c->shared_intermediate, false);
    return count;
}

struct nkb_model_parameters nkb_model_parameters_count(const struct nkb_model_config *config)
{
    nkb_i128 expert = mlp(config, config->moe_intermediate, config->traits & NKB_EXPERT_BIAS);
    nkb_i128 active = count_active(config, expert);
    nkb_i128 idle =
        config->moe_layers * ((nkb_i128)(config->experts - config->experts_per_token) * expert);

    return (struct nkb_model_parameters){.total = active + idle,
                                         .active = active,
                                         .embedding = (nkb_i128)config->vocab * config->hidden};
}
