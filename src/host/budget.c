/* Instructions and wall clock. A hook counts; when a limit is reached it sets a flag that stays,
 * asks to be called again at every instruction, and raises. So a pcall in a loop cannot outlive its
 * budget, and our pcall and xpcall raise again as soon as they see the flag. */
#include "host/state.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "base/num.h"
#include "host/coverage.h"

enum { STEP = 1000 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void hook(lua_State *L, lua_Debug *ar);

static void set_stop(struct nkb_state *state, enum nkb_stop stop)
{
    if (state->stop == NKB_STOP_NONE) {
        state->stop = stop;
        nkb_state_where(state->L, state->place, sizeof state->place);
    }
    lua_sethook(state->L, hook, LUA_MASKCOUNT, 1);
}

static void look_at_limits(struct nkb_state *state)
{
    if (state->limits.instructions && state->instructions >= state->limits.instructions)
        set_stop(state, NKB_STOP_INSTRUCTIONS);
    else if (state->limits.seconds > 0 && now_s() >= state->deadline)
        set_stop(state, NKB_STOP_TIME);
}

static int stopped(lua_State *L)
{
    lua_pushliteral(L, "stopped"); /* nobody reads it: the flag says what happened */
    return lua_error(L);
}

static void hook(lua_State *L, lua_Debug *ar)
{
    struct nkb_state *state = nkb_state_of(L);
    if (ar->event == LUA_HOOKLINE) {
        nkb_coverage_line(L, state->coverage, ar);
        return;
    }
    if (state->stop == NKB_STOP_NONE) {
        state->instructions += (uint64_t)state->step;
        look_at_limits(state);
    }
    if (state->stop != NKB_STOP_NONE)
        stopped(L);
}

void nkb_budget_start(struct nkb_state *state)
{
    state->stop = NKB_STOP_NONE;
    state->refused = false;
    state->place[0] = '\0';
    state->instructions = 0;
    state->deadline = now_s() + state->limits.seconds;
    state->running = true;
    int lines = state->coverage ? LUA_MASKLINE : 0;
    if (state->limits.instructions || state->limits.seconds > 0) {
        uint64_t limit = state->limits.instructions;
        state->step = limit && limit < STEP ? (int)limit : STEP;
        lua_sethook(state->L, hook, LUA_MASKCOUNT | lines, state->step);
    } else if (lines) {
        lua_sethook(state->L, hook, lines, 0);
    }
}

void nkb_budget_stop(struct nkb_state *state)
{
    state->running = false;
    lua_sethook(state->L, NULL, 0, 0);
}

void nkb_budget_look(struct nkb_state *state)
{
    if (state->stop == NKB_STOP_NONE && state->limits.seconds > 0 && now_s() >= state->deadline)
        set_stop(state, NKB_STOP_TIME);
}

void nkb_budget_charge(lua_State *L, uint64_t units)
{
    struct nkb_state *state = nkb_state_of(L);
    if (state->stop == NKB_STOP_NONE) {
        if (__builtin_add_overflow(state->instructions, units, &state->instructions))
            state->instructions = UINT64_MAX;
        look_at_limits(state);
    }
    if (state->stop != NKB_STOP_NONE)
        stopped(L);
}

void nkb_budget_recheck(lua_State *L, int status)
{
    struct nkb_state *state = nkb_state_of(L);
    if (status == LUA_ERRMEM && state->stop == NKB_STOP_NONE)
        state->stop = NKB_STOP_MEMORY;
    if (state->stop != NKB_STOP_NONE)
        stopped(L);
}

/* "50 M", "64 k", "1234" */
static const char *short_count(uint64_t n, char out[32])
{
    if (n && n % 1000000 == 0)
        snprintf(out, 32, "%llu M", (unsigned long long)(n / 1000000));
    else if (n && n % 1000 == 0)
        snprintf(out, 32, "%llu k", (unsigned long long)(n / 1000));
    else
        snprintf(out, 32, "%llu", (unsigned long long)n);
    return out;
}

const char *nkb_budget_bytes(size_t n, char out[32])
{
    if (n && n % ((size_t)1 << 20) == 0)
        snprintf(out, 32, "%zu MiB", n >> 20);
    else if (n && n % 1024 == 0)
        snprintf(out, 32, "%zu KiB", n >> 10);
    else
        snprintf(out, 32, "%zu bytes", n);
    return out;
}

int nkb_budget_fault(const struct nkb_state *state, struct nkb_err *err)
{
    char amount[NKB_NUM_TEXT_BYTES], place[NKB_SUBJECT_BYTES + 2];
    const char *at = state->place;

    if (at[0] == '\0') {
        bool loaded =
            strcmp(state->subject, NKB_SUBJECT_NONE) != 0; /* else there is no rule to name */
        snprintf(place, sizeof place, "%s%s", loaded ? state->subject : "", loaded ? ": " : "");
        at = place;
    }
    switch (state->stop) {
    case NKB_STOP_INSTRUCTIONS:
        return nkb_err_set(err, NKB_ERULE, "%sstopped after %s instructions (--max-instructions)",
                           at, short_count(state->limits.instructions, amount));
    case NKB_STOP_TIME:
        nkb_format_fixed(state->limits.seconds, 'g', 6, amount, sizeof amount);
        return nkb_err_set(err, NKB_ERULE, "%sstopped after %s s (--max-seconds)", at, amount);
    case NKB_STOP_MEMORY:
    case NKB_STOP_NONE:
        break;
    }
    if (!state->refused)
        return nkb_err_memory(err);
    return nkb_err_set(err, NKB_ERULE, "%sneeds more than %s of memory (--max-memory)", at,
                       nkb_budget_bytes(state->limits.memory_bytes, amount));
}
