-- nkibench hlo: what the modules hold. One module: its counts, loops and kernels, and where they belong; several: a
-- line each, below the folder they stand in, and totals. Takes {hlo = m.hlo, tables = {…}, lines = "…"}.
local figures = require "figures"
local hlo_table = require "hlo_table"
local fmt, macs = nkb.fmt, hlo_table.si

local MAX_KERNELS, MAX_LOOPS, MAX_REMARKS, MAX_NAME = 8, 5, 8, 60

local function share(part, whole)
  if part == nil or whole == nil then return "-  " end
  if whole == 0 or part == 0 then return "0.00 %" end
  local percent = part * 100.0 / whole
  if percent > 0 and percent < 0.005 then return "<0.01 %" end
  return ("%.2f %%"):format(percent)
end

local form_names = { text = "XLA text", hlo_proto = "HloProto", hlo_snapshot = "HloSnapshot" }
local function form_of(module) return form_names[module.form] or module.form end

local function counted(n, one, many)
  return ("%s %s"):format(fmt.count(n), n == 1 and one or many)
end

-- A page: add(format, …) or add(text), and row(widths, cells): the first cell left, the others right.
local function page()
  local lines, p = {}, {}
  function p.add(text, ...)
    if select("#", ...) > 0 then text = text:format(...) end
    if text:find "%c" then text = fmt.line(text) end
    local last = #text
    while text:byte(last) == 32 do last = last - 1 end
    lines[#lines + 1] = text:sub(1, last)
  end
  -- All but the first.
  function p.right(widths, cells)
    for i = 2, #cells do cells[i] = fmt.pad(cells[i], widths[i], "right") end
    return table.concat(cells, "  ", 2)
  end
  function p.row(widths, cells, rest)
    p.add("%s", "  " .. fmt.pad(cells[1], widths[1]) .. "  " .. p.right(widths, cells) .. (rest and "   " .. rest or ""))
  end
  -- A line that has neither control characters nor spaces at its end.
  function p.put(text) lines[#lines + 1] = text end
  function p.text() return table.concat(lines, "\n") .. "\n" end
  return p
end

local function why_absent(group, key)
  local _, _, why = nkb.note(group, key)
  return why or "not known"
end

local total_widths = { 9, 9, 11, 8 }

local parts = { { "dot", "dot_macs" }, { "conv", "conv_macs" }, { "nki", "nki_macs" }, { "other", "other_macs" } }

-- Executed, what it is made of, and static. `group` holds both.
local function add_counts(p, group)
  local static, executed = group.static, group.executed
  p.row(total_widths, { "", "MACs  ", "share  ", "in NKI  " })
  if executed and executed.macs then
    p.row(total_widths, { "executed", macs(executed.macs), "100.00 %", share(executed.nki_macs, executed.macs) },
      "what runs: each call, each turn of a loop")
    for _, part in ipairs(parts) do
      local value = executed[part[2]]
      if value ~= 0 then p.row(total_widths, { "  " .. part[1], macs(value), share(value, executed.macs) }) end
    end
  else
    p.add("  executed   absent: %s", executed and why_absent(executed, "macs") or why_absent(group, "executed"))
  end
  p.row(total_widths, { "static", macs(static.macs), share(static.macs, executed and executed.macs),
    share(static.nki_macs, static.macs) }, "what handler.py counts: each computation once")
end

local function loop_text(loop)
  if loop.how == "unknown" then return ("%s × unknown, counted once: %s"):format(loop.name, loop.why) end
  return ("%s × %s (%s)"):format(loop.name, fmt.count(loop.trip_count),
    loop.how == "annotated" and "annotated" or "inferred from the loop condition")
end

local function add_loops(p, loops)
  for i, loop in ipairs(loops or {}) do
    if i > MAX_LOOPS then return p.add("             and %d more (--json lists all)", #loops - MAX_LOOPS) end
    p.add("  %s  %s", fmt.pad(i == 1 and "loops" or "", 9), loop_text(loop))
  end
end

local NKI = "AwsNeuronCustomNativeKernel"
local kernel_widths = { 30, 11, 5, 6, 9, 8 }

-- Custom-calls, those with the most MACs first. Kernels of one name are told apart by the MACs of one call.
local function add_kernels(p, kernels)
  local shown = nkb.list(kernels or {})
  if #shown == 0 then return end
  table.sort(shown, function(a, b)
    local x, y = a.executed_macs or 0, b.executed_macs or 0
    if x ~= y then return x > y end
    x, y = a.target .. "\0" .. (a.name or ""), b.target .. "\0" .. (b.name or "")
    if x ~= y then return x < y end
    return (a.macs or -1) < (b.macs or -1)
  end)
  p.add("")
  p.row(kernel_widths, { "kernel", fmt.pad("", kernel_widths[2]), "sites", "calls", "MACs each", "MACs  " })
  for i, kernel in ipairs(shown) do
    if i > MAX_KERNELS then return p.add("  and %d more (--by kernel --top 0 lists all)", #shown - MAX_KERNELS) end
    local name = kernel.name and kernel.name ~= "" and kernel.name or kernel.target
    local unknown = kernel.config == "unreadable" and "unreadable" or "not said"
    p.row(kernel_widths, { hlo_table.shorten(name, kernel_widths[1]),
      fmt.pad(kernel.target == NKI and "NKI kernel" or "custom call", kernel_widths[2]), fmt.count(kernel.sites),
      hlo_table.count(kernel.calls), kernel.cost_known and macs(kernel.macs) or unknown,
      kernel.cost_known and macs(kernel.executed_macs) or "-  " })
  end
end

-- Why none of the MACs are in NKI: no kernels, or kernels that count nothing, each kind by number.
local function add_ratio_note(p, group, kernels)
  local static, executed = group.static, group.executed
  if static.nki_macs ~= 0 or executed and executed.nki_macs ~= 0 then return end
  local sites, zero, unsaid, unreadable, stray = 0, 0, 0, 0, 0
  for _, kernel in ipairs(kernels or {}) do
    if kernel.target == NKI then
      sites = sites + kernel.sites
      if kernel.config == "unreadable" then unreadable = unreadable + kernel.sites
      elseif kernel.config == "no mac_count" then unsaid = unsaid + kernel.sites
      elseif kernel.macs == 0 then zero = zero + kernel.sites
      else stray = stray + kernel.sites end
    end
  end
  local reasons = {}
  local function add(n, format) if n > 0 then reasons[#reasons + 1] = format:format(n) end end
  add(zero, "%d with mac_count 0")
  add(unsaid, "%d without a mac_count")
  add(unreadable, "%d with a config that cannot be read")
  add(stray, "%d whose counts cancel out")
  p.add("")
  if sites == 0 then return p.add("  NKI ratio is 0: no %s call.", NKI) end
  p.add("  NKI ratio is 0: %s %s:", fmt.count(sites), sites == 1 and NKI .. " call" or NKI .. " calls")
  for _, reason in ipairs(reasons) do p.add("    %s", reason) end
end

-- Why a total is none: 0 would be a number.
local function add_nothing(p, hlo)
  p.add("  nothing is counted: %s", hlo.files == 1 and "the file enters no total" or "none of the files enters a total")
end

local function cost_text(cost)
  return ("%s · %s transcendentals · %sB"):format(fmt.si(cost.flops, "FLOP"), fmt.si(cost.transcendentals),
    (hlo_table.bytes(cost.bytes):gsub(" +$", " ")))
end

-- What it costs in flops and bytes, as it runs and as XLA has it.
local function add_costs(p, module, total)
  local runs = module.computations > 0 and total and total.executed
  local said = runs and runs.flops and runs.transcendentals and runs.bytes
  if said then p.add("  it costs   %s as it runs", cost_text(runs)) end
  if module.xla and runs and runs.macs and not runs.flops then p.add("  it costs   absent: %s", why_absent(runs, "flops")) end
  local why = module.xla == nil and why_absent(module, "xla")
  if why then return p.add("  XLA cost   absent: %s", why) end
  p.add("  XLA cost   %s, loop bodies once", cost_text(module.xla))
  local unknown = module.xla.unknown_calls
  if unknown > 0 then
    p.add("             %s there%s", counted(unknown, "custom call of unknown cost: -1", "custom calls of unknown cost: -1 each"),
      said and ", nothing above" or "")
  end
end

-- How much of all the rows of a table tell of.
local function told(t)
  local last = t.rows[#t.rows]
  return last and last.cumulative or 0
end

-- The largest parts: opcodes by what they cost, and scopes by MACs; where the largest of these are only a few of many
-- alike, as layers are, also what is alike in shape. Where the module names no scopes, instructions, or what is alike.
local ENOUGH = 0.8
local function add_places(p, tables)
  local by = {} -- what a part keeps may be less
  for _, t in ipairs(tables) do
    if t.modules > 0 then by[t.by] = t end
  end
  local scopes, shapes, instructions = by.scope, by.shape, by.instruction
  local places = instructions or shapes
  if scopes and #scopes.rows > 1 then places = scopes end
  local shown = { by.opcode }
  local few = shapes and places and told(places) < ENOUGH and told(shapes) > told(places)
  if places and not (few and places == instructions) then shown[#shown + 1] = places end
  if few then shown[#shown + 1] = shapes end
  for _, t in ipairs(shown) do
    p.add("")
    for _, line in ipairs(hlo_table.lines(t, t.by)) do p.add("%s", line) end
  end
end

local function one_module(hlo, tables)
  local module, p = hlo.modules[1], page()
  if module.status ~= "ok" then return fmt.line(("%s  %s"):format(module.path, module.error)) .. "\n" end
  local facts = ("%s · %s · %s"):format(counted(module.computations, "computation", "computations"),
    counted(module.instructions, "instruction", "instructions"), form_of(module))
  if fmt.width(module.path) + fmt.width(facts) + 3 <= 80 then
    p.add("%s   %s", module.path, facts)
  else
    p.add("%s", module.path)
    p.add("  %s", facts)
  end
  p.add("")
  add_counts(p, module)
  add_costs(p, module, tables[1] and tables[1].modules == 1 and tables[1].total)
  add_loops(p, module.loops)
  add_places(p, tables)
  add_kernels(p, hlo.kernels)
  add_ratio_note(p, module, hlo.kernels)
  if not module.counted then
    p.add("")
    add_nothing(p, hlo)
  end
  for i, text in ipairs(module.diagnostics or {}) do
    if i == 1 then p.add("") end
    if i > MAX_REMARKS then
      p.add("  and %d more remarks (--json lists all)", #module.diagnostics - MAX_REMARKS)
      break
    end
    p.add("  ! %s", text)
  end
  return p.text()
end

-- Where a module stands, and its name there: the folder that holds the MODULE_ folders of a cache, or the submodel's
-- work directory; the usual file name of a cache entry goes without saying.
local function place_of(path)
  local above, last, slash = 0, 0, path:find("/", 1, true)
  while slash do
    above, last, slash = last, slash, path:find("/", slash + 1, true)
  end
  if path:find("^MODULE_", above + 1) and above > 0 then
    local name = path:sub(above + 1)
    local usual = path:sub(last) == "/model.hlo_module.pb"
    return path:sub(1, above), usual and path:sub(above + 1, last - 1) or name
  end
  if path:find("_tp", 1, true) then
    local folder, name = path:match "^(.*/_tp%d+_bk%d+/)(.*)$"
    if folder then return folder, name end
  end
  return path:sub(1, last), path:sub(last + 1)
end

-- The words below a module's line: what is odd about it.
local function marks(module, folder)
  local words = {}
  if module.status ~= "ok" then words[#words + 1] = "not read: " .. module.error end
  if module.failed_compile then words[#words + 1] = "failed to compile" end
  if module.locked then words[#words + 1] = "locked: its compilation is unfinished" end
  if module.stale then words[#words + 1] = "newer than the log" end
  if module.duplicate_of then
    local other_folder, other = place_of(module.duplicate_of)
    words[#words + 1] = "repeats " .. (other_folder == folder and other or module.duplicate_of)
  end
  local remarks = module.diagnostics
  if remarks and #remarks > 0 then
    words[#words + 1] = remarks[1] .. (#remarks > 1 and (" (and %d more)"):format(#remarks - 1) or "")
  end
  return words
end

-- How many there are of each name, and the names in the order they came.
local function tally()
  local t = { names = {}, count = {} }
  function t.add(name)
    if not t.count[name] then t.names[#t.names + 1] = name end
    t.count[name] = (t.count[name] or 0) + 1
  end
  return t
end

-- Files in a form that upstream cannot read, in one line for each form.
local function add_forms(p, forms)
  for _, form in ipairs(forms.names) do
    local count = forms.count[form]
    p.add("  ! %s %s and %s no total (--any-form)",
      counted(count, "file is", "files are"), form, count == 1 and "enters" or "enter")
  end
end

local module_widths = { 24, 12, 9, 9, 11 }
local find, unpack, utf8_len, right = string.find, string.unpack, utf8.len, figures.right

-- Right of a module's name; of one that could not be read there is none of these.
local function columns(instructions, executed, static, nki)
  if not instructions then return right(module_widths, 2, "-", "-  ", "-  ", "-  ") end
  local text = macs(static)
  return right(module_widths, 2, figures.count(instructions) or fmt.count(instructions),
    executed == static and text or macs(executed), text, share(nki, static))
end

-- As place_of, of a path that mostly is an entry of the same cache as the one before.
local USUAL = "/model.hlo_module.pb"
local function place_beside(path, folder)
  local from = #folder + 1
  if from > 1 and find(path, folder, 1, true) == 1 and find(path, "MODULE_", from, true) == from then
    local slash = find(path, "/", from, true)
    if slash == #path - #USUAL + 1 and find(path, USUAL, slash, true) then return folder, path:sub(from, slash - 1) end
  end
  return place_of(path)
end

-- A module whole takes a tree to be made, so of most only what their lines say is given: see src/run_hlo_lines.c.
local LINE, OK, EXECUTED, ODD, UNPRINTABLE, ASCII, ALIKE = "s4s4s4Bjjjj", 1, 2, 4, 8, 16, 32

local function add_modules(p, modules, lines, compilers, forms)
  local width, names, lengths, rights, heads, below, put = module_widths[1], {}, {}, {}, {}, {}, {}
  local here, kind, n, at, size = "", "", 0, 1, #lines
  while at <= size do
    local path, role, compiler, flags, instructions, executed, static, nki
    path, role, compiler, flags, instructions, executed, static, nki, at = unpack(LINE, lines, at)
    local folder, name = place_beside(path, here)
    n = n + 1
    if flags & ALIKE == 0 then
      kind = role
      if compiler ~= "" then compilers.add(compiler) end
    end
    if folder ~= here and folder ~= "" then
      heads[n] = folder .. (kind ~= "file" and kind ~= "cache" and "  " .. kind or "")
    end
    here = folder
    local length = flags & ASCII ~= 0 and #name or utf8_len(name) or #name -- as fmt.width
    if length > width then width = math.min(length, MAX_NAME) end
    names[n], lengths[n], put[n] = name, length, flags & (ODD | UNPRINTABLE) ~= 0 and p.add or p.put
    rights[n] = columns(flags & OK ~= 0 and instructions or nil, flags & EXECUTED ~= 0 and executed or nil, static, nki)
    if flags & ODD ~= 0 then
      local module = modules[n]
      local words = marks(module, folder)
      if #words > 0 then below[n] = words end
      if module.status == "ok" and not module.counted and not module.duplicate_of then forms.add(form_of(module)) end
    end
  end
  p.row({ width, table.unpack(module_widths, 2) }, { "module", "instructions", "executed  ", "static  ", "NKI, static" })
  for i = 1, n do
    if heads[i] then p.add("%s", heads[i]) end
    put[i]("  " .. names[i] .. (" "):rep(width - lengths[i]) .. rights[i])
    if below[i] then
      for _, word in ipairs(below[i]) do p.add("    ! %s", word) end
    end
  end
end

local function many_modules(hlo, lines)
  local p, compilers, forms = page(), tally(), tally()
  add_modules(p, hlo.modules, lines, compilers, forms)
  add_forms(p, forms)
  p.add("")
  p.add("%s, %d not counted%s", counted(hlo.files, "HLO file", "HLO files"), hlo.failed,
    #compilers.names > 0 and " · " .. table.concat(compilers.names, ", ") or "")
  p.add("")
  if hlo.failed == hlo.files then
    add_nothing(p, hlo)
  else
    add_counts(p, hlo)
    local unknown = hlo.executed and hlo.executed.unknown_trip_counts or 0
    if unknown > 0 then p.add("%s", hlo_table.unknown_loops(unknown)) end
    add_kernels(p, hlo.kernels)
    add_ratio_note(p, hlo, hlo.kernels)
  end
  return p.text()
end

return function(argument)
  local hlo = argument.hlo
  if #hlo.modules == 1 then return one_module(hlo, argument.tables) end
  return many_modules(hlo, argument.lines)
end
