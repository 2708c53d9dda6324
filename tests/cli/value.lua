-- A value of a JSON file by a path of Lua, as the shell compares it: value.lua FILE PATH
local text = assert(io.open(arg[1])):read "a"
local tree = require "cjson".new().decode(text)
local found = assert(load("local t = ... return t." .. arg[2]))(tree)
print(math.type(found) == "float" and ("%.15g"):format(found) or tostring(found))
