-- GPU MODE's kernelbot (gpu-mode/kernelbot, submission.py:204, compute_score, 2025): of the benchmarks' mean times in
-- seconds the last, the mean, or the geometric mean, as the problem says. Lower is better. A submission of which a
-- test or a benchmark failed is not ranked.
-- --matrix: benchmark, mean_s (or in another unit), and passed where tests are listed.
local runs = require "lib.runs"

local function read(m)
  local rows = runs.open(m, { "benchmark", "mean_s" })
  runs.unique(rows, "benchmark")
  local failed, good = {}, {}
  for _, row in ipairs(rows) do
    local bad = row.columns.passed and not runs.verdict(row, "passed")
    if bad then failed[#failed + 1] = runs.label(row, "benchmark") else good[#good + 1] = row end
  end
  return good, failed
end

return {
  api = 1,
  name = "kernelbot",
  version = "1.0.0",
  about = "Geometric mean time in s; lower is better",
  better = "lower",
  needs = { "runs" },
  params = {
    ranking_by = { "geom", "of the benchmarks' means: the last, the mean or the geometric mean", choices = { "last", "mean", "geom" } },
  },

  check = function(m, _, c)
    local good, failed = read(m)
    if #good == 0 then nkb.refuse(runs.file(m) .. ": every benchmark failed; there is no time to score") end
    c:require(#failed == 0, "failed, and not in the score shown: " .. runs.list(failed), "no benchmark failed")
  end,

  score = function(m, p, t)
    local times = {}
    for i, row in ipairs((read(m))) do times[i] = { runs.label(row, "benchmark"), runs.time(t, row, "mean_s") } end
    if p.ranking_by == "last" then return t:value("score", times[#times][2]), "last" end
    if p.ranking_by == "mean" then return t:mean("score", times), "mean" end
    return t:geomean("score", times), "geom"
  end,
}
