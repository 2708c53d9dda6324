/* A bound value is a userdata whose metatable's __index is a plain table of what has been seen;
 * that table's own __index is a C function, asked once for each member. A list forgets its members
 * when memory is wanted (weak), so walking 100 000 modules costs the memory of one.
 *
 * The C functions used as keys below are ours alone: no rule can name them. */
#include "host/bind.h"

#include <lauxlib.h>
#include <string.h>

#include "base/text.h"
#include "host/state.h"

enum { LENT_BYTES = 4096 }; /* of an item at first */

static int l_miss(lua_State *L);
static int l_pairs(lua_State *L);

static const char *const kind_names[] = {"metrics", "parameters", "result", "data"};

struct nkb_binding *nkb_binding_at(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index))
        return NULL;
    lua_pushcfunction(L, l_miss);
    int type = lua_rawget(L, -2);
    lua_pop(L, 2);
    return type == LUA_TNIL ? NULL : lua_touserdata(L, index);
}

const struct nkb_value *nkb_bind_get(lua_State *L, int index)
{
    const struct nkb_binding *binding = nkb_binding_at(L, index);
    return binding ? binding->value : NULL;
}

static bool is_group(const struct nkb_value *v)
{
    return v->kind == NKB_OBJECT || v->kind == NKB_ARRAY;
}

static int l_read_only(lua_State *L)
{
    struct nkb_binding *binding = nkb_binding_at(L, 1);
    const char *name = binding ? kind_names[binding->kind] : "it";
    return nkb_raise_here(L, "the %s cannot be changed", name);
}

static int l_length(lua_State *L)
{
    struct nkb_binding *binding = nkb_binding_at(L, 1);
    lua_pushinteger(L, binding ? (lua_Integer)binding->value->as.items.count : 0);
    return 1;
}

/* The metatable of the tables of seen members: one for objects, one, with weak values, for lists.
 */
static void push_seen_metatable(lua_State *L, bool list)
{
    if (luaL_newmetatable(L, list ? "seen list" : "seen object")) {
        lua_pushcfunction(L, l_miss);
        lua_setfield(L, -2, "__index");
        if (list) {
            lua_pushliteral(L, "v");
            lua_setfield(L, -2, "__mode");
        }
    }
}

/* The binding on the top gets its metatable, and keeps alive what is at parent; 0: nothing. [-0,
 * +0, e] */
static void dress_group(lua_State *L, const struct nkb_binding *made, int parent)
{
    bool list = made->value->kind == NKB_ARRAY;

    if (parent) {
        lua_pushvalue(L, parent);
        lua_setiuservalue(L, -2, 1);
    }
    lua_createtable(L, 0, 7);

    lua_newtable(L); /* what has been seen */
    lua_pushcfunction(L, l_miss);
    lua_pushvalue(L, -4);
    lua_rawset(L, -3);
    push_seen_metatable(L, list);
    lua_setmetatable(L, -2);
    lua_setfield(L, -2, "__index");

    lua_pushcfunction(L, l_miss);
    lua_pushboolean(L, 1);
    lua_rawset(L, -3);
    lua_pushcfunction(L, l_pairs);
    lua_setfield(L, -2, "__pairs");
    lua_pushcfunction(L, l_read_only);
    lua_setfield(L, -2, "__newindex");
    if (list) {
        lua_pushcfunction(L, l_length);
        lua_setfield(L, -2, "__len");
    }
    lua_pushstring(L, kind_names[made->kind]);
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

/* [-0, +1, e] parent: index of the userdata it is a member of, 0 at the top */
static void push_group(lua_State *L, struct nkb_binding made, int parent)
{
    luaL_checkstack(L, 8, NULL);
    struct nkb_binding *binding = lua_newuserdatauv(L, sizeof made, parent ? 1 : 0);
    *binding = made;
    dress_group(L, binding, parent);
}

/* [-0, +1, e] */
static void push_value(lua_State *L, struct nkb_binding made, int parent, bool in_list)
{
    const struct nkb_value *v = made.value;
    switch (v->kind) {
    case NKB_ABSENT:
        lua_pushnil(L);
        return;
    case NKB_NULL:
        if (in_list)
            lua_pushlightuserdata(L, NULL); /* nkb.null */
        else
            lua_pushnil(L);
        return;
    case NKB_BOOL:
        lua_pushboolean(L, v->as.boolean);
        return;
    case NKB_INT:
        lua_pushinteger(L, v->as.integer);
        return;
    case NKB_FLOAT:
        lua_pushnumber(L, v->as.number);
        return;
    case NKB_STRING:
        lua_pushlstring(L, v->as.string.len ? v->as.string.ptr : "", v->as.string.len);
        return;
    case NKB_ARRAY:
    case NKB_OBJECT:
        push_group(L, made, parent);
    }
}

void nkb_bind_push(lua_State *L, const struct nkb_value *v, enum nkb_bind_kind kind)
{
    push_value(L, (struct nkb_binding){.value = v, .kind = kind}, 0, false);
    if (kind == NKB_BIND_METRICS && is_group(v))
        nkb_bind_push_methods(L);
}

void nkb_bind_push_below(lua_State *L, const struct nkb_value *v, enum nkb_bind_kind kind,
                         int index)
{
    bool lent = nkb_binding_at(L, index)->lent;
    push_value(L, (struct nkb_binding){.value = v, .kind = kind, .lent = lent}, index, false);
}

void *nkb_bind_lend(lua_State *L, const struct nkb_value *list, size_t i, size_t front_bytes,
                    const struct nkb_value **item)
{
    for (size_t room = LENT_BYTES;; room *= 2) {
        char *place = lua_newuserdatauv(L, front_bytes + room, 1);
        struct nkb_arena arena = nkb_arena_in(place + front_bytes, room);
        *item = nkb_value_item(list, i, &arena);
        if (*item && !nkb_arena_failed(&arena))
            return place;
        lua_pop(L, 1);
    }
}

/* An item of the list that is the value of the binding at `parent`. [-0, +1, e] */
static void push_lent(lua_State *L, struct nkb_binding made, int parent)
{
    luaL_checkstack(L, 8, NULL);
    struct nkb_binding *binding =
        nkb_bind_lend(L, made.parent->value, made.position - 1, sizeof made, &made.value);
    made.lent = true;
    *binding = made;
    if (is_group(made.value)) {
        dress_group(L, binding, parent);
        return;
    }
    push_value(L, made, 0, true);
    lua_remove(L, -2);
}

void nkb_bind_add(lua_State *L, const char *name)
{
    lua_getmetatable(L, -2);
    lua_getfield(L, -1, "__index");
    lua_pushstring(L, name);
    lua_pushvalue(L, -4);
    lua_rawset(L, -3);
    lua_pop(L, 3);
}

/* __index of the seen members: (seen, key). [-0, +1, e] */
static int l_miss(lua_State *L)
{
    lua_pushcfunction(L, l_miss);
    if (lua_rawget(L, 1) != LUA_TUSERDATA)
        return 0;
    const struct nkb_binding *binding = lua_touserdata(L, 3);
    const struct nkb_items *items = &binding->value->as.items;
    struct nkb_binding member = {.parent = binding, .kind = binding->kind, .lent = binding->lent};
    bool list = binding->value->kind == NKB_ARRAY;
    int is_integer = 0;

    if (list && lua_type(L, 2) == LUA_TNUMBER) {
        lua_Integer position = lua_tointegerx(L, 2, &is_integer);
        if (!is_integer || position < 1 || (lua_Unsigned)position > items->count)
            return 0;
        member.position = (size_t)position;
        if (nkb_value_makes_items(binding->value)) {
            push_lent(L, member, 3);
            lua_pushvalue(L, 2);
            lua_pushvalue(L, -2);
            lua_rawset(L, 1);
            return 1;
        }
        member.value = items->at[position - 1].value;
    } else if (!list && lua_type(L, 2) == LUA_TSTRING) {
        size_t len;
        member.key.ptr =
            lua_tolstring(L, 2, &len); /* lives as long as the parent's table of seen members */
        member.key.len = len;
        member.value = nkb_value_find(binding->value, member.key);
    }
    if (!member.value) {
        size_t len;
        struct nkb_str name;
        luaL_tolstring(L, 2, &len);
        name = (struct nkb_str){lua_tostring(L, -1), len};
        bool strict = binding->kind != NKB_BIND_DATA &&
                      (binding->kind != NKB_BIND_RESULT || binding->parent == NULL);
        return strict ? nkb_binding_miss(L, binding, name) : 0;
    }
    if (member.value->kind == NKB_ABSENT && member.key.ptr && member.value->note &&
        member.value->note->why)
        nkb_hint_missed(nkb_state_of(L), member.key, member.value->note->why);
    push_value(L, member, 3, list);
    if (!lua_isnil(L, -1)) {
        lua_pushvalue(L, 2);
        lua_pushvalue(L, -2);
        lua_rawset(L, 1);
    }
    return 1;
}

/* The iterator of pairs: upvalues are the position and whether it is a list. (bound, previous key)
 */
static int l_next_member(lua_State *L)
{
    const struct nkb_binding *binding = nkb_binding_at(L, 1);
    if (!binding)
        return luaL_argerror(L, 1, "metrics expected");
    const struct nkb_items *items = &binding->value->as.items;
    lua_Integer at = lua_tointeger(L, lua_upvalueindex(1));

    for (; (size_t)at < items->count; at++) {
        lua_settop(L, 1);
        if (binding->value->kind == NKB_ARRAY) {
            lua_pushinteger(L, at + 1);
        } else {
            struct nkb_str key = items->at[at].key;
            lua_pushlstring(L, key.len ? key.ptr : "", key.len);
        }
        lua_pushvalue(L, 2);
        lua_gettable(L, 1);
        if (lua_isnil(L, 3))
            continue; /* absent: named, but nothing to see */
        lua_pushinteger(L, at + 1);
        lua_replace(L, lua_upvalueindex(1));
        return 2;
    }
    return 0;
}

static int l_pairs(lua_State *L)
{
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, l_next_member, 1);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}
