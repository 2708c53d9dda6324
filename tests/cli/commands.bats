# The commands that show: metrics, hlo, log, rules, as text, JSON and Lua.
load helper

# The same tree as JSON and as Lua: numbers, texts, order of lists; an absent value is null here and missing there.
same_tree() {
  "$LUA" - "$1" "$2" <<'END'
local cjson = require "cjson"
local function read(path) return assert(io.open(path)):read "a" end
local a, b = cjson.decode(read(arg[1])), assert(load(read(arg[2]), "lua", "t", {}))()
local count = 0
local function compare(x, y, path)
  if x == cjson.null then x = nil end
  if type(x) ~= type(y) then error(path .. ": " .. tostring(x) .. " against " .. tostring(y)) end
  if type(x) ~= "table" then
    count = count + 1
    if x ~= y then error(path .. ": " .. tostring(x) .. " against " .. tostring(y)) end
    return
  end
  for key, value in pairs(x) do compare(value, y[key], path .. "." .. key) end
  for key in pairs(y) do if x[key] == nil then error(path .. "." .. key .. ": only in Lua") end end
end
compare(a, b, "m")
print(count > 0 and "the same" or "nothing")
END
}

@test "metrics as JSON and as Lua are the same tree" {
  nkibench metrics --json > m.json
  nkibench metrics --lua > m.lua
  [ "$(same_tree m.json m.lua)" = "the same" ]
  nkibench hlo cache --json > h.json
  nkibench hlo cache --lua > h.lua
  [ "$(same_tree h.json h.lua)" = "the same" ]
  nkibench metrics hlo --json > mh.json
  cmp h.json mh.json
  nkibench log --json > l.json
  nkibench log --lua > l.lua
  [ "$(same_tree l.json l.lua)" = "the same" ]
}

@test "integers stay integers, to the last digit" {
  cat > big.hlo <<'END'
HloModule big
ENTRY e {
  a = f32[3037000499,1] parameter(0)
  b = f32[1,3037000499] parameter(1)
  ROOT c = f32[3037000499,3037000499] dot(a, b), lhs_contracting_dims={1}, rhs_contracting_dims={0}
}
END
  nkibench hlo big.hlo --json | grep -q '"macs": 9223372030926249001,'
  nkibench hlo big.hlo --lua | grep -q 'macs = 9223372030926249001,'
  nkibench metrics hlo.static.macs --hlo big.hlo --json | grep -qx 9223372030926249001
}

@test "metrics shows value, unit and source of each" {
  transcript <<'END'
$ nkibench metrics training.throughput_seq_per_s
training.throughput_seq_per_s  2.1 seq/s  train.log: mean of throughput
$ nkibench metrics training.throughput_seq_per_s --throughput 2.5
training.throughput_seq_per_s  2.5 seq/s  --throughput
$ nkibench metrics training.batch_size --batch-size 32
training.batch_size  32 seq  --batch-size
$ nkibench metrics training.num_nodes --json
1
$ nkibench metrics inference.accuracy
inference.accuracy  1<*>benchmark_inference.json: accuracy
$ nkibench metrics hlo.static.nki_ratio
hlo.static.nki_ratio  0.221344  1 module in cache
END
}

@test "an absent metric is said so, with the flag that would bring it" {
  transcript <<'END'
$ nkibench metrics reasoning
reasoning   absent  not given (--reasoning-results)
$ nkibench metrics inference --inference-results nowhere
inference   absent  nowhere: no such file (--inference-results)
$ nkibench metrics reasoning --json
null
$ nkibench metrics reasoning --lua
return nil
$ nkibench metrics training.parameters
training.parameters  absent  this FLOP model counts no parameters
END
}

@test "a metric that does not exist is refused with the one meant" {
  transcript <<'END'
$ nkibench metrics training.mfu_pct
! nkibench: no metric 'training.mfu_pct'; did you mean 'mfu_percent'? (nkibench metrics lists them)
! nkibench: see nkibench help metrics
? 2
$ nkibench metrics trainig
! nkibench: no metric 'trainig'; did you mean 'training'? (nkibench metrics lists them)
! nkibench: see nkibench help metrics
? 2
END
}

@test "a path that metrics prints is one it takes" {
  transcript <<'END'
$ nkibench metrics 'hlo.modules[1].file_name'
hlo.modules[1].file_name  model.hlo_module.pb
$ nkibench metrics 'hlo.modules[1].static.macs' --json
99483648
$ nkibench metrics config.data
config.data.global_batch_size<*>64
config.data.seq_length<*>4096
END
  local path
  for path in 'hlo.modules[2]' 'hlo.modules[0]' 'hlo.modules[-1]' 'hlo.modules[1' hlo.modules.1 hlo. hlo..files '' training.mfu_percent.x; do
    refused "metrics '$path'" "no metric '$path'<*> (nkibench metrics lists them)"
  done
}

@test "metrics without any input is a tree of reasons" {
  transcript <<'END'
$ nkibench metrics --no-settings --inference-results nowhere
training    absent<*>(--config)
hlo         absent<*>(--compile-dir)
log         absent<*>(--log-file)
inference   absent<*>nowhere: no such file (--inference-results)
reasoning   absent<*>not given (--reasoning-results)
prompts     absent<*>not given (--prompts)
config      absent<*>(--config)
model       absent<*>(--model-config)
files       <*>
runs        absent<*>not given (--matrix)
END
}

@test "only what a path names is measured" {
  echo 'no: [yaml' > train.yaml
  transcript <<'END'
$ nkibench metrics log.records
log.records  3<*>train.log
$ nkibench metrics hlo.files
hlo.files   1<*>cache
$ nkibench metrics training.mfu_percent
! nkibench: train.yaml:<*>
? 1
END
}

@test "hlo of one module, and of a folder" {
  transcript <<'END'
$ nkibench hlo cache/*/*/model.hlo_module.pb
cache/neuronxcc-2.20.9961.0+0acef03a/MODULE_4827163950172635480+e30acd3a/model.hlo_module.pb
  4 computations · 69 instructions · protobuf
…
  executed<*>121.5 M<*>36.25 %<*>
…
  static<*>99.48 M<*>22.13 %<*>
…
  gated_mlp<*>NKI kernel<*>44.04 M
…
END
  cp cache/*/*/model.hlo_module.pb cache/again.hlo
  nkibench hlo cache 2> talk > shown.txt
  grep -q '^2 HLO files, 0 not counted' shown.txt
  grep -q 'nkibench: warning: 1 HLO file repeats another and counts again (--dedupe leaves it out): cache/neuronxcc' talk
  nkibench hlo cache --json 2> talk > a.json
  is a.json files 2 static.macs 198967296
  nkibench hlo cache --dedupe --json 2> talk > d.json
  is d.json files 1 static.macs 99483648 'modules[2].counted' false
  grep -q 'note: 1 HLO file repeats another and is left out' talk
}

@test "text in a folder is listed and counts with --any-form only; named, it counts" {
  printf 'HloModule t\nENTRY e {\n  a = f32[2,3] parameter(0)\n  b = f32[3,5] parameter(1)\n  ROOT c = f32[2,5] dot(a, b), lhs_contracting_dims={1}, rhs_contracting_dims={0}\n}\n' > cache/t.hlo
  nkibench hlo cache --json > a.json
  is a.json files 2 static.macs 99483648 'modules[2].static.macs' 30 'modules[2].counted' false
  nkibench hlo cache --any-form --json > b.json
  is b.json static.macs 99483678
  nkibench hlo cache/t.hlo --json > c.json
  is c.json static.macs 30
}

@test "hlo takes many files and folders, each path once" {
  nkibench hlo cache cache/*/*/model.hlo_module.pb cache --json > a.json
  is a.json files 1
}

@test "log of a file that is named, and of the settings" {
  transcript <<'END'
$ nkibench log
train.log
…
  loss<*>2.8067<*>2.78<*>2.84<*>
…
$ nkibench log nowhere
! nkibench: no training log: nowhere does not exist (argument)
? 1
$ nkibench log cache
! nkibench: cache: is a directory; a file is expected (--log-file)
? 1
$ nkibench log < train.log - | grep -c throughput
2
END
}

@test "standard input is - for documents too" {
  nkibench --config - < train.yaml > /dev/null
  nkibench --log-file - < train.log > /dev/null
  nkibench --inference-results - < benchmark_inference.json > /dev/null
  is benchmark_results.json nki_kernel_score 14.6593020668969
}
