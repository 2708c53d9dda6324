#!/usr/bin/env bats
# Random HLO modules counted twice: by nkibench, and by a counter that knows nothing of it (tests/differential/).
load helper

@test "nkibench and the slow counter agree on random modules" {
    cd "$BATS_TEST_DIRNAME/../.."
    BUILD="$BATS_TEST_TMPDIR" NKIBENCH="$NKIBENCH" N=80 SEED=3 JOBS=2 run sh tests/differential/run.sh
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(echo "$output" | grep -c ', 0 files differ$')" -eq 2 ]
}
