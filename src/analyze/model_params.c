/* Parameter counts from the dimensions: every weight, bias and norm of the training model. Checked
 * against the published counts of real checkpoints. All factors are below 2^31, so only products of
 * three and more and sums over layers can overflow, and those are checked. */
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

static bool add_times(nkb_i128 *sum, nkb_i128 times, nkb_i128 count)
{
    return nkb_i128_mul(times, count, &count) && nkb_i128_add(*sum, count, sum);
}

/* Everything a token passes through. */
static bool count_active(const struct nkb_model_config *c, nkb_i128 expert, nkb_i128 *out)
{
    nkb_i128 shared = c->shared_intermediate > 0 ? mlp(c, c->shared_intermediate, false) : 0;
    nkb_i128 dense = c->dense_layers > 0 ? mlp(c, c->intermediate, c->traits & NKB_MLP_BIAS) : 0;
    nkb_i128 always = c->moe_layers > 0 ? router(c) + shared : 0, routed = 0;

    *out = ends(c);
    return nkb_i128_mul(c->experts_per_token, expert, &routed) &&
           add_times(out, c->layers, c->mla ? latent_attention(c) : attention(c)) &&
           add_times(out, c->layers, c->norms_per_layer * norm(c)) &&
           add_times(out, c->dense_layers, dense) && add_times(out, c->moe_layers, always) &&
           add_times(out, c->moe_layers, routed);
}

bool nkb_model_parameters_count(const struct nkb_model_config *config,
                                struct nkb_model_parameters *out)
{
    const struct nkb_model_config *c = config;
    nkb_i128 expert =
        c->moe_layers > 0 ? mlp(c, c->moe_intermediate, c->traits & NKB_EXPERT_BIAS) : 0;
    nkb_i128 idle;

    out->embedding = (nkb_i128)c->vocab * c->hidden;
    if (!count_active(c, expert, &out->active) ||
        !nkb_i128_mul(c->experts - c->experts_per_token, expert, &idle))
        return false;
    out->total = out->active;
    return add_times(&out->total, c->moe_layers, idle);
}
