# A rule at fault ends a run with 5 and the rule's own line; a submission at fault with 3 and the score it would be.
load helper

# r.lua, made of $1 and what every rule has, ends with 5 and says $2.
fault() {
  rule "$1"
  transcript <<END
\$ nkibench ./r.lua --quiet
! nkibench: $2
? 5
END
}

@test "the file is no rule" {
  transcript <<'END'
$ : > r.lua; nkibench ./r.lua
! nkibench: r.lua: the file returns nothing; a rule is a table, return { api = 1, score = function(m, p, t) … end }
? 5
$ echo 'return 5' > r.lua; nkibench ./r.lua
! nkibench: r.lua: the file returns a number; a rule is a table, return { api = 1, score = function(m, p, t) … end }
? 5
$ printf '\033Lua' > r.lua; nkibench ./r.lua
! nkibench: <*>
? 5
$ mkdir d.lua; nkibench ./d.lua
! nkibench: no rule './d.lua': it is a directory; a rule's file is expected
? 5
END
}

@test "a syntax error has the user's line" {
  fault $'score = function(m)\n  return 1 +\nend' "./r.lua:5: unexpected symbol near 'end'"
}

@test "an unknown key is named with the one that was meant" {
  fault 'score = function() return 1 end, scoer = 2' "r.lua: 'scoer' is not part of a rule; did you mean 'score'?"
  fault 'score = function() return 1 end, chekc = 2' "r.lua: 'chekc' is not part of a rule; did you mean 'check'?"
}

@test "an error shows the rule's line and only the rule's frames" {
  rule 'score = function(m)
  local function inner() return m.hlo.static.nki_ratoi end
  local value = inner()
  return value
end'
  transcript <<'END'
$ nkibench ./r.lua
! nkibench: ./r.lua:4: no metric 'hlo.static.nki_ratoi'; did you mean 'nki_ratio'? (nkibench metrics hlo.static lists them)
! nkibench:     ./r.lua:4 in 'inner'
! nkibench:     ./r.lua:5 in 'score'
? 5
END
  fault $'score = function()\n  local x\n  return x.y\nend' "./r.lua:5: attempt to index a nil value (local 'x')"
  fault 'score = function() error({}) end' './r.lua:3: an error that is a table; a text is expected'
}

@test "a score that is none" {
  fault 'score = function() return 0 / 0 end' 'r.lua: the score is nan; a finite number is expected'
  fault 'score = function() return 1 / 0 end' 'r.lua: the score is inf; a finite number is expected'
  fault 'score = function() return "7" end' 'r.lua: <*>'
  fault 'score = function() end' 'r.lua: <*>'
}

@test "a name of m that the rule did not ask for" {
  fault 'score = function(m) return m.inference.accuracy end' \
    "./r.lua:3: attempt to index a nil value (field 'inference'): 'inference' is absent: the rule does not name it in its needs"
  fault 'score = function(m, p, t) local x = t:metric "inference.accuracy" return x end' \
    "./r.lua:3: t:metric 'inference.accuracy': the rule does not name it in its needs"
}

@test "what Lua has and a rule has not, with what does instead" {
  fault 'score = function() print(1) return 1 end' \
    "./r.lua:3: attempt to call a nil value (global 'print'): there is no 'print' in a rule; c:note(text) in check, or console, says something"
  fault 'score = function() return os.time() end' \
    "./r.lua:3: attempt to index a nil value (global 'os'): there is no 'os' in a rule; a date parameter and nkb.days know days"
}

@test "an absent metric is the input's fault, not the rule's" {
  rule 'score = function(m, p, t) return t:metric "hlo.executed.nki_ratio" end'
  printf 'HloModule a\nENTRY e { ROOT c = f32[] constant(1) }\n' > a.hlo
  transcript <<'END'
$ nkibench ./r.lua --hlo a.hlo --quiet 2>&1 | grep -c 'absent\|SCORE'
1
END
}

@test "c:require false is 3, with the score shown and every check" {
  rule 'check = function(m, p, c)
    c:require(m.hlo.files > 2, "three modules are needed")
    c:advise(false, "no layout was given")
    c:note("one module only")
  end,
  score = function() return 7.5 end'
  transcript <<'END'
$ nkibench ./r.lua
r 1 (file)                                               static NKI ratio 0.2213

  SCORE  7.5000  INVALID

  ✘ three modules are needed
  ! no layout was given
  · one module only

  wrote   benchmark_results.json
! nkibench: warning: three modules are needed; the result is not valid
! nkibench: warning: no layout was given
! nkibench: the result is not valid
? 3
END
  is benchmark_results.json score 7.5 valid false
}

@test "a gate that is not passed is 3, a warning gate is not" {
  rule 'gates = { "score >= 10", "score >= 8 : warning", "hlo.static.nki_ratio > 0.10" }, score = function() return 7.5 end'
  transcript <<'END'
$ nkibench ./r.lua --quiet | grep -A 2 gates
  gates   score >= 10  FAILED: 7.5000  (exit 3)
          score >= 8 : warning  warning: 7.5000
          hlo.static.nki_ratio > 0.10  <*>0.2213<*>
! nkibench: the result is not valid
$ nkibench ./r.lua > /dev/null
! nkibench: warning: gate not passed: score >= 10<*>; the result is not valid
! nkibench: warning: gate not passed: score >= 8<*>
! nkibench: the result is not valid
? 3
END
  rule 'gates = { "score >= 8 : warning" }, score = function() return 7.5 end'
  nkibench ./r.lua --quiet > /dev/null
}

@test "a gate on something absent fails, unless it may be absent" {
  cat > r.lua <<'END'
return { api = 1, name = "r", version = "1", needs = { "hlo", "inference?" },
  params = { most = { 5000.0, "latency", unit = "ms" }, limit = { kind = "number", "none" } },
  gates = { "inference.e2e_model.latency_ms_avg <= most", "inference.e2e_model.latency_ms_avg? <= most",
    "score <= limit : warning", "score <= limit?" },
  score = function() return 7.5 end }
END
  transcript <<'END'
$ nkibench ./r.lua --inference-results none.json --quiet | grep -A 3 gates
  gates   inference.e2e_model.latency_ms_avg <= most  FAILED: inference.e2e_model.latency_ms_avg is absent: none.json: no such file (--inference-results)  (exit 3)
          inference.e2e_model.latency_ms_avg? <= most  passed: inference.e2e_model.latency_ms_avg is absent: none.json: no such file (--inference-results)
          score <= limit : warning  warning: limit is absent: not given
          score <= limit?  passed: limit is absent: not given
! nkibench: the result is not valid
$ nkibench ./r.lua --limit 7 --most 100 --quiet | grep -A 6 gates
  gates   inference.e2e_model.latency_ms_avg <= most  FAILED: 12500.0000 ms against 100.0000 ms  (exit 3)
          inference.e2e_model.latency_ms_avg? <= most  FAILED: 12500.0000 ms against 100.0000 ms  (exit 3)
          score <= limit : warning  warning: 7.5000 against 7.0000
          score <= limit?  FAILED: 7.5000 against 7.0000  (exit 3)

  params  limit 7.0000  (--limit)
          most 100.0000 ms  (--most)
! nkibench: the result is not valid
END
}

@test "a gate on a name that this input does not have, and on an item that is not there, is one on something absent" {
  cat > r.lua <<'END'
return { api = 1, name = "r", version = "1", needs = { "hlo", "inference" },
  gates = { "inference.top5 >= 0.9 : warning", "inference.top5? >= 0.9", "hlo.modules[99].static.nki_ratio? > 0.1" },
  score = function() return 7.5 end }
END
  transcript <<'END'
$ nkibench ./r.lua --quiet | grep -A 2 gates
  gates   inference.top5 >= 0.9 : warning  warning: inference.top5 is absent: the input has nothing of that name
          inference.top5? >= 0.9  passed: inference.top5 is absent: the input has nothing of that name
          hlo.modules[99].static.nki_ratio? > 0.1  passed: hlo.modules[99].static.nki_ratio is absent: there is no hlo.modules[99]
$ sed -i 's/top5 >= 0.9 : warning/top5 >= 0.9/' r.lua; nkibench ./r.lua > /dev/null
! nkibench: warning: gate not passed: inference.top5 >= 0.9 (inference.top5 is absent: the input has nothing of that name); the result is not valid
! nkibench: the result is not valid
? 3
END
}

@test "a gate says its severity, and in words why it is there" {
  rule 'gates = { "score >= 10 : error : too slow: see the page", "score >= 8 : warning : nearly", "score >= 9 : error" }, score = function() return 7.5 end'
  transcript <<'END'
$ nkibench ./r.lua | grep -A 2 gates
  gates   score >= 10 : error : too slow: see the page  FAILED: 7.5000  (exit 3)
          score >= 8 : warning : nearly  warning: 7.5000
          score >= 9 : error  FAILED: 7.5000  (exit 3)
! nkibench: warning: gate not passed: score >= 10 : error : too slow: see the page (7.5000); the result is not valid
! nkibench: warning: gate not passed: score >= 8 : warning : nearly (7.5000)
! nkibench: warning: gate not passed: score >= 9 : error (7.5000); the result is not valid
! nkibench: the result is not valid
END
  fault 'gates = { "score >= 10 : eror : too slow" }, score = function() return 1 end' \
    "r.lua: gate 'score >= 10 : eror : too slow': ': warning' or ': error' may follow, not 'eror'"
  fault 'gates = { "score >= 10 : error :" }, score = function() return 1 end' "r.lua: gate 'score >= 10 : error :' is not understood<*>"
  fault 'gates = { "hlo.modules[1].static.nki_ratoi? > 0.5" }, score = function() return 1 end' \
    "r.lua: no metric 'hlo.modules[1].static.nki_ratoi'; did you mean 'nki_ratio'?<*>"
}

@test "a gate on what is not measured is the rule's fault before anything is measured" {
  fault 'gates = { "inference.accuracy >= 0.9" }, score = function() return 1 end' \
    "r.lua: gate 'inference.accuracy >= 0.9': 'inference.accuracy' is not measured; needs = { … \"inference\" } asks for it"
}

@test "a gate that cannot be read is the rule's fault" {
  fault 'gates = { "score >=" }, score = function() return 1 end' 'r.lua: <*>gate<*>score >=<*>'
  fault 'gates = { "hlo.static.nki_ratoi > 0.5" }, score = function() return 1 end' \
    "r.lua: <*>no metric 'hlo.static.nki_ratoi'; did you mean 'nki_ratio'?<*>"
}

@test "a name needed that is none, and an api of the future" {
  printf 'return { api = 1, name = "r", version = "1", needs = { "infrence" }, score = function() return 1 end }' > r.lua
  transcript <<'END'
$ nkibench ./r.lua
! nkibench: r.lua: <*>infrence<*>did you mean 'inference'?
? 5
$ echo 'return { api = 9, name = "r", version = "1", needs = { "hlo" }, score = function() return 1 end }' > r.lua; nkibench ./r.lua
! nkibench: r.lua: <*>api<*>
? 5
END
}

@test "a message of a rule is one line that drives no terminal" {
  fault 'score = function() error("a\nb\27[31m\0c") end' './r.lua:3: a?b?[31m<*>'
}
