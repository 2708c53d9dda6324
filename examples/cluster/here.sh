#!/bin/sh
# The same without a cluster, to see it work: here.sh CACHE PARTS N.
set -eu
mkdir "$2"
for i in $(seq "$3"); do sh scan.sh "$1" "$2" "$3" "$i"; done
exec sh merge.sh "$2"
