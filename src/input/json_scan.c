/* A stack of bits instead of recursion: one a level, object or array. */
#include "input/json_scan.h"

#include <string.h>

#include "base/text.h"

enum expects {
    A_VALUE,
    A_VALUE_OR_ARRAY_END,
    A_KEY_OR_OBJECT_END,
    A_KEY,
    A_COLON,
    A_COMMA_OR_END,
    NOTHING
};

enum { SHORT_ESCAPE = 2, LONG_ESCAPE = 6 }; /* \n and \u000a */

void nkb_json_scan_start(struct nkb_json_scan *scan, struct nkb_str text)
{
    memset(scan, 0, sizeof *scan);
    scan->start = scan->at = text.len ? text.ptr : "";
    scan->end = scan->start + text.len;
    scan->expects = A_VALUE;
}

static enum nkb_json_token fault(struct nkb_json_scan *scan, const char *what)
{
    scan->fault = what;
    return NKB_JSON_FAULT;
}

static void skip_space(struct nkb_json_scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
        scan->at++;
}

static bool in_object(const struct nkb_json_scan *scan)
{
    return scan->is_object[scan->depth / 64] >> (scan->depth % 64) & 1;
}

static void value_done(struct nkb_json_scan *scan)
{
    scan->expects = scan->depth ? A_COMMA_OR_END : NOTHING;
}

static enum nkb_json_token open_level(struct nkb_json_scan *scan, bool object)
{
    if (scan->depth == NKB_JSON_DEPTH)
        return fault(scan, "nested too deep");
    scan->at++;
    scan->depth++;
    uint64_t bit = UINT64_C(1) << (scan->depth % 64), *word = &scan->is_object[scan->depth / 64];
    *word = object ? *word | bit : *word & ~bit;
    scan->expects = object ? A_KEY_OR_OBJECT_END : A_VALUE_OR_ARRAY_END;
    return object ? NKB_JSON_OBJECT : NKB_JSON_ARRAY;
}

static enum nkb_json_token close_level(struct nkb_json_scan *scan, bool object)
{
    scan->at++;
    scan->depth--;
    value_done(scan);
    return object ? NKB_JSON_OBJECT_END : NKB_JSON_ARRAY_END;
}

static bool is_digit(const struct nkb_json_scan *scan, const char *at)
{
    return at < scan->end && *at >= '0' && *at <= '9';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* At the opening quote. */
static bool scan_string(struct nkb_json_scan *scan)
{
    const char *p = scan->at + 1, *begin = p;

    for (; p < scan->end && *p != '"'; p++) {
        if ((unsigned char)*p < 0x20) {
            scan->at = p;
            scan->fault = "a control character in a string";
            return false;
        }
        if (*p != '\\')
            continue;
        scan->at = p++;
        if (p == scan->end)
            break;
        if (*p == 'u') {
            for (int i = 0; i < 4; i++) {
                p++;
                if (p == scan->end || hex_digit(*p) < 0) {
                    scan->fault = "a \\u escape without four hex digits";
                    return false;
                }
            }
        } else if (!strchr("\"\\/bfnrt", *p) || *p == '\0') {
            scan->fault = "an escape that JSON does not have";
            return false;
        }
    }
    if (p == scan->end) {
        scan->at = p;
        scan->fault = "a string without its closing quote";
        return false;
    }
    scan->text = (struct nkb_str){begin, (size_t)(p - begin)};
    scan->at = p + 1;
    return true;
}

static bool take_word(struct nkb_json_scan *scan, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(scan->end - scan->at) < len || memcmp(scan->at, word, len) != 0)
        return false;
    scan->at += len;
    value_done(scan);
    return true;
}

/* -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? : as much of it as fits; what follows is
 * for the next token to refuse. */
static enum nkb_json_token scan_number(struct nkb_json_scan *scan)
{
    const char *p = scan->at, *begin = p, *q;
    bool whole = true;

    if (*p == '-')
        p++;
    if (!is_digit(scan, p))
        return fault(scan, "a value is expected");
    if (*p == '0')
        p++;
    else
        while (is_digit(scan, p))
            p++;
    if (p < scan->end && *p == '.' && is_digit(scan, p + 1)) {
        whole = false;
        for (p++; is_digit(scan, p);)
            p++;
    }
    if (p < scan->end && (*p == 'e' || *p == 'E')) {
        q = p + 1;
        if (q < scan->end && (*q == '+' || *q == '-'))
            q++;
        if (is_digit(scan, q)) {
            whole = false;
            for (p = q; is_digit(scan, p);)
                p++;
        }
    }
    scan->text = (struct nkb_str){begin, (size_t)(p - begin)};
    scan->at = p;
    value_done(scan);
    return whole ? NKB_JSON_INTEGER : NKB_JSON_FLOAT;
}

static enum nkb_json_token scan_value(struct nkb_json_scan *scan)
{
    switch (*scan->at) {
    case '{':
        return open_level(scan, true);
    case '[':
        return open_level(scan, false);
    case '"':
        if (!scan_string(scan))
            return NKB_JSON_FAULT;
        value_done(scan);
        return NKB_JSON_STRING;
    case 'n':
        return take_word(scan, "null") ? NKB_JSON_NULL : fault(scan, "a value is expected");
    case 't':
        return take_word(scan, "true") ? NKB_JSON_TRUE : fault(scan, "a value is expected");
    case 'f':
        return take_word(scan, "false") ? NKB_JSON_FALSE : fault(scan, "a value is expected");
    case 'N':
        return take_word(scan, "NaN") ? NKB_JSON_NOT_FINITE : fault(scan, "a value is expected");
    case 'I':
        return take_word(scan, "Infinity") ? NKB_JSON_NOT_FINITE
                                           : fault(scan, "a value is expected");
    case '-':
        if (take_word(scan, "-Infinity"))
            return NKB_JSON_NOT_FINITE;
        return scan_number(scan);
    default:
        return scan_number(scan);
    }
}

enum nkb_json_token nkb_json_scan_next(struct nkb_json_scan *scan)
{
    for (;;) {
        skip_space(scan);
        bool more = scan->at < scan->end;
        char c = more ? *scan->at : '\0';
        switch (scan->expects) {
        case NOTHING:
            return more ? fault(scan, "text behind the value") : NKB_JSON_END;
        case A_VALUE_OR_ARRAY_END:
            if (c == ']')
                return close_level(scan, false);
            return more ? scan_value(scan) : fault(scan, "a value is expected");
        case A_VALUE:
            return more ? scan_value(scan) : fault(scan, "a value is expected");
        case A_KEY_OR_OBJECT_END:
            if (c == '}')
                return close_level(scan, true);
            /* fall through */
        case A_KEY:
            if (c != '"')
                return fault(scan, "a key in double quotes is expected");
            if (!scan_string(scan))
                return NKB_JSON_FAULT;
            scan->expects = A_COLON;
            return NKB_JSON_KEY;
        case A_COLON:
            if (c != ':')
                return fault(scan, "a colon is expected");
            scan->at++;
            scan->expects = A_VALUE;
            break;
        default: /* A_COMMA_OR_END */
            if (c == (in_object(scan) ? '}' : ']'))
                return close_level(scan, in_object(scan));
            if (c != ',')
                return fault(scan, "a comma or the end is expected");
            scan->at++;
            scan->expects = in_object(scan) ? A_KEY : A_VALUE;
            break;
        }
    }
}

static uint32_t escaped_unit(const char *digits)
{
    uint32_t unit = 0;
    for (int i = 0; i < 4; i++)
        unit = unit << 4 | (uint32_t)hex_digit(digits[i]);
    return unit;
}

size_t nkb_json_text_next(struct nkb_str text, uint32_t *code_point)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    const unsigned char *p = (const unsigned char *)text.ptr;

    if (p[0] == '\\' && text.len >= LONG_ESCAPE && p[1] == 'u') {
        uint32_t unit = escaped_unit(text.ptr + 2);
        *code_point = unit;
        if (unit >= 0xd800 && unit < 0xdc00 && text.len >= 2 * LONG_ESCAPE && p[6] == '\\' &&
            p[7] == 'u') {
            uint32_t low = escaped_unit(text.ptr + LONG_ESCAPE + 2);
            if (low >= 0xdc00 && low < 0xe000) {
                *code_point = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return 2 * LONG_ESCAPE;
            }
        }
        return LONG_ESCAPE;
    }
    if (p[0] == '\\' && text.len >= SHORT_ESCAPE) {
        const char *known = strchr(from, p[1]);
        *code_point = known ? (unsigned char)to[known - from] : p[1];
        return SHORT_ESCAPE;
    }
    size_t size = nkb_utf8_decode(text.ptr, text.len, code_point);
    if (size)
        return size;
    /* what is not UTF-8 here is a surrogate in three bytes */
    *code_point = 0xfffd;
    if (text.len >= 3)
        *code_point = (p[0] & 0xfu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
    return text.len < 3 ? text.len : 3;
}

void nkb_json_text_append(struct nkb_str escaped, struct nkb_buf *out)
{
    for (size_t at = 0; at < escaped.len;) {
        uint32_t c;
        char bytes[4];
        at += nkb_json_text_next((struct nkb_str){escaped.ptr + at, escaped.len - at}, &c);
        size_t size = nkb_utf8_encode(c, bytes);
        if (size == 0)
            size = nkb_utf8_encode(0xfffd, bytes);
        nkb_buf_append(out, bytes, size);
    }
}

bool nkb_json_text_is(struct nkb_str escaped, const char *word)
{
    for (size_t at = 0; at < escaped.len; word++) {
        uint32_t c;
        at += nkb_json_text_next((struct nkb_str){escaped.ptr + at, escaped.len - at}, &c);
        if (*word == '\0' || c != (unsigned char)*word)
            return false;
    }
    return *word == '\0';
}
