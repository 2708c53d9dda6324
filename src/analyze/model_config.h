/* The dimensions of a decoder (or BERT-like encoder) out of the many spellings of config.json, and
 * its parameter counts. A model whose layers are not of the shapes below is refused, never guessed.
 */
#ifndef NKB_ANALYZE_MODEL_CONFIG_H
#define NKB_ANALYZE_MODEL_CONFIG_H

#include "base/arena.h"
#include "base/err.h"
#include "base/num.h"
#include "model/value.h"

/* What the config does not say because the model's code does; see model_family.c. */
enum nkb_model_trait {
    NKB_UNGATED_MLP = 1 << 0, /* two matrices, not three */
    NKB_QKV_BIAS = 1 << 1,
    NKB_OUT_BIAS = 1 << 2,
    NKB_MLP_BIAS = 1 << 3,
    NKB_NORM_BIAS = 1 << 4,          /* LayerNorm: weight and bias */
    NKB_TIED = 1 << 5,               /* unless the config says otherwise */
    NKB_QK_NORM_HEAD = 1 << 6,       /* norms of q and k over one head … */
    NKB_QK_NORM_FULL = 1 << 7,       /* … over all heads together */
    NKB_POSITIONS = 1 << 8,          /* learned position embeddings */
    NKB_BIDIRECTIONAL = 1 << 9,      /* an encoder: no causal mask */
    NKB_SINKS = 1 << 10,             /* one attention sink a head */
    NKB_EXPERT_BIAS = 1 << 11,       /* biases in experts and router */
    NKB_ROUTER_CORRECTION = 1 << 12, /* a load-balancing bias an expert */
    NKB_SHARED_GATE = 1 << 13,       /* the shared expert has a gate */
    NKB_SHARED_EXPERT = 1 << 14,     /* one shared expert as wide as a routed one */
    NKB_EMBEDDING_NORM = 1 << 15,
    NKB_HEAD_BIAS = 1 << 16,
    NKB_BERT_HEAD = 1 << 17, /* pooler, masked-LM transform, next-sentence classifier */
    NKB_NO_FINAL_NORM = 1 << 18,
    NKB_QK_NORM_IF_ASKED = 1 << 19, /* only when the config says use_qk_norm */
};

struct nkb_model_family {
    const char *model_type;
    unsigned traits;
    int norms_per_layer;
};
/* Never NULL: an unknown type counts as Llama's, with *known false. */
const struct nkb_model_family *nkb_model_family_find(struct nkb_str model_type, bool *known);

struct nkb_model_config {
    unsigned traits;
    int norms_per_layer;
    int64_t hidden, layers, vocab, positions, token_types;
    int64_t heads, kv_heads;
    int64_t qk_head_dim, v_head_dim; /* equal but for MLA */
    bool mla;
    int64_t q_lora_rank, kv_lora_rank, nope_head_dim, rope_head_dim; /* MLA; q_lora_rank 0: none */
    int64_t dense_layers, moe_layers;                                /* together: layers */
    int64_t intermediate;                                            /* of a dense layer */
    int64_t experts, experts_per_token, moe_intermediate, shared_intermediate;
    int64_t window; /* tokens a windowed layer attends to; 0: all attend to all */
    bool tied;
};
int nkb_model_config_read(const struct nkb_value *config, const char *path, struct nkb_arena *arena,
                          struct nkb_model_config *out, struct nkb_value *notes,
                          struct nkb_err *err);

struct nkb_model_parameters {
    nkb_i128 total, active, embedding; /* embedding: the token table, once */
};
struct nkb_model_parameters nkb_model_parameters_count(const struct nkb_model_config *config);

/* Dimensions beyond this are no model's, and keep sums of two products far from overflow. */
#define NKB_DIMENSION_MAX 2147483647
/* A dimension: a whole number of min … NKB_DIMENSION_MAX (4096.0 too). Messages begin with the
 * place. */
int nkb_dimension_read(const struct nkb_value *v, const char *key, int64_t min, const char *path,
                       struct nkb_arena *arena, int64_t *out, struct nkb_err *err);

#endif
