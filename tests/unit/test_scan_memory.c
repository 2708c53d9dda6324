/* What a scan and a merge take does not grow with the number of files, but for the name of each. */
#define _DEFAULT_SOURCE /* wait4 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nkibench.h"
#include "under_asan.h"

enum {
    FEW = 8,
    MANY = 200,
    INSTRUCTIONS = 300, /* whose groups are 280 KB, and 23 KB of a part */
    FILE_BYTES = 8192,  /* of memory: its path, where it lies in the draft, and what is chance */
};

static char folder[] = "/tmp/test_scan_memory.XXXXXX";

static void write_modules(const char *name, int count)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
    for (int n = 0; n < count; n++) {
        snprintf(path, sizeof path, "%s/%s/%d.hlo", folder, name, n);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fprintf(file, "HloModule m%d\n\nENTRY e {\n  p = f32[8,8]{1,0} parameter(0)\n", n);
        for (int i = 0; i < INSTRUCTIONS; i++)
            fprintf(file,
                    "  %sd.%d = f32[8,8]{1,0} dot(p, p), lhs_contracting_dims={1}, "
                    "rhs_contracting_dims={0}, metadata={op_name=\"jit(f)/layer_%d/dot\" "
                    "source_file=\"f.py\" source_line=%d}\n",
                    i == INSTRUCTIONS - 1 ? "ROOT " : "", i, i, i);
        fprintf(file, "}\n");
        assert_int_equal(fclose(file), 0);
    }
}

static int write_piece(void *context, const char *data, size_t size)
{
    return fwrite(data, 1, size, context) == size ? 0 : -1;
}

static bool scan(nkb_run *run, const char *to)
{
    bool good = nkb_run_ask(run, "scan", "true") == NKB_DONE &&
                nkb_run_ask(run, "spool", folder) == NKB_DONE && nkb_run_measure(run) == NKB_DONE;
    FILE *file = good ? fopen(to, "w") : NULL;
    good = file && nkb_run_write(run, "hlo.part", write_piece, file) == NKB_DONE;
    return file && fclose(file) == 0 && good;
}

/* What a run took, in KiB, in a process of its own, for a peak only rises. A scan's part goes to
 * `part`; without, m.hlo is measured. */
static long peak_kib(const char *of, const char *jobs, const char *part)
{
    char from[128], to[128];
    struct rusage usage;
    int status = 0;
    snprintf(from, sizeof from, "%s/%s", folder, of);
    snprintf(to, sizeof to, "%s/%s", folder, part ? part : "");
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        nkb_run *run = nkb_run_new();
        bool good = run && nkb_run_only(run, "hlo") == NKB_DONE &&
                    nkb_run_set(run, "hlo", from, "test") == NKB_DONE &&
                    nkb_run_set(run, "jobs", jobs, "test") == NKB_DONE &&
                    (part ? scan(run, to) : nkb_run_measure(run) == NKB_DONE);
        if (!good)
            fprintf(stderr, "%s\n", run ? nkb_run_error(run) : "no run");
        nkb_run_free(run);
        _exit(!good);
    }
    assert_true(wait4(child, &status, 0, &usage) == child);
    assert_int_equal(status, 0);
    return usage.ru_maxrss;
}

static void assert_small(long more_kib, const char *what)
{
    if (more_kib > (MANY - FEW) * (FILE_BYTES / 1024L))
        fail_msg("%s: %ld KiB more for %d files than for %d", what, more_kib, MANY, FEW);
}

static void many_files_take_what_a_few_do(void **state)
{
    (void)state;
#ifdef UNDER_ASAN
    skip(); /* it keeps what was freed */
#endif
    assert_small(peak_kib("many", "1", "many.nkb") - peak_kib("few", "1", "few.nkb"), "a scan");
    assert_small(peak_kib("many", "2", "many.nkb") - peak_kib("few", "2", "few.nkb"),
                 "two threads");

    assert_small(peak_kib("many.nkb", "1", NULL) - peak_kib("few.nkb", "1", NULL), "a merge");
    assert_small(peak_kib("many.nkb", "1", "again.nkb") - peak_kib("few.nkb", "1", "again.nkb"),
                 "a part of a part");
}

static int leave_nothing(void **state)
{
    static const char *const parts[] = {"few.nkb", "many.nkb", "again.nkb"};
    char path[128];
    (void)state;
    for (int n = 0; n < MANY; n++) {
        snprintf(path, sizeof path, "%s/few/%d.hlo", folder, n);
        unlink(path);
        snprintf(path, sizeof path, "%s/many/%d.hlo", folder, n);
        unlink(path);
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, parts[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/few", folder);
    rmdir(path);
    snprintf(path, sizeof path, "%s/many", folder);
    rmdir(path);
    return rmdir(folder);
}

static int make_modules(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    write_modules("few", FEW);
    write_modules("many", MANY);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(many_files_take_what_a_few_do)};
    return cmocka_run_group_tests(tests, make_modules, leave_nothing);
}
