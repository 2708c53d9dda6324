-- Where upstream is wrong: what the right answer of each such run is. Each entry is
-- check(actual, problems, lib, json); actual = { code, out, err, place, results, training }.
local right = {}

local function say(problems, text)
  problems[#problems + 1] = text
end

local function refused(code, pattern)
  return function(actual, problems)
    if actual.code ~= code then say(problems, ("exit %d, not %d: %s"):format(actual.code, code, actual.err:sub(1, 300))) end
    if not actual.err:find(pattern) then say(problems, "stderr lacks " .. pattern .. ": " .. actual.err:sub(1, 300)) end
  end
end

local function load(actual, problems, json, which)
  local file = io.open(actual[which], "rb")
  if not file then
    say(problems, which .. ": not written: " .. actual.err:sub(1, 300))
    return nil
  end
  local text = file:read "a"
  file:close()
  return json.decode(text)
end

local function at(value, path)
  for key in path:gmatch "[^.]+" do value = value and value.at and value.at[key] end
  return value
end

local function expect(problems, value, path, wanted)
  local found = at(value, path)
  if found ~= wanted then say(problems, ("%s is %s, not %s"):format(path, tostring(found), tostring(wanted))) end
end

-- As another golden: the same numbers where upstream was asked in another way.
local function like(kind, name, exit)
  return function(actual, problems, lib, json)
    local file = kind == "handler" and "finetuning.json" or "metrics.json"
    local folder = kind == "handler" and "handler" or "training_metrics"
    local golden = json.decode(lib.read(("%s/%s/%s/%s"):format(lib.goldens, folder, name, file)))
    if actual.code ~= (exit or 0) then say(problems, ("exit %d: %s"):format(actual.code, actual.err:sub(1, 300))) end
    local ours = load(actual, problems, json, "training")
    if not ours then return end
    for _, key in ipairs { "mfu_percent", "throughput_seq_per_sec", "training_score", "num_nodes", "sequence_length", "batch_size" } do
      expect(problems, ours, key, at(golden, key))
    end
    for _, key in ipairs { "total_hlo_macs", "total_nki_macs", "overall_nki_ratio", "average_nki_ratio", "total_files" } do
      expect(problems, ours, "nki_analysis.summary." .. key, at(golden, "nki_analysis.summary." .. key))
    end
  end
end

-- Upstream's order of evaluation (goldens README, "Last bits").
local function training_of(throughput, tflops_per_seq, batch, nodes, peak, ratio)
  local time_per_batch = batch / throughput
  local mfu = (batch / nodes) * (tflops_per_seq / time_per_batch) * 100 / peak
  return mfu, (mfu / 50.0) * (throughput / 100.0) * 1.0 * 1.0 * (1 + ratio)
end

-- The log's throughput, one value a step: the last record of a global_step; `by` names another identity of a step.
local function mean_of_steps(path, by)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  local order, value = {}, {}
  for line in text:gmatch "[^\r\n]+" do
    local step = by == "position" and line:match "(%d+)/%d+ %[" or line:match "global_step=([%d.e+]+)"
    local throughput = tonumber(line:match "[ ,]throughput=([%d.]+)")
    if step and throughput then
      if not value[step] then order[#order + 1] = step end
      value[step] = throughput
    end
  end
  local sum = 0.0
  for _, step in ipairs(order) do sum = sum + value[step] end
  return sum / #order
end

local function from_log(tflops, batch, ratio_of, by)
  return function(actual, problems, lib, json)
    if actual.code ~= 0 then say(problems, ("exit %d: %s"):format(actual.code, actual.err:sub(1, 300))) end
    local ours = load(actual, problems, json, "training")
    if not ours then return end
    local golden = json.decode(lib.read(lib.goldens .. "/" .. ratio_of))
    local throughput = mean_of_steps(actual.place .. "/train.log", by)
    local mfu, score = training_of(throughput, tflops, batch, 1, 3040.0, at(golden, "nki_analysis.summary.overall_nki_ratio"))
    expect(problems, ours, "throughput_seq_per_sec", throughput)
    expect(problems, ours, "mfu_percent", mfu)
    expect(problems, ours, "training_score", score)
  end
end

local T4096, T8192 = 224.042674028544, 501.48038148096

-- Results of the handler whose numbers are known from elsewhere.
local function results(wanted, exit)
  return function(actual, problems, _, json)
    if actual.code ~= (exit or 0) then say(problems, ("exit %d: %s"):format(actual.code, actual.err:sub(1, 300))) end
    local ours = load(actual, problems, json, "results")
    for path, value in pairs(ours and wanted or {}) do expect(problems, ours, path, value) end
  end
end

local T_PLAIN = 0.0066837741221648945 -- two modules of the common cache at 2.1 seq/s

right["handler/readme_sample_defaults"] = from_log(T4096, 64, "handler/readme_sample/finetuning.json")
right["handler/per_file_no_score"] = like("handler", "per_file")
right["handler/scientific_log"] = function(actual, problems, lib, json)
  results { ["component_scores.training"] = 0.020696660781660388, ["component_scores.inference"] = 40.43754414471489 }(actual, problems, lib, json)
  local ours = load(actual, problems, json, "training")
  if not ours then return end
  -- 24 bar positions share global_step 3.1e+4; one of their losses is nan
  expect(problems, ours, "log_metrics.losses.min", 1.72)
  local _, text = lib.run(actual.place, lib.nkibench .. " log train.log --json")
  local log = json.decode(text)
  expect(problems, log, "learning_rate.last", 3.65e-5)
  expect(problems, log, "learning_rate.count", 24)
  expect(problems, log, "loss.nonfinite", 1)
  expect(problems, log, "gradient_norm.nonfinite", 1)
end
right["handler/impossible_mfu"] = results {
  ["component_scores.training"] = 0.24374382371271822,
  ["component_scores.inference"] = 40.43754414471489,
  ["detailed_breakdown.training.achieved_mfu"] = 24.718322668597896,
  nki_kernel_score = 0.4 * 0.24374382371271822 + 0.6 * 40.43754414471489,
}
right["handler/null_e2e"] = refused(1, "benchmark_inference%.json.*e2e_model")
right["handler/no_e2e_key"] = refused(1, "benchmark_inference%.json.*e2e_model")
right["handler/zero_latency"] = refused(1, "benchmark_inference%.json.*latency_ms_avg")
right["handler/nan_inference"] = refused(1, "benchmark_inference%.json.*NaN")
right["handler/bad_inference_json"] = refused(1, "train%.yaml:1:1: ") -- what it was given as inference results
right["handler/accuracy_field"] = function(actual, problems, lib, json)
  local accuracy = tonumber(lib.read(actual.place .. "/benchmark_inference.json"):match '"accuracy":%s*([%d.]+)')
  local inference = accuracy * (50000 / 8123.75) * (78.7813509770734 / 10) * (1 + 0.02824360105913504)
  results { ["detailed_breakdown.inference.accuracy"] = accuracy, ["component_scores.inference"] = inference }(actual, problems, lib, json)
end
right["handler/no_score"] = like("handler", "no_score_with_flag")
right["handler/third_weights"] = function(actual, problems, _, json)
  if actual.code ~= 0 then say(problems, "exit " .. actual.code .. ": " .. actual.err) end
  local ours = load(actual, problems, json, "results")
  if not ours then return end
  local weights = { at(ours, "weights.training"), at(ours, "weights.inference") }
  if math.abs(weights[1] + weights[2] - 1) > 1e-9 or weights[1] + weights[2] == 1 then say(problems, "the weights are not those given") end
  expect(problems, ours, "nki_kernel_score", weights[1] * T_PLAIN + weights[2] * 49.85777505768245)
end
right["handler/negative_weight"] = refused(2, "weight")
right["handler/reuse_training_output"] = function(actual, problems, lib, json) -- measured anew, at --throughput 9
  local mfu, score = training_of(9.0, T4096, 64, 1, 3040.0, 0.02824360105913504)
  results { nki_kernel_score = score, ["detailed_breakdown.training.achieved_mfu"] = mfu }(actual, problems, lib, json)
end
right["handler/omegaconf_reference"] = like("training", "omegaconf_seq_len")
right["handler/no_seq_length"] = function(actual, problems, lib, json)
  local ours = load(actual, problems, json, "training")
  local yaml = lib.read(actual.place .. "/train.yaml")
  local length = tonumber(yaml:match "encoder_seq_length: (%d+)")
  if not length then return refused(1, "seq_length")(actual, problems) end
  if ours then expect(problems, ours, "sequence_length", length) end
end
right["handler/empty_cache"] = refused(1, "no HLO file")
right["handler/missing_log"] = refused(1, "%-%-log%-file")
right["handler/missing_cache"] = refused(1, "%-%-log%-file") -- that run has neither, and the log comes first
right["handler/cache_is_a_file"] = refused(1, "%-%-compile%-dir")
right["handler/missing_config"] = refused(1, "%-%-config")
right["handler/missing_model_config"] = refused(1, "%-%-model%-config")
right["handler/missing_output_dir"] = refused(1, "%-%-output")
right["handler/missing_training_output_dir"] = refused(1, "%-%-training%-output")
right["handler/bad_backend"] = function(actual, problems, lib, json) -- p5 is known here
  local throughput = 2.1
  local mfu = training_of(throughput, T4096, 64, 1, 8000.0, 0)
  results { ["detailed_breakdown.training.achieved_mfu"] = mfu }(actual, problems, lib, json)
end
right["handler/zero_throughput"] = refused(2, "throughput")
right["handler/negative_throughput"] = refused(2, "throughput")
right["handler/four_nodes"] = like("training", "four_nodes")
right["handler/huge_mac_count"] = refused(1, "none of its 2 HLO files can be counted.*63 bits")
right["handler/dotted_number_log"] = results { ["component_scores.training"] = T_PLAIN }
right["handler/latin1_log"] = results { ["component_scores.training"] = T_PLAIN }

right["training/full_plain"] = like("training", "full_score")
right["training/full_print_only"] = like("training", "full_score")
right["training/readme_sample_log"] = from_log(T4096, 64, "training_metrics/readme_sample_log/metrics.json")
right["training/full_log_throughput"] = from_log(T4096, 64, "training_metrics/full_log_throughput/metrics.json")
right["training/training_only_log"] = from_log(T4096, 64, "training_metrics/training_only_log/metrics.json")
right["training/scientific_log"] = from_log(T8192, 512, "training_metrics/scientific_log/metrics.json", "position")
right["training/full_zero_base"] = refused(2, "base%-mfu")
right["training/full_zero_overrides"] = refused(2, "above 0")
right["training/no_log_no_throughput"] = refused(1, "%-%-log%-file")
right["training/missing_log"] = refused(1, "%-%-log%-file")
right["training/empty_cache"] = refused(1, "no HLO file")
right["training/per_file_no_score"] = like("training", "per_file")
right["training/huge_mac_count"] = refused(1, "none of its 2 HLO files can be counted.*63 bits")
right["training/latin1_log"] = function(actual, problems, _, json)
  if actual.code ~= 0 then say(problems, "exit " .. actual.code .. ": " .. actual.err) end
  local ours = load(actual, problems, json, "training")
  if ours then expect(problems, ours, "batch_size", 64) end
end
right["training/dotted_number_log"] = right["training/latin1_log"]
right["training/impossible_mfu"] = like("training", "impossible_mfu_32_nodes")
right["training/help"] = function(actual, problems)
  if actual.code ~= 0 then say(problems, "exit " .. actual.code) end
  for _, flag in ipairs { "--config", "--base-mfu", "--per-file-scores", "--num-nodes" } do
    if not actual.out:find(flag, 1, true) then say(problems, "help lacks " .. flag) end
  end
end

return right
