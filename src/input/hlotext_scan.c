/* The lexical floor of the HLO text reader: blanks and comments, words, numbers, strings, brackets.
 * Nothing here looks at a byte twice but for the few of a look ahead. */
#include "input/hlotext_reader.h"

#include <stdarg.h>

#include "base/num.h"
#include "base/text.h"

/* From NUL on; the last eight rows are the bytes above 127. */
const unsigned char nkb_hlotext_class[256] = {
    4,  24, 24, 24, 24, 24, 24, 24, 24, 12, 12, 24, 24, 12, 24, 24, /* \t \n \r */
    24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, /* */
    12, 24, 0,  24, 24, 24, 24, 24, 0,  0,  24, 24, 8,  25, 25, 4,  /* blank to / */
    27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 24, 24, 24, 24, 24, 24, /* 0 to ? */
    24, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, /* @ to O */
    25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 0,  24, 0,  24, 25, /* P to _ */
    24, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, /* ` to o */
    25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 0,  24, 0,  24, 24, /* p to DEL */
    24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, /* */
    24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, /* */
    24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, /* */
    24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, /* */
    24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, /* */
    24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, /* */
    24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, /* */
    24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, /* */
};

int nkb_hlotext_fail(struct nkb_hlotext *r, uint64_t line, const char *format, ...)
{
    if (r->starved)
        return NKB_EINPUT;
    va_list args;
    va_start(args, format);
    int code = nkb_err_setv(r->err, NKB_EINPUT, format, args);
    va_end(args);
    nkb_err_prefix(r->err, "line %llu: ", (unsigned long long)line);
    return code;
}

/* The slash may be the window's last byte. */
static bool at_comment(struct nkb_hlotext *r, char second)
{
    return r->at[0] == '/' && !nkb_hlotext_is_end(r, r->at + 1) && r->at[1] == second;
}

int nkb_hlotext_expected(struct nkb_hlotext *r, const char *what)
{
    enum { FOUND_BYTES = 24 };
    char shown[NKB_SHOWN_BYTES];
    uint64_t line = nkb_hlotext_line(r, r->at);
    size_t len = 1;

    if (nkb_hlotext_at_end(r))
        return nkb_hlotext_fail(r, line, "the text ends here; expected %s", what);
    if (at_comment(r, '*'))
        return nkb_hlotext_fail(r, line, "the comment is not closed; it ends with '*/'");
    while (len < FOUND_BYTES && !nkb_hlotext_is_end(r, r->at + len) &&
           !memchr(" \t\r\n,", r->at[len], 5))
        len++;
    return nkb_hlotext_fail(r, line, "found '%s' at column %llu; expected %s",
                            nkb_show((struct nkb_str){r->at, len}, shown),
                            (unsigned long long)(nkb_hlotext_offset(r, r->at) - r->line_start) + 1,
                            what);
}

/* From "/ *" to behind its end; false when it has none. */
static bool skip_comment(struct nkb_hlotext *r)
{
    const char *at = r->at + 2;
    while (at < r->end && (at = memchr(at, '*', (size_t)(r->end - at)))) {
        at++;
        if (at < r->end && *at == '/') {
            r->at = at + 1;
            return true;
        }
    }
    (void)nkb_hlotext_is_end(r, r->end);
    return false;
}

void nkb_hlotext_skip_blanks(struct nkb_hlotext *r)
{
    for (;;) {
        char c = *r->at;
        if (!nkb_hlotext_is(c, NKB_HLOTEXT_IS_GAP))
            return;
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            r->at++;
        } else if (at_comment(r, '/')) {
            const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
            r->at = newline ? newline : r->end;
        } else if (!at_comment(r, '*') || !skip_comment(r)) {
            (void)nkb_hlotext_at_end(r);
            return;
        }
    }
}

int nkb_hlotext_name(struct nkb_hlotext *r, const char *what, struct nkb_str *out)
{
    nkb_hlotext_take(r, '%');
    *out = nkb_hlotext_word(r);
    return out->len ? 0 : nkb_hlotext_expected(r, what);
}

int nkb_hlotext_int(struct nkb_hlotext *r, const char *what, int64_t *out)
{
    enum { SURE = 18 }; /* so many digits always fit */
    nkb_hlotext_blanks(r);
    const char *from = r->at, *at = from;
    uint64_t value = 0; /* right while there are no more than SURE digits */
    bool negative = *at == '-';
    at += negative;
    if (!nkb_hlotext_is(*at, NKB_HLOTEXT_IS_DIGIT)) {
        (void)nkb_hlotext_is_end(r, at);
        return nkb_hlotext_expected(r, what);
    }
    for (; nkb_hlotext_is(*at, NKB_HLOTEXT_IS_DIGIT); at++)
        value = value * 10 + (uint64_t)(*at - '0');
    r->at = at;
    (void)nkb_hlotext_peek(r);
    if (at - from <= SURE) {
        *out = negative ? -(int64_t)value : (int64_t)value;
        return 0;
    }
    struct nkb_str digits = {from, (size_t)(at - from)};
    if (nkb_parse_i64(digits, out))
        return 0;
    char shown[NKB_SHOWN_BYTES];
    return nkb_hlotext_fail(r, nkb_hlotext_line(r, from), "%s is too large; %s has at most 63 bits",
                            nkb_show(digits, shown), what);
}

int nkb_hlotext_ints(struct nkb_hlotext *r, struct nkb_hlo_ints *out)
{
    size_t base = r->ints.len;
    int rc = nkb_hlotext_want(r, '{', "'{' before a list of numbers");
    if (rc == 0 && !nkb_hlotext_take(r, '}')) {
        do {
            int64_t v;
            rc = nkb_hlotext_int(r, "a number of a list", &v);
            if (rc == 0)
                nkb_buf_append(&r->ints, &v, sizeof v);
        } while (rc == 0 && nkb_hlotext_take(r, ','));
        if (rc == 0)
            rc = nkb_hlotext_want(r, '}', "',' or '}' in a list of numbers");
    }
    if (rc < 0)
        return rc;
    size_t size = r->ints.len - base, count = size / sizeof(int64_t);
    int64_t *copy = r->ints.failed || count > UINT32_MAX ? NULL : nkb_arena_alloc(&r->temp, size);
    if (!copy)
        return nkb_err_memory(r->err);
    if (size)
        memcpy(copy, r->ints.data + base, size);
    r->ints.len = base;
    *out = (struct nkb_hlo_ints){copy, (uint32_t)count};
    return 0;
}

int nkb_hlotext_skip_brackets(struct nkb_hlotext *r)
{
    char open[NKB_HLOTEXT_MAX_NESTING];
    const char *from = r->at;
    size_t depth = 0;

    for (;;) {
        while (nkb_hlotext_is(*r->at, NKB_HLOTEXT_IS_QUIET))
            r->at++;
        char c = *r->at;
        switch (c) {
        case '{':
        case '(':
        case '[':
            if (depth == NKB_HLOTEXT_MAX_NESTING)
                return nkb_hlotext_fail(r, nkb_hlotext_line(r, r->at),
                                        "brackets nest deeper than %d; no module needs that",
                                        NKB_HLOTEXT_MAX_NESTING);
            open[depth++] = c == '(' ? ')' : c == '[' ? ']' : '}';
            break;
        case '}':
        case ')':
        case ']':
            if (open[depth - 1] != c) {
                char what[] = "'?'";
                what[1] = open[depth - 1];
                return nkb_hlotext_expected(r, what);
            }
            if (--depth == 0) {
                r->at++;
                return 0;
            }
            break;
        case '"': {
            struct nkb_str raw;
            int rc = nkb_hlotext_raw_string(r, &raw);
            if (rc < 0)
                return rc;
            continue;
        }
        case '/': {
            const char *before = r->at;
            nkb_hlotext_blanks(r);
            if (r->at != before)
                continue;
            if (at_comment(r, '*'))
                return nkb_hlotext_expected(r, "");
            break;
        }
        default: /* NUL */
            if (!nkb_hlotext_at_end(r))
                break;
            return nkb_hlotext_fail(r, nkb_hlotext_line(r, from),
                                    "the '%c' opened here is not closed; the text ends", *from);
        }
        r->at++;
    }
}

/* Values hold no blank outside of brackets but before an opening one: `mesh[x=2] {x}`. */
int nkb_hlotext_skip_value(struct nkb_hlotext *r)
{
    nkb_hlotext_blanks(r);
    const char *from = r->at;
    for (;;) {
        int rc = 0;
        struct nkb_str raw;
        while (nkb_hlotext_is(*r->at, NKB_HLOTEXT_IS_VALUE))
            r->at++;
        char c = nkb_hlotext_peek(r);
        if (c == '{' || c == '(' || c == '[') {
            rc = nkb_hlotext_skip_brackets(r);
        } else if (c == '"') {
            rc = nkb_hlotext_raw_string(r, &raw);
        } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r' || at_comment(r, '/') ||
                   at_comment(r, '*')) {
            nkb_hlotext_blanks(r);
            if (!memchr("{([<", nkb_hlotext_peek(r), 4))
                break;
        } else if (c == ',' || c == '}' || c == ')' || c == ']' || nkb_hlotext_at_end(r)) {
            break;
        } else {
            r->at++;
        }
        if (rc < 0)
            return rc;
    }
    return r->at == from ? nkb_hlotext_expected(r, "an attribute's value") : 0;
}
