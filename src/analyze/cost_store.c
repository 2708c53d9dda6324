/* What the cost model keeps of millions of instructions, in little memory. Own costs are three
 * 64-bit numbers; the few beyond that are listed apart. Sizes are not kept at all: instructions
 * share their shapes, so the sizes of the last few hundred shapes answer nearly every question. */
#include "analyze/cost_parts.h"

struct nkb_cost_wide {
    uint32_t at;
    struct nkb_cost_own own;
};

bool nkb_cost_rows_open(struct nkb_cost_rows *rows, uint32_t count, struct nkb_arena *scratch)
{
    size_t bytes;
    *rows = (struct nkb_cost_rows){0};
    if (nkb_size_mul(count, sizeof *rows->at, &bytes))
        rows->at = nkb_arena_take(scratch, bytes);
    return rows->at != NULL;
}

bool nkb_cost_rows_put(struct nkb_cost_rows *rows, uint32_t at, const struct nkb_cost_own *own,
                       struct nkb_arena *scratch)
{
    struct nkb_cost_row *row = &rows->at[at];
    if (nkb_i128_fits(own->flops, &row->flops) && !nkb_cost_row_is_wide(row) &&
        nkb_i128_fits(own->transcendentals, &row->transcendentals) &&
        nkb_i128_fits(own->bytes, &row->bytes))
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
    row->flops = NKB_COST_WIDE;
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
