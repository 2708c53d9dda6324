/* Metrics somebody wrote down become an m: names and types are looked up among those the engine can
 * make, what was not given is absent. Nesting is the converter's or the reader's limit. */
#include "host/test_tree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"

enum { MAX_NAMES = 256, PATH_BYTES = 512 };

/* The way to a value, for messages. */
struct way {
    const struct way *up; /* NULL at the top */
    struct nkb_str name;
};

static void write_way(const struct way *way, char *out, size_t size)
{
    const struct way *steps[NKB_SHOWN_BYTES] = {NULL};
    char shown[NKB_SHOWN_BYTES];
    size_t count = 0, used = 0;

    out[0] = '\0';
    for (; way->up && count < NKB_SHOWN_BYTES; way = way->up)
        steps[count++] = way;
    while (count-- > 0 && used < size) {
        struct nkb_str name = steps[count]->name;
        const char *dot = used == 0 || (name.len && name.ptr[0] == '[') ? "" : ".";
        int n = snprintf(out + used, size - used, "%s%s", dot, nkb_show(name, shown));
        used += n > 0 ? (size_t)n : 0;
    }
}

static int unknown(const struct way *way, const struct nkb_shape *shape, struct nkb_err *err)
{
    const char *names[MAX_NAMES];
    char path[PATH_BYTES];
    size_t count = 0;
    struct nkb_arena scratch = NKB_ARENA_INIT;

    for (const struct nkb_shape *child = shape->children; child && count < MAX_NAMES;
         child = child->next) {
        const char *name = nkb_arena_copy(&scratch, child->name).ptr;
        if (name)
            names[count++] = name;
    }
    const char *meant = nkb_suggest(way->name, names, count);
    write_way(way, path, sizeof path);
    int code = nkb_err_set(err, NKB_EINPUT, "no metric '%s'%s%s%s", path,
                           meant ? "; did you mean '" : "; known are those nkibench metrics lists",
                           meant ? meant : "", meant ? "'?" : "");
    nkb_arena_free(&scratch);
    return code;
}

static int misfit(const struct way *way, const struct nkb_value *v, const char *expected,
                  struct nkb_err *err)
{
    char path[PATH_BYTES], number[NKB_NUM_TEXT_BYTES];
    const char *shown = nkb_kind_name(v->kind);

    write_way(way, path, sizeof path);
    if (v->kind == NKB_FLOAT) {
        nkb_format_double(v->as.number, number);
        shown = number;
    }
    return nkb_err_set(err, NKB_EINPUT, "metric '%s' is %s; %s is expected", path, shown, expected);
}

static bool is_absent_mark(const struct nkb_value *v)
{
    return v->kind == NKB_OBJECT && v->as.items.count == 1 &&
           nkb_str_is(v->as.items.at[0].key, NKB_TREE_ABSENT);
}

static void make_absent(struct nkb_arena *arena, struct nkb_value *v, const char *why)
{
    v->kind = NKB_ABSENT;
    v->note = NULL;
    nkb_value_annotate(arena, v, NULL, NULL, why);
}

/* Does the value fit what the engine has there? Its numbers take the engine's kind. */
static int fit_number(const struct way *way, bool whole, struct nkb_value *v, struct nkb_err *err)
{
    static const double exact =
        9007199254740992.0; /* 2^53: every whole double up to it is itself */

    if (v->kind != NKB_INT && v->kind != NKB_FLOAT)
        return misfit(way, v, whole ? "a whole number" : "a number", err);
    if (!whole && v->kind == NKB_INT) {
        v->as.number = (double)v->as.integer;
        v->kind = NKB_FLOAT;
    } else if (whole && v->kind == NKB_FLOAT) {
        if (!(fabs(v->as.number) <= exact) || v->as.number != floor(v->as.number))
            return misfit(way, v, "a whole number", err);
        v->as.integer = (int64_t)v->as.number;
        v->kind = NKB_INT;
    }
    return 0;
}

static int admit(struct nkb_arena *arena, const struct nkb_shape *shape, const struct way *way,
                 struct nkb_value *v, struct nkb_err *err);

static int admit_members(struct nkb_arena *arena, const struct nkb_shape *shape,
                         const struct way *way, struct nkb_value *v, struct nkb_err *err)
{
    bool open = strcmp(shape->metric->type, "open") == 0;
    char position[32];
    int code = 0;

    for (size_t i = 0; code == 0 && i < v->as.items.count; i++) {
        struct nkb_member *member = &v->as.items.at[i];
        struct way below = {way, member->key};
        if (v->kind == NKB_ARRAY) {
            snprintf(position, sizeof position, "[%zu]", i + 1);
            below.name = nkb_str_from(position);
        }
        const struct nkb_shape *child = nkb_shape_member(shape, below.name);
        if (is_absent_mark(member->value))
            code = admit(arena, child ? child : shape, &below, member->value, err);
        else if (child)
            code = admit(arena, child, &below, member->value, err);
        else if (!open)
            code = unknown(&below, shape, err);
    }
    return code;
}

static int admit(struct nkb_arena *arena, const struct nkb_shape *shape, const struct way *way,
                 struct nkb_value *v, struct nkb_err *err)
{
    const char *type = shape->metric->type;

    if (is_absent_mark(v)) {
        const struct nkb_value *why = v->as.items.at[0].value;
        make_absent(arena, v, nkb_value_is(why, NKB_STRING) ? why->as.string.ptr : "absent");
        return 0;
    }
    if (v->kind == NKB_ABSENT || v->kind == NKB_NULL)
        return 0;
    if (v->kind == NKB_ARRAY && v->as.items.count == 0 && strcmp(type, "group") == 0)
        v->kind = NKB_OBJECT; /* {} is a list to whom it means nothing */
    if (strcmp(type, "group") == 0 && v->kind != NKB_OBJECT)
        return misfit(way, v, "a table of metrics", err);
    if (strcmp(type, "list") == 0 && v->kind != NKB_ARRAY)
        return misfit(way, v, "a list", err);
    if (strcmp(type, "string") == 0 && v->kind != NKB_STRING)
        return misfit(way, v, "a text", err);
    if (strcmp(type, "boolean") == 0 && v->kind != NKB_BOOL)
        return misfit(way, v, "true or false", err);
    if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0)
        return fit_number(way, type[0] == 'i', v, err);
    return v->kind == NKB_OBJECT || v->kind == NKB_ARRAY ? admit_members(arena, shape, way, v, err)
                                                         : 0;
}

static void merge(struct nkb_arena *arena, struct nkb_value *under, const struct nkb_value *over)
{
    for (size_t i = 0; i < over->as.items.count; i++) {
        const struct nkb_member *member = &over->as.items.at[i];
        struct nkb_value *there = nkb_value_find(under, member->key);
        if (nkb_value_is(there, NKB_OBJECT) && nkb_value_is(member->value, NKB_OBJECT))
            merge(arena, there, member->value);
        else
            nkb_value_set(arena, under, member->key, member->value);
    }
}

/* Put a value at a path, making the groups on the way; an item must be there, or be the next. */
static int put(struct nkb_arena *arena, struct nkb_value *tree, struct nkb_str path,
               struct nkb_value *v, struct nkb_err *err)
{
    char shown[NKB_SHOWN_BYTES];
    struct nkb_value *at = tree;

    for (struct nkb_str rest = path; rest.len && at;) {
        struct nkb_str name = {rest.ptr, nkb_step_length(rest)};
        rest = nkb_step_rest(rest, name.len);
        bool item = name.ptr[0] == '[';
        int64_t position = 0;
        struct nkb_value *below = NULL;

        if (item && (at->kind != NKB_ARRAY || name.len < 3 ||
                     !nkb_parse_i64((struct nkb_str){name.ptr + 1, name.len - 2}, &position) ||
                     position < 1 || (uint64_t)position > at->as.items.count))
            return nkb_err_set(err, NKB_EINPUT,
                               "metric '%s': there is no item %s; write the list itself first",
                               nkb_show(path, shown),
                               name.len < 20 ? nkb_arena_copy(arena, name).ptr : "of that number");
        struct nkb_value **slot = item ? &at->as.items.at[position - 1].value : NULL;
        below = item ? *slot : nkb_value_find(at, name);
        if (rest.len == 0) {
            if (nkb_value_is(below, NKB_OBJECT) && v->kind == NKB_OBJECT)
                merge(arena, below, v);
            else if (item)
                *slot = v;
            else
                nkb_value_set(arena, at, name, v);
            return 0;
        }
        if (!below || (below->kind != NKB_OBJECT && below->kind != NKB_ARRAY)) {
            below = nkb_value_object(arena);
            if (item)
                *slot = below;
            else
                nkb_value_set(arena, at, name, below);
        }
        at = below;
    }
    return 0;
}

/* The shape at a path; NULL below what is open. */
static int resolve(const struct nkb_shape *shape, struct nkb_str path, const struct nkb_shape **out,
                   struct nkb_err *err)
{
    struct way top = {NULL, NKB_STR_NONE}, whole = {&top, NKB_STR_NONE};
    struct nkb_str rest = path;

    do {
        size_t len = nkb_step_length(rest);
        const struct nkb_shape *child = nkb_shape_member(shape, (struct nkb_str){rest.ptr, len});
        if (!child && strcmp(shape->metric->type, "open") == 0) {
            *out = NULL;
            return 0;
        }
        if (!child || len == 0) {
            struct way up = {&top, {path.ptr, (size_t)(rest.ptr - path.ptr)}};
            if (up.name.len && up.name.ptr[up.name.len - 1] == '.')
                up.name.len--;
            whole = (struct way){up.name.len ? &up : &top, {rest.ptr, len}};
            return unknown(&whole, shape, err);
        }
        shape = child;
        rest = nkb_step_rest(rest, len);
    } while (rest.len);
    *out = shape;
    return 0;
}

int nkb_tree_lay(struct nkb_arena *arena, const struct nkb_shape *shape, struct nkb_value *tree,
                 const struct nkb_value *layer, struct nkb_err *err)
{
    static const struct nkb_api_metric anything = {"", "open", NULL, false, ""};
    const struct nkb_shape open = {NKB_STR_NONE, &anything, NULL, NULL};
    struct way top = {NULL, NKB_STR_NONE};
    int code = 0;

    for (size_t i = 0; code == 0 && i < layer->as.items.count; i++) {
        const struct nkb_member *member = &layer->as.items.at[i];
        const struct nkb_shape *found = NULL;
        struct way way = {&top, member->key};
        code = resolve(shape, member->key, &found, err);
        if (code == 0)
            code = admit(arena, found ? found : &open, &way, member->value, err);
        if (code == 0)
            code = put(arena, tree, member->key, member->value, err);
    }
    if (code == 0 && nkb_arena_failed(arena))
        code = nkb_err_memory(err);
    return code;
}

void nkb_tree_lay_fixture(struct nkb_arena *arena, struct nkb_value *tree,
                          const struct nkb_value *fixture)
{
    if (nkb_value_is(fixture, NKB_OBJECT))
        merge(arena, tree, fixture);
}

static struct nkb_value *complete(struct nkb_arena *arena, const struct nkb_shape *shape,
                                  struct nkb_value *v, const char *source)
{
    if (!v)
        return NULL;
    if (v->kind == NKB_ARRAY) {
        for (size_t i = 0; i < v->as.items.count; i++) {
            const struct nkb_shape *child = nkb_shape_member(shape, NKB_STR_LITERAL("[]"));
            v->as.items.at[i].value = complete(arena, child, v->as.items.at[i].value, source);
        }
        return v;
    }
    if (v->kind != NKB_OBJECT) {
        if (!v->note && v->kind != NKB_ABSENT && v->kind != NKB_NULL)
            nkb_value_annotate(arena, v, shape ? shape->metric->unit : NULL, source, NULL);
        return v;
    }
    struct nkb_value *ordered = nkb_value_object(arena);
    for (const struct nkb_shape *child = shape ? shape->children : NULL; child && ordered;
         child = child->next) {
        struct nkb_value *member = nkb_value_find(v, child->name);
        if (member)
            nkb_value_set(arena, ordered, child->name, complete(arena, child, member, source));
        else if (child->name.ptr[0] != '*' && child->name.ptr[0] != '[')
            nkb_metric_absent(arena, ordered, nkb_arena_copy(arena, child->name).ptr,
                              "not given in the test");
    }
    for (size_t i = 0; i < v->as.items.count && ordered; i++) {
        const struct nkb_member *member = &v->as.items.at[i];
        if (!nkb_value_find(ordered, member->key))
            nkb_value_set(
                arena, ordered, member->key,
                complete(arena, nkb_shape_member(shape, member->key), member->value, source));
    }
    return ordered;
}

/* A table has all its columns in every row, as the reader of tables makes it. */
static void complete_rows(struct nkb_arena *arena, struct nkb_value *rows)
{
    struct nkb_value *columns = nkb_value_object(arena);

    for (size_t pass = 0; columns && pass < 2; pass++)
        for (size_t i = 0; i < rows->as.items.count; i++) {
            struct nkb_value *row = rows->as.items.at[i].value;
            const struct nkb_value *from = pass == 0 ? row : columns;
            if (!nkb_value_is(row, NKB_OBJECT))
                continue;
            for (size_t k = 0; k < from->as.items.count; k++) {
                struct nkb_str name = from->as.items.at[k].key;
                if (pass == 0)
                    nkb_value_set(arena, columns, name, row);
                else if (!nkb_value_find(row, name))
                    nkb_metric_absent(arena, row, name.ptr, "an empty cell");
            }
        }
}

struct nkb_value *nkb_tree_complete(struct nkb_arena *arena, const struct nkb_shape *shape,
                                    struct nkb_value *tree, const char *source)
{
    if (!nkb_value_get(tree, "files")) /* always there: what was read is known */
        nkb_value_put(arena, tree, "files", nkb_value_array(arena));
    if (nkb_value_is(nkb_value_get(tree, "runs"), NKB_ARRAY))
        complete_rows(arena, nkb_value_get(tree, "runs"));
    tree = complete(arena, shape, tree, source);
    return nkb_arena_failed(arena) ? NULL : tree;
}

struct nkb_value *nkb_tree_find(struct nkb_value *tree, struct nkb_str path)
{
    while (tree && path.len) {
        struct nkb_str name = {path.ptr, nkb_step_length(path)};
        int64_t position;
        if (name.len == 0)
            return NULL;
        if (name.ptr[0] != '[') {
            tree = nkb_value_find(tree, name);
        } else if (name.len > 2 && tree->kind == NKB_ARRAY &&
                   nkb_parse_i64((struct nkb_str){name.ptr + 1, name.len - 2}, &position) &&
                   position >= 1 && (uint64_t)position <= tree->as.items.count) {
            tree = tree->as.items.at[position - 1].value;
        } else {
            return NULL;
        }
        path = nkb_step_rest(path, name.len);
    }
    return tree;
}
