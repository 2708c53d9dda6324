-- Gates: "score >= 10", "hlo.static.nki_ratio > 0.10 : warning", "score > 0 : error : nothing ran". Left and right are
-- numbers, `score`, parameters or metrics. A gate on something absent does not hold, unless a "?" behind the name says
-- that it may be absent. `nkibench check` takes parse from here by require, without a host.
local host = ...

local compare = {
  [">="] = function(a, b) return a >= b end,
  ["<="] = function(a, b) return a <= b end,
  ["=="] = function(a, b) return a == b end,
  ["!="] = function(a, b) return a ~= b end,
  [">"] = function(a, b) return a > b end,
  ["<"] = function(a, b) return a < b end,
}

local SIDE = "^%s*([%w_.%-%[%]+]+)(%??)%s*$"

-- nil and what is wrong, or { text, left, op, right, warning, left_optional, right_optional }
local function parse(text)
  if type(text) ~= "string" then return nil, "a gate is a text such as \"score >= 10\", not a " .. type(text) end
  local body, tail = text, nil
  local colon = text:find(":", 1, true)
  if colon then -- behind a second one are words for who reads it: they are shown with the gate
    body, tail = text:sub(1, colon - 1), text:sub(colon + 1):match "^%s*(%a+)%s*$" or text:sub(colon + 1):match "^%s*(%a+)%s*:%s*%S"
    if tail and tail ~= "warning" and tail ~= "error" then
      return nil, ("gate '%s': ': warning' or ': error' may follow, not '%s'"):format(text, tail)
    end
  end
  local first, last = body:find "[<>=!]+"
  local op = first and body:sub(first, last)
  local left, left_optional = (first and body:sub(1, first - 1) or ""):match(SIDE)
  local right, right_optional = (first and body:sub(last + 1) or ""):match(SIDE)
  if not left or not right or not compare[op] or colon and not tail then
    return nil, ("gate '%s' is not understood; \"score >= 10\" or \"hlo.static.nki_ratio > 0.10 : warning\" is expected"):format(text)
  end
  return { text = text, left = left, op = op, right = right, warning = tail == "warning",
    left_optional = left_optional == "?", right_optional = right_optional == "?" }
end

local function is_path(word) return word:find "[.%[]" ~= nil end

-- nil, or why this side can be nothing of a rule with these needs (names without "?") and parameters. `names` are
-- the first names that metrics may have.
local function side_problem(word, needs, params, names)
  if tonumber(word) or word == "score" then return nil end
  local candidates = { "score" }
  for _, param in ipairs(params) do
    if param.name == word then
      if param.type == "number" or param.type == "integer" then return nil end
      return ("the parameter '%s' is a %s; a gate compares numbers"):format(word, param.type)
    end
    candidates[#candidates + 1] = param.name
  end
  local first = word:match "^[%w_]+"
  for _, need in ipairs(needs) do
    if need == first then return not is_path(word) and ("'%s' is a group of metrics; a gate compares numbers"):format(word) or nil end
    candidates[#candidates + 1] = need
  end
  for _, name in ipairs(names) do
    if name == first then return ("'%s' is not measured; needs = { … \"%s\" } asks for it"):format(word, first) end
  end
  local meant = first and host.suggest(first, candidates)
  return ("there is no metric or parameter '%s'%s"):format(word, meant and "; did you mean '" .. meant .. "'?" or "")
end

-- nil, or what is wrong with a parsed gate of this rule.
local function problem_of(gate, needs, params, names)
  local plain = { "files" } -- always measured
  for i, need in ipairs(needs) do plain[i + 1] = need:gsub("%?$", "") end
  local problem = side_problem(gate.left, plain, params, names) or side_problem(gate.right, plain, params, names)
  return problem and ("gate '%s': %s"):format(gate.text, problem)
end

-- Below these the input says what there is: a name that this one does not have is absent, and no mistake of the rule.
local brought = { config = true, inference = true, model = true, prompts = true, reasoning = true, runs = true }

local function exists(tree, word) return select("#", host.note(tree, word)) > 0 end

-- nil, or why a path that `m` does not have may be right for another input.
local function not_brought(word, m)
  for last in word:gmatch "%[[1-9]%d*()%]" do
    local item = word:sub(1, last)
    if exists(m, item:match "^(.*)%[") and not exists(m, item) then return ("%s is absent: there is no %s"):format(word, item) end
  end
  if brought[word:match "^[%w_]+"] and not exists(m, word) then
    return ("%s is absent: the input has nothing of that name"):format(word)
  end
end

-- The number of a side and its unit; or nil, nil and why there is none.
local function side(word, score, m, p)
  if tonumber(word) then return tonumber(word) end
  if word == "score" then return score end
  local is_param = not is_path(word) and exists(p, word) -- one without a value too
  local why = not is_param and not_brought(word, m)
  if why then return nil, nil, why end
  local tree = is_param and p or m
  local value, _, unit = host.find(tree, word)
  if value == nil then return nil, nil, ("%s is absent: %s"):format(word, unit or "not set") end
  if type(value) ~= "number" then return nil, nil, ("%s is no number"):format(word) end
  return value, unit
end

local function quantity(x, unit)
  local size, fmt = math.abs(x), host.fmt
  local text = math.type(x) == "integer" and fmt.count(x) or size >= 1e5 and fmt.si(x)
    or (x == 0 or size >= 0.001) and fmt.fixed(x, 4) or fmt.sig(x, 4)
  return unit and text .. " " .. unit or text
end

-- "7.5000", "12131.4900 ms against 5000.0000 ms": a bound that is a number stands in the gate's text.
local function says(gate, left, left_unit, right, right_unit, why)
  if why then return why end
  local named = not tonumber(gate.right)
  if tonumber(gate.left) then return quantity(right, right_unit) end
  return quantity(left, left_unit) .. (named and " against " .. quantity(right, right_unit) or "")
end

local function evaluate(gate, score, m, p)
  local left, left_unit, why_left = side(gate.left, score, m, p)
  local right, right_unit, why_right = side(gate.right, score, m, p)
  local excused = left == nil and gate.left_optional or right == nil and gate.right_optional
  local ok = excused or left ~= nil and right ~= nil and compare[gate.op](left, right)
  local record = host.nkb.object {
    { "text", gate.text }, { "warning", gate.warning }, { "ok", ok }, { "value", left }, { "bound", right },
    { "unit", left_unit }, { "bound_unit", right_unit }, { "op", gate.op }, { "why", why_left or why_right },
    { "says", says(gate, left, left_unit, right, right_unit, why_left or why_right) },
  }
  return record, ok
end

return { parse = parse, problem_of = problem_of, evaluate = evaluate }
