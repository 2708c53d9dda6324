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

/* The same for jobs that are found one by one: the other threads run what has been offered while this
 * one looks for more. NULL when memory runs out; to be ended by nkb_pool_finish. */
struct nkb_pool *nkb_pool_start(size_t thread_count, nkb_pool_job *job, void *context);
/* Jobs 0 … job_count-1 may be run: never less than were offered before. What was written before is
 * seen by the jobs that are new. */
void nkb_pool_offer(struct nkb_pool *pool, size_t job_count);
/* How many of them have been taken, or are waited for; others may be by the time this returns. */
size_t nkb_pool_taken(struct nkb_pool *pool);
/* Run what is left on this thread, too, as worker 0; returns when all that was offered is done. */
void nkb_pool_finish(struct nkb_pool *pool);

#endif
