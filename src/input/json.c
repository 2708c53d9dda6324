/* JSON by jansson, which keeps integers apart from floats and the order of keys. Limits are looked
 * at before jansson sees the text. What jansson finds wrong is said in our words, with line, column
 * and the path of the value. */
#include "input/document.h"

#include <stdio.h>

#include <jansson.h>

#include "base/text.h"
#include "input/json_where.h"

enum { MAX_PATH_BYTES = 300 }; /* of a key path in a message */

static int refuse(const struct nkb_json_where *where, struct nkb_str text, const char *path,
                  size_t offset, const char *what, struct nkb_err *err)
{
    struct nkb_buf name = NKB_BUF_INIT;
    uint32_t line, column;

    nkb_document_place(text, offset, &line, &column);
    nkb_json_where_path(where, &name);
    bool failed = name.failed;
    if (failed)
        nkb_err_memory(err);
    else if (name.len > 0)
        nkb_err_set(err, NKB_EINPUT, "%s:%u:%u: '%.*s': %s", path, line, column,
                    (int)(name.len < MAX_PATH_BYTES ? name.len : MAX_PATH_BYTES), name.data, what);
    else
        nkb_err_set(err, NKB_EINPUT, "%s:%u:%u: %s", path, line, column, what);
    nkb_buf_free(&name);
    return failed ? NKB_EMEMORY : NKB_EINPUT;
}

/* What stands where no JSON token can: mostly Python's spelling of something. */
static const char *explain_token(struct nkb_str token)
{
    static const struct {
        const char *token, *text;
    } known[] = {
        {"NaN", "NaN is no JSON; a number or null is expected"},
        {"Infinity", "Infinity is no JSON; a number or null is expected"},
        {"-Infinity", "-Infinity is no JSON; a number or null is expected"},
        {"True", "'True' is Python's; 'true' is expected"},
        {"False", "'False' is Python's; 'false' is expected"},
        {"None", "'None' is Python's; 'null' is expected"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (nkb_str_is(token, known[i].token))
            return known[i].text;
    if (nkb_str_starts(token, "'"))
        return "single quotes; JSON takes double quotes";
    if (nkb_str_starts(token, "/") || nkb_str_starts(token, "#"))
        return "JSON has no comments; remove this";
    return NULL;
}

static bool begins(const char *text, const char *front)
{
    return strncmp(text, front, strlen(front)) == 0;
}

/* An "invalid token" that is the beginning of a right one, at the very end of the file. */
static bool is_cut_word(struct nkb_str token)
{
    static const char *const words[] = {"true", "false", "null"};
    char last = token.len ? token.ptr[token.len - 1] : '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (token.len < strlen(words[i]) && memcmp(token.ptr, words[i], token.len) == 0)
            return true;
    return last == '-' || last == '+' || last == '.' || last == 'e' || last == 'E';
}

static int refuse_syntax(const json_error_t *error, struct nkb_str text, const char *path,
                         struct nkb_err *err)
{
    struct nkb_json_where where;
    size_t position = error->position > 0 ? (size_t)error->position : 0;
    const char *problem = error->text, *explained;
    char shown[NKB_SHOWN_BYTES], what[2 * NKB_SHOWN_BYTES];

    nkb_json_where_find(&where, text, position > 0 ? position : 1);
    size_t at = (size_t)(where.token.ptr - text.ptr);
    bool at_end = at + where.token.len >= text.len;
    nkb_show(where.token, shown);

    if (json_error_code(error) == json_error_out_of_memory)
        return nkb_err_memory(err);
    if (json_error_code(error) == json_error_premature_end_of_input ||
        (begins(problem, "invalid token") && at_end && is_cut_word(where.token)))
        return refuse(&where, text, path, text.len,
                      "the text ends in the middle of a value; the file was cut short", err);
    if (begins(problem, "duplicate object key"))
        return refuse(&where, text, path, at, "the key is given twice; a key is given once", err);
    if (begins(problem, "too big"))
        return refuse(&where, text, path, at,
                      "an integer beyond 63 bits; it cannot be kept exactly", err);
    if (begins(problem, "real number overflow"))
        return refuse(&where, text, path, at, "a number beyond the range of a double", err);
    if (begins(problem, "NUL byte"))
        return refuse(&where, text, path, at, "a NUL in a key; remove it", err);
    if (begins(problem, "unexpected newline") || begins(problem, "control character"))
        return refuse(&where, text, path, position,
                      "a control character in a text; escape it, or close the quote", err);
    if (begins(problem, "invalid escape") || begins(problem, "invalid Unicode"))
        return refuse(&where, text, path, position - 1,
                      "an escape JSON does not know; double the backslash", err);

    if ((explained = explain_token(where.token)) != NULL)
        return refuse(&where, text, path, at, explained, err);
    if (nkb_str_is(where.before, ",") &&
        (nkb_str_is(where.token, "}") || nkb_str_is(where.token, "]")))
        snprintf(what, sizeof what, "a comma in front of '%s'; remove it", shown);
    else if (begins(problem, "invalid token"))
        snprintf(what, sizeof what, "'%s' is no JSON; a value is expected", shown);
    else if (begins(problem, "string or '}' expected"))
        snprintf(what, sizeof what, "'%s' stands here; a key in double quotes is expected", shown);
    else if (begins(problem, "':' expected"))
        snprintf(what, sizeof what, "'%s' stands here; ':' is expected behind a key", shown);
    else if (begins(problem, "'}' expected"))
        snprintf(what, sizeof what, "'%s' stands here; ',' or '}' is expected", shown);
    else if (begins(problem, "']' expected"))
        snprintf(what, sizeof what, "'%s' stands here; ',' or ']' is expected", shown);
    else if (begins(problem, "end of file expected"))
        snprintf(what, sizeof what, "'%s' behind the end of the JSON; remove it", shown);
    else
        snprintf(what, sizeof what, "'%s' stands here; a value is expected", shown);
    return refuse(&where, text, path, at, what, err);
}

/* Recursion: at most NKB_JSON_MAX_DEPTH, which check_limits has kept. Memory is looked at once, at
 * the end. */
static struct nkb_value *convert(const json_t *json, struct nkb_arena *arena)
{
    struct nkb_value *v;
    size_t i;
    json_t *child;
    const char *key;

    switch (json_typeof(json)) {
    case JSON_OBJECT:
        v = nkb_value_object(arena);
        json_object_foreach((json_t *)json, key, child)
            nkb_value_put(arena, v, key, convert(child, arena));
        return v;
    case JSON_ARRAY:
        v = nkb_value_array(arena);
        json_array_foreach(json, i, child) nkb_value_append(arena, v, convert(child, arena));
        return v;
    case JSON_STRING:
        return nkb_value_string(
            arena, (struct nkb_str){json_string_value(json), json_string_length(json)});
    case JSON_INTEGER:
        return nkb_value_int(arena, json_integer_value(json));
    case JSON_REAL:
        return nkb_value_float(arena, json_real_value(json));
    case JSON_TRUE:
    case JSON_FALSE:
        return nkb_value_bool(arena, json_is_true(json));
    default:
        return nkb_value_new(arena, NKB_NULL);
    }
}

static int check_limits(struct nkb_str text, const char *path, struct nkb_err *err)
{
    struct nkb_json_where where;
    char what[64];

    nkb_json_where_find(&where, text, SIZE_MAX);
    size_t at = (size_t)(where.token.ptr - text.ptr);
    if (where.depth > NKB_JSON_MAX_DEPTH)
        snprintf(what, sizeof what, "nested deeper than %d levels", NKB_JSON_MAX_DEPTH);
    else if (where.value_count > NKB_JSON_MAX_VALUES)
        snprintf(what, sizeof what, "more than %d values", NKB_JSON_MAX_VALUES);
    else
        return 0;
    where.depth = 0; /* the path would be no help */
    return refuse(&where, text, path, at, what, err);
}

int nkb_json_read(struct nkb_str bytes, const char *path, struct nkb_arena *arena,
                  struct nkb_value **out, struct nkb_err *err)
{
    struct nkb_str text;
    json_error_t error;

    int status = nkb_document_text(bytes, path, "JSON", NKB_JSON_MAX_BYTES, &text, err);
    if (status == 0)
        status = check_limits(text, path, err);
    if (status != 0)
        return status;

    json_t *json = json_loadb(text.ptr, text.len,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (!json)
        return refuse_syntax(&error, text, path, err);
    struct nkb_value *v = convert(json, arena);
    json_decref(json);
    if (!v || nkb_arena_failed(arena))
        return nkb_err_memory(err);
    *out = v;
    return 0;
}
