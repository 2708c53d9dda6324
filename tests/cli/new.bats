# nkibench new: what it writes is well written, tested and scores the example; and nothing is ever written over.
load helper

@test "a new rule passes check --strict, its test, luacheck, and scores the example" {
  cp -R "$ROOT/examples/first_score" play
  cd play
  transcript <<'END'
$ nkibench new fast
wrote fast.lua
wrote layout/fast.lua
wrote fast_test.lua
wrote .luarc.json
wrote .luacheckrc
wrote .nkibench/api.lua

nkibench check ./fast.lua
nkibench test fast_test.lua
nkibench ./fast.lua --inference-results FILE --compile-dir DIR
$ nkibench check ./fast.lua --strict
1 rule: nothing to say
$ nkibench test fast_test.lua | tail -1
3 passed, 0 failed
$ nkibench ./fast.lua -q
fast 0.1.0: 1.5593
  latency      1.0885
  throughput   1.3932
  nki_bonus    1.0282
$ cat benchmark_results.json
{
  "rule": "fast",
  "score": 1.559326851424847,
  "valid": true,
  "latency": 1.0884678006602997,
  "throughput": 1.3932387848451837,
  "nki_bonus": 1.0282436010591351
}
END
  if command -v luacheck > /dev/null; then luacheck -q . > luacheck.out || { cat luacheck.out; return 1; }; fi
  "$LUA" -e 'assert(loadfile ".nkibench/api.lua")'
  "$LUA" -e 'require "cjson".decode(assert(io.open ".luarc.json"):read "a")'
}

@test "a second rule of a folder keeps what they share, and a name that is there stops it" {
  transcript <<'END'
$ nkibench new one --dir work/rules | tail -4
cd work/rules
nkibench check ./one.lua
nkibench test one_test.lua
nkibench ./one.lua --inference-results FILE --compile-dir DIR
$ nkibench new two --dir work/rules/ | head -6
wrote work/rules/two.lua
wrote work/rules/layout/two.lua
wrote work/rules/two_test.lua
kept  work/rules/.luarc.json
kept  work/rules/.luacheckrc
kept  work/rules/.nkibench/api.lua
$ echo mine > work/rules/three_test.lua; nkibench new three --dir work/rules
! nkibench: work/rules/three_test.lua: is there already; nothing was written
? 1
$ ls work/rules; cat work/rules/three_test.lua
layout
one.lua
one_test.lua
three_test.lua
two.lua
two_test.lua
mine
END
}

@test "names that are none, and folders that cannot be written" {
  refused "new" "new takes one name, nkibench new NAME [--dir DIR], or --example DIR alone"
  refused "new a b" "new takes one name, nkibench new NAME [--dir DIR], or --example DIR alone"
  refused "new a --example b" "new takes one name, nkibench new NAME [--dir DIR], or --example DIR alone"
  local name
  for name in ../x 1st a.b "'a b'" "''" %1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; do
    refused "new $name" "'<*>' is no name for a new rule; letters, digits, _ and -, a letter first, at most 40 of them are expected"
  done
  nkibench new aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa --dir long > out
  touch file
  transcript <<'END'
$ nkibench new x --dir file
! nkibench: file<*>: cannot be written: <*>
? 1
END
}

@test "an empty folder's name is not the root" {
  refused "new x --dir ''" "--dir is empty; a folder is expected, . for this one"
  refused "new --example=" "--example is empty; a folder is expected, . for this one"
  [ ! -e /x.lua ] && [ ! -e /README.md ]
}

@test "what cannot be written whole is taken back" {
  mkdir work && echo mine > work/layout
  transcript <<'END'
$ nkibench new x --dir work
! nkibench: work/layout/x.lua: cannot be written: Not a directory
? 1
$ ls -A work; cat work/layout
layout
mine
$ mkdir deep; echo > deep/.nkibench; nkibench new x --dir deep/er/est
wrote deep/er/est/x.lua
…
$ rm -r deep/er; mkdir -p deep/er/est; echo > deep/er/est/layout; nkibench new y --dir deep/er/est 2> /dev/null
? 1
$ find deep | sort
deep
deep/.nkibench
deep/er
deep/er/est
deep/er/est/layout
END
  # A name too long for its folder: the folders made on the way go as well.
  local long
  long=$(printf 'n%.0s' $(seq 300))
  run nkibench new x --dir "new/in/$long"
  [ "$status" = 1 ] && [ ! -e new ]
}

@test "an example that runs, with its inputs" {
  nkibench new --example demo > out
  diff -r demo "$ROOT/examples/first_score"
  [ "$(tail -2 out)" = "cd demo
nkibench" ]
  (cd demo && nkibench > ../score.txt 2> /dev/null)
  diff score.txt "$ROOT/examples/first_score/expected.txt"
  transcript <<'END'
$ nkibench new --example demo
! nkibench: demo/README.md: is there already; nothing was written
? 1
END
}

@test "the folder to go to is written as a shell reads it" {
  local folder line
  # shellcheck disable=SC2016
  for folder in "my rules" "it's" '$(touch bad)' -x 'a;b' '~' plain/er; do
    line=$(nkibench new x "--dir=$folder" | grep '^cd ')
    (eval "$line" && [ "$PWD" -ef "$BATS_TEST_TMPDIR/run/$folder" ] && [ -e x.lua ])
  done
  [ ! -e bad ] && [ "$line" = "cd plain/er" ]
  [ "$(nkibench new --example "it's here" | grep '^cd ')" = "cd 'it'\\''s here'" ]
}

# A contest that is not bundled: requests a second per dollar against a price, with two parameters, a gate, a layout and
# a test, all in less than 60 lines, begun from what `new` writes.
@test "an organiser's own contest takes less than 60 lines" {
  cp -R "$ROOT/examples/first_score" play
  cd play
  nkibench new thrift > /dev/null
  cat > thrift.lua <<'END'
-- Thrift Cup: requests for a dollar, against a budget; kernels of your own count double.
local layout = require "layout.thrift"
return {
  api = 1, name = "thrift", version = "1.0.0", about = "Requests for a dollar",
  needs = { "inference", "hlo" },
  params = {
    price = { 21.5, "of an hour of the instance", unit = "$", above = 0 },
    wanted = { 10.0, "requests for a dollar that score 1", above = 0 },
  },
  gates = { "inference.accuracy >= 0.95" },
  check = function(m, _, c) c:advise(m.hlo.failed == 0, "some HLO files could not be read") end,
  score = function(_, _, t)
    local an_hour = 3600000 / t:metric "inference.e2e_model.latency_ms_avg"
    local for_a_dollar = t:ratio("for a dollar", an_hour, t:param "price")
    return t:product("score", {
      t:ratio("against the budget", for_a_dollar, t:param "wanted"),
      { "kernels", 1 + t:metric "hlo.executed.nki_ratio" },
    })
  end,
  console = layout.console,
}
END
  cat > layout/thrift.lua <<'END'
local layout = {}
function layout.console(r)
  local lines = { "Thrift Cup: " .. nkb.fmt.sig(r.score, 4) .. (r.valid and "" or " (not valid)") }
  for _, part in ipairs(r.tree.children) do lines[#lines + 1] = "  " .. part.name .. ": " .. nkb.fmt.sig(part.value, 4) end
  return table.concat(lines, "\n") .. "\n"
end
return layout
END
  cat > thrift_test.lua <<'END'
return {
  metrics = {
    ["inference.e2e_model.latency_ms_avg"] = 3600.0,
    ["inference.accuracy"] = 1.0,
    hlo = { failed = 0, executed = { nki_ratio = 0.5 } },
  },
  params = { price = 10.0, wanted = 50.0 },
  cases = {
    { name = "100 for a dollar, 50 wanted", near = { score = 3.0, ["against the budget"] = 2.0 }, console = "Thrift Cup: 3.000\n" },
    { name = "wrong answers", metrics = { ["inference.accuracy"] = 0.5 }, near = { score = 3.0 }, valid = false,
      gates = { ["inference.accuracy >= 0.95"] = false }, console = "(not valid)" },
    { name = "no price", params = { price = 0.0 }, rejects = "above 0" },
  },
}
END
  [ "$(cat thrift.lua layout/thrift.lua thrift_test.lua | wc -l)" -lt 60 ]
  transcript <<'END'
$ nkibench check ./thrift.lua --strict
1 rule: nothing to say
$ nkibench test thrift_test.lua | tail -1
3 passed, 0 failed
$ nkibench ./thrift.lua -q --price 12
Thrift Cup: 3.445
  against the budget: 3.265
  kernels: 1.055
END
}

@test "who runs it where nothing is hears what is missing and how to see it work" {
  mkdir "$BATS_TEST_TMPDIR/nowhere"
  cd "$BATS_TEST_TMPDIR/nowhere"
  transcript <<'END'
$ nkibench
! nkibench: no training config: <*> does not exist (upstream's default; give --config FILE)
! …
! nkibench: to see it work: nkibench new --example demo && cd demo && nkibench
? 1
$ nkibench new --example demo > /dev/null && cd demo && nkibench -q | head -2
======================================================================
NKI-LLAMA BENCHMARK RESULTS
END
}

@test "all inputs that are missing are named at once, and whoever has some is shown no example" {
  mkdir "$BATS_TEST_TMPDIR/half"
  cd "$BATS_TEST_TMPDIR/half"
  nkibench new --example demo > /dev/null
  transcript <<'END'
$ nkibench score.lua
! nkibench: no training config: <*>
! nkibench: no model config: <*>
! nkibench: no training log: <*>
! nkibench: no compile cache: <*>
! nkibench: to see it work: nkibench new --example demo && cd demo && nkibench
? 1
$ nkibench --log-file none.log --config demo/train.yaml --model-config demo/config.json
! nkibench: no training log: none.log does not exist (--log-file)
! nkibench: no compile cache: <*> does not exist (upstream's default; give --compile-dir DIR)
? 1
$ nkibench explain --log-file none.log --config demo/train.yaml --model-config demo/config.json
! nkibench: no training log: none.log does not exist (--log-file)
! nkibench: no compile cache: <*> does not exist (upstream's default; give --compile-dir DIR)
? 1
$ nkibench spec
! nkibench: no table of runs: give --matrix FILE
? 1
$ cd demo && rm train.log && nkibench
! nkibench: no training log: train.log does not exist (nkibench.yaml:4)
? 1
END
  [ ! -e benchmark_results.json ]
}

@test "a new rule with the name of a bundled one is told what it hides" {
  mkdir own && cd own
  transcript <<'END'
$ nkibench new score | grep hides
score.lua hides the bundled rule of that name here; builtin:score.lua is that one
$ nkibench new fast | grep -c hides
0
? 1
END
}
