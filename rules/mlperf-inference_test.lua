local function row(scenario, accuracy, tokens, ttft, tpot, benchmark)
  return { benchmark = benchmark or "llama2-70b", scenario = scenario, tokens_per_s = 12000.0, accuracy = accuracy, tokens_per_sample = tokens, ttft_p99_ms = ttft, tpot_p99_ms = tpot }
end
return {
  cases = {
    { name = "all gates hold, at their limits", metrics = { runs = { row("Server", 44.4312, 294.45 * 0.9, 2000.0, 200.0) } }, exact = { score = 12000.0 }, mode = "server", checks = {} },
    { name = "99 % of the reference", metrics = { runs = { row("Offline", 44.4312 * 0.99, 294.45) } }, exact = { score = 12000.0 }, mode = "offline" },
    { name = "but 99.9 % where that is asked", metrics = { runs = { row("Offline", 44.38, 294.45) } }, params = { accuracy_share = 0.999 }, exact = { score = 12000.0 }, valid = false,
      checks = { "require: accuracy 44.38, at least 44.3868" } },
    { name = "too many tokens", metrics = { runs = { row("Offline", 45.0, 325.0) } }, exact = { score = 12000.0 }, valid = false, checks = { "require: tokens_per_sample 325" } },
    { name = "too slow to answer", metrics = { runs = { row("Interactive", 45.0, 300.0, 451.0, 40.0) } }, exact = { score = 12000.0 }, valid = false,
      checks = { "require: ttft_p99_ms 451, at most 450" } },
    { name = "a latency that nobody measured", metrics = { runs = { row("Server", 45.0, 300.0, nil, 40.0) } }, exact = { score = 12000.0 }, valid = false,
      checks = { "require: ttft_p99_ms is not given; at most 2000" } },
    { name = "an accuracy that nobody measured", metrics = { runs = { row("offline", 45.0, 300.0), row("Server", nil, 300.0, 1.0, 1.0) } }, params = { scenario = "server" },
      exact = { score = 12000.0 }, valid = false, checks = { "require: accuracy is not given; at least 43.9869" } },
    { name = "a benchmark without a reference here", metrics = { runs = { row("Server", 0.8, nil, 1.0, 1.0, "mixtral-8x7b") } }, exact = { score = 12000.0 }, valid = false,
      checks = { "require: accuracy: no limit is known; --reference-accuracy" } },
    { name = "its reference given", metrics = { runs = { row("Server", 0.8, nil, 1.0, 1.0, "mixtral-8x7b") } }, params = { reference_accuracy = 0.8 }, exact = { score = 12000.0 } },
    { name = "two rows", metrics = { runs = { row("Server", 1.0), row("Offline", 1.0) } }, errors = "2 of 2 rows are asked for" },
    { name = "no such scenario", metrics = { runs = { row("Multi", 1.0) } }, errors = "'scenario' is \"multi\"" },
  },
}
