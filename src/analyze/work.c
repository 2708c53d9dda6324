/* The work of single instructions. Products are taken so that a zero anywhere makes zero and
 * everything else is exact or refused: no partial product can wrap. The formulas are those of XLA's
 * HloCostAnalysis (xla/service/hlo_cost_analysis.cc), the dot's also upstream's. */
#include "analyze/work.h"

#include "analyze/positions.h"
#include "base/buf.h"

/* A product that may pass through overflow on its way to zero. */
struct product {
    nkb_i128 value;
    bool zero, overflow;
};

#define PRODUCT_ONE ((struct product){1, false, false})

static void multiply(struct product *product, nkb_i128 factor)
{
    if (factor == 0)
        product->zero = true;
    else if (!nkb_i128_mul(product->value, factor, &product->value))
        product->overflow = true;
}

static bool finish(const struct product *product, nkb_i128 *out)
{
    *out = product->zero ? 0 : product->value;
    return product->zero || !product->overflow;
}

static bool is_array(const struct nkb_hlo_shape *shape)
{
    return shape->element_type != NKB_TYPE_TUPLE && shape->element_type != NKB_TYPE_BUFFER;
}

static void multiply_dims(struct product *product, const struct nkb_hlo_shape *shape, uint32_t from)
{
    for (uint32_t i = from; i < shape->rank; i++)
        multiply(product, shape->dims[i]);
}

/* Dimension i of an array that must have it. */
static bool dimension(const struct nkb_hlo_shape *shape, int64_t i, int64_t *out)
{
    if (!is_array(shape) || i < 0 || i >= (int64_t)shape->rank)
        return false;
    *out = shape->dims[i];
    return true;
}

bool nkb_shape_elements(const struct nkb_hlo_shape *shape, nkb_i128 *out)
{
    struct product product = PRODUCT_ONE;
    multiply_dims(&product, shape, 0);
    return is_array(shape) && finish(&product, out);
}

/* Where a dimension is below 0, or the product beyond 63 bits. */
static bool odd_xla_elements(const struct nkb_hlo_shape *shape, nkb_i128 *out)
{
    bool unbounded = false;
    for (uint32_t i = 0; i < shape->rank; i++) {
        if (shape->dims[i] == INT64_MIN)
            unbounded = true;
        else if (shape->dims[i] < 0)
            return false;
    }
    if (!unbounded)
        return nkb_shape_elements(shape, out);
    uint64_t wrapped = 1;
    for (uint32_t i = 0; i < shape->rank; i++)
        wrapped *= (uint64_t)shape->dims[i];
    *out = (int64_t)wrapped;
    return is_array(shape);
}

bool nkb_shape_xla_elements(const struct nkb_hlo_shape *shape, nkb_i128 *out)
{
    int64_t product = 1;
    for (uint32_t i = 0; i < shape->rank; i++)
        if (shape->dims[i] < 0 || !nkb_i64_mul(product, shape->dims[i], &product))
            return odd_xla_elements(shape, out);
    if (is_array(shape))
        *out = product;
    return is_array(shape);
}

static const struct nkb_hlo_dot *dot_numbers(const struct nkb_hlo_instruction *dot)
{
    static const struct nkb_hlo_dot none;
    return dot->attrs && dot->attrs->dot ? dot->attrs->dot : &none;
}

/* Cross out, among rank dimensions, those that are listed. */
static void mark_dims(char *marks, uint32_t rank, const struct nkb_hlo_ints *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->at[i] >= 0 && list->at[i] < (int64_t)rank)
            marks[list->at[i]] = 1;
}

bool nkb_dot_macs(const struct nkb_hlo_computation *computation,
                  const struct nkb_hlo_instruction *dot, nkb_i128 *out)
{
    const struct nkb_hlo_instruction *lhs = nkb_operand(computation, dot, 0);
    const struct nkb_hlo_instruction *rhs = nkb_operand(computation, dot, 1);
    const struct nkb_hlo_dot *numbers = dot_numbers(dot);
    enum { USUAL_RANK = 16 };
    char usual[USUAL_RANK] = {0}, *marks = usual;
    struct nkb_buf many = NKB_BUF_INIT;
    if (!lhs || !rhs)
        return false;
    uint32_t rank = rhs->shape->rank;
    if (rank > USUAL_RANK) {
        if (!nkb_buf_reserve(&many, rank))
            return false;
        marks = memset(many.data, 0, rank);
    }
    mark_dims(marks, rank, &numbers->rhs_contracting);
    mark_dims(marks, rank, &numbers->rhs_batch);
    struct product product = PRODUCT_ONE;
    multiply_dims(&product, lhs->shape, 0);
    for (uint32_t i = 0; i < rank; i++)
        if (!marks[i])
            multiply(&product, rhs->shape->dims[i]);
    nkb_buf_free(&many);
    return finish(&product, out);
}

bool nkb_dot_is_amiss(const struct nkb_hlo_computation *computation,
                      const struct nkb_hlo_instruction *dot, int64_t *dimension, uint32_t *rank)
{
    const struct nkb_hlo_dot *numbers = dot_numbers(dot);
    const struct {
        uint32_t operand;
        const struct nkb_hlo_ints *list;
    } named[] = {{0, &numbers->lhs_contracting},
                 {1, &numbers->rhs_contracting},
                 {0, &numbers->lhs_batch},
                 {1, &numbers->rhs_batch}};
    for (size_t n = 0; n < sizeof named / sizeof *named; n++) {
        const struct nkb_hlo_instruction *operand =
            nkb_operand(computation, dot, named[n].operand);
        for (uint32_t i = 0; operand && i < named[n].list->count; i++) {
            *dimension = named[n].list->at[i];
            *rank = operand->shape->rank;
            if (*dimension < 0 || *dimension >= (int64_t)*rank)
                return true;
        }
    }
    return false;
}

/* Multiply by the lhs contracting dimensions; false when one is not there. */
static bool multiply_contracted(struct product *product, const struct nkb_hlo_shape *lhs,
                                const struct nkb_hlo_dot *numbers)
{
    for (uint32_t i = 0; i < numbers->lhs_contracting.count; i++) {
        int64_t size;
        if (!dimension(lhs, numbers->lhs_contracting.at[i], &size))
            return false;
        multiply(product, size);
    }
    return true;
}

bool nkb_dot_xla_macs(const struct nkb_hlo_computation *computation,
                      const struct nkb_hlo_instruction *dot, nkb_i128 *out)
{
    const struct nkb_hlo_instruction *lhs = nkb_operand(computation, dot, 0);
    const struct nkb_hlo_dot *numbers = dot_numbers(dot);
    struct product product = PRODUCT_ONE;
    if (!lhs || !is_array(dot->shape) || numbers->rhs_group.count > dot->shape->rank)
        return false;
    multiply_dims(&product, dot->shape, numbers->rhs_group.count);
    return multiply_contracted(&product, lhs->shape, numbers) && finish(&product, out);
}

bool nkb_ragged_dot_macs(const struct nkb_hlo_computation *computation,
                         const struct nkb_hlo_instruction *dot, nkb_i128 *out)
{
    const struct nkb_hlo_instruction *lhs = nkb_operand(computation, dot, 0);
    const struct nkb_hlo_instruction *sizes = nkb_operand(computation, dot, 2);
    const struct nkb_hlo_dot *numbers = dot_numbers(dot);
    struct product product = PRODUCT_ONE;
    if (!lhs || !sizes || !is_array(dot->shape))
        return false;
    multiply_dims(&product, dot->shape, 0);
    if (!multiply_contracted(&product, lhs->shape, numbers) || !finish(&product, out))
        return false;
    bool contracts_groups = false;
    for (uint32_t i = 0; i < numbers->lhs_contracting.count && numbers->lhs_ragged.count > 0; i++)
        contracts_groups |= numbers->lhs_contracting.at[i] == numbers->lhs_ragged.at[0];
    if (!contracts_groups || *out == 0)
        return true;
    /* The groups share out the contracting dimension: together they contract it once. Group sizes
     * are [batch…, groups]. */
    int64_t groups;
    if (!dimension(sizes->shape, (int64_t)sizes->shape->rank - 1, &groups) || groups <= 0)
        return false;
    *out /= groups;
    return true;
}

/* Multiply by the positions of each spatial dimension that meet an input element. */
static bool multiply_positions(struct product *product, const struct nkb_hlo_attrs *attrs,
                               const struct nkb_hlo_shape *lhs, const struct nkb_hlo_shape *rhs,
                               const struct nkb_hlo_shape *result)
{
    const struct nkb_hlo_convolution *numbers = attrs->convolution;
    if (!attrs->window)
        return true;
    if (attrs->window_rank > numbers->kernel_spatial.count ||
        attrs->window_rank > numbers->output_spatial.count ||
        attrs->window_rank > numbers->input_spatial.count)
        return false;
    for (uint32_t i = 0; i < attrs->window_rank; i++) {
        int64_t kernel, output, input;
        nkb_i128 valid;
        if (!dimension(rhs, numbers->kernel_spatial.at[i], &kernel) ||
            !dimension(result, numbers->output_spatial.at[i], &output) ||
            !dimension(lhs, numbers->input_spatial.at[i], &input) ||
            !nkb_positions_count(&attrs->window[i], kernel, output, input, &valid))
            return false;
        multiply(product, valid);
    }
    return true;
}

bool nkb_convolution_macs(const struct nkb_hlo_computation *computation,
                          const struct nkb_hlo_instruction *convolution, nkb_i128 *out)
{
    const struct nkb_hlo_instruction *lhs = nkb_operand(computation, convolution, 0);
    const struct nkb_hlo_instruction *rhs = nkb_operand(computation, convolution, 1);
    const struct nkb_hlo_attrs *attrs = convolution->attrs;
    if (!lhs || !rhs || !attrs || !attrs->convolution)
        return false;
    const struct nkb_hlo_convolution *numbers = attrs->convolution;
    int64_t feature_groups = attrs->feature_group_count ? attrs->feature_group_count : 1;
    int64_t batch_groups = attrs->batch_group_count ? attrs->batch_group_count : 1;
    int64_t in_feature, out_feature, batch;
    if (!dimension(lhs->shape, numbers->input_feature, &in_feature) ||
        !dimension(convolution->shape, numbers->output_feature, &out_feature) ||
        !dimension(lhs->shape, numbers->input_batch, &batch) || feature_groups < 1 ||
        batch_groups < 1)
        return false;
    struct product product = PRODUCT_ONE;
    multiply(&product, in_feature / feature_groups);
    multiply(&product, out_feature);
    multiply(&product, batch / batch_groups);
    return multiply_positions(&product, attrs, lhs->shape, rhs->shape, convolution->shape) &&
           finish(&product, out);
}

bool nkb_custom_matmul_macs(const struct nkb_hlo_computation *computation,
                            const struct nkb_hlo_instruction *call, nkb_i128 *out)
{
    const struct nkb_hlo_instruction *rhs = nkb_operand(computation, call, 1);
    struct product product = PRODUCT_ONE;
    int64_t columns;
    if (!rhs || !is_array(rhs->shape) ||
        !dimension(call->shape, (int64_t)call->shape->rank - 1, &columns))
        return false;
    /* E(out) / N first: it is exact and keeps the product small. */
    for (uint32_t i = 0; i + 1 < call->shape->rank; i++)
        multiply(&product, call->shape->dims[i]);
    if (columns == 0)
        product.zero = true;
    multiply_dims(&product, rhs->shape, 0);
    return finish(&product, out);
}
