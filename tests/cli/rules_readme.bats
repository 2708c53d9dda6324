# The rule reference is true: each rule it shows is run, in a copy of examples/first_score, and prints what is shown.
load pages

setup() {
    clean_environment
    enter_copy examples/first_score
}

# Save every Lua block under the name its first line gives: "-- tour.lua". Prints the names.
extract() {
    mkdir -p layout
    awk '
        /^```lua$/ { getline; name = $2; if ($1 != "--" || name !~ /^[a-z\/]+\.lua$/) { print "a block without a name: " $0; exit 1 }
                     print name; inside = 1 }
        /^```$/ { inside = 0 }
        inside { print > name }' "$TOP/rules/README.md"
}

@test "each whole rule of the reference scores the example" {
    local name names table
    names=$(extract)
    printf 'kernel,latency_us,base_latency_us\nrope,20,30\n' > kernels.csv
    [ "$(wc -w <<< "$names")" -ge 6 ]
    for name in $names; do
        grep -q 'api = 1' "$name" || continue
        table=
        ! grep -q '"runs"' "$name" || table='--matrix kernels.csv'
        # shellcheck disable=SC2086 # two words or none
        nkibench "./$name" $table > out 2> err || {
            echo "$name ends with $?"
            cat err
            return 1
        }
        [ -s out ] && [ -s benchmark_results.json ]
    done
}

@test "what the reference shows is what its commands print" {
    extract
    cp "$TOP/rules/README.md" page.md
    page_is_true page.md
}

@test "the reference names every key of a rule, every function of t and nkb, and every need" {
    local word words
    words="accept check score score_file gates console json training_json needs params api name version about"
    words+=" training hlo log inference reasoning prompts config model files runs unit min max above choices kind"
    words+=" $(sed -n 's/^  function t\.\([a-z]*\).*/\1/p' "$TOP/scripts/runtime/derivation.lua")"
    words+=" $(sed -n 's/^function \(fmt\|stats\|nkb\)\.\([a-z]*\).*/\2/p' "$TOP"/scripts/runtime/{fmt,nkb}.lua)"
    for word in $words; do
        grep -q "\b$word\b" "$TOP/rules/README.md" || {
            echo "rules/README.md says nothing of $word"
            return 1
        }
    done
}

@test "what the reference says is not there is not there, and the rest is" {
    cat > names.lua <<'END'
local function all(names, there)
  for name in names:gmatch "%S+" do
    local value = _G
    for step in name:gmatch "[^.]+" do value = value and value[step] end
    if (value ~= nil) ~= there then error(name) end
  end
end
return { api = 1, score = function()
  all("print io os dofile loadfile math.random math.randomseed setmetatable getmetatable rawset coroutine debug "
    .. "package collectgarbage string.dump", false)
  all("assert error ipairs load next pairs pcall rawequal rawget rawlen require select tonumber tostring type xpcall "
    .. "string table utf8 math nkb", true)
  return 1
end }
END
    nkibench ./names.lua
}

@test "the reference's links lead somewhere, and its text fits 100 columns" {
    local target
    for target in $(grep -o '](\([^)]*\))' "$TOP/rules/README.md" | sed 's/^](//; s/)$//'); do
        [ -e "$TOP/rules/$target" ]
    done
    run env LC_ALL=C awk '/^```/ { inside = !inside; next } inside || /^\|/ { next }
        { line = $0; gsub(/[\200-\277]/, "", line) } length(line) > 100 { print; bad = 1 } END { exit bad }' "$TOP/rules/README.md"
    echo "$output"
    [ "$status" -eq 0 ]
}
