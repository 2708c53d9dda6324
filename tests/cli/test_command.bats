# nkibench test: what holds passes, what does not says what was expected, what came instead, and where.
load helper

# The rule that is tested here: r.lua.
write_rule() {
  cat > r.lua <<'END'
return {
  api = 1,
  name = "r",
  version = "1",
  needs = { "hlo", "inference" },
  params = {
    target_ms = { 5000.0, "latency to reach", unit = "ms", above = 0 },
    count = { "static", "which MACs", choices = { "static", "executed" } },
    strict = { false, "refuse a target over 10 s" },
  },
  gates = { "inference.accuracy >= 0.9" },
  accept = function(p)
    if p.strict and p.target_ms > 10000 then return "the target is over 10 s" end
  end,
  check = function(m, p, c)
    c:advise(m.hlo.static.nki_ratio ~= 0, "no NKI")
    c:note("counted: " .. p.count)
  end,
  score = function(m, p, t)
    return t:product("score", {
      t:ratio("latency", t:param "target_ms", t:metric "inference.e2e_model.latency_ms_avg"),
      { "bonus", 1 + t:metric("hlo." .. p.count .. ".nki_ratio") },
    })
  end,
  score_file = function(m, p, module) return module.static and module.static.nki_ratio or nil end,
  console = function(r) return ("score %s\nof %s\n"):format(nkb.fmt.repr(r.score), r.rule.name) end,
}
END
}

# A test of it, with metrics for a score of 1.5, and $1 besides.
write_test() {
  cat > r_test.lua <<END
return {
  metrics = {
    ["inference.e2e_model.latency_ms_avg"] = 5000,
    ["inference.accuracy"] = 1,
    ["hlo.static.nki_ratio"] = 0.5,
  },
  $1
}
END
}

begin() {
  write_rule
  write_test "$1"
}

@test "everything that can be expected, as it is" {
  echo 'score 1.5
of r' > golden.txt
  begin 'cases = {
    { name = "numbers", near = { score = 1.5, latency = 1, ["score/bonus"] = 1.5000000001, target_ms = 5000 },
      exact = { ["inference.e2e_model.latency_ms_avg"] = 5000.0 }, mode = "combined", valid = true,
      checks = { "note: counted: static", "note" }, gates = { ["inference.accuracy >= 0.9"] = true } },
    { name = "texts", console = { "score 1.5", "of r" }, golden = "golden.txt", json = { score = 1.5, ["rule.name"] = "r", valid = true } },
    { name = "files", metrics = { ["hlo.modules"] = { { path = "a", static = { nki_ratio = 0.25 } }, { path = "b", static = absent "unread" } } },
      files = { 0.25, false } },
    { name = "integers stay integers", metrics = { ["hlo.static.macs"] = 9007199254740993, ["hlo.executed.macs"] = 1e9 },
      holds = function(_, m)
        return m.hlo.static.macs == 9007199254740993 and math.type(m.hlo.executed.macs) == "integer"
          and math.type(m.inference.accuracy) == "float"
      end },
    { name = "what is not given is absent", holds = function(_, m)
        assert(m.training == nil and m:why "training" == "not given in the test" and m.hlo.xla == nil)
        assert(m:unit "inference.e2e_model.latency_ms_avg" == "ms" and not pcall(function() return m.hlo.nothing end))
        assert(m:source "inference.accuracy" == "r_test.lua:19", m:source "inference.accuracy")
      end },
    { name = "not valid", metrics = { ["inference.accuracy"] = 0.5 }, near = { score = 1.5 }, valid = false,
      gates = { ["inference.accuracy >= 0.9"] = false } },
    { name = "no NKI", metrics = { hlo = { static = { nki_ratio = 0 } } }, checks = { "advise: no NKI" } },
    { name = "refused by a bound", params = { target_ms = 0 }, rejects = "--target-ms is 0; a number above 0 is expected" },
    { name = "refused by a choice", params = { count = "all" }, rejects = "count" },
    { name = "refused by accept", params = { strict = true, target_ms = 20000 }, rejects = "over 10 s" },
    { name = "absent", metrics = { inference = absent "it failed" }, errors = "it failed" },
    { name = "absent for no reason", metrics = { ["inference.e2e_model"] = absent() }, errors = "absent in this test" },
  },
  tables = { { name = "t", inputs = { "target_ms", "inference.e2e_model.latency_ms_avg" }, expect = { "score", "valid", "rejects" },
    rows = { { 5000, 5000, 1.5, true, false }, { 1000, 5000, 0.3, true, false }, { -1, 5000, false, false, "above 0" } } } },'
  transcript <<'END'
$ nkibench test
✔ r_test.lua: 15 passed

15 passed, 0 failed
END
}

@test "a number that differs shows both, and the node" {
  begin 'cases = { { name = "wrong", near = { score = 2, ["score/bonus"] = 1.4, latency = 1 }, exact = { target_ms = 5000.5 } } },'
  transcript <<'END'
$ nkibench test
✘ r_test.lua: 0 passed, 1 failed

  r_test.lua:7: wrong
    score: expected 2 within 1e-09, got 1.5 (0.5 less)
    score/bonus: expected 1.4 within 1e-09, got 1.5 (0.1 more)
    target_ms: expected 5000.5 to the last bit, got 5000.0 (0.5 less)

      score                                    1.50000   <- expected 2.00000
        latency                                1.00000
          target_ms                            5000.00 ms   <- expected 5000.50
          inference.e2e_model.latency_ms_avg   5000.00 ms
        bonus                                  1.50000   <- expected 1.40000
          value                                1.00000
          hlo.static.nki_ratio                 0.500000

0 passed, 1 failed
! nkibench: 1 of 1 test failed
? 1
END
}

# The case $1 fails, and of it is said $2.
fails() {
  begin "cases = { { name = \"wrong\", $1 } },"
  transcript <<END
\$ nkibench test
✘ r_test.lua: 0 passed, 1 failed

  r_test.lua:7: wrong
    $2

0 passed, 1 failed
! nkibench: 1 of 1 test failed
? 1
END
}

@test "each other expectation that fails says what was expected and what came" {
  fails 'near = { laten = 1 }' "the derivation has no node 'laten'; did you mean 'latency'?"
  fails 'mode = "other"' 'mode: expected "other", got "combined"'
  fails 'valid = false' 'the result is valid; expected not to be'
  fails 'metrics = { ["inference.accuracy"] = 0 }, near = { score = 1.5 }' \
    'the result is not valid (gate inference.accuracy >= 0.9); if it should not be, say valid = false'
  fails 'checks = {}' $'checks: expected none; check said:\n        note: counted: static'
  fails 'checks = { "advise: no NKI" }' $'checks: expected \'advise: no NKI\'; check said:\n        note: counted: static'
  fails 'gates = { ["inference.accuracy >= 0.9"] = false }' "gates: 'inference.accuracy >= 0.9' was expected not to hold, and holds: 1.0"
  fails 'gates = { ["inference.accuracy > 0.9"] = true }' \
    "gates: the rule has none 'inference.accuracy > 0.9'; did you mean 'inference.accuracy >= 0.9'?"
  fails 'files = { 1 }' 'files: expected 1 scores, got 0; one for each of hlo.modules, if the rule has score_file'
  fails 'files = { 1 }, metrics = { hlo = { modules = { { path = "a", static = { nki_ratio = 0.5 } } } } }' 'files: a: expected 1, got 0.5'
  fails 'files = { false }, metrics = { hlo = { modules = { { path = "a", static = { nki_ratio = 0.5 } } } } }' 'files: a: expected none, got 0.5'
  fails 'console = "HELLO"' $'console: expected to hold "HELLO"; it is:\n        score 1.5\n        of r'
  fails 'json = { score = 2 }' "json: 'score': expected 2, got 1.5"
  fails 'json = { ["rule.nam"] = "x" }' "json: 'rule.nam': expected \"x\", got nothing"
  fails 'json = { ["score.a"] = 2 }' "json: 'score.a': expected 2, got nothing"
  fails 'training_json = { a = 1 }' 'training_json: the rule has no such layout'
  fails 'holds = function(r) return r.score > 2 end' 'holds: returned false'
  fails 'holds = function(r) return false, "too low" end' 'holds: too low'
  fails 'holds = function(r) assert(r.score > 2, "too low") end' 'holds: r_test.lua:7: too low'
  fails 'holds = function(r) return r.scor end' "holds: r_test.lua:7: the result has no 'scor'; did you mean 'score'?"
  fails 'rejects = "x"' "expected the parameters refused, with 'x'; there is a score"
  fails 'errors = "x"' "expected an error, with 'x'; there is a score"
  fails 'params = { target_ms = 0 }, errors = "x"' \
    "expected an error, with 'x'; got the parameters refused: --target-ms is 0; a number above 0 is expected"
  fails 'params = { target_ms = 0 }, rejects = "nope"' "expected 'nope' in what is said; it is: --target-ms is 0; a number above 0 is expected"
  fails 'params = { target_ms = 0 }, valid = true' 'the parameters are refused: --target-ms is 0; a number above 0 is expected'
  fails 'params = { target_ms = "5" }, valid = true' 'the parameters are refused: --target-ms is a string; a number is expected'
  fails 'metrics = { inference = absent "it failed" }, valid = true' \
    "there is no score: r.lua needs 'inference.e2e_model.latency_ms_avg': it failed"
  printf 'score 1.5\nof s\n' > golden.txt
  fails 'golden = "golden.txt"' $'golden: console differs from golden.txt in line 2:\n        expected "of s"\n        got      "of r"'
  fails 'golden = { training_json = "golden.txt" }' "golden: the rule has no layout 'training_json'"
}

@test "of two nodes of one name the way says which" {
  cat > r.lua <<'END'
return { api = 1, score = function(_, _, t)
  return t:sum("score", { t:product("a", { { "x", 2 }, { "y", 3 } }), t:product("b", { { "x", 5 }, { "y", 7 } }) })
end }
END
  echo 'return { cases = { { name = "which", near = { x = 2 } }, { name = "this", near = { ["a/x"] = 2, ["score/b/x"] = 5 } } } }' > r_test.lua
  transcript <<'END'
$ nkibench test
✘ r_test.lua: 1 passed, 1 failed

  r_test.lua:1: which
    2 nodes are called 'x'; say which: 'score/a/x' or 'score/b/x'

1 passed, 1 failed
! nkibench: 1 of 2 tests failed
? 1
END
}

@test "a rule that does not load fails its cases, and is not the test's fault" {
  begin 'cases = { { name = "a", valid = true } },'
  echo 'return { api = 1, scoer = 1 }' > r.lua
  transcript <<'END'
$ nkibench test
✘ r_test.lua: 0 passed, 1 failed

  r_test.lua:7: a
    r.lua: 'scoer' is not part of a rule; did you mean 'score'?

0 passed, 1 failed
! nkibench: 1 of 1 test failed
? 1
END
}

@test "each case has a state of its own" {
  cat > r.lua <<'END'
local calls = 0
return { api = 1, score = function() calls = calls + 1; shared = (shared or 0) + 1; return calls + shared end }
END
  echo 'local n = 0
    return { cases = { { name = "first", near = { score = 2 }, holds = function() n = n + 1; leak = 1; return n == 1 end },
      { name = "second", near = { score = 2 }, holds = function() n = n + 1; return n == 1 and leak == nil and shared == 1 end } } }' > r_test.lua
  transcript <<'END'
$ nkibench test
✔ r_test.lua: 2 passed

2 passed, 0 failed
END
}

@test "a test is in the sandbox, too" {
  begin 'cases = { { name = "nothing to reach", holds = function()
    return io == nil and os == nil and debug == nil and coroutine == nil and setmetatable == nil and package == nil end } },'
  transcript <<'END'
$ nkibench test
✔ r_test.lua: 1 passed

1 passed, 0 failed
END
  begin 'cases = { { name = "no end", holds = function() while true do end end } },'
  transcript <<'END'
$ nkibench test --max-instructions 1000000
✘ r_test.lua: 0 passed
  r_test.lua:7: stopped after 1 M instructions (--max-instructions)

0 passed, 0 failed
! nkibench: 1 test could not be run
? 5
END
}

@test "a rule that does not end is a failure, not the end" {
  begin 'cases = { { name = "no end", valid = true }, { name = "nor here", errors = "stopped after 1 M instructions" } },'
  sed -i 's/    return t:product/    while true do end\n&/' r.lua
  transcript <<'END'
$ nkibench test --max-instructions 1000000
✘ r_test.lua: 1 passed, 1 failed

  r_test.lua:7: no end
    there is no score: ./r.lua:20: stopped after 1 M instructions (--max-instructions)

1 passed, 1 failed
! nkibench: 1 of 2 tests failed
? 1
END
}

@test "a fixture is what nkibench metrics prints, as JSON and as Lua" {
  nkibench metrics --json --quiet > m.json
  nkibench metrics --lua --quiet > m.lua
  rule 'score = function(m, _, t) return t:metric "hlo.static.macs" end'
  cat > r_test.lua <<'END'
return { cases = {
  { name = "json", fixture = "m.json", exact = { score = 99483648 } },
  { name = "lua", fixture = "m.lua", exact = { score = 99483648 } },
  { name = "laid over", fixture = "m.json", metrics = { ["hlo.modules[1].path"] = "x", hlo = { static = { macs = 3 } } },
    exact = { score = 3 }, holds = function(_, m) return m.hlo.modules[1].path == "x" and m.hlo.static.nki_macs > 0 end },
} }
END
  transcript <<'END'
$ nkibench test
✔ r_test.lua: 3 passed

3 passed, 0 failed
END
}

@test "the default rule's own tests run every line of it" {
  cp -R "$ROOT/rules" rules
  transcript <<'END'
$ nkibench test rules/score.lua --coverage
✔ rules/score_test.lua: <*> passed (<*> runs of properties)

lines that ran
…
  rules/nki_llama/weights.lua       100.00 %  <*>
  rules/score.lua                   100.00 %  <*>
…
END
}

@test "all that is below a folder is run, in path order, each once" {
  mkdir -p a/b .hidden
  rule 'score = function() return 1 end'
  echo 'return { cases = { { name = "a", valid = true } } }' > r_test.lua
  cp r.lua a/b/ && cp r_test.lua a/b/ && cp r.lua r_test.lua .hidden && mv r.lua a/s.lua && mv r_test.lua a/s_test.lua
  ln -s a loop
  transcript <<'END'
$ nkibench test . a/s.lua a
✔ a/b/r_test.lua: 1 passed
✔ a/s_test.lua: 1 passed

2 passed, 0 failed
END
}
