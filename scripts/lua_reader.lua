-- What reading Lua's grammar rests on: the words one after the other, scopes and the nodes of the tree. The tree's
-- nodes have kind, line and column; see lua_parse.lua.
local MAX_DEPTH = 190 -- Lua's own limit is 200 C levels
local MAX_SHOWN = 40

local function reader(text, tokens)
  local at, depth = 1, 0
  -- p.scope is the innermost one, p.whole the function being read.
  local p = { token = tokens[1] }
  p.tree = { functions = {}, locals = {}, globals = {}, calls = {}, indexes = {},
    names = {}, binaries = {}, unaries = {}, tables = {}, assigns = {}, returns = {}, tokens = tokens }

  function p.ahead() return tokens[at + 1] end

  function p.shown(t)
    if t.kind == "eof" then return "the end" end
    local word = text:sub(t.from, math.min(t.to, t.from + MAX_SHOWN - 1)):gsub("[%c\127]", "?")
    return "'" .. word .. "'"
  end

  function p.fail(what, t, limit)
    t = t or p.token
    error({ text = what, line = t.line, column = t.column, limit = limit }, 0)
  end

  function p.advance()
    at = at + 1
    p.token = tokens[at]
  end

  function p.accept(kind)
    if p.token.kind ~= kind then return false end
    p.advance()
    return true
  end

  function p.expect(kind, opened)
    if p.token.kind == kind then
      local t = p.token
      p.advance()
      return t
    end
    if opened and opened.line ~= p.token.line then
      p.fail(("%s stands where '%s' is expected, which ends %s of line %d"):format(p.shown(p.token), kind, p.shown(opened), opened.line))
    end
    p.fail(("%s stands where %s is expected"):format(p.shown(p.token), kind == "name" and "a name" or "'" .. kind .. "'"))
  end

  function p.node(kind, t)
    return { kind = kind, line = t.line, column = t.column, from = t.from }
  end

  function p.leave() depth = depth - 1 end

  function p.enter()
    depth = depth + 1
    if depth > MAX_DEPTH then p.fail(("nested more than %d deep"):format(MAX_DEPTH), nil, true) end
  end

  function p.open_scope() p.scope = { outer = p.scope, names = {} } end
  function p.close_scope() p.scope = p.scope.outer end

  function p.declare(name, t)
    local binding = { name = name, line = t.line, column = t.column, writes = 0, reads = 0, owner = p.whole }
    p.scope.names[name] = binding
    p.tree.locals[#p.tree.locals + 1] = binding
    return binding
  end

  function p.resolve(name)
    local s = p.scope
    while s do
      if s.names[name] then return s.names[name] end
      s = s.outer
    end
  end

  function p.name_node(t)
    local n = p.node("name", t)
    n.name, n.binding = t.value, p.resolve(t.value)
    p.tree.names[#p.tree.names + 1] = n
    if n.binding then n.binding.reads = n.binding.reads + 1 else p.tree.globals[#p.tree.globals + 1] = n end
    return n
  end

  return p
end

return reader
