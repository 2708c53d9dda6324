/* Trusted scripts: ours, with all of Lua, no limits, and the file system. */
#include <lauxlib.h>
#include <lfs.h>
#include <lua-cjson.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/bind.h"
#include "host/convert.h"
#include "host/embedded.h"
#include "host/figures.h"
#include "host/runtime.h"
#include "host/state.h"

enum { MAX_NAME = 200, MAX_GIVEN = 16 };

static const struct nkb_embedded *find_script(const char *name)
{
    char path[MAX_NAME + 16];
    const char *front = strncmp(name, "scripts/", 8) == 0 ? "" : "scripts/";
    const char *end = nkb_str_ends(nkb_str_from(name), ".lua") ? "" : ".lua";
    int n = snprintf(path, sizeof path, "%s%s%s", front, name, end);
    return n > 0 && (size_t)n < sizeof path ? nkb_embedded_find(path) : NULL;
}

/* [-0, +1, e] */
static void load(lua_State *L, const struct nkb_embedded *script)
{
    char chunk[MAX_NAME + 32];
    snprintf(chunk, sizeof chunk, "@%s", script->name);
    nkb_state_load(L, (struct nkb_str){script->data, script->size}, chunk, 0);
}

/* A searcher of package.searchers: "export.csv" is scripts/export/csv.lua. */
static int l_search(lua_State *L)
{
    char path[MAX_NAME];
    const char *name = luaL_checkstring(L, 1);
    if (strlen(name) >= sizeof path)
        return 0;
    snprintf(path, sizeof path, "%s", name);
    for (char *p = path; *p; p++)
        if (*p == '.')
            *p = '/';
    const struct nkb_embedded *script = find_script(path);
    if (!script)
        return 0;
    load(L, script);
    return 1;
}

static void open_everything(lua_State *L)
{
    nkb_runtime_open(L, false);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE); /* require "suggest" */
    lua_getfield(L, -2, "suggest");
    lua_setfield(L, -2, "suggest");
    lua_pop(L, 2);
    luaL_requiref(L, "figures", nkb_figures_open, 0);
    lua_pop(L, 1);
    luaL_requiref(L, "cjson", luaopen_cjson, 0);
    luaL_requiref(L, "lfs", luaopen_lfs, 0);
    lua_pushnil(L);
    lua_setglobal(L, "lfs"); /* luaopen_lfs makes it a global as well */
    lua_pop(L, 2);
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "searchers");
    lua_pushcfunction(L, l_search);
    lua_rawseti(L, -2, 2); /* instead of the one that goes through package.path */
    lua_pop(L, 2);
}

struct receiver {
    nkb_script_each *each; /* NULL: the script has nothing to give */
    void *context;
};

struct script {
    const char *name;
    const struct nkb_value *argument;
    struct nkb_arena *arena;
    struct nkb_buf *text;
    struct nkb_value **value;
    struct receiver receiver;
};

/* What a script gives goes on as it is, without a tree. Its upvalue is the receiver. */
static int l_give(lua_State *L)
{
    const struct receiver *to = lua_touserdata(L, lua_upvalueindex(1));
    struct nkb_value given[MAX_GIVEN] = {0}; /* absent */
    int count = lua_gettop(L);
    struct nkb_err err = {0};

    luaL_argcheck(L, count <= MAX_GIVEN, MAX_GIVEN + 1, "none expected");
    for (int i = 0; i < count; i++) {
        struct nkb_value *v = &given[i];
        if (lua_isinteger(L, i + 1)) {
            v->kind = NKB_INT;
            v->as.integer = lua_tointeger(L, i + 1);
        } else if (lua_isboolean(L, i + 1)) {
            v->kind = NKB_BOOL;
            v->as.boolean = lua_toboolean(L, i + 1);
        } else if (!lua_isnil(L, i + 1)) {
            v->kind = NKB_STRING;
            v->as.string.ptr = luaL_checklstring(L, i + 1, &v->as.string.len);
        }
    }
    int code = to->each(to->context, given, (size_t)count, &err);
    if (code < 0)
        return nkb_raise(L, code, "%s", err.text);
    lua_pushboolean(L, code > 0);
    return 1;
}

/* [-0, +1, e] */
static void push_give(lua_State *L, struct receiver receiver)
{
    struct receiver *kept = lua_newuserdatauv(L, sizeof receiver, 0);
    *kept = receiver;
    lua_pushcclosure(L, l_give, 1);
}

static void run(lua_State *L, void *context)
{
    struct script *s = context;
    const struct nkb_embedded *script = find_script(s->name);

    if (!script)
        nkb_raise(L, NKB_EINPUT, "no script '%s' in this program", s->name);
    open_everything(L);
    load(L, script);
    lua_call(L, 0, 1);
    if (!lua_isfunction(L, -1))
        nkb_raise(L, NKB_EINPUT, "%s returns a %s; a function is expected", script->name,
                  luaL_typename(L, -1));
    if (s->argument)
        nkb_bind_push(L, s->argument, NKB_BIND_DATA);
    else
        lua_pushnil(L);
    bool gives = s->receiver.each != NULL;
    if (gives)
        push_give(L, s->receiver);
    lua_call(L, gives ? 2 : 1, 1);
    if (lua_type(L, -1) == LUA_TSTRING && s->text) {
        size_t len;
        const char *text = lua_tolstring(L, -1, &len);
        nkb_buf_append(s->text, text, len);
    } else if (lua_type(L, -1) == LUA_TTABLE && s->value) {
        *s->value = nkb_convert(L, -1, "what it returns", s->arena);
    } else {
        nkb_raise(L, NKB_EINPUT, "%s: returned a %s; a %s is expected", script->name,
                  luaL_typename(L, -1), s->value ? s->text ? "text or a table" : "table" : "text");
    }
}

static int run_script(struct script *s, struct nkb_err *err)
{
    struct nkb_limits limits = NKB_LIMITS_DEFAULT;
    struct nkb_state *state;

    limits.unsafe = true;
    int code = nkb_state_new(&state, &limits, err);
    if (code != 0)
        return code;
    state->fault_code = NKB_EINPUT;
    snprintf(state->subject, sizeof state->subject, "%s", s->name);
    code = nkb_state_run(state, NULL, run, s, err);
    if (code == NKB_ERULE) { /* a syntax error */
        code = NKB_EINPUT;
        if (err)
            err->code = code;
    }
    if (code == 0 && s->text && s->text->failed)
        code = nkb_err_memory(err);
    nkb_state_free(state);
    return code;
}

int nkb_script_run(const char *script, const struct nkb_value *argument, struct nkb_arena *arena,
                   struct nkb_buf *text, struct nkb_value **value, struct nkb_err *err)
{
    struct script s = {
        .name = script, .argument = argument, .arena = arena, .text = text, .value = value};
    return run_script(&s, err);
}

int nkb_script_run_each(const char *script, const struct nkb_value *argument, nkb_script_each *each,
                        void *context, struct nkb_arena *arena, struct nkb_value **value,
                        struct nkb_err *err)
{
    struct script s = {.name = script,
                       .argument = argument,
                       .arena = arena,
                       .value = value,
                       .receiver = {each, context}};
    return run_script(&s, err);
}
