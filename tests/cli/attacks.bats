# Every way out of its limits that a rule has tried, by name: each ends with exit code 5, nothing on standard output
# and one line that speaks of the rule. How much memory they take is measured in tests/unit/test_sandbox_memory.c.
load helper

tried=0

# A name, the body of the rule's score, and what the line must be (a bash pattern).
attack() {
  local name=$1 body=$2 line=$3 code=0 said
  printf 'return { api = 1, name = "x",\n score = function(m, p, t)\n do %s end\n return 1 end }\n' "$body" > r.lua
  said=$(timeout 100 nkibench ./r.lua --no-settings --quiet --max-seconds 2 --output /dev/null 2>&1 > stdout) || code=$?
  # shellcheck disable=SC2053
  if [ "$code" != 5 ] || [[ "$said" != $line ]] || [[ "$said" == *$'\n'* ]] || [ -s stdout ]; then
    printf '%s: exit %s: %s\n' "$name" "$code" "$said"
    return 1
  fi
  tried=$((tried + 1))
}

at='nkibench: ./r.lua:3: '
memory="${at}needs more than 64 MiB of memory (--max-memory)"
limit='nkibench: *r.lua:*: stopped after *' # instructions or seconds, whichever came first on this machine
steps="${at}this pattern takes more than 50 M steps *"

@test "attacks by way of JSON" {
  attack 'depth' 'nkb.json.decode(("["):rep(1 << 19))' \
    "${at}nkb.json.decode: Found too many nested data structures *"
  attack 'depth of what is encoded' 'local a = {} local b = a for i = 1, 1e6 do b[1] = {} b = b[1] end nkb.json.encode(a)' \
    "nkibench: *r.lua:*"
  attack 'a list in itself' 'local a = {} a[1] = a nkb.json.encode(a)' \
    "nkibench: *nested too deep, or holds itself"
  attack 'size' 'local s = ("x"):rep(1 << 20) while true do nkb.json.encode(s) end' \
    "$limit"
  [ "$tried" = 4 ]
}

@test "attacks by way of texts" {
  attack 'format width' 'return #string.format("%99999d", 1)' \
    "$at*"
  attack 'format precision' 'return #string.format("%.9999f", 1)' \
    "$at*"
  attack 'rep' 'return #("x"):rep(1 << 40)' \
    "$at*"
  attack 'concat' 'local t = {} for i = 1, 1e6 do t[i] = ("x"):rep(1000) end return #table.concat(t)' \
    "$memory"
  attack 'concat of a range' 'return #table.concat({}, ",", 1, 1 << 60)' \
    "$at*"
  attack 'gsub' 'local s = ("x"):rep(1 << 20) return #s:gsub("x", ("y"):rep(1 << 10))' \
    "$memory"
  attack 'gsub again and again' 'local s = ("x"):rep(1 << 20) while true do s:gsub("x", "%0%0") end' \
    "$limit"
  attack 'doubling' 'local s = "x" for i = 1, 60 do s = s .. s end' \
    "$memory"
  attack 'comparing' 'local a, b = ("\0"):rep(1 << 23), ("\0"):rep(1 << 23) .. "x" while true do local _ = a < b end' \
    "$limit"
  attack 'a number out of spaces' 'local s = (" "):rep(1 << 24) .. "1" while true do local _ = s + 1 end' \
    "$limit"
  attack 'tonumber' 'local s = ("1"):rep(1 << 20) while true do tonumber(s) end' \
    "$limit"
  attack 'reverse, upper' 'local s = ("x"):rep(1 << 20) while true do s:reverse() s:upper() end' \
    "$limit"
  attack 'padding' 'return #nkb.fmt.pad("x", 1 << 30)' \
    "${at}nkb.fmt.pad: *"
  attack 'digits' 'return nkb.fmt.fixed(1, 1 << 30)' \
    "nkibench: *digits from 0 to 99 are expected"
  [ "$tried" = 14 ]
}

@test "attacks by way of utf8 and pack" {
  attack 'utf8.len' 'local s = ("x"):rep(1 << 20) while true do utf8.len(s) end' \
    "$limit"
  attack 'utf8.char' 'return #utf8.char(table.unpack({ 1 }, 1, 1 << 24))' \
    "$at*"
  attack 'pack a width' 'return #string.pack("c" .. (1 << 40), "x")' \
    "$memory"
  attack 'pack the widest' 'return #string.pack("c2147483647", "x")' \
    "$memory"
  attack 'unpack' 'while true do string.unpack("z", ("x"):rep(1 << 20) .. "\0") end' \
    "$limit"
  attack 'unpack a range' 'return table.unpack({}, 1, 1 << 60)' \
    "$at*"
  [ "$tried" = 6 ]
}

@test "attacks by way of patterns" {
  attack 'optional' 'return (("a"):rep(30)):find(("a?"):rep(30) .. ("a"):rep(30) .. "b")' \
    "$steps"
  attack 'stars' 'return (("a"):rep(1 << 16)):find(("a*"):rep(20) .. "b")' \
    "$steps"
  attack 'balanced' 'return (("("):rep(1 << 20)):gsub("%b()", "")' \
    "$steps"
  attack 'shortest' 'return (("a"):rep(1 << 16)):find((".-"):rep(9) .. "b")' \
    "$steps"
  attack 'gmatch' 'while true do for _ in (("a"):rep(1 << 20)):gmatch("()") do end end' \
    "$limit"
  [ "$tried" = 5 ]
}

@test "attacks by way of loops and recursion" {
  attack 'goto' '::a:: goto a' \
    "$limit"
  attack 'goto around pcall' '::a:: pcall(error) goto a' \
    "$limit"
  attack 'recursion' 'local function f() return 1 + f() end f()' \
    "$memory"
  attack 'tail calls' 'local function f() return f() end f()' \
    "$limit"
  attack 'growing arguments' 'local function f(...) return f(1, ...) end f()' \
    "nkibench: *"
  attack 'xpcall whose handler errs' 'while true do xpcall(error, function(e) error(e) end) end' \
    "$limit"
  [ "$tried" = 6 ]
}

@test "attacks by way of errors" {
  attack 'a table' 'error({})' \
    "${at}an error that is a table; a text is expected"
  attack 'nothing' 'error(nil)' \
    "${at}an error that is a nil; a text is expected"
  attack '16 MB' 'error(("x"):rep(1 << 24))' \
    "${at}xxx*"
  attack 'lines and colours of its own' 'error("a\nnkibench: done\27[31m")' \
    "${at}a?nkibench: done?[31m"
  attack 'something to be closed' 'local x <close> = 3' \
    "${at}variable 'x' got a non-closable value"
  [ "$tried" = 5 ]
}

@test "attacks by way of metatables and globals" {
  attack 'of m' 'getmetatable(m).__index = nil' \
    "$at*getmetatable*"
  attack 'of texts' 'getmetatable("").__index = nil' \
    "$at*getmetatable*"
  attack 'setmetatable' 'setmetatable({}, {})' \
    "$at*setmetatable*"
  attack 'rawset' 'rawset(m, "x", 1)' \
    "$at*rawset*"
  attack 'm' 'm.x = 1' \
    "${at}the metrics cannot be changed"
  attack 'p' 'p.x = 1' \
    "${at}the parameters cannot be changed"
  attack 't' 't.x = 1' \
    "${at}t.x cannot be set*"
  attack 'nkb' 'nkb.fmt.si = nil' \
    "${at}nkb.fmt.si cannot be set*"
  attack 'coroutines' 'coroutine.wrap(function() while true do end end)()' \
    "$at*coroutine*"
  attack 'io' 'io.open("/etc/passwd")' \
    "$at*io*"
  attack 'os' 'os.exit(0)' \
    "$at*os*"
  attack 'debug' 'debug.sethook()' \
    "$at*debug*"
  [ "$tried" = 12 ]
}

@test "attacks by way of load" {
  attack 'bytecode' 'load("\27Lua", "x", "b")()' \
    "$at*"
  attack 'a loop' 'load("while true do end")()' \
    "$limit"
  attack 'deep source' 'load(("("):rep(1 << 18) .. "1")()' \
    "$at*"
  attack 'again and again' 'while true do load("return 1") end' \
    "$limit"
  [ "$tried" = 4 ]
}

@test "attacks by way of tables" {
  attack 'move' 'table.move({}, 1, 1 << 60, 2)' \
    "${at}table.move of more than *"
  attack 'sort without an order' 'local a = {} for i = 1, 1e6 do a[i] = i end while true do table.sort(a, function() return true end) end' \
    "nkibench: *r.lua:*"
  attack 'insert in front' 'local a = {} while true do table.insert(a, 1, 1) end' \
    "$limit"
  attack 'remove in front' 'local a = {} for i = 1, 1e6 do a[i] = i end while true do table.remove(a, 1) end' \
    "$limit"
  attack 'select' 'while true do select("#", table.unpack({}, 1, 200000)) end' \
    "$limit"
  attack 'pairs' 'local a = {} for i = 1, 1e5 do a["k" .. i] = i end while true do for _ in pairs(a) do end end' \
    "$limit"
  attack 'next' 'local a = {} for i = 1, 3e5 do a["k" .. i] = i end while true do next(a) end' \
    "nkibench: *r.lua:*"
  attack 'one hash for all' 'local a = {} for i = 1, 1e8 do a[i * 1048576] = 1 end' \
    "$memory"
  [ "$tried" = 8 ]
}

@test "attacks by way of require" {
  attack 'upward' 'require "../../etc/passwd"' \
    "${at}require '../../etc/passwd': *"
  attack 'from the root' 'require "/etc/passwd"' \
    "${at}require '/etc/passwd': *"
  [ "$tried" = 2 ]
}

@test "a layout cannot return more than it may" {
  rule 'score = function() return 1 end, console = function() return ("x"):rep(1 << 30) end'
  transcript <<'END'
$ nkibench ./r.lua --quiet
! nkibench: ./r.lua:3: <*>
? 5
END
}

@test "a rule that is no file of a sensible size is refused at once" {
  mkfifo pipe.lua
  mkdir folder.lua
  head -c 20000000 /dev/zero | tr '\0' ' ' > huge.lua
  ln -s /dev/zero zero.lua
  transcript <<'END'
$ timeout 20 nkibench ./pipe.lua
! nkibench: ./pipe.lua: is a pipe that gives nothing; a rule's file is expected
? 5
$ timeout 3 nkibench ./pipe.lua --max-seconds 0.2
! nkibench: ./pipe.lua: is a pipe that gives nothing; a rule's file is expected
? 5
$ nkibench pipe.lua
! nkibench: no rule 'pipe.lua': it is no regular file; by its path, with a '/' in it, it is taken
? 5
$ nkibench ./folder.lua
! nkibench: no rule './folder.lua': it is a directory; a rule's file is expected
? 5
$ nkibench folder.lua
! nkibench: no rule 'folder.lua': it is a directory; a rule's file is expected
? 5
$ nkibench ./huge.lua
! nkibench: ./huge.lua: larger than 1048576 bytes, the limit for such a file
? 5
$ nkibench ./zero.lua
! nkibench: ./zero.lua: larger than 1048576 bytes, the limit for such a file
? 5
END
}

@test "a rule may come out of a pipe that gives one" {
  rule 'score = function() return 42 end'
  mkfifo pipe.lua
  (sleep 1 && cat r.lua > pipe.lua) &
  timeout 60 nkibench ./pipe.lua --quiet | grep -q 'SCORE  42'
  timeout 60 nkibench <(cat r.lua) --quiet | grep -q 'SCORE  42'
}
