-- The weights of the NKI-LLAMA score: upstream's table by what there is to score, unless some are given.
local weights = {}

-- "No weight given": its later handler's table, which for training and inference is 0.4 and 0.6 as ever.
local by_presence = {
  [""] = { training = 0.4, inference = 0.6 }, -- training alone is scored as it is; these are only shown
  inference = { training = 0.4, inference = 0.6 },
  reasoning = { training = 0.7, inference = 0.0, reasoning = 0.3 },
  inference_reasoning = { training = 0.3, inference = 0.4, reasoning = 0.3 },
}

-- What was given, completed; nil when nothing was.
local function given(p)
  local training, inference, reasoning = p.training_weight, p.inference_weight, p.reasoning_weight
  if training == nil and inference == nil and reasoning == nil then return nil end
  if reasoning ~= nil then -- who weighs reasoning says all; what is left out weighs nothing
    return { training = training or 0.0, inference = inference or 0.0, reasoning = reasoning }
  end
  return { training = training or 0.4, inference = inference or 0.6, reasoning = 0.0 }
end

-- Why the weights given cannot be used; nil when they can.
function weights.complaint(p)
  local w = given(p)
  if not w or nkb.near(w.training + w.inference + w.reasoning, 1) then return nil end
  local text = ("weights: training %s + inference %s"):format(nkb.fmt.general(w.training), nkb.fmt.general(w.inference))
  if p.reasoning_weight ~= nil then text = text .. " + reasoning " .. nkb.fmt.general(w.reasoning) end
  local missing = {}
  for _, name in ipairs { "training", "inference" } do
    if p.reasoning_weight ~= nil and p[name .. "_weight"] == nil then missing[#missing + 1] = "--" .. name .. "-weight" end
  end
  return ("%s = %s; they must sum to 1%s"):format(text, nkb.fmt.general(w.training + w.inference + w.reasoning),
    #missing > 0 and (" (not given, and so 0: %s)"):format(table.concat(missing, ", ")) or "")
end

-- { training, inference, reasoning } for what is present.
function weights.of(m, p)
  local present = {}
  if m.inference then present[1] = "inference" end
  if m.reasoning then present[#present + 1] = "reasoning" end
  return given(p) or by_presence[table.concat(present, "_")]
end

return weights
