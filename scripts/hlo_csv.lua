-- nkibench hlo --csv: every row of every table in all its digits, what is absent left empty. Takes {tables = {…}}.
local groups = {
  { "static", { "macs", "nki_macs" } },
  { "executed", { "macs", "dot_macs", "conv_macs", "nki_macs", "other_macs", "flops", "transcendentals", "bytes" } },
  { "xla", { "flops", "transcendentals", "bytes", "unknown_calls" } },
}

-- RFC 4180, and no cell that a spreadsheet would take for a formula.
local function quote(text)
  if text:find "^[=+@\t\r-]" then text = "'" .. text end
  if text:find '[",\r\n]' then return '"' .. text:gsub('"', '""') .. '"' end
  return text
end

local function cell(x)
  if x == nil then return "" end
  return type(x) == "string" and quote(x) or nkb.fmt.repr(x)
end

local function add_figures(out, row)
  out[#out + 1] = cell(row.instructions)
  out[#out + 1] = cell(row.calls)
  for _, group in ipairs(groups) do
    for _, name in ipairs(group[2]) do out[#out + 1] = cell(row[group[1]][name]) end
  end
end

local function head()
  local out = { "by", "rank", "key", "detail", "module", "call_macs", "instructions", "calls" }
  for _, group in ipairs(groups) do
    for _, name in ipairs(group[2]) do out[#out + 1] = group[1] .. "_" .. name end
  end
  out[#out + 1] = "share"
  out[#out + 1] = "cumulative"
  return table.concat(out, ",")
end

return function(argument)
  local lines = { head() }
  for _, t in ipairs(argument.tables) do
    local function add(rank, key, row, detail, module, call_macs, cumulative)
      local out = { t.by, rank, cell(key), cell(detail), cell(module), cell(call_macs) }
      add_figures(out, row)
      out[#out + 1] = cell(row.share)
      out[#out + 1] = cell(cumulative)
      lines[#lines + 1] = table.concat(out, ",")
    end
    local is_local = t.by == "computation" or t.by == "instruction"
    local has_detail = t.by == "kernel" or t.by == "instruction" or t.by == "shape"
    for i, row in ipairs(t.rows) do
      add(tostring(i), row.key, row, has_detail and row.detail or nil, is_local and row.module or nil,
        t.by == "kernel" and row.call_macs or nil, row.cumulative)
    end
    if t.others then add("", "(others)", t.others) end
  end
  return table.concat(lines, "\n") .. "\n"
end
