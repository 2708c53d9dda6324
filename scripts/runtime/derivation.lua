-- `t`: records how a score comes about. Its functions take numbers, nodes or { name, number or node } pairs and
-- give nodes; t:metric and t:param are the leaves.
local host = ...
local raise, fail, repr, node_of = host.raise, host.fail, host.repr, host.node_of
local type, select, ipairs = type, select, ipairs
local node = host.node
local new, as_node, value_of, operate, describe = node.new, node.as_node, node.value_of, node.operate, node.describe

-- What each function takes after t; what stands beyond is refused, for it would count for nothing.
local takes = {
  param = "a name", value = "a name, a number and a unit", ratio = "a name and two numbers",
  clamp = "a name, a number and two bounds", weighted = "a name and a list of { weight, number }",
  percentile = "a name, a list and a number from 0 to 100",
  rank = "a name, a number, a list and \"higher\" or \"lower\"",
  rank_points = "a name, a number, a list, the points of each rank and \"higher\" or \"lower\"",
}
local ordinal = { "second", "third", "fourth", "fifth", "sixth" }
local most = { param = 1, value = 3, ratio = 3, clamp = 4, percentile = 3, rank = 4, rank_points = 5 }

local function check_name(method, name)
  if type(name) ~= "string" then
    raise(("t:%s: the first argument is the node's name, not %s"):format(method, describe(name)))
  end
end

local function check_list(method, name, list, position)
  check_name(method, name)
  if node_of(list) or (type(list) ~= "table" and host.kind(list) ~= "array") then
    raise(("t:%s: the %s argument is a list, not %s"):format(method, position or "second",
      node_of(list) and "a node" or describe(list)))
  end
  if #list == 0 then fail(("%s: '%s' is a %s of nothing"):format(node.place(), name, method:gsub("_", " "))) end
end

-- The list's nodes, behind those that are there.
local function add_nodes(children, name, list)
  for i = 1, #list do children[#children + 1] = as_node(list[i], ("'%s': item %d"):format(name, i)) end
  return children
end

-- As run_measure.c words it: then it is the rule that is to blame, and not what was put in.
local NOT_NEEDED = "the rule does not name it in its needs"

local function leaf_of_metric(m, ...)
  local value, path, unit, source, file, field = host.find(m, ...)
  if value == nil then
    if unit == NOT_NEEDED then raise(("t:metric '%s': %s"):format(path, unit)) end
    fail(("%s needs '%s': %s"):format(host.subject(), path, unit))
  elseif type(value) ~= "number" then
    raise(("metric '%s' is %s; t:metric takes numbers"):format(path, host.kind(value) == "array" and "a list"
      or host.kind(value) == "object" and "a group" or describe(value)))
  end
  return new { op = "metric", value = value, unit = unit, path = path, source = source, file = file, field = field }
end

local function leaf_of_param(p, name)
  if type(name) ~= "string" then raise("t:param takes a name, not " .. describe(name)) end
  local value, _, unit, source = host.find(p, name)
  if value == nil then
    fail(("%s needs the parameter '%s'; give --%s"):format(host.subject(), name, (name:gsub("_", "-"))))
  elseif type(value) ~= "number" then
    raise(("parameter '%s' is %s; t:param takes numbers"):format(name, describe(value)))
  end
  return new { op = "param", value = value, unit = unit, param = name, source = source }
end

-- Is less better? A rank says so itself, for it is easily the wrong way round.
local function is_lower(method, name, better)
  if better ~= "higher" and better ~= "lower" then
    raise(("t:%s: '%s' says what is better with \"higher\" or \"lower\", not %s"):format(method, name, describe(better)))
  end
  return better == "lower"
end

local function rank_nodes(method, name, x, list)
  check_list(method, name, list, "third")
  return add_nodes({ as_node(x, "'" .. name .. "'") }, name, list)
end

local function points_of(name, points)
  if type(points) ~= "table" or node_of(points) or #points == 0 then
    raise(("t:rank_points: '%s': the points are a list, { 25, 18, 15 }, not %s"):format(name, describe(points)))
  end
  local copy = {}
  for i = 1, #points do
    copy[i] = points[i]
    if type(copy[i]) ~= "number" or not node.is_finite(copy[i]) then
      raise(("t:rank_points: '%s': the points of rank %d are %s; a number is expected"):format(name, i,
        type(copy[i]) == "number" and repr(copy[i]) or describe(copy[i])))
    end
  end
  return copy
end

-- The object a rule gets. m and p are the bound trees.
local function recorder(m, p)
  local t = {}
  local locked = host.base.readonly("t", t)
  host.base.closed("t", t)

  local function check_self(self, method, ...)
    if self ~= locked then raise(("write t:%s(…), with a colon"):format(method)) end
    if select("#", ...) > 0 then
      raise(("t:%s takes %s; a %s argument has no meaning%s"):format(method, takes[method] or "a name and a list",
        ordinal[most[method] or 2], takes[method] and "" or "; t:weighted takes weights"))
    end
  end

  function t.metric(self, ...)
    check_self(self, "metric")
    return leaf_of_metric(m, ...)
  end

  function t.param(self, name, ...)
    check_self(self, "param", ...)
    return leaf_of_param(p, name)
  end

  function t.value(self, name, x, unit, ...)
    check_self(self, "value", ...)
    check_name("value", name)
    if node_of(x) then return node.renamed(x, name) end
    if type(x) ~= "number" then raise(("'%s' is %s; a number is expected"):format(name, describe(x))) end
    return node.constant(x, name, unit)
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

  for _, op in ipairs { "sum", "product", "mean", "geomean", "harmonic", "median", "olympic", "min", "max" } do
    t[op] = function(self, name, list, ...)
      check_self(self, op, ...)
      check_list(op, name, list)
      return operate(op, name, add_nodes({}, name, list))
    end
  end

  function t.percentile(self, name, list, at, ...)
    check_self(self, "percentile", ...)
    check_list("percentile", name, list)
    at = host.nkb.number(at)
    if not at or not (at >= 0 and at <= 100) then
      raise(("t:percentile: '%s' is the percentile %s; a number from 0 to 100 is expected"):format(name,
        at and repr(at) or "of no number"))
    end
    return operate("percentile", name, add_nodes({}, name, list), { at = at })
  end

  function t.rank(self, name, x, list, better, ...)
    check_self(self, "rank", ...)
    local children = rank_nodes("rank", name, x, list)
    return operate("rank", name, children, { lower = is_lower("rank", name, better) })
  end

  function t.rank_points(self, name, x, list, points, better, ...)
    check_self(self, "rank_points", ...)
    local children = rank_nodes("rank_points", name, x, list)
    return operate("rank points", name, children,
      { points = points_of(name, points), lower = is_lower("rank_points", name, better) })
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
      if type(pair[2]) == "number" and not node.is_setting(weights[i]) then
        raise(("%s has %s first and %s second; a weight comes first, { weight, number }"):format(where,
          node.title(node_of(weights[i])), repr(pair[2])))
      end
    end
    return operate("weighted", name, children, { weights = weights })
  end

  return locked
end

-- The node of a score that was returned as a number, with what the rule says it is made of.
local function given(value, parts)
  return new { op = "value", name = "score", value = value, children = #parts > 0 and parts or nil }
end

return { recorder = recorder, given = given }
