-- The newest lm-eval results in a folder or in the model folders below it: by the time in the name
-- (results_2026-03-04T18-02-11.503118.json), not by the file system's clock, which a copy changes.
-- Takes { path = "results" }; returns { file = path or nil }.
local lfs = require "lfs"

return function(argument)
  local best_stamp, best
  local function look(folder, deeper)
    local listed, iterate, state = pcall(lfs.dir, folder)
    if not listed then return end
    for name in iterate, state do
      local path = folder .. "/" .. name
      local stamp = name:match "^results_(.+)%.json$"
      if stamp and (not best or stamp > best_stamp or stamp == best_stamp and path < best) then
        best_stamp, best = stamp, path
      elseif deeper and name ~= "." and name ~= ".." and lfs.attributes(path, "mode") == "directory" then
        look(path, false)
      end
    end
  end
  look((argument.path:gsub("(.)/+$", "%1")), true)
  return { file = best }
end
