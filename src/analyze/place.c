/* Wording shared by the analyses of documents; see place.h. */
#include "analyze/place.h"

#include "base/num.h"
#include "base/text.h"

const char *nkb_place(struct nkb_arena *arena, const char *path, const struct nkb_value *v)
{
    const char *text = path;
    if (v && v->line > 0 && v->column > 0)
        text = nkb_arena_printf(arena, "%s:%u:%u", path, v->line, v->column);
    else if (v && v->line > 0)
        text = nkb_arena_printf(arena, "%s:%u", path, v->line);
    return text ? text : path;
}

const char *nkb_shown_value(struct nkb_arena *arena, const struct nkb_value *v)
{
    char shown[NKB_SHOWN_BYTES], number[NKB_NUM_TEXT_BYTES];
    const char *text = NULL;

    if (!v)
        return "absent";
    switch (v->kind) {
    case NKB_STRING:
        text = nkb_arena_printf(arena, "\"%s\"", nkb_show(v->as.string, shown));
        break;
    case NKB_INT:
        text = nkb_arena_printf(arena, "%lld", (long long)v->as.integer);
        break;
    case NKB_FLOAT:
        nkb_format_double(v->as.number, number);
        text = nkb_arena_string(arena, number);
        break;
    case NKB_BOOL:
        return v->as.boolean ? "true" : "false";
    default:
        break;
    }
    return text ? text : nkb_kind_name(v->kind);
}

void nkb_diagnose(struct nkb_arena *arena, struct nkb_value *diagnostics, bool warning,
                  const char *text)
{
    struct nkb_value *entry = nkb_value_object(arena);
    if (!diagnostics || !text)
        return;
    nkb_value_put(arena, entry, "text", nkb_value_text(arena, text));
    nkb_value_put(arena, entry, "warning", nkb_value_bool(arena, warning));
    nkb_value_append(arena, diagnostics, entry);
}
