/* One line of a training log into records. Between the reader and the dialects; not for others. */
#ifndef NKB_INPUT_TRAINLOG_LINE_H
#define NKB_INPUT_TRAINLOG_LINE_H

#include "base/arena.h"
#include "base/str.h"
#include "model/trainlog.h"

/* What one recognised "key=value" said. */
struct nkb_log_pair {
    const struct nkb_log_name *name;
    enum nkb_log_key key;
    bool readable; /* false: the value is no number, `text` shows the pair */
    double value;
    double unit;     /* of the last printed digit; STEP only */
    const char *end; /* behind the value */
    struct nkb_str text;
};

/* A known key ending before `separator` ('=' or ':'), and a value that starts like a number behind
 * it? `start` is how far back one may look. */
bool nkb_log_pair_read(const char *start, const char *separator, const char *end,
                       struct nkb_log_pair *out);

/* Parse one line without its ending and escape sequences, appending to *log. `number` is the line's
 * for messages. */
void nkb_log_line_read(struct nkb_str line, int64_t number, nkb_log_take_fn *take, void *context,
                       struct nkb_arena *arena, struct nkb_trainlog *log);

/* Copy `line` without terminal escape sequences (colours, cursor movements, titles) to `out`, which
 * has room for line.len bytes; returns the length. */
size_t nkb_log_line_clean(struct nkb_str line, char *out);

#endif
