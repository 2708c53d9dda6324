-- nkibench rules: the rules that can be found, nearest first; one that is hidden by another of its name is said so.
-- Takes { rules = { { name, origin, path, version, about, shadowed, error }, … } }.
local fmt = nkb.fmt

return function(argument)
  if #argument.rules == 0 then return "no rules\n" end
  local width, version_width, lines = 0, 0, {}
  for _, rule in ipairs(argument.rules) do
    width = math.max(width, fmt.width(rule.name))
    version_width = math.max(version_width, fmt.width(rule.version or "-"))
  end
  for _, rule in ipairs(argument.rules) do
    lines[#lines + 1] = fmt.line(("%s  %s  %s%s"):format(fmt.pad(rule.name, width), fmt.pad(rule.version or "-", version_width),
      rule.origin == "builtin" and "builtin" or rule.path, rule.shadowed and "  (hidden by one above)" or ""))
    local about = rule.error or rule.about
    if about then lines[#lines + 1] = fmt.line("  " .. about) end
  end
  return table.concat(lines, "\n") .. "\n"
end
