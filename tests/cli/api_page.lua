-- Writes the generated part of rules/README.md anew:  lua api_page.lua rules/README.md  (nkibench on PATH)
local function read(file)
  local text = file:read "a"
  file:close()
  return text
end

local page = read(assert(io.open(arg[1], "rb")))
local made = read(assert(io.popen "nkibench help api markdown"))
local front, back = "<!-- made by nkibench help api markdown -->\n", "<!-- end -->\n"
local _, a = page:find(front, 1, true)
local b = page:find(back, 1, true)
assert(a and b and #made > 0, "no place for it in " .. arg[1])
local file = assert(io.open(arg[1], "wb"))
file:write(page:sub(1, a), made, page:sub(b))
assert(file:close())
