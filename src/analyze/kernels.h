/* The custom-calls of a module as a table: one row a (target, func_name, MACs of one call), in that
 * order. */
#ifndef NKB_ANALYZE_KERNELS_H
#define NKB_ANALYZE_KERNELS_H

#include "analyze/notes.h"
#include "analyze/sites.h"
#include "model/module.h"

/* Make module->kernels in keep. times NULL: executed figures stay 0. Returns 0 or NKB_EMEMORY; *why
 * is set when an executed figure is beyond 63 bits. */
int nkb_kernels_tabulate(const struct nkb_sites *sites, const nkb_i128 *times,
                         struct nkb_arena *scratch, struct nkb_arena *keep,
                         struct nkb_module *module, const char **why, struct nkb_err *err);

/* MACs of one call as the kernel states them, or by its shapes where they tell
 * (AwsNeuronIntMatmult, AwsNeuronCollectiveMatmul); false and 0 when they are not known. */
bool nkb_kernel_call_macs(const struct nkb_sites *sites, const struct nkb_site *site, int64_t *out);

/* Note the custom-calls that multiply by their names but count nothing. */
void nkb_kernels_note(const struct nkb_module *module, struct nkb_notes *notes);

/* Sort rows and add up those with the same key; *count becomes the number left. False when a sum is
 * beyond 63 bits. Also makes the table of many modules from theirs. */
bool nkb_kernels_merge(struct nkb_kernel *rows, size_t *count);

#endif
