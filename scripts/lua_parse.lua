-- Lua 5.4's grammar: parse(text) gives the syntax tree of a chunk, every node with line and column and every name
-- resolved to the local it means (none: a global); or nil and a fault { text, line, column }. What Lua checks later
-- (labels, <const>, break outside of a loop) is left to Lua.
--
-- The chunk: body functions locals globals calls indexes returns tokens comments.
-- Expressions: see lua_expression.lua.
-- Statements: local assign call_statement do while repeat if fornum forin return break goto label
local lua_lex = require "lua_lex"
local reader = require "lua_reader"
local add_expressions = require "lua_expression"

local ends_block = { eof = true, ["end"] = true, ["else"] = true, ["elseif"] = true, ["until"] = true }

local function add_statements(p)
  local function body_until(opened, kind)
    p.open_scope()
    local body = p.block()
    p.expect(kind or "end", opened)
    p.close_scope()
    return body
  end

  local function if_statement(t)
    local n = p.node("if", t)
    n.clauses = {}
    repeat
      p.advance()
      local condition = p.expression(0)
      p.expect "then"
      p.open_scope()
      n.clauses[#n.clauses + 1] = { condition = condition, body = p.block() }
      p.close_scope()
    until p.token.kind ~= "elseif"
    if p.accept "else" then
      p.open_scope()
      n.otherwise = p.block()
      p.close_scope()
    end
    p.expect("end", t)
    return n
  end

  local function for_statement(t)
    p.advance()
    local names = { p.expect "name" }
    if p.token.kind == "=" then
      p.advance()
      local n = p.node("fornum", t)
      n.values = p.list_of_expressions()
      if #n.values < 2 or #n.values > 3 then p.fail("for takes two or three numbers", t) end
      p.expect "do"
      p.open_scope()
      n.names = { p.declare(names[1].value, names[1]) }
      n.names[1].loop, n.names[1].loop_index = n, 1
      n.body = p.block()
      p.close_scope()
      p.expect("end", t)
      return n
    end
    while p.accept "," do names[#names + 1] = p.expect "name" end
    p.expect "in"
    local n = p.node("forin", t)
    n.values, n.names = p.list_of_expressions(), {}
    p.expect "do"
    p.open_scope()
    for i, name in ipairs(names) do
      n.names[i] = p.declare(name.value, name)
      n.names[i].loop, n.names[i].loop_index = n, i
    end
    n.body = p.block()
    p.close_scope()
    p.expect("end", t)
    return n
  end

  local function local_statement(t)
    p.advance()
    local n = p.node("local", t)
    n.names = {}
    if p.token.kind == "function" then
      local opened = p.token
      p.advance()
      local name = p.expect "name"
      n.names[1] = p.declare(name.value, name) -- the body may call it
      n.values = { p.function_body(opened) }
      n.names[1].value, n.names[1].index = n.values[1], 1
      n.values[1].name = name.value
      return n
    end
    local names = {}
    repeat
      names[#names + 1] = p.expect "name"
      if p.accept "<" then
        local attribute = p.expect "name"
        if attribute.value ~= "const" and attribute.value ~= "close" then
          p.fail(("'%s' is no attribute; const or close is expected"):format(attribute.value), attribute)
        end
        p.expect ">"
      end
    until not p.accept ","
    n.values = p.accept "=" and p.list_of_expressions() or {}
    for i, name in ipairs(names) do
      local binding = p.declare(name.value, name)
      n.names[i] = binding
      if n.values[i] then
        binding.value, binding.index = n.values[i], 1
        if n.values[i].kind == "function" then n.values[i].name = name.value end
      elseif #n.values > 0 then
        binding.value, binding.index = n.values[#n.values], i - #n.values + 1
      end
    end
    return n
  end

  local function mark_write(target)
    if target.kind == "name" and target.binding then
      target.binding.writes, target.binding.reads = target.binding.writes + 1, target.binding.reads - 1
    end
    target.written = true
  end

  local function function_statement(t)
    p.advance()
    local n = p.node("assign", t)
    local target = p.name_node(p.token)
    p.expect "name"
    local method = false
    while not method and (p.token.kind == "." or p.token.kind == ":") do
      method = p.token.kind == ":"
      p.advance()
      local name = p.expect "name"
      local index = p.node("index", name)
      index.object, index.key, index.dot, index.within = target, p.node("string", name), true, p.whole
      index.key.value = name.value
      p.tree.indexes[#p.tree.indexes + 1] = index
      target = index
    end
    mark_write(target)
    n.targets, n.values = { target }, { p.function_body(t, method) }
    p.tree.assigns[#p.tree.assigns + 1] = n
    return n
  end

  local function expression_statement(t)
    local first = p.suffixed()
    if p.token.kind ~= "=" and p.token.kind ~= "," then
      if first.kind ~= "call" and first.kind ~= "method" then
        p.fail(p.shown(p.token) .. " stands where a statement or '=' is expected")
      end
      local n = p.node("call_statement", t)
      n.call = first
      return n
    end
    local n = p.node("assign", t)
    n.targets = { first }
    while p.accept "," do n.targets[#n.targets + 1] = p.suffixed() end
    for _, target in ipairs(n.targets) do
      if target.kind ~= "name" and target.kind ~= "index" then p.fail("this cannot be assigned to", target) end
    end
    p.expect "="
    n.values = p.list_of_expressions()
    p.tree.assigns[#p.tree.assigns + 1] = n
    for _, target in ipairs(n.targets) do mark_write(target) end
    return n
  end

  local statements = {
    ["if"] = if_statement,
    ["for"] = for_statement,
    ["function"] = function_statement,
    ["local"] = local_statement,
    ["while"] = function(t)
      p.advance()
      local n = p.node("while", t)
      n.condition = p.expression(0)
      p.expect "do"
      n.body = body_until(t)
      return n
    end,
    ["do"] = function(t)
      p.advance()
      local n = p.node("do", t)
      n.body = body_until(t)
      return n
    end,
    ["repeat"] = function(t)
      p.advance()
      local n = p.node("repeat", t)
      p.open_scope() -- what the condition sees
      n.body = p.block()
      p.expect("until", t)
      n.condition = p.expression(0)
      p.close_scope()
      return n
    end,
    ["break"] = function(t)
      p.advance()
      return p.node("break", t)
    end,
    ["goto"] = function(t)
      p.advance()
      local n = p.node("goto", t)
      n.label = p.expect("name").value
      return n
    end,
    ["::"] = function(t)
      p.advance()
      local n = p.node("label", t)
      n.label = p.expect("name").value
      p.expect "::"
      return n
    end,
  }

  local function return_statement()
    local n = p.node("return", p.token)
    p.advance()
    n.values = (ends_block[p.token.kind] or p.token.kind == ";") and {} or p.list_of_expressions()
    p.accept ";"
    local owner = p.whole or p.tree
    owner.returns[#owner.returns + 1] = n
    return n
  end

  function p.block()
    local list = {}
    p.enter()
    while not ends_block[p.token.kind] do
      if p.token.kind == "return" then
        list[#list + 1] = return_statement()
        if not ends_block[p.token.kind] then p.fail(p.shown(p.token) .. " stands behind return, which ends its block") end
        break
      end
      if not p.accept ";" then list[#list + 1] = (statements[p.token.kind] or expression_statement)(p.token) end
    end
    p.leave()
    return list
  end
end

local function read(text, tokens)
  local p = reader(text, tokens)
  add_expressions(p)
  add_statements(p)
  p.open_scope()
  p.tree.body = p.block()
  if p.token.kind ~= "eof" then p.fail(p.shown(p.token) .. " stands where the file's end is expected") end
  return p.tree
end

-- The tree; or nil and what is wrong.
local function parse(text)
  local tokens, rest = lua_lex.lex(text)
  if not tokens then return nil, rest end
  local ok, result = pcall(read, text, tokens)
  if ok then
    result.comments = rest
    return result
  end
  if type(result) ~= "table" then error(result, 0) end
  return nil, result
end

return { parse = parse }
