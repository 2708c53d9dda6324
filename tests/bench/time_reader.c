/* How fast the readers and the analysis are, without the program around them: time_reader hlo|log
 * FILE… reads all files over and over for a second at least, and prints the best round. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "analyze/module.h"
#include "analyze/steps.h"
#include "input/hlo.h"
#include "input/trainlog.h"

struct round {
    double read_s, analyze_s;
    uint64_t instructions, records, bytes;
    int64_t macs;
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* As a worker of a run reads: with a reader and memory that serve file after file. */
struct worker {
    struct nkb_hlo_reader *reader;
    struct nkb_arena_store store;
};

static int read_module(struct worker *worker, const char *path, struct round *round,
                       struct nkb_err *err)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_hlo hlo;
    struct nkb_module module = {0};
    double begun = now_s();
    arena.store = &worker->store;
    int code = nkb_hlo_reader_file(worker->reader, path, &arena, &hlo, err);
    double read = now_s();
    if (code == 0)
        code = nkb_module_analyze(&hlo, &arena, &module, err);
    round->read_s += read - begun;
    round->analyze_s += now_s() - read;
    if (code == 0) {
        round->instructions += hlo.instruction_count;
        round->macs += module.static_macs.macs;
    }
    nkb_arena_free(&arena);
    return code;
}

static int read_log(struct worker *worker, const char *path, struct round *round,
                    struct nkb_err *err)
{
    (void)worker;
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_trainlog log;
    double begun = now_s();
    struct nkb_log_scan *scan = nkb_log_scan_begin(&arena);
    int code = scan ? nkb_trainlog_read_file(path, NULL, nkb_log_scan_take, scan, &arena, &log, err)
                    : nkb_err_memory(err);
    double read = now_s();
    if (code == 0) {
        struct nkb_value *m = nkb_log_metrics(&arena, &log, nkb_log_scan_end(scan, &log), "log",
                                              nkb_value_array(&arena));
        const struct nkb_value *records = nkb_value_path(m, "records");
        round->records += nkb_value_is(records, NKB_INT) ? (uint64_t)records->as.integer : 0;
    }
    round->read_s += read - begun;
    round->analyze_s += now_s() - read;
    nkb_arena_free(&arena);
    return code;
}

int main(int argc, char **argv)
{
    struct round best = {0};
    struct nkb_err err = {0};
    struct worker worker = {.reader = nkb_hlo_reader_new()};
    double begun = now_s();
    int logs = argc > 1 && strcmp(argv[1], "log") == 0;

    for (int n = 0; n < 3 || now_s() - begun < 1; n++) {
        struct round round = {0};
        for (int i = 2; i < argc; i++) {
            struct stat st;
            if (!worker.reader ||
                (logs ? read_log : read_module)(&worker, argv[i], &round, &err) != 0)
                return fprintf(stderr, "%s: %s\n", argv[i], err.text), 1;
            if (stat(argv[i], &st) == 0)
                round.bytes += (uint64_t)st.st_size;
        }
        if (n == 0 || round.read_s + round.analyze_s < best.read_s + best.analyze_s)
            best = round;
    }
    nkb_hlo_reader_free(worker.reader);
    nkb_arena_store_free(&worker.store);
    double mb = (double)best.bytes / 1e6;
    if (logs)
        printf("%8llu records       %8.1f MB   read %7.1f MB/s   figures %6.1f ns/record\n",
               (unsigned long long)best.records, mb, mb / best.read_s,
               best.analyze_s * 1e9 / (double)best.records);
    else
        printf("%8llu instructions  %8.1f MB   read %6.1f ns/instruction (%.0f MB/s)   analyse "
               "%6.1f ns/instruction\n",
               (unsigned long long)best.instructions, mb,
               best.read_s * 1e9 / (double)best.instructions, mb / best.read_s,
               best.analyze_s * 1e9 / (double)best.instructions);
    return 0;
}
