/* What the cost model keeps of millions of instructions, in little memory. Own costs are three
 * 64-bit numbers; the few beyond that are listed apart. Sizes are not kept at all: instructions
 * share their shapes, so the sizes of the last few hundred shapes answer nearly every question. */
#include "analyze/cost_parts.h"

#include "base/hash.h"

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

enum { SIZES = 512 };

struct nkb_cost_sizes {
    struct {
        const struct nkb_hlo_shape *shape;
        nkb_i128 as_operand, as_output;
    } at[SIZES];
};

struct nkb_cost_sizes *nkb_cost_sizes_new(struct nkb_arena *scratch)
{
    return nkb_arena_alloc(scratch, sizeof(struct nkb_cost_sizes));
}

bool nkb_cost_sizes_find(struct nkb_cost_sizes *sizes, const struct nkb_hlo_shape *shape,
                         bool as_operand, nkb_i128 *out)
{
    size_t slot = nkb_hash_mix((uint64_t)(uintptr_t)shape, 1) % SIZES;
    if (sizes->at[slot].shape != shape) {
        nkb_i128 output, operand;
        if (!nkb_cost_shape_bytes(shape, false, &output))
            return false;
        operand = output;
        if (shape->element_type == NKB_TYPE_TUPLE && !nkb_cost_shape_bytes(shape, true, &operand))
            return false;
        sizes->at[slot].shape = shape;
        sizes->at[slot].as_operand = operand;
        sizes->at[slot].as_output = output;
    }
    *out = as_operand ? sizes->at[slot].as_operand : sizes->at[slot].as_output;
    return true;
}
