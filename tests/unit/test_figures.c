/* The library "figures" words numbers as nkb.fmt does, whose own Lua is asked here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <lauxlib.h>
#include <lualib.h>

#include "host/figures.h"

/* In a state of its own, where `figures` is a global. */
static void run(const char *text)
{
    lua_State *L = luaL_newstate();
    assert_non_null(L);
    luaL_openlibs(L);
    luaL_requiref(L, "figures", nkb_figures_open, 1);
    if (luaL_dostring(L, text) != LUA_OK)
        fail_msg("%s", lua_tostring(L, -1));
    lua_close(L);
}

/* Four digits by %e, of a number below 1000, and by the next prefix where rounding reaches that. */
static const char si[] =
    "local prefixes = { [0] = ' ', 'k', 'M', 'G', 'T', 'P', 'E' }\n"
    "local function expected(x)\n"
    "  if x < 1000 then return ('%d  '):format(x) end\n"
    "  local step, scale = 0, x\n"
    "  while scale >= 1000 do step, scale = step + 1, x / 1000.0 ^ (step + 1) end\n"
    "  local exponent = math.tointeger(tonumber(('%.3e'):format(scale):match 'e(.*)$'))\n"
    "  if exponent == 3 then step, scale, exponent = step + 1, scale / 1000, 0 end\n"
    "  return ('%.' .. 3 - exponent .. 'f '):format(scale) .. prefixes[step]\n"
    "end\n"
    "local count = 0\n"
    "local function try(x)\n"
    "  if x < 0 then return end\n"
    "  count = count + 1\n"
    "  local got, want = figures.si(x), expected(x)\n"
    "  if got ~= want then error(('si(%d) is %q, not %q'):format(x, got, want)) end\n"
    "end\n"
    "for _, digits in ipairs { 1, 5, 9994, 9995, 9996, 99949, 99950, 99951, 999499, 9995000, "
    "12345,\n"
    "  12355, 1000500, 9999, 99995, 999949, 999950 } do\n"
    "  local x = digits\n"
    "  while x > 0 and x < math.maxinteger // 10 do\n"
    "    for near = -3, 3 do try(x + near) end\n"
    "    x = x * 10\n"
    "  end\n"
    "end\n"
    "for x = 0, 20000 do try(x) end\n"
    "try(math.maxinteger)\n"
    "math.randomseed(1)\n"
    "for bits = 1, 62 do for _ = 1, 2000 do try(math.random(0, (1 << bits) - 1)) end end\n"
    "assert(count > 100000)\n"
    "assert(figures.si(12350000) == '12.35 M' and figures.si(999950) == '1.000 M')\n"
    "assert(figures.si(-1) == nil and figures.si(1.5) == nil and figures.si 'x' == nil)\n";

static void test_si(void **state)
{
    (void)state;
    run(si);
}

static void test_count(void **state)
{
    (void)state;
    run("local function expected(x)\n"
        "  local text, n = tostring(x), 1\n"
        "  while n > 0 do text, n = text:gsub('^(%d+)(%d%d%d)', '%1 %2') end\n"
        "  return text\n"
        "end\n"
        "for power = 0, 18 do\n"
        "  for near = -2, 2 do\n"
        "    local x = math.tointeger(10 ^ power) + near\n"
        "    if x >= 0 then assert(figures.count(x) == expected(x), x) end\n"
        "  end\n"
        "end\n"
        "assert(figures.count(math.maxinteger) == expected(math.maxinteger))\n"
        "assert(figures.count(-1) == nil and figures.count(2.0) == nil)\n");
}

static void test_right(void **state)
{
    (void)state;
    run("local widths = { 9, 5, 2, 0 }\n"
        "assert(figures.right(widths, 2, 'ab', 'c', '') == '     ab   c  ')\n"
        "assert(figures.right(widths, 3, 'wider') == '  wider')\n"
        "assert(figures.right(widths, 1) == '')\n"
        "local function refused(...) return not pcall(figures.right, ...) end\n"
        "assert(refused(widths, 1, ('x'):rep(600)) and refused({ 10 ^ 6 // 1 | 0 }, 1, 'x'))\n"
        "assert(refused(widths, 4, 'x', 'no width') and refused(1, 1, 'x'))\n"
        "assert(#figures.right({ 508 }, 1, 'x') == 510)\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_si),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
