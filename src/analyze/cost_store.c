/* What the cost model keeps of millions of instructions, in little memory. Own costs are three
 * 64-bit numbers, of which an instruction has the position; the few beyond that are listed apart.
 * Sizes are not kept at all: instructions share their shapes, so the sizes of the last few hundred
 * shapes answer nearly every question. */
#include "analyze/cost_parts.h"

#include "base/pages.h"

struct nkb_cost_wide {
    uint32_t at;
    struct nkb_cost_own own;
};

enum { FIRST_ROOM = 64, NOTHING = 0 /* the position of what costs nothing */ };

bool nkb_cost_table_open(struct nkb_cost_table *table, struct nkb_arena *scratch)
{
    table->at = nkb_pages_alloc(FIRST_ROOM * sizeof *table->at);
    if (!table->at) {
        scratch->failed = true;
        return false;
    }
    table->room = FIRST_ROOM;
    table->count = 1;
    table->at[NOTHING] = (struct nkb_cost_row){0, 0, 0};
    return true;
}

/* Its position; NOTHING when memory runs out. */
static uint32_t add_row(struct nkb_cost_table *table, struct nkb_cost_row row)
{
    size_t bytes;
    if (table->count == table->room) {
        uint32_t room = table->room < UINT32_MAX / 2 ? table->room * 2 : UINT32_MAX;
        struct nkb_cost_row *grown =
            table->count < room && nkb_size_mul(room, sizeof *grown, &bytes)
                ? nkb_pages_grow(table->at, table->count * sizeof *grown, bytes)
                : NULL;
        if (!grown)
            return NOTHING;
        table->at = grown;
        table->room = room;
    }
    table->at[table->count] = row;
    return table->count++;
}

bool nkb_cost_rows_open(struct nkb_cost_rows *rows, uint32_t count, struct nkb_arena *scratch)
{
    size_t bytes;
    *rows = (struct nkb_cost_rows){0};
    if (nkb_size_mul(count, sizeof *rows->at, &bytes))
        rows->at = nkb_arena_take(scratch, bytes);
    return rows->at != NULL;
}

bool nkb_cost_rows_put(struct nkb_cost_rows *rows, struct nkb_cost_table *table, uint32_t at,
                       const struct nkb_cost_own *own, struct nkb_arena *scratch)
{
    struct nkb_cost_row row;
    bool fits = nkb_i128_fits(own->flops, &row.flops) && !nkb_cost_row_is_wide(&row) &&
                nkb_i128_fits(own->transcendentals, &row.transcendentals) &&
                nkb_i128_fits(own->bytes, &row.bytes);
    if (!fits)
        row = (struct nkb_cost_row){NKB_COST_WIDE, 0, 0};
    rows->at[at] = NOTHING;
    if (!nkb_cost_row_is_zero(&row) && (rows->at[at] = add_row(table, row)) == NOTHING) {
        scratch->failed = true;
        return false;
    }
    if (fits)
        return true;
    if (rows->wide_count == rows->wide_room) {
        uint32_t room = rows->wide_room ? rows->wide_room * 2 : 16;
        struct nkb_cost_wide *wide =
            room > rows->wide_room
                ? nkb_arena_grow(scratch, rows->wide, rows->wide_count, room, sizeof *wide)
                : NULL;
        if (!wide)
            return false;
        rows->wide = wide;
        rows->wide_room = room;
    }
    rows->wide[rows->wide_count++] = (struct nkb_cost_wide){at, *own};
    return true;
}

struct nkb_cost_own nkb_cost_rows_wide(const struct nkb_cost_rows *rows, uint32_t at)
{
    uint32_t low = 0, high = rows->wide_count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (rows->wide[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return rows->wide[low].own;
}

enum { SIZES_MAX = 512 };

bool nkb_cost_sizes_open(struct nkb_cost_sizes *sizes, uint64_t instructions,
                         struct nkb_arena *scratch)
{
    size_t room = 1;
    while (room < SIZES_MAX && room < instructions)
        room *= 2;
    sizes->at = nkb_arena_array(scratch, room, sizeof *sizes->at);
    sizes->mask = room - 1;
    return sizes->at != NULL;
}

const struct nkb_cost_size *nkb_cost_sizes_add(struct nkb_cost_sizes *sizes,
                                               const struct nkb_hlo_shape *shape)
{
    struct nkb_cost_size *place = nkb_cost_sizes_place(sizes, shape);
    nkb_i128 output, operand;
    if (!nkb_cost_shape_bytes(shape, false, &output))
        return NULL;
    operand = output;
    if (shape->element_type == NKB_TYPE_TUPLE && !nkb_cost_shape_bytes(shape, true, &operand))
        return NULL;
    *place = (struct nkb_cost_size){shape, operand, output};
    return place;
}

bool nkb_cost_sizes_find(struct nkb_cost_sizes *sizes, const struct nkb_hlo_shape *shape,
                         bool as_operand, nkb_i128 *out)
{
    const struct nkb_cost_size *size = nkb_cost_sizes_of(sizes, shape);
    if (size)
        *out = as_operand ? size->as_operand : size->as_output;
    return size != NULL;
}
