/* Paths into a bound tree, as rules write them: "inference.e2e_model.latency_ms_avg",
 * "prompts[1].index" (lists as in Lua, from 1), or one argument a step where a name holds a dot.
 * Here are the complaints about names that do not exist, the methods of m, and what the runtime
 * asks of a tree.
 *
 * A rule may provoke a complaint a million times and catch it, so nothing here takes memory but
 * Lua's. */
#include <lauxlib.h>
#include <limits.h>
#include <stdio.h>

#include "base/num.h"
#include "base/text.h"
#include "host/bind.h"
#include "host/state.h"

enum {
    PATH_BYTES = 512,
    MAX_PATH_BYTES = 1000, /* that a rule may ask for */
    MAX_PATH_STEPS = 64,   /* shown; a deeper path loses its front */
    MAX_CANDIDATES = 1000, /* names compared for "did you mean" */
};

struct path { /* a path being written, cut at its end */
    char text[PATH_BYTES];
    size_t len;
};

static void add_position(struct path *path, size_t position)
{
    int n = snprintf(path->text + path->len, PATH_BYTES - path->len, "[%zu]", position);
    if (n > 0 && (size_t)n < PATH_BYTES - path->len)
        path->len += (size_t)n;
    path->text[path->len] = '\0';
}

static void add_key(struct path *path, struct nkb_str key)
{
    char shown[NKB_SHOWN_BYTES];
    int n = snprintf(path->text + path->len, PATH_BYTES - path->len, "%s%s", path->len ? "." : "",
                     nkb_show(key, shown));
    if (n > 0 && (size_t)n < PATH_BYTES - path->len)
        path->len += (size_t)n;
    path->text[path->len] = '\0';
}

static void path_to(const struct nkb_binding *binding, struct path *path)
{
    const struct nkb_binding *steps[MAX_PATH_STEPS];
    size_t count = 0;

    path->len = 0;
    path->text[0] = '\0';
    for (; binding->parent && count < MAX_PATH_STEPS; binding = binding->parent)
        steps[count++] = binding;
    while (count-- > 0) {
        if (steps[count]->position)
            add_position(path, steps[count]->position);
        else
            add_key(path, steps[count]->key);
    }
}

/* [-0, +1, e] the names stay on the stack as a userdata until the error is raised */
static const char *suggest(lua_State *L, const struct nkb_value *group, struct nkb_str name)
{
    const struct nkb_items *items = &group->as.items;
    size_t count = items->count < MAX_CANDIDATES ? items->count : MAX_CANDIDATES;
    const char **names = lua_newuserdatauv(L, (count + 1) * sizeof *names, 0);
    for (size_t i = 0; i < count; i++)
        names[i] = items->at[i].key.ptr ? items->at[i].key.ptr : "";
    return nkb_suggest(name, names, count);
}

/* There is no `name` in v, which stands at `path`. [-0, +0, e] */
static int raise_unknown(lua_State *L, enum nkb_bind_kind kind, const struct nkb_value *v,
                         struct path *path, struct nkb_str name)
{
    static const char *const nouns[] = {"no metric", "no parameter", "the result has no",
                                        "there is no"};
    const char *noun = nouns[kind];
    char hint[NKB_SHOWN_BYTES + 32] = "", lists[PATH_BYTES + 40] = "", shown[NKB_SHOWN_BYTES];
    struct path whole = *path;

    add_key(&whole, name);
    if (v->kind == NKB_ARRAY)
        return nkb_raise_here(L, "%s '%s'; '%s' is a list of %zu, its first item is '%s[1]'", noun,
                              whole.text, path->text, v->as.items.count, path->text);
    if (v->kind != NKB_OBJECT)
        return nkb_raise_here(L, "%s '%s'; '%s' is %s", noun, whole.text, path->text,
                              nkb_kind_name(v->kind));
    const char *meant = suggest(L, v, name);
    if (meant)
        snprintf(hint, sizeof hint, "; did you mean '%s'?", nkb_show(nkb_str_from(meant), shown));
    if (kind == NKB_BIND_METRICS)
        snprintf(lists, sizeof lists, " (nkibench metrics%s%s lists them)", path->len ? " " : "",
                 path->text);
    return nkb_raise_here(L, "%s '%s'%s%s", noun, whole.text, hint, lists);
}

int nkb_binding_miss(lua_State *L, const struct nkb_binding *binding, struct nkb_str name)
{
    struct path path;
    path_to(binding, &path);
    return raise_unknown(L, binding->kind, binding->value, &path, name);
}

struct found {
    const struct nkb_value *value; /* NULL: no such name */
    const struct nkb_value *at;    /* what has no such name, or the absent value on the way */
    struct nkb_str name;           /* the name it does not have */
    struct path path;              /* to value, or to at */
    const struct nkb_note *place;  /* of the innermost on the way that says its file; NULL: none */
    size_t place_len;              /* of the path there */
};

/* A document says where it is for all that lies in it. */
static void see_place(struct found *found)
{
    const struct nkb_note *note = found->value->note;
    if (!note || (!note->file && !note->source))
        return;
    found->place =
        note->file ? note : NULL; /* what has a source of its own is not the document's */
    found->place_len = found->path.len;
}

static bool is_absent(const struct nkb_value *v)
{
    return v->kind == NKB_ABSENT || v->kind == NKB_NULL;
}

/* Step into the member `key` of found->value. */
static bool step_key(struct found *found, struct nkb_str key)
{
    const struct nkb_value *member = nkb_value_find(found->value, key);
    if (!member) {
        found->name = key;
        return false;
    }
    add_key(&found->path, key);
    found->value = member;
    see_place(found);
    return true;
}

static bool step_position(struct found *found, int64_t position, struct nkb_str shown)
{
    if (found->value->kind != NKB_ARRAY || position < 1 ||
        (uint64_t)position > found->value->as.items.count) {
        found->name = shown;
        return false;
    }
    add_position(&found->path, (size_t)position);
    found->value = nkb_value_at(found->value, (size_t)position - 1);
    if (!found->value) {
        found->name = shown; /* no memory for it */
        return false;
    }
    see_place(found);
    return true;
}

/* One step of a path; returns the bytes it took, 0 when there is no such name. A name may hold
 * dots: the shortest that exists is taken. */
static size_t step_text(struct found *found, struct nkb_str rest)
{
    size_t end = 0;
    if (rest.ptr[0] == '[') {
        while (end < rest.len && rest.ptr[end] != ']')
            end++;
        int64_t position = 0;
        struct nkb_str digits = {rest.ptr + 1, end ? end - 1 : 0};
        if (end == rest.len || !nkb_parse_i64(digits, &position))
            position = 0;
        end = end < rest.len ? end + 1 : end;
        return step_position(found, position, (struct nkb_str){rest.ptr, end}) ? end : 0;
    }
    size_t first = 0;
    for (; end <= rest.len; end++) {
        if (end < rest.len && rest.ptr[end] != '.' && rest.ptr[end] != '[')
            continue;
        if (first == 0)
            first = end;
        if (step_key(found, (struct nkb_str){rest.ptr, end}))
            return end;
        if (found->value->kind != NKB_OBJECT)
            break;
    }
    found->name = (struct nkb_str){rest.ptr, first};
    return 0;
}

static void walk_text(struct found *found, struct nkb_str rest)
{
    while (found->value && rest.len && !is_absent(found->value)) {
        const struct nkb_value *before = found->value;
        size_t used = step_text(found, rest);
        if (used == 0) {
            found->at = before;
            found->value = NULL;
            return;
        }
        rest = (struct nkb_str){rest.ptr + used, rest.len - used};
        if (rest.len > 1 && rest.ptr[0] == '.')
            rest = (struct nkb_str){rest.ptr + 1, rest.len - 1};
    }
    if (rest.len) /* below something absent: the path is still the one asked for */
        add_key(&found->path, rest);
}

/* Arguments from `first` on are a path: one text, or one a step. */
static void find(lua_State *L, int first, const struct nkb_binding *root, struct found *found)
{
    int top = lua_gettop(L);

    found->value = root->value;
    found->at = NULL;
    found->place = NULL;
    path_to(root, &found->path);
    if (top == first && lua_type(L, first) == LUA_TSTRING) {
        size_t len;
        const char *text = lua_tolstring(L, first, &len);
        if (len == 0 || len > MAX_PATH_BYTES)
            luaL_argerror(L, first, len ? "a path that is too long" : "an empty path");
        walk_text(found, (struct nkb_str){text, len});
        return;
    }
    luaL_checkany(L, first);
    for (int i = first; i <= top; i++) {
        const struct nkb_value *before = found->value;
        bool is_integer = lua_isinteger(L, i), ok = true;
        lua_Integer position = lua_tointeger(L, i);
        struct nkb_str key;
        key.ptr = luaL_checklstring(L, i, &key.len);
        if (is_absent(before))
            add_key(&found->path, key);
        else if (is_integer)
            ok = step_position(found, position, key);
        else
            ok = step_key(found, key);
        if (!ok) {
            found->at = before;
            found->value = NULL;
            return;
        }
    }
}

static struct nkb_binding *check_binding(lua_State *L, int index)
{
    struct nkb_binding *binding = nkb_binding_at(L, index);
    if (!binding)
        luaL_argerror(L, index, "metrics expected");
    return binding;
}

static const struct nkb_value *must_find(lua_State *L, struct found *found)
{
    struct nkb_binding *root = check_binding(L, 1);
    find(L, 2, root, found);
    if (!found->value)
        raise_unknown(L, root->kind, found->at, &found->path, found->name);
    return found->value;
}

static const char *why_absent(const struct nkb_value *v)
{
    if (v->kind == NKB_NULL)
        return "null in the input";
    if (v->kind != NKB_ABSENT)
        return NULL;
    return v->note && v->note->why ? v->note->why : "not known";
}

/* m:why(path…): why it is absent; nil when it is there. */
static int l_why(lua_State *L)
{
    struct found found;
    lua_pushstring(L, why_absent(must_find(L, &found)));
    return 1;
}

/* m:has(path…): is it there? A name that does not exist is false too. */
static int l_has(lua_State *L)
{
    struct found found;
    find(L, 2, check_binding(L, 1), &found);
    lua_pushboolean(L, found.value && !is_absent(found.value));
    return 1;
}

static int l_unit(lua_State *L)
{
    struct found found;
    const struct nkb_value *v = must_find(L, &found);
    lua_pushstring(L, v->note ? v->note->unit : NULL);
    return 1;
}

static int l_source(lua_State *L)
{
    struct found found;
    const struct nkb_value *v = must_find(L, &found);
    lua_pushstring(L, v->note ? v->note->source : NULL);
    return 1;
}

void nkb_bind_push_methods(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"why", l_why}, {"has", l_has}, {"unit", l_unit}, {"source", l_source}, {NULL, NULL}};
    for (const luaL_Reg *method = methods; method->name; method++) {
        lua_pushcfunction(L, method->func);
        nkb_bind_add(L, method->name);
    }
}

/* The field of the file that the value found was read from. [-0, +1, e] */
static void push_field(lua_State *L, const struct found *found)
{
    const char *below = found->place ? found->path.text + found->place_len : "";
    if (found->place && found->place->field)
        lua_pushstring(L, found->place->field);
    else if (below[0])
        lua_pushstring(L, below + (below[0] == '.'));
    else
        lua_pushnil(L);
}

/* host.find(tree, path…): value, path, unit, source, file, field; or nil, path, reason. */
static int l_find(lua_State *L)
{
    struct found found;
    const struct nkb_value *v = must_find(L, &found);
    if (is_absent(v)) {
        lua_pushnil(L);
        lua_pushstring(L, found.path.text);
        lua_pushstring(L, why_absent(v));
        return 3;
    }
    nkb_bind_push_below(L, v, NKB_BIND_DATA, 1);
    lua_pushstring(L, found.path.text);
    lua_pushstring(L, v->note ? v->note->unit : NULL);
    lua_pushstring(L, v->note ? v->note->source : NULL);
    lua_pushstring(L, found.place ? found.place->file : NULL);
    push_field(L, &found);
    return 6;
}

/* host.kind(x): "array" or "object" for a bound tree, nothing for anything else. */
static int l_kind(lua_State *L)
{
    const struct nkb_value *v = nkb_bind_get(L, 1);
    if (!v)
        return 0;
    lua_pushstring(L, v->kind == NKB_ARRAY ? "array" : "object");
    return 1;
}

/* host.keys(tree): every name, those of absent values too. */
static int l_keys(lua_State *L)
{
    const struct nkb_items *items = &check_binding(L, 1)->value->as.items;
    if (items->count > INT_MAX)
        return luaL_error(L, "too many names");
    lua_createtable(L, (int)items->count, 0);
    for (size_t i = 0; i < items->count; i++) {
        struct nkb_str key = items->at ? items->at[i].key : NKB_STR_NONE; /* of lists: "" */
        lua_pushlstring(L, key.len ? key.ptr : "", key.len);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* host.note(tree, path…): unit, source, why; nothing for a name that does not exist. */
static int l_note(lua_State *L)
{
    struct found found;
    find(L, 2, check_binding(L, 1), &found);
    if (!found.value)
        return 0;
    const struct nkb_note *note = found.value->note;
    lua_pushstring(L, note ? note->unit : NULL);
    lua_pushstring(L, note ? note->source : NULL);
    lua_pushstring(L, why_absent(found.value));
    return 3;
}

void nkb_bind_register(lua_State *L)
{
    static const luaL_Reg functions[] = {{"find", l_find}, {"has", l_has},   {"kind", l_kind},
                                         {"keys", l_keys}, {"note", l_note}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
