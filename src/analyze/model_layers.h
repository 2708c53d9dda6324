/* Which layers are dense and which hold experts, out of the many ways config.json says so. Private
 * to model_*.c. */
#ifndef NKB_ANALYZE_MODEL_LAYERS_H
#define NKB_ANALYZE_MODEL_LAYERS_H

#include "analyze/model_config.h"

/* The part of the document that describes the text model, and where complaints go. */
struct nkb_config_reader {
    const struct nkb_value *config;
    const char *path;
    struct nkb_arena *arena;
    struct nkb_err *err;
};

/* The first of `keys` (NULL behind the last; "a.b" looks into a) that is there and not null. */
const struct nkb_value *nkb_config_find(const struct nkb_config_reader *reader,
                                        const char *const *keys, const char **key);
/* Its dimension; `missing` when there is none, or refused when that is negative. */
int nkb_config_dimension(const struct nkb_config_reader *reader, const char *const *keys,
                         int64_t min, int64_t missing, int64_t *out);
/* The same for one key. */
int nkb_config_number(const struct nkb_config_reader *reader, const char *key, int64_t min,
                      int64_t missing, int64_t *out);

/* experts, experts_per_token, moe_intermediate, shared_intermediate, dense_layers, moe_layers.
 * Needs layers and traits. */
int nkb_model_layers_read(const struct nkb_config_reader *reader, struct nkb_model_config *out);

#endif
