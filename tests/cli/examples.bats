# Every example does what its folder says: `command` prints expected.txt and nothing else on stdout, exits 0 and writes
# the files in expected/; each command its README shows says what is shown.
load pages

setup() {
    clean_environment
}

# What a file's content owes to the moment and to the version of program and rule.
timeless() {
    sed '/^ *"\(timestamp\|engine_version\|sha256\)": /d' "$1"
}

example() {
    local name
    enter_copy "examples/$1"
    sh -c "$(cat command)" > "$BATS_TEST_TMPDIR/stdout" 2> "$BATS_TEST_TMPDIR/stderr" || {
        cat "$BATS_TEST_TMPDIR/stderr"
        return 1
    }
    diff -u expected.txt "$BATS_TEST_TMPDIR/stdout"
    for name in expected/*; do
        [ -e "$name" ] || continue
        diff -u <(timeless "$name") <(timeless "$(basename "$name")")
    done
    grep -qxF "\$ $(cat command)" README.md || {
        echo "README.md does not show the command"
        return 1
    }
    cd "$TOP"
    rm -rf "$BATS_TEST_TMPDIR/copy"
    enter_copy "examples/$1"
    page_is_true README.md
}

@test "first_score: the main job" {
    example first_score
}

@test "training_only: no inference report yet" {
    example training_only
}

@test "readme_sample: change the score without recompiling" {
    example readme_sample
}

@test "own_rule: twenty lines, a parameter, a gate" {
    example own_rule
}

@test "reasoning: the third component" {
    example reasoning
}

@test "modules: what is in a compile cache" {
    example modules
}

@test "contest: many runs, one score" {
    example contest
}

@test "embed: a score from C" {
    command -v cc > /dev/null || skip "no C compiler"
    install_library
    example embed
}

@test "cluster: shards, merged" {
    example cluster
}

@test "every example has a test here" {
    local folder
    for folder in examples/*/; do
        grep -q "^    example $(basename "$folder")$" tests/cli/examples.bats || {
            echo "$folder has none"
            return 1
        }
    done
}

# A page that quotes falsely must not pass.
@test "a page that shows something else is found out" {
    cd "$BATS_TEST_TMPDIR"
    printf '```console\n$ echo one; echo two\none\n$ (exit 3)\n$ echo $?\n3\n```\n' > page.md
    run page_is_true page.md
    [ "$status" -eq 1 ]
    [ "${lines[0]}" = 'page.md:2: $ echo one; echo two' ]
    [ "${lines[2]}" = "  it is      two" ]
    [ "${lines[3]}" = "page.md: 3 commands, 1 not as shown" ]
    printf '```console\n$ seq 9\n…\n4\n…\n8\n9\n```\n' > page.md
    page_is_true page.md
    printf '```console\n$ seq 9\n…\n8\n```\n' > page.md
    run page_is_true page.md
    [ "$status" -eq 1 ]
}
