-- The arithmetic of a node in words, "0.4 × training 0.0077 + 0.6 × inference 25.7592", from the tree of a result.
local fmt = nkb.fmt

local MOST = 8 -- terms written out

local formula = {}

-- As people write a number: four digits behind the point at most, whole numbers grouped.
function formula.number(x)
  if math.type(x) == "integer" then return math.abs(x) < 10000 and tostring(x) or fmt.count(x) end
  local size = math.abs(x)
  if size >= 1e7 then return fmt.sig(x, 5) end
  if size ~= 0 and size < 0.001 then return fmt.general(x, 5) end
  return (fmt.fixed(x, 4):gsub("%.?0+$", "", 1))
end
local number = formula.number

function formula.quantity(x, unit)
  return unit and unit ~= "" and number(x) .. " " .. unit or number(x)
end
local quantity = formula.quantity

-- "latency_ms_avg" of "inference.e2e_model.latency_ms_avg"; nil for a number without a name
function formula.short_name(node)
  return node.name or node.param or node.path and node.path:match "([^.]+)$"
end

function formula.title(node)
  return node.name or node.path or node.param or (node.op == "value" and "constant" or node.op)
end

local function is_leaf(node) return not node.children or #node.children == 0 end

-- A term among others: what has a name of the rule's keeps it, a leaf in a quotient its unit.
local function term(node, with_unit)
  if with_unit and is_leaf(node) then return quantity(node.value, node.unit) end
  local name = formula.short_name(node)
  name = name and name:gsub("%s*×$", "") -- as a column's title may be written
  if name and name:find "%s[-+×÷]%s" then name = "(" .. name .. ")" end
  return name and name .. " " .. number(node.value) or number(node.value)
end

local function terms(node, word)
  local list = {}
  for i = 1, math.min(#node.children, MOST) do list[i] = word and word(node, i) or term(node.children[i]) end
  if #node.children > MOST then list[#list + 1] = "…" end
  return list
end

local function all(node, between, word)
  local text = table.concat(terms(node, word), between)
  return #node.children > MOST and ("%s (%d in all)"):format(text, #node.children) or text
end

local function pair(node, sign)
  local leaves = is_leaf(node.children[1]) and is_leaf(node.children[2])
  return term(node.children[1], leaves) .. sign .. term(node.children[2], leaves)
end

local function among(node) -- a rank's list, behind the number that is ranked
  return ("%s of %s among %d, %s is better"):format(node.op == "rank" and "rank" or "points of the rank",
    term(node.children[1]), #node.children - 1, node.better or "higher")
end

local words = {
  sum = function(node) return all(node, " + ") end,
  product = function(node) return all(node, " × ") end,
  difference = function(node) return pair(node, " − ") end,
  ratio = function(node) return pair(node, " ÷ ") end,
  power = function(node) return pair(node, " ^ ") end,
  ["floor ratio"] = function(node) return pair(node, " // ") end,
  remainder = function(node) return pair(node, " % ") end,
  negative = function(node) return "− " .. term(node.children[1]) end,
  mean = function(node) return ("(%s) ÷ %d"):format(all(node, " + "), #node.children) end,
  weighted = function(node)
    return all(node, " + ", function(_, i)
      return number(node.children[i].weight) .. " × " .. term(node.children[i])
    end)
  end,
  geomean = function(node) return "geometric mean of " .. all(node, ", ") end,
  harmonic = function(node) return "harmonic mean of " .. all(node, ", ") end,
  median = function(node) return "median of " .. all(node, ", ") end,
  olympic = function(node) return "mean without the lowest and the highest of " .. all(node, ", ") end,
  percentile = function(node) return ("percentile %s of %s"):format(number(node.at), all(node, ", ")) end,
  min = function(node) return "least of " .. all(node, ", ") end,
  max = function(node) return "greatest of " .. all(node, ", ") end,
  clamp = function(node)
    return ("%s kept within %s and %s"):format(term(node.children[1]), term(node.children[2], true),
      term(node.children[3], true))
  end,
  rank = among,
  ["rank points"] = among,
}

-- How a node came about.
function formula.of(node)
  if node.cut then return node.op .. ", too large to be written out" end
  if is_leaf(node) then return nil end
  local word = words[node.op]
  return word and word(node) or "computed by the rule; its parts follow"
end

-- Where a leaf is from.
function formula.place(node)
  if node.op == "param" then return "parameter, " .. (node.source or "default") end
  if node.file and node.field then return node.file .. ": " .. node.field end
  if node.op == "metric" then return node.source or node.file or "measured" end
  return node.op == "value" and is_leaf(node) and "the rule's own number" or nil
end

return formula
