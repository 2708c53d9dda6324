# The bundled rule, run by the program on metrics small enough to do by hand:
#   MFU 25 % ÷ 50 % = 0.5    200 ÷ 100 seq/s = 2      r = 250 ÷ 1000     training  0.5 · 2 · 1.25 = 1.25
#   50000 ÷ 25000 ms = 2     40 ÷ 10 tokens/s = 4                        inference 2 · 4 · 1.25   = 10
#   the mean of 0.5 and 0.7 = 0.6                                        reasoning 10 · 0.6       = 6
load ../cli/helper

setup_metrics() {
  cat > training.json <<'END'
{ "mfu_percent": 25.0, "throughput_seq_per_sec": 200.0, "nki_analysis": { "summary": {
  "total_files": 1, "failed_analyses": 0, "total_hlo_macs": 1000, "total_nki_macs": 250, "overall_nki_ratio": 0.25 } } }
END
  cat > inference.json <<'END'
{ "accuracy": 1.0, "e2e_model": { "latency_ms_avg": 25000.0, "throughput": 40.0 } }
END
  cat > reasoning.json <<'END'
{ "results": { "a": { "exact_match,strict-match": 0.5, "exact_match,flexible-extract": 0.9 },
               "b": { "exact_match,strict-match": 0.7, "exact_match,flexible-extract": 0.9 } } }
END
  : > nkibench.yaml
}

# score FLAGS PATH VALUE …: values of the result of a score with these flags.
score() {
  local flags=$1
  shift
  # shellcheck disable=SC2086 # flags are words
  nkibench --quiet --training-metrics training.json $flags > console.txt || [ $? = 3 ]
  is benchmark_results.json "$@"
}

@test "training alone is the training score itself" {
  setup_metrics
  score '--inference-results nowhere' mode training_only nki_kernel_score 1.25 component_scores.training 1.25
}

@test "training and inference weigh 0.4 and 0.6" {
  setup_metrics
  score '--inference-results inference.json' mode combined nki_kernel_score 6.5 component_scores.training 1.25 \
    component_scores.inference 10 weights.training 0.4 weights.inference 0.6
}

@test "with reasoning they weigh 0.3, 0.4 and 0.3" {
  setup_metrics
  score '--inference-results inference.json --reasoning-results reasoning.json' mode training_inference_reasoning \
    nki_kernel_score 6.175 component_scores.reasoning 6 weights.training 0.3 weights.inference 0.4 weights.reasoning 0.3
}

@test "training and reasoning weigh 0.7 and 0.3" {
  setup_metrics
  score '--inference-results nowhere --reasoning-results reasoning.json' mode training_reasoning \
    nki_kernel_score 2.675 weights.training 0.7 weights.inference 0 weights.reasoning 0.3
}

@test "weights that are given replace the table" {
  setup_metrics
  score '--inference-results inference.json --training-weight 0.2 --inference-weight 0.8' nki_kernel_score 8.25
  score '--inference-results inference.json --reasoning-results reasoning.json --training-weight 0.2
    --inference-weight 0.3 --reasoning-weight 0.5' nki_kernel_score 6.25 weights.reasoning 0.5
  # two of three given and no reasoning weight: reasoning weighs nothing
  score '--inference-results inference.json --reasoning-results reasoning.json --training-weight 0.5
    --inference-weight 0.5' nki_kernel_score 5.625 weights.reasoning 0
  score '--inference-results nowhere --reasoning-results reasoning.json --training-weight 0.5
    --reasoning-weight 0.5' nki_kernel_score 3.625
}

@test "weights of what is absent make the result invalid" {
  setup_metrics
  transcript <<'END'
$ nkibench --training-metrics training.json --inference-results nowhere --reasoning-results reasoning.json --training-weight 0.2 --inference-weight 0.3 --reasoning-weight 0.5 --quiet | grep -A 1 'NOT VALID'
⚠️  NOT VALID: the score above is what it would be
   ✗ weights: inference is absent, and training and reasoning do not sum to 1
! nkibench: the result is not valid
END
  is benchmark_results.json valid false
}

@test "--reasoning-metric takes another metric and filter" {
  setup_metrics
  score '--inference-results nowhere --reasoning-results reasoning.json --reasoning-metric exact_match,flexible-extract' \
    component_scores.reasoning 9
}

@test "a task without the metric is absent, not 0, and is said so" {
  setup_metrics
  sed -i 's/"b": { "exact_match,strict-match": 0.7, /"b": { /' reasoning.json
  transcript <<'END'
$ nkibench --training-metrics training.json --inference-results nowhere --reasoning-results reasoning.json 2>&1 > /dev/null | grep '^nkibench: warning: reasoning'
nkibench: warning: reasoning: left out of the mean, having no exact_match,strict-match: b (1 of 2 tasks)
END
  is benchmark_results.json component_scores.reasoning 5 valid true
}

@test "no task with the metric is an invalid result" {
  setup_metrics
  transcript <<'END'
$ nkibench --quiet --training-metrics training.json --inference-results nowhere --reasoning-results reasoning.json --reasoning-metric bleu | grep '✗'
   ✗ reasoning: no task has bleu (--reasoning-metric names another)
! nkibench: the result is not valid
END
}

@test "the bases divide, the improvements multiply" {
  setup_metrics
  score '--inference-results inference.json --base-mfu 25 --base-throughput 50 --loss-improvement 2 --convergence-rate 3
    --reference-latency 100000 --reference-throughput 20' component_scores.training 30 component_scores.inference 10
  score '--inference-results inference.json --accuracy 0' component_scores.inference 0 nki_kernel_score 0.5
  score '--inference-results inference.json --accuracy 0.5' component_scores.inference 5
}

@test "executed MACs make the ratio with --mac-count executed" {
  # kernels of 1000 in a loop of 5 and of 7 in one of 4 within it, and a dot of 8·8·8 in the outer loop
  local hlo=$ROOT/tests/data/hlotext/kernel_in_nested_while.hlo
  nkibench --hlo "$hlo" > /dev/null
  is benchmark_results.json mac_count static nki_ratio "$("$LUA" -e 'print(("%.15g"):format(1007 / 1519))')"
  nkibench --hlo "$hlo" --mac-count executed > /dev/null
  is benchmark_results.json mac_count executed nki_ratio "$("$LUA" -e 'print(("%.15g"):format(5140 / 7700))')"
}

@test "executed MACs that are not known are an input error" {
  setup_metrics
  transcript <<'END'
$ nkibench --quiet --training-metrics training.json --inference-results nowhere --mac-count executed
! nkibench: <*>hlo.executed<*>a saved training output does not hold it<*>
? 1
END
}

@test "each file's score has its own NKI ratio" {
  cp "$ROOT/tests/data/hlotext/kernel_in_nested_while.hlo" cache/a.hlo
  printf 'HloModule p\nENTRY e {\n  a = f32[2,3] parameter(0)\n  b = f32[3,5] parameter(1)\n  ROOT c = f32[2,5] dot(a, b), lhs_contracting_dims={1}, rhs_contracting_dims={0}\n}\n' > cache/b.hlo
  nkibench --quiet --any-form --per-file-scores --detailed --throughput 100 --base-mfu 1 > /dev/null || [ $? = 3 ]
  # throughput improvement 1, so a score is MFU · (1 + r)
  local mfu
  mfu=$(value benchmark_finetuning.json mfu_percent)
  expected() { "$LUA" -e "print(('%.12g'):format($mfu * (1 + $1)))"; }
  actual() { "$LUA" -e "print(('%.12g'):format($(value benchmark_finetuning.json "nki_analysis.per_file_metrics[$1].training_score.score")))"; }
  is benchmark_finetuning.json 'nki_analysis.per_file_metrics[1].file_name' a.hlo 'nki_analysis.per_file_metrics[2].nki_ratio' 0
  [ "$(actual 1)" = "$(expected '1007 / 1519')" ]
  [ "$(actual 2)" = "$(expected 0)" ]
  [ "$(actual 3)" = "$(expected '22020096 / 99483648')" ]
}

@test "no NKI MACs is advice, not a fault" {
  setup_metrics
  sed -i 's/"total_nki_macs": 250, "overall_nki_ratio": 0.25/"total_nki_macs": 0, "overall_nki_ratio": 0.0/' training.json
  transcript <<'END'
$ nkibench --training-metrics training.json --inference-results inference.json > /dev/null
! nkibench: note: training and HLO metrics are those saved in training.json; nothing was measured
! …
! nkibench: warning: no NKI MACs: is this the baseline's cache?
END
  is benchmark_results.json component_scores.training 1 nki_kernel_score 5.2
}

@test "a score from a saved training output is the score it was saved with" {
  nkibench > /dev/null
  cp benchmark_finetuning.json saved.json && cp benchmark_results.json first.json
  nkibench --no-settings --training-metrics saved.json --output again.json --training-output /dev/null --quiet > /dev/null
  is again.json nki_kernel_score "$(value first.json nki_kernel_score)" throughput_source saved
}
