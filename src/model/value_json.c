/* JSON out, spelled as Python's json.dump spells it: that is what readers of the files compare. */
#include <math.h>

#include "base/num.h"
#include "base/text.h"
#include "model/value.h"

/* Deeper than any reader lets a tree become, and shallow enough for the stack. */
enum { MAX_DEPTH = 600 };

struct writer {
    struct nkb_buf *out;
    struct nkb_err *err;
    int indent;
};

static void write_unit(struct nkb_buf *out, uint32_t unit)
{
    static const char digits[] = "0123456789abcdef";
    char text[6] = {'\\', 'u', digits[unit >> 12 & 15], digits[unit >> 8 & 15],
                    digits[unit >> 4 & 15], digits[unit & 15]};
    nkb_buf_append(out, text, sizeof text);
}

/* How many bytes from `from` on stand for themselves. */
static size_t plain_bytes(struct nkb_str s, size_t from)
{
    size_t i = from;
    while (i < s.len && s.ptr[i] >= ' ' && s.ptr[i] <= '~' && s.ptr[i] != '"' && s.ptr[i] != '\\')
        i++;
    return i - from;
}

static void write_string(struct nkb_buf *out, struct nkb_str s)
{
    nkb_buf_char(out, '"');
    for (size_t i = 0; i < s.len;) {
        size_t plain = plain_bytes(s, i);
        if (plain > 0) {
            nkb_buf_append(out, s.ptr + i, plain);
            i += plain;
            continue;
        }
        unsigned char c = (unsigned char)s.ptr[i];
        uint32_t point = 0xfffd;
        size_t size = 1;

        if (c == '"' || c == '\\')
            nkb_buf_append(out, c == '"' ? "\\\"" : "\\\\", 2);
        else if (c == '\n')
            nkb_buf_text(out, "\\n");
        else if (c == '\r')
            nkb_buf_text(out, "\\r");
        else if (c == '\t')
            nkb_buf_text(out, "\\t");
        else if (c == '\b')
            nkb_buf_text(out, "\\b");
        else if (c == '\f')
            nkb_buf_text(out, "\\f");
        else if (c < 0x20 || c == 0x7f)
            write_unit(out, c);
        else {
            size = nkb_utf8_decode(s.ptr + i, s.len - i, &point);
            if (size == 0) {
                size = 1;
                point = 0xfffd;
            }
            if (point >= 0x10000)
                write_unit(out, 0xd800 + ((point - 0x10000) >> 10));
            write_unit(out, point >= 0x10000 ? 0xdc00 + ((point - 0x10000) & 0x3ff) : point);
        }
        i += size;
    }
    nkb_buf_char(out, '"');
}

static void new_line(const struct writer *w, int depth)
{
    static const char spaces[] = "                                ";
    size_t left = (size_t)w->indent * (size_t)depth, most = sizeof spaces - 1;
    if (w->indent == 0)
        return;
    nkb_buf_char(w->out, '\n');
    for (; left > most; left -= most)
        nkb_buf_append(w->out, spaces, most);
    nkb_buf_append(w->out, spaces, left);
}

static int write_value(const struct writer *w, const struct nkb_value *v, int depth);

static int write_made(const struct writer *w, const struct nkb_value *list, size_t i, int depth)
{
    struct nkb_arena scratch = NKB_ARENA_INIT;
    const struct nkb_value *item = nkb_value_item(list, i, &scratch);
    int code = item && !nkb_arena_failed(&scratch) ? write_value(w, item, depth)
                                                   : nkb_err_memory(w->err);
    nkb_arena_free(&scratch);
    return code;
}

static int write_items(const struct writer *w, const struct nkb_value *v, int depth)
{
    const struct nkb_items *items = &v->as.items;
    bool object = v->kind == NKB_OBJECT;

    nkb_buf_char(w->out, object ? '{' : '[');
    for (size_t i = 0; i < items->count; i++) {
        if (i)
            nkb_buf_text(w->out, w->indent ? "," : ", ");
        new_line(w, depth + 1);
        if (object) {
            write_string(w->out, items->at[i].key);
            nkb_buf_text(w->out, ": ");
        }
        int code = nkb_value_makes_items(v) ? write_made(w, v, i, depth + 1)
                                            : write_value(w, items->at[i].value, depth + 1);
        if (code != 0) {
            if (object && w->err && depth < 16)
                nkb_err_prefix(w->err, "%.*s: ", NKB_STR_ARG(items->at[i].key));
            return code;
        }
    }
    if (items->count)
        new_line(w, depth);
    nkb_buf_char(w->out, object ? '}' : ']');
    return 0;
}

static int write_value(const struct writer *w, const struct nkb_value *v, int depth)
{
    char number[NKB_NUM_TEXT_BYTES];

    if (w->out->failed)
        return nkb_err_memory(w->err);
    if (depth > MAX_DEPTH)
        return nkb_err_set(w->err, NKB_EINPUT, "nested deeper than %d", MAX_DEPTH);
    switch (v->kind) {
    case NKB_ABSENT:
    case NKB_NULL:
        nkb_buf_text(w->out, "null");
        return 0;
    case NKB_BOOL:
        nkb_buf_text(w->out, v->as.boolean ? "true" : "false");
        return 0;
    case NKB_INT:
        nkb_buf_int(w->out, v->as.integer);
        return 0;
    case NKB_FLOAT:
        if (!isfinite(v->as.number))
            return nkb_err_set(w->err, NKB_EINPUT, "not a finite number; JSON has no such value");
        nkb_buf_append(w->out, number, nkb_format_double(v->as.number, number));
        return 0;
    case NKB_STRING:
        write_string(w->out, v->as.string);
        return 0;
    case NKB_ARRAY:
    case NKB_OBJECT:
        return write_items(w, v, depth);
    }
    return 0;
}

int nkb_value_to_json(const struct nkb_value *v, int indent, struct nkb_buf *out, struct nkb_err *err)
{
    struct writer w = {out, err, indent};
    int code = write_value(&w, v, 0);
    if (code == 0 && out->failed)
        code = nkb_err_memory(err);
    return code;
}
