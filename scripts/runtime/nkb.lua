-- The rule library `nkb`: ordered objects and arrays for JSON, statistics, near, dates; formatting stands in
-- fmt.lua. Rules, layouts and our own scripts use the same one.
local host = ...
local raise, repr, metafield = host.raise, host.repr, host.metafield
local type, setmetatable, ipairs, tostring = type, setmetatable, ipairs, tostring
local arrays, object_of, node_of, object_key = host.arrays, host.object_of, host.node_of, host.object_key

local nkb = {
  null = host.null,
  fmt = host.fmt,
  json = { encode = host.json_encode, decode = host.json_decode },
  stats = {},
  none = setmetatable({}, { __name = "none", __metatable = false }), -- a parameter's default: there is none
}

-- The number of x: a number itself, or a node of the derivation's value; nil for anything else.
local function number_of(x)
  if type(x) == "number" then return x end
  local node = node_of(x)
  return node and node.value
end
nkb.number = number_of

-- Equal to within `tolerance` of the larger of 1, |a| and |b|.
function nkb.near(a, b, tolerance)
  a, b = number_of(a), number_of(b)
  if not a or not b then raise("nkb.near compares two numbers") end
  local size = math.max(1, math.abs(a), math.abs(b))
  return math.abs(a - b) <= (tolerance or 1e-9) * size
end

-- Ordered objects. nkb.object { { "key", value }, … } or nkb.object():set("key", value):set(…); o.key reads,
-- o.key = value sets, pairs goes in order, a nil value leaves the key out.
local methods = {}

local function set(object, key, value)
  local store = object_of(object)
  if not store then raise("object:set is called with a colon, on what nkb.object made") end
  if type(key) ~= "string" then raise("an object's key is a text, not a " .. type(key)) end
  if value ~= nil and store.values[key] == nil and not store.known[key] then
    store.known[key] = true
    store.keys[#store.keys + 1] = key
  end
  store.values[key] = value
  return object
end
methods.set = set

function methods.get(object, key)
  local store = object_of(object)
  if not store then raise("object:get is called with a colon, on what nkb.object made") end
  return store.values[key]
end

local object_meta = {
  __index = function(object, key) return methods[key] or object_of(object).values[key] end,
  __newindex = set,
  __pairs = function(object)
    local store, i = object_of(object), 0
    return function()
      while i < #store.keys do
        i = i + 1
        local value = store.values[store.keys[i]]
        if value ~= nil then return store.keys[i], value end
      end
    end, object, nil
  end,
  __name = "object",
  __metatable = false,
}

function nkb.object(members)
  local object = setmetatable({ [object_key] = { keys = {}, values = {}, known = {} } }, object_meta)
  if members == nil then return object end
  if type(members) ~= "table" and host.kind(members) ~= "object" then
    raise("nkb.object takes a table of { key, value } pairs, not a " .. type(members))
  end
  if host.kind(members) == nil and #members > 0 then
    for i, pair in ipairs(members) do
      if type(pair) ~= "table" then raise("nkb.object: member " .. i .. " is no { key, value }") end
      set(object, pair[1], pair[2])
    end
  else
    for key, value in host.base.pairs(members) do set(object, key, value) end
  end
  return object
end

-- A copy of a list as a plain table that may be changed and sorted.
function nkb.list(list)
  local copy = {}
  for i = 1, #list do copy[i] = list[i] end
  return copy
end

-- Mark a table as a JSON list (which an empty table is anyway); of a list of m's, a copy.
function nkb.array(list)
  if list == nil then list = {} end
  if type(list) ~= "table" then
    if host.kind(list) ~= "array" then raise("nkb.array takes a table, not a " .. type(list)) end
    list = nkb.list(list)
  end
  if object_of(list) or node_of(list) then raise("nkb.array takes a plain table") end
  arrays[list] = true
  return list
end

-- "object", "array" for what is made here and for m, p and r; else what type says.
function nkb.kind(x)
  if x == host.null then return "null" end
  if type(x) == "table" then
    return object_of(x) and "object" or arrays[x] and "array" or node_of(x) and "node" or "table"
  end
  return host.kind(x) or type(x)
end

-- Every name of a tree, absent values' too, in order.
function nkb.keys(x)
  if host.kind(x) then return host.keys(x) end
  local keys = {}
  for key in host.base.pairs(x) do keys[#keys + 1] = key end
  return keys
end

-- nkb.note(m, "training.mfu_percent"): unit, source, and why when it is absent.
nkb.note = host.note

-- Statistics, summed left to right in doubles. Of nothing: nil (sum 0, count 0).
local function numbers(name, list)
  if type(list) ~= "table" and host.kind(list) ~= "array" then
    raise("nkb.stats." .. name .. " takes a list, not a " .. type(list))
  end
  local values = {}
  for i = 1, #list do
    local x = number_of(list[i])
    if not x then raise(("nkb.stats.%s: item %d is a %s; a number is expected"):format(name, i, type(list[i]))) end
    values[i] = x + 0.0
  end
  return values, #values
end

local function total(values)
  local sum = 0.0
  for i = 1, #values do sum = sum + values[i] end
  return sum
end

local function must_be_positive(name, x)
  if not (x > 0) then raise(("nkb.stats.%s of %s; every number must be above 0"):format(name, repr(x))) end
end

local stats = nkb.stats
function stats.count(list)
  local _, n = numbers("count", list)
  return n
end
function stats.sum(list) return total((numbers("sum", list))) end
function stats.mean(list)
  local values, n = numbers("mean", list)
  if n > 0 then return total(values) / n end
end
function stats.geomean(list)
  local values, n = numbers("geomean", list)
  for i = 1, n do
    must_be_positive("geomean", values[i])
    values[i] = math.log(values[i])
  end
  if n > 0 then return math.exp(total(values) / n) end
end
function stats.harmonic(list)
  local values, n = numbers("harmonic", list)
  for i = 1, n do
    must_be_positive("harmonic", values[i])
    values[i] = 1 / values[i]
  end
  if n > 0 then return n / total(values) end
end
function stats.median(list)
  local values, n = numbers("median", list)
  host.base.sort(values)
  if n == 0 then return nil end
  if n % 2 == 1 then return values[n // 2 + 1] end
  return (values[n // 2] + values[n // 2 + 1]) / 2
end
function stats.min(list)
  local values = numbers("min", list)
  local least = values[1]
  for i = 2, #values do if values[i] < least then least = values[i] end end
  return least
end
function stats.max(list)
  local values = numbers("max", list)
  local most = values[1]
  for i = 2, #values do if values[i] > most then most = values[i] end end
  return most
end

-- The input cannot be judged: the run ends with exit 1 and this text, which is not the rule's fault.
function nkb.refuse(text)
  if type(text) ~= "string" then raise("nkb.refuse(text): the text is " .. (text == nil and "missing" or "a " .. type(text))) end
  host.fail(text)
end

local month_days = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

-- Days from 1970-01-01 to a date; nil and what is wrong with it otherwise.
function nkb.days(date)
  local y, m, d = tostring(date):match "^(%d%d%d%d)%-(%d%d)%-(%d%d)$"
  y, m, d = math.tointeger(tonumber(y)), math.tointeger(tonumber(m)), math.tointeger(tonumber(d))
  if not y or m < 1 or m > 12 or d < 1 then return nil, "a date such as 2026-03-04 is expected" end
  local leap = y % 4 == 0 and (y % 100 ~= 0 or y % 400 == 0)
  if d > month_days[m] + (leap and m == 2 and 1 or 0) then return nil, "there is no such day" end
  local past = y - (m <= 2 and 1 or 0) -- years begin in March, so that the leap day ends one
  local months = (m + 9) % 12
  return past * 365 + past // 4 - past // 100 + past // 400 + (153 * months + 2) // 5 + d - 719469
end

if metafield then
  for _, name in ipairs { "json", "stats", "fmt" } do
    nkb[name] = host.base.readonly("nkb." .. name, host.base.closed("nkb." .. name, nkb[name]))
  end
  host.base.closed("nkb", nkb)
end
return nkb
