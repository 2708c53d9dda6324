-- How far past two targets generation is, as a geometric mean: neither buys the other.
return {
  api = 1,
  name = "balanced",
  version = "1.0.0",
  about = "Latency and tokens/s against targets.",
  needs = { "hlo", "inference" },
  params = {
    target_latency = { 5000.0, "end-to-end latency to reach", unit = "ms", above = 0 },
    target_tokens = { 200.0, "tokens per second to reach", unit = "tokens/s", above = 0 },
    min_nki = { 0.10, "least share of executed MACs in NKI kernels", min = 0, max = 1 },
  },
  gates = { "hlo.executed.nki_ratio >= min_nki" },
  score = function(_, _, t)
    return t:geomean("score", {
      t:ratio("latency", t:param "target_latency", t:metric "inference.e2e_model.latency_ms_avg"),
      t:ratio("tokens", t:metric "inference.e2e_model.throughput", t:param "target_tokens"),
    })
  end,
}
