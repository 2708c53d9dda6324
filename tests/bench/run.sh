#!/bin/sh
# Timings, printed as a table; nothing here passes or fails. Large inputs are made on the spot, real ones come from the corpus
# where there is one. What else on this machine does the same work on the same files is measured beside it.
BUILD=${BUILD:-build}
CORPUS=${CORPUS:-../shared/corpus}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
case $CORPUS in /*) ;; *) CORPUS=$PWD/$CORPUS ;; esac
bench=$BUILD/bench data=$BUILD/bench/data
mkdir -p "$data"

echo "$(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), load $(cut -d' ' -f1 /proc/loadavg)"

[ -e "$data/large.hlo_module.pb" ] || {
    "$bench/make_input" pb 500000 > "$data/large.hlo_module.pb"
    "$bench/make_input" text 500000 > "$data/large.hlo"
    "$bench/make_input" log 400000 > "$data/large.log"
}

# Best of five, in milliseconds; what is printed goes nowhere.
best() {
    least=
    for _ in 1 2 3 4 5; do
        begun=$(date +%s%N)
        "$@" > /dev/null 2>&1 || return 1
        taken=$(($(date +%s%N) - begun))
        if [ -z "$least" ] || [ "$taken" -lt "$least" ]; then least=$taken; fi
    done
    echo "$((least / 1000000)).$(printf %03d $((least / 1000 % 1000)))"
}

# A row: what, then the command.
row() {
    title=$1
    shift
    printf '  %-44s %10s ms\n' "$title" "$(best "$@" || echo failed)"
}

echo
echo "Readers and analysis, one thread, best round:"
printf '  %-26s' "HLO protobuf, made"
"$bench/time_reader" hlo "$data/large.hlo_module.pb"
printf '  %-26s' "HLO text, made"
"$bench/time_reader" hlo "$data/large.hlo"
printf '  %-26s' "log, made"
"$bench/time_reader" log "$data/large.log"
if [ -d "$CORPUS/own/models" ]; then
    printf '  %-26s' "HLO protobuf, corpus"
    find "$CORPUS/own/models" -name '*.pb' -print0 | xargs -0 "$bench/time_reader" hlo
    printf '  %-26s' "HLO text, corpus"
    "$bench/time_reader" hlo "$CORPUS"/public/hlo_text/hlo_llama31_*.hlo
fi

echo
echo "The program, start to end:"
cd examples/first_score || exit 1
row "score of examples/first_score" "$BUILD/nkibench" --quiet --output "$data/r.json" --training-output "$data/t.json"
cd ../.. || exit 1
row "hlo, 1 000 000 instructions, protobuf" "$BUILD/nkibench" hlo --no-settings --quiet "$data/large.hlo_module.pb"
row "hlo, 1 000 000 instructions, text" "$BUILD/nkibench" hlo --no-settings --quiet "$data/large.hlo"
row "log, 400 000 steps" "$BUILD/nkibench" log --no-settings --quiet "$data/large.log"

# A cache of many entries: the large module would hide what a file costs.
cache=$data/cache
if [ ! -d "$cache" ]; then
    for i in 1 2 3 4 5 6 7 8; do
        for j in 1 2 3 4 5 6 7 8; do
            folder=$cache/neuronxcc-2.20.9961.0+0acef03a/MODULE_1000000000$i$j+abcd000$j
            mkdir -p "$folder"
            "$bench/make_input" pb $((i * 1000 + j)) > "$folder/model.hlo_module.pb"
        done
    done
fi
row "hlo, cache of 64 modules, one thread" "$BUILD/nkibench" hlo --no-settings --quiet --jobs 1 "$cache"
row "hlo, cache of 64 modules, all cores" "$BUILD/nkibench" hlo --no-settings --quiet "$cache"

echo
echo "Others on this machine, same files:"
if command -v protoc > /dev/null && [ -d "$CORPUS/public/protos" ]; then
    cat > "$data/decode.sh" << 'EOF'
protoc -I "$1" --decode=xla.HloModuleProto xla/service/hlo.proto < "$2"
EOF
    row "protoc --decode, 1 000 000 instructions" sh "$data/decode.sh" "$CORPUS/public/protos" "$data/large.hlo_module.pb"
else
    echo "  no protoc, or no .proto files to give it"
fi
if command -v python3 > /dev/null; then
    row "python3 -c pass (what any script starts with)" python3 -c pass
fi
