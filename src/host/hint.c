/* What Lua says of a nil tells the rule's author little. A hint adds what is known of the name: why
 * the metric is absent, or that a rule has no such library and what does instead. Lua's memory may
 * have run out, so nothing here allocates. */
#include <stdio.h>
#include <string.h>

#include "host/state.h"

static const struct {
    const char *name, *instead;
} missing[] = {
    {"print", "c:note(text) in check, or console, says something"},
    {"io", "needs and m bring the inputs"},
    {"os", "a date parameter and nkb.days know days"},
    {"dofile", "require takes in another file"},
    {"loadfile", "require takes in another file"},
    {"setmetatable", "functions and plain tables do; nkb.object keeps an order"},
    {"getmetatable", "nkb.kind tells what a value is"},
    {"rawset", "plain tables do"},
    {"coroutine", "loops do"},
    {"debug", "nothing of it is there"},
    {"package", "nothing of it is there"},
    {"collectgarbage", "nothing of it is there"},
};

void nkb_hint_missed(struct nkb_state *state, struct nkb_str key, const char *why)
{
    struct nkb_missed *missed = &state->missed;
    size_t len = key.len < sizeof missed->key ? key.len : sizeof missed->key - 1;

    memcpy(missed->key, key.ptr, len);
    missed->key[len] = '\0';
    missed->any = len == key.len;
    if (missed->any)
        snprintf(missed->why, sizeof missed->why, "%s", why);
}

/* "… a nil value (field 'training')": is the name this one, and is it of `kind` (NULL: any)? */
static bool is_of(const char *message, const char *kind, const char *name)
{
    char end[NKB_PLACE_BYTES + 8];
    const char *nil = strstr(message, "a nil value (");
    if (!nil || (kind && strncmp(strchr(nil, '(') + 1, kind, strlen(kind)) != 0))
        return false;
    int n = snprintf(end, sizeof end, " '%s')", name);
    size_t len = strlen(nil);
    return n > 0 && (size_t)n < sizeof end && len > (size_t)n &&
           strcmp(nil + len - (size_t)n, end) == 0;
}

void nkb_hint_add(const struct nkb_state *state, char *message, size_t size)
{
    size_t used = strlen(message);

    if (state->missed.any && is_of(message, NULL, state->missed.key)) {
        snprintf(message + used, size - used, ": '%s' is absent: %s", state->missed.key,
                 state->missed.why);
        return;
    }
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        if (!is_of(message, "global", missing[i].name))
            continue;
        snprintf(message + used, size - used, ": there is no '%s' in a rule; %s", missing[i].name,
                 missing[i].instead);
        return;
    }
}
