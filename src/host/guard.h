/* The functions of Lua's library that a rule gets in a guarded form: bounded where no hook can
 * look, and without addresses or randomness in what they return. Private to src/host. */
#ifndef NKB_HOST_GUARD_H
#define NKB_HOST_GUARD_H

#include <lua.h>

/* Adds to the table on the top: pcall xpcall tostring charged(f) table_move, and strings{find match
 * gmatch gsub rep format}. The standard library must be open. [-0, +0, e] */
void nkb_guard_register(lua_State *L);

#endif
