/* Sources of the rules: binascii.a2b_base64 without strict mode, json.detect_encoding, and the
 * codecs' "surrogatepass" handler, all read in CPython 3.11 and compared with it. */
#include "input/python_text.h"

#include <stdint.h>

#include "base/text.h"

static int sextet(unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool nkb_python_base64(struct nkb_str text, struct nkb_buf *out, const char **why)
{
    unsigned in_quad = 0, pads = 0, left = 0;

    if (!nkb_buf_reserve(out, text.len / 4 * 3 + 3))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '=') {
            if (in_quad >= 2 && in_quad + ++pads >= 4)
                return true; /* complete: what follows is not looked at */
            continue;
        }
        int value = sextet(c);
        if (value < 0)
            continue;
        pads = 0;
        if (in_quad)
            nkb_buf_char(out, (char)(unsigned char)(left << (2 * in_quad) |
                                                    (unsigned)value >> (6 - 2 * in_quad)));
        left = (unsigned)value & (0x3fu >> (2 * in_quad));
        in_quad = (in_quad + 1) % 4;
    }
    if (in_quad == 1)
        *why = "base64 with one character too many or some missing";
    else if (in_quad)
        *why = "base64 without its padding";
    return in_quad == 0 && !out->failed;
}

static void put_code_point(struct nkb_buf *out, uint32_t c)
{
    char bytes[4];
    size_t size = nkb_utf8_encode(c, bytes);

    if (size == 0) { /* a lone surrogate, which UTF-8 does not have */
        bytes[0] = (char)(0xe0 | c >> 12);
        bytes[1] = (char)(0x80 | ((c >> 6) & 0x3f));
        bytes[2] = (char)(0x80 | (c & 0x3f));
        size = 3;
    }
    nkb_buf_append(out, bytes, size);
}

static bool is_surrogate(uint32_t unit, uint32_t first)
{
    return unit >= first && unit < first + 0x400;
}

static bool from_utf16(struct nkb_str bytes, bool big, struct nkb_buf *out)
{
    const unsigned char *p = (const unsigned char *)bytes.ptr;
    size_t units = bytes.len / 2;

#define UNIT(i)                                                                                    \
    (big ? (uint32_t)p[2 * (i)] << 8 | p[2 * (i) + 1] : (uint32_t)p[2 * (i) + 1] << 8 | p[2 * (i)])
    for (size_t i = 0; i < units; i++) {
        uint32_t unit = UNIT(i);
        if (is_surrogate(unit, 0xd800) && i + 1 < units && is_surrogate(UNIT(i + 1), 0xdc00)) {
            unit = 0x10000 + ((unit - 0xd800) << 10) + (UNIT(i + 1) - 0xdc00);
            i++;
        }
        put_code_point(out, unit);
    }
#undef UNIT
    return bytes.len % 2 == 0;
}

static bool from_utf32(struct nkb_str bytes, bool big, struct nkb_buf *out)
{
    const unsigned char *p = (const unsigned char *)bytes.ptr;

    for (size_t i = 0; i + 4 <= bytes.len; i += 4) {
        uint32_t c = big ? (uint32_t)p[i] << 24 | (uint32_t)p[i + 1] << 16 |
                               (uint32_t)p[i + 2] << 8 | p[i + 3]
                         : (uint32_t)p[i + 3] << 24 | (uint32_t)p[i + 2] << 16 |
                               (uint32_t)p[i + 1] << 8 | p[i];
        if (c > 0x10ffff)
            return false;
        put_code_point(out, c);
    }
    return bytes.len % 4 == 0;
}

/* UTF-8 in which a surrogate's three bytes may stand. */
static bool check_utf8(struct nkb_str bytes)
{
    uint32_t state = 0;
    size_t from = 0;

    for (size_t i = 0; i + 2 < bytes.len; i++) {
        const unsigned char *p = (const unsigned char *)bytes.ptr + i;
        if (p[0] != 0xed || p[1] < 0xa0 || p[1] > 0xbf || (p[2] & 0xc0) != 0x80)
            continue;
        if (!nkb_utf8_feed(&state, (struct nkb_str){bytes.ptr + from, i - from}) || state != 0)
            return false;
        from = i + 3;
        i += 2;
    }
    return nkb_utf8_feed(&state, (struct nkb_str){bytes.ptr + from, bytes.len - from}) &&
           state == 0;
}

enum encoding { UTF8, UTF16_BIG, UTF16_LITTLE, UTF32_BIG, UTF32_LITTLE };

static enum encoding detect(struct nkb_str bytes, size_t *bom)
{
    static const struct {
        struct nkb_str mark;
        enum encoding encoding;
    } marks[] = {
        {NKB_STR_LITERAL("\0\0\xfe\xff"), UTF32_BIG},
        {NKB_STR_LITERAL("\xff\xfe\0\0"), UTF32_LITTLE},
        {NKB_STR_LITERAL("\xfe\xff"), UTF16_BIG},
        {NKB_STR_LITERAL("\xff\xfe"), UTF16_LITTLE},
        {NKB_STR_LITERAL("\xef\xbb\xbf"), UTF8},
    };
    const char *p = bytes.ptr;

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        *bom = marks[i].mark.len;
        if (bytes.len >= *bom && memcmp(p, marks[i].mark.ptr, *bom) == 0)
            return marks[i].encoding;
    }
    *bom = 0;
    if (bytes.len >= 4) {
        if (p[0] == '\0')
            return p[1] != '\0' ? UTF16_BIG : UTF32_BIG;
        if (p[1] == '\0')
            return p[2] != '\0' || p[3] != '\0' ? UTF16_LITTLE : UTF32_LITTLE;
    } else if (bytes.len == 2) {
        if (p[0] == '\0')
            return UTF16_BIG;
        if (p[1] == '\0')
            return UTF16_LITTLE;
    }
    return UTF8;
}

bool nkb_python_decode(struct nkb_str bytes, struct nkb_buf *scratch, struct nkb_str *text,
                       const char **why)
{
    size_t bom;
    enum encoding encoding = detect(bytes, &bom);
    struct nkb_str rest = {bytes.len ? bytes.ptr + bom : bytes.ptr, bytes.len - bom};
    bool good;

    switch (encoding) {
    case UTF8:
        *text = rest;
        *why = "not UTF-8";
        return check_utf8(rest);
    case UTF16_BIG:
    case UTF16_LITTLE:
        *why = "not UTF-16, which its first bytes say it is";
        good = from_utf16(rest, encoding == UTF16_BIG, scratch);
        break;
    default:
        *why = "not UTF-32, which its first bytes say it is";
        good = from_utf32(rest, encoding == UTF32_BIG, scratch);
        break;
    }
    *text = nkb_buf_str(scratch);
    return good && !scratch->failed;
}
