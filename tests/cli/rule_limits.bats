# What a hostile or careless rule may try, through the program: each ends in time with 5 and the limit's name.
load helper

# r.lua, whose score is $1, ends with 5 and says $2. On a busy machine the limit on time could come first, so that
# is put off unless it is what is tested.
stopped() {
  rule "score = function(m, p, t) $1 end"
  transcript <<END
\$ timeout 100 nkibench ./r.lua --quiet --max-seconds 90 $3
! nkibench: $2
? 5
END
}

@test "an endless loop ends at the instruction limit, wherever it is" {
  stopped 'while true do end' './r.lua:3: stopped after 50 M instructions (--max-instructions)'
  stopped 'while true do end' './r.lua:3: stopped after 20 k instructions (--max-instructions)' '--max-instructions 20000'
  printf 'while true do end' > r.lua
  transcript <<'END'
$ nkibench ./r.lua --max-seconds 90
! nkibench: ./r.lua:1: stopped after 50 M instructions (--max-instructions)
? 5
END
  rule 'accept = function() repeat until false end, score = function() return 1 end'
  transcript <<'END'
$ nkibench ./r.lua --max-seconds 90
! nkibench: ./r.lua:3: stopped after 50 M instructions (--max-instructions)
? 5
END
}

@test "an endless loop cannot outlive its budget by catching it" {
  stopped 'while true do pcall(function() while true do end end) end' './r.lua:3: stopped after 50 M instructions (--max-instructions)'
  stopped 'while true do xpcall(error, function() while true do end end) end' './r.lua:3: stopped after 50 M instructions (--max-instructions)'
}

@test "wall clock is a limit of its own" {
  stopped 'while true do end' './r.lua:3: stopped after 0.05 s (--max-seconds)' '--max-seconds 0.05 --max-instructions 9000000000000'
}

@test "a rule cannot take more memory than it has" {
  stopped 'local t = {} while true do t[#t + 1] = ("x"):rep(1000000) .. #t end' './r.lua:3: needs more than 64 MiB of memory (--max-memory)'
  stopped 'local t = {} while true do t[#t + 1] = ("x"):rep(1000000) .. #t end' './r.lua:3: needs more than 8 MiB of memory (--max-memory)' '--max-memory 8'
  stopped 'local s = "x" while true do s = s .. s end' './r.lua:3: needs more than 64 MiB of memory (--max-memory)'
  stopped 'return #("x"):rep(1e10)' './r.lua:3: <*>'
  stopped 'return #(""):rep(1 << 40, "x")' './r.lua:3: <*>'
  rule 'score = function() local function f(n) return 1 + f(n) end return f(1) end'
  transcript <<'END'
$ nkibench ./r.lua --quiet --max-memory 128 2>&1 | head -1
nkibench: ./r.lua:3: stack overflow
END
}

@test "time spent inside a C function ends with the program's timer" {
  # No hook runs while a long text is made; with the memory allowed for it that takes longer than the limit.
  rule 'score = function() return #("x"):rep(800000000) end'
  local started=$SECONDS
  transcript <<'END'
$ nkibench ./r.lua --quiet --max-memory 1000 --max-seconds 0.3
! nkibench: r.lua: score: stopped after 0.3 s inside a C function (--max-seconds)
? 5
END
  [ $((SECONDS - started)) -lt 30 ]
  [ -z "$(temporaries)" ] && [ ! -e benchmark_results.json ]
}

@test "C functions that could run for ages are refused or charged" {
  stopped 'return ("a"):rep(1000):find(("a*"):rep(6) .. "b") and 1 or 0' './r.lua:3: this pattern takes more than 50 M steps on 1000 bytes; anchor it, or give it less'
  stopped 'table.move({}, 1, 1 << 60, 2) return 1' './r.lua:3: <*>'
  stopped 'local t = {} for i = 1, 1e6 do t[i] = -i end while true do table.sort(t) table.sort(t, function(a, b) return a > b end) end' './r.lua:3: <*>(--max-<*>)'
}

@test "nothing of the world is within a rule's reach" {
  local name
  for name in os io debug package coroutine dofile loadfile collectgarbage print setmetatable getmetatable rawset; do
    rule "score = function() return $name ~= nil and 1 or 0 end"
    [ "$(nkibench ./r.lua --output - 2> /dev/null | sed -n 's/^  "score": \(.*\),$/\1/p')" = 0 ] || { echo "$name"; return 1; }
  done
  stopped 'return assert(load("\27Lua"))' './r.lua:3: <*>'
  stopped 'return require "cjson"' './r.lua:3: <*>'
  stopped 'return require "../secret"' './r.lua:3: <*>'
}

@test "--unsafe lifts the limits and is recorded" {
  rule 'score = function(m) return os and 2 or 1 end'
  transcript <<'END'
$ nkibench ./r.lua | grep SCORE
  SCORE  1
$ nkibench ./r.lua --unsafe | grep SCORE
  SCORE  2
! nkibench: warning: --unsafe: the rule runs without a sandbox, and the result says so
END
  is benchmark_results.json 'diagnostics[1].text' '--unsafe: the rule runs without a sandbox, and the result says so' \
    run.options.unsafe true
  nkibench --unsafe --quiet > /dev/null
  is benchmark_results.json unsafe true
  NKIBENCH_UNSAFE=true nkibench ./r.lua --quiet | grep -q 'SCORE  2'
}

@test "a rule under --unsafe may require modules written in C" {
  rule 'score = function(m) return #require("lfs").currentdir() > 0 and 2 or 1 end'
  nkibench ./r.lua --unsafe --quiet | grep -q 'SCORE  2'
}

@test "a check, a file's score and each layout have limits of their own" {
  local part
  for part in 'check = function() while true do end end, score = function() return 1 end' \
    'score = function() return 1 end, console = function() while true do end end' \
    'score = function() return 1 end, json = function() while true do end end' \
    'score = function() return 1 end, training_json = function() while true do end end' \
    'score = function() return 1 end, score_file = function() while true do end end'; do
    rule "$part"
    run nkibench ./r.lua --quiet --max-seconds 90 --max-instructions 100000 --per-file-scores
    [ "$status" = 5 ] && [ "$output" = 'nkibench: ./r.lua:3: stopped after 100 k instructions (--max-instructions)' ] ||
      { echo "$part: $status $output"; return 1; }
    [ ! -e benchmark_results.json ] && [ -z "$(temporaries)" ]
  done
}

@test "a limit too short to begin with names the program once" {
  rule 'score = function() return 1 end'
  transcript <<'END'
$ nkibench ./r.lua --max-seconds 1e-9
! nkibench: stopped after 1e-09 s (--max-seconds)
? 5
END
}
