/* No hook looks into C code, so what could run long there is refused or charged by its size before
 * it starts, and what could show an address is worded anew. The originals are kept as upvalues. */
#include "host/guard.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "host/pattern.h"
#include "host/state.h"

enum use { USE_NONE, USE_FIND, USE_MATCH, USE_GMATCH, USE_GSUB };

enum {
    MAX_STEPS = 50000000, /* of one match: a fraction of a second */
    STEPS_AN_INSTRUCTION = 2,
    BYTES_AN_INSTRUCTION = 32, /* what C does to text in the time of one instruction of Lua */
    ELEMENTS_AN_INSTRUCTION = 8,
    MAX_MOVED = 10000000, /* elements table.move may walk over */
};

/* Where string.find and match start, from their third argument. */
static size_t start_of(lua_State *L, size_t len)
{
    int is_integer;
    lua_Integer start = lua_tointegerx(L, 3, &is_integer);
    if (!is_integer || start == 0)
        return 0;
    if (start > 0)
        return (size_t)start - 1;
    return (lua_Unsigned)-start > len ? 0 : len - (size_t)-start;
}

/* string.find, match, gmatch, gsub (upvalue 1), called in this very frame so that its messages name
 * it. What it is going to do is counted first; upvalue 2 says which of them it is. */
static int l_pattern(lua_State *L)
{
    enum use use = (enum use)lua_tointeger(L, lua_upvalueindex(2));
    lua_CFunction original = lua_tocfunction(L, lua_upvalueindex(1));
    struct nkb_str subject, pattern;
    uint64_t steps;

    if (lua_type(L, 1) != LUA_TSTRING || lua_type(L, 2) != LUA_TSTRING)
        return original(L); /* a number is short; anything else is refused there */
    subject.ptr = lua_tolstring(L, 1, &subject.len);
    pattern.ptr = lua_tolstring(L, 2, &pattern.len);
    if (use == USE_FIND && lua_toboolean(L, 4)) {
        double comparisons = (double)subject.len * ((double)pattern.len / BYTES_AN_INSTRUCTION + 1);
        steps = comparisons > MAX_STEPS ? (uint64_t)MAX_STEPS + 1
                                        : (uint64_t)comparisons / BYTES_AN_INSTRUCTION;
    } else {
        size_t start = use == USE_FIND || use == USE_MATCH ? start_of(L, subject.len) : 0;
        enum nkb_pattern_use what = use == USE_GSUB     ? NKB_PATTERN_GSUB
                                    : use == USE_GMATCH ? NKB_PATTERN_GMATCH
                                                        : NKB_PATTERN_FIRST;
        steps = nkb_pattern_steps(pattern, subject, start, what, MAX_STEPS);
    }
    if (steps > MAX_STEPS)
        return nkb_raise_here(
            L, "this pattern takes more than %d M steps on %zu bytes; anchor it, or give it less",
            MAX_STEPS / 1000000, subject.len);
    nkb_budget_charge(L, steps / STEPS_AN_INSTRUCTION);
    return original(L);
}

/* Any C function (upvalue 1) that walks its arguments without allocating: charged by their length,
 * when it got as many arguments as make it walk (upvalue 2: table.insert without a position does
 * not). */
static int l_charged(lua_State *L)
{
    uint64_t units = 0;
    int top = lua_gettop(L);

    for (int i = 1; i <= top && top >= lua_tointeger(L, lua_upvalueindex(2)); i++) {
        if (lua_type(L, i) == LUA_TSTRING)
            units += lua_rawlen(L, i) / BYTES_AN_INSTRUCTION;
        else if (lua_type(L, i) == LUA_TTABLE)
            units += lua_rawlen(L, i) / ELEMENTS_AN_INSTRUCTION;
    }
    nkb_budget_charge(L, units);
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* charged(f, arguments): f, charged. */
static int l_charge(lua_State *L)
{
    if (!lua_iscfunction(L, 1))
        return luaL_argerror(L, 1, "C function expected");
    lua_Integer arguments = luaL_optinteger(L, 2, 0);
    lua_settop(L, 1);
    lua_pushinteger(L, arguments);
    lua_pushcclosure(L, l_charged, 2);
    return 1;
}

static int l_rep(lua_State *L)
{
    size_t len, separator_len;
    luaL_checklstring(L, 1, &len);
    luaL_optlstring(L, 3, "", &separator_len);
    if (len + separator_len == 0) { /* the original would count to n all the same */
        luaL_checkinteger(L, 2);
        lua_pushliteral(L, "");
        return 1;
    }
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

static int l_table_move(lua_State *L)
{
    lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3);
    if (last >= first) {
        lua_Unsigned count = (lua_Unsigned)last - (lua_Unsigned)first;
        if (count >= MAX_MOVED)
            return nkb_raise_here(L, "table.move of more than %d elements", MAX_MOVED);
        nkb_budget_charge(L, count);
    }
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* tostring without addresses: "table", "function", or what our own values say of themselves. */
static void push_text(lua_State *L, int index)
{
    int type = lua_type(L, index);
    if (type == LUA_TLIGHTUSERDATA) {
        lua_pushliteral(L, "null");
        return;
    }
    if (type != LUA_TTABLE && type != LUA_TFUNCTION && type != LUA_TUSERDATA &&
        type != LUA_TTHREAD) {
        luaL_tolstring(L, index, NULL);
        return;
    }
    int field = luaL_getmetafield(L, index, "__tostring");
    if (field != LUA_TNIL) {
        lua_pop(L, 1);
        luaL_tolstring(L, index, NULL);
    } else if (luaL_getmetafield(L, index, "__name") != LUA_TSTRING) {
        lua_pushstring(L, lua_typename(L, type));
    }
}

static int l_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    push_text(L, 1);
    return 1;
}

/* string.format: %p is refused, and %s of a value without a text of its own prints its type. */
static int l_format(lua_State *L)
{
    size_t len;
    const char *p = luaL_checklstring(L, 1, &len), *end = p + len;
    int argument = 1;

    while (p < end) {
        if (*p++ != '%' || p == end)
            continue;
        if (*p == '%') {
            p++;
            continue;
        }
        argument++;
        while (p < end && *p && strchr("-+ #0123456789.", *p))
            p++;
        if (p < end && *p == 'p')
            return nkb_raise_here(L, "string.format: %%p would print an address");
        if (p < end && *p == 's' && argument <= lua_gettop(L) &&
            lua_type(L, argument) != LUA_TSTRING) {
            push_text(L, argument);
            lua_replace(L, argument);
        }
    }
    nkb_budget_charge(L, len / BYTES_AN_INSTRUCTION);
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* pcall and xpcall: what stopped the run passes through. */
static int l_pcall(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    int status = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
    nkb_budget_recheck(L, status);
    if (status != LUA_OK) {
        lua_pushboolean(L, 0);
        lua_insert(L, -2);
        return 2;
    }
    return lua_gettop(L);
}

/* The hook raises with hooks switched off: a handler of the rule's that loops would never end then.
 */
static int l_handler(lua_State *L)
{
    if (nkb_state_of(L)->stop != NKB_STOP_NONE)
        return 1;
    lua_settop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 1, 1);
    return 1;
}

static int l_xpcall(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, l_handler, 1);
    lua_replace(L, 2); /* f handler … */
    lua_pushvalue(L, 1);
    lua_insert(L, 3); /* f handler f … */
    int status = lua_pcall(L, lua_gettop(L) - 3, LUA_MULTRET, 2);
    nkb_budget_recheck(L, status);
    lua_pushboolean(L, status == LUA_OK);
    lua_replace(L, 2);
    return lua_gettop(L) - 1;
}

/* [-0, +0, e] the table to fill is on the top */
static void wrap(lua_State *L, const char *library, const char *name, const char *as,
                 lua_CFunction f, enum use use)
{
    lua_getglobal(L, library);
    lua_getfield(L, -1, name);
    lua_pushinteger(L, use);
    lua_pushcclosure(L, f, 2);
    lua_setfield(L, -3, as);
    lua_pop(L, 1);
}

void nkb_guard_register(lua_State *L)
{
    static const luaL_Reg functions[] = {{"pcall", l_pcall},
                                         {"xpcall", l_xpcall},
                                         {"tostring", l_tostring},
                                         {"charged", l_charge},
                                         {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
    wrap(L, "table", "move", "table_move", l_table_move, USE_NONE);
    lua_newtable(L);
    wrap(L, "string", "find", "find", l_pattern, USE_FIND);
    wrap(L, "string", "match", "match", l_pattern, USE_MATCH);
    wrap(L, "string", "gmatch", "gmatch", l_pattern, USE_GMATCH);
    wrap(L, "string", "gsub", "gsub", l_pattern, USE_GSUB);
    wrap(L, "string", "rep", "rep", l_rep, USE_NONE);
    wrap(L, "string", "format", "format", l_format, USE_NONE);
    lua_setfield(L, -2, "strings");
}
