# --dry-run: what would be read and written, and from where it is known; nothing is done.
load helper

@test "--dry-run shows the rule, inputs, settings and outputs, and writes nothing" {
  transcript <<'END'
$ nkibench --dry-run --throughput 2.5
rule
  name    nki-llama 1.0.0
  from    builtin:score.lua
  sha256  <*>

inputs
  --config             needed    nkibench.yaml:1  train.yaml (<*> B)
  --model-config       needed    nkibench.yaml:2  config.json (411 B)
  --log-file           needed    nkibench.yaml:3  train.log (<*>)
  --compile-dir<*>needed<*>nkibench.yaml:4  cache (folder)
  --inference-results  optional  default          benchmark_inference.json (<*> B)
  --reasoning-results  optional  -                not given

settings
  --throughput            2.5                       --throughput
  --batch-size            not set                   default
  --seq-len               not set                   default
  --num-nodes             not set                   default
  --hw-backend            trn1                      default
…
  --base-mfu              50.0                      default
…
would write
  benchmark_results.json
  benchmark_finetuning.json
$ ls
benchmark_inference.json
cache
config.json
nkibench.yaml
train.log
train.yaml
END
}

@test "--dry-run ends with 1 when an input that is needed is missing, having shown all" {
  transcript <<'END'
$ nkibench --dry-run --model-config nowhere | grep -A 1 -e --model-config
  --model-config       needed    --model-config   nowhere (MISSING)
  --log-file           needed    nkibench.yaml:3  train.log (<*>)
! nkibench: no model config: nowhere does not exist (--model-config)
$ nkibench --dry-run --hlo cache --hlo nowhere --hlo nohow > /dev/null
! nkibench: no HLO file: nowhere does not exist (--hlo)
? 1
$ nkibench --dry-run --no-settings --config train.yaml --model-config config.json --hlo cache --throughput 2 | grep log-file
  --log-file           optional  default         <*>nki-llama_20250610_014432.log (not there)
$ nkibench --dry-run --inference-results nowhere | grep inference-results
  --inference-results  optional  --inference-results  nowhere (not there)
$ nkibench --dry-run --reasoning-results nowhere > /dev/null
! nkibench: no reasoning results: nowhere does not exist (--reasoning-results)
? 1
END
}

@test "--dry-run asks accept and checks flags" {
  refused '--dry-run --training-weight 0.9' 'weights: training 0.9 + inference 0.6 = 1.5; they must sum to 1'
  refused '--dry-run --output train.yaml' 'train.yaml: --output would overwrite the input of --config'
  refused '--dry-run --throughput 0' '--throughput is "0"; a number above 0 is expected'
}

@test "--dry-run parses no input and opens no output" {
  echo 'no: [yaml' > train.yaml
  echo '{' > config.json
  nkibench --dry-run --output nowhere/r.json > shown.txt
  grep -q '^  nowhere/r.json$' shown.txt
}

@test "--dry-run lists what the rule needs and no more" {
  rule 'score = function() return 1 end'
  transcript <<'END'
$ nkibench ./r.lua --dry-run --output - | sed -n '/^inputs/,/^settings/p; /^would/,$p'
inputs
  --compile-dir<*>needed<*>nkibench.yaml:4  cache (folder)

settings
would write
  standard output
END
}

@test "--dry-run to a full device is an error" {
  transcript <<'END'
$ nkibench --dry-run > /dev/full
! nkibench: standard output: No space left on device
? 1
END
}
