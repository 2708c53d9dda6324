/* Modules while they are looked for: added one by one, and none ever moves. */
#include <stdlib.h>

#include "base/num.h"
#include "run_reading.h"

struct nkb_module *run_found_add(struct run_found *found)
{
    size_t room = RUN_PIECE, first = 0, i = 0;
    for (; found->count - first >= room; first += room, room *= 2)
        i++;
    if (i >= RUN_PIECES)
        return NULL;
    if (!found->pieces[i] && !(found->pieces[i] = calloc(room, sizeof(struct nkb_module))))
        return NULL;
    return &found->pieces[i][found->count++ - first];
}

struct nkb_module *run_found_at(const struct run_found *found, size_t i)
{
    size_t room = RUN_PIECE, first = 0, piece = 0;
    for (; i - first >= room; first += room, room *= 2)
        piece++;
    return &found->pieces[piece][i - first];
}

void run_found_free(struct run_found *found)
{
    for (size_t i = 0; i < RUN_PIECES; i++)
        free(found->pieces[i]);
    *found = (struct run_found){.count = 0};
}

int run_found_move(struct run_found *found, nkb_run *run)
{
    for (size_t i = 0; i < found->count; i++) {
        struct nkb_module *module = run_add_module(run);
        if (!module)
            return nkb_err_memory(&run->err);
        *module = *run_found_at(found, i);
    }
    run_found_free(found);
    return 0;
}
