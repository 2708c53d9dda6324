/* What m may hold, as a tree: the table of the API has one path a row, parents before children. */
#include "host/test_shape.h"

/* The first step of a path: a name, or "[…]" with all that is between. */
size_t nkb_step_length(struct nkb_str path)
{
    size_t end = 0;
    if (path.len && path.ptr[0] == '[') {
        while (end < path.len && path.ptr[end] != ']')
            end++;
        return end < path.len ? end + 1 : end;
    }
    while (end < path.len && path.ptr[end] != '.' && path.ptr[end] != '[')
        end++;
    return end;
}

struct nkb_str nkb_step_rest(struct nkb_str path, size_t step)
{
    struct nkb_str rest = {path.ptr + step, path.len - step};
    if (rest.len && rest.ptr[0] == '.')
        rest = (struct nkb_str){rest.ptr + 1, rest.len - 1};
    return rest;
}

struct nkb_shape *nkb_shape_member(const struct nkb_shape *shape, struct nkb_str name)
{
    bool item = name.len && name.ptr[0] == '[';
    struct nkb_shape *any = NULL;

    for (struct nkb_shape *child = shape ? shape->children : NULL; child; child = child->next) {
        if (nkb_str_equal(child->name, name) || (item && child->name.ptr[0] == '['))
            return child;
        if (child->name.len == 1 && child->name.ptr[0] == '*')
            any = child;
    }
    return any;
}

const struct nkb_shape *nkb_shape_new(struct nkb_arena *arena)
{
    static const struct nkb_api_metric root = {"", "group", NULL, false, ""};
    struct nkb_shape *top = nkb_arena_alloc(arena, sizeof *top);
    if (!top)
        return NULL;
    top->metric = &root;
    for (const struct nkb_api_metric *metric = nkb_api_metrics; metric->path; metric++) {
        struct nkb_shape *at = top;
        for (struct nkb_str rest = nkb_str_from(metric->path); rest.len;) {
            struct nkb_str name = {rest.ptr, nkb_step_length(rest)};
            struct nkb_shape **slot = &at->children;
            while (*slot && !nkb_str_equal((*slot)->name, name))
                slot = &(*slot)->next;
            if (!*slot) {
                *slot = nkb_arena_alloc(arena, sizeof **slot);
                if (!*slot)
                    return NULL;
                (*slot)->name = name;
                (*slot)->metric = metric;
            }
            at = *slot;
            rest = nkb_step_rest(rest, name.len);
        }
    }
    return top;
}

const struct nkb_api_metric *nkb_shape_find(const struct nkb_shape *shape, struct nkb_str path)
{
    while (shape && path.len) {
        struct nkb_str name = {path.ptr, nkb_step_length(path)};
        shape = nkb_shape_member(shape, name);
        path = nkb_step_rest(path, name.len);
    }
    return shape ? shape->metric : NULL;
}
