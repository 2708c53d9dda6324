-- Nodes of a derivation: numbers that remember how they came about. Arithmetic on nodes makes nodes. Where a
-- number cannot be had the run ends as an input error that names the node, not as the rule's fault.
local host = ...
local raise, fail, repr, node_of, node_key = host.raise, host.fail, host.repr, host.node_of, host.node_key
local type, setmetatable, ipairs = type, setmetatable, ipairs
local formula = host.formula

local meta = {}

-- The rule's line, "score.lua:9", as raise would word it; where none is on the stack (a tail call), the rule.
local function place()
  local _, where = pcall(raise, "")
  return where ~= "" and where:gsub(": $", "") or host.subject()
end

local function new(data)
  return setmetatable({ [node_key] = data }, meta)
end

local function name_of(data)
  return data.name or data.path or data.param or repr(data.value)
end

local function title(data)
  local name = data.name or data.path or data.param
  return name and "'" .. name .. "'" or "a " .. data.op
end

-- "training.mfu_percent 15.4766, base_mfu 0": at most six, for messages
local function list_values(children)
  local parts = {}
  for i, child in ipairs(children) do
    if i > 6 then
      parts[i] = "…"
      break
    end
    local data = node_of(child)
    local name = name_of(data)
    parts[i] = name == repr(data.value) and name or name .. " " .. repr(data.value)
  end
  return table.concat(parts, ", ")
end

local function impossible(data, problem)
  fail(("%s: %s of %s: %s"):format(place(), title(data), list_values(data.children), problem))
end

local function is_finite(x) return x == x and x ~= math.huge and x ~= -math.huge end

local as_node

local function constant(x, name, unit)
  if not is_finite(x) then
    fail(("%s: %s is %s; a finite number is expected"):format(place(), name and "'" .. name .. "'" or "a number", repr(x)))
  end
  return new { op = "value", name = name, value = x, unit = unit }
end

local function renamed(node, name)
  local copy = {}
  for key, value in pairs(node_of(node)) do copy[key] = value end
  copy.name = name
  return new(copy)
end

local function describe(x)
  if type(x) == "string" then return '"' .. x:sub(1, 40) .. '"' end
  return x == nil and "nil" or "a " .. type(x)
end

-- A number, a node or { name, number or node } as a node; `where` words the complaint.
function as_node(x, where)
  if node_of(x) then return x end
  if type(x) == "number" then return constant(x) end
  if type(x) == "table" and type(x[1]) == "string" then
    if node_of(x[2]) then return renamed(x[2], x[1]) end
    if type(x[2]) == "number" then return constant(x[2], x[1]) end
    raise(("%s: '%s' is %s; a number is expected"):format(where, x[1], describe(x[2])))
  end
  raise(("%s is %s; a number, a node or { name, number } is expected"):format(where, describe(x)))
end

local function value_of(node) return node_of(node).value end

-- Sums, means and the like of one unit have it too.
local keeps_unit = { sum = true, difference = true, mean = true, geomean = true, harmonic = true, min = true,
  max = true, clamp = true, negative = true, median = true, percentile = true, olympic = true }

local function common_unit(children)
  local unit = node_of(children[1]).unit
  for _, child in ipairs(children) do
    if node_of(child).unit ~= unit then return nil end
  end
  return unit
end

-- Made of parameters and bare numbers alone: what may be a weight.
local function is_setting(node)
  local data = node_of(node)
  if data.op == "param" then return true end
  if not data.children then return data.op == "value" and not data.name end
  return data.setting
end

-- A node of these children. `more` is what the operation takes besides: weights, at, lower, points.
local function operate(op, name, children, more)
  local data, values = more or {}, {}
  data.op, data.name, data.children, data.setting = op, name, children, true
  if data.weights then
    data.weight_values = {}
    for i, weight in ipairs(data.weights) do data.weight_values[i] = value_of(weight) end
  end
  for i, child in ipairs(children) do
    values[i] = value_of(child)
    data.setting = data.setting and is_setting(child)
  end
  data.unit = keeps_unit[op] and common_unit(children) or nil
  local problem
  data.value, problem = formula[op](values, data)
  if problem then impossible(data, problem) end
  if not is_finite(data.value) then
    impossible(data, "the result is " .. repr(data.value) .. ", not a finite number")
  end
  return new(data)
end

local function arithmetic(op, symbol)
  local function operand(x)
    if node_of(x) then return x end
    if type(x) == "number" then return constant(x) end
    local hint = x == nil and "; what is absent is nil in m, t:metric says why" or ""
    raise(("a node %s %s: a number or a node is expected%s"):format(symbol, describe(x), hint))
  end
  return function(a, b) return operate(op, nil, { operand(a), operand(b) }) end
end

meta.__add, meta.__sub, meta.__mul = arithmetic("sum", "+"), arithmetic("difference", "-"), arithmetic("product", "*")
meta.__div, meta.__pow, meta.__idiv = arithmetic("ratio", "/"), arithmetic("power", "^"), arithmetic("floor ratio", "//")
meta.__mod = arithmetic("remainder", "%")
function meta.__unm(a) return operate("negative", nil, { a }) end

local function plain(x)
  local data = node_of(x)
  if data then return data.value end
  if type(x) ~= "number" then raise("a node compares with a number or a node, not with " .. describe(x)) end
  return x
end
function meta.__lt(a, b) return plain(a) < plain(b) end
function meta.__le(a, b) return plain(a) <= plain(b) end
function meta.__eq(a, b) return plain(a) == plain(b) end
function meta.__tostring(a) return repr(node_of(a).value) end
function meta.__concat(a, b) return host.tostring(a) .. host.tostring(b) end
function meta.__newindex() raise "a node cannot be changed" end
local readable = { name = true, op = true, value = true, unit = true, path = true, param = true, source = true }
function meta.__index(node, key)
  if readable[key] then return node_of(node)[key] end
  raise("a node has no '" .. host.tostring(key) .. "'; it has name, value, unit, op, path, param and source")
end
meta.__name, meta.__metatable = "node", false
function meta.__pairs() raise "a node is a number, not a table" end

return { new = new, place = place, title = title, describe = describe, renamed = renamed, constant = constant,
  as_node = as_node, value_of = value_of, is_setting = is_setting, is_finite = is_finite, operate = operate }
