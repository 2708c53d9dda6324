-- nkibench test: what NAME makes of metrics somebody wrote down. rules/TESTING.md has the whole form.
return {
  metrics = {
    ["inference.e2e_model.latency_ms_avg"] = 5000.0,
    ["inference.e2e_model.throughput"] = 100.0,
    ["inference.accuracy"] = 1.0,
    ["hlo.static.nki_macs"] = 500,
    ["hlo.static.nki_ratio"] = 0.5,
  },
  cases = {
    {
      name = "twice as fast, half of it in NKI",
      near = { score = 6.0, latency = 2.0, throughput = 2.0, nki_bonus = 1.5 },
      checks = {},
      console = { "NAME 0.1.0: 6.0000", "latency      2.0000" },
      json = { score = 6.0, valid = true, nki_bonus = 1.5 },
    },
    {
      name = "no kernel, and wrong answers",
      metrics = { ["hlo.static.nki_macs"] = 0, ["hlo.static.nki_ratio"] = 0.0, ["inference.accuracy"] = 0.5 },
      near = { score = 4.0 },
      checks = { "advise: no NKI MACs" },
      gates = { ["inference.accuracy >= 0.99"] = false },
      valid = false,
      console = "not valid\n",
    },
    { name = "a baseline of 0 is refused", params = { base_latency = 0.0 }, rejects = "above 0" },
  },
}
