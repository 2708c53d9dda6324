#include "model/value.h"

#include <math.h>

#include "base/num.h"

/* Objects with more keys than this get a hash index; below it a walk is faster. */
enum {
    INDEX_FROM = 16,
    LOCATED_DEPTH = 4,
};

struct nkb_value *nkb_value_new(struct nkb_arena *arena, enum nkb_kind kind)
{
    struct nkb_value *v = nkb_arena_alloc(arena, sizeof *v);
    if (v)
        v->kind = kind;
    return v;
}

struct nkb_value *nkb_value_bool(struct nkb_arena *arena, bool b)
{
    struct nkb_value *v = nkb_value_new(arena, NKB_BOOL);
    if (v)
        v->as.boolean = b;
    return v;
}

struct nkb_value *nkb_value_int(struct nkb_arena *arena, int64_t i)
{
    struct nkb_value *v = nkb_value_new(arena, NKB_INT);
    if (v)
        v->as.integer = i;
    return v;
}

struct nkb_value *nkb_value_float(struct nkb_arena *arena, double d)
{
    struct nkb_value *v = nkb_value_new(arena, NKB_FLOAT);
    if (v)
        v->as.number = d;
    return v;
}

struct nkb_value *nkb_value_string(struct nkb_arena *arena, struct nkb_str s)
{
    struct nkb_value *v = nkb_value_new(arena, NKB_STRING);
    if (v)
        v->as.string = nkb_arena_copy(arena, s);
    return v;
}

struct nkb_value *nkb_value_text(struct nkb_arena *arena, const char *text)
{
    return nkb_value_string(arena, nkb_str_from(text));
}

/* Multiply and fold, with a factor taken from where the index lies, so that nobody can choose keys
 * that collide; nothing that is seen depends on it. */
static size_t hash(const uint32_t *index, struct nkb_str key)
{
    uint64_t factor = ((uint64_t)(uintptr_t)index | 1) * UINT64_C(0x9e3779b97f4a7c15);
    uint64_t h = key.len;
    for (size_t i = 0; i < key.len; i += sizeof h) {
        uint64_t word = 0;
        size_t rest = key.len - i;
        memcpy(&word, key.ptr + i, rest < sizeof word ? rest : sizeof word);
        nkb_u128 product = (nkb_u128)(h ^ word ^ factor) * factor;
        h = (uint64_t)product ^ (uint64_t)(product >> 64);
    }
    return (size_t)h;
}

static void index_add(struct nkb_items *items, size_t position)
{
    size_t slot = hash(items->index, items->at[position].key) & (items->index_size - 1);
    while (items->index[slot])
        slot = (slot + 1) & (items->index_size - 1);
    items->index[slot] = (uint32_t)position + 1;
}

/* Keep the index at most half full. */
static void index_update(struct nkb_arena *arena, struct nkb_items *items)
{
    if (items->count <= INDEX_FROM)
        return;
    if (items->index_size >= items->count * 2) {
        index_add(items, items->count - 1);
        return;
    }
    size_t size = items->index_size ? items->index_size * 4 : 128;
    uint32_t *index = nkb_arena_array(arena, size, sizeof *index);
    if (!index)
        return;
    items->index = index;
    items->index_size = size;
    for (size_t i = 0; i < items->count; i++)
        index_add(items, i);
}

static struct nkb_member *find_member(const struct nkb_items *items, struct nkb_str key)
{
    if (items->index) {
        size_t slot = hash(items->index, key) & (items->index_size - 1);
        for (; items->index[slot]; slot = (slot + 1) & (items->index_size - 1)) {
            struct nkb_member *member = &items->at[items->index[slot] - 1];
            if (nkb_str_equal(member->key, key))
                return member;
        }
        return NULL;
    }
    for (size_t i = 0; i < items->count; i++)
        if (nkb_str_equal(items->at[i].key, key))
            return &items->at[i];
    return NULL;
}

static bool push(struct nkb_arena *arena, struct nkb_items *items, struct nkb_str key,
                 struct nkb_value *v)
{
    if (items->count == items->capacity) {
        size_t capacity = items->capacity ? items->capacity * 2 : 8;
        struct nkb_member *at =
            nkb_arena_grow(arena, items->at, items->count, capacity, sizeof *items->at);
        if (!at || items->count >= UINT32_MAX - 1)
            return false;
        items->at = at;
        items->capacity = capacity;
    }
    items->at[items->count++] = (struct nkb_member){key, v};
    return true;
}

void nkb_value_append(struct nkb_arena *arena, struct nkb_value *array, struct nkb_value *v)
{
    if (array && v)
        push(arena, &array->as.items, NKB_STR_NONE, v);
}

void nkb_value_set(struct nkb_arena *arena, struct nkb_value *object, struct nkb_str key,
                   struct nkb_value *v)
{
    if (!object || !v)
        return;
    struct nkb_items *items = &object->as.items;
    struct nkb_member *old = find_member(items, key);
    if (old) {
        old->value = v;
        return;
    }
    struct nkb_str copy = nkb_arena_copy(arena, key);
    if (copy.ptr && push(arena, items, copy, v))
        index_update(arena, items);
}

void nkb_value_put(struct nkb_arena *arena, struct nkb_value *object, const char *key,
                   struct nkb_value *v)
{
    nkb_value_set(arena, object, nkb_str_from(key), v);
}

struct nkb_value *nkb_value_find(const struct nkb_value *v, struct nkb_str key)
{
    if (!nkb_value_is(v, NKB_OBJECT))
        return NULL;
    const struct nkb_member *member = find_member(&v->as.items, key);
    return member ? member->value : NULL;
}

struct nkb_value *nkb_value_get(const struct nkb_value *v, const char *key)
{
    return nkb_value_find(v, nkb_str_from(key));
}

struct nkb_value *nkb_value_path(const struct nkb_value *v, const char *path)
{
    struct nkb_value *found = NULL;
    for (const char *at = path;;) {
        const char *dot = strchr(at, '.');
        struct nkb_str key = {at, dot ? (size_t)(dot - at) : strlen(at)};
        int64_t position;
        if (nkb_value_is(v, NKB_ARRAY)) {
            if (!nkb_parse_i64(key, &position) || position < 0 ||
                (uint64_t)position >= v->as.items.count)
                return NULL;
            found = nkb_value_at(v, (size_t)position);
        } else {
            found = nkb_value_find(v, key);
        }
        if (!found || !dot)
            return found;
        v = found;
        at = dot + 1;
    }
}

bool nkb_value_number(const struct nkb_value *v, double *out)
{
    if (nkb_value_is(v, NKB_INT))
        *out = (double)v->as.integer;
    else if (nkb_value_is(v, NKB_FLOAT))
        *out = v->as.number;
    else
        return false;
    return true;
}

/* As deep as trees are made: at most some hundred levels. */
struct nkb_value *nkb_value_copy(struct nkb_arena *arena, const struct nkb_value *v)
{
    struct nkb_value *copy = nkb_value_new(arena, v->kind);
    if (!copy)
        return NULL;
    copy->line = v->line;
    copy->column = v->column;
    if (v->note) {
        nkb_value_annotate(arena, copy, v->note->unit, v->note->source,
                           v->note->why ? nkb_arena_string(arena, v->note->why) : NULL);
        nkb_value_locate(arena, copy, v->note->file, v->note->field);
    }
    if (v->kind == NKB_STRING)
        copy->as.string = nkb_arena_copy(arena, v->as.string);
    else if ((v->kind != NKB_ARRAY && v->kind != NKB_OBJECT) || nkb_value_makes_items(v))
        copy->as = v->as;
    else
        for (size_t i = 0; i < v->as.items.count; i++) {
            struct nkb_value *item = nkb_value_copy(arena, v->as.items.at[i].value);
            if (v->kind == NKB_ARRAY)
                nkb_value_append(arena, copy, item);
            else
                nkb_value_set(arena, copy, v->as.items.at[i].key, item);
        }
    return nkb_arena_failed(arena) ? NULL : copy;
}

const char *nkb_kind_name(enum nkb_kind kind)
{
    static const char *const names[] = {"absent",   "null",     "a boolean", "an integer",
                                        "a number", "a string", "a list",    "a mapping"};
    return names[kind];
}

void nkb_value_annotate(struct nkb_arena *arena, struct nkb_value *v, const char *unit,
                        const char *source, const char *why)
{
    if (!v || (!unit && !source && !why))
        return;
    struct nkb_note *note = nkb_arena_alloc(arena, sizeof *note);
    if (!note)
        return;
    *note = (struct nkb_note){.unit = unit, .source = source, .why = why};
    v->note = note;
}

void nkb_value_locate(struct nkb_arena *arena, struct nkb_value *v, const char *file,
                      const char *field)
{
    struct nkb_note *note = v && file ? nkb_arena_alloc(arena, sizeof *note) : NULL;
    if (!note)
        return;
    *note = v->note ? *v->note : (struct nkb_note){0};
    note->file = file;
    note->field = field;
    v->note = note;
}

/* Groups of figures are flat: what lies deeper has places of its own. */
static void locate_below(struct nkb_arena *arena, struct nkb_value *group, const char *file,
                         const char *field, int depth)
{
    if (!group || group->kind != NKB_OBJECT || depth >= LOCATED_DEPTH)
        return;
    for (size_t i = 0; i < group->as.items.count; i++) {
        struct nkb_value *v = group->as.items.at[i].value;
        if (v->note && v->note->source && !v->note->file)
            nkb_value_locate(arena, v, file, field);
        locate_below(arena, v, file, field, depth + 1);
    }
}

void nkb_value_locate_all(struct nkb_arena *arena, struct nkb_value *group, const char *file,
                          const char *field)
{
    locate_below(arena, group, file, field, 0);
}

static void put(struct nkb_arena *arena, struct nkb_value *group, const char *name,
                struct nkb_value *v, const char *unit, const char *source)
{
    nkb_value_annotate(arena, v, unit, source, NULL);
    nkb_value_put(arena, group, name, v);
}

void nkb_metric_int(struct nkb_arena *arena, struct nkb_value *group, const char *name, int64_t v,
                    const char *unit, const char *source)
{
    put(arena, group, name, nkb_value_int(arena, v), unit, source);
}

void nkb_metric_float(struct nkb_arena *arena, struct nkb_value *group, const char *name, double v,
                      const char *unit, const char *source)
{
    if (isfinite(v))
        put(arena, group, name, nkb_value_float(arena, v), unit, source);
    else
        nkb_metric_absent(arena, group, name, "not a finite number");
}

void nkb_metric_bool(struct nkb_arena *arena, struct nkb_value *group, const char *name, bool v,
                     const char *source)
{
    put(arena, group, name, nkb_value_bool(arena, v), NULL, source);
}

void nkb_metric_text(struct nkb_arena *arena, struct nkb_value *group, const char *name,
                     const char *v, const char *source)
{
    put(arena, group, name, nkb_value_text(arena, v), NULL, source);
}

void nkb_metric_string(struct nkb_arena *arena, struct nkb_value *group, const char *name,
                       struct nkb_str v, const char *source)
{
    put(arena, group, name, nkb_value_string(arena, v), NULL, source);
}

void nkb_metric_absent(struct nkb_arena *arena, struct nkb_value *group, const char *name,
                       const char *why)
{
    struct nkb_value *v = nkb_value_new(arena, NKB_ABSENT);
    nkb_value_annotate(arena, v, NULL, NULL, nkb_arena_string(arena, why));
    nkb_value_put(arena, group, name, v);
}

struct nkb_value *nkb_metric_group(struct nkb_arena *arena, struct nkb_value *group,
                                   const char *name)
{
    struct nkb_value *v = nkb_value_object(arena);
    nkb_value_put(arena, group, name, v);
    return v;
}

struct nkb_value *nkb_metric_list(struct nkb_arena *arena, struct nkb_value *group,
                                  const char *name)
{
    struct nkb_value *v = nkb_value_array(arena);
    nkb_value_put(arena, group, name, v);
    return v;
}
