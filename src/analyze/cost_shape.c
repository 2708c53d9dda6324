/* Sizes of shapes as XLA's CPU client has them (facts 2): no layout, no size; a tuple is its table
 * of pointers; each dimension of a dynamic array has a 4-byte size behind the data. */
#include "analyze/cost_parts.h"

#include "analyze/work.h"

enum {
    SHAPE_DEPTH_MAX = 200, /* tuples in tuples; the protobuf reader stops at 100 messages */
    POINTER_BYTES = 8,
    DYNAMIC_DIM_BYTES = 4,
};

/* bits / 8 rounded up, wrapping in 64 bits where the element count already did. */
static bool array_bytes(const struct nkb_hlo_shape *shape, nkb_i128 *out)
{
    nkb_i128 elements, bits;
    /* Without a layout that says so, types below a byte take a whole one. */
    int64_t bits_each = shape->element_size_bits;
    if (bits_each == 0)
        bits_each = (nkb_hlo_type_bits(shape->element_type) + 7) / 8 * 8;
    if (bits_each <= 0 || !nkb_shape_xla_elements(shape, &elements))
        return false;
    bool unbounded = false;
    for (uint32_t i = 0; i < shape->rank; i++)
        unbounded |= shape->dims[i] == INT64_MIN;
    if (unbounded && bits_each % 8 == 0)
        *out = (int64_t)((uint64_t)elements * (uint64_t)(bits_each / 8));
    else if (nkb_i128_mul(elements, bits_each, &bits))
        *out = bits / 8 + (bits % 8 > 0);
    else
        return false;
    if (shape->dynamic || unbounded)
        *out += (nkb_i128)DYNAMIC_DIM_BYTES * shape->rank;
    return true;
}

/* Add up the leaves; *has_layouts becomes false when an array among them has none. */
static bool add_leaves(const struct nkb_hlo_shape *shape, int depth, bool *has_layouts,
                       nkb_i128 *sum)
{
    nkb_i128 bytes;
    switch (shape->element_type) {
    case NKB_TYPE_TUPLE:
    case NKB_TYPE_BUFFER:
        if (depth >= SHAPE_DEPTH_MAX)
            return false;
        for (uint32_t i = 0; i < shape->tuple_count; i++)
            if (!add_leaves(&shape->tuple[i], depth + 1, has_layouts, sum))
                return false;
        return true;
    case NKB_TYPE_TOKEN:
        return true;
    case NKB_TYPE_OPAQUE:
        return nkb_i128_add(*sum, POINTER_BYTES, sum);
    default:
        if (!array_bytes(shape, &bytes))
            return false;
        if (!shape->has_layout) {
            *has_layouts = false;
            return true;
        }
        return nkb_i128_add(*sum, bytes, sum);
    }
}

bool nkb_cost_shape_bytes(const struct nkb_hlo_shape *shape, bool as_operand, nkb_i128 *out)
{
    bool has_layouts = true;
    *out = 0;
    if (!add_leaves(shape, 0, &has_layouts, out))
        return false;
    if (as_operand && shape->element_type == NKB_TYPE_TUPLE)
        *out = has_layouts ? (nkb_i128)POINTER_BYTES * shape->tuple_count : 0;
    return true;
}

static bool add_elements(const struct nkb_hlo_shape *shape, int depth, nkb_i128 *sum)
{
    nkb_i128 elements;
    if (shape->element_type == NKB_TYPE_TUPLE) {
        if (depth >= SHAPE_DEPTH_MAX)
            return false;
        for (uint32_t i = 0; i < shape->tuple_count; i++)
            if (!add_elements(&shape->tuple[i], depth + 1, sum))
                return false;
        return true;
    }
    if (nkb_hlo_type_bits(shape->element_type) == 0)
        return true; /* tokens and the like */
    return nkb_shape_xla_elements(shape, &elements) && nkb_i128_add(*sum, elements, sum);
}

bool nkb_cost_leaf_elements(const struct nkb_hlo_shape *shape, nkb_i128 *out)
{
    *out = 0;
    return add_elements(shape, 0, out);
}
