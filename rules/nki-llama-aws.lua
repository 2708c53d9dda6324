-- The NKI-LLAMA score of the later handler (aws-samples/nki-llama at 5c5af13 and 1c142d1): as score.lua, but
--   training  = MFU / base_mfu * throughput / base_throughput * loss_improvement * convergence_rate * (0.1 + r)
--   reasoning = 10 * mean over tasks of exact_match,strict-match
-- Inference keeps (1 + r). Default weights by what there is to score: training, inference and reasoning .3 .4 .3;
-- no reasoning .4 .6; no inference .7 and .3; training alone 1.
-- (Its handler's own main program calls this with arguments in the wrong order and stops; called by name it gives these.)
local parent = require "score"
local weights = require "nki_llama.weights"
local reasoning = require "lib.reasoning"

local params = {}
for name, spec in pairs(parent.params) do params[name] = spec end
params.training_floor = { 0.1, "added to the NKI ratio of the training score", min = 0 }
params.inference_floor = { 1.0, "added to the NKI ratio of the inference score", min = 0 }

return {
  api = 1,
  name = "nki-llama-aws",
  version = "1.0.0",
  about = "The NKI-LLAMA score of aws-samples: training rewarded by 0.1 + NKI ratio, with reasoning.",
  needs = parent.needs,
  params = params,
  accept = parent.accept,
  check = parent.check,

  score = function(m, p, t)
    local ratio = t:metric("hlo." .. p.mac_count .. ".nki_ratio")
    local w = weights.of(m, p)
    local training = t:product("training", {
      t:ratio("mfu_improvement", t:metric "training.mfu_percent", t:param "base_mfu"),
      t:ratio("throughput_improvement", t:metric "training.throughput_seq_per_s", t:param "base_throughput"),
      t:param "loss_improvement",
      t:param "convergence_rate",
      { "nki_bonus", t:param "training_floor" + ratio },
    })
    if not m.inference and not m.reasoning then return training, "training_only" end

    local terms, mode = { { w.training, training } }, "training"
    if m.inference then
      mode = mode .. "_inference"
      terms[#terms + 1] = { w.inference, t:product("inference", {
        t:metric "inference.accuracy",
        t:ratio("latency", t:param "reference_latency", t:metric "inference.e2e_model.latency_ms_avg"),
        t:ratio("throughput", t:metric "inference.e2e_model.throughput", t:param "reference_throughput"),
        { "nki_bonus", t:param "inference_floor" + ratio },
      }) }
    end
    if m.reasoning then
      mode = mode .. "_reasoning"
      local scored = reasoning.tasks(m, p.reasoning_metric)
      if #scored == 0 then scored = { { "no task", 0.0 } } end -- check has made the result invalid
      terms[#terms + 1] = { w.reasoning, t:product("reasoning", { { "scale", 10 }, t:mean("accuracy", scored) }) }
    end
    return t:weighted("score", terms), mode
  end,

  console = parent.console,
  json = parent.json,
  training_json = parent.training_json,
}
