-- Values of a JSON file by paths of Lua, as the shell compares them.
--     value.lua FILE PATH             prints the value
--     value.lua FILE PATH VALUE …     says which is not what it should be
local text = assert(io.open(arg[1])):read "a"
local tree = require "cjson".new().decode(text)

local function find(path)
  local found = assert(load("local t = ... return t." .. path))(tree)
  return math.type(found) == "float" and ("%.15g"):format(found) or tostring(found)
end

if #arg == 2 then
  print(find(arg[2]))
else
  local good = true
  for i = 2, #arg, 2 do
    local found = find(arg[i])
    if found ~= arg[i + 1] then
      print(("%s: %s is %s, not %s"):format(arg[1], arg[i], found, arg[i + 1]))
      good = false
    end
  end
  os.exit(good)
end
