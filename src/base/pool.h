/* Spread independent jobs over threads. The order in which jobs run is not fixed; results must be
 * stored by job index, so that what comes out never depends on the number of threads. */
#ifndef NKB_BASE_POOL_H
#define NKB_BASE_POOL_H

#include <stddef.h>

#include "base/err.h"

/* worker is 0 … thread_count-1, for per-thread scratch. A job reports failure in its own result. */
typedef void nkb_pool_job(void *context, size_t job, size_t worker);

/* How many threads a run would use: asked (0: one a core), never more than jobs, at least 1. */
size_t nkb_pool_threads(size_t asked, size_t job_count);

/* Run job 0 … job_count-1 on thread_count threads (this one among them) and wait for all.
 * A thread that cannot be started is done without; the jobs all run. */
void nkb_pool_run(size_t thread_count, size_t job_count, nkb_pool_job *job, void *context);

#endif
