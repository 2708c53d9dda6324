/* The state and its allocator. The allocator refuses what would pass the cap and so makes Lua
 * collect its garbage and, if that does not help, raise; it looks at the clock on the way, because
 * memory is what C functions out of the hook's reach have in common. */
#include "host/state.h"

#include <assert.h>
#include <lauxlib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/coverage.h"
#include "host/embedded.h"

enum {
    LARGE_BYTES = 64 * 1024, /* from here on an allocation looks at the clock */
};

/* While its stack moves (from Lua 5.4.5 on) the frames hold offsets: nobody may look at them. */
static void refuse(struct nkb_state *state, bool moves_stack)
{
    state->refused = true;
    if (state->running && !moves_stack) {
        char place[NKB_PLACE_BYTES]; /* "" when the rule's frames are already gone: the last one
                                        stays */
        nkb_state_where(state->L, place, sizeof place);
        if (place[0])
            memcpy(state->place, place, sizeof place);
        nkb_budget_look(state);
    }
}

/* What a block takes of the machine's memory: an allocator keeps a word of its own with each, hands
 * them out by 16 bytes, and leaves holes (a sixteenth and less, measured). Uncounted, a
 * rule of many small tables would take half as much again as its cap. */
static size_t charge(size_t size_bytes)
{
    enum { WORD = 8, ROUND = 16, LEAST = 32, HOLES = 16 };
    if (size_bytes == 0 || size_bytes > SIZE_MAX / 2)
        return size_bytes;
    size_t all = (size_bytes + WORD + ROUND - 1) / ROUND * ROUND;
    return (all < LEAST ? LEAST : all) + all / HOLES;
}

static void *allocate(void *context, void *old, size_t old_bytes, size_t new_bytes)
{
    struct nkb_state *state = context;
    size_t size_bytes = charge(new_bytes);
    size_t freed_bytes = old ? charge(old_bytes) : 0; /* of no block it is the kind of object */
    if (size_bytes == 0) {
        if (old == state->stack) /* until Lua 5.4.4 it moves into a new block */
            state->stack = NULL;
        nkb_blocks_release(&state->blocks, old, old_bytes);
        state->used_bytes -= freed_bytes;
        return NULL;
    }

    size_t limit = state->limits.memory_bytes;
    size_t others = state->used_bytes - freed_bytes;
    bool moves_stack = old && old == state->stack;
    if (size_bytes > freed_bytes) {
        if (limit && (size_bytes > limit || others > limit - size_bytes)) {
            refuse(state, moves_stack);
            return NULL;
        }
        if (size_bytes >= LARGE_BYTES && state->running && !moves_stack)
            nkb_budget_look(state);
    }
    void *fresh = nkb_blocks_realloc(&state->blocks, old, old_bytes, new_bytes);
    if (!fresh)
        return size_bytes <= freed_bytes ? old : NULL; /* Lua counts on shrinking to succeed */
    state->used_bytes = others + size_bytes;
    if (moves_stack || (state->block_count < 2 && ++state->block_count == 2))
        state->stack = fresh;
    return fresh;
}

size_t nkb_state_room(const struct nkb_state *state)
{
    size_t cap = state->limits.memory_bytes;
    if (cap == 0 || cap > SIZE_MAX - NKB_BEYOND_CAP_BYTES)
        return SIZE_MAX;
    cap += NKB_BEYOND_CAP_BYTES;
    return cap > state->used_bytes ? cap - state->used_bytes : 0;
}

struct nkb_state *nkb_state_of(lua_State *L)
{
    return *(struct nkb_state **)lua_getextraspace(L);
}

static void set_up(lua_State *L, void *context)
{
    (void)context;
    nkb_raise_setup(L);
}

int nkb_state_new(struct nkb_state **out, const struct nkb_limits *limits, struct nkb_err *err)
{
    struct nkb_state *state = calloc(1, sizeof *state);
    if (!state)
        return nkb_err_memory(err);
    state->limits = *limits;
    if (limits->unsafe)
        state->limits = (struct nkb_limits){0, 0, 0, true};
    state->fault_code = NKB_ERULE;
    state->arena = NKB_ARENA_INIT;
    state->scratch = NKB_ARENA_INIT;
    state->text = NKB_BUF_INIT;
    snprintf(state->subject, sizeof state->subject, NKB_SUBJECT_NONE);

    state->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    state->L = state->c_locale ? lua_newstate(allocate, state) : NULL;
    if (!state->L) {
        bool capped = state->refused;
        nkb_state_free(state);
        if (capped)
            return nkb_err_set(err, NKB_EUSAGE,
                               "--max-memory is %zu bytes; too little to start Lua",
                               limits->memory_bytes);
        return nkb_err_memory(err);
    }
    *(struct nkb_state **)lua_getextraspace(state->L) = state;
    int code = nkb_state_run(state, NULL, set_up, NULL, err);
    if (code != 0) {
        nkb_state_free(state);
        return code;
    }
    *out = state;
    return 0;
}

void nkb_state_free(struct nkb_state *state)
{
    if (!state)
        return;
    if (state->L)
        lua_close(state->L);
    nkb_blocks_free(&state->blocks);
    if (state->c_locale)
        freelocale(state->c_locale);
    nkb_buf_free(&state->text);
    nkb_arena_free(&state->scratch);
    nkb_arena_free(&state->arena);
    free(state);
}

static int run_job(lua_State *L)
{
    struct nkb_state *state = nkb_state_of(L);
    state->job(L, state->job_context);
    return 0;
}

int nkb_state_run(struct nkb_state *state, const char *what, nkb_state_job *job, void *context,
                  struct nkb_err *err)
{
    lua_State *L = state->L;
    assert(!state->running && lua_gettop(L) == 0);

    nkb_arena_reset(&state->scratch);
    state->text.len = 0;
    state->missed.any = false;
    state->job = job;
    state->job_context = context;
    state->message[0] = state->trace[0] = '\0';

    /* Lua prints and compares by the locale; a rule's numbers must not depend on the host's. */
    locale_t before = uselocale(state->c_locale);
    if (what && state->enter)
        state->enter(state->enter_context, what);
    nkb_budget_start(state);
    lua_pushcfunction(L, nkb_raise_handler);
    lua_pushcfunction(L, run_job);
    int status = lua_pcall(L, 0, 0, 1);
    nkb_budget_stop(state);
    if (what && state->enter)
        state->enter(state->enter_context, NULL);

    int code = 0;
    if (status != LUA_OK || state->stop != NKB_STOP_NONE)
        code = nkb_raise_fault(state, status, err);
    lua_settop(L, 0);
    uselocale(before);
    return code;
}

static void remember_chunk(lua_State *L)
{
    struct nkb_state *state = nkb_state_of(L);
    lua_Debug ar;

    lua_pushvalue(L, -1);
    lua_getinfo(L, ">S", &ar);
    for (size_t i = 0; i < state->chunk_count; i++)
        if (strcmp(state->chunks[i], ar.short_src) == 0)
            return;
    const char *name = nkb_arena_string(&state->arena, ar.short_src);
    const char **chunks = nkb_arena_grow(&state->arena, state->chunks, state->chunk_count,
                                         state->chunk_count + 1, sizeof *chunks);
    if (!name || !chunks)
        return;
    chunks[state->chunk_count] = name;
    state->chunks = chunks;
    state->chunk_count++;
}

/* What the program brings along was compiled when it was built, by this very Lua or it is not used.
 * Nobody else's text gets here. [-0, +(0|1), e] */
static bool load_compiled(lua_State *L, struct nkb_str text, const char *name)
{
    const struct nkb_embedded *own = nkb_embedded_of(text.ptr, text.len);
    if (!own || !own->code || strcmp(own->chunk, name) != 0 ||
        strcmp(nkb_embedded_lua, lua_ident) != 0)
        return false;
    int status = luaL_loadbufferx(L, own->code, own->code_size, name, "b");
    if (status == LUA_OK)
        return true;
    nkb_budget_recheck(L, status);
    lua_pop(L, 1);
    return false;
}

/* [-0, +1, e] */
static void load_text(lua_State *L, struct nkb_str text, const char *name)
{
    if (nkb_str_starts(text, "\xef\xbb\xbf"))
        text = (struct nkb_str){text.ptr + 3, text.len - 3};
    if (nkb_str_starts(text,
                       "#")) { /* "#!/usr/bin/env …": the line stays, so that lines count right */
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t skipped = end ? (size_t)(end - text.ptr) : text.len;
        text = (struct nkb_str){text.ptr + skipped, text.len - skipped};
    }
    if (nkb_str_starts(text, LUA_SIGNATURE))
        nkb_raise(L, NKB_ERULE, "%s: is compiled Lua; source text is expected", name + 1);
    int status = luaL_loadbufferx(L, text.len ? text.ptr : "", text.len, name, "t");
    if (status != LUA_OK) {
        nkb_budget_recheck(L, status); /* memory is not the source's fault */
        const char *message = luaL_tolstring(L, -1, NULL);
        if (!strchr(message, ':')) /* "C stack overflow" of nested source comes without its place */
            nkb_raise(L, NKB_ERULE, "%s: %s", name + 1, message);
        nkb_raise(L, NKB_ERULE, "%s", message);
    }
}

void nkb_state_load(lua_State *L, struct nkb_str text, const char *name, int env)
{
    if (env)
        env = lua_absindex(L, env);
    if (!load_compiled(L, text, name))
        load_text(L, text, name);
    if (nkb_state_of(L)->coverage)
        nkb_coverage_add(L, nkb_state_of(L)->coverage, name);
    if (env) {
        lua_pushvalue(L, env);
        if (!lua_setupvalue(L, -2, 1))
            lua_pop(L, 1);
    }
    if (name[0] == '@')
        remember_chunk(L);
}
