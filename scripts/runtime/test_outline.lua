-- What a test file holds, as a list of items to run: cases, rows of tables, properties.
local host = ...
local shape = host.test_shape
local check, check_keys, fault = shape.check, shape.check_keys, shape.fault

local MAX_ITEMS, MAX_NAME_BYTES, MAX_RUNS = 10000, 200, 1000000
local ABSENT = "\1absent" -- as in test_tree.h

local outline = {}

local common = { "metrics", "fixture", "params", "options", "tolerance" }
local file_keys = { "rule", "cases", "tables", "properties", table.unpack(common) }
local expectations = { "near", "exact", "mode", "valid", "checks", "gates", "files", "console", "json", "training_json", "golden", "holds",
  "rejects", "errors" }
local claims = { "monotone", "bounded", "scale_free", "valid", "finite", "holds" }
local option_names = { "verbose", "detailed", "per_file_scores", "print_per_file" }
local layouts = { "console", "json", "training_json" }

local function join(...)
  local all = {}
  for _, list in ipairs { ... } do
    for _, name in ipairs(list) do all[#all + 1] = name end
  end
  return all
end
local case_keys = join({ "name" }, common, expectations)
local table_keys = join({ "name", "inputs", "expect", "rows" }, common)
local property_keys = join({ "name", "over", "runs", "seed" }, common, claims)

-- The globals of a test file: a rule's, and absent(why). What it sets stays with it.
function outline.environment()
  local env = { absent = function(why) return host.nkb.object { { ABSENT, type(why) == "string" and why or "absent in this test" } } end }
  return setmetatable(env, { __index = host.base.env, __metatable = false })
end

local function over(under, above)
  local t = {}
  for name, value in host.base.pairs(under or {}) do t[name] = value end
  for name, value in host.base.pairs(above or {}) do t[name] = value end
  return t
end

local function check_common(where, t)
  shape.check_data(where, "metrics", check(where, t, "metrics", "table"), 1)
  check(where, t, "fixture", "string")
  local tolerance = check(where, t, "tolerance", "number")
  if tolerance and not (tolerance >= 0 and tolerance < math.huge) then
    fault(where, "'tolerance' is %s; a number from 0 on is expected", host.repr(tolerance))
  end
  for name, value in host.base.pairs(check(where, t, "params", "table") or {}) do
    if type(name) ~= "string" then fault(where, "'params' is { name = value }, not a list") end
    if type(value) == "table" or type(value) == "function" then
      fault(where, "parameter '%s' is %s; a number, a text, true or false is expected", name, shape.kind_of(value))
    end
  end
  local options = check(where, t, "options", "table") or {}
  check_keys(where, options, option_names, "the options")
  for name in host.base.pairs(options) do check(where, options, name, "boolean") end
  if t.fixture and not t.fixture:find "%.json$" and not t.fixture:find "%.lua$" then
    fault(where, "fixture is '%s'; a file made by nkibench metrics --json or --lua, x.json or x.lua, is expected", t.fixture)
  end
end

local items, seen, file
local count, only -- items so far; the one that is wanted, nil: all of them

-- Is one of the next n items wanted? The others are only counted: what they say was looked at for the outline.
local function skip(n)
  if only and (only <= count or only > count + n) then
    count = count + n
    return true
  end
end

local function add(kind, t, name, line, where)
  count = count + 1
  if count > MAX_ITEMS then fault(where, "more than %d cases", MAX_ITEMS) end
  if seen[name] then fault(where, "there are two cases called '%s'; each needs a name of its own", name) end
  seen[name] = true
  local options = over({ verbose = false, detailed = false, per_file_scores = t.files ~= nil, print_per_file = false, unsafe = false },
    over(file.options, t.options))
  local item = { kind = kind, name = name, line = line, where = where, spec = t, options = options,
    layers = {}, params = over(file.params, t.params), tolerance = t.tolerance or file.tolerance or 1e-9,
    fixture = t.fixture or file.fixture }
  -- What lies under what: a fixture is under the metrics that stand beside it.
  local layers = item.layers
  if item.fixture and not t.fixture then layers[1] = { fixture = true } end
  if file.metrics then layers[#layers + 1] = { metrics = file.metrics } end
  if t.fixture then layers[#layers + 1] = { fixture = true } end
  if t.metrics then layers[#layers + 1] = { metrics = t.metrics } end
  items[count] = item
  return item
end

local function name_of(list, i, t, what)
  local where = shape.place()
  if type(t) ~= "table" then fault(where, "%s[%d] is %s; %s is a table with a name", list, i, shape.kind_of(t), what) end
  if type(t.name) ~= "string" or t.name == "" or #t.name > MAX_NAME_BYTES or t.name:find "%c" then
    fault(where, "%s[%d] has no name; %s needs name = \"what it shows\", one line of at most %d bytes", list, i, what, MAX_NAME_BYTES)
  end
  local line = shape.line_of(t.name)
  return t.name, line, shape.place(line)
end

local function has_any(t, names)
  for _, name in ipairs(names) do if t[name] ~= nil then return true end end
  return false
end

-- What expects nothing is passed by everything.
local function check_filled(where, t, keys)
  for _, key in ipairs(keys) do
    local value = t[key]
    local empty = value == "" or type(value) == "table"
    for _ in host.base.pairs(type(value) == "table" and value or {}) do empty = false end
    if empty then
      fault(where, "'%s' is empty and expects nothing; leave it out, or say what is expected", key)
    end
    for _, text in ipairs(key == "console" and type(value) == "table" and value or {}) do
      if text == "" then fault(where, "'console' has an empty text, which every text holds") end
    end
  end
end

local function check_numbers(where, t, key)
  for name, value in host.base.pairs(check(where, t, key, "table") or {}) do
    if type(name) ~= "string" then fault(where, "'%s' is { node = number }, not a list", key) end
    if type(value) ~= "number" then fault(where, "%s: '%s' is %s; a number is expected", key, name, shape.kind_of(value)) end
    shape.check_data(where, key .. "." .. name, value, 1)
  end
end

local function check_texts(where, t, key)
  local value = check(where, t, key, "string", "list")
  for i, text in ipairs(type(value) == "table" and value or {}) do
    if type(text) ~= "string" then fault(where, "%s: item %d is %s; a text is expected", key, i, shape.kind_of(text)) end
  end
end

local function check_expectations(where, t)
  for _, key in ipairs { "near", "exact" } do check_numbers(where, t, key) end
  for _, key in ipairs { "mode", "rejects", "errors" } do check(where, t, key, "string") end
  for _, key in ipairs { "valid", "checks", "files", "golden", "holds", "gates", "json" } do
    check(where, t, key, table.unpack(({ valid = { "boolean" }, checks = { "list" }, files = { "list" },
      golden = { "string", "table" }, holds = { "function" } })[key] or { "table" }))
  end
  check(where, t, "training_json", "table")
  check_texts(where, t, "console")
  check_texts(where, t, "checks")
  check_filled(where, t, { "near", "exact", "gates", "console", "json", "training_json", "golden" }) -- no checks, no files: that is something
  for _, text in ipairs(t.checks or {}) do
    local kind = text:match "^(%a+):" or text:match "^%a+$"
    if kind ~= "require" and kind ~= "advise" and kind ~= "note" and kind ~= "impossible" then
      fault(where, "checks: '%s' says not which kind; \"require: …\", \"advise: …\", \"note: …\" or \"impossible: …\" is expected", text)
    end
  end
  for i, value in ipairs(t.files or {}) do
    if type(value) ~= "number" and value ~= false then
      fault(where, "files: item %d is %s; a number, or false for none, is expected", i, shape.kind_of(value))
    end
  end
  for gate, value in host.base.pairs(t.gates or {}) do
    if type(gate) ~= "string" or type(value) ~= "boolean" then
      fault(where, "'gates' is { [\"score >= 10\"] = true }: which gates hold, and which do not")
    end
  end
  if type(t.golden) == "table" then
    check_keys(where, t.golden, layouts, "'golden'")
    for _, name in ipairs(layouts) do check(where, t.golden, name, "string") end
  end
  if t.rejects and t.errors then fault(where, "a case cannot both be rejected and end in an error") end
  for _, key in ipairs { "rejects", "errors" } do
    for _, other in ipairs(expectations) do
      if t[key] and other ~= key and t[other] ~= nil then fault(where, "with '%s' there is no result to have '%s'", key, other) end
    end
  end
end

local function add_case(i, t)
  if skip(1) then return end
  local name, line, where = name_of("cases", i, t, "a case")
  check_keys(where, t, case_keys, "a case")
  check_common(where, t)
  if not has_any(t, expectations) then
    fault(where, "case '%s' expects nothing; near = { score = … } or one of %s is expected", name, table.concat(expectations, ", "))
  end
  check_expectations(where, t)
  add("case", t, name, line, where)
end

local cells = { mode = "string", valid = "boolean", rejects = "string", errors = "string" }

local function add_table(i, t)
  if only and skip(#t.rows) then return end
  local name, line, where = name_of("tables", i, t, "a table")
  check_keys(where, t, table_keys, "a table")
  check_common(where, t)
  for _, key in ipairs { "inputs", "expect", "rows" } do
    check_texts(where, { [key] = key ~= "rows" and t[key] or nil }, key)
    if not check(where, t, key, "list") or #t[key] == 0 then
      fault(where, "table '%s' has no '%s'; inputs, expect and rows are lists with something in them", name, key)
    end
  end
  local lines, width = shape.rows_of(name), #t.inputs + #t.expect
  for r, row in ipairs(t.rows) do
    if skip(1) then goto continue end
    local at = shape.place(lines[r] or line)
    if type(row) ~= "table" or #row ~= width then
      fault(at, "row %d of '%s' %s; one for each of inputs and expect is expected, %d", r, name,
        type(row) == "table" and "has a length of " .. #row or "is " .. shape.kind_of(row) .. ", not a list", width)
    end
    local case = { name = name, metrics = over(t.metrics), params = over(t.params), options = t.options,
      tolerance = t.tolerance, fixture = t.fixture, near = {} }
    for c, input in ipairs(t.inputs) do
      local into = (input:find "[.%[]" or host.known(input)) and case.metrics or case.params
      into[input] = row[c]
    end
    for c, what in ipairs(t.expect) do
      local cell = row[#t.inputs + c]
      if cells[what] and (cell ~= false or what == "valid") then
        if type(cell) ~= cells[what] then
          fault(at, "row %d of '%s': '%s' is %s; a %s is expected", r, name, what, shape.kind_of(cell),
            cells[what] == "string" and "text, or false for none," or "true or false")
        end
        case[what] = cell
      elseif not cells[what] then
        if type(cell) ~= "number" and cell ~= false then
          fault(at, "row %d of '%s': '%s' is %s; a number, or false for any, is expected", r, name, what, shape.kind_of(cell))
        end
        case.near[what] = cell or nil
      end
    end
    if case.rejects or case.errors then case.near, case.valid, case.mode = nil, nil, nil end
    add("case", case, ("%s, row %d"):format(name, r), lines[r] or line, at)
    ::continue::
  end
end

local function add_property(i, t)
  if skip(1) then return end
  local name, line, where = name_of("properties", i, t, "a property")
  check_keys(where, t, property_keys, "a property")
  check_common(where, t)
  if not has_any(t, claims) then
    fault(where, "property '%s' claims nothing; one of %s is expected", name, table.concat(claims, ", "))
  end
  if not check(where, t, "over", "table") or not next(t.over) then
    fault(where, "property '%s' has no 'over'; over = { [\"training.mfu_percent\"] = { 0.1, 100.0 } } is expected", name)
  end
  for key, kinds in host.base.pairs { runs = { "count" }, seed = { "number" }, finite = { "boolean" }, valid = { "boolean" },
    holds = { "function" }, bounded = { "list" }, scale_free = { "list" }, monotone = { "string", "table" } } do
    check(where, t, key, table.unpack(kinds))
  end
  check_filled(where, t, { "monotone", "scale_free" })
  if t.runs and t.runs > MAX_RUNS then fault(where, "'runs' is %d; at most %d are done", t.runs, MAX_RUNS) end
  if t.seed and math.type(t.seed) ~= "integer" then fault(where, "'seed' is %s; a whole number is expected", host.repr(t.seed)) end
  if t.finite == false then fault(where, "'finite' is false; leave it out") end
  local b = t.bounded
  if b and not (#b == 2 and type(b[1]) == "number" and type(b[2]) == "number" and b[1] <= b[2]) then
    fault(where, "'bounded' is { low, high }, two numbers")
  end
  add("property", t, name, line, where)
end

-- The file, as it returned it: its items, and for the host what it needs to know of them. With `item` that one alone,
-- of a file that has been read whole before.
function outline.read(returned, text, path, item)
  count, only = 0, item
  shape.open(text, path)
  local where = shape.place()
  if type(returned) ~= "table" or host.nkb.kind(returned) ~= "table" then
    fault(where, "the file returns %s; a test is a table, return { cases = { … } }", returned == nil and "nothing" or shape.kind_of(returned))
  end
  file, items, seen = returned, {}, {}
  check_keys(where, file, file_keys, "a test file")
  check(where, file, "rule", "string")
  check_common(where, file)
  for _, list in ipairs { "cases", "tables", "properties" } do
    for i, t in ipairs(check(where, file, list, "list") or {}) do
      (list == "cases" and add_case or list == "tables" and add_table or add_property)(i, t)
    end
  end
  if count == 0 then fault(where, "no cases; cases = { { name = …, metrics = …, near = { score = … } } } is expected") end

  if only then return nil, items end
  local out = { rule = file.rule, items = {} }
  for i, each in ipairs(items) do
    local golden = each.spec.golden
    out.items[i] = { name = each.name, line = each.line, kind = each.kind, where = each.where,
      fixture = each.fixture and each.fixture:find "%.json$" and each.fixture or nil,
      golden = type(golden) == "string" and { console = golden } or golden }
  end
  return out, items
end

return outline
