/* Arithmetic on integer constants: done where it is exact in the type it is done in, and otherwise
 * not at all. What is folded is limited by a budget, so that no loop of a hostile module costs more
 * than another. */
#ifndef NKB_ANALYZE_FOLD_H
#define NKB_ANALYZE_FOLD_H

#include "analyze/trace.h"
#include "base/num.h"

/* Instructions folded for one loop, and how deep an expression may be. */
enum { NKB_FOLD_MAX_INSTRUCTIONS = 256, NKB_FOLD_MAX_DEPTH = 12 };

struct nkb_range {
    nkb_i128 low, high;
};

/* What an integer type can hold; false for any other type. */
bool nkb_range_of_type(int32_t element_type, struct nkb_range *range);

static inline bool nkb_range_holds(const struct nkb_range *range, nkb_i128 v)
{
    return v >= range->low && v <= range->high;
}

struct nkb_fold {
    /* What a slot of the state always holds; NULL where nothing is known of any. */
    bool (*slot)(void *context, const struct nkb_trace_path *slot, nkb_i128 *value);
    void *context;
    int *budget; /* instructions that may still be folded */
};

/* The value where an origin comes down to constants. The tracer keeps no frame of what is looked at
 * on the way. */
bool nkb_fold_origin(const struct nkb_fold *fold, struct nkb_tracer *tracer,
                     const struct nkb_origin *origin, nkb_i128 *value);

#endif
