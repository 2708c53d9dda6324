-- MACs of a module, static and executed, by HLO-CORPUS.md's rules and nothing quicker than they are: positions of a
-- window are tried one by one, and a computation is weighed by weighing all it calls. How often loops run is given.
local count = {}

local function elements(shape)
  local product = 1
  for _, size in ipairs(shape.dims) do product = product * size end
  return product
end
count.elements = elements

-- Every position of a kernel over an output, one by one: does it meet an element of the input?
local function window_hits(d, kernel, output, input)
  local hits = 0
  for k = 0, kernel - 1 do
    for o = 0, output - 1 do
      local at = o * d.stride - d.low + k * d.dilation
      if at % d.base == 0 and at // d.base >= 0 and at // d.base < input then hits = hits + 1 end
    end
  end
  return hits
end

function count.convolution(conv)
  local n, lhs, rhs, out = conv.conv, conv.args[1].shape.dims, conv.args[2].shape.dims, conv.shape.dims
  local product = (lhs[n.input_feature + 1] // (conv.feature_groups or 1)) * out[n.output_feature + 1]
    * (lhs[n.input_batch + 1] // (conv.batch_groups or 1))
  for i, d in ipairs(conv.window) do
    product = product * window_hits(d, rhs[n.kernel_spatial[i] + 1], out[n.output_spatial[i] + 1],
      lhs[n.input_spatial[i] + 1])
  end
  return product
end

local function contracted(dot)
  local product = 1
  for _, at in ipairs(dot.dot.lhs_contracting) do product = product * dot.args[1].shape.dims[at + 1] end
  return product
end

-- Upstream's formula: all of lhs, and what of rhs is neither contracted nor batch.
local function dot(instruction)
  local product, taken = elements(instruction.args[1].shape), {}
  for _, name in ipairs { "rhs_contracting", "rhs_batch" } do
    for _, at in ipairs(instruction.dot[name]) do taken[at + 1] = true end
  end
  for i, size in ipairs(instruction.args[2].shape.dims) do
    if not taken[i] then product = product * size end
  end
  return product
end

local function ragged_dot(instruction)
  local product = elements(instruction.shape) * contracted(instruction)
  for _, at in ipairs(instruction.dot.lhs_contracting) do
    if at == instruction.dot.lhs_ragged[1] then product = product // instruction.args[3].shape.dims[1] end
  end
  return product
end

local function custom_matmul(instruction)
  local dims = instruction.shape.dims
  local columns = dims[#dims]
  return columns == 0 and 0 or elements(instruction.shape) * elements(instruction.args[2].shape) // columns
end

-- kind, MACs of one execution.
local function own(instruction)
  local op, target = instruction.op, instruction.target
  if op == "dot" then return "dot", dot(instruction) end
  if op == "scaled-dot" then return "other", dot(instruction) end
  if op == "convolution" then return "conv", count.convolution(instruction) end
  if op == "ragged-dot" then return "other", ragged_dot(instruction) end
  if target == "AwsNeuronCustomNativeKernel" then return "nki", instruction.kernel_macs end
  if target == "AwsNeuronIntMatmult" or target == "AwsNeuronCollectiveMatmul" then
    return "other", custom_matmul(instruction)
  end
end

function count.macs(instruction)
  local _, macs = own(instruction)
  return macs
end

function count.static(module)
  local macs, nki = 0, 0
  for _, computation in ipairs(module.list) do
    for _, instruction in ipairs(computation.list) do
      local kind, n = own(instruction)
      if kind == "dot" or kind == "nki" then macs = macs + n end
      if kind == "nki" then nki = nki + n end
    end
  end
  return { macs = macs, nki_macs = nki }
end

local function window_product(window)
  local product = 1
  for _, d in ipairs(window) do product = product * d.size end
  return product
end

-- One reduced and padded dimension, covered by the window from everywhere.
local function broadcasted_reduce(instruction)
  local reduced, padded, at = 0, 0, nil
  for i, d in ipairs(instruction.window) do
    if d.size ~= 1 then reduced = reduced + 1 end
    if d.low ~= 0 or d.high ~= 0 then padded = padded + 1 end
    if d.size ~= 1 and (d.low ~= 0 or d.high ~= 0) then at = i end
  end
  if reduced ~= 1 or padded ~= 1 or not at then return nil end
  local d, size = instruction.window[at], instruction.shape.dims[at]
  return d.low == d.high and d.size == 2 * d.low + 1 and d.low == size - 1 and size or nil
end

-- How often an instruction applies the computations it names, by XLA's cost model, in order. A while is not one of them.
function count.applications(instruction)
  local op = instruction.op
  local out = instruction.shape.tuple and instruction.shape.tuple[1] or instruction.shape
  if op == "call" or op == "fusion" then return { 1 } end
  if op == "map" then return { elements(out) } end
  if op == "reduce" then return { elements(instruction.args[1].shape) - elements(out) } end
  if op == "reduce-window" then
    local size = broadcasted_reduce(instruction)
    if size then return { elements(out) // size + size - 1 } end
    return { (window_product(instruction.window) - 1) * elements(out) }
  end
  if op == "select-and-scatter" then
    local source = elements(instruction.args[2].shape)
    return { source * (window_product(instruction.window) - 1), source }
  end
  if op == "scatter" then return { elements(instruction.args[3].shape) } end
  return {} -- sort, all-reduce, custom-call
end

local function add(into, from, times)
  for kind, n in pairs(from) do
    assert(math.abs(n * (times + 0.0)) < 2.0 ^ 61, "the generator went beyond 63 bits")
    into[kind] = (into[kind] or 0) + n * times
  end
end

local function total(macs)
  local sum = 0
  for _, n in pairs(macs) do sum = sum + n end
  return sum
end

-- MACs of one execution by kind. trips: of each while.
local execute

-- The branch with the most MACs, the first of equals.
local function branch(conditional, trips, done)
  local best, most
  for _, callee in ipairs(conditional.calls) do
    local macs = total(execute(callee, trips, done))
    if not best or macs > most then best, most = callee, macs end
  end
  return best
end

function count.branch(conditional, trips)
  return branch(conditional, trips, {})
end

function execute(computation, trips, done)
  if done[computation] then return done[computation] end
  local macs = {}
  for _, instruction in ipairs(computation.list) do
    local kind, n = own(instruction)
    if kind then add(macs, { [kind] = n }, 1) end
    if instruction.op == "while" then
      add(macs, execute(instruction.calls[1], trips, done), trips[instruction])
      add(macs, execute(instruction.calls[2], trips, done), trips[instruction] + 1)
    elseif instruction.op == "conditional" then
      add(macs, execute(branch(instruction, trips, done), trips, done), 1)
    else
      for i, times in ipairs(count.applications(instruction)) do
        add(macs, execute(instruction.calls[i], trips, done), math.max(times, 0))
      end
    end
  end
  done[computation] = macs
  return macs
end

function count.executed(module, trips)
  local macs = execute(module.entry, trips, {})
  return { macs = total(macs), dot_macs = macs.dot or 0, conv_macs = macs.conv or 0, nki_macs = macs.nki or 0,
    other_macs = macs.other or 0 }
end

-- The whiles that run at all, each once, by name.
function count.running(module, trips)
  local names, seen = {}, {}
  local function visit(computation)
    if seen[computation] then return end
    seen[computation] = true
    for _, instruction in ipairs(computation.list) do
      if instruction.op == "while" then
        names[instruction.name] = instruction
        if trips[instruction] > 0 then visit(instruction.calls[1]) end
        visit(instruction.calls[2])
      elseif instruction.op == "conditional" then
        visit(count.branch(instruction, trips))
      else
        for i, times in ipairs(count.applications(instruction)) do
          if times > 0 then visit(instruction.calls[i]) end
        end
      end
    end
  end
  visit(module.entry)
  return names
end

return count
