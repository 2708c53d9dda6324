-- Lua 5.4's words: lex(text) gives a list of tokens { kind, value, line, column, from, to } that ends with one of
-- kind "eof", and a list of comments; or nil and a fault { text, line, column }. Columns count characters where the
-- text is UTF-8, bytes elsewhere. kind is a keyword or symbol itself, or "name", "string", "number".
local find, sub, byte, char = string.find, string.sub, string.byte, string.char

local MAX_SHOWN = 40 -- bytes of a word in a message
local MAX_TOKENS = 300000 -- a rule has at most 1 MiB, of which most are texts, names and blanks

local keywords = {}
for word in ("and break do else elseif end false for function goto if in local nil not or repeat return then true until while"):gmatch "%a+" do
  keywords[word] = true
end

local symbols = { {}, {}, {} } -- by length
for symbol in ("... .. == ~= <= >= // :: << >> + - * / % ^ # & ~ | < > = ( ) { } [ ] ; : , ."):gmatch "%S+" do
  symbols[#symbol][symbol] = true
end

local escapes = { a = "\a", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", v = "\v", ["\\"] = "\\", ['"'] = '"', ["'"] = "'" }

-- Where lines begin, so that a byte has a line and a column.
local function line_starts(text)
  local starts, at = { 1 }, 1
  while true do
    local a = find(text, "[\r\n]", at)
    if not a then return starts end
    local pair = sub(text, a, a + 1)
    at = a + ((pair == "\r\n" or pair == "\n\r") and 2 or 1)
    starts[#starts + 1] = at
  end
end

local function lex(text)
  local starts, line = line_starts(text), 1
  local tokens, comments, at, size = {}, {}, 1, #text

  -- Positions only grow: count on from the last one, or a long line would be counted again and again.
  local seen, column = 1, 1
  local function place(position)
    local first = line
    while starts[line + 1] and starts[line + 1] <= position do line = line + 1 end
    if line ~= first then seen, column = starts[line], 1 end
    column = column + (utf8.len(text, seen, position - 1) or position - seen)
    seen = position
    return line, column
  end

  local function fail(position, what, limit)
    local low, high = 1, #starts
    while low < high do
      local middle = (low + high + 1) // 2
      if starts[middle] <= position then low = middle else high = middle - 1 end
    end
    local first = starts[low]
    error({ text = what, line = low, column = (utf8.len(text, first, position - 1) or position - first) + 1, limit = limit }, 0)
  end

  local function shown(from, to)
    local word = sub(text, from, math.min(to, from + MAX_SHOWN - 1)):gsub("[%c\127]", "?")
    return word
  end

  -- [==[ … ]==] from `from` on: what is inside and the byte behind; nil: no such bracket.
  local function long_bracket(from, what)
    local _, opened, level = find(text, "^%[(=*)%[", from)
    if not opened then return nil end
    local closing = "]" .. level .. "]"
    local a, b = find(text, closing, opened + 1, true)
    if not a then fail(from, what .. " that does not end; " .. closing .. " is expected") end
    local inside = sub(text, opened + 1, a - 1):gsub("\r\n?", "\n"):gsub("^\n", "")
    return inside, b + 1
  end

  local function escape(from, position)
    local c = sub(text, position, position)
    if escapes[c] then return escapes[c], position + 1 end
    local _, stop, digits = find(text, "^x(%x%x)", position)
    if stop then return char(tonumber(digits, 16)), stop + 1 end
    _, stop, digits = find(text, "^(%d%d?%d?)", position)
    if stop then
      if tonumber(digits) > 255 then fail(position - 1, "'\\" .. digits .. "' is no byte; at most 255 is expected") end
      return char(tonumber(digits)), stop + 1
    end
    _, stop, digits = find(text, "^u{(%x+)}", position)
    if stop then
      local code = #digits <= 8 and tonumber(digits, 16) or 1 << 31
      if code >= 1 << 31 then fail(position - 1, "no such character; at most \\u{7FFFFFFF} is expected") end
      return utf8.char(code), stop + 1
    end
    _, stop = find(text, "^z%s*", position)
    if stop then return "", stop + 1 end
    _, stop = find(text, "^\r\n", position)
    if not stop then _, stop = find(text, "^\n\r?", position) end
    if not stop then _, stop = find(text, "^\r", position) end
    if stop then return "\n", stop + 1 end
    if position > size then fail(from, "a text that does not end") end
    fail(position - 1, "'\\" .. shown(position, position) .. "' is no escape; '\\\\' is a backslash")
  end

  local function quoted(from, quote)
    local pieces, position = {}, from + 1
    while true do
      local a = find(text, "[\\\r\n" .. quote .. "]", position)
      if not a then fail(from, "a text that does not end; " .. quote .. " is expected") end
      pieces[#pieces + 1] = sub(text, position, a - 1)
      local c = sub(text, a, a)
      if c == quote then return table.concat(pieces), a + 1 end
      if c ~= "\\" then fail(from, "a text that does not end on its line; " .. quote .. " is expected") end
      pieces[#pieces + 1], position = escape(from, a + 1)
    end
  end

  local function number(from)
    local hex = find(text, "^0[xX]", from)
    local position = from
    while true do -- as Lua reads it: whatever could be part of a number is, and must make one
      local _, stop = find(text, hex and "^[pP][+-]" or "^[eE][+-]", position)
      if not stop then _, stop = find(text, "^[%w_.]", position) end
      if not stop then break end
      position = stop + 1
    end
    local value = tonumber((sub(text, from, position - 1)))
    if not value then fail(from, "'" .. shown(from, position - 1) .. "' is no number") end
    return value, position
  end

  local function token(kind, value, from, to)
    if #tokens == MAX_TOKENS then fail(from, ("more than %d words"):format(MAX_TOKENS), true) end
    local at_line, at_column = place(from)
    tokens[#tokens + 1] = { kind = kind, value = value, line = at_line, column = at_column, from = from, to = to - 1 }
    at = to
  end

  local function comment(from)
    local inside, stop = long_bracket(from + 2, "a comment")
    if not inside then
      local b = find(text, "[\r\n]", from) or size + 1
      inside, stop = sub(text, from + 2, b - 1), b
    end
    local at_line, at_column = place(from)
    comments[#comments + 1] = { text = inside, line = at_line, column = at_column, from = from,
      alone = not tokens[#tokens] or tokens[#tokens].to < starts[at_line] }
    at = stop
  end

  local function symbol()
    for length = 3, 1, -1 do
      local word = sub(text, at, at + length - 1)
      if symbols[length][word] then return token(word, nil, at, at + length) end
    end
    local c = byte(text, at)
    fail(at, (c < 32 or c == 127) and ("a control character, byte %d"):format(c)
      or c > 127 and "a character that is no part of Lua outside of texts and comments"
      or "'" .. char(c) .. "' is no part of Lua")
  end

  local function next_token()
    local c = sub(text, at, at)
    if find(c, "[%a_]") then
      local _, stop = find(text, "^[%w_]+", at)
      local word = sub(text, at, stop)
      if keywords[word] then return token(word, nil, at, stop + 1) end
      return token("name", word, at, stop + 1)
    elseif c == '"' or c == "'" then
      local value, stop = quoted(at, c)
      return token("string", value, at, stop)
    elseif find(text, "^%.?%d", at) then
      local value, stop = number(at)
      return token("number", value, at, stop)
    elseif find(text, "^%-%-", at) then
      return comment(at)
    elseif c == "[" then
      local inside, stop = long_bracket(at, "a text")
      if inside then return token("string", inside, at, stop) end
    end
    symbol()
  end

  local function all()
    if sub(text, 1, 3) == "\xEF\xBB\xBF" then fail(1, "a byte order mark; Lua takes none") end
    while true do
      local _, stop = find(text, "^[ \t\v\f\r\n]+", at)
      if stop then at = stop + 1 end
      if at > size then break end
      next_token()
    end
    token("eof", nil, size + 1, size + 2)
  end

  local ok, fault = pcall(all)
  if ok then return tokens, comments end
  if type(fault) ~= "table" then error(fault, 0) end
  return nil, fault
end

return { lex = lex, keywords = keywords }
