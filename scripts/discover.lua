-- The HLO files below a folder: what upstream's globs take (**/*.hlo_module.pb, **/*.hlo; no links to folders are
-- followed), each path once, in path order, with what the path and the files beside it say of each.
-- Takes { path = "neuron_cache" }; returns { files = { … }, problems = { "a: no permission", … } }.
local lfs = require "lfs"

local function matches(name)
  return name:find("%.hlo_module%.pb$") ~= nil or name:find("%.hlo$") ~= nil
end

-- The last part of a path that starts so: upstream's module_name and neuronxcc_version.
local function last_part(path, start)
  local found
  for part in path:gmatch "[^/]+" do
    if part:sub(1, #start) == start then found = part end
  end
  return found
end

-- What a file is for, as far as its place tells.
local function role_of(path, name)
  if name == "wrapped_neff.hlo" then return "wrapped_neff" end
  local submodel = path:match "nxd_models?/([^/]+)_model/" or path:match "/([^/]+)_model/_tp%d+_bk%d+/"
  if submodel then return submodel end
  if last_part(path, "MODULE_") then return "cache" end
  return "file"
end

local function exists(path)
  return lfs.attributes(path, "mode") ~= nil
end

local function describe(folder, path, name)
  local failed = exists(folder .. "/model.log") and not exists(folder .. "/model.done")
  local attributes = lfs.attributes(path) or {}
  return {
    path = path,
    name = name,
    kind = attributes.mode or "broken link",
    size_bytes = attributes.size or 0,
    modified_s = attributes.modification or 0,
    module_name = last_part(path, "MODULE_"),
    compiler_version = last_part(path, "neuronxcc-"),
    role = role_of(path, name),
    failed_compile = failed,
    locked = exists(path .. ".lock") and not exists(folder .. "/model.done"),
  }
end

return function(argument)
  local files, problems = {}, {}
  local root = argument.path:gsub("(.)/+$", "%1")
  local todo = { root }
  while #todo > 0 do
    local folder = table.remove(todo)
    local listed, iterate, state = pcall(lfs.dir, folder)
    if not listed then
      problems[#problems + 1] = folder .. ": cannot be listed, so its files are not counted"
    else
      for name in iterate, state do
        if name ~= "." and name ~= ".." then
          local path = folder == "/" and "/" .. name or folder .. "/" .. name
          local mode = lfs.symlinkattributes(path, "mode")
          if mode == "directory" then todo[#todo + 1] = path end
          if matches(name) then files[#files + 1] = describe(folder, path, name) end
        end
      end
    end
  end
  table.sort(files, function(a, b) return a.path < b.path end)
  table.sort(problems)
  return { files = files, problems = problems }
end
