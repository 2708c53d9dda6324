#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_THREADS = 256 };

struct worker {
    struct nkb_pool *pool;
    size_t index;
    pthread_t thread;
};

struct nkb_pool {
    nkb_pool_job *job;
    void *context;
    atomic_size_t next, offered; /* jobs; those from `offered` on are waited for */
    bool closed;                 /* no more will be offered */
    pthread_mutex_t lock;        /* of offered and closed while they change */
    pthread_cond_t changed;
    size_t started;
    struct worker workers[]; /* the threads that were started */
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

/* Has it been offered? Waits until that is known. */
static bool wait_for(struct nkb_pool *pool, size_t job)
{
    if (job < atomic_load_explicit(&pool->offered, memory_order_acquire))
        return true;
    pthread_mutex_lock(&pool->lock);
    while (!pool->closed && job >= atomic_load_explicit(&pool->offered, memory_order_relaxed))
        pthread_cond_wait(&pool->changed, &pool->lock);
    bool offered = job < atomic_load_explicit(&pool->offered, memory_order_relaxed);
    pthread_mutex_unlock(&pool->lock);
    return offered;
}

static void work(struct nkb_pool *pool, size_t worker)
{
    for (;;) {
        size_t job = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
        if (!wait_for(pool, job))
            return;
        pool->job(pool->context, job, worker);
    }
}

static void *run_worker(void *argument)
{
    struct worker *worker = argument;
    work(worker->pool, worker->index);
    return NULL;
}

struct nkb_pool *nkb_pool_start(size_t thread_count, nkb_pool_job *job, void *context)
{
    if (thread_count > MAX_THREADS)
        thread_count = MAX_THREADS;
    struct nkb_pool *pool = malloc(sizeof *pool + thread_count * sizeof pool->workers[0]);
    if (!pool)
        return NULL;
    *pool = (struct nkb_pool){.job = job, .context = context};
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->changed, NULL);
    for (size_t i = 1; i < thread_count; i++) {
        struct worker *worker = &pool->workers[pool->started];
        *worker = (struct worker){.pool = pool, .index = i};
        if (pthread_create(&worker->thread, NULL, run_worker, worker) == 0)
            pool->started++;
    }
    return pool;
}

static void offer(struct nkb_pool *pool, size_t job_count, bool closed)
{
    pthread_mutex_lock(&pool->lock);
    atomic_store_explicit(&pool->offered, job_count, memory_order_release);
    pool->closed = closed;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

void nkb_pool_offer(struct nkb_pool *pool, size_t job_count)
{
    offer(pool, job_count, false);
}

size_t nkb_pool_taken(struct nkb_pool *pool)
{
    return atomic_load_explicit(&pool->next, memory_order_relaxed);
}

void nkb_pool_finish(struct nkb_pool *pool)
{
    offer(pool, atomic_load_explicit(&pool->offered, memory_order_relaxed), true);
    work(pool, 0);
    for (size_t i = 0; i < pool->started; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

void nkb_pool_run(size_t thread_count, size_t job_count, nkb_pool_job *job, void *context)
{
    struct nkb_pool *pool = thread_count > 1 ? nkb_pool_start(thread_count, job, context) : NULL;
    for (size_t i = 0; !pool && i < job_count; i++)
        job(context, i, 0);
    if (!pool)
        return;
    nkb_pool_offer(pool, job_count);
    nkb_pool_finish(pool);
}
