-- A test file through its life: load, begin an item, and next behind each run of the rule, until there is a report.
local host = ...

local test = {}
local items, item, goldens, routine

-- Run the file's chunk; what the host needs to know of it, or, to run an item, nothing.
function test.load(chunk, text, path, index)
  local out
  out, items = host.test_outline.read(chunk(), text, path, index)
  return out
end

local function wanted(spec)
  local golden = type(spec.golden) == "string" and { console = spec.golden } or spec.golden or {}
  return { console = (spec.console or golden.console) and true, json = (spec.json or golden.json) and true,
    training_json = (spec.training_json or golden.training_json) and true }
end

-- What is to be set and run. given: where (it stands in the file), texts (of golden files), asked (seed, runs), params (name → kind).
function test.begin(index, given)
  item, goldens, routine = items[index], given.texts or {}, nil
  item.where = given.where or item.where
  local inputs = { where = item.where, layers = item.layers, params = item.params, options = item.options, want = wanted(item.spec) }
  local path = item.fixture
  if path and path:find "%.lua$" then
    local done, fixture = host.pcall(host.require, (path:gsub("%.lua$", ""):gsub("/", ".")))
    if not done then host.test_shape.fault(item.where, "fixture '%s': %s", path, host.tostring(fixture)) end
    if type(fixture) ~= "table" then host.test_shape.fault(item.where, "fixture '%s' returns no table", path) end
    host.test_shape.check_data(item.where, "fixture '" .. path .. "'", fixture, 1)
    inputs.fixture = fixture
  end
  if item.kind == "property" then
    local first
    routine, first = host.test_property.start(item, given.params, given.asked)
    inputs.property = true
    inputs.layers[#inputs.layers + 1] = { metrics = first.metrics }
    inputs.params = {}
    for _, params in ipairs { item.params, first.params } do
      for name, value in host.base.pairs(params) do inputs.params[name] = value end
    end
  end
  return inputs
end

local function next_of_property(stage, message, r, m, p)
  local outcome = { stage = stage, message = message, score = r and r.score, valid = r and r.valid }
  if r and item.spec.holds then
    r:set("m", m):set("p", p)
    local ok, why = host.test_expect.holds(item.spec.holds, r, m, p)
    if not ok then outcome.broken = why end
  end
  local alive, reply = host.coroutine.resume(routine, outcome)
  if not alive then host.test_shape.fault(item.where, "%s", host.tostring(reply)) end
  return reply
end

function test.next(stage, message, r, m, p, texts)
  if routine then return next_of_property(stage, message, r, m, p) end
  local failures, tree = host.test_expect.judge(item, stage, message, r, m, p, texts, goldens)
  return { ok = #failures == 0, failures = failures, tree = tree }
end

return test
