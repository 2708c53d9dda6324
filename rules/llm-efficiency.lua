-- NeurIPS LLM Efficiency Challenge 2023 (challenge.md): a submission's mean win rates over tasks in one number. Its text
-- says geometric mean; the formula printed beside it is the product. They order submissions alike and differ by a root.
-- --matrix: task, mean_win_rate (from 0 to 1).
local runs = require "lib.runs"

local function read(m)
  local rows = runs.open(m, { "task", "mean_win_rate" })
  runs.unique(rows, "task")
  return rows
end

return {
  api = 1,
  name = "llm-efficiency",
  version = "1.0.0",
  about = "Geometric mean over tasks of the mean win rate.",
  needs = { "runs" },
  params = {
    summary = { "geomean", "as the text has it, or the product of the printed formula", choices = { "geomean", "product" } },
  },

  score = function(m, p, t)
    local rates, lost = {}, false
    for i, row in ipairs(read(m)) do
      rates[i] = { runs.label(row, "task"), runs.share(t, row, "mean_win_rate") }
      lost = lost or rates[i][2].value == 0
    end
    if p.summary == "product" or lost then -- one win rate of 0 makes both 0
      return t:product("score", rates), p.summary
    end
    return t:geomean("score", rates), p.summary
  end,
}
