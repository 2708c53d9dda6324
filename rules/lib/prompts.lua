-- What the NKI contests on language models share: a model answers a few prompts, and each gives
--   accuracy * base latency / latency * throughput / base throughput * a factor for the NKI ratio
-- in this order, in doubles. The runs are the rows of --matrix, or the one of --inference-results.
local runs = require "lib.runs"
local prompts = {}

local figures = { "p50", "p90", "p95", "p99", "p100", "avg" }

-- Parameters of every such contest, with the rule's own.
function prompts.params(own)
  local params = {
    latency = { "p99", "which latency of a report counts", choices = figures },
    nki_ratio = { kind = "number", "NKI MACs / all MACs, where neither the table nor an HLO file gives it", min = 0, max = 1 },
    mac_count = { "static", "which MACs of the HLO files make the NKI ratio", choices = { "static", "executed" } },
    prompt = { kind = "integer", "without --matrix: which prompt of the baselines the report is of", min = 0 },
  }
  for name, spec in pairs(own) do params[name] = spec end
  return params
end

-- Baselines, in order: { index, latency, throughput } as nodes made by functions of t. From --prompts, else `builtin`,
-- a list of { ms, tokens/s } for prompt 0, 1, …, called `name`.
function prompts.baselines(m, builtin, name)
  local list = {}
  if m.prompts then
    for i = 1, #m.prompts do
      list[i] = {
        index = m.prompts[i].index,
        latency = function(t) return t:metric(("prompts[%d].base_latency_ms"):format(i)) end,
        throughput = function(t) return t:metric(("prompts[%d].base_throughput"):format(i)) end,
      }
    end
  elseif builtin then
    for i, base in ipairs(builtin) do
      list[i] = {
        index = i - 1,
        latency = function(t) return t:value(name .. " latency", base[1], "ms") end,
        throughput = function(t) return t:value(name .. " throughput", base[2], "tokens/s") end,
      }
    end
  end
  list.by_index = {}
  for _, base in ipairs(list) do list.by_index[base.index] = base end
  return list
end

local function find_baseline(list, index)
  if list.by_index[index] then return list.by_index[index] end
  local known = {}
  for i, base in ipairs(list) do known[i] = tostring(base.index) end
  nkb.refuse(("no baseline of prompt %s; %s"):format(tostring(index), #known > 0 and "there are those of " .. runs.list(known, 30)
    or "a table of baselines is expected (--prompts)"))
end

-- How a run is named in messages and in the derivation, and where its figures are found.
local function of_row(m, p, row, model)
  local index = runs.value(row, "prompt")
  if math.type(index) ~= "integer" then
    nkb.refuse(runs.where(row) .. ": 'prompt' is no whole number; the prompt's index is expected")
  end
  local run = { index = index, name = "prompt " .. index, row = row }
  if runs.value(row, "report") ~= nil then
    local report = ("runs[%d].report."):format(row.index)
    run.latency, run.throughput = report .. model .. ".latency_ms_" .. p.latency, report .. "e2e_model.throughput"
    if m:has(report .. "accuracy") then run.accuracy = row.m.runs[row.index].report.accuracy end
  else
    run.latency_column, run.throughput_column = "latency_ms", "tokens_per_s"
  end
  local said = runs.value(row, "accuracy")
  if type(said) == "number" and said > 0 and said < 1 then run.accuracy = said
  elseif said ~= nil then run.accuracy = runs.passed(row, "accuracy") and 1.0 or 0.0 end
  return run
end

-- The runs, in the order of the baselines; `model` is the part of a report whose latency counts.
function prompts.runs(m, p, baselines, model)
  local list, of_index = {}, {}
  if not m.runs then
    if not m.inference then
      nkb.refuse "nothing to score; give --matrix FILE, a table with a row a prompt, or --inference-results FILE, one report"
    end
    local run = { index = p.prompt, name = p.prompt and "prompt " .. p.prompt or "prompt", latency = ("inference.%s.latency_ms_%s"):format(model,
      p.latency), throughput = "inference.e2e_model.throughput" }
    if m.inference.accuracy_source ~= "assumed" then run.accuracy = m.inference.accuracy end
    if p.prompt then run.base = find_baseline(baselines, p.prompt) end
    return { run }
  end

  local rows = runs.open(m, runs.has(m, "report") and { "prompt", "report" } or { "prompt", "latency_ms", "tokens_per_s" })
  runs.unique(rows, "prompt")
  for _, row in ipairs(rows) do
    local run = of_row(m, p, row, model)
    run.base = find_baseline(baselines, run.index)
    of_index[run.index] = run
  end
  for _, base in ipairs(baselines) do list[#list + 1] = of_index[base.index] end
  return list
end

-- The NKI ratio of a run: its own, else the one given, else that of the graphs.
function prompts.ratio(m, p, t, run)
  if run.row and runs.value(run.row, "nki_ratio") ~= nil then return runs.share(t, run.row, "nki_ratio") end
  if p.nki_ratio ~= nil then return t:param "nki_ratio" end
  if m.hlo then return t:metric("hlo." .. p.mac_count .. ".nki_ratio") end
  nkb.refuse(("no NKI ratio of %s; a column 'nki_ratio' of the table, --nki-ratio X, or the graphs (--hlo, --compile-dir) is expected"):format(run.name))
end

-- The points of a run. `factor` makes a named node of the NKI ratio; `base` are the baselines where the run has none.
function prompts.points(m, p, t, run, factor, base)
  base = run.base or base
  if run.accuracy == 0 then -- nothing more is asked of a run that was wrong, or did not end
    return t:product(run.name, { { "accuracy", 0.0 } })
  end
  local latency = run.latency and t:metric(run.latency) or runs.positive(t, run.row, run.latency_column)
  local throughput = run.throughput and t:metric(run.throughput) or runs.positive(t, run.row, run.throughput_column)
  return t:product(run.name, {
    { "accuracy", run.accuracy or 1.0 },
    t:ratio("latency ×", base.latency(t), latency),
    t:ratio("throughput ×", throughput, base.throughput(t)),
    factor(prompts.ratio(m, p, t, run)),
  })
end

-- What holds of every such contest: each prompt was run, and each answer is known to be right. `assumed` says why a run
-- whose accuracy is not known counts as right; without it the result is not valid.
function prompts.check(m, p, c, list, baselines, assumed)
  local wrong, unknown, missing, there = {}, {}, {}, {}
  for _, run in ipairs(list) do
    if run.index then there[run.index] = true end
    if run.accuracy == nil then unknown[#unknown + 1] = run.name
    elseif run.accuracy == 0 then wrong[#wrong + 1] = run.name end
  end
  if m.runs then
    for _, base in ipairs(baselines) do
      if not there[base.index] then missing[#missing + 1] = "prompt " .. base.index end
    end
    c:require(#missing == 0, "not run, and not in the sum: " .. runs.list(missing), "every prompt was run")
  end
  if m.runs and #m.runs > 1 then c:advise(nkb.audit.equal_timings(m)) end
  if p.nki_ratio and m.hlo then c:advise(nkb.audit.nki_ratio(m, p.nki_ratio)) end
  c:advise(#wrong == 0, "wrong answers, 0 points: " .. runs.list(wrong), "no answer is known to be wrong")
  if #unknown == 0 then return end
  local text = "accuracy is not given: " .. runs.list(unknown) .. "; "
  if assumed then c:note(text .. assumed)
  else c:require(false, text .. "the score takes it as right " .. (m.runs and "(a column 'accuracy')" or "(--accuracy)")) end
end

return prompts
