-- The HLO files below a folder: what upstream's globs take (**/*.hlo_module.pb, **/*.hlo; no links to folders are
-- followed), each path once, with what the path and the files beside it say of each.
-- Takes { path = "neuron_cache" } and a function that is given each file, in no order: path, module name, compiler
-- version, role, did it fail to compile, is it locked; and says true of what is a folder, or a link to one.
-- Returns { problems = { "a: cannot be listed …", … } }.
local lfs = require "lfs"
local byte, find, sub, link_attributes = string.byte, string.find, string.sub, lfs.symlinkattributes

-- The last part of a path that starts so: upstream's module_name and neuronxcc_version.
local function last_part(path, start)
  local found
  if not find(path, start, 1, true) then return end
  for part in path:gmatch "[^/]+" do
    if sub(part, 1, #start) == start then found = part end
  end
  return found
end

-- A folder: its path with a slash at the end, and what its name, or else that of one above, says of every file in it.
local function about(front, above, name)
  return {
    front = front,
    module_name = find(name, "MODULE_", 1, true) == 1 and name or above.module_name,
    compiler_version = find(name, "neuronxcc-", 1, true) == 1 and name or above.compiler_version,
    submodel = find(front, "_model/", 1, true)
      and (front:match "nxd_models?/([^/]+)_model/" or front:match "/([^/]+)_model/_tp%d+_bk%d+/"),
  }
end

-- What a file is for, as far as its place tells.
local function role_of(here, name, module_name)
  if name == "wrapped_neff.hlo" then return "wrapped_neff" end
  return here.submodel or module_name and "cache" or "file"
end

local function mode_of(here, name) return link_attributes(here.front .. name, "mode") end

-- Is a name that the folder lists more than a broken link? By what it is itself; nil: gone since.
local function exists(here, name, mode)
  if mode ~= "link" then return mode ~= nil end
  return lfs.attributes(here.front .. name, "mode") ~= nil
end

-- What matters of a name is told by its end, and most have another last letter.
local B, O, E, G, K = byte("boegk", 1, -1)

-- Whoever takes the files may read them meanwhile: a folder of many folders is gone through while it is listed. It stays
-- open for that, so only where few are.
local MANY, FEW_DEEP = 16, 4

return function(argument, give)
  local problems = {}
  local walk

  -- Gives the files of a folder, and goes through those in it.
  local function list(here, depth)
    local front = here.front
    local folders, found, locks, done, log = {}, {}, nil, nil, nil
    local can, iterate, state = pcall(lfs.dir, front)
    if not can then
      problems[#problems + 1] = front:gsub("(.)/$", "%1") .. ": cannot be listed, so its files are not counted"
      return
    end
    for name in iterate, state do
      local last = byte(name, -1)
      if last == B and sub(name, -14) == ".hlo_module.pb" or last == O and sub(name, -4) == ".hlo" then
        found[#found + 1] = name
      elseif name ~= "." and name ~= ".." then
        local mode = mode_of(here, name)
        if mode == "directory" then folders[#folders + 1] = name end
        if last == E and name == "model.done" then
          done = mode
        elseif last == G and name == "model.log" then
          log = mode
        elseif last == K and sub(name, -5) == ".lock" then
          locks = locks or {}
          locks[name] = mode
        end
        if #folders == MANY and depth < FEW_DEEP then
          walk(here, folders, depth)
          folders = {}
        end
      end
    end
    if #found > 0 then
      done = done and exists(here, "model.done", done)
      log = log and not done and exists(here, "model.log", log) or false
    end
    for i = 1, #found do
      local name = found[i]
      local lock = locks and not done and name .. ".lock"
      local locked = lock and locks[lock] and exists(here, lock, locks[lock]) or false
      local module_name = last_part(name, "MODULE_") or here.module_name
      if give(front .. name, module_name, last_part(name, "neuronxcc-") or here.compiler_version,
        role_of(here, name, module_name), log, locked) and mode_of(here, name) == "directory" then
        folders[#folders + 1] = name
      end
    end
    walk(here, folders, depth)
  end

  function walk(here, folders, depth)
    for i = 1, #folders do list(about(here.front .. folders[i] .. "/", here, folders[i]), depth + 1) end
  end

  local root = argument.path:gsub("(.)/+$", "%1")
  list(about(root == "/" and "/" or root .. "/",
    { module_name = last_part(root, "MODULE_"), compiler_version = last_part(root, "neuronxcc-") }, ""), 0)
  return { problems = problems }
end
