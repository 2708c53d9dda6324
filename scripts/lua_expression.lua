-- Expressions of Lua: nil true false number string vararg name index call method function binary unary table paren.
-- Adds p.expression, p.suffixed and p.function_body to a reader that has p.block.
local MAX_CHAIN = 2000 -- operators or suffixes in one expression, which make a tree as deep

local priority = {} -- of binary operators: { left, right }
for level, operators in ipairs { "or", "and", "< > <= >= ~= ==", "|", "~", "&", "<< >>", "..", "+ -", "* / // %", "", "^" } do
  for operator in operators:gmatch "%S+" do
    local right = operator == ".." or operator == "^"
    priority[operator] = { 10 * level, right and 10 * level - 1 or 10 * level }
  end
end
local UNARY = 110
local unary = { ["not"] = true, ["-"] = true, ["#"] = true, ["~"] = true }

local function add_expressions(p)
  function p.list_of_expressions()
    local list = { p.expression(0) }
    while p.accept "," do list[#list + 1] = p.expression(0) end
    return list
  end

  function p.function_body(t, with_self)
    local f = p.node("function", t)
    f.params, f.outer, f.returns = {}, p.whole, {}
    p.whole = f
    p.tree.functions[#p.tree.functions + 1] = f
    p.open_scope()
    if with_self then f.params[1] = p.declare("self", t) end
    p.expect "("
    if p.token.kind ~= ")" then
      repeat
        if p.accept "..." then
          f.vararg = true
          break
        end
        local name = p.expect "name"
        f.params[#f.params + 1] = p.declare(name.value, name)
      until not p.accept ","
    end
    for i, binding in ipairs(f.params) do binding.param_of, binding.param_index = f, i end
    p.expect ")"
    f.body = p.block()
    f.last_line = p.token.line
    p.expect("end", t)
    p.close_scope()
    p.whole = f.outer
    return f
  end

  local function table_constructor()
    local opened = p.token
    local n = p.node("table", p.token)
    n.items = {}
    p.tree.tables[#p.tree.tables + 1] = n
    p.expect "{"
    while p.token.kind ~= "}" do
      local item = p.node("item", p.token)
      if p.token.kind == "[" then
        p.advance()
        item.key = p.expression(0)
        p.expect "]"
        p.expect "="
        item.value = p.expression(0)
      elseif p.token.kind == "name" and p.ahead().kind == "=" then
        item.key = p.node("string", p.token)
        item.key.value, item.named = p.token.value, true
        p.advance()
        p.advance()
        item.value = p.expression(0)
      else
        item.value = p.expression(0)
      end
      n.items[#n.items + 1] = item
      if not p.accept "," and not p.accept ";" then break end
    end
    p.expect("}", opened)
    return n
  end

  local function arguments()
    if p.token.kind == "string" then
      local n = p.node("string", p.token)
      n.value = p.token.value
      p.advance()
      return { n }
    elseif p.token.kind == "{" then
      return { table_constructor() }
    end
    local opened = p.token
    p.expect "("
    local list = p.token.kind == ")" and {} or p.list_of_expressions()
    p.expect(")", opened)
    return list
  end

  function p.suffixed()
    local e
    if p.token.kind == "name" then
      e = p.name_node(p.token)
      p.advance()
    elseif p.token.kind == "(" then
      local opened = p.token
      e = p.node("paren", p.token)
      p.advance()
      e.inner = p.expression(0)
      p.expect(")", opened)
    else
      p.fail(p.shown(p.token) .. " stands where an expression is expected")
    end
    for count = 1, math.huge do
      if count > MAX_CHAIN then p.fail(("an expression of more than %d parts"):format(MAX_CHAIN), nil, true) end
      local t, n = p.token
      if t.kind == "." or t.kind == "[" then
        n = p.node("index", t)
        n.object = e
        p.advance()
        if t.kind == "." then
          local name = p.expect "name"
          n.key, n.dot = p.node("string", name), true
          n.key.value, n.line, n.column = name.value, name.line, name.column
        else
          n.key = p.expression(0)
          n.line, n.column = n.key.line, n.key.column
          p.expect("]", t)
        end
        p.tree.indexes[#p.tree.indexes + 1] = n
      elseif t.kind == ":" then
        p.advance()
        local name = p.expect "name"
        n = p.node("method", name)
        n.object, n.name = e, name.value
        n.args = arguments()
        p.tree.calls[#p.tree.calls + 1] = n
      elseif t.kind == "(" or t.kind == "string" or t.kind == "{" then
        n = p.node("call", { line = e.line, column = e.column, from = e.from })
        n.func, n.args = e, arguments()
        p.tree.calls[#p.tree.calls + 1] = n
      else
        return e
      end
      n.within = p.whole
      e = n
    end
  end

  local function simple()
    local t = p.token
    if t.kind == "number" or t.kind == "string" then
      local n = p.node(t.kind, t)
      n.value = t.value
      p.advance()
      return n
    elseif t.kind == "nil" or t.kind == "true" or t.kind == "false" or t.kind == "..." then
      if t.kind == "..." and p.whole and not p.whole.vararg then p.fail("'...' stands outside of a function that takes any number") end
      p.advance()
      return p.node(t.kind == "..." and "vararg" or t.kind, t)
    elseif t.kind == "{" then
      return table_constructor()
    elseif t.kind == "function" then
      p.advance()
      return p.function_body(t)
    end
    return p.suffixed()
  end

  function p.expression(limit)
    p.enter()
    local e
    if unary[p.token.kind] then
      e = p.node("unary", p.token)
      e.op, e.within = p.token.kind, p.whole
      p.tree.unaries[#p.tree.unaries + 1] = e
      p.advance()
      e.operand = p.expression(UNARY)
    else
      e = simple()
    end
    local count = 0
    while priority[p.token.kind] and priority[p.token.kind][1] > limit do
      count = count + 1
      if count > MAX_CHAIN then p.fail(("an expression of more than %d parts"):format(MAX_CHAIN), nil, true) end
      local n = p.node("binary", p.token)
      n.op, n.left, n.within = p.token.kind, e, p.whole
      p.tree.binaries[#p.tree.binaries + 1] = n
      p.advance()
      n.right = p.expression(priority[n.op][2])
      e = n
    end
    p.leave()
    return e
  end
end

return add_expressions
