#!/bin/sh
# All tests, and one closing line with their number. BUILD is the folder that holds nkibench and unit/.
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
export BUILD LUA="${LUA:-lua5.4}" NKIBENCH="$BUILD/nkibench"
unset NKIBENCH_RULE_PATH SOURCE_DATE_EPOCH
passed=0 failed=0 skipped=0
log=$(mktemp) talk=$(mktemp)
trap 'rm -f "$log" "$talk"' EXIT

# A locale whose decimal point is a comma: no number of ours may depend on it.
if command -v localedef > /dev/null; then
    mkdir -p "$BUILD/locale"
    localedef -c -i tests/data/num/comma.locale -f ANSI_X3.4-1968 "$BUILD/locale/comma" > /dev/null 2>&1
    export TEST_LOCPATH="$BUILD/locale"
fi

# What cmocka says of each test goes to stdout, its summary and complaints to stderr. A test that was begun and
# neither passed nor was skipped failed: wrong, not set up, not torn down, or the end of the program.
for test in "$BUILD"/unit/test_*; do
    case $test in *.d) continue ;; esac
    name=$(basename "$test")
    [ -e "tests/unit/$name.c" ] || continue # of a test that is gone
    "$test" > "$log" 2> "$talk"
    code=$?
    p=$(grep -c '\[       OK \] ' "$log")
    s=$(grep -c '\[  SKIPPED \] ' "$log")
    f=$(($(grep -c '\[ RUN      \] ' "$log") - p - s))
    if [ $code -ne 0 ] || [ $((p + s)) -eq 0 ] || [ "$f" -ne 0 ]; then
        [ "$f" -gt 0 ] || f=1
        echo "--- $name failed ($code)"
        grep -v '\[ RUN      \]\|\[       OK \]' "$log"
        cat "$talk"
    fi
    awk -v name="$name" '
        /^SKIPPED:/ { sub(/^SKIPPED: */, ""); why = ": " $0 }
        /\[  SKIPPED \] / { sub(/.*\[  SKIPPED \] /, ""); print "SKIPPED: " name ": " $0 why; why = "" }' "$log"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    echo "$name: $p passed, $f failed"
done

# Each file by itself, as many at a time as there are cores; what they say is put together in order.
if ls tests/cli/*.bats tests/rules/*.bats > /dev/null 2>&1; then
    taps=$(mktemp -d)
    printf '%s\n' tests/cli/*.bats tests/rules/*.bats |
        TAPS=$taps xargs -P "$(getconf _NPROCESSORS_ONLN)" -I FILE sh -c \
            'bats --formatter tap "$1" > "$TAPS/$(echo "$1" | tr / _)" 2>&1 || echo "$1" >> "$TAPS/failed"' sh FILE
    cat "$taps"/tests_*.bats > "$log"
    p=$(grep -c '^ok ' "$log") f=$(grep -c '^not ok ' "$log") s=$(grep -c '^ok .*# skip' "$log")
    if [ -e "$taps/failed" ] || [ "$f" -gt 0 ] || [ "$p" -eq 0 ]; then
        [ "$f" -gt 0 ] || f=1
        grep -v '^ok ' "$log"
        sed 's/^/failed: /' "$taps/failed"
    fi
    rm -rf "$taps"
    sed -n 's/^ok [0-9]* \(.*# skip\)/SKIPPED: \1/p' "$log"
    passed=$((passed + p - s)) failed=$((failed + f)) skipped=$((skipped + s))
    echo "command line: $((p - s)) passed, $f failed"
fi

# The bundled rules by their own tests.
"$NKIBENCH" test rules > "$log" 2> "$talk"
code=$?
p=$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' "$log") f=$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$log")
p=${p:-0} f=${f:-0}
if [ $code -ne 0 ] || [ "$p" -eq 0 ]; then
    [ "$f" -gt 0 ] || f=1
    grep -v '^✔' "$log"
    cat "$talk"
fi
passed=$((passed + p)) failed=$((failed + f))
echo "rules: $p passed, $f failed"

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
