/* A matcher that only counts. It goes the way the manual says matching goes: alternatives in order,
 * with backtracking. A slip here would misjudge the time, never change what a match returns. */
#include "host/pattern.h"

#include <ctype.h>

enum {
    MAX_CAPTURES = 32, /* Lua's limits: past them it raises */
    MAX_DEPTH = 200,
};

struct counter {
    const unsigned char *subject, *end, *pattern_end;
    uint64_t steps, limit;
    bool over; /* over the limit, malformed or too complex: unwind */
    int depth, captures;
    const unsigned char *from[MAX_CAPTURES]; /* where a capture starts */
    ptrdiff_t size[MAX_CAPTURES];            /* OPEN while it is not closed */
};

enum { OPEN = -1, POSITION = -2 };

static void add_steps(struct counter *c, uint64_t n)
{
    c->steps += n;
    if (c->steps > c->limit)
        c->over = true;
}

/* Behind the class that starts at p; NULL when it is malformed. */
static const unsigned char *class_end(const struct counter *c, const unsigned char *p)
{
    unsigned char first = *p++;
    if (first == '%')
        return p < c->pattern_end ? p + 1 : NULL;
    if (first != '[')
        return p;
    if (p < c->pattern_end && *p == '^')
        p++;
    do { /* a ']' in the first place stands for itself */
        if (p >= c->pattern_end)
            return NULL;
        p += *p == '%' ? 2 : 1;
    } while (p < c->pattern_end && *p != ']');
    return p < c->pattern_end ? p + 1 : NULL;
}

static bool in_class(unsigned char c, unsigned char letter)
{
    bool in;
    switch (tolower(letter)) {
    case 'a':
        in = isalpha(c);
        break;
    case 'c':
        in = iscntrl(c);
        break;
    case 'd':
        in = isdigit(c);
        break;
    case 'g':
        in = isgraph(c);
        break;
    case 'l':
        in = islower(c);
        break;
    case 'p':
        in = ispunct(c);
        break;
    case 's':
        in = isspace(c);
        break;
    case 'u':
        in = isupper(c);
        break;
    case 'w':
        in = isalnum(c);
        break;
    case 'x':
        in = isxdigit(c);
        break;
    case 'z': /* not in the manual any more, but still there */
        in = c == 0;
        break;
    default:
        return letter == c;
    }
    return isupper(letter) ? !in : in;
}

/* Is ch in the set from p ('[') to last (its ']')? */
static bool in_set(unsigned char ch, const unsigned char *p, const unsigned char *last)
{
    bool inside = true;
    p++;
    if (*p == '^') {
        inside = false;
        p++;
    }
    for (; p < last; p++) {
        if (*p == '%' && p + 1 < last) {
            p++;
            if (in_class(ch, *p))
                return inside;
        } else if (p + 2 < last && p[1] == '-') {
            if (p[0] <= ch && ch <= p[2])
                return inside;
            p += 2;
        } else if (*p == ch) {
            return inside;
        }
    }
    return !inside;
}

static bool matches_one(struct counter *c, const unsigned char *s, const unsigned char *p,
                        const unsigned char *after)
{
    add_steps(c, (uint64_t)(after - p));
    if (s >= c->end)
        return false;
    switch (*p) {
    case '.':
        return true;
    case '%':
        return in_class(*s, p[1]);
    case '[':
        return in_set(*s, p, after - 1);
    default:
        return *p == *s;
    }
}

static const unsigned char *match(struct counter *c, const unsigned char *s,
                                  const unsigned char *p);

static const unsigned char *match_longest(struct counter *c, const unsigned char *s,
                                          const unsigned char *p, const unsigned char *after)
{
    ptrdiff_t n = 0;
    while (!c->over && matches_one(c, s + n, p, after))
        n++;
    for (; n >= 0 && !c->over; n--) {
        const unsigned char *end = match(c, s + n, after + 1);
        if (end)
            return end;
    }
    return NULL;
}

static const unsigned char *match_shortest(struct counter *c, const unsigned char *s,
                                           const unsigned char *p, const unsigned char *after)
{
    while (!c->over) {
        const unsigned char *end = match(c, s, after + 1);
        if (end)
            return end;
        if (!matches_one(c, s, p, after))
            return NULL;
        s++;
    }
    return NULL;
}

static const unsigned char *match_capture(struct counter *c, const unsigned char *s,
                                          const unsigned char *p)
{
    bool position = p + 1 < c->pattern_end && p[1] == ')';
    if (c->captures >= MAX_CAPTURES) {
        c->over = true;
        return NULL;
    }
    c->from[c->captures] = s;
    c->size[c->captures] = position ? POSITION : OPEN;
    c->captures++;
    const unsigned char *end = match(c, s, p + (position ? 2 : 1));
    if (!end)
        c->captures--;
    return end;
}

static const unsigned char *match_close(struct counter *c, const unsigned char *s,
                                        const unsigned char *p)
{
    int i = c->captures - 1;
    while (i >= 0 && c->size[i] != OPEN)
        i--;
    if (i < 0) {
        c->over = true;
        return NULL;
    }
    c->size[i] = s - c->from[i];
    const unsigned char *end = match(c, s, p + 1);
    if (!end)
        c->size[i] = OPEN;
    return end;
}

/* %bxy: behind the balanced run, NULL when there is none. */
static const unsigned char *skip_balanced(struct counter *c, const unsigned char *s,
                                          const unsigned char *p)
{
    if (p + 3 >= c->pattern_end) {
        c->over = true;
        return NULL;
    }
    if (s >= c->end || *s != p[2])
        return NULL;
    int open = 1;
    for (s++; s < c->end && !c->over; s++) {
        add_steps(c, 1);
        if (*s == p[3] && --open == 0)
            return s + 1;
        if (*s == p[2] && *s != p[3])
            open++;
    }
    return NULL;
}

/* %1: behind the repetition of a capture. */
static const unsigned char *skip_repeated(struct counter *c, const unsigned char *s,
                                          const unsigned char *p)
{
    int i = p[1] - '1';
    if (i < 0 || i >= c->captures || c->size[i] == OPEN) {
        c->over = true;
        return NULL;
    }
    if (c->size[i] == POSITION) /* repeats nowhere, which is not an error */
        return NULL;
    size_t len = (size_t)c->size[i];
    add_steps(c, len / 8 + 1);
    if ((size_t)(c->end - s) < len || memcmp(c->from[i], s, len) != 0)
        return NULL;
    return s + len;
}

static bool at_frontier(struct counter *c, const unsigned char *s, const unsigned char *set,
                        const unsigned char *after)
{
    unsigned char before = s == c->subject ? 0 : s[-1], here = s < c->end ? *s : 0;
    add_steps(c, (uint64_t)(after - set));
    return !in_set(before, set, after - 1) && in_set(here, set, after - 1);
}

/* The items of the pattern from p on, at s: behind the match, or NULL. */
static const unsigned char *match_items(struct counter *c, const unsigned char *s,
                                        const unsigned char *p)
{
    while (p < c->pattern_end && !c->over) {
        add_steps(c, 1);
        if (*p == '(')
            return match_capture(c, s, p);
        if (*p == ')')
            return match_close(c, s, p);
        if (*p == '$' && p + 1 == c->pattern_end)
            return s == c->end ? s : NULL;
        unsigned char kind = *p == '%' && p + 1 < c->pattern_end ? p[1] : 0;
        if (kind == 'b') {
            s = skip_balanced(c, s, p);
            p += 4;
        } else if (kind == 'f') {
            const unsigned char *set = p + 2;
            p = set < c->pattern_end && *set == '[' ? class_end(c, set) : NULL;
            if (!p)
                break;
            if (!at_frontier(c, s, set, p))
                return NULL;
        } else if (kind >= '0' && kind <= '9') {
            s = skip_repeated(c, s, p);
            p += 2;
        } else {
            const unsigned char *after = class_end(c, p);
            if (!after)
                break;
            unsigned char suffix = after < c->pattern_end ? *after : 0;
            if (suffix == '-')
                return match_shortest(c, s, p, after);
            if (suffix == '*')
                return match_longest(c, s, p, after);
            bool one = matches_one(c, s, p, after);
            if (suffix == '+')
                return one ? match_longest(c, s + 1, p, after) : NULL;
            if (suffix == '?') {
                const unsigned char *end = one ? match(c, s + 1, after + 1) : NULL;
                if (end)
                    return end;
                p = after + 1;
                continue;
            }
            s = one ? s + 1 : NULL;
            p = after;
        }
        if (!s)
            return NULL;
    }
    if (p != c->pattern_end) /* malformed, or stopped */
        c->over = true;
    return c->over ? NULL : s;
}

static const unsigned char *match(struct counter *c, const unsigned char *s, const unsigned char *p)
{
    if (c->depth >= MAX_DEPTH)
        c->over = true;
    if (c->over)
        return NULL;
    c->depth++;
    const unsigned char *end = match_items(c, s, p);
    c->depth--;
    return end;
}

uint64_t nkb_pattern_steps(struct nkb_str pattern, struct nkb_str subject, size_t start,
                           enum nkb_pattern_use use, uint64_t limit)
{
    const unsigned char *p = (const unsigned char *)pattern.ptr,
                        *s = (const unsigned char *)subject.ptr;
    struct counter c = {
        .subject = s, .end = s + subject.len, .pattern_end = p + pattern.len, .limit = limit};
    bool anchored = pattern.len && *p == '^' && use != NKB_PATTERN_GMATCH;

    if (start > subject.len)
        return 0;
    p += anchored;
    for (s += start; s <= c.end && !c.over; s++) {
        c.captures = 0;
        const unsigned char *end = match(&c, s, p);
        add_steps(&c, 1);
        if (anchored || (end && use == NKB_PATTERN_FIRST))
            break;
        if (end && end > s)
            s = end - 1;
    }
    return c.steps;
}
