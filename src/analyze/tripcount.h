/* How often a while loop runs: what its annotation says, else what follows from where its counter
 * starts, what it is compared with and how it steps; else unknown. Nothing is guessed. */
#ifndef NKB_ANALYZE_TRIPCOUNT_H
#define NKB_ANALYZE_TRIPCOUNT_H

#include "model/hlo.h"
#include "model/module.h"

struct nkb_trip {
    enum nkb_trip_how how;
    int64_t count;     /* UNKNOWN: 1 */
    const char *why;   /* UNKNOWN: static, "its bound is not constant" */
    bool contradicted; /* ANNOTATED, but the loop itself says `inferred` */
    int64_t inferred;
};

struct nkb_trip nkb_trip_find(const struct nkb_hlo *hlo,
                              const struct nkb_hlo_computation *computation,
                              const struct nkb_hlo_instruction *in);

#endif
