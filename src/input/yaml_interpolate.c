/* OmegaConf's interpolation grammar, read and evaluated in one go: text with references in it and
 * its backslashes, ${a.b[0].c}, ${.x}, ${a.${b}}. Source: the grammar OmegaConf 2.1 documents; a
 * name may also be put together (${a_${b}}). Recursion is bounded by nkb_yaml_nest. */
#include "input/yaml_text.h"

static int add_reference(struct nkb_yaml_reader *in, struct nkb_yaml_parts *parts)
{
    struct nkb_value *v = NULL;
    int status = nkb_yaml_read_reference(in, &v);
    return status == 0 ? nkb_yaml_parts_value(in, parts, v) : status;
}

/* Backslashes mean themselves unless a reference or the closing quote follows: then two are one,
 * and an odd one takes the meaning from what follows. */
static int read_backslashes(struct nkb_yaml_reader *in, struct nkb_yaml_parts *parts, char quote)
{
    size_t start = in->at;
    while (nkb_yaml_at(in, '\\'))
        in->at++;
    size_t count = in->at - start;
    bool before_quote = quote && nkb_yaml_at(in, quote);
    if (!nkb_yaml_at_reference(in) && !before_quote)
        return nkb_yaml_parts_literal(in, parts, in->text.ptr + start, count);

    int status = nkb_yaml_parts_literal(in, parts, in->text.ptr + start, count / 2);
    if (status != 0 || count % 2 == 0)
        return status;
    size_t plain = in->at;
    in->at += before_quote ? 1 : 2;
    return nkb_yaml_parts_literal(in, parts, in->text.ptr + plain, in->at - plain);
}

/* To the end of the text, or to the closing quote. */
static int read_text(struct nkb_yaml_reader *in, char quote, struct nkb_yaml_parts *parts)
{
    int status = 0;
    while (status == 0) {
        if (nkb_yaml_at_end(in))
            return quote ? nkb_yaml_complain(in, "a quote is not closed") : 0;
        if (quote && nkb_yaml_at(in, quote)) {
            in->at++;
            return 0;
        }
        if (nkb_yaml_at(in, '\\')) {
            status = read_backslashes(in, parts, quote);
        } else if (nkb_yaml_at_reference(in)) {
            status = add_reference(in, parts);
        } else {
            size_t start = in->at++;
            while (!nkb_yaml_at_end(in) && !nkb_yaml_at(in, '\\') && !nkb_yaml_at(in, '$') &&
                   !(quote && nkb_yaml_at(in, quote)))
                in->at++;
            status = nkb_yaml_parts_literal(in, parts, in->text.ptr + start, in->at - start);
        }
    }
    return status;
}

int nkb_yaml_read_quoted(struct nkb_yaml_reader *in, char quote, struct nkb_value **out)
{
    struct nkb_yaml_parts parts = {.count = 0};
    return nkb_yaml_parts_end(in, &parts, read_text(in, quote, &parts), true, out);
}

/* One name of a reference: letters, or references that give them. */
static int read_name(struct nkb_yaml_reader *in, struct nkb_value *names)
{
    const struct nkb_value *at = in->place->value;
    struct nkb_yaml_parts parts = {.count = 0};
    struct nkb_value *name = NULL;
    size_t begin = in->at;

    int status = nkb_yaml_count(in->r->y, at->line, at->column);
    while (status == 0) {
        if (nkb_yaml_at_reference(in)) {
            status = add_reference(in, &parts);
            continue;
        }
        if (nkb_yaml_at_end(in) || nkb_yaml_at_any(in, "\\{}()[]:. \t'\""))
            break;
        status = nkb_yaml_parts_literal(in, &parts, in->text.ptr + in->at++, 1);
    }
    if (status == 0 && in->at == begin)
        status =
            nkb_yaml_complain(in, nkb_yaml_at_end(in) ? "'${' is not closed" : "a name is missing");
    status = nkb_yaml_parts_end(in, &parts, status, true, &name);
    if (status == 0)
        nkb_value_append(&in->r->y->scratch, names, name);
    return status;
}

int nkb_yaml_read_names(struct nkb_yaml_reader *in, size_t *dots, struct nkb_value *names)
{
    nkb_yaml_skip_blanks(in);
    for (*dots = 0; nkb_yaml_at(in, '.'); ++*dots) {
        in->at++;
        nkb_yaml_skip_blanks(in);
    }
    for (bool first = true;; first = false) {
        bool bracket = nkb_yaml_at(in, '[');
        if (!first && !bracket && !nkb_yaml_at(in, '.'))
            return 0;
        if (bracket || !first) {
            in->at++;
            nkb_yaml_skip_blanks(in);
        }
        int status = read_name(in, names);
        nkb_yaml_skip_blanks(in);
        if (status == 0 && bracket) {
            if (!nkb_yaml_at(in, ']'))
                return nkb_yaml_complain(in, "'[' is not closed");
            in->at++;
            nkb_yaml_skip_blanks(in);
        }
        if (status != 0)
            return status;
    }
}

/* "oc" and "env" are the resolver oc.env. */
static int read_call(struct nkb_yaml_reader *in, const struct nkb_value *names,
                     struct nkb_value **out)
{
    struct nkb_yaml_parts parts = {.count = 0};
    struct nkb_value *name = NULL;
    int status = 0;
    for (size_t i = 0; i < names->as.items.count && status == 0; i++) {
        if (i > 0)
            status = nkb_yaml_parts_literal(in, &parts, ".", 1);
        if (status == 0)
            status = nkb_yaml_parts_value(in, &parts, names->as.items.at[i].value);
    }
    status = nkb_yaml_parts_end(in, &parts, status, true, &name);
    if (status != 0)
        return status;
    return nkb_yaml_read_call(in, name->kind == NKB_STRING ? name->as.string : NKB_STR_NONE, out);
}

int nkb_yaml_read_reference(struct nkb_yaml_reader *in, struct nkb_value **out)
{
    struct nkb_value *names = nkb_value_array(&in->r->y->scratch);
    size_t dots;

    if (!names)
        return nkb_err_memory(in->r->y->err);
    int status = nkb_yaml_nest(in->r, in->place);
    if (status != 0)
        return status;
    in->at += 2;
    status = nkb_yaml_read_names(in, &dots, names);
    if (status == 0 && nkb_yaml_at(in, ':') && dots == 0) {
        in->at++;
        status = read_call(in, names, out);
    } else if (status == 0 && nkb_yaml_at(in, '}')) {
        in->at++;
        status = nkb_yaml_lookup(in->r, in->place, dots, names, false, out);
    } else if (status == 0) {
        status =
            nkb_yaml_complain(in, nkb_yaml_at_end(in) ? "'${' is not closed"
                                                      : "'.' or '}' is expected behind a name");
    }
    in->r->nesting--;
    return status;
}

int nkb_yaml_interpolate(struct nkb_yaml_resolver *r, struct nkb_yaml_place *place,
                         struct nkb_value **out)
{
    struct nkb_yaml_reader in = {.r = r, .place = place, .text = place->value->as.string};
    struct nkb_yaml_parts parts = {.count = 0};
    return nkb_yaml_parts_end(&in, &parts, read_text(&in, '\0', &parts), false, out);
}
