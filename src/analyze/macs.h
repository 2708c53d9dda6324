/* Multiply-accumulates: of one instruction, of the module's text (static: upstream's count, integer
 * for integer), and of one execution of the module (executed). */
#ifndef NKB_ANALYZE_MACS_H
#define NKB_ANALYZE_MACS_H

#include "analyze/notes.h"
#include "analyze/sites.h"
#include "model/module.h"

/* Give every site its macs, and sum the static count: every computation once, dot and
 * AwsNeuronCustomNativeKernel only. What upstream skips with a warning is noted. A site whose MACs
 * cannot be had counts 0 here and becomes sites->fault (text in keep) if that is still free.
 * NKB_EINPUT when the static count goes beyond 63 bits, with the instruction named in err;
 * NKB_EMEMORY. */
int nkb_macs_weigh(struct nkb_sites *sites, struct nkb_arena *keep, struct nkb_notes *notes,
                   struct nkb_static_macs *out, struct nkb_err *err);

/* Sum of times[computation] * macs over all sites. NULL, or why there is none (from keep).
 * unknown_trip_counts is left alone. */
const char *nkb_macs_execute(const struct nkb_sites *sites, const nkb_i128 *times,
                             struct nkb_arena *keep, struct nkb_executed_macs *out);

/* part / whole rounded once; 0 when there is no whole, as upstream has it. */
double nkb_macs_ratio(int64_t part, int64_t whole);

#endif
