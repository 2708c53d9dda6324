-- Runs the scalar control flow of a computation: integers, truth values and tuples are really computed, everything else
-- is unknown. So a loop's trip count is what happens, not what follows from a formula.
local model = require "model"

local run = {}

local UNKNOWN = setmetatable({}, { __tostring = function() return "unknown" end })
local STEPS_MAX = 20000 -- instructions looked at for one loop
local INNER_TRIPS_MAX = 300 -- of a loop run inside of another

local steps, wrapped
local endless = setmetatable({}, { __mode = "k" }) -- inner loops that went on longer

local function is_integer(type)
  return type ~= "pred" and (type:sub(1, 1) == "s" or type:sub(1, 1) == "u")
end

-- The result of exact arithmetic as its type holds it. `sound` is false when 64 bits were not enough to be exact.
local function fit(type, value, sound)
  local kept = model.held(type, value)
  if kept ~= value or not sound then wrapped = true end
  return kept
end

-- Did a + b leave the 64 bits of the type?
local function sum_is_sound(type, a, b)
  local sum = a + b
  if type == "u64" then return not math.ult(sum, a) end
  return (a < 0) ~= (b < 0) or (sum < 0) == (a < 0)
end

local function difference_is_sound(type, a, b)
  if type == "u64" then return not math.ult(a, b) end
  local difference = a - b
  return (a < 0) == (b < 0) or (difference < 0) == (a < 0)
end

local function less(type, a, b)
  if type == "u64" then return math.ult(a, b) end
  return a < b
end

local integer = {}
function integer.add(type, a, b) return fit(type, a + b, sum_is_sound(type, a, b)) end
function integer.subtract(type, a, b) return fit(type, a - b, difference_is_sound(type, a, b)) end
function integer.multiply(type, a, b)
  local exact = math.abs((a + 0.0) * b) < 2.0 ^ 62
  return fit(type, a * b, exact)
end
function integer.maximum(type, a, b) return less(type, a, b) and b or a end
function integer.minimum(type, a, b) return less(type, a, b) and a or b end
function integer.divide(_, a, b)
  if b == 0 then return UNKNOWN end
  local q = math.abs(a) // math.abs(b) -- towards zero
  return (a < 0) ~= (b < 0) and -q or q
end

local compare = {
  EQ = function(_, a, b) return a == b end,
  NE = function(_, a, b) return a ~= b end,
  LT = function(type, a, b) return less(type, a, b) end,
  GT = function(type, a, b) return less(type, b, a) end,
  LE = function(type, a, b) return not less(type, b, a) end,
  GE = function(type, a, b) return not less(type, a, b) end,
}

local evaluate

-- Trips and the state after them. With no end in sight or an unknown condition, the trips so far and nil.
local function run_loop(loop, state, trips_max)
  local trips = 0
  while true do
    local more = evaluate(loop.calls[2], { state })
    if more == UNKNOWN then return steps > STEPS_MAX and trips or nil, nil end
    if not more then return trips, state end
    if steps > STEPS_MAX or trips == trips_max then return trips + 1, nil end
    state = evaluate(loop.calls[1], { state })
    trips = trips + 1
  end
end

local function value_of(instruction, values, arguments)
  local op, type = instruction.op, instruction.shape.type
  local args = {}
  for i, arg in ipairs(instruction.args) do args[i] = values[arg] end
  local first, second = args[1], args[2]

  if op == "parameter" then return arguments[instruction.number + 1] end
  if op == "constant" then
    if instruction.value == nil then return UNKNOWN end
    return instruction.value
  end
  if op == "tuple" then return args end
  if op == "get-tuple-element" then return first == UNKNOWN and UNKNOWN or first[instruction.index + 1] end
  if op == "copy" or op == "opt-barrier" then return first end
  if op == "call" or op == "fusion" then return evaluate(instruction.calls[1], args) end
  if op == "while" then
    if endless[instruction] then return UNKNOWN end
    local _, state = run_loop(instruction, first, INNER_TRIPS_MAX)
    endless[instruction] = not state or nil
    return state or UNKNOWN
  end
  if op == "bitcast" or op == "reshape" then
    if #instruction.shape.dims == 0 and instruction.args[1].shape.type == type then return first end
    return UNKNOWN
  end
  for _, arg in ipairs(args) do
    if arg == UNKNOWN then return UNKNOWN end
  end
  if instruction.shape.tuple or #instruction.shape.dims > 0 then return UNKNOWN end
  if op == "compare" and is_integer(instruction.args[1].shape.type) then
    return compare[instruction.direction](instruction.args[1].shape.type, first, second)
  end
  if type == "pred" then
    if op == "not" then return not first end
    if op == "and" then return first and second end
    if op == "or" then return first or second end
  elseif op == "select" then
    if first then return second end
    return args[3]
  elseif is_integer(type) then
    if op == "negate" then return integer.subtract(type, 0, first) end
    if op == "convert" and is_integer(instruction.args[1].shape.type) then return fit(type, first, true) end
    if integer[op] then return integer[op](type, first, second) end
  end
  return UNKNOWN
end

-- The root of a computation for these arguments.
function evaluate(computation, arguments)
  local values = {}
  for _, instruction in ipairs(computation.list) do
    steps = steps + 1
    if steps > STEPS_MAX then return UNKNOWN end
    values[instruction] = value_of(instruction, values, arguments)
    assert(values[instruction] ~= nil, instruction.name)
  end
  return values[computation.root]
end

-- For each while of a computation of which nothing but its text is known: { trips, at_least, wrapped }. No trips when
-- they depend on anything else; at_least those that are sure where no end came in sight; wrapped when arithmetic left
-- its type on the way.
function run.loops(computation)
  local found, values, arguments = {}, {}, {}
  for i = 1, #computation.params do arguments[i] = UNKNOWN end
  for _, instruction in ipairs(computation.list) do
    steps, wrapped = 0, false
    if instruction.op == "while" then
      local trips, state = run_loop(instruction, values[instruction.args[1]])
      found[instruction] = { trips = state and trips, at_least = not state and trips or nil, wrapped = wrapped }
      values[instruction] = state or UNKNOWN
    else
      values[instruction] = value_of(instruction, values, arguments)
    end
  end
  return found
end

return run
