-- The environment of a rule: Lua's library without what reaches outside, shows an address or differs from run
-- to run. Tables go by sorted key, sorting is stable and counted, libraries cannot be changed.
local host = ...
local raise, metafield = host.raise, host.metafield
local raw_next, type, setmetatable, select, rawget, min = next, type, setmetatable, select, rawget, math.min

local MAX_LOAD_BYTES = 1 << 20

-- What our own kinds of table hold stands in them under a key that no rule can name or meet: pairs has its own
-- way through them and next refuses them. (Tables with weak keys would make the collector go through chains of
-- nodes again and again.)
local node_key, object_key = host.node_key, host.object_key
function host.node_of(x) if type(x) == "table" then return rawget(x, node_key) end end
function host.object_of(x) if type(x) == "table" then return rawget(x, object_key) end end

local rank = { number = 1, string = 2, boolean = 3 }

local function before(a, b)
  local x, y = rank[type(a)], rank[type(b)]
  if x ~= y then return x < y end
  if x == 3 then return not a and b end
  return a < b
end

local function less_than(a, b) return a < b end

-- Merge sort: the library's picks pivots by the clock, keeps equals in no order, and no hook looks into it.
local function sort(list, less)
  less = less or less_than
  local n, from, to, width = #list, {}, {}, 1
  for i = 1, n do
    from[i] = list[i]
    if from[i] == nil then raise("table.sort: item " .. i .. " is nil") end
  end
  while width < n do
    for left = 1, n, 2 * width do
      local middle, right = min(left + width, n + 1), min(left + 2 * width, n + 1)
      local i, j = left, middle
      for k = left, right - 1 do
        if i < middle and (j >= right or not less(from[j], from[i])) then
          to[k], i = from[i], i + 1
        else
          to[k], j = from[j], j + 1
        end
      end
    end
    from, to, width = to, from, 2 * width
  end
  for i = 1, n do list[i] = from[i] end
end

local function check_key(key)
  if not rank[type(key)] then
    raise("a " .. type(key) .. " as a key has no fixed order; go through such a table with ipairs")
  end
end

local function sorted_keys(t)
  local keys, n, plain = {}, 0, true
  for key in raw_next, t do
    check_key(key)
    n = n + 1
    keys[n] = key
    plain = plain and key == n
  end
  if not plain then sort(keys, before) end
  return keys, n
end

local function pairs(t)
  local own = metafield(t, "__pairs")
  if own then return own(t) end
  if type(t) ~= "table" then raise("bad argument #1 to 'pairs' (table expected, got " .. type(t) .. ")") end
  local keys, n = sorted_keys(t)
  local i = 0
  return function()
    while i < n do
      i = i + 1
      local value = t[keys[i]]
      if value ~= nil then return keys[i], value end
    end
  end, t, nil
end

local function next(t, key)
  if type(t) ~= "table" then raise("bad argument #1 to 'next' (table expected, got " .. type(t) .. ")") end
  if metafield(t, "__pairs") then raise "next goes through plain tables; use pairs" end
  local found
  if key ~= nil then check_key(key) end
  for candidate in raw_next, t do
    check_key(candidate)
    if (key == nil or before(key, candidate)) and (found == nil or before(candidate, found)) then
      found = candidate
    end
  end
  if found ~= nil then return found, t[found] end
end

local function readonly(name, t)
  return setmetatable({}, {
    __index = t,
    __newindex = function(_, key)
      raise(name .. "." .. host.tostring(key) .. " cannot be set: a rule cannot change " .. name)
    end,
    __pairs = function(self)
      local iterate = pairs(t)
      return iterate, self, nil -- and not t, which pairs would give away
    end,
    __name = name,
    __metatable = false,
  })
end

-- A name that is not in t is an error with the one that was meant, and not nil. Behind readonly(name, t).
local function closed(name, t)
  return setmetatable(t, { __index = function(_, key)
    local names = {}
    for candidate in raw_next, t do
      if type(candidate) == "string" then names[#names + 1] = candidate end
    end
    sort(names)
    local meant = type(key) == "string" and host.suggest(key, names)
    raise(("%s has no '%s'; %s"):format(name, host.tostring(key), meant and "did you mean '" .. meant .. "'?"
      or "it has " .. table.concat(names, ", ")))
  end })
end

local env = {}

-- Text only; a chunk sees the rule's environment unless it is given another.
local function load(chunk, _, mode, ...)
  if mode ~= nil and not (type(mode) == "string" and mode:find("t", 1, true)) then
    return nil, "only text can be loaded"
  end
  local text = chunk
  if type(chunk) == "function" then
    local pieces, size = {}, 0
    repeat
      local piece = chunk()
      if piece ~= nil and type(piece) ~= "string" then return nil, "reader function must return a string" end
      size = size + #(piece or "")
      if size > MAX_LOAD_BYTES then break end
      pieces[#pieces + 1] = piece
    until not piece or piece == ""
    if size > MAX_LOAD_BYTES then return nil, "a text of more than 1 MiB" end
    text = table.concat(pieces)
  elseif type(chunk) ~= "string" then
    raise("bad argument #1 to 'load' (string expected, got " .. type(chunk) .. ")")
  end
  if #text > MAX_LOAD_BYTES then return nil, "a text of more than 1 MiB" end
  if select("#", ...) > 0 then return host.compile(text, (...)) end
  return host.compile(text, env)
end

local function copy(library, without)
  local t = {}
  for name, value in raw_next, library do
    if not without[name] then t[name] = value end
  end
  return t
end

local function fill(safe)
  if not safe then
    setmetatable(env, { __index = _G })
    env.pairs, env.next, env.table = pairs, next, copy(table, {})
    env.table.sort = sort
  else
    for _, name in ipairs { "assert", "error", "ipairs", "rawequal", "rawget", "rawlen", "select", "type", "_VERSION" } do
      env[name] = _G[name]
    end
    env.pairs, env.next, env.load = pairs, next, load
    env.pcall, env.xpcall, env.tostring = host.pcall, host.xpcall, host.tostring
    env.tonumber = host.charged(tonumber)

    local charged = host.charged
    local s = copy(string, { dump = true })
    for name, guarded in raw_next, host.strings do s[name] = guarded end
    for _, name in ipairs { "byte", "lower", "upper", "reverse", "pack", "packsize", "unpack" } do s[name] = charged(s[name]) end
    local t = copy(table, {})
    t.sort, t.move = sort, host.table_move
    t.insert, t.remove = charged(t.insert, 3), charged(t.remove, 2)
    t.concat, t.unpack = charged(t.concat), charged(t.unpack)
    local u = copy(utf8, {})
    for _, name in ipairs { "len", "codepoint", "offset" } do u[name] = charged(u[name]) end
    env.string, env.table, env.utf8 = readonly("string", s), readonly("table", t), readonly("utf8", u)
    env.math = readonly("math", copy(math, { random = true, randomseed = true }))
    host.lock_strings(s) -- ("x"):rep must be the guarded one too
  end
  env._G = env
  env.require = host.require
  env.nkb = readonly("nkb", host.nkb)
end

return { env = env, fill = fill, pairs = pairs, sort = sort, readonly = readonly,
  closed = closed }
