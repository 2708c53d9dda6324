-- The rule API in the forms that people and tools read: text (nkibench help api), markdown (a part of rules/README.md),
-- luals (LuaCATS, for editors), luacheck. Takes { api, form, engine }.
local fmt = nkb.fmt

local sections = { -- in order: what stands in front of a name, and a title
  { "rule", "", "The table a rule returns" },
  { "param", "", "A parameter: { default, \"what it is\", … }" },
  { "need", "", "needs: the names of m to measure" },
  { "m", "m:", "m: the metrics" },
  { "t", "t:", "t: the derivation" },
  { "node", "node.", "A node: what t returns" },
  { "c", "c:", "c: what check says" },
  { "r", "r.", "r: what layouts get" },
  { "nkb", "nkb.", "nkb: the library of rules" },
  { "nkb.fmt", "nkb.fmt.", "nkb.fmt: numbers as text" },
  { "nkb.stats", "nkb.stats.", "nkb.stats: statistics of a list" },
  { "nkb.audit", "nkb.audit.", "nkb.audit: is it possible, and of one run?" },
  { "nkb.json", "nkb.json.", "nkb.json" },
  { "object", "object:", "An object: what nkb.object returns" },
  { "lua", "", "Lua" },
  { "string", "string.", "string" },
  { "table", "table.", "table" },
  { "math", "math.", "math" },
  { "utf8", "utf8.", "utf8" },
}

local function by_section(api)
  local map = {}
  for _, entry in ipairs(api.entries) do
    map[entry.section] = map[entry.section] or {}
    table.insert(map[entry.section], entry)
  end
  return map
end

-- "(name, x [, unit])": names alone.
local function call_of(entry)
  if not entry.takes then return "" end
  local text, optional = "", 0
  for name in entry.takes:gmatch "([%w_.]+%??): [^,]+" do
    local comma = text ~= "" and ", " or ""
    if name:sub(-1) == "?" then
      text, optional = text .. (comma ~= "" and " [" or "[") .. comma .. name:sub(1, -2), optional + 1
    else
      text = text .. comma .. name
    end
  end
  return "(" .. text .. ("]"):rep(optional) .. ")"
end

local function text(api)
  local lines, map = { ("The rule API, level %d. More: rules/README.md"):format(api.level) }, by_section(api)
  for _, section in ipairs(sections) do
    lines[#lines + 1] = ""
    lines[#lines + 1] = section[3]
    for _, entry in ipairs(map[section[1]] or {}) do
      local head = "  " .. section[2] .. entry.name .. call_of(entry)
      lines[#lines + 1] = fmt.width(head) < 32 and fmt.pad(head, 32) .. entry.about or head .. "\n" .. (" "):rep(32) .. entry.about
    end
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = "The metrics (nkibench metrics prints yours)"
  for _, metric in ipairs(api.metrics) do
    local head = "  " .. metric.path
    local about = metric.about .. (metric.unit and " (" .. metric.unit .. ")" or "")
    lines[#lines + 1] = fmt.width(head) < 44 and fmt.pad(head, 44) .. about or head .. "\n" .. (" "):rep(44) .. about
  end
  return table.concat(lines, "\n") .. "\n"
end

-- "`a` `b`": of functions that every Lua 5.4 has.
local function names_of(entries)
  local names = {}
  for _, entry in ipairs(entries) do
    if entry.since > 0 then names[#names + 1] = "`" .. entry.name .. "`" end
  end
  return table.concat(names, " ")
end

-- { { path, "`a` (ms) `b` …" } … }: what stands directly below each group.
local function groups_of(api)
  local groups, position = {}, {}
  for _, metric in ipairs(api.metrics) do
    local group, name = metric.path:match "^(.*)%.([^.]+)$"
    if group and name:sub(-2) ~= "[]" then
      if not position[group] then
        groups[#groups + 1] = { group, "" }
        position[group] = #groups
      end
      local at = groups[position[group]]
      at[2] = at[2] .. (at[2] ~= "" and " " or "") .. "`" .. name .. "`" .. (metric.unit and " (" .. metric.unit .. ")" or "")
    end
  end
  for _, metric in ipairs(api.metrics) do
    if metric.type == "open" then
      local at = groups[position[metric.path]]
      if at then at[2] = at[2] .. " …" else groups[#groups + 1] = { metric.path, "…" } end
    end
  end
  return groups
end

local elsewhere = { rule = true, need = true, lua = true, string = true, table = true, math = true, utf8 = true }

local function markdown(api)
  local function cell(x) return (x:gsub("|", "\\|")) end
  local lines, map = {}, by_section(api)
  for _, section in ipairs(sections) do
    if not elsewhere[section[1]] then
      lines[#lines + 1] = ("**%s**\n\n| | gives | |\n|---|---|---|"):format(section[3])
      for _, entry in ipairs(map[section[1]] or {}) do
        local gives = entry.gives == "" and "" or "`" .. cell(entry.gives) .. "`"
        lines[#lines + 1] = ("| `%s%s%s` | %s | %s |"):format(section[2], entry.name, call_of(entry), gives, cell(entry.about))
      end
      lines[#lines + 1] = ""
    end
  end
  lines[#lines + 1] = "**Lua**\n\n| | |\n|---|---|\n| `_G` | " .. names_of(map.lua) .. " |"
  for _, section in ipairs { "string", "table", "math", "utf8" } do
    lines[#lines + 1] = ("| `%s` | %s |"):format(section, names_of(map[section]))
  end
  lines[#lines + 1] = "\n**m: every metric**; `[]` is an item of a list, `*` a name that the input chooses, … whatever it has\n\n| | |\n|---|---|"
  for _, group in ipairs(groups_of(api)) do lines[#lines + 1] = ("| `%s` | %s |"):format(group[1], group[2]) end
  return table.concat(lines, "\n") .. "\n"
end

-- ---- LuaCATS

local function parameters_of(takes)
  local list = {}
  for name, type in takes:gmatch "([%w_.]+%??): ([^,]+)" do list[#list + 1] = { name:gsub("%?$", ""), type, name:sub(-1) == "?" } end
  return list
end

local function add_function(lines, name, entry)
  lines[#lines + 1] = "---" .. entry.about
  local names = {}
  for i, parameter in ipairs(parameters_of(entry.takes)) do
    names[i] = parameter[1]
    lines[#lines + 1] = ("---@param %s%s %s"):format(parameter[1], parameter[3] and "?" or "", parameter[2])
  end
  if entry.gives ~= "" then
    for gives in entry.gives:gmatch "[^,]+" do lines[#lines + 1] = "---@return " .. gives:match "^%s*(.-)%s*$" end
  end
  lines[#lines + 1] = ("function %s(%s) end\n"):format(name, table.concat(names, ", "))
end

local function function_type(entry)
  local names = {}
  for i, parameter in ipairs(parameters_of(entry.takes)) do
    names[i] = parameter[1] .. (parameter[3] and "?" or "") .. ": " .. parameter[2]
  end
  return ("fun(%s)%s"):format(table.concat(names, ", "), entry.gives ~= "" and ": " .. entry.gives or "")
end

local function add_class(lines, map, section, class, methods)
  lines[#lines + 1] = "---@class " .. class
  for _, entry in ipairs(map[section] or {}) do
    if not (methods and entry.takes) then
      local name = entry.name:find "^%[" and entry.name or entry.name .. (section == "rule" and entry.name ~= "api" and entry.name ~= "score" and "?" or "")
      lines[#lines + 1] = ("---@field %s %s %s"):format(name, entry.takes and function_type(entry) or entry.gives, entry.about)
    end
  end
  lines[#lines + 1] = methods and ("local %s = {}\n"):format(methods) or ""
  for _, entry in ipairs(methods and map[section] or {}) do
    if entry.takes then add_function(lines, methods .. ":" .. entry.name, entry) end
  end
end

-- Each group of metrics is a class of its own.
local function add_metrics(lines, api)
  local classes, order = {}, {}
  local function class_of(path) return path == "" and "Metrics" or "Metrics." .. path:gsub("%[%]", ".item"):gsub("%*", "any") end
  local function class(path)
    local name = class_of(path)
    if not classes[name] then
      classes[name] = {}
      order[#order + 1] = name
    end
    return classes[name]
  end
  local has = {}
  for _, metric in ipairs(api.metrics) do has[metric.path] = metric end
  class ""
  for _, metric in ipairs(api.metrics) do
    local group, name = metric.path:match "^(.*)%.([^.]+)$"
    if not group then group, name = "", metric.path end
    if name:sub(-2) ~= "[]" then
      local type = metric.type
      if type == "group" then type = class_of(metric.path)
      elseif type == "open" then type = class_of(metric.path)
      elseif type == "list" then
        local item = has[metric.path .. "[]"]
        local scalar = item and item.type ~= "group" and item.type ~= "open" and item.type
        type = scalar and scalar .. "[]" or class_of(metric.path .. "[]") .. "[]"
      end
      local field = name == "*" and "[string]" or name .. "?"
      table.insert(class(group), ("---@field %s %s %s%s"):format(field, type, metric.about, metric.unit and " (" .. metric.unit .. ")" or ""))
    end
    if metric.type == "group" or metric.type == "open" then class(metric.path) end
    if metric.type == "open" then table.insert(class(metric.path), "---@field [string] any what else the input says") end
  end
  for _, name in ipairs(order) do
    lines[#lines + 1] = "---@class " .. name
    for _, field in ipairs(classes[name]) do lines[#lines + 1] = field end
    lines[#lines + 1] = name == "Metrics" and "local m = {}\n" or ""
  end
end

local function luals(api)
  local map = by_section(api)
  local lines = { "---@meta nkibench", "-- The rule API for editors, made by nkibench: do not change it here.", "",
    "---@alias Operand number|Node|table a number, a node, or { name, number or node }",
    "---@alias Params table<string, any> the rule's parameters", "" }
  add_metrics(lines, api)
  for _, entry in ipairs(map.m) do add_function(lines, "m:" .. entry.name, entry) end
  add_class(lines, map, "node", "Node")
  lines[#lines] = nil
  for _, operator in ipairs { "add", "sub", "mul", "div", "idiv", "mod", "pow" } do
    lines[#lines + 1] = ("---@operator %s(number|Node): Node"):format(operator)
  end
  lines[#lines + 1] = "---@operator unm: Node\n"
  add_class(lines, map, "t", "Derivation", "t")
  add_class(lines, map, "c", "Checks", "c")
  add_class(lines, map, "r", "Result")
  add_class(lines, map, "object", "Object", "object")
  add_class(lines, map, "param", "Parameter")
  add_class(lines, map, "rule", "Rule")
  lines[#lines + 1] = "nkb = {}"
  for _, section in ipairs(sections) do
    if section[1]:find "^nkb%." then lines[#lines + 1] = section[1] .. " = {}" end
  end
  lines[#lines + 1] = ""
  for _, title in ipairs(sections) do
    local section = title[1]
    for _, entry in ipairs(section:find "^nkb" and map[section] or {}) do
      if entry.takes then add_function(lines, section .. "." .. entry.name, entry)
      elseif entry.gives ~= "table" then
        lines[#lines + 1] = ("---%s\n%s.%s = nil\n"):format(entry.about, section, entry.name)
      end
    end
  end
  return table.concat(lines, "\n")
end

local function luacheck(api)
  local map, lines = by_section(api), {}
  local function fields(section)
    local list = {}
    for i, entry in ipairs(map[section]) do
      list[i] = map[section .. "." .. entry.name] and ("%s = { fields = { %s } }"):format(entry.name, fields(section .. "." .. entry.name))
        or ("%s = {}"):format(entry.name)
    end
    return table.concat(list, ", ")
  end
  lines[1] = "-- What a rule sees of Lua, made by nkibench for luacheck; m, p, t, c and r come as arguments."
  lines[2] = "stds.nkibench = { read_globals = {"
  for _, entry in ipairs(map.lua) do
    lines[#lines + 1] = map[entry.name] and ("  %s = { fields = { %s } },"):format(entry.name, fields(entry.name))
      or entry.name ~= "_G" and ("  %s = {},"):format(entry.name) or nil
  end
  lines[#lines + 1] = "} }\nstd = \"nkibench\"\nself = false -- methods that need no self are still methods\nmax_line_length = false"
  lines[#lines + 1] = "ignore = { \"581\" } -- not (x > y) is no x <= y: a NaN is neither"
  lines[#lines + 1] = "files[\"*_test.lua\"] = { read_globals = { \"absent\" } }\nexclude_files = { \".nkibench\" }"
  return table.concat(lines, "\n") .. "\n"
end

local forms = { text = text, markdown = markdown, luals = luals, luacheck = luacheck }

return function(argument)
  local is_known = {}
  for _, section in ipairs(sections) do is_known[section[1]] = true end
  for _, entry in ipairs(argument.api.entries) do
    if not is_known[entry.section] then error("no title for the section " .. entry.section) end
  end
  return forms[argument.form](argument.api)
end
