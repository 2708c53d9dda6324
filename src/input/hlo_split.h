/* A long run of instructions, or of computations, read on several threads: each part by a builder
 * of its own, and then put together in the order of the file, to the same module that one thread
 * makes. A part that is refused, for whatever reason, is nobody's fault yet: the run is then walked
 * on one thread. */
#ifndef NKB_INPUT_HLO_SPLIT_H
#define NKB_INPUT_HLO_SPLIT_H

#include "input/hlo_walk.h"

enum nkb_hlo_split_result {
    NKB_SPLIT_NOT,   /* nothing has happened; walk on */
    NKB_SPLIT_DONE,  /* the cursor stands behind the run */
    NKB_SPLIT_FAULT, /* memory has run out, and it is noted */
};

/* The tags of such fields. */
enum nkb_hlo_run {
    NKB_RUN_INSTRUCTIONS = 2 << 3 | NKB_WIRE_BYTES, /* in a computation */
    NKB_RUN_COMPUTATIONS = 3 << 3 | NKB_WIRE_BYTES, /* in a module */
};

/* The cursor is in a message that ends at offset `end`, at the tag of such a field, in a file.
 * Splits where the builder has threads for it and the run is worth them. */
enum nkb_hlo_split_result nkb_hlo_split(struct nkb_hlo_walk *walk, enum nkb_hlo_run kind,
                                        uint64_t end, unsigned depth);

#endif
