# What is wrong with a test file: where, and what would be right. Exit 5.
load helper

# The test file $1 is refused with $2, beside a rule with the parameters target_ms and count.
refuses() {
  cat > r.lua <<'END'
return {
  api = 1, name = "r", version = "1", needs = { "hlo", "inference" },
  params = { target_ms = { 5000.0, "latency", above = 0 }, count = { "static", "MACs", choices = { "static", "executed" } } },
  score = function(m, p, t) return t:ratio("score", t:param "target_ms", t:metric "inference.e2e_model.latency_ms_avg") end,
}
END
  printf '%s\n' "$1" > r_test.lua
  transcript <<END
\$ nkibench test r_test.lua
✘ r_test.lua: 0 passed
  $2

0 passed, 0 failed
! nkibench: 1 test could not be run
? 5
END
}

@test "a file that is no test" {
  refuses '' \
    "r_test.lua: the file returns nothing; a test is a table, return { cases = { … } }"
  refuses 'return 5' \
    "r_test.lua: the file returns a number; a test is a table, return { cases = { … } }"
  refuses 'return {' \
    "r_test.lua:2: unexpected symbol near <eof>"
  refuses 'return { casses = {} }' \
    "r_test.lua: 'casses' is not part of a test file; did you mean 'cases'?"
  refuses 'return {}' \
    "r_test.lua: no cases; cases = { { name = …, metrics = …, near = { score = … } } } is expected"
  refuses 'return { cases = {} }' \
    "r_test.lua: no cases; cases = { { name = …, metrics = …, near = { score = … } } } is expected"
}

@test "cases" {
  refuses 'return { cases = { 5 } }' \
    "r_test.lua: cases[1] is a number; a case is a table with a name"
  refuses 'return { cases = { { } } }' \
    "r_test.lua: cases[1] has no name; a case needs name = \"what it shows\", one line of at most 200 bytes"
  refuses 'return { cases = { { name = "a", metricz = {} } } }' \
    "r_test.lua:1: 'metricz' is not part of a case; did you mean 'metrics'?"
  refuses 'return { cases = { { name = "a" } } }' \
    "r_test.lua:1: case 'a' expects nothing; near = { score = … } or one of near, exact, mode, valid, checks, gates, files, console, json, training_json, golden, holds, rejects, errors is expected"
  refuses 'return { cases = { { name = "a", valid = true }, { name = "a", valid = true } } }' \
    "r_test.lua:1: there are two cases called 'a'; each needs a name of its own"
  refuses 'return { cases = { { name = "a", near = { 5 } } } }' \
    "r_test.lua:1: 'near' is { node = number }, not a list"
  refuses 'return { cases = { { name = "a", near = { score = "5" } } } }' \
    "r_test.lua:1: near: 'score' is a string; a number is expected"
  refuses 'return { cases = { { name = "a", near = 5 } } }' \
    "r_test.lua:1: 'near' is 5; a table is expected"
  refuses 'return { cases = { { name = "a", mode = 5 } } }' \
    "r_test.lua:1: 'mode' is 5; a text is expected"
  refuses 'return { cases = { { name = "a", checks = { "oops" } } } }' \
    "r_test.lua:1: checks: 'oops' says not which kind; \"require: …\", \"advise: …\", \"note: …\" or \"impossible: …\" is expected"
  refuses 'return { cases = { { name = "a", checks = { "oops: x" } } } }' \
    "r_test.lua:1: checks: 'oops: x' says not which kind; \"require: …\", \"advise: …\", \"note: …\" or \"impossible: …\" is expected"
  refuses 'return { cases = { { name = "a", checks = { 5 } } } }' \
    "r_test.lua:1: checks: item 1 is a number; a text is expected"
  refuses 'return { cases = { { name = "a", gates = { "score > 1" } } } }' \
    "r_test.lua:1: 'gates' is { [\"score >= 10\"] = true }: which gates hold, and which do not"
  refuses 'return { cases = { { name = "a", files = { "x" } } } }' \
    "r_test.lua:1: files: item 1 is a string; a number, or false for none, is expected"
  refuses 'return { cases = { { name = "a", golden = { consol = "x" } } } }' \
    "r_test.lua:1: 'consol' is not part of 'golden'; did you mean 'console'?"
  refuses 'return { cases = { { name = "a", rejects = "x", errors = "y" } } }' \
    "r_test.lua:1: a case cannot both be rejected and end in an error"
  refuses 'return { cases = { { name = "a", rejects = "x", near = { score = 1 } } } }' \
    "r_test.lua:1: with 'rejects' there is no result to have 'near'"
  refuses 'return { cases = { { name = "a", valid = true, params = { "x" } } } }' \
    "r_test.lua:1: 'params' is { name = value }, not a list"
  refuses 'return { cases = { { name = "a", near = { score = 0/0 } } } }' "r_test.lua:1: near.score is nan; a finite number is expected"
  refuses 'return { cases = { { name = "a", valid = true, tolerance = -1 } } }' "r_test.lua:1: 'tolerance' is -1; a number from 0 on is expected"
  refuses 'return { tolerance = 0/0, cases = { { name = "a", valid = true } } }' "r_test.lua: 'tolerance' is nan; a number from 0 on is expected"
}

@test "what expects nothing" {
  local key
  for key in near exact gates console json training_json golden; do
    refuses "return { cases = { { name = \"a\", $key = {} } } }" \
      "r_test.lua:1: '$key' is empty and expects nothing; leave it out, or say what is expected"
  done
  for key in console golden; do
    refuses "return { cases = { { name = \"a\", $key = \"\" } } }" \
      "r_test.lua:1: '$key' is empty and expects nothing; leave it out, or say what is expected"
  done
  refuses 'return { cases = { { name = "a", console = { "x", "" } } } }' "r_test.lua:1: 'console' has an empty text, which every text holds"
  for key in monotone scale_free; do
    refuses "return { properties = { { name = \"a\", $key = {}, over = { target_ms = { 1, 2 } } } } }" \
      "r_test.lua:1: '$key' is empty and expects nothing; leave it out, or say what is expected"
  done
}

@test "parameters, options and files of a case" {
  refuses 'return { cases = { { name = "a", valid = true, params = { x = {} } } } }' \
    "r_test.lua:1: parameter 'x' is a table; a number, a text, true or false is expected"
  refuses 'return { cases = { { name = "a", valid = true, params = { target = 5 } } } }' \
    "r_test.lua:1: r.lua has no parameter 'target'; did you mean 'target_ms'?"
  refuses 'return { cases = { { name = "a", valid = true, options = { detaild = true } } } }' \
    "r_test.lua:1: 'detaild' is not part of the options; did you mean 'detailed'?"
  refuses 'return { cases = { { name = "a", valid = true, fixture = "m.txt" } } }' \
    "r_test.lua:1: fixture is 'm.txt'; a file made by nkibench metrics --json or --lua, x.json or x.lua, is expected"
  refuses 'return { cases = { { name = "a", valid = true, fixture = "m.json" } } }' \
    "r_test.lua:1: there is no file m.json"
  refuses 'return { cases = { { name = "a", valid = true, fixture = "../../../etc/passwd.json" } } }' \
    "r_test.lua:1: there is no file ../../../etc/passwd.json"
  refuses 'return { cases = { { name = "a", valid = true, fixture = "m.lua" } } }' \
    "r_test.lua:1: fixture 'm.lua': require 'm': no such file beside r.lua or on the rule search path"
  refuses 'return { cases = { { name = "a", valid = true, golden = "m.txt" } } }' \
    "r_test.lua:1: there is no file m.txt"
}

@test "metrics that cannot be" {
  refuses 'return { cases = { { name = "a", valid = true, metrics = { hlo = { statik = {} } } } } }' \
    "r_test.lua:1: no metric 'hlo.statik'; did you mean 'static'?"
  refuses 'return { cases = { { name = "a", valid = true, metrics = { ["hlo.static.nki_ration"] = 1 } } } }' \
    "r_test.lua:1: no metric 'hlo.static.nki_ration'; did you mean 'nki_ratio'?"
  refuses 'return { cases = { { name = "a", valid = true, metrics = { inferense = 1 } } } }' \
    "r_test.lua:1: no metric 'inferense'; did you mean 'inference'?"
  refuses 'return { cases = { { name = "a", valid = true, metrics = { hlo = 1 } } } }' \
    "r_test.lua:1: metric 'hlo' is an integer; a table of metrics is expected"
  refuses 'return { cases = { { name = "a", valid = true, metrics = { ["hlo.static.macs"] = 1.5 } } } }' \
    "r_test.lua:1: metric 'hlo.static.macs' is 1.5; a whole number is expected"
  refuses 'return { cases = { { name = "a", valid = true, metrics = { ["hlo.static.macs"] = "x" } } } }' \
    "r_test.lua:1: metric 'hlo.static.macs' is a string; a whole number is expected"
  refuses 'return { cases = { { name = "a", valid = true, metrics = { ["hlo.modules"] = { a = 1 } } } } }' \
    "r_test.lua:1: metric 'hlo.modules' is a mapping; a list is expected"
  refuses 'return { cases = { { name = "a", valid = true, metrics = { ["hlo.modules[1].path"] = "x" } } } }' \
    "r_test.lua:1: metric 'hlo.modules[1].path': there is no item [1]; write the list itself first"
  refuses 'return { cases = { { name = "a", valid = true, metrics = { ["hlo.modules"] = { { pth = "x" } } } } } }' \
    "r_test.lua:1: no metric 'hlo.modules[1].pth'; did you mean 'path'?"
  refuses 'return { cases = { { name = "a", valid = true, metrics = { training = { hw_backend = 1 } } } } }' \
    "r_test.lua:1: metric 'training.hw_backend' is an integer; a text is expected"
  refuses 'return { cases = { { name = "a", valid = true, metrics = { ["hlo.modules"] = { { counted = 1 } } } } } }' \
    "r_test.lua:1: metric 'hlo.modules[1].counted' is an integer; true or false is expected"
  refuses 'return { cases = { { name = "a", valid = true, metrics = { training = function() end } } } }' \
    "r_test.lua:1: metrics.training is a function; data is expected"
  refuses 'return { cases = { { name = "a", valid = true, metrics = { training = { 1, x = 2 } } } } }' \
    "r_test.lua:1: metrics.training is both a list and has names"
  refuses 'return { tables = { { name = "a" } } }' \
    "r_test.lua:1: table 'a' has no 'inputs'; inputs, expect and rows are lists with something in them"
}

@test "tables" {
  refuses 'return { tables = { { name = "a", inputs = { "x" }, expect = { "score" }, rows = { { 1 } } } } }' \
    "r_test.lua:1: row 1 of 'a' has a length of 1; one for each of inputs and expect is expected, 2"
  refuses 'return { tables = { { name = "a", inputs = { "x" }, expect = { "mode" }, rows = { { 1, 2 } } } } }' \
    "r_test.lua:1: row 1 of 'a': 'mode' is a number; a text, or false for none, is expected"
  refuses 'return { tables = { { name = "a", inputs = { "x" }, expect = { "score" }, rows = { { 1, "x" } } } } }' \
    "r_test.lua:1: row 1 of 'a': 'score' is a string; a number, or false for any, is expected"
  refuses 'return { properties = { { name = "a" } } }' \
    "r_test.lua:1: property 'a' claims nothing; one of monotone, bounded, scale_free, valid, finite, holds is expected"
}

@test "properties" {
  refuses 'return { properties = { { name = "a", finite = true } } }' \
    "r_test.lua:1: property 'a' has no 'over'; over = { [\"training.mfu_percent\"] = { 0.1, 100.0 } } is expected"
  refuses 'return { properties = { { name = "a", finite = true, over = { targt_ms = { 1, 2 } } } } }' \
    "r_test.lua:1: over: 'targt_ms' is no parameter of the rule, and no metric's path; did you mean 'target_ms'?"
  refuses 'return { properties = { { name = "a", finite = true, over = { target_ms = 5 } } } }' \
    "r_test.lua:1: over: 'target_ms' is a number; { low, high }, or a list of texts, is expected"
  refuses 'return { properties = { { name = "a", finite = true, over = { target_ms = { 2, 1 } } } } }' \
    "r_test.lua:1: over: 'target_ms' is from 2 to 1; two numbers, the lower one first, are expected"
  refuses 'return { properties = { { name = "a", finite = true, over = { target_ms = {} } } } }' \
    "r_test.lua:1: over: 'target_ms' has nothing to be drawn from"
  refuses 'return { properties = { { name = "a", finite = true, over = { target_ms = { {} } } } } }' \
    "r_test.lua:1: over: a choice of 'target_ms' is a table; numbers, texts, true and false can be drawn"
  refuses 'return { properties = { { name = "a", finite = true, over = { count = { 1, 2 } } } } }' \
    "r_test.lua:1: over: 'count' is a string and has no range; its values are expected, { one_of = { … } }"
  refuses 'return { properties = { { name = "a", finite = true, over = { ["hlo.files"] = { 1.2, 1.8 } } } } }' \
    "r_test.lua:1: over: there is no whole number from 1.2 to 1.8 for 'hlo.files'"
  refuses 'return { properties = { { name = "a", finite = true, over = { ["hlo.filez"] = { 1, 2 } } } } }' \
    "r_test.lua:1: no metric 'hlo.filez'; did you mean 'files'?"
  refuses 'return { properties = { { name = "a", bounded = { 1 }, over = { target_ms = { 1, 2 } } } } }' \
    "r_test.lua:1: 'bounded' is { low, high }, two numbers"
  refuses 'return { properties = { { name = "a", runs = 0, finite = true, over = { target_ms = { 1, 2 } } } } }' \
    "r_test.lua:1: 'runs' is 0; a whole number above 0 is expected"
  refuses 'return { properties = { { name = "a", runs = 10000000, finite = true, over = { target_ms = { 1, 2 } } } } }' \
    "r_test.lua:1: 'runs' is 10000000; at most 1000000 are done"
  refuses 'return { properties = { { name = "a", seed = 1.5, finite = true, over = { target_ms = { 1, 2 } } } } }' \
    "r_test.lua:1: 'seed' is 1.5; a whole number is expected"
  refuses 'return { properties = { { name = "a", finite = false, over = { target_ms = { 1, 2 } } } } }' \
    "r_test.lua:1: 'finite' is false; leave it out"
  refuses 'return { properties = { { name = "a", monotone = "up", over = { target_ms = { 1, 2 }, count = { "static" } } } } }' \
    "r_test.lua:1: monotone is 'up' and 'over' has 2 names; monotone = { [\"the name\"] = \"up\" } says which"
  refuses 'return { properties = { { name = "a", monotone = { targetms = "up" }, over = { target_ms = { 1, 2 } } } } }' \
    "r_test.lua:1: monotone: 'targetms' is not in 'over'; did you mean 'target_ms'?"
  refuses 'return { properties = { { name = "a", monotone = { target_ms = "upp" }, over = { target_ms = { 1, 2 } } } } }' \
    "r_test.lua:1: monotone: 'target_ms' is to go upp; up, down, strictly up or strictly down is expected"
  refuses 'return { properties = { { name = "a", monotone = { count = "up" }, over = { count = { "static" } } } } }' \
    "r_test.lua:1: monotone: 'count' is drawn from a list; a range of numbers is expected"
  refuses 'return { properties = { { name = "a", scale_free = { "x" }, over = { target_ms = { 1, 2 } } } } }' \
    "r_test.lua:1: scale_free: 'x' is not in 'over'"
  refuses 'return { rule = "other", cases = { { name = "a", valid = true } } }' \
    "r_test.lua: there is no rule other.lua; rule = \"name\" says which one it tests"
  refuses 'return { rule = "../x", cases = { { name = "a", valid = true } } }' \
    "r_test.lua: there is no rule ../x.lua; rule = \"name\" says which one it tests"
  refuses 'error("oops")' \
    "r_test.lua:1: oops"
  refuses 'return { properties = { { name = "a", monotone = "up", over = { target_ms = { 5, 5 } } } } }' \
    "r_test.lua:1: monotone: 'target_ms' is from 5.0 to 5.0; a range is expected"
}

@test "the rule it is of" {
  refuses 'while true do end' \
    "r_test.lua:1: stopped after 50 M instructions (--max-instructions)"
  refuses 'local s = ("x"):rep(1e9)' \
    "r_test.lua:1: needs more than 64 MiB of memory (--max-memory)"
}

@test "its own errors and limits" {
  refuses 'return { cases = { { name = "a", near = { scor = 1 }, metrics = require "nothing" } } }' \
    "r_test.lua:1: require 'nothing': no such file beside r_test.lua or on the rule search path"
}

@test "a case's name of 200 bytes is taken, one of 201 is not" {
  local name
  name=$(printf 'n%.0s' $(seq 201))
  refuses "return { cases = { { name = \"$name\", errors = \"x\" } } }" \
    'r_test.lua: cases[1] has no name; a case needs name = "what it shows", one line of at most 200 bytes'
  printf 'return { cases = { { name = "%s", errors = "not given in the test" } } }' "${name#n}" > r_test.lua
  transcript <<'END'
$ nkibench test
✔ r_test.lua: 1 passed

1 passed, 0 failed
END
}

@test "10 000 cases are taken, 10 001 are not" {
  local many='local cases = {} for i = 1, %d do cases[i] = { name = "case " .. i, errors = "not given" } end return { cases = cases }\n'
  # shellcheck disable=SC2059
  refuses "$(printf "$many" 10001)" "r_test.lua: more than 10000 cases"
  # shellcheck disable=SC2059
  printf "$many" 10000 > r_test.lua
  transcript <<'END'
$ nkibench test -k 'case 10000'
✔ r_test.lua: 1 passed

1 passed, 0 failed
END
}

@test "tables in tables 100 deep are taken, deeper ones are not" {
  local deep='local t = { 1 } for _ = 1, %d do t = { t } end return { cases = { { name = "a", metrics = { config = { t = t } }, errors = "not given" } } }\n'
  # shellcheck disable=SC2059
  printf "$deep" 97 > r_test.lua
  rule 'score = function(m, p, t) return t:metric "hlo.files" end'
  transcript <<'END'
$ nkibench test
✔ r_test.lua: 1 passed

1 passed, 0 failed
END
  # shellcheck disable=SC2059
  printf "$deep" 98 > r_test.lua
  transcript <<'END'
$ nkibench test
✘ r_test.lua: 0 passed
  r_test.lua:1: metrics.config<*>: tables in tables deeper than 100

0 passed, 0 failed
! nkibench: 1 test could not be run
? 5
END
}

@test "a file that a case names must be in the test's folder" {
  mkdir t && cp /dev/null out.json && ln -s ../out.json t/out.json
  rule 'score = function() return 1 end' && mv r.lua t/r.lua
  echo 'return { cases = { { name = "a", valid = true, fixture = "out.json" } } }' > t/r_test.lua
  transcript <<'END'
$ nkibench test t
✘ t/r_test.lua: 0 passed
  t/r_test.lua:1: t/out.json leads out of the test's folder

0 passed, 0 failed
! nkibench: 1 test could not be run
? 5
$ mkfifo t/pipe.json; sed -i s/out.json/pipe.json/ t/r_test.lua; nkibench test t
✘ t/r_test.lua: 0 passed
  t/r_test.lua:1: there is no file t/pipe.json

0 passed, 0 failed
! nkibench: 1 test could not be run
? 5
$ rm t/pipe.json; echo '[1]' > t/pipe.json; nkibench test t
✘ t/r_test.lua: 0 passed
  t/pipe.json: is a list; what nkibench metrics --json prints is expected

0 passed, 0 failed
! nkibench: 1 test could not be run
? 5
$ rm t/pipe.json; echo '{"a": nan}' > t/pipe.json; nkibench test t
✘ t/r_test.lua: 0 passed
  t/pipe.json:1:7: <*>

0 passed, 0 failed
! nkibench: 1 test could not be run
? 5
END
}

@test "one file at fault does not keep the others from being run" {
  rule 'score = function() return 1 end'
  cp r.lua s.lua
  echo 'return { cases = { { name = "a", near = { score = 1 } } } }' > s_test.lua
  echo 'return {' > r_test.lua
  transcript <<'END'
$ nkibench test
✘ r_test.lua: 0 passed
  r_test.lua:2: unexpected symbol near <eof>
✔ s_test.lua: 1 passed

1 passed, 0 failed
! nkibench: 1 test could not be run
? 5
END
}

@test "what there is to test must be there" {
  transcript <<'END'
$ nkibench test
! nkibench: .: no tests; a test is a file whose name ends in _test.lua, beside the rule
? 1
$ nkibench test nothing
! nkibench: nothing: no such file; a test, a rule or a folder is expected
? 1
$ nkibench test nothing_test.lua
! nkibench: nothing_test.lua: no such file; a test, a rule or a folder is expected
? 1
$ echo 'return 1' > r.lua; nkibench test r.lua
! nkibench: r.lua: has no test beside it; r_test.lua is expected
? 1
$ nkibench test cache
! nkibench: cache: no tests; a test is a file whose name ends in _test.lua, beside the rule
? 1
$ echo 'return { cases = { { name = "a", valid = true } } }' > r_test.lua; nkibench test -k b
0 passed, 0 failed
! nkibench: no case's name holds 'b'
? 1
END
}

# A folder with a test in it that passes.
passing() {
  mkdir -p "$1"
  rule 'score = function() return 1 end' && mv r.lua "$1"
  echo 'return { cases = { { name = "a", near = { score = 1 } } } }' > "$1/r_test.lua"
}

@test "no test is left out in silence: links, and what cannot be listed" {
  passing t
  echo 'return { cases = { { name = "bad", near = { score = 2 } } } }' > bad
  ln -s ../bad t/s_test.lua
  cp t/r.lua t/s.lua
  transcript <<'END'
$ nkibench test t 2>&1 | tail -2
1 passed, 1 failed
nkibench: 1 of 2 tests failed
$ rm bad; nkibench test t
! nkibench: t/s_test.lua: a link to nothing; a test's file is expected
? 1
$ rm t/s_test.lua; mkdir dir; ln -s ../dir t/s_test.lua; nkibench test t | tail -1
1 passed, 0 failed
END
  # Root lists everything.
  [ "$(id -u)" != 0 ] || return 0
  mkdir -m 0 t/closed
  transcript <<'END'
$ nkibench test t
! nkibench: t/closed: cannot be listed: Permission denied
? 1
END
  chmod 700 t/closed
}

@test "a folder 32 deep is looked into, a deeper one is said not to be" {
  local deep i
  deep=t
  for i in $(seq 32); do deep+=/d; done
  passing "$deep"
  transcript <<'END'
$ nkibench test t | tail -1
1 passed, 0 failed
END
  mkdir "$deep/d"
  transcript <<END
\$ nkibench test t
! nkibench: $deep/d: folders in folders deeper than 32
? 1
END
}

@test "10 000 files of tests are found, 10 001 are too many" {
  passing t
  echo 'return 5' > five
  "$LUA" -e 'local lfs = require "lfs" for i = 1, 10000 do assert(lfs.link("five", ("t/x%05d_test.lua"):format(i))) end'
  transcript <<'END'
$ nkibench test t
! nkibench: t: more than 10000 tests; name some of its folders
? 1
$ rm t/x00001_test.lua; nkibench test t nothing
! nkibench: nothing: no such file; a test, a rule or a folder is expected
? 1
END
}

@test "a flag's value out of range" {
  rule 'score = function() return 1 end'
  echo 'return { cases = { { name = "a", valid = true } } }' > r_test.lua
  refused "test --runs 0" "--runs is '0'; a whole number from 1 to 1000000000 is expected"
  refused "test --seed -1" "--seed is '-1'; a whole number from 0 to 1000000000 is expected"
  refused "test --seed 1.5" "--seed is '1.5'; a whole number from 0 to 1000000000 is expected"
  refused "test --min 100.1" "--min is '100.1'; a percentage from 0 to 100 is expected"
  refused "test --min x" "--min is 'x'; a percentage from 0 to 100 is expected"
  refused "hlo --junit x" "--junit is for test"
  refused "--runs 3" "--runs is for test"
}

@test "what is rarer" {
  echo 'return 5' > five.lua
  refuses 'return { cases = { { name = "a", valid = true, fixture = "five.lua" } } }' "r_test.lua:1: fixture 'five.lua' returns no table"
  refuses 'return { cases = { { name = "a", valid = true, metrics = { hlo = { [3] = 1 } } } } }' \
    "r_test.lua:1: metrics.hlo has the key 3; a list from 1 on, or names, are expected"
  refuses 'return { cases = { { name = "a", valid = true, metrics = { hlo = 1/0 } } } }' "r_test.lua:1: metrics.hlo is inf; a finite number is expected"
  refuses 'return { properties = { { name = "a", finite = true, over = { { 1, 2 } } } } }' "r_test.lua:1: 'over' is { name = { low, high } }, not a list"
  refuses 'return { properties = { { name = "a", finite = true, over = { target_ms = { one_of = 5 } } } } }' \
    "r_test.lua:1: 'one_of' is 5; a list is expected"
  refuses 'return { properties = { { name = "a", finite = true, over = { target_ms = { oneof = { 5 } } } } } }' \
    "r_test.lua:1: 'oneof' is not part of what 'target_ms' is drawn from; did you mean 'one_of'?"
  refuses 'return { properties = { { name = "a", finite = true, over = { ["config.a"] = { 1, 2 }, ["config.a.b"] = { 1, 2 } } } } }' \
    "r_test.lua:1: over: 'config.a' is no single value"
  refuses 'return { tables = { { name = "a", inputs = { "x" }, expect = { "score" }, rows = { 5 } } } }' \
    "r_test.lua:1: row 1 of 'a' is a number, not a list; one for each of inputs and expect is expected, 2"
}

@test "a metric that the case leaves out says so where the rule goes on with its nil" {
  rule 'score = function(m) return m.hlo.executed.macs end'
  echo 'return { cases = { { name = "a", metrics = { ["hlo.static.macs"] = 5 }, near = { score = 1 } } } }' > r_test.lua
  transcript <<'END'
$ nkibench test 2>/dev/null | grep 'no score'
    there is no score: ./r.lua:<*>: attempt to index a nil value (field 'executed'): 'executed' is absent: not given in the test
END
}
