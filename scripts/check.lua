-- nkibench check: looks at rules without running them over anything. Takes { rules (of nkb_rule_describe), api, engine,
-- asked { format, strict } }; returns { text, verdict }: the findings in the form that was asked for, and what to end
-- with when there is something wrong. A comment `-- nkibench: ignore CODE, …` silences these codes on its line, or
-- where it has a line for itself on the next.
local lua_parse = require "lua_parse"
local new_known = require "check_known"
local new_values = require "check_values"
local shapes = require "check_shape"
local check_modules = require "check_modules"
local check_names = require "check_names"
local check_numbers = require "check_numbers"
local check_unused = require "check_unused"
local report = require "check_report"

local MAX_FINDINGS = 1000 -- of one file
local severities = { ["not-needed"] = "warning" }

local is_code = {}
for _, code in ipairs(report.codes) do is_code[code[1]] = true end

-- line -> { code -> comment }, of the comments that silence something
local function ignores_of(tree)
  local by_line, list = {}, {}
  for _, comment in ipairs(tree.comments) do
    local codes = comment.text:match "^%s*nkibench:%s*ignore%s+([%w%-, ]+)"
    local line = comment.line + (comment.alone and 1 or 0)
    for code in (codes or ""):gmatch "[%w%-]+" do
      local ignore = { code = code, line = comment.line, column = comment.column }
      by_line[line] = by_line[line] or {}
      by_line[line][code] = ignore
      list[#list + 1] = ignore
    end
  end
  return by_line, list
end

-- `rule`: whose file it is, or the first that required it.
local function new_file(path, text, known, rule)
  local file = { path = path, known = known, rule = rule, findings = {}, read = {}, params_read = {}, modules = {}, param_names = {} }
  local tree, fault = lua_parse.parse(text)
  local by_line, ignores = {}, {}
  if tree then by_line, ignores = ignores_of(tree) end
  file.tree, file.fault = tree, fault

  -- `at` is anything with a line and a column.
  function file.say(at, code, what, severity)
    local ignore = by_line[at.line] and by_line[at.line][code]
    if ignore then
      ignore.used = true
    elseif #file.findings < MAX_FINDINGS then
      file.findings[#file.findings + 1] = { path = path, line = at.line, column = at.column, code = code, text = what,
        severity = severity or severities[code] or "error" }
    end
  end

  function file.finish()
    for _, ignore in ipairs(ignores) do
      if not ignore.used then
        file.say(ignore, "unused-ignore", is_code[ignore.code] and ("nothing here is '%s'; the comment can go"):format(ignore.code)
          or ("there is no code '%s'"):format(ignore.code), "warning")
      end
    end
  end
  if fault then file.say(fault, fault.limit and "too-long" or "syntax", fault.text .. (fault.limit and "; check looks no further" or ""),
    fault.limit and "warning" or "error") end
  return file
end

-- Where the loader's complaint belongs: the line it names, else the first word it quotes that stands in the file.
local function place_of(file, message)
  local path, line, rest = message:match "^([^\n]-):(%d+): (.*)$"
  if line then return { line = math.tointeger(tonumber(line)), column = 1 }, rest, path end
  rest = message
  for _, prefix in ipairs { file.path, file.path:match "[^/:]*$" } do
    if rest:sub(1, #prefix + 2) == prefix .. ": " then rest = rest:sub(#prefix + 3) end
  end
  for word in rest:gmatch "'([^']+)'" do
    for _, token in ipairs(file.tree and file.tree.tokens or {}) do
      if (token.kind == "name" or token.kind == "string") and token.value == word then return token, rest end
    end
  end
  return { line = 1, column = 1 }, rest
end

-- Has it been said already, with its place? Then the words it quotes are among those of a finding, or it is about a
-- gate of which there is one.
local function is_said(file, rest, at)
  local word, is_gate = rest:match "'([^']+)'", rest:match "^gate '"
  for _, finding in ipairs(file.findings) do
    if finding.severity == "error" then
      if word and finding.text:find("'" .. word .. "'", 1, true) then return true end
      if is_gate and finding.line == at.line and finding.column == at.column then return true end
    end
  end
  return file.fault and not file.fault.limit
end

local function say_load(file, message, others)
  local at, rest, path = place_of(file, message)
  if is_said(file, rest, at) then return end
  for _, other in ipairs(others) do
    if path and path == other.path and path ~= file.path then return other.say(at, "load", rest) end
  end
  local own = not path or path == file.path or path == file.path:match "[^/:]*$"
  file.say(own and at or { line = 1, column = 1 }, "load", own and rest or message)
end

local function literal_needs(shape)
  local needs = shape.items.needs and shape.items.needs.value
  local list = {}
  for _, item in ipairs(needs and needs.kind == "table" and needs.items or {}) do
    if item.value.kind == "string" then list[#list + 1] = item.value end
  end
  return list
end

-- Parameters by name, from what the loader understood, or where it did not from what is written.
local function take_params(file, rule)
  if rule.error and not (file.shape and file.shape.whole) then return end
  file.params = {}
  if rule.error then
    for name in pairs(file.shape.params) do file.params[name] = { type = "", choices = {} } end
  else
    for _, param in ipairs(rule.params) do file.params[param.name] = param end
  end
  for name in pairs(file.params) do file.param_names[#file.param_names + 1] = name end
  table.sort(file.param_names)
end

local function take_needs(file, rule)
  local list = {}
  for _, need in ipairs(file.shape and file.shape.needs or {}) do list[#list + 1] = need.value end
  if not rule.error then list = nkb.list(rule.needs) elseif not (file.shape and file.shape.whole) then return end
  file.needs = {}
  for _, need in ipairs(list) do file.needs[need:gsub("%?$", "")] = true end
end

local function look(file)
  if not file.tree then return end
  file.values = new_values(file.tree, file.known, file.params or {})
  for key, item in pairs(file.shape and file.shape.items or {}) do
    local f = file.values.function_of(item.value)
    if f and (file.is_rule or key == "console" or key == "json" or key == "training_json") then file.values.tell(f, key) end
  end
  file.values.spread()
  check_names(file)
  check_numbers(file)
  check_modules(file)
end

local function check_rule(rule, known, modules)
  local file = new_file(rule.path, rule.text or "", known, rule)
  file.is_rule = true
  if not rule.text then
    file.findings = {}
    local _, rest = place_of(file, rule.error)
    file.say({ line = 1, column = 1 }, "load", rest)
    return file
  end
  file.shape = file.tree and shapes.find(file.tree)
  if file.shape then
    file.shape.needs = literal_needs(file.shape)
    shapes.look(file.shape, known, file.say)
  end
  take_params(file, rule)
  take_needs(file, rule)
  for _, module in ipairs(rule.modules or {}) do
    local seen = modules[module.path]
    if not seen and module.text then
      seen = new_file(module.path, module.text, known, rule)
      seen.shape = seen.tree and shapes.find(seen.tree)
      modules[module.path], modules[#modules + 1] = seen, seen
    end
    if seen then
      seen.name = module.name
      file.modules[#file.modules + 1] = seen
    end
  end
  look(file)
  if file.tree then
    check_unused(file)
    local at = file.shape or { line = 1, column = 1 }
    if not rule.error and not rule.version then
      file.say(at, "no-version", "the rule has no version; version = \"1.0.0\" is expected", "warning")
    end
    if not rule.has_test then
      local test = rule.path:gsub("%.lua$", "") .. "_test.lua"
      file.say({ line = 1, column = 1 }, "no-test", ("nothing tests the rule; %s is expected"):format(test:match "[^/]*$"), "warning")
    end
  end
  if rule.error then say_load(file, rule.error, file.modules) end
  file.finish()
  return file
end

return function(argument)
  local known, files, modules = new_known(argument.api), {}, {}
  for _, rule in ipairs(argument.rules) do files[#files + 1] = check_rule(rule, known, modules) end
  local is_listed = {}
  for _, file in ipairs(files) do is_listed[file.path] = true end
  for _, module in ipairs(modules) do
    if not is_listed[module.path] then
      look(module)
      module.finish()
      files[#files + 1] = module
    end
  end

  local result = { findings = {}, errors = 0, warnings = 0, rules = #argument.rules, engine = argument.engine,
    unasked = argument.unasked and argument.rules[1].path or nil }
  for _, file in ipairs(files) do
    table.sort(file.findings, function(a, b)
      if a.line ~= b.line then return a.line < b.line end
      if a.column ~= b.column then return a.column < b.column end
      if a.code ~= b.code then return a.code < b.code end
      return a.text < b.text
    end)
    local last
    for _, finding in ipairs(file.findings) do
      local same = last and last.line == finding.line and last.column == finding.column and last.text == finding.text
      if not same then
        result.findings[#result.findings + 1] = finding
        local kind = finding.severity .. "s"
        result[kind] = result[kind] + 1
      end
      last = finding
    end
  end

  local asked = argument.asked or {}
  local bad = result.errors > 0 or (asked.strict and result.warnings > 0)
  return { text = report.forms[asked.format or "text"](result), verdict = bad and "not well written: " .. report.count(result) or nil }
end
