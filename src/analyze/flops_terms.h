/* A FLOP count as a sum of named products, kept exactly; and the models that make one. Private to
 * the flops*.c files. */
#ifndef NKB_ANALYZE_FLOPS_TERMS_H
#define NKB_ANALYZE_FLOPS_TERMS_H

#include "analyze/model_config.h"
#include "base/num.h"

struct nkb_terms {
    struct nkb_arena *arena;
    struct nkb_value *object; /* name -> FLOPs, with the formula as source */
    nkb_i128 sum;
    bool overflow; /* a product or the sum went beyond 127 bits */
};

/* Add the product of factors under `name`. */
void nkb_terms_add(struct nkb_terms *terms, const char *name, const char *formula,
                   const nkb_i128 *factors, size_t count);
#define NKB_TERM(terms, name, formula, ...)                                                        \
    nkb_terms_add(terms, name, formula, (const nkb_i128[]){__VA_ARGS__},                           \
                  sizeof((const nkb_i128[]){__VA_ARGS__}) / sizeof(nkb_i128))

/* Facts 4; forward and backward of one sequence of s tokens. */
void nkb_flops_palm(const struct nkb_model_config *config,
                    const struct nkb_model_parameters *parameters, int64_t seq_len,
                    struct nkb_terms *terms);
void nkb_flops_megatron(const struct nkb_model_config *config,
                        const struct nkb_model_parameters *parameters, int64_t seq_len,
                        struct nkb_terms *terms);
void nkb_flops_torchtitan(const struct nkb_model_config *config,
                          const struct nkb_model_parameters *parameters, int64_t seq_len,
                          struct nkb_terms *terms);

/* Upstream's count, straight from the document: it knows no model but Llama. */
int nkb_flops_nxdt(const struct nkb_value *config, const char *path, int64_t seq_len,
                   struct nkb_terms *terms, struct nkb_value *notes, struct nkb_err *err);

#endif
