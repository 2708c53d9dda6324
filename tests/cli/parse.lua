-- Our parser against Lua's own: they take and refuse the same texts. Of each file named, and of copies with a piece put
-- in, taken out or doubled, by a fixed series of numbers.  lua parse.lua SCRIPTS N FILES…
package.path = arg[1] .. "/?.lua"
local lua_parse = require "lua_parse"
local copies = tonumber(arg[2])
local state = 20260304

local function random(n) -- from 1 to n; a series of our own, for Lua's differs from version to version
  state = (state * 6364136223846793005 + 1442695040888963407) & 0x7fffffffffffffff
  return (state >> 33) % n + 1
end

local pieces = { "end", "(", ")", "{", "}", "=", " local ", " function ", " return ", ";", "'", '"', "[[", "]]", "--", "..", "...",
  "0x", "1e", " nil ", "~", "^", "<const>", "\\", "\n", " if ", " then ", " do ", " for ", " in ", ",", " not ", "-", "#", "::", ".", ":",
  "3", "'\\x4'", "\0", "\r", "\r\n", "[=[", "--[[", "\xff", " and ", "//", ">>", "\\u{7FFFFFFF}", "1.5e+", "a.b:c'd'" }
-- What only Lua's second look finds.
local later = { "goto", "label", "break", "<const>", "const", "<close>", "close", "variable", "upvalue", "local variables", "registers", "overflow" }

local tried, faults = 0, 0
local function try(name, text)
  local tree, fault = lua_parse.parse(text)
  local chunk, why = load(text, "=x", "t")
  tried = tried + 1
  if (tree ~= nil) == (chunk ~= nil) then return end
  for _, word in ipairs(later) do
    if why and why:find(word, 1, true) and tree then return end
  end
  faults = faults + 1
  print(name, why or "Lua takes it", fault and ("%d:%d: %s"):format(fault.line, fault.column, fault.text) or "we take it")
end

for i = 3, #arg do
  local file = assert(io.open(arg[i], "rb"))
  local text = file:read "a"
  file:close()
  try(arg[i], text)
  for _ = 1, copies do
    local from = random(#text)
    local to = math.min(#text, from + random(8) - 1)
    local piece = random(3) > 1 and pieces[random(#pieces)] or text:sub(from, to)
    try(arg[i], text:sub(1, from - 1) .. piece .. text:sub(random(2) == 1 and from or to + 1))
  end
end
print(("%d texts, %d not as Lua reads them"):format(tried, faults))
os.exit(faults == 0)
