/* What every document reader asks of its bytes first, and where in a text a byte stands. */
#include "input/document.h"

#include "base/text.h"

static int refuse_encoding(struct nkb_str bytes, const char *path, struct nkb_err *err)
{
    if (nkb_str_starts(bytes, "\xff\xfe") || nkb_str_starts(bytes, "\xfe\xff"))
        return nkb_err_set(err, NKB_EINPUT, "%s: is UTF-16; save it as UTF-8", path);

    size_t at = 0, size;
    uint32_t line, column, code_point;
    while ((size = nkb_utf8_decode(bytes.ptr + at, bytes.len - at, &code_point)) > 0)
        at += size;
    nkb_document_place(bytes, at, &line, &column);
    return nkb_err_set(err, NKB_EINPUT,
                       "%s:%u:%u: byte 0x%02x at offset %zu is not UTF-8; save the file as UTF-8",
                       path, line, column, (unsigned)(unsigned char)bytes.ptr[at], at);
}

int nkb_document_text(struct nkb_str bytes, const char *path, const char *what, size_t max_bytes,
                      struct nkb_str *text, struct nkb_err *err)
{
    if (bytes.len > max_bytes)
        return nkb_err_set(err, NKB_EINPUT, "%s: is %zu bytes; at most %zu are read as %s", path,
                           bytes.len, max_bytes, what);
    if (bytes.len > 0 && !nkb_utf8_valid(bytes))
        return refuse_encoding(bytes, path, err);
    if (nkb_str_starts(bytes, "\xef\xbb\xbf"))
        bytes = (struct nkb_str){bytes.ptr + 3, bytes.len - 3};

    size_t blank = 0;
    while (blank < bytes.len && memchr(" \t\r\n", bytes.ptr[blank], 4))
        blank++;
    if (blank == bytes.len)
        return nkb_err_set(err, NKB_EINPUT, "%s: is empty; %s is expected", path, what);
    *text = bytes;
    return 0;
}

void nkb_document_place(struct nkb_str text, size_t offset, uint32_t *line, uint32_t *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < offset && i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n' || (c == '\r' && (i + 1 >= text.len || text.ptr[i + 1] != '\n'))) {
            ++*line;
            *column = 1;
        } else if (((unsigned char)c & 0xc0) != 0x80) {
            ++*column;
        }
    }
}
