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
