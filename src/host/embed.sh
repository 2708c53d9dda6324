#!/bin/sh
# Write the C file that holds the Lua of the program: sh embed.sh COMPILER FILES… > embedded.c
# A file's name in the program is its path as given, without a leading "./". Beside its text it is there as COMPILER
# (embed.c, built) makes it, under the name that its messages begin with. Where COMPILER cannot run, because
# it was built for another machine, there is the text alone.
set -eu

compiler=$1
shift
lua=$("$compiler" 2> /dev/null) || lua=

bytes() {
    od -An -v -tx1 | sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'
}

# The chunk's name of a file; empty: it is no Lua that the program runs.
chunk_of() {
    case $1 in
    scripts/templates/*) ;;
    scripts/runtime/*.lua) echo "=nkb" ;;
    scripts/*.lua) echo "@$1" ;;
    rules/*.lua) echo "@builtin:${1#rules/}" ;;
    esac
}

printf '/* Made by src/host/embed.sh. */\n#include "host/embedded.h"\n'
table=
count=0
for file in "$@"; do
    name=${file#./}
    chunk=
    [ -z "$lua" ] || chunk=$(chunk_of "$name")
    printf '\nstatic const unsigned char file_%d[] = {\n' "$count"
    bytes < "$file"
    printf '0};\n'
    code="0, 0, 0"
    if [ -n "$chunk" ]; then
        "$compiler" "$chunk" < "$file" > "$compiler.out"
        printf 'static const unsigned char code_%d[] = {\n' "$count"
        bytes < "$compiler.out"
        printf '};\n'
        code="\"$chunk\", (const char *)code_$count, sizeof code_$count"
    fi
    table="$table    {\"$name\", (const char *)file_$count, sizeof file_$count - 1, $code},
"
    count=$((count + 1))
done
rm -f "$compiler.out"

printf '\nconst struct nkb_embedded nkb_embedded_files[] = {\n%s    {0, 0, 0, 0, 0, 0},\n};\n' "$table"
printf 'const size_t nkb_embedded_count = %d;\nconst char nkb_embedded_lua[] = "%s";\n' "$count" "$lua"
