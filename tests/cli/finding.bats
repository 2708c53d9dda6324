# Which files a folder holds: found while others of them are read.
load helper

# The paths of folder $1 that a run tells of, sorted.
told() { nkibench hlo "$1" -q --jobs "$2" --json | "$LUA" -e '
  for path in io.read("a"):gmatch "\"path\": \"([^\"]*)\"" do print(path) end' | LC_ALL=C sort; }

@test "of wide and of deep folders, with few files open" {
  local jobs
  "$LUA" -e '
    local lfs = require "lfs"
    local count = 0
    local function put(folder)
      count = count + 1
      local file = assert(io.open(("%s/%d.hlo"):format(folder, count), "w"))
      file:write("HloModule m", count, "\n\nENTRY e {\n  ROOT p = f32[2] parameter(0)\n}\n")
      file:close()
    end
    lfs.mkdir "tree"
    for i = 1, 40 do
      local wide = "tree/" .. i
      lfs.mkdir(wide)
      for k = 1, i % 20 do lfs.mkdir(wide .. "/" .. k) put(wide .. "/" .. k) end
      if i % 3 == 0 then put(wide) end
    end
    local deep = "tree/deep"
    for level = 1, 150 do
      lfs.mkdir(deep)
      for k = 1, 20 do lfs.mkdir(deep .. "/s" .. k) put(deep .. "/s" .. k) end
      deep = deep .. "/d" .. level
    end'
  find tree -name '*.hlo' | LC_ALL=C sort > there
  [ "$(wc -l < there)" -gt 3000 ]
  ulimit -n 64
  for jobs in 1 3; do told tree $jobs | cmp - there; done
}

# Equal ends are not enough to be the same, and what stands beside has no part in it.
@test "and which of them repeat another" {
  local i
  mkdir same
  for i in 1 2 3 4; do
    awk -v i=$i 'BEGIN {
      print "HloModule m\n\nENTRY e {\n  p0 = f32[8,8] parameter(0)"
      for (k = 1; k < 6000; k++)
        printf "  p%d = f32[8,8] add(p0, p0), metadata={op_name=\"%s\"}\n", k, i == 2 && k == 3000 ? "other" : "this."
      print "  ROOT r = f32[8,8] add(p0, p0)\n}"
    }' > same/$i.hlo
  done
  [ "$(stat -c %s same/1.hlo)" = "$(stat -c %s same/2.hlo)" ]
  [ "$(stat -c %s same/1.hlo)" -gt 262144 ]
  for i in 1 2; do
    nkibench hlo same --jobs $i --any-form > page 2> talk
    [ "$(grep -c 'repeats 1.hlo' page)" = 2 ]
    [ "$(grep -c 'repeats' page)" = 2 ]
  done
}

# The page has a line for them; a table and a view are of counts alone.
@test "and which of them enter no total" {
  mkdir texts before after
  cp cache/*/*/model.hlo_module.pb before/m.hlo_module.pb
  cp cache/*/*/model.hlo_module.pb after/m.hlo_module.pb
  printf 'HloModule t\n\nENTRY e {\n  ROOT p = f32[2] parameter(0)\n}\n' | tee texts/a.hlo texts/b.hlo > before/t.hlo
  local said='2 HLO files are no bare HloModuleProto and enter no total (--any-form): texts/a.hlo and 1 more'
  nkibench hlo texts --by opcode 2>&1 | grep -F "$said"
  nkibench hlo advise texts 2>&1 | grep -F "$said"
  nkibench hlo roofline texts 2>&1 | grep -F "$said"
  nkibench hlo texts --csv 2>&1 | grep -F "$said"
  nkibench hlo texts --by opcode --any-form > talk 2>&1
  ! grep 'no bare' talk
  nkibench hlo texts > talk 2>&1
  ! grep 'no bare' talk
  nkibench hlo diff before after > changes 2> talk
  grep -F '1 HLO file is no bare HloModuleProto and enters no total (--any-form): before/t.hlo' talk
  grep -F 'no total has changed; 1 file enters no total, and is not compared' changes
}
