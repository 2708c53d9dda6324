-- How the NKI-LLAMA score is shown: the console text and the two JSON files, key for key as upstream's handler
-- writes them, so that whatever reads its files reads these. Further keys stand behind upstream's.
local weights = require "nki_llama.weights"
local files = require "layout.nki_llama_files"

local fixed, percent = nkb.fmt.fixed, nkb.fmt.percent
local line = ("="):rep(70)

-- The node of the derivation that has this name, in or below a node; each name stands once below its parent.
local function find(node, name)
  if node.name == name then return node end
  for _, child in ipairs(node.children or {}) do
    local found = find(child, name)
    if found then return found end
  end
end

-- The numbers of the breakdown, taken from the derivation.
local function parts_of(r)
  local training = find(r.tree, "training")
  local parts = {
    training = training.value,
    mfu_improvement = find(training, "mfu_improvement").value,
    throughput_improvement = find(training, "throughput_improvement").value,
    nki_ratio = r.m.hlo[r.p.mac_count].nki_ratio,
    weights = weights.of(r.m, r.p),
  }
  local inference, reasoning = find(r.tree, "inference"), find(r.tree, "reasoning")
  if inference then
    parts.inference = inference.value
    parts.latency = find(inference, "latency").value
    parts.throughput = find(inference, "throughput").value
  end
  if reasoning then
    parts.reasoning = reasoning.value
    parts.reasoning_accuracy = find(reasoning, "accuracy").value
  end
  return parts
end

local function training_lines(out, r, parts)
  local m, p = r.m, r.p
  out("🎯 Training Metrics:")
  out("  MFU: %s%% (baseline: %s%%)", fixed(m.training.mfu_percent, 2), fixed(p.base_mfu, 2))
  out("  Throughput: %s seq/s (baseline: %s)", fixed(m.training.throughput_seq_per_s, 2), fixed(p.base_throughput, 2))
  out("  MFU Improvement: %sx", fixed(parts.mfu_improvement, 4))
  out("  Throughput Improvement: %sx", fixed(parts.throughput_improvement, 4))
  out("")
end

local function accuracy_text(accuracy)
  if accuracy == 1 then return "✓ Passed" end
  if accuracy == 0 then return "✗ Failed" end
  return fixed(accuracy, 4)
end

local function combined_lines(out, r, parts)
  local m, p, w = r.m, r.p, parts.weights
  out("🏆 FINAL NKI-LLAMA SCORE: %s", fixed(r.score, 4))
  out("")
  out("Score Weights:")
  out("  Training: %s", percent(w.training))
  if parts.inference then out("  Inference: %s", percent(w.inference)) end
  if parts.reasoning then out("  Reasoning: %s", percent(w.reasoning)) end
  out("")
  out("📊 Component Scores:")
  out("  Training Score: %s", fixed(parts.training, 4))
  if parts.inference then out("  Inference Score: %s", fixed(parts.inference, 4)) end
  if parts.reasoning then out("  Reasoning Score: %s", fixed(parts.reasoning, 4)) end
  out("  NKI Ratio: %s", fixed(parts.nki_ratio, 4))
  out("")
  training_lines(out, r, parts)
  if parts.inference then
    out("⚡ Inference Metrics:")
    out("  Latency: %sms (reference: %sms)", fixed(m.inference.e2e_model.latency_ms_avg, 2), fixed(p.reference_latency, 2))
    out("  Throughput: %s tokens/s (reference: %s)", fixed(m.inference.e2e_model.throughput, 2), fixed(p.reference_throughput, 2))
    out("  Latency Reduction: %sx", fixed(parts.latency, 4))
    out("  Throughput Increase: %sx", fixed(parts.throughput, 4))
    out("  Accuracy: %s", accuracy_text(m.inference.accuracy))
    out("")
  end
  if parts.reasoning then
    out("🧠 Reasoning Metrics:")
    out("  %s: %s, mean of the tasks that have it", p.reasoning_metric, fixed(parts.reasoning_accuracy, 4))
    out("")
  end
end

local function training_only_lines(out, r, parts)
  out("⚠️  TRAINING-ONLY MODE (Inference results not available)")
  out("")
  out("🏆 NKI KERNEL TRAINING SCORE: %s", fixed(r.score, 4))
  out("   NKI Ratio: %s", fixed(parts.nki_ratio, 4))
  out("")
  training_lines(out, r, parts)
  out("💡 Note: This score represents training performance only.")
  out("   To get the full NKI-LLAMA score, run inference benchmarks and provide")
  out("   the results file using --inference-results option.")
  out("")
end

-- Upstream has no such lines: they stand only where the result must not be taken at its word.
local function invalid_lines(out, r)
  if r.valid then return end
  out("⚠️  NOT VALID: the score above is what it would be")
  for _, check in ipairs(r.checks) do
    if not check.ok and (check.kind == "require" or check.kind == "impossible") then out("   ✗ %s", check.text) end
  end
  for _, gate in ipairs(r.gates) do
    if not gate.ok and not gate.warning then out("   ✗ gate %s", gate.text) end
  end
  out("")
end

local layout = {}

function layout.console(r)
  local lines = {}
  local function out(format, ...) lines[#lines + 1] = nkb.fmt.line(select("#", ...) > 0 and format:format(...) or format) end
  local parts = parts_of(r)
  local training_only = r.mode == "training_only"

  if r.run.options.print_per_file or r.run.options.verbose then files.table(out, r) end
  out(line)
  out("NKI-LLAMA BENCHMARK RESULTS")
  out(line)
  out("")
  if training_only then training_only_lines(out, r, parts) else combined_lines(out, r, parts) end
  invalid_lines(out, r)
  out(line)
  local output = r.run.outputs[1]
  if output ~= "-" then
    out("")
    if training_only then
      out("✅ Training benchmark complete! Results saved to %s", output)
      out("   Run inference benchmarks to get the full NKI-LLAMA score.")
    else
      out("✅ Benchmark complete! Results saved to %s", output)
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

local function training_breakdown(r, parts)
  local m, p = r.m, r.p
  return nkb.object {
    { "base_mfu", p.base_mfu },
    { "base_throughput", p.base_throughput },
    { "achieved_mfu", m.training.mfu_percent },
    { "achieved_throughput", m.training.throughput_seq_per_s },
    { "mfu_improvement", parts.mfu_improvement },
    { "throughput_improvement", parts.throughput_improvement },
    { "nki_flop_ratio", parts.nki_ratio },
    { "loss_improvement", p.loss_improvement },
    { "convergence_rate", p.convergence_rate },
  }
end

local function inference_breakdown(r, parts)
  local m, p = r.m, r.p
  if not parts.inference then return nkb.null end
  return nkb.object {
    { "accuracy", m.inference.accuracy },
    { "reduced_latency", parts.latency },
    { "increased_throughput", parts.throughput },
    { "normalized_nki_flops", parts.nki_ratio },
    { "reference_latency_ms", p.reference_latency },
    { "achieved_latency_ms", m.inference.e2e_model.latency_ms_avg },
    { "reference_throughput", p.reference_throughput },
    { "achieved_throughput", m.inference.e2e_model.throughput },
    { "accuracy_source", m.inference.accuracy_source },
  }
end

-- Behind upstream's keys: what the number rests on.
local function add_provenance(object, r)
  local diagnostics = {}
  for i, entry in ipairs(r.diagnostics) do diagnostics[i] = entry.text end
  object:set("valid", r.valid)
  object:set("throughput_source", r.m.training.throughput_source)
  object:set("mac_count", r.p.mac_count)
  object:set("rule", nkb.object {
    { "name", r.rule.name }, { "version", r.rule.version }, { "origin", r.rule.origin }, { "sha256", r.rule.sha256 },
  })
  object:set("engine_version", r.run.engine_version)
  if r.run.options.unsafe then object:set("unsafe", true) end
  object:set("diagnostics", nkb.array(diagnostics))
  return object
end

function layout.json(r)
  local parts = parts_of(r)
  local scores = nkb.object { { "training", parts.training }, { "inference", parts.inference or nkb.null } }
  local shown = nkb.object { { "training", parts.weights.training }, { "inference", parts.weights.inference } }
  local breakdown = nkb.object {
    { "training", training_breakdown(r, parts) }, { "inference", inference_breakdown(r, parts) },
  }
  if parts.reasoning then
    scores:set("reasoning", parts.reasoning)
    shown:set("reasoning", parts.weights.reasoning)
    breakdown:set("reasoning", nkb.object {
      { "metric", r.p.reasoning_metric }, { "accuracy", parts.reasoning_accuracy },
    })
  end
  return add_provenance(nkb.object {
    { "timestamp", r.run.started_at },
    { "mode", r.mode },
    { "nki_kernel_score", r.score },
    { "component_scores", scores },
    { "weights", shown },
    { "nki_ratio", parts.nki_ratio },
    { "detailed_breakdown", breakdown },
  }, r), 2
end

local function path_of(r, role)
  for _, file in ipairs(r.m.files) do
    if file.role == role then return file.path end
  end
end

function layout.training_json(r)
  local parts, training = parts_of(r), r.m.training
  return add_provenance(nkb.object {
    { "model_config", path_of(r, "model-config") or nkb.null },
    { "batch_size", training.batch_size },
    { "sequence_length", training.seq_len },
    { "num_nodes", training.num_nodes },
    { "hardware_backend", training.hw_backend },
    { "throughput_seq_per_sec", training.throughput_seq_per_s },
    { "mfu_percent", training.mfu_percent },
    { "tflops_per_second", training.tflops_per_seq }, -- upstream's name; it is TFLOP per sequence
    { "throughput_tflops_per_node", training.tflops_per_node },
    { "seq_per_second_per_node", training.seq_per_s_per_node },
    { "time_per_batch_seconds", training.s_per_batch },
    { "nki_analysis", files.analysis(r, parts) },
    { "log_metrics", r.m.log and files.log(r.m.log) }, -- left out, as upstream does, when there is no log
    { "training_score", parts.training },
    { "training_score_breakdown", training_breakdown(r, parts) },
  }, r), 4
end

return layout
