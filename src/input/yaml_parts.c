/* Literal pieces and referenced values become one value. */
#include "input/yaml_text.h"

#include <stdio.h>

#include "base/num.h"
#include "base/text.h"

int nkb_yaml_complain(const struct nkb_yaml_reader *in, const char *what)
{
    char shown[NKB_SHOWN_BYTES];
    const struct nkb_value *v = in->place->value;
    return nkb_yaml_refuse(in->r->y, v->line, v->column, "'%s': %s; write \\${ for a text",
                           nkb_show(v->as.string, shown), what);
}

struct nkb_value *nkb_yaml_absent(const struct nkb_yaml_reader *in, const char *what)
{
    struct nkb_arena *arena = in->r->y->arena;
    char shown[NKB_SHOWN_BYTES];
    return nkb_yaml_no_value(
        arena,
        nkb_arena_printf(arena, "'%s' %s", nkb_show(in->place->value->as.string, shown), what));
}

static int write_text(const struct nkb_yaml_reader *in, struct nkb_yaml_parts *parts,
                      const char *text, size_t len)
{
    if (len > in->r->y->text_left_bytes - parts->text.len)
        return nkb_yaml_complain(in, "references make more text than a document may hold");
    nkb_buf_append(&parts->text, text, len);
    return parts->text.failed ? nkb_err_memory(in->r->y->err) : 0;
}

/* Inside a text a value is spelled as Python's str does, which is what OmegaConf puts there. */
static int write_value(const struct nkb_yaml_reader *in, struct nkb_yaml_parts *parts,
                       struct nkb_value *v)
{
    char number[NKB_NUM_TEXT_BYTES];
    switch (v->kind) {
    case NKB_STRING:
        return write_text(in, parts, v->as.string.ptr, v->as.string.len);
    case NKB_NULL:
        return write_text(in, parts, "None", 4);
    case NKB_BOOL:
        return v->as.boolean ? write_text(in, parts, "True", 4) : write_text(in, parts, "False", 5);
    case NKB_FLOAT:
        return write_text(in, parts, number, nkb_format_double(v->as.number, number));
    case NKB_INT:
        snprintf(number, sizeof number, "%lld", (long long)v->as.integer);
        return write_text(in, parts, number, strlen(number));
    default:
        if (!parts->absent)
            parts->absent = v->kind == NKB_ABSENT
                                ? v
                                : nkb_yaml_absent(in, "puts a list or mapping into a text");
        return parts->absent ? 0 : nkb_err_memory(in->r->y->err);
    }
}

/* Whatever comes next, the reference so far alone is now part of a text. */
static int flush(const struct nkb_yaml_reader *in, struct nkb_yaml_parts *parts)
{
    struct nkb_value *v = parts->only;
    parts->only = NULL;
    return v ? write_value(in, parts, v) : 0;
}

int nkb_yaml_parts_literal(const struct nkb_yaml_reader *in, struct nkb_yaml_parts *parts,
                           const char *text, size_t len)
{
    if (len == 0)
        return 0;
    int status = flush(in, parts);
    parts->count++;
    return status == 0 ? write_text(in, parts, text, len) : status;
}

int nkb_yaml_parts_value(const struct nkb_yaml_reader *in, struct nkb_yaml_parts *parts,
                         struct nkb_value *v)
{
    if (parts->count++ == 0) {
        parts->only = v;
        return 0;
    }
    int status = flush(in, parts);
    return status == 0 ? write_value(in, parts, v) : status;
}

int nkb_yaml_parts_end(const struct nkb_yaml_reader *in, struct nkb_yaml_parts *parts, int status,
                       bool as_text, struct nkb_value **out)
{
    if (status == 0 && parts->only && !as_text) {
        *out = parts->only;
    } else if (status == 0 && (status = flush(in, parts)) == 0) {
        in->r->y->text_left_bytes -= parts->text.len;
        *out = parts->absent ? parts->absent
                             : nkb_value_string(in->r->y->arena, nkb_buf_str(&parts->text));
        if (!*out)
            status = nkb_err_memory(in->r->y->err);
    }
    nkb_buf_free(&parts->text);
    return status;
}
