-- `c`: what a rule's check says of a submission. c:require(ok, text, text_when_ok) false makes it invalid; c:advise
-- only says so. Where it holds and has no text for that, it is recorded as quiet: `text` tells of a failure that is
-- none, and no layout should show it. c:note(text) alone is a remark.
local host = ...
local raise = host.raise

local function recorder()
  local list, c = {}, {}
  local locked = host.base.readonly("c", c)
  host.base.closed("c", c)

  local function add(kind, ok, text, quiet)
    if type(text) ~= "string" then
      raise(("c:%s(ok, text): the text is %s"):format(kind, text == nil and "missing" or "a " .. type(text)))
    end
    list[#list + 1] = host.nkb.object { { "kind", kind }, { "ok", ok and true or false }, { "text", text }, { "quiet", quiet } }
    return ok
  end

  local function check_self(self, kind)
    if self ~= locked then raise(("write c:%s(…), with a colon"):format(kind)) end
  end

  -- What nkb.audit could not look at is neither passed nor failed.
  local function judge(kind, ok, text, text_when_ok, state)
    if text_when_ok ~= nil and type(text_when_ok) ~= "string" then
      raise(("c:%s(ok, text, text_when_ok): text_when_ok is a %s"):format(kind, type(text_when_ok)))
    end
    if not ok or type(text) ~= "string" then return add(kind, ok, text) end
    if state == "unchecked" then return add("note", ok, text) end
    return add(kind, ok, text_when_ok or text, text_when_ok == nil or nil)
  end

  function c.require(self, ...)
    check_self(self, "require")
    return judge("require", ...)
  end
  function c.advise(self, ...)
    check_self(self, "advise")
    return judge("advise", ...)
  end
  function c.note(self, ok, ...)
    check_self(self, "note")
    if select("#", ...) == 0 then return add("note", true, ok) end
    return add("note", ok, (...))
  end
  return locked, list
end

-- What no submission can be, whatever the rule.
local function impossible(m)
  local mfu = host.has(m, "training.mfu_percent") and host.find(m, "training.mfu_percent")
  if type(mfu) == "number" and mfu > 100 then
    return host.nkb.object {
      { "kind", "impossible" }, { "ok", false },
      { "text", "MFU is " .. host.fmt.fixed(mfu, 2) .. " %: over 100 % is impossible; look at the throughput, the number of nodes, "
        .. "the batch size, the sequence length and the backend" },
    }
  end
end

return { recorder = recorder, impossible = impossible }
