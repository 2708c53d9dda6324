-- nkibench hlo: what the modules hold. One module: its counts, loops and kernels; several: a line each and totals.
-- Takes m.hlo.
local fmt = nkb.fmt

local function macs(x)
  return x == nil and "-" or fmt.si(x)
end

local function share(part, whole)
  if part == nil or whole == nil then return "-" end
  if whole == 0 then return "0 %" end
  return fmt.general(part * 100.0 / whole, 4) .. " %"
end

local form_names = { proto = "protobuf", text = "XLA text", hlo_proto = "HloProto", snapshot = "HloSnapshot" }

local function counted(n, one, many)
  return ("%s %s"):format(fmt.count(n), n == 1 and one or many)
end

local function loop_text(loop)
  if loop.how == "unknown" then return loop.name .. " × unknown, counted once" end
  return ("%s × %d (%s)"):format(loop.name, loop.trip_count,
    loop.how == "annotated" and "annotated" or "inferred from the loop condition")
end

local function add_loops(add, loops)
  if not loops or #loops == 0 then return end
  for i, loop in ipairs(loops) do
    if i > 8 then return add("              and %d more", #loops - 8) end
    add("  %s  %s", fmt.pad(i == 1 and "loops" or "", 10), loop_text(loop))
  end
end

local function add_kernels(add, kernels)
  local shown = {}
  for _, kernel in ipairs(kernels or {}) do shown[#shown + 1] = kernel end
  if #shown == 0 then return end
  table.sort(shown, function(a, b)
    local x, y = a.executed_macs or 0, b.executed_macs or 0
    if x ~= y then return x > y end
    return a.target .. (a.name or "") < b.target .. (b.name or "")
  end)
  add("")
  add("  custom calls %s%s%s%s", fmt.pad("", 31), fmt.pad("sites", 7, "right"), fmt.pad("calls", 9, "right"), fmt.pad("MACs", 12, "right"))
  for i, kernel in ipairs(shown) do
    if i > 12 then return add("  and %d more (--json lists all)", #shown - 12) end
    local name = kernel.name and kernel.name ~= "" and kernel.name .. "  " .. kernel.target or kernel.target
    if fmt.width(name) > 43 then name = name:sub(1, 42) .. "…" end
    add("  %s%s%s%s", fmt.pad(name, 44), fmt.pad(fmt.count(kernel.sites), 7, "right"),
      fmt.pad(kernel.calls and fmt.count(kernel.calls) or "-", 9, "right"),
      fmt.pad(kernel.cost_known and macs(kernel.executed_macs) or "not said", 12, "right"))
  end
end

local function ratio_note(static, executed)
  if static and static.nki_macs ~= 0 or executed and executed.nki_macs ~= 0 then return nil end
  return "NKI ratio is 0: no MACs in AwsNeuronCustomNativeKernel calls."
end

local function one_module(hlo)
  local lines, module = {}, hlo.modules[1]
  local function add(...) lines[#lines + 1] = select("#", ...) > 1 and string.format(...):gsub("%s+$", "") or (...) end
  if module.status ~= "ok" then return ("%s  %s\n"):format(module.path, module.error) end
  local static, executed = module.static, module.executed
  add("%s      %s · %s · %s", module.path, counted(module.computations, "computation", "computations"),
    counted(module.instructions, "instruction", "instructions"), form_names[module.form] or module.form)
  add("")
  add("  %s%s%s%s", fmt.pad("", 10), fmt.pad("MACs", 12, "right"), fmt.pad("of executed", 14, "right"), fmt.pad("in NKI", 10, "right"))
  if executed then
    add("  %s%s%s%s", fmt.pad("executed", 10), fmt.pad(macs(executed.macs), 12, "right"), fmt.pad("100 %", 14, "right"),
      fmt.pad(share(executed.nki_macs, executed.macs), 10, "right"))
    for _, part in ipairs { "dot", "conv", "nki", "other" } do
      local value = executed[part .. "_macs"]
      if value ~= 0 then
        add("  %s%s%s", fmt.pad("  " .. part, 10), fmt.pad(macs(value), 12, "right"), fmt.pad(share(value, executed.macs), 14, "right"))
      end
    end
  else
    local _, _, why = nkb.note(module, "executed")
    add("  executed  absent: %s", why or "not known")
  end
  add("  %s%s%s%s     upstream's count: each computation once", fmt.pad("static", 10), fmt.pad(macs(static.macs), 12, "right"),
    fmt.pad(share(static.macs, executed and executed.macs), 14, "right"), fmt.pad(share(static.nki_macs, static.macs), 10, "right"))
  if module.xla then
    add("  XLA cost  %s · %s · %s", fmt.si(module.xla.flops, "FLOP"), fmt.si(module.xla.transcendentals, "transcendentals"),
      fmt.si(module.xla.bytes, "B"))
  end
  add_loops(add, module.loops)
  add_kernels(add, hlo.kernels)
  local note = ratio_note(static, executed)
  if note then
    add("")
    add("  %s", note)
  end
  for i, text in ipairs(module.diagnostics or {}) do
    if i == 1 then add("") end
    if i > 8 then
      add("  and %d more remarks (--json lists all)", #module.diagnostics - 8)
      break
    end
    add("  ! %s", text)
  end
  return table.concat(lines, "\n") .. "\n"
end

-- The words behind a module's line: what is odd about it.
local function marks(module)
  local words = {}
  if module.status ~= "ok" then words[#words + 1] = "not read: " .. module.error end
  if module.failed_compile then words[#words + 1] = "failed to compile" end
  if module.locked then words[#words + 1] = "locked" end
  if module.stale then words[#words + 1] = "newer than the log" end
  if module.duplicate_of then words[#words + 1] = "repeats " .. module.duplicate_of end
  if module.status == "ok" and not module.counted then words[#words + 1] = (form_names[module.form] or module.form) .. ", enters no total" end
  if module.diagnostics and #module.diagnostics > 0 then
    words[#words + 1] = module.diagnostics[1] .. (#module.diagnostics > 1 and (" (and %d more)"):format(#module.diagnostics - 1) or "")
  end
  return words
end

local function many_modules(hlo)
  local lines = {}
  local function add(...) lines[#lines + 1] = select("#", ...) > 1 and string.format(...):gsub("%s+$", "") or (...) end
  local function row(role, instructions, executed, static, nki, path)
    add("%s%s%s%s%s  %s", fmt.pad(role, 18), fmt.pad(instructions, 12, "right"), fmt.pad(executed, 11, "right"),
      fmt.pad(static, 11, "right"), fmt.pad(nki, 9, "right"), path)
  end
  row("role", "instructions", "executed", "static", "NKI", "module")
  for _, module in ipairs(hlo.modules) do
    local ok = module.status == "ok"
    row(module.role, ok and fmt.count(module.instructions) or "-", ok and module.executed and macs(module.executed.macs) or "-",
      ok and macs(module.static.macs) or "-", ok and share(module.static.nki_macs, module.static.macs) or "-", module.path)
    for _, word in ipairs(marks(module)) do add("  ! %s", word) end
  end
  local compilers, seen = {}, {}
  for _, module in ipairs(hlo.modules) do
    local version = module.compiler_version
    if version and not seen[version] then
      seen[version] = true
      compilers[#compilers + 1] = version
    end
  end
  add("")
  add("%s, %d not counted%s", counted(hlo.files, "HLO file", "HLO files"), hlo.failed,
    #compilers > 0 and " · " .. table.concat(compilers, ", ") or "")
  add("")
  add("  %s%s%s", fmt.pad("", 10), fmt.pad("MACs", 12, "right"), fmt.pad("in NKI", 10, "right"))
  if hlo.executed then
    add("  %s%s%s", fmt.pad("executed", 10), fmt.pad(macs(hlo.executed.macs), 12, "right"), fmt.pad(share(hlo.executed.nki_macs, hlo.executed.macs), 10, "right"))
  else
    local _, _, why = nkb.note(hlo, "executed")
    add("  executed  absent: %s", why or "not known")
  end
  add("  %s%s%s     upstream's count: each computation once", fmt.pad("static", 10), fmt.pad(macs(hlo.static.macs), 12, "right"),
    fmt.pad(share(hlo.static.nki_macs, hlo.static.macs), 10, "right"))
  add_kernels(add, hlo.kernels)
  return table.concat(lines, "\n") .. "\n"
end

return function(hlo)
  if #hlo.modules == 1 then return one_module(hlo) end
  return many_modules(hlo)
end
