/* Lua to value tree. Nothing here calls a metamethod, so no rule's code runs in between. */
#include "host/convert.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/bind.h"
#include "host/state.h"

enum { SHOWN_STEPS = 8 };

struct converter {
    lua_State *L;
    struct nkb_arena *arena;
    const char *what;
    size_t count, bytes; /* of values and of text, each as often as it is met */
    int arrays;          /* stack position of the table of marked lists */
    struct nkb_str keys[NKB_CONVERT_DEPTH + 1]; /* the way down, for messages */
};

static int complain(const struct converter *c, int depth, const char *problem)
{
    char path[320], shown[NKB_SHOWN_BYTES];
    size_t used = 0;

    path[0] = '\0';
    for (int i = 1; i <= depth && i <= SHOWN_STEPS && used < sizeof path - 1; i++) {
        int n = snprintf(path + used, sizeof path - used, ".%s", nkb_show(c->keys[i], shown));
        used = n < 0 ? used : used + (size_t)n;
    }
    return nkb_raise(c->L, nkb_state_of(c->L)->fault_code, "%s: %s%s: %s",
                     nkb_state_of(c->L)->subject, c->what, path, problem);
}

static struct nkb_value *convert(struct converter *c, int index, int depth);

static void count_text(struct converter *c, size_t len, int depth)
{
    if (len > NKB_CONVERT_BYTES - c->bytes)
        complain(c, depth, "more than 64 MiB of text");
    c->bytes += len;
}

/* Depth is the readers' limit, not the rule's wish: a bound tree holds no tree of the rule's. */
static void count_tree(struct converter *c, const struct nkb_value *v, int depth)
{
    if (++c->count > NKB_CONVERT_VALUES)
        complain(c, depth, "more than a million values");
    if (v->kind == NKB_STRING)
        count_text(c, v->as.string.len, depth);
    if (v->kind != NKB_ARRAY && v->kind != NKB_OBJECT)
        return;
    for (size_t i = 0; i < v->as.items.count; i++) {
        if (nkb_value_makes_items(v)) {
            const struct nkb_value *item;
            luaL_checkstack(c->L, 2, NULL);
            nkb_bind_lend(c->L, v, i, 0, &item);
            count_tree(c, item, depth);
            lua_pop(c->L, 1);
            continue;
        }
        count_text(c, v->as.items.at[i].key.len, depth);
        count_tree(c, v->as.items.at[i].value, depth);
    }
}

static struct nkb_value *checked(struct converter *c, struct nkb_value *v)
{
    struct nkb_state *state = nkb_state_of(c->L);
    char cap[32];
    if (!v && c->arena->full)
        nkb_raise(c->L, state->fault_code, "%s: %s: needs more than %s of memory (--max-memory)",
                  state->subject, c->what, nkb_budget_bytes(state->limits.memory_bytes, cap));
    if (!v) {
        state->refused = false;
        nkb_raise(c->L, NKB_EMEMORY, "out of memory");
    }
    return v;
}

/* A bound tree. What is only lent to Lua is copied; the rest is only read from here on, and the cast lets
 * it be a member of another. */
static struct nkb_value *convert_bound(struct converter *c, const struct nkb_binding *binding,
                                       int depth)
{
    count_tree(c, binding->value, depth);
    if (binding->lent)
        return checked(c, nkb_value_copy(c->arena, binding->value));
    return (struct nkb_value *)(uintptr_t)binding->value;
}

/* The member on the top, popped. */
static struct nkb_value *convert_member(struct converter *c, struct nkb_str key, int depth)
{
    c->keys[depth + 1] = key;
    struct nkb_value *v = convert(c, lua_gettop(c->L), depth + 1);
    lua_pop(c->L, 1);
    return v;
}

/* The table of values is at `values`, that of keys on the top: 1…n, all texts. Pops the keys. */
static struct nkb_value *convert_object(struct converter *c, int values, int depth)
{
    lua_State *L = c->L;
    int keys = lua_gettop(L);
    struct nkb_value *object = checked(c, nkb_value_object(c->arena));

    for (lua_Integer i = 1; lua_rawgeti(L, keys, i) != LUA_TNIL; i++) {
        struct nkb_str key;
        key.ptr = lua_tolstring(L, -1, &key.len);
        count_text(c, key.len, depth);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, values) != LUA_TNIL)
            nkb_value_set(c->arena, object, key, convert_member(c, key, depth));
        else
            lua_pop(L, 1);
        lua_pop(L, 1);
    }
    lua_settop(L, keys - 1);
    if (nkb_arena_failed(c->arena))
        checked(c, NULL);
    return object;
}

static struct nkb_value *convert_list(struct converter *c, int index, size_t count, int depth)
{
    char position[32];
    struct nkb_value *list = checked(c, nkb_value_array(c->arena));

    for (size_t i = 1; i <= count; i++) {
        snprintf(position, sizeof position, "%zu", i);
        lua_rawgeti(c->L, index, (lua_Integer)i);
        nkb_value_append(c->arena, list, convert_member(c, nkb_str_from(position), depth));
    }
    if (nkb_arena_failed(c->arena))
        checked(c, NULL);
    return list;
}

static int compare_keys(const void *a, const void *b)
{
    return nkb_str_compare(*(const struct nkb_str *)a, *(const struct nkb_str *)b);
}

/* A plain table: is it 1…n, or all texts? */
static struct nkb_value *convert_plain(struct converter *c, int index, int depth)
{
    lua_State *L = c->L;
    size_t texts = 0, numbers = 0, length = lua_rawlen(L, index);

    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING)
            texts++;
        else if (lua_isinteger(L, -2) && lua_tointeger(L, -2) >= 1 &&
                 (lua_Unsigned)lua_tointeger(L, -2) <= length)
            numbers++;
        else
            complain(c, depth, "a list with holes, or keys that are no texts");
    }
    if (texts && numbers)
        complain(c, depth, "a table that is both a list and an object");
    if (!texts) {
        if (numbers != length)
            complain(c, depth, "a list with holes, or keys that are no texts");
        return convert_list(c, index, length, depth);
    }

    struct nkb_str *keys = lua_newuserdatauv(L, texts * sizeof *keys, 0);
    int top = lua_gettop(L);
    size_t n = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        keys[n].ptr = lua_tolstring(L, -2, &keys[n].len);
        n++;
    }
    qsort(keys, n, sizeof *keys, compare_keys);
    lua_createtable(L, n > INT_MAX ? 0 : (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        lua_pushlstring(L, keys[i].ptr, keys[i].len);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_remove(L, top);
    return convert_object(c, index, depth);
}

int nkb_object_key(lua_State *L)
{
    (void)L;
    return 0;
}

int nkb_node_key(lua_State *L)
{
    (void)L;
    return 1;
}

/* What the table at index has under a key of ours; pushes it when that is not nil. */
static bool has_key(lua_State *L, int index, lua_CFunction key)
{
    lua_pushcfunction(L, key);
    if (lua_rawget(L, index) != LUA_TNIL)
        return true;
    lua_pop(L, 1);
    return false;
}

static bool is_marked(struct converter *c, int index)
{
    lua_pushvalue(c->L, index);
    bool marked = lua_rawget(c->L, c->arrays) != LUA_TNIL;
    lua_pop(c->L, 1);
    return marked;
}

static struct nkb_value *convert_table(struct converter *c, int index, int depth)
{
    lua_State *L = c->L;
    struct nkb_value *v;

    if (has_key(L, index, nkb_node_key)) {
        lua_getfield(L, -1, "value");
        v = convert(c, lua_gettop(L), depth);
        lua_pop(L, 2);
        return v;
    }
    if (has_key(L, index, nkb_object_key)) {
        lua_getfield(L, -1, "values");
        lua_getfield(L, -2, "keys");
        v = convert_object(c, lua_gettop(L) - 1, depth);
        lua_pop(L, 2);
        return v;
    }
    if (is_marked(c, index)) {
        for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
            if (!lua_isinteger(L, -2))
                complain(c, depth, "a list that has keys other than 1 to its length");
        return convert_list(c, index, lua_rawlen(L, index), depth);
    }
    return convert_plain(c, index, depth);
}

static struct nkb_value *convert(struct converter *c, int index, int depth)
{
    lua_State *L = c->L;
    struct nkb_str text;

    luaL_checkstack(L, 12, NULL);
    if (depth >= NKB_CONVERT_DEPTH)
        complain(c, depth, "nested too deep, or holds itself");
    if (++c->count > NKB_CONVERT_VALUES)
        complain(c, depth, "more than a million values");
    switch (lua_type(L, index)) {
    case LUA_TNIL:
        return checked(c, nkb_value_new(c->arena, NKB_ABSENT));
    case LUA_TBOOLEAN:
        return checked(c, nkb_value_bool(c->arena, lua_toboolean(L, index)));
    case LUA_TNUMBER:
        if (lua_isinteger(L, index))
            return checked(c, nkb_value_int(c->arena, lua_tointeger(L, index)));
        if (!isfinite(lua_tonumber(L, index)))
            complain(c, depth, "not a finite number");
        return checked(c, nkb_value_float(c->arena, lua_tonumber(L, index)));
    case LUA_TSTRING:
        text.ptr = lua_tolstring(L, index, &text.len);
        count_text(c, text.len, depth);
        return checked(c, nkb_value_string(c->arena, text));
    case LUA_TLIGHTUSERDATA:
        return checked(c, nkb_value_new(c->arena, NKB_NULL));
    case LUA_TTABLE:
        return convert_table(c, index, depth);
    case LUA_TUSERDATA:
        if (nkb_binding_at(L, index))
            return convert_bound(c, nkb_binding_at(L, index), depth);
        break;
    default:
        break;
    }
    complain(c, depth,
             lua_type(L, index) == LUA_TFUNCTION ? "a function; data is expected" : "not data");
    return NULL;
}

struct nkb_value *nkb_convert(lua_State *L, int index, const char *what, struct nkb_arena *arena)
{
    struct converter *c;
    int top = lua_gettop(L);

    index = lua_absindex(L, index);
    luaL_checkstack(L, 8, NULL);
    c = lua_newuserdatauv(L, sizeof *c, 0); /* too large for the C stack of a small thread */
    *c = (struct converter){.L = L, .arena = arena, .what = what};
    lua_getfield(L, LUA_REGISTRYINDEX, NKB_ARRAYS);
    c->arrays = top + 2;
    /* What a rule makes us build counts as its own. Whoever lends an arena that stays takes the
     * limit off again where this raises. */
    size_t limit = arena->limit_bytes, room = nkb_state_room(nkb_state_of(L));
    if (room < SIZE_MAX - arena->used_bytes)
        arena->limit_bytes = arena->used_bytes + room + 1;
    struct nkb_value *v = convert(c, index, 0);
    arena->limit_bytes = limit;
    lua_settop(L, top);
    return v;
}

int nkb_convert_to_json(const struct nkb_state *state, const struct nkb_value *v, int indent,
                        const char *what, size_t most, struct nkb_buf *out, struct nkb_err *err)
{
    char cap[32];
    out->limit = most == SIZE_MAX ? 0 : out->len + most + 1;
    int code = nkb_value_to_json(v, indent, out, err);
    out->limit = 0;
    if (out->full) {
        out->full = out->failed = false; /* what is there may be used again */
        return nkb_err_set(err, state->fault_code,
                           "%s: %s: needs more than %s of memory (--max-memory)",
                           state->subject, what, nkb_budget_bytes(state->limits.memory_bytes, cap));
    }
    if (code != NKB_EINPUT)
        return code;
    if (err)
        err->code = state->fault_code;
    nkb_err_prefix(err, "%s: %s: ", state->subject, what);
    return state->fault_code;
}
