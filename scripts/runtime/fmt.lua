-- Numbers as text: nkb.fmt. Data formats print as Python prints (py, repr, fixed); screens get few digits
-- (sig, si, count, bytes, seconds). Every function takes numbers or nodes of the derivation.
local host = ...
local raise, repr, node_of = host.raise, host.repr, host.node_of
local type, math_type, format, rep, utf8_len = type, math.type, string.format, string.rep, utf8.len

local MAX_WIDTH, MAX_PRECISION = 1000, 99

local fmt = {}

local function number_of(x, name)
  if type(x) == "number" then return x end
  local node = node_of(x)
  if node then return node.value end
  raise("nkb.fmt." .. name .. " takes a number, not " .. (x == nil and "nil" or "a " .. type(x)))
end

local function special(x)
  if x ~= x then return "nan" end
  if x == math.huge then return "inf" end
  if x == -math.huge then return "-inf" end
end

local function check_digits(digits, default, least, name)
  if digits == nil then return default end
  digits = math.tointeger(digits)
  if not digits or digits < least or digits > MAX_PRECISION then
    raise(("nkb.fmt.%s: digits from %d to %d are expected"):format(name, least, MAX_PRECISION))
  end
  return digits
end

-- Python's repr: 2.1, 1.0, 1e-05, 12; reads back exactly.
function fmt.repr(x) return repr(number_of(x, "repr")) end

-- f"{x:.<digits>f}"
function fmt.fixed(x, digits)
  x = number_of(x, "fixed")
  digits = check_digits(digits, 4, 0, "fixed")
  return special(x) or format("%." .. digits .. "f", x)
end

-- "1234567.5" -> "1,234,567.5"
local function group(text, separator)
  local sign, whole, rest = text:match "^([-+ ]?)(%d+)(.*)$"
  if not whole then return text end
  local first = (#whole - 1) % 3 + 1
  return sign .. whole:sub(1, first) .. whole:sub(first + 1):gsub("%d%d%d", separator .. "%0") .. rest
end

-- f"{x:,}", or with digits f"{x:,.<digits>f}"
function fmt.thousands(x, digits)
  x = number_of(x, "thousands")
  return group(digits and fmt.fixed(x, digits) or repr(x), ",")
end

-- f"{x:.<digits>%}": 0.1846 -> "18%"
function fmt.percent(x, digits)
  x = number_of(x, "percent") * 100.0
  digits = check_digits(digits, 0, 0, "percent")
  return (special(x) or format("%." .. digits .. "f", x)) .. "%"
end

-- f"{x:.<digits>g}"
function fmt.general(x, digits)
  x = number_of(x, "general")
  digits = check_digits(digits, 6, 0, "general")
  return special(x) or format("%." .. digits .. "g", x)
end

-- Characters, not bytes; bytes when it is not UTF-8.
function fmt.width(text) return utf8_len(text) or #text end

-- Text that stays one line, whatever a file is called: control characters become question marks.
function fmt.line(text) return (text:gsub("[\0-\31\127]", "?")) end

-- Fill with spaces (or `fill`) to `width` characters: side "left" (the default: text stands left), "right",
-- "center".
function fmt.pad(text, width, side, fill)
  if type(text) ~= "string" then text = host.tostring(text) end
  if math_type(width) ~= "integer" or width < -MAX_WIDTH or width > MAX_WIDTH then
    raise("nkb.fmt.pad: a width up to " .. MAX_WIDTH .. " is expected")
  end
  local missing = width - fmt.width(text)
  if missing <= 0 then return text end
  fill = fill or " "
  if side == "right" then return rep(fill, missing) .. text end
  if side == "center" then return rep(fill, missing // 2) .. text .. rep(fill, missing - missing // 2) end
  return text .. rep(fill, missing)
end

local sides = { ["<"] = "left", [">"] = "right", ["^"] = "center" }

local function py_number(spec, x, precision, kind, comma)
  local text
  if kind == "d" or (kind == "" and math_type(x) == "integer") then
    if math_type(x) ~= "integer" or precision then raise("nkb.fmt.py: '" .. spec .. "' is for whole numbers") end
    text = format("%d", x)
  elseif kind == "" then
    if precision then raise("nkb.fmt.py: '" .. spec .. "' needs a type: f, e, g or %") end
    text = repr(x)
  else
    local value = kind == "%" and x * 100.0 or x
    local conversion = kind == "%" and "f" or kind
    text = special(value)
    if text and kind:find "%u" then text = text:upper() end
    text = (text or format("%." .. (precision or 6) .. conversion, value)) .. (kind == "%" and "%" or "")
  end
  return comma ~= "" and group(text, comma) or text
end

-- Python's format(x, spec) for numbers and texts: [[fill]align][sign][0][width][,][.precision][type] with the
-- types d f F e E g G % s. What it does not know it refuses.
function fmt.py(spec, x)
  if type(spec) ~= "string" then raise("nkb.fmt.py takes a format such as '.4f', not a " .. type(spec)) end
  if type(x) ~= "string" then x = number_of(x, "py") end
  local fill, align, rest = spec:match("^(" .. utf8.charpattern .. ")([<>=^])(.*)$")
  if not fill then
    align, rest = spec:match "^([<>=^])(.*)$"
    fill, rest = " ", rest or spec
  end
  local sign, zero, width, comma, precision, kind =
    rest:match "^([-+ ]?)(0?)(%d*)([,_]?)%.?(%d*)([dfFeEgGs%%]?)$"
  local wide, digits = math.tointeger(tonumber(width)) or 0, math.tointeger(tonumber(precision))
  if not sign or rest:find "%.[^%d]" or rest:find "%.$" or #width > 4 or #precision > 2 or wide > MAX_WIDTH
    or (zero ~= "" and comma ~= "") then
    raise("nkb.fmt.py: '" .. spec .. "' is no format it knows")
  end
  if type(x) == "string" then
    if (kind ~= "" and kind ~= "s") or sign .. zero .. comma ~= "" or align == "=" then
      raise("nkb.fmt.py: '" .. spec .. "' is for numbers")
    end
    if digits and fmt.width(x) > digits then x = x:sub(1, (utf8.offset(x, digits + 1) or digits + 1) - 1) end
    return fmt.pad(x, wide, sides[align or "<"], fill)
  end
  if kind == "s" then raise("nkb.fmt.py: '" .. spec .. "' is for texts") end
  local text = py_number(spec, x, digits, kind, comma)
  if sign ~= "" and sign ~= "-" and text:sub(1, 1) ~= "-" then text = sign .. text end
  if zero ~= "" and not align then fill, align = "0", "=" end
  if align == "=" then
    local front, body = text:match "^([-+ ]?)(.*)$"
    return front .. fmt.pad(body, wide - #front, "right", fill)
  end
  return fmt.pad(text, wide, sides[align or ">"], fill)
end

-- A plain decimal of `digits` significant digits (5), trailing zeros kept: 15.459, 0.0077401; beyond 1e15 and
-- below 1e-5 with an exponent.
function fmt.sig(x, digits)
  x = number_of(x, "sig")
  digits = check_digits(digits, 5, 1, "sig")
  local text = special(x)
  if text then return text end
  if x == 0 then return "0" end
  text = format("%." .. (digits - 1) .. "e", x)
  local exponent = math.tointeger(tonumber(text:match "e([-+]%d+)$"))
  if exponent < -5 or exponent >= 15 then return text end
  return format("%." .. math.max(0, digits - 1 - exponent) .. "f", x)
end

local function trim_zeros(text)
  if not text:find("%.") then return text end
  return (text:gsub("0+$", ""):gsub("%.$", ""))
end

local up, down = { [0] = "", "k", "M", "G", "T", "P", "E", "Z" }, { "m", "µ", "n", "p" }

-- 12345678 -> "12.35 M"; with a unit "12.35 MMAC". Four significant digits, trailing zeros dropped.
function fmt.si(x, unit, digits)
  x = number_of(x, "si")
  digits = check_digits(digits, 4, 1, "si")
  unit = unit or ""
  local text, step, scale = special(x), 0, x
  if not text then
    while math.abs(scale) >= 1000 and step < 7 do step, scale = step + 1, x / 1000.0 ^ (step + 1) end
    while x ~= 0 and math.abs(scale) < 1 and step > -4 do step, scale = step - 1, x * 1000.0 ^ (1 - step) end
    text = trim_zeros(fmt.sig(scale, digits))
    if math.abs(tonumber(text)) >= 1000 and step < 7 then -- rounding went up to the next prefix
      step = step + 1
      text = trim_zeros(fmt.sig(scale / 1000, digits))
    end
  end
  local tail = (step >= 0 and up[step] or down[-step]) .. unit
  return tail == "" and text or text .. " " .. tail
end

-- 1814 -> "1 814"
function fmt.count(x) return group(repr(number_of(x, "count")), " ") end

local binary = { [0] = "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" }

-- 100719 -> "98.36 KiB"
function fmt.bytes(x)
  x = number_of(x, "bytes")
  local step, scale = 0, x
  while math.abs(scale) >= 1024 and step < 6 do step, scale = step + 1, scale / 1024 end
  return (step == 0 and repr(x) or trim_zeros(fmt.sig(scale, 4))) .. " " .. binary[step]
end

-- 0.0009 -> "0.9 ms", 75 -> "1 min 15 s", 7260 -> "2 h 1 min"
function fmt.seconds(x)
  x = number_of(x, "seconds")
  local text = special(x)
  if text then return text .. " s" end
  if math.abs(x) < 60 then return fmt.si(x, "s", 3) end
  local whole = math.tointeger(math.floor(math.abs(x) + 0.5))
  if not whole then return fmt.sig(x, 4) .. " s" end
  local sign = x < 0 and "-" or ""
  if whole < 3600 then return ("%s%d min %d s"):format(sign, whole // 60, whole % 60) end
  return ("%s%d h %d min"):format(sign, whole // 3600, whole % 3600 // 60)
end

return fmt
