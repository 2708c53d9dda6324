/* A cell of a table by what stands in it: what would lose something as a number stays text or is
 * refused. */
#include "input/matrix_cell.h"

#include <math.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"

/* Digits alone, with or without a sign. */
static bool is_integer(struct nkb_str text)
{
    size_t sign = text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+');
    for (size_t i = sign; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return text.len > sign;
}

/* "007" is a name: a number would lose its zeros. */
static bool has_leading_zero(struct nkb_str text)
{
    size_t i = text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+');
    return text.len > i + 1 && text.ptr[i] == '0' && text.ptr[i + 1] >= '0' &&
           text.ptr[i + 1] <= '9';
}

static bool is_word(struct nkb_str text, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i < len && text.len == len; i++)
        if ((text.ptr[i] | 0x20) != word[i])
            return false;
    return text.len == len;
}

/* Text without what doubled its quotes. */
static struct nkb_value *plain_text(struct nkb_arena *arena, struct nkb_str text)
{
    struct nkb_value *v = nkb_value_string(arena, text);
    if (!v || !memchr(text.ptr, '"', text.len))
        return v;
    char *to = nkb_arena_alloc(arena, text.len + 1);
    size_t len = 0;
    if (!to)
        return NULL;
    for (size_t i = 0; i < text.len; i++) {
        to[len++] = text.ptr[i];
        if (text.ptr[i] == '"' && i + 1 < text.len && text.ptr[i + 1] == '"')
            i++;
    }
    v->as.string = (struct nkb_str){to, len};
    return v;
}

static struct nkb_value *absent(struct nkb_arena *arena, const char *why)
{
    struct nkb_value *v = nkb_value_new(arena, NKB_ABSENT);
    nkb_value_annotate(arena, v, NULL, NULL, why);
    return v;
}

int nkb_cell_read(const struct nkb_cell *cell, struct nkb_arena *arena, struct nkb_value **out,
                  struct nkb_err *err)
{
    struct nkb_str text = cell->text;
    char shown[NKB_SHOWN_BYTES];
    int64_t integer;
    double number;

    if (text.len == 0)
        *out = absent(arena, nkb_arena_printf(arena, "%s:%u:%u: an empty cell", cell->path,
                                              cell->line, cell->column));
    else if (has_leading_zero(text))
        *out = plain_text(arena, text);
    else if (nkb_parse_i64(text, &integer))
        *out = nkb_value_int(arena, integer);
    else if (is_integer(text)) /* as JSON's reader has it */
        return nkb_err_set(
            err, NKB_EINPUT,
            "%s:%u:%u: \"%s\" is an integer beyond 63 bits; it cannot be kept exactly", cell->path,
            cell->line, cell->column, nkb_show(text, shown));
    else if (nkb_parse_double(text, true, &number) && isfinite(number))
        *out = nkb_value_float(arena, number);
    else if (nkb_parse_double(text, true, &number))
        *out = absent(arena,
                      nkb_arena_printf(arena, "%s:%u:%u: \"%s\" is no finite number", cell->path,
                                       cell->line, cell->column, nkb_show(text, shown)));
    else if (is_word(text, "true") || is_word(text, "false"))
        *out = nkb_value_bool(arena, text.len == 4);
    else
        *out = plain_text(arena, text);
    return *out ? 0 : nkb_err_memory(err);
}
