/* Separated fields as people write them: blanks around, quotes or not, any line end. */
#include "input/csv.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* A tab that separates is no blank. */
static struct nkb_str trim(const char *from, const char *to, char separator)
{
    while (from < to && is_blank(*from) && *from != separator)
        from++;
    while (to > from && is_blank(to[-1]) && to[-1] != separator)
        to--;
    return (struct nkb_str){from, (size_t)(to - from)};
}

/* The end of the field that begins at p; its quotes are stripped from *field. */
static const char *read_field(const char *p, const char *end, char separator, struct nkb_str *field,
                              bool *bad)
{
    while (p < end && is_blank(*p) && *p != separator)
        p++;
    if (p == end || *p != '"') {
        const char *to = memchr(p, separator, (size_t)(end - p));
        *field = trim(p, to ? to : end, separator);
        return to ? to : end;
    }

    const char *from = ++p;
    while (p < end && (*p != '"' || (p + 1 < end && p[1] == '"')))
        p += *p == '"' ? 2 : 1;
    *field = (struct nkb_str){from, (size_t)(p - from)};
    *bad = p == end;
    for (p += !*bad; p < end && is_blank(*p) && *p != separator;)
        p++;
    *bad = *bad || (p < end && *p != separator);
    return p;
}

static void split(struct nkb_str text, const char *p, const char *end, struct nkb_csv_line *line)
{
    char separator = line->separator ? line->separator : ',';
    line->begin = (size_t)(p - text.ptr);
    line->count = 0;
    line->bad_quote = false;
    for (;; p++) {
        struct nkb_str field;
        bool bad = false;
        const char *from = p;
        p = read_field(p, end, separator, &field, &bad);
        if (bad) {
            line->bad_quote = true;
            line->bad_offset = (size_t)(from - text.ptr);
            return;
        }
        if (line->count < NKB_CSV_MAX_FIELDS)
            line->fields[line->count] =
                (struct nkb_csv_field){field, (size_t)(field.ptr - text.ptr)};
        line->count++;
        if (p == end)
            return;
    }
}

bool nkb_csv_next(struct nkb_str text, size_t *at, struct nkb_csv_line *line)
{
    while (*at < text.len) {
        const char *from = text.ptr + *at, *end = text.ptr + text.len, *to = from;
        while (to < end && *to != '\n' && *to != '\r')
            to++;
        const char *next = to;
        if (next < end)
            next += *next == '\r' && next + 1 < end && next[1] == '\n' ? 2 : 1;
        *at = (size_t)(next - text.ptr);
        line->number++;
        if (trim(from, to, '\0').len > 0) {
            split(text, from, to, line);
            return true;
        }
    }
    return false;
}

size_t nkb_csv_semicolon(struct nkb_str text, const struct nkb_csv_line *line)
{
    bool quoted = false;
    if (line->separator && line->separator != ',')
        return text.len;
    for (size_t i = line->begin; i < text.len && text.ptr[i] != '\n' && text.ptr[i] != '\r'; i++) {
        if (text.ptr[i] == ';' && !quoted)
            return i;
        quoted ^= text.ptr[i] == '"';
    }
    return text.len;
}
