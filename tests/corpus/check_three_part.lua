-- The three-part score of the later handler (aws-three-part.tsv) from the handler README's inputs with reasoning
-- results, by what is present.
local lib = require "lib"
local json = require "json"

local function at(value, path)
  for key in path:gmatch "[^.]+" do value = value and value.at and value.at[key] end
  return value
end

local extra = {
  all = "--reasoning-results R",
  ["training+inference"] = "",
  ["training+reasoning"] = "--reasoning-results R --inference-results none.json",
  training = "--inference-results none.json",
}

for _, row in ipairs(lib.tsv(lib.goldens .. "/aws-three-part.tsv")) do
  local place = lib.copy(lib.corpus .. "/own/runs/readme_sample")
  local flags = extra[row.components]:gsub("R$", lib.corpus .. "/own/runs/full/reasoning"):gsub("R ", lib.corpus .. "/own/runs/full/reasoning ")
  local code, _, err = lib.run(place, lib.nkibench .. " score.lua --config train.yaml --model-config config.json --log-file train.log "
    .. "--compile-dir neuron_cache --throughput 2.1 --no-settings " .. flags)
  local problems = {}
  local text = lib.read(place .. "/benchmark_results.json")
  if code ~= 0 or not text then
    problems[1] = ("exit %d: %s"):format(code, err)
  else
    local ours = json.decode(text)
    local weights = json.decode(row.weights)
    local wanted = {
      nki_kernel_score = tonumber(row.combined), ["component_scores.training"] = tonumber(row.training),
      ["component_scores.inference"] = tonumber(row.inference), ["component_scores.reasoning"] = tonumber(row.reasoning),
    }
    if tonumber(row.reasoning) then
      for _, name in ipairs(weights.keys) do
        if row[name] ~= "None" then wanted["weights." .. name] = weights.at[name] end
      end
    end
    for path, value in pairs(wanted) do
      if at(ours, path) ~= value then problems[#problems + 1] = ("%s is %s, not %s"):format(path, tostring(at(ours, path)), tostring(value)) end
    end
  end
  lib.check("three parts: " .. row.components, problems)
end
lib.finish "three-part scores"
