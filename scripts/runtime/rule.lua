-- The shape of a rule: what its file returned, checked key by key, as a plain description for the host.
local host = ...
local raise, fmt = host.raise, string.format
local math_type = math.type

local API = 1
-- What a rule says of itself is copied out of Lua's memory, once for each parameter.
local MAX_PARAMS, MAX_CHOICES, MAX_TEXT_BYTES = 200, 100, 2000

local functions = { "accept", "check", "score", "score_file", "console", "json", "training_json" }
local keys = { "api", "name", "version", "about", "better", "needs", "params", "gates", table.unpack(functions) }
local param_keys = { "unit", "min", "max", "above", "choices", "kind" }
local kinds = { "number", "integer", "boolean", "string", "date" }
-- What may stand in `needs`: the first names of m.
local metrics = { "training", "hlo", "log", "inference", "reasoning", "prompts", "config", "model", "files", "runs" }

local function contains(list, x)
  for _, item in ipairs(list) do if item == x then return true end end
  return false
end

local function unknown(what, name, list)
  local meant = host.suggest(name, list)
  raise(fmt("'%s' is not %s; %s", name, what, meant and "did you mean '" .. meant .. "'?"
    or "known are " .. table.concat(list, ", ")))
end

local function article(x)
  local kind = host.nkb.kind(x)
  if kind == "nil" then return "missing" end
  return (kind:find "^[aeiou]" and "an " or "a ") .. kind
end

local function check_size(what, text)
  if #text > MAX_TEXT_BYTES then
    raise(fmt("%s has %d bytes; a text of at most %d is expected", what, #text, MAX_TEXT_BYTES))
  end
  return text
end

local function check_text(rule, key)
  local value = rule[key]
  if value == nil then return nil end
  if type(value) ~= "string" then raise(fmt("'%s' is %s; a text is expected", key, article(value))) end
  return check_size("'" .. key .. "'", value)
end

local function check_list(rule, key)
  local list = rule[key]
  if list == nil then return {} end
  if type(list) ~= "table" then raise(fmt("'%s' is %s; a list is expected", key, article(list))) end
  for name in host.base.pairs(list) do
    if math_type(name) ~= "integer" or name < 1 or name > #list then
      raise(fmt("'%s' is a list; it has no use for the key '%s'", key, host.tostring(name)))
    end
  end
  return list
end

-- "higher" or "lower", or one of these for each mode that score names.
local function describe_better(rule)
  local better, by_mode = rule.better, {}
  if better == nil or better == "higher" or better == "lower" then return better end
  if type(better) ~= "table" or host.nkb.kind(better) ~= "table" then
    raise(fmt("'better' is %s; \"higher\" or \"lower\", or a table of these by mode, is expected",
      type(better) == "string" and '"' .. better .. '"' or article(better)))
  end
  for mode, side in host.base.pairs(better) do
    if type(mode) ~= "string" or (side ~= "higher" and side ~= "lower") then
      raise(fmt("'better' has %s for '%s'; a mode and \"higher\" or \"lower\" is expected",
        type(side) == "string" and '"' .. side .. '"' or article(side), host.tostring(mode)))
    end
    by_mode[mode] = side
  end
  return by_mode
end

local function describe_needs(rule)
  local needs, seen = {}, {}
  for i, need in ipairs(check_list(rule, "needs")) do
    if type(need) ~= "string" then raise(fmt("'needs' item %d is %s; a text is expected", i, article(need))) end
    local name = need:gsub("%?$", "")
    if not contains(metrics, name) then unknown("something a rule can need", name, metrics) end
    if seen[name] then raise(fmt("'needs' names '%s' twice", name)) end
    seen[name] = true
    needs[i] = need
  end
  return needs
end

local function kind_of(default)
  local kind = math_type(default) or type(default)
  return kind == "float" and "number" or kind
end

-- { default, "about", unit =, min =, max =, above =, choices =, kind = }. With `kind` the default may be left out,
-- { "about", kind = "number" }, or be nkb.none: then p.name is nil until it is given.
local function describe_param(name, spec)
  local where = "parameter '" .. host.tostring(name) .. "'"
  if type(name) ~= "string" or not name:find "^%a[%w_]*$" or #name > 40 then
    raise(where .. ": a name is letters, digits and _, at most 40 of them")
  end
  if type(spec) ~= "table" or host.nkb.kind(spec) ~= "table" then
    raise(fmt("%s is %s; { default, \"what it is\" } is expected", where, article(spec)))
  end
  for key in host.base.pairs(spec) do
    if key ~= 1 and key ~= 2 and not contains(param_keys, key) then
      local meant = type(key) == "string" and host.suggest(key, param_keys)
      raise(fmt("%s: '%s' is not part of a parameter; %s", where, host.tostring(key),
        meant and "did you mean '" .. meant .. "'?" or "known are " .. table.concat(param_keys, ", ")))
    end
  end

  local default, about, kind = spec[1], spec[2], spec.kind
  if kind ~= nil and not contains(kinds, kind) then
    raise(fmt("%s: kind is %s; one of %s is expected", where, host.tostring(kind), table.concat(kinds, ", ")))
  end
  if kind and about == nil then default, about = nil, default end
  if default == host.nkb.none then default = nil end
  if default == nil and not kind then
    raise(where .. " has neither a default nor a kind; { 50.0, \"what it is\" } or { \"what it is\", kind = \"number\" } is expected")
  end
  if about ~= nil and type(about) ~= "string" then
    raise(fmt("%s: what it is about is %s; a text is expected", where, article(about)))
  end
  check_size(where .. ": what it is about", about or "")
  kind = kind or kind_of(default)
  if not contains(kinds, kind) then raise(fmt("%s: a default cannot be %s", where, article(default))) end
  if default ~= nil then
    local has = kind_of(default)
    if kind == "number" and has == "integer" then default, has = default + 0.0, "number" end
    if has ~= (kind == "date" and "string" or kind) then
      raise(fmt("%s: its default is %s, its kind %s", where, host.tostring(default), kind))
    end
    if has == "number" and default - default ~= 0 then
      raise(fmt("%s: its default is %s; a finite number is expected, or none: { \"what it is\", kind = \"number\" }", where, host.tostring(default)))
    end
    check_size(where .. ": its default", host.tostring(default))
  end

  local numeric = kind == "number" or kind == "integer"
  for _, bound in ipairs { "min", "max", "above" } do
    if spec[bound] ~= nil and (not numeric or type(spec[bound]) ~= "number" or spec[bound] ~= spec[bound]) then
      raise(fmt("%s: '%s' is %s; %s", where, bound, host.tostring(spec[bound]),
        numeric and "a number is expected" or "only numbers have bounds"))
    end
  end
  local choices
  if spec.choices ~= nil then
    choices = check_list({ choices = spec.choices }, "choices")
    if kind ~= "string" or #choices == 0 then raise(where .. ": 'choices' is for texts, and lists at least one") end
    if #choices > MAX_CHOICES then raise(fmt("%s: %d choices; at most %d are expected", where, #choices, MAX_CHOICES)) end
    for _, choice in ipairs(choices) do
      if type(choice) ~= "string" then raise(fmt("%s: a choice is %s; a text is expected", where, article(choice))) end
      check_size(where .. ": a choice", choice)
    end
  end
  if spec.unit ~= nil and type(spec.unit) ~= "string" then
    raise(fmt("%s: 'unit' is %s; a text is expected", where, article(spec.unit)))
  end
  check_size(where .. ": 'unit'", spec.unit or "")
  return { name = name, type = kind, default = default, about = about, unit = spec.unit, min = spec.min,
    max = spec.max, above = spec.above, choices = choices }
end

local function describe_params(rule)
  local params, list = rule.params, {}
  if params == nil then return list end
  if type(params) ~= "table" then raise(fmt("'params' is %s; a table of names is expected", article(params))) end
  for name, spec in host.base.pairs(params) do
    if #list == MAX_PARAMS then raise(fmt("more than %d parameters", MAX_PARAMS)) end
    list[#list + 1] = describe_param(name, spec)
  end
  return list
end

local function describe(rule)
  if type(rule) ~= "table" or host.nkb.kind(rule) ~= "table" then
    raise(fmt("the file returns %s; a rule is a table, return { api = 1, score = function(m, p, t) … end }",
      rule == nil and "nothing" or article(rule)))
  end
  for key in host.base.pairs(rule) do
    if type(key) ~= "string" or not contains(keys, key) then
      local meant = type(key) == "string" and host.suggest(key, keys)
      raise(fmt("'%s' is not part of a rule; %s", host.tostring(key), meant and "did you mean '" .. meant .. "'?"
        or "known are " .. table.concat(keys, ", ")))
    end
  end
  if rule.api == nil then raise "'api' is missing; api = 1 is expected" end
  if rule.api ~= API then raise(fmt("'api' is %s; this nkibench knows api %d", host.tostring(rule.api), API)) end
  for _, key in ipairs(functions) do
    if rule[key] ~= nil and type(rule[key]) ~= "function" then
      raise(fmt("'%s' is %s; a function is expected", key, article(rule[key])))
    end
  end
  if not rule.score then raise "'score' is missing; score = function(m, p, t) … end is expected" end

  local gates, needs, params = {}, describe_needs(rule), describe_params(rule)
  for i, gate in ipairs(check_list(rule, "gates")) do
    local parsed, problem = host.gates.parse(gate)
    problem = problem or host.gates.problem_of(parsed, needs, params, metrics)
    if problem then raise(problem) end
    gates[i] = parsed
  end
  local has = {}
  for _, key in ipairs(functions) do has[key] = rule[key] ~= nil end
  return {
    name = check_text(rule, "name"), version = check_text(rule, "version"), about = check_text(rule, "about"),
    better = describe_better(rule),
    needs = needs, params = params, gates = gates, has = has,
  }
end

return { describe = describe, keys = keys, param_keys = param_keys, needs = metrics } -- the lists for a test
