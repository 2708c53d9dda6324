-- What NAME shows: console(r) is the screen's text, json(r) what --output gets.
local fmt = nkb.fmt
local layout = {}

function layout.console(r)
  local lines = { ("%s %s: %s%s"):format(r.rule.name, r.rule.version, fmt.fixed(r.score, 4), r.valid and "" or ", not valid") }
  for _, part in ipairs(r.tree.children) do
    lines[#lines + 1] = ("  %s %s"):format(fmt.pad(part.name, 12), fmt.fixed(part.value, 4))
  end
  for _, gate in ipairs(r.gates) do
    if not gate.ok then lines[#lines + 1] = "  gate not passed: " .. gate.text end
  end
  return table.concat(lines, "\n") .. "\n"
end

function layout.json(r)
  local out = nkb.object { { "rule", r.rule.name }, { "score", r.score }, { "valid", r.valid } }
  for _, part in ipairs(r.tree.children) do out:set(part.name, part.value) end
  return out
end

return layout
