/* Value trees as Lua sees them: read-only, made lazily, a member once seen costs a table look-up.
 * Objects iterate in their order, lists from 1; an absent value is nil, and so is a null of an
 * object's; a null in a list is nkb.null, so that the list does not end there. The tree must
 * outlive the state; what a list makes anew for who looks (nkb_value_item) is Lua's own and goes
 * with the last that refers to it. Private to src/host. */
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
/* A value below the one at index: what that is lent stays as long as this does. [-0, +1, e] */
void nkb_bind_push_below(lua_State *L, const struct nkb_value *v, enum nkb_bind_kind kind,
                         int index);
/* An item of a list that makes its items, behind front_bytes of the caller's in a userdata of one
 * user value, and as long as that lives. [-0, +1, e] */
void *nkb_bind_lend(lua_State *L, const struct nkb_value *list, size_t i, size_t front_bytes,
                    const struct nkb_value **item);
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
    bool lent; /* the value is of a list that makes its items, and goes with the userdata */
};
struct nkb_binding *nkb_binding_at(lua_State *L, int index);
/* Raise that `name` is not in the binding. [-0, +0, e] */
int nkb_binding_miss(lua_State *L, const struct nkb_binding *binding, struct nkb_str name);

#endif
