-- nkibench hlo advise: what is not yet done by NKI kernels, the largest first, and what moving it would do to the NKI
-- ratio (and, with a rule, to the score). Takes {tables = {scope, instruction, kernel}, hlo, asked, text, rule, score}.
local hlo_table = require "hlo_table"
local fmt = nkb.fmt

local DEFAULT_TOP = 12

local function outside(group)
  if not group or group.macs == nil or group.nki_macs == nil then return nil end
  return group.macs - group.nki_macs
end

-- The ratio were `more` of its MACs in kernels, and `unseen` MACs that it has not counted so far.
local function ratio(group, more, unseen)
  if not group or group.macs == nil or group.nki_macs == nil or more == nil or unseen == nil then return nil end
  local all = group.macs + unseen
  if all <= 0 then return nil end
  return (group.nki_macs + more + unseen) / all
end

local function candidates(t, hlo)
  local list = {}
  for _, row in ipairs(t.rows) do
    local executed, static = outside(row.executed), outside(row.static)
    if (executed or static or 0) > 0 then
      list[#list + 1] = nkb.object {
        { "key", row.key }, { "detail", row.detail }, { "module", row.module }, { "calls", row.calls },
        { "executed_macs", executed }, { "static_macs", static },
        { "executed_nki_ratio", ratio(hlo.executed, executed, 0) },
        { "static_nki_ratio", ratio(hlo.static, static, row.unseen_macs) },
        { "score", row.score },
      }
    end
  end
  table.sort(list, function(a, b)
    local x, y = a.executed_macs or a.static_macs, b.executed_macs or b.static_macs
    if x ~= y then return x > y end
    return (a.key or "") .. (a.module or "") < (b.key or "") .. (b.module or "")
  end)
  return list
end

-- Custom calls that look like kernels and add nothing to the ratio, and why.
local function silent(t)
  local list = {}
  for _, row in ipairs(t.rows) do
    if row.key and (row.static.macs or 0) == 0 and (row.executed.macs or 0) == 0 then
      list[#list + 1] = nkb.object { { "name", row.key }, { "target", row.detail }, { "sites", row.instructions },
        { "calls", row.calls } }
    end
  end
  return list
end

-- Of the first scope that has none, when a rule was asked.
local function why_no_score(argument)
  if argument.score == nil then return nil end
  for _, row in ipairs(argument.tables.scope.rows) do
    local _, _, why = nkb.note(row, "score")
    if row.score == nil then return why end
  end
end

-- MACs outside of kernels in instructions too small to be listed.
local function unlisted(whole, list)
  if whole == nil then return nil end
  for _, row in ipairs(list) do whole = whole - (row.executed_macs or 0) end
  return whole
end

local function measure(argument)
  local hlo = argument.hlo
  local executed, static = hlo.executed or {}, hlo.static or {}
  local by_instruction = candidates(argument.tables.instruction, hlo)
  return nkb.object {
    { "executed_nki_ratio", ratio(executed, 0, 0) }, { "static_nki_ratio", ratio(static, 0, 0) },
    { "executed_macs_outside", outside(executed) }, { "static_macs_outside", outside(static) },
    { "rule", argument.rule }, { "score", argument.score }, { "why_no_scores", why_no_score(argument) },
    { "unknown_trip_counts", executed.unknown_trip_counts },
    { "by_scope", nkb.array(candidates(argument.tables.scope, hlo)) },
    { "by_instruction", nkb.array(by_instruction) },
    { "instructions_left_out", argument.tables.instruction.groups - #argument.tables.instruction.rows },
    { "executed_macs_left_out", unlisted(outside(executed), by_instruction) },
    { "kernels_without_macs", nkb.array(silent(argument.tables.kernel)) },
  }
end

local function percent(x) return x == nil and "-  " or fmt.fixed(x * 100.0, 2) .. " %" end

local function number(x)
  if x == nil then return "-" end
  local size = math.abs(x)
  return (x == 0 or (size >= 0.001 and size < 1e5)) and fmt.fixed(x, 4) or fmt.sig(x, 5)
end

local function add_rows(out, r, title, list, top, kind)
  local shown, width = {}, 32
  for i, row in ipairs(list) do
    if top > 0 and i > top then break end
    local name = row.key or (kind == "scope" and "(no scope)" or "(no name)")
    if kind == "instruction" and row.detail then name = name .. " " .. row.detail end
    shown[i] = hlo_table.shorten(fmt.line(name), r.score and 30 or 40, kind)
    width = math.max(width, fmt.width(shown[i]))
  end
  local whole = r.executed_macs_outside or r.static_macs_outside
  local function line(name, cells)
    local parts = { "  " .. fmt.pad(name, width) }
    for _, cell in ipairs(cells) do parts[#parts + 1] = fmt.pad(cell, 8, "right") end
    out[#out + 1] = table.concat(parts, "  "):gsub("%s+$", "")
  end
  local head = { "MACs  ", "of these", "executed", "static" }
  if r.score then head[#head + 1] = "score" end
  line(title, head)
  for i, name in ipairs(shown) do
    local row = list[i]
    local macs = row.executed_macs or row.static_macs
    local cells = { hlo_table.si(macs), hlo_table.part(macs, whole), percent(row.executed_nki_ratio), percent(row.static_nki_ratio) }
    if r.score then cells[#cells + 1] = number(row.score) end
    line(name, cells)
  end
  if #list > #shown then out[#out + 1] = ("  and %s more (--top 0 shows all)"):format(fmt.count(#list - #shown)) end
end

-- Is there a scope whose part of the static count cannot be told?
local function has_untold(r)
  for _, row in ipairs(r.by_scope) do
    if row.static_macs ~= nil and row.static_nki_ratio == nil then return true end
  end
  return false
end

local function has_score(r)
  for _, row in ipairs(r.by_scope) do
    if row.score ~= nil then return true end
  end
  return false
end

local function page(r, top)
  local out = {}
  if r.executed_nki_ratio == nil and r.static_nki_ratio == nil and #r.by_scope == 0 then
    return "nothing to move: no MACs are counted in what was read\n"
  end
  out[1] = ("NKI ratio now: executed %s, static %s%s"):format(percent(r.executed_nki_ratio), percent(r.static_nki_ratio),
    r.score and (" · score %s (%s)"):format(number(r.score), r.rule or "the rule") or "")
  if #r.by_scope == 0 then
    out[2] = "  nothing is left to move: every MAC that is counted is in an NKI kernel"
  else
    out[2] = "  what is not in a kernel yet, and the NKI ratio (executed, static) if that one part were"
    out[3] = ""
    if #r.by_scope > 1 or r.by_scope[1].key then
      add_rows(out, r, "scope", r.by_scope, top, "scope")
      out[#out + 1] = ""
    end
    add_rows(out, r, "instruction", r.by_instruction, top, "instruction")
  end
  if (r.executed_macs_left_out or 0) > 0 then
    out[#out + 1] = ("  ! %sMAC in smaller instructions are not listed"):format(hlo_table.si(r.executed_macs_left_out))
  end
  if has_untold(r) then
    out[#out + 1] = "  ! static -: what is no dot counts there only in a kernel, and a scope does not tell how much"
  end
  if r.why_no_scores then
    out[#out + 1] = (has_score(r) and "  ! score -: " or "  ! no score of theirs: ") .. r.why_no_scores
  end
  if (r.unknown_trip_counts or 0) > 0 then out[#out + 1] = hlo_table.unknown_loops(r.unknown_trip_counts) end
  local kernels = r.kernels_without_macs
  for i, kernel in ipairs(kernels) do
    if i == 1 then
      out[#out + 1] = ""
      out[#out + 1] = "  custom calls that state no MACs and so add nothing to the ratio:"
    end
    if i > 6 then
      out[#out + 1] = ("    and %d more"):format(#kernels - i + 1)
      break
    end
    out[#out + 1] = ("    %s × %s%s"):format(fmt.count(kernel.sites), fmt.line(kernel.name),
      kernel.target and kernel.target ~= kernel.name and " (" .. fmt.line(kernel.target) .. ")" or "")
  end
  return table.concat(out, "\n") .. "\n"
end

return hlo_table.view(measure, page, DEFAULT_TOP)
