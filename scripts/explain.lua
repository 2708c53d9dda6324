-- nkibench explain: where a score comes from, node by node, and what it hangs on.
-- Takes { result, inputs = { { path, value, unit, better, score, change, … }, … } or why, target, computed_mfu, json }.
local fmt = nkb.fmt
local formula, share = require "explain.formula", require "explain.share"
local number, quantity = formula.number, formula.quantity

local MAX_ROWS = 20 -- of a table at the foot; --json has all of them

-- A number on a screen of aligned ones.
local function figure(x)
  if math.type(x) == "integer" then return number(x) end
  local size = math.abs(x)
  if x ~= 0 and (size < 0.001 or size >= 1e7) then return fmt.sig(x, 5) end
  return fmt.fixed(x, 4)
end

local function percent(x)
  if x == nil then return "" end
  local size = math.abs(x) * 100
  if size ~= 0 and size < 0.01 then return "<0.01 %" end
  local exact = size < 1 or (size > 99 and size < 100) -- what is not all should not look so
  return fmt.fixed(x * 100, exact and 2 or size < 10 and 1 or 0) .. " %"
end

local function signed(x)
  local size = math.abs(x)
  return (x >= 0 and "+" or "-") .. (size ~= 0 and size < 0.001 and fmt.sig(size, 3) or figure(size))
end

local function fraction(text) return text:match "%.%d*$" or "" end

-- Columns as wide as they need to be; those of `points` stand on their decimal point, the last is left as it is.
local function aligned(rows, points)
  local widths, tails, lines = {}, {}, {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      if points[i] and cell:find "%d" then tails[i] = math.max(tails[i] or 0, #fraction(cell)) end
    end
  end
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      if points[i] and cell:find "^[-+]?[%d ]+%.?%d*$" then row[i] = cell .. (" "):rep(tails[i] - #fraction(cell)) end
      widths[i] = math.max(widths[i] or 0, fmt.width(row[i]))
    end
  end
  for n, row in ipairs(rows) do
    local out = {}
    for i = 1, #row - 1 do out[i] = fmt.pad(row[i], widths[i], points[i] and "right" or "left") end
    out[#row] = row[#row]
    lines[n] = fmt.line(table.concat(out, "  ")):gsub("%s+$", "")
  end
  return lines
end

-- ---- the tree

local function tree_rows(root)
  local rows = {}
  local function add(node, head, below, own)
    local count = node.children and #node.children or 0
    rows[#rows + 1] = { head .. formula.title(node), count == 0 and number(node.value) or figure(node.value),
      node.unit or "", percent(own), formula.of(node) or formula.place(node) or "" }
    for i = 1, count do
      local last = i == count
      add(node.children[i], below .. (last and "└─ " or "├─ "), below .. (last and "   " or "│  "),
        share.of_child(node, i, own))
    end
  end
  add(root, "", "", 1)
  return rows
end

local function add_all(lines, more)
  for _, line in ipairs(more) do lines[#lines + 1] = line end
end

-- ---- the foot

-- Is the score a number that the rule gives beside its parts?
local function is_bare(tree) return tree.op == "value" and tree.children and #tree.children > 0 end

local function by_effect(inputs)
  local order = {}
  for i = 1, #inputs do order[i] = i end
  table.sort(order, function(a, b)
    local x, y = inputs[a].change, inputs[b].change
    x, y = x and math.abs(x) or -1, y and math.abs(y) or -1
    if x ~= y then return x > y end
    return a < b
  end)
  return order
end

local function at_bound(input)
  return input.value == input.high and quantity(input.high, input.unit) .. " is the most it can be"
    or input.value == input.low and quantity(input.low, input.unit) .. " is the least it can be"
end

local function effect(input)
  if not input.change then return { "-", input.why or "not known" } end
  if not input.better then
    local why = input.value == 0 and "0 now, of which 1 % is nothing" or input.why
      or not input.moves and "no effect now" or at_bound(input) or "best where it is"
    return { signed(input.change), why }
  end
  local change = input.better == "higher" and "1 % more" or "1 % less"
  if input.to_bound then change = "up to " .. quantity(input.better == "higher" and input.high or input.low, input.unit) end
  return { signed(input.change), change }
end

local function add_percent(lines, inputs, order, lower)
  local rows = {}
  for n, i in ipairs(order) do
    if n > MAX_ROWS then break end
    local found = effect(inputs[i])
    rows[n] = { "  " .. inputs[i].path, number(inputs[i].value), inputs[i].unit or "", found[1], found[2] }
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = "1 % better, all else as it is: "
    .. (lower and "what it does to the score, where lower is better" or "what the score gains")
  add_all(lines, aligned(rows, { [2] = true, [4] = true }))
  if #order > MAX_ROWS then lines[#lines + 1] = ("  … and %d more (--json)"):format(#order - MAX_ROWS) end
end

local function needed(input)
  if input.why then return "-", "", input.why end
  local turns = input.turns and "; the score is not monotone in it" or ""
  if input.needed then
    local change = input.value ~= 0 and (input.needed - input.value) / math.abs(input.value) or nil
    local how = change and ("now %s, %s%s %%"):format(number(input.value), change >= 0 and "+" or "-",
      fmt.sig(math.abs(change) * 100, 3)) or "now 0"
    return number(input.needed), input.unit or "", how .. turns
  end
  if input.why_not then return "cannot", "", "the rule stops on the way: " .. input.why_not end
  if input.best_at == input.value then
    local now = input.moves == false and input.value ~= 0 and "no effect now, and it does not bring the score nearer"
    return "cannot", "", (now or at_bound(input) or "it does not bring the score nearer") .. turns
  end
  return "cannot", "", ("%s brings %s"):format(quantity(input.best_at, input.unit), number(input.best_score)) .. turns
end

local function add_target(lines, argument, order)
  local score, target, inputs = argument.result.score, argument.target, argument.inputs
  lines[#lines + 1] = ""
  if target == score then
    lines[#lines + 1] = "to reach " .. number(target) .. ": that is the score"
    return
  end
  lines[#lines + 1] = ("to %s %s, all else as it is: what one input would have to be"):format(
    target > score and "reach" or "come down to", number(target))
  local rows = {}
  for n, i in ipairs(order) do
    if n > MAX_ROWS then break end
    rows[n] = { "  " .. inputs[i].path, needed(inputs[i]) }
  end
  add_all(lines, aligned(rows, { [2] = true }))
  if #order > MAX_ROWS then lines[#lines + 1] = ("  … and %d more (--json)"):format(#order - MAX_ROWS) end
end

local function add_params(lines, params)
  local rows = {}
  for i = 1, #params do
    local param, value = params[i], params[i].value
    local text = value == nil and "none" or type(value) == "number" and quantity(value, param.unit) or tostring(value)
    rows[i] = { "  " .. param.name, text, param.origin or "default" }
  end
  if #rows == 0 then return end
  lines[#lines + 1] = ""
  lines[#lines + 1] = "parameters"
  add_all(lines, aligned(rows, {}))
end

local function add_verdict(lines, r)
  if r.valid then return end
  lines[#lines + 1] = "NOT VALID: this is the score it would have"
  for i = 1, #r.checks do
    local check = r.checks[i]
    if not check.ok and (check.kind == "require" or check.kind == "impossible") then
      lines[#lines + 1] = "  " .. fmt.line(check.text)
    end
  end
  for i = 1, #r.gates do
    local gate = r.gates[i]
    if not gate.ok and not gate.warning then
      lines[#lines + 1] = "  gate " .. fmt.line(gate.text) .. ": " .. fmt.line(gate.says)
    end
  end
  lines[#lines + 1] = ""
end

-- What the numbers do not say by themselves, one line each.
local function notes_of(argument)
  local notes, inputs, varied = {}, argument.inputs or {}, {}
  for _, found in ipairs(share.light(argument.result.tree, 1)) do
    notes[#notes + 1] = fmt.line(("%s has weight %s but makes %s of the score"):format(formula.title(found.node),
      number(found.weight), percent(found.share)))
  end
  for i = 1, #inputs do varied[inputs[i].path] = true end
  if argument.computed_mfu and varied["training.mfu_percent"] and varied["training.throughput_seq_per_s"] then
    notes[#notes + 1] = "training.mfu_percent follows from training.throughput_seq_per_s; there is no run with only one of them changed"
  end
  return notes
end

local function text_of(argument)
  local r, lines = argument.result, {}
  add_verdict(lines, r)
  add_all(lines, aligned(tree_rows(r.tree), { [2] = true, [4] = true }))
  local inputs = argument.inputs
  if argument.why then
    lines[#lines + 1] = ""
    lines[#lines + 1] = "what it hangs on cannot be said: " .. fmt.line(argument.why)
  elseif #inputs == 0 then
    lines[#lines + 1] = ""
    lines[#lines + 1] = "what it hangs on cannot be said: metrics that are only compared do not show,"
      .. " nor do those that t:metric does not read"
  else
    local order = by_effect(inputs)
    add_percent(lines, inputs, order, r.rule.better == "lower")
    if is_bare(r.tree) then lines[#lines + 1] = "  the rule gives the score as a number beside its parts; it need not come of them" end
    if argument.target then add_target(lines, argument, order) end
  end
  add_params(lines, r.params)
  local notes = notes_of(argument)
  if #notes > 0 then lines[#lines + 1] = "" end
  for _, note in ipairs(notes) do lines[#lines + 1] = "note: " .. note end
  return table.concat(lines, "\n") .. "\n"
end

-- ---- JSON: all digits

local function tree_of(node, own)
  local out = nkb.object()
  for key, value in pairs(node) do
    if key ~= "children" then out:set(key, value) end
  end
  out:set("share", own):set("formula", formula.of(node))
  if not node.children then return out end
  local children = nkb.array {}
  for i = 1, #node.children do children[i] = tree_of(node.children[i], share.of_child(node, i, own)) end
  return out:set("children", children)
end

local function json_of(argument)
  local r = argument.result
  return nkb.object {
    { "score", r.score }, { "mode", r.mode }, { "valid", r.valid }, { "rule", r.rule }, { "params", r.params },
    { "tree", tree_of(r.tree, 1) }, { "inputs", argument.inputs or nkb.array {} }, { "inputs_unknown", argument.why },
    { "target", argument.target }, { "notes", nkb.array(notes_of(argument)) }, { "checks", r.checks }, { "gates", r.gates },
  }
end

return function(argument)
  if argument.json then return json_of(argument) end
  return text_of(argument)
end
