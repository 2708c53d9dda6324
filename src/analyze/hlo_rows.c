#include "analyze/hlo_rows.h"

#include <stdlib.h>

#include "base/num.h"

enum { FIRST_ROOM = 32 };

void nkb_row_add_figures(struct nkb_row *to, const struct nkb_row *from)
{
    to->absent |= from->absent;
    for (int f = 0; f < NKB_FIGURES; f++)
        to->figures[f] += from->figures[f];
}

int nkb_row_compare(const struct nkb_row *a, const struct nkb_row *b)
{
    int order = nkb_str_compare(a->key, b->key);
    if (order == 0)
        order = nkb_str_compare(a->detail, b->detail);
    if (order == 0)
        order = nkb_str_compare(a->module, b->module);
    if (order == 0)
        order = (a->has_call_macs > b->has_call_macs) - (a->has_call_macs < b->has_call_macs);
    if (order == 0)
        order = (a->call_macs > b->call_macs) - (a->call_macs < b->call_macs);
    return order ? order : (a->order > b->order) - (a->order < b->order);
}

static bool has_room(struct nkb_rows *rows)
{
    size_t room = rows->room ? rows->room * 2 : FIRST_ROOM, bytes;
    if (rows->count < rows->room)
        return true;
    struct nkb_row *grown =
        nkb_size_mul(room, sizeof *grown, &bytes) ? realloc(rows->at, bytes) : NULL;
    if (!grown)
        return false;
    rows->at = grown;
    rows->room = room;
    return true;
}

/* What tells rows of one key apart, before the key, the detail and the module. */
struct identity {
    size_t key_len, detail_len;
    int64_t call_macs;
    uint64_t has_call_macs;
};

/* All that a row is told by in one text, and where its key stands in that. */
static struct nkb_str identify(struct nkb_rows *rows, const struct nkb_row *row, size_t *key_at)
{
    const struct identity identity = {row->key.len, row->detail.len, row->call_macs,
                                      row->has_call_macs};
    *key_at = 0;
    if (rows->by != NKB_BY_KERNEL && rows->by != NKB_BY_COMPUTATION && rows->by != NKB_BY_SHAPE)
        return row->key; /* others have nothing but a key */
    *key_at = sizeof identity;
    rows->text.len = 0;
    nkb_buf_append(&rows->text, &identity, sizeof identity);
    nkb_buf_append(&rows->text, row->key.ptr, row->key.len);
    nkb_buf_append(&rows->text, row->detail.ptr, row->detail.len);
    nkb_buf_append(&rows->text, row->module.ptr, row->module.len);
    return nkb_buf_str(&rows->text);
}

/* The row that is the same as `like`; a new one has no figures. NULL when memory runs out. */
static struct nkb_row *find_row(struct nkb_rows *rows, const struct nkb_row *like)
{
    size_t key_at;
    uint32_t number;
    const struct nkb_str text = identify(rows, like, &key_at);
    if (!has_room(rows) || rows->text.failed ||
        !nkb_intern_add(&rows->known, &rows->arena, text, &number))
        return NULL;
    if (number < rows->count)
        return &rows->at[number];
    struct nkb_row *row = &rows->at[rows->count++];
    const char *key = rows->known.texts[number].ptr + key_at;
    *row = (struct nkb_row){.key = {key, like->key.len},
                            .detail = {key + like->key.len, like->detail.len},
                            .module = {key + like->key.len + like->detail.len, like->module.len},
                            .has_call_macs = like->has_call_macs,
                            .call_macs = like->call_macs};
    return row;
}

/* Instructions are all different. */
static bool list_row(struct nkb_rows *rows, const struct nkb_row *row)
{
    if (!has_room(rows))
        return false;
    rows->at[rows->count] = *row;
    rows->at[rows->count].order = (uint32_t)rows->count;
    rows->count++;
    return true;
}

static bool add_row(struct nkb_rows *rows, const struct nkb_row *row)
{
    if (rows->by == NKB_BY_INSTRUCTION)
        return list_row(rows, row);
    struct nkb_row *to = find_row(rows, row);
    if (to)
        nkb_row_add_figures(to, row);
    return to != NULL;
}

static struct nkb_row row_of(const struct nkb_group *group)
{
    struct nkb_row row = {.key = group->key,
                          .detail = group->detail,
                          .has_call_macs = group->has_call_macs,
                          .call_macs = group->call_macs,
                          .absent = group->absent};
    for (int f = 0; f < NKB_FIGURES; f++)
        row.figures[f] = group->figures[f];
    return row;
}

bool nkb_rows_add(struct nkb_rows *rows, const struct nkb_module *module)
{
    const struct nkb_groups *groups = nkb_module_groups(module, rows->by);
    uint32_t listed = rows->listed ? rows->listed : groups->count;
    for (uint32_t g = 0; g < groups->count + groups->has_rest; g++) {
        struct nkb_row row = row_of(g < groups->count ? &groups->at[g] : &groups->rest);
        if (g >= listed || g == groups->count) {
            nkb_row_add_figures(&rows->others, &row);
            rows->has_others = true;
            continue;
        }
        if (rows->by == NKB_BY_MODULE)
            row.key = module->path;
        if (nkb_rows_are_local(rows->by))
            row.module = module->path;
        if (!add_row(rows, &row))
            return false;
    }
    return true;
}

bool nkb_rows_join(struct nkb_rows *rows, const struct nkb_rows *from)
{
    for (size_t i = 0; i < from->count; i++)
        if (!add_row(rows, &from->at[i]))
            return false;
    nkb_row_add_figures(&rows->others, &from->others);
    rows->has_others |= from->has_others;
    return true;
}

void nkb_rows_free(struct nkb_rows *rows)
{
    free(rows->at);
    nkb_intern_free(&rows->known);
    nkb_arena_free(&rows->arena);
    nkb_buf_free(&rows->text);
    *rows = (struct nkb_rows)NKB_ROWS_INIT(rows->by, rows->listed);
}
