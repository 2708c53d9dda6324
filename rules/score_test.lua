-- The NKI-LLAMA score: its formula on the sample of its README, each weight, each mode, its refusals, its layouts.
-- score_test.json is what nkibench metrics --json prints in examples/first_score.
local missing = { path = "broken.hlo", file_name = "broken.hlo", counted = false, status = "error", error = "not an HLO file" }
local text_form = { path = "b.hlo", file_name = "b.hlo", counted = false, status = "ok", form = "text" }
local first = { path = "a.pb", file_name = "a.pb", counted = true, status = "ok", static = { macs = 2000, nki_macs = 1000, nki_ratio = 0.5 } }

local function tasks(a, b)
  return { reasoning = { tasks = {
    gsm8k = { exact_match = { ["strict-match"] = { value = a }, none = { value = 0.5 } } },
    math = { exact_match = { ["strict-match"] = { value = b } } },
    other = { acc = { none = { value = 0.1 } } },
  } } }
end

return {
  metrics = {
    training = { mfu_percent = 15.4766, throughput_seq_per_s = 2.1, throughput_source = "flag", batch_size = 64, seq_len = 4096,
      num_nodes = 1, hw_backend = "trn1", tflops_per_node = 470.4895, tflops_per_seq = 224.0427, seq_per_s_per_node = 2.1,
      s_per_batch = 30.476 },
    hlo = { files = 1, failed = 0, static = { macs = 5000, nki_macs = 923, nki_ratio = 0.1846, mean_ratio = 0.1846, min_ratio = 0.1846,
      max_ratio = 0.1846 }, executed = { macs = 10000, nki_macs = 3000, nki_ratio = 0.3 }, modules = { first } },
    inference = { accuracy = 1.0, accuracy_source = "flag", e2e_model = { latency_ms_avg = 12131.49, throughput = 52.76 } },
  },

  cases = {
    {
      name = "the README's sample by its formula",
      near = { score = 15.458600179587393, training = 0.007700103751200001, inference = 25.759200230144856, mfu_improvement = 0.309532,
        throughput_improvement = 0.021, nki_bonus = 1.1846, latency = 4.121505272641695, ["inference/throughput"] = 5.276 },
      mode = "combined",
      checks = {},
      console = { "🏆 FINAL NKI-LLAMA SCORE: 15.4586", "  Training: 40%", "  Accuracy: ✓ Passed", "Results saved to" },
    },
    { name = "MACs as they are executed", params = { mac_count = "executed" }, near = { score = 16.964528307836915 } },
    { name = "a better loss counts", params = { loss_improvement = 2.0, convergence_rate = 1.5 }, near = { training = 0.0231003112536 } },
    {
      name = "without inference, training alone",
      metrics = { inference = absent "no such file (--inference-results)" },
      near = { score = 0.007700103751200001 },
      mode = "training_only",
      console = { "TRAINING-ONLY MODE", "NKI KERNEL TRAINING SCORE: 0.0077", "Training benchmark complete" },
      json = { mode = "training_only", ["component_scores.inference"] = nkb.null, ["detailed_breakdown.inference"] = nkb.null },
    },
    { name = "a baseline's cache", metrics = { ["hlo.static.nki_macs"] = 0 }, valid = true, checks = { "advise: no NKI MACs" } },
    { name = "a cache that cannot be counted", metrics = { ["hlo.static"] = absent "it overflows" }, errors = "it overflows" },
    { name = "wrong outputs score nothing", metrics = { ["inference.accuracy"] = 0.0 }, near = { inference = 0.0 }, console = "✗ Failed" },
    { name = "half right", metrics = { ["inference.accuracy"] = 0.5 }, near = { inference = 12.879600115072428 }, console = "Accuracy: 0.5000" },
    {
      name = "MFU over 100 % is not valid, and says so",
      metrics = { ["training.mfu_percent"] = 120.0 },
      valid = false,
      checks = { "impossible: MFU is 120.00 %" },
      console = { "NOT VALID", "✗ MFU is 120.00 %" },
      json = { valid = false },
    },

    -- reasoning
    {
      name = "training and reasoning",
      metrics = { inference = absent "none", reasoning = tasks(0.75, 0.25).reasoning },
      near = { score = 1.50539007262584, reasoning = 5.0, accuracy = 0.5 },
      mode = "training_reasoning",
      checks = { "advise: reasoning: left out of the mean, having no exact_match,strict-match: other (1 of 3 tasks)" },
      console = { "  Reasoning: 30%", "Reasoning Score: 5.0000", "exact_match,strict-match: 0.5000" },
      json = { ["component_scores.reasoning"] = 5.0, ["weights.reasoning"] = 0.3, ["detailed_breakdown.reasoning.accuracy"] = 0.5 },
    },
    { name = "all three", metrics = tasks(0.75, 0.25), near = { score = 11.805990123183303 }, mode = "training_inference_reasoning" },
    { name = "a metric without a filter", metrics = tasks(0.75, 0.25), params = { reasoning_metric = "acc" }, near = { accuracy = 0.1 } },
    {
      name = "no task has the metric",
      metrics = tasks(0.75, 0.25),
      params = { reasoning_metric = "f1,none" },
      near = { reasoning = 0.0 },
      valid = false,
      checks = { "require: reasoning: no task has f1,none" },
    },
    {
      name = "more tasks without it than are named",
      metrics = { reasoning = { tasks = { a = { exact_match = { ["strict-match"] = { value = 0.5 } } }, b = { x = {} }, c = { x = {} }, d = { x = {} }, e = {} } } },
      checks = { "advise: reasoning: left out of the mean, having no exact_match,strict-match: b, c, d, … (4 of 5 tasks)" },
    },
    {
      name = "weights that need an inference there is not",
      metrics = { inference = absent "none", reasoning = tasks(0.75, 0.25).reasoning },
      params = { training_weight = 0.3, inference_weight = 0.4, reasoning_weight = 0.3 },
      valid = false,
      checks = { "require: weights: inference is absent" },
    },

    -- layouts
    {
      name = "one file's score",
      metrics = { ["hlo.modules"] = { first, missing, text_form } },
      files = { 0.009750258, 0.006500172, 0.006500172 },
      options = { detailed = true, print_per_file = true },
      console = { "Per-file NKI analysis:", "2,000", "0.5000     0.0098" },
      training_json = {
        ["nki_analysis.summary.average_score"] = 0.009750258,
        ["nki_analysis.per_file_metrics[1].training_score.score"] = 0.009750258,
        ["nki_analysis.per_file_metrics[1].module_name"] = nkb.null,
        ["nki_analysis.per_file_metrics[2].error"] = "not an HLO file",
        ["nki_analysis.per_file_metrics[3].error"] = "text, not a bare HloModuleProto; it enters no total (--any-form)",
        model_config = nkb.null,
      },
    },
    { name = "the table without scores", options = { verbose = true, detailed = true }, console = "NKI Ratio\n",
      training_json = { ["nki_analysis.per_file_metrics[1].hlo_macs"] = 2000, training_score = 0.007700103751200001 } },
    {
      name = "a whole run, as its files are written",
      fixture = "score_test.json",
      exact = { score = 23.392541385393038 },
      json = { nki_kernel_score = 23.392541385393038, ["rule.name"] = "nki-llama", ["rule.version"] = "1.0.0",
        ["detailed_breakdown.inference.accuracy_source"] = "flag", throughput_source = "log", timestamp = "2026-01-01T00:00:00" },
      training_json = { model_config = "config.json", ["log_metrics.log_file"] = "train.log", ["log_metrics.steps.count"] = 40,
        ["log_metrics.step_times.average"] = 30.512, ["nki_analysis.summary.total_files"] = 2 },
    },
    {
      name = "an unsafe gate or a diagnostic is no part of a plain result",
      holds = function(r)
        assert(#r.gates == 0 and #r.diagnostics == 0 and r.run.unsafe == false)
      end,
    },
  },

  tables = {
    {
      name = "weights",
      inputs = { "training_weight", "inference_weight" },
      expect = { "rejects", "score" },
      rows = {
        { 0.5, 0.5, false, 12.883450166948029 },
        { 0.1, 0.9, false, 23.18405021750549 },
        { 0.7, 0.6, "weights: training 0.7 + inference 0.6 = 1.3; they must sum to 1", false },
        { -0.1, 1.0, "--training-weight is -0.1", false },
        { 0.0, 1.1, "--inference-weight is 1.1", false },
      },
    },
    {
      name = "one weight alone",
      inputs = { "reasoning_weight" },
      expect = { "rejects" },
      rows = { { 0.3, "training 0 + inference 0 + reasoning 0.3 = 0.3; they must sum to 1" }, { 1.0, false } },
    },
    {
      name = "bases that cannot be",
      inputs = { "base_mfu", "reference_latency" },
      expect = { "rejects" },
      rows = { { 0.0, 1.0, "--base-mfu is 0;" }, { 50.0, 0.0, "--reference-latency is 0;" }, { 1.0, -1.0, "--reference-latency is -1;" } },
    },
  },

  properties = {
    {
      name = "better inputs never score less",
      over = {
        ["training.mfu_percent"] = { 0.01, 100.0 },
        ["training.throughput_seq_per_s"] = { 0.001, 1000.0 },
        ["inference.e2e_model.latency_ms_avg"] = { 0.1, 1e6 },
        ["inference.e2e_model.throughput"] = { 0.1, 1e5 },
        ["hlo.static.nki_ratio"] = { 0.0, 1.0 },
      },
      monotone = {
        ["training.mfu_percent"] = "strictly up",
        ["training.throughput_seq_per_s"] = "up",
        ["inference.e2e_model.latency_ms_avg"] = "down",
        ["inference.e2e_model.throughput"] = "up",
        ["hlo.static.nki_ratio"] = "strictly up",
      },
      valid = true,
    },
    {
      name = "no unit of time matters",
      over = { ["inference.e2e_model.latency_ms_avg"] = { 1.0, 1e6 }, reference_latency = { 1.0, 1e6 } },
      scale_free = { "inference.e2e_model.latency_ms_avg", "reference_latency" },
    },
    {
      name = "whatever the weights, the score is one of the two parts or between",
      over = { training_weight = { one_of = { 0.0, 0.25, 0.5, 1.0 } }, inference_weight = { one_of = { 0.0, 0.5, 0.75, 1.0 } },
        ["inference.accuracy"] = { 0.0, 1.0 } },
      holds = function(r)
        local a, b = r.tree.children[1].value, r.tree.children[2].value
        return r.score >= math.min(a, b) - 1e-9 and r.score <= math.max(a, b) + 1e-9
      end,
    },
  },
}
