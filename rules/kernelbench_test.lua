local function row(problem, correct, latency, reference) return { problem = problem, correct = correct, latency_ms = latency, ref_latency_ms = reference } end
local runs = { row("a", true, 1.0, 2.0), row("b", 1, 3.0, 3.0), row("c", "fail", nil, 5.0), row("d", true, 4.0, 1.0) }
return {
  metrics = { runs = runs },
  cases = {
    { name = "as fast is not faster", exact = { score = 0.25, a = 1.0, b = 0.0 }, mode = "fast_p", checks = { "note: 3 of 4 problems", "note: not correct: c" } },
    { name = "more than half as fast", params = { faster_than = 0.5 }, exact = { score = 0.5 } },
    { name = "fast_0 is the share of the correct", params = { faster_than = 0.0 }, exact = { score = 0.75 } },
    { name = "the geometric mean is of the correct ones", params = { summary = "geomean" }, near = { score = 0.5 ^ (1 / 3) }, mode = "geomean" },
    { name = "problems that were not solved count", params = { problems = 8 }, exact = { score = 0.125 } },
    { name = "more problems than there are", params = { problems = 3 }, exact = { score = 0.25 }, valid = false, checks = { "require: the table has 4 problems, of 3", "note" } },
    { name = "none is correct", metrics = { runs = { row("a", false, 1.0, 1.0) } }, params = { summary = "geomean" }, exact = { score = 0.0 } },
    { name = "a verdict has to be there", metrics = { runs = { row("a", nil, 1.0, 1.0), row("b", nil, 1.0, 1.0) } }, errors = "no column 'correct'" },
    { name = "an empty verdict is no pass", metrics = { runs = { row("b", true, 1.0, 1.0), row("a", nil, 1.0, 1.0) } }, errors = "'correct' is empty" },
    { name = "a strange verdict", metrics = { runs = { row("b", "maybe", 1.0, 1.0) } }, errors = "'correct' is \"maybe\"" },
    { name = "a problem stands once", metrics = { runs = { row("a", true, 1.0, 1.0), row("a", true, 1.0, 1.0) } }, errors = "problem 'a' again, it is in row 1" },
    { name = "a correct one has a time", metrics = { runs = { row("a", true, 1.0, 1.0), { problem = "b", correct = true, ref_latency_ms = 1.0 } } }, errors = "runs[2].latency_ms" },
    { name = "times in another unit", metrics = { runs = { { problem = "a", correct = true, latency_us = 1.0, ref_latency_ms = 2.0 } } },
      params = { summary = "geomean" }, near = { score = 2000.0 } },
    { name = "no table", metrics = { runs = absent "not given (--matrix)" }, errors = "--matrix" },
  },
  properties = {
    { name = "a faster kernel never loses", over = { ["runs[1].latency_ms"] = { 0.01, 100.0 } }, monotone = { ["runs[1].latency_ms"] = "down" } },
    { name = "a share lies between 0 and 1", over = { ["runs[1].latency_ms"] = { 0.01, 100.0 }, faster_than = { 0.0, 10.0 } }, bounded = { 0, 1 } },
  },
}
