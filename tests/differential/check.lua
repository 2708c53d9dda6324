-- Builds random modules, counts them here and by nkibench, as text and as protobuf, and says where the two differ.
--   lua check.lua FIRST LAST SEED      environment: NKIBENCH, DIFFERENTIAL_TMP (an empty folder)
-- The modules of a seed are numbered, and each is the same whichever are built with it. One that differs stays in the
-- folder.
local here = arg[0]:match "^(.*)/[^/]*$" or "."
package.path = here .. "/?.lua;" .. package.path
local json = require "cjson"
local generate, write_text, write_proto = require "generate", require "write_text", require "write_proto"
local run, count, cost = require "run", require "count", require "cost"

local CHUNK = 250
local first_number, last_number, seed = math.tointeger(arg[1]), math.tointeger(arg[2]), math.tointeger(arg[3])
local nkibench, folder = os.getenv "NKIBENCH", os.getenv "DIFFERENTIAL_TMP"

local function put(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local differing, figures, loops_seen, loops_known = 0, 0, 0, 0

local function complain(problems, what, expected, found)
  problems[#problems + 1] = ("%s: %s expected, nkibench says %s"):format(what, tostring(expected), tostring(found))
end

local function compare(problems, what, expected, found)
  if type(found) ~= "table" then return complain(problems, what, "counts", found) end
  for name, value in pairs(expected) do
    figures = figures + 1
    if found[name] ~= value then complain(problems, what .. "." .. name, value, found[name]) end
  end
end

-- The trip count each loop is counted with; where nkibench does not know one that it need not know, once. Of a loop
-- that does not run nkibench says nothing, though a conditional may have been decided by it: those that it need not know
-- but may are `unsaid`.
local function trips_of(entry, truth, problems)
  local said, trips, unsaid = {}, {}, {}
  for _, loop in ipairs(entry.loops) do said[loop.name] = loop end
  for while_, found in pairs(truth) do
    local loop = said[while_.name]
    local what = ("loop %s (%s)"):format(while_.name, while_.family)
    local must = while_.family == "plain" and found.trips and not found.wrapped
    if while_.known_trips then
      trips[while_] = while_.known_trips
      if loop and (loop.how ~= "annotated" or loop.trip_count ~= while_.known_trips) then
        complain(problems, what, ("annotated %d"):format(while_.known_trips), loop.how .. " " .. loop.trip_count)
      end
    elseif loop and loop.how == "inferred" then
      trips[while_] = math.tointeger(loop.trip_count)
      local beyond = found.at_least and found.at_least <= loop.trip_count -- more than was run here
      if loop.trip_count ~= found.trips and not beyond then
        complain(problems, what, found.trips or "unknown", loop.trip_count)
      end
    elseif not loop then
      trips[while_] = must and found.trips or 1
      if found.trips and not must then unsaid[while_] = found.trips end
    else
      trips[while_] = 1
      if must then complain(problems, what, found.trips, "unknown") end
    end
    if loop then
      loops_seen = loops_seen + 1
      if loop.how ~= "unknown" then loops_known = loops_known + 1 end
    end
  end
  return trips, said, unsaid
end

local function check_contradictions(module, entry, truth, problems)
  for _, text in ipairs(entry.diagnostics) do
    local line = type(text) == "table" and text.text or text
    local name, ours = line:match "loop '([^']+)' is annotated with %-?%d+ trips but would run (%d+)"
    for _, computation in ipairs(name and module.list or {}) do
      for _, i in ipairs(computation.list) do
        local found, said = truth[i], math.tointeger(tonumber(ours))
        if i.name == name and found.trips ~= said and not (found.at_least and found.at_least <= said) then
          complain(problems, "what loop " .. name .. " would run", found.trips or "unknown", ours)
        end
      end
    end
  end
end

local function compare_executed(module, entry, trips, said, bare)
  local problems, running, unknown = {}, count.running(module, trips), 0
  compare(problems, "executed", count.executed(module, trips), entry.executed)
  local work = cost.executed(module, trips, bare)
  compare(problems, "table", { calls = work.calls }, entry.row)
  work.calls = nil
  compare(problems, "table.executed", work, entry.row.executed)
  for name in pairs(running) do
    if not said[name] then complain(problems, "loop " .. name, "listed", "nothing") end
  end
  for name, loop in pairs(said) do
    if not running[name] then complain(problems, "loop " .. name, "nothing, for it does not run", "listed") end
    if loop.how == "unknown" then unknown = unknown + 1 end
  end
  compare(problems, "executed", { unknown_trip_counts = unknown }, entry.executed)
  return problems
end

local function check(module, entry, truth, bare)
  local problems = {}
  if entry.status ~= "ok" or type(entry.loops) ~= "table" then
    complain(problems, "the module", "counts", entry.error)
    return problems
  end
  local trips, said, unsaid = trips_of(entry, truth, problems)
  compare(problems, "static", count.static(module), entry.static)
  compare(problems, "xla", cost.module(module, bare), entry.xla)
  check_contradictions(module, entry, truth, problems)
  local executed = compare_executed(module, entry, trips, said, bare)
  if #executed > 0 and next(unsaid) then
    for while_, n in pairs(unsaid) do trips[while_] = n end
    executed = compare_executed(module, entry, trips, said, bare)
  end
  table.move(executed, 1, #executed, #problems + 1, problems)
  return problems
end

local function run_all(module)
  local truth = {}
  for _, computation in ipairs(module.list) do
    for while_, found in pairs(run.loops(computation)) do truth[while_] = found end
  end
  return truth
end

local function style(number)
  math.randomseed(seed, number, 1)
  local function flip() return math.random(2) == 1 end
  local text = { percent = flip(), operand_shapes = flip(), comments = flip() }
  return text, { packed = flip(), wide_ids = flip(), bare = math.random(8) == 1, wrapped = math.random(8) == 1 }
end

local function ask(flags)
  local pipe = assert(io.popen(("'%s' hlo --quiet %s '%s'"):format(nkibench, flags, folder)))
  local report = json.decode(pipe:read "a")
  assert(pipe:close())
  return report
end

local function check_chunk(first, last)
  local modules, styles, truths = {}, {}, {}
  for number = first, last do
    local text, proto = style(number)
    local module = generate.module(seed, number)
    modules[number], styles[number], truths[number] = module, proto, run_all(module)
    put(("%s/%d.hlo"):format(folder, number), write_text.module(module, text))
    put(("%s/%d.hlo_module.pb"):format(folder, number), write_proto.module(module, proto))
  end
  local report = ask "--json"
  local rows = {}
  for _, row in ipairs(ask("--json --by module --count executed --any-form --top 0").tables[1].rows) do rows[row.key] = row end
  local seen = 0
  for _, entry in ipairs(report.modules) do
    local number, form = entry.file_name:match "^(%d+)%.(.*)$"
    number = math.tointeger(tonumber(number))
    if modules[number] then
      entry.row = rows[entry.path]
      seen = seen + 1
      local problems = check(modules[number], entry, truths[number], form ~= "hlo" and styles[number].bare)
      if #problems > 0 then
        differing = differing + 1
        print(("%s (seed %d):"):format(entry.path, seed))
        for i = 1, math.min(#problems, 6) do print("    " .. problems[i]) end
        put(("%s/differs-%d-%d.%s"):format(folder, seed, number, form == "hlo" and "txt" or "pb"),
          assert(io.open(entry.path, "rb")):read "a")
      end
    end
  end
  assert(seen == 2 * (last - first + 1), "nkibench left modules out")
  for number = first, last do
    os.remove(("%s/%d.hlo"):format(folder, number))
    os.remove(("%s/%d.hlo_module.pb"):format(folder, number))
  end
end

for first = first_number, last_number, CHUNK do check_chunk(first, math.min(first + CHUNK - 1, last_number)) end
print(("differential: modules %d to %d of seed %d, each as text and protobuf: %d figures and %d loops (%d known) compared, "
  .. "%d files differ"):format(first_number, last_number, seed, figures, loops_seen, loops_known, differing))
os.exit(differing == 0 and figures > 0)
