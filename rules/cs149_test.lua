local function timed(name, latency, size, dtype, passed)
  return { test = name, passed = passed == nil or passed, latency_us = latency, size = size, dtype = dtype, points = 10 }
end
local correct = { test = "small", passed = true }
local function with(...) return { runs = { { test = "bias", passed = true, latency_us = nil, points = nil }, correct, ... } } end
return {
  cases = {
    { name = "correctness tests are 2.5 each", metrics = { runs = { correct, { test = "bias", passed = true } } }, exact = { score = 5.0 } },
    { name = "at the optimised threshold all points", metrics = with(timed("t", 4596.0, 224, "fp32")), exact = { score = 15.0, t = 10.0 } },
    { name = "one past it, 95 %", metrics = with(timed("t", 4596.1, 224, "fp32")), exact = { score = 14.5, t = 9.5 } },
    { name = "at the relaxed threshold, 95 %", metrics = with(timed("t", 4964.0, 224, "float32")), exact = { t = 9.5 } },
    { name = "past that, nothing", metrics = with(timed("t", 4964.1, 224, "fp32")), exact = { score = 5.0, t = 0.0 } },
    { name = "half precision has its own", metrics = with(timed("t", 1002.0, 224, "fp16")), exact = { t = 10.0 } },
    { name = "32 pixels", metrics = with(timed("t", 85.0, 32, "fp32")), exact = { t = 9.5 } },
    { name = "the share that the message says", metrics = with(timed("t", 85.0, 32, "fp32")), params = { relaxed_share = 0.9 }, exact = { t = 9.0 } },
    {
      name = "a correctness test failed: nothing is timed",
      metrics = { runs = { correct, { test = "bias", passed = false }, timed("t", 1.0, 32, "fp32") } },
      exact = { score = 2.5, t = 0.0 },
      checks = { "advise: failed, 0 points: bias", "note: a correctness test failed: nothing is timed" },
    },
    { name = "a timed test that is wrong", metrics = with(timed("t", nil, 32, "fp32", false)), exact = { score = 5.0, t = 0.0 } },
    { name = "thresholds of the table win", metrics = with({ test = "t", passed = true, points = 4, latency_us = 2.0, optimised_us = 2.0, relaxed_us = 3.0 }),
      exact = { t = 4.0 } },
    { name = "a name may be true, and no list", metrics = { runs = { { test = true, passed = true } } }, exact = { score = 2.5, ["true"] = 2.5 } },
    { name = "a list is no name", metrics = { runs = { { test = { 1 }, passed = true } } }, errors = "'test' is a" },
    { name = "a threshold nobody knows", metrics = with(timed("t", 5.0, 99, "fp32")), errors = "no threshold 'optimised_us'" },
    { name = "points nobody knows", metrics = with({ test = "t", passed = true, latency_us = 2.0, optimised_us = 2.0, relaxed_us = 3.0 }), errors = "--timed-points" },
    { name = "points by a parameter", metrics = with({ test = "t", passed = true, latency_us = 2.0, optimised_us = 2.0, relaxed_us = 3.0 }),
      params = { timed_points = 7.0 }, exact = { t = 7.0 } },
  },
}
