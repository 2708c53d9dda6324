-- Findings as text, JSON, GitHub's annotations or SARIF 2.1.0. A finding is { path, line, column, severity, code, text }.
local fmt = nkb.fmt

-- What each code is about: SARIF lists them, and the page of the documentation.
local codes = {
  { "arguments", "an argument too few or too many" },
  { "colon", "a method called with a dot" },
  { "float-equality", "rounded numbers compared with == or ~=" },
  { "global-write", "a global is written" },
  { "hole", "a list with a nil in it" },
  { "load", "the rule cannot be loaded, its shape is wrong, or it requires what is not there" },
  { "no-test", "no _test.lua beside the rule" },
  { "no-version", "the rule does not say its version" },
  { "node-equality", "a node compared with a number" },
  { "not-a-number", "t:metric of what is no number" },
  { "not-needed", "a metric whose input is not in needs" },
  { "old-lua", "a function that not every Lua 5.4 has" },
  { "read-only", "an attempt to set what is read-only" },
  { "syntax", "no Lua" },
  { "too-long", "too long or too deep to be looked at" },
  { "unknown-key", "a key that no rule and no parameter has" },
  { "unknown-metric", "a metric that does not exist" },
  { "unknown-name", "a name that does not exist" },
  { "unknown-param", "a parameter that does not exist" },
  { "unread-need", "an input that nothing looks at" },
  { "unread-param", "a parameter that nothing reads" },
  { "unused-ignore", "an ignore that silences nothing" },
  { "zero-division", "division by a metric that may be 0" },
}

local function plural(n, what) return n .. " " .. what .. (n == 1 and "" or "s") end

local function count(report)
  local parts = {}
  if report.errors > 0 then parts[1] = plural(report.errors, "error") end
  if report.warnings > 0 then parts[#parts + 1] = plural(report.warnings, "warning") end
  return #parts > 0 and table.concat(parts, ", ") or "nothing to say"
end

local function text(report)
  local lines = {}
  for i, f in ipairs(report.findings) do
    lines[i] = fmt.line(("%s:%d:%d: %s: %s [%s]"):format(f.path, f.line, f.column, f.severity, f.text, f.code))
  end
  -- Who asked for no rule is told which was looked at.
  lines[#lines + 1] = (report.unasked and fmt.line(report.unasked) or plural(report.rules, "rule")) .. ": " .. count(report)
  return table.concat(lines, "\n") .. "\n"
end

local function json(report)
  local findings = nkb.array {}
  for i, f in ipairs(report.findings) do
    findings[i] = nkb.object { { "path", f.path }, { "line", f.line }, { "column", f.column }, { "severity", f.severity },
      { "code", f.code }, { "text", f.text } }
  end
  return nkb.json.encode(nkb.object { { "format", "nkibench.check/1" }, { "engine", report.engine }, { "rules", report.rules },
    { "errors", report.errors }, { "warnings", report.warnings }, { "findings", findings } }, 2) .. "\n"
end

-- ::error file=…,line=…,col=…,title=…::text, with what is special to the form percent-encoded.
local function github(report)
  local function data(x) return (x:gsub("%%", "%%25"):gsub("\r", "%%0D"):gsub("\n", "%%0A")) end
  local function property(x) return (data(x):gsub(":", "%%3A"):gsub(",", "%%2C")) end
  local lines = {}
  for i, f in ipairs(report.findings) do
    lines[i] = ("::%s file=%s,line=%d,col=%d,title=nkibench %s::%s\n"):format(f.severity, property((f.path:gsub("^%./", ""))), f.line, f.column,
      f.code, data(f.text))
  end
  return table.concat(lines)
end

-- A path as a relative URI reference: what is no plain character is percent-encoded.
local function uri(path)
  local text_of = path:gsub("^%./", ""):gsub("[^%w%-%._~/]", function(c) return ("%%%02X"):format(c:byte()) end)
  return path:sub(1, 1) == "/" and "file://" .. text_of or text_of
end

local function sarif(report)
  local object, array = nkb.object, nkb.array
  local rules, position, results = array {}, {}, array {}
  for i, code in ipairs(codes) do
    rules[i] = object { { "id", code[1] }, { "shortDescription", object { { "text", code[2] } } } }
    position[code[1]] = i - 1
  end
  for i, f in ipairs(report.findings) do
    results[i] = object { { "ruleId", f.code }, { "ruleIndex", position[f.code] }, { "level", f.severity },
      { "message", object { { "text", f.text } } },
      { "locations", array { object { { "physicalLocation", object {
        { "artifactLocation", object { { "uri", uri(f.path) } } },
        { "region", object { { "startLine", f.line }, { "startColumn", f.column } } } } } } } } }
  end
  local driver = object { { "name", "nkibench" }, { "version", report.engine }, { "rules", rules } }
  local run = object { { "tool", object { { "driver", driver } } }, { "columnKind", "unicodeCodePoints" }, { "results", results } }
  return nkb.json.encode(object { { "$schema", "https://json.schemastore.org/sarif-2.1.0.json" }, { "version", "2.1.0" },
    { "runs", array { run } } }, 2) .. "\n"
end

return { codes = codes, count = count, forms = { text = text, json = json, github = github, sarif = sarif } }
