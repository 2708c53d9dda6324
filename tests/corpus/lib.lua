-- What the corpus checks share: tables with headers, running the program in a copy of a folder, a tally.
local lib = {}

lib.corpus = os.getenv "CORPUS" or "../shared/corpus"
lib.goldens = os.getenv "GOLDENS" or "../shared/facts/goldens"
lib.nkibench = os.getenv "NKIBENCH" or "build/nkibench"
lib.temporary = os.getenv "CHECK_TMP" or "/tmp"

function lib.read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read "a"
  file:close()
  return text
end

-- Rows of a table with a header line, as { column = text }, in order.
function lib.tsv(path)
  local text = assert(lib.read(path), path .. ": no such file")
  local rows, names = {}, nil
  for line in text:gmatch "([^\n]*)\n" do
    local cells, n = {}, 0
    for cell in (line .. "\t"):gmatch "([^\t]*)\t" do
      n = n + 1
      if names then cells[names[n] or n] = cell else cells[n] = cell end
    end
    if names then rows[#rows + 1] = cells else names = cells end
  end
  return rows
end

function lib.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- Run a shell command in a folder; returns exit code, stdout, stderr.
function lib.run(folder, command)
  local out, err = lib.temporary .. "/stdout", lib.temporary .. "/stderr"
  local _, _, code = os.execute(("cd %s && ( %s ) >%s 2>%s </dev/null"):format(lib.quote(folder), command, out, err))
  return code, lib.read(out), lib.read(err)
end

function lib.copy(folder)
  local place = lib.temporary .. "/run"
  assert(os.execute(("rm -rf %s && cp -R %s %s && chmod -R u+w %s"):format(place, lib.quote(folder), place, place)))
  return place
end

local passed, failed = 0, 0

-- One check of the tally: problems is a list of lines, empty when all is well.
function lib.check(name, problems)
  if #problems == 0 then
    passed = passed + 1
    return
  end
  failed = failed + 1
  print("FAILED " .. name)
  for i, line in ipairs(problems) do
    if i > 6 then
      print(("    and %d more"):format(#problems - 6))
      break
    end
    print("    " .. line)
  end
end

function lib.finish(title)
  print(("%s: %d passed, %d failed"):format(title, passed, failed))
  os.exit(failed == 0 and passed > 0)
end

return lib
