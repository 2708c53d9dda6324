-- MLPerf Inference, language models (mlcommons/inference, submission_checker constants.py; v5.1, 2025): the score is the
-- throughput in tokens/s, and a result is valid when
--   accuracy >= 99 % (or 99.9 %) of the reference's, with as many tokens a sample as the reference, 90 to 110 %
--   Server and Interactive: p99 time to the first token and p99 time per output token are within the benchmark's limits
-- --matrix: benchmark, scenario (Offline, Server, Interactive), tokens_per_s, accuracy, tokens_per_sample, ttft_p99_ms,
-- tpot_p99_ms; the last three where they are asked for. Of several rows --benchmark and --scenario choose one.
local runs = require "lib.runs"

-- p99 limits in ms { first token, per output token }.
local limits = {
  ["llama3.1-8b"] = { server = { 2000.0, 100.0 }, interactive = { 500.0, 30.0 } },
  ["llama2-70b"] = { server = { 2000.0, 200.0 }, interactive = { 450.0, 40.0 } },
  ["llama3.1-405b"] = { server = { 6000.0, 175.0 }, interactive = { 4500.0, 80.0 } },
  ["mixtral-8x7b"] = { server = { 2000.0, 200.0 } },
  ["deepseek-r1"] = { server = { 2000.0, 80.0 } },
  ["gpt-oss-120b"] = { server = { 3000.0, 80.0 } },
}
-- What the reference reaches, where it is known here: ROUGE-1 and tokens a sample.
local references = { ["llama2-70b"] = { accuracy = 44.4312, tokens = 294.45 } }

local function chosen(row, column, wanted) return not wanted or runs.label(row, column):lower() == wanted end

local function read(m, p)
  local rows, found = runs.open(m, { "benchmark", "scenario", "tokens_per_s", "accuracy" }), {}
  for _, row in ipairs(rows) do
    if chosen(row, "benchmark", p.benchmark) and chosen(row, "scenario", p.scenario) then found[#found + 1] = row end
  end
  if #found ~= 1 then
    nkb.refuse(("%s: %d of %d rows are asked for; one is scored (--benchmark, --scenario)"):format(runs.file(m), #found, #rows))
  end
  local row = found[1]
  row.scenario = runs.label(row, "scenario"):lower()
  if row.scenario ~= "offline" and row.scenario ~= "server" and row.scenario ~= "interactive" then
    nkb.refuse(("%s: 'scenario' is \"%s\"; Offline, Server or Interactive is expected"):format(runs.where(row), nkb.fmt.line(row.scenario)))
  end
  row.benchmark = runs.label(row, "benchmark"):lower()
  return row
end

-- One gate: the number, and whether it lies between the bounds; a bound or a number that is not there does not hold.
local function gate(c, row, column, low, high, remedy)
  local value = runs.value(row, column)
  if value ~= nil and type(value) ~= "number" then nkb.refuse(("%s: '%s' is no number"):format(runs.where(row), column)) end
  if low == nil and high == nil then return c:require(false, column .. ": no limit is known; " .. remedy) end
  local bounds = low and high and ("%s to %s"):format(nkb.fmt.general(low), nkb.fmt.general(high))
    or low and "at least " .. nkb.fmt.general(low) or "at most " .. nkb.fmt.general(high)
  if value == nil then return c:require(false, ("%s is not given; %s is asked for"):format(column, bounds)) end
  local text = ("%s %s, %s is asked for"):format(column, nkb.fmt.general(value), bounds)
  c:require((not low or value >= low) and (not high or value <= high), text, text)
end

return {
  api = 1,
  name = "mlperf-inference",
  version = "1.0.0",
  about = "Tokens/s, if accurate and quick enough",
  needs = { "runs" },
  params = {
    benchmark = { kind = "string", "which row: its benchmark", choices = { "llama3.1-8b", "llama2-70b", "llama3.1-405b", "mixtral-8x7b",
      "deepseek-r1", "gpt-oss-120b" } },
    scenario = { kind = "string", "which row: its scenario", choices = { "offline", "server", "interactive" } },
    reference_accuracy = { kind = "number", "accuracy of the reference, in the table's unit; default: the benchmark's", above = 0 },
    reference_tokens = { kind = "number", "tokens a sample of the reference; default: the benchmark's", above = 0 },
    accuracy_share = { 0.99, "of the reference's accuracy: 0.99, or 0.999", above = 0, max = 1 },
    tokens_low = { 0.9, "of the reference's tokens a sample, at least", min = 0 },
    tokens_high = { 1.1, "of the reference's tokens a sample, at most", min = 0 },
    max_ttft = { kind = "number", "p99 of the time to the first token, at most; default: the benchmark's", unit = "ms", above = 0 },
    max_tpot = { kind = "number", "p99 of the time per output token, at most; default: the benchmark's", unit = "ms", above = 0 },
  },

  check = function(m, p, c)
    local row = read(m, p)
    local reference = references[row.benchmark] or {}
    local accuracy, tokens = p.reference_accuracy or reference.accuracy, p.reference_tokens or reference.tokens
    gate(c, row, "accuracy", accuracy and accuracy * p.accuracy_share, nil, "--reference-accuracy gives the reference's")
    if tokens or runs.has(m, "tokens_per_sample") then
      gate(c, row, "tokens_per_sample", tokens and tokens * p.tokens_low, tokens and tokens * p.tokens_high, "--reference-tokens gives the reference's")
    end
    if row.scenario == "offline" then return end
    local own = (limits[row.benchmark] or {})[row.scenario] or {}
    gate(c, row, "ttft_p99_ms", nil, p.max_ttft or own[1], "--max-ttft gives it")
    gate(c, row, "tpot_p99_ms", nil, p.max_tpot or own[2], "--max-tpot gives it")
  end,

  score = function(m, p, t)
    local row = read(m, p)
    return t:value("score", runs.positive(t, row, "tokens_per_s")), row.scenario
  end,
}
