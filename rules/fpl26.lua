-- FPL 2026 contest (its rules page):
--   of a benchmark   alpha - 0.1 * alpha * beta - 0.1 * alpha * gamma, no less than 0; 0 where the result is not valid
--   of a team        its rank in each benchmark, equals sharing one, and the mean of its ranks; lower is better
-- --matrix: benchmark, alpha, beta, gamma, valid, and team. Without a team the score is the mean of the points.
local runs = require "lib.runs"

local function read(m, p)
  local needed = { "benchmark", "alpha", "beta", "gamma", "valid" }
  if p.team then needed[#needed + 1] = "team" end
  local rows = runs.open(m, needed)
  local teams = runs.has(m, "team")
  runs.unique(rows, "benchmark", teams and "team" or nil)
  local groups = runs.groups(rows, "benchmark")
  if not teams then return groups end

  local names = runs.groups(rows, "team")
  local known = {}
  for i, team in ipairs(names) do known[i] = team.name end
  local own = p.team or (#names == 1 and names[1].name)
  if not own then nkb.refuse(("%s: there are %d teams, %s; --team NAME says whose rank is wanted"):format(runs.file(m), #names, runs.list(known, 6))) end
  for _, group in ipairs(groups) do
    group.teams = #names
    for i, row in ipairs(group.rows) do
      if runs.label(row, "team") == own then group.own = i end
    end
    if not group.own then nkb.refuse(("%s: no row of team '%s' for %s; the teams are %s"):format(runs.file(m), own, group.name, runs.list(known, 6))) end
  end
  return groups, own
end

-- The points of one result; nothing is asked of one that is not valid.
local function points(t, p, row, name)
  if not runs.verdict(row, "valid") then return t:value(name, 0.0) end
  local alpha = runs.node(t, row, "alpha")
  local beta, gamma = runs.node(t, row, "beta"), runs.node(t, row, "gamma")
  return t:max(name, { alpha - p.beta_weight * alpha * beta - p.gamma_weight * alpha * gamma, 0.0 })
end

return {
  api = 1,
  name = "fpl26",
  version = "1.0.0",
  about = "Mean rank by α − 0.1αβ − 0.1αγ; lower is better",
  better = { rank = "lower", points = "higher" },
  needs = { "runs" },
  params = {
    team = { kind = "string", "whose rank is wanted" },
    beta_weight = { 0.1, "what beta takes away", min = 0 },
    gamma_weight = { 0.1, "what gamma takes away", min = 0 },
  },

  check = function(m, p, c)
    local groups, own = read(m, p)
    if own then c:note("the rank of team " .. own) else c:advise(false, "no column 'team': the score is the mean of the points, not the contest's rank") end
    for _, group in ipairs(groups) do
      local row = group.rows[group.own or 1]
      if not runs.verdict(row, "valid") then c:note(group.name .. ": not valid, 0 points") end
      if group.teams and #group.rows < group.teams then
        c:advise(false, ("%s: %d of %d teams have a row"):format(group.name, #group.rows, group.teams))
      end
    end
  end,

  score = function(m, p, t)
    local groups, own = read(m, p)
    local list = {}
    for i, group in ipairs(groups) do
      if own then
        local all = {}
        for j, row in ipairs(group.rows) do all[j] = points(t, p, row, runs.label(row, "team")) end
        for j, x in ipairs(all) do -- 1 - 0.05 - 0.05 and 0.9 are equals, whatever their last bits
          if nkb.near(x, all[group.own], 1e-12) then all[j] = t:value(x.name, all[group.own]) end
        end
        list[i] = t:rank(group.name, all[group.own], all, "higher")
      else
        list[i] = points(t, p, group.rows[1], group.name)
      end
    end
    return t:mean("score", list), own and "rank" or "points"
  end,
}
