-- JSON for comparing: keeps the order of keys and tells integers from floats, which no cjson does.
-- decode(text) -> value; an object is { keys = { … }, at = { key = value } }, a list { list = { … } }, null is json.null.
local json = { null = setmetatable({}, { __tostring = function() return "null" end }) }

local function fail(text, at, what)
  local _, lines = text:sub(1, at):gsub("\n", "")
  error(("line %d: %s"):format(lines + 1, what), 0)
end

local escapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }

local function string_at(text, at)
  local parts, start = {}, at + 1
  while true do
    local stop = text:find('["\\]', start)
    if not stop then fail(text, at, "a string that does not end") end
    parts[#parts + 1] = text:sub(start, stop - 1)
    if text:sub(stop, stop) == '"' then return table.concat(parts), stop + 1 end
    local letter = text:sub(stop + 1, stop + 1)
    if letter == "u" then
      local unit = tonumber(text:sub(stop + 2, stop + 5), 16)
      start = stop + 6
      if unit >= 0xd800 and unit < 0xdc00 and text:sub(start, start + 1) == "\\u" then
        unit = 0x10000 + (unit - 0xd800) * 0x400 + tonumber(text:sub(start + 2, start + 5), 16) - 0xdc00
        start = start + 6
      end
      parts[#parts + 1] = utf8.char(unit)
    else
      parts[#parts + 1] = escapes[letter] or fail(text, stop, "a bad escape")
      start = stop + 2
    end
  end
end

local value_at

local function object_at(text, at)
  local object = { keys = {}, at = {} }
  at = text:find("%S", at + 1)
  if text:sub(at, at) == "}" then return object, at + 1 end
  while true do
    local key
    key, at = string_at(text, at)
    at = text:match("^%s*:%s*()", at) or fail(text, at, "':' is missing")
    if object.at[key] ~= nil then fail(text, at, "a key twice: " .. key) end
    object.keys[#object.keys + 1] = key
    object.at[key], at = value_at(text, at)
    local mark
    mark, at = text:match("^%s*([,}])%s*()", at)
    if mark == "}" then return object, at end
    if not mark then fail(text, at or #text, "',' or '}' is missing") end
  end
end

local function list_at(text, at)
  local list = {}
  at = text:find("%S", at + 1)
  if text:sub(at, at) == "]" then return { list = list }, at + 1 end
  while true do
    list[#list + 1], at = value_at(text, at)
    local mark
    mark, at = text:match("^%s*([,%]])%s*()", at)
    if mark == "]" then return { list = list }, at end
    if not mark then fail(text, at or #text, "',' or ']' is missing") end
  end
end

function value_at(text, at)
  local first = text:sub(at, at)
  if first == "{" then return object_at(text, at) end
  if first == "[" then return list_at(text, at) end
  if first == '"' then return string_at(text, at) end
  for word, value in pairs { ["true"] = true, ["false"] = false, null = json.null } do
    if text:sub(at, at + #word - 1) == word then return value, at + #word end
  end
  local number, after = text:match("^(-?%d+%.?%d*[eE]?[+-]?%d*)()", at)
  local value = number and tonumber(number)
  if value == nil then fail(text, at, "no JSON value: " .. text:sub(at, at + 10)) end
  return value, after
end

function json.decode(text)
  local value, at = value_at(text, text:find("%S") or 1)
  if text:find("%S", at) then fail(text, at, "something behind the value") end
  return value
end

-- Compare ours with theirs: keys in order (further keys of ours only after theirs), numbers as doubles.
-- skip(path) -> true leaves a path out. Returns a list of differences.
function json.differences(ours, theirs, skip, path, found)
  path, found = path or "", found or {}
  local function differ(what) found[#found + 1] = (path == "" and "top" or path) .. ": " .. what end
  if skip and skip(path) then return found end
  if type(theirs) == "table" and theirs.keys then
    if type(ours) ~= "table" or not ours.keys then
      differ "no object"
      return found
    end
    for i, key in ipairs(theirs.keys) do
      if ours.keys[i] ~= key then differ(("key %d is %s, not %s"):format(i, tostring(ours.keys[i]), key)) end
      if ours.at[key] ~= nil then
        json.differences(ours.at[key], theirs.at[key], skip, path == "" and key or path .. "." .. key, found)
      end
    end
  elseif type(theirs) == "table" and theirs.list then
    if type(ours) ~= "table" or not ours.list or #ours.list ~= #theirs.list then
      differ "no list of that length"
      return found
    end
    for i, value in ipairs(theirs.list) do
      json.differences(ours.list[i], value, skip, path .. "[" .. i .. "]", found)
    end
  elseif type(theirs) == "number" then
    if type(ours) ~= "number" or ours + 0.0 ~= theirs + 0.0 then
      differ(("%s, not %s"):format(tostring(ours), tostring(theirs)))
    end
  elseif ours ~= theirs then
    differ(("%s, not %s"):format(tostring(ours), tostring(theirs)))
  end
  return found
end

return json
