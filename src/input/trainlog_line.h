/* One line of a training log into records. Between the reader and the dialects; not for others.
 * Every line here is followed by the newline or carriage return that ends it, and holds none. */
#ifndef NKB_INPUT_TRAINLOG_LINE_H
#define NKB_INPUT_TRAINLOG_LINE_H

#include "base/arena.h"
#include "base/str.h"
#include "input/trainlog_layout.h"
#include "model/trainlog.h"

/* What one recognised "key=value" said. */
struct nkb_log_pair {
    const struct nkb_log_name *name;
    enum nkb_log_key key;
    bool readable; /* false: the value is no number */
    double value;
    double unit;                /* of the last printed digit; STEP only */
    const char *value_at, *end; /* the value, and behind it */
    struct nkb_str text;        /* from the name to the value's end */
};

/* A known key ending before `separator` ('=' or ':'), and a value that starts like a number behind
 * it? `start` is how far back one may look, `end` the line's. */
bool nkb_log_pair_read(const char *start, const char *separator, const char *end,
                       struct nkb_log_pair *out);

/* May a unit stand behind its value? */
static inline bool nkb_log_has_unit(enum nkb_log_key key)
{
    return key == NKB_LOG_STEP_TIME || key == NKB_LOG_ITERATION_TIME;
}

/* Does only the whole part of its value count? */
static inline bool nkb_log_is_whole(enum nkb_log_key key)
{
    return key == NKB_LOG_STEP || key == NKB_LOG_EPOCH;
}

/* What the lines of one log are read with. */
struct nkb_log_parser {
    nkb_log_take_fn *take;
    void *context;
    struct nkb_arena *arena;
    struct nkb_trainlog *log;
    struct nkb_log_layout layout;

    /* The line at hand. */
    const char *start, *end;
    int64_t number;
    int pairs; /* so far, counted up to NKB_LOG_GAPS + 1 */
    bool known;
    bool dated;         /* a date was looked for in it */
    double rank, epoch; /* epoch: of the words before a bar */
    bool has_rank, has_epoch;
    const char *epoch_at, *position_at; /* where the last of these numbers begin */

    /* The record being made. */
    bool in_bar, closed; /* between a bar's brackets; behind them, its values taken */
    bool other_bar;      /* its words say validation or the like: no place in the training */
    bool stamped;        /* a timestamp belongs to it */
    int depth;           /* brackets inside a bar's */
    uint32_t spelled;    /* bit k: key k came, as spelling[k] */
    const struct nkb_log_name *spelling[NKB_LOG_KEY_COUNT];
    struct nkb_log_record record;
};

void nkb_log_parser_begin(struct nkb_log_parser *parser, nkb_log_take_fn *take, void *context,
                          struct nkb_arena *arena, struct nkb_trainlog *log);
/* Parse one line without escape sequences, appending to the log. `number` is the line's for
 * messages. */
void nkb_log_line_read(struct nkb_log_parser *parser, struct nkb_str line, int64_t number);

/* Give the record being made, if it is one, to who takes it, and begin another. */
void nkb_log_record_finish(struct nkb_log_parser *parser);
static inline void nkb_log_record_set(struct nkb_log_parser *parser, enum nkb_log_key key,
                                      double value)
{
    parser->record.value[key] = value;
    parser->record.mask |= (uint32_t)1 << key;
}

/* Of src/input/trainlog_place.c: what begins or ends a place at these bytes, if they do. */
const char *nkb_log_open_read(struct nkb_log_parser *parser, const char *at); /* '[': goes on at */
void nkb_log_close_read(struct nkb_log_parser *parser);                       /* ']' */
void nkb_log_slash_read(struct nkb_log_parser *parser, const char *at);
bool nkb_log_dash_read(struct nkb_log_parser *parser, const char *at); /* a place's, if any? */
void nkb_log_word_read(struct nkb_log_parser *parser, const char *at); /* E V S D T P */
/* "[3]:", "[rank3]:" and "[default3]:" are put in front by torchrun and the Neuron launchers: the
 * line starts behind it. */
void nkb_log_rank_read(struct nkb_log_parser *parser);

/* Copy `line` without terminal escape sequences (colours, cursor movements, titles) to `out`, which
 * has room for line.len bytes; returns the length. */
size_t nkb_log_line_clean(struct nkb_str line, char *out);

#endif
