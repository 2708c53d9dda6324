/* Messages that come again byte for byte, as shapes do, are not walked again: what
 * they came to is found by their bytes. Only messages that were found good are noted, so a message
 * found here is good. One note a slot, the last one: memory is fixed. */
#ifndef NKB_INPUT_HLO_MEMO_H
#define NKB_INPUT_HLO_MEMO_H

#include "base/str.h"
#include "model/hlo.h"

enum {
    NKB_HLO_MEMO_BYTES = 232, /* longer messages are walked */
    NKB_HLO_MEMO_BITS = 9,
    NKB_HLO_MEMO_SLOTS = 1 << NKB_HLO_MEMO_BITS,
};

/* Which field of an instruction: the schema's `memo`. */
enum nkb_hlo_memo_kind { NKB_MEMO_NOT, NKB_MEMO_SHAPE, NKB_MEMO_DOT, NKB_MEMO_KINDS };

struct nkb_hlo_note {
    uint64_t label; /* the memo's module, the kind and the length, while the note is good */
    unsigned char bytes[NKB_HLO_MEMO_BYTES];
    union {
        const struct nkb_hlo_shape *shape;
        struct {
            const struct nkb_hlo_dot *dot;
            const struct nkb_hlo_attrs *alone; /* attributes of an instruction with no others */
        } dot;
    } is;
};

/* Zeroed memory is an empty memo; notes are malloc'ed. */
struct nkb_hlo_memo {
    struct nkb_hlo_note *notes;
    struct nkb_hlo_note *last[NKB_MEMO_KINDS]; /* found: every other message is the one before */
    uint32_t module;
};

/* Forget all, for the next module. False: out of memory. */
bool nkb_hlo_memo_open(struct nkb_hlo_memo *memo);
void nkb_hlo_memo_free(struct nkb_hlo_memo *memo);
/* Where a message of len bytes, at most NKB_HLO_MEMO_BYTES, is noted or may be. Its first, middle
 * and last eight bytes choose the place: what differs elsewhere only takes turns there. */
static inline struct nkb_hlo_note *nkb_hlo_memo_at(const struct nkb_hlo_memo *memo,
                                                   enum nkb_hlo_memo_kind kind,
                                                   const unsigned char *bytes, size_t len)
{
    uint64_t first = 0, middle = 0, last = 0;
    if (len >= 8) {
        first = nkb_eight_bytes(bytes);
        middle = nkb_eight_bytes(bytes + (len - 8) / 2);
        last = nkb_eight_bytes(bytes + len - 8);
    } else if (len >= 4) {
        last = nkb_four_bytes(bytes) | (uint64_t)nkb_four_bytes(bytes + len - 4) << 32;
    } else {
        for (size_t i = 0; i < len; i++)
            last = last << 8 | bytes[i];
    }
    uint64_t h = (first ^ (middle << 21 | middle >> 43) ^ (last << 42 | last >> 22)) + len + kind;
    h *= 0x9e3779b97f4a7c15u;
    return &memo->notes[h >> (64 - NKB_HLO_MEMO_BITS)];
}

static inline uint64_t nkb_hlo_memo_label(const struct nkb_hlo_memo *memo,
                                          enum nkb_hlo_memo_kind kind, size_t len)
{
    return (uint64_t)memo->module << 32 | (uint64_t)kind << 16 | len;
}

static inline bool nkb_hlo_memo_has(const struct nkb_hlo_memo *memo,
                                    const struct nkb_hlo_note *note, enum nkb_hlo_memo_kind kind,
                                    const unsigned char *bytes, size_t len)
{
    return note->label == nkb_hlo_memo_label(memo, kind, len) &&
           nkb_bytes_equal(note->bytes, bytes, len);
}

/* The note of such a message; NULL: there is none. */
static inline struct nkb_hlo_note *nkb_hlo_memo_find(struct nkb_hlo_memo *memo,
                                                     enum nkb_hlo_memo_kind kind,
                                                     const unsigned char *bytes, size_t len)
{
    struct nkb_hlo_note *note = memo->last[kind];
    if (nkb_hlo_memo_has(memo, note, kind, bytes, len))
        return note;
    note = nkb_hlo_memo_at(memo, kind, bytes, len);
    if (!nkb_hlo_memo_has(memo, note, kind, bytes, len))
        return NULL;
    memo->last[kind] = note;
    return note;
}

static inline size_t nkb_hlo_note_len(const struct nkb_hlo_note *note)
{
    return note->label & UINT16_MAX;
}

/* Note it there; the caller fills `is`. */
void nkb_hlo_memo_put(const struct nkb_hlo_memo *memo, struct nkb_hlo_note *note,
                      enum nkb_hlo_memo_kind kind, const unsigned char *bytes, size_t len);

#endif
