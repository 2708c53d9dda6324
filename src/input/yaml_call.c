/* OmegaConf resolvers, ${name:argument,…}: the grammar of arguments, and those resolvers whose
 * result follows from the file alone. multiply is what NxDT and NeMo register. Any other is absent
 * with the reason, so that a file with one of them stays usable. */
#include "input/yaml_text.h"

#include <math.h>

#include "base/num.h"

/* inf and nan in letters of any case, which only an argument spells so. */
static bool is_not_finite(struct nkb_str text)
{
    if (text.len != 3)
        return false;
    char low[] = {(char)(text.ptr[0] | 0x20), (char)(text.ptr[1] | 0x20),
                  (char)(text.ptr[2] | 0x20)};
    return memcmp(low, "inf", 3) == 0 || memcmp(low, "nan", 3) == 0;
}

/* A bare argument as OmegaConf's grammar types it: no yes/no/on/off, no ~, no leading 0, no other
 * base than ten, inf and nan without a point. */
static struct nkb_value *type_argument(struct nkb_arena *arena, struct nkb_str text)
{
    size_t sign = text.ptr[0] == '-' || text.ptr[0] == '+';
    struct nkb_str digits = {text.ptr + sign, text.len - sign};
    if (is_not_finite(digits))
        return nkb_yaml_no_value(arena, nkb_arena_printf(arena, "'%.*s' is not a finite number",
                                                         (int)text.len, text.ptr));

    struct nkb_value *v = nkb_yaml_plain(arena, text);
    bool keep = true;
    if (nkb_value_is(v, NKB_INT)) {
        keep = digits.ptr[0] != '0' || digits.len == 1;
    } else if (nkb_value_is(v, NKB_ABSENT)) {
        keep = !(digits.ptr[0] == '.' &&
                 is_not_finite((struct nkb_str){digits.ptr + 1, digits.len - 1}));
    } else if (nkb_value_is(v, NKB_BOOL)) {
        keep = text.ptr[0] == 't' || text.ptr[0] == 'T' || text.ptr[0] == 'f' || text.ptr[0] == 'F';
    } else if (nkb_value_is(v, NKB_NULL)) {
        keep = text.len > 1;
    }
    return !v || keep ? v : nkb_value_string(arena, text);
}

/* [1, 2] or {a: 1} is passed over. */
static int skip_brackets(struct nkb_yaml_reader *in)
{
    size_t open = 0;
    char quote = '\0';
    for (; !nkb_yaml_at_end(in); in->at++) {
        char c = in->text.ptr[in->at];
        if (c == '\\')
            in->at++;
        else if (quote)
            quote = c == quote ? '\0' : quote;
        else if (c == '\'' || c == '"')
            quote = c;
        else if (c == '[' || c == '{')
            open++;
        else if (c == ']' || c == '}')
            open--;
        if (open == 0) {
            in->at++;
            return 0;
        }
    }
    return nkb_yaml_complain(in, "a bracket is not closed");
}

/* Blanks inside an argument belong to it, blanks around it do not. */
static int read_blanks(struct nkb_yaml_reader *in, struct nkb_yaml_parts *parts)
{
    size_t start = in->at;
    nkb_yaml_skip_blanks(in);
    if (nkb_yaml_at_end(in) || nkb_yaml_at_any(in, ",}"))
        return 0;
    return nkb_yaml_parts_literal(in, parts, in->text.ptr + start, in->at - start);
}

static int read_bare(struct nkb_yaml_reader *in, struct nkb_value **out)
{
    struct nkb_yaml_parts parts = {.count = 0};
    bool literal = true; /* neither references nor escapes: its spelling gives its type */
    int status = 0;
    while (status == 0 && !nkb_yaml_at_end(in) && !nkb_yaml_at_any(in, ",}")) {
        if (nkb_yaml_at_reference(in)) {
            struct nkb_value *v = NULL;
            literal = false;
            status = nkb_yaml_read_reference(in, &v);
            if (status == 0)
                status = nkb_yaml_parts_value(in, &parts, v);
            continue;
        }
        if (nkb_yaml_at_any(in, " \t")) {
            status = read_blanks(in, &parts);
            continue;
        }
        if (nkb_yaml_at(in, '\\') && in->at + 1 < in->text.len &&
            memchr("\\()[]{}:=, \t", in->text.ptr[in->at + 1], 12)) {
            literal = false;
            in->at++;
        }
        status = nkb_yaml_parts_literal(in, &parts, in->text.ptr + in->at++, 1);
    }
    status = nkb_yaml_parts_end(in, &parts, status, false, out);
    if (status == 0 && literal && (*out)->as.string.len > 0)
        *out = type_argument(in->r->y->arena, (*out)->as.string);
    return status == 0 && !*out ? nkb_err_memory(in->r->y->err) : status;
}

static int read_argument(struct nkb_yaml_reader *in, struct nkb_value **out)
{
    if (nkb_yaml_at_any(in, "'\"")) {
        char quote = in->text.ptr[in->at++];
        return nkb_yaml_read_quoted(in, quote, out);
    }
    if (nkb_yaml_at_any(in, "[{")) {
        int status = skip_brackets(in);
        *out = nkb_yaml_absent(in, "has a list or mapping as an argument, which is not evaluated");
        return status == 0 && !*out ? nkb_err_memory(in->r->y->err) : status;
    }
    return read_bare(in, out);
}

static int read_arguments(struct nkb_yaml_reader *in, struct nkb_value *values)
{
    nkb_yaml_skip_blanks(in);
    if (nkb_yaml_at(in, '}')) {
        in->at++;
        return 0;
    }
    for (;;) {
        const struct nkb_value *at = in->place->value;
        struct nkb_value *v = NULL;
        int status = nkb_yaml_count(in->r->y, at->line, at->column);
        nkb_yaml_skip_blanks(in);
        if (status == 0)
            status = read_argument(in, &v);
        if (status != 0)
            return status;
        nkb_value_append(&in->r->y->scratch, values, v);
        nkb_yaml_skip_blanks(in);
        if (!nkb_yaml_at_any(in, ",}"))
            return nkb_yaml_complain(in, nkb_yaml_at_end(in) ? "'${' is not closed"
                                                             : "',' or '}' is expected");
        if (in->text.ptr[in->at++] == '}')
            return 0;
    }
}

static struct nkb_value *argument(const struct nkb_value *values, size_t i)
{
    return values->as.items.at[i].value;
}

static struct nkb_value *multiply(const struct nkb_yaml_reader *in, const struct nkb_value *values)
{
    struct nkb_arena *arena = in->r->y->arena;
    const struct nkb_value *a = argument(values, 0), *b = argument(values, 1);
    double x, y;
    if (a->kind == NKB_INT && b->kind == NKB_INT) {
        int64_t product;
        if (!nkb_i64_mul(a->as.integer, b->as.integer, &product))
            return nkb_yaml_absent(in, "gives a product beyond 63 bits");
        return nkb_value_int(arena, product);
    }
    if (nkb_value_number(a, &x) && nkb_value_number(b, &y))
        return isfinite(x * y) ? nkb_value_float(arena, x * y)
                               : nkb_yaml_absent(in, "gives a product beyond a double");
    return nkb_yaml_absent(in, "multiplies what is no number");
}

/* ${oc.select:key[,default]}: null when the key is not there and no default is given. */
static int select_value(const struct nkb_yaml_reader *in, const struct nkb_value *values,
                        struct nkb_value **out)
{
    const struct nkb_value *key = argument(values, 0);
    struct nkb_value *names = nkb_value_array(&in->r->y->scratch);
    size_t dots;

    if (!names)
        return nkb_err_memory(in->r->y->err);
    if (key->kind != NKB_STRING) {
        *out = key->kind == NKB_ABSENT ? argument(values, 0)
                                       : nkb_yaml_absent(in, "selects by a key that is no text");
        return 0;
    }
    struct nkb_yaml_reader path = {.r = in->r, .place = in->place, .text = key->as.string};
    int status = nkb_yaml_read_names(&path, &dots, names);
    if (status == 0 && !nkb_yaml_at_end(&path))
        status = nkb_yaml_complain(in, "the key of oc.select is no path");
    if (status == 0)
        status = nkb_yaml_lookup(in->r, in->place, dots, names, true, out);
    if (status == 0 && !*out)
        *out = values->as.items.count > 1 ? argument(values, 1)
                                          : nkb_value_new(in->r->y->arena, NKB_NULL);
    return status;
}

/* ${oc.decode:text}: the text read as an argument would be. */
static struct nkb_value *decode(const struct nkb_yaml_reader *in, struct nkb_value *v)
{
    if (v->kind == NKB_NULL)
        return v;
    if (v->kind != NKB_STRING)
        return nkb_yaml_absent(in, "decodes what is no text");
    struct nkb_str text = v->as.string;
    for (size_t i = 0; i < text.len; i++)
        if (memchr("[]{}$'\"\\", text.ptr[i], 8))
            return nkb_yaml_absent(in, "decodes more than a plain value");
    return text.len ? type_argument(in->r->y->arena, text) : v;
}

static int wrong_count(const struct nkb_yaml_reader *in, struct nkb_value **out)
{
    *out = nkb_yaml_absent(in, "gives a resolver the wrong number of arguments");
    return 0;
}

int nkb_yaml_read_call(struct nkb_yaml_reader *in, struct nkb_str name, struct nkb_value **out)
{
    struct nkb_value *values = nkb_value_array(&in->r->y->scratch);
    if (!values)
        return nkb_err_memory(in->r->y->err);
    int status = read_arguments(in, values);
    if (status != 0)
        return status;

    size_t count = values->as.items.count;
    struct nkb_value *absent = NULL;
    for (size_t i = count; i-- > 0;)
        if (argument(values, i)->kind == NKB_ABSENT)
            absent = argument(values, i);

    if (nkb_str_is(name, "oc.select")) {
        status = count == 1 || count == 2 ? select_value(in, values, out) : wrong_count(in, out);
    } else if (nkb_str_is(name, "oc.env")) {
        *out = nkb_yaml_absent(in, "reads the environment, which a result must not depend on");
    } else if (nkb_str_is(name, "multiply") || nkb_str_is(name, "oc.decode")) {
        bool product = nkb_str_is(name, "multiply");
        if (count != (product ? 2 : 1))
            status = wrong_count(in, out);
        else
            *out = absent    ? absent
                   : product ? multiply(in, values)
                             : decode(in, argument(values, 0));
    } else {
        *out = nkb_yaml_absent(
            in, "calls a resolver that is not known; known are multiply, oc.select and oc.decode");
    }
    return status == 0 && !*out ? nkb_err_memory(in->r->y->err) : status;
}
