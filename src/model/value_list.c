/* Lists that make their items when somebody looks: a tree of many of them takes what one does. */
#include "model/value.h"

struct nkb_value *nkb_value_made_list(struct nkb_arena *arena, size_t count,
                                      struct nkb_value *(*make)(const void *context, size_t i,
                                                                struct nkb_arena *arena),
                                      const void *context)
{
    struct nkb_value *list = nkb_value_array(arena);
    struct nkb_maker *maker = nkb_arena_alloc(arena, sizeof *maker);
    if (!list || !maker)
        return NULL;
    *maker = (struct nkb_maker){make, context, arena};
    list->as.items.maker = maker;
    list->as.items.count = count;
    return list;
}

struct nkb_value *nkb_value_item(const struct nkb_value *list, size_t i, struct nkb_arena *arena)
{
    const struct nkb_items *items = &list->as.items;
    struct nkb_value *kept = items->at ? items->at[i].value : NULL;
    return kept || !items->maker ? kept : items->maker->make(items->maker->context, i, arena);
}

/* What is made stays in the list, which nobody sees but by where it lies: so a list that is only
 * read may do it. */
struct nkb_value *nkb_value_at(const struct nkb_value *list, size_t i)
{
    struct nkb_items *items = &((struct nkb_value *)(uintptr_t)list)->as.items;
    const struct nkb_maker *maker = items->maker;
    if (maker && !items->at)
        items->at = nkb_arena_array(maker->keep, items->count, sizeof *items->at);
    if (!items->at)
        return NULL;
    if (maker && !items->at[i].value)
        items->at[i].value = maker->make(maker->context, i, maker->keep);
    return items->at[i].value;
}

bool nkb_value_fill(struct nkb_value *list)
{
    struct nkb_items *items = &list->as.items;
    for (size_t i = 0; i < items->count; i++)
        if (!nkb_value_at(list, i))
            return false;
    items->capacity = items->count;
    items->maker = NULL;
    return true;
}
