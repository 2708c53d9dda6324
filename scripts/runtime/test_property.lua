-- Claims that hold over ranges. A trial of a claim is one or two runs of the rule; what breaks it is made small and
-- written as cases to paste. The order of trials is a coroutine of ours, which gives out an input and gets what came
-- of it; nothing of the rule's or the test's runs inside.
local host = ...
local shape, draw = host.test_shape, host.test_draw
local repr, fmt, abs, max = host.repr, string.format, math.abs, math.max
local yield = host.coroutine.yield

local property = {}

local RUNS, SEED = 200, 1
local MAX_REFUSED = 0.9 -- of the trials; beyond, nothing has been shown
local ROUNDING = 1e-12

local function find_variable(item, variables, name, key)
  local v = variables[name]
  if not v then
    local names = {}
    for i, known in ipairs(variables) do names[i] = known.name end
    local meant = host.suggest(host.tostring(name), names)
    shape.fault(item.where, "%s: '%s' is not in 'over'%s", key, host.tostring(name), meant and "; did you mean '" .. meant .. "'?" or "")
  end
  if v.choices then shape.fault(item.where, "%s: '%s' is drawn from a list; a range of numbers is expected", key, name) end
  return v
end

-- ---- the claims: draw(point) completes a trial, inputs(trial) are its runs, judge(…) says what is wrong

local directions = {
  up = { sign = 1, words = "not to fall" }, down = { sign = -1, words = "not to rise" },
  ["strictly up"] = { sign = 1, strict = true, words = "to rise" },
  ["strictly down"] = { sign = -1, strict = true, words = "to fall" },
}

local function monotone(item, variables, name, direction)
  local way = directions[direction]
  local v = find_variable(item, variables, name, "monotone")
  if not way then
    shape.fault(item.where, "monotone: '%s' is to go %s; up, down, strictly up or strictly down is expected", name, host.tostring(direction))
  end
  if v.low == v.high then
    shape.fault(item.where, "monotone: '%s' is from %s to %s; a range is expected", name, repr(v.low), repr(v.high))
  end
  local function at(trial, x)
    local point = {}
    for key, value in pairs(trial.point) do point[key] = value end
    point[name] = x
    return point
  end
  return {
    variable = v,
    draw = function(trial)
      local a, b = trial.point[name], draw.value(v)
      for _ = 1, 8 do
        if a ~= b then break end
        b = draw.value(v)
      end
      if a == b then return false end
      trial.low, trial.high = a < b and a or b, a < b and b or a
      return true
    end,
    inputs = function(trial) return { at(trial, trial.low), at(trial, trial.high) } end,
    judge = function(trial, first, second)
      local rise = (second.score - first.score) * way.sign
      local slack = ROUNDING * max(abs(first.score), abs(second.score))
      if way.strict and rise > 0 or not way.strict and rise >= -slack then return nil end
      return fmt("'%s' from %s to %s takes the score from %s to %s; it was %s", name, repr(trial.low), repr(trial.high),
        repr(first.score), repr(second.score), way.words)
    end,
  }
end

local function scale_free(item, variables, names)
  local scaled, whole = {}, false
  for _, name in ipairs(names) do
    local v = find_variable(item, variables, name, "scale_free")
    scaled[name], whole = true, whole or v.whole
  end
  return {
    draw = function(trial)
      repeat trial.factor = whole and math.random(2, 8) or draw.factor() until trial.factor ~= 1
      return true
    end,
    inputs = function(trial)
      local point = {}
      for key, value in pairs(trial.point) do point[key] = scaled[key] and value * trial.factor or value end
      return { trial.point, point }
    end,
    judge = function(trial, first, second)
      if abs(first.score - second.score) <= item.tolerance * max(abs(first.score), abs(second.score)) then return nil end
      return fmt("%s times %s takes the score from %s to %s; it was to stay", table.concat(names, ", "), repr(trial.factor),
        repr(first.score), repr(second.score))
    end,
  }
end

-- What one run alone can break.
local function single(spec)
  return {
    draw = function() return true end,
    inputs = function(trial) return { trial.point } end,
    judge = function(_, outcome)
      local bounds = spec.bounded
      if bounds and not (bounds[1] <= outcome.score and outcome.score <= bounds[2]) then
        return fmt("the score is %s; from %s to %s is expected", repr(outcome.score), repr(bounds[1]), repr(bounds[2]))
      end
      if spec.valid ~= nil and outcome.valid ~= spec.valid then
        return outcome.valid and "the result is valid; it was not to be" or "the result is not valid"
      end
      if outcome.broken then return outcome.broken end
    end,
  }
end

local function claims_of(item, variables)
  local spec, claims = item.spec, {}
  if spec.finite or spec.bounded or spec.valid ~= nil or spec.holds then claims[1] = single(spec) end
  local list = spec.monotone
  if type(list) == "string" then
    if #variables ~= 1 then
      shape.fault(item.where, "monotone is '%s' and 'over' has %d names; monotone = { [\"the name\"] = \"up\" } says which", list, #variables)
    end
    list = { [variables[1].name] = list }
  end
  for name, direction in host.base.pairs(list or {}) do claims[#claims + 1] = monotone(item, variables, name, direction) end
  if spec.scale_free then claims[#claims + 1] = scale_free(item, variables, spec.scale_free) end
  return claims
end

-- ---- trials

local function request(variables, point)
  local metrics, params = {}, {}
  for _, v in ipairs(variables) do
    (v.metric and metrics or params)[v.name] = point[v.name]
  end
  return { metrics = metrics, params = params }
end

-- nil: the claim held; "" : the rule refused the parameters; else what is wrong. Then the outcomes.
local function try(variables, claim, trial, counts)
  local outcomes = {}
  for i, point in ipairs(claim.inputs(trial)) do
    counts.runs = counts.runs + 1
    local outcome = yield(request(variables, point))
    outcomes[i] = outcome
    if outcome.stage == "refused" then
      counts.refusal = outcome.message
      return "", outcomes
    end
    if outcome.stage then return "there is no score: " .. outcome.message, outcomes end
  end
  return claim.judge(trial, outcomes[1], outcomes[2]), outcomes
end

local function literal(x) return type(x) == "number" and repr(x) or type(x) == "string" and fmt("%q", x) or host.tostring(x) end

local function paste(item, variables, claim, trial, outcomes)
  local lines = {}
  for i, point in ipairs(claim.inputs(trial)) do
    local metrics, params, outcome = {}, {}, outcomes[i]
    for _, v in ipairs(variables) do
      if v.metric then
        metrics[#metrics + 1] = fmt("[%q] = %s", v.name, literal(point[v.name]))
      else
        params[#params + 1] = v.name .. " = " .. literal(point[v.name])
      end
    end
    local parts = { fmt("name = %q", item.name .. (i == 1 and ": found" or ": found, too")) }
    if #metrics > 0 then parts[#parts + 1] = "metrics = { " .. table.concat(metrics, ", ") .. " }" end
    if #params > 0 then parts[#parts + 1] = "params = { " .. table.concat(params, ", ") .. " }" end
    if outcome and outcome.score then
      parts[#parts + 1] = "near = { score = " .. repr(outcome.score) .. " }"
      if not outcome.valid then parts[#parts + 1] = "valid = false" end
    else
      parts[#parts + 1] = "valid = true"
    end
    lines[i] = "{ " .. table.concat(parts, ", ") .. " },"
  end
  return lines
end

local function play(item, variables, claims, runs, seed)
  local counts = { runs = 0, trials = 0, refused = 0 }
  for run = 1, runs do
    local point = draw.point(variables)
    for _, claim in ipairs(claims) do
      local trial = { point = point }
      if claim.draw(trial) then
        local wrong = try(variables, claim, trial, counts)
        counts.trials = counts.trials + 1
        if wrong == "" then
          counts.refused = counts.refused + 1
        elseif wrong then
          local smallest, attempts = host.test_shrink.trial(variables, claim, trial, function(smaller)
            local still = try(variables, claim, smaller, counts)
            return still ~= nil and still ~= ""
          end)
          local why, outcomes = try(variables, claim, smallest, counts)
          return { ok = false, runs = counts.runs, failures = { why },
            note = fmt("input %d of %d, seed %d; made smaller in %d steps", run, runs, seed, attempts),
            paste = paste(item, variables, claim, smallest, outcomes) }
        end
      end
    end
  end
  if counts.trials == 0 or counts.refused > MAX_REFUSED * counts.trials then
    return { ok = false, runs = counts.runs, failures = { fmt("of %d inputs the rule refused %d, so that nothing is shown; narrow 'over'. It says: %s",
      counts.trials, counts.refused, counts.refusal or "nothing") } }
  end
  return { ok = true, runs = counts.runs }
end

-- The coroutine of a property, and the first input it wants.
function property.start(item, params, asked)
  local spec = item.spec
  local variables = draw.variables(item.where, spec.over, params)
  local claims = claims_of(item, variables)
  local runs, seed = asked and asked.runs or spec.runs or RUNS, asked and asked.seed or spec.seed or SEED
  draw.seed(seed)
  local routine = host.coroutine.create(play)
  local alive, first = host.coroutine.resume(routine, item, variables, claims, runs, seed)
  if not alive or first.ok ~= nil then -- it ended before the first run
    shape.fault(item.where, "%s", alive and first.failures[1] or host.tostring(first))
  end
  return routine, first
end

return property
