-- The arithmetic of nodes: from a list of numbers to one, left to right, in doubles, so that a node has the bits
-- of the same formula written out in Lua. Where there is no such number: nil and what is wrong.
local host = ...
local math_type = math.type

-- Two at a time.
local fold = {
  sum = function(a, b) return a + b end,
  difference = function(a, b) return a - b end,
  product = function(a, b) return a * b end,
  power = function(a, b) return a ^ b end,
  min = function(a, b) return b < a and b or a end,
  max = function(a, b) return b > a and b or a end,
}

local function folded(op, values)
  local result = values[1] + 0.0
  for i = 2, #values do result = fold[op](result, values[i] + 0.0) end
  return result
end

local compute = {}

for op in pairs(fold) do compute[op] = function(values) return folded(op, values) end end

function compute.mean(values) return folded("sum", values) / #values end

function compute.geomean(values)
  local sum = 0.0
  for _, x in ipairs(values) do
    if not (x > 0) then return nil, "a geometric mean takes numbers above 0" end
    sum = sum + math.log(x)
  end
  return math.exp(sum / #values)
end

function compute.harmonic(values)
  local sum = 0.0
  for _, x in ipairs(values) do
    if not (x > 0) then return nil, "a harmonic mean takes numbers above 0" end
    sum = sum + 1 / x
  end
  return #values / sum
end

local function ascending(values)
  local sorted = {}
  for i, x in ipairs(values) do sorted[i] = x + 0.0 end
  host.base.sort(sorted)
  return sorted
end

function compute.median(values)
  local sorted, n = ascending(values), #values
  if n % 2 == 1 then return sorted[n // 2 + 1] end
  return (sorted[n // 2] + sorted[n // 2 + 1]) / 2
end

-- Numbers lie at 0, 1, … n-1; between two of them the line is straight. The steps are those of numpy.percentile,
-- by which the contests' harnesses take their p99.
function compute.percentile(values, data)
  local sorted = ascending(values)
  local place = (#sorted - 1) * (data.at / 100)
  local below = math.floor(place)
  local a, b, share = sorted[below + 1], sorted[below + 2], place - below
  if not b then return a end
  if share >= 0.5 then return b - (b - a) * (1 - share) end
  return a + (b - a) * share
end

-- The mean of what is left when one lowest and one highest are taken away, in the order of the list
-- (mlcommons/training_policies: drop the fastest and the slowest run).
function compute.olympic(values)
  if #values < 3 then return nil, "an olympic mean takes 3 numbers or more" end
  local low, high = 1, 1
  for i, x in ipairs(values) do
    if x < values[low] then low = i end
    if x >= values[high] then high = i end -- of equals the last, so that it is never the lowest itself
  end
  local sum
  for i, x in ipairs(values) do
    if i ~= low and i ~= high then sum = (sum or 0.0) + x end
  end
  return sum / (#values - 2)
end

-- The first value among all that follow it: one more than there are better ones, so that equals share a rank.
function compute.rank(values, data)
  local own, better = values[1], 0
  for i = 2, #values do
    if data.lower and values[i] < own or not data.lower and values[i] > own then better = better + 1 end
  end
  return better + 1.0
end

compute["rank points"] = function(values, data)
  return (data.points[math.tointeger(compute.rank(values, data))] or 0) + 0.0
end

function compute.ratio(values)
  local a, b = values[1], values[2]
  if b == 0 then return nil, "division by zero" end
  if math_type(a) == "integer" and math_type(b) == "integer" then return host.ratio(a, b) end -- rounded once
  return a / b
end

compute["floor ratio"] = function(values)
  if values[2] == 0 then return nil, "division by zero" end
  return (values[1] + 0.0) // (values[2] + 0.0)
end

compute.remainder = function(values)
  if values[2] == 0 then return nil, "division by zero" end
  return (values[1] + 0.0) % (values[2] + 0.0)
end

function compute.negative(values) return -(values[1] + 0.0) end

function compute.clamp(values)
  local x, low, high = values[1] + 0.0, values[2] + 0.0, values[3] + 0.0
  return x < low and low or x > high and high or x
end

function compute.weighted(values, data)
  local result
  for i, x in ipairs(values) do
    local term = data.weight_values[i] * (x + 0.0)
    result = i == 1 and term or result + term
  end
  return result
end

return compute
