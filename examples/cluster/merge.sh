#!/bin/sh
# The parts of all processes as one, and the score: merge.sh PARTS. Where a shard is missing nothing is
# scored.
#SBATCH --job-name=nkibench-merge
#SBATCH --ntasks=1 --time=10
set -eu
nkibench hlo --scan -o "$1/whole" "$1"/*.nkb
exec nkibench --hlo "$1/whole"
