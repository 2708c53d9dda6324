# nkibench test: properties, which shrink what breaks them, and the reports for other programs.
load helper

write_rule() {
  cat > r.lua <<'END'
return {
  api = 1,
  name = "r",
  needs = { "inference", "hlo?" },
  params = { target_ms = { 5000.0, "latency", above = 0 }, count = { "static", "MACs", choices = { "static", "executed" } }, n = { 3, "times", min = 1 } },
  score = function(m, p, t)
    if m.inference.e2e_model.latency_ms_avg > 1234.5 and p.count == "executed" then return 100 end
    return t:ratio("score", t:param "target_ms", t:metric "inference.e2e_model.latency_ms_avg") * p.n
  end,
}
END
}

write_properties() {
  write_rule
  cat > r_test.lua <<END
local latency = "inference.e2e_model.latency_ms_avg"
return { metrics = { [latency] = 100 }, properties = {
  { name = "claim", over = { [latency] = { 1, 1e4 }, count = { "static", "executed" }, n = { 1, 9 } }, $1 },
} }
END
}

# The claim $1 is broken, and of it is said $2.
breaks() {
  write_properties "$1"
  transcript <<END
\$ nkibench test
✘ r_test.lua: 0 passed, 1 failed (<*> runs of properties)

  r_test.lua:3: claim
    $2

0 passed, 1 failed
! nkibench: 1 of 1 test failed
? 1
END
}

@test "a broken property is made small, and printed as a case to paste" {
  breaks 'bounded = { 0, 99 }' "the score is 5000.0; from 0 to 99 is expected
    (input <*> of 200, seed 1; made smaller in <*> steps)

    as a case:
      { name = \"claim: found\", metrics = { [\"inference.e2e_model.latency_ms_avg\"] = 1.0 }, params = { count = \"static\", n = 1 }, near = { score = 5000.0 } },"
}

@test "the plainest input that breaks it is near where it begins to break" {
  write_properties 'holds = function(r) return r.score ~= 100, "it is 100" end'
  transcript <<'END'
$ nkibench test
✘ r_test.lua: 0 passed, 1 failed (<*> runs of properties)

  r_test.lua:3: claim
    holds: it is 100
    (input <*> of 200, seed 1; made smaller in <*> steps)

    as a case:
      { name = "claim: found", metrics = { ["inference.e2e_model.latency_ms_avg"] = <*> }, params = { count = "executed", n = 1 }, near = { score = 100 } },

0 passed, 1 failed
! nkibench: 1 of 1 test failed
? 1
$ nkibench test 2> /dev/null | sed -n 's/.*latency_ms_avg"\] = \([0-9.]*\) .*/\1/p'
1240.0
END
}

@test "what is printed is itself a case that passes" {
  write_properties 'bounded = { 0, 99 }'
  { echo 'return { cases = {'; nkibench test 2> /dev/null | grep 'claim: found'; echo '} }'; } > s_test.lua
  cp r.lua s.lua
  transcript <<'END'
$ nkibench test s_test.lua
✔ s_test.lua: 1 passed

1 passed, 0 failed
END
}

@test "monotone, scale-free, valid: held and broken" {
  write_rule
  cat > r_test.lua <<'END'
local latency = "inference.e2e_model.latency_ms_avg"
return { properties = {
  { name = "down", over = { [latency] = { 1, 1e6 } }, monotone = "down" },
  { name = "strictly", over = { [latency] = { 1, 1e6 }, n = { 1, 9 } }, monotone = { [latency] = "strictly down", n = "strictly up" } },
  { name = "no unit matters", over = { [latency] = { 1, 1e6 }, target_ms = { 1, 1e6 } }, scale_free = { latency, "target_ms" } },
  { name = "valid", over = { [latency] = { 1, 1e6 } }, valid = true, bounded = { 0, 15000 }, finite = true },
  { name = "in range", over = { [latency] = { 1, 1e6 }, n = { 2, 5 }, count = { one_of = { "static" } }, target_ms = { 3, 4 } },
    holds = function(r, m, p)
      local x = m.inference.e2e_model.latency_ms_avg
      return x >= 1 and x <= 1e6 and math.type(x) == "float" and p.n >= 2 and p.n <= 5 and math.type(p.n) == "integer"
        and p.count == "static" and p.target_ms >= 3 and p.target_ms <= 4 and r.m == m and r.p == p and r.params[3].value == p.target_ms
    end },
} }
END
  transcript <<'END'
$ nkibench test
✔ r_test.lua: 5 passed (2 000 runs of properties)

5 passed, 0 failed
END
  write_properties 'monotone = { n = "down" }'
  transcript <<'END'
$ nkibench test
…
    'n' from 1 to 2 takes the score from 5000.0 to 10000.0; it was not to rise
…
      { name = "claim: found", metrics = { ["inference.e2e_model.latency_ms_avg"] = 1.0 }, params = { count = "static", n = 1 }, near = { score = 5000.0 } },
      { name = "claim: found, too", metrics = { ["inference.e2e_model.latency_ms_avg"] = 1.0 }, params = { count = "static", n = 2 }, near = { score = 10000.0 } },
…
! nkibench: 1 of 1 test failed
? 1
END
  write_properties 'scale_free = { "n" }'
  transcript <<'END'
$ nkibench test
…
    n times 2 takes the score from 5000.0 to 10000.0; it was to stay
…
! nkibench: 1 of 1 test failed
? 1
END
  write_properties 'valid = false'
  transcript <<'END'
$ nkibench test
…
    the result is valid; it was not to be
…
! nkibench: 1 of 1 test failed
? 1
END
}

@test "a run without a score breaks any property" {
  write_properties 'finite = true'
  sed -i 's/return 100 end/return nil + 1 end/' r.lua
  transcript <<'END'
$ nkibench test
…
    there is no score: ./r.lua:7: attempt to perform arithmetic on a nil value
…
      { name = "claim: found", metrics = { ["inference.e2e_model.latency_ms_avg"] = 1240.0 }, params = { count = "executed", n = 1 }, valid = true },
…
! nkibench: 1 of 1 test failed
? 1
END
}

@test "inputs that the rule refuses show nothing" {
  write_rule
  echo 'return { metrics = { ["inference.e2e_model.latency_ms_avg"] = 1 }, properties = {
    { name = "refused", over = { n = { -100, 0 } }, finite = true }, { name = "half of them", over = { n = { -100, 100 } }, finite = true } } }' > r_test.lua
  transcript <<'END'
$ nkibench test
✘ r_test.lua: 1 passed, 1 failed (400 runs of properties)

  r_test.lua:2: refused
    of 200 inputs the rule refused 200, so that nothing is shown; narrow 'over'. It says: --n is <*>

1 passed, 1 failed
! nkibench: 1 of 2 tests failed
? 1
END
}

@test "the same seed tries the same, and flags win over the file" {
  write_properties 'bounded = { 0, 99 }, seed = 5, runs = 50'
  nkibench test > a 2> /dev/null || true
  nkibench test > b 2> /dev/null || true
  cmp a b
  grep -q 'of 50, seed 5;' a
  nkibench test --seed 7 --runs 60 > b 2> /dev/null || true
  grep -q 'of 60, seed 7;' b
}

reported() {
  write_rule
  cat > r_test.lua <<'END'
return { metrics = { ["inference.e2e_model.latency_ms_avg"] = 100 }, cases = {
  { name = "good # 1", near = { score = 150 } },
  { name = "bad <&>", near = { score = 1 } },
} }
END
  cp r.lua s.lua
  echo 'return { cases = 5 }' > s_test.lua
}

@test "TAP" {
  reported
  transcript <<'END'
$ nkibench test --tap
TAP version 13
1..3
ok 1 - r_test.lua: good \# 1
not ok 2 - r_test.lua: bad <&>
  ---
  message: |
    score: expected 1 within 1e-09, got 150.0 (149 more)

      <*>
…
  ...
not ok 3 - s_test.lua
  ---
  message: |
    s_test.lua: 'cases' is 5; a list is expected
  ...
! nkibench: 1 test could not be run
? 5
END
}

@test "JUnit, beside the text or instead of it" {
  reported
  transcript <<'END'
$ nkibench test --junit out.xml
✘ r_test.lua: 1 passed, 1 failed
…
1 passed, 1 failed
! nkibench: 1 test could not be run
? 5
$ nkibench test --junit - | cmp - out.xml
! nkibench: 1 test could not be run
$ cat out.xml
<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" errors="1">
  <testsuite name="r_test.lua" tests="2" failures="1" errors="0">
    <testcase classname="r_test.lua" name="good # 1"/>
    <testcase classname="r_test.lua" name="bad &lt;&amp;&gt;"><failure message="score: expected 1 within 1e-09, got 150.0 (149 more)">r_test.lua:3
score: expected 1 within 1e-09, got 150.0 (149 more)
…
  </testsuite>
  <testsuite name="s_test.lua" tests="1" failures="0" errors="1">
    <testcase classname="s_test.lua" name="it can be run"><error message="s_test.lua: 'cases' is 5; a list is expected"/></testcase>
  </testsuite>
</testsuites>
$ nkibench test --junit nowhere/out.xml
! nkibench: nowhere/out.xml: its folder does not exist (--junit)
? 1
END
}

@test "JUnit never replaces what the tests read" {
  mkdir t
  cat > t/r.lua <<'END'
local two = require "part.two"
return { api = 1, score = function() return two end, console = function() return "2\n" end }
END
  mkdir t/part && echo 'return 2' > t/part/two.lua
  echo 'return { cases = { { name = "a", near = { score = 2 }, golden = "out.txt", fixture = "m.json" } } }' > t/r_test.lua
  echo 2 > t/out.txt
  echo '{}' > t/m.json
  echo 'batch-size: 4' > nkibench.yaml
  ln -s t/r_test.lua to_test
  ln -s t/r.lua to_rule
  nkibench test t
  tar cf before.tar t nkibench.yaml
  refused "test t --junit t/r_test.lua" "t/r_test.lua: --junit would overwrite a test"
  refused "test t/r.lua --junit t/r_test.lua" "t/r_test.lua: --junit would overwrite a test"
  refused "test t --junit to_test" "t/r_test.lua: --junit would overwrite a test"
  refused "test t --junit t/r.lua" "t/r.lua: --junit would overwrite the rule"
  refused "test t --junit to_rule" "t/r.lua: --junit would overwrite the rule"
  refused "test t --junit t/part/two.lua" "t/part/two.lua: --junit would overwrite what a rule requires"
  refused "test t --junit t/out.txt" "t/out.txt: --junit would overwrite what a test names"
  refused "test t --junit t/m.json" "t/m.json: --junit would overwrite what a test names"
  refused "test t --junit nkibench.yaml" "nkibench.yaml: --junit would overwrite the settings"
  tar df before.tar
  [ -z "$(temporaries)" ]
  nkibench test t --junit t/out.xml
  nkibench test t --junit t/out.xml
}

@test "coverage names the lines that did not run, and is never rounded up" {
  cat > r.lua <<'END'
local two = require "two"

local function never(x)
  local y = x + 1
  return y
end

return {
  api = 1,
  score = function(m, p)
    if p.n > 2 then
      return never(1)
    end
    local t = {
      1,
      2,
    }
    for i = 1, 2 do
      t[i] = i
    end
    return two(t)
  end,
  params = { n = { 1, "n" } },
}
END
  cat > two.lua <<'END'
return function(t)
  return t[1] + t[2]
end
END
  echo 'return { cases = { { name = "a", near = { score = 3 } } } }' > r_test.lua
  transcript <<'END'
$ nkibench test --coverage
✔ r_test.lua: 1 passed

lines that ran
  r.lua     82.35 %  14 of 17; not 4-5, 12
  two.lua  100.00 %  2 of 2
  all       84.21 %  16 of 19

1 passed, 0 failed
$ nkibench test --min 84.22 > /dev/null
! nkibench: fewer lines have run than --min asks for
? 1
$ nkibench test --min 84.21 > /dev/null
$ nkibench test --tap --min 100 | head -5
TAP version 13
1..2
ok 1 - r_test.lua: a
not ok 2 - coverage
  ---
! nkibench: fewer lines have run than --min asks for
END
}

@test "99.99 % is not 100" {
  { echo 'return { api = 1, score = function(_, p)'; for i in $(seq 20000); do echo "local _ = $i; _ = nil"; done | sed 's/local _/_X/;s/_ = nil/_X = nil/'; echo 'if p.n > 2 then'; echo 'return 2 end'; echo 'return 1 end, params = { n = { 1, "n" } } }'; } > r.lua
  echo 'return { cases = { { name = "a", near = { score = 1 } } } }' > r_test.lua
  transcript <<'END'
$ nkibench test --coverage
✔ r_test.lua: 1 passed

lines that ran
  r.lua   99.99 %  20003 of 20004; not 20003
  all     99.99 %  20003 of 20004

1 passed, 0 failed
$ nkibench test --min 100 > /dev/null
! nkibench: fewer lines have run than --min asks for
? 1
END
}
