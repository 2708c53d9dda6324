/* A metric by the path that `nkibench metrics` prints: training.mfu_percent, hlo.modules[1].static.
 * Lists count from 1 there, as a rule reads them. A name that does not exist is answered with the
 * one that was meant. */
#include "run.h"

#include <string.h>

#include "base/num.h"
#include "base/text.h"

enum { MAX_NAMES = 256 };

/* The member that at begins with, up to a '.', a '[' or the end; the longest, for a key may have
 * dots in it. */
static struct nkb_value *find_member(const struct nkb_value *v, const char *at, size_t *length)
{
    struct nkb_value *found = NULL;
    size_t left = strlen(at);

    for (size_t i = 0; i < v->as.items.count; i++) {
        struct nkb_str key = v->as.items.at[i].key;
        bool begins = key.len > 0 && key.len <= left && memcmp(key.ptr, at, key.len) == 0;
        /* strchr finds the end of the path too */
        if (begins && strchr(".[", at[key.len]) && (!found || key.len > *length)) {
            found = v->as.items.at[i].value;
            *length = key.len;
        }
    }
    return found;
}

/* "[3]" */
static struct nkb_value *find_item(const struct nkb_value *v, const char *at, size_t *length)
{
    const char *end = strchr(at, ']');
    int64_t position;

    if (at[0] != '[' || !end || !strchr(".[", end[1]) ||
        !nkb_parse_i64((struct nkb_str){at + 1, (size_t)(end - at - 1)}, &position) ||
        position < 1 || (uint64_t)position > v->as.items.count)
        return NULL;
    *length = (size_t)(end - at) + 1;
    return nkb_value_at(v, (size_t)position - 1);
}

static int no_metric(nkb_run *run, const struct nkb_value *v, const char *path, const char *at)
{
    const char *names[MAX_NAMES];
    char shown[NKB_SHOWN_BYTES];
    size_t count = 0;

    for (size_t i = 0; nkb_value_is(v, NKB_OBJECT) && i < v->as.items.count && count < MAX_NAMES;
         i++)
        names[count++] = v->as.items.at[i].key.ptr;
    const char *meant = nkb_suggest((struct nkb_str){at, strcspn(at, ".[")}, names, count);
    return nkb_err_set(&run->err, NKB_EUSAGE, "no metric '%s'%s%s%s (nkibench metrics lists them)",
                       nkb_show(nkb_str_from(path), shown), meant ? "; did you mean '" : "",
                       meant ? meant : "", meant ? "'?" : "");
}

struct nkb_value *run_find_metric(nkb_run *run, const char *path)
{
    struct nkb_value *v = run->metrics;
    const char *at = path;

    while (v) {
        size_t length = 0;
        struct nkb_value *next = nkb_value_is(v, NKB_ARRAY)    ? find_item(v, at, &length)
                                 : nkb_value_is(v, NKB_OBJECT) ? find_member(v, at, &length)
                                                               : NULL;
        if (!next) {
            no_metric(run, v, path, at);
            return NULL;
        }
        v = next;
        at += length;
        if (*at == '\0')
            return v;
        at += *at == '.';
    }
    return NULL;
}

/* A copy of a group that shares its members. */
static struct nkb_value *copy_group(struct nkb_arena *arena, struct nkb_value *group)
{
    if (nkb_value_makes_items(group) && !nkb_value_fill(group))
        return NULL;
    struct nkb_value *copy = nkb_value_new(arena, group->kind);
    size_t count = group->as.items.count;
    struct nkb_member *at = nkb_arena_array(arena, count ? count : 1, sizeof *at);
    if (!copy || !at)
        return NULL;
    *copy = *group;
    memcpy(at, group->as.items.at, count * sizeof *at);
    copy->as.items.at = at;
    copy->as.items.capacity = count;
    return copy;
}

static struct nkb_value **place_of(struct nkb_value *group, const struct nkb_value *member)
{
    for (size_t i = 0; i < group->as.items.count; i++)
        if (group->as.items.at[i].value == member)
            return &group->as.items.at[i].value;
    return NULL;
}

struct nkb_value *run_vary_metric(nkb_run *run, const char *path, struct nkb_value **leaf)
{
    struct nkb_arena *arena = &run->arena;
    struct nkb_value *root = copy_group(arena, run->metrics), *v = root;
    const char *at = path;

    while (v) {
        size_t length = 0;
        struct nkb_value *next =
            v->kind == NKB_ARRAY ? find_item(v, at, &length) : find_member(v, at, &length);
        if (!next) {
            no_metric(run, v, path, at);
            return NULL;
        }
        struct nkb_value **place = place_of(v, next);
        at += length;
        at += *at == '.';
        if (*at == '\0') {
            *leaf = *place = nkb_value_new(arena, next->kind);
            if (!*leaf)
                break;
            **leaf = *next;
            return root;
        }
        if (next->kind != NKB_ARRAY && next->kind != NKB_OBJECT) {
            no_metric(run, next, path, at);
            return NULL;
        }
        *place = v = copy_group(arena, next);
    }
    nkb_err_memory(&run->err);
    return NULL;
}
