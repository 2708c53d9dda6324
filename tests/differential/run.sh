#!/bin/sh
# Random HLO modules, N of them (10000) from SEED (1), counted by nkibench and by the slow counter beside this file, on
# JOBS processes. Files that differ are kept in $BUILD/differential; a module is built again by
#   NKIBENCH=build/nkibench DIFFERENTIAL_TMP=FOLDER lua5.4 tests/differential/check.lua NUMBER NUMBER SEED
BUILD=${BUILD:-build}
LUA=${LUA:-lua5.4}
N=${N:-10000}
SEED=${SEED:-1}
JOBS=${JOBS:-$(nproc 2> /dev/null || echo 2)}
NKIBENCH=${NKIBENCH:-$BUILD/nkibench}
export NKIBENCH
kept=$BUILD/differential
rm -rf "$kept"
mkdir -p "$kept"
each=$(((N + JOBS - 1) / JOBS))
[ "$each" -gt 0 ] || { echo "differential: N is $N; 1 or more is expected"; exit 2; }
first=1
pids=
while [ "$first" -le "$N" ]; do
    last=$((first + each - 1))
    [ "$last" -le "$N" ] || last=$N
    mkdir -p "$kept/$first"
    DIFFERENTIAL_TMP=$kept/$first "$LUA" tests/differential/check.lua "$first" "$last" "$SEED" &
    pids="$pids $!"
    first=$((last + 1))
done
bad=0
for pid in $pids; do
    wait "$pid" || bad=1
done
[ "$bad" -ne 0 ] || rm -rf "$kept"
exit $bad
