/* Views of HLO that answer a question: how fast can it be at all, what to move into kernels next, what
 * has changed. C counts, scripts/hlo_*.lua make the answer of the counts. */
#ifndef NKB_RUN_HLO_VIEWS_H
#define NKB_RUN_HLO_VIEWS_H

#include "analyze/hlo_table.h"
#include "run.h"

/* Is a view asked for ("view": roofline, advise or diff)? Then *attribution is what it is made of. */
bool run_hlo_view(const nkb_run *run, struct nkb_attribution *attribution);
/* Does it need the digest of every file? */
bool run_hlo_digests(const nkb_run *run);
/* What is asked with it ("chip", "cores", "top", "depth"), before any file is read: NKB_EUSAGE. */
int run_check_hlo_view(nkb_run *run);
/* With "against": read and analyse what the modules are compared with, a run of its own. */
int run_measure_against(nkb_run *run);
/* After it: only_before[], only_after[] (paths) and same_modules, by the bytes of the files. */
int run_compare_modules(nkb_run *run, struct nkb_value *argument);
/* The view as ".text", ".json" or ".lua". */
int run_hlo_view_text(nkb_run *run, const char *form, struct nkb_buf *out);

#endif
