-- nkibench hlo diff: what has changed between two modules or caches. Rows are matched by opcode, kernel, scope and dtype,
-- none of which change when instructions are renumbered. Takes {tables, other_tables, hlo, other_hlo, only_before,
-- only_after, same_modules, asked, text}.
local hlo_table = require "hlo_table"
local fmt = nkb.fmt

local DEFAULT_TOP, MAX_PATHS = 12, 10

local dimensions = { "opcode", "kernel", "scope", "dtype" }

-- What is compared: group, key, title.
local figures = {
  { "executed", "macs" }, { "executed", "nki_macs" }, { "static", "macs" }, { "static", "nki_macs" },
  { "executed", "flops" }, { "executed", "bytes" }, { "xla", "flops" }, { "xla", "bytes" },
}

local function identity(row)
  return ("%s\0%s\0%s"):format(row.key or "\1", row.detail or "", row.call_macs or "")
end

local function figure(row, group, key)
  local value
  if row == nil then return 0 end
  value = row[group][key]
  return value
end

-- b - a; where that is beyond 63 bits a float, never a wrap.
local function change(a, b)
  local d = b - a
  if math.type(d) == "integer" and (a < 0) ~= (b < 0) and (d < 0) ~= (b < 0) then return b * 1.0 - a end
  return d
end

local function pair(a, b)
  return nkb.object { { "before", a }, { "after", b }, { "change", a ~= nil and b ~= nil and change(a, b) or nil } }
end

-- One entry of what both sides have of a key; nil when nothing of it differs.
local function compare(name, a, b)
  local entry, differs = nkb.object { { "key", (a or b).key }, { "detail", (a or b).detail } }, false
  entry.where = not a and "after" or not b and "before" or "both"
  local function add(title, x, y)
    differs = differs or x ~= y
    entry[title] = pair(x, y)
  end
  add("instructions", a and a.instructions or 0, b and b.instructions or 0)
  local calls_a, calls_b = a and a.calls, b and b.calls
  add("calls", a == nil and 0 or calls_a, b == nil and 0 or calls_b)
  for _, f in ipairs(figures) do add(f[1] .. "_" .. f[2], figure(a, f[1], f[2]), figure(b, f[1], f[2])) end
  entry.name = name
  return differs and entry or nil
end

local function size(entry, title) return math.abs(entry[title].change or 0) end

local order = { "executed_macs", "static_macs", "executed_flops", "executed_bytes", "instructions" }
local function larger(x, y)
  for _, title in ipairs(order) do
    local a, b = size(x, title), size(y, title)
    if a ~= b then return a > b end
  end
  return x.name < y.name
end

local function changes(before, after)
  local index, list, names, same = {}, {}, {}, 0
  for _, row in ipairs(before.rows) do index[identity(row)] = { row } end
  for _, row in ipairs(after.rows) do
    local name = identity(row)
    index[name] = index[name] or {}
    index[name][2] = row
  end
  for name in pairs(index) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local entry = compare(name, index[name][1], index[name][2])
    if entry then list[#list + 1] = entry else same = same + 1 end
  end
  table.sort(list, larger)
  for _, entry in ipairs(list) do entry.name = nil end
  return list, same
end

local function ratio(group)
  if group and group.macs and group.macs > 0 and group.nki_macs then return group.nki_macs / group.macs end
end

local function unknown_loops(hlo) return hlo.executed and hlo.executed.unknown_trip_counts end

local function measure(argument)
  local a, b = argument.tables.opcode.total, argument.other_tables.opcode.total
  local totals = nkb.object {}
  totals.instructions = pair(a.instructions, b.instructions)
  for _, f in ipairs(figures) do totals[f[1] .. "_" .. f[2]] = pair(a[f[1]][f[2]], b[f[1]][f[2]]) end
  totals.executed_nki_ratio = pair(ratio(a.executed), ratio(b.executed))
  totals.static_nki_ratio = pair(ratio(a.static), ratio(b.static))
  local result = nkb.object {
    { "files", pair(argument.hlo.files, argument.other_hlo.files) },
    { "unknown_trip_counts", pair(unknown_loops(argument.hlo), unknown_loops(argument.other_hlo)) },
    { "same_modules", argument.same_modules }, { "only_before", nkb.array(nkb.list(argument.only_before)) },
    { "only_after", nkb.array(nkb.list(argument.only_after)) }, { "total", totals },
  }
  for _, dimension in ipairs(dimensions) do
    local list, same = changes(argument.tables[dimension], argument.other_tables[dimension])
    result["by_" .. dimension] = nkb.object { { "same", same }, { "changed", nkb.array(list) } }
  end
  return result
end

-- Where a number that has no prefix stands: below the digits of those that have one.
local zeros = { [hlo_table.si] = "0  ", [hlo_table.bytes] = "0   " }

local function signed(x, show)
  if x == nil then return "-  " end
  if x == 0 then return zeros[show] or "0" end
  return (x > 0 and "+" or "−") .. show(math.abs(x))
end

local function count(x) return x == nil and "-" or fmt.count(x) end
local function percent(x) return x == nil and "-  " or fmt.fixed(x * 100.0, 2) .. " %" end
local function points(x) return fmt.fixed(x * 100.0, 2) .. " points" end

local total_rows = {
  { "executed_macs", "executed MACs", hlo_table.si }, { "executed_nki_ratio", "  in NKI", percent },
  { "static_macs", "static MACs", hlo_table.si }, { "static_nki_ratio", "  in NKI", percent },
  { "executed_flops", "executed FLOP", hlo_table.si }, { "executed_bytes", "executed bytes", hlo_table.bytes },
  { "instructions", "instructions", count },
}

local function add_totals(out, r)
  local function line(name, ...)
    local parts = { "  " .. fmt.pad(name, 16) }
    for _, cell in ipairs { ... } do parts[#parts + 1] = fmt.pad(cell, 12, "right") end
    out[#out + 1] = table.concat(parts, "  "):gsub("%s+$", "")
  end
  line("", "before  ", "after  ", "change  ")
  for _, row in ipairs(total_rows) do
    local values = r.total[row[1]]
    line(row[2], row[3](values.before), row[3](values.after), signed(values.change, row[3] == percent and points or row[3]))
  end
end

-- Why a side's FLOP are "-".
local function add_reasons(out, argument)
  for _, side in ipairs { { "before", argument.tables }, { "after", argument.other_tables } } do
    local executed = side[2].opcode.total.executed
    if executed.flops == nil then
      local _, _, why = nkb.note(executed, "flops")
      out[#out + 1] = ("  FLOP absent %s: %s"):format(side[1], fmt.line(why or "not known"))
    end
  end
end

-- Which side's figures have loops counted once for want of a trip count.
local function add_unknown_loops(out, r)
  for _, side in ipairs { "before", "after" } do
    local loops = r.unknown_trip_counts[side]
    if (loops or 0) > 0 then out[#out + 1] = hlo_table.unknown_loops(loops, side) end
  end
end

local words = { before = " (gone)", after = " (new)", both = "" }

local function add_changes(out, title, group, top)
  local list, shown, width, named = group.changed, {}, 26, false
  for _, entry in ipairs(list) do named = named or entry.key ~= nil end
  if not named then return end
  out[#out + 1] = ""
  for i, entry in ipairs(list) do
    if top > 0 and i > top then break end
    local name = entry.key or ("(no %s)"):format(title)
    if entry.detail and entry.detail ~= name then name = name .. " " .. entry.detail end
    shown[i] = hlo_table.shorten(fmt.line(name), 34, title) .. words[entry.where]
    width = math.max(width, fmt.width(shown[i]))
  end
  local function line(name, ...)
    local parts = { "  " .. fmt.pad(name, width) }
    for i, cell in ipairs { ... } do parts[#parts + 1] = fmt.pad(cell, i == 4 and 7 or 9, "right") end
    out[#out + 1] = table.concat(parts, "  "):gsub("%s+$", "")
  end
  line(title, "MACs  ", "FLOP  ", "bytes   ", "instr.")
  for i, name in ipairs(shown) do
    local entry = list[i]
    line(name, signed(entry.executed_macs.change, hlo_table.si), signed(entry.executed_flops.change, hlo_table.si),
      signed(entry.executed_bytes.change, hlo_table.bytes), signed(entry.instructions.change, fmt.count))
  end
  local left = {}
  if #list > #shown then left[1] = ("%s more changed (--top 0 shows all)"):format(fmt.count(#list - #shown)) end
  if group.same > 0 then left[#left + 1] = ("%s the same"):format(fmt.count(group.same)) end
  if #left > 0 then out[#out + 1] = "  and " .. table.concat(left, ", ") end
end

local function add_paths(out, title, paths)
  for i, path in ipairs(paths) do
    if i > MAX_PATHS then
      out[#out + 1] = ("    and %s more"):format(fmt.count(#paths - MAX_PATHS))
      return
    end
    out[#out + 1] = ("  %s %s"):format(title, fmt.line(path))
  end
end

local function page(r, top, argument)
  local out, changed = {}, 0
  if #r.only_before + #r.only_after == 0 then
    return ("no difference: the same %s on both sides, byte for byte\n"):format(
      r.same_modules == 1 and "file" or fmt.count(r.same_modules) .. " files")
  end
  if r.same_modules > 0 then
    out[1] = ("%s the same byte for byte"):format(r.same_modules == 1 and "1 file is" or fmt.count(r.same_modules) .. " files are")
  end
  add_paths(out, "−", r.only_before)
  add_paths(out, "+", r.only_after)
  out[#out + 1] = ""
  add_totals(out, r)
  add_reasons(out, argument)
  add_unknown_loops(out, r)
  for _, dimension in ipairs(dimensions) do
    changed = changed + #r["by_" .. dimension].changed
    add_changes(out, dimension, r["by_" .. dimension], top)
  end
  if changed == 0 then
    out[#out + 1] = ""
    local uncounted = argument.hlo.failed + argument.other_hlo.failed
    out[#out + 1] = uncounted == 0 and "  nothing that is counted has changed: names, numbers or metadata have"
      or ("  no total has changed; %s no total, and %s not compared"):format(
        uncounted == 1 and "1 file enters" or fmt.count(uncounted) .. " files enter", uncounted == 1 and "is" or "are")
  end
  return table.concat(out, "\n") .. "\n"
end

return hlo_table.view(measure, page, DEFAULT_TOP)
