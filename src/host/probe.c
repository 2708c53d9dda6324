/* The score alone, of metrics that are not those measured: what sensitivity is found by. A rule is
 * a function of metrics and parameters, so it is asked again, with the parameters of the last
 * score. */
#include <assert.h>

#include "host/bind.h"
#include "host/rule.h"
#include "host/runtime.h"

struct probe {
    const struct nkb_value *metrics;
    double score;
};

static void probe(lua_State *L, void *context)
{
    struct probe *probe = context;
    nkb_runtime_push(L, "session", "probe");
    nkb_bind_push(L, probe->metrics, NKB_BIND_METRICS);
    lua_getfield(L, LUA_REGISTRYINDEX, "nkb.p");
    lua_call(L, 2, 1);
    probe->score = lua_tonumber(L, -1);
}

int nkb_host_probe(struct nkb_host *host, const struct nkb_value *metrics, double *score,
                   struct nkb_err *err)
{
    assert(host->result);
    struct probe asked = {metrics, 0};
    int code = nkb_host_run(host, "score", probe, &asked, err);
    *score = asked.score;
    return code;
}
