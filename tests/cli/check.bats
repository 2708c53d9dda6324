# nkibench check: what is wrong with a rule, with its place, and what would be right.
load helper

# The lines of a rule between "return { api = 1, name, version, needs" and the rest, and what check says of it, but for
# the missing test. The rule's own lines begin at 2.
checked() {
  printf 'return { api = 1, name = "r", version = "1.0.0", needs = { "training", "hlo", "inference", "prompts" },\n%s\n}\n' "$1" > r.lua
  nkibench check ./r.lua 2> /dev/null | grep -v 'r_test.lua is expected\|unread-need' | sed '$d'
}

# A body of score, and what check says of it.
scored() { checked "score = function(m, p, t) $1 end,"; }

says() {
  [ "$1" = "$2" ] && return 0
  diff <(echo "$2") <(echo "$1") | sed -e 's/^</expected:/' -e 's/^>/  actual:/'
  return 1
}

@test "our parser takes and refuses what Lua does" {
  "$LUA" "$ROOT/tests/cli/parse.lua" "$ROOT/scripts" 8 "$ROOT"/rules/*.lua "$ROOT"/rules/*/*.lua "$ROOT"/scripts/*.lua "$ROOT"/scripts/*/*.lua
}

@test "the bundled rules and the examples are clean, and the rules that are found by name" {
  cd "$ROOT"
  nkibench check --strict rules examples/own_rule examples/readme_sample examples/embed
  cd "$BATS_TEST_TMPDIR"
  [ "$(nkibench check --strict builtin:score.lua builtin:mfu)" = "2 rules: nothing to say" ]
}

@test "a text that is no Lua has its place, line and column" {
  printf 'return {\n  api = 1,\n  score = function() retrun 1 end,\n}\n' > a.lua
  printf 'local é = 1\n' > b.lua
  printf 'return { api = 1,\n' > c.lua
  printf 'x = "a\n"' > d.lua
  printf 'return { "é", 0x }\n' > e.lua
  printf 'goto nowhere\nreturn { api = 1, score = function() return 1 end }' > f.lua
  printf '\xef\xbb\xbfreturn 1\n' > g.lua
  printf 'return "\\q"\n' > h.lua
  transcript <<'END'
$ nkibench check ./a.lua
./a.lua:3:29: error: '1' stands where a statement or '=' is expected [syntax]
1 rule: 1 error
! nkibench: not well written: 1 error
? 5
$ nkibench check ./b.lua ./c.lua ./d.lua ./e.lua ./g.lua ./h.lua
./b.lua:1:7: error: a character that is no part of Lua outside of texts and comments [syntax]
./c.lua:2:1: error: the end stands where an expression is expected [syntax]
./d.lua:1:5: error: a text that does not end on its line; " is expected [syntax]
./e.lua:1:15: error: '0x' is no number [syntax]
./g.lua:1:1: error: a byte order mark; Lua takes none [syntax]
./h.lua:1:9: error: '\q' is no escape; '\\' is a backslash [syntax]
6 rules: 6 errors
! nkibench: not well written: 6 errors
? 5
$ nkibench check ./f.lua 2>/dev/null | grep nowhere
./f.lua:<*>:1: error: no visible label 'nowhere' for <*> at line 1 [load]
END
}

@test "a shape that is wrong has its place, and every wrong key is named at once" {
  printf 'return {\n  api = 2,\n  score = function() return 1 end }' > a.lua
  printf 'return { api = 1,\n  nmae = "x", scoer = 1,\n  params = { a = { 1.0, "x", unti = "s", mni = 1 } },\n  score = function(_, p) return p.a end }' > b.lua
  printf 'return 7\n' > c.lua
  printf 'return { api = 1, needs = { "trainnig" }, score = function() return 1 end }\n' > d.lua
  printf 'return { api = 1,\n  params = { a = { "x", kind = "nubmer" } }, score = function(_, p) return p.a end }\n' > e.lua
  transcript <<'END'
$ nkibench check ./a.lua ./b.lua ./c.lua ./d.lua ./e.lua 2>/dev/null | grep error
./a.lua:2:3: error: 'api' is 2; this nkibench knows api 1 [load]
./b.lua:2:3: error: 'nmae' is not part of a rule; did you mean 'name'? [unknown-key]
./b.lua:2:15: error: 'scoer' is not part of a rule; did you mean 'score'? [unknown-key]
./b.lua:3:30: error: 'unti' is not part of a parameter ('a'); did you mean 'unit'? [unknown-key]
./b.lua:3:42: error: 'mni' is not part of a parameter ('a'); did you mean 'min'? [unknown-key]
./c.lua:1:1: error: the file returns a number; a rule is a table, return { api = 1, score = function(m, p, t) … end } [load]
./d.lua:1:29: error: 'trainnig' is not something a rule can need; did you mean 'training'? [load]
./e.lua:2:14: error: parameter 'a': kind is nubmer; one of number, integer, boolean, string, date is expected [load]
5 rules: 8 errors, 5 warnings
END
}

@test "a metric that does not exist is named with what is meant, wherever it is asked for" {
  says "$(scored 'return m.training.mfu_pct + m.trainng + m.hlo.modules.path')" \
"./r.lua:2:45: error: no metric 'training.mfu_pct'; did you mean 'mfu_percent'? [unknown-metric]
./r.lua:2:57: error: no metric 'trainng'; did you mean 'training'? [unknown-metric]
./r.lua:2:81: error: no metric 'hlo.modules.path'; 'hlo.modules' is a list, its first item is 'hlo.modules[1]' [unknown-metric]"
  says "$(scored 'return t:metric "hlo.statc.macs" * t:metric("inference.e2e_model.latency_ms_p999")')" \
"./r.lua:2:43: error: no metric 'hlo.statc.macs'; did you mean 'static'? [unknown-metric]
./r.lua:2:71: warning: no metric 'inference.e2e_model.latency_ms_p999' that every input has; did you mean 'latency_ms_p99'? [unknown-metric]"
  says "$(scored 'return t:metric "training.hw_backend" + (m:has "trainig.x" and 1 or 0)')" \
"./r.lua:2:43: error: metric 'training.hw_backend' is a string; t:metric takes numbers [not-a-number]
./r.lua:2:74: error: no metric 'trainig.x'; did you mean 'training'? [unknown-metric]"
}

@test "metrics are followed through locals, functions, loops, choices and r" {
  says "$(checked '  params = { count = { "static", "which", choices = { "static", "executed" } } },
  score = function(m, p, t)
    local function ratio(hlo) return hlo.static.nki_rat end
    local hlo, sum = m.hlo, t:metric("hlo." .. p.count .. ".conv_macs")
    for _, module in ipairs(hlo.modules) do sum = sum + module[p.count].mcas end
    for i = 1, #m.prompts do sum = sum + m.prompts[i].base_latency end
    return sum + ratio(hlo)
  end,
  score_file = function(_, _, module) return module.stat.nki_ratio end,
  console = function(r) return nkb.fmt.fixed(r.m.hlo.fils) .. r.p.cuont end,')" \
"./r.lua:4:49: error: no metric 'hlo.static.nki_rat'; did you mean 'nki_ratio'? [unknown-metric]
./r.lua:5:45: warning: no metric 'hlo.static.conv_macs'; nkibench metrics lists them [unknown-metric]
./r.lua:6:73: error: no metric 'hlo.modules[].executed.mcas'; did you mean 'macs'? [unknown-metric]
./r.lua:6:73: error: no metric 'hlo.modules[].static.mcas'; did you mean 'macs'? [unknown-metric]
./r.lua:7:55: warning: no metric 'prompts[].base_latency' that every input has; did you mean 'base_latency_ms'? [unknown-metric]
./r.lua:10:53: error: no metric 'hlo.modules[].stat'; did you mean 'stale'? [unknown-metric]
./r.lua:11:54: error: no metric 'hlo.fils'; did you mean 'files'? [unknown-metric]
./r.lua:11:67: error: no parameter 'cuont'; did you mean 'count'? [unknown-param]"
}

@test "needs and what is looked at are compared both ways" {
  printf 'return { api = 1, version = "1", needs = { "training", "log?" },\n  score = function(m, _, t) return t:metric "hlo.files" + (m.inference and 1 or 0) + m.training.mfu_percent end }' > r.lua
  transcript <<'END'
$ nkibench check ./r.lua 2>/dev/null | grep -v r_test
./r.lua:1:56: warning: 'log' is in needs and nothing looks at m.log: it is measured for nothing [unread-need]
./r.lua:2:45: error: 'hlo' is not in needs, so m.hlo is always absent; needs = { …, "hlo" } is expected [not-needed]
./r.lua:2:62: warning: 'inference' is not in needs, so m.inference is always absent; needs = { …, "inference" } is expected [not-needed]
1 rule: 1 error, 3 warnings
$ echo 'return { api = 1, version = "1", needs = { "traning" }, score = function() return 1 end }' > r.lua
$ nkibench check ./r.lua 2>/dev/null | grep -v r_test
./r.lua:1:44: error: 'traning' is not something a rule can need; did you mean 'training'? [load]
1 rule: 1 error, 1 warning
END
}

@test "parameters: unknown ones, unread ones, and those that gates, choices and modules read" {
  says "$(checked '  params = {
    spare = { 1.0, "x" }, by_gate = { 1.0, "x" }, by_node = { 1.0, "x" },
    by_layout = { 1.0, "x" }, by_choice = { "static", "x", choices = { "static" } },
  },
  gates = { "score >= by_gate" },
  score = function(m, p, t)
    return t:param "by_node" * m.hlo[p.by_choice].nki_ratio * m.training.mfu_percent * p.sapre
      * t:metric "inference.accuracy" * #m.prompts
  end,
  console = function(r) return tostring(r.p.by_layout) end,')" \
"./r.lua:3:5: warning: the parameter 'spare' is never read; p.spare or t:param \"spare\" is expected, or no parameter [unread-param]
./r.lua:8:90: error: no parameter 'sapre'; did you mean 'spare'? [unknown-param]"
}

@test "a parameter that a module reads is read, whether the module was seen or is required while scoring" {
  mkdir lib
  printf 'return function(p) return p.a end\n' > lib/x.lua
  touch a_test.lua b_test.lua c_test.lua
  printf 'local x = require "lib.x"\nreturn { api = 1, version = "1", params = { a = { 1.0, "" }, b = { 1.0, "" } }, score = function(_, p) return x(p) end }' > a.lua
  printf 'return { api = 1, version = "1", params = { a = { 1.0, "" } }, score = function(_, p) return (require "lib.x")(p) end }' > b.lua
  printf 'local x = require "lib.x"\nreturn { api = 1, version = "1", params = { b = { 1.0, "" } }, score = function(_, p) return x { a = p.b } end }' > c.lua
  transcript <<'END'
$ nkibench check ./a.lua ./b.lua ./c.lua
./a.lua:2:62: warning: the parameter 'b' is never read; p.b or t:param "b" is expected, or no parameter [unread-param]
3 rules: 1 warning
END
}

@test "gates are looked at word by word" {
  says "$(checked '  gates = { "scoer > 1", "hlo.static.nki_rato > 0.1", "log.epochs > 1" },
  score = function(m) return m.training.mfu_percent * m.inference.accuracy * #m.prompts end,' | grep -v '\[load\]')" \
"./r.lua:2:13: error: 'scoer' is neither score nor a parameter nor a metric; did you mean 'score'? [unknown-name]
./r.lua:2:26: error: no metric 'hlo.static.nki_rato'; did you mean 'nki_ratio'? [unknown-metric]
./r.lua:2:55: error: 'log' is not in needs, so m.log is always absent; needs = { …, \"log\" } is expected [not-needed]"
}

@test "every gate that does not parse is named, and each once" {
  says "$(checked '  params = { lim = { 1.0, "" } }, gates = { "score >> 10", "score is above lim", "score > 1 : eror", "score > lim" },
  score = function() return 1 end,' | grep -v "in needs")" \
"./r.lua:2:45: error: gate 'score >> 10' is not understood; \"score >= 10\" or \"hlo.static.nki_ratio > 0.10 : warning\" is expected [load]
./r.lua:2:60: error: gate 'score is above lim' is not understood; \"score >= 10\" or \"hlo.static.nki_ratio > 0.10 : warning\" is expected [load]
./r.lua:2:82: error: gate 'score > 1 : eror': ': warning' or ': error' may follow, not 'eror' [load]"
}

@test "a module that does not exist is named, in a function and in a module too" {
  mkdir -p lib sub/lib
  printf 'return function() return require "lib.deeper" end\n' > lib/there.lua
  printf 'return 1\n' > sub/lib/beside.lua
  printf '%s\n' 'local there = require "lib.there"' 'return { api = 1, version = "1", score = function(m, p, t)' \
    '  local name, require_it = "lib.computed", require' \
    '  local all = { require "lib.nowhere", require("lib.there"), require "lib.runs", require "../up", require "lib..x" }' \
    '  return there() + #all + require(name) + require_it "lib.unseen"' 'end }' > a.lua
  printf 'return { api = 1, version = "1", score = function() return require "lib.beside" end }\n' > sub/b.lua
  printf 'return { api = 1, version = "1", score = function() return require "lib.beside" end }\n' > b.lua
  printf 'local one, other = require "lib.one", require "lib.other"\nreturn { api = 1, version = "1", score = function() return one + other end }\n' > c.lua
  touch a_test.lua b_test.lua c_test.lua sub/b_test.lua
  transcript <<'END'
$ nkibench check ./a.lua ./sub/b.lua ./b.lua ./c.lua
./a.lua:4:25: error: require 'lib.nowhere': no such file beside a.lua or on the rule search path [load]
./a.lua:4:90: error: require '../up': a module's name is words with dots between, such as layout.plain [load]
./a.lua:4:107: error: require 'lib..x': a module's name is words with dots between, such as layout.plain [load]
./b.lua:1:68: error: require 'lib.beside': no such file beside b.lua or on the rule search path [load]
./c.lua:1:28: error: require 'lib.one': no such file beside c.lua or on the rule search path [load]
./c.lua:1:47: error: require 'lib.other': no such file beside c.lua or on the rule search path [load]
lib/there.lua:1:34: error: require 'lib.deeper': no such file beside a.lua or on the rule search path [load]
4 rules: 7 errors
! nkibench: not well written: 7 errors
? 5
END
}

@test "members that do not exist: of t, c, r, nodes, nkb, Lua's library, and globals" {
  says "$(checked '  check = function(m, _, c) c:requre(m.hlo and m.inference and m.prompts, "x") end,
  score = function(m, _, t)
    local n = t:summ("x", { m.training.mfu_percent })
    local x = nkb.fmt.fxied(1) .. ("%d"):fromat(1) .. n.vlaue .. math.random() .. os.time() .. nkb.stat.mean {}
    print(x, tpye(x), math.pow(2, 2))
    return n
  end,
  console = function(r) return r.scroe end,')" \
"./r.lua:2:31: error: c has no 'requre'; did you mean 'require'? [unknown-name]
./r.lua:4:17: error: t has no 'summ'; did you mean 'sum'? [unknown-name]
./r.lua:5:23: error: nkb.fmt has no 'fxied'; did you mean 'fixed'? [unknown-name]
./r.lua:5:42: error: string has no 'fromat'; did you mean 'format'? [unknown-name]
./r.lua:5:57: error: a node has no 'vlaue'; did you mean 'value'? [unknown-name]
./r.lua:5:71: error: math has no 'random'; the same inputs give the same score [unknown-name]
./r.lua:5:83: error: there is no 'os' in a rule; a date parameter and nkb.days know days [unknown-name]
./r.lua:5:100: error: nkb has no 'stat'; did you mean 'stats'? [unknown-name]
./r.lua:6:5: error: there is no 'print' in a rule; c:note(text) in check, or console, says something [unknown-name]
./r.lua:6:14: error: there is no 'tpye' in a rule; did you mean 'type'? [unknown-name]
./r.lua:6:28: warning: math.pow is of Lua 5.3, not everywhere: x ^ y [old-lua]
./r.lua:9:34: error: r has no 'scroe'; did you mean 'score'? [unknown-name]"
}

@test "calls: a dot for a colon, arguments too few and too many, what cannot be set" {
  says "$(checked '  check = function(m, _, c) c.note "x" c:require(m.hlo and m.inference and m.prompts) m.hlo = 1 end,
  score = function(m, p, t) p.x = 1 nkb.x = 2 return t:ratio("x", 1) + t.sum("x", {}) + t:param("a", "b") + m.training.mfu_percent end,')" \
"./r.lua:2:31: error: write c:note(…), with a colon [colon]
./r.lua:2:42: error: c:require has no text; c:require(ok: any, text: string, text_when_ok?: string) is expected [arguments]
./r.lua:2:89: error: this cannot be set; what a rule is given is read-only [read-only]
./r.lua:3:31: error: this cannot be set; what a rule is given is read-only [read-only]
./r.lua:3:41: error: this cannot be set; what a rule is given is read-only [read-only]
./r.lua:3:56: error: t:ratio has no b; t:ratio(name: string, a: Operand, b: Operand) is expected [arguments]
./r.lua:3:74: error: write t:sum(…), with a colon [colon]
./r.lua:3:91: error: t:param takes 1 argument, not 2; t:param(name: string) is expected [arguments]
./r.lua:3:97: error: no parameter 'a'; the rule has none [unknown-param]"
}

@test "numbers: equality of rounded ones and of nodes, division by what may be 0, lists with holes, globals" {
  says "$(scored 'local x, n = m.training.mfu_percent, t:metric "hlo.files"
if x / 3 == 0.1 or x == 0 or n == 2 or nkb.stats.mean(m.prompts) ~= x then count = 1 end
local list = { 1, nil, 3 }
list[2] = nil
list[#list] = nil
if m.hlo.executed.macs == 0 then return #list end
return x / m.hlo.static.macs + 1 / m.hlo.executed.macs + t:ratio("x", n, t:metric "hlo.static.nki_ratio") % m.inference.accuracy')" \
"./r.lua:3:10: warning: == compares numbers that are rounded; nkb.near(a, b) is expected [float-equality]
./r.lua:3:32: error: a node == a number is always false; write node.value == … [node-equality]
./r.lua:3:66: warning: ~= compares numbers that are rounded; nkb.near(a, b) is expected [float-equality]
./r.lua:3:76: warning: 'count' is written as a global, which stays from one call to the next; local count is expected [global-write]
./r.lua:4:19: warning: item 2 of the list is nil, and # of such a list is not fixed; nkb.null, or no nil, is expected [hole]
./r.lua:5:6: warning: an item of 'list' becomes nil, and # of a list with a hole is not fixed; table.remove closes it [hole]
./r.lua:8:25: warning: 'hlo.static.macs' may be 0 of an honest input; compare it with 0 before dividing by it [zero-division]
./r.lua:8:76: warning: 'hlo.static.nki_ratio' may be 0 of an honest input; compare it with 0 before dividing by it [zero-division]
./r.lua:8:121: warning: 'inference.accuracy' may be 0 of an honest input; compare it with 0 before dividing by it [zero-division]"
}

@test "a module is looked at once, under its own name" {
  mkdir layout
  printf 'local layout = {}\nfunction layout.console(r) return nkb.fmt.fixd(r.scoer) end\nreturn layout\n' > layout/l.lua
  for name in a b; do
    printf 'local layout = require "layout.l"\nreturn { api = 1, version = "1", score = function() return 1 end, console = layout.console }\n' > $name.lua
  done
  transcript <<'END'
$ nkibench check ./a.lua ./b.lua 2>/dev/null | grep -v _test
layout/l.lua:2:43: error: nkb.fmt has no 'fixd'; did you mean 'fixed'? [unknown-name]
layout/l.lua:2:50: error: r has no 'scoer'; did you mean 'score'? [unknown-name]
2 rules: 2 errors, 2 warnings
END
}

@test "a comment silences a code on its line or the next, and says when it silences nothing" {
  cat > r.lua <<'END'
return { -- nkibench: ignore no-version
  api = 1, needs = { "hlo" },
  score = function(m)
    -- nkibench: ignore zero-division, float-equality
    return m.hlo.static.nki_macs / m.hlo.static.macs == 0.5 and 1 or 0 -- nkibench: ignore colon, nonsense
  end,
}
END
  transcript <<'END'
$ nkibench check ./r.lua
./r.lua:1:1: warning: nothing tests the rule; r_test.lua is expected [no-test]
./r.lua:5:72: warning: nothing here is 'colon'; the comment can go [unused-ignore]
./r.lua:5:72: warning: there is no code 'nonsense' [unused-ignore]
1 rule: 3 warnings
$ nkibench check ./r.lua --strict 2>/dev/null | tail -1
1 rule: 3 warnings
$ nkibench check ./r.lua --strict > /dev/null
! nkibench: not well written: 3 warnings
? 5
END
}

@test "findings as JSON, annotations and SARIF" {
  printf 'return { api = 1, version = "1",\n  score = function(_, _, t) return t.x("50%%, a:b") end }' > 'a,b.lua'
  touch 'a,b_test.lua'
  transcript <<'END'
$ nkibench check './a,b.lua' --format github
::error file=a%2Cb.lua,line=2,col=38,title=nkibench unknown-name::t has no 'x'; known are <*>
! nkibench: not well written: 1 error
? 5
$ nkibench check ./a,b.lua --format json 2>/dev/null
{
  "format": "nkibench.check/1",
  "engine": "<*>",
  "rules": 1,
  "errors": 1,
  "warnings": 0,
  "findings": [
    {
      "path": "./a,b.lua",
      "line": 2,
      "column": 38,
      "severity": "error",
      "code": "unknown-name",
      "text": "t has no 'x'; known are <*>"
    }
  ]
}
? 5
$ nkibench check --format xml
! nkibench: --format is 'xml'; one of text json github sarif is expected
! nkibench: see nkibench help check
? 2
END
  nkibench check ./a,b.lua --format sarif > out.sarif 2> /dev/null || true
  "$LUA" - out.sarif <<'END'
-- What the schema of SARIF 2.1.0 requires, and that indexes lead where they say.
local s = require "cjson".decode(assert(io.open(arg[1])):read "a")
assert(s.version == "2.1.0" and #s.runs == 1)
local run = s.runs[1]
assert(run.tool.driver.name == "nkibench" and #run.results == 1)
local r = run.results[1]
assert(r.level == "error" and type(r.message.text) == "string")
assert(run.tool.driver.rules[r.ruleIndex + 1].id == r.ruleId)
local place = r.locations[1].physicalLocation
assert(place.artifactLocation.uri == "a%2Cb.lua" and place.region.startLine == 2 and place.region.startColumn == 38)
for _, rule in ipairs(run.tool.driver.rules) do assert(rule.id and rule.shortDescription.text) end
END
}

@test "what is no rule's file: a pipe, a folder, a binary, ten megabytes, nothing" {
  mkfifo pipe.lua
  mkdir empty
  printf '\033Lua\0\1\2' > binary.lua
  head -c 10485760 /dev/zero > big.lua
  : > none.lua
  head -c 1000000 /dev/zero | tr '\0' '(' > deep.lua
  { printf 'return { api = 1, score = function() return 1'; yes +1 | head -3000 | tr -d '\n'; echo ' end }'; } > long.lua
  transcript <<'END'
$ nkibench check ./pipe.lua ./binary.lua ./big.lua ./none.lua ./deep.lua ./long.lua 2>/dev/null | grep -v _test
./pipe.lua:1:1: error: is a pipe; a rule's file is expected [load]
./binary.lua:1:1: error: a control character, byte 27 [syntax]
./big.lua:1:1: error: larger than 1048576 bytes, the limit for such a file [load]
./none.lua:1:1: error: the file returns nothing; a rule is a table, <*> [load]
./deep.lua:1:1: error: <*> [load]
./deep.lua:1:300001: warning: more than 300000 words; check looks no further [too-long]
./long.lua:1:<*>: warning: an expression of more than 2000 parts; check looks no further [too-long]
6 rules: 5 errors, 3 warnings
$ nkibench check empty
! nkibench: empty: no rule in this folder; *.lua is expected
? 5
$ nkibench check nope
! nkibench: no rule 'nope'; did you mean 'none.lua'? (looked in <*>)
? 5
END
}

@test "what is well written is not complained of" {
  mkdir layout
  printf 'return { weigh = function(m, p) return m.hlo.files * p.by_module end }\n' > layout/w.lua
  cat > r.lua <<'END'
local weights = require "layout.w"
local function ratio(macs) return macs.nki_ratio end
local function each(list, f)
  for _, x in ipairs(list) do f(x) end
end
local function score(m, p, t)
  local counts = p.count == "static" and m.hlo.static or m.hlo.executed
  local sum, x = t:value("zero", 0), m.training.mfu_percent / 3
  local m = m -- luacheck: ignore
  each(m.prompts, function(prompt) sum = sum + prompt.base_latency_ms * prompt.whatever end)
  for name, task in pairs(m.reasoning.tasks) do
    if task.acc and task.acc.none.value > 0.5 and name ~= "x" then sum = sum + 1 end
  end
  if x ~= x or x == math.huge or x == nil or counts.dot_macs == 0 then return x end
  if m.hlo.static.macs == 0 then return 0.0 end
  sum = sum + m.hlo.static.nki_macs / m.hlo.static.macs + ratio(m.hlo.static) + ratio(m.hlo.executed) + weights.weigh(m, p)
  sum = sum + m.config.trainer.num_nodes + m.model.hidden_size + (m:has("log", "loss", "mean") and 1 or 0)
  local path = "inference." .. p.part .. ".latency_ms_avg"
  return t:sum("s", { sum, t:metric(path), t:param "a", { "b", nkb.number(p.b) } }), nil, m.training.hw_backend:upper()
end
return {
  api = 1,
  version = "1.0.0",
  needs = { "training", "hlo", "prompts", "reasoning", "config", "model", "log?", "inference" },
  params = {
    count = { "static", "which", choices = { "static", "executed" } },
    part = { "e2e_model", "which", choices = { "e2e_model", "token_generation_model" } },
    a = { 1.0, "a" }, b = { 1.0, "b" }, by_module = { 1.0, "c" }, limit = { 1, "d" },
  },
  gates = { "score >= limit", "hlo.static.nki_ratio > 0.1 : warning", "prompts[1].index >= 0" },
  score = score,
  score_file = function(_, p, module) return (module[p.count] or {}).nki_ratio end,
  console = function(r)
    local out = { ("%s %.3f"):format(r.rule.name, r.score), r.run.started_at }
    for i, part in ipairs(r.tree.children or {}) do out[#out + 1] = i .. nkb.fmt.pad(part.name or "-", 10, "right") end
    table.sort(out, function(a, b) return a < b end)
    out[#out] = nil
    return table.concat(out, "\n", 1, #out)
  end,
  json = function(r) return nkb.object { { "score", r.score } }:set("p", nkb.keys(r.p)), 2 end,
}
END
  touch r_test.lua
  says "$(nkibench check ./r.lua --strict)" "1 rule: nothing to say"
}

@test "check of nothing says which rule it took" {
  mkdir empty && cd empty
  says "$(nkibench check)" "builtin:score.lua: nothing to say"
}

@test "a gate that is wrong is said once" {
  local gate
  for gate in 'hol.static.nki_ratio > 1' 'log.duration_s > 1' 'hlo.static.nki_ratio >> 1' 'scor > 1' 'hlo > 1'; do
    says "$(checked "  score = function(m) return m.hlo.static.macs + m.inference.accuracy * #m.prompts end, gates = { '$gate' }," | grep -c error)" 1
  done
}
