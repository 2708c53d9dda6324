-- What `check` knows: the API's names by section, and the tree of metrics. known.name(section, name) and
-- known.metric(path) answer with an entry, or nil and what is meant.
local suggest = require "suggest"

local MAX_STEPS, MAX_SHOWN = 64, 20

-- "hlo.modules[1].path", "prompts[].index", "a.b" -> { "hlo", "modules", "[]", "path" }; nil when it is no path.
local function steps_of(path)
  local steps, at = {}, 1
  if path:sub(1, 1) == "." then return nil end
  while at <= #path do
    local _, stop, name = path:find("^%.?([^.%[%]]+)", at)
    if not stop then
      _, stop = path:find("^%[%d*%]", at)
      name = "[]"
    end
    if not stop or #steps == MAX_STEPS then return nil end
    steps[#steps + 1] = name
    at = stop + 1
  end
  return steps
end

local function names_of(map)
  local names = {}
  for name in pairs(map) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function build_metrics(list)
  local root = { names = {}, entry = { type = "group", about = "all metrics" } }
  for _, metric in ipairs(list) do
    local at = root
    for step in metric.path:gsub("%[%]", ".[]"):gmatch "[^.]+" do
      at.names[step] = at.names[step] or { names = {} }
      at = at.names[step]
    end
    at.entry = metric
  end
  return root
end

return function(api)
  local sections, lists = {}, {}
  for _, entry in ipairs(api.entries) do
    local section = sections[entry.section] or {}
    sections[entry.section] = section
    section[entry.name] = entry
  end
  for section, entries in pairs(sections) do lists[section] = names_of(entries) end
  local root = build_metrics(api.metrics)
  local known = { sections = sections, level = api.level }

  function known.name(section, name)
    local entry = sections[section] and sections[section][name]
    if entry then return entry end
    return nil, sections[section] and suggest(name, lists[section])
  end

  -- Names the API has, for a message: "known are a, b, c".
  function known.names(section)
    if #lists[section] > MAX_SHOWN then return "nkibench help api lists what there is" end
    return "known are " .. table.concat(lists[section], ", ")
  end

  -- The entry; true where the input decides what there is; or nil, the group that has no such name, the name and
  -- what is meant. What stands below an open group without being known is `open`, with what it may be.
  function known.metric(path)
    local steps = steps_of(path)
    if not steps then return nil, "", path end
    local at, open, walked = root, false, ""
    for _, step in ipairs(steps) do
      local next_at = at.names[step] or (step ~= "[]" and at.names["*"])
      if not next_at then
        local meant = step ~= "[]" and suggest(step, names_of(at.names)) or nil
        if open or at.entry.type == "open" then return true, walked, step, meant end
        return nil, walked, step, meant
      end
      at, open = next_at, open or next_at.entry.type == "open"
      walked = step == "[]" and walked .. "[]" or walked == "" and step or walked .. "." .. step
    end
    return at.entry
  end

  -- What a signature says: { { name, type, optional } … }, and whether more may follow.
  function known.parameters(takes)
    local list, any = {}, false
    for name, type in takes:gmatch "([%w_.]+%??): ([^,]+)" do
      if name == "..." then any = true else
        list[#list + 1] = { name = name:gsub("%?$", ""), type = type, optional = name:sub(-1) == "?" }
      end
    end
    return list, any
  end

  known.steps = steps_of
  return known
end
