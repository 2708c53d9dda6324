-- Reasoning scores out of lm-eval results: the mean of one metric over the tasks that have it. A task without the
-- metric is absent, not 0.
local reasoning = {}

local function member(group, name)
  for _, key in ipairs(nkb.keys(group)) do
    if key == name then return group[key] end
  end
end

-- Tasks that have "metric,filter", as { name, value } in the order of the results, and the names of the others.
function reasoning.tasks(m, wanted)
  local metric, filter = wanted:match "^([^,]*),?(.*)$"
  local scored, others = {}, {}
  for name, task in pairs(m.reasoning.tasks) do
    local filters = member(task, metric)
    local entry = filters and member(filters, filter == "" and "none" or filter)
    if entry and entry.value then scored[#scored + 1] = { name, entry.value } else others[#others + 1] = name end
  end
  return scored, others
end

return reasoning
