-- NAME: what this contest rewards, who publishes its formula where, and of which day it is.
local layout = require "layout.NAME"

---@type Rule
local rule = {
  api = 1,
  name = "NAME",
  version = "0.1.0",
  about = "Latency and tokens/s against a baseline, rewarded for work done in NKI kernels",
  needs = { "hlo", "inference" },

  params = {
    base_latency = { 10000.0, "end-to-end latency of the baseline", unit = "ms", above = 0 },
    base_throughput = { 50.0, "tokens per second of the baseline", unit = "tokens/s", above = 0 },
  },
  gates = { "inference.accuracy >= 0.99" },

  check = function(m, _, c)
    c:advise(m.hlo.static.nki_macs > 0, "no NKI MACs: is this the baseline's cache?")
  end,

  score = function(_, _, t)
    return t:product("score", {
      t:ratio("latency", t:param "base_latency", t:metric "inference.e2e_model.latency_ms_avg"),
      t:ratio("throughput", t:metric "inference.e2e_model.throughput", t:param "base_throughput"),
      { "nki_bonus", 1 + t:metric "hlo.static.nki_ratio" },
    })
  end,

  console = layout.console,
  json = layout.json,
}

return rule
