/* Errors on their way out of Lua. Three kinds travel: text (the rule's fault), a userdata that
 * carries one of our codes (an absent metric is the input's fault), and the stop flag of budget.c.
 * The handler words a message while the frames are still there, in C memory, because Lua's may have
 * run out. */
#include "host/state.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_LEVELS = 60, /* frames looked at: lua_getstack walks, and a rule may recurse 200 000 deep */
    MAX_FRAMES = 12, /* frames shown */
};

static const char raised_name[] = "error";

struct raised {
    int code;
    char text[NKB_ERR_TEXT_BYTES];
};

static bool is_rules(const lua_Debug *ar)
{
    return ar->source[0] == '@' && ar->currentline > 0;
}

void nkb_state_where(lua_State *L, char *out, size_t size)
{
    lua_Debug ar;
    out[0] = '\0';
    for (int level = 0; level < MAX_LEVELS && lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (is_rules(&ar)) {
            snprintf(out, size, "%s:%d: ", ar.short_src, ar.currentline);
            return;
        }
    }
}

static int raise_text(lua_State *L, int code, const char *format, va_list args)
{
    struct raised *raised = lua_newuserdatauv(L, sizeof *raised, 0);
    struct nkb_err err;
    raised->code = nkb_err_setv(&err, code, format, args);
    memcpy(raised->text, err.text, sizeof raised->text);
    luaL_setmetatable(L, raised_name);
    return lua_error(L);
}

int nkb_raise(lua_State *L, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int never = raise_text(L, code, format, args);
    va_end(args);
    return never;
}

int nkb_raise_here(lua_State *L, const char *format, ...)
{
    char text[NKB_ERR_TEXT_BYTES], where[NKB_PLACE_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    nkb_state_where(L, where, sizeof where);
    lua_pushfstring(L, "%s%s", where, text);
    return lua_error(L);
}

static bool starts_with_position(const char *message, const char *chunk)
{
    size_t n = strlen(chunk);
    if (strncmp(message, chunk, n) != 0 || message[n] != ':')
        return false;
    size_t digits = strspn(message + n + 1, "0123456789");
    return digits > 0 && message[n + 1 + digits] == ':';
}

static bool has_position(const struct nkb_state *state, const char *message)
{
    for (size_t i = 0; i < state->chunk_count; i++)
        if (starts_with_position(message, state->chunks[i]))
            return true;
    return false;
}

static void write_trace(lua_State *L, struct nkb_state *state)
{
    lua_Debug ar;
    size_t used = 0;
    int frames = 0;

    for (int level = 0; level < MAX_LEVELS && frames < MAX_FRAMES && lua_getstack(L, level, &ar);
         level++) {
        lua_getinfo(L, "Sln", &ar);
        if (!is_rules(&ar))
            continue;
        size_t room = sizeof state->trace - used;
        int n;
        if (strcmp(ar.what, "main") == 0)
            n = snprintf(state->trace + used, room, "%s:%d\n", ar.short_src, ar.currentline);
        else if (ar.name)
            n = snprintf(state->trace + used, room, "%s:%d in '%.60s'\n", ar.short_src,
                         ar.currentline, ar.name);
        else
            n = snprintf(state->trace + used, room, "%s:%d in the function of line %d\n",
                         ar.short_src, ar.currentline, ar.linedefined);
        if (n < 0 || (size_t)n >= room) {
            state->trace[used] = '\0';
            break;
        }
        for (char *c = state->trace + used; c < state->trace + used + n - 1; c++)
            if ((unsigned char)*c <
                0x20) /* a function's name can be any text: one frame, one line */
                *c = '?';
        used += (size_t)n;
        frames++;
    }
    if (frames < 2)
        state->trace[0] = '\0';
}

int nkb_raise_handler(lua_State *L)
{
    struct nkb_state *state = nkb_state_of(L);
    char where[NKB_PLACE_BYTES];

    if (state->stop != NKB_STOP_NONE || luaL_testudata(L, -1, raised_name))
        return 1;
    nkb_state_where(L, where, sizeof where);
    if (lua_type(L, -1) == LUA_TSTRING) {
        const char *text = lua_tostring(L, -1);
        if (starts_with_position(text, "nkb")) {
            /* a line of our own runtime tells a rule's author nothing */
            text += 4 + strspn(text + 4, "0123456789") + 1;
            text += *text == ' ';
        }
        snprintf(state->message, sizeof state->message, "%s%s",
                 has_position(state, text) ? "" : where, text);
        nkb_hint_add(state, state->message, sizeof state->message);
    } else {
        snprintf(state->message, sizeof state->message,
                 "%san error that is a %s; a text is expected", where, luaL_typename(L, -1));
    }
    write_trace(L, state);
    return 1;
}

static int l_raised_tostring(lua_State *L)
{
    struct raised *raised = luaL_checkudata(L, 1, raised_name);
    lua_pushstring(L, raised->text);
    return 1;
}

void nkb_raise_setup(lua_State *L)
{
    luaL_newmetatable(L, raised_name);
    lua_pushcfunction(L, l_raised_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

int nkb_raise_fault(struct nkb_state *state, int status, struct nkb_err *err)
{
    lua_State *L = state->L;
    if (state->stop != NKB_STOP_NONE || status == LUA_ERRMEM)
        return nkb_budget_fault(state, err);
    const struct raised *raised = luaL_testudata(L, -1, raised_name);
    if (raised)
        return nkb_err_set(err, raised->code, "%s", raised->text);
    const char *text = state->message;
    if (text[0] == '\0')
        text = status == LUA_ERRERR ? "an error while an error was handled"
                                    : "an error without a text";
    if (has_position(state, text))
        return nkb_err_set(err, state->fault_code, "%s", text);
    return nkb_err_set(err, state->fault_code, "%s: %s", state->subject, text);
}
