/* What is read of a training log: one record for each set of values the log reported, given in file
 * order to whoever takes them, and counts. What records mean together (steps, runs, means) is
 * src/analyze/steps.h. Nothing is kept of a record, so a log takes no memory by its length. */
#ifndef NKB_MODEL_TRAINLOG_H
#define NKB_MODEL_TRAINLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A longer line is cut here and counted. */
enum { NKB_TRAINLOG_LINE_BYTES = 64 * 1024 };

enum nkb_log_key {
    /* Where in the training. */
    NKB_LOG_RANK,          /* of a "[3]:" prefix */
    NKB_LOG_TIME_US,       /* the last timestamp at or before the record: microseconds since 1970 */
    NKB_LOG_EPOCH,         /* a whole number */
    NKB_LOG_POSITION,      /* of the bar: 4499 of "4499/20101 [", 78 of "(0, 78)" */
    NKB_LOG_STEP,          /* global_step, a whole number below 2^53 */
    NKB_LOG_STEP_UNIT,     /* of its last printed digit: 1000 for 3.1e+4, 0.01 for 39.00 */
    NKB_LOG_SAMPLES,       /* consumed_samples */
    NKB_LOG_LEARNING_RATE, /* lr, learning_rate */
    /* Measured; may be nan or infinite, as the log says. */
    NKB_LOG_REDUCED_TRAIN_LOSS,
    NKB_LOG_STEP_LOSS,
    NKB_LOG_LOSS,
    NKB_LOG_VAL_LOSS,
    NKB_LOG_THROUGHPUT,
    NKB_LOG_SAMPLES_PER_SEC, /* samples/sec */
    NKB_LOG_THROUGHPUT_PEAK, /* thoughput_peak too, as one release spells it */
    NKB_LOG_GRADIENT_NORM,
    NKB_LOG_PARAMETER_NORM,
    NKB_LOG_TRAIN_STEP_TIMING, /* train_step_timing in s */
    NKB_LOG_ITERATION_TIME,
    NKB_LOG_STEP_TIME, /* seconds */
    NKB_LOG_KEY_COUNT,
};

struct nkb_log_record {
    uint32_t mask; /* bit k: value[k] was reported */
    double value[NKB_LOG_KEY_COUNT];
};

static inline bool nkb_log_has(const struct nkb_log_record *record, enum nkb_log_key key)
{
    return (record->mask >> key & 1) != 0;
}

/* Takes each record as it is read. */
typedef void nkb_log_take_fn(void *context, const struct nkb_log_record *record);

struct nkb_trainlog {
    int64_t lines;         /* a carriage return ends one too; empty ones are not counted */
    int64_t unknown_lines; /* of those, with neither a record, a progress bar nor a timestamp */
    int64_t cut_lines;     /* longer than NKB_TRAINLOG_LINE_BYTES; what follows was not looked at */
    int64_t records;
    int64_t unreadable_values;   /* a known key with a value such as 1.5.2 */
    int64_t unreadable_line;     /* of the first; 1-based, counted as an editor does, by newlines */
    const char *unreadable_text; /* "throughput=1.5.2", shortened for showing; NULL: none */
    bool has_time;
    int64_t first_time_us,
        last_time_us; /* as the log's clock has it, of the first and last stamp */
};

#endif
