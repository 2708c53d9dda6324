-- The layouts of a rule that brings none: a page of 80 columns, and the whole result as JSON.
local host = ...
local fmt, nkb = host.fmt, host.nkb
local concat, min, max = table.concat, math.min, math.max

local WIDTH, MAX_ROWS, MAX_DEPTH, MAX_NAME, MAX_COLUMNS = 80, 60, 4, 40, 7

local function number(x)
  if x == nil then return "-" end
  if math.type(x) == "integer" then return fmt.count(x) end
  local size = math.abs(x)
  if x == 0 or (size >= 0.001 and size < 100000) then return fmt.fixed(x, 4) end
  return size >= 100000 and fmt.si(x) or fmt.sig(x, 4)
end

-- A score is compared by its digits, so it has them all before the point, as explain shows it.
local function score_text(x)
  if math.type(x) ~= "float" or x == 0 then return number(x) end
  local size = math.abs(x)
  return size >= 0.001 and size < 1e7 and fmt.fixed(x, 4) or fmt.sig(x, 5)
end

-- One line whatever the rule put in: no control characters, no more than `most` characters.
local function line(text, most)
  text = tostring(text):gsub("[%c\127]", " ")
  if most and fmt.width(text) > most and utf8.len(text) then
    text = text:sub(1, utf8.offset(text, most) - 1) .. "…"
  end
  return text
end

local function title(node)
  local name = node.name or node.path or node.param
  return line(name or (node.op == "value" and "constant" or node.op), MAX_NAME)
end

local function find(m, ...)
  if host.has(m, ...) then return (host.find(m, ...)) end
end

local function facts(m)
  local list = {}
  local prompts = find(m, "prompts")
  if prompts and host.kind(prompts) == "array" then list[#list + 1] = #prompts .. " prompts" end
  list[#list + 1] = find(m, "training.hw_backend")
  local ratio = find(m, "hlo.static.nki_ratio")
  if ratio then list[#list + 1] = "static NKI ratio " .. fmt.fixed(ratio, 4) end
  return concat(list, " · ")
end

local function add_head(out, r)
  local left = line(concat({ r.rule.name, r.rule.version or "", "(" .. (r.rule.origin or "file") .. ")" }, " "):gsub("  +", " "), 60)
  local right = line(facts(r.m), WIDTH)
  local gap = WIDTH - fmt.width(left) - fmt.width(right)
  if right == "" then
    out[#out + 1] = left
  elseif gap < 2 then
    out[#out + 1] = left .. "\n" .. right
  else
    out[#out + 1] = left .. (" "):rep(gap) .. right
  end
  out[#out + 1] = ""
  local score = "  SCORE  " .. score_text(r.score)
  if r.mode ~= "combined" then score = score .. "  (" .. line(r.mode, 30) .. ")" end
  if not r.valid then score = score .. "  INVALID" end
  if r.rule.about then score = fmt.pad(score, 22) .. "  " .. line(r.rule.about, 200) end
  out[#out + 1] = line(score, WIDTH)
  out[#out + 1] = ""
end

-- Rows of the same make (a score that sums over prompts) are a table: their names must agree.
local function columns_of(rows)
  local first = rows[1].children
  if not first or #rows < 2 or #first > MAX_COLUMNS then return nil end
  local names = {}
  for i = 1, #first do names[i] = title(first[i]) end
  for i = 2, #rows do
    local children = rows[i].children
    if not children or #children ~= #names then return nil end
    for j = 1, #names do
      if title(children[j]) ~= names[j] then return nil end
    end
  end
  return names
end

local function decimals(cell) return #(cell:match "%.%d+$" or "") end

-- Columns as wide as they need to be, empty ones left out; the first stands left, the others, numbers, on their
-- decimal point, or as `sides` says.
local function aligned(rows, sides)
  local widths, most = {}, {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do most[i] = max(most[i] or 0, decimals(cell)) end
  end
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      if i > 1 and not (sides and sides[i]) and cell:find "^-?%d[%d. ]*$" then
        row[i] = cell .. (" "):rep(most[i] - decimals(cell))
      end
      widths[i] = max(widths[i] or 0, fmt.width(row[i]))
    end
  end
  local lines = {}
  for i, row in ipairs(rows) do
    local text = fmt.pad(row[1], widths[1])
    for j = 2, #row do
      if widths[j] > 0 then
        local side = sides and sides[j] or "right"
        text = text .. (side == "left" and " " or "   ") .. fmt.pad(row[j], widths[j], side)
      end
    end
    lines[i] = text:gsub(" +$", "")
  end
  return lines
end

-- What a row comes to; not the name of one of its parts.
local function title_of_rows(rows, names)
  local what = rows[1].op == "rank" and "rank" or "points"
  for _, name in ipairs(names) do
    if name == what then return "in all" end
  end
  return what
end

local function table_of(rows, names)
  local lines = { { "", table.unpack(names) } }
  lines[1][#names + 2] = title_of_rows(rows, names)
  for i = 1, min(#rows, MAX_ROWS) do
    local cells = { title(rows[i]) }
    for j = 1, #names do cells[j + 1] = number(rows[i].children[j].value) end
    cells[#cells + 1] = number(rows[i].value)
    lines[#lines + 1] = cells
  end
  local texts = aligned(lines)
  if #rows > MAX_ROWS then texts[#texts + 1] = ("… and %d more"):format(#rows - MAX_ROWS) end
  return texts
end

local function list_of(root)
  local lines = {}
  local function add(node, depth)
    if #lines >= MAX_ROWS then return end
    local weight = node.weight and "× " .. number(node.weight) or ""
    lines[#lines + 1] = { ("  "):rep(depth) .. title(node), number(node.value), node.unit and line(node.unit, 12) or "", weight }
    if not node.children or depth >= MAX_DEPTH then return end
    for i = 1, #node.children do add(node.children[i], depth + 1) end
  end
  for i = 1, #root.children do add(root.children[i], 0) end
  return aligned(lines, { [3] = "left" })
end

local function add_tree(out, root)
  if not root.children or #root.children == 0 then return end
  local names = columns_of(root.children)
  local lines = names and table_of(root.children, names) or list_of(root)
  for _, text in ipairs(lines) do out[#out + 1] = "  " .. text end
  out[#out + 1] = ""
end

local marks = { require = "✘", impossible = "✘", advise = "!", note = "·" }

local function add_checks(out, r)
  local before = #out
  for i = 1, #r.checks do
    local check = r.checks[i]
    local mark = check.ok and (check.kind == "note" and "·" or "✔") or marks[check.kind]
    if not check.quiet then out[#out + 1] = "  " .. mark .. " " .. line(check.text, 400) end
  end
  if #out > before then out[#out + 1] = "" end
  for i = 1, #r.gates do
    local gate = r.gates[i]
    local verdict = gate.ok and "passed" or gate.warning and "warning" or "FAILED"
    local exit = verdict == "FAILED" and "  (exit 3)" or ""
    out[#out + 1] = ("  %s %s  %s: %s%s"):format(i == 1 and "gates  " or "       ", line(gate.text, 200), verdict, line(gate.says, 120), exit)
  end
  if #r.gates > 0 then out[#out + 1] = "" end
end

-- Parameters as the rule has them go without saying.
local function add_params(out, r)
  local before = #out
  for i = 1, #r.params do
    local param = r.params[i]
    if param.origin ~= "default" and param.value ~= nil then
      local value = type(param.value) == "number" and number(param.value) or line(param.value, 60)
      out[#out + 1] = ("  %s %s %s%s  (%s)"):format(#out == before and "params " or "       ", line(param.name, MAX_NAME), value,
        param.unit and " " .. line(param.unit, 12) or "", line(param.origin, 60))
    end
  end
  if #out > before then out[#out + 1] = "" end
end

local function add_files(out, r)
  for i = 1, min(#r.files, MAX_ROWS) do
    local file = r.files[i]
    out[#out + 1] = ("  %s %s  %s"):format(i == 1 and "files  " or "       ", score_text(file.score), line(file.path, 200))
  end
  if #r.files > MAX_ROWS then out[#out + 1] = ("          … and %d more"):format(#r.files - MAX_ROWS) end
  if #r.files > 0 then out[#out + 1] = "" end
end

local function console(r)
  local out = {}
  add_head(out, r)
  add_tree(out, r.tree)
  add_checks(out, r)
  add_params(out, r)
  add_files(out, r)
  local outputs = r.run.outputs
  for i = 1, outputs and #outputs or 0 do
    out[#out + 1] = (i == 1 and "  wrote   " or "          ") .. line(outputs[i], 400)
  end
  while out[#out] == "" do out[#out] = nil end
  return concat(out, "\n") .. "\n"
end

local function json(r)
  local object = nkb.object()
  for key, value in host.base.pairs(r) do
    if key ~= "m" and key ~= "p" then object:set(key, value) end
  end
  return object:set("metrics", r.m)
end

return { console = console, json = json }
