# What the command-line tests share. Each test runs in a copy of tests/data/cli/run, with nothing of the user's
# environment. A transcript is what a person would see:
#     $ nkibench --throughput 0          a command, run by bash
#     standard output, line by line
#     ! a line of standard error
#     ? 2                                the exit code, when it is not 0
# A line that is … alone stands for any number of lines, <*> within a line for any characters.

bats_require_minimum_version 1.5.0

setup() {
  ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  NKIBENCH=${NKIBENCH:-$ROOT/build/nkibench}
  PATH=$(dirname "$NKIBENCH"):$PATH
  LUA=${LUA:-lua5.4}
  local name
  for name in $(compgen -e NKIBENCH_); do unset "$name"; done
  unset NO_COLOR LC_ALL LANG XDG_DATA_HOME
  export PATH LUA HOME=$BATS_TEST_TMPDIR SOURCE_DATE_EPOCH=1772700000 TZ=UTC TERM=xterm
  cp -r "$ROOT/tests/data/cli/run" "$BATS_TEST_TMPDIR/run"
  cd "$BATS_TEST_TMPDIR/run" || return 1
}

# Is text $1 what $2 says, where <*> is any characters and a line that is … alone any lines? Without a process: this
# is asked thousands of times.
matches() {
  local rest=$1 pieces piece first=1
  pieces=$'\n'$2
  pieces=${pieces//$'\n…\n'/$'\n\x01'}
  pieces=${pieces#$'\n'}
  pieces=${pieces//'<*>'/$'\x01'}
  while [[ "$pieces" == *$'\x01'* ]]; do
    piece=${pieces%%$'\x01'*} pieces=${pieces#*$'\x01'}
    if [ $first = 1 ]; then
      [[ "$rest" == "$piece"* ]] || return 1
      rest=${rest#"$piece"} first=0
    else
      [[ "$rest" == *"$piece"* ]] || return 1
      rest=${rest#*"$piece"}
    fi
  done
  if [ $first = 1 ]; then [ "$rest" = "$pieces" ]; else [[ "$rest" == *"$pieces" ]]; fi
}

# One stream against what was expected of it; shows the difference.
same_stream() {
  matches "$3" "$2" && return 0
  echo "$1 of: $command"
  diff <(printf '%s' "$2") <(printf '%s' "$3") | sed -e 's/^</expected:/' -e 's/^>/  actual:/'
  return 1
}

# The text of file $2 as variable $1, ended by a line break whatever it ended in.
read_text() {
  local text=''
  IFS= read -r -d '' text < "$2" || true
  [ -z "$text" ] || [[ "$text" == *$'\n' ]] || text+=$'\n'
  printf -v "$1" %s "$text"
}

run_one() {
  [ -n "$command" ] || return 0
  local code=0 out err
  bash -c "$command" > "$BATS_TEST_TMPDIR/out" 2> "$BATS_TEST_TMPDIR/err" < /dev/null || code=$?
  read_text out "$BATS_TEST_TMPDIR/out"
  read_text err "$BATS_TEST_TMPDIR/err"
  same_stream "standard output" "$expected_out" "$out" || return 1
  same_stream "standard error" "$expected_err" "$err" || return 1
  [ "$code" = "$expected_code" ] && return 0
  echo "exit code of: $command"
  echo "expected: $expected_code, actual: $code"
  cat "$BATS_TEST_TMPDIR/err"
  return 1
}

transcript() {
  local line command='' expected_out='' expected_err='' expected_code=0
  while IFS= read -r line; do
    case $line in
      '$ '*)
        run_one || return 1
        command=${line#\$ } expected_out='' expected_err='' expected_code=0
        ;;
      '! '*) expected_err+=${line#! }$'\n' ;;
      '? '*) expected_code=${line#\? } ;;
      *) expected_out+=$line$'\n' ;;
    esac
  done
  run_one
}

# What a refused use looks like: one line that says why, and where to read on.
refused() {
  local page=--help
  case ${1%% *} in
    explain | metrics | hlo | log | check | test | new | rules) page="help ${1%% *}" ;;
  esac
  transcript <<END
\$ nkibench $1
! nkibench: $2
! nkibench: see nkibench $page
? 2
END
}

# A value of a JSON file: value benchmark_results.json weights.training
value() { "$LUA" "$ROOT/tests/cli/value.lua" "$1" "$2"; }

# is FILE PATH VALUE …: several of one file, each checked.
is() { "$LUA" "$ROOT/tests/cli/value.lua" "$@"; }

# Files of ours that should not be there.
temporaries() { find . -name '.nkibench.*'; }

# A rule in r.lua made of the text that is left out of every rule: its name, needs and score around what is given.
rule() {
  printf 'return {\n  api = 1, name = "r", version = "1", needs = { "hlo" },\n%s\n}\n' "$1" > r.lua
}

# Folder $1 with $2 HLO files, all of them one and the same.
many_files() {
  mkdir "$1"
  FROM=$(echo cache/*/*/model.hlo_module.pb) INTO=$1 COUNT=$2 "$LUA" -e '
    local lfs = require "lfs"
    for i = 1, tonumber(os.getenv "COUNT") do
      assert(lfs.link(os.getenv "FROM", ("%s/%04d.hlo"):format(os.getenv "INTO", i)))
    end'
}
