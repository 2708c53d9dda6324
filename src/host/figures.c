#include "host/figures.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_BYTES = 48, LINE_BYTES = 512 };

static const double powers_of_1000[] = {1, 1e3, 1e6, 1e9, 1e12, 1e15, 1e18};
static const char prefixes[] = " kMGTPE";

/* Decimals, in groups of three where `group` is not 0; returns the length. */
static size_t write_whole(lua_Integer x, char group, char *out)
{
    char back[NUMBER_BYTES];
    size_t len = 0, digits = 0;
    do {
        if (group && digits > 0 && digits % 3 == 0)
            back[len++] = group;
        back[len++] = (char)('0' + x % 10);
        digits++;
    } while ((x /= 10) > 0);
    for (size_t i = 0; i < len; i++)
        out[i] = back[len - 1 - i];
    return len;
}

/* The digits in front of the point of a number below 1000 once it is rounded to four digits. */
static int digits_of(double scale)
{
    char text[NUMBER_BYTES];
    int len;
    if (scale < 9.999)
        return 1;
    if (scale >= 10 && scale < 99.99)
        return 2;
    if (scale >= 100 && scale < 999.9)
        return 3;
    len = snprintf(text, sizeof text, "%.3e", scale);
    return text[len - 1] - '0' + 1;
}

/* si(x): 12350000 -> "12.35 M", four digits and room for the prefix, so that points stand below
 * each other; nil for what is no whole number from 0 on. As nkb.fmt.si has it, and rounded as that
 * is. */
static int l_si(lua_State *L)
{
    char text[NUMBER_BYTES];
    lua_Integer x = lua_isinteger(L, 1) ? lua_tointeger(L, 1) : -1;
    if (x < 0) {
        lua_pushnil(L);
        return 1;
    }
    if (x < 1000) {
        size_t len = write_whole(x, 0, text);
        memcpy(text + len, "  ", 2);
        lua_pushlstring(L, text, len + 2);
        return 1;
    }
    size_t step = 1;
    double scale = (double)x / powers_of_1000[1];
    while (scale >= 1000) {
        step++;
        scale = (double)x / powers_of_1000[step];
    }
    int digits = digits_of(scale);
    if (digits == 4) { /* rounding went up to the next prefix */
        digits = 1;
        step++;
        scale /= 1000;
    }
    int len = snprintf(text, sizeof text, "%.*f %c", 4 - digits, scale, prefixes[step]);
    lua_pushlstring(L, text, (size_t)len);
    return 1;
}

/* count(n): 1814 -> "1 814"; nil for what is no whole number from 0 on. */
static int l_count(lua_State *L)
{
    char text[NUMBER_BYTES];
    lua_Integer n = lua_isinteger(L, 1) ? lua_tointeger(L, 1) : -1;
    if (n < 0)
        lua_pushnil(L);
    else
        lua_pushlstring(L, text, write_whole(n, ' ', text));
    return 1;
}

/* right(widths, first, cell, …): the cells, each two blanks behind the one before and as far right
 * as its width says, which widths[first], widths[first + 1]… are. Cells are ASCII. */
static int l_right(lua_State *L)
{
    char line[LINE_BYTES];
    size_t at = 0;
    lua_Integer first = luaL_checkinteger(L, 2);
    int last = lua_gettop(L);
    luaL_checktype(L, 1, LUA_TTABLE);
    for (int i = 3; i <= last; i++) {
        size_t len;
        const char *cell = luaL_checklstring(L, i, &len);
        lua_rawgeti(L, 1, first + i - 3);
        lua_Integer width = luaL_checkinteger(L, -1);
        lua_pop(L, 1);
        size_t blanks = 2 + (width > (lua_Integer)len ? (size_t)width - len : 0);
        luaL_argcheck(L, blanks <= sizeof line - at && len <= sizeof line - at - blanks, i,
                      "too long");
        memset(line + at, ' ', blanks);
        memcpy(line + at + blanks, cell, len);
        at += blanks + len;
    }
    lua_pushlstring(L, line, at);
    return 1;
}

int nkb_figures_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"si", l_si}, {"count", l_count}, {"right", l_right}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
