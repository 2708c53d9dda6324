-- What a property is tried on: variables, and values drawn for them. Lua's generator, seeded: the same seed gives
-- the same values everywhere.
local host = ...
local shape = host.test_shape
local random, floor, ceil = math.random, math.floor, math.ceil

local draw = {}

local WIDE = 1000 -- a range this wide is drawn by size

local function is_range(spec) return #spec == 2 and type(spec[1]) == "number" and type(spec[2]) == "number" end

-- { name, metric = is it one, low, high, whole, wide } or { name, metric, choices }
local function variable(where, name, spec, params)
  local type_of = (name:find "[.%[]" or params[name] == nil) and host.known(name) or nil
  local metric = type_of ~= nil or name:find "[.%[]" ~= nil
  local v = { name = name, metric = metric }
  if not metric and params[name] == nil then
    local meant = host.suggest(name, host.nkb.keys(params))
    shape.fault(where, "over: '%s' is no parameter of the rule, and no metric's path%s", name, meant and "; did you mean '" .. meant .. "'?" or "")
  end
  local kind = metric and type_of or params[name]
  if type(spec) ~= "table" then
    shape.fault(where, "over: '%s' is %s; { low, high }, or a list of texts, is expected", name, shape.kind_of(spec))
  end
  if #spec == 0 and next(spec) ~= nil then
    shape.check_keys(where, spec, { "one_of" }, "what '" .. name .. "' is drawn from")
    v.choices = shape.check(where, spec, "one_of", "list")
  elseif is_range(spec) then
    if kind == "string" or kind == "boolean" or kind == "date" then
      shape.fault(where, "over: '%s' is a %s and has no range; its values are expected, { one_of = { … } }", name, kind)
    end
    v.low, v.high = spec[1], spec[2]
    v.whole = kind == "integer" or (kind ~= "number" and math.type(v.low) == "integer" and math.type(v.high) == "integer")
    if v.low ~= v.low or v.high ~= v.high or v.low > v.high or v.high - v.low == math.huge or v.low == -math.huge then
      shape.fault(where, "over: '%s' is from %s to %s; two numbers, the lower one first, are expected", name, host.repr(v.low), host.repr(v.high))
    end
    if v.whole then
      v.low, v.high = math.tointeger(ceil(v.low)), math.tointeger(floor(v.high))
      if not v.low or not v.high or v.low > v.high then
        shape.fault(where, "over: there is no whole number from %s to %s for '%s'", host.repr(spec[1]), host.repr(spec[2]), name)
      end
    else
      v.low, v.high = v.low + 0.0, v.high + 0.0
    end
    v.wide = v.low > 0 and v.high / v.low >= WIDE
  else
    v.choices = spec
  end
  if v.choices and #v.choices == 0 then shape.fault(where, "over: '%s' has nothing to be drawn from", name) end
  for _, choice in ipairs(v.choices or {}) do
    if type(choice) ~= "number" and type(choice) ~= "string" and type(choice) ~= "boolean" then
      shape.fault(where, "over: a choice of '%s' is %s; numbers, texts, true and false can be drawn", name, shape.kind_of(choice))
    end
  end
  return v
end

-- In sorted order, which is also that of drawing.
function draw.variables(where, over, params)
  local list = {}
  for name, spec in host.base.pairs(over) do
    if type(name) ~= "string" then shape.fault(where, "'over' is { name = { low, high } }, not a list") end
    list[#list + 1] = variable(where, name, spec, params)
    list[name] = list[#list]
  end
  return list
end

function draw.seed(seed) math.randomseed(seed, 0) end

-- A number as near to x as the variable can have.
function draw.fit(v, x)
  if v.choices then return x end
  if v.whole then x = math.tointeger(floor(x + 0.5)) or v.low else x = x + 0.0 end
  return x < v.low and v.low or x > v.high and v.high or x
end

function draw.value(v)
  if v.choices then return v.choices[random(#v.choices)] end
  local luck = random(16)
  if luck == 1 then return v.low end
  if luck == 2 then return v.high end
  if luck == 3 then return draw.fit(v, random(0, 1)) end
  if v.wide then
    local x = math.exp(math.log(v.low) + random() * (math.log(v.high) - math.log(v.low)))
    return draw.fit(v, x)
  end
  if v.whole then return random(v.low, v.high) end
  return draw.fit(v, v.low + random() * (v.high - v.low))
end

function draw.point(variables)
  local point = {}
  for _, v in ipairs(variables) do point[v.name] = draw.value(v) end
  return point
end

function draw.factor() return 2.0 ^ random(-6, 6) * (1 + random(0, 3) / 4) end

return draw
