-- One loaded rule through its life: load, accept, check, score, score_file, result, layout. The host calls each
-- of these under a budget of its own; what is kept between them is kept here.
local host = ...
local raise, fmt = host.raise, string.format

local session = {}
local rule, description, checks, outcome

-- Run the rule's chunk; returns its description.
function session.load(chunk)
  rule = chunk()
  description = host.rule.describe(rule)
  return description
end

-- nil, or why the parameters are refused.
function session.accept(p)
  if not rule.accept then return nil end
  local first, second = rule.accept(p)
  if first == nil or first == true then return nil end
  if first == false then
    return type(second) == "string" and second or host.subject() .. ": accept refuses these parameters and does not say why"
  end
  if type(first) ~= "string" then
    raise(fmt("accept returned a %s; nothing, or a text that says what is wrong, is expected", type(first)))
  end
  return first
end

function session.check(m, p)
  local c
  c, checks = host.checks.recorder()
  if rule.check then rule.check(m, p, c) end
end

local function training_only(m)
  local asks = false
  for _, need in ipairs(description.needs) do asks = asks or need == "inference?" end
  return asks and not host.has(m, "inference")
end

-- A node, or a number with a list of named parts; then the mode, which may also stand second.
local function read_score(first, second, mode)
  local derivation, parts = host.derivation, {}
  if type(second) == "string" and mode == nil then second, mode = nil, second end
  if mode ~= nil and type(mode) ~= "string" then raise(fmt("score returned a %s as mode; a text is expected", type(mode))) end
  if host.node_of(first) then
    if second ~= nil then raise "score returned a node and a list of parts; the node has its parts" end
    return first, mode
  end
  if type(first) ~= "number" then
    raise(fmt("score returned %s; a number, or what t returned, is expected", first == nil and "nothing" or "a " .. type(first)))
  end
  if not host.node.is_finite(first) then
    raise(fmt("the score is %s; a finite number is expected", host.repr(first)))
  end
  if second ~= nil then
    if type(second) ~= "table" then raise(fmt("score returned a %s as list of parts", type(second))) end
    for i = 1, #second do
      parts[i] = host.node.as_node(second[i], "part " .. i .. " of the score")
      if not host.node_of(parts[i]).name then raise(fmt("part %d of the score has no name; { name, number } is expected", i)) end
    end
  end
  return derivation.given(first, parts), mode
end

function session.score(m, p)
  outcome = { files = host.nkb.array {} }
  local node, mode = read_score(rule.score(m, p, host.derivation.recorder(m, p)))
  outcome.score = host.node_of(node).value
  outcome.tree = host.tree.export(node)
  outcome.mode = mode or (training_only(m) and "training_only" or "combined")
end

-- The score of other metrics, and nothing kept of it.
function session.probe(m, p)
  local node = read_score(rule.score(m, p, host.derivation.recorder(m, p)))
  return host.node_of(node).value
end

function session.score_file(m, p, index)
  local module = m.hlo.modules[index]
  local score = rule.score_file(m, p, module)
  if host.node_of(score) then score = host.node_of(score).value end
  if score ~= nil and (type(score) ~= "number" or not host.node.is_finite(score)) then
    raise(fmt("score_file returned %s for %s; a finite number, or nil for none, is expected",
      type(score) == "number" and host.repr(score) or "a " .. type(score), module.path))
  end
  outcome.files[index] = host.nkb.object { { "path", module.path }, { "score", score == nil and host.null or score } }
end

-- What head says of the rule, with the side that is better in this mode where the rule names one.
local function rule_of(head)
  local better = description.better
  if type(better) == "table" then better = better[outcome.mode] end
  if better == nil then return head.rule end
  local out = host.nkb.object()
  for _, key in ipairs(host.nkb.keys(head.rule)) do
    local value = head.rule[key]
    out:set(key, value == nil and host.null or value)
  end
  return out:set("better", better)
end

-- The result; head holds what the host knows: rule, params, run, diagnostics.
function session.result(m, p, head)
  local object, array = host.nkb.object, host.nkb.array
  local gates, valid, out = array {}, true, object()
  for i, gate in ipairs(description.gates) do
    local record, ok = host.gates.evaluate(gate, outcome.score, m, p)
    gates[i] = record
    valid = valid and (ok or gate.warning)
  end
  checks[#checks + 1] = host.checks.impossible(m)
  for _, check in ipairs(checks) do
    if not check.ok and (check.kind == "require" or check.kind == "impossible") then valid = false end
  end
  return out:set("score", outcome.score):set("mode", outcome.mode):set("valid", valid)
    :set("rule", rule_of(head)):set("params", head.params):set("tree", outcome.tree):set("files", outcome.files)
    :set("checks", array(checks)):set("gates", gates):set("diagnostics", head.diagnostics):set("run", head.run)
end

-- What a layout returns: a text, or a table and its indent.
function session.layout(name, r)
  local layout = rule[name] or host.default_layout[name]
  local first, second = layout(r)
  if name == "console" then
    if type(first) ~= "string" then raise(fmt("console returned a %s; a text is expected", type(first))) end
    return first
  end
  if type(first) ~= "table" and not host.kind(first) then
    raise(fmt("%s returned a %s; a table, best made with nkb.object, is expected", name, type(first)))
  end
  if second == nil then second = 2 end
  if math.type(second) ~= "integer" or second < 0 or second > 8 then
    raise(fmt("%s returned %s as indent; a whole number from 0 to 8 is expected", name, host.tostring(second)))
  end
  return first, second
end

return session
