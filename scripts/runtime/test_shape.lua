-- The shape of test files: which keys there are, of which kind, and in which line something stands. What is wrong
-- with a test file ends the whole file, at a line and with what would be right.
local host = ...
local fmt = string.format

local MAX_DEPTH = 100 -- of tables in metrics

local shape = {}
local source, path = "", "test"
local places -- text → { line, position } of the first string of that text; made when it is asked for

function shape.open(text, name)
  source, path, places = text, name, nil
end

-- Every string that stands in one line. What looks like one in a comment does no harm: a case that is called so
-- stands further down at worst.
local function find_places()
  places = {}
  local line = 0
  for start, text in source:gmatch "()([^\n]*)\n?" do
    line = line + 1
    for _, pattern in ipairs { '()"([^"]*)"', "()'([^']*)'" } do
      for column, name in text:gmatch(pattern) do
        if not places[name] then places[name] = { line = line, at = start + column - 1 } end
      end
    end
  end
end

-- The line where a text stands as a string; nil when it is made by the program or stands there in other spelling.
function shape.line_of(name)
  if not places then find_places() end
  local place = places[name]
  return place and place.line
end

-- Where the rows of the table called `name` stand: their lines, as far as the text shows them.
function shape.rows_of(name)
  local line, lines = shape.line_of(name), {}
  if not line then return lines end
  local counted = places[name].at -- line breaks up to here are in `line`
  local _, open = source:find("rows%s*=%s*{", counted)
  while open do
    local first, last = source:find("^[%s,;]*%b{}", open + 1)
    if not first then break end
    first = source:find("{", first, true)
    local _, breaks = source:sub(counted, first):gsub("\n", "")
    line, counted = line + breaks, first + 1
    lines[#lines + 1] = line
    open = last
    local comment = source:match("^[ \t,;]*%-%-[^\n]*()", open + 1)
    if comment then open = comment - 1 end
  end
  return lines
end

function shape.place(line) return line and path .. ":" .. line or path end

function shape.fault(where, text, ...)
  host.fail(fmt("%s: %s", where, fmt(text, ...)))
end

local function kind_of(x)
  local kind = host.nkb.kind(x)
  if kind == "nil" then return "missing" end
  return (kind:find "^[aeiou]" and "an " or "a ") .. kind
end
shape.kind_of = kind_of

-- A key that is not in the list is a fault. `what` is what the table is: "a case".
function shape.check_keys(where, t, keys, what)
  for key in host.base.pairs(t) do
    local known = false
    for _, name in ipairs(keys) do known = known or name == key end
    if not known then
      local meant = type(key) == "string" and host.suggest(key, keys)
      shape.fault(where, "'%s' is not part of %s; %s", host.tostring(key), what,
        meant and "did you mean '" .. meant .. "'?" or "known are " .. table.concat(keys, ", "))
    end
  end
end

local expected = { string = "a text", table = "a table", list = "a list", number = "a number", boolean = "true or false",
  ["function"] = "a function", count = "a whole number above 0" }

local function is_list(t)
  for key in host.base.pairs(t) do
    if math.type(key) ~= "integer" or key < 1 or key > #t then return false end
  end
  return true
end

-- t[key] is of one of the kinds, or not there at all.
function shape.check(where, t, key, ...)
  local value = t[key]
  if value == nil then return nil end
  local words = {}
  for i, kind in ipairs { ... } do
    if kind == "list" then
      if type(value) == "table" and host.nkb.kind(value) ~= "object" and is_list(value) then return value end
    elseif kind == "count" then
      if math.type(value) == "integer" and value > 0 then return value end
    elseif type(value) == kind then
      return value
    end
    words[i] = expected[kind]
  end
  local got = type(value) == "number" and host.repr(value) or kind_of(value)
  shape.fault(where, "'%s' is %s; %s is expected", key, got, table.concat(words, " or "))
end

-- Data all the way down: numbers, texts, true, false, null and tables of them, each a list or with names.
function shape.check_data(where, name, value, depth)
  if type(value) == "number" and (value ~= value or value == math.huge or value == -math.huge) then
    shape.fault(where, "%s is %s; a finite number is expected", name, host.repr(value))
  end
  if type(value) ~= "table" then
    if type(value) == "function" then shape.fault(where, "%s is a function; data is expected", name) end
    return
  end
  if depth > MAX_DEPTH then shape.fault(where, "%s: tables in tables deeper than %d", name, MAX_DEPTH) end
  local texts = false
  for key, member in host.base.pairs(value) do
    if type(key) == "string" then
      texts = true
    elseif math.type(key) ~= "integer" or key < 1 or key > #value then
      shape.fault(where, "%s has the key %s; a list from 1 on, or names, are expected", name, host.tostring(key))
    end
    if texts and #value > 0 then shape.fault(where, "%s is both a list and has names", name) end
    shape.check_data(where, type(key) == "string" and name .. "." .. key or name .. "[" .. key .. "]", member, depth + 1)
  end
end

return shape
