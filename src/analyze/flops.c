/* The entry to the FLOP models, and the one they share: a sum of exact products, rounded once. */
#include "analyze/flops.h"

#include <string.h>

#include "analyze/flops_terms.h"
#include "analyze/place.h"
#include "base/text.h"

typedef void flops_count(const struct nkb_model_config *config,
                         const struct nkb_model_parameters *parameters, int64_t seq_len,
                         struct nkb_terms *terms);

static const char *const names[] = {"nxdt", "palm", "megatron", "torchtitan"};
static flops_count *const counts[] = {NULL, nkb_flops_palm, nkb_flops_megatron,
                                      nkb_flops_torchtitan};
enum { MODEL_COUNT = sizeof names / sizeof names[0] };

const char *const *nkb_flops_models(size_t *count)
{
    *count = MODEL_COUNT;
    return names;
}

static struct nkb_value *number_value(struct nkb_arena *arena, nkb_i128 v)
{
    int64_t small;
    return nkb_i128_fits(v, &small) ? nkb_value_int(arena, small)
                                    : nkb_value_float(arena, nkb_i128_to_double(v));
}

void nkb_terms_add(struct nkb_terms *terms, const char *name, const char *formula,
                   const nkb_i128 *factors, size_t count)
{
    nkb_i128 product = 1;
    for (size_t i = 0; i < count; i++)
        if (!nkb_i128_mul(product, factors[i], &product))
            terms->overflow = true;
    if (!nkb_i128_add(terms->sum, product, &terms->sum))
        terms->overflow = true;

    struct nkb_value *v = number_value(terms->arena, product);
    nkb_value_annotate(terms->arena, v, "FLOP/seq", formula, NULL);
    nkb_value_put(terms->arena, terms->object, name, v);
}

static void put_parameter(struct nkb_arena *arena, struct nkb_value *group, const char *name,
                          nkb_i128 v, const char *path)
{
    struct nkb_value *value = number_value(arena, v);
    nkb_value_annotate(arena, value, "parameters", path, NULL);
    nkb_value_put(arena, group, name, value);
}

static int count_by_config(size_t which, const struct nkb_value *config, const char *path,
                           int64_t seq_len, struct nkb_terms *terms, struct nkb_flops *out,
                           struct nkb_err *err)
{
    struct nkb_model_config dimensions;
    int code = nkb_model_config_read(config, path, terms->arena, &dimensions, out->notes, err);
    if (code != 0)
        return code;
    struct nkb_model_parameters parameters = nkb_model_parameters_count(&dimensions);

    out->parameters = nkb_value_object(terms->arena);
    put_parameter(terms->arena, out->parameters, "total", parameters.total, path);
    put_parameter(terms->arena, out->parameters, "active", parameters.active, path);
    put_parameter(terms->arena, out->parameters, "embedding", parameters.embedding, path);
    if (dimensions.window > 0 && dimensions.window < seq_len)
        nkb_value_append(terms->arena, out->notes,
                         nkb_value_text(terms->arena,
                                        "attention is counted over the whole sequence, though some "
                                        "layers attend to a window of it"));
    counts[which](&dimensions, &parameters, seq_len, terms);
    return 0;
}

int nkb_flops_per_seq(const char *model, const struct nkb_value *config, const char *config_path,
                      int64_t seq_len, struct nkb_arena *arena, struct nkb_flops *out,
                      struct nkb_err *err)
{
    size_t which = 0;
    while (which < MODEL_COUNT && strcmp(names[which], model) != 0)
        which++;
    if (which == MODEL_COUNT) {
        char shown[NKB_SHOWN_BYTES];
        return nkb_err_set(err, NKB_EUSAGE,
                           "no FLOP model '%s'; nxdt, palm, megatron or torchtitan is expected",
                           nkb_show(nkb_str_from(model), shown));
    }
    if (!nkb_value_is(config, NKB_OBJECT))
        return nkb_err_set(err, NKB_EINPUT, "%s: %s; a model's config.json is a mapping",
                           nkb_place(arena, config_path, config), nkb_shown_value(arena, config));
    if (seq_len < 1 || seq_len > NKB_DIMENSION_MAX)
        return nkb_err_set(err, NKB_EINPUT,
                           "the sequence length is %lld; 1 to %d tokens are expected",
                           (long long)seq_len, NKB_DIMENSION_MAX);

    struct nkb_terms terms = {arena, nkb_value_object(arena), 0, false};
    *out = (struct nkb_flops){
        .model = names[which], .terms = terms.object, .notes = nkb_value_array(arena)};
    int code = counts[which]
                   ? count_by_config(which, config, config_path, seq_len, &terms, out, err)
                   : nkb_flops_nxdt(config, config_path, seq_len, &terms, out->notes, err);
    if (code != 0)
        return code;
    if (nkb_arena_failed(arena))
        return nkb_err_memory(err);
    if (terms.overflow)
        return nkb_err_set(err, NKB_EINPUT,
                           "%s: the FLOPs of a sequence of %lld tokens go beyond 127 bits",
                           config_path, (long long)seq_len);
    out->exact = terms.sum;
    out->flops_per_seq = nkb_i128_to_double(terms.sum);
    out->tflops_per_seq = out->flops_per_seq / 1e12;
    return 0;
}
