/* Values of a rule's parameters. Private to src/host. */
#ifndef NKB_HOST_PARAM_H
#define NKB_HOST_PARAM_H

#include "base/arena.h"
#include "base/err.h"
#include "host/host.h"

/* Text to value by the parameter's type, without a look at its bounds. `label` begins messages:
 * "--base-mfu". NKB_EUSAGE. */
int nkb_param_parse(const struct nkb_param *param, const char *text, const char *label,
                    struct nkb_arena *arena, const struct nkb_value **out, struct nkb_err *err);
/* Bounds, choices and dates; `code` is what a violation returns. */
int nkb_param_check(const struct nkb_param *param, const struct nkb_value *v, const char *label,
                    int code, struct nkb_err *err);
/* Fill `param` from its description by scripts/runtime/rule.lua, at the top of the stack. [-0, +0,
 * e] */
struct lua_State;
void nkb_param_describe(struct lua_State *L, struct nkb_param *param, struct nkb_arena *arena);

#endif
