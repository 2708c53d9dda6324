# What is made of the table of the rule API, and what shows rules: help api, rules show, rules doc.
load helper

@test "rules/README.md has the whole API, as the program has it" {
  sed -n '/^<!-- made by nkibench help api markdown -->$/,/^<!-- end -->$/p' "$ROOT/rules/README.md" | sed '1d;$d' > page
  nkibench help api markdown > made
  diff page made || {
    echo "write it anew: lua5.4 tests/cli/api_page.lua rules/README.md"
    return 1
  }
}

@test "every metric of the examples is in the table, with its unit and its type" {
  local example
  nkibench help api json > api.json
  for example in first_score modules reasoning; do
    (cd "$ROOT/examples/$example" && nkibench metrics $([ -e nkibench.yaml ] || echo --compile-dir neuron_cache)) > m.txt 2> /dev/null
    "$LUA" - api.json m.txt <<'END'
local api = require "cjson".decode(assert(io.open(arg[1])):read "a")
local known, open, any = {}, {}, {}
for _, metric in ipairs(api.metrics) do
  known[metric.path] = metric
  if metric.type == "open" then open[#open + 1] = metric.path end
  if metric.path:find("*", 1, true) then any[#any + 1] = "^" .. metric.path:gsub("[%[%]]", "%%%0"):gsub("%.", "%%."):gsub("%*", ".-") .. "$" end
end
local count = 0
for line in io.lines(arg[2]) do
  local path, value = line:match "^(%S+)%s+(.*)$"
  path, value = path:gsub("%[%d+%]", "[]"), value:match "^(.-)%s%s" or value
  local found = known[path]
  for _, front in ipairs(open) do found = found or path:sub(1, #front + 1) == front .. "." or path:sub(1, #front + 2) == front .. "[]" end
  for _, pattern in ipairs(any) do found = found or path:find(pattern) end
  if not found then error("no " .. path .. " in src/host/api_metrics.c") end
  count = count + 1
  if type(found) == "table" and (found.type == "number" or found.type == "integer") and value:find "^%-?%d" then
    local unit = value:match "^%S+ (.*)$"
    if unit ~= found.unit then error(path .. " is " .. value .. ", not in " .. tostring(found.unit)) end
    if found.type == "integer" and value:find "^%-?%d+%.%d" then error(path .. " is no whole number: " .. value) end
  elseif type(found) == "table" and (value == "true" or value == "false") ~= (found.type == "boolean") and value ~= "absent" then
    error(path .. " is " .. value .. ", no " .. found.type)
  end
end
assert(count > 30)
END
  done
}

@test "help api is one page, help COMMAND is the command's, and forms are for tools" {
  nkibench help api > page
  grep -q '^  t:ratio(name, a, b) ' page
  grep -q '^  nkb.fmt.si(x \[, unit \[, digits\]\])$' page
  grep -q '^  hlo.executed.nki_ratio ' page
  nkibench help check > a
  nkibench check --help > b
  diff a b
  nkibench help > a
  nkibench --help > b
  diff a b
  nkibench help api luals > api.lua
  "$LUA" -e 'assert(loadfile "api.lua")'
  grep -q '^function t:ratio(name, a, b) end' api.lua
  nkibench help api luacheck > std
  "$LUA" -e 'stds = {} files = {} assert(loadfile "std")() assert(stds.nkibench.read_globals.nkb.fields.fmt.fields.si and not stds.nkibench.read_globals.io)'
  refused "help nonsense" "help takes a command, or api; nkibench help lists them"
  refused "help api xml" "api has no form 'xml'; text, json, markdown, luals or luacheck is expected"
}

@test "rules show prints the source, rules doc a page with formula, parameters, inputs and gates" {
  nkibench rules show mfu > source
  diff source "$ROOT/rules/mfu.lua"
  cp "$ROOT/examples/own_rule/balanced.lua" .
  transcript <<'END'
$ nkibench rules doc ./balanced.lua
# balanced 1.0.0

Latency and tokens/s against targets.

## Formula

```text
score = geomean(latency, tokens)
latency = target_latency ÷ inference.e2e_model.latency_ms_avg
tokens = inference.e2e_model.throughput ÷ target_tokens
```

| metric | unit | |
|---|---|---|
| `inference.e2e_model.latency_ms_avg` | ms | mean latency |
| `inference.e2e_model.throughput` | tokens/s | tokens per second |

## Gates

- `hlo.executed.nki_ratio >= min_nki`

## Parameters

| flag | default | range | |
|---|---|---|---|
| `--min-nki` | 0.1 | 0 to 1 | least share of executed MACs in NKI kernels |
| `--target-latency` | 5000.0 ms | above 0 | end-to-end latency to reach |
| `--target-tokens` | 200.0 tokens/s | above 0 | tokens per second to reach |

## Inputs

| | | |
|---|---|---|
| `hlo` | needed | MACs, kernels, cost: --compile-dir, --hlo |
| `inference` | needed | latency and tokens/s: --inference-results |

`nkibench rules show ./balanced.lua` prints the source.
$ nkibench rules doc score.lua | sed -n '/With/,/^mfu/p'
With every input there is; without `inference` or `reasoning` it, and its weights, may be others.

```text
score = 0.3 × training + 0.4 × inference + 0.3 × reasoning
training = mfu_improvement × throughput_improvement × loss_improvement × convergence_rate × nki_bonus
mfu_improvement = training.mfu_percent ÷ base_mfu
$ nkibench rules show nope
! nkibench: no rule 'nope'; <*>
? 5
$ nkibench rules doc nope
! nkibench: no rule 'nope'; <*>
? 5
$ echo 'return 1' > bad.lua; nkibench rules doc ./bad.lua
! nkibench: bad.lua: the file returns a number; <*>
? 5
END
  refused "rules list" "rules takes nothing, or show NAME, or doc NAME"
  refused "rules show" "rules takes nothing, or show NAME, or doc NAME"
}

@test "a page about a rule: weights, parts of a bare number, and the source where there is no formula" {
  printf 'return { api = 1, params = { w = { 0.5, "" } }, needs = { "hlo" }, score = function(m, p, t)\n  local x = t:value("x", (t:metric "hlo.files" + 1) * (2 - t:param "w"))\n  return t:weighted("s", { { t:param "w", x }, { 0.5, t:max("y", { x, -x, 3 }) } }) end }' > w.lua
  printf 'return { api = 1, needs = { "hlo" }, score = function(m) return m.hlo.files / 2, { { "a", m.hlo.files } } end }' > parts.lua
  printf 'return {\n  api = 1,\n  needs = { "runs" },\n  score = function(m)\n    return m.runs[7].x\n  end,\n}' > s.lua
  transcript <<'END'
$ nkibench rules doc ./w.lua | sed -n '/text/,/^```$/p'
```text
s = w × x + 0.5 × y
x = (hlo.files + 1) × (2 − w)
y = max(x, −x, 3)
```
$ nkibench rules doc ./parts.lua | sed -n '/text/,/^```$/p'
```text
score: the rule's own arithmetic; its parts are a
```
$ nkibench rules doc ./s.lua | sed -n '/^As/,/^```$/p'
As the rule has it; it takes an input of its own to show more.

```lua
score = function(m)
  return m.runs[7].x
end,
```
END
}
