-- nkibench rules doc: a Markdown page about a rule. Takes { rule (of nkb_rule_describe), api, and either tree and gates
-- (of a score over metrics that are all there) or no_tree, why there is none }.
local fmt = nkb.fmt
local lua_parse = require "lua_parse"
local shapes = require "check_shape"

local MAX_FORMULAS, MAX_TERMS, MAX_DEPTH = 60, 12, 8

local function code(text) return "`" .. text .. "`" end
local function cell(text) return (tostring(text):gsub("[%c]", " "):gsub("|", "\\|")) end

-- ---- the formula: one line a named node

local joins = { sum = " + ", product = " × ", difference = " − ", ratio = " ÷ ", power = " ^ ", ["floor ratio"] = " // ", remainder = " % " }
local loose = { sum = true, difference = true }

local function name_of(node)
  if node.op == "metric" then return node.name or node.path end
  if node.op == "param" then return node.name or node.param end
  return node.name
end

local function formulas_of(tree)
  local lines, known = {}, {}
  local write

  -- What stands for a node within the formula of another.
  local function term(node, depth, tight)
    local name = name_of(node)
    if name and node ~= tree then
      if node.children or (node.name and node.op ~= "value") then write(node) end
      return name
    end
    if node.op == "value" and not node.children then return fmt.repr(node.value) end
    if depth > MAX_DEPTH then return "…" end
    local text, joined = write.expression(node, depth + 1)
    return tight and joined and "(" .. text .. ")" or text
  end

  local function terms(node, depth, tight)
    local list = {}
    for i, child in ipairs(node.children or {}) do
      if i > MAX_TERMS then
        list[i] = "…"
        break
      end
      local text = term(child, depth, tight)
      if node.op == "weighted" and child.weight then
        text = (child.weight_param or fmt.repr(child.weight)) .. " × " .. text
      end
      list[i] = text
    end
    return list
  end

  local function expression(node, depth)
    if node.op == "metric" then return node.path end
    if node.op == "param" then return node.param end
    if not node.children then return fmt.repr(node.value) end
    if node.op == "weighted" then return table.concat(terms(node, depth, true), " + "), true end
    if node.op == "negative" then return "−" .. terms(node, depth, true)[1], true end
    local join = joins[node.op]
    if join then return table.concat(terms(node, depth, not loose[node.op] or node.op == "difference"), join), true end
    return node.op .. "(" .. table.concat(terms(node, depth), ", ") .. ")"
  end

  write = setmetatable({ expression = expression }, { __call = function(_, node)
    local name = name_of(node) or "score"
    if #lines >= MAX_FORMULAS or known[name] then return end
    known[name] = true
    local at = #lines + 1
    lines[at] = ""
    if node.op == "value" and node.children then -- a number with a list of parts
      lines[at] = name .. ": the rule's own arithmetic; its parts are " .. table.concat(terms(node, 1), ", ")
    else
      lines[at] = name .. " = " .. expression(node, 1)
    end
  end })
  write(tree)
  return lines
end

-- ---- the source of score, where no formula can be had

local function source_of_score(rule)
  local tree = lua_parse.parse(rule.text)
  local shape = tree and shapes.find(tree)
  local item = shape and shape.items.score
  local f = item and item.value and item.value.kind == "function" and item.value
  if not f then return nil end
  local lines = {}
  local number = 0
  for line in (rule.text .. "\n"):gmatch "(.-)\r?\n" do
    number = number + 1
    if number >= f.line and number <= f.last_line then lines[#lines + 1] = line end
  end
  local indent = lines[1] and lines[1]:match "^%s*" or ""
  for i, line in ipairs(lines) do lines[i] = line:sub(1, #indent) == indent and line:sub(#indent + 1) or line end
  return lines
end

local function bounds(param)
  if #param.choices > 0 then
    local list = {}
    for i, choice in ipairs(param.choices) do list[i] = code(choice) end
    return table.concat(list, ", ")
  end
  local parts = {}
  if param.above then parts[1] = "above " .. fmt.general(param.above, 15) end
  if param.min and param.max then parts[#parts + 1] = fmt.general(param.min, 15) .. " to " .. fmt.general(param.max, 15)
  elseif param.min then parts[#parts + 1] = "at least " .. fmt.general(param.min, 15)
  elseif param.max then parts[#parts + 1] = "at most " .. fmt.general(param.max, 15) end
  return table.concat(parts, ", ")
end

local function default_of(param)
  local value = param.default
  if value == nil then return "" end
  return type(value) == "number" and fmt.repr(value) or tostring(value)
end

local function add_params(out, rule)
  if #rule.params == 0 then return end
  out[#out + 1] = "## Parameters\n\n| flag | default | range | |\n|---|---|---|---|"
  for _, param in ipairs(rule.params) do
    local default = default_of(param)
    out[#out + 1] = ("| %s | %s%s | %s | %s |"):format(code("--" .. param.flag), cell(default),
      param.unit and default ~= "" and " " .. cell(param.unit) or "", cell(bounds(param)), cell(param.about or ""))
  end
  out[#out + 1] = ""
end

local function add_needs(out, rule, api)
  if #rule.needs == 0 then return end
  local about = {}
  for _, entry in ipairs(api.entries) do
    if entry.section == "need" then about[entry.name] = entry.about end
  end
  out[#out + 1] = "## Inputs\n\n| | | |\n|---|---|---|"
  for _, need in ipairs(rule.needs) do
    local name = need:gsub("%?$", "")
    out[#out + 1] = ("| %s | %s | %s |"):format(code(name), need:sub(-1) == "?" and "may be absent" or "needed", about[name] or "")
  end
  out[#out + 1] = ""
end

local function optional_of(rule)
  local list = {}
  for _, need in ipairs(rule.needs) do
    if need:sub(-1) == "?" then list[#list + 1] = code(need:sub(1, -2)) end
  end
  return list
end

-- The metrics a formula rests on.
local function add_metrics(out, tree, api)
  local known, list = {}, {}
  for _, metric in ipairs(api.metrics) do known[metric.path] = metric end
  local function walk(node, depth)
    local path = node.op == "metric" and node.path:gsub("%[%d+%]", "[]")
    if path and not list[path] then
      list[path] = true
      list[#list + 1] = path
    end
    for _, child in ipairs(depth < 100 and node.children or {}) do walk(child, depth + 1) end
  end
  walk(tree, 1)
  if #list == 0 then return end
  out[#out + 1] = "| metric | unit | |\n|---|---|---|"
  for _, path in ipairs(list) do
    local metric = known[path] or {}
    out[#out + 1] = ("| %s | %s | %s |"):format(code(path), metric.unit or "", cell(metric.about or ""))
  end
  out[#out + 1] = ""
end

return function(argument)
  local rule, out = argument.rule, {}
  out[1] = "# " .. cell(rule.title) .. (rule.version and " " .. cell(rule.version) or "") .. "\n"
  if rule.about then out[#out + 1] = cell(rule.about) .. (rule.about:find "[.!?]$" and "\n" or ".\n") end
  out[#out + 1] = "## Formula\n"
  local lines = argument.tree and argument.tree.children and formulas_of(argument.tree)
  if not lines then
    lines = source_of_score(rule)
    if argument.no_tree and lines then out[#out + 1] = "As the rule has it; it takes an input of its own to show more.\n" end
    out[#out + 1] = "```lua"
  else
    local optional = optional_of(rule)
    if #optional > 0 then
      out[#out + 1] = ("With every input there is; without %s it, and its weights, may be others.\n"):format(table.concat(optional, " or "))
    end
    out[#out + 1] = "```text"
  end
  -- A tab is a source's own; a line break within a node's name would end the formula.
  for _, line in ipairs(lines or { "-- the score is made elsewhere: nkibench rules show" }) do
    out[#out + 1] = (line:gsub("[^\t]+", fmt.line))
  end
  out[#out + 1] = "```\n"
  if argument.tree then add_metrics(out, argument.tree, argument.api) end
  local gates = {}
  for _, gate in ipairs(argument.gates or {}) do gates[#gates + 1] = "- " .. code(fmt.line(gate.text)) end
  if #gates > 0 then out[#out + 1] = "## Gates\n\n" .. table.concat(gates, "\n") .. "\n" end
  add_params(out, rule)
  add_needs(out, rule, argument.api)
  out[#out + 1] = ("`nkibench rules show %s` prints the source."):format(fmt.line(rule.path))
  return table.concat(out, "\n") .. "\n"
end
