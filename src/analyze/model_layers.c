/* Experts: how many, how wide, in which layers; see model_layers.h. A rule of layers is "from
 * `first` to `last`, every `step`-th", with a list of exceptions or a list that says it outright.
 */
#include "analyze/model_layers.h"

#include "analyze/place.h"

/* More layers than this are no model's, and would make the walk over them long. */
enum { LAYERS_MAX = 65536 };

struct layer_rule {
    int64_t first, last, step, shift; /* first <= i <= last and (i + shift) % step == 0 */
};

/* Set marks[i] for each whole number i of a list of layers. */
static int mark_list(const struct nkb_config_reader *reader, const char *key,
                     const struct nkb_value *list, int64_t layers, bool mark, bool *marks)
{
    for (size_t i = 0; i < list->as.items.count; i++) {
        const struct nkb_value *v = list->as.items.at[i].value;
        if (!nkb_value_is(v, NKB_INT) || v->as.integer < 0)
            return nkb_err_set(reader->err, NKB_EINPUT,
                               "%s: '%s.%zu' is %s; the number of a layer is expected",
                               nkb_place(reader->arena, reader->path, v), key, i,
                               nkb_shown_value(reader->arena, v));
        if (v->as.integer < layers)
            marks[v->as.integer] = mark;
    }
    return 0;
}

/* moe_layer_freq as a list: 0 or 1 a layer. */
static int mark_each(const struct nkb_config_reader *reader, const char *key,
                     const struct nkb_value *list, int64_t layers, bool *marks)
{
    if (list->as.items.count < (uint64_t)layers)
        return nkb_err_set(reader->err, NKB_EINPUT,
                           "%s: '%s' has %zu entries; one for each of %lld layers is expected",
                           nkb_place(reader->arena, reader->path, list), key, list->as.items.count,
                           (long long)layers);
    for (int64_t i = 0; i < layers; i++) {
        const struct nkb_value *v = list->as.items.at[i].value;
        if (!nkb_value_is(v, NKB_INT) || v->as.integer < 0 || v->as.integer > 1)
            return nkb_err_set(reader->err, NKB_EINPUT, "%s: '%s.%lld' is %s; 0 or 1 is expected",
                               nkb_place(reader->arena, reader->path, v), key, (long long)i,
                               nkb_shown_value(reader->arena, v));
        marks[i] = v->as.integer == 1;
    }
    return 0;
}

/* DeepSeek, Qwen, Llama 4, NxD and ERNIE each say it their way; a config uses one of them. */
static int read_rule(const struct nkb_config_reader *reader, int64_t layers,
                     struct layer_rule *rule)
{
    static const struct {
        const char *key;
        int64_t shift;
    } steps[] = {{"moe_layer_freq", 0},
                 {"decoder_sparse_step", 1},
                 {"interleave_moe_layer_step", 1},
                 {"moe_frequency", 0},
                 {"moe_layer_interval", 1}};
    int code = 0;

    *rule = (struct layer_rule){0, layers - 1, 1, 0};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        const struct nkb_value *v = nkb_value_get(reader->config, steps[i].key);
        if (!v || v->kind == NKB_NULL || v->kind == NKB_ARRAY)
            continue;
        code = nkb_config_number(reader, steps[i].key, 1, 1, &rule->step);
        rule->shift = steps[i].shift;
        break;
    }
    if (code == 0)
        code = nkb_config_number(reader, "first_k_dense_replace", 0, 0, &rule->first);
    if (code == 0 && rule->first == 0)
        code = nkb_config_number(reader, "moe_layer_start_index", 0, 0, &rule->first);
    const struct nkb_value *last = nkb_value_get(reader->config, "moe_layer_end_index");
    if (code == 0 && !(nkb_value_is(last, NKB_INT) && last->as.integer == -1))
        code = nkb_config_number(reader, "moe_layer_end_index", 0, layers - 1, &rule->last);
    return code;
}

static int count_moe_layers(const struct nkb_config_reader *reader, int64_t layers, int64_t *count)
{
    struct layer_rule rule;
    const struct nkb_value *outright = nkb_value_get(reader->config, "moe_layers");
    const struct nkb_value *each = nkb_value_get(reader->config, "moe_layer_freq");
    const struct nkb_value *dense = nkb_value_get(reader->config, "mlp_only_layers");
    bool *marks = nkb_arena_array(reader->arena, (size_t)layers, sizeof *marks);
    if (!marks)
        return nkb_err_memory(reader->err);

    int code = read_rule(reader, layers, &rule);
    if (code == 0 && nkb_value_is(outright, NKB_ARRAY))
        code = mark_list(reader, "moe_layers", outright, layers, true, marks);
    else if (code == 0 && nkb_value_is(each, NKB_ARRAY))
        code = mark_each(reader, "moe_layer_freq", each, layers, marks);
    else
        for (int64_t i = 0; i < layers; i++)
            marks[i] = i >= rule.first && i <= rule.last && (i + rule.shift) % rule.step == 0;
    if (code == 0 && nkb_value_is(dense, NKB_ARRAY))
        code = mark_list(reader, "mlp_only_layers", dense, layers, false, marks);

    *count = 0;
    for (int64_t i = 0; i < layers; i++)
        *count += marks[i];
    return code;
}

/* The width of all shared experts together. */
static int read_shared(const struct nkb_config_reader *reader, struct nkb_model_config *out)
{
    static const char *const counts[] = {"n_shared_experts", "num_shared_experts",
                                         "moe_num_shared_experts", NULL};
    static const char *const widths[] = {"shared_expert_intermediate_size",
                                         "shared_intermediate_size", NULL};
    int64_t number = 0;

    int code = nkb_config_dimension(reader, widths, 0, 0, &out->shared_intermediate);
    if (code != 0 || out->shared_intermediate > 0)
        return code;
    code =
        nkb_config_dimension(reader, counts, 0, out->traits & NKB_SHARED_EXPERT ? 1 : 0, &number);
    if (code == 0)
        out->shared_intermediate = number * out->moe_intermediate; /* two dimensions: below 2^62 */
    if (code == 0 && out->shared_intermediate > NKB_DIMENSION_MAX)
        code = nkb_err_set(reader->err, NKB_EINPUT,
                           "%s: %lld shared experts of width %lld are no model's", reader->path,
                           (long long)number, (long long)out->moe_intermediate);
    return code;
}

int nkb_model_layers_read(const struct nkb_config_reader *reader, struct nkb_model_config *out)
{
    static const char *const experts[] = {
        "num_experts",     "num_local_experts",          "n_routed_experts",
        "moe_num_experts", "ffn_config.moe_num_experts", NULL};
    static const char *const chosen[] = {"num_experts_per_tok",
                                         "num_experts_per_token",
                                         "experts_per_token",
                                         "moe_topk",
                                         "moe_top_k",
                                         "moe_k",
                                         "top_k_experts",
                                         "ffn_config.moe_top_k",
                                         NULL};
    static const char *const widths[] = {"moe_intermediate_size", "expert_intermediate_size", NULL};
    static const char *const dense[] = {"intermediate_size_mlp", NULL};
    int64_t plain = out->intermediate;

    if (out->layers > LAYERS_MAX)
        return nkb_err_set(reader->err, NKB_EINPUT, "%s: %lld layers; at most %d are expected",
                           reader->path, (long long)out->layers, LAYERS_MAX);
    out->dense_layers = out->layers;
    int code = nkb_config_dimension(reader, experts, 0, 0, &out->experts);
    if (code != 0 || out->experts == 0)
        return code;

    code = nkb_config_dimension(reader, chosen, 1, -1, &out->experts_per_token);
    if (code == 0 && out->experts_per_token > out->experts)
        return nkb_err_set(reader->err, NKB_EINPUT,
                           "%s: %lld experts a token of %lld; at most all of them can be chosen",
                           reader->path, (long long)out->experts_per_token,
                           (long long)out->experts);
    if (code == 0)
        code =
            nkb_config_dimension(reader, widths, 1, plain > 0 ? plain : -1, &out->moe_intermediate);
    if (code == 0)
        code = read_shared(reader, out);
    if (code == 0)
        code = nkb_config_dimension(reader, dense, 1, plain, &out->intermediate);
    if (code == 0)
        code = count_moe_layers(reader, out->layers, &out->moe_layers);
    if (code == 0)
        out->dense_layers = out->layers - out->moe_layers;
    return code;
}
