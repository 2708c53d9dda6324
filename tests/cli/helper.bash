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

# Expected lines as a pattern of bash's [[ = ]].
pattern_of() {
  LC_ALL=C sed -e 's/[^A-Za-z0-9 <*>\x80-\xff]/\\&/g' -e 's/<\*>/\x01/g' -e 's/[<*>]/\\&/g' -e 's/\x01/*/g' \
    -e 's/^\xe2\x80\xa6$/\x02/' | tr '\n' '\003' | sed -e 's/\x02\x03/*/g' | tr '\003' '\n'
}

# One stream against what was expected of it; shows the difference.
same_stream() {
  local name=$1 expected=$2 actual=$3 pattern
  pattern=$(printf '%s' "$expected" | pattern_of; printf .)
  # shellcheck disable=SC2053 # a pattern is meant
  [[ "$actual" == ${pattern%.} ]] && return 0
  echo "$name of: $command"
  diff <(printf '%s' "$expected") <(printf '%s' "$actual") | sed -e 's/^</expected:/' -e 's/^>/  actual:/'
  return 1
}

# Text that ends in a line break, whatever it ended in.
ended() {
  local text
  text=$(cat "$1"; printf .)
  text=${text%.}
  [ -z "$text" ] || [ "${text%$'\n'}" != "$text" ] || text+=$'\n'
  printf '%s.' "$text"
}

run_one() {
  [ -n "$command" ] || return 0
  local code=0 out err
  bash -c "$command" > "$BATS_TEST_TMPDIR/out" 2> "$BATS_TEST_TMPDIR/err" < /dev/null || code=$?
  out=$(ended "$BATS_TEST_TMPDIR/out") err=$(ended "$BATS_TEST_TMPDIR/err")
  same_stream "standard output" "$expected_out" "${out%.}" || return 1
  same_stream "standard error" "$expected_err" "${err%.}" || return 1
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
  transcript <<END
\$ nkibench $1
! nkibench: $2
! nkibench: see nkibench --help
? 2
END
}

# A value of a JSON file: value benchmark_results.json weights.training
value() { "$LUA" "$ROOT/tests/cli/value.lua" "$1" "$2"; }

# is FILE PATH VALUE …: several of one file, each checked.
is() {
  local file=$1 found
  shift
  while [ $# -gt 0 ]; do
    found=$(value "$file" "$1")
    [ "$found" = "$2" ] || { echo "$file: $1 is $found, not $2"; return 1; }
    shift 2
  done
}

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
