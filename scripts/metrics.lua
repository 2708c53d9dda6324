-- nkibench metrics: one line a value of the tree: path, value, unit, and where it comes from or why it is absent.
-- Takes { rows = { { path, kind, value, unit, source, why }, … } }.
local fmt = nkb.fmt

local function value_text(row)
  local value = row.value
  if row.why then return "absent" end
  if row.kind == "null" then return "null" end
  if row.kind == "a list" then return ("%d values"):format(#value) end
  if row.kind == "a mapping" then return "empty" end
  if type(value) == "number" and math.type(value) == "float" then return fmt.general(value, 6) end
  if type(value) == "string" then return (value:gsub("%c", "?")) end
  return tostring(value)
end

return function(argument)
  local path_width, value_width, lines = 10, 6, {}
  local cells, module_path = {}, nil
  for i, row in ipairs(argument.rows) do
    local value = value_text(row)
    if row.unit then value = value .. " " .. row.unit end
    if row.path:find "modules%[%d+%]%.path$" then module_path = row.value end
    local source = row.source ~= module_path and row.source or "" -- that a module's counts are its file's goes without saying
    cells[i] = { row.path, value, row.why or source }
    path_width = math.max(path_width, math.min(fmt.width(row.path), 52))
    value_width = math.max(value_width, math.min(fmt.width(value), 28))
  end
  for i, cell in ipairs(cells) do
    local line = fmt.pad(cell[1], path_width) .. "  " .. fmt.pad(cell[2], cell[3] == "" and 0 or value_width) .. "  " .. cell[3]
    lines[i] = fmt.line(line):gsub("%s+$", "")
  end
  return table.concat(lines, "\n") .. "\n"
end
