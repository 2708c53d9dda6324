# What a hostile rule may try with texts and names, through the program: it drives no terminal, forges no line and
# makes nobody wait.
load helper

@test "a rule's parameters drive no terminal and forge no line of --help" {
  cat > r.lua <<'END'
return { api = 1, name = "n\nx", about = "a\nb\27[2J", score = function() return 1 end,
  params = { a = { "x\ny\27", "about\n  --output FILE", unit = "u\nv", choices = { "x\ny\27" } } } }
END
  run nkibench ./r.lua --help
  [ "$status" = 0 ]
  [[ "$output" != *$'\e'* ]]
  [[ "$output" == *$'\nParameters of the rule n x: a b [2J\n'* ]]
  [[ "$output" == *$'\n  --a NAME                    about   --output FILE: x y  (default x y  u v)\n'* ]]
}

@test "a function's name forges no line of a trace" {
  cat > r.lua <<'END'
local o = { ["a\nnkibench: all is well\27[2J"] = function() local x; x.y = 1 end }
return { api = 1, score = function() o["a\nnkibench: all is well\27[2J"]() return 1 end }
END
  transcript <<'END'
$ nkibench ./r.lua --quiet
! nkibench: ./r.lua:1: attempt to index a nil value (local 'x')
! nkibench:     ./r.lua:1 in 'a?nkibench: all is well?[2J'
! nkibench:     ./r.lua:2 in 'score'
? 5
END
}

@test "the rules are listed without waiting for a pipe that has a rule's name" {
  mkfifo waiting.lua
  run timeout 20 nkibench rules
  [ "$status" = 0 ]
  [[ "$output" != *waiting* ]]
}

@test "the rules are not listed longer than the limit on time by one that works in C" {
  cat > endless.lua <<'END'
local a, b = ("\0"):rep(15 << 20), ("\0"):rep(15 << 20)
while true do local less = a < b end
END
  transcript <<'END'
$ timeout 20 nkibench rules
! nkibench: endless.lua: load: stopped after 5 s inside a C function (--max-seconds)
? 5
END
}

@test "what a table's rows come to is not called as one of their parts" {
  printf 'return { api = 1, score = function(_, _, t)\nlocal rows = {}\nfor i = 1, 2 do rows[i] = t:sum("race " .. i, { { "points", i }, { "bonus", 1 } }) end\nreturn t:sum("score", rows) end }' > r.lua
  transcript <<'END'
$ nkibench ./r.lua --no-settings | sed -n 5,7p
           points   bonus   in all
  race 1        1       1   2.0000
  race 2        2       1   3.0000
END
}
