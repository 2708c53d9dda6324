-- nkibench metrics --lua: the tree as a Lua table that reads back with load. Numbers keep all their digits, integers
-- stay integers; an absent value is left out, with its reason as a comment.
-- Takes { tree = … }.
local words = {}
for word in ("and break do else elseif end false for function goto if in local nil not or repeat return then true until while"):gmatch "%a+" do
  words[word] = true
end

local function quoted(text)
  return '"' .. text:gsub('[%c"\\\127]', function(c)
    if c == "\n" then return "\\n" end
    if c == '"' or c == "\\" then return "\\" .. c end
    return ("\\%03d"):format(c:byte())
  end) .. '"'
end

local function key_text(key)
  if key:find "^[%a_][%w_]*$" and not words[key] then return key end
  return "[" .. quoted(key) .. "]"
end

local write

local function write_members(out, value, indent)
  local deeper = indent .. "  "
  if nkb.kind(value) == "array" then
    for i = 1, #value do
      out(deeper)
      write(out, value[i], deeper)
      out ",\n"
    end
    return
  end
  for _, key in ipairs(nkb.keys(value)) do
    local member = value[key]
    if member == nil then
      local _, _, why = nkb.note(value, key)
      out(("%s-- %s is absent%s\n"):format(deeper, key, why and ": " .. why:gsub("%c", " ") or ""))
    else
      out(deeper .. key_text(key) .. " = ")
      write(out, member, deeper)
      out ",\n"
    end
  end
end

function write(out, value, indent)
  local kind = type(value)
  if value == nil or value == nkb.null then
    out "nil"
  elseif kind == "string" then
    out(quoted(value))
  elseif kind == "number" then
    out(nkb.fmt.repr(value))
  elseif kind == "boolean" then
    out(tostring(value))
  else
    out "{\n"
    write_members(out, value, indent)
    out(indent .. "}")
  end
end

return function(argument)
  local parts = { "return " }
  write(function(text) parts[#parts + 1] = text end, argument.tree, "")
  parts[#parts + 1] = "\n"
  return table.concat(parts)
end
