-- The HLO files below a folder: what upstream's globs take (**/*.hlo_module.pb, **/*.hlo; no links to folders are
-- followed), each path once, with what the path and the files beside it say of each.
-- Takes { path = "neuron_cache" } and a function that is given each file, in no order: path, kind, size in bytes, time of
-- modification, module name, compiler version, role, did it fail to compile, is it locked.
-- Returns { problems = { "a: cannot be listed …", … } }.
local lfs = require "lfs"

local function matches(name)
  return name:sub(-14) == ".hlo_module.pb" or name:sub(-4) == ".hlo"
end

-- The last part of a path that starts so: upstream's module_name and neuronxcc_version.
local function last_part(path, start)
  local found
  if not path:find(start, 1, true) then return end
  for part in path:gmatch "[^/]+" do
    if part:sub(1, #start) == start then found = part end
  end
  return found
end

-- A folder: its path with a slash at the end, and what its name, or else that of one above, says of every file in it.
local function about(front, above, name)
  return {
    front = front,
    module_name = name:sub(1, 7) == "MODULE_" and name or above.module_name,
    compiler_version = name:sub(1, 10) == "neuronxcc-" and name or above.compiler_version,
    submodel = front:find("_model/", 1, true)
      and (front:match "nxd_models?/([^/]+)_model/" or front:match "/([^/]+)_model/_tp%d+_bk%d+/"),
  }
end

-- What a file is for, as far as its place tells.
local function role_of(here, name, module_name)
  if name == "wrapped_neff.hlo" then return "wrapped_neff" end
  return here.submodel or module_name and "cache" or "file"
end

local attributes = {} -- filled anew for each file

-- `listed` are the names in the folder: what is not among them is not asked for.
local function describe(here, listed, name)
  local function exists(beside) return listed[beside] ~= nil and lfs.attributes(here.front .. beside, "mode") ~= nil end
  local path, done = here.front .. name, exists "model.done"
  local there = lfs.attributes(path, attributes) or { mode = "broken link", size = 0, modification = 0 }
  local module_name = last_part(name, "MODULE_") or here.module_name
  return path, there.mode, there.size, there.modification, module_name,
    last_part(name, "neuronxcc-") or here.compiler_version, role_of(here, name, module_name),
    not done and exists "model.log", not done and exists(name .. ".lock")
end

return function(argument, give)
  local problems = {}

  -- Gives the files of a folder, and returns the names of those in it.
  local function list(here)
    local folder = here.front == "/" and "/" or here.front:sub(1, -2)
    local listed, folders, found = {}, {}, {}
    local can, iterate, state = pcall(lfs.dir, folder)
    if not can then
      problems[#problems + 1] = folder .. ": cannot be listed, so its files are not counted"
      return folders
    end
    for name in iterate, state do
      if name ~= "." and name ~= ".." then
        listed[name] = true
        if lfs.symlinkattributes(here.front .. name, "mode") == "directory" then folders[#folders + 1] = name end
        if matches(name) then found[#found + 1] = name end
      end
    end
    for _, name in ipairs(found) do give(describe(here, listed, name)) end
    return folders
  end

  local function walk(here)
    for _, name in ipairs(list(here)) do walk(about(here.front .. name .. "/", here, name)) end
  end

  local root = argument.path:gsub("(.)/+$", "%1")
  walk(about(root == "/" and "/" or root .. "/",
    { module_name = last_part(root, "MODULE_"), compiler_version = last_part(root, "neuronxcc-") }, ""))
  return { problems = problems }
end
