/* Where a byte of a JSON text stands: jansson says what is wrong and at which byte, this says in
 * which value. It reads tokens only, so it does not care what the text means or where it breaks. */
#include "input/json_where.h"

/* c is one of the characters; unlike strchr, the final NUL is none of them. */
static bool is_any(char c, const char *chars)
{
    return c != '\0' && strchr(chars, c) != NULL;
}

/* Of the token at `at`; 0 at the end. */
static size_t token_length(struct nkb_str text, size_t at)
{
    const char *from = text.ptr + at, *p = from, *end = text.ptr + text.len;
    if (p == end)
        return 0;
    if (*p == '"') {
        for (p++; p < end && *p != '"' && *p != '\n'; p++)
            if (*p == '\\' && p + 1 < end)
                p++;
        return (size_t)(p - from) + (p < end && *p == '"');
    }
    if (is_any(*p, "{}[]:,"))
        return 1;
    while (p < end && !is_any(*p, "{}[]:,\" \t\r\n"))
        p++;
    return (size_t)(p - from);
}

static void open_level(struct nkb_json_where *where, bool is_object)
{
    if (where->depth < NKB_JSON_MAX_DEPTH)
        where->levels[where->depth] = (struct nkb_json_level){.is_object = is_object};
    where->depth++;
    where->value_count++;
}

/* Keep the path up to date with a token that is behind us. */
static void pass_token(struct nkb_json_where *where, struct nkb_str token)
{
    struct nkb_json_level *top = where->depth > 0 ? &where->levels[where->depth - 1] : NULL;
    switch (token.ptr[0]) {
    case '{':
    case '[':
        open_level(where, token.ptr[0] == '{');
        return;
    case '}':
    case ']':
        if (where->depth > 0)
            where->depth--;
        return;
    case ',':
        if (top) {
            top->position++;
            top->key = NKB_STR_NONE;
            top->has_value = false;
        }
        return;
    case ':':
        if (top)
            top->has_value = true;
        return;
    default:
        if (top && top->is_object && !top->has_value)
            top->key = token;
        else
            where->value_count++;
    }
}

void nkb_json_where_find(struct nkb_json_where *where, struct nkb_str text, size_t until)
{
    memset(where, 0, sizeof *where);
    for (size_t at = 0;;) {
        while (at < text.len && is_any(text.ptr[at], " \t\r\n"))
            at++;
        where->before = where->token;
        where->token = (struct nkb_str){text.ptr + at, token_length(text, at)};
        if (where->token.len == 0 || at + where->token.len >= until)
            return;
        pass_token(where, where->token);
        if (where->depth > NKB_JSON_MAX_DEPTH || where->value_count > NKB_JSON_MAX_VALUES)
            return;
        at += where->token.len;
    }
}

void nkb_json_where_path(const struct nkb_json_where *where, struct nkb_buf *out)
{
    for (size_t i = 0; i < where->depth && i < NKB_JSON_MAX_DEPTH; i++) {
        const struct nkb_json_level *level = &where->levels[i];
        struct nkb_str key = level->key;
        if (!level->is_object) {
            nkb_buf_printf(out, "[%zu]", level->position);
            continue;
        }
        if (i + 1 == where->depth && !level->has_value && nkb_str_starts(where->token, "\""))
            key = where->token; /* the walk stopped at a key */
        if (key.len < 2)
            continue;
        if (out->len > 0)
            nkb_buf_char(out, '.');
        nkb_buf_append(out, key.ptr + 1, key.len - 2);
    }
}
