-- The 81 runs of goldens/scores.tsv: where the last columns say `same`, the result block byte for byte and the
-- JSON files key for key; where they say `differs`, the right answer, named in scores_differ.lua.
local lib = require "lib"
local json = require "json"
local right = require "scores_differ"

-- The means of log_metrics take one value a step here; upstream drops equal neighbours first.
local function skip(path)
  return path == "timestamp" or path:match "^log_metrics%..*%.average$" ~= nil or path == "log_metrics.timestamps.file_modification"
    or path:match "%.error$" ~= nil
end

-- Where a run that says `same` holds a misreading of upstream's: global_step=3.1e+4 is step 31000, not 3.
local misread = { ["training/impossible_mfu_32_nodes"] = { ["log_metrics.steps.first"] = 31000, ["log_metrics.steps.last"] = 31000 } }

local function at(value, path)
  for key in path:gmatch "[^.]+" do value = value and value.at and value.at[key] end
  return value
end

-- From the first line of ==== of the results on.
local function block(text)
  local start = text:find("=+\nNKI%-LLAMA BENCHMARK RESULTS\n")
  return start and text:sub(start)
end

-- The order of files differs by design (upstream's: pattern by pattern): compare them by path.
local function sort_files(value)
  local nki = value.at and value.at.nki_analysis
  local files = nki and nki.at.per_file_metrics
  if files and files.list then
    table.sort(files.list, function(a, b) return a.at.file_path < b.at.file_path end)
  end
  return value
end

local function compare_json(problems, ours_path, golden_path, what, right_here)
  local theirs = lib.read(golden_path)
  if not theirs then return end
  local ours = lib.read(ours_path)
  if not ours then
    problems[#problems + 1] = what .. ": not written"
    return
  end
  local decoded, value = pcall(json.decode, ours)
  if not decoded then
    problems[#problems + 1] = what .. ": " .. value
    return
  end
  if ours:sub(-1) == "\n" then problems[#problems + 1] = what .. ": a final newline" end
  for path, wanted in pairs(right_here or {}) do
    if at(value, path) ~= wanted then problems[#problems + 1] = ("%s: %s is %s, not %s"):format(what, path, tostring(at(value, path)), tostring(wanted)) end
  end
  local function leave_out(path) return skip(path) or right_here and right_here[path] ~= nil end
  for _, line in ipairs(json.differences(sort_files(value), sort_files(json.decode(theirs)), leave_out)) do
    problems[#problems + 1] = what .. ": " .. line
  end
end

-- The golden's command as ours: handler.py's flags are ours; the training tool's --output is --training-output.
local function command_of(kind, golden)
  local text = lib.read(golden .. "/command.txt")
  local run = text:match "cd <runs>/(%S+)"
  local arguments = text:match "%.py ?([^\n]*)\n?$" or ""
  if kind == "training" then
    arguments = " " .. arguments
    if arguments:find(" %-%-output ") then
      arguments = arguments:gsub(" %-%-output ", " --training-output ")
    elseif not arguments:find "%-%-help" then
      arguments = arguments .. " --training-output training_metrics.json"
    end
  end
  return run, arguments
end

local function path_of(arguments, flag, default)
  return arguments:match("%-%-" .. flag .. "%s+(%S+)") or default
end

for _, row in ipairs(lib.tsv(lib.goldens .. "/scores.tsv")) do
  local golden = ("%s/%s/%s"):format(lib.goldens, row.kind == "handler" and "handler" or "training_metrics", row.name)
  local run, arguments = command_of(row.kind, golden)
  local place = lib.copy(lib.corpus .. "/own/runs/" .. run)
  os.execute("mkdir -p " .. place .. "/out")
  local code, out, err = lib.run(place, ("%s score.lua %s --no-settings"):format(lib.nkibench, arguments))
  local actual = {
    code = code, out = out, err = err, place = place,
    results = place .. "/" .. path_of(arguments, "output", "benchmark_results.json"),
    training = place .. "/" .. path_of(arguments, "training%-output", "benchmark_finetuning.json"),
  }
  local problems = {}
  if row.nkibench == "same" then
    if (code == 0) ~= (tonumber(row.exit) == 0) then
      problems[1] = ("exit %d, upstream %s: %s"):format(code, row.exit, err:sub(1, 200))
    end
    if row.kind == "handler" then
      local theirs, ours = block(lib.read(golden .. "/stdout.txt")), block(out)
      if theirs and theirs ~= ours then problems[#problems + 1] = "the result block differs" end
      compare_json(problems, actual.results, golden .. "/results.json", "results.json")
      compare_json(problems, actual.training, golden .. "/finetuning.json", "finetuning.json")
    else
      compare_json(problems, actual.training, golden .. "/metrics.json", "metrics.json", misread[row.kind .. "/" .. row.name])
    end
  else
    local check = right[row.kind .. "/" .. row.name]
    if check then check(actual, problems, lib, json) else problems[1] = "no right answer is named" end
  end
  if code >= 128 then problems[#problems + 1] = "ended by a signal: " .. err:sub(-300) end
  lib.check(row.kind .. "/" .. row.name, problems)
end

lib.finish "scores.tsv"
