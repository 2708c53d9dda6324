-- Requests a second, one after the other; and a console layout of one line.
return {
  api = 1, name = "latency", version = "1.0.0",
  needs = { "inference" },
  score = function(m) return 1000 / m.inference.e2e_model.latency_ms_avg end,
  console = function(r) return nkb.fmt.fixed(r.score, 4) .. " requests/s\n" end,
}
