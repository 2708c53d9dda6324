#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_THREADS = 256 };

struct shared {
    nkb_pool_job *job;
    void *context;
    size_t job_count;
    atomic_size_t next;
};

struct worker {
    struct shared *shared;
    size_t index;
    pthread_t thread;
};

size_t nkb_pool_threads(size_t asked, size_t job_count)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t count = asked ? asked : cores > 0 ? (size_t)cores : 1;
    if (count > MAX_THREADS)
        count = MAX_THREADS;
    if (count > job_count)
        count = job_count;
    return count ? count : 1;
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;
    for (;;) {
        size_t job = atomic_fetch_add_explicit(&shared->next, 1, memory_order_relaxed);
        if (job >= shared->job_count)
            return NULL;
        shared->job(shared->context, job, worker->index);
    }
}

void nkb_pool_run(size_t thread_count, size_t job_count, nkb_pool_job *job, void *context)
{
    struct shared shared = {job, context, job_count, 0};
    struct worker workers[MAX_THREADS];
    size_t started = 0;

    if (thread_count > MAX_THREADS)
        thread_count = MAX_THREADS;
    for (size_t i = 1; i < thread_count; i++) {
        workers[started] = (struct worker){.shared = &shared, .index = i};
        if (pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0)
            started++;
    }
    struct worker self = {.shared = &shared, .index = 0};
    work(&self);
    for (size_t i = 0; i < started; i++)
        pthread_join(workers[i].thread, NULL);
}
