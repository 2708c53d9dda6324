-- The tables of `make bench`: every figure is of a process of its own, measured by tests/bench/measure.c, the
-- fastest of some rounds; ratios are between figures of the same run. Time per instruction and the ratio to cat
-- are of processor time, which other work on the machine disturbs least; seconds and the gain of two cores are
-- what a clock on the wall says. Lines are printed as they are known.
local data = arg[1]
local BUILD, CORPUS = os.getenv "BUILD", os.getenv "CORPUS"
local program = BUILD .. "/nkibench"

local function quote(s)
  return "'" .. s:gsub("'", "'\\''") .. "'"
end

local function read(command)
  local pipe <close> = assert(io.popen(command))
  return pipe:read "a"
end

-- { wall, cpu, peak, faults }, or nil when the command cannot run here.
local function measure(rounds, ...)
  local words = { quote(BUILD .. "/bench/measure"), tostring(rounds) }
  for _, word in ipairs { ... } do
    words[#words + 1] = quote(word)
  end
  local wall, cpu, peak, faults = read(table.concat(words, " ") .. " 2>/dev/null"):match "(%S+) (%S+) (%S+) (%S+)"
  return wall and { wall = tonumber(wall), cpu = tonumber(cpu), peak = tonumber(peak), faults = tonumber(faults) }
end

local function out(format, ...)
  print((string.format(format, ...):gsub(" +$", "")))
  io.stdout:flush()
end

local function size_of(path)
  return tonumber((read("find " .. quote(path) .. " -type f -printf '%s\\n' | awk '{ n += $1 } END { print n }'")))
end

-- Slope of log y over log x by least squares: 1 is linear.
local function exponent(points)
  local n, sx, sy, sxx, sxy = #points, 0, 0, 0, 0
  for _, p in ipairs(points) do
    local x, y = math.log(p[1]), math.log(p[2])
    sx, sy, sxx, sxy = sx + x, sy + y, sxx + x * x, sxy + x * y
  end
  return (n * sxy - sx * sy) / (n * sxx - sx * sx)
end

local function hlo(rounds, jobs, path)
  return assert(measure(rounds, program, "hlo", "--no-settings", "--quiet", "--jobs", tostring(jobs), path))
end

-- As wall clock of one thread by that of two.
local function gain(rounds, path)
  local one, two = math.huge, math.huge
  for _ = 1, rounds do -- in turns, so that both have the same chances
    one = math.min(one, hlo(1, 1, path).wall)
    two = math.min(two, hlo(1, 2, path).wall)
  end
  return one / two
end

local function cat(rounds, path)
  local list = data .. "/files"
  read("find " .. quote(path) .. " -type f -print0 > " .. quote(list))
  return assert(measure(rounds, "xargs", "-0", "-a", list, "cat"))
end

local empty = hlo(5, 1, CORPUS and read("test -d " .. quote(CORPUS .. "/own") .. " && echo y") ~= ""
  and CORPUS .. "/own/models/complex_dot.hlo_module.pb" or data .. "/module_1000.hlo_module.pb")

out("%s cores, %s, load %s", read("nproc"):match "%d+",
  read("sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1"):match "[^\n]*",
  read("cut -d' ' -f1 /proc/loadavg"):match "%S+")
out("nkibench hlo on one small module: %.1f ms, %.1f MB, %d page faults; what it takes to start is in every row below",
  empty.wall * 1e3, empty.peak / 1e6, empty.faults)
out("a loop that touches no memory is %s times as fast in two threads (of %s ms in one): the most that there is to gain",
  read(quote(BUILD .. "/bench/two_cores") .. " 20"):match "(%S+) (%S+)")

-- Many files -------------------------------------------------------------------------------------------------

local INSTRUCTIONS = { cache_16 = 6000, cache_128 = 6000, cache_1024 = 6000, cache_4096 = 220 }
out("")
out("%-26s %8s %9s %9s %6s %7s %9s %7s %9s %7s", "Caches, protobuf", "MB", "seconds", "MB/s", "ns/in", "peak MB",
  "faults", "cat s", "x cat", "2 cores")
local growth = {}
for _, name in ipairs { "cache_16", "cache_128", "cache_1024", "cache_4096" } do
  local path, files = data .. "/" .. name, tonumber(name:match "%d+")
  local rounds = files < 1000 and 9 or 5
  local bytes, c = size_of(path), cat(rounds + 1, path)
  local one = hlo(rounds, 1, path)
  local instructions = files * INSTRUCTIONS[name]
  if INSTRUCTIONS[name] == 6000 then
    growth[#growth + 1] = { files, one.cpu }
  end
  out("%-26s %8.1f %9.3f %9.1f %6.0f %7.1f %9d %7.3f %8.1fx %6.2fx", files .. " files of " .. bytes // files // 1000 .. " KB",
    bytes / 1e6, one.wall, bytes / 1e6 / one.wall, one.cpu * 1e9 / instructions, one.peak / 1e6, one.faults, c.wall,
    one.cpu / c.cpu, gain(files == 1024 and 15 or 40, path))
end
out("time grows as files^%.3f from 16 to 1024", exponent(growth))
local copied = cat(9, data .. "/cache_128").cpu
for _, dimensions in ipairs { "scope", "module,computation,opcode,kernel,scope,source,dtype,shape,instruction" } do
  local cpu = assert(measure(9, program, "hlo", "--no-settings", "--quiet", "--jobs", "1", "--by", dimensions,
    data .. "/cache_128")).cpu
  out("128 files and where their counts belong, by %s: %.0f ns/in, %.1fx cat",
    dimensions == "scope" and "scope" or "all nine dimensions", cpu * 1e9 / 128 / INSTRUCTIONS.cache_128, cpu / copied)
end

-- One large module -------------------------------------------------------------------------------------------

local function modules(title, suffix, sizes)
  out("")
  out("%-26s %8s %9s %9s %6s %7s %9s %7s %9s %7s", title, "MB", "seconds", "MB/s", "ns/in", "peak MB", "faults", "cat s",
    "x cat", "bytes/in")
  local points, gains = {}, nil
  for _, n in ipairs(sizes) do
    local path = string.format("%s/module_%d.%s", data, n, suffix)
    local rounds = n < 1000000 and 9 or 5
    local bytes, c, one = size_of(path), cat(rounds, path), hlo(rounds, 1, path)
    if n >= 64000 then -- below, starting is most of it
      points[#points + 1] = { n, one.cpu }
    end
    out("%-26s %8.1f %9.3f %9.1f %6.0f %7.1f %9d %7.3f %8.1fx %7.0f", n .. " instructions", bytes / 1e6, one.wall,
      bytes / 1e6 / one.wall, one.cpu * 1e9 / n, one.peak / 1e6, one.faults, c.wall, one.cpu / c.cpu,
      (one.peak - empty.peak) / n)
    if n >= 1000000 then -- read by as many threads as there are
      gains = gain(7, path)
    end
  end
  out("time grows as instructions^%.3f from 64000 on", exponent(points))
  if gains then
    out("two cores: the longest module %.2f times as fast, one of 500 computations of 4000 instructions %.2f times", gains,
      gain(9, data .. "/computations_500.hlo_module.pb"))
  end
end
modules("One module, protobuf", "hlo_module.pb", { 1000, 8000, 64000, 512000, 4000000 })
modules("One module, text", "hlo", { 8000, 64000, 512000 })

-- Without the program around them: the files again and again in one process, so that no page is new ------------

out("")
out("Readers and analysis in one process, memory warm")
local function warm(title, kind, command)
  local line = read(command:gsub("^READER", quote(BUILD .. "/bench/time_reader") .. " " .. kind))
  out("%-26s%s", title, line:match "[^\n]*" or "")
end
warm("protobuf, 64 modules", "hlo", "find " .. quote(data .. "/cache_128") .. " -name '*.pb' | sort | head -n 64 | xargs "
  .. quote(BUILD .. "/bench/time_reader") .. " hlo")
warm("protobuf, one module", "hlo", "READER " .. quote(data .. "/module_512000.hlo_module.pb"))
warm("text, one module", "hlo", "READER " .. quote(data .. "/module_64000.hlo"))
if read("test -d " .. quote(CORPUS .. "/own/models") .. " && echo y") ~= "" then
  warm("protobuf, the corpus", "hlo", "find " .. quote(CORPUS .. "/own/models") .. " -name '*.pb' -print0 | xargs -0 "
    .. quote(BUILD .. "/bench/time_reader") .. " hlo")
  warm("text, the corpus", "hlo", "READER " .. CORPUS .. "/public/hlo_text/hlo_llama31_*.hlo")
end

-- The rest of the program ------------------------------------------------------------------------------------

out("")
out("%-44s %10s %9s %9s %9s", "The program", "ms", "MB/s", "peak MB", "faults")
local function row(title, m, bytes)
  if m then
    out("%-44s %10.2f %9s %9.1f %9d", title, m.wall * 1e3, bytes and string.format("%.0f", bytes / 1e6 / m.wall) or "",
      m.peak / 1e6, m.faults)
  else
    out("%-44s %10s", title, "not here")
  end
  return m
end
local example = read("cd examples/first_score && pwd"):match "[^\n]+"
row("score of examples/first_score, cold process", measure(50, "sh", "-c", "cd " .. quote(example) .. " && exec "
  .. quote(program) .. " --quiet --output " .. quote(data .. "/r.json") .. " --training-output " .. quote(data .. "/t.json")))
row("nkibench --version", measure(50, program, "--version"))
row("sh -c : (what starting any program takes)", measure(50, "sh", "-c", ":"))
row("python3 -c pass (what any script starts with)", measure(5, "python3", "-c", "pass"))
local logs, steps = {}, {}
for _, n in ipairs { 6500, 52000, 416000 } do
  local path = string.format("%s/log_%d.log", data, n)
  local bytes = size_of(path)
  local m = row(string.format("log, %d steps, %.1f MB", n, bytes / 1e6),
    assert(measure(7, program, "log", "--no-settings", "--quiet", path)), bytes)
  logs[n], steps[#steps + 1] = m, { n, m.cpu }
end
local log = data .. "/log_416000.log"
-- Through a pipe: a grep that writes to /dev/null stops at the first match.
local grep = row("grep -c reduced_train_loss of the longest",
  assert(measure(7, "sh", "-c", "grep -c reduced_train_loss " .. quote(log) .. " | cat")), size_of(log))
out("log: %.2fx grep; time grows as steps^%.3f", logs[416000].cpu / grep.cpu, exponent(steps))
local large, protos = data .. "/module_512000.hlo_module.pb", CORPUS .. "/public/protos"
row("protoc --decode, 512000 instructions", read("command -v protoc; test -d " .. quote(protos) .. " && echo y") ~= ""
  and measure(1, "sh", "-c", "protoc -I " .. quote(protos) .. " --decode=xla.HloModuleProto xla/service/hlo.proto < "
    .. quote(large)) or nil, size_of(large))
