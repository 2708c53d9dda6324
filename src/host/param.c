/* Parameters: what a flag's text means and what it may be. */
#include "host/param.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "host/state.h"

enum { MAX_TEXT_BYTES = 64 * 1024 }; /* of a parameter's value */

static int refuse(const char *label, const char *text, const char *expected, struct nkb_err *err)
{
    char shown[NKB_SHOWN_BYTES];
    return nkb_err_set(err, NKB_EUSAGE, "%s is \"%s\"; %s is expected", label,
                       nkb_show(nkb_str_from(text), shown), expected);
}

int nkb_param_parse(const struct nkb_param *param, const char *text, const char *label,
                    struct nkb_arena *arena, const struct nkb_value **out, struct nkb_err *err)
{
    struct nkb_str whole = nkb_str_from(text);
    double number;
    int64_t integer;
    bool boolean;

    if (whole.len > MAX_TEXT_BYTES)
        return nkb_err_set(err, NKB_EUSAGE, "%s has %zu bytes; at most %d are taken", label,
                           whole.len, (int)MAX_TEXT_BYTES);
    *out = NULL;
    switch (param->type) {
    case NKB_PARAM_NUMBER:
        if (!nkb_parse_double(whole, false, &number))
            return refuse(label, text, "a number", err);
        if (!isfinite(number))
            return refuse(label, text, "a finite number", err);
        *out = nkb_value_float(arena, number);
        break;
    case NKB_PARAM_INTEGER:
        if (!nkb_parse_i64(whole, &integer))
            return refuse(label, text, "a whole number", err);
        *out = nkb_value_int(arena, integer);
        break;
    case NKB_PARAM_BOOLEAN:
        if (!nkb_parse_bool(whole, &boolean))
            return refuse(label, text, "true or false", err);
        *out = nkb_value_bool(arena, boolean);
        break;
    case NKB_PARAM_STRING:
    case NKB_PARAM_DATE:
        *out = nkb_value_string(arena, whole);
        break;
    }
    return *out ? 0 : nkb_err_memory(err);
}

static bool two_digits(const char *p, int *out)
{
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
        return false;
    *out = (p[0] - '0') * 10 + p[1] - '0';
    return true;
}

static bool is_date(struct nkb_str s)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int century, year, month, day;
    if (s.len != 10 || s.ptr[4] != '-' || s.ptr[7] != '-' || !two_digits(s.ptr, &century) ||
        !two_digits(s.ptr + 2, &year) || !two_digits(s.ptr + 5, &month) ||
        !two_digits(s.ptr + 8, &day))
        return false;
    year += century * 100;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] &&
           (month != 2 || day < 29 || leap);
}

/* 50 for 50.0: how a person writes it */
static const char *plain(double v, char out[NKB_NUM_TEXT_BYTES])
{
    size_t n = nkb_format_double(v, out);
    if (n > 2 && strcmp(out + n - 2, ".0") == 0)
        out[n - 2] = '\0';
    return out;
}

static void shown_value(const struct nkb_value *v, char out[NKB_NUM_TEXT_BYTES])
{
    if (v->kind == NKB_INT)
        snprintf(out, NKB_NUM_TEXT_BYTES, "%lld", (long long)v->as.integer);
    else
        plain(v->as.number, out);
}

bool nkb_param_range(const struct nkb_param *param, char out[NKB_PARAM_RANGE_BYTES])
{
    char low[NKB_NUM_TEXT_BYTES], high[NKB_NUM_TEXT_BYTES];
    plain(param->has_above ? param->above : param->min, low);
    plain(param->max, high);
    out[0] = '\0';
    if (param->has_above && param->has_max)
        snprintf(out, NKB_PARAM_RANGE_BYTES, "above %s and at most %s", low, high);
    else if (param->has_above)
        snprintf(out, NKB_PARAM_RANGE_BYTES, "above %s", low);
    else if (param->has_min && param->has_max)
        snprintf(out, NKB_PARAM_RANGE_BYTES, "from %s to %s", low, high);
    else if (param->has_min)
        snprintf(out, NKB_PARAM_RANGE_BYTES, "at least %s", low);
    else if (param->has_max)
        snprintf(out, NKB_PARAM_RANGE_BYTES, "at most %s", high);
    return out[0] != '\0';
}

static int check_bounds(const struct nkb_param *param, const struct nkb_value *v, const char *label,
                        int code, struct nkb_err *err)
{
    char value[NKB_NUM_TEXT_BYTES], range[NKB_PARAM_RANGE_BYTES];
    double number;

    if (!nkb_value_number(v, &number))
        return 0;
    bool below =
        (param->has_min && number < param->min) || (param->has_above && !(number > param->above));
    if (!below && !(param->has_max && number > param->max))
        return 0;
    shown_value(v, value);
    nkb_param_range(param, range);
    return nkb_err_set(err, code, "%s is %s; %s %s%s is expected", label, value,
                       param->type == NKB_PARAM_INTEGER ? "a whole number" : "a number",
                       strncmp(range, "at ", 3) == 0 ? "of " : "", range);
}

static int check_choice(const struct nkb_param *param, struct nkb_str text, const char *label,
                        int code, struct nkb_err *err)
{
    char shown[NKB_SHOWN_BYTES];
    struct nkb_buf list = NKB_BUF_INIT;

    for (size_t i = 0; i < param->choice_count; i++)
        if (nkb_str_is(text, param->choices[i]))
            return 0;
    for (size_t i = 0; i < param->choice_count; i++)
        nkb_buf_printf(&list, "%s%s", i ? ", " : "", param->choices[i]);
    const char *meant = nkb_suggest(text, param->choices, param->choice_count);
    nkb_err_set(err, code, "%s is \"%s\"; one of %s is expected%s%s%s", label,
                nkb_show(text, shown), list.data ? list.data : "", meant ? "; did you mean '" : "",
                meant ? meant : "", meant ? "'?" : "");
    nkb_buf_free(&list);
    return code;
}

int nkb_param_check(const struct nkb_param *param, const struct nkb_value *v, const char *label,
                    int code, struct nkb_err *err)
{
    char shown[NKB_SHOWN_BYTES];
    if (param->type == NKB_PARAM_DATE && v->kind == NKB_STRING && !is_date(v->as.string))
        return nkb_err_set(err, code, "%s is \"%s\"; a date such as 2026-03-04 is expected", label,
                           nkb_show(v->as.string, shown));
    if (param->choice_count && v->kind == NKB_STRING)
        return check_choice(param, v->as.string, label, code, err);
    return check_bounds(param, v, label, code, err);
}

/* A text field of the table at the top, or NULL. [-0, +0, e] */
static const char *text_field(lua_State *L, const char *name, struct nkb_arena *arena)
{
    const char *text = NULL;
    if (lua_getfield(L, -1, name) == LUA_TSTRING)
        text = nkb_arena_string(arena, lua_tostring(L, -1));
    lua_pop(L, 1);
    return text;
}

static bool number_field(lua_State *L, const char *name, double *out)
{
    bool has = lua_getfield(L, -1, name) == LUA_TNUMBER;
    if (has)
        *out = lua_tonumber(L, -1);
    lua_pop(L, 1);
    return has;
}

static const struct nkb_value *default_of(lua_State *L, struct nkb_arena *arena)
{
    const struct nkb_value *v = NULL;
    struct nkb_str text;

    switch (lua_getfield(L, -1, "default")) {
    case LUA_TBOOLEAN:
        v = nkb_value_bool(arena, lua_toboolean(L, -1));
        break;
    case LUA_TNUMBER:
        v = lua_isinteger(L, -1) ? nkb_value_int(arena, lua_tointeger(L, -1))
                                 : nkb_value_float(arena, lua_tonumber(L, -1));
        break;
    case LUA_TSTRING:
        text.ptr = lua_tolstring(L, -1, &text.len);
        v = nkb_value_string(arena, text);
        break;
    default:
        v = nkb_value_new(arena, NKB_ABSENT);
        break;
    }
    lua_pop(L, 1);
    return v;
}

void nkb_param_describe(lua_State *L, struct nkb_param *param, struct nkb_arena *arena)
{
    static const char *const types[] = {"number", "integer", "boolean", "string", "date"};
    const char *type = text_field(L, "type", arena);

    param->name = text_field(L, "name", arena);
    param->about = text_field(L, "about", arena);
    param->unit = text_field(L, "unit", arena);
    for (int i = 0; type && i < 5; i++)
        if (strcmp(type, types[i]) == 0)
            param->type = (enum nkb_param_type)i;
    char *flag = param->name ? nkb_arena_string(arena, param->name) : NULL;
    for (char *p = flag; p && *p; p++)
        if (*p == '_')
            *p = '-';
    param->flag = flag;
    param->has_min = number_field(L, "min", &param->min);
    param->has_max = number_field(L, "max", &param->max);
    param->has_above = number_field(L, "above", &param->above);
    param->initial = default_of(L, arena);
    param->value = param->initial;
    param->origin = "default";

    if (lua_getfield(L, -1, "choices") == LUA_TTABLE) {
        size_t count = lua_rawlen(L, -1);
        const char **choices = nkb_arena_array(arena, count, sizeof *choices);
        for (size_t i = 0; choices && i < count; i++) {
            lua_rawgeti(L, -1, (lua_Integer)i + 1);
            choices[i] = nkb_arena_string(arena, lua_tostring(L, -1));
            lua_pop(L, 1);
        }
        param->choices = choices;
        param->choice_count = choices ? count : 0;
    }
    lua_pop(L, 1);
    if (nkb_arena_failed(arena))
        nkb_raise(L, NKB_EMEMORY, "out of memory");
}
