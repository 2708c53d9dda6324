/* The metrics of a test: a tree that somebody wrote down, as the engine would have made it. Private
 * to src/host. */
#ifndef NKB_HOST_TEST_TREE_H
#define NKB_HOST_TEST_TREE_H

#include "base/arena.h"
#include "base/err.h"
#include "host/test_shape.h"
#include "model/value.h"

/* Lay `layer` over the tree: objects are merged, all else is replaced. At the top a key may be a
 * path. NKB_EINPUT at a name that m cannot have and at a value of another type. A number that the
 * engine has with a fraction becomes one. */
int nkb_tree_lay(struct nkb_arena *arena, const struct nkb_shape *shape, struct nkb_value *tree,
                 const struct nkb_value *layer, struct nkb_err *err);
/* Likewise of a tree that the engine printed: its names are taken as they are. */
void nkb_tree_lay_fixture(struct nkb_arena *arena, struct nkb_value *tree,
                          const struct nkb_value *fixture);
/* Give every known name a place, absent where nothing was given, and every value its unit and
 * `source`. Returns the tree in m's order; NULL when memory runs out. */
struct nkb_value *nkb_tree_complete(struct nkb_arena *arena, const struct nkb_shape *shape,
                                    struct nkb_value *tree, const char *source);
/* The value at a path, to be changed in place; NULL: there is none. */
struct nkb_value *nkb_tree_find(struct nkb_value *tree, struct nkb_str path);

/* The key of the only member of an object that says a value is absent, and why. */
#define NKB_TREE_ABSENT "\1absent"

#endif
