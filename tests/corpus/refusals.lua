-- The public files that are rightly refused, each with what its line must say.
local log = "this is the log of an evaluation; give the report"
return {
  ["inference/hwanggeunyi__deep_profile_candidate_v2_compile_and_benchmark.log"] = log,
  ["inference/hwanggeunyi__stage2_next_bottleneck_compile_compile_prompt0.log"] = log,
  ["inference/hwanggeunyi__stage2_qkv_candidate_compile_prompt0.log"] = log,
  ["inference/whn09_nki-moe__evaluate_all_log.txt"] = log,
  -- a summary of several reports, and a compiler's metric store
  ["inference/whn09_nki-moe__submission_benchmark_results.json"] = "no inference report; a mapping with 'e2e_model'",
  ["inference/yfzzzyyls_global_metric_store.json"] = "no inference report; a mapping with 'e2e_model'",
  -- cut short while it was written
  ["lm_eval/jin__lm_eval_results_TRUNCATED.json"] = ":65958:20: .*cut short",
  -- a tuning record, not a module
  ["hlo_pb/tpugraphs_op_tuning_data.pb"] = "15 modules in one file; one is expected",
}
