/* What the sandbox costs a rule: the same rule asked for a score again and again, once in the sandbox
 * and once without: time_rule RULE [FLAG VALUE]…, the flags without dashes. Prints both in µs and the
 * ratio, of the best of several rounds. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "run.h"

enum { ROUNDS = 7 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static nkb_run *start(char **argv, int argc, bool unsafe)
{
    nkb_run *run = nkb_run_new();
    int status = run ? NKB_DONE : NKB_INPUT;
    if (status == NKB_DONE && unsafe)
        status = nkb_run_set(run, "unsafe", "true", "bench");
    if (status == NKB_DONE)
        status = nkb_run_set(run, "max-instructions", "2000000000", "bench");
    if (status == NKB_DONE)
        status = nkb_run_set(run, "max-seconds", "60", "bench");
    if (status == NKB_DONE)
        status = nkb_run_rule(run, argv[1]);
    for (int i = 2; i + 1 < argc && status == NKB_DONE; i += 2)
        status = nkb_run_set(run, argv[i], argv[i + 1], "bench");
    if (status == NKB_DONE)
        status = nkb_run_measure(run);
    if (status == NKB_DONE)
        status = nkb_run_score(run);
    if (status == NKB_DONE || status == NKB_INVALID)
        return run;
    fprintf(stderr, "%s: %s\n", argv[1], run ? nkb_run_error(run) : "no memory");
    nkb_run_free(run);
    return NULL;
}

/* Seconds of one score, of the best round; below 0 when there is none. */
static double time_score(nkb_run *run)
{
    double best = -1, score;
    for (int round = 0; round < ROUNDS; round++) {
        double begun = now_s(), taken = 0;
        int times = 0;
        while (taken < 0.1) {
            if (nkb_host_probe(run->host, run->metrics, &score, &run->err) != 0)
                return -1;
            times++;
            taken = now_s() - begun;
        }
        if (best < 0 || taken / times < best)
            best = taken / times;
    }
    return best;
}

int main(int argc, char **argv)
{
    double seconds[2] = {-1, -1};
    if (argc < 2)
        return fprintf(stderr, "usage: time_rule RULE [FLAG VALUE]...\n"), 2;
    for (int unsafe = 0; unsafe < 2; unsafe++) {
        nkb_run *run = start(argv, argc, unsafe);
        if (!run)
            return 1;
        seconds[unsafe] = time_score(run);
        if (seconds[unsafe] < 0)
            return fprintf(stderr, "%s: %s\n", argv[1], nkb_run_error(run)), nkb_run_free(run), 1;
        nkb_run_free(run);
    }
    printf("%12.1f µs in the sandbox %12.1f µs without   %.2f×\n", seconds[0] * 1e6,
           seconds[1] * 1e6, seconds[0] / seconds[1]);
    return 0;
}
