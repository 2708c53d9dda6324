/* Value trees as Lua sees them: read-only, made lazily, a member once seen costs a table look-up.
 * Objects iterate in their order, lists from 1; an absent value is nil, and so is a null of an
 * object's; a null in a list is nkb.null, so that the list does not end there. The tree must
 * outlive the state. Private to src/host. */
#ifndef NKB_HOST_BIND_H
#define NKB_HOST_BIND_H

#include <lua.h>

#include "model/value.h"

/* What a tree is to a rule: it decides what a name that does not exist does. */
enum nkb_bind_kind {
    NKB_BIND_METRICS, /* raises "no metric 'a.b'; did you mean …" */
    NKB_BIND_PARAMS,  /* raises "no parameter 'x'; …" */
    NKB_BIND_RESULT,  /* raises at the top, nil below */
    NKB_BIND_DATA,    /* nil */
};

/* [-0, +1, e] */
void nkb_bind_push(lua_State *L, const struct nkb_value *v, enum nkb_bind_kind kind);
/* The tree behind the value at index, NULL when it is not one of ours. Never raises. */
const struct nkb_value *nkb_bind_get(lua_State *L, int index);
/* Add a member that the tree does not have, to the bound value below the top, and pop it. [-1, +0,
 * e] */
void nkb_bind_add(lua_State *L, const char *name);

/* Functions for the runtime's table `host`: kind(x), keys(x), note(x, key), find(m, path…). [-0,
 * +0, e] */
void nkb_bind_register(lua_State *L);
/* The methods of m: why, has, unit, source. Used by bind.c. */
void nkb_bind_push_methods(lua_State *L);

/* Shared by bind.c and path.c. */
struct nkb_binding {
    const struct nkb_value *value;
    const struct nkb_binding *parent; /* kept alive by user value 1; NULL at the top */
    struct nkb_str key;               /* in an object */
    size_t position;                  /* in a list, from 1; 0: not in a list */
    enum nkb_bind_kind kind;
};
struct nkb_binding *nkb_binding_at(lua_State *L, int index);
/* Raise that `name` is not in the binding. [-0, +0, e] */
int nkb_binding_miss(lua_State *L, const struct nkb_binding *binding, struct nkb_str name);

#endif
