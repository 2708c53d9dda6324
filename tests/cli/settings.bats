# Settings: flag > NKIBENCH_X > the nearest nkibench.yaml upward > default.
load helper

# The lines of --dry-run's settings that name $1.
shown() { nkibench --dry-run "${@:2}" | grep -E -- "^  --$1 " | tr -s ' '; }

@test "a flag wins over the environment, that over nkibench.yaml, that over the default" {
  [ "$(shown hw-backend)" = " --hw-backend trn1 default" ]
  echo 'hw-backend: trn2' >> nkibench.yaml
  [ "$(shown hw-backend)" = " --hw-backend trn2 nkibench.yaml:5" ]
  export NKIBENCH_HW_BACKEND=p5
  [ "$(shown hw-backend)" = " --hw-backend p5 NKIBENCH_HW_BACKEND" ]
  [ "$(shown hw-backend --hw-backend trn1)" = " --hw-backend trn1 --hw-backend" ]
}

@test "so it is with a rule's parameters, as NKIBENCH_P_X and below params" {
  printf 'params:\n  base_mfu: 40\n  base-throughput: 1e2\n' >> nkibench.yaml
  [ "$(shown base-mfu)" = " --base-mfu 40.0 nkibench.yaml:6" ]
  [ "$(shown base-throughput)" = " --base-throughput 100.0 nkibench.yaml:7" ]
  export NKIBENCH_P_BASE_MFU=30
  [ "$(shown base-mfu)" = " --base-mfu 30.0 NKIBENCH_P_BASE_MFU" ]
  [ "$(shown base-mfu --base-mfu 20)" = " --base-mfu 20.0 --base-mfu" ]
}

@test "an accuracy names what gave it" {
  echo 'accuracy: 0.5' >> nkibench.yaml
  transcript <<'END'
$ nkibench metrics inference | grep accuracy | tr -s ' '
inference.accuracy 0.5 nkibench.yaml:5
inference.accuracy_source flag nkibench.yaml:5
$ NKIBENCH_ACCURACY=0.25 nkibench explain | grep -o 'inference.accuracy  *0.25 *NKI.*' | tr -s ' '
inference.accuracy 0.25 NKIBENCH_ACCURACY
$ nkibench metrics inference.accuracy --accuracy 1 | tr -s ' '
inference.accuracy 1 --accuracy
$ echo 'return { api = 1, needs = { "inference" }, check = function(m, _, c) c:require(nkb.audit.accuracy(m)) end, score = function() return 1 end }' > a.lua
$ nkibench ./a.lua -q | grep accuracy
  ✔ accuracy is 0.5, by nkibench.yaml:5
$ nkibench ./a.lua -q --accuracy 1 | grep accuracy
  ✔ accuracy is 1.0, by --accuracy
END
}

@test "a list of --hlo is replaced by a stronger one, not added to" {
  echo 'hlo: [one, two]' >> nkibench.yaml
  [ "$(shown hlo | cut -d' ' -f5 | xargs)" = "one two" ]
  export NKIBENCH_HLO=three
  [ "$(shown hlo | cut -d' ' -f5 | xargs)" = "three" ]
  [ "$(shown hlo --hlo four --hlo five | cut -d' ' -f5 | xargs)" = "four five" ]
  transcript <<'END'
$ nkibench hlo cache/*/*/model.hlo_module.pb | head -1 | cut -c 1-20
cache/neuronxcc-2.20
END
}

@test "an unknown variable is a warning, an empty one is not set" {
  transcript <<'END'
$ NKIBENCH_THROUGHPUTT=2 nkibench --dry-run > /dev/null
! nkibench: warning: NKIBENCH_THROUGHPUTT is no setting and is ignored
$ NKIBENCH_P_BASE=2 nkibench --dry-run > /dev/null
! nkibench: warning: NKIBENCH_P_BASE is no setting of this rule and is ignored
$ NKIBENCH_TRAINING_WEIGHT=2 nkibench --dry-run > /dev/null
! nkibench: warning: NKIBENCH_TRAINING_WEIGHT is ignored: a parameter of the rule is NKIBENCH_P_TRAINING_WEIGHT
$ NKIBENCH_VERSION=2 NKIBENCH_RULE_PATH=/nowhere nkibench --dry-run > /dev/null
! nkibench: warning: NKIBENCH_VERSION is no setting and is ignored
$ NKIBENCH_THROUGHPUT= NKIBENCH_P_BASE_MFU= nkibench --dry-run > /dev/null
$ NKIBENCH_THROUGHPUTT=2 NKIBENCH_QUIET=true nkibench --dry-run > /dev/null
$ NKIBENCH_THROUGHPUTT=2 nkibench --dry-run --quiet > /dev/null
END
}

@test "a bad variable is refused by its name" {
  transcript <<'END'
$ NKIBENCH_THROUGHPUT=fast nkibench
! nkibench: NKIBENCH_THROUGHPUT: 'throughput' is "fast"; a number above 0 is expected
! nkibench: see nkibench --help
? 2
$ NKIBENCH_P_BASE_MFU=high nkibench
! nkibench: NKIBENCH_P_BASE_MFU: 'base-mfu' is "high"; a number is expected
! nkibench: see nkibench --help
? 2
$ NKIBENCH_QUIET=maybe nkibench
! nkibench: NKIBENCH_QUIET is "maybe"; true or false is expected
! nkibench: see nkibench --help
? 2
END
}

@test "a switch is told yes and no as people write them, wherever it is set" {
  local word
  for word in true yes on 1; do
    NKIBENCH_QUIET=$word NKIBENCH_DEDUPE=$word nkibench --dry-run > out.txt
    grep -q "^  --dedupe  *true  *NKIBENCH_DEDUPE$" out.txt
  done
  for word in false no off 0; do
    NKIBENCH_QUIET=$word NKIBENCH_DEDUPE=$word nkibench --dry-run > out.txt
    grep -q "^  --dedupe  *false  *NKIBENCH_DEDUPE$" out.txt
  done
  printf 'dedupe: yes\n' >> nkibench.yaml
  nkibench --dry-run | grep -q "^  --dedupe  *true  *nkibench.yaml:"
  nkibench --dry-run --dedupe=off | grep -q "^  --dedupe  *false  *--dedupe$"
}

@test "the nearest nkibench.yaml upward is taken, its paths relative to it" {
  mkdir -p a/b
  cd a/b
  transcript <<'END'
$ nkibench --throughput 3 | tail -1
   Run inference benchmarks to get the full NKI-LLAMA score.
! nkibench: warning: no inference results: benchmark_inference.json does not exist (--inference-results); only training is scored
$ nkibench --dry-run | grep -- '--config' | tr -s ' '
 --config needed ../../nkibench.yaml:1 ../../train.yaml (<*>)
END
  cp ../../nkibench.yaml ..
  sed -i 's,: ,: ../,' ../nkibench.yaml
  transcript <<'END'
$ nkibench --dry-run | grep -- '--config' | tr -s ' '
 --config needed ../nkibench.yaml:1 ../../train.yaml (<*>)
END
}

@test "the search ends at HOME, by whatever name it is given" {
  local home
  mkdir -p home/work
  ln -s home alias
  for home in "$PWD/home" "$PWD/home/" "$PWD/alias" "$PWD/./home"; do
    (cd home/work && HOME=$home run nkibench && [ "$status" = 1 ] && [[ "$output" == *"no training config"* ]])
  done
  echo 'throughput: 9' > home/nkibench.yaml
  cd home/work
  HOME=$BATS_TEST_TMPDIR/run/home/ run nkibench --dry-run
  [[ "$output" == *"--throughput "*"../nkibench.yaml:1"* ]]
}

@test "--settings names another file, --no-settings none" {
  sed 's/^/# /' nkibench.yaml > none.yaml
  mkdir elsewhere && printf 'config: train.yaml\nthroughput: 7\n' > elsewhere/s.yaml
  [ "$(shown throughput --settings elsewhere/s.yaml)" = " --throughput 7 elsewhere/s.yaml:2" ]
  NKIBENCH_SETTINGS=elsewhere/s.yaml shown config | grep -q 'elsewhere/s.yaml:1 elsewhere/train.yaml'
  run nkibench --settings none.yaml --quiet
  [ "$status" = 1 ]
  run nkibench --no-settings --quiet
  [ "$status" = 1 ] && [[ "$output" == "nkibench: no training config: /home/ubuntu/"* ]]
  : > empty.yaml
  nkibench --settings empty.yaml --config train.yaml --model-config config.json --log-file train.log --compile-dir cache > /dev/null
}

@test "--settings that is not there or no file is refused" {
  refused '--settings nowhere.yaml' 'nowhere.yaml: no such file (--settings)'
  refused '--settings cache' 'cache: is a directory; a file is expected (--settings)'
}

# Settings $1 are refused with $2.
misset() {
  printf "$1" > s.yaml
  refused '--settings s.yaml' "$2"
}

@test "what a settings file may not set" {
  misset 'output: x\n' "s.yaml:1: 'output' cannot be set in a file; give --output"
  misset 'training-output: x\n' "s.yaml:1: 'training-output' cannot be set in a file; give --training-output"
  misset '\nunsafe: true\n' "s.yaml:2: 'unsafe' cannot be set in a file; give --unsafe"
  misset 'max-memory: 3\n' "s.yaml:1: 'max-memory' cannot be set in a file; give --max-memory"
  misset 'max-instructions: 3\n' "s.yaml:1: 'max-instructions' cannot be set in a file; give --max-instructions"
  misset 'max-seconds: 3\n' "s.yaml:1: 'max-seconds' cannot be set in a file; give --max-seconds"
  misset 'settings: x\n' "s.yaml:1: no setting 'settings'"
}

@test "what a settings file says wrongly" {
  misset 'throughputt: 3\n' "s.yaml:1: no setting 'throughputt'; did you mean 'throughput'?"
  misset 'hw_backend: trn2\n' "s.yaml:1: no setting 'hw_backend'; did you mean 'hw-backend'?"
  misset 'throughput: [1, 2]\n' "s.yaml:1:13: 'throughput' is a list; one value is expected"
  misset 'throughput:\n' "s.yaml:1:12: 'throughput' is null; one value is expected"
  misset 'throughput: -1\n' "s.yaml:1: 'throughput' is \"-1\"; a number above 0 is expected"
  misset 'throughput: .nan\n' "s.yaml:1:13: 'throughput' has no value: '.nan' is not a finite number"
  misset 'params: 3\n' "s.yaml:1:9: 'params' is an integer; a mapping of the rule's parameters is expected"
  misset 'params: {basemfu: 3}\n' "s.yaml:1: the rule has no parameter 'basemfu' (--help lists them)"
  misset 'base_mfu: 3\n' "s.yaml:1: 'base_mfu' is a parameter of the rule; it belongs below 'params:'"
  misset 'params: {base_mfu: 0}\n' "s.yaml:1: 'base-mfu' is 0; a number above 0 is expected"
  misset '[3]\n' 's.yaml: a list at the top; a mapping of settings is expected'
  misset 'a: [\n' 's.yaml:2:1: a value is missing here'
  misset 'throughput: 2\nthroughput: 3\n' "s.yaml:2:1: key 'throughput' stands here again, first in 1:1; a key is given once"
}

@test "switches of a settings file may be worded as YAML words them" {
  printf 'verbose: yes\ndetailed: on\nper-file-scores: true\ndedupe: off\n' > s.yaml
  [ "$(shown verbose --settings s.yaml)" = " --verbose true s.yaml:1" ]
  [ "$(shown detailed --settings s.yaml)" = " --detailed true s.yaml:2" ]
  [ "$(shown dedupe --settings s.yaml)" = " --dedupe false s.yaml:4" ]
}

@test "a variable of another command's flag changes nothing" {
  transcript <<'END'
$ nkibench log train.log > plain.txt
$ NKIBENCH_CSV=true NKIBENCH_SCAN=1 NKIBENCH_DIR=x NKIBENCH_JUNIT=x NKIBENCH_DRY_RUN=often nkibench log train.log > log.txt; diff plain.txt log.txt
$ nkibench hlo cache > plain.txt
$ NKIBENCH_EXAMPLE=x NKIBENCH_TAP=1 NKIBENCH_DRY_RUN=true nkibench hlo cache > hlo.txt; diff plain.txt hlo.txt
$ NKIBENCH_RULE=none.lua nkibench hlo cache -q > hlo.txt; diff plain.txt hlo.txt
END
}

@test "parameters in a settings file do not stand in the way of a command without a rule" {
  printf 'params: {base_mfu: 40}\n' >> nkibench.yaml
  NKIBENCH_P_BASE_MFU=3 nkibench log > /dev/null
}
