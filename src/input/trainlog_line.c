/* One line into records. The bytes are passed once; a few of them ('=', ':', '[', ']', '-', '/' and
 * some capitals) are looked at more closely, each within a bound, so that a line costs time
 * proportional to its length whatever stands in it.
 *
 * What makes a record's place: tqdm's "4499/20101 [22:26:14<…" or "1it [00:04, …" (the bar itself
 * may be any bytes), NeMo 2's "Training epoch 0, iteration 120/149", Neuron BERT's "- (0, 78)". A
 * new place starts a new record, and so does a key that comes again. What stands behind a bar's
 * closing bracket is left from a longer line that was overwritten, and is skipped until the next
 * place or timestamp. */
#include "input/trainlog_line.h"

#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "input/trainlog_time.h"

enum {
    STAMP_WITHIN_BYTES = 128, /* a line's own timestamp stands near its start or behind a '[' */
    PLACE_DIGITS = 15,        /* exact in a double */
};

#define BIT(key) ((uint32_t)1 << (key))
#define PLACE_KEYS (BIT(NKB_LOG_STEP) | BIT(NKB_LOG_SAMPLES) | BIT(NKB_LOG_LEARNING_RATE))
/* lr and the like alone are a configuration being printed, not a step. */
#define MEASURED_KEYS (BIT(NKB_LOG_KEY_COUNT) - BIT(NKB_LOG_REDUCED_TRAIN_LOSS))

struct parser {
    struct nkb_arena *arena;
    nkb_log_take_fn *take;
    void *context;
    struct nkb_trainlog *log;
    const char *start, *end;
    int64_t number;
    struct nkb_log_record record;
    const struct nkb_log_name *spelling[NKB_LOG_KEY_COUNT];
    double rank, epoch; /* epoch: of the words before a bar */
    bool has_rank, has_epoch;
    bool in_bar, closed; /* between a bar's brackets; behind them, its values taken */
    bool other_bar;      /* its words say validation or the like: no place in the training */
    bool stamped;        /* a timestamp belongs to the record being made */
    bool known;
    int depth; /* brackets inside a bar's */
};

static void set(struct parser *p, enum nkb_log_key key, double value)
{
    p->record.value[key] = value;
    p->record.mask |= BIT(key);
}

static void finish_record(struct parser *p)
{
    uint32_t mask = p->record.mask;
    if ((mask & MEASURED_KEYS) || ((mask & BIT(NKB_LOG_POSITION)) && (mask & PLACE_KEYS))) {
        if (p->has_epoch)
            set(p, NKB_LOG_EPOCH, p->epoch);
        if (p->has_rank)
            set(p, NKB_LOG_RANK, p->rank);
        if (p->log->has_time)
            set(p, NKB_LOG_TIME_US, (double)p->log->last_time_us);
        p->log->records++;
        p->take(p->context, &p->record);
        p->known = true;
    }
    p->record.mask = 0;
    memset(p->spelling, 0, sizeof p->spelling);
    p->in_bar = p->closed = p->other_bar = p->stamped = false;
    p->depth = 0;
}

/* The whole number that ends before `end`; NULL when there is none or it is too long, else its
 * start. */
static const char *number_before(const char *start, const char *end, double *out)
{
    const char *p = end;
    int64_t value = 0, unit = 1;
    for (; p > start && p[-1] >= '0' && p[-1] <= '9' && end - p <= PLACE_DIGITS; p--, unit *= 10)
        value += (p[-1] - '0') * unit;
    if (p == end || end - p > PLACE_DIGITS)
        return NULL;
    *out = (double)value;
    return p;
}

/* The whole number at p; NULL as above, else what follows it. */
static const char *number_at(const char *p, const char *end, double *out)
{
    const char *stop = p;
    int64_t value = 0;
    for (; stop < end && *stop >= '0' && *stop <= '9' && stop - p <= PLACE_DIGITS; stop++)
        value = value * 10 + (*stop - '0');
    if (stop == p || stop - p > PLACE_DIGITS)
        return NULL;
    *out = (double)value;
    return stop;
}

static bool follows(const char *p, const char *end, const char *word)
{
    size_t n = strlen(word);
    return (size_t)(end - p) >= n && memcmp(p, word, n) == 0;
}

static bool precedes(const char *start, const char *p, const char *word)
{
    size_t n = strlen(word);
    return (size_t)(p - start) >= n && memcmp(p - n, word, n) == 0;
}

/* Values before a place that has none yet belong to it: tqdm's description may hold some. */
static void begin_place(struct parser *p, double position)
{
    bool other = p->other_bar;
    if (p->closed || (p->record.mask & BIT(NKB_LOG_POSITION))) {
        finish_record(p);
        other = false;
    }
    p->known = true;
    if (!other)
        set(p, NKB_LOG_POSITION, position);
}

/* At a '[': tqdm's "[elapsed<remaining, " or "[elapsed, " behind "n/total " or "nit "? */
static bool begin_bar(struct parser *p, const char *at)
{
    const char *q = at + 1, *n_end = at;
    double position, ignored;
    while (q < p->end && q - at <= PLACE_DIGITS && ((*q >= '0' && *q <= '9') || *q == ':'))
        q++;
    if (q == p->end || (*q != '<' && *q != ',') || q - at < 5 || q[-3] != ':')
        return false;
    while (n_end > p->start && n_end[-1] == ' ' && at - n_end < 4)
        n_end--;
    if (precedes(p->start, n_end, "it")) {
        if (!number_before(p->start, n_end - 2, &position))
            return false;
    } else {
        const char *total =
            precedes(p->start, n_end, "?") ? n_end - 1 : number_before(p->start, n_end, &ignored);
        if (!total || total == p->start || total[-1] != '/' ||
            !number_before(p->start, total - 1, &position))
            return false;
    }
    begin_place(p, position);
    p->in_bar = true;
    p->depth = 0;
    return true;
}

/* At the '/' of NeMo 2's "Training epoch 0, iteration 120/149 | …". */
static void take_iteration(struct parser *p, const char *at)
{
    double position, epoch;
    const char *q = number_before(p->start, at, &position);
    if (!q || !precedes(p->start, q, "iteration ") || at + 1 == p->end || at[1] < '0' ||
        at[1] > '9')
        return;
    q -= sizeof "iteration " - 1;
    begin_place(p, position);
    if (!precedes(p->start, q, ", "))
        return;
    q = number_before(p->start, q - 2, &epoch);
    if (q && precedes(p->start, q, "epoch ")) {
        p->epoch = epoch;
        p->has_epoch = true;
    }
}

/* At the '-' of Neuron BERT's "- (0, 78)": epoch and step. */
static void take_tuple(struct parser *p, const char *at)
{
    double epoch, position;
    const char *q = number_at(at + 3, p->end, &epoch);
    if (!q || !follows(q, p->end, ", "))
        return;
    q = number_at(q + 2, p->end, &position);
    if (!q || q == p->end || *q != ')')
        return;
    begin_place(p, position);
    p->epoch = epoch;
    p->has_epoch = true;
}

static void take_time(struct parser *p, int64_t us)
{
    if (p->closed || (p->record.mask & BIT(NKB_LOG_POSITION)))
        finish_record(p);
    struct nkb_trainlog *log = p->log;
    if (!log->has_time)
        log->first_time_us = us;
    log->has_time = true;
    log->last_time_us = us;
    p->known = p->stamped = true;
}

static const char *take_dash(struct parser *p, const char *at)
{
    int64_t us;
    if (follows(at, p->end, "- (")) {
        take_tuple(p, at);
        return at + 1;
    }
    if (at - p->start < 4 || at[-1] < '0' || at[-1] > '9' || (p->stamped && !p->closed) ||
        p->in_bar)
        return at + 1;
    const char *stamp = at - 4;
    bool placed = stamp - p->start < STAMP_WITHIN_BYTES || stamp[-1] == '[' || p->closed;
    if (!placed || !nkb_stamp_read(stamp, p->end, &us))
        return at + 1;
    take_time(p, us);
    return stamp + sizeof "2026-03-04 09:15:02" - 1;
}

static void take_word(struct parser *p, const char *at)
{
    static const char *const others[] = {"Validat", "Sanity", "DataLoader", "Testing", "Predict"};
    double epoch;
    if (p->in_bar)
        return;
    if (follows(at, p->end, "Epoch ") && number_at(at + 6, p->end, &epoch)) {
        if (p->closed)
            finish_record(p);
        p->epoch = epoch;
        p->has_epoch = true;
        p->other_bar = false;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (follows(at, p->end, others[i])) {
            if (p->closed)
                finish_record(p);
            p->other_bar = true;
        }
}

static void note_unreadable(struct parser *p, struct nkb_str text)
{
    struct nkb_trainlog *log = p->log;
    char shown[NKB_SHOWN_BYTES];
    if (log->unreadable_values++ > 0)
        return;
    log->unreadable_line = p->number;
    log->unreadable_text = nkb_arena_string(p->arena, nkb_show(text, shown));
}

static const char *take_pair(struct parser *p, const char *at)
{
    struct nkb_log_pair pair;
    int64_t us;
    /* Keys end in a letter or a quote: behind a digit this is a time of day. */
    if (at > p->start && at[-1] >= '0' && at[-1] <= '9') {
        if (!nkb_ctime_read(p->start, at, p->end, &us))
            return at + 1;
        take_time(p, us);
        return at + sizeof ":30:10 2022" - 1;
    }
    if (p->closed || !nkb_log_pair_read(p->start, at, p->end, &pair))
        return at + 1;
    if (!pair.readable) {
        note_unreadable(p, pair.text);
        return pair.end;
    }
    if (p->spelling[pair.key] == pair.name) {
        bool in_bar = p->in_bar;
        finish_record(p);
        p->in_bar = in_bar;
    } else if (p->spelling[pair.key]) {
        return pair.end; /* one quantity under two names */
    }
    p->spelling[pair.key] = pair.name;
    if (pair.key == NKB_LOG_EPOCH) {
        p->epoch = pair.value;
        p->has_epoch = true;
    } else {
        set(p, pair.key, pair.value);
    }
    if (pair.key == NKB_LOG_STEP)
        set(p, NKB_LOG_STEP_UNIT, pair.unit);
    return pair.end;
}

/* "[3]:", "[rank3]:" and "[default3]:" are put in front by torchrun and the Neuron launchers. */
static const char *take_rank(struct parser *p)
{
    const char *q = p->start;
    if (q == p->end || *q != '[')
        return q;
    q++;
    if (follows(q, p->end, "rank"))
        q += 4;
    else if (follows(q, p->end, "default"))
        q += 7;
    q = number_at(q, p->end, &p->rank);
    if (!q || !follows(q, p->end, "]:"))
        return p->start;
    p->has_rank = true;
    return p->start = q + 2;
}

void nkb_log_line_read(struct nkb_str line, int64_t number, nkb_log_take_fn *take, void *context,
                       struct nkb_arena *arena, struct nkb_trainlog *log)
{
    enum { PLAIN, PAIR, OPEN, CLOSE, DASH, SLASH, WORD };
    static const unsigned char classes[256] = {
        ['='] = PAIR, [':'] = PAIR, ['['] = OPEN, [']'] = CLOSE, ['-'] = DASH, ['/'] = SLASH,
        ['E'] = WORD, ['V'] = WORD, ['S'] = WORD, ['D'] = WORD,  ['T'] = WORD, ['P'] = WORD,
    };
    struct parser p = {0};
    p.arena = arena;
    p.take = take;
    p.context = context;
    p.log = log;
    p.start = line.ptr;
    p.end = line.ptr + line.len;
    p.number = number;

    log->lines++;
    for (const char *at = take_rank(&p);;) {
        while (at < p.end && classes[(unsigned char)*at] == PLAIN)
            at++;
        if (at == p.end)
            break;
        switch (classes[(unsigned char)*at]) {
        case PAIR:
            at = take_pair(&p, at);
            continue;
        case OPEN:
            if (!begin_bar(&p, at) && p.in_bar)
                p.depth++;
            break;
        case CLOSE:
            if (!p.in_bar)
                break;
            if (p.depth > 0) {
                p.depth--;
                break;
            }
            p.in_bar = false;
            p.closed = (p.record.mask & ~BIT(NKB_LOG_POSITION)) != 0;
            break;
        case DASH:
            at = take_dash(&p, at);
            continue;
        case SLASH:
            take_iteration(&p, at);
            break;
        case WORD:
            take_word(&p, at);
            break;
        default:
            break;
        }
        at++;
    }
    finish_record(&p);
    if (!p.known)
        log->unknown_lines++;
}
