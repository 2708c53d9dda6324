/* On every HLO file of the corpus, text and protobuf: by whatever dimension the counts are put
 * together, they add up to the module's; and two threads find what one finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyze/module.h"
#include "base/pool.h"
#include "input/hlo.h"

enum { ALL = (1 << NKB_DIMENSIONS) - 1, MOST_FILES = 2000, TOP = 7 };

static struct files {
    char *at[MOST_FILES];
    size_t count;
} files;

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* At most some folders deep: the corpus has no links. */
static void find_files(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        char path[4096];
        struct stat st;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (stat(path, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode))
            find_files(path);
        else if (files.count < MOST_FILES)
            files.at[files.count++] = strdup(path);
    }
    if (dir)
        closedir(dir);
}

static struct nkb_attribution by_all(uint32_t depth)
{
    return (struct nkb_attribution){
        .dimensions = ALL, .depth = depth, .top = TOP, .sort = NKB_FIG_MACS};
}

struct total {
    nkb_i128 figures[NKB_FIGURES];
    uint32_t absent; /* in any group */
};

static void add(struct total *total, const struct nkb_group *group)
{
    total->absent |= group->absent;
    for (int f = 0; f < NKB_FIGURES; f++)
        total->figures[f] += group->figures[f];
}

static struct total add_up(const struct nkb_groups *groups)
{
    struct total total = {0};
    assert_true(groups->made);
    for (uint32_t i = 0; i < groups->count; i++)
        add(&total, &groups->at[i]);
    if (groups->has_rest)
        add(&total, &groups->rest);
    return total;
}

#define EQUAL(figure, expected)                                                                    \
    do {                                                                                           \
        if ((total.absent >> (figure)&1) == 0 && total.figures[figure] != (expected))              \
            fail_msg("%s by %s: %s is %lld, of the module %lld", path, nkb_dimension_name(d),      \
                     nkb_figure_name(figure), (long long)total.figures[figure],                    \
                     (long long)(expected));                                                       \
    } while (0)

/* Returns how many figures of all dimensions could be compared. */
static int check_sums(const char *path, const struct nkb_module *m)
{
    const struct total whole = add_up(nkb_module_groups(m, NKB_BY_MODULE));
    nkb_i128 flops = 0;
    bool all_flops = m->has_xla && m->has_executed;
    int compared = 0;
    for (uint32_t i = 0; i < m->op_count; i++) {
        flops += m->ops[i].executed_flops;
        all_flops = all_flops && m->ops[i].has_executed_flops;
    }
    for (enum nkb_dimension d = 0; d < NKB_DIMENSIONS; d++) {
        struct total total = add_up(nkb_module_groups(m, d));
        EQUAL(NKB_FIG_INSTRUCTIONS, m->instructions);
        EQUAL(NKB_FIG_STATIC_MACS, m->static_macs.macs);
        EQUAL(NKB_FIG_STATIC_NKI, m->static_macs.nki_macs);
        if (m->has_executed) {
            EQUAL(NKB_FIG_MACS, m->executed.macs);
            EQUAL(NKB_FIG_DOT, m->executed.dot_macs);
            EQUAL(NKB_FIG_CONV, m->executed.conv_macs);
            EQUAL(NKB_FIG_NKI, m->executed.nki_macs);
            EQUAL(NKB_FIG_OTHER, m->executed.other_macs);
        }
        if (m->has_xla) {
            EQUAL(NKB_FIG_XLA_FLOPS, (nkb_i128)m->xla.flops + m->xla.unknown_calls);
            EQUAL(NKB_FIG_XLA_CALLS, m->xla.unknown_calls);
            EQUAL(NKB_FIG_XLA_TRANSCENDENTALS, m->xla.transcendentals);
            EQUAL(NKB_FIG_XLA_BYTES, m->xla.bytes + total.figures[NKB_FIG_XLA_BYTE_CALLS]);
        }
        if (all_flops)
            EQUAL(NKB_FIG_FLOPS, flops);
        for (enum nkb_figure f = 0; f < NKB_FIGURES; f++) {
            if ((whole.absent >> f & 1) == 0)
                EQUAL(f, whole.figures[f]);
            compared += (total.absent >> f & 1) == 0;
        }
        if (m->has_executed)
            assert_false(total.absent & NKB_FIGS_RUN & ~(1u << NKB_FIG_CALLS));
        if (m->has_xla)
            assert_false(total.absent & NKB_FIGS_XLA);
    }
    return compared;
}

struct job {
    struct nkb_arena arenas[2]; /* what is kept, by worker */
    struct nkb_module *modules;
    uint32_t depth;
    size_t threads; /* over the files, and over what can be counted apart of each */
};

static void analyse(void *context, size_t i, size_t worker)
{
    struct job *job = context;
    struct nkb_arena scratch = NKB_ARENA_INIT;
    struct nkb_attribution by = by_all(job->depth);
    by.threads = job->threads;
    struct nkb_err err;
    struct nkb_hlo hlo;
    if (nkb_hlo_read_file(files.at[i], &scratch, &hlo, &err) == 0)
        nkb_module_analyze_by(&hlo, &by, &job->arenas[worker], &job->modules[i], &err);
    nkb_arena_free(&scratch);
}

static void open_job(struct job *job, uint32_t depth, size_t threads)
{
    *job = (struct job){.depth = depth, .threads = threads};
    job->modules = test_calloc(files.count, sizeof *job->modules);
    nkb_pool_run(threads, files.count, analyse, job);
}

static void close_job(struct job *job)
{
    nkb_arena_free(&job->arenas[0]);
    nkb_arena_free(&job->arenas[1]);
    test_free(job->modules);
}

static void expect_same(const struct nkb_group *a, const struct nkb_group *b)
{
    assert_true(nkb_str_equal(a->key, b->key));
    assert_true(nkb_str_equal(a->detail, b->detail));
    assert_int_equal(a->has_call_macs, b->has_call_macs);
    assert_int_equal(a->call_macs, b->call_macs);
    assert_int_equal(a->absent, b->absent);
    assert_memory_equal(a->figures, b->figures, sizeof a->figures);
}

static void test_groups_add_up_to_the_module(void **state)
{
    size_t counted = 0, compared = 0;
    const uint32_t depths[] = {0, 1, 3};
    (void)state;
    if (files.count == 0) {
        print_message("SKIPPED: no corpus (CORPUS is not set)\n");
        skip();
    }
    for (size_t k = 0; k < sizeof depths / sizeof *depths; k++) {
        struct job job;
        open_job(&job, depths[k], 2);
        for (size_t i = 0; i < files.count; i++)
            if (job.modules[i].ok) {
                counted++;
                compared += (size_t)check_sums(files.at[i], &job.modules[i]);
            }
        close_job(&job);
    }
    print_message("%zu files, %zu of them counted at 3 depths, %zu figures compared\n", files.count,
                  counted / 3, compared);
    assert_true(counted / 3 > 400);
}

static void test_two_threads_find_what_one_finds(void **state)
{
    struct job one, two;
    (void)state;
    if (files.count == 0)
        skip();
    open_job(&one, 0, 1);
    open_job(&two, 0, 2);
    for (size_t i = 0; i < files.count; i++)
        for (int d = 0; d < NKB_DIMENSIONS; d++) {
            enum nkb_dimension by = (enum nkb_dimension)d;
            const struct nkb_groups *a = nkb_module_groups(&one.modules[i], by),
                                    *b = nkb_module_groups(&two.modules[i], by);
            assert_int_equal(a->made, b->made);
            assert_int_equal(a->count, b->count);
            for (uint32_t g = 0; g < a->count; g++)
                expect_same(&a->at[g], &b->at[g]);
            expect_same(&a->rest, &b->rest);
        }
    close_job(&one);
    close_job(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups_add_up_to_the_module),
        cmocka_unit_test(test_two_threads_find_what_one_finds),
    };
    const char *corpus = getenv("CORPUS");
    char folder[4096];
    static const char *const parts[] = {"own", "public/hlo_pb", "public/hlo_text"};
    for (size_t i = 0; corpus && i < sizeof parts / sizeof *parts; i++) {
        snprintf(folder, sizeof folder, "%s/%s", corpus, parts[i]);
        find_files(folder);
    }
    qsort(files.at, files.count, sizeof *files.at, by_name);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (size_t i = 0; i < files.count; i++)
        free(files.at[i]);
    return failed;
}
