#include "input/trainlog_layout.h"

#include <string.h>

#include "input/trainlog_line.h"
#include "input/trainlog_number.h"

enum { WORD_BYTES = sizeof(uint64_t), PATIENCE = 8 };

void nkb_log_layout_begin(struct nkb_log_layout *layout)
{
    *layout = (struct nkb_log_layout){.head.length = 0};
    for (int i = 0; i < NKB_LOG_GAPS; i++)
        layout->gaps[i].length = NKB_TRAINLOG_LINE_BYTES;
}

/* May the pair be known by what stands before its value? A unit stands behind. */
static bool take_known(struct nkb_log_known *known, const struct nkb_log_pair *pair)
{
    if (nkb_log_has_unit(pair->key))
        return false;
    known->name = pair->name;
    known->key = pair->key;
    known->is_whole = nkb_log_is_whole(pair->key);
    return true;
}

void nkb_log_head_note(struct nkb_log_head *head, const char *start,
                       const struct nkb_log_pair *pair, const struct nkb_log_place *place)
{
    ptrdiff_t length = pair->value_at - start;
    if (head->missed++ % PATIENCE != 0 || length < WORD_BYTES || length > NKB_LOG_HEAD_BYTES ||
        !take_known(&head->pair, pair))
        return;
    head->place = *place;
    head->length = length;
    for (ptrdiff_t i = 0; i < length; i++) {
        bool is_digit = nkb_log_is_digit(start[i]);
        head->text[i] = is_digit ? '0' : start[i];
        head->fixed[i] = (char)(is_digit ? 0xf0 : 0xff);
    }
}

/* Eight bytes at once. '0' differs from a digit in four bits, by the digit itself; these four bits
 * plus 6 reach 16 for all that is none. */
static bool word_fits(const struct nkb_log_head *head, const char *start, ptrdiff_t at)
{
    uint64_t word, text, fixed;
    memcpy(&word, start + at, sizeof word);
    memcpy(&text, head->text + at, sizeof text);
    memcpy(&fixed, head->fixed + at, sizeof fixed);
    word ^= text;
    return ((word & fixed) |
            ((word + UINT64_C(0x0606060606060606)) & UINT64_C(0x1010101010101010))) == 0;
}

bool nkb_log_head_fits(const struct nkb_log_head *head, const char *start, const char *end)
{
    ptrdiff_t last = head->length - WORD_BYTES;
    if (head->length == 0 || end - start <= head->length)
        return false;
    for (ptrdiff_t at = 0; at < last; at += WORD_BYTES)
        if (!word_fits(head, start, at))
            return false;
    return word_fits(head, start, last);
}

void nkb_log_gap_note(struct nkb_log_gap *gap, const char *from, const struct nkb_log_pair *pair)
{
    ptrdiff_t length = pair->value_at - from;
    /* The byte before the name is part of what makes it one. */
    if (length > NKB_LOG_GAP_BYTES || pair->text.ptr <= from || !take_known(&gap->pair, pair))
        return;
    gap->length = length;
    memcpy(gap->text, from, (size_t)length);
}
