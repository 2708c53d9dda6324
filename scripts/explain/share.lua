-- How much of the score each part makes. A part of a sum makes its term's share; a product, a quotient or a bound
-- passes the share on where all its other operands are settings of the rule.
local share = {}

local function is_setting(node)
  if node.op == "param" then return true end
  if not node.children or #node.children == 0 then return node.op == "value" end
  for i = 1, #node.children do
    if not is_setting(node.children[i]) then return false end
  end
  return true
end

local through = { product = true, ratio = true, clamp = true }

-- The share of child i of a node that has the share `own`; nil where the question has no answer.
function share.of_child(node, i, own)
  local child, whole = node.children[i], node.value
  if not own or whole == 0 then return nil end
  if node.op == "weighted" then return own * child.weight * child.value / whole end
  if node.op == "sum" then return own * child.value / whole end
  if node.op == "mean" then return own * child.value / #node.children / whole end
  if node.op == "difference" then return own * (i == 1 and child.value or -child.value) / whole end
  if node.op == "negative" then return own end
  if not through[node.op] or is_setting(child) or (node.op == "ratio" and i == 2) then return nil end
  for k = 1, #node.children do
    if k ~= i and not is_setting(node.children[k]) then return nil end
  end
  return own
end

-- What weighs much and makes little: { { node, weight, share }, … }. A tenth of its weight is little.
function share.light(node, own, found)
  found = found or {}
  for i = 1, node.children and #node.children or 0 do
    local child = node.children[i]
    local part = share.of_child(node, i, own)
    if part and node.op == "weighted" then
      local weights = 0
      for k = 1, #node.children do weights = weights + math.abs(node.children[k].weight) end
      local weight = weights > 0 and math.abs(child.weight) / weights or 0
      if math.abs(part) < own * weight / 10 then found[#found + 1] = { node = child, weight = child.weight, share = part } end
    end
    if part then share.light(child, part, found) end
  end
  return found
end

return share
