/* One line into records. The bytes are passed once; a few of them ('=', ':', '[', ']', '-', '/' and
 * some capitals) are looked at more closely, each within a bound, so that a line costs time
 * proportional to its length whatever stands in it. A line laid out as one before it is not even
 * passed (src/input/trainlog_layout.h).
 *
 * A new place starts a new record (src/input/trainlog_place.c), and so does a key that comes again.
 * What stands behind a bar's closing bracket is left from a longer line that was overwritten, and
 * is skipped until the next place or timestamp. */
#include "input/trainlog_line.h"

#include <string.h>

#include "base/text.h"
#include "input/trainlog_number.h"
#include "input/trainlog_time.h"

/* A line's own timestamp stands near its start or behind a '['. */
enum { STAMP_WITHIN_BYTES = 128 };

#define BIT(key) ((uint32_t)1 << (key))
#define PLACE_KEYS (BIT(NKB_LOG_STEP) | BIT(NKB_LOG_SAMPLES) | BIT(NKB_LOG_LEARNING_RATE))
/* lr and the like alone are a configuration being printed, not a step. */
#define MEASURED_KEYS (BIT(NKB_LOG_KEY_COUNT) - BIT(NKB_LOG_REDUCED_TRAIN_LOSS))

void nkb_log_record_finish(struct nkb_log_parser *p)
{
    uint32_t mask = p->record.mask;
    if ((mask & MEASURED_KEYS) || ((mask & BIT(NKB_LOG_POSITION)) && (mask & PLACE_KEYS))) {
        if (p->has_epoch)
            nkb_log_record_set(p, NKB_LOG_EPOCH, p->epoch);
        if (p->has_rank)
            nkb_log_record_set(p, NKB_LOG_RANK, p->rank);
        if (p->log->has_time)
            nkb_log_record_set(p, NKB_LOG_TIME_US, (double)p->log->last_time_us);
        p->log->records++;
        p->take(p->context, &p->record);
        p->known = true;
    }
    p->record.mask = p->spelled = 0;
    p->in_bar = p->closed = p->other_bar = p->stamped = false;
    p->depth = 0;
}

static void take_time(struct nkb_log_parser *p, int64_t us)
{
    if (p->closed || (p->record.mask & BIT(NKB_LOG_POSITION)))
        nkb_log_record_finish(p);
    struct nkb_trainlog *log = p->log;
    if (!log->has_time)
        log->first_time_us = us;
    log->has_time = true;
    log->last_time_us = us;
    p->known = p->stamped = true;
}

static const char *take_dash(struct nkb_log_parser *p, const char *at)
{
    int64_t us;
    if (nkb_log_dash_read(p, at) || at - p->start < 4 || !nkb_log_is_digit(at[-1]) ||
        (p->stamped && !p->closed) || p->in_bar)
        return at + 1;
    const char *stamp = at - 4;
    if (stamp - p->start >= STAMP_WITHIN_BYTES && stamp[-1] != '[' && !p->closed)
        return at + 1;
    p->dated = true;
    if (!nkb_stamp_read(stamp, p->end, &us))
        return at + 1;
    take_time(p, us);
    return stamp + sizeof "2026-03-04 09:15:02" - 1;
}

/* At a ':' behind a digit. Keys end in a letter or a quote: this is a time of day. */
static const char *take_clock(struct nkb_log_parser *p, const char *at)
{
    int64_t us;
    if (p->end - at <= 3 || at[3] != ':')
        return at + 1;
    p->dated = true;
    if (!nkb_ctime_read(p->start, at, p->end, &us))
        return at + 1;
    take_time(p, us);
    return at + sizeof ":30:10 2022" - 1;
}

static void note_unreadable(struct nkb_log_parser *p, struct nkb_str text)
{
    struct nkb_trainlog *log = p->log;
    char shown[NKB_SHOWN_BYTES];
    if (log->unreadable_values++ > 0)
        return;
    log->unreadable_line = p->number;
    log->unreadable_text = nkb_arena_string(p->arena, nkb_show(text, shown));
}

/* A key that comes again begins the next record; but one quantity under two names counts once. */
static bool comes_again(struct nkb_log_parser *p, const struct nkb_log_name *name,
                        enum nkb_log_key key)
{
    bool in_bar = p->in_bar;
    if (p->spelling[key] != name)
        return true;
    nkb_log_record_finish(p);
    p->in_bar = in_bar;
    return false;
}

/* `unit` of the last printed digit: STEP only. */
static inline void take_value(struct nkb_log_parser *p, const struct nkb_log_name *name,
                              enum nkb_log_key key, double value, double unit)
{
    if ((p->spelled & BIT(key)) && comes_again(p, name, key))
        return;
    p->spelled |= BIT(key);
    p->spelling[key] = name;
    if (key == NKB_LOG_EPOCH) {
        p->epoch = value;
        p->has_epoch = true;
        return;
    }
    nkb_log_record_set(p, key, value);
    if (key == NKB_LOG_STEP)
        nkb_log_record_set(p, NKB_LOG_STEP_UNIT, unit);
}

/* Where the value at p ends; NULL when it is not a number and nothing else. */
static inline const char *read_known(const struct nkb_log_known *pair, const char *p,
                                     const char *end, double *value)
{
    int exponent;
    const char *stop = nkb_log_decimal_read(p, value, &exponent);
    if (!stop)
        stop = nkb_log_number_read(p, value, &exponent);
    if (!stop || !nkb_log_value_ends(stop, end) || (exponent != 0 && pair->is_whole))
        return NULL;
    return stop;
}

/* A line that begins as one before it did: up to its first value, which is taken; or its start. */
static const char *take_head(struct nkb_log_parser *p)
{
    struct nkb_log_head *head = &p->layout.head;
    double value, position;
    const char *stop = NULL;
    if (nkb_log_head_fits(head, p->start, p->end))
        stop = read_known(&head->pair, p->start + head->length, p->end, &value);
    if (!stop)
        return p->start;

    const struct nkb_log_place *place = &head->place;
    if (place->epoch_at >= 0 && nkb_log_whole_read(p->start + place->epoch_at, &p->epoch))
        p->has_epoch = true;
    if (place->position_at >= 0 && nkb_log_whole_read(p->start + place->position_at, &position))
        nkb_log_record_set(p, NKB_LOG_POSITION, position);
    p->in_bar = place->in_bar;
    p->other_bar = place->other_bar;
    p->known = place->known;
    p->depth = place->depth;
    take_value(p, head->pair.name, head->pair.key, value, 1);
    head->missed = 0;
    p->pairs = 1;
    return stop;
}

/* The pairs from `at` on, as long as they stand as in a line before. */
static const char *take_known_pairs(struct nkb_log_parser *p, const char *at)
{
    const struct nkb_log_gap *gaps = p->layout.gaps, *gap;
    const char *end = p->end, *stop;
    double value;
    if (p->pairs == 0)
        return at;
    for (gap = gaps + p->pairs - 1; gap < gaps + NKB_LOG_GAPS; gap++, at = stop) {
        if (end - at <= gap->length || memcmp(at, gap->text, (size_t)gap->length) != 0)
            break;
        stop = read_known(&gap->pair, at + gap->length, end, &value);
        if (!stop)
            break;
        take_value(p, gap->pair.name, gap->pair.key, value, 1);
    }
    p->pairs = (int)(gap - gaps) + 1;
    return at;
}

static void note_layout(struct nkb_log_parser *p, const char *from, const struct nkb_log_pair *pair)
{
    struct nkb_log_layout *layout = &p->layout;
    if (p->pairs == 0 && !p->dated) {
        bool has_position = (p->record.mask & BIT(NKB_LOG_POSITION)) != 0;
        struct nkb_log_place place = {.epoch_at = p->has_epoch ? p->epoch_at - p->start : -1,
                                      .position_at = has_position ? p->position_at - p->start : -1,
                                      .in_bar = p->in_bar,
                                      .other_bar = p->other_bar,
                                      .known = p->known,
                                      .depth = p->depth};
        nkb_log_head_note(&layout->head, p->start, pair, &place);
    } else if (p->pairs > 0 && p->pairs <= NKB_LOG_GAPS) {
        nkb_log_gap_note(&layout->gaps[p->pairs - 1], from, pair);
    }
    if (p->pairs <= NKB_LOG_GAPS)
        p->pairs++;
}

/* At a '=' or ':', before which nothing from `from` on meant anything. */
static const char *take_pair(struct nkb_log_parser *p, const char *from, const char *at)
{
    struct nkb_log_pair pair;
    if (p->closed)
        return at + 1;
    if (!nkb_log_pair_read(p->start, at, p->end, &pair))
        return take_known_pairs(p, at + 1);
    note_layout(p, from, &pair);
    if (pair.readable)
        take_value(p, pair.name, pair.key, pair.value, pair.unit);
    else
        note_unreadable(p, pair.text);
    return take_known_pairs(p, pair.end);
}

void nkb_log_parser_begin(struct nkb_log_parser *p, nkb_log_take_fn *take, void *context,
                          struct nkb_arena *arena, struct nkb_trainlog *log)
{
    *p = (struct nkb_log_parser){.take = take, .context = context, .arena = arena, .log = log};
    nkb_log_layout_begin(&p->layout);
}

void nkb_log_line_read(struct nkb_log_parser *p, struct nkb_str line, int64_t number)
{
    enum { PLAIN, PAIR, OPEN, CLOSE, DASH, SLASH, WORD, END };
    static const unsigned char classes[256] = {
        ['='] = PAIR,  [':'] = PAIR, ['['] = OPEN, [']'] = CLOSE, ['-'] = DASH,
        ['/'] = SLASH, ['E'] = WORD, ['V'] = WORD, ['S'] = WORD,  ['D'] = WORD,
        ['T'] = WORD,  ['P'] = WORD, ['\n'] = END, ['\r'] = END,
    };
    p->start = line.ptr;
    p->end = line.ptr + line.len;
    p->number = number;
    p->pairs = 0;
    p->known = p->dated = p->has_rank = p->has_epoch = false;
    p->log->lines++;

    nkb_log_rank_read(p);
    const char *at = take_known_pairs(p, take_head(p));
    for (const char *from = at;; from = at) {
        unsigned char class = classes[(unsigned char)*at];
        while (class == PLAIN)
            class = classes[(unsigned char)*++at];
        switch (class) {
        case PAIR:
            if (at > p->start && nkb_log_is_digit(at[-1]))
                at = take_clock(p, at);
            else
                at = take_pair(p, from, at);
            continue;
        case OPEN:
            at = nkb_log_open_read(p, at);
            continue;
        case DASH:
            at = take_dash(p, at);
            continue;
        case CLOSE:
            nkb_log_close_read(p);
            break;
        case SLASH:
            nkb_log_slash_read(p, at);
            break;
        case WORD:
            nkb_log_word_read(p, at);
            break;
        default: /* END */
            nkb_log_record_finish(p);
            if (!p->known)
                p->log->unknown_lines++;
            return;
        }
        at++;
    }
}
