-- nkibench log: what a training log says, one line a figure. Takes m.log.
local fmt = nkb.fmt

local rows = {
  { "loss", "loss" }, { "throughput", "throughput" }, { "throughput_peak", "throughput peak" }, { "step_time_s", "step time" },
  { "learning_rate", "learning rate" }, { "gradient_norm", "gradient norm" },
}

local function number(x) return x == nil and "-" or fmt.general(x, 5) end

return function(log)
  local lines = {}
  local function add(...) lines[#lines + 1] = select("#", ...) > 1 and string.format(...):gsub("%s+$", "") or (...) end
  add("%s      %s records%s", log.path, fmt.count(log.records), log.runs and log.runs > 1 and (" · %d runs, the last is shown"):format(log.runs) or "")
  if log.records == 0 then
    add("")
    add("  no training record was recognised in this log")
    return table.concat(lines, "\n") .. "\n"
  end
  if log.first_timestamp then
    add("  %s to %s%s", log.first_timestamp, log.last_timestamp, log.duration_s and " · " .. fmt.seconds(log.duration_s) or "")
  end
  local steps = log.steps
  if steps and steps.count then
    add("  %s steps%s", fmt.count(steps.count), steps.first and (", %s to %s"):format(fmt.repr(steps.first), fmt.repr(steps.last)) or "")
  end
  add("")
  add("  %s%s%s%s%s%s%s%s  unit", fmt.pad("", 16), fmt.pad("mean", 11, "right"), fmt.pad("steady", 11, "right"), fmt.pad("min", 11, "right"),
    fmt.pad("max", 11, "right"), fmt.pad("first", 11, "right"), fmt.pad("last", 11, "right"), fmt.pad("steps", 8, "right"))
  for _, row in ipairs(rows) do
    local figure = log[row[1]]
    if figure and figure.count and figure.count > 0 then
      local unit = nkb.note(figure, "mean")
      add("  %s%s%s%s%s%s%s%s  %s", fmt.pad(row[2], 16), fmt.pad(number(figure.mean), 11, "right"),
        fmt.pad(number(figure.steady and figure.steady.mean), 11, "right"), fmt.pad(number(figure.min), 11, "right"),
        fmt.pad(number(figure.max), 11, "right"), fmt.pad(number(figure.first), 11, "right"), fmt.pad(number(figure.last), 11, "right"),
        fmt.pad(fmt.count(figure.count), 8, "right"), unit or "")
      if figure.nonfinite and figure.nonfinite > 0 then
        add("  %s! %d not finite, left out of the figures", fmt.pad("", 16), figure.nonfinite)
      end
    end
  end
  add("")
  add("  mean: one value a step; steady: without each run's first step")
  return table.concat(lines, "\n") .. "\n"
end
