/* Tests of a rule: a file beside it, run in the rule's own state and limits. What a test says and
 * how it is judged stands in scripts/runtime/test*.lua; here the rule is run as it asks. */
#ifndef NKB_HOST_TEST_H
#define NKB_HOST_TEST_H

#include "base/arena.h"
#include "base/err.h"
#include "host/host.h"
#include "model/value.h"

/* Run a test file and check its shape. Into a host without a rule, with item NULL: the outline,
 * { rule = "score", items = { { name, kind, where, fixture, golden }… } }. Into one with a rule:
 * the item, counted from 0, that will be run; no outline. Whatever is wrong with the file is
 * NKB_ERULE, and starts with its name. */
int nkb_test_load(struct nkb_host *host, const struct nkb_rule_source *test, const size_t *item,
                  struct nkb_arena *arena, struct nkb_value **outline, struct nkb_err *err);

struct nkb_test_given {
    const char *where;               /* the item's, of the outline: "score_test.lua:12" */
    const struct nkb_value *fixture; /* the JSON document the item names; NULL: none */
    const struct nkb_value *texts;   /* object: what each golden file of the item holds; NULL */
    const struct nkb_value *asked;   /* object: seed, runs; NULL */
    const char *engine_version;
};

/* Run the item that was loaded, in a host of its own. The report:
 * { ok, failures = { text… }, tree = { text… }, paste = { text… }, runs }.
 * NKB_ERULE: the test is at fault; a rule that fails is a failure in the report. */
int nkb_test_run(struct nkb_host *host, size_t item, const struct nkb_test_given *given,
                 struct nkb_arena *arena, struct nkb_value **report, struct nkb_err *err);

#endif
