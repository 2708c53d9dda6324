#include "base/err.h"

#include <stdio.h>
#include <string.h>

/* A message is one line: control characters become visible, and a cut ends in an ellipsis. */
static void clean(char *text, size_t length)
{
    static const char cut[] = "\xe2\x80\xa6";

    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            text[i] = '?';
    if (length < NKB_ERR_TEXT_BYTES - 1)
        return;
    size_t end = NKB_ERR_TEXT_BYTES - sizeof cut;
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    memcpy(text + end, cut, sizeof cut);
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
        clean(err->text, (size_t)length < sizeof err->text ? (size_t)length : sizeof err->text - 1);
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
    size_t total = front + (length > 0 ? (size_t)length : 0);
    clean(err->text, total < sizeof err->text ? total : sizeof err->text - 1);
    return err->code;
}

int nkb_err_memory(struct nkb_err *err)
{
    return nkb_err_set(err, NKB_EMEMORY, "out of memory");
}
