-- Any grouping of any files into parts makes what one process makes of them: the same output, the same talk, the same
-- exit code. Usage: lua5.4 groupings.lua ROUNDS SEED, in a folder with the files; arg 3 and on are what may be given.
-- Each round picks some, deals them out (some twice, some left as they are), scans each heap, as shards or whole,
-- merges some parts into others, and compares.
local rounds, seed = tonumber(arg[1]), tonumber(arg[2])
local things = table.move(arg, 3, #arg, 1, {})
math.randomseed(seed)

local nkibench = os.getenv "NKIBENCH" or "nkibench"
local views = {
  "hlo --json --no-settings", "hlo --no-settings", "metrics hlo --no-settings --log-file log",
  "hlo --json --any-form --dedupe", "hlo --by module,opcode,kernel,dtype,computation --count xla",
  "hlo --by scope,source,instruction --json --top 15", "hlo roofline", "hlo advise",
}

local function quote(list)
  local out = {}
  for i, text in ipairs(list) do out[i] = "'" .. text:gsub("'", [['\'']]) .. "'" end
  return table.concat(out, " ")
end

local function run(command, files)
  local full = ("%s %s > out 2> err"):format(nkibench, command:gsub("^metrics (.*)$", function(rest)
    local flags = {}
    for i, file in ipairs(files) do flags[i] = "--hlo " .. quote { file } end
    files = flags
    return "metrics " .. rest
  end) .. " " .. (files[1] and files[1]:find "^%-%-hlo" and table.concat(files, " ") or quote(files)))
  local _, _, code = os.execute(full)
  local texts = {}
  for i, name in ipairs { "out", "err" } do
    local f <close> = assert(io.open(name, "rb"))
    texts[i] = f:read "a"
  end
  return { out = texts[1], err = texts[2], code = code, command = full }
end

-- The path of the part; nil when there is none, as of nothing but a named file that is no good.
local part_count
local function scan(files, shard)
  part_count = part_count + 1
  local path = ("part%03d.nkb"):format(part_count)
  os.remove(path)
  local result = run(("hlo --scan --quiet -o %s %s"):format(path, shard and "--shard " .. shard or ""), files)
  local f = io.open(path, "rb")
  if not f and result.code == 1 and #files == 1 and files[1]:find "bad" and not shard then return nil end
  if not f then error(result.command .. "\n" .. result.err) end
  f:close()
  return path
end

local function shuffle(list)
  for i = #list, 2, -1 do
    local k = math.random(i)
    list[i], list[k] = list[k], list[i]
  end
  return list
end

local function pick()
  local picked = {}
  for _, thing in ipairs(shuffle(table.move(things, 1, #things, 1, {}))) do
    if #picked == 0 or math.random() < 0.6 then picked[#picked + 1] = thing end
  end
  return picked
end

-- What the last command gets instead of the picked files.
local function deal(picked)
  local heaps, given, sharded = {}, {}, {}
  for i = 1, math.random(5) do heaps[i] = {} end
  for _, thing in ipairs(picked) do
    if math.random() < 0.15 then
      given[#given + 1] = thing
    else
      for _ = 1, math.random() < 0.2 and 2 or 1 do
        local heap = heaps[math.random(#heaps)]
        heap[#heap + 1] = thing
      end
    end
  end
  local parts = {}
  for _, heap in ipairs(heaps) do
    local name = quote(heap)
    if #heap > 0 and math.random() < 0.5 and not sharded[name] then
      sharded[name] = true
      local n = math.random(4)
      for i = 1, n do parts[#parts + 1] = scan(heap, i .. "/" .. n) end
    elseif #heap > 0 then
      local part = scan(heap)
      if part then parts[#parts + 1] = part else given[#given + 1] = heap[1] end
    end
  end
  while #parts > 1 and math.random() < 0.4 do
    shuffle(parts)
    local some = {}
    for _ = 1, math.random(2, #parts) do some[#some + 1] = table.remove(parts) end
    parts[#parts + 1] = scan(some)
  end
  return shuffle(table.move(parts, 1, #parts, #given + 1, given))
end

for round = 1, rounds do
  part_count = 0
  local picked = pick()
  local dealt = deal(picked)
  for _, view in ipairs(views) do
    local one, many = run(view, picked), run(view, dealt)
    for _, what in ipairs { "code", "out", "err" } do
      if one[what] ~= many[what] then
        io.stdout:write(("round %d of seed %d: %s differs\n%s\n%s\n%s\n%s\n"):format(round, seed, what, one.command,
          tostring(one[what]):sub(1, 2000), many.command, tostring(many[what]):sub(1, 2000)))
        os.exit(1)
      end
    end
  end
end
