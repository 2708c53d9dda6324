#!/bin/sh
# Everything that is compared with the corpus: unit tests that read it, then the program itself. With CHECKS (a part of
# a name, or '*') only the program.
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
LUA=${LUA:-lua5.4}
if [ ! -d "$CORPUS/own" ] || [ ! -d "$GOLDENS" ]; then
    echo "SKIPPED: check-corpus: no corpus at $CORPUS (make check-corpus CORPUS=…)"
    exit 0
fi
CHECK_TMP=$(mktemp -d)
trap 'rm -rf "$CHECK_TMP"' EXIT
export CORPUS GOLDENS CHECK_TMP NKIBENCH="$BUILD/nkibench" LUA_PATH="$PWD/tests/corpus/?.lua;;" LC_ALL=C
unset NKIBENCH_RULE_PATH SOURCE_DATE_EPOCH
bad=0
for test in "$BUILD"/unit/test_*; do
    [ -z "${CHECKS:-}" ] || break
    case $test in *.d) continue ;; esac
    [ -e "tests/unit/$(basename "$test").c" ] || continue # of a test that is gone
    if "$test" > "$CHECK_TMP/log" 2>&1; then
        echo "$(basename "$test"): $(grep -c '^\[       OK \]' "$CHECK_TMP/log") passed"
    else
        bad=1
        echo "FAILED $(basename "$test")"
        cat "$CHECK_TMP/log"
    fi
done
for check in tests/corpus/check_${CHECKS:-*}.lua; do
    $LUA "$check" || bad=1
done
[ $bad = 0 ] && echo "check-corpus: all is as the goldens say, or right where they are wrong"
exit $bad
