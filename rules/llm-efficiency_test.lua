local function row(task, rate) return { task = task, mean_win_rate = rate } end
return {
  metrics = { runs = { row("a", 0.5), row("b", 0.8) } },
  cases = {
    { name = "the geometric mean", near = { score = math.sqrt(0.4) }, mode = "geomean" },
    { name = "the product that is printed", params = { summary = "product" }, near = { score = 0.4 }, mode = "product" },
    { name = "a task that is always lost", metrics = { runs = { row("a", 0), row("b", 1) } }, exact = { score = 0.0 } },
    { name = "a rate above 1", metrics = { runs = { row("a", 1.5) } }, errors = "'mean_win_rate' is 1.5; a number from 0 to 1" },
    { name = "a rate that is missing", metrics = { runs = { row("a", 1), row("b") } }, errors = "mean_win_rate" },
    { name = "no number", metrics = { runs = { row("a", "high") } }, errors = "'mean_win_rate' is \"high\"; a number is expected" },
  },
  properties = { { name = "between 0 and 1", over = { ["runs[1].mean_win_rate"] = { 0.0, 1.0 } }, bounded = { 0, 1 }, monotone = { ["runs[1].mean_win_rate"] = "up" } } },
}
