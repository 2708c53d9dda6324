/* One Lua state with its limits: memory by the allocator, instructions and wall clock by a hook.
 * Every entry into Lua of this room goes through nkb_state_run. Private to src/host.
 *
 * A job runs protected and may raise: it owns nothing but what its context or an arena holds. */
#ifndef NKB_HOST_STATE_H
#define NKB_HOST_STATE_H

#include <locale.h>
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "host/blocks.h"
#include "host/host.h"

enum nkb_stop { NKB_STOP_NONE, NKB_STOP_INSTRUCTIONS, NKB_STOP_TIME, NKB_STOP_MEMORY };

enum { NKB_PLACE_BYTES = 128, NKB_TRACE_BYTES = 2048, NKB_SUBJECT_BYTES = 128 };

/* Lua jumps, and its headers do not say so to an analyzer. */
#ifdef __clang_analyzer__
#define NKB_RAISES __attribute__((analyzer_noreturn))
#else
#define NKB_RAISES
#endif

/* The last absent value that a rule read. Its key is cut at NKB_PLACE_BYTES. */
struct nkb_missed {
    char key[NKB_PLACE_BYTES];
    char why[NKB_ERR_TEXT_BYTES]; /* a copy: what it was read from may be gone by then */
    bool any;                     /* false: nothing was missed */
};

typedef void nkb_state_job(lua_State *L, void *context);

#define NKB_SUBJECT_NONE "nkibench" /* until a rule is loaded */

struct nkb_state {
    lua_State *L;
    struct nkb_limits limits;
    int fault_code;                  /* NKB_ERULE; NKB_EINPUT for trusted scripts */
    char subject[NKB_SUBJECT_BYTES]; /* "score.lua": what a message without a line is about */
    struct nkb_arena arena;          /* lives as long as the state */
    struct nkb_arena scratch;        /* forgotten at the start of each run */
    struct nkb_buf text;             /* likewise */

    struct nkb_blocks blocks; /* all that Lua allocates */
    void *stack;              /* Lua's: the second block a state takes */
    unsigned block_count;

    size_t used_bytes;
    uint64_t instructions; /* of this run */
    int step;              /* instructions between two hooks */
    double deadline;
    enum nkb_stop stop; /* sticky until the run ends: catching the error does not clear it */
    bool running, refused;
    char place[NKB_PLACE_BYTES]; /* "score.lua:9: " where it stopped */
    struct nkb_missed missed;    /* for the message of who goes on with its nil */

    const char *directory;     /* of the rule, for require; NULL: it is embedded */
    struct nkb_value *modules; /* what require read: {name, path, sha256}; NULL: nothing yet */

    struct nkb_coverage *coverage; /* of what is loaded; NULL: nobody asks */

    const char **chunks; /* names of what was loaded for the rule, as messages show them */
    size_t chunk_count;
    char message[NKB_ERR_TEXT_BYTES]; /* of the error being unwound */
    char trace[NKB_TRACE_BYTES];      /* the rule's frames, one a line; "" when there is but one */

    nkb_state_job *job;
    void *job_context;
    nkb_host_enter *enter;
    void *enter_context;
    locale_t c_locale;
};

int nkb_state_new(struct nkb_state **out, const struct nkb_limits *limits, struct nkb_err *err);
void nkb_state_free(struct nkb_state *state);
struct nkb_state *nkb_state_of(lua_State *L);

/* Run a job under the limits. `what` is told to the enter callback; NULL: the job is our own work,
 * of which the callback hears nothing. */
int nkb_state_run(struct nkb_state *state, const char *what, nkb_state_job *job, void *context,
                  struct nkb_err *err);

/* budget.c */
/* What a rule may still make us take, outside of Lua too: its cap and NKB_BEYOND_CAP_BYTES, less what
 * Lua has. SIZE_MAX without a cap. */
enum { NKB_BEYOND_CAP_BYTES = 5 << 20 }; /* 3 MiB of 8 are for the ends of huge pages */
size_t nkb_state_room(const struct nkb_state *state);

void nkb_budget_start(struct nkb_state *state);
void nkb_budget_stop(struct nkb_state *state);
/* Work done in C that no hook sees, in instructions. [-0, +0, e] */
void nkb_budget_charge(lua_State *L, uint64_t units);
/* Is the time over? Then the next instruction of Lua stops the run. Never raises. */
void nkb_budget_look(struct nkb_state *state);
/* Raise again what stopped the run, if something did. [-0, +0, e] */
void nkb_budget_recheck(lua_State *L, int status);
/* Word the limit that stopped the run. */
/* "64 MiB", into out. */
const char *nkb_budget_bytes(size_t n, char out[32]);
int nkb_budget_fault(const struct nkb_state *state, struct nkb_err *err);

/* raise.c */
/* "score.lua:9: " for the innermost frame of the rule's, or "". Never raises. */
void nkb_state_where(lua_State *L, char *out, size_t size);
/* An error that is not the rule's fault, with its code. [-0, +0, e] */
NKB_RAISES int nkb_raise(lua_State *L, int code, const char *format, ...) NKB_PRINTF(3, 4);
/* An error at the rule's line. [-0, +0, e] */
NKB_RAISES int nkb_raise_here(lua_State *L, const char *format, ...) NKB_PRINTF(2, 3);
/* The message handler of every run. [-1, +1, -] */
int nkb_raise_handler(lua_State *L);
void nkb_raise_setup(lua_State *L);
/* The error left on the stack by a failed lua_pcall. */
int nkb_raise_fault(struct nkb_state *state, int status, struct nkb_err *err);

/* hint.c */
/* A rule read `key`, which is absent for this reason: said when it goes on with the nil. */
void nkb_hint_missed(struct nkb_state *state, struct nkb_str key, const char *why);
/* Add to Lua's message what is known of the name that is nil. */
void nkb_hint_add(const struct nkb_state *state, char *message, size_t size);

/* Compile text, never bytecode, as chunk `name` ("@path", "=nkb"), its _ENV the table at index env
 * (0: the globals); the text of a file in the program (host/embedded.h) stands for what it was
 * compiled to. A syntax error is raised as NKB_ERULE. [-0, +1, e] */
void nkb_state_load(lua_State *L, struct nkb_str text, const char *name, int env);

#endif
