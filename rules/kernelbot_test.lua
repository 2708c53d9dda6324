return {
  metrics = { runs = { { benchmark = "x", mean_s = 0.0001, passed = true }, { benchmark = "y", mean_s = 0.0004, passed = true } } },
  cases = {
    { name = "the geometric mean", near = { score = 0.0002 }, tolerance = 1e-15, mode = "geom" },
    { name = "the mean", params = { ranking_by = "mean" }, exact = { score = 0.00025 }, mode = "mean" },
    { name = "the last", params = { ranking_by = "last" }, exact = { score = 0.0004 }, mode = "last" },
    {
      name = "nanoseconds, as its harness prints them",
      metrics = { runs = { { benchmark = "x", mean_ns = 100000.0 }, { benchmark = "y", mean_ns = 400000.0 } } },
      near = { score = 0.0002 },
      tolerance = 1e-15,
    },
    {
      name = "a failed benchmark is no time",
      metrics = { runs = { { benchmark = "x", mean_s = 0.0001, passed = true }, { benchmark = "y", passed = false } } },
      exact = { score = 0.0001 },
      valid = false,
      checks = { "require: failed, and not in the score shown: y" },
      params = { ranking_by = "mean" },
    },
    { name = "all failed", metrics = { runs = { { benchmark = "x", mean_s = 1.0, passed = false } } }, errors = "every benchmark failed" },
    { name = "a time of 0", metrics = { runs = { { benchmark = "x", mean_s = 0.0, passed = true } } }, errors = "'mean_s' is 0.0; a number above 0" },
  },
}
