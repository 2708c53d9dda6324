/* libyaml's events into a value tree, with a stack of our own. Every value counts against the
 * document's budget before it is made, aliases and merges by what they expand to. */
#include "input/yaml.h"

#include <assert.h>
#include <stdarg.h>

#include "base/text.h"

struct mark {
    uint32_t line, column;
};

struct frame { /* a list or mapping not yet closed */
    struct nkb_value *value;
    struct nkb_str key;
    bool has_key, key_is_merge;
    struct nkb_value *merged; /* the value of `<<`; NULL: none */
    struct mark merge_mark;
    struct mark *key_marks; /* beside value's items */
    size_t key_capacity;
};

struct loader {
    struct nkb_yaml *y;
    struct nkb_value *root;
    struct nkb_value *anchors; /* name -> value */
    struct frame stack[NKB_YAML_MAX_DEPTH];
    size_t depth;
};

int nkb_yaml_refuse(struct nkb_yaml *y, uint32_t line, uint32_t column, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    nkb_err_setv(y->err, NKB_EINPUT, format, args);
    va_end(args);
    nkb_err_prefix(y->err, "%s:%u:%u: ", y->path, line, column);
    return NKB_EINPUT;
}

int nkb_yaml_count(struct nkb_yaml *y, uint32_t line, uint32_t column)
{
    if (y->values_left == 0)
        return nkb_yaml_refuse(y, line, column,
                               "more than %d values, aliases and references expanded",
                               NKB_YAML_MAX_VALUES);
    y->values_left--;
    return 0;
}

static int refuse_depth(struct nkb_yaml *y, uint32_t line, uint32_t column)
{
    return nkb_yaml_refuse(y, line, column, "nested deeper than %d levels", NKB_YAML_MAX_DEPTH);
}

/* Recursion: at most NKB_YAML_MAX_DEPTH, which is checked first. */
int nkb_yaml_copy(struct nkb_yaml *y, const struct nkb_value *v, size_t depth, uint32_t line,
                  uint32_t column, struct nkb_value **out)
{
    int status = nkb_yaml_count(y, line, column);
    if (status != 0)
        return status;
    struct nkb_value *copy = nkb_value_new(y->arena, v->kind);
    if (!copy)
        return nkb_err_memory(y->err);
    *copy = *v;
    if (v->kind != NKB_ABSENT || v->line == 0) {
        copy->line = line;
        copy->column = column;
    }
    *out = copy;
    if (v->kind != NKB_ARRAY && v->kind != NKB_OBJECT)
        return 0;

    if (depth >= NKB_YAML_MAX_DEPTH)
        return refuse_depth(y, line, column);
    copy->as.items = (struct nkb_items){0};
    for (size_t i = 0; i < v->as.items.count; i++) {
        const struct nkb_member *member = &v->as.items.at[i];
        struct nkb_value *child;
        status = nkb_yaml_copy(y, member->value, depth + 1, member->value->line,
                               member->value->column, &child);
        if (status != 0)
            return status;
        if (v->kind == NKB_ARRAY)
            nkb_value_append(y->arena, copy, child);
        else
            nkb_value_set(y->arena, copy, member->key, child);
    }
    return 0;
}

static struct nkb_str text_of(const yaml_event_t *event)
{
    return (struct nkb_str){(const char *)event->data.scalar.value, event->data.scalar.length};
}

/* Put a finished or just opened value where the document has it. */
static void place_value(struct loader *in, struct nkb_value *v)
{
    if (in->depth == 0) {
        in->root = v;
        return;
    }
    struct frame *top = &in->stack[in->depth - 1];
    if (top->value->kind == NKB_ARRAY)
        nkb_value_append(in->y->arena, top->value, v);
    else if (top->key_is_merge)
        top->merged = v;
    else
        nkb_value_set(in->y->arena, top->value, top->key, v);
    top->has_key = false;
    top->key_is_merge = false;
}

static void remember_anchor(struct loader *in, const yaml_char_t *name, struct nkb_value *v)
{
    if (name)
        nkb_value_put(&in->y->scratch, in->anchors, (const char *)name, v);
}

static bool expects_key(const struct loader *in)
{
    return in->depth > 0 && in->stack[in->depth - 1].value->kind == NKB_OBJECT &&
           !in->stack[in->depth - 1].has_key;
}

static int refuse_duplicate(struct loader *in, struct nkb_str key, struct mark first,
                            struct mark again)
{
    char shown[NKB_SHOWN_BYTES];
    return nkb_yaml_refuse(in->y, again.line, again.column,
                           "key '%s' stands here again, first in %u:%u; a key is given once",
                           nkb_show(key, shown), first.line, first.column);
}

static int read_key(struct loader *in, struct nkb_str key, bool plain, struct mark mark)
{
    struct frame *top = &in->stack[in->depth - 1];
    struct nkb_items *items = &top->value->as.items;

    top->has_key = true;
    if (plain && nkb_str_is(key, "<<")) {
        if (top->merged)
            return refuse_duplicate(in, key, top->merge_mark, mark);
        top->key_is_merge = true;
        top->merge_mark = mark;
        return 0;
    }
    struct nkb_value *old = nkb_value_find(top->value, key);
    if (old) {
        assert(top->key_marks); /* every key has left its mark */
        size_t i = 0;
        while (items->at[i].value != old)
            i++;
        return refuse_duplicate(in, key, top->key_marks[i], mark);
    }
    if (items->count == top->key_capacity) {
        size_t capacity = top->key_capacity ? top->key_capacity * 2 : 8;
        top->key_marks = nkb_arena_grow(&in->y->scratch, top->key_marks, top->key_capacity,
                                        capacity, sizeof *top->key_marks);
        top->key_capacity = top->key_marks ? capacity : 0;
    }
    top->key = nkb_arena_copy(&in->y->scratch, key);
    if (!top->key_marks || !top->key.ptr)
        return nkb_err_memory(in->y->err);
    top->key_marks[items->count] = mark;
    return 0;
}

static int read_scalar(struct loader *in, const yaml_event_t *event, struct mark mark)
{
    struct nkb_str text = text_of(event);
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    struct nkb_value *v = NULL;

    int status = nkb_yaml_scalar(in->y, text, (const char *)event->data.scalar.tag, plain,
                                 mark.line, mark.column, &v);
    if (status != 0)
        return status;
    remember_anchor(in, event->data.scalar.anchor, v);
    if (expects_key(in))
        return read_key(in, text, plain && !event->data.scalar.tag, mark);
    place_value(in, v);
    return 0;
}

static int open_collection(struct loader *in, enum nkb_kind kind, const yaml_char_t *anchor,
                           const yaml_char_t *tag, struct mark mark)
{
    if (expects_key(in))
        return nkb_yaml_refuse(in->y, mark.line, mark.column, "%s as a key; a text is expected",
                               nkb_kind_name(kind));
    if (in->depth == NKB_YAML_MAX_DEPTH)
        return refuse_depth(in->y, mark.line, mark.column);
    int status = nkb_yaml_collection_tag(in->y, (const char *)tag,
                                         kind == NKB_ARRAY ? "seq" : "map", mark.line, mark.column);
    if (status != 0)
        return status;

    struct nkb_value *v = nkb_value_new(in->y->arena, kind);
    if (!v)
        return nkb_err_memory(in->y->err);
    v->line = mark.line;
    v->column = mark.column;
    place_value(in, v);
    remember_anchor(in, anchor, v);
    in->stack[in->depth++] = (struct frame){.value = v};
    return 0;
}

static int merge_one(struct loader *in, struct nkb_value *into, const struct nkb_value *from)
{
    if (from->kind != NKB_OBJECT)
        return nkb_yaml_refuse(in->y, from->line, from->column,
                               "'<<' is given %s; a mapping or a list of mappings is expected",
                               nkb_kind_name(from->kind));
    for (size_t i = 0; i < from->as.items.count; i++)
        nkb_value_set(in->y->arena, into, from->as.items.at[i].key, from->as.items.at[i].value);
    return 0;
}

/* As PyYAML: what is merged comes first, the first of a list wins, the mapping's own keys over all.
 */
static int close_mapping(struct loader *in, struct frame *top)
{
    const struct nkb_value *merged = top->merged;
    if (!merged)
        return 0;

    struct nkb_value *all = nkb_value_object(in->y->arena);
    if (!all)
        return nkb_err_memory(in->y->err);
    int status = 0;
    if (merged->kind == NKB_ARRAY)
        for (size_t i = merged->as.items.count; i-- > 0 && status == 0;)
            status = merge_one(in, all, merged->as.items.at[i].value);
    else
        status = merge_one(in, all, merged);
    if (status == 0)
        status = merge_one(in, all, top->value);
    top->value->as.items = all->as.items; /* the value itself stays: an anchor may name it */
    return status;
}

static int read_alias(struct loader *in, const yaml_char_t *name, struct mark mark)
{
    char shown[NKB_SHOWN_BYTES];
    struct nkb_str text = nkb_str_from((const char *)name);
    const struct nkb_value *v = nkb_value_find(in->anchors, text);
    struct nkb_value *copy;

    if (!v)
        return nkb_yaml_refuse(in->y, mark.line, mark.column, "alias '*%s' without an anchor '&%s'",
                               nkb_show(text, shown), shown);
    if (expects_key(in))
        return nkb_yaml_refuse(in->y, mark.line, mark.column,
                               "alias '*%s' as a key; a text is expected", nkb_show(text, shown));
    for (size_t i = 0; i < in->depth; i++)
        if (in->stack[i].value == v)
            return nkb_yaml_refuse(in->y, mark.line, mark.column,
                                   "alias '*%s' stands inside what it names",
                                   nkb_show(text, shown));
    int status = nkb_yaml_copy(in->y, v, in->depth, mark.line, mark.column, &copy);
    if (status == 0)
        place_value(in, copy);
    return status;
}

static int read_event(struct loader *in, const yaml_event_t *event)
{
    struct mark mark = {(uint32_t)event->start_mark.line + 1,
                        (uint32_t)event->start_mark.column + 1};
    int status = 0;

    bool is_value = event->type == YAML_SCALAR_EVENT || event->type == YAML_SEQUENCE_START_EVENT ||
                    event->type == YAML_MAPPING_START_EVENT;
    if (is_value && !expects_key(in))
        status = nkb_yaml_count(in->y, mark.line, mark.column);
    if (status != 0)
        return status;

    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (in->root)
            return nkb_yaml_refuse(in->y, mark.line, mark.column,
                                   "a second document begins; one document is expected");
        return 0;
    case YAML_SCALAR_EVENT:
        return read_scalar(in, event, mark);
    case YAML_SEQUENCE_START_EVENT:
        return open_collection(in, NKB_ARRAY, event->data.sequence_start.anchor,
                               event->data.sequence_start.tag, mark);
    case YAML_MAPPING_START_EVENT:
        return open_collection(in, NKB_OBJECT, event->data.mapping_start.anchor,
                               event->data.mapping_start.tag, mark);
    case YAML_MAPPING_END_EVENT:
        assert(in->depth > 0); /* libyaml's ends match its starts */
        status = close_mapping(in, &in->stack[in->depth - 1]);
        in->depth--;
        return status;
    case YAML_SEQUENCE_END_EVENT:
        assert(in->depth > 0);
        in->depth--;
        return 0;
    case YAML_ALIAS_EVENT:
        return read_alias(in, event->data.alias.anchor, mark);
    default:
        return 0;
    }
}

static int load(struct nkb_yaml *y, struct nkb_str text, struct nkb_value **root)
{
    struct loader in = {.y = y, .anchors = nkb_value_object(&y->scratch)};
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return nkb_err_memory(y->err);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);

    int status = 0;
    bool more = true;
    while (more && status == 0) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            status = nkb_yaml_syntax(y, &parser, text);
            break;
        }
        more = event.type != YAML_STREAM_END_EVENT;
        status = read_event(&in, &event);
        yaml_event_delete(&event);
        if (status == 0 && (nkb_arena_failed(y->arena) || nkb_arena_failed(&y->scratch)))
            status = nkb_err_memory(y->err);
    }
    yaml_parser_delete(&parser);
    *root = in.root ? in.root : nkb_value_new(y->arena, NKB_NULL);
    return status == 0 && !*root ? nkb_err_memory(y->err) : status;
}

int nkb_yaml_read(struct nkb_str bytes, const char *path, bool resolve, struct nkb_arena *arena,
                  struct nkb_value **out, struct nkb_err *err)
{
    struct nkb_yaml y = {.path = path,
                         .arena = arena,
                         .scratch = NKB_ARENA_INIT,
                         .values_left = NKB_YAML_MAX_VALUES,
                         .text_left_bytes = NKB_YAML_MAX_BYTES,
                         .err = err};
    struct nkb_str text;
    struct nkb_value *root = NULL;

    int status = nkb_document_text(bytes, path, "YAML", NKB_YAML_MAX_BYTES, &text, err);
    if (status == 0)
        status = load(&y, text, &root);
    if (status == 0 && resolve)
        status = nkb_yaml_resolve(&y, &root);
    if (status == 0 && (nkb_arena_failed(arena) || nkb_arena_failed(&y.scratch)))
        status = nkb_err_memory(err);
    nkb_arena_free(&y.scratch);
    if (status == 0)
        *out = root;
    return status;
}
