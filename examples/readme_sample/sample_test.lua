-- Run by: nkibench test sample_test.lua. The figures are those of the README.
return {
  metrics = {
    ["training.mfu_percent"] = 15.476632087498107,
    ["training.throughput_seq_per_s"] = 2.1,
    ["inference.e2e_model.latency_ms_avg"] = 12131.49,
    ["inference.e2e_model.throughput"] = 52.76,
    ["inference.accuracy"] = 1.0,
    ["hlo.static.nki_ratio"] = 0.1846,
    ["hlo.static.nki_macs"] = 1846,
  },
  tolerance = 1e-4,
  cases = {
    { name = "the sample's score", near = { score = 0.0046, inference = 0.0026, training = 0.0077 } },
    { name = "undivided", params = { inference_divisor = 1.0 }, near = { score = 15.4586, inference = 25.7592 } },
    {
      name = "training alone",
      metrics = { inference = absent "not measured" },
      near = { score = 0.0077 },
      mode = "training_only",
    },
  },
}
