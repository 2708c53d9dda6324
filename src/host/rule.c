/* A rule loaded: what it says of itself, its parameters, and accept. */
#include "host/rule.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/bind.h"
#include "host/param.h"
#include "host/runtime.h"

static void open_runtime(lua_State *L, void *context)
{
    (void)context;
    nkb_runtime_open(L, true);
}

int nkb_host_new(struct nkb_host **out, const struct nkb_limits *limits, struct nkb_err *err)
{
    struct nkb_host *host = calloc(1, sizeof *host);
    if (!host)
        return nkb_err_memory(err);
    int code = nkb_state_new(&host->state, limits, err);
    if (code == 0)
        code = nkb_state_run(host->state, NULL, open_runtime, NULL, err);
    if (code != 0) {
        nkb_host_free(host);
        return code;
    }
    *out = host;
    return 0;
}

void nkb_host_free(struct nkb_host *host)
{
    if (!host)
        return;
    nkb_state_free(host->state);
    free(host);
}

void nkb_host_on_enter(struct nkb_host *host, nkb_host_enter *enter, void *context)
{
    host->state->enter = enter;
    host->state->enter_context = context;
}

const char *nkb_host_trace(const struct nkb_host *host)
{
    return host->state->trace;
}

int nkb_host_run(struct nkb_host *host, const char *function, nkb_state_job *job, void *context,
                 struct nkb_err *err)
{
    char what[NKB_SUBJECT_BYTES + 32];
    snprintf(what, sizeof what, "%s: %s", host->state->subject, function);
    return nkb_state_run(host->state, what, job, context, err);
}

/* A text field of the description at the top; the file's name without ".lua" stands in for a name.
 */
static const char *text_field(lua_State *L, const char *name, struct nkb_arena *arena)
{
    const char *text = NULL;
    if (lua_getfield(L, -1, name) == LUA_TSTRING)
        text = nkb_arena_string(arena, lua_tostring(L, -1));
    lua_pop(L, 1);
    return text;
}

static void read_needs(lua_State *L, struct nkb_host *host)
{
    lua_getfield(L, -1, "needs");
    size_t count = lua_rawlen(L, -1);
    const char **needs = nkb_arena_array(&host->state->arena, count + 1, sizeof *needs);
    for (size_t i = 0; needs && i < count; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        needs[i] = nkb_arena_string(&host->state->arena, lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    host->needs = needs;
    host->need_count = needs ? count : 0;
}

static void read_params(lua_State *L, struct nkb_host *host)
{
    char label[128];
    struct nkb_err err;

    lua_getfield(L, -1, "params");
    size_t count = lua_rawlen(L, -1);
    host->params = nkb_arena_array(&host->state->arena, count + 1, sizeof *host->params);
    for (size_t i = 0; host->params && i < count; i++) {
        struct nkb_param *param = &host->params[i];
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        nkb_param_describe(L, param, &host->state->arena);
        lua_pop(L, 1);
        snprintf(label, sizeof label, "parameter '%s': its default", param->name);
        if (nkb_param_check(param, param->initial, label, NKB_ERULE, &err) != 0)
            nkb_raise(L, NKB_ERULE, "%s: %s", host->state->subject, err.text);
        host->param_count = i + 1;
    }
    lua_pop(L, 1);
}

static void read_functions(lua_State *L, struct nkb_host *host)
{
    lua_getfield(L, -1, "has");
    for (size_t i = 0; i < NKB_RULE_FUNCTIONS; i++) {
        lua_getfield(L, -1, nkb_rule_functions[i]);
        host->has[i] = lua_toboolean(L, -1);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

const char *const nkb_rule_functions[NKB_RULE_FUNCTIONS] = {
    "accept", "check", "score", "score_file", "console", "json", "training_json"};

static void load(lua_State *L, void *context)
{
    struct nkb_host *host = context;
    struct nkb_arena *arena = &host->state->arena;

    nkb_runtime_push(L, "session", "load");
    nkb_runtime_push(L, "base", "env");
    lua_pushfstring(L, "@%s", host->source.path);
    nkb_state_load(L, host->source.text, lua_tostring(L, -1), -2);
    lua_replace(L, -3);
    lua_pop(L, 1);
    lua_call(L, 1, 1);

    host->name = text_field(L, "name", arena);
    host->version = text_field(L, "version", arena);
    host->about = text_field(L, "about", arena);
    if (!host->name) {
        struct nkb_str stem = nkb_str_from(host->source.name);
        if (nkb_str_ends(stem, ".lua"))
            stem.len -= 4;
        host->name = nkb_arena_copy(arena, stem).ptr;
    }
    read_needs(L, host);
    read_params(L, host);
    read_functions(L, host);
    if (nkb_arena_failed(arena))
        nkb_raise(L, NKB_EMEMORY, "out of memory");
}

int nkb_host_load(struct nkb_host *host, const struct nkb_rule_source *source, struct nkb_err *err)
{
    struct nkb_arena *arena = &host->state->arena;

    host->source = *source;
    host->source.name = nkb_arena_string(arena, source->name);
    host->source.path = nkb_arena_string(arena, source->path);
    host->source.origin = nkb_arena_string(arena, source->origin ? source->origin : "file");
    host->source.directory = source->directory ? nkb_arena_string(arena, source->directory) : NULL;
    if (nkb_arena_failed(arena))
        return nkb_err_memory(err);
    snprintf(host->state->subject, sizeof host->state->subject, "%s", host->source.name);
    host->state->directory = host->source.directory;
    int code = nkb_host_run(host, "load", load, host, err);
    host->source.text = NKB_STR_NONE;
    host->loaded = code == 0;
    return code;
}

const char *nkb_host_rule_text(const struct nkb_host *host, const char *field)
{
    if (strcmp(field, "name") == 0)
        return host->name;
    if (strcmp(field, "version") == 0)
        return host->version;
    return strcmp(field, "about") == 0 ? host->about : NULL;
}

const struct nkb_value *nkb_host_modules(const struct nkb_host *host)
{
    return host->state->modules;
}

const char *const *nkb_host_needs(const struct nkb_host *host, size_t *count)
{
    *count = host->need_count;
    return host->needs;
}

bool nkb_host_has(const struct nkb_host *host, const char *function)
{
    for (size_t i = 0; i < NKB_RULE_FUNCTIONS; i++)
        if (strcmp(function, nkb_rule_functions[i]) == 0)
            return host->has[i];
    return false;
}

struct nkb_param *nkb_host_params(struct nkb_host *host, size_t *count)
{
    *count = host->param_count;
    return host->params;
}

int nkb_host_set_param(struct nkb_host *host, struct nkb_param *param, const char *text,
                       const char *origin, struct nkb_err *err)
{
    struct nkb_arena *arena = &host->state->arena;
    const struct nkb_value *v;
    bool flag = strncmp(origin, "--", 2) == 0;
    const char *label = flag ? origin : nkb_arena_printf(arena, "%s: '%s'", origin, param->flag);

    if (!label)
        return nkb_err_memory(err);
    int code = nkb_param_parse(param, text, label, arena, &v, err);
    if (code == 0)
        code = nkb_param_check(param, v, label, NKB_EUSAGE, err);
    if (code != 0)
        return code;
    param->value = v;
    param->origin = nkb_arena_string(arena, origin);
    return param->origin ? 0 : nkb_err_memory(err);
}

const struct nkb_value *nkb_host_bound_params(struct nkb_host *host)
{
    struct nkb_arena *arena = &host->state->arena;
    struct nkb_value *p = nkb_value_object(arena);

    for (size_t i = 0; i < host->param_count; i++) {
        const struct nkb_param *param = &host->params[i];
        struct nkb_value *v = nkb_value_new(arena, param->value->kind);
        if (!v)
            return NULL;
        *v = *param->value;
        nkb_value_annotate(arena, v, param->unit, param->origin,
                           v->kind == NKB_ABSENT ? "not given" : NULL);
        nkb_value_put(arena, p, param->name, v);
    }
    return nkb_arena_failed(arena) ? NULL : p;
}

struct accept {
    const struct nkb_value *params;
    char refusal[NKB_ERR_TEXT_BYTES];
};

static void accept(lua_State *L, void *context)
{
    struct accept *a = context;
    nkb_runtime_push(L, "session", "accept");
    nkb_bind_push(L, a->params, NKB_BIND_PARAMS);
    lua_call(L, 1, 1);
    if (lua_isstring(L, -1))
        snprintf(a->refusal, sizeof a->refusal, "%s", lua_tostring(L, -1));
}

int nkb_host_accept(struct nkb_host *host, struct nkb_err *err)
{
    struct accept a = {nkb_host_bound_params(host), ""};
    if (!a.params)
        return nkb_err_memory(err);
    int code = nkb_host_run(host, "accept", accept, &a, err);
    if (code == 0 && a.refusal[0])
        code = nkb_err_set(err, NKB_EUSAGE, "%s", a.refusal);
    return code;
}
