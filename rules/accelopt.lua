-- NKIBench as AccelOpt grades it (facts published with AccelOpt, 2025):
--   of a kernel   percent of peak = 100 * max(T_mem, T_matmul, T_vector) / latency, where each T is the work over its peak
--   score         the geometric mean of base latency / latency, or the mean percent of peak (--summary peak)
-- Peaks are a Trainium core's: 410 GiB/s, 23.75 TFLOP/s fp32 matmul, 286.8 GFLOP/s vector.
-- --matrix: kernel, latency_us; base_latency_us for speedup; bytes, matmul_flops, vector_flops for peak, an empty one being
-- none; correct where it is known. A time may be in another unit.
local runs = require "lib.runs"

local function read(m, p)
  local needed = { "kernel", "latency_us" }
  local works = p.summary == "peak" and { "bytes", "matmul_flops", "vector_flops" } or { "base_latency_us" }
  for _, name in ipairs(works) do needed[#needed + 1] = name end
  local rows = runs.open(m, needed)
  runs.unique(rows, "kernel")
  local good, wrong = {}, {}
  for _, row in ipairs(rows) do
    local bad = row.columns.correct and not runs.verdict(row, "correct")
    if bad then wrong[#wrong + 1] = runs.label(row, "kernel") else good[#good + 1] = row end
  end
  return good, wrong
end

-- Each kind of work, its column, the peak's parameter, and what one of the peak's unit is a second.
local works = {
  { "memory time", "bytes", "peak_bandwidth", 1024.0 ^ 3 },
  { "matmul time", "matmul_flops", "peak_matmul", 1e12 },
  { "vector time", "vector_flops", "peak_vector", 1e9 },
}

-- The time the kernel's work takes at the peaks, in µs.
local function least_time(t, row)
  local times = {}
  for _, work in ipairs(works) do
    local name, column, peak, scale = table.unpack(work)
    if runs.value(row, column) ~= nil then
      local amount = runs.node(t, row, column)
      if amount.value < 0 then nkb.refuse(("%s: '%s' is negative"):format(runs.where(row), column)) end
      times[#times + 1] = t:value(name, amount / (t:param(peak) * scale) * 1e6)
    end
  end
  if #times == 0 then nkb.refuse(runs.where(row) .. ": no work at all; bytes, matmul_flops or vector_flops is expected") end
  return t:max("least time", times)
end

local function percent_of_peak(t, row)
  local reached = t:ratio("part reached", least_time(t, row), runs.time(t, row, "latency_us"))
  return t:value(runs.label(row, "kernel"), t:value("peak", 100, "%") * reached)
end

return {
  api = 1,
  name = "accelopt",
  version = "1.0.0",
  about = "Geometric mean speedup of kernels, or % of peak",
  needs = { "runs" },
  params = {
    summary = { "speedup", "what the score is", choices = { "speedup", "peak" } },
    peak_bandwidth = { 410.0, "peak of memory", unit = "GiB/s", above = 0 },
    peak_matmul = { 23.75, "peak of fp32 matrix products", unit = "TFLOP/s", above = 0 },
    peak_vector = { 286.8, "peak of vector work", unit = "GFLOP/s", above = 0 },
  },

  check = function(m, p, c)
    local good, wrong = read(m, p)
    if #good == 0 then nkb.refuse(runs.file(m) .. ": no kernel is correct; there is nothing to score") end
    c:require(#wrong == 0, "not correct, and not in the score shown: " .. runs.list(wrong),
      runs.has(m, "correct") and "every kernel is correct" or "no kernel is known to be wrong")
    if not runs.has(m, "correct") then c:advise(false, "no column 'correct': nothing says that the kernels are right") end
  end,

  score = function(m, p, t)
    local list = {}
    for i, row in ipairs((read(m, p))) do
      list[i] = p.summary == "peak" and percent_of_peak(t, row)
        or runs.speedup(t, runs.label(row, "kernel"), row, "base_latency_us", "latency_us")
    end
    if p.summary == "peak" then return t:mean("score", list), "peak" end
    return t:geomean("score", list), "speedup"
  end,
}
