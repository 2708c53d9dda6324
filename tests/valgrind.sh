#!/bin/sh
# The unit tests and the program on examples under valgrind: no error, and nothing definitely lost.
# Left out, because they run limits of time, memory and instructions to the full; AddressSanitizer has them:
TOO_LONG="test_sandbox test_sandbox_memory test_scan_memory test_sandbox_reach test_sandbox_sizes test_pattern"

BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
export BUILD

# One program: sh tests/valgrind.sh one FOLDER COMMAND…
if [ "$1" = one ]; then
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    cd "$2" || exit 1
    shift 2
    valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
        "$@" > "$log" 2>&1 && exit 0
    echo "--- under valgrind: $*"
    grep -v '\[ RUN      \]\|\[       OK \]' "$log"
    exit 1
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
list() {
    for test in "$BUILD"/unit/test_*; do
        name=${test##*/}
        case " $TOO_LONG " in *" $name "*) continue ;; esac
        [ ! -e "tests/unit/$name.c" ] || echo ". $test"
    done
    for example in first_score training_only readme_sample; do
        echo "examples/$example $BUILD/nkibench --quiet --output $folder/$example.json --training-output $folder/$example.t.json"
    done
    echo "examples/first_score $BUILD/nkibench hlo --no-settings --json neuron_cache"
    echo "examples/first_score $BUILD/nkibench log --no-settings train.log"
}
list > "$folder/list"
# A line is a folder and a command without blanks in its words.
if xargs -P "$(getconf _NPROCESSORS_ONLN)" -L 1 sh "$0" one < "$folder/list"; then
    echo "check-valgrind: $(wc -l < "$folder/list") programs, no complaint"
else
    echo "check-valgrind: complaints above"
    exit 1
fi
