-- An HLO module as the differential test has it: what the generator builds, the writers write and the counter counts.
--   module      { name, list = computations, callees first, entry }
--   computation { name, list = instructions, operands first, root, params, pool, fused }
--   instruction { name, op, shape, args = instructions, calls = computations, and its attributes by name }
--   shape       { type, dims, layout = minor to major, dynamic = { true/false … } or nil, bits = of the layout or nil }
--            or { tuple = shapes }
local model = {}

-- XLA's numbers (xla_data.proto) and bits of the types used here.
model.types = {
  pred = { 1, 8 }, s8 = { 2, 8 }, s16 = { 3, 16 }, s32 = { 4, 32 }, s64 = { 5, 64 }, u8 = { 6, 8 }, u16 = { 7, 16 },
  u32 = { 8, 32 }, u64 = { 9, 64 }, f16 = { 10, 16 }, f32 = { 11, 32 }, f64 = { 12, 64 }, c64 = { 15, 64 },
  bf16 = { 16, 16 }, f8e5m2 = { 19, 8 }, s4 = { 21, 4 }, u4 = { 22, 4 }, s2 = { 26, 2 }, u2 = { 27, 2 },
}

function model.module(name)
  return { name = name, list = {}, named = 0 }
end

function model.shape(type, dims, layout)
  if not layout then
    layout = {}
    for i = 1, #dims do layout[i] = #dims - i end
  end
  return { type = type, dims = dims, layout = layout }
end

function model.scalar(type)
  return model.shape(type, {})
end

function model.tuple(shapes)
  return { tuple = shapes }
end

-- Two shapes of the same type and dimensions, layouts aside.
function model.alike(a, b)
  if a.tuple or b.tuple then
    if not (a.tuple and b.tuple) or #a.tuple ~= #b.tuple then return false end
    for i = 1, #a.tuple do
      if not model.alike(a.tuple[i], b.tuple[i]) then return false end
    end
    return true
  end
  if a.type ~= b.type or #a.dims ~= #b.dims then return false end
  for i = 1, #a.dims do
    if a.dims[i] ~= b.dims[i] then return false end
  end
  return true
end

-- Names are unique over the module, so that a loop can be told by its name alone.
function model.name(module, stem)
  module.named = module.named + 1
  return ("%s.%d"):format(stem, module.named)
end

-- A computation enters the module's list when it is closed, after all it calls.
function model.computation(module, stem)
  return { name = model.name(module, stem), list = {}, params = {}, pool = {}, module = module }
end

function model.close(computation, root)
  computation.root = root
  computation.module.list[#computation.module.list + 1] = computation
  return computation
end

-- The last instruction of a computation; `more` holds attributes and, as calls, computations.
function model.add(computation, op, shape, args, more)
  local instruction = more or {}
  instruction.op, instruction.shape, instruction.args = op, shape, args or {}
  instruction.calls = instruction.calls or {}
  instruction.name = model.name(computation.module, op)
  computation.list[#computation.list + 1] = instruction
  return instruction
end

function model.parameter(computation, shape)
  local number = #computation.params
  local instruction = model.add(computation, "parameter", shape, {}, { number = number })
  computation.params[number + 1] = instruction
  return instruction
end

-- The value as the type holds it, in two's complement; u64 as the s64 of the same bits.
function model.held(type, value)
  local bits = model.types[type][2]
  if bits == 64 then return value end
  value = value & (1 << bits) - 1
  if type:sub(1, 1) == "s" and value >> bits - 1 == 1 then value = value - (1 << bits) end
  return value
end

function model.constant(computation, type, value)
  return model.add(computation, "constant", model.scalar(type), {}, { value = value ~= true and value ~= false and model.held(type, value) or value })
end

function model.element(computation, of, index)
  return model.add(computation, "get-tuple-element", of.shape.tuple[index + 1], { of }, { index = index })
end

function model.pack(computation, parts)
  local shapes = {}
  for i, part in ipairs(parts) do shapes[i] = part.shape end
  return model.add(computation, "tuple", model.tuple(shapes), parts)
end

return model
