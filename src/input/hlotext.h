/* XLA's text form of a module (`HloModule …`), as printed by every XLA since 2019. */
#ifndef NKB_INPUT_HLOTEXT_H
#define NKB_INPUT_HLOTEXT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/hlo.h"

enum {
    NKB_HLOTEXT_HEAD_BYTES = 16 * 1024,    /* that a text is told by */
    NKB_HLOTEXT_WINDOW_BYTES = 256 * 1024, /* of a text that are in memory */
    NKB_HLOTEXT_SLACK = 64,                /* room a window has behind these */
};

/* Could these first bytes (as many as there are, up to a few KB) be HLO text? A BOM and blank or
 * comment lines may come first; a text without `HloModule` line counts when its first line opens a
 * computation. Protobuf never does. */
bool nkb_hlotext_detect(struct nkb_str head);

/* Where a text comes from: a file that is open, or memory. */
struct nkb_hlotext_input {
    int fd;                 /* a regular file, read by pread from its beginning; or -1 */
    struct nkb_str bytes;   /* of fd -1: all of the text; it may be dropped afterwards */
    uint64_t size_bytes;    /* of a file, as far as is known; what it has is read */
    uint64_t limit_bytes;   /* a longer text is refused; 0: none is */
    size_t window_bytes;    /* 0: NKB_HLOTEXT_WINDOW_BYTES */
    struct nkb_buf *window; /* NULL, or a buffer with room for window and slack, to be used and */
    size_t filled;          /* grown; so many bytes of the file, from its beginning, are there */
};

struct nkb_hlotext;
/* With a reader that has read nothing yet (zeroed) or other texts; closed, it is as new. Memory is
 * what the module takes, a window, and more of the text where one instruction is longer. Messages
 * begin "line N: ", or "byte N: " where the file cannot be read on, and do not name the file. */
int nkb_hlotext_read_with(struct nkb_hlotext *reader, const struct nkb_hlotext_input *input,
                          struct nkb_arena *arena, struct nkb_hlo *out, struct nkb_err *err);
void nkb_hlotext_close(struct nkb_hlotext *reader);
/* A text in memory, which may be dropped afterwards. */
int nkb_hlotext_read(struct nkb_str text, struct nkb_arena *arena, struct nkb_hlo *out,
                     struct nkb_err *err);

#endif
