-- nkibench test: what came of the tests, in words, as TAP or as JUnit's XML.
-- Takes { report = { files = { { path, items, faults } }, passed, failed, faults, coverage, min_percent }, form }.
local fmt = string.format

local function each(list)
  local i = 0
  return function()
    i = i + 1
    if list and i <= #list then return list[i], i end
  end
end

-- Text that may hold what a rule made: no control characters but ends of lines, valid UTF-8.
local function clean(text)
  text = text:gsub("[%c\127]", function(c) return c == "\n" and c or " " end)
  if not utf8.len(text) then text = text:gsub("[\128-\255]", "?") end
  return text
end

-- Never rounded up: 99.999 is 99.99.
local function percent(run, lines)
  if lines == 0 then return "-" end
  local hundredths = run * 10000 // lines
  return fmt("%d.%02d %%", hundredths // 100, hundredths % 100)
end

-- 1, 2, 3, 7 as "1-3, 7"; a list that is long ends in "…".
local function ranges(list)
  local parts, i = {}, 1
  while i <= #list do
    local first = list[i]
    while i < #list and list[i + 1] == list[i] + 1 do i = i + 1 end
    parts[#parts + 1] = first == list[i] and tostring(first) or first .. "-" .. list[i]
    i = i + 1
    if #parts == 20 and i <= #list then
      parts[#parts + 1] = "…"
      break
    end
  end
  return table.concat(parts, ", ")
end

-- Everything that is said of a failed item, a list of lines.
local function details(item)
  local lines = {}
  local function add(text, indent)
    for line in (clean(text) .. "\n"):gmatch "(.-)\n" do lines[#lines + 1] = indent .. line end
  end
  for text in each(item.failures) do add(text, "") end
  if item.note then add("(" .. item.note .. ")", "") end
  if item.tree and #item.tree > 0 then
    add("", "")
    for text in each(item.tree) do add(text, "  ") end
  end
  if item.paste and #item.paste > 0 then
    add("", "")
    add("as a case:", "")
    for text in each(item.paste) do add(text, "  ") end
  end
  return lines
end

local function coverage_lines(report)
  local lines, total, run, width = { "", "lines that ran" }, 0, 0, 5
  local function shown(file) return clean(file.path:gsub("^%./", "")) end
  for file in each(report.coverage) do width = math.max(width, nkb.fmt.width(shown(file))) end
  for file in each(report.coverage) do
    total, run = total + file.lines, run + file.run
    lines[#lines + 1] = fmt("  %s  %8s  %d of %d%s", nkb.fmt.pad(shown(file), width), percent(file.run, file.lines), file.run,
      file.lines, #file.missing > 0 and "; not " .. ranges(file.missing) or "")
  end
  lines[#lines + 1] = fmt("  %s  %8s  %d of %d%s", nkb.fmt.pad("all", width), percent(run, total), run, total,
    report.below_min and fmt("; --min is %s", nkb.fmt.repr(report.min_percent)) or "")
  return lines
end

local function as_text(report)
  local out = {}
  for file in each(report.files) do
    local passed, failed, runs = 0, 0, 0
    for item in each(file.items) do
      passed, failed = passed + (item.ok and 1 or 0), failed + (item.ok and 0 or 1)
      runs = runs + (item.runs or 0)
    end
    local faults = file.faults and #file.faults or 0
    if passed + failed + faults > 0 then
      out[#out + 1] = fmt("%s %s: %d passed%s%s", failed + faults > 0 and "✘" or "✔", clean(file.path), passed,
        failed > 0 and fmt(", %d failed", failed) or "", runs > 0 and fmt(" (%s runs of properties)", nkb.fmt.count(runs)) or "")
    end
    for text in each(file.faults) do out[#out + 1] = "  " .. clean(text) end
    for item in each(file.items) do
      if not item.ok then
        out[#out + 1] = ""
        out[#out + 1] = fmt("  %s: %s", clean(item.where), clean(item.name))
        for _, line in ipairs(details(item)) do out[#out + 1] = ("    " .. line):gsub("%s+$", "") end
        out[#out + 1] = ""
      end
    end
  end
  if report.coverage then
    for _, line in ipairs(coverage_lines(report)) do out[#out + 1] = line end
  end
  if #out > 0 and out[#out] ~= "" then out[#out + 1] = "" end
  out[#out + 1] = fmt("%d passed, %d failed", report.passed, report.failed)
  return table.concat(out, "\n") .. "\n"
end

local function as_tap(report)
  local out, n = {}, 0
  local function add(ok, name, lines)
    n = n + 1
    out[#out + 1] = fmt("%s %d - %s", ok and "ok" or "not ok", n, (clean(name):gsub("\n", " "):gsub("[\\#]", "\\%0")))
    if ok then return end
    out[#out + 1] = "  ---\n  message: |"
    for _, line in ipairs(lines) do out[#out + 1] = ("    " .. line):gsub("%s+$", "") end
    out[#out + 1] = "  ..."
  end
  for file in each(report.files) do
    for text in each(file.faults) do add(false, file.path, { clean(text) }) end
    for item in each(file.items) do add(item.ok, file.path .. ": " .. item.name, item.ok or details(item)) end
  end
  if report.below_min then add(false, "coverage", coverage_lines(report)) end
  table.insert(out, 1, "1.." .. n)
  table.insert(out, 1, "TAP version 13")
  return table.concat(out, "\n") .. "\n"
end

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["\n"] = "&#10;" }

local function attribute(text) return (clean(text):gsub('[&<>"\n]', entities)) end
local function content(text) return (clean(text):gsub('[&<>]', entities)) end

local function as_junit(report)
  local out = { '<?xml version="1.0" encoding="UTF-8"?>' }
  local faults, below = report.faults, report.below_min and 1 or 0
  out[2] = fmt('<testsuites tests="%d" failures="%d" errors="%d">', report.passed + report.failed + faults + below,
    report.failed + below, faults)
  for file in each(report.files) do
    local failed, all = 0, 0
    for item in each(file.items) do
      all, failed = all + 1, failed + (item.ok and 0 or 1)
    end
    local wrong = file.faults and #file.faults or 0
    out[#out + 1] = fmt('  <testsuite name="%s" tests="%d" failures="%d" errors="%d">', attribute(file.path), all + wrong, failed, wrong)
    for text in each(file.faults) do
      out[#out + 1] = fmt('    <testcase classname="%s" name="it can be run"><error message="%s"/></testcase>', attribute(file.path), attribute(text))
    end
    for item in each(file.items) do
      local head = fmt('    <testcase classname="%s" name="%s"', attribute(file.path), attribute(item.name))
      if item.ok then
        out[#out + 1] = head .. "/>"
      else
        out[#out + 1] = fmt('%s><failure message="%s">%s', head, attribute(item.failures[1]),
          content(item.where .. "\n" .. table.concat(details(item), "\n"))) .. "</failure></testcase>"
      end
    end
    out[#out + 1] = "  </testsuite>"
  end
  if below == 1 then
    out[#out + 1] = '  <testsuite name="coverage" tests="1" failures="1" errors="0">'
    out[#out + 1] = fmt('    <testcase classname="coverage" name="lines that ran"><failure message="below --min">%s</failure></testcase>',
      content(table.concat(coverage_lines(report), "\n")))
    out[#out + 1] = "  </testsuite>"
  end
  out[#out + 1] = "</testsuites>"
  return table.concat(out, "\n") .. "\n"
end

return function(argument)
  local forms = { text = as_text, tap = as_tap, junit = as_junit }
  local form = forms[argument.form]
  if not form then error("no form '" .. tostring(argument.form) .. "' of a test's report") end
  return form(argument.report)
end
