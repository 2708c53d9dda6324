/* Every metric there can be, in m's order. What a document brings along (a config, a report) has
 * names of its own: `open`. */
#include "host/api.h"

#define ANY(path, about)                                                                           \
    {                                                                                              \
        path, "open", NULL, false, about                                                           \
    }
#define GROUP(path, about)                                                                         \
    {                                                                                              \
        path, "group", NULL, false, about                                                          \
    }
#define LIST(path, about)                                                                          \
    {                                                                                              \
        path, "list", NULL, false, about                                                           \
    }
#define TEXT(path, about)                                                                          \
    {                                                                                              \
        path, "string", NULL, false, about                                                         \
    }
#define FLAG(path, about)                                                                          \
    {                                                                                              \
        path, "boolean", NULL, false, about                                                        \
    }
#define NUMBER(path, unit, about)                                                                  \
    {                                                                                              \
        path, "number", unit, false, about                                                         \
    }
#define NUMBER_OR_0(path, unit, about)                                                             \
    {                                                                                              \
        path, "number", unit, true, about                                                          \
    }
#define COUNT(path, unit, about)                                                                   \
    {                                                                                              \
        path, "integer", unit, false, about                                                        \
    }
#define COUNT_OR_0(path, unit, about)                                                              \
    {                                                                                              \
        path, "integer", unit, true, about                                                         \
    }

#define STATIC_MACS(at)                                                                            \
    GROUP(at, "upstream's count: each computation once"),                                          \
        COUNT_OR_0(at ".macs", "MAC", "multiply-accumulates"),                                     \
        COUNT_OR_0(at ".nki_macs", "MAC", "of these, in NKI kernels"),                             \
        NUMBER_OR_0(at ".nki_ratio", NULL, "nki_macs / macs")

#define EXECUTED_MACS(at)                                                                          \
    GROUP(at, "as it runs: loops and calls followed"),                                             \
        COUNT_OR_0(at ".macs", "MAC", "dot + conv + nki + other"),                                 \
        COUNT_OR_0(at ".dot_macs", "MAC", "in dots"),                                              \
        COUNT_OR_0(at ".conv_macs", "MAC", "in convolutions"),                                     \
        COUNT_OR_0(at ".nki_macs", "MAC", "in NKI kernels"),                                       \
        COUNT_OR_0(at ".other_macs", "MAC", "in anything else that multiplies"),                   \
        NUMBER_OR_0(at ".nki_ratio", NULL, "nki_macs / macs"),                                     \
        COUNT_OR_0(at ".ragged_macs", "MAC", "of the dots', in ragged ones: an upper bound"),      \
        COUNT_OR_0(at ".custom_matmul_macs", "MAC", "of the others', in Neuron's own matmuls"),    \
        COUNT_OR_0(at ".unknown_trip_counts", NULL, "loops counted once for want of a trip count")

#define XLA_COST(at)                                                                               \
    GROUP(at, "XLA's cost analysis, loops once"),                                                  \
        COUNT_OR_0(at ".flops", "FLOP", "as HloCostAnalysis counts"),                              \
        COUNT_OR_0(at ".transcendentals", NULL, "exp, tanh and their like"),                       \
        COUNT_OR_0(at ".bytes", "B", "bytes accessed"),                                            \
        COUNT_OR_0(at ".unknown_calls", NULL, "custom calls of unknown cost")

#define LOG_FIGURE(at, unit, about)                                                                \
    GROUP(at, about), NUMBER_OR_0(at ".mean", unit, "one value a step"),                           \
        NUMBER_OR_0(at ".min", unit, "the least"), NUMBER_OR_0(at ".max", unit, "the most"),       \
        NUMBER_OR_0(at ".first", unit, "of the first step"),                                       \
        NUMBER_OR_0(at ".last", unit, "of the last step"),                                         \
        COUNT_OR_0(at ".count", NULL, "steps that have it"),                                       \
        COUNT_OR_0(at ".nonfinite", NULL, "steps where it is nan or inf"),                         \
        GROUP(at ".steady", "without each run's first step"),                                      \
        NUMBER_OR_0(at ".steady.mean", unit, "their mean"),                                        \
        COUNT_OR_0(at ".steady.count", NULL, "their number"),                                      \
        COUNT_OR_0(at ".series_every", NULL, "one step in so many is in series"),                  \
        LIST(at ".series", "the values, at most 4096"),                                            \
        NUMBER_OR_0(at ".series[]", unit, "one of them")

#define SUBMODEL(at, about)                                                                        \
    ANY(at, about), NUMBER(at ".latency_ms_avg", "ms", "mean latency"),                            \
        NUMBER(at ".latency_ms_p50", "ms", "median latency"),                                      \
        NUMBER(at ".latency_ms_p90", "ms", "90th percentile of the latency"),                      \
        NUMBER(at ".latency_ms_p95", "ms", "95th percentile of the latency"),                      \
        NUMBER(at ".latency_ms_p99", "ms", "99th percentile of the latency"),                      \
        NUMBER(at ".latency_ms_p100", "ms", "longest latency"),                                    \
        NUMBER(at ".throughput", "tokens/s", "tokens per second")

const struct nkb_api_metric nkb_api_metrics[] = {
    GROUP("training", "speed of training"),
    NUMBER("training.mfu_percent", "%", "model FLOPs utilisation"),
    NUMBER("training.throughput_seq_per_s", "seq/s", "sequences per second"),
    TEXT("training.throughput_source", "flag, log or assumed"),
    COUNT("training.flops_per_seq", "FLOP/seq", "by the FLOP model"),
    NUMBER("training.tflops_per_node", "TFLOP/s", "achieved"),
    NUMBER("training.seq_per_s_per_node", "seq/s", "sequences per second of one node"),
    NUMBER("training.s_per_batch", "s", "seconds a global batch"),
    COUNT("training.batch_size", "seq", "global batch size"),
    COUNT("training.seq_len", "tokens", "sequence length"),
    COUNT("training.num_nodes", "nodes", "nodes"),
    TEXT("training.hw_backend", "trn1, trn2, p5 …"),
    NUMBER("training.peak_tflops_per_node", "TFLOP/s", "of the backend"),
    TEXT("training.flop_model", "nxdt, palm, megatron, torchtitan"),
    GROUP("training.mfu_by_model", "MFU of the same run by each FLOP model"),
    NUMBER("training.mfu_by_model.nxdt", "%", "upstream's"),
    NUMBER("training.mfu_by_model.palm", "%", "PaLM's, of active parameters"),
    NUMBER("training.mfu_by_model.megatron", "%", "Megatron-LM's, causal"),
    NUMBER("training.mfu_by_model.torchtitan", "%", "torchtitan's"),
    NUMBER("training.tflops_per_seq", "TFLOP/seq", "flops_per_seq / 1e12"),
    ANY("training.flop_terms", "the terms of the FLOP model, by name"),
    COUNT("training.parameters", NULL, "parameters of the model, where the FLOP model counts them"),

    GROUP("hlo", "what the compiler was given"),
    COUNT("hlo.files", NULL, "HLO files that were read"),
    COUNT_OR_0("hlo.failed", NULL, "HLO files that could not be read"),
    STATIC_MACS("hlo.static"),
    NUMBER_OR_0("hlo.static.mean_ratio", NULL, "mean of the files' ratios"),
    NUMBER_OR_0("hlo.static.min_ratio", NULL, "least of the files' ratios"),
    NUMBER_OR_0("hlo.static.max_ratio", NULL, "greatest of the files' ratios"),
    EXECUTED_MACS("hlo.executed"),
    XLA_COST("hlo.xla"),
    LIST("hlo.modules", "the files, in path order"),
    GROUP("hlo.modules[]", "one HLO file"),
    TEXT("hlo.modules[].path", "its file"),
    TEXT("hlo.modules[].file_name", "the last part of the path"),
    TEXT("hlo.modules[].module_name", "the folder of the cache, or the module's name"),
    TEXT("hlo.modules[].compiler_version", "the folder that says it"),
    TEXT("hlo.modules[].role", "what the file is in its folder: cache, named …"),
    TEXT("hlo.modules[].form", "protobuf, wrapped or text"),
    TEXT("hlo.modules[].status", "ok or error"),
    TEXT("hlo.modules[].error", "why it could not be read"),
    FLAG("hlo.modules[].failed_compile", "the cache marks its compilation as failed"),
    FLAG("hlo.modules[].locked", "another process was compiling it"),
    TEXT("hlo.modules[].duplicate_of", "an earlier file that is the same"),
    FLAG("hlo.modules[].stale", "newer than the training log"),
    FLAG("hlo.modules[].counted", "is it in the totals?"),
    STATIC_MACS("hlo.modules[].static"),
    EXECUTED_MACS("hlo.modules[].executed"),
    XLA_COST("hlo.modules[].xla"),
    COUNT("hlo.modules[].computations", NULL, "computations"),
    COUNT("hlo.modules[].instructions", NULL, "instructions"),
    LIST("hlo.modules[].loops", "its while loops"),
    GROUP("hlo.modules[].loops[]", "one loop"),
    TEXT("hlo.modules[].loops[].name", "the instruction's name"),
    COUNT_OR_0("hlo.modules[].loops[].trip_count", NULL, "times the body runs"),
    TEXT("hlo.modules[].loops[].how", "how that is known"),
    TEXT("hlo.modules[].loops[].why", "why it is not known"),
    LIST("hlo.modules[].diagnostics", "what was said of it"),
    TEXT("hlo.modules[].diagnostics[]", "one remark"),
    LIST("hlo.kernels", "NKI kernels and other custom calls"),
    GROUP("hlo.kernels[]", "one kernel"),
    TEXT("hlo.kernels[].name", "the function, where the call says"),
    TEXT("hlo.kernels[].target", "the custom call's target"),
    COUNT("hlo.kernels[].sites", NULL, "instructions that call it"),
    COUNT_OR_0("hlo.kernels[].calls", NULL, "calls as it runs"),
    COUNT_OR_0("hlo.kernels[].macs", "MAC", "of one call"),
    COUNT_OR_0("hlo.kernels[].executed_macs", "MAC", "as it runs"),
    FLAG("hlo.kernels[].cost_known", "are its MACs known: stated, or by its shapes?"),
    COUNT_OR_0("hlo.kernels[].reachable_sites", NULL, "sites that can run"),
    TEXT("hlo.kernels[].config", "of an NKI kernel: ok, no mac_count or unreadable"),
    LIST("hlo.ops", "totals of each opcode"),
    GROUP("hlo.ops[]", "one opcode"),
    TEXT("hlo.ops[].opcode", "dot, add, while …"),
    COUNT("hlo.ops[].count", NULL, "instructions"),
    COUNT_OR_0("hlo.ops[].flops", "FLOP", "loops once"),
    COUNT_OR_0("hlo.ops[].transcendentals", NULL, "loops once"),
    COUNT_OR_0("hlo.ops[].bytes", "B", "bytes accessed, loops once"),
    COUNT_OR_0("hlo.ops[].executed_flops", "FLOP", "as it runs"),

    GROUP("log", "what the training log says of the last run"),
    TEXT("log.path", "its file"),
    COUNT("log.records", NULL, "lines that were recognised"),
    COUNT("log.runs", NULL, "runs in it"),
    TEXT("log.first_timestamp", "of the last run"),
    TEXT("log.last_timestamp", "of the last run"),
    NUMBER_OR_0("log.duration_s", "s", "from the first to the last timestamp"),
    GROUP("log.steps", "steps of the last run"),
    COUNT_OR_0("log.steps.count", NULL, "their number"),
    COUNT_OR_0("log.steps.first", NULL, "the first one's"),
    COUNT_OR_0("log.steps.last", NULL, "the last one's"),
    COUNT_OR_0("log.epochs", NULL, "epochs seen"),
    LOG_FIGURE("log.loss", NULL, "training loss"),
    LOG_FIGURE("log.throughput", "seq/s", "sequences per second"),
    LOG_FIGURE("log.throughput_peak", "seq/s", "greatest so far, as the log says"),
    LOG_FIGURE("log.learning_rate", NULL, "learning rate"),
    LOG_FIGURE("log.gradient_norm", NULL, "norm of the gradient"),
    LOG_FIGURE("log.step_time_s", "s", "seconds a step"),
    LOG_FIGURE("log.parameter_norm", NULL, "norm of the parameters"),
    LOG_FIGURE("log.val_loss", NULL, "validation loss"),
    GROUP("log.consumed_samples", "samples seen"),
    COUNT_OR_0("log.consumed_samples.first", NULL, "at the first step"),
    COUNT_OR_0("log.consumed_samples.last", NULL, "at the last step"),
    COUNT_OR_0("log.lines", NULL, "lines of the file"),
    COUNT_OR_0("log.unknown_lines", NULL, "lines that were not recognised"),
    COUNT_OR_0("log.unreadable_values", NULL, "values that are no number"),
    COUNT_OR_0("log.cut_lines", NULL, "lines too long to be read whole"),
    ANY("log.upstream", "the same figures as upstream takes them"),

    ANY("inference", "the report of the inference benchmark, as written"),
    SUBMODEL("inference.e2e_model", "end to end"),
    SUBMODEL("inference.context_encoding_model", "context encoding (prefill)"),
    SUBMODEL("inference.token_generation_model", "token generation (decode)"),
    NUMBER_OR_0("inference.accuracy", NULL, "1 right, 0 wrong"),
    TEXT("inference.accuracy_source", "file, flag or assumed"),

    GROUP("reasoning", "results of lm-eval"),
    GROUP("reasoning.tasks", "by the task's name"),
    GROUP("reasoning.tasks.*", "one task: by metric"),
    GROUP("reasoning.tasks.*.*", "one metric: by filter"),
    GROUP("reasoning.tasks.*.*.*", "one filter"),
    NUMBER_OR_0("reasoning.tasks.*.*.*.value", NULL, "what was reached"),
    NUMBER_OR_0("reasoning.tasks.*.*.*.stderr", NULL, "its standard error"),
    ANY("reasoning.groups", "groups of tasks, likewise"),
    ANY("reasoning.samples", "samples a task had"),

    LIST("prompts", "a table of prompts and their baselines"),
    ANY("prompts[]", "one prompt, and what the table says beside these"),
    COUNT_OR_0("prompts[].index", NULL, "its number in the table"),
    COUNT("prompts[].context_length", "tokens", "tokens of the prompt"),
    COUNT("prompts[].sequence_length", "tokens", "tokens in all"),
    NUMBER("prompts[].base_latency_ms", "ms", "the baseline's latency"),
    NUMBER("prompts[].base_throughput", "tokens/s", "the baseline's throughput"),

    ANY("config", "the training config, resolved"),
    ANY("model", "the model config"),
    LIST("files", "what was read"),
    GROUP("files[]", "one file"),
    TEXT("files[].role", "the flag that gave it"),
    TEXT("files[].path", "where it is"),
    COUNT_OR_0("files[].bytes", "B", "its size"),
    TEXT("files[].sha256", "its digest, where an export carries it"),
    LIST("runs", "the rows of --matrix"),
    ANY("runs[]", "a row: its columns by name"),
    {NULL, NULL, NULL, false, NULL},
};
