-- The parts of the NKI-LLAMA layout that speak of files: the per-file table, the HLO analysis and the log.
local fixed, pad, thousands = nkb.fmt.fixed, nkb.fmt.pad, nkb.fmt.thousands

local files = {}

-- Scores of single files by path, when they were asked for.
local function scores_of(r)
  local by_path = {}
  for _, file in ipairs(r.files) do by_path[file.path] = file.score end
  return by_path
end

function files.table(out, r)
  local score = scores_of(r)
  local rule = ("-"):rep(120)
  out("Per-file NKI analysis:")
  out(rule)
  out("%s %s %s %s %s%s", pad("File Name", 40), pad("Module", 20), pad("HLO MACs", 15, "right"),
    pad("NKI MACs", 15, "right"), pad("NKI Ratio", 10, "right"),
    r.run.options.per_file_scores and " " .. pad("Score", 10, "right") or "")
  out(rule)
  for _, module in ipairs(r.m.hlo.modules) do
    if module.counted then
      local macs = module.static
      out("%s %s %s %s %s%s", pad(module.file_name, 40), pad(module.module_name or "N/A", 20),
        pad(thousands(macs.macs), 15, "right"), pad(thousands(macs.nki_macs), 15, "right"),
        pad(fixed(macs.nki_ratio, 4), 10, "right"),
        score[module.path] and " " .. pad(fixed(score[module.path], 4), 10, "right") or "")
    end
  end
  out(rule)
  out("")
end

-- Why a file that was found adds nothing.
local function fault(module)
  if module.error then return module.error end
  return ("%s, not a bare HloModuleProto; it enters no total (--any-form)"):format(module.form)
end

local function file_entry(r, parts, module, score)
  if not module.counted then
    return nkb.object {
      { "status", "error" }, { "file_path", module.path }, { "file_name", module.file_name },
      { "error", fault(module) }, { "hlo_macs", 0 }, { "nki_macs", 0 }, { "nki_ratio", 0.0 },
    }
  end
  local macs = module.static
  local entry = nkb.object {
    { "status", "success" }, { "file_path", module.path }, { "file_name", module.file_name },
    { "module_name", module.module_name or nkb.null }, { "neuronxcc_version", module.compiler_version or nkb.null },
    { "hlo_macs", macs.macs }, { "nki_macs", macs.nki_macs }, { "nki_ratio", macs.nki_ratio },
  }
  if score then
    entry:set("training_score", nkb.object {
      { "score", score }, { "mfu_improvement", parts.mfu_improvement },
      { "throughput_improvement", parts.throughput_improvement }, { "loss_improvement", r.p.loss_improvement },
      { "convergence_rate", r.p.convergence_rate }, { "nki_flop_ratio", macs.nki_ratio },
    })
  end
  return entry
end

function files.analysis(r, parts)
  local hlo, score = r.m.hlo, scores_of(r)
  local summary = nkb.object {
    { "total_files", hlo.files },
    { "successful_analyses", hlo.files - hlo.failed },
    { "failed_analyses", hlo.failed },
    { "total_hlo_macs", hlo.static.macs },
    { "total_nki_macs", hlo.static.nki_macs },
    { "overall_nki_ratio", hlo.static.nki_ratio },
    { "average_nki_ratio", hlo.static.mean_ratio },
    { "min_nki_ratio", hlo.static.min_ratio },
    { "max_nki_ratio", hlo.static.max_ratio },
  }
  if r.run.options.per_file_scores then
    local scores = {}
    for _, module in ipairs(hlo.modules) do
      if module.counted then scores[#scores + 1] = score[module.path] end
    end
    summary:set("average_score", nkb.stats.mean(scores) or nkb.null)
    summary:set("min_score", nkb.stats.min(scores) or nkb.null)
    summary:set("max_score", nkb.stats.max(scores) or nkb.null)
  end
  local analysis = nkb.object { { "summary", summary } }
  if r.run.options.detailed then
    local entries = {}
    for i, module in ipairs(hlo.modules) do entries[i] = file_entry(r, parts, module, score[module.path]) end
    analysis:set("per_file_metrics", nkb.array(entries))
  end
  return analysis
end

-- Upstream's log_metrics, its counts as it takes them (equal neighbours dropped); the means take one value a step.
function files.log(log)
  local upstream = log.upstream
  local function number(x) if x == nil then return nkb.null end return x end
  local function group(name, mean, keys)
    local object = nkb.object { { "average", number(mean) } }
    for _, key in ipairs(keys) do object:set(key, number(upstream[name][key])) end
    return object
  end
  return nkb.object {
    { "log_file", log.path },
    { "timestamps", nkb.object {
      { "first", number(upstream.timestamps.first) }, { "last", number(upstream.timestamps.last) },
      { "file_modification", nkb.null }, -- a file's time is not of the run: the same inputs give the same bytes
    } },
    { "steps", nkb.object {
      { "count", upstream.steps.count }, { "first", number(upstream.steps.first) }, { "last", number(upstream.steps.last) },
    } },
    { "step_times", group("step_times", log.step_time_s.mean, { "min", "max", "count" }) },
    { "throughput", group("throughput", log.throughput.mean, { "min", "max", "count" }) },
    { "losses", group("losses", log.loss.mean, { "min", "max", "first", "last", "count" }) },
  }
end

return files
