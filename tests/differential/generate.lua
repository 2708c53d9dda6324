-- A random module: an entry computation and what it calls, calls shared, and computations nobody reaches. The same seed
-- and number give the same module.
local model = require "model"
local arrays = require "arrays"
local loops = require "loops"

local generate = {}
local random, pick = math.random, arrays.pick

local DEPTH_MAX, INSTRUCTIONS_MAX = 4, 400

local function chance(percent)
  return random(100) <= percent
end

local function inner(g, c, stem)
  local callee = model.computation(g.module, stem)
  callee.depth = (c.depth or 0) + 1
  return callee
end

local base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local function encode(text)
  local out = {}
  for at = 1, #text, 3 do
    local a, b, c = text:byte(at, at + 2)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    for i = 3, 0, -1 do
      local digit = bits >> 6 * i & 63
      out[#out + 1] = (i == 0 and not c or i == 1 and not b) and "=" or base64:sub(digit + 1, digit + 1)
    end
  end
  return table.concat(out)
end

-- A kernel: its configuration as text, and what it counts.
local function kernel()
  local macs = random(0, 5000)
  local way = random(8)
  if way == 1 then return encode '{"func_name": "k"}', 0 end
  if way == 2 then return "<truncated>", 0 end
  if way == 3 then return encode(('{"mac_count": "%d"}'):format(macs)), macs end
  if way == 4 then return encode(('{"func_name": "k", "mac_count": -%d}'):format(macs)), -macs end
  if way == 5 then return encode(('{"mac_count": 1, "mac_count": %d}'):format(macs)), macs end
  if way == 6 then return "", 0 end
  return encode(('{"func_name": "kernel_%d", "grid": [1, 2], "mac_count": %d}'):format(random(3), macs)), macs
end

local function custom_call(g, c)
  local way = random(6)
  if way <= 3 then
    local config, macs = kernel()
    local x = arrays.any(c)
    return arrays.keep(c, model.add(c, "custom-call", arrays.like(x.shape), { x },
      { target = "AwsNeuronCustomNativeKernel", config = config, kernel_macs = macs }))
  elseif way == 4 then
    local m, k, n = random(5), random(5), random(5)
    local target = pick { "AwsNeuronIntMatmult", "AwsNeuronCollectiveMatmul" }
    return arrays.keep(c, model.add(c, "custom-call", arrays.shape_of("f32", { m, n }),
      { arrays.need(c, "f32", { m, k }), arrays.need(c, "f32", { k, n }) }, { target = target }))
  end
  local x = arrays.any(c)
  local call = model.add(c, "custom-call", arrays.like(x.shape), { x },
    { target = pick { "AwsNeuronSilu", "foo", "AwsNeuronSoftmax", "awsneuroncustomnativekernel" } })
  if chance(20) and #g.callables > 0 then call.calls = { pick(g.callables) } end -- which it does not run
  return arrays.keep(c, call)
end

-- A computation on scalars, as reducers and maps have; now and then it multiplies more than a reducer should.
local function scalar_body(g, c, types, result)
  local callee = inner(g, c, "scalars")
  for i, type in ipairs(types) do callee.pool[i] = model.parameter(callee, model.scalar(type)) end
  for _ = 1, random(3) do
    local x, way = pick(callee.pool), random(9)
    local other = arrays.need(callee, x.shape.type, {})
    if way == 1 and callee.depth < DEPTH_MAX then
      model.add(callee, "dot", model.scalar(x.shape.type), { x, other },
        { dot = { lhs_batch = {}, rhs_batch = {}, lhs_contracting = {}, rhs_contracting = {} } })
    elseif way == 2 and callee.depth < DEPTH_MAX then
      custom_call(g, callee)
    elseif way == 3 and callee.depth < DEPTH_MAX and chance(40) then
      loops.add(g, callee)
    else
      model.add(callee, pick { "add", "multiply", "maximum", "power" }, model.scalar(x.shape.type), { x, other })
    end
  end
  if not result then return model.close(callee, arrays.need(callee, types[1], {})) end
  local pair = { callee.pool[1], callee.pool[2] }
  return model.close(callee, model.add(callee, "compare", model.scalar(result), pair, { direction = "LT" }))
end

local control = {}

function control.reduce(g, c)
  local x, count = arrays.any(c, 1, "f32"), chance(20) and 2 or 1
  local dimensions, dims, args, types = {}, {}, {}, {}
  for i, d in ipairs(x.shape.dims) do
    if chance(50) then dimensions[#dimensions + 1] = i - 1 else dims[#dims + 1] = d end
  end
  for i = 1, count do args[i], types[i], types[i + count] = x, "f32", "f32" end
  for i = 1, count do args[count + i] = arrays.need(c, "f32", {}) end
  local body = scalar_body(g, c, types)
  local shape = arrays.shape_of("f32", dims)
  if count == 1 then
    return arrays.keep(c, model.add(c, "reduce", shape, args, { dimensions = dimensions, calls = { body } }))
  end
  local both = model.add(c, "reduce", model.tuple { shape, shape }, args, { dimensions = dimensions, calls = { body } })
  return arrays.keep(c, model.element(c, both, 1))
end

function control.map(g, c)
  local args, types, dimensions, x = {}, {}, {}, arrays.any(c, 0, "f32")
  for i = 1, random(2) do args[i], types[i] = arrays.need(c, "f32", x.shape.dims), "f32" end
  for i = 1, #x.shape.dims do dimensions[i] = i - 1 end
  return arrays.keep(c, model.add(c, "map", arrays.shape_of("f32", x.shape.dims), args,
    { dimensions = dimensions, calls = { scalar_body(g, c, types) } }))
end

local function some_window(x, dilate)
  local window, dims = {}, {}
  for i, d in ipairs(x.shape.dims) do
    local w = { size = random(3), stride = random(2), low = random(0, 1), high = random(0, 1), base = 1, dilation = 1 }
    if dilate then w.base, w.dilation = random(2), random(2) end
    window[i], dims[i] = w, arrays.window_output(w, d)
  end
  return window, dims
end

function control.reduce_window(g, c)
  local x = arrays.any(c, 1, "f32")
  local window, dims = some_window(x, true)
  if chance(25) then -- XLA takes it for a reduce and a broadcast; or nearly
    local wide = random(#window)
    for i, d in ipairs(x.shape.dims) do
      local pad = i == wide and d - 1 or 0
      window[i] = { size = 2 * pad + 1, stride = 1, low = pad, high = pad, base = 1, dilation = 1 }
      if d == 0 then window[i].size, window[i].low, window[i].high = 1, 0, 0 end
      if chance(10) then window[i].size = window[i].size + 1 end
      dims[i] = arrays.window_output(window[i], d)
    end
  end
  return arrays.keep(c, model.add(c, "reduce-window", arrays.shape_of("f32", dims), { x, arrays.need(c, "f32", {}) },
    { window = window, calls = { scalar_body(g, c, { "f32", "f32" }) } }))
end

function control.select_and_scatter(g, c)
  local x = arrays.any(c, 1, "f32")
  local window, dims = some_window(x)
  return arrays.keep(c, model.add(c, "select-and-scatter", arrays.like(x.shape),
    { x, arrays.need(c, "f32", dims), arrays.need(c, "f32", {}) }, { window = window,
    calls = { scalar_body(g, c, { "f32", "f32" }, "pred"), scalar_body(g, c, { "f32", "f32" }) } }))
end

function control.scatter(g, c)
  local rows, width, n = random(9), random(5), random(6)
  local x = arrays.need(c, "f32", { rows, width })
  return arrays.keep(c, model.add(c, "scatter", arrays.like(x.shape),
    { x, arrays.need(c, "s32", { n }), arrays.need(c, "f32", { n, width }) },
    { calls = { scalar_body(g, c, { "f32", "f32" }) } }))
end

function control.sort(g, c)
  local x = arrays.any(c, 1, "f32")
  return arrays.keep(c, model.add(c, "sort", arrays.like(x.shape), { x },
    { dimensions = { 0 }, calls = { scalar_body(g, c, { "f32", "f32" }, "pred") } }))
end

control["all-reduce"] = function(g, c)
  local x = arrays.any(c, 0, "f32")
  return arrays.keep(c, model.add(c, "all-reduce", arrays.like(x.shape), { x },
    { calls = { scalar_body(g, c, { "f32", "f32" }) } }))
end

-- Arguments for a new computation of the given stem, and its parameters in the pool.
local function with_arguments(g, c, stem, least)
  local callee, args = inner(g, c, stem), {}
  for i = 1, random(least, 3) do
    local arg = arrays.any(c)
    if chance(15) then arg = model.pack(c, { arg, arrays.any(c) }) end
    args[i] = arg
    local p = model.parameter(callee, arg.shape)
    if not arg.shape.tuple then
      callee.pool[#callee.pool + 1] = p
    else
      for k = 0, random(0, 2) - 1 do callee.pool[#callee.pool + 1] = model.element(callee, p, k) end
    end
  end
  return callee, args
end

local function some_root(callee)
  local root = arrays.any(callee)
  return chance(20) and model.pack(callee, { root, arrays.any(callee) }) or root
end

local function result(c, instruction)
  if not instruction.shape.tuple then return arrays.keep(c, instruction) end
  return arrays.keep(c, model.element(c, instruction, random(#instruction.shape.tuple) - 1))
end

function control.call(g, c)
  if #g.callables > 0 and chance(50) then -- once more what was called before
    local callee, args = pick(g.callables), {}
    for i, p in ipairs(callee.params) do args[i] = arrays.need(c, p.shape.type, p.shape.dims) end
    return result(c, model.add(c, "call", callee.root.shape, args, { calls = { callee } }))
  end
  local callee, args = with_arguments(g, c, "callee", 0)
  g.fill(callee, random(6))
  model.close(callee, some_root(callee))
  local plain = true
  for _, p in ipairs(callee.params) do plain = plain and not p.shape.tuple end
  if plain then g.callables[#g.callables + 1] = callee end
  return result(c, model.add(c, "call", callee.root.shape, args, { calls = { callee } }))
end

function control.fusion(g, c)
  local callee, args = with_arguments(g, c, "fused", 1)
  callee.fused = true
  g.fill(callee, random(6))
  local kind = pick { "kLoop", "kLoop", "kInput", "kOutput", "kCustom" }
  model.close(callee, some_root(callee))
  local fusion = model.add(c, "fusion", callee.root.shape, args, { calls = { callee }, kind = kind })
  if chance(15) then model.add(c, "fusion", callee.root.shape, args, { calls = { callee }, kind = kind }) end
  return result(c, fusion)
end

function control.conditional(g, c)
  local by_pred, calls, args = chance(50), {}, {}
  local first
  for i = 1, by_pred and 2 or random(3) do
    local callee = inner(g, c, "branch")
    args[i + 1] = arrays.any(c)
    callee.pool[1] = model.parameter(callee, args[i + 1].shape)
    g.fill(callee, random(0, 5))
    local root = first and arrays.need(callee, first.shape.type, first.shape.dims) or arrays.any(callee)
    first = first or root
    calls[i] = model.close(callee, root)
  end
  args[1] = arrays.need(c, by_pred and "pred" or "s32", {})
  return arrays.keep(c, model.add(c, "conditional", first.shape, args, { calls = calls, by_pred = by_pred }))
end

control["while"] = loops.add
control.custom_call = custom_call

local array_steps, control_steps = {}, {}
for _, name in ipairs { "unary", "binary", "choose", "convert", "dot", "dot", "dot", "ragged_dot", "convolution", "reshape",
  "broadcast", "transpose", "slice", "dynamic_slice", "dynamic_update_slice", "concatenate", "pad", "gather",
  "linear_algebra", "tuple" } do
  array_steps[#array_steps + 1] = arrays[name]
end
for _, name in ipairs { "while", "while", "while", "call", "call", "fusion", "fusion", "conditional", "custom_call",
  "custom_call", "reduce", "map", "reduce_window", "select_and_scatter", "scatter", "sort", "all-reduce" } do
  control_steps[#control_steps + 1] = control[name]
end

local function fill(g, c, steps)
  for _ = 1, steps do
    if g.module.named > INSTRUCTIONS_MAX then return end
    local made
    if (c.depth or 0) < DEPTH_MAX and chance(45) then made = pick(control_steps)(g, c)
    else made = pick(array_steps)(c) end
    if made and chance(10) then made.scope = pick { "jit(f)/layer/dot", 'a "b" \\', "w/while/body" } end
    if made and chance(10) then made.noted = pick { "a", "b}{", 'c="1", d' } end
    if made and chance(5) then made.after = c.list[1] end
  end
end

function generate.module(seed, number)
  math.randomseed(seed, number)
  local g = { module = model.module(("m%d_%d"):format(seed, number)), callables = {} }
  g.fill = function(c, steps) return fill(g, c, steps) end
  local function top(stem)
    local c = model.computation(g.module, stem)
    for i = 1, random(4) do c.pool[i] = model.parameter(c, arrays.some_shape()) end
    fill(g, c, random(8))
    return model.close(c, some_root(c))
  end
  if chance(25) then top "unreachable" end
  g.module.entry = top "main"
  if chance(10) then top "unreachable" end
  return g.module
end

return generate
