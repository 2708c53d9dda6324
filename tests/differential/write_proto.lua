-- A module as an HloModuleProto (xla/service/hlo.proto, xla_data.proto): ids small or of 64 bits, repeated numbers
-- packed or not, bare or in an HloProto.
local model = require "model"
local trips = require "write_text".trips

local write = {}

local function varint(value)
  local out = {}
  while value < 0 or value > 127 do
    out[#out + 1] = string.char(value & 127 | 128)
    value = value >> 7
  end
  out[#out + 1] = string.char(value)
  return table.concat(out)
end

local function number(field, value)
  return value == 0 and "" or varint(field << 3) .. varint(value)
end

local function bytes(field, text)
  return varint(field << 3 | 2) .. varint(#text) .. text
end

local function numbers(field, values, packed)
  if #values == 0 then return "" end
  local out = {}
  for i, value in ipairs(values) do out[i] = (packed and "" or varint(field << 3)) .. varint(value) end
  return packed and bytes(field, table.concat(out)) or table.concat(out)
end

local function shape_proto(shape, style)
  if shape.tuple then
    local out = { number(2, 13) }
    for i, part in ipairs(shape.tuple) do out[i + 1] = bytes(4, shape_proto(part, style)) end
    return table.concat(out)
  end
  local out = number(2, model.types[shape.type][1]) .. numbers(3, shape.dims, style.packed)
  if not style.bare then
    out = out .. bytes(5, numbers(1, shape.layout, style.packed) .. number(7, shape.bits or 0) .. number(16, 1))
  end
  if shape.dynamic then
    local flags = {}
    for i, dynamic in ipairs(shape.dynamic) do flags[i] = dynamic and 1 or 0 end
    out = out .. numbers(6, flags, style.packed)
  end
  return out
end

-- The field of LiteralProto for each type, and how one value is packed there when the field is of bytes.
local literals = {
  pred = { 2 }, s8 = { 15, "<i1" }, u8 = { 3, "<I1" }, s16 = { 17, "<i2" }, u16 = { 16, "<I2" }, s32 = { 4 },
  u32 = { 6 }, s64 = { 5 }, u64 = { 7 },
}

local function literal_proto(instruction, style)
  local out = bytes(1, shape_proto(instruction.shape, style))
  local kind, value = literals[instruction.shape.type], instruction.value
  if not kind or value == nil then return out end
  if kind[2] then return out .. bytes(kind[1], kind[2]:pack(value)) end
  if value == true then value = 1 elseif value == false then value = 0 end
  return out .. numbers(kind[1], { value }, style.packed)
end

local function window_proto(window)
  local out = {}
  for i, d in ipairs(window) do
    out[i] = bytes(1, number(1, d.size) .. number(2, d.stride) .. number(3, d.low) .. number(4, d.high)
      .. number(5, d.dilation) .. number(6, d.base))
  end
  return table.concat(out)
end

local function dot_proto(dot, style)
  return numbers(1, dot.lhs_contracting, style.packed) .. numbers(2, dot.rhs_contracting, style.packed)
    .. numbers(3, dot.lhs_batch, style.packed) .. numbers(4, dot.rhs_batch, style.packed)
end

local function conv_proto(c, style)
  return number(3, c.kernel_input) .. number(4, c.kernel_output) .. numbers(6, c.kernel_spatial, style.packed)
    .. number(7, c.input_batch) .. number(8, c.input_feature) .. number(9, c.output_batch)
    .. number(10, c.output_feature) .. numbers(11, c.input_spatial, style.packed)
    .. numbers(12, c.output_spatial, style.packed)
end

local function attributes(instruction, style)
  local i, out = instruction, {}
  local function put(text) out[#out + 1] = text end
  if i.scope then put(bytes(7, bytes(1, "t") .. bytes(2, i.scope) .. number(4, 12) .. number(15, 3))) end
  if i.noted then put(bytes(40, number(1, 3)) .. bytes(68, bytes(1, bytes(1, "key") .. bytes(2, i.noted)))) end
  if i.op == "constant" then put(bytes(8, literal_proto(i, style))) end
  if i.op == "parameter" then put(number(9, i.number)) end
  if i.kind then put(bytes(11, i.kind)) end
  if i.index then put(number(13, i.index)) end
  if i.dimensions then put(numbers(14, i.dimensions, style.packed)) end
  if i.iota then put(numbers(14, { i.iota }, style.packed)) end
  if i.window then put(bytes(15, window_proto(i.window))) end
  if i.conv then put(bytes(16, conv_proto(i.conv, style))) end
  for _, s in ipairs(i.slice or {}) do put(bytes(17, number(1, s[1]) .. number(2, s[2]) .. number(3, s[3]))) end
  if i.slice_sizes then put(numbers(i.op == "gather" and 34 or 20, i.slice_sizes, style.packed)) end
  if i.target then put(bytes(28, i.target)) end
  if i.dot then
    local plain = dot_proto(i.dot, style)
    if i.dot.lhs_ragged then
      put(bytes(90, bytes(1, plain) .. numbers(2, i.dot.lhs_ragged, style.packed)
        .. numbers(3, i.dot.rhs_group, style.packed)))
    else
      put(bytes(30, plain))
    end
  end
  if i.fft_length then put(numbers(32, i.fft_length, style.packed)) end
  local config = i.config
  if i.known_trips then config = trips[i.known_trips % #trips + 1]:format(i.known_trips) end
  if config then put(bytes(43, config)) end
  if i.feature_groups then put(number(50, i.feature_groups)) end
  if i.batch_groups then put(number(58, i.batch_groups)) end
  if i.direction then put(bytes(63, i.direction)) end
  return table.concat(out)
end

-- style: packed, wide_ids, bare (no layouts), wrapped.
function write.module(module, style)
  local ids, next_id = {}, 0
  for number_of, computation in ipairs(module.list) do
    for at, instruction in ipairs(computation.list) do
      next_id = next_id + 1
      ids[instruction] = style.wide_ids and (number_of << 32 | at) or next_id
    end
    ids[computation] = style.wide_ids and number_of or ids[computation.root]
  end
  local function ids_of(things)
    local out = {}
    for i, thing in ipairs(things) do out[i] = ids[thing] end
    return out
  end
  local out = { bytes(1, module.name), bytes(2, module.entry.name) }
  for _, computation in ipairs(module.list) do
    local body = { bytes(1, computation.name) }
    for _, i in ipairs(computation.list) do
      body[#body + 1] = bytes(2, bytes(1, i.name) .. bytes(2, i.op) .. bytes(3, shape_proto(i.shape, style))
        .. attributes(i, style) .. number(35, ids[i]) .. numbers(36, ids_of(i.args), style.packed)
        .. numbers(37, ids_of(i.after ~= i and { i.after } or {}), style.packed)
        .. numbers(38, ids_of(i.calls), style.packed))
    end
    body[#body + 1] = number(5, ids[computation]) .. number(6, ids[computation.root])
    out[#out + 1] = bytes(3, table.concat(body))
  end
  out[#out + 1] = number(6, ids[module.entry])
  local text = table.concat(out)
  return style.wrapped and bytes(1, text) or text
end

return write
