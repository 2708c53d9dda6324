/* The table `host`: what our Lua may do and a rule may not. */
#include "host/runtime.h"

#include <lauxlib.h>
#include <lua-cjson.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "host/bind.h"
#include "host/convert.h"
#include "host/embedded.h"
#include "host/guard.h"
#include "host/state.h"

enum {
    MAX_JSON_BYTES = 1 << 20,  /* of a text to decode */
    KEPT_TEXT_BYTES = 1 << 20, /* of what was encoded, for the next */
    MAX_JSON_DEPTH = 100,
    DECODED_BYTES_A_BYTE =
        48, /* "[[],[],…" is the worst: a table of 56 bytes and its slot in three bytes */
    TEXT_BYTES_AN_INSTRUCTION = 32,
    COLLECTED_BYTES_AN_INSTRUCTION = 16, /* what the collector goes through in its time */
    MAX_SUGGESTED = 256,
};

static const char host_key[] = "nkb.host";

/* raise(text): an error at the rule's line. */
static int l_raise(lua_State *L)
{
    return nkb_raise_here(L, "%s", luaL_checkstring(L, 1));
}

/* fail(text): the input's fault, not the rule's. */
static int l_fail(lua_State *L)
{
    return nkb_raise(L, NKB_EINPUT, "%s", luaL_checkstring(L, 1));
}

static int l_subject(lua_State *L)
{
    lua_pushstring(L, nkb_state_of(L)->subject);
    return 1;
}

/* ratio(a, b): two integers' quotient, rounded once. */
static int l_ratio(lua_State *L)
{
    lua_Integer a = luaL_checkinteger(L, 1), b = luaL_checkinteger(L, 2);
    luaL_argcheck(L, b != 0, 2, "zero");
    lua_pushnumber(L, nkb_ratio(a, b));
    return 1;
}

static int l_repr(lua_State *L)
{
    char text[NKB_NUM_TEXT_BYTES];
    if (lua_isinteger(L, 1)) {
        luaL_tolstring(L, 1, NULL);
        return 1;
    }
    lua_pushlstring(L, text, nkb_format_double(luaL_checknumber(L, 1), text));
    return 1;
}

/* suggest(name, list): the text of the list that is meant, or nil. */
static int l_suggest(lua_State *L)
{
    const char *candidates[MAX_SUGGESTED];
    struct nkb_str name;
    size_t count = 0;

    name.ptr = luaL_checklstring(L, 1, &name.len);
    luaL_checktype(L, 2, LUA_TTABLE);
    for (lua_Integer i = 1; count < MAX_SUGGESTED && lua_rawgeti(L, 2, i) == LUA_TSTRING; i++) {
        candidates[count++] = lua_tostring(L, -1); /* kept alive by the list */
        lua_pop(L, 1);
    }
    lua_pushstring(L, nkb_suggest(name, candidates, count));
    return 1;
}

static int l_metafield(lua_State *L)
{
    if (luaL_getmetafield(L, 1, luaL_checkstring(L, 2)) == LUA_TNIL)
        lua_pushnil(L);
    return 1;
}

/* compile(text, env): a function, or nil and what is wrong. */
static int l_compile(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    nkb_budget_charge(L, len);
    int status = luaL_loadbufferx(L, text, len, "=(load)", "t");
    if (status != LUA_OK) {
        nkb_budget_recheck(L, status);
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    lua_pushvalue(L, 2);
    if (!lua_setupvalue(L, -2, 1))
        lua_pop(L, 1);
    return 1;
}

/* lock_strings(library): what ("x"):rep finds; and nobody gets at the metatable. */
static int l_lock_strings(lua_State *L)
{
    lua_settop(L, 1);
    lua_pushliteral(L, "");
    lua_getmetatable(L, 2);
    lua_pushvalue(L, 1);
    lua_setfield(L, 3, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, 3, "__metatable");
    return 0;
}

/* nkb.json.encode(x [, indent]): ours and not cjson's, which keeps 14 digits and goes by hash
 * order. */
static int l_json_encode(lua_State *L)
{
    struct nkb_state *state = nkb_state_of(L);
    struct nkb_err err;
    lua_Integer indent = luaL_optinteger(L, 2, 0);

    luaL_checkany(L, 1);
    luaL_argcheck(L, indent >= 0 && indent <= 8, 2, "an indent from 0 to 8");
    nkb_arena_reset(&state->scratch);
    state->text.len = 0;
    const struct nkb_value *v = nkb_convert(L, 1, "nkb.json.encode", &state->scratch);
    size_t room = nkb_state_room(state), tree = state->scratch.used_bytes;
    /* The text stands twice for a moment: here, and as Lua's. */
    size_t most = room == SIZE_MAX ? room : room > tree ? (room - tree) / 2 : 0;
    int code =
        nkb_convert_to_json(state, v, (int)indent, "nkb.json.encode", most, &state->text, &err);
    if (code != 0)
        return nkb_raise(L, code, "%s", err.text);
    nkb_budget_charge(L, state->text.len / TEXT_BYTES_AN_INSTRUCTION);
    nkb_arena_reset(&state->scratch);
    lua_pushlstring(L, state->text.data, state->text.len);
    if (state->text.capacity > KEPT_TEXT_BYTES)
        nkb_buf_free(&state->text);
    return 1;
}

/* nkb.json.decode(text), upvalue: cjson's. cjson's buffers are not Lua's, and a memory error inside
 * would leak them, so what it may need is made sure of first. */
static int l_json_decode(lua_State *L)
{
    struct nkb_state *state = nkb_state_of(L);
    size_t len, limit = state->limits.memory_bytes;

    luaL_checktype(L, 1, LUA_TSTRING);
    lua_tolstring(L, 1, &len);
    if (!state->limits.unsafe && len > MAX_JSON_BYTES)
        return nkb_raise_here(L, "nkb.json.decode: a text of %zu bytes; at most %d are taken", len,
                              (int)MAX_JSON_BYTES);
    nkb_budget_charge(L, len / 4);
    size_t need = (len + 1024) * DECODED_BYTES_A_BYTE;
    if (limit && state->used_bytes + need > limit) {
        nkb_budget_charge(L, state->used_bytes / COLLECTED_BYTES_AN_INSTRUCTION);
        lua_gc(L, LUA_GCCOLLECT);
        if (state->used_bytes + need > limit)
            return nkb_raise_here(
                L, "nkb.json.decode: not enough memory left for %zu bytes (--max-memory)", len);
    }
    lua_settop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    int status = lua_pcall(L, 1, 1, 0);
    if (status != LUA_OK) {
        nkb_budget_recheck(L, status);
        return nkb_raise_here(L, "nkb.json.decode: %s", lua_tostring(L, -1));
    }
    return 1;
}

/* [-0, +1, e] a cjson of this state's own, with settings that stay */
static void push_json_decode(lua_State *L)
{
    lua_pushcfunction(L, luaopen_cjson);
    lua_call(L, 0, 1);
    lua_getfield(L, -1, "decode_max_depth");
    lua_pushinteger(L, MAX_JSON_DEPTH);
    lua_call(L, 1, 0);
    lua_getfield(L, -1, "decode_invalid_numbers");
    lua_pushboolean(L, 0);
    lua_call(L, 1, 0);
    lua_getfield(L, -1, "decode");
    lua_remove(L, -2);
    lua_pushcclosure(L, l_json_decode, 1);
}

/* [-0, +0, e] `host` is on the top */
static void add_marks(lua_State *L)
{
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, NKB_ARRAYS);
    lua_setfield(L, -2, "arrays");
    lua_pushcfunction(L, nkb_object_key);
    lua_setfield(L, -2, "object_key");
    lua_pushcfunction(L, nkb_node_key);
    lua_setfield(L, -2, "node_key");
}

/* Run scripts/runtime/<name>.lua with `host` (on the top) and keep what it returns as host[name].
 * [-0, +0, e] */
static void load_module(lua_State *L, const char *name)
{
    char file[64];
    snprintf(file, sizeof file, "scripts/runtime/%s.lua", name);
    const struct nkb_embedded *found = nkb_embedded_find(file);
    if (!found)
        nkb_raise(L, NKB_EINPUT, "%s: not in this program; it was built without its scripts", file);
    nkb_state_load(L, (struct nkb_str){found->data, found->size}, "=nkb", 0);
    lua_pushvalue(L, -2);
    lua_call(L, 1, 1);
    lua_setfield(L, -2, name);
}

static void open_libraries(lua_State *L)
{
    static const luaL_Reg safe[] = {
        {LUA_GNAME, luaopen_base},        {LUA_MATHLIBNAME, luaopen_math},
        {LUA_STRLIBNAME, luaopen_string}, {LUA_TABLIBNAME, luaopen_table},
        {LUA_UTF8LIBNAME, luaopen_utf8},  {NULL, NULL}};
    if (nkb_state_of(L)->limits.unsafe) {
        luaL_openlibs(L);
        return;
    }
    for (const luaL_Reg *library = safe; library->func; library++) {
        luaL_requiref(L, library->name, library->func, 1);
        lua_pop(L, 1);
    }
}

/* The library nkb. `host` is on the top. [-0, +0, e] */
static void load_library(lua_State *L)
{
    push_json_decode(L);
    lua_setfield(L, -2, "json_decode");
    load_module(L, "base");
    load_module(L, "fmt");
    load_module(L, "nkb");
}

/* __index of a script's globals: the library nkb is loaded when a script first names it, which not
 * every one does. */
static int l_global(lua_State *L)
{
    if (lua_type(L, 2) != LUA_TSTRING || strcmp(lua_tostring(L, 2), "nkb") != 0)
        return 0;
    lua_getfield(L, LUA_REGISTRYINDEX, host_key);
    load_library(L);
    lua_getfield(L, -1, "nkb");
    lua_pushvalue(L, -1);
    lua_setglobal(L, "nkb");
    return 1;
}

/* [-0, +0, e] */
static void promise_library(lua_State *L)
{
    lua_pushglobaltable(L);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, l_global);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

void nkb_runtime_open(lua_State *L, bool for_rule)
{
    static const luaL_Reg functions[] = {{"raise", l_raise},
                                         {"fail", l_fail},
                                         {"subject", l_subject},
                                         {"ratio", l_ratio},
                                         {"repr", l_repr},
                                         {"suggest", l_suggest},
                                         {"compile", l_compile},
                                         {"metafield", l_metafield},
                                         {"lock_strings", l_lock_strings},
                                         {"json_encode", l_json_encode},
                                         {"require", nkb_runtime_require},
                                         {NULL, NULL}};
    static const char *const rules[] = {"formula",        "node",    "tree",  "derivation",
                                        "audit",          "checks",  "gates", "rule",
                                        "default_layout", "session", NULL};

    open_libraries(L);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, host_key);
    luaL_setfuncs(L, functions, 0);
    nkb_bind_register(L);
    nkb_guard_register(L);
    lua_pushlightuserdata(L, NULL); /* cjson's null too */
    lua_setfield(L, -2, "null");
    add_marks(L);

    if (!for_rule) {
        promise_library(L);
        return;
    }
    load_library(L);
    for (const char *const *name = rules; *name; name++)
        load_module(L, *name);
    lua_getfield(L, -1, "base");
    lua_getfield(L, -1, "fill");
    lua_pushboolean(L, !nkb_state_of(L)->limits.unsafe);
    lua_call(L, 1, 0);
    lua_pop(L, 1);
}

void nkb_runtime_push(lua_State *L, const char *module, const char *name)
{
    lua_getfield(L, LUA_REGISTRYINDEX, host_key);
    if (module) {
        lua_getfield(L, -1, module);
        lua_remove(L, -2);
    }
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
}
