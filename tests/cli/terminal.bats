# Off a terminal the bytes depend on nothing; on one there is colour, unless it cannot show the signs.
load helper

# What a terminal shows of a command, each line break as a terminal gets it made plain.
terminal() { script -qec "$1" /dev/null < /dev/null | tr -d '\r'; }

have_terminal() {
  command -v script > /dev/null || skip "no script(1) to make a terminal"
  timeout 10 script -qec : /dev/null < /dev/null || skip "no pseudo-terminals here (/dev/pts)"
}

@test "off a terminal the bytes depend on neither locale nor terminal" {
  local term locale
  nkibench --throughput 15 > plain.txt 2> plain.err || [ $? = 3 ]
  for term in xterm dumb linux ''; do
    for locale in C C.UTF-8 de_DE.UTF-8; do
      TERM=$term LC_ALL=$locale nkibench --throughput 15 > other.txt 2> other.err || [ $? = 3 ]
      cmp plain.txt other.txt && cmp plain.err other.err
    done
  done
  NO_COLOR=1 COLUMNS=20 nkibench --throughput 15 > other.txt 2> other.err || [ $? = 3 ]
  cmp plain.txt other.txt && cmp plain.err other.err
}

@test "--ascii is ASCII on both streams, with all the words" {
  transcript <<'END'
$ nkibench --ascii --throughput 15 --quiet
======================================================================
NKI-LLAMA BENCHMARK RESULTS
======================================================================

FINAL NKI-LLAMA SCORE: 14.8181

Score Weights:
  Training: 40%
  Inference: 60%

Component Scores:
  Training Score: 0.4050
  Inference Score: 24.4269
  NKI Ratio: 0.2213

Training Metrics:
  MFU: 110.55% (baseline: 50.00%)
  Throughput: 15.00 seq/s (baseline: 100.00)
  MFU Improvement: 2.2109x
  Throughput Improvement: 0.1500x

Inference Metrics:
  Latency: 12500.00ms (reference: 50000.00ms)
  Throughput: 50.00 tokens/s (reference: 10.00)
  Latency Reduction: 4.0000x
  Throughput Increase: 5.0000x
  Accuracy: + Passed

NOT VALID: the score above is what it would be
   x MFU is 110.55 %: over 100 % is impossible; <*>

======================================================================

Benchmark complete! Results saved to benchmark_results.json
! nkibench: the result is not valid
? 3
END
  rule 'score = function() error "schön → ‹weit›" end'
  transcript <<'END'
$ nkibench ./r.lua --ascii
! nkibench: ./r.lua:3: sch?n -> ?weit?
? 5
END
  nkibench metrics --ascii | LC_ALL=C grep '[^ -~]' && return 1
  nkibench hlo cache --ascii | LC_ALL=C grep '[^ -~]' && return 1
  nkibench log --ascii | LC_ALL=C grep '[^ -~]' && return 1
  nkibench --dry-run --ascii | LC_ALL=C grep '[^ -~]' && return 1
  true
}

@test "--ascii leaves data as it is" {
  nkibench --ascii > /dev/null && cp benchmark_results.json ascii.json
  nkibench > /dev/null
  cmp ascii.json benchmark_results.json
}

@test "--quiet says no warning, but why a run ends" {
  transcript <<'END'
$ nkibench --inference-results nowhere --quiet | head -5 | tail -1
⚠️  TRAINING-ONLY MODE (Inference results not available)
$ nkibench -q --inference-results nowhere | wc -l
23
$ nkibench --quiet --config nowhere
! nkibench: no training config: nowhere does not exist (--config)
? 1
END
}

@test "a terminal gets colour, and none with NO_COLOR" {
  have_terminal
  export LC_ALL=C.UTF-8
  terminal 'nkibench --throughput 15' > shown.txt
  grep -q $'Accuracy: \e\[32m✓\e\[0m Passed' shown.txt
  grep -q $'   \e\[31m✗\e\[0m MFU is 110.55 %' shown.txt
  grep -q '🏆 FINAL NKI-LLAMA SCORE' shown.txt
  NO_COLOR=1 terminal 'nkibench --throughput 15' > shown.txt
  ! grep -q $'\e' shown.txt
  grep -q 'Accuracy: ✓ Passed' shown.txt
  NO_COLOR='' terminal 'nkibench' | grep -q $'\e\[32m✓'
}

@test "a terminal that cannot show the signs gets ASCII" {
  have_terminal
  local set
  for set in 'TERM=dumb LC_ALL=C.UTF-8' 'TERM=linux LC_ALL=C.UTF-8' 'LC_ALL=C'; do
    terminal "env $set nkibench" > shown.txt
    ! LC_ALL=C grep -q $'[^\t\n -~]' shown.txt
    grep -q '^FINAL NKI-LLAMA SCORE: 14.6593$' shown.txt
  done
}

@test "long work shows itself on a terminal, and only there" {
  have_terminal
  # A pipe named among the files keeps the run at work for long enough.
  many_files slow 40
  mkfifo pipe
  (exec 4> pipe; sleep 1.2; cat cache/*/*/model.hlo_module.pb >&4) &
  terminal 'nkibench hlo --jobs 1 pipe slow' > shown.txt
  wait
  grep -q $'\e\\[K1 of 41 files  0.0 MB  0.0 MB/s  [0-9]* s left' shown.txt
  (exec 4> pipe; sleep 1.2; cat cache/*/*/model.hlo_module.pb >&4) &
  terminal 'nkibench hlo --jobs 1 --quiet pipe slow' > shown.txt
  wait
  ! grep -q ' files  ' shown.txt
}

@test "no name of a file and no text of a rule drives the terminal" {
  rule 'score = function() return 1 end, console = function() return "a\27[2Jb\155c\r\0\127\n\tend\xff\n" end'
  transcript <<'END'
$ nkibench ./r.lua
a?[2Jb?c???
	end?
END
  cp cache/*/*/model.hlo_module.pb $'cache/esc\e[31m\xc2\x9b2J.hlo'
  nkibench --print-per-file 2>&1 | LC_ALL=C grep $'[\e\x9b]' && return 1
  nkibench hlo cache 2>&1 | LC_ALL=C grep $'\e\|\xc2\x9b' && return 1
  nkibench metrics hlo 2>&1 | LC_ALL=C grep $'\e\|\xc2\x9b' && return 1
  true
}

@test "no name in a page about a rule, and no path of a finding, drives the terminal" {
  printf 'return {\n  api = 1, name = "r", version = "1", about = "a\xc2\x9b2Jb\xe2\x80\xaec", needs = { "hlo" },\n%s\n%s\n}\n' \
    'gates = { "score >= 1" },' \
    'score = function(m, p, t) return t:sum("score", { { "x\27[2J\n```\n# y", t:metric "hlo.files" }, { "z\13", 1 } }) end' > r.lua
  transcript <<'END'
$ nkibench rules doc ./r.lua | sed -n '/^a/p;/^```text/,/^```$/p'
a?2Jb?c.
```text
score = x?[2J?```?# y + z?
x?[2J?```?# y = hlo.files
```
END
  nkibench rules doc ./r.lua | LC_ALL=C grep $'\e\|\xc2\x9b\|\xe2\x80\xae' && return 1
  mkdir $'d\e[2J\xc2\x9b\xe2\x80\xae'
  echo 'return 5' > $'d\e[2J\xc2\x9b\xe2\x80\xae/a.lua'
  local form
  for form in text github; do
    nkibench check $'d\e[2J\xc2\x9b\xe2\x80\xae' --format $form > out || true
    grep -q 'd?\[2J??/a.lua' out
    LC_ALL=C grep $'\e\|\xc2\x9b\|\xe2\x80\xae' out && return 1
  done
  nkibench check $'d\e[2J\xc2\x9b\xe2\x80\xae' --format json | "$LUA" -e 'require "cjson".decode(io.read "a")'
}
