-- --dry-run: the rule, every input and setting with where it comes from, and what would be written.
-- Takes { rule, inputs = { { flag, need, origin, path, there, size_bytes, folder } }, settings, outputs }.
local fmt = nkb.fmt

local function state_of(input)
  if not input.path then return "not given", "" end
  if not input.there then return input.path, input.need == "needed" and "MISSING" or "not there" end
  if input.folder then return input.path, "folder" end
  return input.path, input.size_bytes and fmt.bytes(input.size_bytes) or ""
end

return function(argument)
  local lines = {}
  local function add(...) lines[#lines + 1] = string.format(...):gsub("%s+$", "") end
  local rule = argument.rule
  add("rule      %s %s (%s: %s)", rule.name or "?", rule.version or "", rule.origin or "?", rule.path or "?")
  add("          sha256 %s", rule.sha256 or "?")
  add("")
  add("inputs")
  for _, input in ipairs(argument.inputs) do
    local path, state = state_of(input)
    add("  --%s %s  %s  %s", fmt.pad(input.flag, 18), fmt.pad(input.need, 8), path, state)
    add("  %s %s  from %s", fmt.pad("", 20), fmt.pad("", 8), input.origin)
  end
  add("")
  add("settings")
  for _, setting in ipairs(argument.settings) do
    add("  --%s %s  %s", fmt.pad(setting.name, 22), fmt.pad(setting.value or "not set", 24), setting.origin)
  end
  add("")
  add("would write")
  for _, output in ipairs(argument.outputs) do add("  %s", output == "-" and "standard output" or output) end
  return table.concat(lines, "\n") .. "\n"
end
