-- The sample output of handler.py's README: its formula, but inference divided by 10 000.
local rule = require "score" -- the default rule; everything but the score stays
local weights = require "nki_llama.weights"

rule.name, rule.version = "readme-sample", "1.0.0"
rule.params.inference_divisor = { 10000.0, "what the inference score is divided by", above = 0 }

rule.score = function(m, p, t)
  local bonus = 1 + t:metric "hlo.static.nki_ratio"
  local training = t:product("training", {
    t:ratio("mfu_improvement", t:metric "training.mfu_percent", t:param "base_mfu"),
    t:ratio("throughput_improvement", t:metric "training.throughput_seq_per_s", t:param "base_throughput"),
    { "nki_bonus", bonus },
  })
  if not m.inference then return training, "training_only" end
  local inference = t:product("inference", {
    t:metric "inference.accuracy",
    t:ratio("latency", t:param "reference_latency", t:metric "inference.e2e_model.latency_ms_avg"),
    t:ratio("throughput", t:metric "inference.e2e_model.throughput", t:param "reference_throughput"),
    { "nki_bonus", bonus },
    { "divided", 1 / p.inference_divisor },
  })
  local w = weights.of(m, p)
  return t:weighted("score", { { w.training, training }, { w.inference, inference } })
end

return rule
