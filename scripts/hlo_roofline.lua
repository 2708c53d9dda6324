-- nkibench hlo roofline: how fast what runs can be at all on a chip. Takes {tables = {module, opcode}, hlo, chip, asked,
-- text}. Per opcode and module: FLOPs and bytes as they run, arithmetic intensity against the chip's ridge, which of the
-- two bounds it, and the least time it takes: max(FLOP ÷ peak, bytes ÷ bandwidth).
local hlo_table = require "hlo_table"
local fmt = nkb.fmt

local DEFAULT_TOP = 20

-- What the rows are of: executed where it is known, else XLA's count with its loops once.
local function count_of(t)
  if t.total.executed.flops ~= nil then return "executed" end
  local _, _, why = nkb.note(t.total.executed, "flops")
  return "xla", why
end

local function seconds(x)
  if x == nil then return "-  " end
  if x == 0 then return "0  " end
  for _, unit in ipairs { { 1, "s " }, { 1e-3, "ms" }, { 1e-6, "µs" }, { 1e-9, "ns" } } do
    if x >= unit[1] or unit[2] == "ns" then return fmt.sig(x / unit[1], 4) .. " " .. unit[2] end
  end
end

local function row_of(name, flops, bytes, calls, chip)
  local compute, memory = flops / chip.flop_per_s, bytes / chip.byte_per_s
  local row = nkb.object {
    { "key", name }, { "calls", calls }, { "flops", flops }, { "bytes", bytes },
    { "flop_per_byte", bytes > 0 and flops / bytes or nil },
    { "compute_s", compute }, { "memory_s", memory },
    { "bound", compute == 0 and memory == 0 and "nothing" or compute >= memory and "compute" or "memory" },
    { "least_s", math.max(compute, memory) },
  }
  return row
end

local function slower(a, b)
  if a.least_s ~= b.least_s then return a.least_s > b.least_s end
  return a.key < b.key
end

local function rows_of(t, count, chip)
  local rows = {}
  for _, row in ipairs(t.rows) do
    local group = row[count]
    if group.flops ~= nil and group.bytes ~= nil and (group.flops > 0 or group.bytes > 0) then
      rows[#rows + 1] = row_of(row.key or "(no name)", group.flops, group.bytes, row.calls, chip)
    end
  end
  table.sort(rows, slower)
  return rows
end

-- Executed custom calls that neither XLA's cost nor a stated mac_count says anything of.
local function unknown_calls(t)
  local calls = 0
  for _, row in ipairs(t.rows) do
    if row.key and (row.executed.macs or 0) == 0 then calls = calls + (row.calls or row.instructions) end
  end
  return calls
end

-- Types that chips compute faster than bf16, so that its peak is no bound for them.
local function narrow_types(t)
  local list = {}
  for _, row in ipairs(t.rows) do
    if row.key and row.key:find "^[fsu][48]" then list[#list + 1] = row.key end
  end
  table.sort(list)
  return list
end

local function measure(argument)
  local opcodes, chip, cores = argument.tables.opcode, argument.chip, math.tointeger(tonumber(argument.asked.cores or 1))
  local count, why = count_of(opcodes)
  local limits = { flop_per_s = chip.tflops * 1e12 / cores, byte_per_s = chip.gb_per_s * 1e9 / cores }
  local total = opcodes.total[count]
  if total.flops == nil or total.bytes == nil then
    local _, _, none = nkb.note(total, total.flops == nil and "flops" or "bytes")
    return nkb.object { { "why", none } }
  end
  local whole = row_of("total", total.flops, total.bytes, opcodes.total.calls, limits)
  local by_opcode = rows_of(opcodes, count, limits)
  local each = 0.0
  for _, row in ipairs(by_opcode) do each = each + row.least_s end
  local executed = argument.hlo.executed
  local runs = count == "executed" and executed or {}
  local nki_macs, matmul_macs = runs.nki_macs, runs.custom_matmul_macs
  return nkb.object {
    { "chip", nkb.object {
      { "name", chip.name }, { "source", chip.source }, { "chips", chip.chips }, { "cores", cores },
      { "tflop_per_s", limits.flop_per_s / 1e12 }, { "gb_per_s", limits.byte_per_s / 1e9 },
      { "ridge_flop_per_byte", limits.flop_per_s / limits.byte_per_s },
    } },
    { "count", count }, { "why_not_executed", why },
    { "unknown_trip_counts", argument.hlo.executed and argument.hlo.executed.unknown_trip_counts },
    { "total", whole },
    { "each_through_memory_s", each },
    { "nki_macs", nki_macs }, { "nki_compute_s", nki_macs and 2.0 * nki_macs / limits.flop_per_s },
    { "custom_matmul_macs", matmul_macs },
    { "custom_matmul_compute_s", matmul_macs and 2.0 * matmul_macs / limits.flop_per_s },
    { "unknown_calls", unknown_calls(argument.tables.kernel) },
    { "narrow_types", nkb.array(narrow_types(argument.tables.dtype)) },
    { "by_opcode", nkb.array(by_opcode) },
    { "by_module", nkb.array(rows_of(argument.tables.module, count, limits)) },
  }
end

local WIDTHS = { 0, 8, 9, 8, 8, 9 }

-- A cache's entry is known by its folder, any other module by its file.
local function name_of(row, kind)
  if kind ~= "module" then return row.key end
  return row.key:match "(MODULE_[^/]*)%+[^/]*/[^/]*$" or row.key:match "([^/]*)$"
end

local function add_rows(out, title, rows, top, kind)
  local width = fmt.width(title)
  local names = {}
  for i, row in ipairs(rows) do
    if top > 0 and i > top then break end
    names[i] = hlo_table.shorten(fmt.line(name_of(row, kind)), 30, kind)
    width = math.max(width, fmt.width(names[i]))
  end
  local function line(name, cells)
    local parts = { "  " .. fmt.pad(name, math.max(width, 24)) }
    for i, cell in ipairs(cells) do parts[#parts + 1] = fmt.pad(cell, WIDTHS[i + 1], "right") end
    out[#out + 1] = table.concat(parts, "  "):gsub("%s+$", "")
  end
  line(title, { "FLOP  ", "bytes   ", "FLOP/B", "bound", "at least" })
  for i, name in ipairs(names) do
    local row = rows[i]
    line(name, { hlo_table.si(row.flops), hlo_table.bytes(row.bytes),
      row.flop_per_byte and fmt.sig(row.flop_per_byte, 4) or "-", row.bound, seconds(row.least_s) })
  end
  if #rows > #names then out[#out + 1] = ("  and %d more (--top 0 shows all)"):format(#rows - #names) end
end

-- "1.924 T", and one blank where there is no prefix: the unit follows.
local function with_unit(x) return (hlo_table.si(x):gsub("  $", " ")) end

local function page(r, top)
  if r.why then return fmt.line("nothing to set against a roofline: " .. r.why) .. "\n" end
  local chip, out = r.chip, {}
  local part = chip.cores > 1 and ("1/%d of "):format(chip.cores) or ""
  out[1] = ("%s: %s%s, %s GB/s"):format(chip.name, part, chip.source, fmt.sig(chip.gb_per_s * chip.cores, 4))
  out[2] = ("  ridge at %s FLOP/B: below it memory is the limit, above it compute"):format(
    fmt.sig(chip.ridge_flop_per_byte, 4))
  if r.count == "xla" then out[#out + 1] = ("  loop bodies once, for what runs is not known: %s"):format(r.why_not_executed) end
  out[#out + 1] = ""
  add_rows(out, "opcode", r.by_opcode, top, "opcode")
  if #r.by_module > 1 then
    out[#out + 1] = ""
    add_rows(out, "module", r.by_module, top, "module")
  end
  out[#out + 1] = ""
  out[#out + 1] = ("  %s  compute alone, %sFLOP at the bf16 peak"):format(fmt.pad(seconds(r.total.compute_s), 9, "right"),
    with_unit(r.total.flops))
  out[#out + 1] = ("  %s  if every operation reads and writes device memory, as XLA counts bytes"):format(
    fmt.pad(seconds(r.each_through_memory_s), 9, "right"))
  local function add_more(time, macs, where)
    if (macs or 0) <= 0 then return end
    out[#out + 1] = ("  %s  more for %sMAC in %s, whose bytes are not known"):format(
      fmt.pad(seconds(time), 9, "right"), with_unit(macs), where)
  end
  add_more(r.nki_compute_s, r.nki_macs, "NKI kernels")
  add_more(r.custom_matmul_compute_s, r.custom_matmul_macs, "the compiler's own matmuls")
  if (r.unknown_trip_counts or 0) > 0 then out[#out + 1] = hlo_table.unknown_loops(r.unknown_trip_counts) end
  if #r.narrow_types > 0 then
    out[#out + 1] = ("  ! %s may run faster than the bf16 peak all of this is set against"):format(table.concat(r.narrow_types, ", "))
  end
  if r.unknown_calls > 0 then
    out[#out + 1] = ("  ! %s of unknown cost %s in none of this"):format(
      r.unknown_calls == 1 and "1 custom call" or fmt.count(r.unknown_calls) .. " custom calls",
      r.unknown_calls == 1 and "is" or "are")
  end
  return table.concat(out, "\n") .. "\n"
end

return hlo_table.view(measure, page, DEFAULT_TOP)
