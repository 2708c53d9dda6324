-- nkb.audit: is what was handed in possible, and of one run? Each audit returns whether it is, and a sentence that
-- says so, twice where all is well, as c takes it; where there is nothing to look at also "unchecked", of which c
-- makes a remark:
--     c:require(nkb.audit.mfu(m))      c:advise(nkb.audit.equal_timings(m))
local host = ...
local raise, fmt, repr = host.raise, host.fmt, host.repr
local number_of = host.nkb.number
local audit = {}

local LATENCY_TOLERANCE = 0.01 -- reports are printed with two digits behind the point

local function passed(format, ...)
  local text = format:format(...)
  return true, text, text
end

local function unchecked(what, why)
  local text = what .. " not checked: " .. why
  return true, text, text, "unchecked"
end

-- A number of m; or nil and why there is none.
local function metric(m, path)
  if not host.kind(m) then raise "an audit looks at m; nkb.audit.NAME(m) is expected" end
  local head = path:match "^[%w_]+"
  if not host.has(m, head) then return nil, head .. " is absent: " .. (select(3, host.note(m, head)) or "not known") end
  if not host.has(m, path) then return nil, path .. " is absent: " .. (select(3, host.note(m, path)) or "there is no such metric") end
  local value = host.find(m, path)
  if type(value) ~= "number" then return nil, path .. " is no number" end
  return value
end

local function option(options, name, default)
  local value = options and options[name]
  if value == nil then return default end
  local x = number_of(value)
  if not x or not (x > 0) then raise(("nkb.audit: %s is %s; a number above 0 is expected"):format(name, host.tostring(value))) end
  return x
end

-- No machine does more than its peak.
function audit.mfu(m)
  local mfu, why = metric(m, "training.mfu_percent")
  if not mfu then return unchecked("MFU", why) end
  if mfu > 100 then return false, ("MFU is %s %%: over 100 %% is impossible"):format(fmt.fixed(mfu, 2)) end
  return passed("MFU is %s %%, within what is possible", fmt.fixed(mfu, 2))
end

-- The tokens of a sequence: as given, else those of all prompts, where they agree.
local function sequence_length(m, options)
  local given = option(options, "max_length")
  if given then return given end
  if not host.has(m, "prompts") then return nil end
  local prompts, length = host.find(m, "prompts"), nil
  for i = 1, #prompts do
    local own = prompts[i].sequence_length
    if type(own) ~= "number" or length and own ~= length then return nil end
    length = own
  end
  return length
end

-- A harness takes throughput = max_length * batch / seconds, so that latency times throughput is the tokens of a
-- batch (aws-samples/nki-llama benchmark.py; 640 in all saved reports of the contest). options: max_length, batch,
-- tolerance, and at = "inference.e2e_model", the group of a report.
function audit.latency_throughput(m, options)
  local at, what = options and options.at or "inference.e2e_model", "latency × throughput"
  local latency, why = metric(m, at .. ".latency_ms_avg")
  if not latency then return unchecked(what, why) end
  local throughput, why_throughput = metric(m, at .. ".throughput")
  if not throughput then return unchecked(what, why_throughput) end
  local length = sequence_length(m, options)
  if not length then return unchecked(what, "the length of a sequence is not known (max_length)") end
  local tokens, expected = latency * throughput / 1000, length * option(options, "batch", 1)
  local off = math.abs(tokens - expected) / expected
  local said = ("latency × throughput is %s tokens, max_length × batch is %s"):format(fmt.general(tokens, 6), fmt.general(expected, 6))
  if off <= option(options, "tolerance", LATENCY_TOLERANCE) then return true, said, said end
  return false, ("%s: %s %% off"):format(said, fmt.general(off * 100, 3))
end

-- The latencies of m.runs: of each row's report, else its column.
local function latencies(m)
  local list = {}
  if not host.has(m, "runs") then return list end
  local runs = host.find(m, "runs")
  for i = 1, #runs do
    for _, path in ipairs { "report.e2e_model.latency_ms_avg", "latency_ms" } do
      if host.has(runs[i], path) then
        list[#list + 1] = host.find(runs[i], path)
        break
      end
    end
  end
  return list
end

-- Two measured times are never equal to the last bit; copied ones are. Takes m or a list of numbers.
function audit.equal_timings(x)
  local list = host.kind(x) == "object" and latencies(x) or x
  if type(list) ~= "table" and host.kind(list) ~= "array" then raise "nkb.audit.equal_timings takes m or a list of numbers" end
  local sorted, most, same = {}, 1, nil
  for i = 1, #list do
    sorted[i] = number_of(list[i])
    if not sorted[i] then raise(("nkb.audit.equal_timings: item %d is a %s; a number is expected"):format(i, type(list[i]))) end
  end
  if #sorted < 2 then return unchecked("equal timings", "there are fewer than two") end
  host.base.sort(sorted)
  local count = 1
  for i = 2, #sorted do
    count = sorted[i] == sorted[i - 1] and count + 1 or 1
    if count > most then most, same = count, sorted[i] end
  end
  if most == 1 then return passed("%d timings, no two of them equal", #sorted) end
  return false, ("%d of %d timings are %s to the last digit; measured ones differ"):format(most, #sorted, repr(same))
end

-- Graphs newer than the log were compiled after the run that is scored.
function audit.hlo_age(m)
  if not host.has(m, "hlo.modules") then return unchecked("age of the HLO files", "hlo is absent") end
  local modules, newer, first = host.find(m, "hlo.modules"), 0, nil
  for i = 1, #modules do
    if modules[i].stale then newer, first = newer + 1, first or modules[i].path end
  end
  if #modules == 0 then return unchecked("age of the HLO files", "there are none") end
  if newer == 0 then return passed("none of %d HLO files is newer than the log", #modules) end
  return false, ("%d of %d HLO files %s newer than the log, so not what ran: %s"):format(newer, #modules, newer == 1 and "is" or "are", first)
end

-- A ratio that was told is that of the graphs at hand, or of another run's.
function audit.nki_ratio(m, told)
  local ratio = number_of(told)
  if not ratio then return unchecked("NKI ratio", "none was told") end
  local counted, why = metric(m, "hlo.static.nki_ratio")
  if not counted then return unchecked("NKI ratio", why) end
  local executed = metric(m, "hlo.executed.nki_ratio")
  if host.nkb.near(ratio, counted) or executed and host.nkb.near(ratio, executed) then
    return passed("NKI ratio %s is that of the graphs", fmt.fixed(ratio, 4))
  end
  return false, ("NKI ratio %s is not that of the graphs: static %s%s"):format(fmt.fixed(ratio, 4), fmt.fixed(counted, 4),
    executed and ", executed " .. fmt.fixed(executed, 4) or "")
end

-- Different programs with one NKI ratio to the last bit: one was counted on the other's graphs. Takes a list of
-- { name, ratio }; a run without any NKI has 0, which says nothing.
function audit.shared_ratio(list)
  if type(list) ~= "table" then raise "nkb.audit.shared_ratio takes a list of { name, ratio }" end
  local seen, count = {}, 0
  for i = 1, #list do
    local item = list[i]
    local name, ratio = type(item) == "table" and item[1], type(item) == "table" and number_of(item[2])
    if type(name) ~= "string" or not ratio then raise(("nkb.audit.shared_ratio: item %d is no { name, ratio }"):format(i)) end
    if ratio ~= 0 and seen[ratio] then
      return false, ("'%s' and '%s' have one NKI ratio to the last digit, %s: of one of them other graphs were counted"):format(
        seen[ratio], name, repr(ratio))
    end
    if ratio ~= 0 then seen[ratio], count = name, count + 1 end
  end
  if count < 2 then return unchecked("shared NKI ratio", "fewer than two runs have one") end
  return passed("%d runs, each with an NKI ratio of its own", count)
end

-- An accuracy that was not measured is absent; 1 for it is nobody's figure.
function audit.accuracy(m)
  local accuracy, why = metric(m, "inference.accuracy")
  if not accuracy then return unchecked("accuracy", why) end
  local source = host.has(m, "inference.accuracy_source") and host.find(m, "inference.accuracy_source")
  if source == "assumed" then return false, "accuracy was not measured: the report does not say it, and 1 is assumed" end
  local _, given_by = host.note(m, "inference.accuracy")
  return passed("accuracy is %s, by %s", repr(accuracy), source == "flag" and (given_by or "--accuracy") or "the report")
end

host.nkb.audit = host.base.readonly("nkb.audit", host.base.closed("nkb.audit", audit))
return audit
