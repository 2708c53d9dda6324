#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/pages.h"

bool nkb_buf_reserve(struct nkb_buf *buf, size_t more)
{
    size_t need;
    if (buf->failed)
        return false;
    if (!nkb_size_add(buf->len, more, &need) || !nkb_size_add(need, 1, &need))
        goto failed;
    if (buf->limit && need - 1 > buf->limit) {
        buf->full = true;
        goto failed;
    }
    if (need <= buf->capacity)
        return true;
    size_t capacity = buf->capacity ? buf->capacity : 256;
    while (capacity < need)
        if (!nkb_size_mul(capacity, 2, &capacity))
            capacity = need;
    char *data = nkb_pages_grow(buf->data, buf->capacity, capacity);
    if (!data)
        goto failed;
    buf->data = data;
    buf->capacity = capacity;
    return true;

failed:
    buf->failed = true;
    return false;
}

void nkb_buf_append(struct nkb_buf *buf, const void *data, size_t size_bytes)
{
    if (!nkb_buf_reserve(buf, size_bytes))
        return;
    if (size_bytes)
        memcpy(buf->data + buf->len, data, size_bytes);
    buf->len += size_bytes;
    buf->data[buf->len] = '\0';
}

void nkb_buf_text(struct nkb_buf *buf, const char *text)
{
    nkb_buf_append(buf, text, strlen(text));
}

void nkb_buf_char(struct nkb_buf *buf, char c)
{
    nkb_buf_append(buf, &c, 1);
}

void nkb_buf_int(struct nkb_buf *buf, int64_t value)
{
    char digits[20]; /* of 2^63, and its sign */
    size_t at = sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        digits[--at] = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    if (value < 0)
        digits[--at] = '-';
    nkb_buf_append(buf, digits + at, sizeof digits - at);
}

void nkb_buf_printf(struct nkb_buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length >= 0 && nkb_buf_reserve(buf, (size_t)length)) {
        vsnprintf(buf->data + buf->len, (size_t)length + 1, format, again);
        buf->len += (size_t)length;
    } else {
        buf->failed = true;
    }
    va_end(again);
}

void nkb_buf_free(struct nkb_buf *buf)
{
    free(buf->data);
    *buf = NKB_BUF_INIT;
}
