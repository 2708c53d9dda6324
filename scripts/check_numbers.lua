-- Numbers that go wrong: equality of computed ones, division by a metric that may be 0, lists with holes.
local compares = { ["=="] = true, ["~="] = true, ["<"] = true, ["<="] = true, [">"] = true, [">="] = true }
local divides = { ["/"] = true, ["//"] = true, ["%"] = true }

return function(file)
  local known, values, say, tree = file.known, file.values, file.say, file.tree
  local meaning = values.meaning

  local function is_whole_constant(value)
    return value and value.is == "number" and value.constant and value.constant == math.floor(value.constant)
  end

  -- A number that comes with rounding: the result of arithmetic, or a metric that is no count.
  local function is_computed(value)
    if not value then return false end
    return value.is == "number" and value.computed or value.is == "metrics" and values.number_kind(value) == true
  end

  local function check_equality(e)
    local left, right = meaning(e.left), meaning(e.right)
    for _, side in ipairs { { left, right }, { right, left } } do
      local one, other = side[1], side[2]
      if one and one.is == "node" and other and other.is ~= "node" and other.is ~= "nil" and values.number_kind(other) ~= nil then
        return say(e, "node-equality", ("a node %s a number is always %s; write node.value %s …"):format(e.op,
          e.op == "==" and "false" or "true", e.op))
      end
    end
    if left and left.is == "nil" or right and right.is == "nil" then return end
    if left and left.is == "entry" or right and right.is == "entry" then return end -- math.huge
    if e.left.kind == "name" and e.right.kind == "name" and e.left.binding == e.right.binding then return end -- x ~= x: a NaN?
    if (is_computed(left) and not is_whole_constant(right)) or (is_computed(right) and not is_whole_constant(left)) then
      say(e, "float-equality", ("%s compares numbers that are rounded; nkb.near(a, b) is expected"):format(e.op), "warning")
    end
  end

  -- Paths that were compared with something, by function, each with the place of the first time.
  local compared = {}
  local function note_compared(e, side)
    local value = meaning(side)
    for _, path in ipairs(value and (value.is == "metrics" or value.is == "node") and value.paths or {}) do
      local scope = e.within or tree
      compared[scope] = compared[scope] or {}
      compared[scope][path] = math.min(compared[scope][path] or math.huge, e.from)
    end
  end

  local function was_compared(e, path)
    local scope = e.within or tree
    while scope do
      if compared[scope] and (compared[scope][path] or math.huge) < e.from then return true end
      scope = scope ~= tree and (scope.outer or tree) or nil
    end
    return false
  end

  local function check_divisor(e, divisor)
    local value = meaning(divisor)
    if not value or value.is ~= "metrics" and value.is ~= "node" then return end
    for _, path in ipairs(value.paths or {}) do
      local entry = known.metric(path)
      if entry and entry ~= true and entry.may_be_zero and not was_compared(e, path) then
        say(divisor, "zero-division", ("'%s' may be 0 of an honest input; compare it with 0 before dividing by it"):format(path), "warning")
        return
      end
    end
  end

  for _, e in ipairs(tree.binaries) do
    if compares[e.op] then
      note_compared(e, e.left)
      note_compared(e, e.right)
    end
    if e.op == "==" or e.op == "~=" then check_equality(e) end
  end
  for _, e in ipairs(tree.binaries) do
    if divides[e.op] then check_divisor(e, e.right) end
  end
  for _, call in ipairs(tree.calls) do
    local object = call.kind == "method" and call.name == "ratio" and meaning(call.object)
    if object and object.is == "derivation" and call.args[3] then check_divisor(call, call.args[3]) end
  end

  -- What # says of a list with a hole is not fixed.
  local measured = {}
  for _, e in ipairs(tree.unaries) do
    if e.op == "#" and e.operand.kind == "name" and e.operand.binding then measured[e.operand.binding] = true end
  end
  for _, constructor in ipairs(tree.tables) do
    local position = 0
    for _, item in ipairs(constructor.items) do
      if not item.key then
        position = position + 1
        if item.value.kind == "nil" then
          say(item.value, "hole", ("item %d of the list is nil, and # of such a list is not fixed; nkb.null, or no nil, is expected"):format(position), "warning")
        end
      end
    end
  end
  for _, assign in ipairs(tree.assigns) do
    for i, target in ipairs(assign.targets) do
      local value = assign.values[i]
      local pops = target.key and target.key.kind == "unary" and target.key.op == "#" -- list[#list] = nil leaves no hole
      if value and value.kind == "nil" and target.kind == "index" and not target.dot and not pops and target.object.kind == "name"
        and target.object.binding and measured[target.object.binding] then
        say(target, "hole", ("an item of '%s' becomes nil, and # of a list with a hole is not fixed; table.remove closes it"):format(target.object.name), "warning")
      end
    end
  end
end
