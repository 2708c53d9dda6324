#!/bin/sh
# One process's share of a scan: scan.sh CACHE PARTS N [I]. As a task of a Slurm job array or a rank of
# mpirun it knows its I by itself. The part is written whole or not at all, so a task that is killed
# leaves none, and to run it again is all that it takes.
#SBATCH --job-name=nkibench-scan
#SBATCH --ntasks=1 --cpus-per-task=1 --time=10
set -eu
cache=$1 parts=$2 n=$3
if [ -n "${SLURM_ARRAY_TASK_ID:-}" ]; then
    i=$SLURM_ARRAY_TASK_ID
elif [ -n "${OMPI_COMM_WORLD_RANK:-}" ]; then
    i=$((OMPI_COMM_WORLD_RANK + 1)) # ranks count from 0
else
    i=$4
fi
exec nkibench hlo --scan --shard "$i/$n" --jobs 1 -o "$parts/$i-of-$n.nkb" "$cache"
