#!/bin/sh
# Slurm: an array of N tasks scans, one job merges and scores: submit.sh CACHE PARTS N.
set -eu
mkdir "$2" # not one with parts of another day
scan=$(sbatch --parsable --array="1-$3" scan.sh "$1" "$2" "$3")
# afterany, not afterok: a job that runs and names the shard that is missing says more than one that
# never runs.
exec sbatch --parsable --dependency="afterany:$scan" merge.sh "$2"
