# Weights, and what else accept and the bounds of a parameter refuse.
load helper

@test "weights that do not sum to 1 are refused before anything is read" {
  refused '--training-weight 0.7 --config nowhere' 'weights: training 0.7 + inference 0.6 = 1.3; they must sum to 1'
  refused '--inference-weight 0.9' 'weights: training 0.4 + inference 0.9 = 1.3; they must sum to 1'
  refused '--training-weight 0.5 --inference-weight 0.6' 'weights: training 0.5 + inference 0.6 = 1.1; they must sum to 1'
  refused '--training-weight 0.3 --reasoning-weight 0.6' \
    'weights: training 0.3 + inference 0 + reasoning 0.6 = 0.9; they must sum to 1 (not given, and so 0: --inference-weight)'
  refused '--reasoning-weight 0.3' \
    'weights: training 0 + inference 0 + reasoning 0.3 = 0.3; they must sum to 1 (not given, and so 0: --training-weight, --inference-weight)'
}

@test "weights may be off by a rounding, and one of them 0" {
  nkibench --training-weight 0.333333333333 --inference-weight 0.666666666666 > /dev/null
  is benchmark_results.json weights.training 0.333333333333
  nkibench --training-weight 0 --inference-weight 1 > /dev/null
  is benchmark_results.json nki_kernel_score "$(value benchmark_results.json component_scores.inference)"
  nkibench --training-weight 1 --inference-weight 0 > /dev/null
  is benchmark_results.json nki_kernel_score "$(value benchmark_results.json component_scores.training)"
}

@test "weights lie between 0 and 1" {
  refused '--training-weight -0.1 --inference-weight 1.1' '--training-weight is -0.1; a number from 0 to 1 is expected'
  refused '--inference-weight 1.0000001' '--inference-weight is 1.0000001; a number from 0 to 1 is expected'
  refused '--training-weight half' '--training-weight is "half"; a number is expected'
}

# Every kind of bound a rule can set.
bounds='params = {
  above = { 1.0, "x", above = 0 }, least = { 1, "x", min = 0 }, most = { 1, "x", max = 9 }, both = { 1, "x", min = 0, max = 9 },
  tight = { 1.0, "x", above = 0, max = 1 }, whole = { 1, "x" }, flag = { false, "x" }, text = { "a", "x" },
  day = { kind = "date", "x" }, way = { "up", "x", choices = { "up", "down" } },
},
score = function(m, p) return p.least end'

@test "a parameter at its bound is taken, one past it refused" {
  rule "$bounds"
  nkibench ./r.lua --above 1e-300 --least 0 --most 9 --both 0 --tight 1 --whole -5 --flag --text '' --day 2028-02-29 \
    --way down > /dev/null
  refused './r.lua --above 0' '--above is 0; a number above 0 is expected'
  refused './r.lua --least -1' '--least is -1; a whole number of at least 0 is expected'
  refused './r.lua --most 10' '--most is 10; a whole number of at most 9 is expected'
  refused './r.lua --both 10' '--both is 10; a whole number from 0 to 9 is expected'
  refused './r.lua --tight 0' '--tight is 0; a number above 0 and at most 1 is expected'
  refused './r.lua --tight 1.5' '--tight is 1.5; a number above 0 and at most 1 is expected'
}

@test "a parameter of another kind is refused" {
  rule "$bounds"
  refused './r.lua --whole 1.5' '--whole is "1.5"; a whole number is expected'
  refused './r.lua --flag=maybe' '--flag is "maybe"; true or false is expected'
  refused './r.lua --day 2027-02-29' '--day is "2027-02-29"; a date such as 2026-03-04 is expected'
  refused './r.lua --way dwon' "--way is \"dwon\"; one of up, down is expected; did you mean 'down'?"
}

@test "accept's message is the program's, whatever characters it has" {
  rule 'accept = function() return "no \27[31mway\nout" end, score = function() return 1 end'
  refused ./r.lua 'no ?[31mway?out'
}

@test "accept sees parameters from everywhere" {
  rule 'params = { a = { 1.0, "x" }, b = { 1.0, "x" } },
    accept = function(p) if p.a ~= p.b then return ("a is %g, b is %g"):format(p.a, p.b) end end,
    score = function() return 1 end'
  printf 'params: {a: 2}\n' >> nkibench.yaml
  NKIBENCH_P_B=3 refused ./r.lua 'a is 2, b is 3'
  NKIBENCH_P_B=2 nkibench ./r.lua > /dev/null
}
