/* References of a YAML document: which value a name means from where it is written, and in what
 * order values are settled. A name that is not there is absent, since OmegaConf asks for a value
 * only when it is used; a cycle is refused. A value is settled once; a reference to a list or
 * mapping becomes a copy of it, counted against the document's budget. */
#include "input/yaml.h"

#include "base/num.h"
#include "base/text.h"

enum {
    INDEX_FROM = 16,      /* a walk is faster below */
    MAX_SUGGESTIONS = 64, /* of names that are not there; each costs far more than a value */
    MAX_CANDIDATES = 256, /* keys each looks at */
    MAX_SHOWN_CHAIN = 8,
};

struct nkb_yaml_chain { /* lives on the C stack */
    const struct nkb_yaml_place *place;
    struct nkb_yaml_chain *next;
};

static bool has_reference(struct nkb_str text)
{
    const char *p = text.ptr, *end = text.ptr + text.len;
    while (p < end && (p = memchr(p, '$', (size_t)(end - p))) != NULL) {
        if (p + 1 < end && p[1] == '{')
            return true;
        p++;
    }
    return false;
}

/* Recursion: at most NKB_YAML_MAX_DEPTH, which the loader kept. */
static void build(struct nkb_yaml *y, struct nkb_yaml_place *place)
{
    const struct nkb_value *v = place->value;
    if (v->kind != NKB_ARRAY && v->kind != NKB_OBJECT)
        return;
    place->children = nkb_arena_array(&y->scratch, v->as.items.count, sizeof *place->children);
    for (size_t i = 0; place->children && i < v->as.items.count; i++) {
        place->children[i] = (struct nkb_yaml_place){
            .value = v->as.items.at[i].value,
            .parent = place,
            .position = i,
            .depth = place->depth + 1,
        };
        build(y, &place->children[i]);
    }
}

/* "a.b.0" of a place, "" of the document. */
static void write_name(const struct nkb_yaml_place *place, struct nkb_buf *out)
{
    const struct nkb_yaml_place *steps[NKB_YAML_MAX_DEPTH + 1];
    size_t count = 0;
    for (; place->parent; place = place->parent)
        steps[count++] = place;
    if (count == 0)
        nkb_buf_text(out, "the document");
    while (count-- > 0) {
        const struct nkb_value *around = steps[count]->parent->value;
        if (around->kind == NKB_ARRAY) {
            nkb_buf_printf(out, "%zu", steps[count]->position);
        } else {
            struct nkb_str key = around->as.items.at[steps[count]->position].key;
            nkb_buf_append(out, key.ptr, key.len);
        }
        if (count > 0)
            nkb_buf_char(out, '.');
    }
}

static int refuse_cycle(struct nkb_yaml_resolver *r, const struct nkb_yaml_place *again)
{
    const struct nkb_yaml_place *round[MAX_SHOWN_CHAIN];
    size_t count = 0, length = 0;
    for (const struct nkb_yaml_chain *link = r->chain; link; link = link->next) {
        /* Lists and mappings on the way down to a reference say nothing of their own. */
        if (link->place == again || link->place->value->kind == NKB_STRING) {
            if (count < MAX_SHOWN_CHAIN)
                round[count++] = link->place;
            length++;
        }
        if (link->place == again)
            break;
    }

    struct nkb_buf text = NKB_BUF_INIT;
    write_name(again, &text);
    if (length > count) /* the links next to `again` are the ones left out */
        nkb_buf_text(&text, " -> ...");
    else if (count > 0)
        count--;
    while (count-- > 0) {
        nkb_buf_text(&text, " -> ");
        write_name(round[count], &text);
    }
    nkb_buf_text(&text, " -> ");
    write_name(again, &text);

    const struct nkb_value *at = r->chain ? r->chain->place->value : again->value;
    int status = text.failed
                     ? nkb_err_memory(r->y->err)
                     : nkb_yaml_refuse(r->y, at->line, at->column,
                                       "a reference that leads back to itself: %s", text.data);
    nkb_buf_free(&text);
    return status;
}

int nkb_yaml_nest(struct nkb_yaml_resolver *r, const struct nkb_yaml_place *at)
{
    if (r->nesting == NKB_YAML_MAX_NESTING)
        return nkb_yaml_refuse(r->y, at->value->line, at->value->column,
                               "references nested deeper than %d", NKB_YAML_MAX_NESTING);
    r->nesting++;
    return 0;
}

static int resolve_text(struct nkb_yaml_resolver *r, struct nkb_yaml_place *place)
{
    const struct nkb_value *old = place->value;
    struct nkb_value *v = NULL, *settled = NULL;
    int status;

    if (nkb_str_is(old->as.string, "???")) { /* OmegaConf's "must be given" */
        settled = nkb_yaml_no_value(r->y->arena, "??? stands for a value that must be given");
        if (settled) {
            settled->line = old->line;
            settled->column = old->column;
        }
        status = 0;
    } else if (!has_reference(old->as.string)) {
        return 0;
    } else {
        status = nkb_yaml_interpolate(r, place, &v);
        if (status == 0 && v)
            status = nkb_yaml_copy(r->y, v, place->depth, old->line, old->column, &settled);
    }
    if (status != 0)
        return status;
    if (!settled)
        return nkb_err_memory(r->y->err);
    place->value = settled;
    if (place->parent)
        place->parent->value->as.items.at[place->position].value = settled;
    return 0;
}

/* Recursion: nkb_yaml_nest bounds it. */
static int resolve(struct nkb_yaml_resolver *r, struct nkb_yaml_place *place)
{
    if (place->state == NKB_YAML_DONE)
        return 0;
    if (place->state == NKB_YAML_BUSY)
        return refuse_cycle(r, place);
    if (!place->children && place->value->kind != NKB_STRING) {
        place->state = NKB_YAML_DONE;
        return 0;
    }

    int status = nkb_yaml_nest(r, place);
    if (status != 0)
        return status;
    struct nkb_yaml_chain link = {place, r->chain};
    r->chain = &link;
    place->state = NKB_YAML_BUSY;

    if (place->children) {
        size_t count = place->value->as.items.count;
        for (size_t i = 0; i < count && status == 0; i++)
            status = resolve(r, &place->children[i]);
    } else {
        status = resolve_text(r, place);
    }

    place->state = NKB_YAML_DONE;
    r->chain = link.next;
    r->nesting--;
    return status;
}

/* The position a key or index has in a list or mapping. */
static bool find_position(const struct nkb_value *v, struct nkb_str key, size_t *position)
{
    const struct nkb_items *items = &v->as.items;
    if (v->kind == NKB_ARRAY) { /* a negative index counts from the end, as in Python */
        int64_t i;
        if (!nkb_parse_i64(key, &i))
            return false;
        if (i < 0)
            i += (int64_t)items->count;
        *position = (size_t)i;
        return i >= 0 && (uint64_t)i < items->count;
    }
    for (*position = 0; *position < items->count; ++*position)
        if (nkb_str_equal(items->at[*position].key, key))
            return true;
    return false;
}

static struct nkb_yaml_place *find_child(struct nkb_yaml_resolver *r, struct nkb_yaml_place *place,
                                         struct nkb_str key)
{
    const struct nkb_items *items = &place->value->as.items;
    size_t position;
    if (place->value->kind == NKB_ARRAY || items->count < INDEX_FROM)
        return find_position(place->value, key, &position) ? &place->children[position] : NULL;

    if (!place->names) {
        place->names = nkb_value_object(&r->y->scratch);
        for (size_t i = 0; i < items->count; i++)
            nkb_value_set(&r->y->scratch, place->names, items->at[i].key,
                          nkb_value_int(&r->y->scratch, (int64_t)i));
    }
    const struct nkb_value *found = nkb_value_find(place->names, key);
    return found ? &place->children[found->as.integer] : NULL;
}

static struct nkb_value *find_value(struct nkb_value *v, struct nkb_str key)
{
    size_t position;
    if (v->kind == NKB_ARRAY)
        return find_position(v, key, &position) ? v->as.items.at[position].value : NULL;
    return nkb_value_find(v, key);
}

/* Why keys[missing] is not in `around`. */
static struct nkb_value *no_such_name(struct nkb_yaml_resolver *r, struct nkb_str reference,
                                      const struct nkb_value *keys, size_t missing,
                                      const struct nkb_value *around)
{
    const char *candidates[MAX_CANDIDATES], *meant = NULL;
    struct nkb_arena *arena = r->y->arena;
    struct nkb_str key = keys->as.items.at[missing].value->as.string;
    char shown[NKB_SHOWN_BYTES], whole[NKB_SHOWN_BYTES], like[NKB_SHOWN_BYTES];

    if (around->kind == NKB_OBJECT && r->suggestions < MAX_SUGGESTIONS) {
        size_t count = 0;
        for (; count < around->as.items.count && count < MAX_CANDIDATES; count++)
            candidates[count] = around->as.items.at[count].key.ptr;
        meant = nkb_suggest(key, candidates, count);
        r->suggestions++;
    }

    nkb_show(key, shown);
    nkb_show(reference, whole);
    const char *why;
    if (meant)
        why = nkb_arena_printf(arena, "'%s' names no value: there is no '%s'; did you mean '%s'?",
                               whole, shown, nkb_show(nkb_str_from(meant), like));
    else if (around->kind == NKB_ARRAY)
        why = nkb_arena_printf(arena, "'%s' names no value: a list of %zu has no item '%s'", whole,
                               around->as.items.count, shown);
    else
        why = nkb_arena_printf(
            arena, "'%s' names no value: there is no '%s' in %s; write \\${ for a text", whole,
            shown, around == r->root->value ? "the document" : nkb_kind_name(around->kind));
    return nkb_yaml_no_value(arena, why);
}

int nkb_yaml_lookup(struct nkb_yaml_resolver *r, const struct nkb_yaml_place *at, size_t dots,
                    const struct nkb_value *keys, bool optional, struct nkb_value **out)
{
    for (size_t i = 0; i < keys->as.items.count; i++)
        if (keys->as.items.at[i].value->kind == NKB_ABSENT) {
            *out = keys->as.items.at[i].value;
            return 0;
        }

    struct nkb_yaml_place *place = dots > 0 ? at->parent : r->root;
    for (; dots > 1 && place; dots--)
        place = place->parent;
    if (!place) {
        char shown[NKB_SHOWN_BYTES];
        *out = nkb_yaml_no_value(r->y->arena,
                                 nkb_arena_printf(r->y->arena,
                                                  "'%s' reaches above the document; use fewer dots",
                                                  nkb_show(at->value->as.string, shown)));
        return *out ? 0 : nkb_err_memory(r->y->err);
    }

    struct nkb_value *v = place->value; /* place: NULL once we are inside a settled copy */
    for (size_t i = 0; i < keys->as.items.count; i++) {
        struct nkb_str key = keys->as.items.at[i].value->as.string;
        if (place && !place->children) {
            int status = resolve(r, place);
            if (status != 0)
                return status;
            v = place->value;
            place = NULL;
        }
        if (v->kind == NKB_ABSENT) {
            *out = v;
            return 0;
        }
        if (place)
            place = find_child(r, place, key);
        struct nkb_value *next = place ? place->value : find_value(v, key);
        if (!next) {
            *out = optional ? NULL : no_such_name(r, at->value->as.string, keys, i, v);
            return optional || *out ? 0 : nkb_err_memory(r->y->err);
        }
        v = next;
    }
    if (place) {
        int status = resolve(r, place);
        if (status != 0)
            return status;
        v = place->value;
    }
    *out = v;
    return 0;
}

int nkb_yaml_resolve(struct nkb_yaml *y, struct nkb_value **root)
{
    struct nkb_yaml_place top = {.value = *root};
    struct nkb_yaml_resolver r = {.y = y, .root = &top};

    build(y, &top);
    if (nkb_arena_failed(&y->scratch))
        return nkb_err_memory(y->err);
    int status = resolve(&r, &top);
    *root = top.value;
    return status;
}
