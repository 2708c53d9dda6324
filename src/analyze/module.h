/* One HLO module's analysis: everything of struct nkb_module that the HLO decides. A pure function:
 * the same module gives the same value, whoever else is analysed beside it. */
#ifndef NKB_ANALYZE_MODULE_H
#define NKB_ANALYZE_MODULE_H

#include "analyze/attribution.h"
#include "base/arena.h"
#include "base/err.h"
#include "model/hlo.h"
#include "model/module.h"

/* Fill the second half of *module. What it points to comes from keep and keeps nothing of hlo.
 * Returns 0; NKB_EINPUT when the static count overflows 63 bits (module->ok is false and
 * module->error says so); NKB_EMEMORY. */
int nkb_module_analyze(const struct nkb_hlo *hlo, struct nkb_arena *keep, struct nkb_module *module,
                       struct nkb_err *err);

/* The same, and where its counts belong: module->groups of the dimensions named in `by`. Without
 * any (or NULL) nothing is spent on them. */
int nkb_module_analyze_by(const struct nkb_hlo *hlo, const struct nkb_attribution *by,
                          struct nkb_arena *keep, struct nkb_module *module, struct nkb_err *err);

/* m.hlo of DESIGN 6 from analysed modules in path order. A module enters the totals when it is ok
 * and (a bare protobuf, named on the command line, or any_form); with dedupe, not when duplicate_of
 * is set. `source` names where they are from ("neuron_cache"). A total beyond 63 bits is absent
 * with a reason. What it says of each module is made of it when it is looked at, so the modules
 * live as long as the tree. */
struct nkb_hlo_totals_options {
    bool any_form, dedupe;
    const char *source;
};
/* Does it enter the totals? */
bool nkb_hlo_counts(const struct nkb_module *module, const struct nkb_hlo_totals_options *options);
struct nkb_value *nkb_hlo_metrics(struct nkb_arena *arena, const struct nkb_module *modules,
                                  size_t count, const struct nkb_hlo_totals_options *options);

#endif
