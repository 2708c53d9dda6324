/* The fields that nearly all instructions have, in the form nearly all compilers give them, without
 * the detour by the schema: most of a module is made of them. Nothing is refused here. What is not
 * usual, a field given twice or one that is amiss is left to the walk by the schema, which comes to
 * the same values and knows the faults. */
#ifndef NKB_INPUT_HLO_USUAL_H
#define NKB_INPUT_HLO_USUAL_H

#include "input/hlo_build.h"

enum { NKB_HLO_USUAL_BYTES = 127 }; /* no name or opcode is longer: its length has one byte */

/* Takes fields from `p` on for as long as they are usual, at most to `end`, where the message ends.
 * Returns where it stopped: at the tag of a field that has not been looked at, or at `end`.
 * `target` is the struct that the message fills. */
typedef const unsigned char *nkb_hlo_usual_fn(struct nkb_hlo_build *build, const unsigned char *p,
                                              const unsigned char *end, void *target);

nkb_hlo_usual_fn nkb_hlo_usual_instruction; /* struct nkb_hlo_draft */
nkb_hlo_usual_fn nkb_hlo_usual_metadata;    /* struct nkb_hlo_metadata */

/* Whole instructions of a computation, one behind the other, in the usual form of tag and length.
 * Returns what follows them; or NULL for a fault; or where it stopped inside one that it has
 * opened, and that ends at *unfinished. */
const unsigned char *nkb_hlo_usual_instructions(struct nkb_hlo_build *build, const unsigned char *p,
                                                const unsigned char *end,
                                                const unsigned char **unfinished);

#endif
