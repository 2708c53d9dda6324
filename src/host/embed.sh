#!/bin/sh
# Write the C file that holds the Lua of the program: sh embed.sh FILES… > embedded.c
# A file's name in the program is its path as given, without a leading "./".
set -eu

printf '/* Made by src/host/embed.sh. */\n#include "host/embedded.h"\n'
count=0
for file in "$@"; do
    printf '\nstatic const unsigned char file_%d[] = {\n' "$count"
    od -An -v -tx1 "$file" | sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'
    printf '0};\n'
    count=$((count + 1))
done

printf '\nconst struct nkb_embedded nkb_embedded_files[] = {\n'
count=0
for file in "$@"; do
    printf '    {"%s", (const char *)file_%d, sizeof file_%d - 1},\n' "${file#./}" "$count" "$count"
    count=$((count + 1))
done
printf '    {0, 0, 0},\n};\nconst size_t nkb_embedded_count = %d;\n' "$count"
