/* What reads rows of structs, of a part or of what was put aside. */
#ifndef NKB_MODEL_PART_TAKE_H
#define NKB_MODEL_PART_TAKE_H

#include "model/part_format.h"

struct part_reader {
    size_t at, end;              /* of what is to be read */
    const unsigned char *window; /* the bytes from window_at on */
    size_t window_at, window_bytes;
    /* Have the window go on behind its end; false after a fault. NULL: all is in it. */
    bool (*more)(struct part_reader *r);
    struct nkb_arena *arena;
    const struct nkb_str *texts;
    size_t text_count;
    struct nkb_err *err;
    int code; /* of the first fault; everything read after it is zero */
};

/* So many bytes, when there are before the end. */
void part_take_bytes(struct part_reader *r, void *out, size_t size);
void part_fault(struct part_reader *r, size_t at, const char *what);
uint64_t part_take_varint(struct part_reader *r);
/* How many, each of at least so many bytes. */
size_t part_take_count(struct part_reader *r, size_t least);
void part_take_record(struct part_reader *r, const struct nkb_record *record, void *base);

#endif
