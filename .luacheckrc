-- Rules and scripts run on Lua 5.4, with `nkb` beside what they see of Lua's library; a rule's own `m`, `p`, `t`, `c`
-- and `r` come as arguments.
std = "lua54"
read_globals = { "nkb" }
codes = true
self = false -- methods that need no self are still methods
max_line_length = false -- code wraps where it reads best
ignore = { "581" } -- not (x > y) is no x <= y: a NaN is neither
exclude_files = { "build*", "tests/data/rules/**/broken*.lua" } -- made, and broken on purpose
files["**/*_test.lua"] = { read_globals = { "nkb", "absent" } } -- what nkibench test gives to tests of rules
