-- The test files meant by the words behind `nkibench test`: a test's own file, a rule (whose test is beside it), a
-- folder with all below it. Each once, in path order; links to folders are not followed, nor are hidden ones.
-- Takes { paths = { … } }; returns { files = { … }, problem = text or nil }.
local lfs = require "lfs"

local MAX_FILES, MAX_DEPTH = 10000, 32

local function is_test(name) return name:find("_test%.lua$") ~= nil end

local function below(root, found)
  local todo = { { root, 0 } }
  while #todo > 0 do
    local folder, depth = table.unpack(table.remove(todo))
    local listed, iterate, state = pcall(lfs.dir, folder)
    for name in listed and iterate or function() end, state do
      local path = folder == "." and name or folder == "/" and "/" .. name or folder .. "/" .. name
      local mode = name:sub(1, 1) ~= "." and lfs.symlinkattributes(path, "mode")
      if mode == "directory" and depth < MAX_DEPTH then todo[#todo + 1] = { path, depth + 1 } end
      if mode == "file" and is_test(name) and #found < MAX_FILES then found[#found + 1] = path end
    end
  end
end

local function look(path, found)
  local mode = lfs.attributes(path, "mode")
  if mode == "directory" then
    local before = #found
    below(path:gsub("(.)/+$", "%1"), found)
    if #found == before then return path .. ": no tests; a test is a file whose name ends in _test.lua, beside the rule" end
    return nil
  end
  if mode and is_test(path) then
    found[#found + 1] = path
    return nil
  end
  local stem = path:gsub("%.lua$", "")
  local test = stem .. "_test.lua"
  if not is_test(path) and lfs.attributes(test, "mode") == "file" then
    found[#found + 1] = test
    return nil
  end
  if not mode and not lfs.attributes(stem .. ".lua", "mode") then return path .. ": no such file; a test, a rule or a folder is expected" end
  return path .. ": has no test beside it; " .. test .. " is expected"
end

return function(argument)
  local found, files, seen = {}, {}, {}
  for i = 1, #argument.paths do
    local problem = look(argument.paths[i], found)
    if problem then return { files = {}, problem = problem } end
  end
  table.sort(found)
  for _, path in ipairs(found) do
    if not seen[path] then
      seen[path] = true
      files[#files + 1] = path
    end
  end
  return { files = nkb.array(files) }
end
