-- nkibench log: what a training log says, one line a figure. Takes m.log.
local fmt = nkb.fmt

local rows = {
  { "loss", "loss" }, { "throughput", "throughput" }, { "throughput_peak", "throughput peak" }, { "step_time_s", "step time" },
  { "learning_rate", "learning rate" }, { "gradient_norm", "gradient norm" },
}

local function number(x) return x == nil and "-" or fmt.general(x, 5) end

-- The first column left, the others right, each as wide as it needs to be.
local function aligned(cells)
  local widths, lines = {}, {}
  for _, row in ipairs(cells) do
    for i, text in ipairs(row) do widths[i] = math.max(widths[i] or 6, fmt.width(text)) end
  end
  for n, row in ipairs(cells) do
    local out = { fmt.pad(row[1], widths[1]) }
    for i = 2, #row do out[i] = fmt.pad(row[i], widths[i], "right") end
    lines[n] = "  " .. table.concat(out, "  ")
  end
  return lines
end

local function figures(log)
  local cells, remarks = { { "", "mean", "steady", "min", "max", "first", "last", "steps" } }, {}
  for _, row in ipairs(rows) do
    local figure = log[row[1]]
    if figure and figure.count and figure.count > 0 then
      local unit = nkb.note(figure, "mean")
      cells[#cells + 1] = { row[2] .. (unit and ", " .. unit or ""), number(figure.mean),
        number(figure.steady and figure.steady.mean), number(figure.min), number(figure.max), number(figure.first),
        number(figure.last), fmt.count(figure.count) }
    end
    if figure and figure.nonfinite and figure.nonfinite > 0 then
      remarks[#remarks + 1] = ("  ! %s: %s not finite, left out of its figures"):format(row[2],
        figure.nonfinite == 1 and "1 step is" or fmt.count(figure.nonfinite) .. " steps are")
    end
  end
  return aligned(cells), remarks
end

return function(log)
  local lines = {}
  local function add(text, ...) lines[#lines + 1] = fmt.line(select("#", ...) > 0 and text:format(...) or text) end
  add("%s", log.path)
  add("  %s%s", log.records == 1 and "1 record" or fmt.count(log.records) .. " records",
    log.runs and log.runs > 1 and (" of %s runs; the figures are the last run's"):format(fmt.count(log.runs)) or "")
  if log.records == 0 then
    add("  no training record was recognised in this log")
    return table.concat(lines, "\n") .. "\n"
  end
  local steps = log.steps
  if steps and steps.count then
    add("  %s%s", steps.count == 1 and "1 step" or fmt.count(steps.count) .. " steps",
      steps.first and (", %s to %s"):format(fmt.repr(steps.first), fmt.repr(steps.last)) or "")
  end
  if log.first_timestamp then
    add("  %s to %s%s", log.first_timestamp, log.last_timestamp, log.duration_s and ", " .. fmt.seconds(log.duration_s) or "")
  end
  add("")
  local texts, remarks = figures(log)
  for _, text in ipairs(texts) do add("%s", text) end
  for _, text in ipairs(remarks) do add("%s", text) end
  add("")
  add("  mean: one value a step; steady: without each run's first step")
  return table.concat(lines, "\n") .. "\n"
end
