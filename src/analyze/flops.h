/* Model FLOP counts and chip peaks: what MFU is made of. Sources: facts 4. */
#ifndef NKB_ANALYZE_FLOPS_H
#define NKB_ANALYZE_FLOPS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/num.h"
#include "model/value.h"

/* FLOPs of one training sequence, forward and backward, by a named model: "nxdt" (upstream's, exact
 * integer arithmetic), "palm", "megatron", "torchtitan". */
struct nkb_flops {
    const char *model;
    nkb_i128 exact;          /* the count, and the sum of the terms */
    double flops_per_seq;    /* rounded once from the exact count */
    double tflops_per_seq;   /* flops_per_seq / 1e12 */
    struct nkb_value *terms; /* object: name -> FLOPs, each with a source text of its formula */
    struct nkb_value *parameters; /* object {total, active, embedding}; NULL: nxdt needs none */
    struct nkb_value *notes;      /* array of texts: what the count assumes or leaves out here */
};
/* config is the model's config.json. NKB_EINPUT names the key that is missing or makes no sense,
 * with its position. */
int nkb_flops_per_seq(const char *model, const struct nkb_value *config, const char *config_path,
                      int64_t seq_len, struct nkb_arena *arena, struct nkb_flops *out,
                      struct nkb_err *err);
const char *const *nkb_flops_models(size_t *count);

struct nkb_peak {
    const char *backend;                        /* "trn1", "trn2", "p5", "trn1.2xlarge", … */
    double tflops_per_node, bandwidth_gb_per_s; /* dense bf16; GB/s (1e9), 0 when not known */
    int chips;
    const char *source;
};
/* NULL when unknown; nkb_peaks lists them all. */
const struct nkb_peak *nkb_peak_find(const char *backend);
const struct nkb_peak *nkb_peaks(size_t *count);

/* m.training of DESIGN 6. The order of evaluation gives upstream's bits (goldens README). Counts are at
 * least 1, the throughput is above 0, peak and flops are there. */
struct nkb_training_inputs {
    double throughput_seq_per_s;
    const char *throughput_source; /* "flag", "log", "assumed" */
    const char *throughput_origin; /* "--throughput", "train.log: mean of 40 steps" */
    int64_t batch_size, seq_len, num_nodes;
    const char *batch_size_origin, *seq_len_origin, *num_nodes_origin;
    const struct nkb_peak *peak;
    const char *hw_backend_origin;
    const struct nkb_flops *flops;
    const char *model_config_path;
};
struct nkb_value *nkb_training_metrics(struct nkb_arena *arena,
                                       const struct nkb_training_inputs *in);

#endif
