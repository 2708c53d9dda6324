#!/bin/sh
# Timings, printed as tables; nothing here passes or fails. Inputs are made on the spot, a gigabyte and a half in
# $BUILD/bench/data, and stay there for the next time. What else on this machine reads the same files is measured beside it.
BUILD=${BUILD:-build} LUA=${LUA:-lua5.4} CORPUS=${CORPUS:-../shared/corpus}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
case $CORPUS in /*) ;; *) CORPUS=$PWD/$CORPUS ;; esac
data=$BUILD/bench/data
make=$BUILD/bench/make_input
mkdir -p "$data"

# A file of the last time stays; one that was cut short does not pass for whole.
fresh() {
    target=$1
    shift
    [ -e "$target" ] || { "$make" "$@" > "$target.part" && mv "$target.part" "$target"; }
}
for n in 1000 8000 64000 512000 4000000; do
    fresh "$data/module_$n.hlo_module.pb" pb $((n / 2))
done
fresh "$data/computations_500.hlo_module.pb" pb 2000 500
for n in 8000 64000 512000; do
    fresh "$data/module_$n.hlo" text $((n / 2))
done
for n in 6500 52000 416000; do
    fresh "$data/log_$n.log" log $n
done
folder() {
    [ -d "$data/$1" ] && return
    rm -rf "$data/$1.part"
    "$make" cache "$data/$1.part" "$2" "$3" && mv "$data/$1.part" "$data/$1"
}
folder cache_16 16 3000
folder cache_128 128 3000
folder cache_1024 1024 3000
folder cache_4096 4096 110

BUILD=$BUILD CORPUS=$CORPUS "$LUA" tests/bench/table.lua "$data" || exit 1
BUILD=$BUILD LUA=$LUA exec sh tests/bench/rules.sh
