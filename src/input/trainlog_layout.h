/* What the lines of one log have alike: most begin alike up to the digits and name the same keys in
 * the same order. Where a line does as one before it did, what its bytes mean need not be found
 * again. Nothing is taken on trust: all bytes are compared, and numbers are read anew. */
#ifndef NKB_INPUT_TRAINLOG_LAYOUT_H
#define NKB_INPUT_TRAINLOG_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "model/trainlog.h"

struct nkb_log_pair;

enum { NKB_LOG_HEAD_BYTES = 256, NKB_LOG_GAP_BYTES = 48, NKB_LOG_GAPS = 16 };

/* The pair whose value comes next. */
struct nkb_log_known {
    const struct nkb_log_name *name;
    enum nkb_log_key key;
    bool is_whole; /* of STEP and EPOCH only the whole part counts */
};

/* What the bytes up to a line's first value say of its place. */
struct nkb_log_place {
    ptrdiff_t epoch_at, position_at; /* where these numbers begin in the line; -1: it names none */
    bool in_bar, other_bar, known;   /* as in struct nkb_log_parser */
    int depth;
};

/* These bytes, in which a digit stands for any digit. */
struct nkb_log_head {
    struct nkb_log_known pair;
    struct nkb_log_place place;
    ptrdiff_t length;                                         /* 0: nothing noted */
    unsigned missed;                                          /* lines since one was like it */
    char text[NKB_LOG_HEAD_BYTES], fixed[NKB_LOG_HEAD_BYTES]; /* bits that may not differ */
};

/* The bytes before a value that is not the first, as far back as they mean it. */
struct nkb_log_gap {
    struct nkb_log_known pair;
    ptrdiff_t length; /* NKB_TRAINLOG_LINE_BYTES, as no gap is: nothing noted */
    char text[NKB_LOG_GAP_BYTES];
};

struct nkb_log_layout {
    struct nkb_log_head head;
    struct nkb_log_gap gaps[NKB_LOG_GAPS]; /* behind a line's first value, its second … */
};

void nkb_log_layout_begin(struct nkb_log_layout *layout);

/* Note a line's bytes from `start` to the value of `pair`, its first, and what they say. They may
 * hold no date: whether one is good hangs on its digits. A head that no line is like is replaced
 * only now and then. */
void nkb_log_head_note(struct nkb_log_head *head, const char *start,
                       const struct nkb_log_pair *pair, const struct nkb_log_place *place);
/* Is the line from `start` to `end` like the head, and longer? */
bool nkb_log_head_fits(const struct nkb_log_head *head, const char *start, const char *end);

/* Note the bytes from `from`, where a value or what only looked like a pair's name ends, to the
 * value of `pair`. Nothing else in them may mean anything. */
void nkb_log_gap_note(struct nkb_log_gap *gap, const char *from, const struct nkb_log_pair *pair);

#endif
