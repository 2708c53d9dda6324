/* Scoring: check, score, score_file and the result, each entry under a budget of its own; then the
 * layouts. */
#include <assert.h>
#include <lauxlib.h>
#include <string.h>

#include "host/bind.h"
#include "host/convert.h"
#include "host/rule.h"
#include "host/runtime.h"

struct scoring {
    struct nkb_host *host;
    const struct nkb_value *head; /* rule, params, run, diagnostics of the result */
    size_t module;                /* for score_file, from 1 */
    struct nkb_arena *arena;
    struct nkb_value *result;
};

/* m and p are bound once and kept, so that what was seen of them stays quick. [-0, +2, e] */
static void push_inputs(lua_State *L)
{
    lua_getfield(L, LUA_REGISTRYINDEX, "nkb.m");
    lua_getfield(L, LUA_REGISTRYINDEX, "nkb.p");
}

static void bind_inputs(lua_State *L, const struct nkb_host *host)
{
    nkb_bind_push(L, host->metrics, NKB_BIND_METRICS);
    lua_setfield(L, LUA_REGISTRYINDEX, "nkb.m");
    nkb_bind_push(L, host->bound_params, NKB_BIND_PARAMS);
    lua_setfield(L, LUA_REGISTRYINDEX, "nkb.p");
}

static void check(lua_State *L, void *context)
{
    struct scoring *s = context;
    bind_inputs(L, s->host);
    nkb_runtime_push(L, "session", "check");
    push_inputs(L);
    lua_call(L, 2, 0);
}

static void score(lua_State *L, void *context)
{
    (void)context;
    nkb_runtime_push(L, "session", "score");
    push_inputs(L);
    lua_call(L, 2, 0);
}

static void score_file(lua_State *L, void *context)
{
    struct scoring *s = context;
    nkb_runtime_push(L, "session", "score_file");
    push_inputs(L);
    lua_pushinteger(L, (lua_Integer)s->module);
    lua_call(L, 3, 0);
}

static void build(lua_State *L, void *context)
{
    struct scoring *s = context;
    nkb_runtime_push(L, "session", "result");
    push_inputs(L);
    nkb_bind_push(L, s->head, NKB_BIND_DATA);
    lua_call(L, 3, 1);
    s->result = nkb_convert(L, -1, "result", s->arena);
}

static void put_text(struct nkb_arena *arena, struct nkb_value *object, const char *name,
                     const char *text)
{
    if (text)
        nkb_metric_text(arena, object, name, text, NULL);
    else
        nkb_metric_absent(arena, object, name, "the rule does not say");
}

static void add_rule(struct nkb_arena *arena, struct nkb_value *head, const struct nkb_host *host)
{
    struct nkb_value *rule = nkb_metric_group(arena, head, "rule");
    put_text(arena, rule, "name", host->name);
    put_text(arena, rule, "version", host->version);
    put_text(arena, rule, "origin", host->source.origin);
    put_text(arena, rule, "sha256", host->source.sha256);
    put_text(arena, rule, "path", host->source.path);
    put_text(arena, rule, "about", host->about);
    struct nkb_value *modules = host->state->modules;
    nkb_value_put(arena, rule, "modules", modules ? modules : nkb_value_array(arena));
}

static void add_params(struct nkb_arena *arena, struct nkb_value *head, const struct nkb_host *host)
{
    struct nkb_value *list = nkb_metric_list(arena, head, "params");
    for (size_t i = 0; i < host->param_count; i++) {
        const struct nkb_param *param = &host->params[i];
        struct nkb_value *object = nkb_value_object(arena),
                         *v = nkb_value_new(arena, param->value->kind);
        if (!v)
            return;
        *v = *param->value;
        nkb_metric_text(arena, object, "name", param->name, NULL);
        nkb_value_put(arena, object, "value", v);
        nkb_metric_text(arena, object, "origin", param->origin, NULL);
        if (param->unit)
            nkb_metric_text(arena, object, "unit", param->unit, NULL);
        nkb_value_append(arena, list, object);
    }
}

/* The tree is only read; the cast lets a value of the caller's be a member of the result. */
static void put_given(struct nkb_arena *arena, struct nkb_value *object, const char *name,
                      const struct nkb_value *given, enum nkb_kind otherwise)
{
    nkb_value_put(arena, object, name,
                  given ? (struct nkb_value *)(uintptr_t)given : nkb_value_new(arena, otherwise));
}

struct nkb_value *nkb_host_head(struct nkb_arena *arena, const struct nkb_host *host,
                                const struct nkb_run_facts *facts)
{
    struct nkb_value *head = nkb_value_object(arena);
    add_rule(arena, head, host);
    add_params(arena, head, host);
    put_given(arena, head, "diagnostics", facts->diagnostics, NKB_ARRAY);
    struct nkb_value *run = nkb_metric_group(arena, head, "run");
    put_text(arena, run, "started_at", facts->started_at);
    put_text(arena, run, "engine_version", facts->engine_version);
    put_given(arena, run, "outputs", facts->outputs, NKB_ARRAY);
    put_given(arena, run, "options", facts->options, NKB_OBJECT);
    nkb_metric_bool(arena, run, "unsafe", host->state->limits.unsafe, NULL);
    return nkb_arena_failed(arena) ? NULL : head;
}

static bool wants_files(const struct nkb_host *host, const struct nkb_run_facts *facts)
{
    const struct nkb_value *asked = nkb_value_get(facts->options, "per_file_scores");
    return nkb_value_is(asked, NKB_BOOL) && asked->as.boolean && nkb_host_has(host, "score_file");
}

int nkb_host_score(struct nkb_host *host, const struct nkb_value *metrics,
                   const struct nkb_run_facts *facts, struct nkb_arena *arena,
                   struct nkb_value **result, struct nkb_err *err)
{
    assert(host->loaded);
    host->metrics = metrics;
    host->result = NULL;
    host->bound_params = nkb_host_bound_params(host);
    struct scoring s = {host, NULL, 0, arena, NULL};
    if (!host->bound_params)
        return nkb_err_memory(err);

    int code = nkb_host_run(host, "check", check, &s, err);
    if (code == 0)
        code = nkb_host_run(host, "score", score, &s, err);
    const struct nkb_value *modules = nkb_value_path(metrics, "hlo.modules");
    if (wants_files(host, facts) && nkb_value_is(modules, NKB_ARRAY))
        for (size_t i = 0; code == 0 && i < modules->as.items.count; i++) {
            s.module = i + 1;
            code = nkb_host_run(host, "score_file", score_file, &s, err);
        }
    if (code != 0)
        return code;
    s.head = nkb_host_head(arena, host, facts); /* now that every module was required */
    if (!s.head)
        return nkb_err_memory(err);
    size_t limit = arena->limit_bytes;
    code = nkb_state_run(host->state, NULL, build, &s, err);
    arena->limit_bytes =
        limit; /* the rule's cap is not that of the run, nor is passing it a failure */
    if (arena->full)
        arena->failed = arena->full = false;
    if (code != 0)
        return code;
    host->result = s.result;
    *result = s.result;
    return 0;
}

struct layout {
    const struct nkb_host *host;
    const char *name;
    struct nkb_buf *out;
    struct nkb_value *value;
    int indent;
    struct nkb_arena arena;
};

static void lay_out(lua_State *L, void *context)
{
    struct layout *layout = context;
    nkb_runtime_push(L, "session", "layout");
    lua_pushstring(L, layout->name);
    nkb_bind_push(L, layout->host->result, NKB_BIND_RESULT);
    lua_getfield(L, LUA_REGISTRYINDEX, "nkb.m");
    nkb_bind_add(L, "m");
    lua_getfield(L, LUA_REGISTRYINDEX, "nkb.p");
    nkb_bind_add(L, "p");
    lua_call(L, 2, 2);
    if (lua_type(L, -2) == LUA_TSTRING) {
        size_t len;
        const char *text = lua_tolstring(L, -2, &len);
        nkb_buf_append(layout->out, text, len);
        return;
    }
    layout->indent = (int)lua_tointeger(L, -1);
    layout->value = nkb_convert(L, -2, layout->name, &layout->arena);
}

static size_t room_beside(const struct nkb_host *host, const struct nkb_arena *arena)
{
    size_t room = nkb_state_room(host->state);
    if (room == SIZE_MAX)
        return room;
    return room > arena->used_bytes ? room - arena->used_bytes : 0;
}

int nkb_host_layout(struct nkb_host *host, const char *name, struct nkb_buf *out, bool *present,
                    struct nkb_err *err)
{
    assert(host->result);
    *present = true;
    bool is_default = strcmp(name, "console") == 0 || strcmp(name, "json") == 0;
    if (!is_default && !nkb_host_has(host, name)) {
        *present = false;
        return 0;
    }
    struct layout layout = {host, name, out, NULL, 2, NKB_ARENA_INIT};
    int code = nkb_host_run(host, name, lay_out, &layout, err);
    if (code == 0 && layout.value)
        code = nkb_convert_to_json(host->state, layout.value, layout.indent, name,
                                   room_beside(host, &layout.arena), out, err);
    if (code == 0 && out->failed)
        code = nkb_err_memory(err);
    nkb_arena_free(&layout.arena);
    return code;
}
