/* The dimensions out of config.json; see model_config.h. Multimodal models keep those of the text
 * model in a part of their own; GPT-2, MPT and DBRX spell them their way. */
#include "analyze/model_config.h"

#include <math.h>

#include "analyze/model_layers.h"
#include "analyze/place.h"

/* Keys that mean a layer of a shape we do not count, when neither null, 0, false nor empty. */
static const struct {
    const char *key, *what;
} strange[] = {
    {"linear_num_value_heads", "linear-attention layers"},
    {"linear_attn_config", "linear-attention layers"},
    {"mamba_d_state", "state-space layers"},
    {"mamba_num_heads", "state-space layers"},
    {"ssm_state_size", "state-space layers"},
    {"ssm_cfg", "state-space layers"},
    {"state_size", "state-space layers"},
    {"attn_layer_period", "layers of several kinds"},
    {"hybrid_override_pattern", "layers of several kinds"},
    {"layers_block_type", "layers of several kinds"},
    {"block_configs", "layers of different sizes"},
    {"global_head_dim", "attention of different sizes"},
    {"enable_moe_block", "layers with an MLP and experts side by side"},
    {"altup_num_inputs", "layers of several streams"},
    {"hidden_size_per_layer_input", "embeddings a layer"},
    {"num_kv_shared_layers", "layers that share keys and values"},
    {"index_topk", "attention to chosen tokens"},
    {"is_encoder_decoder", "an encoder and a decoder"},
    {"zero_expert_num", "experts that do nothing"},
};

int nkb_dimension_read(const struct nkb_value *v, const char *key, int64_t min, const char *path,
                       struct nkb_arena *arena, int64_t *out, struct nkb_err *err)
{
    if (v->kind == NKB_INT && v->as.integer >= min && v->as.integer <= NKB_DIMENSION_MAX) {
        *out = v->as.integer;
        return 0;
    }
    if (v->kind == NKB_FLOAT && floor(v->as.number) == v->as.number &&
        v->as.number >= (double)min && v->as.number <= (double)NKB_DIMENSION_MAX) {
        *out = (int64_t)v->as.number;
        return 0;
    }
    return nkb_err_set(err, NKB_EINPUT,
                       "%s: '%s' is %s; a whole number from %lld to %d is expected",
                       nkb_place(arena, path, v), key, nkb_shown_value(arena, v), (long long)min,
                       NKB_DIMENSION_MAX);
}

const struct nkb_value *nkb_config_find(const struct nkb_config_reader *reader,
                                        const char *const *keys, const char **key)
{
    for (; *keys; keys++) {
        const struct nkb_value *v = nkb_value_path(reader->config, *keys);
        if (v && v->kind != NKB_NULL) {
            *key = *keys;
            return v;
        }
    }
    return NULL;
}

int nkb_config_dimension(const struct nkb_config_reader *reader, const char *const *keys,
                         int64_t min, int64_t missing, int64_t *out)
{
    const char *key = keys[0];
    const struct nkb_value *v = nkb_config_find(reader, keys, &key);
    if (v)
        return nkb_dimension_read(v, key, min, reader->path, reader->arena, out, reader->err);
    if (missing < 0)
        return nkb_err_set(reader->err, NKB_EINPUT,
                           "%s: no '%s'; every FLOP model but nxdt needs it (--flop-model)",
                           nkb_place(reader->arena, reader->path, reader->config), key);
    *out = missing;
    return 0;
}

int nkb_config_number(const struct nkb_config_reader *reader, const char *key, int64_t min,
                      int64_t missing, int64_t *out)
{
    const char *const keys[] = {key, NULL};
    return nkb_config_dimension(reader, keys, min, missing, out);
}

/* Is there something at key other than null, false, 0 and emptiness? */
static bool says(const struct nkb_value *config, const char *key)
{
    const struct nkb_value *v = nkb_value_get(config, key);
    if (!v)
        return false;
    switch (v->kind) {
    case NKB_BOOL:
        return v->as.boolean;
    case NKB_INT:
        return v->as.integer != 0;
    case NKB_FLOAT:
        return v->as.number != 0;
    case NKB_STRING:
        return v->as.string.len > 0;
    case NKB_ARRAY:
    case NKB_OBJECT:
        return v->as.items.count > 0;
    default:
        return false;
    }
}

static bool denies(const struct nkb_value *config, const char *key)
{
    const struct nkb_value *v = nkb_value_get(config, key);
    return nkb_value_is(v, NKB_BOOL) && !v->as.boolean;
}

/* The text model: the document itself when it has a width, else its text part. */
static const struct nkb_value *text_part(const struct nkb_value *document, const char **name)
{
    static const char *const parts[] = {"text_config", "llm_config", "language_config",
                                        "thinker_config.text_config"};
    static const char *const widths[] = {"hidden_size", "d_model", "n_embd"};

    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
        if (says(document, widths[i]))
            return document;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const struct nkb_value *part = nkb_value_path(document, parts[i]);
        if (nkb_value_is(part, NKB_OBJECT)) {
            *name = parts[i];
            return part;
        }
    }
    return document;
}

static int refuse(const struct nkb_config_reader *reader, const struct nkb_value *v,
                  const char *key, const char *what)
{
    return nkb_err_set(
        reader->err, NKB_EINPUT,
        "%s: '%s' means %s; only the FLOP model nxdt takes this config (and ignores it)",
        nkb_place(reader->arena, reader->path, v), key, what);
}

static int refuse_strange(const struct nkb_config_reader *reader, struct nkb_model_config *out)
{
    const struct nkb_value *config = reader->config;
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++)
        if (says(config, strange[i].key))
            return refuse(reader, nkb_value_get(config, strange[i].key), strange[i].key,
                          strange[i].what);

    /* MiniMax: 1 is attention, 0 linear attention. */
    const struct nkb_value *kinds = nkb_value_get(config, "attn_type_list");
    for (size_t i = 0; nkb_value_is(kinds, NKB_ARRAY) && i < kinds->as.items.count; i++) {
        const struct nkb_value *v = kinds->as.items.at[i].value;
        if (!nkb_value_is(v, NKB_INT) || v->as.integer != 1)
            return refuse(reader, v, "attn_type_list", "linear-attention layers");
    }

    bool windowed = !nkb_value_is(nkb_value_get(config, "layer_types"), NKB_ARRAY);
    kinds = nkb_value_get(config, "layer_types");
    for (size_t i = 0; nkb_value_is(kinds, NKB_ARRAY) && i < kinds->as.items.count; i++) {
        const struct nkb_value *v = kinds->as.items.at[i].value;
        if (nkb_value_is(v, NKB_STRING) && nkb_str_is(v->as.string, "full_attention"))
            continue;
        if (!nkb_value_is(v, NKB_STRING) || (!nkb_str_is(v->as.string, "sliding_attention") &&
                                             !nkb_str_is(v->as.string, "chunked_attention")))
            return refuse(reader, v, "layer_types", "layers of several kinds");
        windowed = true;
    }
    if (windowed && !denies(config, "use_sliding_window")) {
        static const char *const keys[] = {"sliding_window", "attention_chunk_size", NULL};
        return nkb_config_dimension(reader, keys, 0, 0, &out->window);
    }
    return 0;
}

/* An unknown type may be counted as Llama's when it shows Llama's MLP. */
static int read_family(const struct nkb_config_reader *reader, struct nkb_model_config *out,
                       struct nkb_value *notes)
{
    const struct nkb_value *type = nkb_value_get(reader->config, "model_type");
    const struct nkb_value *activation = nkb_value_get(reader->config, "hidden_act");
    bool known = false, typed = nkb_value_is(type, NKB_STRING) && type->as.string.len > 0;
    bool silu =
        nkb_value_is(activation, NKB_STRING) &&
        (nkb_str_is(activation->as.string, "silu") || nkb_str_is(activation->as.string, "swish"));
    struct nkb_str name = typed ? type->as.string
                          : nkb_value_get(reader->config, "type_vocab_size")
                              ? NKB_STR_LITERAL("bert")
                          : nkb_value_get(reader->config, "n_embd") ? NKB_STR_LITERAL("gpt2")
                                                                    : NKB_STR_NONE;

    const struct nkb_model_family *family = nkb_model_family_find(name, &known);
    out->traits = family->traits;
    out->norms_per_layer = family->norms_per_layer;
    if (known)
        return 0;
    if (!silu && (typed || activation))
        return nkb_err_set(
            reader->err, NKB_EINPUT,
            "%s: 'model_type' %s is not known; only the FLOP model nxdt takes this config",
            nkb_place(reader->arena, reader->path, type ? type : reader->config),
            typed ? nkb_shown_value(reader->arena, type) : "is absent and that of 'hidden_act'");
    const char *note =
        typed ? nkb_arena_printf(reader->arena,
                                 "model_type %s is not known; counted as a Llama-like decoder",
                                 nkb_shown_value(reader->arena, type))
              : "the config has no model_type; counted as a Llama-like decoder";
    if (note)
        nkb_value_append(reader->arena, notes, nkb_value_text(reader->arena, note));
    return 0;
}

/* Keys that add to, or take from, what the family says. */
static void read_traits(const struct nkb_value *document, const struct nkb_value *config,
                        struct nkb_model_config *out)
{
    if (says(config, "attention_bias"))
        out->traits |= NKB_QKV_BIAS | NKB_OUT_BIAS;
    if (says(config, "mlp_bias"))
        out->traits |= NKB_MLP_BIAS;
    if (denies(config, "use_bias"))
        out->traits &= ~(unsigned)(NKB_QKV_BIAS | NKB_OUT_BIAS | NKB_MLP_BIAS);
    if (denies(config, "qkv_bias"))
        out->traits &= ~(unsigned)NKB_QKV_BIAS;
    bool asked = !(out->traits & NKB_QK_NORM_IF_ASKED) || says(config, "use_qk_norm");
    if (!asked || denies(config, "use_qk_norm"))
        out->traits &= ~(unsigned)(NKB_QK_NORM_HEAD | NKB_QK_NORM_FULL);
    if (denies(config, "use_routing_bias"))
        out->traits &= ~(unsigned)NKB_ROUTER_CORRECTION;

    /* The outer document decides for a text part too. */
    const struct nkb_value *tied = nkb_value_get(document, "tie_word_embeddings");
    if (!nkb_value_is(tied, NKB_BOOL))
        tied = nkb_value_get(config, "tie_word_embeddings");
    out->tied = nkb_value_is(tied, NKB_BOOL) ? tied->as.boolean : (out->traits & NKB_TIED) != 0;
}

static int read_attention(const struct nkb_config_reader *reader, struct nkb_model_config *out)
{
    static const char *const kv_heads[] = {"num_key_value_heads", "num_kv_heads", "n_kv_heads",
                                           "attn_config.kv_n_heads", NULL};
    static const char *const head_dims[] = {"head_dim", "kv_channels", NULL};
    int64_t all = says(reader->config, "multi_query") ? 1 : out->heads;

    int code = nkb_config_dimension(reader, kv_heads, 1, all, &out->kv_heads);
    if (code == 0)
        code = nkb_config_number(reader, "kv_lora_rank", 0, 0, &out->kv_lora_rank);
    if (code != 0)
        return code;
    if (out->kv_lora_rank > 0) {
        out->mla = true;
        out->kv_heads = out->heads;
        code = nkb_config_number(reader, "q_lora_rank", 0, 0, &out->q_lora_rank);
        if (code == 0)
            code = nkb_config_number(reader, "qk_nope_head_dim", 1, -1, &out->nope_head_dim);
        if (code == 0)
            code = nkb_config_number(reader, "qk_rope_head_dim", 0, -1, &out->rope_head_dim);
        if (code == 0)
            code = nkb_config_number(reader, "v_head_dim", 1, -1, &out->v_head_dim);
        out->qk_head_dim = out->nope_head_dim + out->rope_head_dim;
        return code;
    }

    if (out->heads % out->kv_heads != 0)
        return nkb_err_set(reader->err, NKB_EINPUT,
                           "%s: %lld key/value heads do not divide %lld heads", reader->path,
                           (long long)out->kv_heads, (long long)out->heads);
    code = nkb_config_dimension(reader, head_dims, 1, 0, &out->qk_head_dim);
    if (code == 0 && out->qk_head_dim == 0) {
        if (out->hidden % out->heads != 0)
            return nkb_err_set(
                reader->err, NKB_EINPUT,
                "%s: the hidden size %lld is not a multiple of %lld heads; 'head_dim' is expected",
                reader->path, (long long)out->hidden, (long long)out->heads);
        out->qk_head_dim = out->hidden / out->heads;
    }
    out->v_head_dim = out->qk_head_dim;
    return code;
}

static int read_sizes(const struct nkb_config_reader *reader, struct nkb_model_config *out)
{
    static const char *const hidden[] = {"hidden_size", "d_model", "n_embd", "n_embed", NULL};
    static const char *const layers[] = {"num_hidden_layers", "n_layers", "n_layer", "num_layers",
                                         NULL};
    static const char *const heads[] = {"num_attention_heads", "n_heads", "n_head", NULL};
    static const char *const vocab[] = {"vocab_size", "padded_vocab_size", NULL};
    static const char *const inner[] = {"intermediate_size",
                                        "ffn_config.ffn_hidden_size",
                                        "n_inner",
                                        "ffn_dim",
                                        "ffn_hidden_size",
                                        "d_ff",
                                        NULL};
    static const char *const positions[] = {"max_position_embeddings", "n_positions", NULL};

    int code = nkb_config_dimension(reader, hidden, 1, -1, &out->hidden);
    if (code == 0)
        code = nkb_config_dimension(reader, layers, 1, -1, &out->layers);
    if (code == 0)
        code = nkb_config_dimension(reader, heads, 1, -1, &out->heads);
    if (code == 0)
        code = nkb_config_dimension(reader, vocab, 1, -1, &out->vocab);
    if (code == 0) /* the classic MLP is four times as wide as the model when nothing is said */
        code = nkb_config_dimension(reader, inner, 0,
                                    out->traits & NKB_UNGATED_MLP ? 4 * out->hidden : 0,
                                    &out->intermediate);
    if (code == 0 && (out->traits & NKB_POSITIONS))
        code = nkb_config_dimension(reader, positions, 1, -1, &out->positions);
    if (code == 0 && (out->traits & NKB_BERT_HEAD))
        code = nkb_config_number(reader, "type_vocab_size", 0, 2, &out->token_types);
    return code;
}

int nkb_model_config_read(const struct nkb_value *config, const char *path, struct nkb_arena *arena,
                          struct nkb_model_config *out, struct nkb_value *notes,
                          struct nkb_err *err)
{
    const char *part = NULL;
    struct nkb_config_reader reader = {text_part(config, &part), path, arena, err};

    *out = (struct nkb_model_config){0};
    if (says(config, "vision_config") || says(config, "audio_config"))
        nkb_value_append(arena, notes, nkb_value_text(arena, "only the text model is counted"));
    if (says(reader.config, "num_nextn_predict_layers") || says(reader.config, "use_mtp"))
        nkb_value_append(
            arena, notes,
            nkb_value_text(arena, "layers that predict further tokens are not counted"));
    int code = refuse_strange(&reader, out);
    if (code == 0)
        code = read_family(&reader, out, notes);
    if (code != 0)
        return code;
    read_traits(config, reader.config, out);
    code = read_sizes(&reader, out);
    if (code == 0)
        code = read_attention(&reader, out);
    if (code == 0)
        code = nkb_model_layers_read(&reader, out);
    if (code == 0 && out->dense_layers > 0 && out->intermediate == 0)
        return nkb_err_set(
            err, NKB_EINPUT,
            "%s: no 'intermediate_size'; every FLOP model but nxdt needs it (--flop-model)",
            nkb_place(arena, path, reader.config));
    return code;
}
