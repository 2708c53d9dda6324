-- Each of the hostile files, named on the command line: its count, or one line that names it, and the right exit
-- code. Upstream's count is in the table; where upstream cannot read what we can (text, wrapped modules), 512.
local lib = require "lib"
local json = require "json"

-- Readable here and not upstream: the count of the module inside.
local readable = {
  ["hloproto_wrapped.hlo_module.pb"] = 1512,
  ["hloproto_wrapped_with_buffers.hlo_module.pb"] = 1512,
  ["hlosnapshot_wrapped.hlo_module.pb"] = 1512,
  ["text_in_pb_name.hlo_module.pb"] = 512,
  ["text_crlf_bom.hlo"] = 512,
  ["text_no_entry.hlo"] = 512,
}

local function fits(text)
  return math.type(tonumber(text)) == "integer"
end

local function field(module, group, name)
  local found = module.at[group]
  return type(found) == "table" and found.at and found.at[name] or nil
end

local function check_counts(problems, out, row, macs)
  local decoded, value = pcall(json.decode, out)
  if not decoded then
    problems[1] = "no JSON: " .. tostring(value)
    return
  end
  local module = value.at.modules.list[1]
  if field(module, "static", "macs") ~= macs then
    problems[#problems + 1] = ("static %s, not %d"):format(tostring(field(module, "static", "macs")), macs)
  end
  if row.upstream_training == "success" and field(module, "static", "nki_macs") ~= tonumber(row.upstream_nki_macs) then
    problems[#problems + 1] = ("static NKI %s, not %s"):format(tostring(field(module, "static", "nki_macs")), row.upstream_nki_macs)
  end
  local dot, nki = (row["executed_dot/nki"] or ""):match "^(%-?%d+)/(%-?%d+)$"
  if dot and fits(dot) and fits(nki) then
    if field(module, "executed", "dot_macs") ~= tonumber(dot) or field(module, "executed", "nki_macs") ~= tonumber(nki) then
      problems[#problems + 1] = ("executed %s/%s, not %s/%s"):format(tostring(field(module, "executed", "dot_macs")),
        tostring(field(module, "executed", "nki_macs")), dot, nki)
    end
  elseif row.upstream_training == "success" and module.at.executed ~= json.null then
    problems[#problems + 1] = "executed MACs where there can be none: " .. row["executed_dot/nki"]
  end
end

local counted, refused = 0, 0
for _, row in ipairs(lib.tsv(lib.corpus .. "/own/hostile/expected.tsv")) do
  local folder = lib.corpus .. "/own/hostile"
  local code, out, err = lib.run(folder, ("%s hlo --json --no-settings --quiet %s"):format(lib.nkibench, lib.quote(row.file)))
  local problems = {}
  local macs = readable[row.file]
  if row.upstream_training == "success" and fits(row.upstream_hlo_macs) then macs = tonumber(row.upstream_hlo_macs) end
  if macs then
    counted = counted + 1
    if code ~= 0 then
      problems[1] = ("exit %d: %s"):format(code, err)
    else
      check_counts(problems, out, row, macs)
    end
  else
    refused = refused + 1
    local _, lines = err:gsub("\n", "")
    if code ~= 1 then problems[#problems + 1] = ("exit %d, not 1"):format(code) end
    if lines ~= 1 then problems[#problems + 1] = lines .. " lines on stderr" end
    if not err:find(row.file .. ": ", 1, true) then problems[#problems + 1] = "stderr does not name the file: " .. err end
    if #out > 0 then problems[#problems + 1] = "something on stdout" end
    if row.upstream_training == "success" and not err:find "63" then problems[#problems + 1] = "no overflow is named: " .. err end
  end
  lib.check("hostile/" .. row.file, problems)
end
print(("hostile: %d counted, %d refused"):format(counted, refused))
lib.finish "hostile inputs"
