/* What a YAML scalar means: OmegaConf's loader decides (PyYAML's YAML 1.1 with its own float rule
 * and without timestamps), YAML 1.2's core schema where that finds text and this a number. A number
 * we cannot hold is absent with the reason, never a neighbour of it. */
#include "input/yaml.h"

#include <math.h>

#include "base/num.h"
#include "base/text.h"

static const char standard_prefix[] = "tag:yaml.org,2002:";

static bool is_one_of(struct nkb_str text, const char *const *words)
{
    for (; *words; words++)
        if (nkb_str_is(text, *words))
            return true;
    return false;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

enum reading { NOT_A_NUMBER, A_NUMBER, TOO_LARGE, NOT_FINITE };

/* Python's int of text that is one by YAML 1.1, and 0o17: sign, base, digits with underscores. */
static enum reading read_int(struct nkb_str text, int64_t *out)
{
    const char *p = text.ptr, *end = text.ptr + text.len;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;

    int base = 10;
    bool digits = false;
    if (p == end || *p == '_')
        return NOT_A_NUMBER;
    if (end - p > 1 && *p == '0') {
        base = p[1] == 'x' ? 16 : p[1] == 'b' ? 2 : 8;
        digits = p[1] != 'x' && p[1] != 'b' && p[1] != 'o'; /* the leading 0 itself */
        p += digits ? 1 : 2;
    }

    uint64_t size = 0;
    bool large = false;
    for (; p < end; p++) {
        if (*p == '_')
            continue;
        int digit = digit_of(*p);
        if (digit >= base)
            return NOT_A_NUMBER;
        digits = true;
        large = large || __builtin_mul_overflow(size, (uint64_t)base, &size) ||
                __builtin_add_overflow(size, (uint64_t)digit, &size);
    }
    if (!digits)
        return NOT_A_NUMBER;
    if (large || size > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return TOO_LARGE;
    *out = negative ? (int64_t)-size : (int64_t)size;
    return A_NUMBER;
}

/* OmegaConf's float or YAML 1.2's: a point or an exponent, underscores before the exponent. One
 * that is not finite has no place in a value tree: JSON cannot show it, and no measure is one. */
static enum reading read_float(struct nkb_arena *arena, struct nkb_str text, double *out)
{
    static const char *const not_finite[] = {".inf",  ".Inf",  ".INF",  "+.inf", "+.Inf",
                                             "+.INF", "-.inf", "-.Inf", "-.INF", ".nan",
                                             ".NaN",  ".NAN",  NULL};

    if (is_one_of(text, not_finite))
        return NOT_FINITE;

    bool point = false, exponent = false, underscore = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '_' && (exponent || i == 0 || text.ptr[i - 1] == '+' || text.ptr[i - 1] == '-'))
            return NOT_A_NUMBER;
        point = point || c == '.';
        exponent = exponent || c == 'e' || c == 'E';
        underscore = underscore || c == '_';
    }
    if (!point && !exponent)
        return NOT_A_NUMBER;
    if (underscore) {
        char *clean = nkb_arena_alloc(arena, text.len);
        size_t len = 0;
        for (size_t i = 0; clean && i < text.len; i++)
            if (text.ptr[i] != '_')
                clean[len++] = text.ptr[i];
        text = (struct nkb_str){clean, clean ? len : 0};
    }
    if (text.len == 0 || !nkb_parse_double(text, false, out))
        return NOT_A_NUMBER;
    return isinf(*out) ? TOO_LARGE : A_NUMBER;
}

struct nkb_value *nkb_yaml_no_value(struct nkb_arena *arena, const char *why)
{
    struct nkb_value *v = why ? nkb_value_new(arena, NKB_ABSENT) : NULL;
    nkb_value_annotate(arena, v, NULL, NULL, why);
    return v;
}

static struct nkb_value *too_large(struct nkb_arena *arena, struct nkb_str text, const char *what)
{
    char shown[NKB_SHOWN_BYTES];
    return nkb_yaml_no_value(
        arena, nkb_arena_printf(arena, "%s does not fit %s", nkb_show(text, shown), what));
}

struct nkb_value *nkb_yaml_plain(struct nkb_arena *arena, struct nkb_str text)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const yes[] = {"true", "True", "TRUE", "yes", "Yes",
                                      "YES",  "on",   "On",   "ON",  NULL};
    static const char *const no[] = {"false", "False", "FALSE", "no",  "No",
                                     "NO",    "off",   "Off",   "OFF", NULL};

    if (is_one_of(text, nulls))
        return nkb_value_new(arena, NKB_NULL);
    if (is_one_of(text, yes))
        return nkb_value_bool(arena, true);
    if (is_one_of(text, no))
        return nkb_value_bool(arena, false);

    if (memchr("+-.0123456789", text.ptr[0], 13)) {
        int64_t integer;
        double number;
        enum reading reading = read_int(text, &integer);
        if (reading == A_NUMBER)
            return nkb_value_int(arena, integer);
        if (reading == TOO_LARGE)
            return too_large(arena, text, "63 bits");
        reading = read_float(arena, text, &number);
        if (reading == A_NUMBER)
            return nkb_value_float(arena, number);
        if (reading == TOO_LARGE)
            return too_large(arena, text, "a double");
        if (reading == NOT_FINITE)
            return nkb_yaml_no_value(arena, nkb_arena_printf(arena, "'%.*s' is not a finite number",
                                                             (int)text.len, text.ptr));
    }
    return nkb_value_string(arena, text);
}

static int refuse_tag(struct nkb_yaml *y, const char *tag, uint32_t line, uint32_t column)
{
    char shown[NKB_SHOWN_BYTES];
    bool standard = strncmp(tag, standard_prefix, sizeof standard_prefix - 1) == 0;
    if (standard)
        tag += sizeof standard_prefix - 1;
    return nkb_yaml_refuse(y, line, column,
                           "tag '%s%s' does not belong in a configuration; remove it",
                           standard ? "!!" : "", nkb_show(nkb_str_from(tag), shown));
}

/* The word behind the standard prefix, or NULL. */
static const char *standard_tag(const char *tag)
{
    size_t len = sizeof standard_prefix - 1;
    return strncmp(tag, standard_prefix, len) == 0 ? tag + len : NULL;
}

int nkb_yaml_collection_tag(struct nkb_yaml *y, const char *tag, const char *standard,
                            uint32_t line, uint32_t column)
{
    const char *word = tag ? standard_tag(tag) : NULL;
    if (!tag || strcmp(tag, "!") == 0 || (word && strcmp(word, standard) == 0))
        return 0;
    return refuse_tag(y, tag, line, column);
}

static int read_tagged(struct nkb_yaml *y, struct nkb_str text, const char *word, uint32_t line,
                       uint32_t column, struct nkb_value **out)
{
    static const struct {
        const char *word;
        enum nkb_kind kind;
        const char *is;
    } known[] = {{"int", NKB_INT, "an integer"},
                 {"float", NKB_FLOAT, "a number"},
                 {"bool", NKB_BOOL, "true or false"},
                 {"null", NKB_NULL, "null"}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(word, known[i].word) != 0)
            continue;
        struct nkb_value *v = nkb_yaml_plain(y->arena, text);
        if (known[i].kind == NKB_FLOAT && nkb_value_is(v, NKB_INT))
            v = nkb_value_float(y->arena, (double)v->as.integer);
        bool number = known[i].kind == NKB_INT || known[i].kind == NKB_FLOAT;
        if (!v || v->kind == known[i].kind || (number && v->kind == NKB_ABSENT)) {
            *out = v;
            return 0;
        }
        char shown[NKB_SHOWN_BYTES];
        return nkb_yaml_refuse(y, line, column, "'%s' is tagged !!%s; %s is expected",
                               nkb_show(text, shown), word, known[i].is);
    }
    *out = NULL;
    return refuse_tag(y, word - (sizeof standard_prefix - 1), line, column);
}

int nkb_yaml_scalar(struct nkb_yaml *y, struct nkb_str text, const char *tag, bool plain,
                    uint32_t line, uint32_t column, struct nkb_value **out)
{
    int status = 0;
    const char *word = tag ? standard_tag(tag) : NULL;

    if (!tag && plain)
        *out = nkb_yaml_plain(y->arena, text);
    else if (!tag || strcmp(tag, "!") == 0 ||
             (word && (strcmp(word, "str") == 0 || strcmp(word, "timestamp") == 0)))
        *out = nkb_value_string(y->arena, text);
    else if (word)
        status = read_tagged(y, text, word, line, column, out);
    else
        status = refuse_tag(y, tag, line, column);
    if (status != 0)
        return status;
    if (!*out)
        return nkb_err_memory(y->err);
    (*out)->line = line;
    (*out)->column = column;
    return 0;
}
