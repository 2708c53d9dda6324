-- What came of a case, against what it expects. A failure is a text of one or more lines; the derivation is shown
-- beside, with the nodes that differ marked.
local host = ...
local repr, fmt = host.repr, string.format

local expect = {}

local MAX_ROWS, MAX_DEPTH, MAX_SHOWN = 30, 6, 400

local function shown(text)
  text = host.tostring(text)
  if #text > MAX_SHOWN then
    local cut = utf8.len(text) and utf8.offset(text, 0, MAX_SHOWN) or MAX_SHOWN
    text = text:sub(1, cut - 1) .. "…"
  end
  return (text:gsub("[%c\127]", function(c) return c == "\n" and "\n" or "?" end))
end
expect.shown = shown

local function quoted(x)
  if type(x) == "string" then return '"' .. shown(x) .. '"' end
  if type(x) == "number" then return repr(x) end
  if x == nil then return "nothing" end
  return host.tostring(x)
end

-- Every node once, outermost first: { node, name, way = names from the root, depth }.
local function nodes_of(root)
  local list = {}
  local function add(node, way, depth)
    local name = node.name or node.path or node.param
    local entry = { node = node, names = {}, way = name and (way == "" and name or way .. "/" .. name) or way, depth = depth }
    for _, key in ipairs { "name", "path", "param" } do
      if node[key] then entry.names[#entry.names + 1] = node[key] end
    end
    list[#list + 1] = entry
    local children = node.children
    for i = 1, children and #children or 0 do add(children[i], entry.way, depth + 1) end
  end
  add(root, "", 0)
  return list
end

local function has_name(entry, name)
  for _, own in ipairs(entry.names) do if own == name then return true end end
  return false
end

-- Do the names of a way come in this order on the way to the entry, the last being its own?
local function on_way(entry, names)
  if not has_name(entry, names[#names]) then return false end
  local rest = "/" .. entry.way
  for i = 1, #names - 1 do
    local _, last = (rest .. "/"):find("/" .. names[i] .. "/", 1, true)
    if not last then return false end
    rest = rest:sub(last)
  end
  return true
end

local function find_node(list, name, score)
  if name == "score" then return { node = { value = score }, score = true } end
  local found = {}
  for _, entry in ipairs(list) do if has_name(entry, name) then found[#found + 1] = entry end end
  if #found == 0 and name:find("/", 1, true) then
    local names = {}
    for part in name:gmatch "[^/]+" do names[#names + 1] = part:match "^%s*(.-)%s*$" end
    for _, entry in ipairs(list) do if #names > 0 and on_way(entry, names) then found[#found + 1] = entry end end
  end
  for i = #found, 2, -1 do -- one number used in several places is no question
    if found[i].node.value == found[1].node.value then table.remove(found, i) end
  end
  if #found == 1 then return found[1] end
  if #found > 1 then
    return nil, fmt("%d nodes are called '%s'; say which: '%s' or '%s'", #found, name, found[1].way, found[2].way)
  end
  local names = {}
  for _, entry in ipairs(list) do
    for _, own in ipairs(entry.names) do names[#names + 1] = own end
  end
  local meant = host.suggest(name, names)
  return nil, fmt("the derivation has no node '%s'%s", name, meant and "; did you mean '" .. meant .. "'?" or "")
end

local function same_bits(a, b)
  return math.type(a) == math.type(b) and a == b and (a ~= 0 or 1 / a == 1 / b) or a ~= a and b ~= b
end

local function add_numbers(out, list, wanted, score, is_same, how)
  for name, value in host.base.pairs(wanted or {}) do
    local entry, why = find_node(list, name, score)
    if not entry then
      out[#out + 1] = why
    elseif not is_same(value, entry.node.value) then
      local got = entry.node.value
      local more = got - value
      out[#out + 1] = fmt("%s: expected %s%s, got %s (%s %s)", name, repr(value), how, repr(got), host.fmt.general(math.abs(more), 3),
        more < 0 and "less" or "more")
      entry.expected = value
      list.differs = true
      if entry.score then list[1].expected = value end
    end
  end
end

-- The derivation, a line a node. Those that differ are marked, and the path down to them is always shown.
local function tree_lines(list)
  local lines = {}
  for _, entry in ipairs(list) do
    if entry.depth <= MAX_DEPTH and (#lines < MAX_ROWS or entry.expected) then
      local node = entry.node
      local name = node.name or node.path or node.param or node.op or "?"
      local text = fmt("%s%s", ("  "):rep(entry.depth), shown(name))
      local value = host.fmt.sig(node.value, 6) .. (node.unit and " " .. node.unit or "")
      lines[#lines + 1] = fmt("%s %s%s", host.fmt.pad(text, 40), value,
        entry.expected and "   <- expected " .. host.fmt.sig(entry.expected, 6) or "")
    end
  end
  if #list > #lines then lines[#lines + 1] = fmt("… and %d more nodes", #list - #lines) end
  return lines
end

local function add_checks(out, wanted, checks)
  local said = {}
  for i = 1, #checks do
    local check = checks[i]
    if not check.ok or check.kind == "note" then said[#said + 1] = check.kind .. ": " .. check.text end
  end
  local heard = #said > 0 and "check said:\n    " .. shown(table.concat(said, "\n    ")) or "check said nothing"
  if #wanted == 0 and #said > 0 then out[#out + 1] = "checks: expected none; " .. heard end
  for _, text in ipairs(wanted) do
    local kind, part = text:match "^(%a+):?%s*(.*)$"
    local found = false
    for _, line in ipairs(said) do
      found = found or line:sub(1, #kind + 1) == kind .. ":" and line:find(part, #kind + 2, true) ~= nil
    end
    if not found then out[#out + 1] = fmt("checks: expected '%s'; %s", shown(text), heard) end
  end
end

local function add_gates(out, wanted, gates)
  local names = {}
  for i = 1, #gates do names[i] = gates[i].text end
  for text, holds in host.base.pairs(wanted) do
    local gate
    for i = 1, #gates do if gates[i].text == text then gate = gates[i] end end
    if not gate then
      local meant = host.suggest(text, names)
      out[#out + 1] = fmt("gates: the rule has none '%s'; %s", text, meant and "did you mean '" .. meant .. "'?"
        or #names > 0 and "it has '" .. table.concat(names, "', '") .. "'" or "it has no gates")
    elseif gate.ok ~= holds then
      out[#out + 1] = fmt("gates: '%s' was expected %s, and %s: %s", text, holds and "to hold" or "not to hold",
        gate.ok and "holds" or "does not", gate.why or repr(gate.value))
    end
  end
end

local function add_files(out, wanted, files, tolerance)
  if #wanted ~= #files then
    out[#out + 1] = fmt("files: expected %d scores, got %d; one for each of hlo.modules, if the rule has score_file", #wanted, #files)
    return
  end
  for i, value in ipairs(wanted) do
    local got = files[i].score
    if (value == false) ~= (got == nil) or (value and not host.nkb.near(value, got, tolerance)) then
      out[#out + 1] = fmt("files: %s: expected %s, got %s", files[i].path, value and repr(value) or "none", quoted(got))
    end
  end
end

local function first_difference(expected, got)
  local line, from_e, from_g = 1, 1, 1
  while true do
    local end_e, end_g = expected:find("\n", from_e, true), got:find("\n", from_g, true)
    local a, b = expected:sub(from_e, (end_e or 0) - 1), got:sub(from_g, (end_g or 0) - 1)
    if a ~= b or not end_e or not end_g then return line, a, b end
    line, from_e, from_g = line + 1, end_e + 1, end_g + 1
  end
end

local function add_texts(out, spec, texts, goldens)
  local console = type(spec.console) == "string" and { spec.console } or spec.console or {}
  for _, part in ipairs(console) do
    if not texts.console:find(part, 1, true) then
      out[#out + 1] = fmt("console: expected to hold %s; it is:\n    %s", quoted(part), (shown(texts.console):gsub("%s+$", ""):gsub("\n", "\n    ")))
    end
  end
  local golden = type(spec.golden) == "string" and { console = spec.golden } or spec.golden or {}
  for name, path in host.base.pairs(golden) do
    local expected, got = goldens[name], texts[name]
    if got == nil then
      out[#out + 1] = fmt("golden: the rule has no layout '%s'", name)
    elseif expected ~= got then
      local line, a, b = first_difference(expected, got)
      out[#out + 1] = fmt("golden: %s differs from %s in line %d:\n    expected %s\n    got      %s", name, path, line, quoted(a), quoted(b))
    end
  end
end

local function add_json(out, layout, wanted, text, tolerance)
  if not text then
    out[#out + 1] = fmt("%s: the rule has no such layout", layout)
    return
  end
  local decoded = host.json_decode(text)
  for path, value in host.base.pairs(wanted) do
    local at, missing = decoded, false
    local steps = path:gsub("%[(%d+)%]", ".%1")
    if type(at) == "table" and at[path] ~= nil then
      at = at[path]
    else
      for step in steps:gmatch "[^.]+" do
        if type(at) ~= "table" then missing = true break end
        at = at[step] == nil and at[tonumber(step)] or at[step]
      end
    end
    local same = at == value
    if type(at) == "number" and type(value) == "number" then same = host.nkb.near(value, at, tolerance) end
    if missing or not same then
      out[#out + 1] = fmt("%s: '%s': expected %s, got %s", layout, path, quoted(value), missing and "nothing" or quoted(at))
    end
  end
end

-- A function of the test's: true, or false and why; its own error is a failure like that.
function expect.holds(holds, r, m, p)
  local done, ok, why = host.pcall(holds, r, m, p)
  if not done then return false, "holds: " .. shown(ok) end
  if ok == nil or ok == true then return true end
  return false, "holds: " .. (type(why) == "string" and shown(why) or "returned " .. quoted(ok))
end

-- stage: nil after a score; "refused", "input" and "rule" when there is none, and message says why.
function expect.ending(spec, stage, message)
  local wanted = spec.rejects or spec.errors
  local as = spec.rejects and "the parameters refused" or "an error"
  if not stage then
    return wanted and fmt("expected %s, with '%s'; there is a score", as, wanted)
  end
  if not wanted then
    return (stage == "refused" and "the parameters are refused: " or "there is no score: ") .. shown(message)
  end
  if (spec.rejects ~= nil) ~= (stage == "refused") then
    return fmt("expected %s, with '%s'; got %s: %s", as, wanted, stage == "refused" and "the parameters refused" or "an error", shown(message))
  end
  if not message:find(wanted, 1, true) then return fmt("expected '%s' in what is said; it is: %s", wanted, shown(message)) end
end

-- The failures of a case, and the derivation when a number is among them.
function expect.judge(item, stage, message, r, m, p, texts, goldens)
  local spec, out = item.spec, {}
  local ended = expect.ending(spec, stage, message)
  if ended then return { ended } end
  if stage then return out end

  local list = nodes_of(r.tree)
  add_numbers(out, list, spec.near, r.score, function(a, b) return host.nkb.near(a, b, item.tolerance) end,
    " within " .. repr(item.tolerance))
  add_numbers(out, list, spec.exact, r.score, same_bits, " to the last bit")
  if spec.mode and spec.mode ~= r.mode then out[#out + 1] = fmt("mode: expected %s, got %s", quoted(spec.mode), quoted(r.mode)) end
  local valid = spec.valid ~= false
  if r.valid ~= valid then
    local why = {}
    for i = 1, #r.checks do
      local check = r.checks[i]
      if not check.ok and (check.kind == "require" or check.kind == "impossible") then why[#why + 1] = check.text end
    end
    for i = 1, #r.gates do
      if not r.gates[i].ok and not r.gates[i].warning then why[#why + 1] = "gate " .. r.gates[i].text end
    end
    out[#out + 1] = valid and fmt("the result is not valid (%s); if it should not be, say valid = false", shown(table.concat(why, "; ")))
      or "the result is valid; expected not to be"
  end
  if spec.checks then add_checks(out, spec.checks, r.checks) end
  if spec.gates then add_gates(out, spec.gates, r.gates) end
  if spec.files then add_files(out, spec.files, r.files, item.tolerance) end
  if spec.console or spec.golden then add_texts(out, spec, texts, goldens) end
  for _, layout in ipairs { "json", "training_json" } do
    if spec[layout] then add_json(out, layout, spec[layout], texts[layout], item.tolerance) end
  end
  if spec.holds then
    local ok, why = expect.holds(spec.holds, r, m, p)
    if not ok then out[#out + 1] = why end
  end
  return out, list.differs and tree_lines(list) or nil
end

return expect
