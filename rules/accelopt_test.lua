local runs = { { kernel = "mm", latency_us = 100.0, base_latency_us = 150.0, bytes = 1000000, matmul_flops = 2e9, correct = true },
  { kernel = "add", latency_us = 20.0, base_latency_us = 120.0, bytes = 4e6, matmul_flops = 0, vector_flops = 1e6, correct = true } }
runs[1].vector_flops = 0
return {
  metrics = { runs = runs },
  cases = {
    { name = "the geometric mean of speedups", near = { score = 3.0, mm = 1.5, add = 6.0 }, mode = "speedup" },
    {
      name = "percent of the peak that binds",
      params = { summary = "peak" },
      near = { mm = 100 * (2e9 / 23.75e12) / 100e-6, add = 100 * (4e6 / (410 * 1024 ^ 3)) / 20e-6,
        score = (100 * (2e9 / 23.75e12) / 100e-6 + 100 * (4e6 / (410 * 1024 ^ 3)) / 20e-6) / 2 },
      mode = "peak",
    },
    { name = "peaks are parameters", params = { summary = "peak", peak_matmul = 47.5 }, near = { mm = 100 * (2e9 / 47.5e12) / 100e-6 } },
    {
      name = "a wrong kernel is not fast",
      metrics = { runs = { runs[1], { kernel = "add", correct = false } } },
      near = { score = 1.5 },
      valid = false,
      checks = { "require: not correct, and not in the score shown: add" },
    },
    { name = "nothing says that it is right", metrics = { runs = { { kernel = "a", latency_us = 1.0, base_latency_us = 2.0 } } }, near = { score = 2.0 },
      checks = { "advise: no column 'correct'" } },
    { name = "all wrong", metrics = { runs = { { kernel = "add", correct = false, latency_us = 1.0, base_latency_us = 1.0 } } }, errors = "no kernel is correct" },
    { name = "no base latency", metrics = { runs = { { kernel = "add", latency_us = 1.0 } } }, errors = "no column 'base_latency_us'" },
    { name = "no work", metrics = { runs = { runs[1], { kernel = "x", correct = true, latency_us = 1.0 } } }, params = { summary = "peak" }, errors = "no work at all" },
    { name = "negative work", metrics = { runs = { { kernel = "x", correct = true, latency_us = 1.0, bytes = -1, matmul_flops = 0, vector_flops = 0 } } },
      params = { summary = "peak" }, errors = "'bytes' is negative" },
  },
}
