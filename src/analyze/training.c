/* m.training: MFU and what it is made of. The order of operations is upstream's, so that the same
 * inputs give the same bits: the batch cancels out on paper, not in doubles. */
#include "analyze/flops.h"

/* Enough digits to recognise a number in a source text, as "224.04". */
static const char *short_number(struct nkb_arena *arena, double v)
{
    char text[NKB_NUM_TEXT_BYTES];
    nkb_format_fixed(v, 'g', 5, text, sizeof text);
    return nkb_arena_string(arena, text);
}

static const char *nodes_text(struct nkb_arena *arena, int64_t nodes)
{
    return nkb_arena_printf(arena, "%lld node%s", (long long)nodes, nodes == 1 ? "" : "s");
}

/* "nxdt: 224.04 TFLOP/seq × 2.1 seq/s ÷ 1 node" */
static const char *rate_source(struct nkb_arena *arena, const struct nkb_training_inputs *in)
{
    const char *work = short_number(arena, in->flops->tflops_per_seq);
    const char *speed = short_number(arena, in->throughput_seq_per_s);
    const char *nodes = nodes_text(arena, in->num_nodes);
    if (!work || !speed || !nodes)
        return NULL;
    return nkb_arena_printf(arena, "%s: %s TFLOP/seq × %s seq/s ÷ %s", in->flops->model, work,
                            speed, nodes);
}

static void put_flops(struct nkb_arena *arena, struct nkb_value *training,
                      const struct nkb_training_inputs *in)
{
    int64_t exact;
    const char *source = nkb_arena_printf(
        arena, "%s model, %s at %lld tokens", in->flops->model,
        in->model_config_path ? in->model_config_path : "config.json", (long long)in->seq_len);
    if (nkb_i128_fits(in->flops->exact, &exact))
        nkb_metric_int(arena, training, "flops_per_seq", exact, "FLOP/seq", source);
    else
        nkb_metric_float(arena, training, "flops_per_seq", in->flops->flops_per_seq, "FLOP/seq",
                         source);
}

/* What the count is made of; behind the keys of DESIGN 6. */
static void put_details(struct nkb_arena *arena, struct nkb_value *training,
                        const struct nkb_training_inputs *in)
{
    const struct nkb_flops *flops = in->flops;
    const char *source = nkb_arena_printf(arena, "%s: flops_per_seq ÷ 1e12", flops->model);

    nkb_metric_float(arena, training, "tflops_per_seq", flops->tflops_per_seq, "TFLOP/seq", source);
    nkb_value_put(arena, training, "flop_terms", flops->terms);
    if (flops->parameters)
        nkb_value_put(arena, training, "parameters", flops->parameters);
    else
        nkb_metric_absent(arena, training, "parameters", "this FLOP model counts no parameters");
}

struct nkb_value *nkb_training_metrics(struct nkb_arena *arena,
                                       const struct nkb_training_inputs *in)
{
    struct nkb_value *training = nkb_value_object(arena);
    double batch = (double)in->batch_size, nodes = (double)in->num_nodes;
    double peak = in->peak->tflops_per_node;

    double s_per_batch = batch / in->throughput_seq_per_s;
    double seq_per_s_per_node = batch / (s_per_batch * nodes);
    double tflops_per_node = (batch / nodes) * (in->flops->tflops_per_seq / s_per_batch);
    double mfu_percent = tflops_per_node * 100 / peak;

    const char *rate = rate_source(arena, in), *peak_text = short_number(arena, peak);
    const char *speed = short_number(arena, in->throughput_seq_per_s);
    const char *mfu_source = NULL, *batch_source = NULL, *node_source = NULL;
    const char *nodes_shown = nodes_text(arena, in->num_nodes);
    if (rate && peak_text && speed && nodes_shown) {
        mfu_source = nkb_arena_printf(arena, "%s ÷ %s TFLOP/s", rate, peak_text);
        batch_source =
            nkb_arena_printf(arena, "%lld seq ÷ %s seq/s", (long long)in->batch_size, speed);
        node_source = nkb_arena_printf(arena, "%s seq/s ÷ %s", speed, nodes_shown);
    }

    nkb_metric_float(arena, training, "mfu_percent", mfu_percent, "%", mfu_source);
    nkb_metric_float(arena, training, "throughput_seq_per_s", in->throughput_seq_per_s, "seq/s",
                     in->throughput_origin);
    nkb_metric_text(arena, training, "throughput_source", in->throughput_source,
                    in->throughput_origin);
    put_flops(arena, training, in);
    nkb_metric_float(arena, training, "tflops_per_node", tflops_per_node, "TFLOP/s", rate);
    nkb_metric_float(arena, training, "seq_per_s_per_node", seq_per_s_per_node, "seq/s",
                     node_source);
    nkb_metric_float(arena, training, "s_per_batch", s_per_batch, "s", batch_source);
    nkb_metric_int(arena, training, "batch_size", in->batch_size, "seq", in->batch_size_origin);
    nkb_metric_int(arena, training, "seq_len", in->seq_len, "tokens", in->seq_len_origin);
    nkb_metric_int(arena, training, "num_nodes", in->num_nodes, "nodes", in->num_nodes_origin);
    nkb_metric_text(arena, training, "hw_backend", in->peak->backend, in->hw_backend_origin);
    nkb_metric_float(arena, training, "peak_tflops_per_node", peak, "TFLOP/s", in->peak->source);
    nkb_metric_text(arena, training, "flop_model", in->flops->model, NULL);
    put_details(arena, training, in);
    return training;
}
