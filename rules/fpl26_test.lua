local function row(benchmark, team, alpha, beta, gamma, valid)
  return { benchmark = benchmark, team = team, alpha = alpha, beta = beta, gamma = gamma, valid = valid }
end
local runs = {
  row("x", "A", 1.0, 0.5, 0.5, true), row("x", "B", 0.9, 0.0, 0.0, true), row("x", "C", 0.5, 0.0, 0.0, true),
  row("y", "A", 2.0, 1.0, 1.0, false), row("y", "B", 2.0, 1.0, 1.0, true), row("y", "C", 1.0, 0.0, 0.0, true),
}
local function alone(...) return { runs = { { benchmark = "x", alpha = (...), beta = select(2, ...), gamma = select(3, ...), valid = select(4, ...) } } } end
return {
  cases = {
    { name = "equals share a rank, what is not valid is last", metrics = { runs = runs }, params = { team = "A" }, exact = { score = 2.0, x = 1.0, y = 3.0 },
      mode = "rank", checks = { "note: the rank of team A", "note: y: not valid, 0 points" } },
    { name = "another team", metrics = { runs = runs }, params = { team = "B" }, exact = { score = 1.0 } },
    { name = "and the third", metrics = { runs = runs }, params = { team = "C" }, exact = { score = 2.5, x = 3.0, y = 2.0 } },
    { name = "of several teams one is meant", metrics = { runs = runs }, errors = "there are 3 teams, A, B, C" },
    { name = "a team that is not there", metrics = { runs = runs }, params = { team = "D" }, errors = "no row of team 'D' for x" },
    { name = "a team that left a benchmark out", metrics = { runs = { runs[1], runs[2], runs[4], runs[5], runs[6] } }, params = { team = "A" }, exact = { score = 2.0 },
      checks = { "advise: x: 2 of 3 teams have a row", "note: the rank of team A", "note: y: not valid" } },
    { name = "points alone", metrics = alone(1.0, 0.5, 0.25, true), near = { score = 0.925 }, mode = "points", checks = { "advise: no column 'team'" } },
    { name = "no less than 0", metrics = alone(1.0, 20.0, 0.0, true), exact = { score = 0.0 } },
    { name = "not valid", metrics = alone(1.0, 0.0, 0.0, false), exact = { score = 0.0 } },
  },
}
