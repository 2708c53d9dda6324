# The README is true: what its commands print, the rule and the program it quotes, the files it links.
load pages

setup() {
    clean_environment
}

# The README's commands leave files behind: they run in a copy of the tree, with what is built already.
@test "every command of the README prints what it shows" {
    command -v make > /dev/null || skip "no make"
    mkdir "$BATS_TEST_TMPDIR/tree"
    cp -Rp Makefile README.md LICENSE src rules scripts examples tests "$BATS_TEST_TMPDIR/tree"
    cd "$BATS_TEST_TMPDIR/tree"
    page_is_true README.md
}

# The lines of the fenced block that opens with ```LANGUAGE; it stands once.
block() {
    sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" README.md | sed '1d;$d'
}

@test "the rule in the README is examples/own_rule/balanced.lua" {
    diff -u <(block lua) examples/own_rule/balanced.lua
}

@test "the program in the README is examples/embed/embed.c" {
    diff -u <(block c) examples/embed/embed.c
}

@test "what the README and the examples link to is there" {
    local page target
    for page in README.md examples/*/README.md; do
        while read -r target; do
            case $target in http*) continue ;; esac
            [ -e "$(dirname "$page")/$target" ] || {
                echo "$page links to $target"
                return 1
            }
        done < <(grep -o '](\([^)]*\))' "$page" | sed 's/^](//; s/)$//')
    done
}

@test "the README names every command, and no flag that is not there" {
    local flag help command
    help=$(nkibench --help)
    sed -n 's/^  nkibench \([a-z]\{3,\}\).*/\1/p' <<< "$help" | while read -r command; do
        grep -q "^| .nkibench $command" README.md || {
            echo "README.md says nothing of nkibench $command"
            return 1
        }
    done
    # Flags of the default rule and of those the examples bring; --bas and --mac are prefixes on purpose.
    help+=$'\n'$(cd examples/own_rule && nkibench balanced.lua --help)
    help+=$'\n'$(cd examples/readme_sample && nkibench sample.lua --help)
    help+=$'\n--bas \n--mac '
    for command in explain metrics hlo log check test new rules help; do help+=$'\n'$(nkibench $command --help); done
    help+=$'\n--array \n--dependency \n--decode ' # sbatch's, protoc's
    grep -oh -e '--[a-z][a-z-]*[a-z]' README.md examples/*/README.md | grep -v -e '--cflags' -e '--libs' | sort -u |
        while read -r flag; do
            grep -q -e "$flag\( \|$\)" <<< "$help" || {
                echo "no flag $flag"
                return 1
            }
        done
}

@test "the README's text fits 100 columns outside of tables and output" {
    # Characters, not bytes: what continues one in UTF-8 does not count.
    run env LC_ALL=C awk '/^```/ { inside = !inside; next } inside || /^\|/ { next }
        { line = $0; gsub(/[\200-\277]/, "", line) }
        length(line) > 100 { print FILENAME ": " $0; bad = 1 }
        END { exit bad }' README.md examples/*/README.md
    echo "$output"
    [ "$status" -eq 0 ]
}
