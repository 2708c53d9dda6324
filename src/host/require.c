/* require for rules: modules beside the rule, then along the rule search path, and nothing else. A
 * name is words with dots between; links that lead out of the folder are not followed. Modules run
 * in the rule's own environment, and the result records each with its digest. */
#include <lauxlib.h>
#include <string.h>

#include "base/file.h"
#include "base/sha256.h"
#include "host/embedded.h"
#include "host/find.h"
#include "host/runtime.h"
#include "host/state.h"

enum { MAX_NAME = 100 };

static const char loaded_key[] = "nkb.loaded";

static bool is_module_name(const char *name)
{
    size_t word = 0;
    for (; *name; name++) {
        bool in_word = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
                       (*name >= '0' && *name <= '9') || *name == '_' || *name == '-';
        if (!in_word && (*name != '.' || word == 0))
            return false;
        word = in_word ? word + 1 : 0;
    }
    return word > 0;
}

/* The file in a directory, when it is there. A file that a link put there is refused. */
static const char *look_in(lua_State *L, const char *name, const char *directory, const char *file)
{
    struct nkb_state *state = nkb_state_of(L);
    const char *path = nkb_place_path(&state->scratch, directory, file);
    if (!path)
        nkb_raise(L, NKB_EMEMORY, "out of memory");
    if (!nkb_is_file(path))
        return NULL;
    if (!nkb_is_inside(path, directory))
        nkb_raise_here(L, "require '%s': %s leads out of its folder", name, path);
    return path;
}

/* Where a module is: *path on disk, or *found in the program. */
static void locate(lua_State *L, const char *name, const char *file, const char **path,
                   const struct nkb_embedded **found)
{
    struct nkb_state *state = nkb_state_of(L);
    struct nkb_place places[NKB_MAX_PLACES];
    char embedded[MAX_NAME + 16];
    size_t count = nkb_places(&state->scratch, places);

    luaL_checkstack(L, 4, NULL);
    memcpy(embedded, "rules/", 6);
    memcpy(embedded + 6, file, strlen(file) + 1);
    *path = NULL;
    *found = NULL;
    if (state->directory)
        *path = look_in(L, name, state->directory, file);
    else
        *found = nkb_embedded_find(embedded);
    for (size_t i = 0; i < count && !*path && !*found; i++) {
        if (places[i].directory)
            *path = look_in(L, name, places[i].directory, file);
        else
            *found = nkb_embedded_find(embedded);
    }
}

static void record(lua_State *L, const char *name, const char *path, struct nkb_str text)
{
    struct nkb_state *state = nkb_state_of(L);
    char digest[NKB_SHA256_TEXT_BYTES];
    struct nkb_err err;

    int code = nkb_sha256_text(text, digest, &err);
    if (code != 0)
        nkb_raise(L, code, "%s", err.text);
    if (!state->modules)
        state->modules = nkb_value_array(&state->arena);
    struct nkb_value *module = nkb_value_object(&state->arena);
    nkb_metric_text(&state->arena, module, "name", name, NULL);
    nkb_metric_text(&state->arena, module, "path", path, NULL);
    nkb_metric_text(&state->arena, module, "sha256", digest, NULL);
    nkb_value_append(&state->arena, state->modules, module);
}

/* Compile the module; leaves its chunk, or nothing when there is no such file. [-0, +(0|1), e] */
static bool load(lua_State *L, const char *name)
{
    struct nkb_state *state = nkb_state_of(L);
    const struct nkb_embedded *found;
    const char *path;
    struct nkb_err err;
    struct nkb_str text;
    char file[MAX_NAME + 8];
    size_t len = strlen(name);

    for (size_t i = 0; i < len; i++)
        file[i] = name[i] == '.' ? '/' : name[i];
    memcpy(file + len, ".lua", 5);
    locate(L, name, file, &path, &found);
    if (path) {
        state->text.len = 0;
        int code = nkb_file_read(path, NULL, NKB_MAX_RULE_BYTES, &state->text, &err);
        if (code != 0)
            nkb_raise(L, code == NKB_EINPUT ? NKB_ERULE : code, "require '%s': %s", name, err.text);
        text = nkb_buf_str(&state->text);
        lua_pushfstring(L, "@%s", path);
    } else if (found) {
        text = (struct nkb_str){found->data, found->size};
        lua_pushfstring(L, "@builtin:%s", file);
    } else {
        return false;
    }
    const char *chunk = lua_tostring(L, -1);
    nkb_runtime_push(L, "base", "env");
    nkb_state_load(L, text, chunk, -1);
    record(L, name, chunk + 1, text);
    return true;
}

/* The module's chunk is on the top: run it and keep what it returns. [-1, +1, e] */
static void run(lua_State *L)
{
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, NULL); /* being run */
    lua_rawset(L, 2);
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_rawset(L, 2);
}

int nkb_runtime_require(lua_State *L)
{
    struct nkb_state *state = nkb_state_of(L);
    size_t len;
    const char *name = luaL_checklstring(L, 1, &len);

    lua_settop(L, 1);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, loaded_key);
    lua_pushvalue(L, 1);
    int type = lua_rawget(L, 2);
    if (type == LUA_TLIGHTUSERDATA)
        return nkb_raise_here(
            L, "require '%s': modules that require each other, or it failed before", name);
    if (type != LUA_TNIL)
        return 1;
    lua_settop(L, 2);

    bool well_named = len <= MAX_NAME && strlen(name) == len && is_module_name(name);
    if (!well_named && !state->limits.unsafe)
        return nkb_raise_here(
            L, "require '%.60s': a module's name is words with dots between, such as layout.plain",
            name);
    if (well_named && load(L, name)) {
        run(L);
        return 1;
    }
    if (!state->limits.unsafe)
        return nkb_raise_here(L, "require '%s': no such file beside %s or on the rule search path",
                              name, state->subject);
    lua_getglobal(L, "require");
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    return 1;
}
