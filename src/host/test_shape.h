/* The names m may have, as a tree of their own. Private to src/host. */
#ifndef NKB_HOST_TEST_SHAPE_H
#define NKB_HOST_TEST_SHAPE_H

#include "base/arena.h"
#include "base/str.h"
#include "host/api.h"

struct nkb_shape {
    struct nkb_str name; /* "[]": an item of a list; "*": whatever the input calls it */
    const struct nkb_api_metric *metric;
    struct nkb_shape *children, *next;
};

/* Made of the table of the API; NULL when memory runs out. */
const struct nkb_shape *nkb_shape_new(struct nkb_arena *arena);
/* What a member may be; NULL when there can be none of that name. */
struct nkb_shape *nkb_shape_member(const struct nkb_shape *shape, struct nkb_str name);
/* The metric behind a path, "hlo.modules[1].path"; NULL likewise, and below what is open. */
const struct nkb_api_metric *nkb_shape_find(const struct nkb_shape *shape, struct nkb_str path);

/* Paths as tests write them: bytes of the first step, and what is behind it. */
size_t nkb_step_length(struct nkb_str path);
struct nkb_str nkb_step_rest(struct nkb_str path, size_t step);

#endif
