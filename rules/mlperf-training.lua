-- MLPerf Training (mlcommons/training_policies, training_rules; mlcommons/logging, rcp_checker; v5, 2025):
--   result    the mean time to converge of the runs without the fastest and the slowest (olympic mean), in minutes
--   one run that did not converge may be the slowest that is dropped; more, and the result is not valid
--   RCP       a submission that converges in fewer epochs than the reference is scaled: result * RCP mean / its mean epochs
--   score     the result in minutes, lower is better; with --reference-min the normalised reference / result
-- --matrix: run, time_min (or in another unit), converged, or quality to be compared with the target; epochs for the RCP.
local runs = require "lib.runs"

-- How many runs, and the quality to reach (lower is better: log perplexity, or the loss of the LoRA task).
local benchmarks = {
  llama31_8b = { runs = 10, target = 3.3 },
  llama31_405b = { runs = 3, target = 5.6 },
  llama2_70b_lora = { runs = 10, target = 0.925 },
}

local function target_of(p)
  if p.quality_target ~= nil then return p.quality_target end
  return p.benchmark and benchmarks[p.benchmark].target
end

-- The runs, each with whether it converged, and those that did not.
local function read(m, p)
  local rows = runs.open(m, runs.has(m, "converged") and { "run", "time_min", "converged" } or { "run", "time_min", "quality" })
  runs.unique(rows, "run")
  local open = {}
  for _, row in ipairs(rows) do
    if runs.has(m, "converged") then
      row.converged = runs.verdict(row, "converged")
    else
      local target, quality = target_of(p), runs.value(row, "quality")
      if not target then nkb.refuse "no target for the column 'quality'; --benchmark or --quality-target is expected" end
      if quality ~= nil and type(quality) ~= "number" then
        nkb.refuse(runs.where(row) .. ": 'quality' is no number; what the run reached is expected")
      end
      row.converged = quality ~= nil and quality <= target -- no quality at all: the run did not get there
    end
    if not row.converged then open[#open + 1] = runs.label(row, "run") end
  end
  return rows, open
end

-- Of the runs that converged, in the table's order, those that are left when by some number the lowest goes, and the
-- highest unless a run that did not converge goes in its place: it is the highest.
local function olympic(rows, number_of)
  local list, open = {}, 0
  for _, row in ipairs(rows) do
    if row.converged then list[#list + 1] = { row = row, number = number_of(row) } else open = open + 1 end
  end
  table.sort(list, function(a, b) return a.number < b.number end)
  if open == 0 then list[#list] = nil end
  table.remove(list, 1)
  if #list == 0 then nkb.refuse(runs.file(rows[1].m) .. ": too few runs converged; without the lowest and the highest none is left") end
  table.sort(list, function(a, b) return a.row.index < b.row.index end)
  return list
end

local function olympic_mean(t, name, rows, number_of)
  local numbers = {}
  for i, entry in ipairs(olympic(rows, number_of)) do numbers[i] = { runs.label(entry.row, "run"), entry.number } end
  return t:mean(name, numbers)
end

-- Does it converge in no fewer epochs than the reference allows?
local function check_epochs(rows, p, c)
  local epochs = {}
  for i, entry in ipairs(olympic(rows, function(row) return runs.number(row, "epochs") end)) do epochs[i] = entry.number end
  local mean = nkb.stats.mean(epochs)
  local text = ("%s epochs on average, at least %s are allowed by the reference"):format(nkb.fmt.sig(mean), nkb.fmt.sig(p.rcp_min_epochs))
  c:require(mean >= p.rcp_min_epochs, text, text)
end

return {
  api = 1,
  name = "mlperf-training",
  version = "1.0.0",
  about = "Minutes to converge, without best and worst run",
  better = { minutes = "lower", normalised = "higher" },
  needs = { "runs" },
  params = {
    benchmark = { kind = "string", "sets runs and target", choices = { "llama31_8b", "llama31_405b", "llama2_70b_lora" } },
    run_count = { kind = "integer", "how many runs a result has; default: the benchmark's, else 10", min = 3 },
    quality_target = { kind = "number", "quality to reach, lower is better; default: the benchmark's" },
    reference_min = { kind = "number", "time of the reference", unit = "min", above = 0 },
    rcp_mean_epochs = { kind = "number", "mean epochs of the reference convergence point", above = 0 },
    rcp_min_epochs = { kind = "number", "fewest epochs the reference convergence point allows", above = 0 },
  },

  accept = function(p)
    if p.rcp_min_epochs and not p.rcp_mean_epochs then return "--rcp-min-epochs goes with --rcp-mean-epochs" end
    if p.rcp_min_epochs and p.rcp_min_epochs > p.rcp_mean_epochs then return "--rcp-min-epochs is above --rcp-mean-epochs" end
  end,

  check = function(m, p, c)
    local rows, open = read(m, p)
    local wanted = p.run_count or p.benchmark and benchmarks[p.benchmark].runs or 10
    c:require(#rows == wanted, ("%d runs, of %d"):format(#rows, wanted), ("%d runs"):format(#rows))
    c:require(#open <= 1, "not converged: " .. runs.list(open) .. "; one may be dropped",
      #open == 0 and "every run converged" or "not converged: " .. runs.list(open) .. ", dropped as the slowest")
    if not p.rcp_mean_epochs then c:note "no reference convergence point (--rcp-mean-epochs): epochs are not judged" end
    if p.rcp_min_epochs then check_epochs(rows, p, c) end
  end,

  score = function(m, p, t)
    local rows = read(m, p)
    local result = olympic_mean(t, "olympic mean", rows, function(row) return runs.time(t, row, "time_min") end)
    if p.rcp_mean_epochs then
      local epochs = olympic_mean(t, "epochs", rows, function(row) return runs.positive(t, row, "epochs") end)
      result = t:product("normalised", { result, t:max("RCP factor", { t:ratio("RCP mean / epochs", t:param "rcp_mean_epochs", epochs), 1.0 }) })
    end
    if p.reference_min then return t:ratio("score", t:param "reference_min", result), "normalised" end
    return result, "minutes"
  end,
}
