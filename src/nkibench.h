/* libnkibench: measure what a benchmark run left behind and let a Lua rule score it.
 *
 * One handle is one run. Calls go in this order; nothing later is asked back for something earlier:
 *     nkb_run_new → nkb_run_set… → nkb_run_rule → nkb_run_set… → nkb_run_measure → nkb_run_score
 *     → nkb_run_text… → nkb_run_free
 * Every text returned belongs to the handle and lives until nkb_run_free. The library prints
 * nothing, ends no process, installs no signal handler and keeps no global state; one handle is
 * used by one thread at a time, different handles by as many as you like.
 *
 * Functions that return int return one of enum nkb_status, which are the program's exit codes;
 * nkb_run_error then says what was wrong in one line. */
#ifndef NKIBENCH_H
#define NKIBENCH_H

#include <stddef.h>
#include <stdint.h>

#define NKB_VERSION "0.1.0"

#if defined(__GNUC__)
#define NKB_API __attribute__((visibility("default")))
#else
#define NKB_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nkb_run nkb_run;

enum nkb_status {
    NKB_DONE = 0,
    NKB_INPUT = 1,   /* an input is missing, unreadable or out of range; also memory and outputs */
    NKB_USAGE = 2,   /* a setting or parameter is wrong, or the rule's accept refused them */
    NKB_INVALID = 3, /* scored, but a gate or c:require failed or a number is impossible */
    NKB_RULE = 5,    /* the rule is at fault */
    NKB_STOPPED = 6, /* the progress function asked to stop */
};

/* NULL when there is no memory. */
NKB_API nkb_run *nkb_run_new(void);
NKB_API void nkb_run_free(nkb_run *run);

/* Give a setting or a parameter of the rule. `name` is the flag without dashes ("log-file",
 * "throughput", "training-weight"); `origin` says where the value comes from, for messages and the
 * result ("--throughput", "NKIBENCH_THROUGHPUT", "nkibench.yaml:3", "default"). The last call for a
 * name wins. "hlo" may be given many times, once a file or directory. An unknown name or a value of
 * the wrong type is NKB_USAGE. Parameters can be given once nkb_run_rule has loaded the rule. With NULL as
 * value a setting is what it was before any was given. */
NKB_API int nkb_run_set(nkb_run *run, const char *name, const char *value, const char *origin);
/* The value given or the default; NULL: neither. */
NKB_API const char *nkb_run_setting(const nkb_run *run, const char *name);
/* Would writing this file destroy what the run reads? "the rule", "the input of --config", and after
 * nkb_run_measure also "an HLO file" that was found in a folder; NULL: no. */
NKB_API const char *nkb_run_reads(nkb_run *run, const char *path);

/* Setting i of the run: its "name", "metavar", "type" (path, number, integer, choice, switch), "default",
 * "group", "about", "choices" (separated by spaces), "in-file" ("yes" when a settings file may set it),
 * "value", "origin". NULL past the last or when it has no such thing. --help is made of these. */
NKB_API const char *nkb_run_setting_info(nkb_run *run, size_t i, const char *what);

/* Find a rule by name or path (NULL: "score.lua"), load it and check its shape. Nothing but the
 * rule's files is read. */
NKB_API int nkb_run_rule(nkb_run *run, const char *name);

/* What the loaded rule says of itself: "name", "version", "about", "origin", "path", "sha256", "needs"
 * (names separated by spaces, each with its "?"), "training_json" ("yes" when there is one). NULL when it has no such thing. */
NKB_API const char *nkb_run_rule_info(nkb_run *run, const char *what);
/* Parameter i's "name" (as a flag: training-weight), "type" (number, integer, boolean, string, date),
 * "default", "about", "unit", "range" ("from 0 to 1"), "choices" (separated by spaces), "value", "origin";
 * NULL past the last or when it has no such thing. */
NKB_API const char *nkb_run_param(nkb_run *run, size_t i, const char *what);

/* Settings of a YAML file, flattened: each key as a flag's name, each value as text, paths made relative
 * to the file's folder. `each` is called in file order with the line; a list calls it once an item.
 * NKB_USAGE when the file is malformed, a key is unknown or may not be set there. "params: {x: 1}"
 * arrives as name "x" with is_param 1. */
typedef void nkb_setting_fn(void *context, const char *name, const char *value, int line, int is_param);
NKB_API int nkb_run_read_settings(nkb_run *run, const char *path, nkb_setting_fn *each, void *context);

/* Instead of a rule: measure these names of the tree ("hlo", "log inference?") and no others. */
NKB_API int nkb_run_only(nkb_run *run, const char *needs);

/* The dry run's verdict: the rule's accept, and whether every input it needs is there. Parses none. */
NKB_API int nkb_run_check(nkb_run *run);

/* Ask the rule's accept, then read and analyse what its needs name (without a rule: whatever was given).
 * NKB_USAGE, NKB_INPUT, NKB_STOPPED. */
NKB_API int nkb_run_measure(nkb_run *run);
/* check, score, score_file, gates and the layouts. NKB_INVALID still leaves every text in place. */
NKB_API int nkb_run_score(nkb_run *run);

/* How the texts made from now on are wanted, in the words of the program's flags: "by" "opcode", "top"
 * "10". Which names mean something stands with each text; NULL takes one back. A text refuses a
 * value it does not know with NKB_USAGE. */
NKB_API int nkb_run_ask(nkb_run *run, const char *name, const char *value);

/* Texts, by name:
 *   after nkb_run_score:   "console" "json" "training_json" (NULL when the rule has no such layout),
 *                          "explain.text" "explain.json" (asked: "target", a score)
 *   after nkb_run_measure: "metrics.text" "metrics.json" "metrics.lua" (of the whole tree, or below
 *                          `path` when that is not NULL), "hlo.text" "hlo.json" "log.text" "log.json"
 *                          Asked before measuring: "by" (dimensions, separated by commas; then the "hlo"
 *                          texts are tables, also "hlo.csv"), and with it "count" "sort" "top" "depth";
 *                          "page" (any text: named HLO files at fault do not end the measuring, they are
 *                          the lines of "hlo.refused")
 *   after nkb_run_measure, when "scan" was asked for: "hlo.part" (what was found, as a file that can be given
 *                          in place of the HLO; with "shard" "3/8", of a process's share; what there is no
 *                          memory for waits in a nameless file in the folder "spool", or in /tmp)
 *   at any time:           "rules.text" (the rules that can be found), "dry-run" (the rule, every input
 *                          and setting with where it came from, and what would be written), "missing"
 *                          (a line for each input that is needed and not there), "rules.source" and
 *                          "rules.doc" (of the rule `path`), "api.text" "api.json" (what rules can call);
 *                          "new" (asked: "name"; the files a new rule consists of, one a line, or with
 *                          `path` one's text, with "" what to do next), "example" (likewise)
 * Terminated; *size_bytes gets the length (may be NULL). NULL when it cannot be had: see nkb_run_error. */
NKB_API const char *nkb_run_text(nkb_run *run, const char *what, const char *path, size_t *size_bytes);

/* The same, given to `write` piece by piece; "hlo.part" is then never whole in memory. Not 0 from `write`
 * ends it with NKB_STOPPED. */
typedef int nkb_write_fn(void *context, const char *data, size_t size_bytes);
NKB_API int nkb_run_write(nkb_run *run, const char *what, nkb_write_fn *write, void *context);

/* Look at rules without running them over anything: files, names or folders (none: "score.lua"). Asked:
 * "format" (text, json, github, sarif) and "strict". The findings are then the text "check"; NKB_RULE when
 * there is an error, or with "strict" anything, among them. */
NKB_API int nkb_run_check_rules(nkb_run *run, const char *const *names, size_t count);

/* Run tests of rules: their files, the rules beside them, or folders with all below (none: "."). Asked:
 * "only" (a part of a case's name), "seed" and "runs" of properties, "coverage", "min" (a percentage). What
 * came of them are the texts "test.text" "test.tap" "test.junit". NKB_INPUT: some failed, or there are none;
 * NKB_RULE: a test file is at fault. */
NKB_API int nkb_run_test(nkb_run *run, const char *const *paths, size_t count);

/* Diagnostics so far, in order: i from 0, NULL past the last. *is_warning: 1 a warning, 0 a note. */
NKB_API const char *nkb_run_diagnostic(const nkb_run *run, size_t i, int *is_warning);
/* Why the last call failed, in one line; "" when it did not. */
NKB_API const char *nkb_run_error(const nkb_run *run);
/* After NKB_RULE: the rule's own frames, one a line; "" when there is nothing to add. */
NKB_API const char *nkb_run_trace(const nkb_run *run);

/* Called now and then from measure, on the thread that called it; returning nonzero stops the run. */
typedef int nkb_progress_fn(void *context, size_t files_done, size_t files_total, uint64_t bytes_done);
NKB_API void nkb_run_on_progress(nkb_run *run, nkb_progress_fn *progress, void *context);

/* Called around every entry into the rule: `what` ("score.lua: score") going in, NULL coming out. No
 * hook of Lua's can interrupt C code such as string.find; a program that wants a hard limit arms its
 * own timer here. */
typedef void nkb_enter_fn(void *context, const char *what);
NKB_API void nkb_run_on_enter(nkb_run *run, nkb_enter_fn *enter, void *context);

#ifdef __cplusplus
}
#endif

#endif
