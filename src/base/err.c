#include "base/err.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#undef nkb_err_set
#undef nkb_err_memory

/* A message is one line that drives no terminal: control characters and bytes that are no UTF-8 become
 * question marks; a cut, at a character, ends in an ellipsis. */
static void clean(char *text, size_t length)
{
    static const char cut[] = "\xe2\x80\xa6";

    if (length >= NKB_ERR_TEXT_BYTES) {
        size_t end = NKB_ERR_TEXT_BYTES - sizeof cut;
        while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
            end--;
        memcpy(text + end, cut, sizeof cut);
        length = end + sizeof cut - 1;
    }
    for (size_t i = 0; i < length;) {
        uint32_t c = 0;
        size_t size = nkb_utf8_decode(text + i, length - i, &c);
        bool shown = size > 0 && nkb_utf8_is_plain(c);
        if (size == 0)
            size = 1;
        if (!shown)
            memset(text + i, '?', size);
        i += size;
    }
}

int nkb_err_setv(struct nkb_err *err, int code, const char *format, va_list args)
{
    if (!err)
        return code;
    int length = vsnprintf(err->text, sizeof err->text, format, args);
    err->code = code;
    if (length < 0)
        err->text[0] = '\0';
    else
        clean(err->text, (size_t)length);
    return code;
}

int nkb_err_set(struct nkb_err *err, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    nkb_err_setv(err, code, format, args);
    va_end(args);
    return code;
}

int nkb_err_prefix(struct nkb_err *err, const char *format, ...)
{
    if (!err)
        return NKB_EINPUT;
    char old[NKB_ERR_TEXT_BYTES];
    memcpy(old, err->text, sizeof old);

    va_list args;
    va_start(args, format);
    nkb_err_setv(err, err->code, format, args);
    va_end(args);

    size_t front = strlen(err->text);
    int length = snprintf(err->text + front, sizeof err->text - front, "%s", old);
    clean(err->text, front + (length > 0 ? (size_t)length : 0));
    return err->code;
}

int nkb_err_memory(struct nkb_err *err)
{
    return nkb_err_set(err, NKB_EMEMORY, "out of memory");
}
