/* Which lines of rules have run. Lines that can run are those the compiler made instructions for.
 */
#ifndef NKB_HOST_COVERAGE_H
#define NKB_HOST_COVERAGE_H

#include "base/arena.h"
#include "model/value.h"

struct nkb_host;
struct nkb_coverage;

struct nkb_coverage *nkb_coverage_new(void); /* NULL when memory runs out */
void nkb_coverage_free(struct nkb_coverage *coverage);
/* From now on, files below this folder count; what is there already stays. */
int nkb_coverage_of(struct nkb_coverage *coverage, const char *directory, struct nkb_err *err);
/* What the host runs is counted; the coverage outlives it. Before anything is loaded. */
void nkb_host_cover(struct nkb_host *host, struct nkb_coverage *coverage);
/* In path order: { path, lines, run, missing = { line … } }; NULL when memory runs out. */
struct nkb_value *nkb_coverage_value(const struct nkb_coverage *coverage, struct nkb_arena *arena);

/* For budget.c and state.c. */
struct lua_State;
struct lua_Debug;
/* A chunk has been compiled, its function is on the top. [-0, +0, e] */
void nkb_coverage_add(struct lua_State *L, struct nkb_coverage *coverage, const char *chunk);
/* A line is about to run. [-0, +0, -] */
void nkb_coverage_line(struct lua_State *L, struct nkb_coverage *coverage, struct lua_Debug *ar);

#endif
