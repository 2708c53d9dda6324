#!/bin/sh
# What the sandbox costs, beside the same rule without it, and a bare loop beside Lua's own program.
BUILD=${BUILD:-build} LUA=${LUA:-lua5.4}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
time_rule=$BUILD/bench/time_rule
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

row() {
    printf '  %-28s' "$1"
    shift
    "$@" || true
}

echo
echo "One score, in the sandbox and without it:"
cat > "$folder/loop.lua" << 'END'
return { api = 1, name = "loop", score = function()
  local a, b = 0, 1
  for i = 1, 1000000 do a = a + i * b; b = b ~ 1; if a > 1e15 then a = 0 end end
  return a
end }
END
row "a bare loop, 1 M rounds" "$time_rule" "$folder/loop.lua"
cd examples/first_score || exit 1
row "score.lua" "$time_rule" ../../rules/score.lua config train.yaml model-config config.json log-file train.log \
    compile-dir neuron_cache inference-results benchmark_inference.json
row "nki-llama-aws.lua" "$time_rule" ../../rules/nki-llama-aws.lua config train.yaml model-config config.json \
    log-file train.log compile-dir neuron_cache inference-results benchmark_inference.json
row "mfu.lua" "$time_rule" ../../rules/mfu.lua config train.yaml model-config config.json log-file train.log \
    compile-dir neuron_cache

# The whole rounds of a process, so that Lua's own program can be beside it: its start is taken away from each.
best() {
    least=
    for _ in 1 2 3 4 5; do
        begun=$(date +%s%N)
        "$@" > /dev/null 2>&1
        taken=$(($(date +%s%N) - begun))
        if [ -z "$least" ] || [ "$taken" -lt "$least" ]; then least=$taken; fi
    done
    echo "$least"
}
body='local a, b = 0, 1 for i = 1, N do a = a + i * b; b = b ~ 1; if a > 1e15 then a = 0 end end'
for n in 1 20000000; do
    echo "$body" | sed "s/N/$n/" > "$folder/plain$n.lua"
    echo "return { api = 1, score = function() $body return 1 end, json = function() return nkb.object {} end }" |
        sed "s/N/$n/" > "$folder/rule$n.lua"
done
plain=$(($(best "$LUA" "$folder/plain20000000.lua") - $(best "$LUA" "$folder/plain1.lua")))
flags="--no-settings --quiet --max-instructions 900000000 --max-seconds 100 --output /dev/null"
# shellcheck disable=SC2086
ruled=$(($(best "$BUILD/nkibench" "$folder/rule20000000.lua" $flags) - $(best "$BUILD/nkibench" "$folder/rule1.lua" $flags)))
printf '  %-28s%12s ms in a rule   %12s ms by %s   %s.%02d×\n' "the loop, 20 M rounds" $((ruled / 1000000)) \
    $((plain / 1000000)) "$LUA" $((ruled / plain)) $((ruled * 100 / plain % 100))
