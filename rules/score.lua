-- The NKI-LLAMA score: training and inference speed against a baseline, each rewarded for the share of its
-- multiply-accumulates that run in NKI kernels. Copy this file, change what you like, and run your copy:
--     nkibench ./mine.lua
--
--   training  = MFU / base_mfu * throughput / base_throughput * loss_improvement * convergence_rate * (1 + r)
--   inference = accuracy * reference_latency / latency * throughput / reference_throughput * (1 + r)
--   reasoning = 10 * mean over tasks of the reasoning metric                     (only when results are given)
--   score     = the sum of those present, each times its weight; training alone is the training score itself
-- r is the NKI ratio: MACs in NKI kernels / all MACs.
local layout = require "layout.nki_llama" -- beside the rule, then the rule search path, never outside them
local weights = require "nki_llama.weights"

-- A member that may not be there: task names and metrics are what the results say, not names of ours.
local function member(group, name)
  for _, key in ipairs(nkb.keys(group)) do
    if key == name then return group[key] end
  end
end

-- The tasks that have the metric, as { name, value } in the order of the results, and the names of the others.
local function tasks_of(m, p)
  local metric, filter = p.reasoning_metric:match "^([^,]*),?(.*)$"
  local scored, others = {}, {}
  for name, task in pairs(m.reasoning.tasks) do
    local filters = member(task, metric)
    local entry = filters and member(filters, filter == "" and "none" or filter)
    if entry and entry.value then
      scored[#scored + 1] = { name, entry.value }
    else
      others[#others + 1] = name
    end
  end
  return scored, others
end

return {
  api = 1,
  name = "nki-llama",
  version = "1.0.0",
  about = "Training and inference speed against a baseline, rewarded for work done in NKI kernels.",
  needs = { "training", "hlo", "inference?", "reasoning?" },

  params = {
    base_mfu = { 50.0, "MFU of the baseline", unit = "%", above = 0 },
    base_throughput = { 100.0, "training throughput of the baseline", unit = "seq/s", above = 0 },
    loss_improvement = { 1.0, "loss of the baseline / loss achieved at the same step", above = 0 },
    convergence_rate = { 1.0, "steps of the baseline / steps taken to the target loss", above = 0 },
    reference_latency = { 50000.0, "end-to-end latency of the reference", unit = "ms", above = 0 },
    reference_throughput = { 10.0, "inference throughput of the reference", unit = "tokens/s", above = 0 },
    training_weight = { kind = "number", "weight of the training score; 0.4, with reasoning 0.3", min = 0, max = 1 },
    inference_weight = { kind = "number", "weight of the inference score; 0.6, with reasoning 0.4", min = 0, max = 1 },
    reasoning_weight = { kind = "number", "weight of the reasoning score; 0.3 with reasoning results", min = 0, max = 1 },
    reasoning_metric = { "exact_match,strict-match", "the metric and filter reasoning is scored by" },
    mac_count = { "static", "which MACs make the NKI ratio", choices = { "static", "executed" } },
  },

  accept = weights.complaint,

  check = function(m, p, c)
    local macs = m.hlo[p.mac_count]
    c:advise(not macs or macs.nki_macs ~= 0, "no NKI MACs: is this the baseline's cache?")
    if m.reasoning then
      local scored, others = tasks_of(m, p)
      c:require(#scored > 0, "reasoning: no task has " .. p.reasoning_metric .. " (--reasoning-metric names another)")
      if #scored > 0 and #others > 0 then
        c:advise(false, ("reasoning: left out of the mean, having no %s: %s%s (%d of %d tasks)"):format(p.reasoning_metric,
          table.concat(others, ", ", 1, math.min(#others, 3)), #others > 3 and ", …" or "", #others, #others + #scored))
      end
    end
    local w = weights.of(m, p)
    if m.reasoning and not m.inference then
      c:require(nkb.near(w.training + w.reasoning, 1), "weights: inference is absent, and training and reasoning do not sum to 1")
    end
  end,

  score = function(m, p, t)
    local bonus = 1 + t:metric("hlo." .. p.mac_count .. ".nki_ratio")
    local training = t:product("training", {
      t:ratio("mfu_improvement", t:metric "training.mfu_percent", t:param "base_mfu"),
      t:ratio("throughput_improvement", t:metric "training.throughput_seq_per_s", t:param "base_throughput"),
      t:param "loss_improvement",
      t:param "convergence_rate",
      { "nki_bonus", bonus },
    })
    if not m.inference and not m.reasoning then return training, nil, "training_only" end

    local w = weights.of(m, p)
    local terms, mode = { { w.training, training } }, m.reasoning and "training" or "combined"
    if m.inference then
      terms[#terms + 1] = { w.inference, t:product("inference", {
        t:metric "inference.accuracy",
        t:ratio("latency", t:param "reference_latency", t:metric "inference.e2e_model.latency_ms_avg"),
        t:ratio("throughput", t:metric "inference.e2e_model.throughput", t:param "reference_throughput"),
        { "nki_bonus", bonus },
      }) }
      if m.reasoning then mode = mode .. "_inference" end
    end
    if m.reasoning then
      local scored = tasks_of(m, p)
      if #scored == 0 then scored = { { "no task", 0.0 } } end -- check has made the result invalid
      terms[#terms + 1] = { w.reasoning, t:product("reasoning", { { "scale", 10 }, t:mean("accuracy", scored) }) }
      mode = mode .. "_reasoning"
    end
    return t:weighted("score", terms), nil, mode
  end,

  -- One HLO file's training score: the same formula with that file's own NKI ratio.
  score_file = function(m, p, module)
    local macs = module[p.mac_count]
    local mfu_improvement = m.training.mfu_percent / p.base_mfu
    local throughput_improvement = m.training.throughput_seq_per_s / p.base_throughput
    return mfu_improvement * throughput_improvement * p.loss_improvement * p.convergence_rate
      * (1 + (macs and macs.nki_ratio or 0.0))
  end,

  gates = {},
  console = layout.console,
  json = layout.json,
  training_json = layout.training_json,
}
