/* A growing run of bytes, for text being made and files being read. On failure of memory the
 * buffer becomes `failed` and further appends do nothing; look once at the end. */
#ifndef NKB_BASE_BUF_H
#define NKB_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct nkb_buf {
    char *data; /* terminated by a NUL that len does not count, once anything was appended */
    size_t len, capacity;
    bool failed;
    size_t limit; /* 0: none; an append that passes it fails and the buffer is `full` */
    bool full;
};

#define NKB_BUF_INIT ((struct nkb_buf){NULL, 0, 0, false, 0, false})

void nkb_buf_append(struct nkb_buf *buf, const void *data, size_t size_bytes);
void nkb_buf_text(struct nkb_buf *buf, const char *text);
void nkb_buf_char(struct nkb_buf *buf, char c);
void nkb_buf_int(struct nkb_buf *buf, int64_t value); /* as "%lld", for where there are many */
void nkb_buf_printf(struct nkb_buf *buf, const char *format, ...) NKB_PRINTF(2, 3);
/* Room for `more` bytes behind len; false when memory runs out. */
bool nkb_buf_reserve(struct nkb_buf *buf, size_t more);
void nkb_buf_free(struct nkb_buf *buf);

static inline struct nkb_str nkb_buf_str(const struct nkb_buf *buf)
{
    return (struct nkb_str){buf->data, buf->len};
}

#endif
