#!/bin/sh
# Every fuzz target of $BUILD/fuzz, begun from what the repository and, where there is one, the corpus hold of its kind:
# first each seed once, then FUZZ_SECONDS (20; 0: only the seeds) of libFuzzer. What crashes, hangs or eats memory is kept
# in $BUILD/fuzz/findings, and the end is not zero.
BUILD=${BUILD:-build-fuzz}
FUZZ_SECONDS=${FUZZ_SECONDS:-20}
CORPUS=${CORPUS:-../shared/corpus}
own=$CORPUS/own
findings=$BUILD/fuzz/findings
log=$(mktemp)
trap 'rm -f "$log"' EXIT
mkdir -p "$findings"
bad=0 targets=0

# The files below folders whose path matches, each ended by NUL; a folder that is not there has none.
look() {
    pattern=$1
    shift
    for folder in "$@"; do
        [ ! -d "$folder" ] || find "$folder" -path "$pattern" -type f -size -512k -print0
    done
}

seeds() {
    case $1 in
    hlo | attribution) look '*.pb' examples tests/data "$own"; look '*.hlo' examples tests/data "$own" ;;
    hlotext) look '*.hlo' tests/data "$own" "$CORPUS/public/hlo_text"; look '*.txt' "$CORPUS/public/hlo_text" ;;
    hlo_config) look '*' tests/data/hlo_config ;;
    json) look '*.json' examples tests/data "$own/runs" "$CORPUS/public/inference" "$CORPUS/public/lm_eval" ;;
    yaml) look '*.y*ml' examples tests/data "$own/runs" "$CORPUS/public/yaml" ;;
    prompts) look '*prompt*' tests/data "$own/runs" ;;
    matrix) look '*.csv' examples tests/data "$own/runs"; look '*.tsv' examples tests/data ;;
    trainlog) look '*.log' examples tests/data "$own/runs" "$CORPUS/public/logs" ;;
    part) look '*.nkb' tests/data ;;
    rule) look '*.lua' rules examples tests/data ;;
    esac
}

for target in "$BUILD"/fuzz/fuzz_*; do
    [ -x "$target" ] || continue
    name=${target##*/fuzz_}
    targets=$((targets + 1))
    place=$BUILD/fuzz/seeds/$name
    rm -rf "$place"
    mkdir -p "$place" "$BUILD/fuzz/grown/$name"
    # Named by their content: many folders hold a train.log, and none needs it twice.
    seeds "$name" | xargs -0 -r sha256sum | while read -r sum file; do cp "$file" "$place/$sum"; done
    count=$(find "$place" -type f | wc -l)

    begun=$(date +%s)
    if ! find "$place" -type f -print0 | xargs -0 -r "$target" > "$log" 2>&1; then
        bad=1
        echo "--- $name: a seed"
        tail -n 40 "$log"
    elif [ "$FUZZ_SECONDS" -gt 0 ] && ! "$target" -max_total_time="$FUZZ_SECONDS" -timeout=10 -rss_limit_mb=2048 \
        -max_len=65536 -artifact_prefix="$findings/$name-" "$BUILD/fuzz/grown/$name" "$place" > "$log" 2>&1; then
        bad=1
        echo "--- $name: found by fuzzing, kept in $findings"
        tail -n 40 "$log"
    fi
    runs=$(sed -n 's/^Done \([0-9]*\) runs.*/, \1 runs/p' "$log")
    echo "fuzz $name: $count seeds$runs in $(($(date +%s) - begun)) s"
done
[ "$targets" -gt 0 ] || { echo "fuzz: no target in $BUILD/fuzz; make check-fuzz builds them"; exit 1; }
exit $bad
