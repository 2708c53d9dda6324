-- A derivation as a tree of plain values: what the result carries, and layouts, explain and exporters read.
local host = ...
local node_of = host.node_of

-- Beyond these a node is written without its children and marked `cut`: shared nodes can make a small
-- derivation an enormous tree.
local MAX_NODES, MAX_DEPTH = 10000, 80

local function export(root)
  local count = 0
  local object, array = host.nkb.object, host.nkb.array

  -- a + b + c is one sum of three: the same folding, and a loop that adds up makes no deep tree.
  local function spine(data)
    if data.op ~= "sum" and data.op ~= "product" then return data.children end
    local reversed, children = {}, data.children
    while true do
      for i = #children, 2, -1 do reversed[#reversed + 1] = children[i] end
      local first = node_of(children[1])
      if first.name or first.op ~= data.op then
        reversed[#reversed + 1] = children[1]
        break
      end
      children = first.children
    end
    local list = {}
    for i = #reversed, 1, -1 do list[#list + 1] = reversed[i] end
    return list
  end

  local function write(node, depth, weight)
    local data = node_of(node)
    count = count + 1
    local out = object()
    for _, key in ipairs { "name", "op", "value", "unit", "path", "param", "source", "file", "field" } do
      out:set(key, data[key])
    end
    if weight then out:set("weight", node_of(weight).value):set("weight_param", node_of(weight).param) end
    out:set("at", data.at) -- a percentile's
    if data.lower ~= nil then out:set("better", data.lower and "lower" or "higher") end
    if not data.children then return out end
    local children = spine(data)
    if depth >= MAX_DEPTH or count + #children > MAX_NODES then return out:set("cut", true) end
    local list = array {}
    for i, child in ipairs(children) do
      list[i] = write(child, depth + 1, data.weights and data.weights[i])
    end
    return out:set("children", list)
  end

  return write(root, 1)
end

return { export = export }
