-- What expressions of a rule stand for, as far as that can be seen without running it: m and paths below it, p and
-- its parameters, t, c, r, nodes, texts, kinds of numbers. A meaning is a table with `is`:
--   metrics (paths: one or several; none: unknown), params, param (name), derivation, checks, result, node (paths),
--   library (section), entry (of the API), number (float: true, false, or nil), text (texts), boolean, nil
local MAX_DEPTH = 100 -- of looking through locals into locals
local MAX_TEXTS = 16  -- that one text may be
local MAX_ROUNDS = 6  -- of telling functions what they are called with

local roles = {
  Metrics = { is = "metrics", paths = { "" } }, Params = { is = "params" }, Derivation = { is = "derivation" },
  Checks = { is = "checks" }, Result = { is = "result" },
}
local module_role = { is = "metrics", paths = { "hlo.modules[]" } }

local carried = { metrics = true, params = true, derivation = true, checks = true, result = true, node = true }

local function join(path, name)
  if name == "[]" then return path .. "[]" end
  return path == "" and name or path .. "." .. name
end

local function same(a, b)
  if a.is ~= b.is then return false end
  if not a.paths or not b.paths then return a.paths == b.paths end
  return table.concat(a.paths, "|") == table.concat(b.paths, "|")
end

local function new_values(tree, known, params)
  local memo, depth = {}, 0
  local values = { tree = tree }
  local meaning

  local function texts_of(value)
    if not value then return nil end
    if value.is == "text" then return value.texts end
    local param = value.is == "param" and params[value.name]
    if param and param.type == "string" and #param.choices > 0 and #param.choices <= MAX_TEXTS then
      local texts = {}
      for i, choice in ipairs(param.choices) do texts[i] = choice end
      return texts
    end
  end
  values.texts_of = texts_of

  local function cross(left, right, put)
    if not left or not right or #left * #right > MAX_TEXTS then return nil end
    local list = {}
    for _, a in ipairs(left) do
      for _, b in ipairs(right) do list[#list + 1] = put(a, b) end
    end
    return list
  end

  local function number(float) return { is = "number", float = float } end

  local function number_kind(value)
    if not value then return nil end
    if value.is == "number" then return value.float end
    if value.is == "param" and params[value.name] then
      local type = params[value.name].type
      if type == "number" then return true end
      if type == "integer" then return false end
    end
    if value.is == "metrics" and value.paths and #value.paths == 1 then
      local entry = known.metric(value.paths[1])
      if type(entry) ~= "boolean" and entry then
        if entry.type == "number" then return true end
        if entry.type == "integer" then return false end
      end
    end
  end
  values.number_kind = number_kind

  local function is_list(paths)
    for _, path in ipairs(paths or {}) do
      local entry = path ~= "" and known.metric(path)
      if not entry or entry == true or entry.type ~= "list" then return false end
    end
    return paths ~= nil
  end

  local function index(object, key_value)
    if not object then return nil end
    local texts = texts_of(key_value)
    if object.is == "metrics" then
      if texts then return { is = "metrics", paths = cross(object.paths, texts, join) } end
      if is_list(object.paths) then return { is = "metrics", paths = cross(object.paths, { "[]" }, join) } end
      return { is = "metrics" }
    elseif object.is == "params" then
      return texts and #texts == 1 and { is = "param", name = texts[1] } or nil
    elseif not texts or #texts ~= 1 then
      return nil
    elseif object.is == "result" then
      return texts[1] == "m" and roles.Metrics or texts[1] == "p" and roles.Params or nil
    elseif object.is == "node" then
      return texts[1] == "value" and number(true) or nil
    elseif object.is == "library" then
      local name = object.section == "lua" and texts[1] or object.section .. "." .. texts[1]
      if known.sections[name] and name ~= "lua" then return { is = "library", section = name } end
      local entry = known.name(object.section, texts[1])
      return entry and { is = "entry", entry = entry }
    end
  end

  -- The item a loop gives out: of ipairs(list) or pairs(list) the second, of a list of m's.
  local function loop_value(binding)
    local loop = binding.loop
    if loop.kind == "fornum" then return number() end
    local call = loop.values[1]
    if #loop.values ~= 1 or call.kind ~= "call" or call.func.kind ~= "name" or call.func.binding then return nil end
    if call.func.name ~= "ipairs" and call.func.name ~= "pairs" or binding.loop_index ~= 2 then return nil end
    local list = meaning(call.args[1])
    if not list or list.is ~= "metrics" then return nil end
    if is_list(list.paths) then return index(list, nil) end
    return { is = "metrics" }
  end

  local function binding_value(binding)
    if binding.role ~= nil then return binding.role or nil end
    if binding.writes > 0 or binding.param_of then return nil end
    if binding.loop then return loop_value(binding) end
    if binding.value and binding.index == 1 then return meaning(binding.value) end
  end

  local function arithmetic(op, left, right)
    if left and left.is == "node" or right and right.is == "node" then return { is = "node" } end
    if op == "/" or op == "^" then return { is = "number", float = true, computed = true } end
    local a, b = number_kind(left), number_kind(right)
    if a or b then return { is = "number", float = true, computed = true } end
    return number(a == false and b == false and false or nil)
  end

  local compares = { ["=="] = true, ["~="] = true, ["<"] = true, ["<="] = true, [">"] = true, [">="] = true }
  local calculates = { ["+"] = true, ["-"] = true, ["*"] = true, ["/"] = true, ["//"] = true, ["%"] = true, ["^"] = true }

  local look = {
    ["nil"] = function() return { is = "nil" } end,
    ["true"] = function() return { is = "boolean" } end,
    ["false"] = function() return { is = "boolean" } end,
    number = function(e) return { is = "number", float = math.type(e.value) == "float", constant = e.value } end,
    string = function(e) return { is = "text", texts = { e.value } } end,
    paren = function(e) return meaning(e.inner) end,
    name = function(e)
      if e.binding then return binding_value(e.binding) end
      if known.sections[e.name] and e.name ~= "rule" and known.name("lua", e.name) then return { is = "library", section = e.name } end
      if e.name == "_G" then return { is = "library", section = "lua" } end
      local entry = known.name("lua", e.name)
      return entry and { is = "entry", entry = entry }
    end,
    index = function(e) return index(meaning(e.object), meaning(e.key)) end,
    unary = function(e)
      local value = meaning(e.operand)
      if e.op == "not" then return { is = "boolean" } end
      if e.op == "#" then return number(false) end
      if value and value.is == "node" then return { is = "node" } end
      return value and value.is == "number" and value or number(number_kind(value))
    end,
    binary = function(e)
      if e.op == "or" then
        local left, right = meaning(e.left), meaning(e.right)
        if left and right and left.is == "metrics" and right.is == "metrics" and not same(left, right) then return { is = "metrics" } end
        return left or right
      end
      if e.op == "and" then return meaning(e.right) end
      if compares[e.op] then return { is = "boolean" } end
      local left, right = meaning(e.left), meaning(e.right)
      if e.op == ".." then
        local texts = cross(texts_of(left), texts_of(right), function(a, b) return a .. b end)
        return texts and { is = "text", texts = texts } or { is = "text" }
      end
      return calculates[e.op] and arithmetic(e.op, left, right) or number(false)
    end,
    call = function(e)
      local func = meaning(e.func)
      if not func or func.is ~= "entry" then return nil end
      local entry = func.entry
      if entry.section == "nkb" and entry.name == "list" then return meaning(e.args[1]) end
      if entry.gives:find "^number" then
        local floats = entry.section == "nkb.stats" or entry.name == "sqrt" or entry.name == "exp" or entry.name == "log"
        return { is = "number", float = floats or nil, computed = floats or nil }
      end
      if entry.gives == "integer" then return number(false) end
      if entry.gives == "boolean" then return { is = "boolean" } end
    end,
    method = function(e)
      local object = meaning(e.object)
      if not object or object.is ~= "derivation" then return nil end
      local texts = e.name == "metric" and #e.args == 1 and texts_of(meaning(e.args[1]))
      return { is = "node", paths = texts or nil }
    end,
  }

  function meaning(e)
    if not e or not look[e.kind] then return nil end
    if memo[e] ~= nil then return memo[e] or nil end
    if depth >= MAX_DEPTH then return nil end
    memo[e], depth = false, depth + 1
    local value = look[e.kind](e) or nil
    memo[e], depth = value or false, depth - 1
    return value
  end
  values.meaning = meaning

  -- A function that stands here, or that the local of this name is.
  local function function_of(e)
    if e and e.kind == "paren" then return function_of(e.inner) end
    if e and e.kind == "function" then return e end
    local binding = e and e.kind == "name" and e.binding
    if binding and binding.writes == 0 and binding.value and binding.value.kind == "function" then return binding.value end
  end
  values.function_of = function_of

  local function give(binding, role)
    if binding.writes > 0 or binding.role == false then return false end
    if binding.role == nil then
      binding.role = role
      return true
    end
    if same(binding.role, role) then return false end
    binding.role = binding.role.is == role.is and role.is == "metrics" and { is = "metrics" } or false
    return true
  end

  -- `f` is the rule's function `key`: its parameters are what the API says.
  function values.tell(f, key)
    local entry = known.sections.rule[key]
    if not entry or not entry.takes then return end
    for i, parameter in ipairs((known.parameters(entry.takes))) do
      local role = parameter.name == "module" and module_role or roles[parameter.type]
      if role and f.params[i] then give(f.params[i], role) end
    end
  end

  -- Functions of the file learn from the calls what their parameters are.
  function values.spread()
    for _ = 1, MAX_ROUNDS do
      local changed = false
      memo = {}
      for _, call in ipairs(tree.calls) do
        local f = call.kind == "call" and function_of(call.func)
        for i, argument in ipairs(f and call.args or {}) do
          local value = f.params[i] and meaning(argument)
          if value and carried[value.is] then changed = give(f.params[i], value) or changed end
        end
      end
      if not changed then break end
    end
    memo = {}
  end

  return values
end

return new_values
