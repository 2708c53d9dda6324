-- KernelBench (ScalingIntelligence/KernelBench, src/kernelbench/score.py, 2025):
--   fast_p  = problems that are correct and more than p times as fast as the reference / all problems
--   geomean = geometric mean of reference / latency over the correct ones; 0 when none is (its code's rule)
-- --matrix: problem, correct, latency_ms, ref_latency_ms; a time may be in another unit. What is not correct needs no time.
local runs = require "lib.runs"

local function read(m)
  local rows = runs.open(m, { "problem", "correct", "latency_ms", "ref_latency_ms" })
  runs.unique(rows, "problem")
  return rows
end

return {
  api = 1,
  name = "kernelbench",
  version = "1.0.0",
  about = "Share of problems correct and more than p× as fast",
  needs = { "runs" },

  params = {
    faster_than = { 1.0, "p: times as fast as the reference, strictly more", min = 0 },
    summary = { "fast_p", "what the score is", choices = { "fast_p", "geomean" } },
    problems = { kind = "integer", "how many problems there are; default: those of the table", min = 1 },
  },

  check = function(m, p, c)
    local rows, wrong = read(m), {}
    for _, row in ipairs(rows) do
      if not runs.verdict(row, "correct") then wrong[#wrong + 1] = runs.label(row, "problem") end
    end
    c:note(("%d of %d problems are correct"):format(#rows - #wrong, #rows))
    if #wrong > 0 then c:note("not correct: " .. runs.list(wrong)) end
    if p.problems then
      c:require(#rows <= p.problems, ("the table has %d problems, of %d (--problems)"):format(#rows, p.problems))
      if #rows < p.problems then c:note(("%d problems are not in the table: not solved"):format(p.problems - #rows)) end
    end
  end,

  score = function(m, p, t)
    local speedups, fast, rows = {}, {}, read(m)
    for i, row in ipairs(rows) do
      local name = runs.label(row, "problem")
      local speedup = runs.verdict(row, "correct") and runs.speedup(t, name, row, "ref_latency_ms", "latency_ms")
      if speedup then speedups[#speedups + 1] = speedup end
      fast[i] = t:value(name, speedup and speedup > p.faster_than and 1.0 or 0.0)
    end
    if p.summary == "fast_p" then
      return t:ratio("fast_p", t:sum("fast", fast), math.max(p.problems or #rows, #rows)), "fast_p"
    end
    if #speedups == 0 then return t:value("geomean", 0.0), "geomean" end
    return t:geomean("geomean", speedups), "geomean"
  end,
}
