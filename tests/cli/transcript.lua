-- Runs what a page of documentation shows: in its ```console blocks a line "$ COMMAND" is typed at a shell, the lines
-- below it are what stdout and stderr then say, together. A line "…" stands for any number of lines. `cd` holds for
-- the rest of the page, as it does for who types along; "echo $?" on its own line tells the last command's exit code.
--     lua transcript.lua PAGE            differences on stdout, exit 1 when there are any
--     lua transcript.lua --write PAGE    writes what the commands really say into the page, but where a "…" stands
local write = arg[1] == "--write"
local page = arg[write and 2 or 1]

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local function split(text)
  local lines = {}
  for line in text:gmatch "([^\n]*)\n" do lines[#lines + 1] = line end
  return lines
end

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local folder, last_code = ".", 0

local function run(command)
  local target = command:match "^cd (%S+)$"
  if target then
    folder = folder .. "/" .. target
    if os.execute("cd " .. quote(folder) .. " 2>/dev/null") then return {} end
    return { "cd: no folder " .. target }
  end
  if command == "echo $?" then return { ("%d"):format(last_code) } end
  local out = os.tmpname()
  local _, how, code = os.execute(("cd %s && { %s\n} >%s 2>&1 </dev/null"):format(quote(folder), command, out))
  local text = read(out)
  os.remove(out)
  last_code = how == "exit" and code or 128 + code
  if text ~= "" and text:sub(-1) ~= "\n" then text = text .. "\n" end
  return split(text)
end

-- Do the lines follow the expectation? Where they do not, the expectation's line and the line it met.
local function compare(expected, lines)
  local e, l, star_e, star_l, far_e, far_l = 1, 1, nil, nil, 1, 1
  while true do
    if expected[e] == "…" then
      star_e, star_l = e, l
      e = e + 1
    elseif e > #expected and l > #lines then
      return true
    elseif e <= #expected and l <= #lines and expected[e] == lines[l] then
      e, l = e + 1, l + 1
    elseif star_e and star_l <= #lines then
      if e >= far_e then far_e, far_l = e, l end
      star_l = star_l + 1
      e, l = star_e + 1, star_l
    else
      if not star_e or e > far_e then far_e, far_l = e, l end
      return false, far_e, far_l
    end
  end
end

local function has_gap(expected)
  for _, line in ipairs(expected) do if line == "…" then return true end end
end

local lines, out = split(read(page)), {}
local i, count, faults, inside = 1, 0, 0, false
while i <= #lines do
  local command = inside and lines[i]:match "^%$ (.*)$"
  if lines[i] == "```console" then inside = true elseif lines[i] == "```" then inside = false end
  out[#out + 1] = lines[i]
  i = i + 1
  if command then
    local start, expected = i - 1, {}
    while command:sub(-1) == "\\" do
      command = command .. "\n" .. lines[i]
      out[#out + 1] = lines[i]
      i = i + 1
    end
    while lines[i] and lines[i] ~= "```" and not lines[i]:find "^%$ " do
      expected[#expected + 1] = lines[i]
      i = i + 1
    end
    local real = run(command)
    count = count + 1
    local same, at, met = compare(expected, real)
    if not same then
      faults = faults + 1
      print(("%s:%d: $ %s"):format(page, start, command))
      print("  the page   " .. (expected[at] or "(ends)"))
      print("  it is      " .. (real[met] or "(ends)"))
    end
    local shown = (write and not has_gap(expected)) and real or expected
    table.move(shown, 1, #shown, #out + 1, out)
  end
end

if write then
  local file = assert(io.open(page, "wb"))
  file:write(table.concat(out, "\n"), "\n")
  assert(file:close())
end
print(("%s: %d commands, %d not as shown"):format(page, count, faults))
os.exit(count > 0 and (faults == 0 or write))
