-- XLA's flops, transcendentals and bytes of a module by the table of HloCostAnalysis (xla/service/hlo_cost_analysis.cc),
-- loops once, -1 for each custom-call, in exact arithmetic. Every use of a computation is visited anew.
local model = require "model"
local count = require "count"

local cost = {}
local elements = count.elements

local bare -- the arrays have no layout: XLA gives them no size

local function array_bytes(shape)
  if bare then return 0 end
  local bytes
  if shape.bits then
    bytes = (elements(shape) * shape.bits + 7) // 8
  else
    bytes = elements(shape) * math.max(1, model.types[shape.type][2] // 8)
  end
  for _, dynamic in ipairs(shape.dynamic or {}) do
    if dynamic then return bytes + 4 * #shape.dims end
  end
  return bytes
end

local function leaves(shape, measure)
  if not shape.tuple then return measure(shape) end
  local sum = 0
  for _, part in ipairs(shape.tuple) do sum = sum + leaves(part, measure) end
  return sum
end

local function output_bytes(shape)
  return leaves(shape, array_bytes)
end

-- As an operand a tuple is a table of pointers.
local function size(shape)
  if not shape.tuple then return array_bytes(shape) end
  return bare and leaves(shape, function() return 1 end) > 0 and 0 or 8 * #shape.tuple
end

local function plain_bytes(i)
  local sum = output_bytes(i.shape)
  for _, arg in ipairs(i.args) do sum = sum + size(arg.shape) end
  return sum
end

local transcendental, elementwise = {}, {}
for name in ("exponential tanh rsqrt sine logistic erf cbrt exponential-minus-one log-plus-one tan cosine sqrt power atan2")
  :gmatch "%S+" do transcendental[name] = true end
for name in ("negate abs floor sign not popcnt round-nearest-even add subtract multiply divide maximum minimum and or xor "
  .. "shift-left remainder compare select clamp convert"):gmatch "%S+" do elementwise[name] = true end

local function log2_floor(n)
  local log = 0
  while n > 1 do n, log = n // 2, log + 1 end
  return log
end

local function dot_flops(i)
  local product = 2
  for at, dim in ipairs(i.shape.dims) do
    if at > #(i.dot.rhs_group or {}) then product = product * dim end
  end
  for _, at in ipairs(i.dot.lhs_contracting) do product = product * i.args[1].shape.dims[at + 1] end
  return product
end

local function transpose_is_bitcast(i)
  local from, to = i.args[1].shape, i.shape
  if bare or from.type ~= to.type then return false end
  for k, at in ipairs(to.layout) do
    if i.dimensions[at + 1] ~= from.layout[k] then return false end
  end
  return true
end

-- ---- bytes of a fusion

local function users_of(computation, instruction)
  local users = {}
  for _, user in ipairs(computation.list) do
    for _, arg in ipairs(user.args) do
      if arg == instruction then
        users[#users + 1] = user
        break
      end
    end
  end
  return users
end

-- Bytes read of a parameter, or of an element of one, in a fused computation.
local function read_bytes(computation, x)
  local sum, seen = 0, false
  local function once(bytes)
    if not seen then
      seen = true
      sum = sum + bytes()
    end
  end
  local function whole() return size(x.shape) end
  -- A slice takes its part of what it slices; false: the user is of another kind.
  local function sliced(user, of)
    if user.op == "slice" then
      sum = sum + size(user.shape)
    elseif user.op == "dynamic-slice" and user.args[1] == of then
      sum = sum + size(user.shape)
    elseif user.op == "dynamic-slice" then
      once(whole)
    elseif user.op == "dynamic-update-slice" then
      if user.args[1] ~= of then once(whole) end
    else
      return false
    end
    return true
  end
  local function nested(fusion, number)
    local inner = fusion.calls[1]
    local parameter = inner.params[number]
    local simple = #inner.root.args == 0 or inner.root.args[1] == parameter
    for _, user in ipairs(users_of(computation, fusion)) do
      if not (simple and sliced(user, fusion)) then
        once(function() return read_bytes(inner, parameter) end)
      end
    end
  end
  for _, user in ipairs(users_of(computation, x)) do
    if user.op == "fusion" then
      for number, arg in ipairs(user.args) do
        if arg == x then nested(user, number) end
      end
    elseif user.op == "broadcast" or user.op == "reshape" then
      sum = sum + whole()
    elseif not sliced(user, x) then
      once(whole)
    end
  end
  return sum
end

-- Over the arrays of a parameter: each is followed through get-tuple-elements as far as there are any.
local function leaf_reads(computation, at, shape)
  if not shape.tuple then return read_bytes(computation, at) end
  local sum = 0
  for index, part in ipairs(shape.tuple) do
    local to = at
    for _, user in ipairs(users_of(computation, at)) do
      if user.op == "get-tuple-element" and user.index == index - 1 then
        to = user
        break
      end
    end
    sum = sum + leaf_reads(computation, to, part)
  end
  return sum
end

local function written(root, shape)
  if root.op == "dynamic-update-slice" and not shape.tuple then return size(root.args[2].shape) end
  return output_bytes(shape)
end

local function fusion_bytes(fusion)
  local inner, sum = fusion.calls[1], 0
  if not fusion.shape.tuple then
    sum = written(inner.root, fusion.shape)
  else
    for i, part in ipairs(fusion.shape.tuple) do
      sum = sum + written(inner.root.op == "tuple" and inner.root.args[i] or inner.root, part)
    end
  end
  for _, i in ipairs(inner.list) do
    if i.op == "constant" and elements(i.shape) > 1 then sum = sum + size(i.shape) end
    if i.op == "parameter" then sum = sum + leaf_reads(inner, i, i.shape) end
  end
  return sum
end

-- ---- one instruction

local free = { parameter = true, constant = true, ["get-tuple-element"] = true, bitcast = true, call = true,
  ["while"] = true, conditional = true, ["custom-call"] = true }

local function own_bytes(i)
  local op, args = i.op, i.args
  if free[op] then return 0 end
  if op == "tuple" then return size(i.shape) end
  if op == "fusion" then return fusion_bytes(i) end
  if op == "slice" then return 2 * size(i.shape) end
  if op == "dynamic-slice" or op == "gather" then return 2 * size(i.shape) + size(args[2].shape) end
  if op == "dynamic-update-slice" then return 2 * size(args[2].shape) + size(args[3].shape) end
  if op == "scatter" then return 3 * size(args[3].shape) + size(args[2].shape) end
  if op == "transpose" and transpose_is_bitcast(i) then return 0 end
  if op == "cholesky" then return (size(i.shape) + size(args[1].shape)) // 2 end
  if op == "triangular-solve" then return size(i.shape) + size(args[1].shape) // 2 + size(args[2].shape) end
  return plain_bytes(i)
end

local function own_flops(i)
  local op, args = i.op, i.args
  if elementwise[op] then return elements(i.shape) end
  if op == "dot" or op == "scaled-dot" or op == "ragged-dot" then return dot_flops(i) end
  if op == "convolution" then return 2 * count.convolution(i) end
  if op == "all-reduce" then return elements(i.shape) end
  if op == "cholesky" then
    local dims = args[1].shape.dims
    return elements(args[1].shape) * dims[#dims] // 3
  end
  if op == "triangular-solve" then
    local dims = args[1].shape.dims
    return 2 * dims[#dims] * elements(args[2].shape)
  end
  if op == "fft" then
    local flops = 8 * elements(args[1].shape)
    for _, length in ipairs(i.fft_length) do flops = flops * log2_floor(length) end
    return flops
  end
  if op == "sort" then
    local n = elements(args[1].shape)
    return n > 1 and n * (log2_floor(n - 1) + 1) or 0
  end
  return 0
end

local function own_transcendentals(i)
  if transcendental[i.op] then return elements(i.shape) end
  if i.op == "rng" or i.op == "rng-bit-generator" then return leaves(i.shape, elements) end
  return 0
end

-- What XLA takes a custom fusion for: the first gather or scatter in it.
local function instead_of(fusion)
  for _, inner in ipairs(fusion.kind == "kCustom" and fusion.calls[1].list or {}) do
    if inner.op == "gather" or inner.op == "scatter" then return inner end
  end
end

local computation_cost

local function instruction_cost(i)
  local sum = { flops = own_flops(i), transcendentals = own_transcendentals(i), bytes = own_bytes(i), unknown = 0 }
  local function add(from, times, and_bytes)
    sum.flops = sum.flops + from.flops * times
    sum.transcendentals = sum.transcendentals + from.transcendentals * times
    sum.unknown = sum.unknown + from.unknown * times
    if and_bytes then sum.bytes = sum.bytes + from.bytes end
  end
  if i.op == "custom-call" then
    sum.flops, sum.bytes, sum.unknown = -1, -1, 1
  elseif i.op == "while" then
    add(computation_cost(i.calls[1]), 1, true)
    add(computation_cost(i.calls[2]), 1, true)
  elseif i.op == "conditional" then
    for number, branch in ipairs(i.calls) do
      local one = computation_cost(branch)
      if number == 1 then sum = one end
      if one.flops > sum.flops then sum.flops, sum.unknown = one.flops, one.unknown end
      sum.transcendentals, sum.bytes = math.max(sum.transcendentals, one.transcendentals), math.max(sum.bytes, one.bytes)
    end
  elseif i.op == "fusion" then
    local other = instead_of(i)
    if other then return instruction_cost(other) end
    add(computation_cost(i.calls[1]), 1)
  else
    for number, times in ipairs(count.applications(i)) do add(computation_cost(i.calls[number]), times, i.op == "call") end
  end
  return sum
end

function computation_cost(computation)
  local sum = { flops = 0, transcendentals = 0, bytes = 0, unknown = 0 }
  for _, i in ipairs(computation.list) do
    for name, n in pairs(instruction_cost(i)) do sum[name] = sum[name] + n end
  end
  return sum
end

-- What a computation does each time it runs: loops turn, of a conditional the chosen branch runs, and a custom-call of
-- which nothing is known adds nothing. The flops in a custom fusion are done, whatever XLA takes it for; its bytes are
-- XLA's. `calls` counts instructions.
local function executed_once(computation, trips, chosen, done)
  if done[computation] then return done[computation] end
  local sum = { calls = 0, flops = 0, transcendentals = 0, bytes = 0 }
  local function add(callee, times, and_bytes)
    local one = executed_once(callee, trips, chosen, done)
    for name, n in pairs(one) do
      assert(math.abs(n * (times + 0.0)) < 2.0 ^ 61, "the generator went beyond 63 bits")
      if name ~= "bytes" or and_bytes then sum[name] = sum[name] + n * times end
    end
  end
  for _, i in ipairs(computation.list) do
    sum.calls = sum.calls + 1
    sum.flops = sum.flops + (i.op == "ragged-dot" and 2 * count.macs(i) or own_flops(i))
    sum.transcendentals = sum.transcendentals + own_transcendentals(i)
    sum.bytes = sum.bytes + own_bytes(i.op == "fusion" and instead_of(i) or i)
    if i.op == "while" then
      add(i.calls[1], trips[i], true)
      add(i.calls[2], trips[i] + 1, true)
    elseif i.op == "conditional" then
      add(chosen(i), 1, true)
    else
      for number, times in ipairs(count.applications(i)) do
        add(i.calls[number], math.max(times, 0), i.op == "call")
      end
    end
  end
  done[computation] = sum
  return sum
end

function cost.executed(module, trips, without_layouts)
  bare = without_layouts
  return executed_once(module.entry, trips, function(conditional) return count.branch(conditional, trips) end, {})
end

-- without_layouts: the module says none, as a protobuf may.
function cost.module(module, without_layouts)
  bare = without_layouts
  local sum = computation_cost(module.entry)
  return { flops = sum.flops, transcendentals = sum.transcendentals, bytes = sum.bytes, unknown_calls = sum.unknown }
end

return cost
