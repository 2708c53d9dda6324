-- The rule in a file: the table that the chunk returns, what stands in it and what is assigned to it afterwards.
-- { items: key -> { key, value, line, column }, params: name -> likewise, gates: [ string nodes ], whole: is all of
-- it to be seen? }; nil when the chunk returns no table that can be seen.
local function table_of(e)
  if e and e.kind == "paren" then return table_of(e.inner) end
  if e and e.kind == "table" then return e, nil end
  local binding = e and e.kind == "name" and e.binding
  if binding then return binding.value and binding.index == 1 and binding.value.kind == "table" and binding.value or nil, binding end
end

-- key -> item of a constructor; a key that is no constant text makes it less than whole.
local function add_items(items, constructor)
  local whole = true
  for _, item in ipairs(constructor.items) do
    if item.key and item.key.kind == "string" then
      items[item.key.value] = { key = item.key, value = item.value, line = item.line, column = item.column }
    elseif item.key then
      whole = false
    end
  end
  return whole
end

-- What `rule.key = value` and `rule.params.name = value` add.
local function add_assigned(tree, binding, shape)
  for _, assign in ipairs(tree.assigns) do
    for i, target in ipairs(assign.targets) do
      local object, key = target.object, target.key
      if target.kind == "index" and key.kind == "string" then
        local item = { key = key, value = assign.values[i], line = target.line, column = target.column }
        if object.kind == "name" and object.binding == binding then
          shape.items[key.value] = item
        elseif object.kind == "index" and object.key.kind == "string" and object.key.value == "params"
          and object.object.kind == "name" and object.object.binding == binding then
          shape.params[key.value] = item
        end
      end
    end
  end
end

local function find(tree)
  local last = tree.returns[#tree.returns]
  if not last or #last.values == 0 then return nil end
  local constructor, binding = table_of(last.values[1])
  if not constructor and not binding then return nil end
  local shape = { items = {}, params = {}, gates = {}, line = last.line, column = last.column, whole = constructor ~= nil }
  if constructor then shape.whole = add_items(shape.items, constructor) end
  local params = shape.items.params and table_of(shape.items.params.value)
  if params then add_items(shape.params, params) end
  if binding then add_assigned(tree, binding, shape) end
  local gates = shape.items.gates and table_of(shape.items.gates.value)
  for _, item in ipairs(gates and gates.items or {}) do
    if item.value.kind == "string" then shape.gates[#shape.gates + 1] = item.value end
  end
  return shape
end

-- Keys that no rule and no parameter has.
local function look(shape, known, say)
  local function unknown(key, section, what)
    local entry, meant = known.name(section, key.value)
    if entry then return end
    say(key, "unknown-key", ("'%s' is not part of %s; %s"):format(key.value, what,
      meant and "did you mean '" .. meant .. "'?" or known.names(section)))
  end
  for _, item in pairs(shape.items) do unknown(item.key, "rule", "a rule") end
  for name, item in pairs(shape.params) do
    for _, field in ipairs(item.value and item.value.kind == "table" and item.value.items or {}) do
      if field.key and field.key.kind == "string" then unknown(field.key, "param", "a parameter ('" .. name .. "')") end
    end
  end
end

return { find = find, look = look }
