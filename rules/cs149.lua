-- Stanford CS149, assignment 4 on Trainium 2 (stanford-cs149/asst4-trainium2, part2/test_harness.py, 2024/25):
--   each correctness test   2.5 points when it passes
--   each timed test         only when all correctness tests pass: full points at p99 <= the optimised threshold, 0.95 of them
--                           at <= the relaxed one, else 0 (the harness's message says 90 %, its code takes 0.95)
-- --matrix: test, passed; of timed tests latency_us (or in another unit), their points (or --timed-points), and their
-- thresholds: optimised_us and relaxed_us, or size and dtype of one that is known below.
local runs = require "lib.runs"

-- { relaxed, optimised } in µs by image size and type.
local known = {
  ["224 fp32"] = { 4964.0, 4596.0 },
  ["224 fp16"] = { 1365.0, 1002.0 },
  ["32"] = { 110.0, 84.0 },
}

local function builtin(row)
  local size, dtype = runs.text(row, "size"), runs.text(row, "dtype")
  if not size then return nil end
  local type = dtype and dtype:lower():gsub("^float", "fp")
  return known[size .. " " .. (type or "")] or known[size]
end

-- A row is of a timed test when it has a time or thresholds.
local function is_timed(row)
  for _, name in ipairs { "latency_ns", "latency_us", "latency_ms", "latency_s", "optimised_us", "relaxed_us", "size" } do
    if runs.value(row, name) ~= nil then return true end
  end
  return false
end

local function read(m)
  local rows = runs.open(m, { "test", "passed" })
  runs.unique(rows, "test")
  local correctness, timed, failed = {}, {}, {}
  for _, row in ipairs(rows) do
    local list = is_timed(row) and timed or correctness
    list[#list + 1] = row
    row.passed = runs.verdict(row, "passed")
    if not row.passed then failed[#failed + 1] = runs.label(row, "test") end
  end
  return correctness, timed, failed
end

local function all_pass(rows)
  for _, row in ipairs(rows) do
    if not row.passed then return false end
  end
  return true
end

local function threshold(t, row, column, position)
  if runs.value(row, column) ~= nil then return runs.positive(t, row, column) end
  local limits = builtin(row)
  if limits then return t:value(column, limits[position], "us") end
  nkb.refuse(("%s: no threshold '%s'; the column, or size and dtype of a known test, is expected"):format(runs.where(row), column))
end

local function full_points(t, row)
  if runs.value(row, "points") ~= nil then return runs.node(t, row, "points") end
  return t:param "timed_points"
end

local function timed_points(t, p, row, counts)
  local name, points = runs.label(row, "test"), full_points(t, row)
  if not counts or not row.passed then return t:product(name, { points, { "not timed", 0.0 } }) end
  local latency = runs.time(t, row, "latency_us")
  local share = latency <= threshold(t, row, "optimised_us", 2) and 1.0 or latency <= threshold(t, row, "relaxed_us", 1) and p.relaxed_share or 0.0
  return t:product(name, { points, { "share", share } })
end

return {
  api = 1,
  name = "cs149",
  version = "1.0.0",
  about = "Points for tests passed and thresholds reached",
  needs = { "runs" },
  params = {
    correctness_points = { 2.5, "of each correctness test", min = 0 },
    timed_points = { kind = "number", "of each timed test, where the table has no points", min = 0 },
    relaxed_share = { 0.95, "share of the points at the relaxed threshold", min = 0, max = 1 },
  },

  check = function(m, _, c)
    local correctness, timed, failed = read(m)
    c:advise(#failed == 0, "failed, 0 points: " .. runs.list(failed), "every test passes")
    if #timed > 0 and not all_pass(correctness) then c:note "a correctness test failed: nothing is timed" end
    c:advise(#correctness > 0, "no correctness test in the table: nothing but 'passed' says that the kernel is right",
      ("%d correctness tests"):format(#correctness))
  end,

  score = function(m, p, t)
    local correctness, timed = read(m)
    local counts, list = all_pass(correctness), {}
    for _, row in ipairs(correctness) do
      list[#list + 1] = t:product(runs.label(row, "test"), { t:param "correctness_points", { "share", row.passed and 1.0 or 0.0 } })
    end
    for _, row in ipairs(timed) do list[#list + 1] = timed_points(t, p, row, counts) end
    return t:sum("score", list), "points"
  end,
}
