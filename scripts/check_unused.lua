-- What a rule asks for and does not use: parameters that nothing reads, inputs that nothing looks at. Where m or p is
-- handed to code that cannot be followed (a module, a table), a name that occurs there counts as read.
local function words_of(tree, into)
  for _, token in ipairs(tree.tokens) do
    if token.kind == "name" or token.kind == "string" then into[token.value] = (into[token.value] or 0) + 1 end
  end
end

return function(file)
  local values, say, tree, shape = file.values, file.say, file.tree, file.shape
  local meaning = values.meaning

  -- Which of m and p is seen where it cannot be followed?
  local followed, escaped = {}, {}
  for _, index in ipairs(tree.indexes) do followed[index.object] = true end
  for _, call in ipairs(tree.calls) do
    if call.kind == "method" then followed[call.object] = true end
    local f = call.kind == "call" and values.function_of(call.func)
    local library = call.kind == "call" and meaning(call.func)
    for i, argument in ipairs(call.args) do
      if f and f.params[i] and f.params[i].role then followed[argument] = true end
      local value = library and library.is == "entry" and meaning(argument)
      if value and value.is == "params" then file.params_read_all = true end -- pairs(p), nkb.keys(p)
    end
  end
  local function look(e)
    local value = not followed[e] and meaning(e)
    if value and (value.is == "params" or value.is == "result") then escaped.params = true end
    if value and (value.is == "metrics" and (value.paths or {})[1] == "" or value.is == "result") then escaped.metrics = true end
  end
  for _, name in ipairs(tree.names) do look(name) end
  for _, index in ipairs(tree.indexes) do look(index) end

  local inside, outside = {}, {}
  words_of(tree, inside)
  for _, module in ipairs(file.modules) do
    if module.tree then words_of(module.tree, outside) end
  end

  -- A module that is required while scoring has not been seen.
  local unseen, seen = false, {}
  for _, module in ipairs(file.modules) do seen[module.name] = true end
  for _, call in ipairs(tree.calls) do
    if call.kind == "call" and call.func.kind == "name" and call.func.name == "require" and not call.func.binding then
      local name = call.args[1]
      unseen = unseen or not (name and name.kind == "string" and seen[name.value])
    end
  end

  -- Its key in params is one occurrence of the name.
  local function is_read(name)
    if unseen and escaped.params then return true end
    if file.params_read[name] or file.params_read_all or outside[name] then return true end
    return escaped.params and (inside[name] or 0) > 1
  end
  for _, name in ipairs(file.param_names) do
    local item = shape and shape.params[name]
    if item and not is_read(name) then
      say(item, "unread-param", ("the parameter '%s' is never read; p.%s or t:param \"%s\" is expected, or no parameter"):format(name, name, name), "warning")
    end
  end

  local function is_looked_at(name)
    if file.read[name] or file.read_all or outside[name] then return true end
    return escaped.metrics
  end
  for _, need in ipairs(shape and shape.needs or {}) do
    local name = need.value:gsub("%?$", "")
    if not is_looked_at(name) and name ~= "files" and file.known.metric(name) then
      say(need, "unread-need", ("'%s' is in needs and nothing looks at m.%s: it is measured for nothing"):format(name, name), "warning")
    end
  end
end
