-- --dry-run: the rule, every input and setting with where it comes from, and what would be written.
-- Takes { rule, inputs = { { flag, need, origin, path, there, size_bytes, folder } }, settings, outputs }.
local fmt = nkb.fmt

-- Columns as wide as they need to be; the last, where paths stand, is left as it is.
local function aligned(cells)
  local widths, lines = {}, {}
  for _, row in ipairs(cells) do
    for i = 1, #row - 1 do widths[i] = math.max(widths[i] or 0, fmt.width(row[i])) end
  end
  for n, row in ipairs(cells) do
    local out = {}
    for i = 1, #row - 1 do out[i] = fmt.pad(row[i], widths[i]) end
    out[#row] = row[#row]
    lines[n] = ("  " .. table.concat(out, "  ")):gsub("%s+$", "")
  end
  return lines
end

local function input_row(input)
  if not input.path then return { "--" .. input.flag, input.need, "-", "not given" } end
  local state = input.folder and "folder" or input.size_bytes and fmt.bytes(input.size_bytes)
  if not input.there then state = input.need == "needed" and "MISSING" or "not there" end
  return { "--" .. input.flag, input.need, input.origin, input.path .. (state and " (" .. state .. ")" or "") }
end

return function(argument)
  local lines, rule = {}, argument.rule
  local function add(text) lines[#lines + 1] = fmt.line(text) end
  local function add_all(title, cells)
    add("")
    add(title)
    for _, text in ipairs(aligned(cells)) do add(text) end
  end

  add("rule")
  for _, text in ipairs(aligned {
    { "name", (rule.name or "?") .. (rule.version and " " .. rule.version or "") },
    { "from", rule.path or rule.origin or "?" },
    { "sha256", rule.sha256 or "?" },
  }) do add(text) end

  local inputs, settings, outputs = {}, {}, {}
  for i, input in ipairs(argument.inputs) do inputs[i] = input_row(input) end
  for i, setting in ipairs(argument.settings) do
    settings[i] = { "--" .. setting.name, setting.value or "not set", setting.origin }
  end
  for i, output in ipairs(argument.outputs) do outputs[i] = { output == "-" and "standard output" or output } end
  add_all("inputs", inputs)
  add_all("settings", settings)
  add_all("would write", outputs)
  return table.concat(lines, "\n") .. "\n"
end
