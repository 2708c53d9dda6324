-- Tables of nkibench hlo as text, for its page and for --by. A table is what src/analyze/hlo_table.h makes.
local figures = require "figures"
local fmt = nkb.fmt

local WIDTH, LEAST_KEY = 80, 24

local M = {}

-- 12350000 -> "12.35 M": four digits and room for the prefix, so that points stand below each other.
function M.si(x)
  if x == nil then return "-  " end
  local text = figures.si(x)
  if text then return text end
  local digits, prefix = fmt.si(x):match "^(%S+) (%S+)$"
  return digits and fmt.sig(tonumber(digits), 4) .. " " .. prefix or fmt.si(x) .. "  "
end

-- What every sum of what runs must say of itself; of a comparison, which side it is.
function M.unknown_loops(count, side)
  return ("  ! %s%s of unknown trip count %s counted once"):format(side and side .. ": " or "",
    count == 1 and "1 loop" or fmt.count(count) .. " loops", count == 1 and "is" or "are")
end

local binary = { "Ki", "Mi", "Gi", "Ti", "Pi", "Ei" }
-- 1536 -> "1.500 Ki"
function M.bytes(x)
  if x == nil then return "-   " end
  local value, prefix = x * 1.0, "  "
  for i = 1, #binary do
    if math.abs(value) < 1024 then break end
    value, prefix = value / 1024, binary[i]
  end
  return (prefix == "  " and fmt.count(x) or fmt.sig(value, 4)) .. " " .. prefix
end

function M.share(x)
  if x == nil then return "-  " end
  if x > 0 and x < 0.0005 then return "<0.1 %" end
  return fmt.fixed(x * 100.0, 1) .. " %"
end

function M.part(part, whole)
  if part == nil or whole == nil or whole == 0 then return "-  " end
  return M.share(part * 1.0 / whole)
end

-- A long name cut where it says least: an instruction's computation at its end, a path at its start, a scope, whose
-- first part is the pass, in between.
local HEAD = { scope = 14, source = 0, module = 0 }

function M.shorten(text, most, by)
  local length = utf8.len(text)
  if not length or length <= most then return text end
  local head = math.min(HEAD[by] or most - 1, most - 1)
  local tail = most - 1 - head
  return text:sub(1, utf8.offset(text, head + 1) - 1) .. "…" .. text:sub(utf8.offset(text, length - tail + 1))
end

function M.count(x)
  if x == nil then return "-" end
  if math.abs(x) < 1000000 then return fmt.count(x) end
  return (M.si(x):gsub("%s+$", ""))
end

local none = { scope = "(no scope)", kernel = "(not in a kernel)", source = "(no source)" }

-- What a row is called.
function M.name(by, row)
  local name = row.key
  if name == nil then return none[by] or "(no name)" end
  if by == "kernel" and row.detail and row.detail ~= name then
    local each = row.call_macs and fmt.si(row.call_macs, "MAC") .. " a call" or "MACs not known"
    return ("%s (%s)"):format(name, each)
  end
  if by == "shape" and row.detail then
    -- "dot bf16[8,4], [4,2] → [8,2]": the type is said once where it is one.
    local what, result = name:match "^(.*) (%S+)$"
    local dtype = row.detail:match "^(%w+)%["
    local function plain(shape)
      return dtype and shape:sub(1, #dtype + 1) == dtype .. "[" and shape:sub(#dtype + 1) or shape
    end
    local operands = row.detail:gsub(", (%S+)", function(shape) return ", " .. plain(shape) end)
    return ("%s %s → %s"):format(what, operands, plain(result))
  end
  if by == "instruction" then
    -- "dot.157" says that it is a dot.
    local opcode, rest = (row.detail or ""):match "^(%S+) (.*)$"
    local told = opcode and name:sub(1, #opcode) == opcode
    return name .. "  " .. (told and rest or row.detail or "")
  end
  if by == "module" then return (name:gsub("/model%.hlo_module%.pb$", "")) end
  return name
end

local titles = {
  executed_macs = "MACs", executed_nki_macs = "NKI MACs", executed_flops = "FLOP", executed_bytes = "bytes",
  executed_transcendentals = "transc.", calls = "calls", instructions = "instr.", static_macs = "MACs",
  static_nki_macs = "NKI MACs", xla_flops = "FLOP", xla_transcendentals = "transc.", xla_bytes = "bytes",
  xla_unknown_calls = "unknown",
}

-- Columns of a count: name, title, how it is shown.
local function macs_column(group)
  return { group .. "_macs", "MACs  ", function(row) return M.si(row[group].macs) end, 8 }
end
local function nki_column(group)
  return { "nki", "in NKI  ", function(row) return M.part(row[group].nki_macs, row[group].macs) end, 7 }
end
local calls_column = { "calls", "×", function(row) return M.count(row.calls) end, 6 }
local text_column = { "instructions", "instr.", function(row) return M.count(row.instructions) end, 6 }
local function flops_column(group)
  return { group .. "_flops", "FLOP  ", function(row) return M.si(row[group].flops) end, 8 }
end
local function bytes_column(group)
  return { group .. "_bytes", "bytes   ", function(row) return M.bytes(row[group].bytes) end, 9 }
end

local columns = {
  executed = { macs_column "executed", nki_column "executed", calls_column },
  static = { macs_column "static", nki_column "static", text_column },
  xla = { flops_column "xla", bytes_column "xla", text_column },
}

local extra = {
  executed_nki_macs = { "executed_nki_macs", "NKI MACs  ", function(row) return M.si(row.executed.nki_macs) end, 10 },
  executed_flops = flops_column "executed",
  executed_bytes = bytes_column "executed",
  executed_transcendentals = { "executed_transcendentals", "transc.  ",
    function(row) return M.si(row.executed.transcendentals) end, 9 },
  instructions = text_column,
  static_nki_macs = { "static_nki_macs", "NKI MACs  ", function(row) return M.si(row.static.nki_macs) end, 10 },
  xla_transcendentals = { "xla_transcendentals", "transc.  ", function(row) return M.si(row.xla.transcendentals) end, 9 },
  xla_unknown_calls = { "xla_unknown_calls", "unknown", function(row) return M.count(row.xla.unknown_calls) end, 7 },
}

-- The figure the shares are of, its shares, then what else the count has.
local function columns_of(t)
  local list, first = {}, extra[t.share_of]
  for _, column in ipairs(columns[t.count]) do
    if column[1] == t.share_of then first = column end
  end
  list[1] = first
  list[2] = { "share", "share  ", function(row) return M.share(row.share) end, 7 }
  list[3] = { "cumulative", "sum  ", function(row) return M.share(row.cumulative) end, 7 }
  local nki = t.count ~= "xla" and t.total[t.count].nki_macs
  for _, column in ipairs(columns[t.count]) do
    if column ~= first and (column[1] ~= "nki" or nki ~= 0) then list[#list + 1] = column end
  end
  return list
end

local words = {
  executed = "executed: what runs, each call and each turn of a loop",
  static = "static: what handler.py counts, each computation once",
  xla = "XLA's cost: loop bodies once",
}

-- What paths have in common in front of a '/', the slash included; "" where little would be saved.
local LEAST_COMMON = 6
local function common_of(names)
  local common = names[1] and names[1]:match "^.*/" or ""
  for i = 2, #names do
    while common ~= "" and names[i]:sub(1, #common) ~= common do common = common:sub(1, -2):match "^.*/" or "" end
  end
  return #common >= LEAST_COMMON and #names > 1 and common or ""
end

local function has_paths(by) return by == "scope" or by == "source" or by == "module" end

-- The rows' names, and what was cut from the front of all of them.
local function names_of(t)
  local names, paths = {}, {}
  for k, row in ipairs(t.rows) do
    names[k] = M.name(t.by, row)
    if row.key ~= nil then paths[#paths + 1] = row.key end
  end
  local common = has_paths(t.by) and common_of(paths) or ""
  for k, row in ipairs(t.rows) do
    if common ~= "" and row.key ~= nil then names[k] = names[k]:sub(#common + 1) end
    names[k] = fmt.line(names[k])
  end
  return names, fmt.line(common)
end

-- All of them to `most` characters; shapes to some more where they would look the same and are not.
local MORE = 80

local function shorten_all(names, most, by)
  for width = most, most + MORE, 4 do
    local short, taken, clear = {}, {}, true
    for k, name in ipairs(names) do
      local text = M.shorten(name, width, by)
      clear = clear and (taken[text] or name) == name
      short[k], taken[text] = text, name
    end
    if clear or by ~= "shape" or width == most + MORE then return short end
  end
end

-- A table's rows and what they leave out, below a head.
function M.lines(t, title, with_total)
  local list, used, out, cells = columns_of(t), 2, {}, {}
  local names, common = names_of(t)
  local left = t.groups - #t.rows
  if t.others then names[#names + 1] = left == 1 and "(1 other)" or ("(%s others)"):format(fmt.count(left)) end
  if with_total and #names > 1 then names[#names + 1] = "total" end
  for i, column in ipairs(list) do
    cells[i] = {}
    for k, row in ipairs(t.rows) do cells[i][k] = column[3](row) end
    if t.others then cells[i][#t.rows + 1] = column[1] == "cumulative" and "" or column[3](t.others) end
    if names[#names] == "total" and with_total then
      cells[i][#names] = (column[1] == "share" or column[1] == "cumulative") and "" or column[3](t.total)
    end
    column.width = math.max(column[4], fmt.width(column[2]))
    for _, text in ipairs(cells[i]) do column.width = math.max(column.width, fmt.width(text)) end
    used = used + 2 + column.width
  end
  local most, key = math.max(LEAST_KEY, WIDTH - used), fmt.width(title)
  if common ~= "" then title = ("%s below %s"):format(title, M.shorten(common, most - fmt.width(title) - 7, t.by)) end
  key = math.max(key, fmt.width(title))
  names = shorten_all(names, most, t.by)
  for _, name in ipairs(names) do key = math.max(key, fmt.width(name)) end
  local function line(name, cell)
    local parts = { "  " .. fmt.pad(name, key) }
    for i, column in ipairs(list) do parts[#parts + 1] = fmt.pad(cell(i, column), column.width, "right") end
    out[#out + 1] = table.concat(parts, "  "):gsub("%s+$", "")
  end
  line(title, function(_, column) return column[2] end)
  for k, name in ipairs(names) do
    line(name, function(i) return cells[i][k] end)
  end
  return out
end

local function note(group, key)
  local _, _, why = nkb.note(group, key)
  return why
end

-- Why the count itself cannot be shown.
local function why_absent(t)
  local group = t.total[t.count]
  local key = t.count == "xla" and "flops" or "macs"
  if group[key] == nil then return note(group, key) end
end

function M.page(t)
  local out = {}
  local depth = t.by == "scope" and (" (--depth %d)"):format(t.depth) or ""
  local modules = t.modules == 1 and "" or (" in %s modules"):format(fmt.count(t.modules))
  out[1] = ("by %s%s%s · %s"):format(t.by, depth, modules, words[t.count])
  if t.modules == 0 then
    out[2] = "  nothing is counted"
    return out
  end
  local why = why_absent(t)
  if why then out[2] = ("  absent: %s"):format(why) end
  if t.total[t.count].macs == 0 and t.share_of ~= "executed_macs" and t.count == "executed" then
    out[#out + 1] = ("  no MACs: the shares are of %s"):format(titles[t.share_of])
  end
  for _, line in ipairs(M.lines(t, t.by, true)) do out[#out + 1] = line end
  local unknown = t.count == "xla" and t.total.xla.unknown_calls or 0
  if unknown > 0 then
    out[#out + 1] = ("  %s of unknown cost add nothing here"):format(
      unknown == 1 and "1 custom call" or fmt.count(unknown) .. " custom calls")
  end
  return out
end

-- A view of nkibench hlo: what measure makes of its argument, as it is or, where text is wanted, as a page of so many
-- rows a table.
function M.view(measure, page, default_top)
  return function(argument)
    local r = measure(argument)
    if not argument.text then return r end
    return page(r, math.tointeger(tonumber(argument.asked.top or default_top)), argument)
  end
end

return M
