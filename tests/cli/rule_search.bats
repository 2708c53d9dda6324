# Where a rule is found by its name, and what is said when it is not the bundled one.
load helper

# A rule worth $2, as file $1.
worth() {
  mkdir -p "$(dirname "$1")"
  printf 'return { api = 1, name = "w", version = "1", about = "worth %s", needs = { "hlo" }, score = function() return %s end }\n' "$2" "$2" > "$1"
}

scored() { nkibench "$@" --quiet --output - 2> /dev/null | sed -n 's/^  "score": \([0-9]*\),$/\1/p'; }

@test "a name is looked for here, in rules, in NKIBENCH_RULE_PATH, in the user's folder, and then among the bundled" {
  export NKIBENCH_RULE_PATH=$PWD/first:$PWD/second
  worth "$HOME/.local/share/nkibench/rules/w.lua" 5
  [ "$(scored w)" = 5 ]
  worth second/w.lua 4
  [ "$(scored w)" = 4 ]
  worth first/w.lua 3
  [ "$(scored w)" = 3 ]
  worth rules/w.lua 2
  [ "$(scored w)" = 2 ]
  worth w.lua 1
  [ "$(scored w)" = 1 ]
  [ "$(scored w.lua)" = 1 ]
  [ "$(scored second/w.lua)" = 4 ]
  [ "$(scored second/w)" = 4 ]
  XDG_DATA_HOME=$PWD/xdg
  export XDG_DATA_HOME
  worth xdg/nkibench/rules/v.lua 6
  [ "$(scored v)" = 6 ]
}

@test "a rule that hides a bundled one is a warning, builtin: means the bundled one" {
  worth score.lua 9
  transcript <<'END'
$ nkibench | grep SCORE
  SCORE  9<*>worth 9
! nkibench: warning: score.lua is not the bundled rule of that name but score.lua
$ NKIBENCH_RULE_PATH=/nowhere nkibench builtin:score | grep SCORE:
🏆 FINAL NKI-LLAMA SCORE: 14.6593
$ nkibench builtin:nothing
! nkibench: no rule 'builtin:nothing'<*>
? 5
END
  rm score.lua
  worth rules/score.lua 8
  transcript <<'END'
$ nkibench | grep SCORE
  SCORE  8<*>worth 8
! nkibench: warning: score.lua is not the bundled rule of that name but rules/score.lua
END
  is benchmark_results.json rule.origin rules rule.path rules/score.lua rule.sha256 "$(sha256sum < rules/score.lua | cut -d' ' -f1)"
}

@test "a copy of the bundled rule hides nothing" {
  cp -r "$ROOT/rules" .
  transcript <<'END'
$ nkibench | grep SCORE:
🏆 FINAL NKI-LLAMA SCORE: 14.6593
END
  is benchmark_results.json rule.origin rules
}

@test "a rule that is not there: what was meant, and where was looked" {
  worth mine.lua 1
  transcript <<'END'
$ NKIBENCH_RULE_PATH=/one:/two nkibench mien
! nkibench: no rule 'mien'; did you mean 'mine.lua'? (looked in ., rules, /one, /two, <*>/.local/share/nkibench/rules, <*>/share/nkibench/rules, the bundled rules)
? 5
$ nkibench xyzzyxyzzy
! nkibench: no rule 'xyzzyxyzzy' (looked in <*>the bundled rules)
? 5
$ nkibench sub/mine.lua
! nkibench: no rule 'sub/mine.lua': no such file
? 5
$ nkibench ''
! nkibench: no rule ''<*>
? 5
END
}

@test "a rule's modules stand beside it or on the search path, and nowhere above" {
  mkdir -p sub/part above
  echo 'return { value = 3 }' > sub/part/a.lua
  echo 'return { value = 4 }' > above/b.lua
  printf 'return { api = 1, name = "w", version = "1", needs = { "hlo" }, score = function() return require("part.a").value end }' > sub/w.lua
  [ "$(scored sub/w.lua)" = 3 ]
  printf 'return { api = 1, name = "w", version = "1", needs = { "hlo" }, score = function() return require("b").value end }' > sub/w.lua
  transcript <<'END'
$ nkibench sub/w.lua
! nkibench: sub/w.lua:1: <*>b<*>
? 5
END
  [ "$(NKIBENCH_RULE_PATH=above scored sub/w.lua)" = 4 ]
  ln -s ../../above/b.lua sub/part/c.lua
  printf 'return { api = 1, name = "w", version = "1", needs = { "hlo" }, score = function() return require("part.c").value end }' > sub/w.lua
  run nkibench sub/w.lua
  [ "$status" = 5 ]
}

@test "nkibench rules lists what can be found, nearest first, and what is hidden" {
  worth score.lua 9
  worth rules/mine.lua 2
  echo 'return 5' > rules/broken.lua
  echo 'return 5' > no_rule.lua
  transcript <<'END'
$ nkibench rules
score.lua             1      score.lua
  worth 9
broken.lua            -      rules/broken.lua
  broken.lua: the file returns a number; a rule is a table, return { api = 1, score = function(m, p, t) … end }
mine.lua              1      rules/mine.lua
  worth 2
…
mlsys26.lua           <*>  builtin
…
score.lua             <*>  builtin  (hidden by one above)
  Training and inference speed against a baseline, rewarded for work done in NKI kernels.
…
END
}
