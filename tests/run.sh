#!/bin/sh
# All tests, and one closing line with their number. BUILD is the folder that holds nkibench and unit/.
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
export BUILD LUA="${LUA:-lua5.4}" NKIBENCH="$BUILD/nkibench"
unset NKIBENCH_RULE_PATH SOURCE_DATE_EPOCH
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

for test in "$BUILD"/unit/test_*; do
    case $test in *.d) continue ;; esac
    "$test" > "$log" 2>&1
    code=$?
    p=$(grep -c '^\[ *OK *\]\|^\[       OK \]' "$log")
    f=$(grep -c '^\[  FAILED  \] [A-Za-z_]*$\|^\[  ERROR   \] [A-Za-z_]*$' "$log")
    s=$(grep -c '^\[  SKIPPED \] [A-Za-z_0-9]*$' "$log")
    [ "$s" -gt 0 ] && s=$((s / 2 > 0 ? (s + 1) / 2 : 1))
    if [ $code -ne 0 ]; then
        [ "$f" -gt 0 ] || f=1
        echo "--- $(basename "$test") failed ($code)"
        cat "$log"
    fi
    grep -h '^SKIPPED' "$log"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    echo "$(basename "$test"): $p passed, $f failed"
done

if ls tests/cli/*.bats > /dev/null 2>&1; then
    bats --formatter tap tests/cli > "$log" 2>&1
    p=$(grep -c '^ok ' "$log") f=$(grep -c '^not ok ' "$log") s=$(grep -c '^ok .*# skip' "$log")
    if [ "$f" -gt 0 ] || [ "$p" -eq 0 ]; then
        [ "$f" -gt 0 ] || f=1
        grep -v '^ok ' "$log"
    fi
    grep '^ok .*# skip' "$log" | sed 's/^ok [0-9]* /SKIPPED: /'
    passed=$((passed + p - s)) failed=$((failed + f)) skipped=$((skipped + s))
    echo "command line: $((p - s)) passed, $f failed"
fi

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
