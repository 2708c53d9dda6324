# Output files are complete or absent, destroy nothing, and leave nothing behind.
load helper

teardown() {
  local left
  left=$(temporaries)
  [ -z "$left" ] || { echo "left behind: $left"; return 1; }
}

# nkibench $1 ends with 1 and says $2, and an old result is what it was.
keeps() {
  cp benchmark_results.json old.json && cp benchmark_finetuning.json old2.json
  transcript <<END
\$ nkibench $1 --quiet
! nkibench: $2
? ${3:-1}
END
  cmp old.json benchmark_results.json && cmp old2.json benchmark_finetuning.json
}

@test "an old result survives every way to fail" {
  nkibench > /dev/null
  keeps '--config nowhere' 'no training config: nowhere does not exist (--config)'
  keeps '--hlo train.log' '<*>train.log<*>'
  keeps '--training-output /dev/full' '/dev/full: No space left on device'
  keeps '--output nowhere/r.json' 'nowhere/r.json: its folder does not exist (--output)'
  keeps '--training-output nowhere/r.json' 'nowhere/r.json: its folder does not exist (--training-output)'
  rule 'score = function() error "no" end'
  keeps './r.lua' './r.lua:3: no' 5
}

@test "a rule error, and a layout's error, write nothing" {
  rule 'score = function() return 1 end, console = function(r) return r.nothing.at_all end'
  run nkibench ./r.lua
  [ "$status" = 5 ] && [ ! -e benchmark_results.json ]
  rule 'score = function() return 1 end, json = function(r) return nkb.object { { "a", 0 / 0 } } end'
  run nkibench ./r.lua
  [ "$status" = 5 ] && [ ! -e benchmark_results.json ]
}

@test "a result that is not valid is written all the same" {
  run nkibench --throughput 15
  [ "$status" = 3 ]
  is benchmark_results.json valid false
  is benchmark_finetuning.json valid false
}

@test "a folder that is missing, a file in its place, a folder in the file's" {
  transcript <<'END'
$ nkibench --output nowhere/r.json
! nkibench: nowhere/r.json: its folder does not exist (--output)
? 1
$ nkibench --output train.log/r.json
! nkibench: train.log/r.json: its folder does not exist (--output)
? 1
$ nkibench --output cache
! nkibench: cache: is a directory; a file is expected (--output)
? 1
$ nkibench --output r.json --training-output nowhere/f.json
! nkibench: nowhere/f.json: its folder does not exist (--training-output)
? 1
$ ls *.json
benchmark_inference.json
config.json
END
}

@test "a folder that cannot be written to" {
  mkdir locked && chmod 555 locked
  if touch locked/probe 2> /dev/null; then
    rm locked/probe
    # For root no folder is locked; one of the kernel's own is.
    [ -d /proc/self ] || skip "every folder can be written to"
    transcript <<'END'
$ nkibench --output /proc/self/r.json
! nkibench: /proc/self/r.json: <*> (--output)
? 1
END
  else
    transcript <<'END'
$ nkibench --output locked/r.json
! nkibench: locked/r.json: cannot be written: Permission denied (--output)
? 1
END
  fi
}

@test "a full device is an error wherever it is" {
  transcript <<'END'
$ nkibench --output /dev/full
! nkibench: /dev/full: No space left on device
? 1
$ nkibench --training-output /dev/full
! nkibench: /dev/full: No space left on device
? 1
$ nkibench > /dev/full
! nkibench: standard output: No space left on device
? 1
$ nkibench --output - > /dev/full
! nkibench: standard output: No space left on device
? 1
$ nkibench metrics > /dev/full
! nkibench: standard output: No space left on device
? 1
$ nkibench hlo cache --json > /dev/full
! nkibench: standard output: No space left on device
? 1
END
}

@test "a closed standard stream is no way into a result" {
  transcript <<'END'
$ nkibench --quiet >&-
! nkibench: standard output: Bad file descriptor
? 1
$ nkibench --output - --quiet >&-
! nkibench: standard output: Bad file descriptor
? 1
$ nkibench --quiet <&- > /dev/null
$ nkibench --quiet 2>&- > /dev/null
$ nkibench --throughput 0 2>&- <&- >&-
? 2
END
  is benchmark_results.json valid true
  is benchmark_finetuning.json valid true
}

@test "an input is no output" {
  refused '--output train.yaml' 'train.yaml: --output would overwrite the input of --config'
  refused '--output ./config.json' './config.json: --output would overwrite the input of --model-config'
  refused '--training-output train.log' 'train.log: --training-output would overwrite the input of --log-file'
  refused '--output benchmark_inference.json' 'benchmark_inference.json: --output would overwrite the input of --inference-results'
  refused '--output nkibench.yaml' 'nkibench.yaml: --output would overwrite the settings'
  ln -s train.yaml link
  ln train.log hard
  refused '--output link' 'link: --output would overwrite the input of --config'
  refused '--output hard' 'hard: --output would overwrite the input of --log-file'
  diff -r "$ROOT/tests/data/cli/run" . | grep -v '^Only in \.: \(link\|hard\)$' | grep . && return 1
  rule 'score = function() return 1 end'
  refused './r.lua --output r.lua' 'r.lua: --output would overwrite the rule'
}

@test "an HLO file of the cache is no output" {
  local file
  file=$(echo cache/*/*/model.hlo_module.pb)
  cp "$file" copy
  refused "--output $file" "$file: --output would overwrite an HLO file"
  refused "--hlo copy --hlo $file --output copy" 'copy: --output would overwrite the input of --hlo'
  cmp copy "$file"
}

@test "two outputs are two files, whatever they are called" {
  refused '--output x --training-output x' 'x: --output and --training-output are the same file'
  refused '--output x --training-output ./x' 'x: --output and --training-output are the same file'
  refused "--output x --training-output $PWD/x" 'x: --output and --training-output are the same file'
  ln -s x link
  refused '--output link --training-output x' 'link: --output and --training-output are the same file'
  refused '--output - --training-output -' '-: --output and --training-output are the same file'
  [ ! -e x ]
  nkibench --output /dev/null --training-output /dev/null > /dev/null
}

@test "a link stays a link, to a file that is there and to one that is not yet" {
  mkdir away
  echo old > away/there.json
  ln -s away/there.json there
  ln -s ../run/away/later.json later
  nkibench --output there --training-output later > /dev/null
  [ -L there ] && [ -L later ]
  is away/there.json valid true
  is away/later.json valid true
  ln -s round round
  transcript <<'END'
$ nkibench --output round
! nkibench: round: cannot be written: Too many levels of symbolic links (--output)
? 1
END
}

@test "a file's mode is kept, a new one has the user's" {
  echo > old.json
  chmod 640 old.json
  (umask 027 && nkibench --output old.json --training-output new.json > /dev/null)
  [ "$(stat -c %a old.json new.json | xargs)" = "640 640" ]
  (umask 077 && nkibench --output newer.json > /dev/null)
  [ "$(stat -c %a newer.json)" = 600 ]
}

@test "a name may be as long as names can be" {
  local long
  long=$(printf '%0255d' 1)
  nkibench --output "$long" > /dev/null
  is "$long" valid true
  run nkibench --quiet --output "0$long"
  [ "$status" = 1 ]
  [ "$output" = "nkibench: 0$long: cannot be written: File name too long (--output)" ]
}

@test "--output - is the JSON on standard output, the console on standard error" {
  nkibench --output - > out.json 2> console.txt
  nkibench > plain.txt
  cmp out.json benchmark_results.json
  grep -q 'FINAL NKI-LLAMA SCORE: 14.6593' console.txt
  ! grep -q 'Results saved' console.txt
  nkibench --output - --quiet 2>&1 | cmp - out.json
  nkibench --training-output - > out.json 2> console.txt
  cmp out.json benchmark_finetuning.json
  cmp console.txt plain.txt
}

@test "a pipe and a device are written to as they are" {
  mkfifo pipe
  cat pipe > got & nkibench --output pipe > /dev/null && wait
  nkibench > /dev/null
  cmp got benchmark_results.json && [ -p pipe ]
  nkibench --output /dev/stderr 2> got > /dev/null
  cmp got benchmark_results.json
}
