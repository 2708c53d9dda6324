# Exit codes and their causes: inputs that are missing, empty or of another kind. Rules at fault are rule_*.bats'.
load helper

# nkibench $1 ends with 1 and says $2.
fails() {
  transcript <<END
\$ nkibench $1 --quiet
! nkibench: $2
? 1
END
}

@test "a named input that is missing is said with its flag" {
  fails '--config nowhere' 'no training config: nowhere does not exist (--config)'
  fails '--model-config nowhere' 'no model config: nowhere does not exist (--model-config)'
  fails '--log-file nowhere' 'no training log: nowhere does not exist (--log-file)'
  fails '--log-file nowhere --throughput 2' 'no training log: nowhere does not exist (--log-file)'
  fails '--compile-dir nowhere' 'no compile cache: nowhere does not exist (--compile-dir)'
  fails '--hlo nowhere' 'nowhere: no such file'
  fails '--reasoning-results nowhere' 'no reasoning results: nowhere does not exist (--reasoning-results)'
  sed -i 's/train.yaml/nowhere/' nkibench.yaml
  fails '' 'no training config: nowhere does not exist (nkibench.yaml:1)'
}

@test "an inference report that is missing is said with what named it" {
  sed -i 's/benchmark_inference.json/nowhere.json/' nkibench.yaml
  grep -q nowhere.json nkibench.yaml || echo 'inference-results: nowhere.json' >> nkibench.yaml
  local line
  line=$(grep -n nowhere.json nkibench.yaml | cut -d: -f1)
  run nkibench
  [[ $output = *"warning: no inference results: nowhere.json does not exist (nkibench.yaml:$line); only training is scored"* ]]
  run nkibench metrics inference
  [[ $output = *"nowhere.json: no such file (nkibench.yaml:$line)"* ]]
  NKIBENCH_INFERENCE_RESULTS=none.json run nkibench
  [[ $output = *"warning: no inference results: none.json does not exist (NKIBENCH_INFERENCE_RESULTS); only training is scored"* ]]
}

@test "a default that does not exist is said with its flag" {
  local default="/home/ubuntu/nki-llama/src/fine-tune" said="does not exist (upstream's default; give"
  local config="no training config: $default/neuronx-distributed-training/examples/conf/hf_llama3_8B_SFT_config.yaml $said --config FILE)"
  local model="no model config: $default/configs/model-config/8B_config_llama3-1/config.json $said --model-config FILE)"
  local log="no training log: /home/ubuntu/nki-llama/logs/nki-llama_20250610_014432.log $said --log-file FILE)"
  local cache="no compile cache: /home/ubuntu/neuron_cache $said --compile-dir DIR)" next=$'\n! nkibench: '
  fails '--no-settings' "$config$next$model$next$log$next$cache${next}to see it work: <*>"
  fails '--no-settings --config train.yaml' "$model$next$log$next$cache"
  fails '--no-settings --config train.yaml --throughput 2' "$model$next$cache"
  fails '--no-settings --config train.yaml --model-config config.json' "$log$next$cache"
  fails '--no-settings --config train.yaml --model-config config.json --log-file train.log' "$cache"
}

@test "with --throughput upstream's default log may be missing" {
  nkibench --no-settings --config train.yaml --model-config config.json --compile-dir cache --throughput 2.1 > /dev/null
  is benchmark_results.json nki_kernel_score 14.6593020668969
  is benchmark_finetuning.json log_metrics nil
}

@test "a first look, where nothing is, says all that is missing and no more" {
  mkdir empty && cd empty
  transcript <<'END'
$ HOME=$PWD nkibench
! nkibench: no training config: <*> (upstream's default; give --config FILE)
! nkibench: no model config: <*> (upstream's default; give --model-config FILE)
! nkibench: no training log: <*> (upstream's default; give --log-file FILE)
! nkibench: no compile cache: <*> (upstream's default; give --compile-dir DIR)
! nkibench: <*>
? 1
$ ls
END
}

@test "an empty file, and a folder in a file's place" {
  : > empty
  fails '--config empty' 'empty: an empty file (--config)'
  fails '--model-config empty' 'empty: an empty file (--model-config)'
  fails '--log-file empty' 'empty: is empty; a training log is expected (--log-file)'
  fails '--inference-results empty' 'empty: an empty file (--inference-results)'
  fails '--reasoning-results empty' 'empty: an empty file (--reasoning-results)'
  fails '--config cache' 'cache: is a directory; a file is expected (--config)'
  fails '--model-config cache' 'cache: is a directory; a file is expected (--model-config)'
  fails '--log-file cache' 'cache: is a directory; a file is expected (--log-file)'
  fails '--inference-results cache' 'cache: is a directory; a file is expected (--inference-results)'
}

@test "a cache that is a file, that holds nothing, or a folder without results" {
  mkdir empty
  fails '--compile-dir train.log' 'train.log: is a file; --compile-dir expects a folder (--hlo FILE takes one file)'
  fails '--compile-dir empty' 'empty: no HLO file below it; *.hlo_module.pb and *.hlo are looked for (--compile-dir)'
  fails '--hlo empty' 'empty: no HLO file below it; *.hlo_module.pb and *.hlo are looked for (--hlo)'
  fails '--reasoning-results empty' "empty: no results_*.json in this folder; lm-eval's --output_path is expected (--reasoning-results)"
}

@test "an HLO file that is named and bad is refused, in a cache it is counted" {
  printf 'not HLO at all' > cache/bad.hlo
  transcript <<'END'
$ nkibench --hlo cache/bad.hlo --quiet
! nkibench: cache/bad.hlo: <*>
? 1
$ nkibench hlo cache/bad.hlo
! nkibench: cache/bad.hlo: <*>
? 1
$ nkibench | grep SCORE:
🏆 FINAL NKI-LLAMA SCORE: 14.6593
! nkibench: warning: 1 of 2 HLO files cannot be read and count nothing: cache/bad.hlo: <*>
END
  nkibench --quiet > /dev/null
  is benchmark_finetuning.json nki_analysis.summary.failed_analyses 1 nki_analysis.summary.successful_analyses 1
}

@test "a named file that is good counts, whatever it is called" {
  cp cache/*/*/model.hlo_module.pb graph.bin
  nkibench --hlo graph.bin > /dev/null
  is benchmark_results.json nki_kernel_score 14.6593020668969
}

@test "an input of another kind is refused with a position" {
  transcript <<'END'
$ nkibench --model-config train.yaml
! nkibench: train.yaml:1:1: <*>
? 1
$ nkibench --config config.json
! nkibench: config.json: no 'data.global_batch_size'; set it there or give --batch-size N
? 1
$ printf '{"e2e_model": {"latency_ms_avg": NaN, "throughput": 3}}' > i.json; nkibench --inference-results i.json
! nkibench: i.json:1:<*>
? 1
$ printf '{"e2e_model": {"throughput": 3}}' > i.json; nkibench --inference-results i.json
! nkibench: <*>latency_ms_avg<*>
? 1
$ printf '{"e2e_model": {"latency_ms_avg": 0, "throughput": 3}}' > i.json; nkibench --inference-results i.json
! nkibench: <*>latency_ms_avg<*>
? 1
END
}

@test "the YAML's values are checked where they stand" {
  sed 's/seq_length: 4096/seq_length: 4k/' train.yaml > a.yaml
  sed 's/  seq_length: 4096//' train.yaml > b.yaml
  sed 's/num_nodes: 1/num_nodes: 0/' train.yaml > c.yaml
  fails '--config a.yaml' "a.yaml:6:15: 'data.seq_length' is <*>\"4k\"; a whole number above 0 is expected"
  fails '--config b.yaml' "b.yaml: neither 'data.seq_length' nor 'model.encoder_seq_length'; set one there or give --seq-len N"
  fails '--config c.yaml' "c.yaml:3:14: 'trainer.num_nodes' is 0; a whole number above 0 is expected"
}

@test "a number that leaves what doubles hold is the input's fault" {
  transcript <<'END'
$ nkibench --throughput 1e300
! nkibench: builtin:score.lua:<*>: 'training' of mfu_improvement <*>: the result is inf, not a finite number
? 1
END
}

@test "an MFU above 100 % is impossible: 3, with the score it would be" {
  transcript <<'END'
$ nkibench --throughput 15 2>&1 | grep -E 'SCORE:|VALID|✗'
🏆 FINAL NKI-LLAMA SCORE: 14.8181
⚠️  NOT VALID: the score above is what it would be
   ✗ MFU is 110.55 %: over 100 % is impossible; <*>
END
  run nkibench --throughput 15
  [ "$status" = 3 ]
  is benchmark_results.json valid false
}

@test "a log of nothing is a loud warning, and the throughput assumed" {
  echo nothing to see > other.log
  transcript <<'END'
$ nkibench --log-file other.log | grep Throughput: | head -1
  Throughput: 2.10 seq/s (baseline: 100.00)
! nkibench: warning: other.log: <*>
! nkibench: warning: throughput assumed 2.1 seq/s: the log has none and --throughput was not given; MFU and the training score mean nothing
END
  is benchmark_results.json throughput_source assumed
}

@test "an inference log in a training log's place is a loud warning" {
  echo 'throughput: 2.0 tokens/s' > other.log
  transcript <<'END'
$ nkibench --log-file other.log | grep Throughput: | head -1
  Throughput: 2.00 seq/s (baseline: 100.00)
! nkibench: warning: other.log: no training step in it: its throughput lines may be of another kind
$ nkibench log other.log | grep -c throughput
1
! nkibench: warning: other.log: no training step in it: its throughput lines may be of another kind
END
}

@test "a score of files of which none counts would be a score of nothing" {
  rm -r cache/*
  printf 'x' > cache/bad.hlo
  transcript <<'END'
$ nkibench --quiet
! nkibench: cache: none of its 1 HLO files can be counted: cache/bad.hlo: <*>
? 1
$ printf 'HloModule t\nENTRY e { ROOT c = f32[] constant(1) }\n' > cache/bad.hlo; nkibench --quiet
! nkibench: cache: none of its 1 HLO files is a bare HloModuleProto; --any-form counts the others
? 1
$ nkibench --any-form --quiet | grep SCORE:
🏆 FINAL NKI-LLAMA SCORE: 12.0026
END
}

@test "what is given and not read is a warning" {
  rule 'score = function() return 1 end'
  transcript <<'END'
$ nkibench ./r.lua --inference-results benchmark_inference.json --prompts nowhere.csv > /dev/null
! nkibench: warning: --inference-results is not read: the rule does not name 'inference' in its needs
! nkibench: warning: --prompts is not read: the rule does not name 'prompts' in its needs
END
  nkibench > /dev/null && cp benchmark_finetuning.json saved.json
  transcript <<'END'
$ nkibench --no-settings --training-metrics saved.json --throughput 3 --hlo cache > /dev/null
! nkibench: warning: --throughput is not used: --training-metrics gives what it would decide
! nkibench: warning: --hlo is not used: --training-metrics gives what it would decide
! nkibench: note: training and HLO metrics are those saved in saved.json; nothing was measured
END
}

@test "a JSON that is no model config is refused, not scored by defaults" {
  echo '{"a": 1}' > other.json
  fails '--model-config other.json' "other.json: no model config: <*>; the model's config.json is expected (--model-config)"
}

@test "a JSON that is no training output is refused" {
  fails '--training-metrics config.json' "config.json: no training output; 'mfu_percent' and 'nki_analysis.summary', as in benchmark_finetuning.json, are expected (--training-metrics)"
  fails '--training-metrics nowhere' 'no saved training output: nowhere does not exist (--training-metrics)'
}
