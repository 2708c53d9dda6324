-- `t`: records how a score comes about. A node is a number with its history; arithmetic on nodes makes nodes.
-- Every operation goes left to right in doubles. Where a number cannot be had the run ends as an input error
-- that names the node, not as the rule's fault.
local host = ...
local raise, fail, repr, node_of, node_key = host.raise, host.fail, host.repr, host.node_of, host.node_key
local type, setmetatable, ipairs, select, math_type = type, setmetatable, ipairs, select, math.type

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

-- Left to right, in doubles.
local fold = {
  sum = function(a, b) return a + b end,
  difference = function(a, b) return a - b end,
  product = function(a, b) return a * b end,
  power = function(a, b) return a ^ b end,
  min = function(a, b) return b < a and b or a end,
  max = function(a, b) return b > a and b or a end,
}

local function folded(op, values)
  local result = values[1] + 0.0
  for i = 2, #values do result = fold[op](result, values[i] + 0.0) end
  return result
end

local compute = {}

for op in pairs(fold) do compute[op] = function(values) return folded(op, values) end end

function compute.mean(values) return folded("sum", values) / #values end

function compute.geomean(values, data)
  local sum = 0.0
  for _, x in ipairs(values) do
    if not (x > 0) then impossible(data, "a geometric mean takes numbers above 0") end
    sum = sum + math.log(x)
  end
  return math.exp(sum / #values)
end

function compute.harmonic(values, data)
  local sum = 0.0
  for _, x in ipairs(values) do
    if not (x > 0) then impossible(data, "a harmonic mean takes numbers above 0") end
    sum = sum + 1 / x
  end
  return #values / sum
end

function compute.ratio(values, data)
  local a, b = values[1], values[2]
  if b == 0 then impossible(data, "division by zero") end
  if math_type(a) == "integer" and math_type(b) == "integer" then return host.ratio(a, b) end -- rounded once
  return a / b
end
compute["floor ratio"] = function(values, data)
  if values[2] == 0 then impossible(data, "division by zero") end
  return (values[1] + 0.0) // (values[2] + 0.0)
end
compute.remainder = function(values, data)
  if values[2] == 0 then impossible(data, "division by zero") end
  return (values[1] + 0.0) % (values[2] + 0.0)
end
function compute.negative(values) return -(values[1] + 0.0) end
function compute.clamp(values)
  local x, low, high = values[1] + 0.0, values[2] + 0.0, values[3] + 0.0
  return x < low and low or x > high and high or x
end
function compute.weighted(values, data)
  local result
  for i, x in ipairs(values) do
    local term = value_of(data.weights[i]) * (x + 0.0)
    result = i == 1 and term or result + term
  end
  return result
end

-- Sums, means and the like of one unit have it too.
local keeps_unit = { sum = true, difference = true, mean = true, geomean = true, harmonic = true, min = true,
  max = true, clamp = true, negative = true }

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

local function operate(op, name, children, weights)
  local data, values = { op = op, name = name, children = children, weights = weights }, {}
  data.setting = true
  for i, child in ipairs(children) do
    values[i] = value_of(child)
    data.setting = data.setting and is_setting(child)
  end
  data.unit = keeps_unit[op] and common_unit(children) or nil
  data.value = compute[op](values, data)
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

-- What each function takes after t; what stands beyond is refused, for it would count for nothing.
local takes = { param = "a name", value = "a name, a number and a unit", ratio = "a name and two numbers",
  clamp = "a name, a number and two bounds", weighted = "a name and a list of { weight, number }" }
local ordinal = { "second", "third", "fourth", "fifth" }
local most = { param = 1, value = 3, ratio = 3, clamp = 4 }

-- The object a rule gets. m and p are the bound trees.
local function recorder(m, p)
  local t = {}
  local locked = host.base.readonly("t", t)

  local function check_self(self, method, ...)
    if self ~= locked then raise(("write t:%s(…), with a colon"):format(method)) end
    if select("#", ...) > 0 then
      raise(("t:%s takes %s; a %s argument has no meaning%s"):format(method, takes[method] or "a name and a list",
        ordinal[most[method] or 2], takes[method] and "" or "; t:weighted takes weights"))
    end
  end

  function t.metric(self, ...)
    check_self(self, "metric")
    local value, path, unit, source, file, field = host.find(m, ...)
    if value == nil then
      fail(("%s needs '%s': %s"):format(host.subject(), path, unit))
    elseif type(value) ~= "number" then
      raise(("metric '%s' is %s; t:metric takes numbers"):format(path, host.kind(value) == "array" and "a list"
        or host.kind(value) == "object" and "a group" or describe(value)))
    end
    return new { op = "metric", value = value, unit = unit, path = path, source = source, file = file, field = field }
  end

  function t.param(self, name, ...)
    check_self(self, "param", ...)
    if type(name) ~= "string" then raise("t:param takes a name, not " .. describe(name)) end
    local value, _, unit, source = host.find(p, name)
    if value == nil then
      fail(("%s needs the parameter '%s'; give --%s"):format(host.subject(), name, (name:gsub("_", "-"))))
    elseif type(value) ~= "number" then
      raise(("parameter '%s' is %s; t:param takes numbers"):format(name, describe(value)))
    end
    return new { op = "param", value = value, unit = unit, param = name, source = source }
  end

  local function check_name(method, name)
    if type(name) ~= "string" then
      raise(("t:%s: the first argument is the node's name, not %s"):format(method, describe(name)))
    end
  end

  function t.value(self, name, x, unit, ...)
    check_self(self, "value", ...)
    check_name("value", name)
    if node_of(x) then return renamed(x, name) end
    if type(x) ~= "number" then raise(("'%s' is %s; a number is expected"):format(name, describe(x))) end
    return constant(x, name, unit)
  end

  function t.ratio(self, name, a, b, ...)
    check_self(self, "ratio", ...)
    check_name("ratio", name)
    local where = "'" .. name .. "': "
    return operate("ratio", name, { as_node(a, where .. "the dividend"), as_node(b, where .. "the divisor") })
  end

  function t.clamp(self, name, x, low, high, ...)
    check_self(self, "clamp", ...)
    check_name("clamp", name)
    local children = { as_node(x, "'" .. name .. "'"), as_node(low, "'" .. name .. "': the lower bound"),
      as_node(high, "'" .. name .. "': the upper bound") }
    if value_of(children[2]) > value_of(children[3]) then
      raise(("'%s': the lower bound %s is above the upper bound %s"):format(name, repr(value_of(children[2])),
        repr(value_of(children[3]))))
    end
    return operate("clamp", name, children)
  end

  local function check_list(method, name, list)
    check_name(method, name)
    if node_of(list) or (type(list) ~= "table" and host.kind(list) ~= "array") then
      raise(("t:%s: the second argument is a list, not %s"):format(method, node_of(list) and "a node" or describe(list)))
    end
    if #list == 0 then fail(("%s: '%s' is a %s of nothing"):format(place(), name, method)) end
  end

  for _, op in ipairs { "sum", "product", "mean", "geomean", "harmonic", "min", "max" } do
    t[op] = function(self, name, list, ...)
      check_self(self, op, ...)
      check_list(op, name, list)
      local children = {}
      for i = 1, #list do children[i] = as_node(list[i], ("'%s': item %d"):format(name, i)) end
      return operate(op, name, children)
    end
  end

  function t.weighted(self, name, list, ...)
    check_self(self, "weighted", ...)
    check_list("weighted", name, list)
    local children, weights = {}, {}
    for i = 1, #list do
      local pair, where = list[i], ("'%s': item %d"):format(name, i)
      if type(pair) ~= "table" or node_of(pair) then raise(where .. " is no { weight, number }") end
      weights[i] = as_node(pair[1], where .. "'s weight")
      children[i] = as_node(pair[2], where)
      if type(pair[2]) == "number" and not is_setting(weights[i]) then
        raise(("%s has %s first and %s second; a weight comes first, { weight, number }"):format(where,
          title(node_of(weights[i])), repr(pair[2])))
      end
    end
    return operate("weighted", name, children, weights)
  end

  return locked
end

-- Beyond these a node is written without its children and marked `cut`: shared nodes can make a small
-- derivation an enormous tree.
local MAX_NODES, MAX_DEPTH = 10000, 80

local function export(root)
  local count = 0
  local object, array = host.nkb.object, host.nkb.array

  -- a + b + c is one sum of three: the same folding, and a loop that adds up makes no deep tree.
  local function spine(data)
    if data.op ~= "sum" and data.op ~= "product" then return data.children end
    local reversed, children = {}, data.children
    while true do
      for i = #children, 2, -1 do reversed[#reversed + 1] = children[i] end
      local first = node_of(children[1])
      if first.name or first.op ~= data.op then
        reversed[#reversed + 1] = children[1]
        break
      end
      children = first.children
    end
    local list = {}
    for i = #reversed, 1, -1 do list[#list + 1] = reversed[i] end
    return list
  end

  local function write(node, depth, weight)
    local data = node_of(node)
    count = count + 1
    local out = object()
    for _, key in ipairs { "name", "op", "value", "unit", "path", "param", "source", "file", "field" } do
      out:set(key, data[key])
    end
    if weight then out:set("weight", value_of(weight)):set("weight_param", node_of(weight).param) end
    if not data.children then return out end
    local children = spine(data)
    if depth >= MAX_DEPTH or count + #children > MAX_NODES then return out:set("cut", true) end
    local list = array {}
    for i, child in ipairs(children) do
      list[i] = write(child, depth + 1, data.weights and data.weights[i])
    end
    return out:set("children", list)
  end

  return write(root, 1)
end

-- The node of a score that was returned as a number, with what the rule says it is made of.
local function given(value, parts)
  return new { op = "value", name = "score", value = value, children = #parts > 0 and parts or nil }
end

return { recorder = recorder, given = given, export = export, constant = constant, as_node = as_node, is_finite = is_finite }
