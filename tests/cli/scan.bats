# Scans that merge: parts in place of files make the same result, shards are complete or named, and what is no good
# part is refused with the byte.
load helper

teardown() {
  local left
  left=$(temporaries)
  [ -z "$left" ] || { echo "left behind: $left"; return 1; }
}

# A cache of nine different modules in folder $1: the corpus's own small text, so that each has its digest.
modules() {
  local i
  mkdir -p "$1"
  for i in 1 2 3 4 5 6 7 8 9; do
    mkdir "$1/MODULE_$i+0"
    printf 'HloModule m%s\n\nENTRY e {\n  a = f32[%s,8] parameter(0)\n  b = f32[8,4] parameter(1)\n  ROOT d = f32[%s,4] dot(a, b), lhs_contracting_dims={1}, rhs_contracting_dims={0}\n}\n' \
      "$i" "$i" "$i" > "$1/MODULE_$i+0/model.hlo"
  done
}

scan_shards() {
  local i
  for ((i = 1; i <= $2; i++)); do
    nkibench hlo --scan --shard "$i/$2" -o "$3$i.nkb" --quiet "$1"
  done
}

# 700 instructions each, so that what is found of them is more than stays in memory.
many_dots() {
  mkdir -p "$1"
  FOLDER=$1 "$LUA" -e 'for n = 1, 60 do
    local file = assert(io.open(os.getenv("FOLDER") .. "/" .. n .. ".hlo", "w"))
    file:write(("HloModule m%d\n\nENTRY e {\n  p = f32[%d,8]{1,0} parameter(0)\n"):format(n, n))
    for i = 1, 700 do
      file:write(("  %sd.%d = f32[%d,8]{1,0} negate(p)\n"):format(i == 700 and "ROOT " or "", i, n))
    end
    file:write("}\n")
    file:close()
  end'
}

@test "a part in place of what was scanned makes the same page, tree and score" {
  nkibench hlo --scan -o part.nkb cache
  nkibench hlo cache > one.txt
  nkibench hlo part.nkb | cmp - one.txt
  nkibench hlo --merge part.nkb | cmp - one.txt
  nkibench metrics hlo --hlo cache > one.txt
  nkibench metrics hlo --hlo part.nkb | cmp - one.txt
  nkibench --hlo cache --print-per-file > one.txt
  mv benchmark_results.json one.json
  nkibench --hlo part.nkb --print-per-file | cmp - one.txt
  cmp benchmark_results.json one.json
}

@test "parts of the same files are the same bytes, whatever the number of threads" {
  modules c
  nkibench hlo --scan -o a.nkb --jobs 1 c
  nkibench hlo --scan -o b.nkb --jobs 4 c
  nkibench hlo --scan -o - --jobs 3 c | cmp - a.nkb
  cmp a.nkb b.nkb
  nkibench hlo --scan -o c.nkb a.nkb b.nkb
  cmp a.nkb c.nkb
  nkibench hlo --scan -o a.nkb --by module c
  [ "$(stat -c %s a.nkb)" -lt 4096 ] # nine modules, their paths and counts
}

@test "any grouping of any files makes what one process makes of them" {
  mkdir -p c/neuronxcc-9.9/MODULE_x+y d/dir.hlo
  cp -r "$ROOT/examples/modules/neuron_cache" e
  cp cache/*/*/model.hlo_module.pb d/copy.hlo_module.pb
  modules c
  : > c/neuronxcc-9.9/MODULE_x+y/model.hlo_module.pb
  : > c/neuronxcc-9.9/MODULE_x+y/model.hlo_module.pb.lock
  echo 'no HLO' > d/bad.hlo
  ln -s nowhere d/broken.hlo
  : > log
  touch -d 2026-01-01 log
  find cache -exec touch -d 2025-01-01 {} +
  "$LUA" "$ROOT/tests/cli/groupings.lua" 4 1 cache c d e e/nxd_model c/MODULE_3+0/model.hlo cache/*/*/model.hlo_module.pb
  "$LUA" "$ROOT/tests/cli/groupings.lua" 1 2 c d d/bad.hlo
}

@test "any grouping of the corpus makes what one process makes of it" {
  [ -d "${CORPUS:-}/own/models" ] || { echo "# SKIPPED: no CORPUS" >&3; skip "CORPUS is not set"; }
  : > log
  "$LUA" "$ROOT/tests/cli/groupings.lua" 2 3 "$CORPUS/own/models" "$CORPUS/own/neuron" cache
}

@test "shards make the whole; one that is missing is named" {
  modules c
  nkibench hlo --json c > one.json
  scan_shards c 4 s
  nkibench hlo --json --merge s3.nkb s1.nkb s4.nkb s2.nkb | cmp - one.json
  nkibench hlo --scan -o ab.nkb s1.nkb s2.nkb
  nkibench hlo --json ab.nkb s3.nkb s4.nkb | cmp - one.json
  nkibench hlo --json ab.nkb s3.nkb s3.nkb s4.nkb | cmp - one.json
  scan_shards c 10 t
  transcript <<'END'
$ nkibench hlo --merge s1.nkb s2.nkb s4.nkb
! nkibench: shard 3 of 4 of c is missing
? 1
$ nkibench hlo ab.nkb
! nkibench: shards 3, 4 of 4 of c are missing
? 1
$ nkibench metrics hlo --hlo s2.nkb
! nkibench: shards 1, 3, 4 of 4 of c are missing
? 1
$ nkibench --hlo s2.nkb --quiet
! nkibench: shards 1, 3, 4 of 4 of c are missing
? 1
$ nkibench hlo --merge t10.nkb
! nkibench: shards 1, 2, 3, 4, 5, 6, 7, 8 and 1 more of 10 of c are missing
? 1
END
}

@test "shards that do not go together are refused" {
  modules c
  scan_shards c 2 s
  scan_shards c 3 t
  cp s1.nkb again.nkb
  rm -r c/MODULE_9+0
  scan_shards c 2 late
  mv c/MODULE_8+0 c/MODULE_9+0
  scan_shards c 2 other
  transcript <<'END'
$ nkibench hlo --merge s1.nkb again.nkb s2.nkb
! nkibench: s1.nkb: shard 1 of 2 of c, which again.nkb is too; each is given once
? 1
$ nkibench hlo --scan -o x.nkb s1.nkb again.nkb
! nkibench: s1.nkb: shard 1 of 2 of c, which again.nkb is too; each is given once
? 1
$ nkibench hlo --merge s1.nkb t2.nkb
! nkibench: t2.nkb: shard 2 of 3 of c, but s1.nkb is shard 1 of 2; all shards are to be of one scan
? 1
$ ls x.nkb 2>&1
ls: cannot access 'x.nkb': No such file or directory
? 2
END
  run nkibench hlo --merge s1.nkb late2.nkb
  [ "$status" = 1 ]
  [[ "$output" == *" files in c, and "*"; it changed in between: scan again" ]]
  run nkibench hlo --merge late1.nkb other2.nkb
  [ "$status" = 1 ]
  [[ "$output" == *"found 8 files in c, and "*" 8 others; it changed in between: scan again" ]]
}

@test "which shard a file falls to does not depend on where the folder is" {
  modules a/cache
  mkdir b && cp -rp a/cache b/cache
  scan_shards a/cache 3 a
  (cd b && scan_shards cache 3 ../b)
  nkibench hlo --json --quiet b1.nkb b2.nkb b3.nkb | sed "s#\": \"cache/#\": \"a/cache/#" > moved.json
  diff moved.json <(nkibench hlo --json --quiet a/cache)
  nkibench hlo --merge a1.nkb b2.nkb a3.nkb | grep -q '9 HLO files'
  nkibench hlo --merge a1.nkb a2.nkb a3.nkb b1.nkb b2.nkb b3.nkb | grep -q '18 HLO files'
  transcript <<'END'
$ nkibench hlo --merge a1.nkb b2.nkb
! nkibench: shard 3 of 3 of a/cache is missing
? 1
$ nkibench hlo --merge a1.nkb a2.nkb b1.nkb
! nkibench: b1.nkb: shard 1 of 3 of cache, which a1.nkb is too; each is given once
? 1
END
}

@test "an empty share is a share, an empty folder is a mistake" {
  mkdir empty one
  cp cache/*/*/model.hlo_module.pb one
  scan_shards one 5 s
  nkibench hlo --json one > one.json
  nkibench hlo --json --merge s?.nkb | cmp - one.json
  transcript <<'END'
$ nkibench hlo --scan --shard 1/5 -o x.nkb empty
! nkibench: empty: no HLO file below it; *.hlo_module.pb and *.hlo are looked for (--hlo)
? 1
END
}

@test "what is said twice counts once, or is refused where it differs" {
  modules c
  nkibench hlo --scan -o a.nkb c
  nkibench hlo --scan -o b.nkb c/MODULE_1+0
  nkibench hlo --scan -o named.nkb c/MODULE_1+0/model.hlo
  nkibench hlo --json c c/MODULE_1+0 > one.json
  nkibench hlo --json a.nkb b.nkb | cmp - one.json
  nkibench hlo --json b.nkb a.nkb c | cmp - one.json
  nkibench hlo --json c c/MODULE_1+0/model.hlo > one.json
  nkibench hlo --json named.nkb a.nkb | cmp - one.json
  sed -i 's/dot(a, b)/dot(b, a)/' c/MODULE_1+0/model.hlo
  touch -d 2026-01-01 c/MODULE_1+0/model.hlo
  nkibench hlo --scan -o b.nkb c/MODULE_1+0 2> /dev/null
  transcript <<'END'
$ nkibench hlo a.nkb b.nkb
! nkibench: c/MODULE_1+0/model.hlo: a.nkb and b.nkb differ about it; scan it again
? 1
$ nkibench hlo a.nkb c/MODULE_1+0/model.hlo
! nkibench: c/MODULE_1+0/model.hlo: the file and a.nkb differ about it; scan it again
? 1
END
}

@test "a named file that is no good is in the part, and the exit code says so" {
  echo 'no HLO' > bad.pb
  run nkibench hlo cache bad.pb
  [ "$status" = 1 ]
  local said=$output
  run nkibench hlo --scan --quiet -o part.nkb cache bad.pb
  [ "$status" = 1 ]
  [ "${lines[0]}" = "nkibench: bad.pb: text, but no HLO module; 'HloModule NAME' is expected on its first line" ]
  run nkibench hlo part.nkb
  [ "$status" = 1 ]
  [ "$output" = "$said" ]
  mkdir d && mv bad.pb d/bad.hlo
  transcript <<'END'
$ nkibench hlo --scan -o part.nkb cache d
! nkibench: warning: 1 of 2 HLO files cannot be read and will count nothing: d/bad.hlo: text, but no HLO module; 'HloModule NAME' is expected on its first line
END
}

@test "named files of which none is any good leave the part that was there" {
  nkibench hlo --scan -o part.nkb cache
  cp part.nkb old
  echo 'no HLO' > bad.pb
  transcript <<'END'
$ nkibench hlo --scan -o part.nkb nosuch
! nkibench: nosuch: no such file
? 1
$ nkibench hlo --scan -o part.nkb bad.pb nosuch
! nkibench: bad.pb: <*>
? 1
$ nkibench hlo --scan -o new.nkb nosuch
! nkibench: nosuch: no such file
? 1
$ cmp part.nkb old && ls *.nkb
part.nkb
END
}

@test "a scan is asked for in full" {
  refused 'hlo -o p cache' '--output is for --scan: what hlo shows goes to standard output'
  refused 'hlo --scan cache' 'hlo --scan needs a file to write: nkibench hlo --scan -o PART FILE|DIR...'
  refused 'hlo --scan' 'hlo needs files or folders: nkibench hlo FILE|DIR...'
  refused 'hlo --shard 1/2 cache' '--shard is for --scan: what one shard holds is no result'
  refused 'hlo --scan -o p --shard 2/1 cache' "--shard is '2/1'; which of how many is expected, from 1/1 to 65536/65536"
  refused 'hlo --scan -o p --shard 0/1 cache' "--shard is '0/1'; which of how many is expected, from 1/1 to 65536/65536"
  refused 'hlo --scan -o p --shard 1 cache' "--shard is '1'; which of how many is expected, from 1/1 to 65536/65536"
  refused 'hlo --scan -o p --shard 1/65537 cache' "--shard is '1/65537'; which of how many is expected, from 1/1 to 65536/65536"
  refused 'metrics --scan' '--scan is for hlo'
  refused 'log --merge' '--merge is for hlo'
  refused '--shard 1/2' '--shard is for hlo'
  nkibench hlo --scan -o p --shard 65536/65536 cache
  transcript <<'END'
$ nkibench hlo --scan -o nowhere/p cache
! nkibench: nowhere/p: its folder does not exist (--output)
? 1
$ nkibench hlo --scan -o /dev/full cache
! nkibench: /dev/full: No space left on device
? 1
$ nkibench hlo --help | grep -c -e '-o, --output'
1
$ nkibench metrics --help | grep -e '--output\|--calculate-score'
? 1
END
}

@test "a scan overwrites nothing that it reads" {
  nkibench hlo --scan -o p.nkb cache
  cp p.nkb old
  refused 'hlo --scan -o p.nkb p.nkb' 'p.nkb: --output would overwrite the input of --hlo'
  refused 'hlo --scan -o p.nkb --shard 1/2 p.nkb' 'p.nkb: --output would overwrite the input of --hlo'
  refused 'hlo --scan -o q.nkb --shard 1/2 p.nkb' 'p.nkb: is a part; --shard picks from files and folders'
  refused "hlo --scan -o $(echo cache/*/*/model.hlo_module.pb) cache" '<*>: --output would overwrite an HLO file'
  cmp p.nkb old
}

@test "merging takes parts alone, from a pipe too" {
  nkibench hlo --scan -o p.nkb cache
  nkibench hlo cache > one.txt
  nkibench hlo --merge - < p.nkb | cmp - one.txt
  mkdir d && cp p.nkb d/p.hlo
  transcript <<'END'
$ nkibench hlo --merge p.nkb cache
! nkibench: cache: is a folder; --merge takes parts, which nkibench hlo --scan writes
? 1
$ nkibench hlo --merge train.log
! nkibench: train.log: is no part; nkibench hlo --scan writes parts
? 1
$ nkibench hlo --merge nowhere
! nkibench: nowhere: no such file
? 1
$ nkibench hlo d
! nkibench: warning: 1 of 1 HLO files cannot be read and count nothing: d/p.hlo: a part of a scan, not HLO; parts are taken by name, and only as files
d/p.hlo  a part of a scan, not HLO; parts are taken by name, and only as files
END
}

@test "a part that is cut off, damaged or of another program is refused with the byte" {
  local size
  nkibench hlo --scan -o p.nkb cache
  size=$(stat -c %s p.nkb)
  head -c 30 p.nkb > short.nkb
  head -c $((size - 1)) p.nkb > cut.nkb
  (cat p.nkb; echo) > long.nkb
  (head -c 100 p.nkb; printf '\377'; tail -c +102 p.nkb) > flipped.nkb
  (head -c 8 p.nkb; printf '\002'; tail -c +10 p.nkb) > ahead.nkb
  (head -c 16 p.nkb; printf '9'; tail -c +18 p.nkb) > newer.nkb
  transcript <<END
\$ nkibench hlo short.nkb
! nkibench: short.nkb: byte 30: the part ends in its head; it was cut off
? 1
\$ nkibench hlo p.nkb cut.nkb
! nkibench: cut.nkb: byte $((size - 1)): the part ends here, 1 bytes too early; it was cut off
? 1
\$ nkibench hlo long.nkb
! nkibench: long.nkb: byte $size: 1 bytes behind the part's end
? 1
\$ nkibench metrics --hlo flipped.nkb
! nkibench: flipped.nkb: byte $((size - 32)): the checksum is not that of the bytes before it; the part was damaged
? 1
\$ nkibench hlo ahead.nkb
! nkibench: ahead.nkb: byte 8: a part of format 2; this program reads format 1
? 1
\$ nkibench hlo newer.nkb
! nkibench: newer.nkb: byte 16: scanned by nkibench 9.1.0, and this is 0.1.0; scan again with this one
? 1
END
}

@test "a part answers for every table, or says how to scan for it" {
  modules c
  nkibench hlo --scan -o all.nkb c
  nkibench hlo --scan --by kernel,opcode -o few.nkb c
  nkibench hlo --scan --top 6 -o short.nkb cache
  nkibench hlo --by scope,instruction,dtype --any-form c > one.txt
  nkibench hlo --by scope,instruction,dtype --any-form all.nkb | cmp - one.txt
  nkibench hlo --by opcode --csv --any-form c > one.txt
  nkibench hlo --by opcode --csv --any-form few.nkb | cmp - one.txt
  nkibench hlo --by instruction --top 6 cache > one.txt
  nkibench hlo --by instruction --top 6 short.nkb | cmp - one.txt
  local one
  one=$(find cache -name model.hlo_module.pb | head -1)
  nkibench hlo --scan --top 6 -o page.nkb "$one"
  nkibench hlo "$one" > one.txt
  nkibench hlo page.nkb | cmp - one.txt
  [ "$(stat -c %s few.nkb)" -lt "$(stat -c %s all.nkb)" ]
  transcript <<'END'
$ nkibench hlo --by scope --any-form few.nkb
! nkibench: c/MODULE_1+0/model.hlo: its groups by scope were not made; --by scope belongs to its --scan, too
? 1
$ nkibench hlo --by instruction --top 7 short.nkb
! nkibench: short.nkb: lists the 6 instructions with most MACs of cache/<*>/model.hlo_module.pb; for this scan with --top 10000
? 1
$ nkibench hlo --by instruction --top 2 --sort flops short.nkb
! nkibench: short.nkb: lists the 6 instructions with most MACs of cache/<*>/model.hlo_module.pb; for this scan with --top 10000
? 1
END
  {
    printf 'HloModule m\nENTRY e {\n  p = f32[2,2] parameter(0)\n'
    seq 10001 | sed 's/.*/  n& = f32[2,2] negate(p)/'
    printf '  ROOT r = f32[2,2] copy(p)\n}\n'
  } > more.hlo
  nkibench hlo --scan --top 0 -o more.nkb more.hlo
  transcript <<'END'
$ nkibench hlo --by opcode --top 0 --csv more.nkb | wc -l
4
$ nkibench hlo --by instruction --sort bytes more.nkb
! nkibench: more.nkb: lists the 10000 instructions with most MACs of more.hlo; no part lists more than 10000, for this name the file itself
? 1
END
  refused 'hlo --scan -o x c --depth 2' '--depth means nothing to --scan; give it where parts are merged'
  refused 'hlo --scan -o x c --top 5' "--top is '5'; with --scan a whole number from 6 to 10000, or 0, is expected, as a page lists 6 instructions"
  refused 'hlo --scan -o x c --sort macs' '--sort means nothing to --scan; give it where parts are merged'
  refused 'hlo --scan -o x c --json' 'a part has one form; --json, --lua and --csv are for what is shown'
}

# The largest are what a table by instruction is made of, however it is sorted then.
@test "a part that lists more instructions than are asked for answers as the file does" {
  many_dots c
  nkibench hlo --scan -o p.nkb c
  local flags
  for flags in '--top 3' '--top 3 --sort key' '--top 499'; do
    nkibench hlo --by instruction --json --quiet --any-form $flags c > one.json
    nkibench hlo --by instruction --json --quiet --any-form $flags p.nkb | cmp - one.json
  done
}

# 700 dots and their parameter: more than advise looks through, fewer than the part lists.
@test "a part that lists more instructions than advise looks through answers as the file does" {
  "$LUA" -e 'print("HloModule m\n\nENTRY e {\n  p = f32[8,8]{1,0} parameter(0)")
    for i = 1, 700 do
      print(("  %sd.%d = f32[8,8]{1,0} dot(p, p), lhs_contracting_dims={1}, rhs_contracting_dims={0}")
        :format(i == 700 and "ROOT " or "", i))
    end
    print("}")' > many.hlo
  nkibench hlo --scan --top 1000 -o many.nkb many.hlo
  nkibench hlo advise --json --top 0 many.hlo > one.json
  nkibench hlo advise --json --top 0 many.nkb | cmp - one.json
  grep -q '"instructions_left_out": 201' one.json
}

@test "what is put aside in a file makes the same part, and leaves nothing" {
  many_dots c
  nkibench hlo --scan -o a.nkb --jobs 1 c
  nkibench hlo --scan -o b.nkb --jobs 4 c
  cmp a.nkb b.nkb
  mkdir t
  TMPDIR=$PWD/t nkibench hlo --scan -o - c | cmp - a.nkb
  scan_shards c 3 s
  nkibench hlo --json c > one.json
  nkibench hlo --json --merge s3.nkb s1.nkb s2.nkb | cmp - one.json
  nkibench hlo --scan -o b.nkb a.nkb a.nkb c
  cmp a.nkb b.nkb
  [ -z "$(ls -A t)" ]
}

@test "a scan that cannot put aside what it finds says so, and writes nothing" {
  many_dots c
  nkibench hlo --scan -o old.nkb cache
  cp old.nkb part.nkb
  transcript <<'END'
$ TMPDIR=nowhere nkibench hlo --scan -o - c
! nkibench: nowhere: what is found cannot be put aside there: No such file or directory
? 1
$ (trap '' XFSZ; ulimit -f 200; nkibench hlo --scan -o part.nkb c)
! nkibench: <*>/run: what is found cannot be put aside there: File too large
? 1
END
  cmp part.nkb old.nkb
}

@test "a scan that is killed at any moment leaves the old part or the new one, whole" {
  local i ms started
  many_dots c
  started=$(date +%s%N)
  nkibench hlo --scan -o new.nkb --jobs 1 c
  ms=$((($(date +%s%N) - started) / 1000000))
  nkibench hlo --scan -o old.nkb cache
  for i in 0 2 4 6 7 8 9 10 11 12; do
    cat old.nkb > part.nkb
    nkibench hlo --scan -o part.nkb --jobs 1 c > /dev/null 2>&1 &
    sleep "$(printf '0.%03d' $((ms * i / 10)))"
    kill -KILL $! 2> /dev/null || true
    wait $! 2> /dev/null || true
    cmp -s part.nkb old.nkb || cmp -s part.nkb new.nkb || { echo "neither the old part nor the new"; return 1; }
    rm -f .nkibench.* # the name under which the part was to be written
  done
}
