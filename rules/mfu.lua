-- Training efficiency alone: model FLOPs utilization, in percent of the node's peak, by the FLOP model that --flop-model
-- names (nxdt, upstream's; palm, megatron, torchtitan). They differ by 9 to 19 % on one run, so the model is part of
-- the number. MFU = FLOPs of a sequence * seq/s / nodes / peak (PaLM, arXiv:2204.02311, appendix B).
return {
  api = 1,
  name = "mfu",
  version = "1.0.0",
  about = "Model FLOPs utilization of training, in percent",
  needs = { "training" },

  check = function(m, _, c)
    local training = m.training
    if not training then return end -- the score says why
    c:require(training.throughput_source ~= "assumed",
      "the throughput is assumed: --throughput, or a log that has it, is expected", "the throughput was measured")
    c:note(("FLOPs by the model %s"):format(training.flop_model))
  end,

  score = function(m, _, t)
    local work = t:product("TFLOP/s a node", { { "TFLOP a sequence", t:metric "training.flops_per_seq" / 1e12 },
      t:metric "training.seq_per_s_per_node" })
    local peak = t:metric "training.peak_tflops_per_node"
    local mfu = t:metric "training.mfu_percent"
    -- The engine's number is the score; the other parts are there to be seen, and agree with it to rounding.
    local parts = { { "MFU", mfu }, work, { "peak", peak } }
    for name in pairs(m.training.mfu_by_model or {}) do
      parts[#parts + 1] = { "by " .. name, t:metric("training.mfu_by_model." .. name) }
    end
    return mfu.value, parts, m.training.flop_model
  end,
}
