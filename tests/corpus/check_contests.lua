-- Every row of contest-scores.tsv, which the contests' own code computed from real reports, and the three-part scores of
-- aws-samples' handler: through the program, to the last bit.
local lib = require "lib"
local json = require "json"

local public = lib.corpus .. "/public/"

-- Rows that the source got wrong, with the reason; none is known. (A run whose NKI ratio cannot be its own is
-- scored as it is: the formula is what is checked here.)
local wrong_at_the_source = {}

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function at(value, path)
  for key in path:gmatch "[^.]+" do value = value and value.at and value.at[key] end
  return value
end

-- The nodes of a result's tree by name, below one of them.
local function node(tree, name)
  if tree.at.name == name then return tree end
  for _, child in ipairs(tree.at.children and tree.at.children.list or {}) do
    local found = node(child, name)
    if found then return found end
  end
end

local place = lib.temporary .. "/contest"
assert(os.execute(("rm -rf %s && mkdir %s"):format(place, place)))

local function score(command)
  local code, _, err = lib.run(place, lib.nkibench .. " " .. command .. " --no-settings --quiet --output result.json")
  if code ~= 0 then return nil, ("exit %d: %s"):format(code, err) end
  return json.decode(lib.read(place .. "/result.json"))
end

local function compare(problems, result, wanted)
  for name, text in pairs(wanted) do
    local value
    if name == "score" then value = at(result, "score") else value = at(node(result.at.tree, name) or {}, "value") end
    if text ~= "" and value ~= tonumber(text) then
      problems[#problems + 1] = ("%s is %s, not %s"):format(name, value and ("%.17g"):format(value) or "absent", text)
    end
  end
end

local formulas = { ["1+r"] = "1+r-2026-04", r = "r-2026-03" }

-- Which rule a row is of, with what makes its formula.
local function rule_of(row)
  if row.upstream:find "^nki%-llama@" then return "asplos25" end
  return "mlsys26 --formula " .. formulas[row.formula]
end

local function wanted_of(row)
  return { score = row.score, ["latency ×"] = row.reduced_latency, ["throughput ×"] = row.increased_throughput }
end

local function single_flags(row)
  return (" --nki-ratio %s --base-latency %s --base-throughput %s"):format(row.nki_ratio, row.base_latency_ms, row.base_throughput)
end

-- The row's numbers as a table of one run.
local function by_table(row)
  write(place .. "/runs.csv", ("prompt,accuracy,latency_ms,tokens_per_s,nki_ratio\n0,%s,%s,%s,%s\n"):format(row.accuracy, row.latency_ms,
    row.throughput, row.nki_ratio))
  write(place .. "/baselines.csv", ("0,1,1,%s,%s\n"):format(row.base_latency_ms, row.base_throughput))
  return score(rule_of(row) .. " --matrix runs.csv --prompts baselines.csv")
end

-- The report itself, where the row names one.
local function by_report(row)
  local report = row.source:match "inference/[^%s;]+%.json"
  if not report then return nil end
  return score(("%s --inference-results %s --accuracy 1%s"):format(rule_of(row), lib.quote(public .. report), single_flags(row)))
end

local rows, totals = lib.tsv(lib.goldens .. "/contest-scores.tsv"), 0
local reports = {}
for _, row in ipairs(rows) do
  local problems = {}
  local result, why
  if wrong_at_the_source[row.id] then
    print(("%s: not compared: %s"):format(row.id, wrong_at_the_source[row.id]))
  elseif row.formula == "sum" then
    -- the five reports of the run, against the contest's own table of baselines
    local lines = { "prompt,report,nki_ratio" }
    for i, name in ipairs(reports) do
      assert(os.execute(("cp %s %s/report%d.json"):format(lib.quote(public .. name.report), place, i - 1)))
      lines[#lines + 1] = ("%d,report%d.json,%s"):format(i - 1, i - 1, name.nki_ratio)
    end
    write(place .. "/runs.csv", table.concat(lines, "\n") .. "\n")
    for _, baselines in ipairs { "", " --prompts " .. lib.quote(public .. "scores/nki-moe_prompt_data_trn2.csv") } do
      result, why = score("mlsys26 --matrix runs.csv" .. baselines)
      if result then compare(problems, result, { score = row.score }) else problems[#problems + 1] = why end
    end
    totals = totals + 1
  else
    result, why = by_table(row)
    if result then compare(problems, result, wanted_of(row)) else problems[#problems + 1] = why end
    if row.published_score ~= "" and tonumber(row.published_score) ~= tonumber(row.score) then
      problems[#problems + 1] = "the published score is another"
    end
    result, why = by_report(row)
    if result then compare(problems, result, wanted_of(row)) elseif why then problems[#problems + 1] = why end
    local prompt = row.id:match "^whn09_0(%d)$"
    if prompt then reports[#reports + 1] = { report = row.source:match "inference/[^%s;]+%.json", nki_ratio = row.nki_ratio } end
  end
  lib.check("contest row " .. row.id, problems)
end
assert(totals == 1, "the total of whn09 was not compared")

-- The same team's second run, of which the log prints the total (facts 1.3).
do
  local lines, problems = { "prompt,report,nki_ratio" }, {}
  for i = 0, 4 do
    assert(os.execute(("cp %s %s/second%d.json"):format(lib.quote(("%sinference/whn09_report_%02d.json"):format(public, i + 5)), place, i)))
    lines[#lines + 1] = ("%d,second%d.json,%s"):format(i, i, reports[1].nki_ratio)
  end
  write(place .. "/second.csv", table.concat(lines, "\n") .. "\n")
  local result, why = score("mlsys26 --matrix second.csv")
  if result then compare(problems, result, { score = "11.838903037376014" }) else problems[1] = why end
  lib.check("the second run of whn09", problems)
end

-- aws-samples' handler was called with a training score made with 1 + r, so that is what is asked for here.
local extra = {
  all = " --reasoning-results R",
  ["training+inference"] = "",
  ["training+reasoning"] = " --reasoning-results R --inference-results none.json",
  training = " --inference-results none.json",
}
for _, row in ipairs(lib.tsv(lib.goldens .. "/aws-three-part.tsv")) do
  local problems, run = {}, lib.copy(lib.corpus .. "/own/runs/readme_sample")
  local flags = extra[row.components]:gsub("R%f[%A]", function() return lib.quote(lib.corpus .. "/own/runs/full/reasoning") end)
  local code, _, err = lib.run(run, lib.nkibench .. " nki-llama-aws --config train.yaml --model-config config.json --log-file train.log "
    .. "--compile-dir neuron_cache --throughput 2.1 --no-settings --training-floor 1" .. flags)
  local text = lib.read(run .. "/benchmark_results.json")
  if code ~= 0 or not text then
    problems[1] = ("exit %d: %s"):format(code, err)
  else
    local ours = json.decode(text)
    local wanted = { nki_kernel_score = row.combined, ["component_scores.training"] = row.training,
      ["component_scores.inference"] = row.inference, ["component_scores.reasoning"] = row.reasoning, mode = row.mode }
    for path, value in pairs(wanted) do
      local is = at(ours, path)
      if value ~= "None" and is ~= (tonumber(value) or value) and not (path == "mode" and row.components == "training") then
        problems[#problems + 1] = ("%s is %s, not %s"):format(path, tostring(is), value)
      end
    end
  end
  lib.check("nki-llama-aws: " .. row.components, problems)
end
-- AWS's published runs, 32 trn1.32xlarge at 8192 tokens: MFU by NxDT's count and by Megatron's, to three digits.
local published = {
  { "own/runs/readme_sample/config.json", 47.95, { nxdt = 24.718, megatron = 20.783 } },
  { "public/model_configs/meta-llama--Meta-Llama-3.1-70B.json", 7.94, { nxdt = 32.662, megatron = 30.036 } },
}
for _, run in ipairs(published) do
  local config, throughput, wanted = table.unpack(run)
  local folder, problems = lib.copy(lib.corpus .. "/own/runs/readme_sample"), {}
  for model, percent in pairs(wanted) do
    local code, _, err = lib.run(folder, ("%s mfu --config train.yaml --model-config %s --log-file train.log --throughput %s --seq-len 8192 "
      .. "--num-nodes 32 --flop-model %s --no-settings --output mfu.json"):format(lib.nkibench, lib.quote(lib.corpus .. "/" .. config), throughput, model))
    local mfu = code == 0 and json.decode(lib.read(folder .. "/mfu.json")).at.score
    if not mfu or ("%.3f"):format(mfu) ~= ("%.3f"):format(percent) then
      problems[#problems + 1] = ("by %s it is %s, not %s %s"):format(model, tostring(mfu), percent, err)
    end
  end
  lib.check("mfu of " .. config, problems)
end
lib.finish "contest scores"
