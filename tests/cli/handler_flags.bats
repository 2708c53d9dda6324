# Every flag of handler.py and of its training tool, and that it means the same here.
load helper

@test "--help names every flag of both tools" {
  local flag help
  help=$(nkibench --help)
  for flag in training-script config model-config log-file compile-dir throughput hw-backend inference-results \
    reference-latency reference-throughput training-weight inference-weight calculate-score per-file-scores \
    detailed output training-output verbose batch-size seq-len num-nodes base-mfu base-throughput \
    loss-improvement convergence-rate print-per-file; do
    [[ "$help" == *$'\n'"  --$flag"* || "$help" == *$'\n'"  -"?", --$flag"* ]] || { echo "--help does not name --$flag"; return 1; }
  done
}

@test "handler.py's call with all its flags, spelt as its README does" {
  mkdir out
  nkibench --training-script calculate_training_metrics.py --config train.yaml --model-config config.json \
    --log-file train.log --compile-dir cache --throughput 2.5 --hw-backend trn2 \
    --inference-results benchmark_inference.json --reference-latency 25000 --reference-throughput 20 \
    --training-weight 0.5 --inference-weight 0.5 --calculate-score --per-file-scores --detailed \
    --output out/r.json --training-output out/f.json --verbose > console.txt
  # 25000 / 12500, 50 / 20; trn2's peak is 10672 TFLOP/s a node
  is out/r.json mode combined weights.training 0.5 detailed_breakdown.inference.reduced_latency 2 \
    detailed_breakdown.inference.increased_throughput 2.5 detailed_breakdown.training.achieved_throughput 2.5
  is out/f.json hardware_backend trn2 'nki_analysis.per_file_metrics[1].status' success \
    'nki_analysis.per_file_metrics[1].training_score.score' "$(value out/f.json training_score)" \
    nki_analysis.summary.average_score "$(value out/f.json training_score)"
  grep -q '^Per-file NKI analysis:$' console.txt
  grep -q 'Results saved to out/r.json$' console.txt
}

@test "--config and --model-config say what was trained" {
  sed 's/64/32/; s/4096/2048/' train.yaml > other.yaml
  sed 's/"num_hidden_layers": 32/"num_hidden_layers": 16/' config.json > other.json
  nkibench --config other.yaml --model-config other.json > /dev/null
  is benchmark_finetuning.json batch_size 32 sequence_length 2048 model_config other.json
  # 3·16·(4h²s + 4·kv·(h // heads)·h·s + 4s²h + 6·heads·s² + 6·intermediate·h·s) + 3·4·vocab·h·s, s = 2048
  is benchmark_finetuning.json tflops_per_second 59.128814764032
}

@test "--batch-size, --seq-len and --num-nodes win over the config" {
  nkibench --batch-size 32 --seq-len 2048 --num-nodes 2 > /dev/null
  is benchmark_finetuning.json batch_size 32 sequence_length 2048 num_nodes 2 \
    seq_per_second_per_node 1.05 time_per_batch_seconds "$("$LUA" -e 'print(("%.15g"):format(32 / 2.1))')"
}

@test "--log-file brings the throughput, --throughput wins over it" {
  sed 's/throughput=2.200/throughput=4.900/' train.log > other.log
  nkibench --log-file other.log > /dev/null
  is benchmark_finetuning.json throughput_seq_per_sec 3 throughput_source log log_metrics.log_file other.log
  nkibench --log-file other.log --throughput 2.1 > /dev/null
  is benchmark_finetuning.json throughput_seq_per_sec 2.1 throughput_source flag
}

@test "--compile-dir takes a cache, one module's folder of it, and a slash at the end" {
  nkibench --compile-dir cache/ > /dev/null
  is benchmark_finetuning.json nki_analysis.summary.total_files 1 nki_analysis.summary.total_hlo_macs 99483648
  nkibench --compile-dir cache/*/* > /dev/null
  is benchmark_finetuning.json nki_analysis.summary.total_nki_macs 22020096
}

@test "the base parameters of the training tool take effect" {
  nkibench --base-mfu 25 --base-throughput 50 --loss-improvement 2 --convergence-rate 3 > /dev/null
  is benchmark_finetuning.json training_score_breakdown.throughput_improvement 0.042 \
    training_score_breakdown.loss_improvement 2 training_score_breakdown.convergence_rate 3 \
    training_score_breakdown.mfu_improvement "$("$LUA" -e 'print(("%.15g"):format(15.476632087498107 / 25))')" \
    training_score "$("$LUA" -e 'print(("%.15g"):format(15.476632087498107 / 25 * 0.042 * 2 * 3 * 1.22134387351778656))')"
}

@test "--calculate-score and --training-script change nothing" {
  nkibench > a.txt && cp benchmark_results.json a.json
  nkibench --calculate-score --training-script /nowhere/x.py > b.txt
  cmp a.txt b.txt && cmp a.json benchmark_results.json
}

@test "--print-per-file and --per-file-scores make the table, --detailed the list" {
  transcript <<'END'
$ nkibench --print-per-file --per-file-scores | head -6
Per-file NKI analysis:
------------------------------------------------------------------------------------------------------------------------
File Name                                Module                      HLO MACs        NKI MACs  NKI Ratio      Score
------------------------------------------------------------------------------------------------------------------------
model.hlo_module.pb                      MODULE_4827163950172635480+e30acd3a      99,483,648      22,020,096     0.2213     0.0079
------------------------------------------------------------------------------------------------------------------------
END
  is benchmark_finetuning.json nki_analysis.per_file_metrics nil
  nkibench --detailed > /dev/null
  is benchmark_finetuning.json 'nki_analysis.per_file_metrics[1].hlo_macs' 99483648 \
    'nki_analysis.per_file_metrics[1].training_score' nil \
    'nki_analysis.per_file_metrics[1].neuronxcc_version' neuronxcc-2.20.9961.0+0acef03a
}

@test "--accuracy wins over the report's, and 0 is a failure shown" {
  transcript <<'END'
$ nkibench --accuracy 0 | grep -E 'SCORE:|Inference Score|Accuracy'
🏆 FINAL NKI-LLAMA SCORE: 0.0032
  Inference Score: 0.0000
  Accuracy: ✗ Failed
$ nkibench --accuracy 0.5 | grep -E 'Inference Score|Accuracy'
  Inference Score: 12.2134
  Accuracy: 0.5000
END
  is benchmark_results.json detailed_breakdown.inference.accuracy_source flag
}

@test "no inference file is training-only mode, with a warning" {
  transcript <<'END'
$ nkibench --inference-results nowhere.json
======================================================================
NKI-LLAMA BENCHMARK RESULTS
======================================================================

⚠️  TRAINING-ONLY MODE (Inference results not available)

🏆 NKI KERNEL TRAINING SCORE: 0.0079
   NKI Ratio: 0.2213

🎯 Training Metrics:
  MFU: 15.48% (baseline: 50.00%)
  Throughput: 2.10 seq/s (baseline: 100.00)
  MFU Improvement: 0.3095x
  Throughput Improvement: 0.0210x

💡 Note: This score represents training performance only.
   To get the full NKI-LLAMA score, run inference benchmarks and provide
   the results file using --inference-results option.

======================================================================

✅ Training benchmark complete! Results saved to benchmark_results.json
   Run inference benchmarks to get the full NKI-LLAMA score.
! nkibench: warning: no inference results: nowhere.json does not exist (--inference-results); only training is scored
END
  is benchmark_results.json mode training_only
  grep -q '"inference": null' benchmark_results.json
}

@test "--flop-model is named in the metrics" {
  transcript <<'END'
$ nkibench metrics training.flop_model --flop-model palm
training.flop_model  palm
END
}
