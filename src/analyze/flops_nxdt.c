/* Upstream's count (aws-neuron/neuronx-distributed-training, llama_perf_estimate.py), integer for
 * integer: 3·[L(2h²s + 4·kv·(h//nh)·h·s + 4s²h + 6·nh·s² + 2h²s + 6Ihs) + 4Vhs]. It takes every
 * config for a Llama's: the six dimensions from the top of the document, LlamaConfig's defaults for
 * those that are not there. Where that is not the model at hand the number stands, and a note says
 * what it misses. */
#include "analyze/flops_terms.h"

#include "analyze/place.h"

enum { HIDDEN, INTERMEDIATE, LAYERS, HEADS, KV_HEADS, VOCAB, DIMENSION_COUNT };

/* transformers, LlamaConfig: what a key that is not there means. No kv heads: as many as heads. */
static const struct {
    const char *key;
    int64_t missing;
} dimensions[DIMENSION_COUNT] = {
    [HIDDEN] = {"hidden_size", 4096},        [INTERMEDIATE] = {"intermediate_size", 11008},
    [LAYERS] = {"num_hidden_layers", 32},    [HEADS] = {"num_attention_heads", 32},
    [KV_HEADS] = {"num_key_value_heads", 0}, [VOCAB] = {"vocab_size", 32000},
};

static void add_note(struct nkb_arena *arena, struct nkb_value *notes, const char *text)
{
    if (text)
        nkb_value_append(arena, notes, nkb_value_text(arena, text));
}

static int read_dimensions(const struct nkb_value *config, const char *path,
                           int64_t out[DIMENSION_COUNT], struct nkb_arena *arena,
                           struct nkb_value *notes, struct nkb_err *err)
{
    const char *missing = NULL;
    int found = 0;
    for (int i = 0; i < DIMENSION_COUNT; i++) {
        const char *key = dimensions[i].key;
        const struct nkb_value *v = nkb_value_get(config, key);
        int code = 0;

        out[i] = dimensions[i].missing;
        if (i == KV_HEADS && (!v || v->kind == NKB_NULL))
            out[i] = out[HEADS];
        else if (v)
            code = nkb_dimension_read(v, key, i == INTERMEDIATE ? 0 : 1, path, arena, &out[i], err);
        else
            missing = nkb_arena_printf(arena, "%s%s%s %lld", missing ? missing : "",
                                       missing ? ", " : "", key, (long long)out[i]);
        if (code != 0)
            return code;
        found += v != NULL;
    }
    /* Upstream would count LlamaConfig's defaults for any JSON at all. */
    if (found == 0 && !nkb_value_get(config, "model_type") && !nkb_value_get(config, "architectures") &&
        !nkb_value_get(config, "text_config"))
        return nkb_err_set(err, NKB_EINPUT,
                           "%s: no model config: it has none of hidden_size, num_hidden_layers, "
                           "num_attention_heads …; the model's config.json is expected (--model-config)",
                           path);
    if (missing)
        add_note(arena, notes,
                 nkb_arena_printf(
                     arena,
                     "nxdt: not at the top of %s, so LlamaConfig's defaults are counted, not "
                     "this model: %s",
                     path, missing));
    return 0;
}

/* What this model does that the formula has no place for. */
static void note_ignored(const struct nkb_value *config, const int64_t d[DIMENSION_COUNT],
                         struct nkb_arena *arena, struct nkb_value *notes)
{
    static const char *const expert_keys[] = {"num_experts", "num_local_experts",
                                              "n_routed_experts", "moe_num_experts"};
    const struct nkb_value *v;
    bool known;

    for (size_t i = 0; i < sizeof expert_keys / sizeof expert_keys[0]; i++) {
        v = nkb_value_get(config, expert_keys[i]);
        if (nkb_value_is(v, NKB_INT) && v->as.integer > 1)
            add_note(
                arena, notes,
                nkb_arena_printf(
                    arena,
                    "nxdt: '%s' is %lld, but one dense MLP of intermediate_size %lld a layer is "
                    "counted",
                    expert_keys[i], (long long)v->as.integer, (long long)d[INTERMEDIATE]));
    }
    v = nkb_value_get(config, "head_dim");
    if (nkb_value_is(v, NKB_INT) && v->as.integer != d[HIDDEN] / d[HEADS])
        add_note(
            arena, notes,
            nkb_arena_printf(
                arena,
                "nxdt: 'head_dim' is %lld, but hidden_size ÷ num_attention_heads = %lld is counted",
                (long long)v->as.integer, (long long)(d[HIDDEN] / d[HEADS])));
    v = nkb_value_get(config, "kv_lora_rank");
    if (nkb_value_is(v, NKB_INT) && v->as.integer > 0)
        add_note(
            arena, notes,
            nkb_arena_string(
                arena, "nxdt: latent attention (kv_lora_rank) is counted as Llama's attention"));
    v = nkb_value_get(config, "model_type");
    if (nkb_value_is(v, NKB_STRING) &&
        (nkb_model_family_find(v->as.string, &known)->traits & NKB_UNGATED_MLP))
        add_note(arena, notes,
                 nkb_arena_string(arena,
                                  "nxdt: the model's MLP has two matrices, but three are counted"));
}

int nkb_flops_nxdt(const struct nkb_value *config, const char *path, int64_t seq_len,
                   struct nkb_terms *terms, struct nkb_value *notes, struct nkb_err *err)
{
    int64_t d[DIMENSION_COUNT];
    int code = read_dimensions(config, path, d, terms->arena, notes, err);
    if (code != 0)
        return code;
    note_ignored(config, d, terms->arena, notes);

    nkb_i128 s = seq_len, L = d[LAYERS], h = d[HIDDEN], nh = d[HEADS];
    NKB_TERM(terms, "query_projection", "3·layers·2·h²·s", 3, L, 2, h, h, s);
    NKB_TERM(terms, "key_value_projection", "3·layers·4·kv_heads·(h // heads)·h·s", 3, L, 4,
             d[KV_HEADS], h / nh, h, s);
    NKB_TERM(terms, "attention", "3·layers·4·s²·h (not causal)", 3, L, 4, s, s, h);
    NKB_TERM(terms, "softmax", "3·layers·6·heads·s²", 3, L, 6, nh, s, s);
    NKB_TERM(terms, "output_projection", "3·layers·2·h²·s", 3, L, 2, h, h, s);
    NKB_TERM(terms, "mlp", "3·layers·6·intermediate·h·s", 3, L, 6, d[INTERMEDIATE], h, s);
    NKB_TERM(terms, "embedding_and_logits", "3·4·vocab·h·s", 3, 4, d[VOCAB], h, s);
    return 0;
}
