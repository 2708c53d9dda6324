/* The rule of a run: found, loaded into its host, and what it says of itself and its parameters. */
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"

/* A parameter that has a setting's name could never be given. */
static int check_param_names(nkb_run *run)
{
    size_t count;
    struct nkb_param *params = nkb_host_params(run->host, &count);
    for (size_t i = 0; i < count; i++)
        if (run_setting_find(nkb_str_from(params[i].flag)) >= 0)
            return nkb_err_set(
                &run->err, NKB_ERULE,
                "%s: the parameter '%s' has the name of a setting (--%s); another is needed",
                run->rule.name, params[i].name, params[i].flag);
    return 0;
}

struct nkb_limits run_limits(const nkb_run *run)
{
    struct nkb_limits limits = {
        .memory_bytes = (size_t)run_count(run, SET_MAX_MEMORY),
        .instructions = (uint64_t)run_count(run, SET_MAX_INSTRUCTIONS),
        .seconds = run_number(run, SET_MAX_SECONDS),
        .unsafe = run_switch(run, SET_UNSAFE),
    };
    if (!nkb_size_mul(limits.memory_bytes, 1024 * 1024, &limits.memory_bytes))
        limits.memory_bytes = SIZE_MAX;
    return limits;
}

int nkb_run_rule(nkb_run *run, const char *name)
{
    struct nkb_limits limits = run_limits(run);

    nkb_host_free(run->host);
    run->host = NULL;
    int code = nkb_rule_find_within(name ? name : "score.lua", limits.seconds, &run->arena,
                                    &run->rule, &run->err);
    if (code == 0)
        code = nkb_host_new(&run->host, &limits, &run->err);
    if (code == 0) {
        nkb_host_on_enter(run->host, run->enter, run->enter_context);
        code = nkb_host_load(run->host, &run->rule, &run->err);
    }
    if (code == 0)
        code = check_param_names(run);
    if (code == 0 && run->rule.shadows_builtin)
        run_diagnose(run, true, "%s is not the bundled rule of that name but %s", run->rule.name,
                     run->rule.path);
    if (code == 0 && limits.unsafe)
        run_diagnose(run, true,
                     "--unsafe: the rule runs without a sandbox, and the result says so");
    return run_status(run, code);
}

static const char *needs_text(nkb_run *run)
{
    struct nkb_buf text = NKB_BUF_INIT;
    size_t count;
    const char *const *needs = nkb_host_needs(run->host, &count);
    for (size_t i = 0; i < count; i++)
        nkb_buf_printf(&text, "%s%s", i ? " " : "", needs[i]);
    char *copy = text.failed ? NULL : nkb_arena_string(&run->arena, text.data ? text.data : "");
    nkb_buf_free(&text);
    return copy;
}

const char *nkb_run_rule_info(nkb_run *run, const char *what)
{
    if (!run->host)
        return NULL;
    if (strcmp(what, "origin") == 0)
        return run->rule.origin;
    if (strcmp(what, "path") == 0)
        return run->rule.path;
    if (strcmp(what, "sha256") == 0)
        return run->rule.sha256;
    if (strcmp(what, "needs") == 0)
        return needs_text(run);
    if (strcmp(what, "training_json") == 0)
        return nkb_host_has(run->host, "training_json") ? "yes" : NULL;
    return nkb_host_rule_text(run->host, what);
}

/* A value as it would be given on the command line. */
static const char *value_text(nkb_run *run, const struct nkb_value *v)
{
    char number[NKB_NUM_TEXT_BYTES];
    if (!v)
        return NULL;
    switch (v->kind) {
    case NKB_BOOL:
        return v->as.boolean ? "true" : "false";
    case NKB_INT:
        return nkb_arena_printf(&run->arena, "%lld", (long long)v->as.integer);
    case NKB_FLOAT:
        nkb_format_double(v->as.number, number);
        return nkb_arena_string(&run->arena, number);
    case NKB_STRING:
        return v->as.string.ptr;
    default:
        return NULL;
    }
}

const char *nkb_run_param(nkb_run *run, size_t i, const char *what)
{
    static const char *const types[] = {"number", "integer", "boolean", "string", "date"};
    size_t count = 0;
    struct nkb_param *params = run->host ? nkb_host_params(run->host, &count) : NULL;
    if (i >= count)
        return NULL;
    const struct nkb_param *param = &params[i];
    if (strcmp(what, "name") == 0)
        return param->flag;
    if (strcmp(what, "type") == 0)
        return types[param->type];
    if (strcmp(what, "about") == 0)
        return param->about;
    if (strcmp(what, "unit") == 0)
        return param->unit;
    if (strcmp(what, "range") == 0) {
        char range[NKB_PARAM_RANGE_BYTES];
        return nkb_param_range(param, range) ? nkb_arena_string(&run->arena, range) : NULL;
    }
    if (strcmp(what, "default") == 0)
        return value_text(run, param->initial);
    if (strcmp(what, "value") == 0)
        return value_text(run, param->value ? param->value : param->initial);
    if (strcmp(what, "origin") == 0)
        return param->origin ? param->origin : "default";
    if (strcmp(what, "choices") == 0 && param->choice_count > 0) {
        struct nkb_buf text = NKB_BUF_INIT;
        for (size_t k = 0; k < param->choice_count; k++)
            nkb_buf_printf(&text, "%s%s", k ? " " : "", param->choices[k]);
        char *copy = text.failed ? NULL : nkb_arena_string(&run->arena, text.data);
        nkb_buf_free(&text);
        return copy;
    }
    return NULL;
}
