local function row(run, time, converged, epochs) return { run = run, time_min = time, converged = converged, epochs = epochs } end
local five = { row("1", 10.0, true, 4.0), row("2", 11.0, true, 5.0), row("3", 14.0, true, 6.0), row("4", 9.0, true, 7.0), row("5", 12.0, true, 8.0) }
local one_open = { five[1], five[2], row("3", 90.0, false), five[4], five[5] }
local function of(count, params)
  params = params or {}
  params.run_count = count
  return params
end

return {
  metrics = { runs = five },
  cases = {
    { name = "without the fastest and the slowest", params = of(5), exact = { score = 11.0, ["olympic mean"] = 11.0 }, mode = "minutes" },
    { name = "a run that did not converge is the slowest", metrics = { runs = one_open }, params = of(5), exact = { score = 11.0 },
      checks = { "note: no reference convergence point" } },
    {
      name = "two of them are too many",
      metrics = { runs = { five[1], five[2], row("3", nil, false), row("4", nil, false), five[5] } },
      params = of(5),
      near = { score = 11.5 },
      valid = false,
      checks = { "require: not converged: 3, 4; one may be dropped", "note" },
    },
    { name = "hours", metrics = { runs = { { run = 1, time_h = 1.0, converged = true }, { run = 2, time_h = 2.0, converged = true }, { run = 3, time_h = 3.0, converged = true } } },
      params = of(3), near = { score = 120.0 } },
    { name = "a run too few", params = of(6), exact = { score = 11.0 }, valid = false, checks = { "require: 5 runs, of 6", "note" } },
    { name = "the default is ten", exact = { score = 11.0 }, valid = false, checks = { "require: 5 runs, of 10", "note" } },
    { name = "three of the large one", metrics = { runs = { row("1", 1.0, true), row("2", 1.0, true), row("3", 1.0, true) } }, params = { benchmark = "llama31_405b" }, exact = { score = 1.0 } },
    { name = "against a reference", params = of(5, { reference_min = 22.0 }), exact = { score = 2.0 }, mode = "normalised" },
    { name = "fewer epochs than the reference are made up for", params = of(5, { rcp_mean_epochs = 9.0 }), near = { score = 16.5, ["RCP factor"] = 1.5, epochs = 6.0 } },
    { name = "more epochs are not", params = of(5, { rcp_mean_epochs = 5.0 }), exact = { score = 11.0, ["RCP factor"] = 1.0 } },
    { name = "too few epochs to be true", params = of(5, { rcp_mean_epochs = 9.0, rcp_min_epochs = 7.0 }), near = { score = 16.5 }, valid = false,
      checks = { "require: 6.0000 epochs on average, at least 7.0000" } },
    { name = "few epochs that are allowed", params = of(5, { rcp_mean_epochs = 9.0, rcp_min_epochs = 6.0 }), near = { score = 16.5 } },
    { name = "the least above the mean", params = { rcp_mean_epochs = 5.0, rcp_min_epochs = 6.0 }, rejects = "--rcp-min-epochs is above" },
    { name = "the least alone", params = { rcp_min_epochs = 6.0 }, rejects = "goes with --rcp-mean-epochs" },
    {
      name = "quality against the benchmark's target; none is not there",
      metrics = { runs = { { run = 1, time_min = 1.0, quality = 3.3 }, { run = 2, time_min = 2.0, quality = 3.2 }, { run = 3, time_min = 3.0, quality = 3.31 }, { run = 4, time_min = 5.0, quality = 3.1 } } },
      params = of(4, { benchmark = "llama31_8b" }),
      exact = { score = 3.5 },
    },
    { name = "quality that is no number", metrics = { runs = { { run = 1, time_min = 1.0, quality = "good" } } }, params = { benchmark = "llama31_8b" },
      errors = "'quality' is no number" },
    { name = "epochs that are missing", metrics = { runs = { five[1], five[2], { run = "3", time_min = 12.0, converged = true }, five[4], five[5] } },
      params = of(5, { rcp_mean_epochs = 9.0, rcp_min_epochs = 6.0 }), errors = "row 3: no 'epochs'; a number is expected" },
    { name = "epochs that are no number", metrics = { runs = { five[1], five[2], row("3", 12.0, true, "six"), five[4], five[5] } },
      params = of(5, { rcp_mean_epochs = 9.0, rcp_min_epochs = 6.0 }), errors = "row 3: 'epochs' is \"six\"" },
    { name = "quality without a target", metrics = { runs = { { run = 1, time_min = 1.0, quality = 3.3 } } }, errors = "no target for the column 'quality'" },
    { name = "nothing left", metrics = { runs = { row("1", 1.0, true), row("2", 2.0, true) } }, errors = "too few runs converged" },
  },
}
