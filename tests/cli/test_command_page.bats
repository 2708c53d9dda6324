# rules/TESTING.md is true: its files are saved and its commands print what it shows; and it leaves nothing out.
load pages

setup() {
    clean_environment
    mkdir "$BATS_TEST_TMPDIR/copy"
    cd "$BATS_TEST_TMPDIR/copy" || return 1
}

@test "what the page on tests shows is what its commands print" {
    awk '
        /^```lua$/ { getline; name = $2; if ($1 == "--" && name ~ /^[a-z_]+\.lua$/) inside = 1 }
        /^```$/ { inside = 0 }
        inside { print > name }' "$TOP/rules/TESTING.md"
    cp "$TOP/rules/TESTING.md" page.md
    page_is_true page.md
}

@test "the page on tests names every key of a test file" {
    local word words
    words=$(sed -n '/^local common = /,/^local layouts/p' "$TOP/scripts/runtime/test_outline.lua" | grep -o '"[a-z_]*"' | tr -d '"' | sort -u)
    [ "$(wc -w <<< "$words")" -ge 30 ]
    for word in $words name inputs expect rows over runs seed one_of absent; do
        grep -q "\b$word\b" "$TOP/rules/TESTING.md" || {
            echo "rules/TESTING.md says nothing of $word"
            return 1
        }
    done
}
