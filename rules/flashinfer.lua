-- FlashInfer contest of MLSys 2026 (flashinfer-bench, trace_set.py:385-680, EVALUATION.md, FAQ.md):
--   of a workload    reference latency / latency of the solution
--   of a solution    the mean over its workloads; 0 when any of them failed (the contest's rule)
--   of a definition  that of its best solution
--   score            the mean over definitions
-- --matrix: definition, workload, passed, latency_ms, ref_latency_ms, and solution where there are several. A time may be
-- in another unit. What has not passed needs no time.
local runs = require "lib.runs"

local function solutions(m, group)
  if runs.has(m, "solution") then return runs.groups(group.rows, "solution") end
  return { { name = "", rows = group.rows } }
end

local function read(m)
  local definitions = runs.groups(runs.open(m, { "definition", "workload", "passed", "latency_ms", "ref_latency_ms" }), "definition")
  for _, definition in ipairs(definitions) do
    definition.solutions = solutions(m, definition)
    for _, solution in ipairs(definition.solutions) do
      runs.unique(solution.rows, "workload")
      for _, row in ipairs(solution.rows) do
        if not runs.verdict(row, "passed") then solution.failed = (solution.failed or 0) + 1 end
      end
    end
  end
  return definitions
end

return {
  api = 1,
  name = "flashinfer",
  version = "1.0.0",
  about = "Mean over definitions of the best mean speedup",
  needs = { "runs" },
  params = {
    definitions = { kind = "integer", "how many definitions the track has; default: those of the table", min = 1 },
  },

  check = function(m, p, c)
    local definitions = read(m)
    for _, definition in ipairs(definitions) do
      for _, solution in ipairs(definition.solutions) do
        if solution.failed then
          c:advise(false, ("%s%s: %d of %d workloads failed: it scores 0"):format(definition.name,
            solution.name ~= "" and ", " .. solution.name or "", solution.failed, #solution.rows))
        end
      end
    end
    if p.definitions then
      c:require(#definitions <= p.definitions, ("the table has %d definitions, of %d (--definitions)"):format(#definitions, p.definitions))
      if #definitions < p.definitions then
        c:note(("%d definitions have no solution: 0 each"):format(p.definitions - #definitions))
      end
    end
  end,

  score = function(m, p, t)
    local list, definitions = {}, read(m)
    for i, definition in ipairs(definitions) do
      local means = {}
      for j, solution in ipairs(definition.solutions) do
        local name, speedups = solution.name ~= "" and solution.name or "mean speedup", {}
        if solution.failed then
          means[j] = t:value(name, 0.0)
        else
          for k, row in ipairs(solution.rows) do
            speedups[k] = runs.speedup(t, runs.label(row, "workload"), row, "ref_latency_ms", "latency_ms")
          end
          means[j] = t:mean(name, speedups)
        end
      end
      list[i] = t:max(definition.name, means)
    end
    local count = math.max(p.definitions or #definitions, #definitions)
    if count == #definitions then return t:mean("score", list), "mean" end
    return t:ratio("score", t:sum("all definitions", list), count), "mean"
  end,
}
