-- Scores that the contest's code printed, by teams' logs: whn09 (1 + r), hwanggeunyi (r alone, March 2026).
local march = { prompt = 0, latency_ms = 15074.446144104004, tokens_per_s = 43.00044447920585, nki_ratio = 0.9967311478564865 }
local early = { prompt = 4, latency_ms = 3447.2976660728455, tokens_per_s = 187.62158696566775, nki_ratio = 0.9967311478564865 }
local r = 0.9966846147845622
local whn09 = {
  { prompt = 0, latency_ms = 14505.56098461151, tokens_per_s = 46.08675960472123, nki_ratio = r },
  { prompt = 1, latency_ms = 10155.507876873016, tokens_per_s = 64.07238723155483, nki_ratio = r },
  { prompt = 2, latency_ms = 13267.931866645813, tokens_per_s = 48.50794010347276, nki_ratio = r },
  { prompt = 3, latency_ms = 14156.471371650696, tokens_per_s = 45.70560775789375, nki_ratio = r },
  { prompt = 4, latency_ms = 3222.0993089675903, tokens_per_s = 203.83083702582707, nki_ratio = r },
}
local baseline_of_two = { { index = 0, base_latency_ms = 12498.0, base_throughput = 51.86 }, { index = 4, base_latency_ms = 3041.92, base_throughput = 217.74 } }
local function only(run, accuracy)
  local copy = { accuracy = accuracy }
  for key, value in pairs(run) do copy[key] = value end
  return { runs = { copy }, prompts = { baseline_of_two[run.prompt == 0 and 1 or 2] } }
end

return {
  cases = {
    {
      name = "the team whn09's five prompts sum to 8.237",
      metrics = { runs = whn09 },
      exact = { score = 8.237454988532845, ["prompt 0"] = 1.5288297450333526, ["prompt 1"] = 1.6916354092128452,
        ["prompt 2"] = 1.622233715891531, ["prompt 3"] = 1.6301409527377075, ["prompt 4"] = 1.7646151656574078 },
      checks = { "note: accuracy is not given: prompt 0, prompt 1, prompt 2 and 2 more; it counts as 1 on trn2", "note: formula 1+r-2026-04",
        "note: at least 3 major components" },
    },
    { name = "in March NKI counted alone", metrics = only(march, true), params = { formula = "r-2026-03" }, exact = { score = 0.6852004165126906 } },
    { name = "and by date", metrics = only(early, true), params = { date = "2026-03-05" }, exact = { score = 0.757864596550805 } },
    { name = "the last day of that formula", metrics = only(early, true), params = { date = "2026-04-19" }, exact = { score = 0.757864596550805 } },
    { name = "the first day of the later one", metrics = only(early, true), params = { date = "2026-04-20" }, exact = { score = 1.5182146650528534 } },
    { name = "the first day of all", metrics = only(march, true), params = { date = "2026-01-27" }, exact = { score = 1.3726479975241237 } },
    { name = "before the contest there is no formula", params = { date = "2026-01-26" }, rejects = "the contest began on 2026-01-27" },
    { name = "date and formula contradict each other", params = { date = "2026-03-05", formula = "1+r-2026-04" }, rejects = "one of the two is enough" },
    { name = "one baseline needs both numbers", params = { base_latency = 1.0 }, rejects = "go together" },
    {
      name = "no kernel, no points in March",
      metrics = { runs = { { prompt = 0, accuracy = true, latency_ms = 1.0, tokens_per_s = 1.0, nki_ratio = 0.0 } }, prompts = { baseline_of_two[1] } },
      params = { formula = "r-2026-03" },
      exact = { score = 0.0 },
    },
    {
      name = "on trn3 accuracy has to be known",
      metrics = { runs = whn09 },
      params = { platform = "trn3" },
      near = { ["prompt 0/latency ×"] = 17138.28 / 14505.56098461151 },
      valid = false,
      checks = { "require: accuracy is not given", "note: formula", "note: at least 3" },
    },
    {
      name = "two components are too few",
      metrics = only(march, true),
      params = { components = 2 },
      near = { score = 1.3726479975241237 },
      valid = false,
      checks = { "require: at least 3 major components in NKI", "note: formula" },
    },
    {
      name = "the first token's latency, on request",
      metrics = { runs = { { prompt = 0, accuracy = true, nki_ratio = 0.0, report = { context_encoding_model = { latency_ms_p99 = 6249.0 },
        e2e_model = { latency_ms_p99 = 1.0, throughput = 51.86 } } } }, prompts = { baseline_of_two[1] } },
      params = { latency_of = "ttft" },
      exact = { score = 2.0 },
    },
  },
}
