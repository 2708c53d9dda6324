-- Make an input that breaks a claim as plain as it can be while it still breaks it: towards 0 or 1, to few digits,
-- to the first choice. What a test prints should be read at a glance.
local host = ...
local draw = host.test_draw
local floor, ceil, abs = math.floor, math.ceil, math.abs

local shrink = {}

local MAX_ATTEMPTS, MAX_PASSES, MAX_STEPS, MIN_DIGITS, MAX_DIGITS = 600, 3, 60, 3, 6

-- The plainest value of a variable.
local function plainest(v)
  for _, x in ipairs { 0, 1 } do
    if v.low <= x and x <= v.high then return draw.fit(v, x) end
  end
  return v.low > 0 and v.low or v.high
end

-- x to so many digits, away from `from`; nil where that leaves the range.
local function rounded(v, x, from, digits)
  if x == 0 or v.whole then return nil end
  local unit = 10.0 ^ (floor(math.log(abs(x), 10)) - digits + 1)
  local r = (x > from and ceil(x / unit) or floor(x / unit)) * unit
  r = tonumber(("%." .. digits .. "g"):format(r))
  if r ~= x and v.low <= r and r <= v.high then return r end
end

-- The plainest value for which fails(x) is true; x is one.
local function shrink_number(v, x, fails)
  local passes = plainest(v)
  if x == passes then return x end
  if fails(passes) then return passes end
  for _ = 1, MAX_STEPS do
    local middle = passes + (x - passes) / 2
    if v.wide and passes > 0 and x > 0 then middle = math.sqrt(passes) * math.sqrt(x) end
    middle = draw.fit(v, middle)
    if middle == x or middle == passes or abs(x - passes) <= 1e-7 * abs(x) then break end
    if fails(middle) then x = middle else passes = middle end
  end
  for digits = MIN_DIGITS, MAX_DIGITS do
    local r = rounded(v, x, passes, digits)
    if r and fails(r) then return r end
  end
  return x
end

local function shrink_choice(v, x, fails)
  for _, choice in ipairs(v.choices) do
    if choice == x then return x end
    if fails(choice) then return choice end
  end
  return x
end

-- Any of these that still fails, the first.
local function first_of(v, candidates, x, fails)
  for _, candidate in ipairs(candidates) do
    candidate = draw.fit(v, candidate)
    if candidate == x then return x end
    if fails(candidate) then return candidate end
  end
  return x
end

-- trial: { point = { name → value }, low, high (of claim.variable), factor }; still_fails(trial) runs it. Returns the
-- plainest that fails, and how many were tried.
function shrink.trial(variables, claim, trial, still_fails)
  local attempts = 0

  local function with(change)
    local copy = { point = {}, low = trial.low, high = trial.high, factor = trial.factor }
    for name, value in pairs(trial.point) do copy.point[name] = value end
    change(copy)
    return copy
  end
  local function attempt(change)
    if attempts >= MAX_ATTEMPTS then return false end
    local copy = with(change)
    if claim.variable and not (copy.low < copy.high) then return false end
    attempts = attempts + 1
    return still_fails(copy)
  end

  for _ = 1, MAX_PASSES do
    local changed = false
    local function settle(before, after, change)
      if after ~= before then
        trial, changed = with(function(copy) change(copy, after) end), true
      end
    end
    local function try(v, before, how, change)
      settle(before, how(v, before, function(x) return attempt(function(copy) change(copy, x) end) end), change)
    end

    for _, v in ipairs(variables) do
      if v ~= claim.variable then
        try(v, trial.point[v.name], v.choices and shrink_choice or shrink_number, function(copy, x) copy.point[v.name] = x end)
      end
    end
    local v = claim.variable
    if v then
      try(v, trial.low, shrink_number, function(copy, x) copy.low = x end)
      local low = trial.low
      local candidates = { low + 1, low * 2 }
      for digits = 1, MAX_DIGITS do candidates[#candidates + 1] = rounded(v, trial.high, low, digits) end
      try(v, trial.high, function(_, x, fails) return first_of(v, candidates, x, fails) end, function(copy, x) copy.high = x end)
    end
    if trial.factor and trial.factor ~= 2 and attempt(function(copy) copy.factor = 2 end) then
      trial, changed = with(function(copy) copy.factor = 2 end), true
    end
    if not changed then break end
  end
  return trial, attempts
end

return shrink
