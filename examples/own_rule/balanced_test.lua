-- Run by: nkibench test balanced_test.lua
return {
  metrics = {
    ["inference.e2e_model.latency_ms_avg"] = 5000.0,
    ["inference.e2e_model.throughput"] = 200.0,
    ["hlo.executed.nki_ratio"] = 0.25,
  },
  cases = {
    { name = "on target is 1", near = { score = 1.0, latency = 1.0, tokens = 1.0 } },
    {
      name = "neither buys the other",
      metrics = { ["inference.e2e_model.latency_ms_avg"] = 1250.0, ["inference.e2e_model.throughput"] = 50.0 },
      near = { score = 1.0, latency = 4.0, tokens = 0.25 },
    },
    {
      name = "too little in NKI",
      metrics = { ["hlo.executed.nki_ratio"] = 0.05 },
      near = { score = 1.0 },
      gates = { ["hlo.executed.nki_ratio >= min_nki"] = false },
      valid = false,
    },
  },
}
