-- The MLSys 2026 contest on Trainium (aws-neuron/nki-moe), Qwen3-30B-A3B at batch 1:
--   points of a prompt = accuracy * base_latency / latency * throughput / base_throughput * NKI term
--   score              = the sum over the prompts
-- Its formula changed while it ran; --formula names one, or --date takes the one of that day:
--   1+r-2026-01  from 2026-01-27 (README)            NKI term 1 + r
--   r-2026-03    from 2026-03-05 (code c92219f)      NKI term r alone: no NKI, no points
--   1+r-2026-04  from 2026-04-20 (4c3f075, 669c355)  NKI term 1 + r
-- The README said TTFT until 2026-03-22 (f48a6e2) and end-to-end latency since; scores printed by the code of early
-- March are of end-to-end p99 already, so that is the default, and --latency-of ttft takes the README at its word.
-- CONTEST.md besides: 85 % of the grade is this number and 15 % a jury's; at least 3 major components in NKI.
local prompts = require "lib.prompts"

-- Baselines of the five public prompts, ms and tokens/s (prompt_data_trn2.csv, prompt_data_trn3.csv at f742418).
local builtin = {
  trn2 = { { 12498.0, 51.86 }, { 9432.19, 70.24 }, { 12089.08, 54.40 }, { 12868.67, 50.89 }, { 3041.92, 217.74 } },
  trn3 = { { 17138.28, 37.87 }, { 12427.41, 52.34 }, { 16208.29, 40.25 }, { 17177.15, 37.93 }, { 3871.62, 168.39 } },
}

local function plus_one(ratio) return { "1 + NKI", 1 + ratio } end
local function alone(ratio) return { "NKI", ratio } end
local formulas = { -- newest first
  { name = "1+r-2026-04", from = "2026-04-20", factor = plus_one },
  { name = "r-2026-03", from = "2026-03-05", factor = alone },
  { name = "1+r-2026-01", from = "2026-01-27", factor = plus_one },
}
local END_TO_END = "2026-03-22"

local function of_day(date)
  for _, formula in ipairs(formulas) do
    if nkb.days(date) >= nkb.days(formula.from) then return formula end
  end
end

local function formula_of(p)
  if p.date then return of_day(p.date) end
  for _, formula in ipairs(formulas) do
    if formula.name == p.formula then return formula end
  end
  return formulas[1]
end

local function read(m, p)
  local baselines = prompts.baselines(m, builtin[p.platform], p.platform)
  return prompts.runs(m, p, baselines, p.latency_of == "ttft" and "context_encoding_model" or "e2e_model"), baselines
end

return {
  api = 1,
  name = "mlsys26",
  version = "1.0.0",
  about = "Σ accuracy × latency × throughput × the NKI term",
  needs = { "runs?", "prompts?", "inference?", "hlo?" },

  params = prompts.params {
    formula = { kind = "string", "the formula by name; default: the last", choices = { "1+r-2026-01", "r-2026-03", "1+r-2026-04" } },
    date = { kind = "date", "the formula of this day" },
    platform = { "trn2", "whose baselines, unless --prompts gives them", choices = { "trn2", "trn3" } },
    latency_of = { "e2e", "end-to-end latency, or the first token's", choices = { "e2e", "ttft" } },
    components = { kind = "integer", "major components written in NKI", min = 0 },
    base_latency = { kind = "number", "of a single report: latency of the baseline", unit = "ms", above = 0 },
    base_throughput = { kind = "number", "of a single report: throughput of the baseline", unit = "tokens/s", above = 0 },
  },

  accept = function(p)
    if p.date and not of_day(p.date) then return ("--date is %s; the contest began on %s"):format(p.date, formulas[#formulas].from) end
    if p.date and p.formula and of_day(p.date).name ~= p.formula then
      return ("--formula is %s, and on --date %s it was %s; one of the two is enough"):format(p.formula, p.date, of_day(p.date).name)
    end
    if (p.base_latency == nil) ~= (p.base_throughput == nil) then return "--base-latency and --base-throughput go together" end
    if p.prompt and p.base_latency then return "--prompt takes a baseline of the table; without it --base-latency is taken" end
  end,

  check = function(m, p, c)
    local list, baselines = read(m, p)
    prompts.check(m, p, c, list, baselines,
      p.platform == "trn2" and "it counts as 1 on trn2, as in the contest's code (main.py:951, 1011)" or nil)
    c:note("formula " .. formula_of(p).name)
    if p.date and nkb.days(p.date) < nkb.days(END_TO_END) and p.latency_of == "e2e" then
      c:note "the README of that day says TTFT, the code took end-to-end latency (--latency-of)"
    end
    if p.components then c:require(p.components >= 3, "at least 3 major components in NKI are asked for, not " .. p.components,
      ("%d major components in NKI"):format(p.components))
    else c:note "at least 3 major components in NKI are asked for (--components)" end
  end,

  score = function(m, p, t)
    local single = {
      latency = function() return t:param "base_latency" end,
      throughput = function() return t:param "base_throughput" end,
    }
    local points = {}
    for i, run in ipairs((read(m, p))) do points[i] = prompts.points(m, p, t, run, formula_of(p).factor, single) end
    return t:sum("score", points), m.runs and "prompts" or "single"
  end,
}
