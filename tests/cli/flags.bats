# Flags as such: prefixes, repetition, values, and words that have no place.
load helper

@test "without flags everything comes from nkibench.yaml and the defaults" {
  transcript <<'END'
$ nkibench
======================================================================
NKI-LLAMA BENCHMARK RESULTS
======================================================================

🏆 FINAL NKI-LLAMA SCORE: 14.6593

Score Weights:
  Training: 40%
  Inference: 60%

📊 Component Scores:
  Training Score: 0.0079
  Inference Score: 24.4269
  NKI Ratio: 0.2213

🎯 Training Metrics:
  MFU: 15.48% (baseline: 50.00%)
  Throughput: 2.10 seq/s (baseline: 100.00)
  MFU Improvement: 0.3095x
  Throughput Improvement: 0.0210x

⚡ Inference Metrics:
  Latency: 12500.00ms (reference: 50000.00ms)
  Throughput: 50.00 tokens/s (reference: 10.00)
  Latency Reduction: 4.0000x
  Throughput Increase: 5.0000x
  Accuracy: ✓ Passed

======================================================================

✅ Benchmark complete! Results saved to benchmark_results.json
$ ls
benchmark_finetuning.json
benchmark_inference.json
benchmark_results.json
cache
config.json
nkibench.yaml
train.log
train.yaml
END
}

@test "score.lua and no rule at all are the same" {
  nkibench > none.txt && cp benchmark_results.json none.json
  nkibench score.lua > named.txt && cp benchmark_results.json named.json
  nkibench score > short.txt && cp benchmark_results.json short.json
  cmp none.txt named.txt && cmp none.json named.json
  cmp none.txt short.txt && cmp none.json short.json
}

@test "a unique prefix of a flag will do, those of the rule included" {
  nkibench --through 4.2 --hw trn2 --training-w 0.5 --inference-w 0.5 --base-m 40 > /dev/null
  is benchmark_results.json weights.training 0.5 detailed_breakdown.training.base_mfu 40
  is benchmark_finetuning.json throughput_seq_per_sec 4.2 hardware_backend trn2
}

@test "a whole name is no prefix of a longer one" {
  rule 'params = { through = { 1.0, "x" }, throughput_more = { 1.0, "x" } }, score = function(_, p) return p.through end'
  transcript <<'END'
$ nkibench ./r.lua --through 7 --quiet --output - 2> /dev/null | sed -n 2p
  "score": 7.0,
$ nkibench ./r.lua --throughp 7
! nkibench: --throughp could be --throughput, --throughput-more
! nkibench: see nkibench --help
? 2
END
}

@test "an ambiguous prefix is refused with its candidates" {
  refused '--re 3' '--re could be --reasoning-results, --reasoning-metric, --reasoning-weight, --reference-latency, --reference-throughput'
  refused '--max 3' '--max could be --max-memory, --max-instructions, --max-seconds'
  refused '--t 3' '--t could be --training-metrics, --training-script, --throughput, --training-output, --training-weight'
}

@test "an unknown flag is refused, with the one that was meant" {
  refused '--throughputt 2' 'no flag --throughputt; did you mean --throughput?'
  refused '--compil-dir=cache' 'no flag --compil-dir; did you mean --compile-dir?'
  refused '--trainin-weight 1' 'no flag --trainin-weight; did you mean --training-weight?'
  refused '--xyzzy' 'no flag --xyzzy'
  refused '--=3' 'no flag --'
  refused '-x' 'no flag -x; flags are written out: --help lists them'
}

@test "the last of repeated flags wins, and --no-settings=false takes a switch back" {
  nkibench --throughput 9 --throughput=4.2 --detailed --detailed=false --no-settings --no-settings=false > /dev/null
  is benchmark_finetuning.json throughput_seq_per_sec 4.2 nki_analysis.per_file_metrics nil
}

@test "a value stands behind its flag or an equals sign, and may be missing in neither place" {
  refused '--throughput' '--throughput needs a value: --throughput X'
  refused '--throughput --quiet' '--throughput needs a value: --throughput X'
  refused '--throughput=' '--throughput is ""; a number above 0 is expected'
  refused '--output=' '--output is ""; a path is expected'
  refused '--base-mfu' '--base-mfu needs a value: --base-mfu X'
  refused '--quiet=maybe' '--quiet is "maybe"; true or false is expected'
  refused '--verbose=maybe' '--verbose is "maybe"; true or false is expected'
}

@test "a number that is not finite, is none, or is out of range is refused" {
  local flag text
  for flag in throughput base-mfu; do
    for text in nan inf -inf 0 -0 -1 1e400 1e-400 0x10 1_0 2,5 ' 2' '2 ' 1e; do
      run nkibench --$flag "$text"
      [ "$status" = 2 ] && [[ "$output" == *"--$flag is "* ]] || { echo "--$flag '$text': $status $output"; return 1; }
    done
  done
}

@test "how a number is refused" {
  refused '--throughput nan' '--throughput is "nan"; a number above 0 is expected'
  refused '--throughput -1' '--throughput is "-1"; a number above 0 is expected'
  refused '--throughput 1e400' '--throughput is "1e400"; a number of at most 1e300 is expected'
  refused '--throughput 1e301' '--throughput is "1e301"; a number of at most 1e300 is expected'
  refused '--accuracy 1.1' '--accuracy is "1.1"; a number from 0 to 1 is expected'
  refused '--batch-size 1.5' '--batch-size is "1.5"; a whole number above 0 is expected'
  refused '--seq-len 0' '--seq-len is "0"; a whole number above 0 is expected'
  refused '--num-nodes 9223372036854775808' '--num-nodes is "9223372036854775808"; a whole number above 0 is expected'
  refused '--base-mfu 0' '--base-mfu is 0; a number above 0 is expected'
  refused '--base-mfu nan' '--base-mfu is "nan"; a number is expected'
  refused '--base-mfu 1e400' '--base-mfu is "1e400"; a finite number is expected'
  refused '--training-weight 1.5' '--training-weight is 1.5; a number from 0 to 1 is expected'
}

@test "a choice is refused with all there are, and the one that was meant" {
  refused '--mac-count statik' "--mac-count is \"statik\"; one of static, executed is expected; did you mean 'static'?"
  refused '--flop-model x' '--flop-model is "x"; one of nxdt palm megatron torchtitan is expected'
  transcript <<'END'
$ nkibench --hw-backend trn4 2>&1 | head -1 | sed 's/one of .* is/one of <all> is/'
nkibench: --hw-backend is "trn4"; one of <all> is expected; did you mean 'trn1'?
END
}

@test "words have their places" {
  refused 'score.lua more' "'more' has no place here; a rule is the first argument, all else are flags"
  refused '--quiet score.lua' "'score.lua' has no place here; a rule is the first argument, all else are flags"
  refused '-- more' "'more' has no place here; a rule is the first argument, all else are flags"
  refused 'rules all' 'rules takes nothing, or show NAME, or doc NAME'
  refused 'log a b' 'log takes one file: nkibench log FILE'
  refused 'metrics a b' 'metrics takes one path of the tree at most, such as training or hlo.static'
  refused 'hlo' 'hlo needs files or folders: nkibench hlo FILE|DIR...'
}

@test "a word that is neither command nor rule is said so" {
  transcript <<'END'
$ nkibench metrcs
! nkibench: no command or rule 'metrcs'; did you mean 'metrics'?
? 5
$ nkibench ./nowhere.lua
! nkibench: no rule './nowhere.lua': no such file
? 5
$ nkibench scoer.lua
! nkibench: no rule 'scoer.lua'; did you mean 'score.lua'? (looked in ., rules, <*>the bundled rules)
? 5
END
}

@test "a flag that would change nothing is refused" {
  refused '--json' "--json is for <*>; --output - prints a score's JSON"
  refused 'rules --lua' '--lua is for metrics, hlo and log'
  refused 'hlo cache --dry-run' '--dry-run is for scoring: nkibench [RULE] --dry-run'
}

@test "--version and --help go to standard output and end with 0" {
  transcript <<'END'
$ nkibench --version
nkibench 0.1.0
$ nkibench --help | head -3
nkibench 0.1.0: scores what an AWS Trainium NKI run left behind

  nkibench [RULE] [flags]         score: RULE is a Lua file or a rule's name; score.lua if left out
$ nkibench -h --nosuch | head -1
nkibench 0.1.0: scores what an AWS Trainium NKI run left behind
END
}

@test "--help is complete where output is full" {
  transcript <<'END'
$ nkibench --help > /dev/full
! nkibench: standard output: No space left on device
? 1
$ nkibench --version > /dev/full
! nkibench: standard output: No space left on device
? 1
END
}

@test "a parameter cannot have the name of a flag" {
  rule 'params = { quiet = { 1.0, "x" } }, score = function() return 1 end'
  transcript <<'END'
$ nkibench ./r.lua
! nkibench: ./r.lua: the parameter 'quiet' has the name of a flag (--quiet); another is needed
? 5
END
  rule 'params = { log_file = { 1.0, "x" } }, score = function() return 1 end'
  transcript <<'END'
$ nkibench ./r.lua
! nkibench: r.lua: the parameter 'log_file' has the name of a setting (--log-file); another is needed
? 5
END
}

@test "a parameter may have the name of another command's flag" {
  rule 'params = { count = { 1.0, "x" }, seed = { 1.0, "x" } }, score = function(_, p) return p.count + p.seed end'
  transcript <<'END'
$ nkibench ./r.lua --count 5 --seed 2 --quiet --output - 2> /dev/null | sed -n 2p
  "score": 7.0,
$ NKIBENCH_P_COUNT=3 nkibench ./r.lua --quiet --output - 2> /dev/null | sed -n 2p
  "score": 4.0,
$ nkibench ./r.lua --strict
! nkibench: --strict is for check
! nkibench: see nkibench --help
? 2
END
  rule 'params = { target = { 1.0, "x" } }, score = function() return 1 end'
  transcript <<'END'
$ nkibench ./r.lua
! nkibench: ./r.lua: the parameter 'target' has the name of a flag (--target); another is needed
? 5
END
}

@test "a parameter may have a name that is a prefix of a flag's" {
  rule 'params = { setting = { 1.0, "x" }, uns = { 1.0, "x" } }, score = function(_, p) return p.setting + p.uns end'
  transcript <<'END'
$ nkibench ./r.lua --setting 5 --uns 2 --quiet --output - 2> /dev/null | sed -n 2p
  "score": 7.0,
END
}
