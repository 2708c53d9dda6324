-- Random while loops. Those of the plain family are counted loops in every disguise whose trip count must be found; the
-- others must come out right or unknown. Which of them end, and after how many trips, is not known here: the counter
-- runs them.
local model = require "model"
local arrays = require "arrays"

local loops = {}
local random, pick = math.random, arrays.pick

local types = { "s32", "s32", "s32", "s64", "u32", "s8", "u8", "s16", "u16", "u64" }
local wider = { s8 = "s16", s16 = "s32", s32 = "s64", u8 = "s32", u16 = "u32", u32 = "s64" }

local function chance(percent)
  return random(100) <= percent
end

-- A computation of its own for `build(computation, parameters) -> root`, called or fused.
local function outline(g, c, args, build)
  local callee = model.computation(g.module, "outlined")
  local params = {}
  for i, arg in ipairs(args) do params[i] = model.parameter(callee, arg.shape) end
  local root = build(callee, params)
  model.close(callee, root)
  if chance(50) then return model.add(c, "call", root.shape, args, { calls = { callee } }) end
  return model.add(c, "fusion", root.shape, args, { calls = { callee }, kind = "kLoop" })
end

-- The same value by a longer way.
local function disguise(g, c, x)
  while chance(35) do
    local way = random(7)
    if way == 1 then
      x = model.add(c, "copy", x.shape, { x })
    elseif way == 2 then
      x = model.add(c, "bitcast", x.shape, { x })
    elseif way == 3 then
      x = model.add(c, "reshape", x.shape, { x })
    elseif way == 4 then
      x = model.add(c, "opt-barrier", x.shape, { x })
    elseif way == 5 then
      local both = model.pack(c, { arrays.any(c), x })
      if chance(50) then both = model.add(c, pick { "copy", "opt-barrier" }, both.shape, { both }) end
      x = model.element(c, both, 1)
    elseif way == 6 then
      x = outline(g, c, { x }, function(callee, params) return disguise(g, callee, params[1]) end)
    else
      x = outline(g, c, { model.pack(c, { x, arrays.any(c) }) }, function(callee, params)
        return model.element(callee, params[1], 0)
      end)
    end
  end
  return x
end

-- A constant, or arithmetic on constants that gives it.
local function constant(g, c, type, value)
  local function plain(v) return disguise(g, c, model.constant(c, type, v)) end
  if type == "u64" or chance(60) then return plain(value) end
  local shape, way, k = model.scalar(type), random(8), random(0, 3)
  if type:sub(1, 1) == "u" and value < k then return plain(value) end
  if way == 1 then return model.add(c, "add", shape, { plain(value - k), plain(k) }) end
  if way == 2 and value < 100 then return model.add(c, "subtract", shape, { plain(value + k), plain(k) }) end
  if way == 3 and value % 2 == 0 then return model.add(c, "multiply", shape, { plain(value // 2), plain(2) }) end
  if way == 4 then return model.add(c, "maximum", shape, { plain(value), plain(value - k) }) end
  if way == 5 then return model.add(c, "minimum", shape, { plain(value), plain(value < 100 and value + k or value) }) end
  if way == 6 and value < 100 and value > -100 and (type == "s32" or type == "s64") then
    return model.add(c, "convert", shape, { model.constant(c, value < 0 and "s8" or pick { "s8", "u8" }, value) })
  end
  if way == 7 and type:sub(1, 1) == "s" and value > -100 then
    return model.add(c, "negate", shape, { plain(-value) })
  end
  if way == 8 and value > -50 and value < 50 then
    return model.add(c, "divide", shape, { plain(value * 2), plain(2) })
  end
  return plain(value)
end

-- The state is a tree of tuples; its leaves are named. `{ "i" }` alone is a state without tuple.
local function random_tree(leaves)
  local tree = {}
  for i = #leaves, 1, -1 do table.insert(tree, random(#tree + 1), leaves[i]) end
  for _ = 1, random(0, 3) do
    local at = random(#tree)
    tree[at] = chance(50) and { tree[at] } or tree[at]
    if #tree > 1 and chance(40) then
      local moved = table.remove(tree)
      local host = tree[random(#tree)]
      if type(host) == "table" then host[#host + 1] = moved else tree[#tree + 1] = moved end
    end
  end
  return tree
end

local function pack_tree(c, tree, values)
  if type(tree) == "string" then return values[tree] end
  local parts = {}
  for i, branch in ipairs(tree) do parts[i] = pack_tree(c, branch, values) end
  return model.pack(c, parts)
end

local function unpack_tree(c, tree, whole, into)
  if type(tree) == "string" then
    into[tree] = whole
  else
    for i, branch in ipairs(tree) do unpack_tree(c, branch, model.element(c, whole, i - 1), into) end
  end
  return into
end

-- The counter after one trip, by adding or subtracting constants in one go or two, here or outlined.
local function stepped(g, c, i, spec)
  local shape = i.shape
  local function once(at, x, by)
    local unsigned = spec.type:sub(1, 1) == "u"
    if (by < 0 or not unsigned) and chance(unsigned and 90 or 35) then
      return model.add(at, "subtract", shape, { x, constant(g, at, spec.type, -by) })
    end
    local args = { x, constant(g, at, spec.type, by) }
    if chance(40) then args[1], args[2] = args[2], args[1] end
    return model.add(at, "add", shape, args)
  end
  local function whole(at, x)
    x = disguise(g, at, x)
    if spec.type:sub(1, 1) == "s" and spec.step < 60 and chance(15) then
      x = once(at, once(at, x, spec.step + 2), -2)
    else
      x = once(at, x, spec.step)
    end
    return disguise(g, at, x)
  end
  if chance(20) then return outline(g, c, { i }, function(callee, params) return whole(callee, params[1]) end) end
  return whole(c, i)
end

local mirrored = { EQ = "EQ", NE = "NE", LT = "GT", GT = "LT", LE = "GE", GE = "LE" }
local opposite = { EQ = "NE", NE = "EQ", LT = "GE", GE = "LT", LE = "GT", GT = "LE" }

local function compared(c, i, n, spec)
  local direction, negated = spec.direction, chance(12)
  if wider[spec.type] and chance(15) then
    local shape = model.scalar(wider[spec.type])
    i, n = model.add(c, "convert", shape, { i }), model.add(c, "convert", shape, { n })
  end
  if negated then direction = opposite[direction] end
  if chance(40) then i, n, direction = n, i, mirrored[direction] end
  local root = model.add(c, "compare", model.scalar "pred", { i, n }, { direction = direction })
  return negated and model.add(c, "not", root.shape, { root }) or root
end

local function condition(g, state, tree, spec, kind)
  local c = model.computation(g.module, "cond")
  local param = model.parameter(c, state.shape)
  local function body(at, whole)
    local parts = unpack_tree(at, tree, whole, {})
    local i = disguise(g, at, parts.i)
    local n = parts.n and disguise(g, at, parts.n) or constant(g, at, spec.type, spec.bound)
    if kind == "two tests" then
      local a, b = compared(at, i, n, spec), compared(at, i, n, { type = spec.type, direction = "NE" })
      return model.add(at, pick { "and", "or" }, a.shape, { a, b })
    elseif kind == "narrowed" and spec.type == "s32" then
      local shape = model.scalar "s8"
      i, n = model.add(at, "convert", shape, { i }), model.add(at, "convert", shape, { n })
      return model.add(at, "compare", model.scalar "pred", { i, n }, { direction = spec.direction })
    elseif chance(20) then
      return outline(g, at, { i, n }, function(callee, p) return compared(callee, p[1], p[2], spec) end)
    end
    return compared(at, i, n, spec)
  end
  if kind == "constant" then return model.close(c, model.constant(c, "pred", chance(50))) end
  if chance(15) then
    local root = outline(g, c, { param }, function(callee, p) return body(callee, p[1]) end)
    return model.close(c, disguise(g, c, root))
  end
  return model.close(c, disguise(g, c, body(c, param)))
end

-- The counter's next value; the other families do to it what the plain one does not.
local function next_counter(g, c, parts, spec, kind)
  local i, shape = parts.i, parts.i.shape
  if kind == "multiplied" then
    return model.add(c, "multiply", shape, { i, model.constant(c, spec.type, 2) })
  elseif kind == "reversed" then
    return model.add(c, "subtract", shape, { model.constant(c, spec.type, spec.step), i })
  elseif kind == "selected" then
    local p = model.add(c, "compare", model.scalar "pred", { i, model.constant(c, spec.type, 3) }, { direction = "LT" })
    return model.add(c, "select", shape, { p, stepped(g, c, i, spec), stepped(g, c, i, { type = spec.type, step = 2 }) })
  elseif kind == "from data" then
    local data = model.add(c, "reshape", shape, { arrays.need(c, spec.type, { 1 }) })
    return model.add(c, "add", shape, { i, data })
  elseif kind == "swapped" then
    return parts.j
  end
  if parts.n and chance(10) then return model.add(c, pick { "add", "subtract" }, shape, { i, parts.n }) end
  return stepped(g, c, i, spec)
end

local function loop_body(g, state, tree, spec, kind)
  local c = model.computation(g.module, "body")
  c.depth = spec.depth
  local param = model.parameter(c, state.shape)
  if chance(12) then -- all of it outlined
    local root = outline(g, c, { param }, function(callee, p)
      callee.depth = spec.depth
      return loops.body_of(g, callee, p[1], tree, spec, kind)
    end)
    return model.close(c, root)
  end
  return model.close(c, loops.body_of(g, c, param, tree, spec, kind))
end

function loops.body_of(g, c, param, tree, spec, kind)
  local parts, after = unpack_tree(c, tree, param, {}), {}
  for name, value in pairs(parts) do
    if name:sub(1, 1) == "x" then c.pool[#c.pool + 1] = value end
  end
  table.sort(c.pool, function(a, b) return a.name < b.name end)
  g.fill(c, random(0, 5))
  local names = {}
  for name in pairs(parts) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local value = parts[name]
    if name == "i" then
      after.i = next_counter(g, c, parts, spec, kind)
    elseif name == "j" then
      after.j = stepped(g, c, kind == "swapped" and parts.i or value, { type = spec.type, step = 1 })
    elseif name == "n" then
      after.n = kind == "moving bound" and stepped(g, c, value, { type = spec.type, step = 1 })
        or disguise(g, c, value)
    else
      after[name] = chance(50) and value or arrays.need(c, value.shape.type, value.shape.dims)
    end
  end
  return pack_tree(c, tree, after)
end

local strange = { "multiplied", "reversed", "selected", "from data", "swapped", "moving bound", "two tests", "narrowed",
  "constant", "unknown start", "unknown bound" }

local function some_spec(c)
  local spec = { type = pick(types), direction = pick { "LT", "LT", "LE", "GT", "GE", "NE", "EQ" }, depth = (c.depth or 0) + 1 }
  local unsigned = spec.type:sub(1, 1) == "u"
  local low, high = unsigned and 0 or -20, chance(15) and 127 or 20
  spec.init, spec.bound, spec.step = random(low, high), random(low, high), pick { 1, 1, 1, 2, 3, 5, 64 }
  if chance(70) then -- the way that ends
    local up = spec.direction == "LT" or spec.direction == "LE" or (spec.direction == "NE" and chance(50))
    if spec.direction == "NE" and chance(70) then spec.bound = spec.init + (up and 1 or -1) * spec.step * random(0, 9) end
    if unsigned and spec.bound < 0 then spec.bound, spec.init = 0, spec.step * random(0, 9) end
    if spec.bound > 127 or spec.bound < -128 then spec.bound = spec.init end
    if (spec.init > spec.bound) == up then spec.init, spec.bound = spec.bound, spec.init end
    if not up and spec.direction ~= "EQ" then spec.step = -spec.step end
  elseif chance(50) then
    spec.step = -spec.step
  end
  if chance(5) then -- at the ends of the type
    local last = ({ s32 = 2147483647, u32 = 4294967295, s64 = math.maxinteger, s16 = 32767, u16 = 65535, s8 = 127,
      u8 = 255, u64 = -1 })[spec.type]
    spec.bound, spec.init = last, last - random(0, 9)
  end
  return spec
end

function loops.add(g, c)
  local spec, kind = some_spec(c), chance(25) and pick(strange) or "plain"
  local leaves, values = { "i" }, {}
  if kind == "unknown start" then
    values.i = arrays.need(c, spec.type, { 1 })
    values.i = model.add(c, "reshape", model.scalar(spec.type), { values.i })
  else
    values.i = constant(g, c, spec.type, spec.init)
  end
  if chance(35) or kind == "unknown bound" or kind == "moving bound" then
    leaves[#leaves + 1] = "n"
    if kind == "unknown bound" then
      values.n = model.add(c, "reshape", model.scalar(spec.type), { arrays.need(c, spec.type, { 1 }) })
    else
      values.n = constant(g, c, spec.type, spec.bound)
    end
  end
  if chance(20) or kind == "swapped" then
    leaves[#leaves + 1] = "j"
    values.j = constant(g, c, spec.type, spec.init)
  end
  for x = 1, random(0, 3) do
    leaves[#leaves + 1] = "x" .. x
    values["x" .. x] = arrays.any(c)
  end
  local tree = #leaves == 1 and chance(50) and "i" or random_tree(leaves)
  local state = pack_tree(c, tree, values)
  if chance(20) then state = model.add(c, pick { "copy", "opt-barrier" }, state.shape, { state }) end
  local body = loop_body(g, state, tree, spec, kind)
  local cond = condition(g, state, tree, spec, kind)
  local loop = model.add(c, "while", state.shape, { state }, { calls = { body, cond }, family = kind })
  if chance(12) then loop.known_trips = random(0, 12) end
  local after = unpack_tree(c, tree, loop, {})
  for x = 1, 3 do
    if after["x" .. x] then arrays.keep(c, after["x" .. x]) end
  end
  return loop
end

return loops
