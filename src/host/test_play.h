/* One item of a test while it runs: what test.c and test_play.c share. Private to src/host. */
#ifndef NKB_HOST_TEST_PLAY_H
#define NKB_HOST_TEST_PLAY_H

#include <stdbool.h>

#include "host/rule.h"
#include "host/test.h"
#include "host/test_shape.h"

struct nkb_test {
    struct nkb_host *host;
    size_t item;
    const struct nkb_test_given *given;
    struct nkb_arena *arena; /* lives as long as the item */
    struct nkb_arena turn;   /* what the next run is to be */
    struct nkb_value *inputs, *reply;
    bool done; /* the reply is the report */
    const struct nkb_shape *shape;
    struct nkb_value *tree; /* m */
    const struct nkb_value *head, *params;
    /* what came of the run */
    const char *stage; /* NULL: it went well; "refused", "input", "rule" */
    char message[NKB_ERR_TEXT_BYTES];
    struct nkb_value *result, *texts;
};

/* The value behind a name of the inputs; NULL: there is none. */
const struct nkb_value *nkb_test_input(const struct nkb_test *test, const char *name);
/* Where the item stands in its file, "score_test.lua:12", for messages. */
const char *nkb_test_place(const struct nkb_test *test);

/* Set parameters by their names. One that is refused is what comes of the run; one that does not
 * exist is the test's fault. */
int nkb_test_set_params(struct nkb_test *test, const struct nkb_value *values, struct nkb_err *err);
/* Change metrics in place; they are there, as the inputs hold a value for each. */
int nkb_test_set_metrics(struct nkb_test *test, const struct nkb_value *values,
                         struct nkb_err *err);
/* Make p, and what a result says of the rule, once for many runs. */
int nkb_test_hold_still(struct nkb_test *test, struct nkb_err *err);
/* Run the rule; once held still, with all that is made kept inside of Lua, as registry["nkb.r"]. */
void nkb_test_play(struct nkb_test *test);

#endif
