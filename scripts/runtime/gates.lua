-- Gates: "score >= 10", "hlo.static.nki_ratio > 0.10 : warning". Left and right are numbers, `score`,
-- parameters or metrics. A gate on something absent does not hold.
local host = ...

local compare = {
  [">="] = function(a, b) return a >= b end,
  ["<="] = function(a, b) return a <= b end,
  ["=="] = function(a, b) return a == b end,
  ["!="] = function(a, b) return a ~= b end,
  [">"] = function(a, b) return a > b end,
  ["<"] = function(a, b) return a < b end,
}

-- nil and what is wrong, or { text, left, op, right, warning }
local function parse(text)
  if type(text) ~= "string" then return nil, "a gate is a text such as \"score >= 10\", not a " .. type(text) end
  local body, tail = text, nil
  local colon = text:find(":", 1, true)
  if colon then
    body, tail = text:sub(1, colon - 1), text:sub(colon + 1):match "^%s*(%a+)%s*$"
    if tail and tail ~= "warning" then
      return nil, ("gate '%s': ': warning' is the only thing that may follow, not '%s'"):format(text, tail)
    end
  end
  local first, last = body:find "[<>=!]+"
  local op = first and body:sub(first, last)
  local left = first and body:sub(1, first - 1):match "^%s*([%w_.%-%[%]+]+)%s*$"
  local right = first and body:sub(last + 1):match "^%s*([%w_.%-%[%]+]+)%s*$"
  if not left or not right or not compare[op] or colon and not tail then
    return nil, ("gate '%s' is not understood; \"score >= 10\" or \"hlo.static.nki_ratio > 0.10 : warning\" is expected"):format(text)
  end
  return { text = text, left = left, op = op, right = right, warning = tail == "warning" }
end

local function side(word, score, m, p)
  if tonumber(word) then return tonumber(word) end
  if word == "score" then return score end
  local value, why
  if not word:find("[.%[]") and host.has(p, word) then
    value = host.find(p, word)
  else
    local _
    value, _, why = host.find(m, word)
  end
  if value == nil then return nil, ("%s is absent: %s"):format(word, why or "not set") end
  if type(value) ~= "number" then return nil, ("%s is no number"):format(word) end
  return value
end

local function evaluate(gate, score, m, p)
  local out = host.nkb.object { { "text", gate.text }, { "warning", gate.warning } }
  local left, why_left = side(gate.left, score, m, p)
  local right, why_right = side(gate.right, score, m, p)
  local ok = left ~= nil and right ~= nil and compare[gate.op](left, right)
  return out:set("ok", ok):set("value", left):set("bound", right):set("why", why_left or why_right), ok
end

return { parse = parse, evaluate = evaluate }
