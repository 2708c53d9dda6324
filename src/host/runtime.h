/* Our own Lua inside a state: the chunks of scripts/runtime, and the table `host` they share, which
 * no rule sees. Private to src/host. */
#ifndef NKB_HOST_RUNTIME_H
#define NKB_HOST_RUNTIME_H

#include <lua.h>
#include <stdbool.h>

/* Open Lua's library, make `host` and load the chunks: all of them for a rule, for a trusted script
 * those of the library nkb, its global, once it asks for it. Leaves `host` on the stack. [-0, +1,
 * e] */
void nkb_runtime_open(lua_State *L, bool for_rule);
/* Push host[module][name] (module NULL: host[name]). [-0, +1, e] */
void nkb_runtime_push(lua_State *L, const char *module, const char *name);

/* require for rules: require.c. The directory of the rule and a cache live in the registry. [-0,
 * +0, e] */
int nkb_runtime_require(lua_State *L);

#endif
