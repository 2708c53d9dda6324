-- nkibench rules: the rules that can be found, nearest first; one that hides another of its name is said so.
-- Takes { rules = { { name, origin, path, version, about, shadowed, error }, … } }.
local fmt = nkb.fmt

return function(argument)
  if #argument.rules == 0 then return "no rules\n" end
  local width, origin_width, lines = 4, 6, {}
  for _, rule in ipairs(argument.rules) do
    width = math.max(width, fmt.width(rule.name))
    origin_width = math.max(origin_width, fmt.width(rule.origin))
  end
  for _, rule in ipairs(argument.rules) do
    local about = rule.error or rule.about or ""
    if rule.version then about = rule.version .. "  " .. about end
    if rule.shadowed then about = "(hidden by one above)  " .. about end
    lines[#lines + 1] = ("%s  %s  %s"):format(fmt.pad(rule.name, width), fmt.pad(rule.origin, origin_width), about)
    if rule.origin ~= "builtin" then lines[#lines + 1] = fmt.pad("", width + 2) .. rule.path end
  end
  return table.concat(lines, "\n") .. "\n"
end
