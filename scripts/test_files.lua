-- The test files meant by the words behind `nkibench test`: a test's own file, a rule (whose test is beside it), a
-- folder with all below it. Each once, in path order; links to folders are not followed, nor are hidden ones. What
-- cannot be looked at is a problem: a test that is left out must not look like one that has passed.
-- Takes { paths = { … } }; returns { files = { … }, problem = text or nil }.
local lfs = require "lfs"

local MAX_FILES, MAX_DEPTH = 10000, 32
local GONE = 2 -- ENOENT: between the list and the look

-- The system's words, behind the path that lfs puts before them.
local function reason(message) return tostring(message):match "([^:]*)$":gsub("^%s+", "") .. "" end

local function is_test(name) return name:find("_test%.lua$") ~= nil end

-- What a name in a folder is: "directory", "file" for a test, or nothing; and what is wrong with it.
local function kind_of(path, name)
  local mode, why, number = lfs.symlinkattributes(path, "mode")
  if not mode and number ~= GONE then return nil, ("%s: cannot be looked at: %s"):format(path, reason(why)) end
  if mode == "directory" then return mode end
  if not mode or not is_test(name) then return nil end
  if mode == "link" then
    mode = lfs.attributes(path, "mode")
    if not mode then return nil, path .. ": a link to nothing; a test's file is expected" end
  end
  return mode == "file" and mode or nil
end

-- Returns what is wrong, or nothing.
local function below(root, found)
  local todo = { { root, 0 } }
  while #todo > 0 do
    local folder, depth = table.unpack(table.remove(todo))
    local listed, iterate, state = pcall(lfs.dir, folder)
    if not listed then return ("%s: cannot be listed: %s"):format(folder, reason(iterate)) end
    for name in iterate, state do
      local path = folder == "." and name or folder == "/" and "/" .. name or folder .. "/" .. name
      local kind, problem
      if name:sub(1, 1) ~= "." then kind, problem = kind_of(path, name) end
      if problem then return problem end
      if kind == "directory" then
        if depth == MAX_DEPTH then return ("%s: folders in folders deeper than %d"):format(path, MAX_DEPTH) end
        todo[#todo + 1] = { path, depth + 1 }
      elseif kind == "file" then
        if #found == MAX_FILES then return ("%s: more than %d tests; name some of its folders"):format(root, MAX_FILES) end
        found[#found + 1] = path
      end
    end
  end
end

local function look(path, found)
  local mode = lfs.attributes(path, "mode")
  if mode == "directory" then
    local before = #found
    local problem = below((path:gsub("(.)/+$", "%1")), found)
    if problem then return problem end
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
