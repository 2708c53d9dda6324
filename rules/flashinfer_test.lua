local function row(definition, solution, workload, passed, latency, reference)
  return { definition = definition, solution = solution, workload = workload, passed = passed, latency_ms = latency, ref_latency_ms = reference }
end
local runs = {
  row("moe", "s1", "w1", true, 1.0, 2.0), row("moe", "s1", "w2", true, 1.0, 3.0),
  row("moe", "s2", "w1", true, 1.0, 9.0), row("moe", "s2", "w2", false, nil, 9.0),
  row("gdn", "s1", "w1", true, 1.0, 4.0),
}
return {
  metrics = { runs = runs },
  cases = {
    {
      name = "the best solution of each definition, and the mean of those",
      exact = { score = 3.25, moe = 2.5, gdn = 4.0, ["moe/s2"] = 0.0, ["moe/s1/w2"] = 3.0 },
      checks = { "advise: moe, s2: 1 of 2 workloads failed: it scores 0" },
    },
    { name = "definitions without a solution count", params = { definitions = 4 }, exact = { score = 1.625 } },
    { name = "one solution needs no column", metrics = { runs = { { definition = "a", workload = "w", passed = 1, latency_ms = 2.0, ref_latency_ms = 3.0 } } }, exact = { score = 1.5 } },
    { name = "all failed", metrics = { runs = { row("a", "s", "w", false, 1.0, 1.0) } }, exact = { score = 0.0 } },
    { name = "a workload is run once by a solution", metrics = { runs = { runs[1], runs[1] } }, errors = "workload 'w1' again" },
    { name = "a table lacks a column", metrics = { runs = { { definition = "a" } } }, errors = "no column 'workload'" },
  },
}
