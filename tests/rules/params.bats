# Parameters are flags: typed, checked against their range, listed by --help, and in the result with their origin.
load ../cli/helper

parameters() {
  cat > p.lua <<'END'
return { api = 1, name = "p", version = "1", score = function(_, p) return p.d end,
  params = {
    a = { 3, "tries", min = 1, max = 10 }, b = { "no default", kind = "number", unit = "ms", above = 0, max = 5 },
    c = { true, "strict" }, d = { 2.5, "x", max = 3 }, e = { "y", kind = "number", min = -1 },
    f = { 50.0, "mfu", unit = "%", above = 0 } } }
END
}

@test "--help lists each with unit, default and range" {
  parameters
  transcript <<'END'
$ nkibench ./p.lua --help | sed -n '/^Parameters/,/^$/p'
Parameters of the rule p
  --a N                       tries (default 3, from 1 to 10)
  --b X                       no default (ms, above 0 and at most 5)
  --c                         strict (default true)
  --d X                       x (default 2.5, at most 3)
  --e X                       y (at least -1)
  --f X                       mfu (default 50.0 %, above 0)

END
}

@test "what lies outside the range is refused" {
  parameters
  refused './p.lua --a 11' '--a is 11; a whole number from 1 to 10 is expected'
  refused './p.lua --b 6' '--b is 6; a number above 0 and at most 5 is expected'
  refused './p.lua --d 4' '--d is 4; a number of at most 3 is expected'
  refused './p.lua --e -4' '--e is -4; a number of at least -1 is expected'
  refused './p.lua --f 0' '--f is 0; a number above 0 is expected'
  NKIBENCH_P_A=11 refused './p.lua' "NKIBENCH_P_A: 'a' is 11; a whole number from 1 to 10 is expected"
}

@test "a result knows where each value is from, and the default page shows those that are not the rule's" {
  parameters
  printf 'params:\n  f: 40\n' > nkibench.yaml
  NKIBENCH_P_E=7 nkibench ./p.lua --d 2 > out.txt
  is benchmark_results.json 'params[4].origin' --d 'params[5].origin' NKIBENCH_P_E 'params[6].origin' nkibench.yaml:2 \
    'params[1].origin' default
  grep -A 2 '^  params' out.txt > params.txt
  printf '  params  d 2.0000  (--d)\n          e 7.0000  (NKIBENCH_P_E)\n          f 40.0000 %%  (nkibench.yaml:2)\n' > expected.txt
  diff expected.txt params.txt
  nkibench explain ./p.lua --d 2 | grep -q '^  d  *2  *--d$'
}

@test "a name that any command has as a flag is the rule's fault" {
  for name in target json output dry_run; do
    printf 'return { api = 1, score = function() return 1 end, params = { %s = { 1.0 } } }' "$name" > p.lua
    nkibench ./p.lua > out.txt 2>&1 && return 1
    grep -q "^nkibench: .*p.lua: the parameter '.*' has the name of a .* another is needed$" out.txt || { cat out.txt; return 1; }
  done
}
