-- By hand: MFU 25 / 50, 200 / 100 seq/s, r 0.25: training 0.5 * 2 * 0.35; inference 2 * 4 * 1.25; reasoning 10 * 0.6.
local function tasks(a, b) return { tasks = { a = { exact_match = { ["strict-match"] = { value = a } } }, b = { exact_match = { ["strict-match"] = { value = b } } } } } end
return {
  metrics = {
    ["training.mfu_percent"] = 25.0, ["training.throughput_seq_per_s"] = 200.0,
    ["hlo.static.nki_ratio"] = 0.25, ["hlo.static.nki_macs"] = 250, ["hlo.static.macs"] = 1000,
  },
  cases = {
    { name = "training alone", near = { score = 0.35, nki_bonus = 0.35 }, mode = "training_only" },
    {
      name = "training and inference",
      metrics = { ["inference.e2e_model.latency_ms_avg"] = 25000.0, ["inference.e2e_model.throughput"] = 40.0, ["inference.accuracy"] = 1.0 },
      near = { score = 0.4 * 0.35 + 0.6 * 10, training = 0.35, inference = 10.0 },
      mode = "training_inference",
    },
    {
      name = "training and reasoning",
      metrics = { reasoning = tasks(0.5, 0.7) },
      near = { score = 0.7 * 0.35 + 0.3 * 6, reasoning = 6.0 },
      mode = "training_reasoning",
    },
    {
      name = "all three",
      metrics = { ["inference.e2e_model.latency_ms_avg"] = 25000.0, ["inference.e2e_model.throughput"] = 40.0, ["inference.accuracy"] = 1.0,
        reasoning = tasks(0.5, 0.7) },
      near = { score = 0.3 * 0.35 + 0.4 * 10 + 0.3 * 6 },
      mode = "training_inference_reasoning",
    },
    {
      name = "no task has the metric",
      metrics = { reasoning = { tasks = { a = { acc = { none = { value = 0.5 } } } } } },
      near = { reasoning = 0.0 },
      mode = "training_reasoning",
      valid = false,
      checks = { "require: reasoning: no task has exact_match,strict-match" },
    },
    { name = "with a floor of 1 it is the earlier formula", params = { training_floor = 1.0 }, near = { score = 1.25 }, mode = "training_only" },
    { name = "weights sum to 1", params = { training_weight = 0.5, inference_weight = 0.6 }, rejects = "must sum to 1" },
  },
}
