-- Random instructions on arrays. Each function adds at least one instruction to a computation and leaves its results in
-- the computation's pool, from which later ones take their operands. Shapes are those XLA would infer.
local model = require "model"

local arrays = {}
local random = math.random

local function pick(list)
  return list[random(#list)]
end
arrays.pick = pick

local sizes = { 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9, 16 }
local floats = { "f32", "f32", "f32", "bf16", "f16", "f64" }
local any_type = { "f32", "f32", "f32", "bf16", "s32", "s8", "u8", "pred", "s4", "u4", "s2", "c64", "f8e5m2", "f64" }

local function size()
  return random(60) == 1 and 0 or pick(sizes)
end

local function some_dims(least, most)
  local dims = {}
  for i = 1, random(least, most) do dims[i] = size() end
  return dims
end

local function shuffled(n, from)
  local out = {}
  for i = 1, n do out[i] = i - 1 + (from or 0) end
  for i = n, 2, -1 do
    local k = random(i)
    out[i], out[k] = out[k], out[i]
  end
  return out
end

-- A shape with, now and then, another layout than the plain one, or elements packed below a byte.
local function shape_of(type, dims)
  local shape = model.shape(type, dims)
  if random(5) == 1 then shape.layout = shuffled(#dims) end
  local bits = model.types[type][2]
  if bits < 8 and random(2) == 1 then shape.bits = bits end
  return shape
end

function arrays.some_shape()
  local shape = shape_of(pick(any_type), some_dims(0, 4))
  if random(12) == 1 and #shape.dims > 0 then
    shape.dynamic = {}
    for i = 1, #shape.dims do shape.dynamic[i] = random(2) == 1 end
  end
  return shape
end

local function keep(c, instruction)
  c.pool[#c.pool + 1] = instruction
  return instruction
end
arrays.keep = keep

local function add(c, op, shape, args, more)
  return keep(c, model.add(c, op, shape, args, more))
end

local function constant(c, type, dims)
  local literal = type == "pred" and "false" or type == "c64" and "(1, 0)" or "2"
  if #dims > 0 then literal = "{...}" end
  return add(c, "constant", shape_of(type, dims), {}, { literal = literal })
end

-- A value of this shape: one that is there, or a new one.
function arrays.need(c, type, dims)
  local wanted = { type = type, dims = dims }
  if random(4) > 1 then
    local fit = {}
    for _, value in ipairs(c.pool) do
      if model.alike(value.shape, wanted) then fit[#fit + 1] = value end
    end
    if #fit > 0 then return pick(fit) end
  end
  if #dims == 0 or random(3) == 1 then return constant(c, type, dims) end
  if random(2) == 1 then return add(c, "iota", shape_of(type, dims), {}, { iota = random(#dims) - 1 }) end
  return add(c, "broadcast", shape_of(type, dims), { constant(c, type, {}) }, { dimensions = {} })
end
local need = arrays.need

-- Any array, at least of this rank; new when there is none.
local function any(c, least, type)
  local fit = {}
  for _, value in ipairs(c.pool) do
    local shape = value.shape
    if not shape.tuple and #shape.dims >= (least or 0) and (not type or shape.type == type) then fit[#fit + 1] = value end
  end
  if #fit > 0 and random(5) > 1 then return pick(fit) end
  return need(c, type or pick(any_type), some_dims(least or 0, math.max(3, least or 0)))
end
arrays.any = any

local function like(shape, type)
  local out = { type = type or shape.type, dims = shape.dims, layout = shape.layout, dynamic = shape.dynamic }
  if out.type == shape.type then out.bits = shape.bits end
  return out
end

local unary = { "negate", "abs", "exponential", "tanh", "rsqrt", "sine", "floor", "logistic", "erf", "sign", "copy", "not",
  "cbrt", "exponential-minus-one", "log-plus-one", "popcnt", "tan", "cosine", "sqrt", "round-nearest-even" }
local binary = { "add", "subtract", "multiply", "divide", "maximum", "minimum", "power", "atan2", "and", "or",
  "shift-left", "remainder", "xor" }

function arrays.unary(c)
  local x = any(c)
  return add(c, pick(unary), like(x.shape), { x })
end

function arrays.binary(c)
  local x = any(c)
  local y = random(3) == 1 and x or need(c, x.shape.type, x.shape.dims)
  return add(c, pick(binary), like(x.shape), { x, y })
end

function arrays.choose(c)
  local x = any(c)
  local y = need(c, x.shape.type, x.shape.dims)
  local p = add(c, "compare", like(x.shape, "pred"), { x, y }, { direction = pick { "EQ", "NE", "LT", "LE", "GT", "GE" } })
  if random(2) == 1 then return add(c, "clamp", like(x.shape), { y, x, x }) end
  return add(c, "select", like(x.shape), { p, x, y })
end

function arrays.convert(c)
  local x = any(c)
  return add(c, "convert", like(x.shape, pick(any_type)), { x })
end

-- Two operands' dimensions in random places: { lhs, rhs, numbers, batch, free sizes }.
local function dot_dims()
  local batch, contract, left, right = some_dims(0, 2), some_dims(0, 2), some_dims(0, 2), some_dims(0, 2)
  local numbers = { lhs_batch = {}, lhs_contracting = {}, rhs_batch = {}, rhs_contracting = {} }
  local function side(free, name)
    local order = shuffled(#batch + #contract + #free)
    local dims, at = {}, 0
    local function place(list, into)
      for _, value in ipairs(list) do
        at = at + 1
        dims[order[at] + 1] = value
        if into then into[#into + 1] = order[at] end
      end
    end
    place(batch, numbers[name .. "_batch"])
    place(contract, numbers[name .. "_contracting"])
    local free_at = {}
    for i = at + 1, #order do free_at[#free_at + 1] = order[i] end
    table.sort(free_at)
    for i, value in ipairs(free) do dims[free_at[i] + 1] = value end
    return dims
  end
  local lhs, rhs, out = side(left, "lhs"), side(right, "rhs"), {}
  for _, part in ipairs { batch, left, right } do table.move(part, 1, #part, #out + 1, out) end
  return lhs, rhs, numbers, out
end

function arrays.dot(c)
  local lhs, rhs, numbers, out = dot_dims()
  local type = pick { "f32", "bf16", "s8", "c64", "f8e5m2", "s4" }
  local args = { need(c, type, lhs), need(c, type, rhs) }
  if random(12) == 1 then
    args[3], args[4] = need(c, "bf16", some_dims(1, 2)), need(c, "bf16", some_dims(1, 2))
    return add(c, "scaled-dot", shape_of("bf16", out), args, { dot = numbers })
  end
  return add(c, "dot", shape_of(pick { type, "f32" }, out), args, { dot = numbers })
end

function arrays.ragged_dot(c)
  local m, k, n, groups, batch = size(), size(), size(), random(4), pick { 0, 2, 3 }
  local where = pick { "free", "contracting", "batch" }
  if where == "contracting" then k = k * groups end
  local numbers = { lhs_batch = {}, rhs_batch = {}, lhs_contracting = { 1 }, rhs_contracting = { 0 }, rhs_group = {} }
  local lhs, rhs, out = { m, k }, { k, n }, { m, n }
  if where == "free" then
    rhs, numbers.rhs_contracting, numbers.rhs_group, numbers.lhs_ragged = { groups, k, n }, { 1 }, { 0 }, { 0 }
  elseif where == "contracting" then
    out, numbers.lhs_ragged = { groups, m, n }, { 1 }
  else
    batch = math.max(batch, 2)
    lhs, rhs, out = { batch, m, k }, { batch, k, n }, { batch, m, n }
    numbers = { lhs_batch = { 0 }, rhs_batch = { 0 }, lhs_contracting = { 2 }, rhs_contracting = { 1 }, lhs_ragged = { 0 },
      rhs_group = {} }
  end
  return add(c, "ragged-dot", shape_of("bf16", out),
    { need(c, "bf16", lhs), need(c, "bf16", rhs), need(c, "s64", { groups }) }, { dot = numbers })
end

-- Output size of one window dimension over `input`, as XLA infers it; negative padding may eat all of it.
local function window_output(d, input)
  local dilated = input == 0 and 0 or (input - 1) * d.base + 1
  local padded, reach = dilated + d.low + d.high, (d.size - 1) * d.dilation + 1
  return padded < reach and 0 or (padded - reach) // d.stride + 1
end

function arrays.convolution(c)
  local spatial = random(0, 3)
  local groups, by_batch = pick { 1, 1, 1, 2, 3 }, random(2) == 1
  local batch, features, outputs = random(3), random(3), random(4) * groups
  if by_batch then batch = batch * groups else features = features * groups end
  local numbers, window = { input_spatial = {}, kernel_spatial = {}, output_spatial = {} }, {}
  local input, kernel, output = {}, {}, {}
  local orders = { shuffled(spatial + 2), shuffled(spatial + 2), shuffled(spatial + 2) }
  local function place(dims, order, at, value)
    dims[order[at] + 1] = value
    return order[at]
  end
  numbers.input_batch = place(input, orders[1], 1, batch)
  numbers.input_feature = place(input, orders[1], 2, features)
  numbers.kernel_input = place(kernel, orders[2], 1, by_batch and features or features // groups)
  numbers.kernel_output = place(kernel, orders[2], 2, outputs)
  numbers.output_batch = place(output, orders[3], 1, by_batch and batch // groups or batch)
  numbers.output_feature = place(output, orders[3], 2, outputs)
  for i = 1, spatial do
    local d = { size = random(5), stride = random(3), low = random(-2, 4), high = random(-2, 4), base = pick { 1, 1, 2, 3 },
      dilation = pick { 1, 1, 2, 3 } }
    local length = size() + pick { 0, 0, 5 }
    window[i] = d
    numbers.input_spatial[i] = place(input, orders[1], i + 2, length)
    numbers.kernel_spatial[i] = place(kernel, orders[2], i + 2, d.size)
    numbers.output_spatial[i] = place(output, orders[3], i + 2, window_output(d, length))
  end
  local type = pick { "f32", "bf16", "s8" }
  return add(c, "convolution", shape_of(pick { type, "f32" }, output), { need(c, type, input), need(c, type, kernel) }, {
    conv = numbers, window = window, feature_groups = not by_batch and groups > 1 and groups or nil,
    batch_groups = by_batch and groups > 1 and groups or nil })
end

function arrays.reshape(c)
  local x = any(c, 0)
  local total = 1
  for _, d in ipairs(x.shape.dims) do total = total * d end
  local shape = shape_of(x.shape.type, random(2) == 1 and { total, 1 } or { total })
  shape.bits = x.shape.bits
  return add(c, pick { "reshape", "reshape", "bitcast" }, shape, { x })
end

function arrays.broadcast(c)
  local x = any(c)
  local dims, at = { size() }, {}
  for i, d in ipairs(x.shape.dims) do
    dims[#dims + 1] = d
    at[i] = #dims - 1
  end
  return add(c, "broadcast", shape_of(x.shape.type, dims), { x }, { dimensions = at })
end

function arrays.transpose(c)
  local x = any(c, 1)
  local order, dims = shuffled(#x.shape.dims), {}
  for i, from in ipairs(order) do dims[i] = x.shape.dims[from + 1] end
  local shape = shape_of(x.shape.type, dims)
  if random(2) == 1 then -- the layout that makes a bitcast of it
    local to = {}
    for i, from in ipairs(order) do to[from] = i - 1 end
    for k, from in ipairs(x.shape.layout) do shape.layout[k] = to[from] end
  end
  return add(c, "transpose", shape, { x }, { dimensions = order })
end

function arrays.slice(c)
  local x = any(c, 1)
  local parts, dims = {}, {}
  for i, d in ipairs(x.shape.dims) do
    local from = d == 0 and 0 or random(0, d - 1)
    local to, step = random(from, d), random(2)
    parts[i], dims[i] = { from, to, step }, (to - from + step - 1) // step
  end
  return add(c, "slice", shape_of(x.shape.type, dims), { x }, { slice = parts })
end

local function starts(c, x)
  local out = {}
  for i = 1, #x.shape.dims do out[i] = need(c, "s32", {}) end
  return out
end

local function part_of(x)
  local dims = {}
  for i, d in ipairs(x.shape.dims) do dims[i] = random(0, d) end
  return dims
end

function arrays.dynamic_slice(c)
  local x = any(c, 1)
  local dims, args = part_of(x), starts(c, x)
  table.insert(args, 1, x)
  return add(c, "dynamic-slice", shape_of(x.shape.type, dims), args, { slice_sizes = dims })
end

function arrays.dynamic_update_slice(c)
  local x = any(c, 1)
  local args = starts(c, x)
  table.insert(args, 1, need(c, x.shape.type, part_of(x)))
  table.insert(args, 1, x)
  return add(c, "dynamic-update-slice", like(x.shape), args)
end

function arrays.concatenate(c)
  local x = any(c, 1)
  local along, args, dims = random(#x.shape.dims), { x }, table.move(x.shape.dims, 1, #x.shape.dims, 1, {})
  for i = 2, random(8) do
    args[i] = x
    dims[along] = dims[along] + x.shape.dims[along]
  end
  return add(c, "concatenate", shape_of(x.shape.type, dims), args, { dimensions = { along - 1 } })
end

function arrays.pad(c)
  local x = any(c, 1)
  local padding, dims = {}, {}
  for i, d in ipairs(x.shape.dims) do
    padding[i] = { random(0, 2), random(0, 2) }
    dims[i] = d + padding[i][1] + padding[i][2]
  end
  return add(c, "pad", shape_of(x.shape.type, dims), { x, need(c, x.shape.type, {}) }, { padding = padding })
end

function arrays.gather(c)
  local rows, width, n = random(9), random(5), random(6)
  return add(c, "gather", shape_of("f32", { n, width }), { need(c, "f32", { rows, width }), need(c, "s32", { n }) },
    { slice_sizes = { 1, width } })
end

function arrays.linear_algebra(c)
  local n, m, b = random(6), random(5), random(3)
  local a = need(c, "f32", { b, n, n })
  local kind = random(5)
  if kind == 1 then return add(c, "cholesky", like(a.shape), { a }) end
  if kind == 2 then return add(c, "triangular-solve", shape_of("f32", { b, n, m }), { a, need(c, "f32", { b, n, m }) }) end
  if kind == 3 then
    local x = need(c, "c64", { b, n * m })
    return add(c, "fft", like(x.shape), { x }, { fft_length = { n * m } })
  end
  if kind == 4 then return add(c, "rng", shape_of("f32", { b, n }), { need(c, "f32", {}), need(c, "f32", {}) }) end
  local state = need(c, "u64", { 2 })
  local both = model.add(c, "rng-bit-generator", model.tuple { like(state.shape), shape_of("u32", { n, m }) }, { state })
  return keep(c, model.element(c, both, 1))
end

function arrays.tuple(c)
  local parts = {}
  for i = 1, random(9) do parts[i] = random(6) == 1 and model.pack(c, { any(c), any(c) }) or any(c) end
  local whole = model.pack(c, parts)
  if random(2) == 1 then whole = model.add(c, pick { "opt-barrier", "copy" }, whole.shape, { whole }) end
  local part = model.element(c, whole, random(#parts) - 1)
  if part.shape.tuple then part = model.element(c, part, random(2) - 1) end
  return keep(c, part)
end

arrays.floats, arrays.some_dims, arrays.shape_of, arrays.like, arrays.window_output =
  floats, some_dims, shape_of, like, window_output
return arrays
