-- The handler README's run: 224042674028544 FLOPs a sequence, 2.1 seq/s, 3040 TFLOP/s.
return {
  metrics = {
    training = { mfu_percent = 15.476632087498107, flops_per_seq = 224042674028544, seq_per_s_per_node = 2.1, peak_tflops_per_node = 3040.0,
      flop_model = "nxdt", throughput_source = "flag", mfu_by_model = { nxdt = 15.476632087498107, palm = 15.46 } },
  },
  cases = {
    { name = "the README's 15.48 %", exact = { score = 15.476632087498107 }, near = { MFU = 15.476632087498107, ["TFLOP/s a node"] = 470.4896154599424, ["by palm"] = 15.46 }, mode = "nxdt" },
    { name = "an assumed throughput is no measurement", metrics = { ["training.throughput_source"] = "assumed" }, exact = { score = 15.476632087498107 }, valid = false,
      mode = "nxdt", checks = { "require: the throughput is assumed", "note" } },
    { name = "no training", metrics = { training = absent "no config" }, errors = "no config" },
  },
}
