/* Inside of a run: what the files behind nkibench.h share. Same level as nkibench.c: it may include
 * every room but cli. */
#ifndef NKB_RUN_H
#define NKB_RUN_H

#include "base/arena.h"
#include "base/err.h"
#include "host/host.h"
#include "model/module.h"
#include "model/part_draft.h"
#include "model/value.h"
#include "nkibench.h"

enum setting_type {
    SETTING_PATH,
    SETTING_OUTPUT,   /* a path to write; "-" is standard output */
    SETTING_POSITIVE, /* a number above 0 */
    SETTING_FRACTION, /* a number from 0 to 1 */
    SETTING_COUNT,    /* a whole number above 0 */
    SETTING_CHOICE,
    SETTING_SWITCH,
};

struct setting_def {
    const char *name, *metavar, *initial, *group, *about;
    enum setting_type type;
    bool not_in_file; /* nkibench.yaml may not set it: outputs, limits, unsafe */
};

/* Positions in the table of run_settings.c; nothing else needs the names. */
enum setting_id {
    SET_CONFIG,
    SET_MODEL_CONFIG,
    SET_LOG_FILE,
    SET_COMPILE_DIR,
    SET_HLO,
    SET_INFERENCE_RESULTS,
    SET_REASONING_RESULTS,
    SET_PROMPTS,
    SET_MATRIX,
    SET_TRAINING_METRICS,
    SET_TRAINING_SCRIPT,
    SET_THROUGHPUT,
    SET_BATCH_SIZE,
    SET_SEQ_LEN,
    SET_NUM_NODES,
    SET_HW_BACKEND,
    SET_FLOP_MODEL,
    SET_ACCURACY,
    SET_ANY_FORM,
    SET_DEDUPE,
    SET_CALCULATE_SCORE,
    SET_PER_FILE_SCORES,
    SET_DETAILED,
    SET_PRINT_PER_FILE,
    SET_VERBOSE,
    SET_OUTPUT,
    SET_TRAINING_OUTPUT,
    SET_JOBS,
    SET_MAX_MEMORY,
    SET_MAX_INSTRUCTIONS,
    SET_MAX_SECONDS,
    SET_UNSAFE,
    SETTING_COUNT_OF,
};

struct setting {
    const char *value, *origin; /* value NULL: no default and none given */
    bool given;
};

struct run_text {
    const char *what;
    struct nkb_str text;
};

struct nkb_run {
    struct nkb_arena arena; /* everything the run makes on the calling thread */
    struct nkb_err err;     /* of the last call */

    struct setting settings[SETTING_COUNT_OF];
    const char **hlo_paths; /* --hlo and the arguments of `nkibench hlo` */
    size_t hlo_count, hlo_capacity;
    const char *reasoning_file; /* chosen below --reasoning-results */

    const char *only; /* nkb_run_only: NULL when every name is asked for */
    struct nkb_host *host;
    struct nkb_rule_source rule;
    nkb_enter_fn *enter;
    void *enter_context;
    nkb_progress_fn *progress;
    void *progress_context;

    struct nkb_arena *worker_arenas; /* what analysed modules point to; freed with the run */
    size_t worker_count;
    struct nkb_module *modules; /* malloc'ed; freed with the run */
    size_t module_count, module_room;
    struct run_rows *rows;        /* groups of the modules that are in none of them; NULL: none */
    const char *hlo_source;       /* what they are from: one folder or file, or "--hlo" */
    const struct nkb_part *part;  /* of a scan, once measured; NULL: it is none */
    struct nkb_part_draft *draft; /* of a scan: what `modules` leaves out of them */

    const struct nkb_value *checked; /* the text of nkb_run_check_rules; NULL before */
    nkb_run *against;              /* `hlo diff`: what is compared with; NULL else */
    struct nkb_value *asked;       /* name -> text: nkb_run_ask; NULL before the first */
    struct nkb_value *metrics;     /* m; NULL before measure */
    struct nkb_value *diagnostics; /* array of {text, warning} */
    struct nkb_value *result;      /* r; NULL before score */
    struct nkb_value *tests;       /* what came of nkb_run_test; NULL before */
    const char *console, *json, *training_json;
    size_t console_size, json_size, training_json_size;
    const char *started_at;
};

/* nkibench.c: an NKB_E* code as one of enum nkb_status; 0 clears the error text. */
int run_status(nkb_run *run, int code);

/* nkibench.c: a parameter of the loaded rule by either spelling; NULL. */
struct nkb_param *run_param_find(nkb_run *run, const char *name);

/* nkibench.c: what nkb_run_ask was told of a name; NULL: nothing. */
const char *run_asked(const nkb_run *run, const char *name);
/* The whole number asked of a name, from least to most; *number stays when none was. NKB_EUSAGE. */
int run_asked_number(nkb_run *run, const char *name, uint32_t least, uint32_t most,
                     uint32_t *number);

/* run_settings.c */
const struct setting_def *run_setting_def(size_t id);
int run_setting_find(struct nkb_str name); /* position or -1 */
int run_setting_set(nkb_run *run, size_t id, const char *value, const char *origin);
/* As before any was given. */
void run_setting_reset(nkb_run *run, size_t id);
bool run_switch(const nkb_run *run, enum setting_id id);
/* The number of a setting of a numeric type that has a value. */
double run_number(const nkb_run *run, enum setting_id id);
int64_t run_count(const nkb_run *run, enum setting_id id);
/* "--log-file" */
const char *run_flag(enum setting_id id);

/* How much is asked of an input: "inference?" in a rule's needs is optional. */
enum need { NEED_NONE, NEED_OPTIONAL, NEED_REQUIRED };

/* run_training.c: config, model, log, and training, which is made of them */
struct run_training_needs {
    enum need training, log, config, model;
};
int run_measure_training(nkb_run *run, const struct run_training_needs *needs);
/* run_saved.c: m.training and m.hlo of --training-metrics */
int run_measure_saved(nkb_run *run);
/* run_hlo.c */
int run_measure_hlo(nkb_run *run, enum need need);
/* run_duplicates.c: duplicate_of of each module that repeats one before it in path order */
int run_find_duplicates(nkb_run *run);
/* run_matrix.c: m.runs */
int run_measure_matrix(nkb_run *run, enum need need);
/* run_scan.c: the bytes of a scan's part, in order */
int run_write_part(nkb_run *run, nkb_part_write_fn *write, void *context);
/* run_measure.c */
int run_measure_all(nkb_run *run);
/* How much the rule wants a name of m; without a rule everything is optional. */
enum need run_need(const nkb_run *run, const char *name);
bool run_exists(const char *path);
/* A whole YAML, JSON or CSV document, by the setting that names it; noted in m.files. */
int run_read_document(nkb_run *run, enum setting_id id, const char *path, struct nkb_value **out);
/* m.<name> is absent: not named by the rule, not given, or no such file. */
void run_leave_out(nkb_run *run, const char *name, enum setting_id id, enum need need);
void run_diagnose(nkb_run *run, bool warning, const char *format, ...) NKB_PRINTF(3, 4);
void run_add_file(nkb_run *run, const char *role, const char *path, int64_t size_bytes);
/* "no such file" for an input a rule needs: names the flag, and says when the path is only the
 * default. */
int run_missing(nkb_run *run, enum setting_id id);

/* run_rule.c: as the settings have them */
struct nkb_limits run_limits(const nkb_run *run);
/* run_test.c: what came of the tests as "text", "tap" or "junit" */
int run_test_text(nkb_run *run, const char *form, struct nkb_buf *out);

/* run_path.c: NULL with an error when there is no such metric */
struct nkb_value *run_find_metric(nkb_run *run, const char *path);

/* The metrics once more, sharing all but the one at path, which may be changed. NULL with an error. */
struct nkb_value *run_vary_metric(nkb_run *run, const char *path, struct nkb_value **leaf);

/* run_vary.c: for each metric that the score is made of, what a percent does to it, and what reaching a
 * target (NULL: none) takes. An array of objects for scripts/explain.lua; NULL when memory runs out. */
struct nkb_value *run_vary(nkb_run *run, const double *target);
/* run_explain.c: after a score, its derivation in words, or as JSON */
int run_explain(nkb_run *run, bool json, struct nkb_buf *out);

/* run_author.c: what is asked at any time, by who writes rules */
bool run_is_author_text(const char *what);
int run_author_text(nkb_run *run, const char *what, const char *path, struct nkb_buf *out);

/* run_text.c */
int run_check_inputs(nkb_run *run); /* the dry run's: is a needed input missing? */
int run_make_text(nkb_run *run, const char *what, const char *path, struct nkb_buf *out);

#endif
