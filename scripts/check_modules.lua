-- Modules that a rule requires by a name that can be read: are they there? What stands in a function is required only
-- when it runs, which may be when the one input comes that nobody tried.
local lfs = require "lfs"

-- nil, or what require would say; `name` as it is written. The rule's folder and the search path are as the loader's.
local function problem_of(name, rule)
  local words = "." .. name
  if #name > 100 or words:find "[^%w_.%-]" or words:find "%.%." or words:find "%.$" then
    return ("require '%s': a module's name is words with dots between, such as layout.plain"):format(name:sub(1, 60))
  end
  local file = name:gsub("%.", "/") .. ".lua"
  for _, known in ipairs(rule.module_files) do
    if known == file then return nil end
  end
  for _, folder in ipairs(rule.module_folders) do
    if lfs.attributes(folder .. "/" .. file, "mode") == "file" then return nil end
  end
  return ("require '%s': no such file beside %s or on the rule search path"):format(name, rule.name)
end

return function(file)
  for _, call in ipairs(file.tree.calls) do
    local func, argument = call.func, call.args[1]
    local is_require = func and func.kind == "name" and func.name == "require" and not func.binding
    local problem = is_require and argument and argument.kind == "string" and problem_of(argument.value, file.rule)
    if problem then file.say(argument, "load", problem) end
  end
end
