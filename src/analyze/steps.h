/* What a training log's records mean: runs, steps, and one value a step for every metric.
 *
 * A record's step is its global_step, unless that is missing or printed with too few digits
 * (3.1e+4), then its bar position. A step's value of a metric is the last its records give.
 * Going backwards starts a run; figures are those of the last run. A metric that only stands on
 * lines without a step of their own ("step_time: 30.8 s") takes one value a line. */
#ifndef NKB_ANALYZE_STEPS_H
#define NKB_ANALYZE_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/log_stat.h"
#include "base/arena.h"
#include "model/trainlog.h"
#include "model/value.h"

struct nkb_log_steps {
    int64_t runs, steps;   /* runs in the log; steps of the last */
    int64_t unresolved;    /* steps known by bar position though a global_step was printed */
    bool throughput_alone; /* no record of the log has a step, a bar position or a loss beside it */
    bool has_ends, ends_are_positions;
    const char *why_no_ends;
    int64_t first, last;        /* global_step, or bar position */
    int64_t rank;               /* with other_rank_records: whose figures these are */
    int64_t other_rank_records; /* left out: ranks other than the first that printed a record */
    int64_t epochs;             /* distinct, of the last run; 0: none named */
    bool has_samples;
    double first_samples, last_samples;
    bool has_time;
    int64_t first_time_us, last_time_us; /* of the last run */
    struct nkb_log_stat placed[NKB_LOG_KEY_COUNT],
        loose[NKB_LOG_KEY_COUNT]; /* see nkb_log_stat_of */

    struct nkb_log_list list[NKB_LOG_KEY_COUNT];
    struct nkb_log_seen seen;
};

/* Records one at a time, as they are read; what is kept of them does not grow with their number. */
struct nkb_log_scan;
struct nkb_log_scan *nkb_log_scan_begin(struct nkb_arena *arena); /* NULL when memory runs out */
void nkb_log_scan_take(void *scan, const struct nkb_log_record *record); /* an nkb_log_take_fn */
/* `log` as it is when all are taken. NULL when memory runs out. */
struct nkb_log_steps *nkb_log_scan_end(struct nkb_log_scan *scan, const struct nkb_trainlog *log);
/* The figures of one key: by step where any step has it, else by line; NULL: not in the log. */
const struct nkb_log_stat *nkb_log_stat_of(const struct nkb_log_steps *steps, enum nkb_log_key key);

/* m.log of DESIGN 6, and `upstream`: what upstream's log_metrics hold. Groups are always there;
 * what could not be had in them is absent with a reason. Diagnostics are appended to the array as
 * objects {text, warning}. NULL when memory runs out. */
struct nkb_value *nkb_log_metrics(struct nkb_arena *arena, const struct nkb_trainlog *log,
                                  const struct nkb_log_steps *steps, const char *path,
                                  struct nkb_value *diagnostics);

#endif
