/* The host behind host.h, shared by the files that load, score and lay out. Private to src/host. */
#ifndef NKB_HOST_RULE_H
#define NKB_HOST_RULE_H

#include "host/host.h"
#include "host/state.h"

enum { NKB_RULE_FUNCTIONS = 7 };
extern const char *const nkb_rule_functions[NKB_RULE_FUNCTIONS];

struct nkb_host {
    struct nkb_state *state;
    struct nkb_rule_source source; /* without its text once it is loaded */
    bool loaded;
    const char *name, *version, *about;
    const char *const *needs;
    size_t need_count;
    struct nkb_param *params;
    size_t param_count;
    bool has[NKB_RULE_FUNCTIONS];

    const struct nkb_value *metrics, *bound_params, *result; /* of the last score */
};

/* Run a job that enters the rule's `function`. */
int nkb_host_run(struct nkb_host *host, const char *function, nkb_state_job *job, void *context,
                 struct nkb_err *err);
/* p: name -> value, with unit and origin. NULL when memory runs out. */
const struct nkb_value *nkb_host_bound_params(struct nkb_host *host);
/* What a result says of the rule and the run: rule, params, diagnostics, run. NULL when memory runs
 * out. */
struct nkb_value *nkb_host_head(struct nkb_arena *arena, const struct nkb_host *host,
                                const struct nkb_run_facts *facts);

#endif
