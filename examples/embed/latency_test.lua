-- Run by: nkibench test latency_test.lua
return {
  cases = {
    {
      name = "a quarter of a second is 4 requests/s",
      metrics = { ["inference.e2e_model.latency_ms_avg"] = 250.0 },
      near = { score = 4.0 },
      console = "4.0000 requests/s\n",
    },
  },
}
