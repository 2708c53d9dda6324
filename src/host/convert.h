/* What a rule or script made, as a value tree. Private to src/host. */
#ifndef NKB_HOST_CONVERT_H
#define NKB_HOST_CONVERT_H

#include <lua.h>

#include "base/arena.h"
#include "base/buf.h"
#include "model/value.h"

/* Keys of our own kinds of table, functions that nothing calls and no rule can name: an ordered
 * object has its {keys, values} there, a node of the derivation its data. */
int nkb_object_key(lua_State *L);
int nkb_node_key(lua_State *L);
/* Registry field: a table with weak keys, the lists that were marked as such. */
#define NKB_ARRAYS "nkb.arrays"

/* The value at index. Ordered objects keep their order, a plain table is a list when its keys are
 * 1…n (an empty one too), else an object with its keys sorted; a bound tree is taken as it is,
 * without a copy, a node of the derivation is its number, nkb.null is null. Raises at anything
 * else, at nesting deeper than NKB_CONVERT_DEPTH (so a table that holds itself ends) and beyond
 * NKB_CONVERT_VALUES values or NKB_CONVERT_BYTES of text, each counted as often as it is met.
 * `what` is what messages call the whole.
 * [-0, +0, e] */
enum { NKB_CONVERT_DEPTH = 200, NKB_CONVERT_VALUES = 1000000, NKB_CONVERT_BYTES = 64 << 20 };
struct nkb_value *nkb_convert(lua_State *L, int index, const char *what, struct nkb_arena *arena);

/* A value a rule made as JSON behind what is in `out`, `what` as above: an error is the rule's
 * fault, and so is a text beyond `most` bytes (SIZE_MAX: any), for indents make much of little. */
struct nkb_state;
int nkb_convert_to_json(const struct nkb_state *state, const struct nkb_value *v, int indent,
                        const char *what, size_t most, struct nkb_buf *out, struct nkb_err *err);

#endif
