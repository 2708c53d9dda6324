-- nkibench new: the files a rule begins with. Takes { asked { name: letters, digits, _ and - }, templates, api, file, hides: is a bundled rule of
-- that name? }; without `file` returns their paths, one a line, with it that file's text, and for "" what to do next.
local api = require "api"

-- What Lua has and a rule has not is no completion either.
local luarc = [[
{
  "runtime.version": "Lua 5.4",
  "runtime.builtin": {
    "coroutine": "disable", "debug": "disable", "ffi": "disable", "io": "disable", "jit": "disable", "os": "disable",
    "package": "disable"
  },
  "workspace.library": [".nkibench"],
  "diagnostics.globals": ["absent"]
}
]]

return function(argument)
  local name = argument.asked.name
  local function filled(template)
    return function() return (argument.templates[template]:gsub("NAME", name)) end
  end
  local files = {
    { name .. ".lua", filled "rule.lua" },
    { "layout/" .. name .. ".lua", filled "layout.lua" },
    { name .. "_test.lua", filled "test.lua" },
    { ".luarc.json", function() return luarc end },
    { ".luacheckrc", function() return api { form = "luacheck", api = argument.api } end },
    { ".nkibench/api.lua", function() return api { form = "luals", api = argument.api } end },
  }
  if argument.file == "" then
    local hides = argument.hides and ("%s.lua hides the bundled rule of that name here; builtin:%s.lua is that one\n"):format(name, name) or ""
    return hides .. ("nkibench check ./%s.lua\nnkibench test %s_test.lua\nnkibench ./%s.lua --inference-results FILE --compile-dir DIR\n"):format(name, name, name)
  end
  local list = {}
  for i, file in ipairs(files) do
    if argument.file == file[1] then return file[2]() end
    list[i] = file[1]
  end
  return table.concat(list, "\n") .. "\n"
end
