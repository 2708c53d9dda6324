#!/bin/sh
# The law of the rooms: base < model < {input | analyze | host} < nkibench.c (and run*) < cli, and cli sees only
# base/ and nkibench.h. Also: no file over 400 lines, and src/README.md names every room and no file that is gone.
bad=0
say() { echo "check-arch: $*"; bad=1; }

# room, then the rooms it may include from
check() {
    room=$1
    shift
    for file in src/"$room"/*.[ch]; do
        for include in $(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file"); do
            [ -e "src/$include" ] || [ "$include" = run.h ] || say "$file includes $include, which is not in src/"
            top=${include%%/*}
            ok=0
            for allowed in "$room" "$@"; do [ "$top" = "$allowed" ] && ok=1; done
            [ $ok = 1 ] || say "$file ($room) includes $include; it may include: $room $*"
        done
    done
}
check base
check model base
check input base model
check analyze base model
check host base model
check cli base nkibench.h

for file in src/*.c src/*.h; do
    if grep -q '^#include "cli/' "$file"; then say "$file includes cli/"; fi
done
# shellcheck disable=SC2044 # our names have no blanks
for file in $(find src scripts rules tests -name '*.c' -o -name '*.h' -o -name '*.lua'); do
    lines=$(wc -l < "$file")
    [ "$lines" -le 400 ] || say "$file has $lines lines; look for the second noun past 400"
done
# Only cli prints, and nobody ends the process but it.
if grep -nE '\b(printf|puts|putchar|fprintf|perror|exit|abort)\(' src/base/*.c src/model/*.c src/input/*.c src/analyze/*.c \
    src/host/*.c src/*.c | grep -vE '(v?sn|buf_|arena_)printf|nkb_'; then say "a room below cli prints or exits"; fi

if [ -e src/README.md ]; then
    for room in base model input analyze host cli; do
        grep -q "src/$room\|\`$room/\`\|\*\*$room\*\*" src/README.md || say "src/README.md does not name the room $room"
    done
    for path in $(grep -oE '(src|scripts|rules|tests|examples)/[A-Za-z0-9_./-]+\.(c|h|lua|sh|md|bats)' src/README.md | sort -u); do
        [ -e "$path" ] || say "src/README.md names $path, which does not exist"
    done
else
    say "src/README.md is missing"
fi
[ $bad = 0 ] && echo "check-arch: the rooms keep their law"
exit $bad
