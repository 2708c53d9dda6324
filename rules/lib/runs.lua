-- Tables of runs, m.runs, for rules that judge many runs at once: which columns there must be, cells as what they
-- should be, groups. What a table lacks ends the run as the input's fault, with file and line.
local runs = {}

-- The table's file, or the flag that would give it.
function runs.file(m)
  for _, file in ipairs(m.files or {}) do
    if file.role == "matrix" then return file.path end
  end
  return "--matrix"
end

local function columns_of(m)
  local columns, names = {}, nkb.keys(m.runs[1])
  for _, name in ipairs(names) do columns[name] = true end
  return columns, names
end

-- Does the table have the column?
function runs.has(m, name) return columns_of(m)[name] or false end

-- Times may stand in any unit: what is asked for as latency_us is also found as latency_ms.
local nanoseconds = { ns = 1.0, us = 1e3, ms = 1e6, s = 1e9, min = 6e10, h = 3.6e12 }
local units = { "ns", "us", "ms", "s", "min", "h" }

-- The column in the unit asked for, else in another; and that unit.
local function time_column(columns, name)
  local stem, unit = name:match "^(.*)_(%l+)$"
  if columns[name] or not nanoseconds[unit] then return columns[name] and name, unit end
  for _, other in ipairs(units) do
    if columns[stem .. "_" .. other] then return stem .. "_" .. other, other end
  end
end

-- The rows of the table, { index = 1, … } to be handed to the functions below, once it has all these columns.
function runs.open(m, needed)
  if not m.runs then nkb.refuse(("no table of runs; give --matrix FILE with the columns %s"):format(table.concat(needed, ", "))) end
  local columns, names = columns_of(m)
  for _, name in ipairs(needed) do
    if not time_column(columns, name) then
      nkb.refuse(("%s: no column '%s' among %s; %s expected"):format(runs.file(m), name, table.concat(names, ", "),
        #needed == 1 and name .. " is" or table.concat(needed, ", ") .. " are"))
    end
  end
  local rows = {}
  for i = 1, #m.runs do rows[i] = { index = i, m = m, columns = columns } end
  return rows
end

-- "runs.csv:3", to begin a message with.
function runs.where(row)
  for _, name in ipairs(nkb.keys(row.m.runs[row.index])) do
    local source = row.m:source("runs", row.index, name)
    local path, line = (source or ""):match "^(.*): line (%d+), [^,]*$"
    local element = (source or ""):match "^(.*%[%d+%])%.[^.]*$"
    if path or element then return path and path .. ":" .. line or element end
  end
  return "row " .. row.index
end

local function complain(row, name, expected)
  local value = row.m.runs[row.index][name]
  nkb.refuse(("%s: '%s' is %s; %s is expected"):format(runs.where(row), name,
    type(value) == "string" and '"' .. nkb.fmt.line(value:sub(1, 40)) .. '"' or type(value) == "number" and nkb.fmt.repr(value)
    or type(value) == "boolean" and tostring(value) or "a " .. nkb.kind(value), expected))
end

-- The cell; nil where it is empty or the table has no such column.
function runs.value(row, name)
  if row.m:has("runs", row.index, name) then return row.m.runs[row.index][name] end
end

-- The cell as a plain number, for a check: it must be there.
function runs.number(row, name)
  local value = runs.value(row, name)
  if value == nil then nkb.refuse(("%s: no '%s'; a number is expected"):format(runs.where(row), name)) end
  if type(value) ~= "number" then complain(row, name, "a number") end
  return value
end

-- The cell as a leaf of the derivation. An empty one, or one that is no number, ends the run.
function runs.node(t, row, name)
  local value = runs.value(row, name)
  if value ~= nil and type(value) ~= "number" then complain(row, name, "a number") end
  return t:metric(("runs[%d].%s"):format(row.index, name))
end

-- The same of a quantity that is above 0: a time, a throughput.
function runs.positive(t, row, name)
  local node = runs.node(t, row, name)
  if not (node.value > 0) then complain(row, name, "a number above 0") end
  return node
end

-- A time, in the unit that its name asks for.
function runs.time(t, row, name)
  local column, unit = time_column(row.columns, name)
  local node, wanted = runs.positive(t, row, column or name), name:match "_(%l+)$"
  if not column or unit == wanted then return node end
  local from, to = nanoseconds[unit], nanoseconds[wanted]
  return t:value(name, from > to and node * (from / to) or node / (to / from))
end

-- The quotient of two times; in one unit they are divided as they stand.
function runs.speedup(t, name, row, over, under)
  local a, unit_a = time_column(row.columns, over)
  local b, unit_b = time_column(row.columns, under)
  if a and b and unit_a == unit_b then return t:ratio(name, runs.positive(t, row, a), runs.positive(t, row, b)) end
  return t:ratio(name, runs.time(t, row, over), runs.time(t, row, under))
end

-- The same of a share from 0 to 1.
function runs.share(t, row, name)
  local node = runs.node(t, row, name)
  if not (node.value >= 0 and node.value <= 1) then complain(row, name, "a number from 0 to 1") end
  return node
end

-- A name or label as text: 224 is "224". nil where it is empty.
function runs.text(row, name)
  local value = runs.value(row, name)
  if value == nil or type(value) == "string" then return value end
  if type(value) == "number" then return nkb.fmt.repr(value) end
  if type(value) ~= "boolean" then complain(row, name, "a text") end
  return tostring(value)
end

-- The same, but it must be there.
function runs.label(row, name)
  local text = runs.text(row, name)
  if not text then nkb.refuse(("%s: '%s' is empty; a name is expected"):format(runs.where(row), name)) end
  return text
end

local verdicts = { pass = true, passed = true, ok = true, yes = true, valid = true, correct = true,
  fail = false, failed = false, no = false, invalid = false, incorrect = false, error = false, timeout = false, crash = false }

-- Did it pass? true, false, or nil where the table does not say.
function runs.passed(row, name)
  local value = runs.value(row, name)
  if value == nil or type(value) == "boolean" then return value end
  if value == 1 then return true elseif value == 0 then return false end
  local verdict
  if type(value) == "string" then verdict = verdicts[value:lower()] end
  if verdict == nil then complain(row, name, "true or false, 1 or 0, pass or fail") end
  return verdict
end

-- The same, but it must be said.
function runs.verdict(row, name)
  local verdict = runs.passed(row, name)
  if verdict == nil then
    nkb.refuse(("%s: '%s' is empty; true or false, 1 or 0, pass or fail is expected"):format(runs.where(row), name))
  end
  return verdict
end

-- The rows by what stands in a column, in order of first appearance: { { name = "conv", rows = { … } }, … }.
function runs.groups(rows, name)
  local groups, by_name = {}, {}
  for _, row in ipairs(rows) do
    local label = runs.label(row, name)
    local group = by_name[label]
    if not group then
      group = { name = label, rows = {} }
      by_name[label] = group
      groups[#groups + 1] = group
    end
    group.rows[#group.rows + 1] = row
  end
  return groups
end

-- Each row's name in a column, no two the same; with `of`, no two the same within one value of that column.
function runs.unique(rows, name, of)
  local seen = {}
  for _, row in ipairs(rows) do
    local label = runs.label(row, name)
    local key = of and runs.label(row, of) .. "\0" .. label or label
    if seen[key] then
      nkb.refuse(("%s: %s '%s' again, it is in row %d already; one row each is expected"):format(runs.where(row), name, label, seen[key]))
    end
    seen[key] = row.index
  end
end

-- A list of names for a message: the first few, and how many more.
function runs.list(names, most)
  most = most or 3
  local text = table.concat(names, ", ", 1, math.min(#names, most))
  return #names > most and ("%s and %d more"):format(text, #names - most) or text
end

return runs
