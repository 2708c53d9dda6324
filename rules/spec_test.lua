local function row(benchmark, time, reference) return { benchmark = benchmark, time_s = time, ref_s = reference } end
return {
  cases = {
    { name = "SPEC's example: 21.65 and 8.5 give 13.5656", metrics = { runs = { row("a", 1.0, 21.65), row("b", 2.0, 17.0) } },
      near = { score = 13.5656, a = 21.65, b = 8.5 }, tolerance = 1e-5, checks = { "advise: one run only, which is not reportable: a, b" } },
    { name = "of three runs the median", metrics = { runs = { row("a", 3.0, 12.0), row("a", 1.0, 12.0), row("a", 2.0, 12.0) } }, near = { score = 6.0 }, checks = {} },
    { name = "of two the slower", metrics = { runs = { row("a", 3.0, 12.0), row("a", 2.0, 12.0) } }, near = { score = 4.0 } },
    { name = "one reference a benchmark", metrics = { runs = { row("a", 3.0, 12.0), row("a", 2.0, 13.0) } }, errors = "the reference of a is another" },
  },
  properties = {
    { name = "times and references in another unit", metrics = { runs = { row("a", 1.0, 2.0), row("b", 1.0, 2.0) } },
      over = { ["runs[1].time_s"] = { 1.0, 1e4 }, ["runs[1].ref_s"] = { 1.0, 1e4 } }, scale_free = { "runs[1].time_s", "runs[1].ref_s" } },
  },
}
