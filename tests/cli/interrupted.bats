# A run that is ended from outside leaves the old results or the new, whole, and removes what it made on the way.
load helper

keep_results() {
  mkdir -p whole
  cp benchmark_results.json "whole/benchmark_results.json.$1"
  cp benchmark_finetuning.json "whole/benchmark_finetuning.json.$1"
}

# Each result is one of those kept, to the last byte.
whole_results() {
  local file
  for file in benchmark_results.json benchmark_finetuning.json; do
    cmp -s $file whole/$file.old || cmp -s $file whole/$file.new || { echo "$file is neither the old nor the new"; return 1; }
  done
}

@test "killed at any moment, results are the old ones or the new ones, whole" {
  local i ms started seen_old=0 seen_new=0
  many_files slow 300
  slow=(nkibench --quiet --jobs 1 --compile-dir slow)
  started=$(date +%s%N)
  "${slow[@]}" > /dev/null
  ms=$((($(date +%s%N) - started) / 1000000))
  keep_results new
  nkibench > /dev/null && keep_results old
  for i in $(seq 0 15); do
    for file in benchmark_results.json benchmark_finetuning.json; do cat whole/$file.old > $file; done
    "${slow[@]}" > /dev/null 2>&1 &
    sleep "$(printf '%d.%03d' $((ms * i / 12 / 1000)) $((ms * i / 12 % 1000)))"
    kill -KILL $! 2> /dev/null || true
    wait $! 2> /dev/null || true
    whole_results
    if cmp -s benchmark_results.json whole/benchmark_results.json.old; then seen_old=1; else seen_new=1; fi
  done
  [ $seen_old$seen_new = 11 ] || echo "# only runs of one kind: old $seen_old, new $seen_new" >&3
}

# Signal $1 ends a run with 128 + its number, and its temporaries with it. A pipe nobody writes to keeps the run
# at work for as long as it takes.
ended_by() {
  local code=0
  [ -p pipe ] || mkfifo pipe
  env --default-signal="$1" nkibench --quiet --log-file pipe > /dev/null 2>&1 &
  for _ in $(seq 1 500); do
    [ "$(temporaries | wc -l)" -lt 2 ] || break
    sleep 0.01
  done
  [ "$(temporaries | wc -l)" = 2 ]
  kill -"$1" $!
  wait $! || code=$?
  [ "$code" = "$2" ] || { echo "SIG$1 gives $code, not $2"; return 1; }
  [ -z "$(temporaries)" ]
  cmp benchmark_results.json whole/benchmark_results.json.old
}

@test "a signal removes the temporaries and ends the run with 128 + its number" {
  nkibench > /dev/null && keep_results old
  ended_by TERM 143
  ended_by INT 130
  ended_by HUP 129
  ended_by QUIT 131
}

@test "a signal that the parent has ignored stays ignored" {
  nkibench > /dev/null && keep_results old
  mkfifo pipe
  nohup nkibench --quiet --log-file pipe > out.txt 2>&1 &
  for _ in $(seq 1 500); do
    [ "$(temporaries | wc -l)" -lt 2 ] || break
    sleep 0.01
  done
  kill -HUP $!
  cat train.log > pipe
  wait $!
  grep -q 'SCORE: 14.6593' out.txt
}

@test "a signal during the analysis by several threads is no different" {
  local i code
  many_files slow 300
  nkibench > /dev/null && keep_results old
  for i in 1 2 3 4; do
    code=0
    nkibench --quiet --jobs 8 --compile-dir slow > /dev/null 2>&1 &
    for _ in $(seq 1 500); do
      [ -z "$(temporaries)" ] || break
      sleep 0.005
    done
    kill -TERM $! 2> /dev/null || true
    wait $! || code=$?
    [ $code = 143 ] || [ $code = 0 ]
    [ -z "$(temporaries)" ]
  done
}

@test "a reader that closes early ends the program as a pipe does" {
  local code=0
  mkfifo pipe
  (until [ -e closed ]; do sleep 0.01; done && exec nkibench metrics --json) > pipe &
  exec 5< pipe
  exec 5<&-
  : > closed
  wait $! || code=$?
  [ $code = 141 ]
}
