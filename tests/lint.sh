#!/bin/sh
# clang-tidy (.clang-tidy), cppcheck (tests/cppcheck.cfg), luacheck (.luacheckrc), shellcheck. Silent where all is well but
# for a line a tool; a tool that is not installed is named and fails (make deps-ci installs them).
PKGS="lua5.4 yaml-0.1 jansson libcrypto"
JOBS=$(getconf _NPROCESSORS_ONLN)
bad=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# A tool, then its command.
tool() {
    name=$1
    shift
    if ! command -v "$name" > /dev/null; then
        echo "lint: $name is not installed; make deps-ci installs it"
        bad=1
    elif "$@" > "$log" 2>&1; then
        echo "lint: $name has nothing to say"
    else
        cat "$log"
        echo "lint: $name complains"
        bad=1
    fi
}

# Finding nothing, clang-tidy still counts the warnings it left out, on stderr; a finding goes to stdout.
tidy() {
    # shellcheck disable=SC2046,SC2086
    printf '%s\n' src/*.c src/*/*.c | xargs -P "$JOBS" -I FILE clang-tidy --quiet FILE -- -std=c11 -D_XOPEN_SOURCE=700 \
        -DNKB_DATADIR='"/usr/local/share/nkibench"' -Isrc $(pkg-config --cflags $PKGS) 2> /dev/null
}

tool luacheck luacheck -q scripts rules tests examples
tool shellcheck shellcheck -s sh -S warning tests/*.sh tests/*/*.sh src/host/*.sh
tool shellcheck shellcheck -S warning .ci/run
# nullPointerRedundantCheck: it does not see which functions jump instead of returning; clang-tidy is told.
tool cppcheck cppcheck -j "$JOBS" --quiet --error-exitcode=1 --enable=warning,performance,portability --inline-suppr \
    --suppress=nullPointerRedundantCheck --std=c11 --library=tests/cppcheck.cfg -D__GNUC__ -D_XOPEN_SOURCE=700 -DNKB_DATADIR='""' -Isrc src
tool clang-tidy tidy
exit $bad
