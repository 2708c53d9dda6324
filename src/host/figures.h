/* The library "figures" of trusted scripts: what a page of many lines says in numbers, in fewer
 * steps than Lua takes for it. */
#ifndef NKB_HOST_FIGURES_H
#define NKB_HOST_FIGURES_H

#include <lua.h>

/* [-0, +1, m] */
int nkb_figures_open(lua_State *L);

#endif
