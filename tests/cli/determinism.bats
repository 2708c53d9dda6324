# The same inputs and SOURCE_DATE_EPOCH give the same bytes, whatever else differs.
load helper

# All that a run makes, in folder $1.
made() {
  mkdir -p "$1"
  nkibench --detailed --per-file-scores --verbose > "$1/console" 2> "$1/talk"
  mv benchmark_results.json benchmark_finetuning.json "$1"
  nkibench metrics --json > "$1/metrics.json" 2> "$1/metrics.talk"
  nkibench hlo cache --lua > "$1/hlo.lua" 2>&1
}

@test "for any number of threads" {
  local jobs
  many_files cache/many 60
  printf 'broken' > cache/many/broken.hlo
  for jobs in 1 2 8 64; do NKIBENCH_JOBS=$jobs made jobs.$jobs; done
  diff -r jobs.1 jobs.2 && diff -r jobs.1 jobs.8 && diff -r jobs.1 jobs.64
}

# One of more than 64 K instructions is counted by several threads.
@test "of one large module, too" {
  awk 'BEGIN {
    print "HloModule large\n\nENTRY e {\n  p0 = f32[8,8] parameter(0)"
    for (i = 1; i < 70000; i++)
      printf "  %sp%d = f32[8,%d] dot(p%d, p%d), lhs_contracting_dims={1}, rhs_contracting_dims={0}, metadata={op_name=\"jit(f)/layer_%d/dot\" source_file=\"m.py\" source_line=%d}\n",
        i == 69999 ? "ROOT " : "", i, 8, i - 1, i % 7 ? i - 1 : 0, i % 100, i % 900
    print "}"
  }' > large.hlo
  local by=module,computation,opcode,kernel,scope,source,dtype,shape,instruction jobs
  for jobs in 1 2 5; do nkibench hlo large.hlo -q --jobs $jobs --by $by --top 0 --json > by.$jobs; done
  cmp by.1 by.2 && cmp by.1 by.5
  for jobs in 1 2; do nkibench hlo large.hlo -q --jobs $jobs > page.$jobs; done
  cmp page.1 page.2
}

# The large ones are read first, whatever they are called.
@test "of files of many sizes, some of which are alike" {
  local i n jobs
  mkdir sizes
  for i in 1 2 3 4 5 6 7 8 9; do
    n=$((i % 4 == 1 ? 3000 : i * 7))
    awk -v n=$n 'BEGIN {
      print "HloModule m\n\nENTRY e {\n  p0 = f32[8,8] parameter(0)"
      for (i = 1; i < n; i++)
        printf "  %sp%d = f32[8,8] dot(p%d, p0), lhs_contracting_dims={1}, rhs_contracting_dims={0}, metadata={op_name=\"jit(f)/layer_%d/dot\"}\n",
          i == n - 1 ? "ROOT " : "", i, i - 1, i % 10
      print "}"
    }' > sizes/$i.hlo
  done
  for jobs in 1 2 3 9; do
    nkibench hlo sizes --jobs $jobs > page.$jobs 2>&1
    nkibench hlo sizes/* --jobs $jobs > named.$jobs 2>&1
    nkibench hlo sizes --jobs $jobs --by scope,module --top 0 --json > by.$jobs 2>&1
  done
  for jobs in 2 3 9; do cmp page.1 page.$jobs && cmp named.1 named.$jobs && cmp by.1 by.$jobs; done
  grep -q 'repeats 1.hlo' page.1
}

# Where things lie in memory differs from run to run, and more shapes come again than are remembered at once.
@test "of a part of many shapes, wherever they lie in memory" {
  local run
  awk 'BEGIN {
    print "HloModule shapes\n\nENTRY e {"
    for (i = 0; i < 300; i++) printf "  p%d = f32[%d,4] parameter(%d)\n", i, i + 1, i
    for (i = 0; i < 3000; i++) {
      s = i % 3 ? i % 300 : int(i / 3) % 300
      printf "  x%d = f32[%d,4] %s(p%d, p%d)\n", i, s + 1, i % 7 ? "add" : "multiply", s, s
    }
    print "  ROOT r = f32[] constant(0)\n}"
  }' > shapes.hlo
  nkibench hlo --scan -o first.nkb --jobs 1 shapes.hlo
  for run in 1 2 3 4 5 6; do nkibench hlo --scan -o - --jobs $((run % 2 + 1)) shapes.hlo | cmp - first.nkb; done
}

@test "from run to run, for Lua seeds its hashes anew each time" {
  made a && made b && made c
  diff -r a b && diff -r a c
}

@test "in any locale, time zone and terminal" {
  made plain
  # A locale whose decimal point is a comma, where the test run could make it.
  LOCPATH=${TEST_LOCPATH:-/nonexistent} LC_ALL=comma made comma
  LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 made german
  LC_ALL=C made c
  TZ=Asia/Kathmandu made zone
  TERM=dumb COLUMNS=17 made terminal
  for other in comma german c zone terminal; do diff -r plain $other; done
}

@test "the comma of a locale is nowhere, and values are read without it" {
  [ -d "${TEST_LOCPATH:-/nonexistent}" ] || skip "no locale with a comma (tests/run.sh makes one)"
  export LOCPATH=$TEST_LOCPATH LC_ALL=comma
  [ "$(locale decimal_point)" = , ]
  nkibench --throughput 2.1 --base-mfu 40.5 --max-seconds 4.5 | grep -q 'MFU: 15.48% (baseline: 40.50%)'
  refused '--throughput 2,1' '--throughput is "2,1"; a number above 0 is expected'
}

@test "in a folder of another name, made in another order" {
  made one
  mkdir ../elsewhere
  cp -r cache config.json nkibench.yaml train.log train.yaml benchmark_inference.json ../elsewhere
  (cd ../elsewhere && made two)
  diff -r one ../elsewhere/two
}

@test "SOURCE_DATE_EPOCH is the timestamp, else it is the time" {
  nkibench > /dev/null
  is benchmark_results.json timestamp 2026-03-05T08:40:00
  unset SOURCE_DATE_EPOCH
  nkibench > /dev/null
  [[ "$(value benchmark_results.json timestamp)" == "$(date +%Y-%m-%dT)"*.?????? ]]
  SOURCE_DATE_EPOCH=0 nkibench > /dev/null
  is benchmark_results.json timestamp 1970-01-01T00:00:00
}

@test "a rule sees neither clock nor chance nor address" {
  rule 'score = function(m)
    assert(not (os or io or debug or package or collectgarbage or math.random or coroutine))
    local t, order = {}, {}
    for i = 1, 50 do t["k" .. i * 7 % 50] = i end
    for k in pairs(t) do order[#order + 1] = k end
    return 1, { { tostring(t) .. tostring(print) .. table.concat(order), 2 } }
  end'
  nkibench ./r.lua > a.txt && cp benchmark_results.json a.json
  nkibench ./r.lua > b.txt
  cmp a.txt b.txt && cmp a.json benchmark_results.json
  grep -q 'tablenilk0k1k10k11' a.json
}
