/* Where rules and their modules are looked for. Private to src/host. */
#ifndef NKB_HOST_FIND_H
#define NKB_HOST_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { NKB_MAX_PLACES = 64, NKB_MAX_RULE_BYTES = 1 << 20 };

struct nkb_place {
    const char *origin;    /* as in struct nkb_rule_source */
    const char *directory; /* NULL: the embedded rules */
};
/* In the order of the search, the embedded ones last. */
size_t nkb_places(struct nkb_arena *arena, struct nkb_place places[NKB_MAX_PLACES]);

/* "dir/name", or name alone for the current directory. */
const char *nkb_place_path(struct nkb_arena *arena, const char *directory, const char *name);
/* The names of the rules in a place, sorted, without running any. */
enum { NKB_MAX_LISTED = 1000 };
size_t nkb_place_rules(const struct nkb_place *place, struct nkb_arena *arena,
                       const char *names[NKB_MAX_LISTED]);
/* Is it a regular file? What lies about under a rule's name may be a pipe that nobody fills. */
bool nkb_is_file(const char *path);
/* Does path, with all links followed, stay below directory? */
bool nkb_is_inside(const char *path, const char *directory);

#endif
