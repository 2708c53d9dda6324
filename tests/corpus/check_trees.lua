-- What upstream sums over each folder of trees.tsv, and over each single file of mac-counts.tsv.
local lib = require "lib"
local json = require "json"

local function at(value, path)
  for key in path:gmatch "[^.]+" do value = value and value.at and value.at[key] end
  return value
end

for _, row in ipairs(lib.tsv(lib.corpus .. "/own/trees.tsv")) do
  local code, out, err = lib.run(lib.corpus .. "/own", ("%s hlo --json --no-settings --quiet %s"):format(lib.nkibench, row.path))
  local problems = {}
  if code ~= 0 then
    problems[1] = ("exit %d: %s"):format(code, err)
  else
    local hlo = json.decode(out)
    local wanted = {
      files = tonumber(row.files), failed = tonumber(row.failed), ["static.macs"] = tonumber(row.macs),
      ["static.nki_macs"] = tonumber(row.nki_macs), ["static.nki_ratio"] = tonumber(row.ratio),
      ["static.mean_ratio"] = tonumber(row.mean_ratio), ["static.min_ratio"] = tonumber(row.min_ratio),
      ["static.max_ratio"] = tonumber(row.max_ratio),
    }
    for path, value in pairs(wanted) do
      if at(hlo, path) ~= value then problems[#problems + 1] = ("%s is %s, not %s"):format(path, tostring(at(hlo, path)), tostring(value)) end
    end
  end
  lib.check("trees/" .. row.path, problems)
end

-- Many files at once, so that a run of the program is not paid 838 times: each folder's modules by path.
local by_path = {}
for _, folder in ipairs { "own/models", "own/ops", "own/neuron", "own/runs", "public/hlo_pb" } do
  local _, out = lib.run(lib.corpus, ("%s hlo --json --no-settings --quiet %s"):format(lib.nkibench, folder))
  local decoded, hlo = pcall(json.decode, out)
  for _, module in ipairs(decoded and hlo.at.modules.list or {}) do by_path["corpus/" .. module.at.path] = module end
end

local named = 0
for _, row in ipairs(lib.tsv(lib.goldens .. "/mac-counts.tsv")) do
  local problems = {}
  local module = by_path[row.file]
  if not module and not row.file:find "/hostile/" then -- not in upstream's glob: by name
    named = named + 1
    local code, out, err = lib.run(lib.corpus .. "/..", ("%s hlo --json --no-settings --quiet %s"):format(lib.nkibench, lib.quote(row.file)))
    if code == 0 then
      module = json.decode(out).at.modules.list[1]
    elseif row.status ~= "error" then
      problems[1] = ("exit %d: %s"):format(code, err)
    end
  end
  if module and row.status == "success" then
    local fits = math.type(tonumber(row.hlo_macs)) == "integer"
    local macs, nki = at(module, "static.macs"), at(module, "static.nki_macs")
    if fits and (macs ~= tonumber(row.hlo_macs) or nki ~= tonumber(row.nki_macs)) then
      problems[#problems + 1] = ("%s/%s, not %s/%s"):format(tostring(macs), tostring(nki), row.hlo_macs, row.nki_macs)
    elseif not fits and at(module, "status") ~= "error" then
      problems[#problems + 1] = "beyond 63 bits and not an error"
    end
  end
  if not row.file:find "/hostile/" then lib.check(row.file, problems) end
end
lib.finish "trees and MAC counts"
