-- Names that do not exist: members of t, c, r, nkb and Lua's library, globals, metrics, parameters; calls with a dot
-- for a colon or with arguments that are missing.
local suggest = require "suggest"
local gates = require "runtime.gates"

local instead = {
  print = "c:note(text) in check, or console, says something", io = "needs and m bring the inputs", os = "a date parameter and nkb.days know days",
  dofile = "require takes in another file", loadfile = "require takes in another file", setmetatable = "functions and plain tables do; nkb.object keeps an order",
  getmetatable = "nkb.kind tells what a value is", rawset = "plain tables do", coroutine = "loops do", debug = "nothing of it is there",
  package = "nothing of it is there", ["math.random"] = "the same inputs give the same score", ["math.randomseed"] = "the same inputs give the same score",
  ["string.dump"] = "only text can be loaded", collectgarbage = "nothing of it is there",
}

local objects = { derivation = { "t", "t" }, checks = { "c", "c" }, result = { "r", "r" }, node = { "node", "a node" } }

return function(file)
  local known, values, say, tree = file.known, file.values, file.say, file.tree
  local meaning = values.meaning

  local function did_you_mean(meant, otherwise) return meant and "did you mean '" .. meant .. "'?" or otherwise end

  -- ---- metrics and parameters

  local function texts_of(argument) return values.texts_of(meaning(argument)) or {} end

  -- `partly`: of the paths that a parameter's choices make, others exist.
  local function check_metric(at, path, must, partly)
    file.read[path:match "^[^.%[]*"] = true
    local entry, group, name, meant = known.metric(path)
    if entry == true then
      if meant then
        say(at, "unknown-metric", ("no metric '%s' that every input has; did you mean '%s'?"):format(path, meant), "warning")
      end
      return nil
    elseif not entry then
      local whole = group == "" and name or name == "[]" and group .. "[]" or group .. "." .. name
      if whole ~= path and not must then return nil end -- said of the shorter path
      local list = known.metric(group)
      say(at, "unknown-metric", ("no metric '%s'; %s"):format(path, list and list ~= true and list.type == "list"
        and ("'%s' is a list, its first item is '%s[1]'"):format(group, group)
        or did_you_mean(meant, "nkibench metrics lists them")), partly and "warning" or nil)
      return nil
    end
    return entry
  end

  local function any_known(paths)
    for _, path in ipairs(paths) do
      if known.metric(path) then return true end
    end
    return false
  end

  -- m:has("reasoning", "tasks", name): what the steps begin with is looked at.
  local function read_steps(args, from)
    local names = texts_of(args[from])
    if #names == 0 then file.read_all = true end
    for _, name in ipairs(names) do file.read[name:match "^[^.%[]*"] = true end
  end

  local function check_need(at, path, must)
    local first = path:match "^[^.%[]+"
    file.read[first or ""] = true
    if not file.needs or not first or first == "files" or file.needs[first] then return end
    if not known.metric(first) then return end
    say(at, "not-needed", ("'%s' is not in needs, so m.%s is always absent; needs = { …, \"%s\" } is expected"):format(first, first, first),
      must and "error" or "warning")
  end

  local function check_param(at, name)
    file.params_read[name] = true
    if not file.params or file.params[name] then return end
    say(at, "unknown-param", ("no parameter '%s'; %s"):format(name, did_you_mean(suggest(name, file.param_names),
      #file.param_names > 0 and "known are " .. table.concat(file.param_names, ", ") or "the rule has none")))
  end

  -- ---- members

  local function check_member(at, section, what, name)
    local entry, meant = known.name(section, name)
    if not entry then
      say(at, "unknown-name", ("%s has no '%s'; %s"):format(what, name, instead[section .. "." .. name] or did_you_mean(meant, known.names(section))))
    elseif entry.since == 0 then
      say(at, "old-lua", ("%s.%s is %s"):format(section, name, entry.about), "warning")
    end
    return entry
  end

  local function check_arguments(call, entry, shown, extra)
    if not entry or not entry.takes then return end
    local list, any = known.parameters(entry.takes)
    local given, last = #call.args + extra, call.args[#call.args]
    local open = last and (last.kind == "call" or last.kind == "method" or last.kind == "vararg")
    local missing = list[given + 1]
    if missing and not missing.optional and not open then
      say(call, "arguments", ("%s has no %s; %s(%s) is expected"):format(shown, missing.name, shown, entry.takes))
    elseif given > #list and not any and #list > 0 then
      say(call, "arguments", ("%s takes %d argument%s, not %d; %s(%s) is expected"):format(shown, #list - extra,
        #list - extra == 1 and "" or "s", #call.args, shown, entry.takes))
    end
  end

  local function check_index(index)
    local object, texts = meaning(index.object), texts_of(index.key)
    if not object then return end
    local given = objects[object.is] or object.is == "metrics" or object.is == "params" or object.is == "library" and object.section ~= "lua"
    if index.written and given then
      say(index, "read-only", "this cannot be set; what a rule is given is read-only")
    elseif object.is == "metrics" then
      local value = meaning(index)
      local paths = value and value.paths or {}
      for _, path in ipairs(paths) do
        if not (index.called and known.name("m", path)) then
          check_metric(index, path, false, any_known(paths))
          if not path:find "[.%[]" then check_need(index, path) end
        end
      end
      if #texts == 0 and object.paths and object.paths[1] == "" then file.read_all = true end
    elseif object.is == "params" then
      if #texts == 0 then file.params_read_all = true end
      for _, name in ipairs(texts) do check_param(index, name) end
    elseif objects[object.is] and not (index.called and (object.is == "derivation" or object.is == "checks")) then
      for _, name in ipairs(texts) do check_member(index, objects[object.is][1], objects[object.is][2], name) end
    elseif object.is == "library" and object.section ~= "lua" then
      for _, name in ipairs(texts) do check_member(index, object.section, object.section, name) end
    end
  end

  local function check_method(call)
    local object = meaning(call.object)
    if not object then return end
    if object.is == "derivation" or object.is == "checks" then
      local short = objects[object.is][1]
      local entry = check_member(call, short, short, call.name)
      check_arguments(call, entry, short .. ":" .. call.name, 0)
      if call.name == "metric" then
        local paths = #call.args == 1 and texts_of(call.args[1]) or {}
        for _, path in ipairs(paths) do
          local metric = check_metric(call.args[1], path, true, any_known(paths))
          if metric and metric.type ~= "number" and metric.type ~= "integer" and metric.type ~= "open" then
            say(call.args[1], "not-a-number", ("metric '%s' is a %s; t:metric takes numbers"):format(path, metric.type))
          end
          check_need(call.args[1], path, true)
        end
        read_steps(call.args, 1)
      elseif call.name == "param" then
        local names = texts_of(call.args[1])
        if #names == 0 then file.params_read_all = true end
        for _, name in ipairs(names) do check_param(call.args[1], name) end
      end
    elseif object.is == "metrics" and object.paths and object.paths[1] == "" then
      local entry = check_member(call, "m", "m", call.name)
      read_steps(call.args, 1)
      for _, path in ipairs(entry and #call.args == 1 and texts_of(call.args[1]) or {}) do
        if known.steps(path) then
          check_metric(call.args[1], path, true)
        end
      end
    elseif object.is == "text" then
      check_arguments(call, check_member(call, "string", "string", call.name), "string." .. call.name, 1)
    end
  end

  local function check_call(call)
    local func = call.func
    if func.kind == "index" then
      local object, texts = meaning(func.object), texts_of(func.key)
      local section = object and (object.is == "metrics" and object.paths and object.paths[1] == "" and "m"
        or object.is == "derivation" and "t" or object.is == "checks" and "c")
      if section and texts[1] and known.name(section, texts[1]) and not (section == "m" and known.metric(texts[1])) then
        say(func, "colon", ("write %s:%s(…), with a colon"):format(section, texts[1]))
        return
      elseif section and section ~= "m" and texts[1] then
        check_member(func, section, section, texts[1])
      end
    end
    local value = meaning(func)
    if value and value.is == "entry" then
      local entry = value.entry
      check_arguments(call, entry, (entry.section == "lua" and "" or entry.section .. ".") .. entry.name, 0)
      local first = meaning(call.args[1])
      if entry.name == "note" and first and first.is == "metrics" and #call.args == 2 then
        for _, below in ipairs(texts_of(call.args[2])) do
          for _, path in ipairs(first.paths or {}) do check_metric(call.args[2], path == "" and below or path .. "." .. below, true) end
        end
      end
    end
  end

  local function check_globals()
    local written = {}
    for _, name in ipairs(tree.globals) do written[name.name] = written[name.name] or name.written end
    for _, name in ipairs(tree.globals) do
      if name.written then
        say(name, "global-write", ("'%s' is written as a global, which stays from one call to the next; local %s is expected")
          :format(name.name, name.name), "warning")
      elseif not written[name.name] and not known.name("lua", name.name) then
        local _, meant = known.name("lua", name.name)
        say(name, "unknown-name", ("there is no '%s' in a rule; %s"):format(name.name, instead[name.name]
          or did_you_mean(meant, "a local or a parameter of the function is expected")))
      end
    end
  end

  for _, call in ipairs(tree.calls) do
    if call.kind == "call" and call.func.kind == "index" then call.func.called = true end
  end
  for _, index in ipairs(tree.indexes) do check_index(index) end
  for _, call in ipairs(tree.calls) do (call.kind == "method" and check_method or check_call)(call) end
  check_globals()

  -- A gate's words: score, parameters, metrics. Of one that is not understood, only which parameters it reads.
  for _, gate in ipairs(file.shape and file.shape.gates or {}) do
    local parsed, problem = gates.parse(gate.value)
    if problem then say(gate, "load", problem) end
    local body = gate.value:match "^[^:]*"
    for word in body:gmatch "[%a_][%w_.%[%]%-]*" do
      if file.params and file.params[word] then
        file.params_read[word] = true
      elseif parsed and word ~= "score" and known.steps(word) then
        if word:find "[.%[]" or known.metric(word) then
          if check_metric(gate, word, true) then check_need(gate, word, true) end
        else
          local names = { "score", table.unpack(file.param_names) }
          say(gate, "unknown-name", ("'%s' is neither score nor a parameter nor a metric; %s"):format(word,
            did_you_mean(suggest(word, names), "a gate is such as \"score >= 10\"")))
        end
      end
    end
  end
end
