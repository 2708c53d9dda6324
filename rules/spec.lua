-- SPEC's metric (SPEC documentation, CPU 2017): the geometric mean over benchmarks of reference time / time. Of three
-- runs of a benchmark the median counts, of two the slower.
-- --matrix: benchmark, time_s, ref_s, one row a run; a time may be in another unit.
local runs = require "lib.runs"

local function read(m)
  local groups = runs.groups(runs.open(m, { "benchmark", "time_s", "ref_s" }), "benchmark")
  for _, group in ipairs(groups) do
    for _, row in ipairs(group.rows) do
      if runs.value(row, "ref_s") ~= runs.value(group.rows[1], "ref_s") then
        nkb.refuse(("%s: the reference of %s is another than in %s"):format(runs.where(row), group.name, runs.where(group.rows[1])))
      end
    end
  end
  return groups
end

return {
  api = 1,
  name = "spec",
  version = "1.0.0",
  about = "Geometric mean of reference time / time",
  needs = { "runs" },

  check = function(m, _, c)
    local single = {}
    for _, group in ipairs(read(m)) do
      if #group.rows < 2 then single[#single + 1] = group.name end
    end
    c:advise(#single == 0, "one run only, which is not reportable: " .. runs.list(single), "every benchmark ran twice or more")
  end,

  score = function(m, _, t)
    local ratios = {}
    for i, group in ipairs(read(m)) do
      local times = {}
      for j, row in ipairs(group.rows) do times[j] = runs.time(t, row, "time_s") end
      if #times == 1 then
        ratios[i] = runs.speedup(t, group.name, group.rows[1], "ref_s", "time_s")
      else
        local time = #times == 2 and t:max("slower of two", times) or t:median("median", times)
        ratios[i] = t:ratio(group.name, runs.time(t, group.rows[1], "ref_s"), time)
      end
    end
    return t:geomean("score", ratios), "speed"
  end,
}
