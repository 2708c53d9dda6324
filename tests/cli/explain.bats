# nkibench explain: the derivation, what a percent does, what a target takes.
load helper

# The figures of handler.py's sample (facts of its README): 15.4586, made by inference alone.
sample() {
  cp -r "$ROOT/examples/readme_sample" sample
  cd sample || return 1
}

@test "the sample's score comes from inference; training makes 0.02 % of it" {
  sample
  nkibench explain --throughput 2.1 > out.txt
  grep -q '^score  *15\.4586  *100 %  0\.4 × training 0\.0077 + 0\.6 × inference 25\.7592$' out.txt
  grep -q '^├─ training  *0\.0077  *0\.02 %  ' out.txt
  grep -q '^└─ inference  *25\.7592  *99\.98 %  ' out.txt
  grep -q 'inference.e2e_model.latency_ms_avg  *12131\.49  *ms  *benchmark_inference.json: e2e_model.latency_ms_avg$' out.txt
  grep -q 'mfu_improvement  *0\.3095  *15\.4766 % ÷ 50 %$' out.txt
  grep -q '^note: training has weight 0.4 but makes 0.02 % of the score$' out.txt
  [ ! -e benchmark_results.json ] # nothing is written
}

@test "one percent better is what the rule itself gives for it" {
  sample
  # latency: inference / 0.99; 0.6 · 25.7592 · (1/0.99 - 1) = 0.1561
  nkibench explain --throughput 2.1 > out.txt
  grep -q '^  inference.e2e_model.latency_ms_avg  *12131.49  *ms  *+0.1561  *1 % less$' out.txt
  grep -q '^  inference.e2e_model.throughput  *52.76  *tokens/s  *+0.1546  *1 % more$' out.txt
  grep -q '^  hlo.static.nki_ratio  *0.1846  *+0.0241  *1 % more$' out.txt
  grep -q '^  inference.accuracy  *1  *+0.0000  *1 is the most it can be$' out.txt
}

@test "a target says what each input alone would need, or that it cannot" {
  sample
  nkibench explain --throughput 2.1 --target 20 > out.txt
  grep -q '^to reach 20, all else as it is: what one input would have to be$' out.txt
  grep -q 'latency_ms_avg  *9376\.3684  *ms  *now 12131\.49, -22\.7 %$' out.txt
  grep -q 'hlo.static.nki_ratio  *0\.5326  *now 0\.1846, +189 %$' out.txt
  grep -q 'training.mfu_percent  *cannot  *100 % brings 15\.4754$' out.txt
  # and it is so: with that latency the score is 20
  sed -i 's/12131\.49/9376.3684/' benchmark_inference.json
  nkibench -q --throughput 2.1 | grep -q 'SCORE: 20.0000'
  nkibench explain --throughput 2.1 --target 5 | grep -q '^to come down to 5, all else as it is'
}

@test "a target is a number" {
  transcript <<'END'
$ nkibench explain --target x
! nkibench: --target is "x"; a score, a finite number, is expected
! nkibench: see nkibench help explain
? 2
$ nkibench explain --target inf
! nkibench: --target is "inf"; a score, a finite number, is expected
! nkibench: see nkibench help explain
? 2
$ nkibench explain score.lua more
! nkibench: 'more' has no place here; a rule is the first argument, all else are flags
! nkibench: see nkibench help explain
? 2
$ nkibench --target 5
! nkibench: --target is for explain
! nkibench: see nkibench --help
? 2
END
}

@test "JSON has the tree with shares and formulas, and every input, with all digits" {
  sample
  nkibench explain --throughput 2.1 --target 20 --json > e.json
  is e.json score 15.4586001859732 valid true tree.formula '0.4 × training 0.0077 + 0.6 × inference 25.7592' \
    "tree.children[1].name" training "tree.children[1].weight" 0.4 "inputs[1].path" training.mfu_percent \
    "inputs[1].high" 100 target 20
}

@test "MFU that is computed from the throughput is said to follow from it, and only where both are inputs" {
  local note='training.mfu_percent follows from training.throughput_seq_per_s; there is no run with only one of them changed'
  sample
  nkibench explain --throughput 2.1 | grep -qx "note: $note"
  nkibench explain --throughput 2.1 --json > e.json
  is e.json "notes[1]" 'training has weight 0.4 but makes 0.02 % of the score' "notes[2]" "$note"
  nkibench explain mfu > one.txt
  [ "$(grep -c 'training.mfu_percent' one.txt)" -gt 0 ] && [ "$(grep -c follows one.txt)" = 0 ]
  nkibench -q > /dev/null # what is saved was computed once, but may be anybody's by now
  nkibench explain --training-metrics benchmark_finetuning.json 2> /dev/null > saved.txt
  [ "$(grep -c 'training.throughput_seq_per_s' saved.txt)" -gt 0 ] && [ "$(grep -c follows saved.txt)" = 0 ]
}

@test "a rule that is no function of its inputs is told so" {
  rule 'score = (function() local n = 0 return function() n = n + 1 return n end end)()'
  nkibench explain ./r.lua > out.txt
  grep -q '^what it hangs on cannot be said: asked again, the rule gives 2.0 and not 1.0; a score is a function of its inputs alone$' out.txt
}

@test "a rule without metrics in its derivation is told which do not show" {
  rule 'score = function(m) return m.hlo.static.macs + 0.0 end'
  nkibench explain ./r.lua > out.txt
  local words='^what it hangs on cannot be said: metrics that are only compared do not show, nor do those that t:metric does not read$'
  grep -q "$words" out.txt
  rule 'score = function(m, p, t) if t:metric "hlo.static.nki_ratio" > 0.1 then return 1 end return 0 end'
  nkibench explain ./r.lua | grep -q "$words"
}

@test "a score that turns is said not to be monotone" {
  rule 'score = function(m, p, t)
    local x = t:metric "hlo.static.nki_ratio"
    return t:value("score", (x - 0.5) * (x - 0.5) * (x - 0.5) - 0.2 * (x - 0.5)) end'
  nkibench explain ./r.lua --target 0.04 > out.txt
  grep -q 'hlo.static.nki_ratio .*; the score is not monotone in it$' out.txt
}

@test "parts beside a bare number are said to be that" {
  cp -r "$ROOT/examples/first_score" first
  cd first || return 1
  nkibench explain mfu > out.txt
  grep -q '^  training.mfu_percent  *15.3753  *%  *+0.1538  *1 % more$' out.txt
  grep -q '^  training.flops_per_seq .*+0.0000  *no effect now$' out.txt
  local words='^  the rule gives the score as a number beside its parts; it need not come of them$'
  grep -q "$words" out.txt
  nkibench explain > out.txt
  [ "$(grep -c "$words" out.txt)" = 0 ]
}

@test "a score that is flat and then falls is monotone" {
  printf 'benchmark,time_s,ref_s\na,10,20\na,12,20\n' > t.csv # of two runs the slower counts
  nkibench explain spec --matrix t.csv --target 5 > out.txt
  grep -q '^  runs\[1\].time_s  *10  *s  *+0.0000  *no effect now$' out.txt
  grep -q '^  runs\[1\].time_s  *cannot  *no effect now, and it does not bring the score nearer$' out.txt
  grep -q '^  runs\[2\].time_s  *cannot .* brings 2$' out.txt
  nkibench explain spec --matrix t.csv --target 1 | grep -q '^  runs\[1\].time_s  *20  *s  *now 10, +100 %$'
  # one that falls to both sides is not
  rule 'score = function(m, p, t)
    local x = t:metric "hlo.static.macs"
    return t:min("score", { x, 2 * 99483648 - x }) end'
  nkibench explain ./r.lua --target 5e9 > out.txt
  grep -q 'hlo.static.macs .*+0.0000  *best where it is$' out.txt
  grep -q 'hlo.static.macs .*it does not bring the score nearer; the score is not monotone in it$' out.txt
}

@test "what is not valid is explained as what it would be" {
  rule 'check = function(m, p, c) c:require(false, "no logits") end, gates = { "score > 1e30" },
    score = function(m, p, t) return t:sum("score", { 1, t:metric "hlo.static.macs" }) end'
  nkibench explain ./r.lua > out.txt 2> err.txt && return 1
  [ $? = 3 ]
  [ "$(tail -1 err.txt)" = "nkibench: the result is not valid" ] # as scoring says it
  head -3 out.txt | grep -q '^NOT VALID: this is the score it would have$'
  grep -q '^  no logits$' out.txt
  grep -q '^  gate score > 1e30' out.txt
}

@test "a slow rule is not run for ever" {
  rule 'score = function(m, p, t)
    for i = 1, 3e6 do end
    local list = {}
    for i = 1, 40 do list[i] = { "x" .. i, t:metric "hlo.static.macs" * i } end
    return t:sum("score", { t:sum("a", list), t:metric "hlo.static.nki_macs", t:metric "hlo.static.nki_ratio", t:metric "hlo.files" }) end'
  SECONDS=0
  nkibench explain ./r.lua --target 1e30 > out.txt
  [ "$SECONDS" -lt 60 ]
  grep -q '^to reach' out.txt
}

@test "what the organiser sets is no input to better" {
  printf 'index,context_length,sequence_length,base_latency_ms,base_throughput\n0,10,640,500,120\n' > p.csv
  printf 'return { api = 1, needs = { "hlo", "prompts" }, score = function(_, _, t)
    return t:product("score", { t:metric "prompts[1].base_latency_ms", t:metric "hlo.static.nki_ratio" }) end }' > r.lua
  nkibench explain ./r.lua --prompts p.csv --json > e.json
  is e.json 'inputs[1].path' hlo.static.nki_ratio 'tree.children[1].path' 'prompts[1].base_latency_ms' \
    'tree.children[1].unit' ms 'tree.children[1].file' p.csv 'tree.children[1].field' '[1].base_latency_ms'
  [ "$(grep -c '"better"' e.json)" = 1 ]
}

@test "where lower is better, better is what lowers the score" {
  printf 'benchmark,mean_s\na,2\nb,8\n' > t.csv
  nkibench explain kernelbot --matrix t.csv --target 2 > out.txt
  grep -q '^1 % better, all else as it is: what it does to the score, where lower is better$' out.txt
  grep -q '^  runs\[1\].mean_s  *2  *s  *-0.0201  *1 % less$' out.txt # 4 - 4 * sqrt(0.99)
  grep -q '^to come down to 2, all else as it is' out.txt
  grep -q '^  runs\[1\].mean_s  *0.5  *s  *now 2, -75.0 %$' out.txt
  nkibench explain kernelbot --matrix t.csv --json > e.json
  is e.json rule.better lower 'inputs[1].better' lower
  # the largest change stands first, as where higher is better
  rule 'better = "lower", score = function(m, p, t)
    return t:sum("score", { t:metric "hlo.static.nki_ratio", t:metric "hlo.static.macs" }) end'
  nkibench explain ./r.lua | grep -A1 '^1 % better' | grep -q 'hlo.static.macs .*  1 % less$'
}

@test "which score is better may hang on the mode" {
  printf 'benchmark,alpha,beta,gamma,valid\na,0.9,0.5,0.5,1\n' > points.csv
  nkibench explain fpl26 --matrix points.csv > out.txt
  grep -q '^1 % better, all else as it is: what the score gains$' out.txt
  grep -q '^  runs\[1\].beta .*  1 % less$' out.txt
  printf 'run,time_min,converged\n1,10,1\n2,11,1\n3,12,1\n' > times.csv
  nkibench explain mlperf-training --matrix times.csv --run-count 3 > out.txt
  grep -q 'runs\[2\].time_min  *11  *min  *-0.11.*  1 % less$' out.txt
  nkibench explain mlperf-training --matrix times.csv --run-count 3 --reference-min 22 > out.txt
  grep -q '^1 % better, all else as it is: what the score gains$' out.txt
  grep -q 'runs\[2\].time_min  *11  *min  *+0.0202.*  1 % less$' out.txt
}
