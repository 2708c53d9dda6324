/* An item of a test file from beginning to end: what it asks for is set, the rule is run, and the
 * outcome handed back until there is a report. A case is run once, as any score is; a property many
 * times in one state, where m and p stay where they are and only their values change. */
#include "host/test.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/bind.h"
#include "host/convert.h"
#include "host/embedded.h"
#include "host/runtime.h"
#include "host/test_play.h"
#include "host/test_tree.h"

/* ---- what the test's Lua asks of us ---- */

static const char shape_key[] = "nkb.shape";
struct shapes { /* a registry holds no bare pointers */
    const struct nkb_shape *shape;
};

/* host.known(path): type and unit of a metric; nil when m cannot have it or has any name there. */
static int l_known(lua_State *L)
{
    struct nkb_str path;
    path.ptr = luaL_checklstring(L, 1, &path.len);
    lua_getfield(L, LUA_REGISTRYINDEX, shape_key);
    const struct shapes *kept = lua_touserdata(L, -1);
    const struct nkb_api_metric *metric = nkb_shape_find(kept->shape, path);
    if (!metric)
        return 0;
    lua_pushstring(L, metric->type);
    lua_pushstring(L, metric->unit);
    return 2;
}

/* Load what judges tests into the runtime, once a state. Leaves nothing. [-0, +0, e] */
static void open_tests(lua_State *L)
{
    static const char *const modules[] = {
        "test_shape",  "test_outline",  "test_expect", "test_draw",
        "test_shrink", "test_property", "test",        NULL};

    lua_getfield(L, LUA_REGISTRYINDEX, "nkb.host");
    if (lua_getfield(L, -1, "test") != LUA_TNIL) {
        lua_pop(L, 2);
        return;
    }
    lua_pop(L, 1);
    struct shapes *kept = lua_newuserdatauv(L, sizeof *kept, 0);
    kept->shape = nkb_shape_new(&nkb_state_of(L)->arena);
    if (!kept->shape)
        nkb_raise(L, NKB_EMEMORY, "out of memory");
    lua_setfield(L, LUA_REGISTRYINDEX, shape_key);
    lua_pushcfunction(L, l_known);
    lua_setfield(L, -2, "known");
    luaL_requiref(L, LUA_COLIBNAME, luaopen_coroutine, 0); /* ours alone: no rule sees `host` */
    lua_setfield(L, -2, "coroutine");
    for (const char *const *name = modules; *name; name++) {
        char file[64];
        snprintf(file, sizeof file, "scripts/runtime/%s.lua", *name);
        const struct nkb_embedded *found = nkb_embedded_find(file);
        if (!found)
            nkb_raise(L, NKB_EINPUT, "%s: not in this program; it was built without its scripts",
                      file);
        nkb_state_load(L, (struct nkb_str){found->data, found->size}, "=nkb", 0);
        lua_pushvalue(L, -2);
        lua_call(L, 1, 1);
        lua_setfield(L, -2, *name);
    }
    lua_pop(L, 1);
}

struct loading {
    const struct nkb_rule_source *source;
    struct nkb_arena *arena;
    const size_t *item; /* NULL: the outline is wanted */
    struct nkb_value *outline;
};

static void load(lua_State *L, void *context)
{
    struct loading *loading = context;
    const struct nkb_rule_source *source = loading->source;

    open_tests(L);
    nkb_runtime_push(L, "test", "load");
    nkb_runtime_push(L, "test_outline", "environment");
    lua_call(L, 0, 1);
    lua_pushfstring(L, "@%s", source->path);
    nkb_state_load(L, source->text, lua_tostring(L, -1), -2);
    lua_replace(L, -3);
    lua_pop(L, 1);
    /* To run an item the outline has said where it stands. */
    bool outline = !loading->item;
    lua_pushlstring(L, outline ? source->text.ptr : "", outline ? source->text.len : 0);
    lua_pushstring(L, source->path);
    if (outline)
        lua_pushnil(L);
    else
        lua_pushinteger(L, (lua_Integer)*loading->item + 1);
    lua_call(L, 4, 1);
    if (outline)
        loading->outline = nkb_convert(L, -1, "the test", loading->arena);
}

/* Whatever is wrong now, the test file is at fault. */
static int blame_test(int code, struct nkb_err *err)
{
    if (code == 0 || code == NKB_EMEMORY)
        return code;
    err->code = NKB_ERULE;
    return NKB_ERULE;
}

int nkb_test_load(struct nkb_host *host, const struct nkb_rule_source *test, const size_t *item,
                  struct nkb_arena *arena, struct nkb_value **outline, struct nkb_err *err)
{
    struct loading loading = {test, arena, item, NULL};
    if (!host->loaded)
        snprintf(host->state->subject, sizeof host->state->subject, "%s", test->path);
    if (!host->state->directory && test->directory)
        host->state->directory = nkb_arena_string(&host->state->arena, test->directory);
    int code = nkb_host_run(host, "test", load, &loading, err);
    *outline = loading.outline;
    return blame_test(code, err);
}

/* ---- before a run ---- */

static void put_optional(struct nkb_arena *arena, struct nkb_value *object, const char *name,
                         const struct nkb_value *v)
{
    if (v)
        nkb_value_put(arena, object, name, (struct nkb_value *)(uintptr_t)v);
}

/* test.begin(item, { texts, asked, params = { { name, type }… } }): the inputs. */
static void begin(lua_State *L, void *context)
{
    static const char *const types[] = {"number", "integer", "boolean", "string", "date"};
    struct nkb_test *test = context;
    struct nkb_value *argument = nkb_value_object(test->arena);
    struct nkb_value *params = nkb_metric_group(test->arena, argument, "params");

    for (size_t i = 0; i < test->host->param_count; i++)
        nkb_metric_text(test->arena, params, test->host->params[i].name,
                        types[test->host->params[i].type], NULL);
    nkb_metric_text(test->arena, argument, "where", test->given->where, NULL);
    put_optional(test->arena, argument, "texts", test->given->texts);
    put_optional(test->arena, argument, "asked", test->given->asked);
    if (nkb_arena_failed(test->arena))
        nkb_raise(L, NKB_EMEMORY, "out of memory");
    nkb_runtime_push(L, "test", "begin");
    lua_pushinteger(L, (lua_Integer)test->item + 1);
    nkb_bind_push(L, argument, NKB_BIND_DATA);
    lua_call(L, 2, 1);
    test->inputs = nkb_convert(L, -1, "the case", test->arena);
}

/* m: what the file gives, and over it what the item gives; each over its fixture. */
static int make_tree(struct nkb_test *test, struct nkb_err *err)
{
    const struct nkb_value *layers = nkb_test_input(test, "layers");
    struct nkb_value *tree = nkb_value_object(test->arena);
    int code = 0;

    for (size_t i = 0; code == 0 && nkb_value_is(layers, NKB_ARRAY) && i < layers->as.items.count;
         i++) {
        const struct nkb_value *metrics = nkb_value_get(layers->as.items.at[i].value, "metrics");
        if (nkb_value_is(metrics, NKB_OBJECT)) {
            code = nkb_tree_lay(test->arena, test->shape, tree, metrics, err);
        } else if (!metrics) {
            nkb_tree_lay_fixture(test->arena, tree, test->given->fixture);
            nkb_tree_lay_fixture(test->arena, tree, nkb_test_input(test, "fixture"));
        }
    }
    if (code != 0) {
        nkb_err_prefix(err, "%s: ", nkb_test_place(test));
        return blame_test(code, err);
    }
    test->tree = nkb_tree_complete(test->arena, test->shape, tree, nkb_test_place(test));
    return test->tree ? 0 : nkb_err_memory(err);
}

/* ---- behind a run ---- */

/* test.next(stage, message, r, m, p, texts): the next run's values, or the report. */
static void next(lua_State *L, void *context)
{
    struct nkb_test *test = context;

    nkb_runtime_push(L, "test", "next");
    lua_pushstring(L, test->stage);
    lua_pushstring(L, test->stage ? test->message : NULL);
    if (test->stage) {
        lua_pushnil(L);
    } else if (test->head) {
        lua_getfield(L, LUA_REGISTRYINDEX, "nkb.r");
    } else {
        nkb_bind_push(L, test->result, NKB_BIND_RESULT);
        lua_getfield(L, LUA_REGISTRYINDEX, "nkb.m");
        nkb_bind_add(L, "m");
        lua_getfield(L, LUA_REGISTRYINDEX, "nkb.p");
        nkb_bind_add(L, "p");
    }
    lua_getfield(L, LUA_REGISTRYINDEX, "nkb.m");
    lua_getfield(L, LUA_REGISTRYINDEX, "nkb.p");
    if (test->texts)
        nkb_bind_push(L, test->texts, NKB_BIND_DATA);
    else
        lua_pushnil(L);
    lua_call(L, 6, 1);
    lua_getfield(L, -1, "ok");
    test->done = !lua_isnil(L, -1);
    lua_pop(L, 1);
    nkb_arena_reset(&test->turn);
    test->reply = nkb_convert(L, -1, "the test", test->done ? test->arena : &test->turn);
}

/* Run until there is a report. */
static int run_all(struct nkb_test *test, struct nkb_err *err)
{
    const struct nkb_value *values = nkb_test_input(test, "params");
    bool many = nkb_value_get(test->inputs, "property") != NULL;

    if (many && nkb_test_hold_still(test, err) != 0)
        return err->code;
    for (;;) {
        test->stage = NULL;
        int code = nkb_test_set_params(test, values, err);
        if (code != 0)
            return code;
        if (!test->stage)
            nkb_test_play(test);
        code = nkb_host_run(test->host, "test", next, test, err);
        if (code == 0)
            code = nkb_test_set_metrics(test, nkb_value_get(test->reply, "metrics"), err);
        if (code != 0)
            return blame_test(code, err);
        if (test->done)
            return 0;
        values = nkb_value_get(test->reply, "params");
    }
}

int nkb_test_run(struct nkb_host *host, size_t item, const struct nkb_test_given *given,
                 struct nkb_arena *arena, struct nkb_value **report, struct nkb_err *err)
{
    struct nkb_test test = {.host = host, .item = item, .given = given, .arena = arena};

    test.turn = NKB_ARENA_INIT;
    test.shape = nkb_shape_new(arena);
    int code = test.shape ? 0 : nkb_err_memory(err);
    if (code == 0)
        code = blame_test(nkb_host_run(host, "test", begin, &test, err), err);
    if (code == 0)
        code = make_tree(&test, err);
    if (code == 0)
        code = run_all(&test, err);
    *report = code == 0 ? test.reply : NULL;
    nkb_arena_free(&test.turn);
    return code;
}
