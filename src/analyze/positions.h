/* How many (kernel position, output position) pairs of a window's dimension meet an input element:
 * what a convolution really multiplies once padding and dilation holes are left out. */
#ifndef NKB_ANALYZE_POSITIONS_H
#define NKB_ANALYZE_POSITIONS_H

#include "base/num.h"
#include "model/hlo.h"

/* The number of (k, o) with 0 <= k < kernel, 0 <= o < output for which
 *     o * stride - padding_low + k * window_dilation = i * base_dilation,  0 <= i < input.
 * Takes logarithmic time whatever the sizes. False when a stride or dilation is below 1, a limit is
 * negative, or the arithmetic needs more than 127 bits. */
bool nkb_positions_count(const struct nkb_hlo_window_dim *window, int64_t kernel, int64_t output,
                         int64_t input, nkb_i128 *out);

#endif
