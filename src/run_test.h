/* Tests of rules while they are run: what run_test.c and run_test_files.c share. */
#ifndef NKB_RUN_TEST_H
#define NKB_RUN_TEST_H

#include <sys/stat.h>

#include "host/coverage.h"
#include "host/test.h"
#include "run.h"

struct run_testing {
    nkb_run *run;
    struct nkb_limits limits;
    struct nkb_coverage *coverage;
    const struct nkb_value *asked; /* seed and runs, as numbers */
    const char *only;
    const struct stat *replaced;       /* the file that --junit will replace; NULL: none */
    bool refused;                      /* it is one that the tests read: that ends them all */
    struct nkb_rule_source test, rule; /* the file at hand */
    int64_t passed, failed, faults, left_out;
};

/* The tests read this file: "a test". NKB_EUSAGE when --junit would replace it. */
int run_test_reads(struct run_testing *testing, const char *path, const char *what);
/* A text member; NULL: there is none. */
const char *run_test_text_of(const struct nkb_value *v, const char *name);
/* The test files that are meant, an array of paths. NKB_EINPUT when there are none. */
int run_test_find(nkb_run *run, const char *const *paths, size_t count, struct nkb_value **files);
/* Read a test file into testing->test, and find the rule it is of. NKB_ERULE. */
int run_test_read(struct run_testing *testing, const char *path);
int run_test_find_rule(struct run_testing *testing, const struct nkb_value *outline);
/* What an item names: its fixture and its golden files. They lie in the test's folder. NKB_ERULE.
 */
int run_test_read_given(struct run_testing *testing, const struct nkb_value *item,
                        struct nkb_test_given *given);

#endif
