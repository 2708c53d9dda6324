-- Scores that the contest's own code printed: its README's example and the entry that came second.
local baselines = { { index = 0, base_latency_ms = 10.0, base_throughput = 1.0 }, { index = 4, base_latency_ms = 1565.42, base_throughput = 468.28 } }
local function run(prompt, accuracy, latency, throughput, ratio)
  return { prompt = prompt, accuracy = accuracy, latency_ms = latency, tokens_per_s = throughput, nki_ratio = ratio }
end
local example, second = run(0, true, 1.0, 2.0, 0.85), run(4, true, 1486.0365700721738, 502.30081676067954, 0.9985456010433191)

return {
  cases = {
    {
      name = "the README's example is 37",
      metrics = { prompts = { baselines[1] }, runs = { example } },
      exact = { score = 37.0, ["latency ×"] = 10.0, ["throughput ×"] = 2.0, ["1 + NKI"] = 1.85 },
      mode = "prompts",
    },
    {
      name = "the second place scored 2.258",
      metrics = { prompts = { baselines[2] }, runs = { second } },
      exact = { score = 2.2582588332596973, ["latency ×"] = 1.0534195668710702, ["throughput ×"] = 1.0726505867444256 },
    },
    {
      name = "prompts add up in the order of the baselines",
      metrics = { prompts = baselines, runs = { second, example } },
      near = { score = 39.2582588332597, ["prompt 0"] = 37.0, ["prompt 4/latency ×"] = 1.0534195668710702 },
    },
    {
      name = "a report of its own stands for its row's figures",
      metrics = { prompts = { baselines[1] }, runs = { { prompt = 0, accuracy = 1, nki_ratio = 0.85,
        report = { e2e_model = { latency_ms_p99 = 1.0, throughput = 2.0 } } } } },
      exact = { score = 37.0 },
    },
    {
      name = "one report is scored against the default baseline",
      metrics = { ["inference.e2e_model.latency_ms_p99"] = 526.15, ["inference.e2e_model.throughput"] = 134.61, ["inference.accuracy"] = 1.0 },
      params = { nki_ratio = 0.5 },
      exact = { score = 1.5 },
      mode = "single",
    },
    {
      name = "the graphs give the ratio where nothing else does",
      metrics = { prompts = { baselines[1] }, runs = { { prompt = 0, accuracy = true, latency_ms = 10.0, tokens_per_s = 1.0 } },
        ["hlo.static.nki_ratio"] = 0.25 },
      exact = { score = 1.25 },
    },
    {
      name = "without any NKI ratio there is no score",
      metrics = { prompts = { baselines[1] }, runs = { { prompt = 0, accuracy = true, latency_ms = 10.0, tokens_per_s = 1.0 } } },
      errors = "no NKI ratio of prompt 0",
    },
    {
      name = "a wrong answer gets no points and needs no time",
      metrics = { prompts = baselines, runs = { example, { prompt = 4, accuracy = false } } },
      near = { score = 37.0, ["prompt 4"] = 0.0 },
      checks = { "advise: wrong answers, 0 points: prompt 4" },
    },
    {
      name = "accuracy that nobody gave is not a pass",
      metrics = { prompts = { baselines[1] }, runs = { run(0, nil, 1.0, 2.0, 0.85) } },
      near = { score = 37.0 },
      valid = false,
      checks = { "require: accuracy is not given: prompt 0" },
    },
    {
      name = "a prompt that was not run makes the sum not valid",
      metrics = { prompts = baselines, runs = { example } },
      near = { score = 37.0 },
      valid = false,
      checks = { "require: not run, and not in the sum: prompt 4" },
    },
    {
      name = "copied times are noticed",
      metrics = { prompts = baselines, runs = { example, run(4, true, 1.0, 2.5, 0.85) } },
      near = { ["prompt 4/latency ×"] = 1565.42 },
      checks = { "advise: 2 of 2 timings are 1.0 to the last digit" },
    },
    {
      name = "a ratio that is not the graphs'",
      metrics = { prompts = { baselines[1] }, runs = { { prompt = 0, accuracy = true, latency_ms = 10.0, tokens_per_s = 1.0 } },
        ["hlo.static.nki_ratio"] = 0.25 },
      params = { nki_ratio = 0.5 },
      exact = { score = 1.5 },
      checks = { "advise: NKI ratio 0.5000 is not that of the graphs: static 0.2500" },
    },
    { name = "a prompt without a baseline is refused", metrics = { prompts = { baselines[2] }, runs = { example } }, errors = "no baseline of prompt 0" },
    { name = "a prompt is run once", metrics = { prompts = baselines, runs = { example, example } }, errors = "prompt '0' again" },
    { name = "a table lacks a column", metrics = { prompts = baselines, runs = { { prompt = 0, accuracy = true } } }, errors = "no column 'latency_ms'" },
    { name = "a latency of 0 is refused", metrics = { prompts = baselines, runs = { run(0, true, 0.0, 2.0, 0.5) } }, errors = "a number above 0" },
    { name = "a ratio above 1 is refused", metrics = { prompts = baselines, runs = { run(0, true, 1.0, 2.0, 1.5) } }, errors = "a number from 0 to 1" },
    { name = "a prompt is a whole number", metrics = { prompts = baselines, runs = { run("x", true, 1.0, 2.0, 1) } }, errors = "'prompt' is no whole number" },
    { name = "nothing at all is not a score", metrics = {}, errors = "nothing to score" },
  },
}
