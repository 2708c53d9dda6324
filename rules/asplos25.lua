-- The ASPLOS / EuroSys 2025 contest on Trainium (aws-samples/nki-llama, main.py calculate_score at 1e7cc63, 29 May 2025):
--   points of a prompt = accuracy * base_latency / latency * throughput / base_throughput * (1 + NKI MACs / all MACs)
--   score              = the sum over the prompts                                      (evaluate_all; issue #28)
-- Its README calls the latency TTFT; its code takes the end-to-end p99, and so does this rule. The throughput counts
-- padding too, as the reports have it. Baselines moved during the contest: --prompts is the table of the day.
local prompts = require "lib.prompts"

local function read(m, p)
  local baselines = prompts.baselines(m)
  return prompts.runs(m, p, baselines, "e2e_model"), baselines
end

return {
  api = 1,
  name = "asplos25",
  version = "1.0.0",
  about = "Σ accuracy × latency × throughput × (1 + NKI ratio)",
  needs = { "runs?", "prompts?", "inference?", "hlo?" },

  params = prompts.params {
    base_latency = { 526.15, "without --matrix and --prompt: latency of the baseline", unit = "ms", above = 0 },
    base_throughput = { 134.61, "without --matrix and --prompt: throughput of the baseline", unit = "tokens/s", above = 0 },
  },

  check = function(m, p, c)
    local list, baselines = read(m, p)
    prompts.check(m, p, c, list, baselines)
  end,

  score = function(m, p, t)
    local single = {
      latency = function() return t:param "base_latency" end,
      throughput = function() return t:param "base_throughput" end,
    }
    local points = {}
    for i, run in ipairs((read(m, p))) do
      points[i] = prompts.points(m, p, t, run, function(ratio) return { "1 + NKI", 1 + ratio } end, single)
    end
    return t:sum("score", points), m.runs and "prompts" or "single"
  end,
}
