-- A module as XLA prints it, long or short: with or without %, shapes of operands, layouts, comments.
local write = {}

-- An annotated trip count, as the annotator has written it over the years and with what else may stand there.
write.trips = {
  '{"known_trip_count":{"n":"%d"}}',
  '{"known_trip_count":{"n":%d},"known_induction_variable":{"tuple_index":"0"}}',
  '{"known_init_step":{"init":"0","step":"1"}, "known_trip_count" : { "n" : "%d" }, "more": [{"n":"77"}, {}]}',
}

local function list(values)
  return "{" .. table.concat(values, ",") .. "}"
end

local function shape_text(shape, style)
  if shape.tuple then
    local parts = {}
    for i, part in ipairs(shape.tuple) do
      parts[i] = (style.comments and i > 5 and (i - 1) % 5 == 0 and ("/*index=%d*/"):format(i - 1) or "")
        .. shape_text(part, style)
    end
    return "(" .. table.concat(parts, ", ") .. ")"
  end
  local dims = {}
  for i, size in ipairs(shape.dims) do
    dims[i] = (shape.dynamic and shape.dynamic[i] and "<=" or "") .. size
  end
  local text = shape.type .. "[" .. table.concat(dims, ",") .. "]"
  if shape.bits then return text .. "{" .. table.concat(shape.layout, ",") .. (":E(%d)}"):format(shape.bits) end
  if #shape.dims > 0 and not shape.bare then text = text .. list(shape.layout) end
  return text
end

-- The window of a convolution, reduce-window or select-and-scatter; what is XLA's default everywhere is left out.
local function window_text(window)
  local parts = {}
  local function put(name, plain, format)
    local each, needed = {}, plain == nil
    for i, dim in ipairs(window) do
      each[i] = format(dim)
      needed = needed or each[i] ~= plain
    end
    if needed then parts[#parts + 1] = name .. "=" .. table.concat(each, "x") end
  end
  put("size", nil, function(d) return ("%d"):format(d.size) end)
  put("stride", "1", function(d) return ("%d"):format(d.stride) end)
  put("pad", "0_0", function(d) return ("%d_%d"):format(d.low, d.high) end)
  put("lhs_dilate", "1", function(d) return ("%d"):format(d.base) end)
  put("rhs_dilate", "1", function(d) return ("%d"):format(d.dilation) end)
  return #window > 0 and "window={" .. table.concat(parts, " ") .. "}" or nil
end

-- dim_labels: what each position of an operand is.
local function labels_text(numbers, letters, spatial)
  local at = {}
  for letter, key in pairs(letters) do at[numbers[key] + 1] = letter end
  for i, position in ipairs(numbers[spatial]) do at[position + 1] = ("%d"):format(i - 1) end
  return table.concat(at)
end

local function conv_labels(numbers)
  return labels_text(numbers, { b = "input_batch", f = "input_feature" }, "input_spatial") .. "_"
    .. labels_text(numbers, { i = "kernel_input", o = "kernel_output" }, "kernel_spatial") .. "->"
    .. labels_text(numbers, { b = "output_batch", f = "output_feature" }, "output_spatial")
end

local function quote(text)
  return '"' .. text:gsub('[\\"]', "\\%0") .. '"'
end

-- A 64-bit integer taken as unsigned.
local function unsigned(value)
  if value >= 0 then return ("%d"):format(value) end
  local tens = (value >> 1) // 5
  return ("%d%d"):format(tens, value - tens * 10)
end

local function value_text(instruction)
  if instruction.literal then return instruction.literal end
  if instruction.shape.type == "u64" then return unsigned(instruction.value) end
  return tostring(instruction.value)
end

local function called_text(instruction, name)
  local op, calls = instruction.op, instruction.calls
  if op == "while" then return { "condition=" .. name(calls[2]), "body=" .. name(calls[1]) } end
  if op == "conditional" then
    if instruction.by_pred then
      return { "true_computation=" .. name(calls[1]), "false_computation=" .. name(calls[2]) }
    end
    local names = {}
    for i, call in ipairs(calls) do names[i] = name(call) end
    return { "branch_computations={" .. table.concat(names, ", ") .. "}" }
  end
  if op == "fusion" then return { "kind=" .. instruction.kind, "calls=" .. name(calls[1]) } end
  if op == "select-and-scatter" then return { "select=" .. name(calls[1]), "scatter=" .. name(calls[2]) } end
  if op == "custom-call" then return { "called_computations={" .. name(calls[1]) .. "}" } end
  return { "to_apply=" .. name(calls[1]) }
end

local dot_parts = { "lhs_batch", "lhs_contracting", "rhs_batch", "rhs_contracting" }

local function attributes(instruction, name)
  local out = {}
  local function put(text) out[#out + 1] = text end
  if instruction.dot then
    for _, part in ipairs(dot_parts) do
      local dims = instruction.dot[part]
      if #dims > 0 then put(part .. "_dims=" .. list(dims)) end
    end
    if instruction.dot.lhs_ragged then
      put("lhs_ragged_dims=" .. list(instruction.dot.lhs_ragged))
      put("rhs_group_dims=" .. list(instruction.dot.rhs_group))
    end
  end
  if instruction.window then put(window_text(instruction.window)) end
  if instruction.conv then put("dim_labels=" .. conv_labels(instruction.conv)) end
  if instruction.feature_groups then put(("feature_group_count=%d"):format(instruction.feature_groups)) end
  if instruction.batch_groups then put(("batch_group_count=%d"):format(instruction.batch_groups)) end
  if instruction.dimensions then put("dimensions=" .. list(instruction.dimensions)) end
  if instruction.op == "iota" then put(("iota_dimension=%d"):format(instruction.iota)) end
  if instruction.slice then
    local each = {}
    for i, s in ipairs(instruction.slice) do each[i] = ("[%d:%d:%d]"):format(s[1], s[2], s[3]) end
    put("slice={" .. table.concat(each, ", ") .. "}")
  end
  if instruction.slice_sizes then
    if instruction.op == "gather" then
      put("offset_dims={1}, collapsed_slice_dims={0}, start_index_map={0}, index_vector_dim=1")
      put("slice_sizes=" .. list(instruction.slice_sizes))
    else
      put("dynamic_slice_sizes=" .. list(instruction.slice_sizes))
    end
  end
  if instruction.op == "scatter" then
    put("update_window_dims={1}, inserted_window_dims={0}, scatter_dims_to_operand_dims={0}, index_vector_dim=1")
  end
  if instruction.padding then
    local each = {}
    for i, p in ipairs(instruction.padding) do each[i] = ("%d_%d"):format(p[1], p[2]) end
    put("padding=" .. table.concat(each, "x"))
  end
  if instruction.op == "get-tuple-element" then put(("index=%d"):format(instruction.index)) end
  if instruction.direction then put("direction=" .. instruction.direction) end
  if instruction.fft_length then
    put("fft_type=FFT")
    put("fft_length=" .. list(instruction.fft_length))
  end
  if instruction.op == "rng" then put "distribution=rng_uniform" end
  if instruction.op == "rng-bit-generator" then put "algorithm=rng_default" end
  if instruction.op == "all-reduce" then put "replica_groups={{0,1}}" end
  if instruction.op == "triangular-solve" then put "left_side=true, lower=true, transpose_a=NO_TRANSPOSE" end
  if instruction.op == "cholesky" then put "lower=true" end
  if instruction.target then put("custom_call_target=" .. quote(instruction.target)) end
  if #instruction.calls > 0 then
    for _, text in ipairs(called_text(instruction, name)) do put(text) end
  end
  if instruction.noted then
    put("sharding={devices=[2,1]<=[2] metadata={op_name=" .. quote(instruction.noted) .. "}}")
    put("frontend_attributes={key=" .. quote(instruction.noted) .. ", other=\"}\"}")
  end
  if instruction.after and instruction.after ~= instruction then
    put("control-predecessors={" .. name(instruction.after) .. "}")
  end
  if instruction.scope then put('metadata={op_type="t" op_name=' .. quote(instruction.scope) .. "}") end
  if instruction.config then put("backend_config=" .. quote(instruction.config)) end
  if instruction.known_trips then
    put(("backend_config=" .. write.trips[instruction.known_trips % #write.trips + 1]):format(instruction.known_trips))
  end
  return out
end

-- style: percent, operand_shapes, comments.
function write.module(module, style)
  local out = { "HloModule " .. module.name .. (style.comments and ", is_scheduled=true" or "") .. "\n" }
  local sigil = style.percent and "%" or ""
  local function name(thing) return sigil .. thing.name end
  for _, computation in ipairs(module.list) do
    local head = (computation == module.entry and "ENTRY " or "") .. name(computation)
    if style.operand_shapes then
      local params = {}
      for i, p in ipairs(computation.params) do params[i] = p.name .. ": " .. shape_text(p.shape, style) end
      head = head .. " (" .. table.concat(params, ", ") .. ") -> " .. shape_text(computation.root.shape, style)
    end
    out[#out + 1] = "\n" .. head .. " {\n"
    for _, instruction in ipairs(computation.list) do
      local args = {}
      for i, arg in ipairs(instruction.args) do
        args[i] = (style.operand_shapes and shape_text(arg.shape, style) .. " " or "") .. name(arg)
        if style.comments and i > 5 and (i - 1) % 5 == 0 then args[i] = ("/*index=%d*/"):format(i - 1) .. args[i] end
      end
      if instruction.op == "parameter" then args = { ("%d"):format(instruction.number) } end
      if instruction.op == "constant" then args = { value_text(instruction) } end
      local more = attributes(instruction, name)
      out[#out + 1] = ("  %s%s = %s %s(%s)%s\n"):format(
        instruction == computation.root and "ROOT " or "", name(instruction), shape_text(instruction.shape, style),
        instruction.op, table.concat(args, ", "), #more > 0 and ", " .. table.concat(more, ", ") or "")
    end
    out[#out + 1] = "}\n"
  end
  return table.concat(out)
end

return write
