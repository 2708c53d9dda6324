/* The rule's part of a test: parameters and metrics are set, accept, check, score and the layouts
 * run, and what came of it is kept. */
#include "host/test_play.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/bind.h"
#include "host/param.h"
#include "host/runtime.h"
#include "host/test_tree.h"

const struct nkb_value *nkb_test_input(const struct nkb_test *test, const char *name)
{
    return nkb_value_get(test->inputs, name);
}

const char *nkb_test_place(const struct nkb_test *test)
{
    const struct nkb_value *where = nkb_test_input(test, "where");
    return nkb_value_is(where, NKB_STRING) ? where->as.string.ptr : "test";
}

static struct nkb_param *find_param(const struct nkb_test *test, struct nkb_str name,
                                    struct nkb_err *err)
{
    struct nkb_host *host = test->host;
    char shown[NKB_SHOWN_BYTES];
    const char **names = nkb_arena_array(test->arena, host->param_count + 1, sizeof *names);

    for (size_t i = 0; names && i < host->param_count; i++) {
        if (nkb_str_is(name, host->params[i].name))
            return &host->params[i];
        names[i] = host->params[i].name;
    }
    const char *meant = names ? nkb_suggest(name, names, host->param_count) : NULL;
    nkb_err_set(err, NKB_ERULE, "%s: %s has no parameter '%s'%s%s%s", nkb_test_place(test),
                host->source.name, nkb_show(name, shown), meant ? "; did you mean '" : "",
                meant ? meant : "", meant ? "'?" : "");
    return NULL;
}

/* A value of Lua's as one of the parameter's type; NKB_EUSAGE as on the command line. */
static int fit_param(const struct nkb_param *param, struct nkb_value *v, struct nkb_err *err)
{
    static const char *const expected[] = {"a number", "a whole number", "true or false", "a text",
                                           "a date such as 2026-03-04"};
    char label[64];
    bool fits = false;

    snprintf(label, sizeof label, "--%s", param->flag);
    switch (param->type) {
    case NKB_PARAM_NUMBER:
        if (v->kind == NKB_INT) {
            v->as.number = (double)v->as.integer;
            v->kind = NKB_FLOAT;
        }
        fits = v->kind == NKB_FLOAT;
        break;
    case NKB_PARAM_INTEGER:
        fits = v->kind == NKB_INT;
        break;
    case NKB_PARAM_BOOLEAN:
        fits = v->kind == NKB_BOOL;
        break;
    case NKB_PARAM_STRING:
    case NKB_PARAM_DATE:
        fits = v->kind == NKB_STRING;
        break;
    }
    if (!fits)
        return nkb_err_set(err, NKB_EUSAGE, "%s is %s; %s is expected", label,
                           nkb_kind_name(v->kind), expected[param->type]);
    return nkb_param_check(param, v, label, NKB_EUSAGE, err);
}

/* What a run ends with instead of a score. */
static void end_run(struct nkb_test *test, int code, const struct nkb_err *err)
{
    test->stage = code == NKB_EUSAGE ? "refused" : code == NKB_EINPUT ? "input" : "rule";
    memcpy(test->message, err->text, sizeof test->message);
}

/* Set parameters; one that is refused ends the run, one that does not exist the test. */
int nkb_test_set_params(struct nkb_test *test, const struct nkb_value *values, struct nkb_err *err)
{
    for (size_t i = 0; nkb_value_is(values, NKB_OBJECT) && i < values->as.items.count; i++) {
        const struct nkb_member *member = &values->as.items.at[i];
        struct nkb_param *param = find_param(test, member->key, err);
        if (!param)
            return NKB_ERULE;
        int code = fit_param(param, member->value, err);
        if (code != 0) {
            if (!test->stage)
                end_run(test, code, err);
        } else if (test->params) { /* p has been bound: its value changes where it is */
            struct nkb_value *bound = nkb_value_find(test->params, member->key);
            bound->kind = member->value->kind;
            bound->as = member->value->as;
        } else {
            param->value = member->value;
            param->origin = "the test";
        }
    }
    return 0;
}

/* A value in the place of another; a number keeps the kind of the one that was there. */
static void assign(struct nkb_value *place, const struct nkb_value *v)
{
    if (place->kind == NKB_FLOAT && v->kind == NKB_INT) {
        place->as.number = (double)v->as.integer;
        return;
    }
    place->kind = v->kind;
    place->as = v->as;
}

/* Metrics of the next run. They are there: the inputs held a value for each. */
int nkb_test_set_metrics(struct nkb_test *test, const struct nkb_value *values, struct nkb_err *err)
{
    for (size_t i = 0; nkb_value_is(values, NKB_OBJECT) && i < values->as.items.count; i++) {
        const struct nkb_member *member = &values->as.items.at[i];
        struct nkb_value *leaf = nkb_tree_find(test->tree, member->key);
        if (!leaf || leaf->kind >= NKB_ARRAY)
            return nkb_err_set(err, NKB_ERULE, "%s: over: '%.*s' is no single value",
                               nkb_test_place(test), NKB_STR_ARG(member->key));
        assign(leaf, member->value);
    }
    return 0;
}

/* ---- a run ---- */

static struct nkb_run_facts facts_of(const struct nkb_test *test)
{
    return (struct nkb_run_facts){
        .started_at = "2026-01-01T00:00:00",
        .engine_version = test->given->engine_version,
        .options = nkb_test_input(test, "options"),
    };
}

static int lay_out(struct nkb_test *test, struct nkb_err *err)
{
    static const char *const names[] = {"console", "json", "training_json"};
    test->texts = nkb_value_object(test->arena);
    for (size_t i = 0; i < 3; i++) {
        struct nkb_buf text = NKB_BUF_INIT;
        bool present = false;
        if (!nkb_value_get(nkb_test_input(test, "want"), names[i]))
            continue;
        int code = nkb_host_layout(test->host, names[i], &text, &present, err);
        if (code == 0 && present)
            nkb_metric_string(test->arena, test->texts, names[i], nkb_buf_str(&text), NULL);
        nkb_buf_free(&text);
        if (code != 0)
            return code;
    }
    return 0;
}

static void run_case(struct nkb_test *test)
{
    struct nkb_run_facts facts = facts_of(test);
    struct nkb_err err = {0};

    int code = nkb_host_accept(test->host, &err);
    if (code == 0)
        code = nkb_host_score(test->host, test->tree, &facts, test->arena, &test->result, &err);
    if (code == 0)
        code = lay_out(test, &err);
    if (code != 0) {
        test->result = NULL;
        end_run(test, code, &err);
    }
}

/* All of a score but the layouts, its result a table of Lua's: nothing is made outside of Lua. */
static void play(lua_State *L, void *context)
{
    struct nkb_test *test = context;

    nkb_bind_push(L, test->tree, NKB_BIND_METRICS);
    lua_setfield(L, LUA_REGISTRYINDEX, "nkb.m");
    nkb_bind_push(L, test->params, NKB_BIND_PARAMS);
    lua_setfield(L, LUA_REGISTRYINDEX, "nkb.p");
    nkb_runtime_push(L, "session", "accept");
    lua_getfield(L, LUA_REGISTRYINDEX, "nkb.p");
    lua_call(L, 1, 1);
    if (lua_isstring(L, -1))
        nkb_raise(L, NKB_EUSAGE, "%s", lua_tostring(L, -1));
    static const char *const steps[] = {"check", "score", "result"};
    for (size_t i = 0; i < 3; i++) {
        nkb_runtime_push(L, "session", steps[i]);
        lua_getfield(L, LUA_REGISTRYINDEX, "nkb.m");
        lua_getfield(L, LUA_REGISTRYINDEX, "nkb.p");
        if (i == 2)
            nkb_bind_push(L, test->head, NKB_BIND_DATA);
        lua_call(L, i == 2 ? 3 : 2, i == 2 ? 1 : 0);
    }
    lua_setfield(L, LUA_REGISTRYINDEX, "nkb.r");
}

void nkb_test_play(struct nkb_test *test)
{
    struct nkb_err err = {0};
    int code;

    if (!test->head) {
        run_case(test);
        return;
    }
    code = nkb_host_run(test->host, "score", play, test, &err);
    if (code != 0)
        end_run(test, code, &err);
}

/* p and what a result says of the rule, made once: their values change where they are. */
int nkb_test_hold_still(struct nkb_test *test, struct nkb_err *err)
{
    struct nkb_run_facts facts = facts_of(test);
    test->params = nkb_host_bound_params(test->host);
    struct nkb_value *head = nkb_host_head(test->arena, test->host, &facts);
    const struct nkb_value *list = nkb_value_get(head, "params");

    if (!test->params || !head)
        return nkb_err_memory(err);
    for (size_t i = 0; i < test->host->param_count; i++) {
        struct nkb_param *param = &test->host->params[i];
        struct nkb_value *bound = nkb_value_get(test->params, param->name);
        param->value = bound;
        nkb_value_put(test->arena, list->as.items.at[i].value, "value", bound);
    }
    test->head = head;
    return nkb_arena_failed(test->arena) ? nkb_err_memory(err) : 0;
}
