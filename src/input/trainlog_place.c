/* What makes a record's place: tqdm's "4499/20101 [22:26:14<…" or "1it [00:04, …" (the bar itself
 * may be any bytes), NeMo 2's "Training epoch 0, iteration 120/149", Neuron BERT's "- (0, 78)". A
 * new place starts a new record. */
#include <string.h>

#include "input/trainlog_line.h"
#include "input/trainlog_number.h"

#define BIT(key) ((uint32_t)1 << (key))

/* Where the digits that end before `end` begin; NULL when there are none or too many. */
static const char *number_before(const char *start, const char *end)
{
    const char *p = end;
    while (p > start && nkb_log_is_digit(p[-1]) && end - p <= NKB_LOG_WHOLE_DIGITS)
        p--;
    return p == end || end - p > NKB_LOG_WHOLE_DIGITS ? NULL : p;
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

/* At the digits of a position. Values before a place that has none yet belong to it: tqdm's
 * description may hold some. */
static void begin_place(struct nkb_log_parser *p, const char *at)
{
    bool other = p->other_bar;
    double position = 0;
    nkb_log_whole_read(at, &position);
    if (p->closed || (p->record.mask & BIT(NKB_LOG_POSITION))) {
        nkb_log_record_finish(p);
        other = false;
    }
    p->known = true;
    p->position_at = at;
    if (!other)
        nkb_log_record_set(p, NKB_LOG_POSITION, position);
}

/* At the digits of an epoch. */
static void take_epoch(struct nkb_log_parser *p, const char *at)
{
    nkb_log_whole_read(at, &p->epoch);
    p->has_epoch = true;
    p->epoch_at = at;
}

/* The digits and colons of a duration. */
static const char *skip_clock(const char *p)
{
    while (nkb_log_is_digit(*p) || *p == ':')
        p++;
    return p;
}

/* The position's digits before tqdm's "[elapsed<remaining, " or "[elapsed, ": behind "n/total " or
 * "nit "; NULL: it is no bar's bracket. */
static const char *find_position(const char *start, const char *bracket, const char *clock_end)
{
    if ((*clock_end != '<' && *clock_end != ',') || clock_end - bracket < 5 ||
        clock_end - bracket > NKB_LOG_WHOLE_DIGITS + 1 || clock_end[-3] != ':')
        return NULL;
    const char *end = bracket;
    while (end > start && end[-1] == ' ' && bracket - end < 4)
        end--;
    if (precedes(start, end, "it"))
        return number_before(start, end - 2);
    const char *total = precedes(start, end, "?") ? end - 1 : number_before(start, end);
    if (!total || total == start || total[-1] != '/')
        return NULL;
    return number_before(start, total - 1);
}

const char *nkb_log_open_read(struct nkb_log_parser *p, const char *at)
{
    const char *clock_end = skip_clock(at + 1);
    const char *position = find_position(p->start, at, clock_end);
    if (position) {
        begin_place(p, position);
        p->in_bar = true;
        p->depth = 0;
        /* No colon of these clocks is ctime's: that stands behind a space and two digits. */
        return skip_clock(clock_end + 1);
    }
    if (p->in_bar)
        p->depth++;
    return at + 1;
}

void nkb_log_close_read(struct nkb_log_parser *p)
{
    if (!p->in_bar)
        return;
    if (p->depth > 0) {
        p->depth--;
        return;
    }
    p->in_bar = false;
    p->closed = (p->record.mask & ~BIT(NKB_LOG_POSITION)) != 0;
}

/* NeMo 2's "Training epoch 0, iteration 120/149 | …". */
void nkb_log_slash_read(struct nkb_log_parser *p, const char *at)
{
    if (!nkb_log_is_digit(at[1]))
        return;
    const char *q = number_before(p->start, at);
    if (!q || !precedes(p->start, q, "iteration "))
        return;
    begin_place(p, q);
    q -= sizeof "iteration " - 1;
    if (!precedes(p->start, q, ", "))
        return;
    q = number_before(p->start, q - 2);
    if (q && precedes(p->start, q, "epoch "))
        take_epoch(p, q);
}

/* Neuron BERT's "- (0, 78)": epoch and step. */
bool nkb_log_dash_read(struct nkb_log_parser *p, const char *at)
{
    double ignored;
    if (!follows(at, p->end, "- ("))
        return false;
    const char *epoch = at + 3, *q = nkb_log_whole_read(epoch, &ignored);
    if (!q || !follows(q, p->end, ", "))
        return true;
    const char *position = q + 2;
    q = nkb_log_whole_read(position, &ignored);
    if (!q || *q != ')')
        return true;
    begin_place(p, position);
    take_epoch(p, epoch);
    return true;
}

void nkb_log_word_read(struct nkb_log_parser *p, const char *at)
{
    static const char *const others[] = {"Validat", "Sanity", "DataLoader", "Testing", "Predict"};
    double ignored;
    if (p->in_bar)
        return;
    if (*at == 'E') {
        if (!follows(at, p->end, "Epoch ") || !nkb_log_whole_read(at + 6, &ignored))
            return;
        if (p->closed)
            nkb_log_record_finish(p);
        take_epoch(p, at + 6);
        p->other_bar = false;
        return;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (*at == others[i][0] && follows(at, p->end, others[i])) {
            if (p->closed)
                nkb_log_record_finish(p);
            p->other_bar = true;
        }
}

void nkb_log_rank_read(struct nkb_log_parser *p)
{
    const char *q = p->start;
    if (*q != '[')
        return;
    q++;
    if (follows(q, p->end, "rank"))
        q += 4;
    else if (follows(q, p->end, "default"))
        q += 7;
    q = nkb_log_whole_read(q, &p->rank);
    if (!q || !follows(q, p->end, "]:"))
        return;
    p->has_rank = true;
    p->start = q + 2;
}
