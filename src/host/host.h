/* The Lua host: one capped state that holds one rule (DESIGN 7 and 10), and, apart from it, trusted
 * scripts. Callers see no lua.h. Every entry into Lua is protected and budgeted. */
#ifndef NKB_HOST_HOST_H
#define NKB_HOST_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/value.h"

struct nkb_limits {
    size_t memory_bytes;   /* 64 MiB */
    uint64_t instructions; /* 50 M a call */
    double seconds;        /* 5 a call, wall clock */
    bool unsafe;           /* --unsafe: no limits, the whole standard library */
};
#define NKB_LIMITS_DEFAULT ((struct nkb_limits){64u << 20, 50000000, 5.0, false})

/* Where a rule or a layout module was found. Strings live in the arena given. */
struct nkb_rule_source {
    const char *name;   /* the file's: "score.lua" */
    const char *path;   /* file, or "builtin:score.lua" */
    const char *origin; /* "file", "rules", "NKIBENCH_RULE_PATH", "user", "installed", "builtin" */
    const char *directory; /* for require beside it; NULL when embedded */
    struct nkb_str text;
    char sha256[65];
    bool shadows_builtin; /* a bundled rule has the same name and other bytes */
};

/* ./NAME, ./rules/NAME, $NKIBENCH_RULE_PATH (':' between), the user's data dir, the installed dir,
 * then embedded; NAME with or without ".lua"; a NAME with '/' is a path and nothing else;
 * builtin:NAME is the embedded one. NKB_ERULE "no rule 'x'; did you mean 'y'?" with the places
 * looked at. */
int nkb_rule_find(const char *name, struct nkb_arena *arena, struct nkb_rule_source *out,
                  struct nkb_err *err);
/* The same; for a pipe to give something it waits so long, at most 5 s. */
int nkb_rule_find_within(const char *name, double wait_s, struct nkb_arena *arena,
                         struct nkb_rule_source *out, struct nkb_err *err);
typedef void nkb_host_enter(void *context, const char *what); /* as nkb_enter_fn */

/* Every rule that can be found, in that order, shadowed ones included: objects {name, origin, path,
 * version, about, error (of one that is no rule), shadowed}. Each is
 * loaded in a host of its own, of which the callback (NULL: none) hears. */
struct nkb_value *nkb_rule_list(struct nkb_arena *arena, nkb_host_enter *enter, void *context);

/* What one rule is, for who looks at it without running it: {name, path, origin, text, and either error or
 * {title, version, about, needs, functions, params: [{name, flag, type, about, unit, default, min,
 * max, above, choices}]}, modules: [{name, path, text}], module_folders, module_files: where require looks, has_test}. Its file is run in a host of its own,
 * of which the callback (NULL: none) hears. What the rule did wrong is its `error`; NKB_ERULE when there
 * is no such rule. */
int nkb_rule_describe(const char *name, struct nkb_arena *arena, nkb_host_enter *enter,
                      void *context, struct nkb_value **out, struct nkb_err *err);
/* The rules of a folder by path, in order of their names; empty when there are none. */
struct nkb_value *nkb_rule_folder(const char *directory, struct nkb_arena *arena);

struct nkb_param {
    const char *name;         /* training_weight */
    const char *flag;         /* training-weight */
    const char *about, *unit; /* NULL: none */
    enum nkb_param_type {
        NKB_PARAM_NUMBER,
        NKB_PARAM_INTEGER,
        NKB_PARAM_BOOLEAN,
        NKB_PARAM_STRING,
        NKB_PARAM_DATE
    } type;
    const struct nkb_value *initial; /* the default; ABSENT for none */
    bool has_min, has_max, has_above;
    double min, max, above; /* min <= v <= max, v > above */
    const char *const *choices;
    size_t choice_count;
    /* set by nkb_host_set_param */
    const struct nkb_value *value;
    const char *origin;
};

struct nkb_host;

int nkb_host_new(struct nkb_host **out, const struct nkb_limits *limits, struct nkb_err *err);
void nkb_host_free(struct nkb_host *host);
void nkb_host_on_enter(struct nkb_host *host, nkb_host_enter *enter, void *context);

/* Compile and run the file, check the shape of what it returns. NKB_ERULE. */
int nkb_host_load(struct nkb_host *host, const struct nkb_rule_source *source, struct nkb_err *err);
/* Of the loaded rule; strings live with the host. `needs` are as written ("inference?"). */
const char *nkb_host_rule_text(const struct nkb_host *host,
                               const char *field); /* name version about */
/* What it, and a test in it, has required so far: an array of {name, path, sha256}; NULL: nothing. */
const struct nkb_value *nkb_host_modules(const struct nkb_host *host);
const char *const *nkb_host_needs(const struct nkb_host *host, size_t *count);
bool nkb_host_has(const struct nkb_host *host,
                  const char *function); /* "score_file", "training_json" */
struct nkb_param *nkb_host_params(struct nkb_host *host, size_t *count);
/* Parse text by the parameter's type and check its bounds: NKB_EUSAGE. */
int nkb_host_set_param(struct nkb_host *host, struct nkb_param *param, const char *text,
                       const char *origin, struct nkb_err *err);
enum { NKB_PARAM_RANGE_BYTES = 112 };
/* "above 0", "from 0 to 1": what a number may be. False and "" when it may be any. */
bool nkb_param_range(const struct nkb_param *param, char out[NKB_PARAM_RANGE_BYTES]);
/* accept(p): its message is NKB_EUSAGE; its own error NKB_ERULE. */
int nkb_host_accept(struct nkb_host *host, struct nkb_err *err);

/* What a rule may know of the run besides m and p: r.run. */
struct nkb_run_facts {
    const char
        *started_at; /* ISO local time without zone, "2026-03-04T09:15:02.118000" as upstream */
    const char *engine_version;
    const struct nkb_value
        *options; /* object: verbose, detailed, per_file_scores, print_per_file … */
    const struct nkb_value *outputs;     /* array of paths */
    const struct nkb_value *diagnostics; /* array of {text, warning} known before scoring */
};

/* check, score, score_file for each module (when options.per_file_scores), gates. The result is an
 * ordered object in `arena`, the same that r shows: score mode valid rule params tree files checks
 * gates diagnostics run. NKB_ERULE, or NKB_EINPUT when a leaf is absent or impossible. A result
 * that is not valid returns 0; look at its "valid". `metrics` must outlive the host. */
int nkb_host_score(struct nkb_host *host, const struct nkb_value *metrics,
                   const struct nkb_run_facts *facts, struct nkb_arena *arena,
                   struct nkb_value **result, struct nkb_err *err);
/* After nkb_host_score: the score of other metrics, which may change from call to call. The rule's
 * own error is NKB_ERULE, what no score can be made of NKB_EINPUT. */
int nkb_host_probe(struct nkb_host *host, const struct nkb_value *metrics, double *score,
                   struct nkb_err *err);
/* After nkb_host_score. "console" gives the text; "json" and "training_json" the JSON text of the
 * ordered table the layout returned. *present is false (and nothing appended) when the rule has no
 * training_json. */
int nkb_host_layout(struct nkb_host *host, const char *name, struct nkb_buf *out, bool *present,
                    struct nkb_err *err);

/* The rule's frames of the last NKB_ERULE, innermost first, one a line, each ended by a newline; ""
 * when there is but one or none. Until the next call. */
const char *nkb_host_trace(const struct nkb_host *host);

/* Run a trusted script of scripts/ (embedded), "discover.lua": it has the whole standard library,
 * lfs, cjson, the library nkb as a global and require for other scripts ("export.csv"). It returns
 * a function, which gets `argument` as rules get m, only that a name that does not exist is nil
 * (read-only; pairs in order; nkb.list copies a list, nkb.keys names absent values too, nkb.note
 * gives unit, source and why; NULL: nil), and returns either a string (appended to *text) or a
 * table (built into *value: lists from 1…n and empty tables, nkb.object keeps its order, other
 * tables have their keys sorted). Either may be NULL when not expected. A script's error is a bug:
 * NKB_EINPUT with its text. */
int nkb_script_run(const char *script, const struct nkb_value *argument, struct nkb_arena *arena,
                   struct nkb_buf *text, struct nkb_value **value, struct nkb_err *err);

/* The same for a script that finds many things: beside `argument` its function gets another, and what it
 * calls that with (at most 16 integers, booleans, texts and nils, which are NKB_ABSENT) goes to `each` at
 * once. The values and their texts live until it returns; a code of its own below 0 ends the script, and is
 * what comes back with its text; else the script is told whether it is above. What it returns is a table. */
typedef int nkb_script_each(void *context, const struct nkb_value *given, size_t count,
                            struct nkb_err *err);
int nkb_script_run_each(const char *script, const struct nkb_value *argument, nkb_script_each *each,
                        void *context, struct nkb_arena *arena, struct nkb_value **value,
                        struct nkb_err *err);

#endif
