/* Strings of HLO text: "…" with C escapes, as absl::CEscape writes and CUnescape reads them. They
 * may span lines, hold brackets, and after unescaping any byte, NUL among them. */
#include "input/hlotext_reader.h"

#include "base/text.h"

/* The quote that ends a string whose inside begins here; NULL when none does. */
static const char *find_end(const char *from, const char *end, bool *escapes)
{
    const char *at = from, *quote = memchr(at, '"', (size_t)(end - at)), *escape;
    *escapes = false;
    while (quote && (escape = memchr(at, '\\', (size_t)(quote - at)))) {
        *escapes = true;
        at = escape + 2; /* behind what is escaped, which may be the quote */
        if (at > quote)
            quote = memchr(at, '"', (size_t)(end - at));
    }
    return quote;
}

static int read_raw(struct nkb_hlotext *r, struct nkb_str *raw_out, bool *escapes)
{
    nkb_hlotext_blanks(r);
    if (nkb_hlotext_peek(r) != '"')
        return nkb_hlotext_expected(r, "a string in double quotes");
    const char *from = r->at, *quote = find_end(from + 1, r->end, escapes);
    if (quote) {
        *raw_out = (struct nkb_str){from + 1, (size_t)(quote - from) - 1};
        r->at = quote + 1;
        return 0;
    }
    (void)nkb_hlotext_is_end(r, r->end);
    return nkb_hlotext_fail(r, nkb_hlotext_line(r, from),
                            "the string opened here is not closed; it ends with '\"'");
}

int nkb_hlotext_raw_string(struct nkb_hlotext *r, struct nkb_str *raw_out)
{
    bool escapes;
    return read_raw(r, raw_out, &escapes);
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 16;
}

/* At most max_digits of the base; returns how many there were. */
static size_t read_digits(struct nkb_str text, size_t at, size_t max_digits, int base,
                          uint32_t *out)
{
    size_t count = 0;
    *out = 0;
    for (; count < max_digits && at + count < text.len; count++) {
        int digit = digit_value(text.ptr[at + count]);
        if (digit >= base)
            break;
        *out = *out * (uint32_t)base + (uint32_t)digit;
    }
    return count;
}

/* raw[at] is what follows a backslash. Writes at most 4 bytes (an escape is never shorter than what
 * it stands for) and returns how much of raw it took; 0: no escape of C's. */
static size_t unescape_one(struct nkb_str raw, size_t at, char *out, size_t *written)
{
    static const char letters[] = "abfnrtv\\\"'?", bytes[] = "\a\b\f\n\r\t\v\\\"'?";
    char c = raw.ptr[at];
    uint32_t v;
    size_t digits;

    *written = 1;
    const char *letter = memchr(letters, c, sizeof letters - 1);
    if (letter) {
        *out = bytes[letter - letters];
        return 1;
    }
    if ((digits = read_digits(raw, at, 3, 8, &v)) > 0) {
        *out = (char)(unsigned char)v;
        return v <= 0xff ? digits : 0;
    }
    if (c == 'x' || c == 'X') {
        digits = read_digits(raw, at + 1, 2, 16, &v);
        *out = (char)(unsigned char)v;
        return digits ? digits + 1 : 0;
    }
    if (c == 'u' || c == 'U') {
        size_t want = c == 'u' ? 4 : 8;
        if (read_digits(raw, at + 1, want, 16, &v) != want)
            return 0;
        *written = nkb_utf8_encode(v, out);
        return *written ? want + 1 : 0;
    }
    return 0;
}

int nkb_hlotext_string(struct nkb_hlotext *r, struct nkb_str *out)
{
    struct nkb_str raw = NKB_STR_LITERAL("");
    bool escapes = false;
    int rc = read_raw(r, &raw, &escapes);
    if (rc < 0)
        return rc;
    *out = raw;
    if (!escapes)
        return 0;
    char *to = nkb_arena_alloc(&r->temp, raw.len + 1);
    if (!to)
        return nkb_err_memory(r->err);
    size_t len = 0, at = 0;
    while (at < raw.len) {
        if (raw.ptr[at] != '\\') {
            to[len++] = raw.ptr[at++];
            continue;
        }
        size_t written, taken = unescape_one(raw, at + 1, to + len, &written);
        if (taken == 0) {
            char shown[NKB_SHOWN_BYTES];
            struct nkb_str escape = {raw.ptr + at, raw.len - at < 4 ? raw.len - at : 4};
            return nkb_hlotext_fail(
                r, nkb_hlotext_line(r, raw.ptr + at),
                "the string holds '%s', no escape of C; a backslash is written '\\\\'",
                nkb_show(escape, shown));
        }
        len += written;
        at += 1 + taken;
    }
    to[len] = '\0';
    *out = (struct nkb_str){to, len};
    return 0;
}
